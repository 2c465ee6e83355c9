"""Published ideal points of states, with their uncertainty, and the gap between two states.

An ideal point is a state's position on one line, estimated from who voted with whom in the General Assembly. The
estimates are those of Bailey, Strezhnev and Voeten (2017), Estimating Dynamic State Preferences from United Nations
Voting Data, Journal of Conflict Resolution 61(2), 430–456, in two releases:

- ``"2025-07"``: July 2025, by calendar year, 1946 to 2024. ``votes`` says which votes were used: ``"final"`` (on the
  final passage of a text), ``"all"`` (those on paragraphs and amendments too, to 2023), or ``"legacy"`` (the older
  kind, by session, without intervals);
- ``"2020-04"``: April 2020, by session, 1 to 74; all votes, but after 1989 none on paragraphs and amendments.

How each was seen: of the article, only the abstract. Of the release of April 2020, the data file, the readme, the
codebook and the code, in the public repository of one of the authors. Of the release of July 2025, the data file, in a
copy; what its columns are was read in the documentation of people who use it, and the numbers of votes agree with that.

`neutrality.seats` says where a state's code is not the publishers'. The codebook in ``data/CODEBOOK.md`` has the rest.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neutrality import inputs, tables
from neutrality.rollcalls import UnknownStateError

INTERVAL = 0.9
"""Share of the posterior between ``low`` and ``high``: the publishers' 5 and 95 % quantiles."""

RELEASES = {"2025-07": ("final", "all", "legacy"), "2020-04": ("all",)}
"""The releases, and the choices of votes in each; the first is the one taken if none is named."""

_TABLES = {"2025-07": "idealpoints-2025", "2020-04": "idealpoints-2020"}
_PARTS = ["point", "low", "high", "votes"]


class NoPointError(ValueError):
    """A state has no published point in the years that were asked for."""


def points(
    release: str = "2025-07",
    votes: str | None = None,
    *,
    states: Sequence[str] | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Load published ideal points.

    Parameters
    ----------
    release : {"2025-07", "2020-04"}
        Which release.
    votes : {"final", "all", "legacy"}, optional
        Which votes the estimates are from. By default ``"final"`` for 2025-07, and for 2020-04 ``"all"``, which is the
        only one there.
    states : sequence of str, optional
        Only these three-letter codes; by default all.
    folder : pathlib.Path, optional
        A data folder; by default `neutrality.tables.data_folder`.

    Returns
    -------
    pandas.DataFrame
        One row a state and year, in order of both: ``state``, ``year``, ``point`` (mean of the posterior), ``low`` and
        ``high`` (its 5 and 95 % quantiles; NaN for legacy) and ``votes`` (how many of the state's were used; a gap for
        legacy). For 2020-04 and for legacy ``year`` is 1945 + session and ``session`` stands beside it; else it is the
        calendar year. The unit is that of the scale, on which the publishers set mean 0 and standard deviation 1.
        ``attrs`` has ``release``, ``votes``, ``interval``, ``year`` (what it means) and ``citation``.

    Raises
    ------
    ValueError
        If there is no such release, or no such choice of votes in it.
    neutrality.rollcalls.UnknownStateError
        If a code has no published point; the message suggests near ones.
    neutrality.tables.TableError
        If the table is missing or torn.

    Notes
    -----
    There is one row a state and year. Where the publishers count two states and we one code (Germany and Yemen, each
    before and after 1990), the path is put together from two and may jump.

    Examples
    --------
    >>> points(states=["BLR", "RUS"]).query("year == 1995")[["state", "year", "point", "low", "high", "votes"]]
        state  year     point       low      high  votes
    48    BLR  1995  0.573800  0.390309  0.755995     67
    126   RUS  1995  1.271501  1.054370  1.490427     67
    """
    chosen = _choice(release, votes)
    table = tables.load(_TABLES[release], folder)
    if release != "2020-04":
        table = table[table[f"point_{chosen}"].notna()]
    if states is not None:
        states = inputs.listed("points: states", states)
        _require(states, table)
        table = table[table["state"].isin(states)]
    frame = _older(table) if release == "2020-04" else _newer(table, chosen)
    frame = frame.sort_values(["state", "year"], ignore_index=True)
    citation = tables.resource(_TABLES[release], folder)["citation"]
    by_session = release == "2020-04" or chosen == "legacy"
    frame.attrs = {
        "release": release,
        "votes": chosen,
        "interval": None if chosen == "legacy" else INTERVAL,
        "year": "1945 + session" if by_session else "calendar year of the votes",
        "citation": citation,
    }
    return frame


def gap(
    one: str,
    other: str,
    *,
    release: str = "2025-07",
    votes: str | None = None,
    first: int | None = None,
    last: int | None = None,
    folder: Path | None = None,
) -> pd.DataFrame:
    """Subtract one state's published points from another's, year by year.

    Parameters
    ----------
    one, other : str
        Three-letter codes; the gap is `one` minus `other`, so it is positive where `one` stands higher.
    release, votes, folder
        As for `points`.
    first, last : int, optional
        The years to take, themselves included. By default all in which both states have a point.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``year``: ``gap``, ``low``, ``high`` (limits, see the notes; NaN for legacy), and the two points,
        ``one`` and ``other``. ``attrs`` are those of `points`, with ``states``; ``interval`` is .8.

    Raises
    ------
    NoPointError
        If a state has no point in the first or last year that was named, or the two have no year in common; the message
        says which years there are.
    neutrality.rollcalls.UnknownStateError
        If a code has no published point at all.
    ValueError
        If the two codes are one, `first` is after `last`, or a release or choice of votes is not there.

    Notes
    -----
    The publishers give an interval for each state, and not how the errors of two states go together, so the interval of
    a difference cannot be computed. It can be bounded. ``low`` is the low limit of `one` minus the high limit of
    `other`, ``high`` the reverse. Either state is beyond its limit on one side with a probability of .05; so whatever
    their dependence, the gap is below ``low`` with at most .1, above ``high`` with at most .1, and between them with at
    least .8 (Bonferroni's inequality). It is usually much more: .98 if the errors are normal, equal and independent.
    A gap whose limits include 0 may therefore still be a real one; a gap whose limits exclude 0 is one at that level.

    Numbers of distant decades are on one scale only as far as the model ties them together, and a gap says nothing of
    which of the two moved.

    Examples
    --------
    >>> found = gap("BLR", "RUS", first=1994, last=1996)
    >>> found.loc[1996].round(2).to_dict()
    {'gap': -0.15, 'low': -0.49, 'high': 0.17, 'one': 0.52, 'other': 0.67}
    >>> gap("BLR", "KAZ", first=1990)
    Traceback (most recent call last):
        ...
    neutrality.published.NoPointError: gap: no point for 1990: KAZ has points for 1992 to 2024. Name such a year.
    """
    if one == other:
        raise ValueError(f"gap: {one!r} is named twice. Name two states.")
    for name, year in (("first", first), ("last", last)):
        if year is not None:
            inputs.whole(f"gap: {name}", year, example=1991)
    if first is not None and last is not None and first > last:
        raise ValueError(f"gap: the first year, {first}, is after the last, {last}. Swap them.")
    both = points(release, votes, states=[one, other], folder=folder)
    sides = [both[both["state"] == state].set_index("year") for state in (one, other)]
    for state, side in zip((one, other), sides, strict=True):
        _require_years(state, side.index, [year for year in (first, last) if year is not None])
    here, there = sides
    years = here.index.intersection(there.index).sort_values()
    if not len(years):
        raise NoPointError(f"gap: {_span(one, here.index)}, {_span(other, there.index)}: no year in common.")
    years = years[(years >= (first or years[0])) & (years <= (last or years[-1]))]
    a, b = here.loc[years], there.loc[years]
    table = pd.DataFrame({"gap": a["point"] - b["point"], "low": a["low"] - b["high"], "high": a["high"] - b["low"]})
    table = table.assign(one=a["point"], other=b["point"])
    table.attrs = {**both.attrs, "states": (one, other), "interval": None if table["low"].isna().all() else 0.8}
    return table


def _choice(release: str, votes: str | None) -> str:
    """Return the choice of votes, or say what there is."""
    if release not in RELEASES:
        raise ValueError(f"no release {release!r} of the ideal points. There are: {', '.join(RELEASES)}.")
    if votes is not None and votes not in RELEASES[release]:
        choices = ", ".join(RELEASES[release])
        raise ValueError(f"the release {release} has no points from {votes!r} votes. It has: {choices}.")
    return votes or RELEASES[release][0]


def _older(table: pd.DataFrame) -> pd.DataFrame:
    """Bring the release of April 2020 into the common form."""
    session = table["session"].astype("int64")
    frame = pd.DataFrame({"state": table["state"].astype(str), "year": session + 1945, "session": session})
    return frame.assign(**{part: _plain(table[part]) for part in _PARTS})


def _newer(table: pd.DataFrame, votes: str) -> pd.DataFrame:
    """Bring the release of July 2025 into the common form."""
    frame = pd.DataFrame({"state": table["state"].astype(str), "year": table["year"].astype("int64")})
    if votes == "legacy":
        frame["session"] = frame["year"] - 1945
        unknown = pd.array([pd.NA] * len(frame), dtype="Int64")
        return frame.assign(point=_plain(table["point_legacy"]), low=np.nan, high=np.nan, votes=unknown)
    return frame.assign(**{part: _plain(table[f"{part}_{votes}"]) for part in _PARTS})


def _plain(column: pd.Series[Any]) -> Any:
    """Return estimates with the digits that were published, and counts as whole numbers that may have gaps."""
    if column.dtype != "float32":
        return column.astype("Int64")
    # The table keeps seven digits in 32 bits. Rounding to seven makes the 64-bit number that the digits stand for.
    near = column.to_numpy(dtype=np.float64)
    scale = 10.0 ** (6 - np.floor(np.log10(np.abs(near), where=near != 0, out=np.zeros_like(near))))
    return np.round(near * scale) / scale


def _require(states: Iterable[str], table: pd.DataFrame) -> None:
    pairs = table[["state", "name"]].drop_duplicates("state", keep="last").astype(str)
    names = dict(pairs.itertuples(index=False, name=None))
    for state in states:
        if state not in names:
            raise UnknownStateError(_unknown(state, names))


def _unknown(state: str, names: dict[str, str]) -> str:
    """Say that a code is unknown, and which are near, by code or by name."""
    wanted = str(state).strip().upper()
    if len(wanted) > 3:
        by_name = {name.upper(): code for code, name in names.items()}
        near = [by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=3)]
    else:  # a wrong last letter, or swapped letters, are likelier slips than a wrong first letter
        near = difflib.get_close_matches(wanted, names, n=len(names))
        near = sorted(near, key=lambda code: (sorted(code) != sorted(wanted), code[:2] != wanted[:2]))[:3]
    hint = ", ".join(f"{code!r} ({names[code]})" for code in near)
    meant = f"Did you mean {hint}?" if hint else "Codes have three letters, such as 'BLR'."
    return f"no published ideal points of a state {state!r}. {meant} All codes are in the column `state` of `points()`."


def _require_years(state: str, there: pd.Index[Any], wanted: list[int]) -> None:
    for year in wanted:
        if year not in there:
            raise NoPointError(f"gap: no point for {year}: {_span(state, there)}. Name such a year.")


def _span(state: str, years: pd.Index[Any]) -> str:
    """Say which years a state has, gaps included."""
    ordered = sorted(int(year) for year in years)
    missing = sorted(set(range(ordered[0], ordered[-1] + 1)) - set(ordered))
    without = f" without {', '.join(map(str, missing))}" if missing else ""
    return f"{state} has points for {ordered[0]} to {ordered[-1]}{without}"
