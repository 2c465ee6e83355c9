"""A simulated class: students of known kinds, or of known ability, whose marks are therefore known before marking.

They hand in through nbgrader's exchange, as real students do, so that everything after that is the real path.
"""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
from dataclasses import dataclass

import nbformat
from nbgrader.api import Gradebook

from fairmark import ability, answering, bank
from fairmark.ability import Population
from fairmark.answering import Act
from fairmark.bank import Assignment
from fairmark.files import fingerprint, write_text
from fairmark.settings import Settings

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


class SavedClassError(ValueError):
    """A file with a simulated class that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True)
class Student:
    """One simulated student.

    Attributes
    ----------
    id : str
    role : str
        One of :data:`ROLES`, or :data:`ABILITY`.
    earns : dict
        Assignment id to the automatic points that marking must give; None for work that cannot be marked.
    """

    id: str
    role: str
    earns: dict[str, float | None] = dataclasses.field(default_factory=dict)


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
    SavedClassError
        If the class that an earlier call saved there cannot be read.
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
        if population:
            act = answering.of_ability(population, ability.draw(population, name, seed))
        else:
            act = answering.ACTS[role]
        earns = {one.id: _hand_in(course, one, name, role, seed, act) for one in assignments.values()}
        students.append(Student(name, role, earns))
    with Gradebook(course.gradebook, course.course) as book:
        for student in students:
            book.update_or_create_student(student.id, first_name=student.id.title(), last_name="(simulated)")
    records = [dataclasses.asdict(student) for student in students]
    write_text(course.workdir / PLAN, json.dumps({"seed": seed, "students": records}, indent=1))
    return students


def plan(course: Settings) -> list[Student]:
    """Read the class that :func:`simulate` made, or an empty list where the students are real.

    Raises
    ------
    SavedClassError
        If the file is damaged, or another version of fairmark wrote it.
    """
    file = course.workdir / PLAN
    if not file.is_file():
        return []
    try:
        return [Student(**one) for one in json.loads(file.read_text(encoding="utf-8"))["students"]]
    except (ValueError, KeyError, TypeError):
        raise SavedClassError(
            f"{file}: is damaged, or another version of fairmark wrote it; name a new folder with --workdir, or "
            "delete this one with all that is in it if no real student has handed in here"
        ) from None


def _hand_in(course: Settings, assignment: Assignment, student: str, role: str, seed: int, act: Act) -> float | None:
    """Fill in one notebook and put it into the exchange; return the points that it must earn."""
    chance = random.Random(f"{seed} {student} {assignment.id}")  # noqa: S311  a simulation, not a secret
    attempts = {}
    for entry in assignment.entries.values():
        variant = entry.variant_of(student, course.course, course.term)
        attempts[entry.item.id] = act(entry, variant or 0, chance)
    notebook = nbformat.read(course.workdir / "release" / assignment.id / f"{assignment.id}.ipynb", as_version=4)
    text = nbformat.writes(answering.fill(notebook, {name: one.source for name, one in attempts.items()}))
    if role == "broken":
        text = text[: len(text) * 2 // 3]
    _to_exchange(course, assignment.id, student, ability.handed_in(chance), text)
    return None if role == "broken" else round(sum(one.points for one in attempts.values()), 2)


def _to_exchange(course: Settings, assignment: str, student: str, stamp: str, text: str) -> None:
    """Put a submission where `nbgrader collect` looks for it, once."""
    inbound = course.workdir / "exchange" / course.course / "inbound"
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
