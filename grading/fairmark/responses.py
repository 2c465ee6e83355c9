"""What a class answered in one assignment, without names: the table that the item report counts over.

Points come from nbgrader's gradebook, so that what a person changed counts; answers and verdicts from the record of
marking. Who is left out, and why, is part of the table.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from nbgrader.api import Assignment as GradebookAssignment
from nbgrader.api import BaseCell, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from fairmark import attempts, bank, judging, ledger
from fairmark.bank import Assignment, Entry
from fairmark.database import Database
from fairmark.itemstats import Floats
from fairmark.settings import Settings
from worksheet.wire import Json

Scores = Mapping[str, float | None]
"""Points by item as the gradebook has them; None while a person has to decide."""

NOT_MARKED = "not marked yet"
FLAGGED = "cannot be marked as it is"
NOT_HANDED_IN = "not handed in"
STOPPED = "the run ended early, so answers are missing that the student may have given"
EMPTY = "handed in without a single answer"
ASKED = "left out at your request"
REASONS = (NOT_HANDED_IN, EMPTY, FLAGGED, NOT_MARKED, STOPPED, ASKED)
"""Why somebody is left out, in the order in which a reader is told."""
_STAMP = "%Y-%m-%d %H:%M:%S.%f %Z"


@dataclass(frozen=True)
class Answer:
    """One student's answer to one item.

    Attributes
    ----------
    points : float or None
        As in the gradebook; None while a person has to mark it.
    outcome : str
        As :class:`fairmark.checks.Verdict` has it.
    value : Json
        What was answered; None where nothing was, and for a written answer.
    variant : int
        Number of the variant; 0 where there are none.
    misconception, message : str
        Of the verdict.
    by_person : bool
        Whether a person changed the points that the program gave.
    given : bool
        Whether there is an answer at all.
    """

    points: float | None
    outcome: str
    value: Json
    variant: int = 0
    misconception: str = ""
    message: str = ""
    by_person: bool = False
    given: bool = True


@dataclass(frozen=True)
class Paper:
    """What one student handed in: when, and the answer to each item, in order. It does not say who."""

    handed_in: dt.datetime | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Responses:
    """A class's answers to one assignment.

    Attributes
    ----------
    assignment : Assignment
        Of the bank.
    entries : tuple of Entry
        The items that every paper was marked on, in order; the columns of all that follows.
    papers : tuple of Paper
        Of those who count.
    left_out : dict
        Why students are left out, and how many for each reason.
    outdated : int
        How many submissions were marked by a bank, or rules, that are no longer the same.
    unmatched : tuple of str
        Items that the bank has now, and that not every paper was marked on.
    due : datetime or None
        When the gradebook says that it was due.
    """

    assignment: Assignment
    entries: tuple[Entry, ...]
    papers: tuple[Paper, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    outdated: int = 0
    unmatched: tuple[str, ...] = ()
    due: dt.datetime | None = None

    def points(self) -> Floats:
        """Give the points of every paper (row) and item (column); NaN where a person has still to mark."""
        rows = [[np.nan if one.points is None else one.points for one in paper.answers] for paper in self.papers]
        return np.array(rows, dtype=np.float64).reshape(len(self.papers), len(self.entries))


def read(course: Settings, assignment: str, leave_out: Collection[str] = ()) -> Responses:
    """Read a class's answers from the gradebook.

    Parameters
    ----------
    course
        The settings.
    assignment
        Its id; it must be in the bank.
    leave_out
        Ids of students who are not to count, such as an instructor's own trial.

    Returns
    -------
    Responses
        Somebody whose submission is flagged, not marked, stopped midway or empty is left out, and counted as such.
    """
    items = bank.load(course.bank)[assignment]
    basis, firsts = judging.basis(course, items), attempts.that_count(course, assignment)
    with Database(course) as database, database.reading() as session:
        done = {one.student: one for one in ledger.all_of(session, assignment)}
        scores = _scores(session, assignment)
        students = set(session.scalars(select(Student.id)))
        due = session.scalar(select(GradebookAssignment.duedate).where(GradebookAssignment.name == assignment))
        handed_in = set(session.scalars(_submitters(assignment)))
    left_out: Counter[str] = Counter()
    records, outdated = [], 0
    for student in sorted(students | set(done)):
        one = done.get(student)
        if student in leave_out:
            left_out[ASKED] += 1
        elif one is None:
            left_out[NOT_MARKED if student in handed_in else NOT_HANDED_IN] += 1
        elif not one.marked:
            left_out[FLAGGED] += 1
        else:
            records.append(one.record)
            outdated += one.inputs.basis != judging.basis_for(basis, firsts.get(student))
    found = of_records(items, records, scores, due=due.replace(tzinfo=dt.UTC) if due else None)
    return dataclasses.replace(found, left_out=left_out | found.left_out, outdated=outdated)


def of_records(
    assignment: Assignment,
    records: Iterable[Mapping[str, Any]],
    scores: Mapping[str, Scores] | None = None,
    *,
    due: dt.datetime | None = None,
) -> Responses:
    """Make the table from records of marking.

    Parameters
    ----------
    assignment
        Of the bank.
    records
        As :meth:`fairmark.marking.Marking.finish` writes them.
    scores
        The gradebook's points, by student and item; where a student is not in it, the record's own count.
    due
        When the assignment was due.
    """
    known = list(records)
    common = set(assignment.entries).intersection(*({one["item"] for one in record["items"]} for record in known))
    entries = tuple(entry for name, entry in assignment.entries.items() if name in common)
    left_out: Counter[str] = Counter()
    papers = []
    for record in known:
        answers = _answers(entries, record, (scores or {}).get(record["student"], {}))
        if record["stopped"]:
            left_out[STOPPED] += 1
        elif not any(one.given for one in answers):
            left_out[EMPTY] += 1
        else:
            papers.append(Paper(_moment(record["handed_in"]), answers))
    unmatched = tuple(name for name in assignment.entries if name not in common) if known else ()
    return Responses(assignment, entries, tuple(papers), dict(left_out), 0, unmatched, due)


def _answers(entries: Iterable[Entry], record: Mapping[str, Any], scores: Scores) -> tuple[Answer, ...]:
    judged = {one["item"]: one for one in record["items"]}
    found = []
    for entry in entries:
        one = judged[entry.item.id]
        automatic = record["points"].get(entry.item.id)
        points = scores.get(entry.item.id, automatic)
        given = _given(entry, one, automatic)
        found.append(
            Answer(
                points=points,
                outcome=one["outcome"] if given or entry.marked_by_hand else "missing",
                value=one["answer"],
                variant=one["variant"] or 0,
                misconception=one["misconception"],
                message=one["message"],
                by_person=not entry.marked_by_hand and points is not None and points != automatic,
                given=given,
            )
        )
    return tuple(found)


def _given(entry: Entry, record: Mapping[str, Any], automatic: float | None) -> bool:
    """Tell an answer from a cell that was left as it came."""
    if entry.marked_by_hand:
        return automatic is None  # it has no points yet; an open cell that was left alone has 0
    if entry.item.kind == "function" and isinstance(record["answer"], list):
        return any(one.get("value") is not None or "error" in one for one in record["answer"])
    return bool(record["outcome"] != "missing")


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, _STAMP).replace(tzinfo=dt.UTC)
    except ValueError:
        return None  # such as a submission that came without a time


def _submitters(assignment: str) -> Any:
    return (
        select(SubmittedAssignment.student_id)
        .join(GradebookAssignment, SubmittedAssignment.assignment_id == GradebookAssignment.id)
        .where(GradebookAssignment.name == assignment)
    )


def _scores(session: Session, assignment: str) -> dict[str, dict[str, float | None]]:
    """Read every student's points by the name of the cell, as nbgrader adds them up."""
    grade, cell, notebook, submission, own = (
        _table(one) for one in (Grade, BaseCell, SubmittedNotebook, SubmittedAssignment, GradebookAssignment)
    )
    wish = (
        select(
            submission.c.student_id, cell.c.name, grade.c.auto_score, grade.c.manual_score, grade.c.needs_manual_grade
        )
        .join(notebook, grade.c.notebook_id == notebook.c.id)
        .join(cell, grade.c.cell_id == cell.c.id)
        .join(submission, notebook.c.assignment_id == submission.c.id)
        .join(own, submission.c.assignment_id == own.c.id)
        .where(own.c.name == assignment)
    )
    found: dict[str, dict[str, float | None]] = {}
    for student, name, automatic, manual, waits in session.execute(wish):
        # After a new run nbgrader lets a person's points wait for another look; until then they count.
        open_still = waits and manual is None
        found.setdefault(str(student), {})[str(name)] = None if open_still else automatic if manual is None else manual
    return found


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
