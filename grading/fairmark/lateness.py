"""Bring what lateness takes off up to date wherever due dates, policy or exceptions changed, and write down why.

Marking takes off what holds when it marks. This goes over all submissions again, before anybody reads marks, so that
gradebook, feedback, exports and course mark say the same. Every change is an entry in the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment
from sqlalchemy import select
from sqlalchemy.orm import Session

from fairmark import audit, bank, gradebook, posting, roster, submissions, tables, terms
from fairmark.database import Database
from fairmark.settings import Settings
from fairmark.terms import Terms

EVENT = "adjusted"
"""What the log calls such an entry. Its facts stand under ``adjustment``, apart from those of marks."""


@dataclass(frozen=True)
class State:
    """What is adjusted of one student's work.

    Attributes
    ----------
    assignment, student : str
    late : float
        Points that lateness takes off.
    excused : bool
    until : str
        The student's own due date, ISO 8601 in UTC; empty where it is everybody's.
    reason, granted_by : str
        Of the exception; empty where there is none.
    """

    assignment: str
    student: str
    late: float = 0.0
    excused: bool = False
    until: str = ""
    reason: str = ""
    granted_by: str = ""

    def __str__(self) -> str:
        parts = [
            "excused" if self.excused else "",
            f"extension until {self.until}" if self.until else "",
            f"{self.late:g} points off for lateness" if self.late else "",
        ]
        why = f" ({self.reason}; granted by {self.granted_by})" if self.reason else ""
        return (", ".join(filter(None, parts)) or "nothing is adjusted") + why


def settle(course: Settings) -> list[State]:
    """Bring everything up to date.

    Returns
    -------
    list of State
        What changed, as it is now; empty the second time.

    Raises
    ------
    fairmark.tables.TableError
        If policy or exceptions cannot be used; nothing is changed then.
    """
    rules = gradebook.config(course)
    held = terms.of(rules)
    with Database(course) as database:
        with database.reading() as session:
            check(course, session, held)
            before = _logged(session)
        if not before and not held.adjustments and not any(rule.takes_off for rule in held.rules.values()):
            return []
        with database.writing() as session:
            # What another program wrote meanwhile counts.
            before = _logged(session)
            now = dict(_states(held, {name: posting.late_again(session, rules, name, held) for name in held.rules}))
            changed = [
                state
                for key in sorted(now.keys() | before.keys())
                if (state := now.get(key, State(*key))) != before.get(key, State(*key))
            ]
            for state in changed:
                audit.append(session, EVENT, adjustment=vars(state))
    return changed


def check(course: Settings, session: Session, held: Terms) -> None:
    """Hold the exceptions to what is known of the class.

    Raises
    ------
    fairmark.tables.TableError
        If one names a student or an assignment that nobody knows, or ends before the due date.
    """
    names = list(bank.load(course.bank))
    known = set(roster.everybody(course, session)).union(*(submissions.submitted(course, name) for name in names))
    due = {str(name): moment for name, moment in session.execute(select(Assignment.name, Assignment.duedate))}
    for one in held.adjustments.values():
        if one.assignment not in names:
            raise tables.TableError(
                f"{one.where}, column assignment: there is no {one.assignment!r}; there are {', '.join(names)}"
            )
        if one.student not in known:
            raise tables.TableError(
                f"{one.where}, column student: nobody has the id {one.student!r} in the gradebook, among those who "
                f"handed in, or in {roster.NAME}; mend the id, or add the student to {roster.file(course)}"
            )
        end = due.get(one.assignment)
        if one.until and end and one.until.replace(tzinfo=None) < end:
            raise tables.TableError(
                f"{one.where}, column until: {one.until.isoformat()} is before the due date of {one.assignment}, "
                f"{end.replace(tzinfo=dt.UTC).isoformat()}; an extension cannot shorten the time"
            )


def history(session: Session, student: str) -> Iterator[str]:
    """Say what the log tells of a student's adjustments, oldest first."""
    for entry in audit.entries(session):
        if entry["event"] == EVENT and entry["adjustment"]["student"] == student:
            state = State(**entry["adjustment"])
            made = f"by {entry['by']} with {entry['software']}"
            yield f"{entry['entry']}: {entry['at']} {state.assignment} {state}, {made}"


def without_due_date(session: Session, held: Terms) -> list[str]:
    """List the assignments whose lateness would cost something, if they had a due date."""
    costly = [name for name, rule in held.rules.items() if rule.takes_off]
    dated = set(session.scalars(select(Assignment.name).where(Assignment.duedate.is_not(None))))
    return [name for name in costly if name not in dated]


def _logged(session: Session) -> dict[tuple[str, str], State]:
    """Read the log's last word on each student's work."""
    found: dict[tuple[str, str], State] = {}
    for entry in audit.entries(session):
        if entry["event"] == EVENT:
            state = State(**entry["adjustment"])
            found[state.assignment, state.student] = state
    return found


def _states(held: Terms, late: dict[str, dict[str, float]]) -> Iterator[tuple[tuple[str, str], State]]:
    points = {(name, student): taken for name, students in late.items() for student, taken in students.items() if taken}
    for name, student in sorted(points.keys() | held.adjustments.keys()):
        facts: dict[str, Any] = {"late": points.get((name, student), 0.0)}
        one = held.adjustments.get((name, student))
        if one:
            facts |= {
                "excused": one.excused,
                "until": one.until.isoformat() if one.until else "",
                "reason": one.reason,
                "granted_by": one.granted_by,
            }
        yield (name, student), State(name, student, **facts)
