"""What the service knows: bank, modes and due dates, read together and replaced together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbgrader.api import Assignment as Row
from nbgrader.api import SubmittedAssignment
from sqlalchemy import select

from fairmark import adjustments, bank, gradebook, modes
from fairmark.bank import Assignment, Entry
from fairmark.database import Database
from fairmark.modes import FORM_ONLY, Mode
from fairmark.settings import Settings

_PATIENCE = 5


@dataclass(frozen=True)
class State:
    """One state of everything that an answer depends on.

    Attributes
    ----------
    course, term : str
    assignments : dict
        Those that are released.
    modes : dict
    due : dict
        Assignment id to its due date, in UTC; None where it has none.
    extensions : dict
        By assignment and student, how much later it is due for one student.
    """

    course: str
    term: str
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    due: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], dt.timedelta] = field(default_factory=dict)

    def entry(self, assignment: str, item: str) -> Entry | None:
        """Find an item of a released assignment."""
        found = self.assignments.get(assignment)
        return found.entries.get(item) if found else None

    def mode(self, assignment: str) -> Mode:
        """Give an assignment's mode."""
        return self.modes.get(assignment, FORM_ONLY)

    def closed(self, assignment: str, student: str, now: dt.datetime) -> bool:
        """Tell whether an assignment's due date is over for a student."""
        due = self.due.get(assignment)
        return due is not None and now > due + self.extensions.get((assignment, student), dt.timedelta())

    def variant(self, entry: Entry, student: str) -> int:
        """Say which variant of an item a student has."""
        return entry.variant_of(student, self.course, self.term) or 0


def load(course: Settings) -> State:
    """Read everything anew.

    Raises
    ------
    fairmark.bank.BankError, fairmark.tables.TableError, fairmark.database.GradebookError
        If the bank, the table of modes or of exceptions, or the gradebook cannot be used.
    """
    known, table = bank.load(course.bank), modes.load(course.modes)
    try:
        gradebook.require(course)
    except gradebook.NotReleasedError:
        return State(course.course, course.term, modes=table)
    with Database(course, patience=_PATIENCE) as database, database.reading() as session:
        due = {row.name: _utc(row.duedate) for row in session.execute(select(Row.name, Row.duedate))}
        later = select(Row.name, SubmittedAssignment.student_id, SubmittedAssignment.extension).join(
            Row, Row.id == SubmittedAssignment.assignment_id
        )
        extensions = {
            (name, student): extension
            for name, student, extension in session.execute(later.where(SubmittedAssignment.extension.is_not(None)))
        }
    for key, one in adjustments.load(course).items():
        end = due.get(key[0])
        if one.until and end:
            extensions[key] = max(extensions.get(key, dt.timedelta()), one.until - end)
    released = {name: one for name, one in known.items() if name in due}
    return State(course.course, course.term, released, table, due, extensions)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    """Read a time of nbgrader's, which are in UTC without saying so."""
    return moment.replace(tzinfo=dt.UTC) if moment else None
