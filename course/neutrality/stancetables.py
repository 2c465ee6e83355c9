"""The tables of what the two sources say about stances: issues, codings and coders.

An issue is one proposition and one period that a source tells of. A coding says where one actor stands on it, by one
coder, in one round: a place from 2 to -2, or that the actor took no stance, or that the source does not tell.

Some rows serve as graded items, and a student's copy of the tables does not have them. Every reader leaves them out
unless asked, so that a number is the same wherever it is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from neutrality import openrows, tables

ACTORS = ("minsk", "moscow", "west", "neighbour")
"""The actors whose stances are coded; the last two are two ways of naming Moscow's opponents."""

PLACES = (-2, -1, 0, 1, 2)
"""The places that an actor can have on an issue."""

NOT_TAKEN = "not taken"
"""The code where an actor took no stance; it is a kind of answer too."""

NOT_IN_SOURCE = "not in the source"
"""The code where the source does not tell; it is a kind of answer too."""

CODED = "coded"
"""The kind of answer that has a place."""

CODES = ("2", "1", "0", "-1", "-2", NOT_TAKEN, NOT_IN_SOURCE)
"""The seven answers that a coder can give."""

COURSE_CODERS = ("pass-a", "pass-b", "adjudicated")
"""The coders of the course: two passes, and what was settled after comparing them."""

COLUMNS = ("issue", "actor", "coder", "round", "code", "locators", "reason", "use")
"""The columns of a table of codings."""


class StanceError(ValueError):
    """Codings that cannot be used as they are."""


def issues(items: bool = False) -> pd.DataFrame:
    """Load the issues.

    Parameters
    ----------
    items : bool, optional
        Whether those that serve as graded items come too. A student's copy does not have them.

    Returns
    -------
    pandas.DataFrame
        One row an issue: ``id``, ``issue``, ``proposition``, ``minus_two`` and ``plus_two`` (what the two ends mean),
        ``toward_moscow`` (1 where the positive end ties Minsk closer to Russia or backs Russia's act, -1 where it moves
        away, 0 where neither), ``first_year``, ``last_year``, ``event`` (issues of one event are not independent),
        ``source``, ``locators`` (separated by semicolons), ``use``.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.
    """
    return openrows.load("stances-issues", items)


def codings(items: bool = False) -> pd.DataFrame:
    """Load the course's codings.

    Parameters
    ----------
    items : bool, optional
        Whether those that serve as graded items come too. A student's copy does not have them.

    Returns
    -------
    pandas.DataFrame
        One row a coding: `COLUMNS`. Without the items there is no coding of an issue that is itself an item.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.
    """
    kept = openrows.load("stances-codings", items)
    return kept[kept["issue"].isin(issues(items)["id"])].reset_index(drop=True)


def coders() -> pd.DataFrame:
    """Load who coded, how and when, and how independent each was of the others.

    Returns
    -------
    pandas.DataFrame
        One row a coder: ``id``, ``kind`` (automatic, human or class), ``what``, ``coded_on``, ``independence``.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.
    """
    return tables.load("stances-coders")


def answers(codings: pd.DataFrame) -> pd.DataFrame:
    """Split each code into a place and the kind of answer.

    Parameters
    ----------
    codings : pandas.DataFrame
        At least a column ``code``.

    Returns
    -------
    pandas.DataFrame
        The codings with two more columns: ``place`` (``Int64``, a gap where there is none) and ``answer``
        (``"coded"``, ``"not taken"`` or ``"not in the source"``).

    Raises
    ------
    StanceError
        If a code is none of the seven.

    Examples
    --------
    >>> answers(pd.DataFrame({"code": ["-2", "not taken"]}))["answer"].tolist()
    ['coded', 'not taken']
    """
    codes = codings["code"].astype(str)
    unknown = sorted(set(codes) - set(CODES))
    if unknown:
        raise StanceError(f"codings: unknown code {unknown[0]!r}. The codes are {listed(CODES)}.")
    coded = ~codes.isin([NOT_TAKEN, NOT_IN_SOURCE])
    return codings.assign(
        place=pd.to_numeric(codes.where(coded), errors="coerce").astype("Int64"), answer=codes.mask(coded, CODED)
    )


def chosen(codings: pd.DataFrame, coder: str, round: int | None = None) -> pd.DataFrame:  # noqa: A002
    """Take the codings of one coder in one round.

    Parameters
    ----------
    codings : pandas.DataFrame
        With the columns `COLUMNS`; ``locators``, ``reason`` and ``use`` may be absent.
    coder : str
        The coder's id.
    round : int, optional
        By default the coder's last one.

    Returns
    -------
    pandas.DataFrame
        The rows, with the columns that `answers` adds.

    Raises
    ------
    StanceError
        If there are no such codings, or an actor's stance on an issue stands there twice.

    Examples
    --------
    >>> both = pd.DataFrame({"issue": "i01", "actor": "minsk", "coder": "x", "round": [1, 2], "code": ["1", "2"]})
    >>> chosen(both, "x")["place"].tolist(), chosen(both, "x", 1)["place"].tolist()
    ([2], [1])
    """
    theirs = codings[codings["coder"] == coder]
    if not len(theirs):
        raise StanceError(f"no codings by {coder!r}. There are codings by {listed(sorted(set(codings['coder'])))}.")
    number = int(theirs["round"].max()) if round is None else round
    rows = theirs[theirs["round"] == number]
    if not len(rows):
        raise StanceError(f"{coder!r} has no round {number}. There is {listed(sorted(set(theirs['round'])))}.")
    twice = rows[rows.duplicated(["issue", "actor"])]
    if len(twice):
        issue, actor = twice.iloc[0][["issue", "actor"]]
        raise StanceError(f"{coder!r} has {actor} on {issue} twice in round {number}. Keep one of the rows.")
    return answers(rows)


def wide(
    codings: pd.DataFrame,
    coder: str = "adjudicated",
    round: int | None = None,  # noqa: A002
    *,
    value: str = "place",
) -> pd.DataFrame:
    """Lay the codings of one coder out with one row an issue and one column an actor.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `codings` or `read`.
    coder : str, optional
        The coder's id.
    round : int, optional
        By default the coder's last one.
    value : {"place", "code", "answer"}, optional
        What the cells hold.

    Returns
    -------
    pandas.DataFrame
        Indexed by issue, in order; the columns are `ACTORS`. Gaps where there is no place, or no coding.

    Raises
    ------
    StanceError
        If there are no such codings, an actor's stance on an issue stands there twice, or `value` is not one of those
        possible.

    Examples
    --------
    >>> rows = [("i01", "minsk", "x", 1, "2"), ("i01", "moscow", "x", 1, "not taken")]
    >>> frame = pd.DataFrame(rows, columns=["issue", "actor", "coder", "round", "code"])
    >>> wide(frame, "x", value="answer").loc["i01", ["minsk", "moscow"]].tolist()
    ['coded', 'not taken']
    """
    if value not in ("place", "code", "answer"):
        raise StanceError(f"wide: value is {value!r}. Choose 'place', 'code' or 'answer'.")
    rows = chosen(codings, coder, round)
    cells = rows.set_index(["issue", "actor"])[value]
    return cells.unstack("actor").reindex(columns=pd.Index(ACTORS, name="actor")).sort_index()


def listed(values: Iterable[Any]) -> str:
    """Write what a message lists, texts between quotation marks.

    Parameters
    ----------
    values : iterable

    Returns
    -------
    str
        ``"none"`` where there is nothing to list.

    Examples
    --------
    >>> listed(["anna", 2])
    "'anna', 2"
    """
    return ", ".join(repr(value) if isinstance(value, str) else str(value) for value in values) or "none"
