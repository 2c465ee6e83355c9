"""The sampled estimate of the dynamic ordinal model, with intervals: the publishers' sampler, faster.

Each round follows UN_Ideal_Rcpp.R (April 2020): positions given the numbers behind the votes, all scaled to mean 0 and
variance 1; cut points by a Metropolis step; the numbers behind the votes; slopes. A position's prior is centred on the
state's position one period before (the conditional mean of the round before, as there), never on the one after it: this
is not a smoother.

**What differs.** The rounds start from `neutrality.fastpoints`, not from the publishers' starting values. While the
chain warms up, cut points are proposed in steps that adapt to each item, instead of steps of 1/15 for all: with theirs
alone, whole periods take thousands of rounds to find their place against each other. After that the steps are theirs.
This matters, because scaling positions in every round makes the resting place depend a little on how fast cut points
follow: with the larger steps kept, the first sessions came to rest a quarter of a standard deviation further right.

**When to stop** is decided by the chain alone. Rounds come in blocks of 50, and all after the warm-up count. If the
positions' means over their first and their second half differ by little (root mean square), the chain stops. Where
whole early periods stand is known least, and changes slowest: it takes thousands of rounds to be averaged out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neutrality import inputs
from neutrality.ballots import Ballots
from neutrality.fastpoints import FARTHEST, Fit, fit

Floats = npt.NDArray[np.float64]

BLOCK = 50
"""Rounds in a block."""

KEPT = 5
"""Every fifth round's positions are kept for the intervals."""

INTERVAL = 0.9
"""Share of the draws between the limits, as in the publishers' files."""

WARMING = 8
"""Blocks of warming up, with adapted steps."""

_WIDTH = 0.2 / 3
_ACCEPTED = 0.35


@dataclass(frozen=True, eq=False)
class Sample:
    """What the sampler drew.

    Attributes
    ----------
    mean, low, high : numpy.ndarray
        Shape (cells,): mean of the positions, and the 5 and 95 % points of the draws.
    draws : numpy.ndarray
        Shape (draws, cells), type float32: the positions kept, for intervals of anything computed from them.
    rounds : int
        Rounds done, the warm-up included.
    counted : int
        Rounds that the mean is over.
    error : float
        Half the root mean square difference between the means of the two parts of the rounds counted: an estimate of
        the Monte Carlo error of a position.
    converged : bool
        Whether the error fell below the tolerance.
    """

    mean: Floats
    low: Floats
    high: Floats
    draws: npt.NDArray[np.float32]
    rounds: int
    counted: int
    error: float
    converged: bool


def sample(ballots: Ballots, *, tolerance: float = 0.015, rounds: int = 4000, seed: int = 0) -> Sample:
    """Draw positions from the model.

    Parameters
    ----------
    ballots : Ballots
        The votes; see `neutrality.ballots`.
    tolerance : float, optional
        Stop when the Monte Carlo error is below this (in standard deviations of positions). With 0 all rounds are
        done.
    rounds : int, optional
        Stop after so many rounds in any case; at least 600, of which 400 warm up.
    seed : int, optional
        The same votes and seed give the same draws, on any number of processors.

    Returns
    -------
    Sample

    Raises
    ------
    ValueError
        If `rounds` is below 600.
    neutrality.ballots.BallotsError
        As `neutrality.fastpoints.fit`.

    Examples
    --------
    >>> from neutrality import ballots, rollcalls
    >>> votes = ballots.from_rollcalls(rollcalls.load().years(1993))
    >>> drawn = sample(votes, rounds=600)
    >>> drawn.rounds, drawn.mean.shape == (len(votes.cells),)
    (600, True)
    """
    if tolerance != 0:
        inputs.positive("sample: tolerance", tolerance, 0.015)
    inputs.whole("sample: seed", seed, least=0, example=0)
    inputs.whole("sample: rounds", rounds, example=4000)
    fewest = (WARMING + 4) * BLOCK
    if rounds < fewest:
        raise ValueError(f"sample: rounds is {rounds}. Give {fewest} or more; the first {WARMING * BLOCK} warm up.")
    # A rough start serves: how whole periods lie to each other is for the chain to find.
    chain = _Chain(ballots, fit(ballots, tolerance=0.03), seed)
    means: list[Floats] = []
    kept: list[npt.NDArray[np.float32]] = []
    error = np.inf
    while (len(means) + 1) * BLOCK <= rounds and error >= tolerance:
        mean, draws = chain.block(adapt=len(means) < WARMING)
        means.append(mean)
        kept.append(draws)
        error = _error(means)
    drawn = np.concatenate(kept[WARMING:])
    low, high = np.quantile(drawn, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2], axis=0)
    return Sample(
        mean=np.mean(means[WARMING:], axis=0),
        low=low.astype(np.float64),
        high=high.astype(np.float64),
        draws=drawn,
        rounds=len(means) * BLOCK,
        counted=(len(means) - WARMING) * BLOCK,
        error=float(error),
        converged=bool(error < tolerance),
    )


def _error(means: list[Floats]) -> float:
    """Compare the two parts of the blocks that count; no answer before there are four."""
    counted = means[WARMING:]
    if len(counted) < 4:
        return float("inf")
    part = len(counted) // 2
    difference = np.mean(counted[:part], axis=0) - np.mean(counted[part:], axis=0)
    return float(np.sqrt(np.mean(difference**2)) / 2)


class _Chain:
    """The sampler's state: positions, items, the numbers behind the votes, and the streams of random numbers."""

    def __init__(self, ballots: Ballots, start: Fit, seed: int) -> None:
        self.ballots = ballots
        self.theta, self.mean = start.theta.copy(), start.theta.copy()
        self.slope, self.low, self.high = start.slope.copy(), start.low.copy(), start.high.copy()
        self.z = np.zeros(len(ballots.item_cell))
        self.width = np.full(len(self.slope), _WIDTH)
        self.taken = np.zeros(len(self.slope))
        streams = np.random.default_rng(seed)
        self.by_cell = streams.integers(0, 2**63, len(self.theta), dtype=np.uint64)
        self.by_item = streams.integers(0, 2**63, len(self.slope), dtype=np.uint64)
        self._items()
        self.taken[:] = 0

    def block(self, adapt: bool) -> tuple[Floats, npt.NDArray[np.float32]]:
        """Do a block of rounds; return the mean position and the positions kept."""
        if not adapt:
            self.width[:] = _WIDTH
        total = np.zeros_like(self.theta)
        kept = []
        for number in range(BLOCK):
            centre, spread = self._cells()
            self._items()
            # The conditional mean has the same expectation as the draw, and less noise.
            total += (self.mean - centre) / spread
            if number % KEPT == KEPT - 1:
                kept.append(self.theta.astype(np.float32))
            if adapt and number % 10 == 9:
                self.width = np.clip(self.width * np.exp(self.taken / 10 - _ACCEPTED), 0.03, 1.0)
                self.taken[:] = 0
        return total / BLOCK, np.stack(kept)

    def _cells(self) -> tuple[float, float]:
        from neutrality import ordinal

        votes = self.ballots
        prior = np.where(votes.before >= 0, self.mean[votes.before], 0.0)
        out = np.empty_like(self.theta)
        ordinal.draw_cells(
            votes.by_cell, votes.cell_item, votes.place, self.slope, self.z, prior, votes.variance, self.mean, out,
            self.by_cell,
        )  # fmt: skip
        out = np.clip(out, -FARTHEST, FARTHEST)
        centre, spread = float(out.mean()), float(out.std(ddof=1))
        self.theta = (out - centre) / spread
        return centre, spread

    def _items(self) -> None:
        from neutrality import ordinal

        votes = self.ballots
        ordinal.draw_items(
            votes.by_item, votes.item_cell, votes.item_vote, self.theta, self.slope, self.low, self.high, self.z,
            self.width, self.taken, self.by_item,
        )  # fmt: skip
