"""The events that the two sources tell of, each dated exactly as far as the date goes.

Three things are kept apart: what a source dates, what we infer from a reference or from the date of the paper, and what
is taken from outside. Where a text gives no date, the event has none. The day of a news item in a note is not the day
of what the item reports.

Some events serve as graded questions, and a student's copy of the table does not have them: every reader here leaves
them out unless asked.
"""

from __future__ import annotations

import calendar
import datetime as dt

import pandas as pd

from neutrality import openrows, phases

PRECISIONS = ("day", "month", "season", "year", "span", "none")
"""How exact a date can be; ``none`` where there is no date."""

BASES = ("stated", "inferred", "outside", "none")
"""Where a date can come from."""


def load(items: bool = False) -> pd.DataFrame:
    """Load the events.

    Parameters
    ----------
    items : bool, optional
        Whether those that serve as graded questions come too. A student's copy does not have them.

    Returns
    -------
    pandas.DataFrame
        One row an event: ``id``, ``event``, ``first`` and ``last`` (ISO 8601, only as long as the precision goes;
        empty without a date), ``precision``, ``phase`` (several are separated by semicolons), ``basis``, ``locators``,
        ``reference``, ``note``, ``use``.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.

    Examples
    --------
    >>> events = load()
    >>> set(events["precision"]) <= set(PRECISIONS)
    True
    """
    return openrows.load("stances-events", items)


def at(locator: str, items: bool = False) -> pd.DataFrame:
    """Return the events that one place tells of.

    Parameters
    ----------
    locator : str
        As for `neutrality.sources.parse`: a paragraph, an item of a list, a note, or a whole section.
    items : bool, optional
        As for `load`.

    Returns
    -------
    pandas.DataFrame
        As from `load`; empty where the place tells of none.

    Raises
    ------
    neutrality.sources.SourceError
        If there is no such place.

    Examples
    --------
    >>> at("osw-2018 fn8")["first"].tolist()
    ['2014-03-23']
    """
    return openrows.at(load(items), "locators", locator)


def when(first: str, last: str, precision: str) -> str:
    """Put a date into words, no more exact than it is.

    Parameters
    ----------
    first, last : str
        The cells of an event.
    precision : str
        One of `PRECISIONS`.

    Returns
    -------
    str

    Examples
    --------
    >>> when("2014-03-23", "2014-03-23", "day"), when("2014-09", "2014-09", "month"), when("1975", "1975", "year")
    ('23 March 2014', 'September 2014', '1975')
    >>> when("2015-09", "2015-11", "season"), when("1991", "1994", "span"), when("", "", "none")
    ('September 2015 to November 2015', '1991 to 1994', 'no date')
    """
    if precision == "none":
        return "no date"
    return _words(first) if first == last else f"{_words(first)} to {_words(last)}"


def bounds(date: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that a date can mean.

    Parameters
    ----------
    date : str
        A year, a month or a day, as in ISO 8601.

    Returns
    -------
    tuple of datetime.date

    Examples
    --------
    >>> bounds("2014-09")
    (datetime.date(2014, 9, 1), datetime.date(2014, 9, 30))
    """
    year, month, day = (*map(int, date.split("-")), 0, 0)[:3]
    if day:
        return (dt.date(year, month, day),) * 2
    following = dt.date(year + 1, 1, 1) if month in (0, 12) else dt.date(year, month + 1, 1)
    return dt.date(year, month or 1, 1), following - dt.timedelta(days=1)


def touched(first: dt.date, last: dt.date) -> tuple[str, ...]:
    """Name the periods that a stretch of days touches: Ulakhovich's, as Kłysiński reports them (osw-2018 fn5).

    Parameters
    ----------
    first, last : datetime.date

    Returns
    -------
    tuple of str
        In order of time. A shared year, 1994 or 1997, touches both of its periods. What lies before or after them is
        named so; the third period ends with Ulakhovich's chapter.

    Examples
    --------
    >>> touched(dt.date(1994, 1, 1), dt.date(1994, 12, 31))
    ('neutrality', 'multi-vector')
    >>> touched(dt.date(2014, 3, 23), dt.date(2014, 3, 23))
    ('after the chapter',)
    """
    start, end = phases.PHASES[0].first_year, phases.CHAPTER_END
    inside = [
        phase.name
        for phase in phases.PHASES
        if first <= min(dt.date(phase.last_year or end.year, 12, 31), end) and last >= dt.date(phase.first_year, 1, 1)
    ]
    before = ["before the periods"] if first.year < start else []
    return (*before, *inside, *(["after the chapter"] if last > end else []))


def _words(date: str) -> str:
    """Write 2014-03-23 as 23 March 2014, 2014-03 as March 2014, and a year as it is."""
    year, *rest = date.split("-")
    parts = [str(int(rest[1]))] if len(rest) == 2 else []
    return " ".join([*parts, *([calendar.month_name[int(rest[0])]] if rest else []), year])
