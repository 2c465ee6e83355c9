"""Years for which the two sources tell of a change, as groupings of years beside Ulakhovich's phases.

To call them turning points is the course's word, and not theirs.

- Kłysiński names 1994 (osw-2018, s1.p3) and 2014 (osw-2018, s2.p2).
- The Digest page names no year: it says "since the late 2000s" (digest-2016, s2.b2). Which year that begins with is our
  reading of the words. It is 2007 unless you say otherwise, and should be varied.

Ulakhovich's three periods stand in `neutrality.phases` and end with 2001; these groupings go on where they stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

SINCE = 2007
"""Our reading of "since the late 2000s" (digest-2016, s2.b2), where no other first year is given."""

LATE_2000S = (2005, 2009)
"""The years that "the late 2000s" can mean: the second half of the decade."""

WHO = ("osw", "digest")
"""Whose turning points there are: Kłysiński's (osw-2018) and those on the Digest page (digest-2016)."""


@dataclass(frozen=True)
class Group:
    """Years between two turning points.

    Attributes
    ----------
    name : str
    first_year, last_year : int or None
        Both included; None where the group is open.
    locator : str
        Where the turning points stand, separated by semicolons.
    """

    name: str
    first_year: int | None
    last_year: int | None
    locator: str


def groups(who: str, *, since: int | None = None) -> tuple[Group, ...]:
    """Return the groups of years between one source's turning points.

    Parameters
    ----------
    who : {"osw", "digest"}
        Whose turning points.
    since : int, optional
        The first year of the late 2000s, from 2005 to 2009; by default `SINCE`. Only for ``"digest"``.

    Returns
    -------
    tuple of Group
        In order of time.

    Raises
    ------
    ValueError
        If `who` is none of those possible, or `since` is no year of the late 2000s or given where it has no meaning.

    Examples
    --------
    >>> [group.name for group in groups("osw")]
    ['before 1994', '1994–2013', 'from 2014']
    >>> groups("digest", since=2009)[1].first_year
    2009
    """
    if who not in WHO:
        raise ValueError(f"turning points of {who!r} are not here. Choose one of {', '.join(map(repr, WHO))}.")
    if who == "osw":
        if since is not None:
            raise ValueError("since is for the Digest page's words; with 'osw' leave it out.")
        return (
            Group("before 1994", None, 1993, "osw-2018 s1.p3"),
            Group("1994–2013", 1994, 2013, "osw-2018 s1.p3;osw-2018 s2.p2"),
            Group("from 2014", 2014, None, "osw-2018 s2.p2"),
        )
    first = SINCE if since is None else since
    if not LATE_2000S[0] <= first <= LATE_2000S[1]:
        raise ValueError(
            f"since is {first}, no year of the late 2000s. Give one from {LATE_2000S[0]} to {LATE_2000S[1]}."
        )
    return (
        Group("before the late 2000s", None, first - 1, "digest-2016 s2.b2"),
        Group("since the late 2000s", first, None, "digest-2016 s2.b2"),
    )


def members(years: Any, who: str, *, since: int | None = None) -> pd.DataFrame:
    """Tell which years belong to which group.

    Parameters
    ----------
    years : array_like of int
        Years of the evidence to be grouped; a gap belongs to no group.
    who : {"osw", "digest"}
        Whose turning points.
    since : int, optional
        As for `groups`.

    Returns
    -------
    pandas.DataFrame
        One row a year, one boolean column a group. ``attrs`` names the locators and the first year read into "since
        the late 2000s".

    Raises
    ------
    ValueError
        As `groups`.

    Examples
    --------
    >>> members([1993, 2014], "osw").iloc[1].tolist()
    [False, False, True]
    >>> members([2008], "digest", since=2009).iloc[0].tolist()
    [True, False]
    """
    spans = groups(who, since=since)
    when = pd.Series(np.asarray(years, dtype=object)).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    frame = pd.DataFrame({span.name: _within(when, span) for span in spans})
    frame.attrs = {"who": who, "locators": tuple(span.locator for span in spans)}
    if who == "digest":
        frame.attrs["since"] = spans[1].first_year
    return frame


def _within(years: Any, span: Group) -> Any:
    # A gap compares false with every year, so it falls into no group only if both ends are compared.
    first = -np.inf if span.first_year is None else span.first_year
    last = np.inf if span.last_year is None else span.last_year
    return (first <= years) & (years <= last)
