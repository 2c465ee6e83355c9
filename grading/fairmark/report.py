"""What happened: every student's marks, and who needs a person's eye."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from nbgrader.api import Gradebook, MissingEntry

from fairmark import adjustments, bank, classroom, results, roster
from fairmark.marking import Marked
from fairmark.settings import Settings


@dataclass(frozen=True)
class Row:
    """One student's marks in one assignment.

    Attributes
    ----------
    student, assignment : str
    status : str
        ``marked``, ``flagged``, ``not handed in`` or ``excused``.
    automatic : float or None
        Points of the items that are marked by program; None for work that could not be marked.
    automatic_of : float
    by_hand : float or None
        Points that a person gave; None while the written answers wait.
    by_hand_of : float
    late : float
        Points taken off for lateness.
    attention : str
        What a person should do; empty where nothing.
    """

    student: str
    assignment: str
    status: str
    automatic: float | None
    automatic_of: float
    by_hand: float | None
    by_hand_of: float
    late: float = 0.0
    attention: str = ""

    @property
    def total(self) -> float | None:
        """The mark; None while part of it is open, and for a student who is excused."""
        if self.status in {"flagged", "excused"} or self.automatic is None or self.by_hand is None:
            return None
        return max(0.0, self.automatic + self.by_hand - self.late)

    @property
    def out_of(self) -> float:
        """What the assignment carries."""
        return self.automatic_of + self.by_hand_of


def table(course: Settings, marked: list[Marked]) -> list[Row]:
    """Read every student's marks from the gradebook.

    Parameters
    ----------
    course
        The settings.
    marked
        What :func:`fairmark.marking.mark` gave back; flags are taken from it.

    Returns
    -------
    list of Row
        For each assignment, in order of student id; students who handed nothing in are there too.

    Raises
    ------
    fairmark.tables.TableError
        If the table of exceptions, or the class list, cannot be used.
    """
    flags = {(one.assignment, one.student): one for one in marked}
    rows = []
    exceptions = adjustments.load(course)
    with Gradebook(course.gradebook, course.course) as gradebook:
        students = sorted({str(one.id) for one in gradebook.students} | roster.load(course).keys())
        for name, assignment in bank.load(course.bank).items():
            by_hand = {item for item, entry in assignment.entries.items() if entry.marked_by_hand}
            for student in students:
                row = _row(gradebook, name, student, by_hand, assignment.points, flags.get((name, student)))
                one = exceptions.get((name, student))
                rows.append(dataclasses.replace(row, status="excused", attention="") if one and one.excused else row)
    return rows


def _row(
    gradebook: Gradebook, assignment: str, student: str, by_hand: set[str], points: float, flag: Marked | None
) -> Row:
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return Row(student, assignment, "not handed in", 0.0, points, 0.0, 0.0)
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    hand = [grade for grade in grades if grade.name in by_hand]
    rest = [grade for grade in grades if grade.name not in by_hand]
    waiting = any(grade.needs_manual_grade for grade in hand)
    flagged = flag is not None and flag.status in {"flagged", "open"}
    return Row(
        student,
        assignment,
        "flagged" if flagged else "marked",
        None if flagged else sum(grade.score for grade in rest),
        sum(grade.max_score for grade in rest),
        None if waiting else sum(grade.score for grade in hand),
        sum(grade.max_score for grade in hand),
        submission.late_submission_penalty or 0.0,
        _attention(flag, waiting),
    )


def _attention(flag: Marked | None, waiting: bool) -> str:
    if flag is not None and flag.reason:
        return f"{flag.reason}: {flag.detail}"
    return "a written answer waits to be marked" if waiting else ""


def misconceptions(course: Settings, assignment: str) -> Counter[tuple[str, str]]:
    """Count the foreseen wrong answers that a class gave: (item, misconception) to how many students."""
    counted: Counter[tuple[str, str]] = Counter()
    for record in results.records(course, assignment):
        for one in record["items"]:
            if one["misconception"]:
                counted[one["item"], one["misconception"]] += 1
    return counted


def as_designed(course: Settings, rows: list[Row]) -> list[str]:
    """Hold a simulated class's marks to what it was made to earn.

    Returns
    -------
    list of str
        A sentence for each student whose mark is not the designed one; empty where all are, or students are real.
    """
    found = {(row.student, row.assignment): row for row in rows}
    wrong = []
    for student in classroom.plan(course):
        for assignment, earns in student.earns.items():
            row = found[student.id, assignment]
            got = row.automatic
            if (got is None) != (earns is None) or (got is not None and earns is not None and abs(got - earns) > 1e-6):
                wrong.append(f"{student.id} ({student.role}) {assignment}: designed {earns}, marked {got}")
    return wrong
