"""How alike two states voted.

**Which votes count.** A roll call counts when both states voted yes, abstain or no. Where either did not vote, or was
not a member, it does not count: non-voting is not abstention, and nothing is assumed about it.

**Two indices**, each a share between 0 and 1 of the roll calls that count:

- ``identical``: both cast the same vote. This is what published series by session usually give.
- ``lijphart``: an identical vote counts 1, a yes against a no 0, and a pair in which just one of the two abstained 1/2.
  With f identical votes, g half-way pairs and t votes in all it is (f + g/2) / t. The index carries the name of Arend
  Lijphart, "The Analysis of Bloc Voting in the General Assembly: A Critique and a Proposal", American Political
  Science Review 57(4), 1963, pp. 902–917, of which we could open no more than the abstract; the arithmetic is that of
  Erik Voeten's published script DyadicAgreementScores.R (2020): the mean of 1 − |a − b| / 2 over votes coded 1, 2, 3.
  Unlike that script, unanimous roll calls are kept here.

Both move when the agenda moves, although nobody's position does; and a high share says little where one state always
votes yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import phases
from neutrality.phases import Boundary
from neutrality.rollcalls import Matrix, RollCalls

COUNTED = "roll calls on which both states voted yes, abstain or no"
"""Which roll calls count, as recorded in the result's ``attrs``."""

GROUPINGS = ("session", "year", "phase")
"""What `pair` can group by."""

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_HALF = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])


def pair(
    votes: RollCalls,
    one: str,
    other: str,
    *,
    by: str,
    boundary: str | Boundary | None = None,
    special: bool | None = None,
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
    by : {"session", "year", "phase"}
        The groups. A session is not a calendar year: it opens in September and runs into the next year. (The
        literature's year of a session is 1945 + session.) Years and phases go by the calendar date of the vote. Phases
        are Ulakhovich's, as reported by Kłysiński (osw-2018, fn5), and end with 2001: see `neutrality.phases`.
    boundary : str or neutrality.phases.Boundary
        What to do with 1994 and 1997, which two phases share. Demanded by ``by="phase"``, and only allowed there.
    special : bool, optional
        Whether special and emergency special sessions count. By default ``by="session"`` has the regular sessions
        only, while years and phases have every vote dated in them, special sessions included. With
        ``by="session", special=True`` each special session is a group of its own. What was done stands in
        ``attrs["special"]``.
    draws : int, optional
        Bootstrap samples a group.
    level : float, optional
        Width of the intervals, between 0 and 1.
    seed : int, optional
        Seed of the bootstrap. The same votes and seed give the same intervals, whatever the other groups.

    Returns
    -------
    pandas.DataFrame
        Indexed by the group: the session's number (its label, with ``special=True``), the year, or the phase's name.
        Columns ``n`` (roll calls that count), ``identical``, ``lijphart``, and the intervals ``identical_low``,
        ``identical_high``, ``lijphart_low``, ``lijphart_high``. Sessions and years in which no roll call counts are
        absent; the three phases are always there, with ``n`` 0 and gaps where none counts. ``attrs`` holds what was
        counted and how.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a state's code is unknown.
    ValueError
        If both states are the same, `by`, `boundary`, `draws` or `level` is not one of those possible, or a boundary
        is given where there are no phases.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Notes
    -----
    The intervals are percentiles of the bootstrap over a group's roll calls, drawn independently and with replacement.
    Both indices depend on a sample only through how many of its roll calls are identical, half-way and opposed, and
    those three counts are multinomial; drawing them from that distribution is therefore the bootstrap itself and not an
    approximation to it. Roll calls are not a random sample, and yearly resolutions on one matter are not independent
    of each other: read an interval as how much a share rests on few votes, not as a margin of error.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> table = pair(calls, "BLR", "RUS", by="session")
    >>> table.loc[[46, 47, 48], "n"].tolist()
    [57, 72, 63]
    >>> table.loc[[46, 47, 48], "identical"].round(3).tolist()
    [0.86, 0.667, 0.619]
    """
    _check(one, other, by, boundary, draws, level)
    included = by != "session" if special is None else bool(special)
    first, second = votes.votes(one), votes.votes(other)
    rows, labels = _groups(votes, by, boundary, included)
    names, group = _sorted_labels(labels, by)
    counts = joint_tables(first[rows], second[rows], group, len(names))
    table = _table(counts, names, by, draws, level, seed)
    table.attrs = {
        "states": (one, other),
        "by": by,
        "boundary": boundary,
        "end": phases.CHAPTER_END if by == "phase" else None,
        "special": included,
        "counted": COUNTED,
        "draws": draws,
        "level": level,
        "seed": seed,
    }
    return table


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
    words = ["yes", "abstain", "no"]
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


def indices(counts: Counts) -> pd.DataFrame:
    """Compute the two indices of joint tables.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (groups, 3, 3), as from `joint_tables`.

    Returns
    -------
    pandas.DataFrame
        One row a group: ``n``, ``identical``, ``lijphart``; the indices are missing where ``n`` is 0.

    Examples
    --------
    Of ten roll calls six are identical, three half-way (one abstained) and one opposed: (6 + 3/2) / 10.

    >>> indices(np.array([[[4, 1, 1], [2, 1, 0], [0, 0, 1]]])).iloc[0].tolist()
    [10.0, 0.6, 0.75]
    """
    same, half, opposed = _outcomes(counts).T
    n = same + half + opposed
    safe = np.where(n > 0, n, np.nan)
    return pd.DataFrame({"n": n, "identical": same / safe, "lijphart": (same + half / 2) / safe})


def _outcomes(counts: Counts) -> Counts:
    """Reduce joint tables to the three outcomes that the indices see: identical, half-way, opposed."""
    same = np.trace(counts, axis1=1, axis2=2)
    half = (counts * _HALF).sum(axis=(1, 2))
    return np.column_stack([same, half, counts.sum(axis=(1, 2)) - same - half])


def _intervals(counts: Counts, draws: int, level: float, seed: int) -> Floats:
    """Return the bootstrap percentiles of both indices: shape (groups, 4)."""
    if not len(counts):
        return np.empty((0, 4))
    drawn = np.stack([_drawn(outcomes, draws, seed) for outcomes in _outcomes(counts)])
    tails = [(1 - level) / 2, (1 + level) / 2]
    ends: Floats = np.quantile(drawn, tails, axis=1).transpose(1, 2, 0).reshape(len(counts), 4)
    return ends


def _drawn(outcomes: Counts, draws: int, seed: int) -> Floats:
    """Draw bootstrap samples of one group; return both indices of each: shape (draws, 2)."""
    n = outcomes.sum()
    if not n:
        return np.full((draws, 2), np.nan)
    # Seeding with the counts gives a group the same interval whichever other groups stand beside it.
    same, half, _ = np.random.default_rng([seed, *outcomes]).multinomial(n, outcomes / n, size=draws).T
    shares: Floats = np.column_stack([same, same + half / 2]) / n
    return shares


def _table(counts: Counts, names: list[Any], by: str, draws: int, level: float, seed: int) -> pd.DataFrame:
    """Put indices and intervals together; leave out sessions and years in which nothing counts."""
    table = indices(counts)
    columns = ["identical_low", "identical_high", "lijphart_low", "lijphart_high"]
    table[columns] = _intervals(counts, draws, level, seed)
    table.index = pd.Index(names, name=by)
    return table if by == "phase" else table[table["n"] > 0]


def _groups(votes: RollCalls, by: str, boundary: str | Boundary | None, special: bool) -> tuple[Counts, list[Any]]:
    """Return the rows of the roll calls that belong to a group, and each one's group; a row can come twice."""
    resolutions = votes.resolutions
    usable = np.ones(len(votes), dtype=bool) if special else ~resolutions["special"].to_numpy(dtype=bool)
    if by == "phase":
        belongs = phases.members(resolutions["date"], boundary).to_numpy() & usable[:, None]
        number, rows = np.nonzero(belongs.T)
        return rows, [phases.PHASES[place].name for place in number]
    rows = np.flatnonzero(usable)
    if by == "year":
        return rows, resolutions["year"].to_numpy()[rows].tolist()
    labels = resolutions["session"].to_numpy()[rows].tolist()
    return rows, labels if special else [int(label) for label in labels]


def _sorted_labels(labels: list[Any], by: str) -> tuple[list[Any], Counts]:
    """Return the groups in order, and the number of each label's group."""
    present: Iterable[Any] = (
        [phase.name for phase in phases.PHASES] if by == "phase" else sorted(set(labels), key=_order)
    )
    names = list(present)
    number = {name: place for place, name in enumerate(names)}
    return names, np.array([number[label] for label in labels], dtype=np.int64)


def _order(label: int | str) -> tuple[str, int]:
    """Sort numbers as numbers, regular sessions before special ones, and those before emergency special ones."""
    if isinstance(label, int):
        return "", label
    kind, _, number = label.rpartition("-")
    return {"": "", "S": "1", "ES": "2"}[kind], int(number)


def _check(one: str, other: str, by: str, boundary: object, draws: int, level: float) -> None:
    """Refuse arguments that have no answer."""
    if one == other:
        raise ValueError(f"pair: both states are {one!r}. Give two different states.")
    if by not in GROUPINGS:
        raise ValueError(f"pair: by is {by!r}. Choose one of {', '.join(map(repr, GROUPINGS))}.")
    if boundary is not None and by != "phase":
        raise ValueError(f"pair: boundary is for by='phase'; with by={by!r} leave it out.")
    if draws < 1:
        raise ValueError(f"pair: draws is {draws}. Give 1 or more; 1000 is a good number.")
    if not 0 < level < 1:
        raise ValueError(f"pair: level is {level}. Give a number between 0 and 1, such as 0.95.")
