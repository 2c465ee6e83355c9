"""Simulated students of known ability, with known misconceptions: so that a report can be held to the truth.

Each item follows the two-parameter logistic model: a student of ability θ knows the answer with probability
1 / (1 + exp(-a(θ - b))), where b is the item's difficulty and a how sharply it divides. Misconceptions lie across this:
who holds one gives the wrong answer that the bank foresees of it, wherever it does. One generator feeds notebooks
(:mod:`fairmark.classroom`) and, without running any, records of marking (:func:`records`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairmark import checks
from fairmark.bank import Assignment, Entry

BEGINS = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
"""When the first simulated student may hand in."""
_MINUTES = 4 * 24 * 60


@dataclass(frozen=True)
class Population:
    """Where simulated students are drawn from, and what is known of the items.

    Attributes
    ----------
    mean, spread : float
        Of the abilities θ, which are normally distributed, in logits.
    difficulty : dict
        Item id to b, in logits. An item that is not in it gets one drawn by :meth:`item`.
    discrimination : dict
        Item id to a, which is 1.2 for an item that is not in it; a negative one makes the able fail.
    misconceptions : dict
        Name of a misconception of the bank to the share of students who hold it, from 0 to 1.
    omits : float
        How often somebody who does not know gives no answer, from 0 to 1.
    wrong_keys : frozenset of str
        Ids of items whose key is wrong: who knows the answer gives the first mistake that the bank foresees, and who
        does not gives the key.
    """

    mean: float = 0.0
    spread: float = 1.0
    difficulty: Mapping[str, float] = field(default_factory=dict)
    discrimination: Mapping[str, float] = field(default_factory=dict)
    misconceptions: Mapping[str, float] = field(default_factory=dict)
    omits: float = 0.1
    wrong_keys: frozenset[str] = frozenset()

    def item(self, name: str) -> tuple[float, float]:
        """Give an item's b and a; the same item always gets the same."""
        drawn = random.Random(f"difficulty {name}").gauss(-0.8, 0.8)  # noqa: S311  a simulation, not a secret
        return self.difficulty.get(name, drawn), self.discrimination.get(name, 1.2)

    def knows(self, ability: float, name: str) -> float:
        """Give the probability that a student of this ability knows the answer to an item.

        Examples
        --------
        >>> Population(difficulty={"a-q1": 0.5}).knows(0.5, "a-q1")
        0.5
        """
        b, a = self.item(name)
        return 1 / (1 + math.exp(-a * (ability - b)))


@dataclass(frozen=True)
class Pupil:
    """One simulated student: an ability, and the misconceptions that they hold."""

    ability: float
    holds: frozenset[str] = frozenset()


Choice = int | None
"""What is done with an item: :data:`RIGHT`, the number of a foreseen mistake, or None for no answer."""
RIGHT = -1


def draw(population: Population, student: str, seed: int) -> Pupil:
    """Draw a student; the same id and seed always give the same one, in every assignment."""
    chance = random.Random(f"{seed} {student} ability")  # noqa: S311  a simulation, not a secret
    ability = chance.gauss(population.mean, population.spread)
    holds = frozenset(name for name, share in population.misconceptions.items() if chance.random() < share)
    return Pupil(ability, holds)


def choose(population: Population, pupil: Pupil, entry: Entry, chance: random.Random) -> Choice:
    """Decide what a student does with an item.

    Parameters
    ----------
    population, pupil
        Who answers.
    entry
        The item.
    chance
        The source of luck.

    Returns
    -------
    int or None
        See :data:`Choice`. Of a written item only whether the student knows: None then is a weak answer.
    """
    held = [number for number, wrong in enumerate(entry.wrong) if wrong.misconception in pupil.holds]
    knows = chance.random() < population.knows(pupil.ability, entry.item.id)
    omits = chance.random() < population.omits
    if entry.item.id in population.wrong_keys and entry.wrong:
        return 0 if knows else RIGHT
    if held:
        return chance.choice(held)
    if knows:
        return RIGHT
    # A misconception whose share is set is shown by those who hold it, and by nobody else.
    free = [number for number, wrong in enumerate(entry.wrong) if wrong.misconception not in population.misconceptions]
    return None if omits or not free else chance.choice(free)


def ids(size: int) -> list[str]:
    """Give a class's ids.

    Examples
    --------
    >>> ids(2)
    ['student-1', 'student-2']
    """
    return [f"student-{number}" for number in range(1, size + 1)]


def records(
    population: Population,
    assignments: Iterable[Assignment],
    students: Sequence[str],
    *,
    seed: int = 2026,
    course: str = "simulated",
    term: str = "simulated",
) -> dict[str, list[dict[str, Any]]]:
    """Have a class answer, and judge what it answered, without a notebook.

    Parameters
    ----------
    population
        Where students come from.
    assignments
        Of the bank.
    students
        Their ids, such as :func:`ids` gives.
    seed
        The same seed always gives the same class.
    course, term
        What variants follow from, beside item and student.

    Returns
    -------
    dict
        Assignment id to one record a student, as :meth:`fairmark.marking.Marking.finish` writes them. Written answers
        are handed in and wait for a person.
    """
    return {
        one.id: [_record(population, one, student, seed, (course, term)) for student in students] for one in assignments
    }


def _record(
    population: Population, assignment: Assignment, student: str, seed: int, where: tuple[str, str]
) -> dict[str, Any]:
    chance = random.Random(f"{seed} {student} {assignment.id}")  # noqa: S311  a simulation, not a secret
    pupil = draw(population, student, seed)
    items, points = [], {}
    for entry in assignment.entries.values():
        name, variant = entry.item.id, entry.variant_of(student, *where)
        choice = choose(population, pupil, entry, chance)
        answer = None if entry.marked_by_hand else answer_of(entry, choice, variant or 0)
        verdict = checks.judge(entry, answer, variant or 0)
        points[name] = None if entry.marked_by_hand else verdict.points
        items.append({**dataclasses.asdict(verdict), "answer": answer, "variant": variant, "reason": ""})
    return {
        "student": student,
        "assignment": assignment.id,
        "handed_in": handed_in(chance),
        "stopped": "",
        "points": points,
        "items": items,
    }


def handed_in(chance: random.Random) -> str:
    """Draw when a student hands in, within four days, as nbgrader's exchange writes it.

    Examples
    --------
    >>> handed_in(random.Random(1))
    '2026-03-03 03:20:00.000000 UTC'
    """
    moment = BEGINS + dt.timedelta(minutes=chance.randrange(_MINUTES))
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def answer_of(entry: Entry, choice: Choice, variant: int = 0) -> Any:
    """Give the answer, as it comes out of a notebook, that a choice stands for."""
    if choice is None:
        return None
    return entry.right_answer(variant) if choice == RIGHT else entry.wrong[choice].answers[variant]
