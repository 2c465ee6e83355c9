"""Find the publishers' roll calls among our recorded votes.

The pairs of repeated resolutions name roll calls by the publishers' numbers. Our table of resolutions has such a number
only from October 1991 on, and not for every vote. But a roll call leaves a print: who voted yes, no or abstained. Two
records of one session with the same print are the same vote, unless another record of that session has the print too;
then the resolution's symbol decides. A roll call is taken for one of our records if

- the votes agree, no other record of the session agrees clearly better, and the symbols are the same (``"symbol"``, or
  ``"number"`` if our record carries its number too); or else
- our record carries its number, and the votes agree (``"number"``); or else
- the votes agree almost wholly, and no other record comes near (``"votes"``): the publishers say themselves that their
  symbols before 1985 are not always right.

A match by votes alone is dropped if another roll call is taken for the same record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality.rollcalls import Matrix, RollCalls, Vote
from neutrality.seats import APART, seat

AGREES = 0.9
"""Share of identical votes below which two records are not the same vote."""

SURE = 0.98
"""Share of identical votes that is enough without the symbol."""

NEAR = 0.02
"""Records whose share is within this of the best one's are not told apart by votes."""

NONE = "none"
NO_ROLL_CALL = "the file of roll calls does not have it"
NO_RECORD = "no recorded vote on an adopted text of that session agrees with it"
SEVERAL = "several recorded votes of that session agree with it"

_WORDS = {"yes": Vote.YES, "abstain": Vote.ABSTAIN, "no": Vote.NO}


@dataclass(frozen=True, eq=False)
class Theirs:
    """The publishers' roll calls, as far as the search needs them.

    Attributes
    ----------
    place : dict of int to int
        The row of each roll call, by its number.
    session : numpy.ndarray
        Regular session by row.
    symbols : list of str
        As `symbol` makes them of the publishers' own.
    matrix : numpy.ndarray
        Votes by row and by state, in the order of our states; 0 where none was cast.
    """

    place: dict[int, int]
    session: npt.NDArray[np.int64]
    symbols: list[str]
    matrix: Matrix


def theirs(votes: pd.DataFrame, rolls: pd.DataFrame, names: Mapping[str, tuple[int, str]], ours: RollCalls) -> Theirs:
    """Arrange the publishers' votes over our states.

    Parameters
    ----------
    votes : pandas.DataFrame
        ``rcid``, ``country`` and ``vote`` (yes, abstain, no).
    rolls : pandas.DataFrame
        ``rcid``, ``session`` and ``unres`` (symbol).
    names : mapping of str to tuple of int and str
        Number and letters of each state, by the name that ``country`` has.
    ours : RollCalls
        Our roll calls, for the order of the states.

    Returns
    -------
    Theirs

    Raises
    ------
    KeyError
        If a state, a vote or a number of a roll call is unknown.
    """
    rolls = rolls.dropna(subset=["session"]).reset_index(drop=True)
    session = rolls["session"].to_numpy(dtype=np.int64)
    place = pd.Series(np.arange(len(rolls)), index=rolls["rcid"])
    votes = votes[votes["rcid"].isin(place.index)]
    rows = place[votes["rcid"]].to_numpy()
    country, known = pd.factorize(votes["country"].astype(str))
    column = {code: number for number, code in enumerate(ours.states["code"])}
    columns = np.zeros((len(known), session.max() + 1), dtype=np.int64)
    for number, when in {*zip(country.tolist(), session[rows].tolist(), strict=True)}:
        code = seat(*names[known[number]], when + 1945)
        columns[number, when] = column[APART.get(code, code)]
    matrix = np.zeros((len(rolls), len(column)), dtype=np.int8)
    matrix[rows, columns[country, session[rows]]] = [_WORDS[word] for word in votes["vote"].tolist()]
    place_of = dict(zip(place.index.tolist(), place.tolist(), strict=True))
    return Theirs(place_of, session, [symbol(text) for text in rolls["unres"].fillna("")], matrix)


def symbol(text: str, session: int = 0) -> str:
    """Write a resolution's symbol in one way, whoever wrote it.

    Parameters
    ----------
    text : str
        As the library writes it (A/RES/2678(XXV)[C]) or as the publishers do (R/25/2678C).
    session : int
        The session; the library wrote it in Roman numerals until 1976, so the number is asked for.

    Returns
    -------
    str
        Session, number and letter.

    Examples
    --------
    >>> symbol("A/RES/2678(XXV)[C]", 25), symbol("R/25/2678C", 25), symbol("A/RES/38/83[A]", 38)
    ('25/2678C', '25/2678C', '38/83A')
    """
    short = re.sub(r"^(A/RES|R)/|[\[\] ]", "", text)
    old = re.fullmatch(r"(\d+)([A-Z]?)\([IVXLC]+\)([A-Z]?)", short)
    return f"{session}/{''.join(old.groups())}" if old else short


def match(wanted: Sequence[int], others: Theirs, ours: RollCalls) -> pd.DataFrame:
    """Find roll calls among our records.

    Parameters
    ----------
    wanted : sequence of int
        The publishers' numbers.
    others : Theirs
        Their roll calls.
    ours : RollCalls
        Our roll calls.

    Returns
    -------
    pandas.DataFrame
        Indexed by number: ``undl_id`` (gap if not found), ``match`` ("number", "symbol", "votes" or "none") and ``why``
        (why it was not found, or empty).
    """
    session = _sessions(ours)
    symbols = np.array(
        [symbol(text, int(number)) for text, number in zip(ours.resolutions["resolution"], session, strict=True)]
    )
    given = _given(ours)
    rows = [_find(number, others, ours, given.get(number), session, symbols) for number in wanted]
    found = pd.DataFrame(rows, columns=["row", "match", "why"], index=pd.Index(wanted, name="rcid"))
    found = _single(found.astype({"row": "Int64"}))
    ids = ours.resolutions["undl_id"]
    found.insert(0, "undl_id", found.pop("row").map(ids.to_dict(), na_action="ignore").astype("Int64"))
    return found


def contradicted(others: Theirs, ours: RollCalls) -> Iterator[dict[str, Any]]:
    """List our records that carry the number of another roll call.

    Parameters
    ----------
    others : Theirs
        The publishers' roll calls.
    ours : RollCalls
        Our roll calls.

    Yields
    ------
    dict
        ``undl_id`` and ``resolution`` of our record; the ``rcid`` that it carries; the ``identical`` share of votes;
        ``belongs_to``, the record that this number was found to be of, or None.
    """
    given = _given(ours)
    wanted = sorted(number for number in given if number in others.place)
    found = dict(zip(wanted, match(wanted, others, ours)["undl_id"].tolist(), strict=True))
    ids, titles = ours.resolutions["undl_id"].tolist(), ours.resolutions["resolution"].tolist()
    for number in wanted:
        row, other = given[number], None if pd.isna(found[number]) else int(found[number])
        if other != ids[row]:
            share = float(_shares(others.matrix[others.place[number]], ours.matrix[[row]])[0])
            about = {"undl_id": int(ids[row]), "resolution": str(titles[row]), "rcid": number}
            yield about | {"identical": round(share, 3), "belongs_to": other}


def _find(
    number: int, others: Theirs, ours: RollCalls, given: int | None, session: Any, symbols: Any
) -> tuple[int | None, str, str]:
    """Return our row, how it was found, and if it was not, why."""
    if number not in others.place:
        return (given, "number", "") if given is not None else (None, NONE, NO_ROLL_CALL)
    place = others.place[number]
    here = np.flatnonzero(session == others.session[place])
    shares = _shares(others.matrix[place], ours.matrix[here])
    near = shares >= max(AGREES, shares.max(initial=0) - NEAR)
    named = here[near & (symbols[here] == others.symbols[place])]
    if len(named) == 1:
        return int(named[0]), "number" if given == named[0] else "symbol", ""
    if given is not None and _shares(others.matrix[place], ours.matrix[[given]])[0] >= AGREES:
        return given, "number", ""
    if near.sum() == 1 and shares[near][0] >= SURE:
        return int(here[near][0]), "votes", ""
    return None, NONE, SEVERAL if near.sum() > 1 else NO_RECORD


def _shares(votes: Matrix, matrix: Matrix) -> npt.NDArray[np.float64]:
    """Return the share of identical votes, absence on one side only counting as a difference."""
    same = ((matrix == votes) & (votes > 0)).sum(axis=1)
    cast = np.maximum((matrix > 0).sum(axis=1), (votes > 0).sum())
    return np.asarray(same / np.maximum(cast, 1), dtype=np.float64)


def _single(found: pd.DataFrame) -> pd.DataFrame:
    """Drop what two roll calls claim: first matches by votes alone, then the rest."""
    for doubtful in (found["match"] == "votes", found["match"] != NONE):
        twice = found["row"].notna() & found["row"].duplicated(keep=False) & doubtful
        found["row"] = found["row"].mask(twice)
        found["match"] = found["match"].mask(twice, NONE)
        found["why"] = found["why"].mask(twice, SEVERAL)
    return found


def _sessions(ours: RollCalls) -> npt.NDArray[np.int64]:
    """Return the number of each regular session, and 0 for a special one."""
    regular = ours.resolutions["session"].where(~ours.resolutions["special"], "0")
    return np.asarray(regular.astype(int), dtype=np.int64)


def _given(ours: RollCalls) -> dict[int, int]:
    """Return our rows by the publishers' number that they carry."""
    numbers = enumerate(ours.resolutions["voeten_rcid"])
    return {int(number): row for row, number in numbers if not pd.isna(number)}
