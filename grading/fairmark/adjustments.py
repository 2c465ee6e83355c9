"""Exceptions for single students: a later due date, or no mark wanted at all, each with a reason and a name.

The table lies in the working folder, which is the instructor's own: why somebody was ill is nobody else's business.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

from fairmark import tables
from fairmark.settings import Settings

COLUMNS = ("student", "assignment", "what", "until", "reason", "granted_by")
NAME = "adjustments.csv"
_EXAMPLES = "write 2026-03-01T12:00+01:00, or 2026-03-01 12:00 Europe/Vienna"


@dataclass(frozen=True)
class Adjustment:
    """One exception.

    Attributes
    ----------
    where : str
        File and line.
    student, assignment : str
    until : datetime or None
        The due date of this student, in UTC; None for somebody who is excused.
    reason, granted_by : str
        Written into the log as they stand.
    """

    where: str
    student: str
    assignment: str
    until: dt.datetime | None
    reason: str
    granted_by: str

    @property
    def excused(self) -> bool:
        """Whether no mark is wanted."""
        return self.until is None


def file(course: Settings) -> Path:
    """Give the place of the table."""
    return course.workdir / NAME


def load(course: Settings) -> dict[tuple[str, str], Adjustment]:
    """Read the table.

    Returns
    -------
    dict
        (assignment, student) to exception; empty where there is no table.

    Raises
    ------
    fairmark.tables.TableError
        If it cannot be used. Whether students and assignments are known is :func:`fairmark.lateness.check`'s to say.
    """
    found: dict[tuple[str, str], Adjustment] = {}
    if not file(course).exists():
        return found
    for line in tables.read(file(course), COLUMNS):
        one = _adjustment(line)
        key = one.assignment, one.student
        if key in found:
            raise tables.TableError(
                f"{line.where}: {one.student} has a row for {one.assignment} already ({found[key].where}); keep one"
            )
        found[key] = one
    return found


def _adjustment(line: tables.Line) -> Adjustment:
    for column in ("student", "assignment", "reason", "granted_by"):
        if not line[column]:
            raise line.wrong(column, "is empty; the log says who was given what, why, and by whom")
    what, until = line["what"], line["until"]
    if what not in {"extension", "excused"}:
        raise line.wrong("what", f"{what!r} is neither extension nor excused")
    if what == "excused" and until:
        raise line.wrong("until", "must be empty for somebody who is excused")
    if what == "extension" and not until:
        raise line.wrong("until", f"is empty; {_EXAMPLES}")
    moment = _moment(line, until) if until else None
    return Adjustment(line.where, line["student"], line["assignment"], moment, line["reason"], line["granted_by"])


def _moment(line: tables.Line, said: str) -> dt.datetime:
    parts = said.split(" ")
    zone = None
    if len(parts) == 3:
        try:
            zone = zoneinfo.ZoneInfo(parts.pop())
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            raise line.wrong("until", f"{said!r} names no known time zone; {_EXAMPLES}") from None
    try:
        moment = dt.datetime.fromisoformat(" ".join(parts))
    except ValueError:
        raise line.wrong("until", f"{said!r} is no date with a time; {_EXAMPLES}") from None
    if ":" not in said:
        raise line.wrong("until", f"{said!r} has no time of day; {_EXAMPLES}")
    if (moment.tzinfo is None) == (zone is None):
        raise line.wrong("until", f"{said!r} must name one time zone; {_EXAMPLES}")
    try:
        return (moment if zone is None else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except OverflowError:
        raise line.wrong("until", f"{said!r} lies beyond every calendar; {_EXAMPLES}") from None
