"""Two periods that follow each other, with the roll calls of one matched to those of the other by matter.

A change of the agenda is no move of a state. So what was voted on in both periods is compared with itself: every roll
call of the one period is paired with every one of the other that is on the same matter (`neutrality.matters`). Matters
with several roll calls in one session are left out, because several texts go under their title.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import groupings, matters
from neutrality.assembly import CAST, shares_of
from neutrality.groupings import Grouping
from neutrality.phases import Boundary
from neutrality.rollcalls import Mask, RollCalls, Vote

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Step:
    """A period and the one before it.

    Attributes
    ----------
    before, after : Any
        The names of the two periods.
    old, new : numpy.ndarray of int
        The roll calls of each that count, by their rows.
    start, end : numpy.ndarray of int
        Shape (pairs,): the rows of every pair of roll calls on one repeated matter.
    number : numpy.ndarray of int
        Shape (roll calls,), of the whole selection: the matter.
    shares : numpy.ndarray
        Shape (roll calls, 3), of the whole selection: the shares of yes, abstain and no among the rest; NaN where a
        roll call is on no repeated matter.
    rest : int
        How many states the rest is: those that had a seat at every repeated roll call of both periods.
    """

    before: Any
    after: Any
    old: Places
    new: Places
    start: Places
    end: Places
    number: Places
    shares: Floats
    rest: int

    @property
    def matter(self) -> Places:
        """The matter of each pair."""
        return self.number[self.start]


def periods(
    votes: RollCalls, by: str | npt.ArrayLike, boundary: str | Boundary | None, since: int | None, special: bool | None
) -> Grouping:
    """Group roll calls by periods, of which there must be two or more.

    Parameters
    ----------
    votes, by, boundary, since, special
        As for `neutrality.groupings.group`.

    Returns
    -------
    Grouping

    Raises
    ------
    ValueError
        If the groups have no order in time, or there are fewer than two; and as `neutrality.groupings.group`.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> periods(rollcalls.load().years(1992, 1993), "year", None, None, None).names
    (1992, 1993)
    """
    if isinstance(by, str) and by in ("all", "issue"):
        raise ValueError(f"by is {by!r}, which has no periods. Choose years, sessions, phases or turning points.")
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    if len(grouping) < 2:
        raise ValueError(f"there are {len(grouping)} periods here. Select roll calls of two or more.")
    return grouping


def steps(votes: RollCalls, grouping: Grouping, counts: Mask, others: Places) -> Iterator[Step]:
    """Go from period to period; find the roll calls that count, and the pairs of them on one matter.

    Parameters
    ----------
    votes : RollCalls
        The roll calls.
    grouping : Grouping
        The periods, as from `periods`.
    counts : numpy.ndarray of bool
        Shape (roll calls,): which roll calls count.
    others : numpy.ndarray of int
        The columns of the rest, as from `neutrality.assembly.columns_of_rest`.

    Yields
    ------
    Step
        One for every period but the first.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load().years(1992, 1993)
    >>> everybody = np.arange(len(calls.states))
    >>> [step] = steps(calls, periods(calls, "year", None, None, None), calls.votes("BLR") > 0, everybody)
    >>> step.before, step.after, len(np.unique(step.matter)) > 10
    (1992, 1993, True)
    """
    number = matters.label(votes)
    session = pd.factorize(votes.resolutions["session"])[0]
    for (before, earlier), (after, later) in itertools.pairwise(grouping.parts()):
        several = _several(number, session, np.union1d(earlier, later))
        old, new = earlier[counts[earlier]], later[counts[later]]
        pairs = _pairs(number, old, new)
        pairs = pairs[:, ~np.isin(number[pairs[0]], several)]
        repeated = np.unique(pairs)
        seated = others[(votes.matrix[np.ix_(repeated, others)] != Vote.NO_ROW).all(axis=0)]
        shares = np.full((len(votes), len(CAST)), np.nan)
        shares[repeated] = shares_of(votes.matrix[np.ix_(repeated, seated)])
        start, end = pairs[:, ~np.isnan(shares[pairs]).any(axis=(0, 2))]
        yield Step(before, after, old, new, start, end, number, shares, len(seated))


def _pairs(number: Places, old: Places, new: Places) -> Places:
    """Pair every roll call of one period with every one of the other that is on the same matter: shape (2, pairs)."""
    first = pd.DataFrame({"matter": number[old], "start": old})
    second = pd.DataFrame({"matter": number[new], "end": new})
    return first.merge(second, on="matter")[["start", "end"]].to_numpy(dtype=np.int64).T


def _several(number: Places, session: Places, rows: Places) -> Places:
    """Return the matters that have several roll calls in one session."""
    both, times = np.unique(np.column_stack([number[rows], session[rows]]), axis=0, return_counts=True)
    several: Places = both[times > 1, 0]
    return several
