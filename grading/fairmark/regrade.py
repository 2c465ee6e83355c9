"""Mark anew after a key, a rule or the bank was corrected: only what that changes, and who gains or loses by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fairmark import audit, ledger, marking
from fairmark.database import Database
from fairmark.marking import Marked
from fairmark.settings import Settings


@dataclass(frozen=True)
class Change:
    """How one submission's mark changed.

    Attributes
    ----------
    student, assignment : str
    items : dict
        Name to points before and after, for those that changed.
    kept : tuple of str
        Names whose points a person gave: those count as before, whatever the program now says.
    """

    student: str
    assignment: str
    items: dict[str, tuple[float, float]]
    kept: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """By how many points the mark changed; what a person gave is not touched."""
        return sum(after - before for item, (before, after) in self.items.items() if item not in self.kept)


def regrade(
    course: Settings,
    assignment: str,
    tell: Callable[[Marked], None] = lambda _: None,
    *,
    students: Iterable[str] | None = None,
    **options: Any,
) -> tuple[list[Marked], list[Change]]:
    """Mark anew those who are marked already, wherever something that decides marks is no longer the same.

    Parameters
    ----------
    course, assignment, tell, options
        As :func:`fairmark.marking.mark` takes them.
    students
        Only these; by default all who are marked.

    Returns
    -------
    marked : list of Marked
    changes : list of Change
        One for each student whose points changed, who gain most first.
    """
    before = _records(course, assignment)
    wanted = sorted(before if students is None else before.keys() & set(students))
    marked = marking.mark(course, assignment, tell, students=wanted, **options)
    after = _records(course, assignment)
    manual = _manual(course, assignment)
    changes = []
    for student in wanted:
        changed = _changed(before[student], after.get(student, {}))
        if changed:
            kept = tuple(item for item in changed if item in manual.get(student, {}))
            changes.append(Change(student, assignment, changed, kept))
    return marked, sorted(changes, key=lambda one: (-one.gain, one.student))


def _records(course: Settings, assignment: str) -> dict[str, dict[str, float | None]]:
    with Database(course) as database, database.reading() as session:
        return {student: record["points"] for student, record in ledger.records(session, assignment) if record}


def _manual(course: Settings, assignment: str) -> dict[str, dict[str, float]]:
    """Read from the log's last word on each student what people had given by then."""
    found: dict[str, dict[str, float]] = {}
    with Database(course) as database, database.reading() as session:
        for entry in audit.entries(session):
            if entry.get("assignment") == assignment and "manual" in entry:
                found[entry["student"]] = entry["manual"]
    return found


def _changed(before: dict[str, float | None], after: dict[str, float | None]) -> dict[str, tuple[float, float]]:
    return {
        item: (before.get(item) or 0.0, after.get(item) or 0.0)
        for item in sorted(before.keys() | after.keys())
        if (before.get(item) or 0.0) != (after.get(item) or 0.0)
    }
