"""How a simulated student answers: what goes into an answer cell, and what it must earn."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat

from fairmark import ability, checks
from fairmark.ability import Population
from fairmark.bank import Entry
from worksheet.items import Item
from worksheet.wire import Json


@dataclass(frozen=True)
class Attempt:
    """What a simulated student does with one item.

    Attributes
    ----------
    source : str or None
        What goes into the answer cell; None leaves the cell as it was.
    points : float
        What it must earn, so that marking can be held to it.
    """

    source: str | None
    points: float


Act = Callable[[Entry, int, random.Random], Attempt]
"""What decides an attempt: the item, which variant of it, and luck."""


def fill(notebook: nbformat.NotebookNode, sources: dict[str, str | None]) -> nbformat.NotebookNode:
    """Write answers into a released notebook.

    Parameters
    ----------
    notebook
        Changed in place and returned.
    sources
        Item id to what goes into its answer cell; None leaves the cell alone.
    """
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        item = name.removesuffix("-answer") if cell.cell_type == "code" else name
        is_answer = cell.metadata.get("nbgrader", {}).get("solution", False)
        if is_answer and sources.get(item) is not None:
            cell.source = sources[item]
    return notebook


def right_source(entry: Entry, variant: int = 0) -> str:
    """Write the answer cell of a student who knows the answer."""
    if entry.marked_by_hand:
        return str(max(entry.exemplars, key=lambda one: one["points"])["text"])
    if entry.item.kind == "function":
        return entry.solution
    return _source(entry.item, entry.right_answer(variant))


def wrong_sources(entry: Entry, variant: int = 0) -> list[str]:
    """Write an answer cell for each wrong answer that the bank foresees."""
    if entry.item.kind == "function":
        return [wrong.code for wrong in entry.wrong]
    return [_source(entry.item, wrong.answers[variant]) for wrong in entry.wrong]


def _source(item: Item, answer: Json) -> str:
    if item.kind == "table" and isinstance(answer, dict):
        return f"import pandas\n{item.name} = pandas.DataFrame({answer['rows']!r}, columns={answer['columns']!r})"
    if item.kind == "figure" and isinstance(answer, dict):
        axes: Any = answer["axes"]
        return _drawing(item.name, axes[0])
    return f"{item.name} = {answer!r}"


def _drawing(name: str, axes: dict[str, Any]) -> str:
    """Write the cell of a student who draws lines with matplotlib."""
    lines = ["from matplotlib.figure import Figure", f"{name} = Figure()", f"_axes = {name}.subplots()"]
    lines += [f"_axes.plot({one['x']!r}, {one['y']!r})" for one in axes["series"]]
    lines += [f"_axes.set_{part}({axes[part]!r})" for part in ("title", "xlabel", "ylabel") if part in axes]
    return "\n".join(lines)


def _perfect(entry: Entry, variant: int, _: random.Random) -> Attempt:
    return Attempt(right_source(entry, variant), 0.0 if entry.marked_by_hand else entry.item.points)


def _mistaken(entry: Entry, variant: int, chance: random.Random) -> Attempt:
    """Make one of the mistakes that the bank foresees, where it foresees any."""
    if entry.marked_by_hand:
        return Attempt(str(min(entry.exemplars, key=lambda one: one["points"])["text"]), 0.0)
    sources = wrong_sources(entry, variant)
    if not sources:
        return Attempt(None, 0.0)
    return _foreseen(entry, variant, chance.randrange(len(sources)))


def _foreseen(entry: Entry, variant: int, number: int) -> Attempt:
    """Make one mistake of those that the bank foresees."""
    earned = checks.judge(entry, entry.wrong[number].answers[variant], variant).points
    return Attempt(wrong_sources(entry, variant)[number], earned)


def of_ability(population: Population, pupil: ability.Pupil) -> Act:
    """Make what decides the attempts of one student whose ability is known."""

    def attempt(entry: Entry, variant: int, chance: random.Random) -> Attempt:
        choice = ability.choose(population, pupil, entry, chance)
        if choice == ability.RIGHT:
            return _perfect(entry, variant, chance)
        if entry.marked_by_hand:
            return _mistaken(entry, variant, chance)
        return Attempt(None, 0.0) if choice is None else _foreseen(entry, variant, choice)

    return attempt


def _mostly(right: float, forgotten: float) -> Act:
    def attempt(entry: Entry, variant: int, chance: random.Random) -> Attempt:
        luck = chance.random()
        if luck < right:
            return _perfect(entry, variant, chance)
        if luck < right + forgotten:
            return Attempt(None, 0.0)
        return _mistaken(entry, variant, chance)

    return attempt


def _guess(entry: Entry, variant: int, chance: random.Random) -> Attempt:
    """Answer in the right form, without having read anything."""
    answer = guess(entry.item, chance)
    if answer is None:
        return Attempt(None, 0.0)
    return Attempt(_source(entry.item, answer), checks.judge(entry, answer, variant).points)


def guess(item: Item, chance: random.Random) -> Json:
    """Guess blindly: any answer of the right form; None where a guesser has nothing to hand in."""
    options: list[Any] = list(item.options)
    if item.kind == "choose":
        return str(chance.choice(options))
    if item.kind in {"choose-all", "attribute"}:
        return chance.sample(options, chance.randint(1, len(options)))
    if item.kind == "order":
        return chance.sample(options, len(options))
    if item.kind in {"match", "code"}:
        return {row: chance.choice(options) for row in item.form["rows"]}
    if item.kind == "find-error":
        return [chance.choice(options), chance.choice(list(item.form["errors"]))]
    if item.kind == "locate":
        return f"{chance.choice(item.form['sources'])} s{chance.randint(1, 4)}.p{chance.randint(1, 4)}"
    if item.kind == "date":
        parts = (chance.randint(1985, 2018), chance.randint(1, 12), chance.randint(1, 28))
        count = ("year", "month", "day").index(item.form["precision"]) + 1
        return "-".join(f"{part:02d}" for part in parts[:count])
    if item.kind == "number":
        low, high = item.form.get("between", (0, 100))
        return chance.randint(int(low), int(high)) if item.form.get("whole") else round(chance.uniform(low, high), 3)
    return None


def _empty(entry: Entry, variant: int, chance: random.Random) -> Attempt:
    return Attempt(None, 0.0)


ACTS: dict[str, Act] = {
    "perfect": _perfect,
    "typical": _mostly(right=0.75, forgotten=0.05),
    "careless": _mostly(right=0.45, forgotten=0.2),
    "guessing": _guess,
    "empty": _empty,
    "broken": _perfect,
}
"""What a student of each kind does; a broken notebook is a perfect one that was cut off."""
