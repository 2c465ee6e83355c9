"""An estimate of the dynamic ordinal model without random numbers, where sampling starts: alternating Newton steps.

Positions are moved one Newton step with the items held, then items one step with the positions held, until positions
hardly move. Nothing is drawn at random.

**Standardising as a pull.** After every iteration the publishers' sampler scales all positions to mean 0 and variance
1. Positions are pushed outward a little at each iteration and scaled back; at rest, the scaling works on each position
like a pull toward 0 that grows with the position's *complete-data* precision Σβ² + 1/variance. Scaling Newton's far
longer steps back in the same way would pull too weakly where votes tell little more, at the far ends, and these would
drift outward. So the pull is put into the step itself, and its strength follows the overall variance.

**What it is not.** It takes slopes and cut points as known when it places states, so it gives no intervals. Where one
period as a whole stands against another is decided by very weak forces; here it stays near the starting values, which
are the publishers'. `neutrality.sampledpoints` follows their sampler itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neutrality import inputs
from neutrality.ballots import Ballots, BallotsError

Floats = npt.NDArray[np.float64]

RIGHT, LEFT = ("USA", "CAN", "GBR", "ISR"), ("RUS", "DDR")
"""The publishers' starting values: +3 for the first four, -2 for the Soviet Union and the GDR, 0 for all others."""

POLES = ("USA", "RUS")
"""A roll call's slope starts with the sign of the difference between these two states' votes."""

FARTHEST = 5.0
"""No position lies farther out (the publishers' hard limits)."""

_SCALED_BACK = 6
"""In so many first rounds positions are scaled as a whole: the pull has not found its strength yet."""

_PULL = 0.006
"""The pull with which the first round begins; it finds its strength by itself."""

_APART = 0.03
"""The least distance of two cut points at the start."""

_OUT, _INSIDE = 5.5, 5.0
"""Where a cut point is put beyond which nobody voted, and how far out the other one of the item may then lie."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the Newton steps came to rest.

    Attributes
    ----------
    theta : numpy.ndarray
        Shape (cells,): positions.
    slope, low, high : numpy.ndarray
        Shape (items,): β, γ1, γ2.
    rounds : int
        Rounds done.
    change : float
        Root mean square change of the positions in the last round.
    converged : bool
        Whether the change fell below the tolerance.
    """

    theta: Floats
    slope: Floats
    low: Floats
    high: Floats
    rounds: int
    change: float
    converged: bool


def fit(ballots: Ballots, *, tolerance: float = 0.01, rounds: int = 60) -> Fit:
    """Estimate positions and items.

    Parameters
    ----------
    ballots : Ballots
        The votes; see `neutrality.ballots`.
    tolerance : float, optional
        Stop when positions change by less than this in a round (root mean square, in standard deviations).
    rounds : int, optional
        Stop after so many rounds in any case.

    Returns
    -------
    Fit

    Raises
    ------
    neutrality.ballots.BallotsError
        If the two poles never voted differently: left and right could not be told apart.
    ValueError, TypeError
        If `tolerance` or `rounds` is not one of those possible.

    Examples
    --------
    >>> from neutrality import ballots, rollcalls
    >>> votes = ballots.from_rollcalls(rollcalls.load().years(1993))
    >>> fitted = fit(votes)
    >>> fitted.converged
    True
    """
    from neutrality import ordinal  # compiled on first use

    inputs.positive("fit: tolerance", tolerance, 0.01)
    inputs.whole("fit: rounds", rounds, least=1, example=60)
    mean = _anchors(ballots)
    slope, low, high = _items(ballots)
    theta, out = mean.copy(), np.empty_like(mean)
    seen, whole = np.empty_like(mean), np.empty_like(mean)
    pull, shift, change, done = _PULL, 0.0, np.inf, 0
    while done < rounds and change >= tolerance:
        prior = np.where(ballots.before >= 0, mean[ballots.before], 0.0)
        ordinal.place_cells(
            ballots.by_cell, ballots.cell_item, ballots.cell_vote, slope, low, high, theta, prior, ballots.variance,
            pull, shift, out, seen, whole,
        )  # fmt: skip
        theta = np.clip(out, -FARTHEST, FARTHEST)
        centre, spread = theta.mean(), np.sqrt(theta.var() + (1 / seen).mean())
        # Only a part of what is off is corrected in a round, and the less the less votes tell of positions.
        share = 0.5 * float(np.median(seen / whole))
        pull, shift = max(pull + share * (spread - 1), 0.0), shift + share * centre
        if done < _SCALED_BACK:
            theta = (theta - centre) / spread
        change = float(np.sqrt(np.mean((theta - mean) ** 2)))
        mean = theta.copy()
        if done == 0:
            low, high = _put_out(ballots, low, high)
        ordinal.fit_items(ballots.by_item, ballots.item_cell, ballots.item_vote, ballots.kind, theta, slope, low, high)
        done += 1
    return Fit(theta, slope, low, high, done, change, change < tolerance)


def _anchors(ballots: Ballots) -> Floats:
    """Return the publishers' starting positions."""
    state = ballots.cells["state"].to_numpy()
    return np.where(np.isin(state, RIGHT), 3.0, np.where(np.isin(state, LEFT), -2.0, 0.0))


def _items(ballots: Ballots) -> tuple[Floats, Floats, Floats]:
    """Return the publishers' starting slopes and cut points."""
    right, left = (_votes_of(ballots, state) for state in POLES)
    slope = np.where((right >= 0) & (left >= 0), np.sign(right - left), 0).astype(np.float64)
    if not slope.any():
        raise BallotsError(
            f"{POLES[0]} and {POLES[1]} never voted differently here, so left and right cannot be told apart. "
            "Take more years or more issues."
        )
    low = -1 + 2 * ballots.shares[:, 0]
    return slope, low, np.maximum(-1 + 2 * ballots.shares[:, 1], low + _APART)


def _votes_of(ballots: Ballots, state: str) -> npt.NDArray[np.int64]:
    """Return one state's vote on each item, the last one where it voted several times; -1 where it did not."""
    votes = np.full(len(ballots.items), -1, dtype=np.int64)
    cells = np.flatnonzero(ballots.cells["state"].to_numpy() == state)
    for cell in cells:
        rows = slice(ballots.by_cell[cell], ballots.by_cell[cell + 1])
        votes[ballots.cell_item[rows]] = ballots.cell_vote[rows]
    return votes


def _put_out(ballots: Ballots, low: Floats, high: Floats) -> tuple[Any, Any]:
    """Put a cut point beyond which nobody voted far out, where it stays; without abstentions, put the two together."""
    low = np.where(ballots.kind == 3, -_OUT, np.where(ballots.kind == 2, np.minimum(low, _INSIDE), low))
    high = np.where(ballots.kind == 2, _OUT, np.where(ballots.kind == 4, low + _APART, high))
    return low, high
