"""A simulated class: students of known kinds, or of known ability, whose marks are therefore known before marking.

They hand in through nbgrader's exchange, as real students do, so that everything after that is the real path.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from fairmark import ability, bank, checks
from fairmark.ability import Population
from fairmark.bank import Assignment, Entry
from fairmark.files import fingerprint, write_text
from fairmark.settings import Settings
from worksheet import variants
from worksheet.items import Item
from worksheet.wire import Json

PLAN = "class.json"
NAMES = (
    "alesia", "bahdan", "cimafiej", "darja", "eduard", "filip", "hanna", "illia", "janka", "kacia", "larysa", "maksim",
    "nadzieja", "pavel", "raman", "siarhiej", "taciana", "uladzimir", "viera", "zmicier",
)  # fmt: skip
ROLES = (
    "perfect", "perfect", "typical", "typical", "typical", "typical", "careless", "careless", "guessing", "guessing",
    "empty", "broken",
)  # fmt: skip


ABILITY = "ability"
"""The role of a student whose ability is known."""


class RealClassError(ValueError):
    """A simulated class may not be mixed with a real one."""


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


@dataclass(frozen=True)
class Student:
    """One simulated student: an id, a kind, and the points that the work must earn in each assignment."""

    id: str
    role: str
    due: dict[str, float | None] = dataclasses.field(default_factory=dict)


def simulate(
    course: Settings, *, size: int = 12, seed: int = 2026, population: Population | None = None
) -> list[Student]:
    """Make a class, and have it hand in every assignment that was released.

    Parameters
    ----------
    course
        The settings; the assignments must have been released.
    size
        How many students; their kinds follow one another as in :data:`ROLES`.
    seed
        The same seed always makes the same class.
    population
        Draws students of known ability in place of those kinds.

    Returns
    -------
    list of Student
        With the points that marking must give them; None for work that cannot be marked.

    Raises
    ------
    RealClassError
        If the working folder already holds the work of students whom this function did not make.
    """
    known = {student.id for student in plan(course)}
    real = [folder.name for folder in course.workdir.glob("submitted/*") if folder.name not in known]
    if real:
        raise RealClassError(
            f"{course.workdir} holds the work of a class that is not simulated ({', '.join(sorted(real)[:3])}); "
            "name another folder with --workdir"
        )
    students = []
    assignments = bank.load(course.bank)
    for number in range(size):
        name = NAMES[number % len(NAMES)] + (str(number // len(NAMES) + 1) if number >= len(NAMES) else "")
        role = ABILITY if population else ROLES[number % len(ROLES)]
        act = _of_ability(population, ability.draw(population, name, seed)) if population else _ROLES[role]
        due = {one.id: _hand_in(course, one, name, role, seed, act) for one in assignments.values()}
        students.append(Student(name, role, due))
    with Gradebook(course.gradebook, course.course) as book:
        for student in students:
            book.update_or_create_student(student.id, first_name=student.id.title(), last_name="(simulated)")
    records = [dataclasses.asdict(student) for student in students]
    write_text(course.workdir / PLAN, json.dumps({"seed": seed, "students": records}, indent=1))
    return students


def plan(course: Settings) -> list[Student]:
    """Read the class that :func:`simulate` made, or an empty list where the students are real."""
    file = course.workdir / PLAN
    if not file.is_file():
        return []
    return [Student(**one) for one in json.loads(file.read_text(encoding="utf-8"))["students"]]


def _hand_in(course: Settings, assignment: Assignment, student: str, role: str, seed: int, act: Act) -> float | None:
    """Fill in one notebook and put it into the exchange; return the points that it must earn."""
    chance = random.Random(f"{seed} {student} {assignment.id}")  # noqa: S311  a simulation, not a secret
    attempts = {}
    for entry in assignment.entries.values():
        attempts[entry.item.id] = act(entry, _variant(course, entry.item, student), chance)
    notebook = nbformat.read(course.workdir / "release" / assignment.id / f"{assignment.id}.ipynb", as_version=4)
    text = nbformat.writes(fill(notebook, {name: one.source for name, one in attempts.items()}))
    if role == "broken":
        text = text[: len(text) * 2 // 3]
    submitted = ability.BEGINS + dt.timedelta(minutes=chance.randrange(4 * 24 * 60))
    _to_exchange(course, assignment.id, student, submitted, text)
    return None if role == "broken" else round(sum(one.points for one in attempts.values()), 2)


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


def _to_exchange(course: Settings, assignment: str, student: str, submitted: dt.datetime, text: str) -> None:
    """Put a submission where `nbgrader collect` looks for it, once."""
    inbound = course.workdir / "exchange" / course.course / "inbound"
    stamp = submitted.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    folder = inbound / f"{student}+{assignment}+{stamp}"
    for older in inbound.glob(f"{student}+{assignment}+*"):
        if older != folder:
            shutil.rmtree(older)
    write_text(folder / "timestamp.txt", stamp)
    write_text(folder / f"{assignment}.ipynb", text)
    collected = course.workdir / "submitted" / student / assignment
    if collected.is_dir() and fingerprint(collected) != fingerprint(folder):
        # Simulated time stands still, so nbgrader would not take changed work for newer than what it collected.
        shutil.rmtree(collected)


def _variant(course: Settings, item: Item, student: str) -> int:
    return variants.choose(course.course, course.term, item.id, student, len(item.pool)) if item.pool else 0


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


def _of_ability(population: Population, pupil: ability.Pupil) -> Act:
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


_ROLES: dict[str, Act] = {
    "perfect": _perfect,
    "typical": _mostly(right=0.75, forgotten=0.05),
    "careless": _mostly(right=0.45, forgotten=0.2),
    "guessing": _guess,
    "empty": _empty,
    "broken": _perfect,
}
