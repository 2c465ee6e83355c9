"""What marking recorded, read back from the gradebook's database."""

from __future__ import annotations

from typing import Any

from fairmark import bank, ledger, marking, reasons
from fairmark import submissions as handed_in
from fairmark.database import Database
from fairmark.marking import Marked
from fairmark.settings import Settings


def record(course: Settings, assignment: str, student: str) -> dict[str, Any] | None:
    """Read what marking recorded of a submission, or None where it has no marks."""
    with Database(course) as database, database.reading() as session:
        done = ledger.find(session, assignment, student)
    return done.record if done and done.marked else None


def records(course: Settings, assignment: str) -> list[dict[str, Any]]:
    """Read what marking recorded of every submission of an assignment."""
    with Database(course) as database, database.reading() as session:
        return [record for _, record in ledger.records(session, assignment) if record]


def standing(course: Settings) -> list[Marked]:
    """Say how every submission of the bank's assignments stands, without marking anything."""
    found = []
    with Database(course) as database, database.reading() as session:
        for assignment in bank.load(course.bank):
            for student in handed_in.submitted(course, assignment):
                done = ledger.find(session, assignment, student)
                if done is None:
                    found.append(Marked(student, assignment, "open", "not-marked", reasons.instructor("not-marked")))
                    continue
                found.append(marking.said(done, "marked" if done.marked else "flagged"))
    return sorted(found, key=lambda one: (one.student, one.assignment))
