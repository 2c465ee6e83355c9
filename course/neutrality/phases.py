"""Ulakhovich's three periods of Minsk's foreign policy, and where to cut between them.

The periods are Vladimir Ulakhovich's, as reported by Kamil Kłysiński (osw-2018, fn5): neutrality 1991–4, a multi-vector
policy 1994–7, a strategic partnership with Russia from 1997. The course has the note and not the chapter behind it, so
every use should keep that chain of speakers.

Two things the note leaves open are choices here, and never silent ones.

**The shared years.** 1994 and 1997 each stand in two periods. The boundary is named by whoever groups evidence: one of
`BOUNDARIES`, or two dates as a `Boundary`. It matters: of the 68 roll calls of 1994 on which both Belarus and Russia
voted, 64 fall in December, so they go to one period or the other almost as one block.

**The open end.** The note gives the third period no end. Ulakhovich's chapter, by its title, covers 1991 to 2001, so
evidence after `CHAPTER_END` belongs to no period unless a later end is asked for by name: that is then the asker's
extension and not Ulakhovich's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Phase:
    """One of the three periods: Ulakhovich's, as reported by Kłysiński (osw-2018, fn5).

    Attributes
    ----------
    name : str
        What the policy of the period is called.
    first_year, last_year : int
        The years as the note gives them, shared years included. The note leaves the third period open; its
        ``last_year`` is None.
    locator : str
        Where it stands: source and place.
    """

    name: str
    first_year: int
    last_year: int | None
    locator: str = "osw-2018 fn5"


PHASES = (
    Phase("neutrality", 1991, 1994),
    Phase("multi-vector", 1994, 1997),
    Phase("strategic partnership", 1997, None),
)
"""The three periods in order: Ulakhovich's, as reported by Kłysiński (osw-2018, fn5)."""

CHAPTER_END = date(2001, 12, 31)
"""The last day that Ulakhovich's chapter covers, by its title (1991–2001)."""

BOUNDARIES = {
    "earlier": "a shared year belongs to the earlier of its two periods",
    "later": "a shared year belongs to the later of its two periods",
    "drop": "a shared year belongs to no period",
    "both": "a shared year belongs to both of its periods, so its evidence is counted twice",
}
"""The named choices for the shared years 1994 and 1997."""


@dataclass(frozen=True)
class Boundary:
    """A boundary at two dates of your own choice.

    Attributes
    ----------
    multi_vector : datetime.date
        First day of the second period; in 1994, the year the note has both periods share.
    partnership : datetime.date
        First day of the third period; in 1997.

    Raises
    ------
    ValueError
        If a date lies outside its shared year: the periods would then no longer be those of the note.

    Examples
    --------
    >>> Boundary(date(1994, 7, 20), date(1997, 4, 2)).multi_vector.year
    1994
    >>> Boundary(date(1995, 1, 1), date(1997, 4, 2))
    Traceback (most recent call last):
        ...
    ValueError: Boundary: multi_vector is 1995-01-01, outside 1994, the year both periods share (osw-2018 fn5).
    """

    multi_vector: date
    partnership: date

    def __post_init__(self) -> None:
        for name, phase in zip(("multi_vector", "partnership"), PHASES[1:], strict=True):
            day = getattr(self, name)
            if day.year != phase.first_year:
                raise ValueError(
                    f"Boundary: {name} is {day}, outside {phase.first_year}, "
                    f"the year both periods share ({phase.locator})."
                )


def members(dates: Any, boundary: str | Boundary | None = None, *, end: date = CHAPTER_END) -> pd.DataFrame:
    """Tell which dates belong to which period.

    The periods are Ulakhovich's, as reported by Kłysiński (osw-2018, fn5). A period's first and last day are those of
    calendar years, except where `boundary` cuts inside a shared year.

    Parameters
    ----------
    dates : array_like of datetime
        Dates of the evidence to be grouped.
    boundary : str or Boundary
        What to do with the shared years 1994 and 1997: ``"earlier"``, ``"later"``, ``"drop"`` or ``"both"`` (see
        `BOUNDARIES`), or two dates. There is no default.
    end : datetime.date, optional
        Last day of the third period; by default the last that Ulakhovich's chapter covers, 31 December 2001.

    Returns
    -------
    pandas.DataFrame
        One row a date, one boolean column a period. A row without a true value belongs to no period; with ``"both"`` a
        row can belong to two.

    Raises
    ------
    TypeError
        If no boundary is given.
    ValueError
        If the boundary is none of those named; both messages list them.

    Examples
    --------
    >>> members(["1994-12-15"], "earlier").iloc[0].tolist()
    [True, False, False]
    >>> members(["1994-12-15"], "later").iloc[0].tolist()
    [False, True, False]
    >>> members(["2002-01-01"], "both").iloc[0].tolist()
    [False, False, False]
    """
    spans = _spans(boundary, end)
    days = np.asarray(pd.to_datetime(dates), dtype="datetime64[D]")
    return pd.DataFrame({phase.name: _within(days, *span) for phase, span in zip(PHASES, spans, strict=True)})


def _within(days: npt.NDArray[np.datetime64], first: date, last: date) -> npt.NDArray[np.bool_]:
    return (np.datetime64(first) <= days) & (days <= np.datetime64(last))


def _spans(boundary: str | Boundary | None, end: date) -> list[tuple[date, date]]:
    """Return the first and last day of each period."""
    if isinstance(boundary, Boundary):
        second, third = boundary.multi_vector, boundary.partnership
        return [(_new_year(PHASES[0].first_year), _eve(second)), (second, _eve(third)), (third, end)]
    keeps_first, keeps_last = _shared_years(boundary)
    spans = []
    for phase in PHASES:
        # Only the outer edges of the three periods are not shared with another one.
        first = phase.first_year if phase is PHASES[0] or keeps_first else phase.first_year + 1
        last = None if phase.last_year is None else phase.last_year + (1 if keeps_last else 0)
        spans.append((_new_year(first), end if last is None else _eve(_new_year(last))))
    return spans


def _shared_years(boundary: str | None) -> tuple[bool, bool]:
    """Tell whether a period keeps the shared year it begins with, and the one it ends with."""
    listed = "; ".join(f"{name!r}: {meaning}" for name, meaning in BOUNDARIES.items())
    choices = f"Choose {listed}; or give a Boundary with two dates."
    if boundary is None:
        raise TypeError(f"boundary is missing: 1994 and 1997 each stand in two periods (osw-2018 fn5). {choices}")
    if boundary not in BOUNDARIES:
        raise ValueError(f"boundary is {boundary!r}, which is none of the choices. {choices}")
    return boundary in ("later", "both"), boundary in ("earlier", "both")


def _new_year(year: int) -> date:
    return date(year, 1, 1)


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
