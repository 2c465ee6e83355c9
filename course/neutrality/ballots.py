"""Votes laid out for estimating ideal points: cells, items, and who cast what.

A *cell* is one state in one period (a session or a year): it gets one position. An *item* is one question that was put
to the vote: it gets one slope and two cut points. A roll call is an item of its own, except that resolutions which the
publishers of the ideal points match as repetitions of one text share an item; that is what ties the periods together.

What is left out, as in the publishers' own preparation (UN_DataProcessing.R, April 2020): non-voting, and items on
which all who voted, over all repetitions, voted alike, since these tell nobody apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import tables
from neutrality.rollcalls import RollCalls, Vote

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PERIODS = ("year", "session")
"""What a state's position may change with."""

FEWEST = 3
"""An estimate needs at least this many states and items; with fewer, positions and items cannot be told apart."""

PRIOR_VARIANCE = 0.5
"""The publishers' "Smooth" (UN_Ideal_Rcpp.R): the variance of a step, before it is scaled by the numbers of votes."""


class BallotsError(ValueError):
    """Votes from which no ideal points can be estimated."""


@dataclass(frozen=True, eq=False)
class Ballots:
    """Votes laid out twice: cell by cell, and item by item.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row a cell, sorted by state and period: ``state``, ``period``, ``votes`` (how many votes it has here).
    items : numpy.ndarray
        Shape (items,): the label of each item.
    by_cell, by_item : numpy.ndarray of int
        Shapes (cells + 1,) and (items + 1,): where each one's votes begin and end in the arrays below.
    cell_item, cell_vote : numpy.ndarray
        Shape (votes,), cell by cell: the item's number, and the vote (0 yes, 1 abstain, 2 no).
    item_cell, item_vote : numpy.ndarray
        Shape (votes,), item by item: the cell's number, and the vote.
    place : numpy.ndarray of int
        Shape (votes,): where each vote of the cell order stands in the item order.
    kind : numpy.ndarray of int8
        Shape (items,): 1 all three votes were cast, 2 no "no", 3 no "yes", 4 no abstention.
    shares : numpy.ndarray
        Shape (items, 2): the share of yes, and of yes and abstentions together.
    before : numpy.ndarray of int
        Shape (cells,): the cell whose position a cell's prior is centred on: the state's last one before it; for its
        first the second; -1 where a state has one period only.
    variance : numpy.ndarray
        Shape (cells,): the variance of that prior, 0.5 n / (n + m), with n and m the votes of the two cells. Without a
        neighbour it is 0.5, around 0.
    """

    cells: pd.DataFrame
    items: npt.NDArray[Any]
    by_cell: Integers
    by_item: Integers
    cell_item: npt.NDArray[np.int32]
    cell_vote: npt.NDArray[np.int8]
    item_cell: npt.NDArray[np.int32]
    item_vote: npt.NDArray[np.int8]
    place: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int8]
    shares: Floats
    before: Integers
    variance: Floats


def from_rollcalls(votes: RollCalls, by: str = "year", *, links: bool = True) -> Ballots:
    """Lay out roll calls.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    by : {"year", "session"}
        What a state's position may change with. By session, special and emergency special sessions are left out, since
        they are not in the order of the others; by calendar year they stand in the year of the vote.
    links : bool, optional
        Whether repeated resolutions share an item (table ``repeated-resolutions``, which ends with 2019).

    Returns
    -------
    Ballots

    Raises
    ------
    BallotsError
        If too few votes are left to estimate anything.
    ValueError
        If `by` is neither of the two.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> ballots = from_rollcalls(rollcalls.load().years(1991, 1993))
    >>> ballots.cells.query("state == 'BLR'")["votes"].tolist()
    [56, 71, 63]
    """
    if by not in PERIODS:
        raise ValueError(f"from_rollcalls: by is {by!r}. Choose one of {', '.join(map(repr, PERIODS))}.")
    if by == "session":
        votes = votes.select(~votes.resolutions["special"])
    resolutions = votes.resolutions
    period = resolutions["year"].to_numpy(dtype=np.int64) if by == "year" else resolutions["session"].astype(int)
    label = resolutions["undl_id"].to_numpy(dtype=np.int64)
    row, column = np.nonzero(votes.matrix >= Vote.YES)
    item = _linked(label, repeated()) if links else label
    codes = votes.states["code"].to_numpy(dtype=object)
    return arrange(codes[column], np.asarray(period)[row], item[row], votes.matrix[row, column] - int(Vote.YES))


def repeated() -> dict[int, int]:
    """Return which record repeats which: the number of the later one to that of the one before it.

    Returns
    -------
    dict of int to int
        From the table ``repeated-resolutions``. A repetition that has no record here is stepped over, so that a chain
        does not break there. Where a resolution is matched to several, the one with the lowest number of the publishers
        counts, as in their own preparation.

    Examples
    --------
    >>> pairs = repeated()
    >>> pairs[669450]
    670035
    """
    pairs = tables.load("repeated-resolutions").sort_values(["later_rcid", "earlier_rcid"])
    pairs = pairs.drop_duplicates("later_rcid")
    before = dict(zip(pairs["later_rcid"].astype(int), pairs["earlier_rcid"].astype(int), strict=True))
    record: dict[int, int] = {}
    for end in ("earlier", "later"):
        known = pairs.dropna(subset=[f"{end}_undl_id"])
        record |= dict(zip(known[f"{end}_rcid"].astype(int), known[f"{end}_undl_id"].astype(int), strict=True))
    found = {}
    for later in before:
        earlier = before[later]
        while earlier not in record and earlier in before:
            earlier = before[earlier]
        if later in record and earlier in record:
            found[record[later]] = record[earlier]
    return found


def arrange(state: Any, period: Any, item: Any, vote: Any) -> Ballots:
    """Lay out votes given as four columns of equal length.

    Parameters
    ----------
    state : array_like
        Who voted: labels.
    period : array_like of int
        When: session or year.
    item : array_like
        On what: labels; repeated resolutions have the same one.
    vote : array_like of int
        0 yes, 1 abstain, 2 no.

    Returns
    -------
    Ballots

    Raises
    ------
    BallotsError
        If too few votes are left once the items without dissent are dropped.

    Examples
    --------
    >>> ballots = arrange(list("abcabcabc"), [1] * 9, [1, 1, 1, 2, 2, 2, 3, 3, 3], [0, 0, 2, 0, 1, 2, 0, 2, 2])
    >>> ballots.cells["votes"].tolist(), ballots.kind.tolist()
    ([3, 3, 3], [4, 1, 4])
    """
    columns = {"state": state, "period": period, "item": item, "vote": vote}
    frame = pd.DataFrame({name: _column(name, values) for name, values in columns.items()})
    odd = frame.index[~frame["vote"].isin([0, 1, 2])]
    if len(odd):
        raise BallotsError(
            f"arrange: vote is {frame['vote'][odd[0]]!r} in row {odd[0]}. Give 0 yes, 1 abstain, 2 no; from "
            "`RollCalls.matrix` take the code less 1."
        )
    frame = frame[frame.groupby("item")["vote"].transform("nunique") > 1]
    _enough(frame)
    number, items = pd.factorize(frame["item"], sort=True)
    cells = frame.groupby(["state", "period"], sort=True).size().rename("votes").reset_index()
    cell = frame.groupby(["state", "period"], sort=True).ngroup().to_numpy()
    cast = frame["vote"].to_numpy(dtype=np.int8)
    cell_order, item_order = np.argsort(cell, kind="stable"), np.argsort(number, kind="stable")
    tally = np.zeros((len(items), 3), dtype=np.int64)
    np.add.at(tally, (number, cast), 1)
    before, variance = _steps(cells)
    return Ballots(
        cells=cells,
        items=np.asarray(items),
        by_cell=_ends(cell, len(cells)),
        by_item=_ends(number, len(items)),
        cell_item=number[cell_order].astype(np.int32),
        cell_vote=cast[cell_order],
        item_cell=cell[item_order].astype(np.int32),
        item_vote=cast[item_order],
        place=_inverse(item_order)[cell_order].astype(np.int32),
        kind=_kinds(tally),
        shares=(np.cumsum(tally, axis=1) / tally.sum(axis=1, keepdims=True))[:, :2],
        before=before,
        variance=variance,
    )


def _column(name: str, values: Any) -> Any:
    column = np.asarray(values)
    if pd.isna(column).any():
        raise BallotsError(f"arrange: {name} is missing in row {int(np.flatnonzero(pd.isna(column))[0])}.")
    return column


def _linked(label: Integers, later: Mapping[int, int]) -> Integers:
    """Give each record the label of the first one of its chain."""
    root: dict[int, int] = {}
    for start in np.unique(label).tolist():
        path, here = [start], start
        while here in later and later[here] not in path:
            here = later[here]
            path.append(here)
        root[start] = here
    return np.array([root[one] for one in label.tolist()], dtype=np.int64)


def _enough(frame: pd.DataFrame) -> None:
    states, items = frame["state"].nunique(), frame["item"].nunique()
    if min(states, items) < FEWEST:
        raise BallotsError(
            f"{items} roll calls with dissent and {states} states are left; at least {FEWEST} of each are "
            "needed. Roll calls on which all voted alike do not count. Take more years or more issues."
        )


def _ends(number: npt.NDArray[Any], count: int) -> Integers:
    """Return where each one's votes begin and end, once they are sorted by number."""
    return np.concatenate([[0], np.cumsum(np.bincount(number, minlength=count))]).astype(np.int64)


def _inverse(order: Integers) -> Integers:
    """Return the place of each row in an order."""
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse


def _kinds(tally: Integers) -> npt.NDArray[np.int8]:
    """Return each item's kind from how often yes, abstain and no were cast on it."""
    cast = tally > 0
    kind = np.select([cast.all(axis=1), ~cast[:, 2], ~cast[:, 0]], [1, 2, 3], default=4)
    return kind.astype(np.int8)


def _steps(cells: pd.DataFrame) -> tuple[Integers, Floats]:
    """Find each cell's neighbour and the variance of its prior."""
    state, n = cells["state"].to_numpy(), cells["votes"].to_numpy()
    place = np.arange(len(cells))
    continues = np.concatenate([[False], state[1:] == state[:-1]])
    followed = np.concatenate([state[1:] == state[:-1], [False]])
    before = np.where(continues, place - 1, np.where(followed, place + 1, -1))
    other = np.where(before >= 0, n[before], 0)
    return before, PRIOR_VARIANCE * n / (n + other)
