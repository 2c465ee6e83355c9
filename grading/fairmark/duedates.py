"""When assignments are due: read from nbgrader's gradebook, shifted or taken from a table, written to another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nbgrader.api import Assignment, Gradebook
from sqlalchemy import select

from fairmark import tables
from fairmark.database import Database
from fairmark.settings import Settings

COLUMNS = ("assignment", "due")
_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")

Dates = dict[str, dt.datetime | None]
"""Assignment id to the moment in UTC; None where none is set."""


class DatesError(ValueError):
    """A table of dates, or a time zone, that cannot be used; the message names line and remedy."""


def zone(name: str) -> ZoneInfo:
    """Find a time zone.

    Raises
    ------
    DatesError
        If there is none of this name.

    Examples
    --------
    >>> zone("Vienna")
    Traceback (most recent call last):
    fairmark.duedates.DatesError: there is no time zone 'Vienna'; write it as in Europe/Vienna
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DatesError(f"there is no time zone {name!r}; write it as in Europe/Vienna") from None


def known(course: Settings) -> Dates:
    """Read the dates of a gradebook."""
    with Database(course) as book, book.reading() as session:
        rows = session.execute(select(Assignment.name, Assignment.duedate).order_by(Assignment.name)).all()
    return {str(name): due.replace(tzinfo=dt.UTC) if due else None for name, due in rows}


def shifted(dates: Mapping[str, dt.datetime | None], days: int, where: ZoneInfo) -> Dates:
    """Move every date by so many days; the hour on the clock there stays the same, in summer time too.

    Examples
    --------
    >>> old = {"ps1": dt.datetime(2026, 3, 20, 22, 59, tzinfo=dt.UTC)}
    >>> shifted(old, 14, ZoneInfo("Europe/Warsaw"))["ps1"].isoformat()
    '2026-04-03T21:59:00+00:00'
    """
    return {
        name: (due.astimezone(where) + dt.timedelta(days=days)).astimezone(dt.UTC) if due else None
        for name, due in dates.items()
    }


def read(file: Path, assignments: Collection[str], where: ZoneInfo) -> Dates:
    """Read a table of dates: columns ``assignment`` and ``due``, the time being that on a clock there.

    Parameters
    ----------
    file
        A CSV file as a spreadsheet program saves it, with lines such as ``ps1,2027-03-01 23:59``; an empty
        ``due`` sets none.
    assignments
        Those that there are.
    where
        Whose clock.

    Raises
    ------
    DatesError
        If the file cannot be read, or a line says what is no date.
    """
    try:
        lines = tables.read(file, COLUMNS)
    except tables.TableError as error:
        raise DatesError(str(error)) from None
    found: Dates = {}
    for line in lines:
        place = line.where
        name, due = line["assignment"], line["due"]
        if name not in assignments:
            raise DatesError(f"{place}: there is no assignment {name!r}; there are {', '.join(assignments)}")
        if name in found:
            raise DatesError(f"{place}: {name} stands twice; keep one line")
        found[name] = _moment(place, due, where) if due else None
    return found


def _moment(place: str, text: str, where: ZoneInfo) -> dt.datetime:
    for form in _FORMS:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=where).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            continue
    raise DatesError(f"{place}: {text!r} is no date and time; write it as in 2027-03-01 23:59")


def write(database: str, course: str, dates: Mapping[str, dt.datetime | None]) -> None:
    """Enter dates into a gradebook, which is made where there is none.

    Parameters
    ----------
    database
        Its address.
    course
        The course's id.
    dates
        Those that are set.
    """
    with Gradebook(database, course) as book:
        for name, due in dates.items():
            if due is not None:
                book.update_or_create_assignment(name, duedate=due.replace(tzinfo=None))
