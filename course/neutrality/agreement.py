"""How alike two states voted.

**Which votes count.** A roll call counts when both states voted yes, abstain or no. Where either did not vote, or was
not a member, it does not count: non-voting is not abstention, and nothing is assumed about it.

**The indices.** The first two are given unless others are asked for; all are explained in `neutrality.indices`.

- ``identical``: the share of identical votes, between 0 and 1.
- ``lijphart``: between 0 and 1. An identical vote counts 1, a yes against a no 0, and a pair in which just one of the
  two abstained 1/2. With f identical votes, g half-way pairs and t votes in all it is (f + g/2) / t. The index carries
  the name of Arend Lijphart, "The Analysis of Bloc Voting in the General Assembly: A Critique and a Proposal", American
  Political Science Review 57(4), 1963, pp. 902–917, of which we could open no more than the abstract; the arithmetic is
  that of Erik Voeten's published script DyadicAgreementScores.R (2020): the mean of ``1 − |a − b| / 2`` over votes
  coded 1, 2, 3. Unlike that script, unanimous roll calls are kept here.
- ``s``, ``pi``, ``kappa`` and ``tau_b``: Signorino and Ritter's S, Scott's π, Cohen's κ and Kendall's τ-b; and π and κ
  with weights.

All move when the agenda moves, although nobody's position does; and a high share says little where one state always
votes yes. For all pairs of states at once, see `all_pairs`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import groupings, inputs, phases, resampling
from neutrality.allpairs import Pairs, all_pairs
from neutrality.groupings import GROUPINGS, Grouping, Places
from neutrality.indices import MEASURES, SHARES, STANDARD, WORDS, check_measures, compute, indices, undefined
from neutrality.missing import nothing_common, why_missing
from neutrality.phases import Boundary
from neutrality.resampling import FEWEST, Bootstrap, how_often
from neutrality.rollcalls import Matrix, RollCalls

__all__ = [
    "COUNTED",
    "GROUPINGS",
    "MEASURES",
    "SHARES",
    "STANDARD",
    "Pairs",
    "all_pairs",
    "indices",
    "joint_table",
    "joint_tables",
    "pair",
    "undefined",
]

COUNTED = "roll calls on which both states voted yes, abstain or no"
"""Which roll calls count, as recorded in the result's ``attrs``."""

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HALF = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])

# These depend on a table only through three outcomes: identical, half-way, opposed.
_OF_OUTCOMES = ("identical", "lijphart", "s")


def pair(
    votes: RollCalls,
    one: str,
    other: str,
    *,
    by: str | npt.ArrayLike,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    measures: Sequence[str] = SHARES,
    clusters: Sequence[Hashable] | pd.Series[Any] | None = None,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how alike two states voted, group by group.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    one, other : str
        The two states' codes. Their order makes no difference.
    by : {"all", "session", "year", "phase", "osw", "digest", "issue"} or array_like
        The groups, or one label a roll call: see `neutrality.groupings.group`. A session is not a calendar year: it
        opens in September and runs into the next year. (The literature's year of a session is 1945 + session.) Years
        and phases go by the calendar date of the vote. Phases are Ulakhovich's, as reported by Kłysiński (osw-2018,
        fn5), and end with 2001: see `neutrality.phases`.
    boundary : str or neutrality.phases.Boundary
        What to do with 1994 and 1997, which two phases share. Demanded by ``by="phase"``, and only allowed there.
    since : int, optional
        The first year of "the late 2000s". Only for ``by="digest"``.
    special : bool, optional
        Whether special and emergency special sessions count. By default ``by="session"`` has the regular sessions
        only, while all other groups have every vote, special sessions included. With ``by="session", special=True``
        each special session is a group of its own. What was done stands in ``attrs["special"]``.
    measures : sequence of str, optional
        Names out of `neutrality.indices.MEASURES`.
    clusters : sequence, optional
        One value a roll call. Roll calls with the same value, such as yearly resolutions on one matter, are drawn
        together in the bootstrap, because they are not independent; a gap (None or NaN) stands by itself. By default
        each roll call stands by itself.
    draws : int, optional
        Bootstrap samples a group.
    level : float, optional
        Width of the intervals, between 0 and 1.
    seed : int, optional
        Seed of the bootstrap. The same votes and seed give the same intervals, whatever the other groups and measures.

    Returns
    -------
    pandas.DataFrame
        Indexed by the group: the session's number (its label, with ``special=True``), the year, or the group's name.
        Columns ``n`` (roll calls that count), one for each measure, and the intervals ``identical_low``,
        ``identical_high`` and so on. Sessions and years in which no roll call counts are absent; all other groups are
        always there, with ``n`` 0 and gaps where none counts. ``attrs`` holds what was counted and how;
        ``attrs["undefined"]`` says, for each group and measure that is missing, why, and ``attrs["empty"]`` why there
        is no group at all.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a state's code is unknown.
    ValueError
        If both states are the same, `by`, `boundary`, `since`, `measures`, `draws` or `level` is not one of those
        possible, a boundary is given where there are no phases, or there is not one cluster a roll call.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Notes
    -----
    The intervals are percentiles of the bootstrap over a group's roll calls, drawn independently and with replacement.
    Every index depends on a sample only through its nine counts (``identical``, ``lijphart`` and ``s`` only through how
    many roll calls are identical, half-way and opposed), and those are multinomial; drawing them from that distribution
    is therefore the bootstrap itself and not an approximation to it. With `clusters`, whole clusters are drawn, and
    with fewer than `FEWEST` of them the interval is missing. Roll calls are not a random sample, and yearly resolutions
    on one matter are not independent of each other: read an interval as how much a share rests on few votes, not as a
    margin of error. With one roll call every sample is that roll call: the interval has no width, and says nothing.

    Samples in which an index is undefined are left out; where it is undefined in more than half of them, or in the
    data, the interval is missing.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> table = pair(calls, "BLR", "RUS", by="session")
    >>> table.loc[[46, 47, 48], "n"].tolist()
    [57, 72, 63]
    >>> table.loc[[46, 47, 48], "identical"].round(3).tolist()
    [0.86, 0.667, 0.619]
    >>> pair(calls, "BLR", "RUS", by="osw", measures=["kappa"]).loc["from 2014"].round(2).tolist()
    [1148.0, 0.52, 0.48, 0.56]
    """
    if one == other:
        raise ValueError(f"pair: both states are {one!r}. Give two different states.")
    bootstrap = Bootstrap.checked(draws, level, seed, where="pair: ")
    check_measures(measures)
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    first, second = votes.votes(one)[grouping.rows], votes.votes(other)[grouping.rows]
    counts = joint_tables(first, second, grouping.number, len(grouping))
    wanted = _Intervals(tuple(measures), bootstrap)
    table = indices(counts, measures)
    if clusters is None:
        table[wanted.columns] = _over_roll_calls(counts, wanted)
    else:
        number = _clusters(votes, clusters)[grouping.rows]
        table[wanted.columns] = _over_clusters(_by_cluster(first, second, grouping, number), wanted)
    table.index = pd.Index(grouping.names, name=grouping.by)
    shown = table if grouping.fixed else table[table["n"] > 0]
    attrs: dict[Any, Any] = {
        "states": (one, other),
        "by": grouping.by,
        "boundary": boundary,
        "end": phases.CHAPTER_END if grouping.by == "phase" else None,
        "counted": COUNTED,
        **bootstrap.told(),
        "clusters": clusters is not None,
        "undefined": why_missing(shown, votes, (one, other), grouping, counts),
        "empty": "" if len(shown) else _why_empty(votes, one, other, grouping.rows),
        **grouping.notes,
    }
    shown.attrs = attrs
    return shown


def _why_empty(votes: RollCalls, one: str, other: str, rows: Places) -> str:
    """Say why there is no group at all."""
    if len(votes) and not len(rows):
        return f"None of these {len(votes)} roll calls belongs to a group."
    return nothing_common(votes, one, other, rows)


def joint_table(votes: RollCalls, one: str, other: str) -> pd.DataFrame:
    """Count how often two states cast each pair of votes, over all roll calls given.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    one, other : str
        The two states' codes.

    Returns
    -------
    pandas.DataFrame
        Three by three counts: the first state's vote (rows: yes, abstain, no) by the second's (columns).

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> joint_table(rollcalls.load().sessions(47, 48), "BLR", "RUS").loc["yes"].tolist()
    [63, 37, 0]
    """
    first, second = votes.votes(one), votes.votes(other)
    counts = joint_tables(first, second, np.zeros(len(votes), dtype=np.int64), 1)[0]
    words = list(WORDS)
    return pd.DataFrame(counts, index=pd.Index(words, name=one), columns=pd.Index(words, name=other))


def joint_tables(first: Matrix, second: Matrix, group: Counts, groups: int) -> Counts:
    """Count, group by group, how often two states cast each pair of votes.

    Parameters
    ----------
    first, second : numpy.ndarray
        Two states' votes (codes of `neutrality.rollcalls.Vote`), one a roll call.
    group : numpy.ndarray of int
        The number of each roll call's group, from 0.
    groups : int
        How many groups there are.

    Returns
    -------
    numpy.ndarray
        Shape (groups, 3, 3): the first state's vote by the second's, each in the order yes, abstain, no. Roll calls on
        which either did not vote are in none of the cells.

    Examples
    --------
    >>> yes, abstain, no, absent = 1, 2, 3, 0
    >>> first = np.array([yes, yes, no, absent], dtype=np.int8)
    >>> second = np.array([yes, abstain, yes, yes], dtype=np.int8)
    >>> joint_tables(first, second, np.zeros(4, dtype=int), 1)[0]
    array([[1, 1, 0],
           [0, 0, 0],
           [1, 0, 0]])
    """
    both = (first > 0) & (second > 0)
    cell = group[both] * 9 + (first[both].astype(np.int64) - 1) * 3 + (second[both] - 1)
    return np.bincount(cell, minlength=groups * 9).reshape(groups, 3, 3)


@dataclass(frozen=True)
class _Intervals:
    """Which intervals are reported, and how they are drawn."""

    measures: tuple[str, ...]
    bootstrap: Bootstrap

    @property
    def columns(self) -> list[str]:
        """Names of the intervals' ends."""
        return [f"{name}_{end}" for name in self.measures for end in ("low", "high")]

    def ends(self, table: Counts, drawn: dict[str, Floats]) -> Floats:
        """Return the percentiles of all measures: shape (2 · measures,); `table` is the group's own."""
        own = compute(table.reshape(9, 1), self.measures)
        none = np.full(2, np.nan)
        return np.concatenate([none if np.isnan(own[name][0]) else self._ends(drawn[name]) for name in self.measures])

    def _ends(self, drawn: Floats) -> Floats:
        defined = drawn[~np.isnan(drawn)]
        if 2 * len(defined) < len(drawn):
            return np.full(2, np.nan)
        ends: Floats = np.quantile(defined, resampling.tails(self.bootstrap.level))
        return ends


def _over_roll_calls(counts: Counts, wanted: _Intervals) -> Floats:
    """Return the percentiles of the bootstrap over roll calls: shape (groups, 2 · measures)."""
    ends = np.full((len(counts), len(wanted.columns)), np.nan)
    others = [name for name in wanted.measures if name not in _OF_OUTCOMES]
    for place, (table, outcomes) in enumerate(zip(counts, _outcomes(counts), strict=True)):
        if table.any():
            drawn = _drawn_outcomes(outcomes, wanted.bootstrap)
            if others:
                drawn |= compute(_drawn_cells(table, wanted.bootstrap), others)
            ends[place] = wanted.ends(table, drawn)
    return ends


def _outcomes(counts: Counts) -> Counts:
    """Reduce joint tables to the three outcomes that the shares see: identical, half-way, opposed."""
    same = np.trace(counts, axis1=1, axis2=2)
    half = (counts * _HALF).sum(axis=(1, 2))
    return np.column_stack([same, half, counts.sum(axis=(1, 2)) - same - half])


def _drawn_outcomes(outcomes: Counts, bootstrap: Bootstrap) -> dict[str, Floats]:
    """Draw samples of one group's three outcomes; return the indices that depend on nothing else."""
    n = outcomes.sum()
    # Seeding with the counts gives a group the same interval whichever other groups stand beside it.
    rng = np.random.default_rng([bootstrap.seed, *outcomes])
    same, half, _ = rng.multinomial(n, outcomes / n, size=bootstrap.draws).T
    lijphart = (same + half / 2) / n
    return {"identical": same / n, "lijphart": lijphart, "s": 2 * lijphart - 1}


def _drawn_cells(table: Counts, bootstrap: Bootstrap) -> Counts:
    """Draw samples of one group's nine counts: shape (9, draws)."""
    # All indices are the same seen from either state, so their intervals should be: draw from one view for both.
    cells = np.array(min(table.ravel().tolist(), table.T.ravel().tolist()))
    rng = np.random.default_rng([bootstrap.seed, *cells])
    return rng.multinomial(cells.sum(), cells / cells.sum(), size=bootstrap.draws).T


def _clusters(votes: RollCalls, clusters: Sequence[Hashable] | pd.Series[Any]) -> Counts:
    """Give each cluster a number; a gap is a cluster by itself."""
    if len(clusters) != len(votes):
        raise ValueError(f"pair: {len(clusters)} clusters for {len(votes)} roll calls. Give one a roll call.")
    number = pd.factorize(pd.Series(list(inputs.in_order(clusters, len(votes))), dtype=object))[0].astype(np.int64)
    gaps = number < 0
    number[gaps] = len(number) + np.arange(gaps.sum())
    return number


def _by_cluster(first: Matrix, second: Matrix, grouping: Grouping, cluster: Counts) -> list[Counts]:
    """Count, for each group, the joint tables of its clusters that have a common vote: shape (clusters, 9) each."""
    found = []
    for place in range(len(grouping)):
        here = grouping.number == place
        present, number = np.unique(cluster[here], return_inverse=True)
        tables = joint_tables(first[here], second[here], number, len(present)).reshape(-1, 9)
        found.append(tables[tables.any(axis=1)])
    return found


def _over_clusters(groups: list[Counts], wanted: _Intervals) -> Floats:
    """Return the percentiles of the bootstrap over clusters: shape (groups, 2 · measures)."""
    ends = np.full((len(groups), len(wanted.columns)), np.nan)
    for place, tables in enumerate(groups):
        if len(tables) >= FEWEST:
            drawn = compute(_drawn_clusters(tables, wanted.bootstrap), wanted.measures)
            ends[place] = wanted.ends(tables.sum(axis=0), drawn)
    return ends


def _drawn_clusters(tables: Counts, bootstrap: Bootstrap) -> Counts:
    """Draw whole clusters with replacement: shape (9, draws)."""
    flipped = tables.reshape(-1, 3, 3).transpose(0, 2, 1).reshape(-1, 9)
    # In order of their counts, so that neither the clusters' names nor the order of the states makes a difference.
    views = [view[np.lexsort(view.T[::-1])] for view in (tables, flipped)]
    chosen = min(views, key=lambda view: view.tolist())
    size = len(chosen)
    return chosen.T @ how_often(size, bootstrap.draws, [bootstrap.seed, size, *chosen.sum(axis=0)]).T
