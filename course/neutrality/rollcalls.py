"""The General Assembly's recorded votes as one small frozen object.

Only recorded votes on adopted texts are here. Adoption without a vote, failed drafts, votes on paragraphs and
amendments, and sponsorship cannot be seen in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from neutrality import inputs, tables
from neutrality.tables import TableError


class Vote(IntEnum):
    """What a state did at a roll call: the codes of `RollCalls.matrix`.

    Non-voting is the absence of a member's vote, and is not abstention. A state that was not a member on the day has
    no row in the records.

    Examples
    --------
    >>> Vote.ABSTAIN == 2, Vote(-1).name
    (True, 'NO_ROW')
    """

    NO_ROW = -1
    NON_VOTING = 0
    YES = 1
    ABSTAIN = 2
    NO = 3


ISSUES = {
    "me": "the Palestinian conflict",
    "nu": "nuclear weapons and nuclear material",
    "di": "arms control and disarmament",
    "co": "colonialism",
    "hr": "human rights",
    "ec": "economic development",
}
"""Voeten's six issue codes and what each is about; the codebook in ``data/CODEBOOK.md`` says more."""

_WORDS = {"yes": Vote.YES, "abstain": Vote.ABSTAIN, "no": Vote.NO, "non-voting": Vote.NON_VOTING}

Matrix = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


class UnknownStateError(ValueError):
    """A state code that is not in these roll calls."""


@dataclass(frozen=True, eq=False)
class RollCalls:
    """Recorded votes: a matrix and the tables that say what its rows and columns are.

    Attributes
    ----------
    matrix : numpy.ndarray
        Shape (roll calls, states), type int8, read-only: the codes of `Vote`.
    resolutions : pandas.DataFrame
        One row a roll call, in the matrix's order, indexed 0, 1, 2 …: ``undl_id``, ``date`` (datetime64), ``year`` (of
        the date), ``session`` (label, such as "48" or "ES-10"), ``special`` (whether the session is a special or an
        emergency special one), ``resolution``, ``meeting``, ``title``, ``agenda_title``, the issue codes ``me``,
        ``nu``, ``di``, ``co``, ``hr``, ``ec`` (boolean with gaps), ``voeten_rcid``, and the totals as stated by the
        library. The codebook in ``data/CODEBOOK.md`` explains each.
    states : pandas.DataFrame
        One row a state, in the matrix's order, indexed 0, 1, 2 …: ``code``, ``name``, ``first_vote``, ``last_vote``
        (dates of the state's first and last row in the whole table, non-voting included).
    """

    matrix: Matrix
    resolutions: pd.DataFrame
    states: pd.DataFrame

    def __len__(self) -> int:
        return len(self.resolutions)

    def votes(self, state: str) -> Matrix:
        """Return one state's votes, one a roll call.

        Parameters
        ----------
        state : str
            Three-letter code. Votes of the Byelorussian SSR stand under BLR, those of the Soviet Union under RUS.

        Returns
        -------
        numpy.ndarray
            Shape (roll calls,), type int8, read-only: the codes of `Vote`.

        Raises
        ------
        UnknownStateError
            If there is no such code; the message suggests near ones.

        Examples
        --------
        >>> calls = load()
        >>> bool((calls.votes("BLR") == Vote.NO_ROW).any())
        False
        """
        return self.matrix[:, self._column(state)]

    def select(self, mask: Any) -> RollCalls:
        """Keep some roll calls.

        Parameters
        ----------
        mask : array_like of bool
            One value a roll call; true keeps it. A gap (an issue code that is missing) is an error: say with
            ``fillna`` what a gap means to you.

        Returns
        -------
        RollCalls
            The kept roll calls, indexed anew from 0, and all the states.

        Raises
        ------
        ValueError
            If the mask has another length, is not true/false, or has gaps.

        Examples
        --------
        >>> calls = load()
        >>> human_rights = calls.select(calls.resolutions["hr"].fillna(False))
        >>> bool(human_rights.resolutions["hr"].all())
        True
        """
        keep = self._mask(mask)
        matrix = self.matrix[keep]
        matrix.flags.writeable = False
        return RollCalls(matrix, self.resolutions[keep].reset_index(drop=True), self.states)

    def years(self, first: int, last: int | None = None) -> RollCalls:
        """Keep the roll calls of calendar years, special sessions included.

        Parameters
        ----------
        first : int
            The first year.
        last : int, optional
            The last year, itself included; by default the first.

        Returns
        -------
        RollCalls
            The roll calls dated in those years.

        Examples
        --------
        >>> len(load().years(1964))
        0
        """
        first, last = _span("years", first, last, "year")
        return self.select(self.resolutions["year"].between(first, last))

    def sessions(self, first: int, last: int | None = None) -> RollCalls:
        """Keep the roll calls of regular sessions.

        Parameters
        ----------
        first : int
            The first session's number.
        last : int, optional
            The last session's number, itself included; by default the first.

        Returns
        -------
        RollCalls
            The roll calls of those sessions. Special and emergency special sessions are not among them: take those
            with ``calls.select(calls.resolutions["session"] == "ES-11")``.

        Examples
        --------
        >>> load().sessions(48).resolutions["year"].unique().tolist()
        [1993, 1994]
        """
        number = pd.to_numeric(self.resolutions["session"].where(~self.resolutions["special"]))
        first, last = _span("sessions", first, last, "session")
        if first > 1000:
            raise ValueError(
                f"sessions: there is no session {first}; the last is {number.max():.0f}. For years use `years`."
            )
        return self.select(number.between(first, last))

    def _column(self, state: str) -> int:
        places = np.flatnonzero(self.states["code"] == state)
        if not len(places):
            raise UnknownStateError(_unknown(state, self.states))
        return int(places[0])

    def _mask(self, mask: Any) -> Mask:
        series = pd.Series(inputs.in_order(mask, len(self)))
        if len(series) != len(self):
            raise ValueError(f"select: the mask has {len(series)} values, there are {len(self)} roll calls.")
        if series.isna().any():
            gaps = int(series.isna().sum())
            raise ValueError(f"select: the mask has {gaps} gaps. Say what a gap means, for instance .fillna(False).")
        if not pd.api.types.is_bool_dtype(series.dtype):
            raise ValueError(f"select: the mask has values of type {series.dtype}. Give one true or false a roll call.")
        return series.to_numpy(dtype=bool)


def load(folder: Path | None = None) -> RollCalls:
    """Load every recorded vote.

    Parameters
    ----------
    folder : pathlib.Path, optional
        A data folder; by default `neutrality.tables.data_folder`.

    Returns
    -------
    RollCalls
        All roll calls in order of date and record number, all states in order of code.

    Raises
    ------
    neutrality.tables.TableError
        If a table is missing, torn, or from another build than the rest.

    Examples
    --------
    >>> calls = load()
    >>> calls.matrix.shape == (len(calls.resolutions), len(calls.states))
    True
    >>> calls.resolutions.loc[0, ["date", "session", "resolution"]].tolist()
    [Timestamp('1946-01-26 00:00:00'), '1', 'A/RES/17(I)[RULE-73]']
    """
    folder = tables.data_folder() if folder is None else folder
    resolutions = _resolutions(tables.load("unga-resolutions", folder))
    states = tables.load("unga-states", folder)
    matrix = _matrix(tables.arrow("unga-votes", folder), resolutions, states)
    return RollCalls(matrix, resolutions, states)


def require_some(votes: RollCalls) -> None:
    """Refuse a selection in which there is no roll call.

    Parameters
    ----------
    votes : RollCalls
        What a measure was given.

    Raises
    ------
    ValueError
        If it is empty.

    Examples
    --------
    >>> require_some(load().years(1964))
    Traceback (most recent call last):
        ...
    ValueError: there are no roll calls in this selection. Select at least one.
    """
    if not len(votes):
        raise ValueError("there are no roll calls in this selection. Select at least one.")


def _resolutions(table: pd.DataFrame) -> pd.DataFrame:
    """Set what follows from a column beside it: the year, and whether the session is a special one."""
    place = table.columns.get_loc("session")
    assert isinstance(place, int)  # noqa: S101  # column names are unique
    table.insert(place + 1, "special", table["session"].str.startswith(("S-", "ES-")).astype(bool))
    table.insert(place, "year", table["date"].dt.year)
    return table


def _matrix(votes: pa.Table, resolutions: pd.DataFrame, states: pd.DataFrame) -> Matrix:
    """Spread the long table. It is in the order of its resolutions, so counting the changes gives the row."""
    number = votes.column("undl_id").to_numpy()
    starts = np.concatenate(([0], np.flatnonzero(number[1:] != number[:-1]) + 1))
    if not np.array_equal(number[starts], resolutions["undl_id"]):
        raise TableError(
            "unga-votes: its resolutions are not those of unga-resolutions; the tables come from different builds. "
            "Build them again with `python -m neutrality votes build FILE`."
        )
    lengths = np.diff(np.append(starts, len(number)))
    # Places in the flattened matrix: one index array is filled faster than a pair of them.
    places = np.repeat(np.arange(len(starts), dtype=np.int32) * np.int32(len(states)), lengths)
    places += _lookup(votes.column("state"), {code: place for place, code in enumerate(states["code"])}, np.int32)
    matrix = np.full(len(resolutions) * len(states), Vote.NO_ROW, dtype=np.int8)
    matrix[places] = _lookup(votes.column("vote"), _WORDS, np.int8)
    matrix.flags.writeable = False
    return matrix.reshape(len(resolutions), len(states))


def _lookup(column: pa.ChunkedArray, numbers: Mapping[str, int], kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
    """Translate a dictionary column, reading each distinct value once."""
    pieces = []
    for chunk in column.chunks:
        known = np.array([numbers[value] for value in chunk.dictionary.to_pylist()], dtype=kind)
        pieces.append(known.take(chunk.indices.to_numpy()))  # twice as fast as known[…]
    return np.concatenate(pieces)


def _span(name: str, first: int, last: int | None, what: str) -> tuple[int, int]:
    """Return the first and the last year or session; refuse what is neither, and a span that ends before it begins."""
    start = inputs.whole(f"{name}: first", first, example=1991 if what == "year" else 46)
    end = start if last is None else inputs.whole(f"{name}: last", last)
    if end < start:
        raise ValueError(f"{name}: the first {what}, {start}, is after the last, {end}. Swap them.")
    if what == "year" and start < 1000:
        raise ValueError(f"{name}: {start} is no year. Write it with four digits, such as 1991.")
    return start, end


def _unknown(state: str, states: pd.DataFrame) -> str:
    """Say that a state is unknown and which ones are near, by code or by name."""
    names = dict(zip(states["code"], states["name"], strict=True))
    hint = ", ".join(f"{code!r} ({names[code]})" for code in _near(str(state).strip().upper(), names))
    meant = f"Did you mean {hint}?" if hint else "Codes have three letters, such as 'BLR'."
    return f"no state {state!r} in these roll calls. {meant} All codes are in the column `code` of `states`."


def _near(wanted: str, names: dict[str, str]) -> list[str]:
    """Return up to three codes that are near a wrong one, or whose state's name is near it."""
    if len(wanted) > 3:
        by_name = {name: code for code, name in names.items()}
        return [by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=3)]
    near = difflib.get_close_matches(wanted, names, n=len(names))
    # Swapped letters are the likeliest slip, then a wrong last letter.
    return sorted(
        near, key=lambda code: (sorted(code) != sorted(wanted), code[:2] != wanted[:2], code[:1] != wanted[:1])
    )[:3]
