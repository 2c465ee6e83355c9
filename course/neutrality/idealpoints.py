"""Ideal points of states from their votes: our own estimates, beside the published ones.

An ideal point is a state's position on one line, from who voted with whom. The model is the dynamic ordinal one of
Bailey, Strezhnev and Voeten (2017), Estimating Dynamic State Preferences from United Nations Voting Data, Journal of
Conflict Resolution 61(2), 430–456, of which we could open the abstract, and the publishers' code of April 2020 in full;
`neutrality.ordinal` has its equations, `neutrality.ballots` what counts as a vote, `neutrality.published` the published
estimates.

**Three ways.** ``method="fast"`` (the first 100 to 400 rounds of `neutrality.sampledpoints`, from fixed random numbers)
takes about as long as reading this paragraph, gives the same points each time, and no intervals. ``method="sample"``
goes on until positions have settled, and gives intervals of 90 %, as the publishers do. ``method="newton"``
(`neutrality.fastpoints`) draws nothing at random: it is where the other two start, and serves where two estimates are
to differ by nothing but their votes. It places whole early periods less well. On the first call they are compiled,
which can take a minute.

**What a position is not.** It is not where a state stands on any matter. The line is whatever best divides the votes of
all states. Its direction is fixed by the United States (positive) and Russia.

**The scale across distant decades partly depends on how the model is standardised.** All positions together have mean
0 and variance 1. Within one year, votes say much about who stands left or right of whom. That one year as a whole
stands further right than another thirty years away follows only from states that are assumed to move in small steps,
from the few repeated resolutions, and from the standardising. So compare states within a year; compare the *order* and
the *sign* of a gap across years; and before comparing the *size* of a gap across decades, look at it under both choices
of `rescale`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import ballots, fastpoints, sampledpoints
from neutrality.resampling import tails
from neutrality.rollcalls import RollCalls, UnknownStateError

METHODS = ("fast", "sample", "newton")
"""How to estimate."""

FEW = 10
"""With fewer votes a position is little more than its prior."""

FAST = {"tolerance": 0.03, "rounds": 400}
"""Where the fast method stops the sampler."""

SCALES = ("pooled", "period")
"""What `rescale` can set to mean 0 and variance 1: all positions together, or those of each period."""

PARTS = ("point", "low", "high")
"""The columns of a table of positions that `rescale` scales."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """Estimated positions.

    Attributes
    ----------
    points : pandas.DataFrame
        One row a state and period: ``state``, ``year`` or ``session``, ``point``, ``low``, ``high`` (the 5 and 95 %
        points; missing unless sampled), ``votes`` (how many it is from). ``attrs["thin"]`` names the periods in which
        nobody has `FEW` votes; it is empty where there is none.
    method : str
        One of `METHODS`.
    converged : bool
        Whether the method stopped by its own rule and not at the limit of rounds.
    rounds : int
        Rounds done.
    error : float
        Monte Carlo error of a position; with Newton's steps the change in the last round.
    draws : numpy.ndarray or None
        Shape (draws, rows of points): the sampled positions, for intervals of a gap.
    """

    points: pd.DataFrame
    method: str
    converged: bool
    rounds: int
    error: float
    draws: npt.NDArray[np.float32] | None = None


def estimate(
    votes: RollCalls, by: str = "year", *, method: str = "fast", links: bool = True, **options: Any
) -> Estimate:
    """Estimate ideal points from roll calls.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection: some years, or all but the nuclear ones.
    by : {"year", "session"}
        What a position may change with.
    method : {"fast", "sample", "newton"}
        See above.
    links : bool, optional
        Whether repeated resolutions share an item.
    **options
        For the method: ``tolerance`` and ``rounds``; for all but ``"newton"`` also ``seed``.

    Returns
    -------
    Estimate

    Raises
    ------
    neutrality.ballots.BallotsError
        If too few votes with dissent are left, or the United States and Russia never voted differently.
    ValueError
        If `by` or `method` is none of those possible.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> fitted = estimate(rollcalls.load().years(1992, 1993))
    >>> fitted.converged
    True
    >>> table = fitted.points.query("year == 1993").set_index("state")["point"]
    >>> bool(table["USA"] > table["RUS"] > table["BLR"])
    True
    """
    _check_method("estimate", method)
    if by not in ballots.PERIODS:
        raise ValueError(f"estimate: by is {by!r}. Choose one of {', '.join(map(repr, ballots.PERIODS))}.")
    return from_ballots(ballots.from_rollcalls(votes, by, links=links), by, method=method, **options)


def from_ballots(cast: ballots.Ballots, by: str = "year", *, method: str = "fast", **options: Any) -> Estimate:
    """Estimate ideal points from votes that are laid out already.

    Parameters
    ----------
    cast : Ballots
        As from `neutrality.ballots.arrange`.
    by : {"year", "session"}
        What its periods are: the name of the column.
    method, **options
        As for `estimate`.

    Returns
    -------
    Estimate

    Raises
    ------
    neutrality.ballots.BallotsError
        If the United States and Russia never voted differently.
    ValueError
        If `method` is none of those possible.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> cast = ballots.from_rollcalls(rollcalls.load().sessions(48), "session")
    >>> from_ballots(cast, "session").points.columns.tolist()
    ['state', 'session', 'point', 'low', 'high', 'votes']
    """
    _check_method("from_ballots", method)
    if method == "newton":
        fitted = fastpoints.fit(cast, **options)
        table = _table(cast, by, fitted.theta, None, None)
        return Estimate(table, method, fitted.converged, fitted.rounds, fitted.change)
    drawn = sampledpoints.sample(cast, **((FAST if method == "fast" else {}) | options))
    if method == "fast":
        table = _table(cast, by, drawn.mean, None, None)
        return Estimate(table, method, drawn.converged, drawn.rounds, drawn.error)
    table = _table(cast, by, drawn.mean, drawn.low, drawn.high)
    return Estimate(table, method, drawn.converged, drawn.rounds, drawn.error, drawn.draws)


def gap(estimated: Estimate, one: str, other: str) -> pd.DataFrame:
    """Return how far one state stands from another, period by period.

    Parameters
    ----------
    estimated : Estimate
        As from `estimate`.
    one, other : str
        The two states' codes.

    Returns
    -------
    pandas.DataFrame
        Indexed by year or session: ``gap`` (point of `one` minus point of `other`), ``low``, ``high`` (90 % of the
        draws, so that what is uncertain about both alike drops out; missing unless sampled), ``one``, ``other``.
        Only periods in which both have a point.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a state has no point here.
    ValueError
        If both states are the same, or they share no period.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> fitted = estimate(rollcalls.load().years(1992, 1994))
    >>> gap(fitted, "BLR", "RUS").index.tolist()
    [1992, 1993, 1994]
    """
    if one == other:
        raise ValueError(f"gap: both states are {one!r}. Give two different states.")
    by = _period(estimated.points)
    rows = {state: _rows(estimated.points, state, by) for state in (one, other)}
    shared = rows[one].index.intersection(rows[other].index).sort_values()
    if shared.empty:
        raise ValueError(f"gap: {one} and {other} have no {by} in common in this estimate.")
    first, second = rows[one].loc[shared].to_numpy(), rows[other].loc[shared].to_numpy()
    point = estimated.points["point"].to_numpy()
    low = high = np.full(len(shared), np.nan)
    if estimated.draws is not None:
        drawn = estimated.draws[:, first] - estimated.draws[:, second]
        low, high = np.quantile(drawn.astype(np.float64), tails(sampledpoints.INTERVAL), axis=0)
    columns = {"gap": point[first] - point[second], "low": low, "high": high}
    return pd.DataFrame(columns | {"one": point[first], "other": point[second]}, index=pd.Index(shared, name=by))


def rescale(points: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Set positions to mean 0 and variance 1, all together or period by period.

    Which of the two is right is not in the votes. What holds under both, such as who stands left of whom in a year,
    does not depend on the choice.

    Parameters
    ----------
    points : pandas.DataFrame
        Long table with ``state``, ``year`` or ``session``, ``point``; ``low`` and ``high`` are scaled with it.
    scale : {"pooled", "period"}
        What to set to mean 0 and variance 1.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns.

    Raises
    ------
    ValueError
        If `scale` is neither of the two.

    Examples
    --------
    >>> table = pd.DataFrame({"state": ["A", "B"] * 2, "year": [1, 1, 2, 2], "point": [0.0, 2.0, 5.0, 6.0]})
    >>> rescale(table, "period")["point"].tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    if scale not in SCALES:
        raise ValueError(f"rescale: scale is {scale!r}. Choose one of {', '.join(map(repr, SCALES))}.")
    group = points[_period(points)] if scale == "period" else pd.Series(0, index=points.index)
    centre = points.groupby(group)["point"].transform("mean")
    spread = points.groupby(group)["point"].transform(lambda values: values.std(ddof=0))
    scaled = points.copy()
    for part in PARTS:
        if part in scaled:
            scaled[part] = (scaled[part] - centre) / spread
    return scaled


def compare(points: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Set two sets of positions beside each other, state by state and period by period.

    Parameters
    ----------
    points, published : pandas.DataFrame
        Long tables with ``state``, ``year`` or ``session`` (the same in both), ``point`` and ``votes``.

    Returns
    -------
    pandas.DataFrame
        Rows that both have: ``state``, the period, ``ours``, ``theirs``, ``difference``, ``votes``, ``their_votes``.
        ``attrs["correlation"]`` is that of all rows; ``attrs["by_period"]`` a series of those within each period;
        ``attrs["unmatched"]`` how many rows of each table the other does not have.

    Raises
    ------
    ValueError
        If the tables have no row in common or lack a column, or the years of one are sessions and those of the other
        are not.

    Examples
    --------
    >>> ours = pd.DataFrame({"state": list("ABC"), "year": 1, "point": [0.0, 1.0, 2.0], "votes": 9})
    >>> theirs = ours.assign(point=[0.1, 0.9, 2.0])
    >>> round(compare(ours, theirs).attrs["correlation"], 3)
    0.996
    """
    by = _period(points)
    if by == "year" and str(published.attrs.get("year", "")).startswith("1945"):
        raise ValueError(
            "compare: the published years are 1945 + session, yours are calendar years. Estimate with by='session', or "
            "take the release '2025-07' with votes 'final' or 'all'."
        )
    for name, table in (("points", points), ("published", published)):
        absent = [column for column in ("state", "point", "votes") if column not in table]
        if absent:
            raise ValueError(f"compare: {name} has no column {absent[0]!r}. Give a table such as `Estimate.points`.")
    if by not in published:
        raise ValueError(f"compare: the published table has no column {by!r}. Compare tables by the same periods.")
    mine = points.rename(columns={"point": "ours"})[["state", by, "ours", "votes"]]
    theirs = published.rename(columns={"point": "theirs", "votes": "their_votes"})
    theirs = theirs[["state", by, "theirs", "their_votes"]].dropna(subset=["theirs"])
    both = mine.merge(theirs, on=["state", by])
    if both.empty:
        raise ValueError("compare: the two tables have no state and period in common.")
    both["difference"] = both["ours"] - both["theirs"]
    both = both[["state", by, "ours", "theirs", "difference", "votes", "their_votes"]]
    both.attrs = {
        "correlation": _correlation(both),
        "by_period": both.groupby(by)[["ours", "theirs"]].apply(_correlation),
        "unmatched": (len(mine) - len(both), len(theirs) - len(both)),
    }
    return both


def _check_method(where: str, method: str) -> None:
    if method not in METHODS:
        raise ValueError(f"{where}: method is {method!r}. Choose one of {', '.join(map(repr, METHODS))}.")


def _correlation(rows: pd.DataFrame) -> float:
    if len(rows) < 2:
        return float("nan")
    return float(np.corrcoef(rows["ours"].astype(float), rows["theirs"].astype(float))[0, 1])


def _table(cast: ballots.Ballots, by: str, point: Any, low: Any, high: Any) -> pd.DataFrame:
    missing = np.full(len(point), np.nan)
    table = pd.DataFrame(
        {
            "state": cast.cells["state"].to_numpy(),
            by: cast.cells["period"].to_numpy(),
            "point": point,
            "low": missing if low is None else low,
            "high": missing if high is None else high,
            "votes": cast.cells["votes"].to_numpy(),
        }
    )
    table.attrs["thin"] = _thin(table, by)
    return table


def _thin(table: pd.DataFrame, by: str) -> str:
    """Say which periods rest on so few votes that their points mean little."""
    most = table.groupby(by)["votes"].max()
    few = [str(period) for period in most.index[most < FEW]]
    return f"No state has {FEW} votes that count in {', '.join(few)}: these points mean little." if few else ""


def _period(points: pd.DataFrame) -> str:
    # The published tables by session carry a year as well: the session is then what a position belongs to.
    for name in ("session", "year"):
        if name in points:
            return name
    raise ValueError("the table has neither a column 'year' nor a column 'session'.")


def _rows(points: pd.DataFrame, state: str, by: str) -> pd.Series:
    """Return the numbers of a state's rows, indexed by period."""
    place = np.flatnonzero(points["state"].to_numpy() == state)
    if not len(place):
        known = ", ".join(sorted(points["state"].unique())[:8])
        raise UnknownStateError(f"no state {state!r} in this estimate. It has {known} and others.")
    return pd.Series(place, index=points[by].to_numpy()[place])
