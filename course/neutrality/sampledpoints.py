"""The sampled estimate of the dynamic ordinal model, with intervals: the publishers' sampler, faster.

Each round follows UN_Ideal_Rcpp.R (April 2020): positions given the numbers behind the votes, all scaled to mean 0 and
variance 1; cut points by a Metropolis step; the numbers behind the votes; slopes. A position's prior is centred on the
state's position one period before (the conditional mean of the round before, as there), never on the one after it: this
is not a smoother.

**What differs.** Of the numbers behind the votes only sums are drawn, because only sums are needed
(`neutrality.ordinalsums`). Two chains run side by side, the second with all noise mirrored: what one draws too high the
other draws too low, and their mean has far less noise than two chains on their own would leave (antithetic variates).
With ``exact=True`` one chain draws every number instead. The rounds start from `neutrality.fastpoints`, not from the
publishers' starting values. And chains are helped while they warm up, because where whole periods stand against each
other takes thousands of rounds to settle:

- Cut points are proposed in steps that adapt to each item, instead of steps of 1/15 for all.
- A few times, whole periods leap ahead in the direction in which they drift.

After that the steps are the publishers', and nothing leaps. This matters, because scaling positions in every round
makes the resting place depend a little on how fast cut points follow: with the larger steps kept, the first sessions
came to rest a quarter of a standard deviation further right.

**When to stop** is decided by the chains alone. Rounds come in blocks of 20, and the last three fifths of them count.
If the positions' means over the two halves of these differ by little (root mean square), the chains stop. Where whole
early periods stand is known least, and changes slowest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neutrality import inputs
from neutrality.ballots import Ballots
from neutrality.fastpoints import FARTHEST, Fit, fit
from neutrality.resampling import tails

Floats = npt.NDArray[np.float64]

BLOCK = 20
"""Rounds in a block."""

FEWEST = 100
"""Fewer rounds than this tell nothing."""

KEPT = 5
"""Every fifth round's positions are kept for the intervals."""

INTERVAL = 0.9
"""Share of the draws between the limits, as in the publishers' files."""

WARMING = 20
"""Blocks of warming up, with adapted steps."""

LEAPS = 4
"""Leaps, one after every other block."""

LEFT_OUT = 0.4
"""The share of the rounds, from the first on, that does not count."""

_AHEAD = 5.0  # blocks that a leap is worth
_WIDTH = 0.2 / 3  # the publishers' steps of cut points, 1/15
_ACCEPTED = 0.35  # the share of proposals to be taken, to which the steps of an item adapt
_WIDTHS = (0.03, 1.0)  # between which they adapt


@dataclass(frozen=True, eq=False)
class Sample:
    """What the sampler drew.

    Attributes
    ----------
    mean, low, high : numpy.ndarray
        Shape (cells,): mean of the positions, and the 5 and 95 % points of the draws.
    draws : numpy.ndarray
        Shape (draws, cells), type float32: the positions kept of either chain, for intervals of anything computed from
        them.
    rounds : int
        Rounds done (by each chain), the warm-up included.
    counted : int
        Rounds that the mean is over.
    error : float
        Half the root mean square difference between the means of the two halves of the rounds counted: an estimate of
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


def sample(
    ballots: Ballots, *, tolerance: float = 0.012, rounds: int = 4000, seed: int = 0, exact: bool = False
) -> Sample:
    """Draw positions from the model.

    Parameters
    ----------
    ballots : Ballots
        The votes; see `neutrality.ballots`.
    tolerance : float, optional
        Stop when the Monte Carlo error is below this (in standard deviations of positions). With 0 all rounds are
        done.
    rounds : int, optional
        Stop after so many rounds (of each chain) in any case; at least 100. The first 400 warm up.
    seed : int, optional
        The same votes and seed give the same draws, on any number of processors.
    exact : bool, optional
        Draw the number behind each vote, as the publishers do, in one chain: a check, for which many more rounds are
        needed, each twice as long.

    Returns
    -------
    Sample

    Raises
    ------
    ValueError
        If `rounds` is below 100, or `tolerance` or `seed` is negative.
    TypeError
        If `rounds` or `seed` is no whole number.
    neutrality.ballots.BallotsError
        As `neutrality.fastpoints.fit`.

    Examples
    --------
    >>> from neutrality import ballots, rollcalls
    >>> votes = ballots.from_rollcalls(rollcalls.load().years(1993))
    >>> drawn = sample(votes, rounds=600, tolerance=0)
    >>> drawn.rounds, drawn.counted, drawn.mean.shape == (len(votes.cells),)
    (600, 360, True)
    """
    if tolerance != 0:
        inputs.positive("sample: tolerance", tolerance, 0.012)
    inputs.whole("sample: seed", seed, least=0, example=0)
    inputs.whole("sample: rounds", rounds, example=4000)
    if rounds < FEWEST:
        raise ValueError(f"sample: rounds is {rounds}. Give {FEWEST} or more; the first {WARMING * BLOCK} warm up.")
    # A rough start serves: how whole periods lie to each other is for the chain to find.
    start = fit(ballots, tolerance=0.06)
    chains = (
        [_Chain(ballots, start, seed)] if exact else [_SummedChain(ballots, start, seed, sign) for sign in (1.0, -1.0)]
    )
    means: list[Floats] = []
    kept: list[npt.NDArray[np.float32]] = []
    error = np.inf
    while (len(means) + 1) * BLOCK <= rounds and error >= tolerance:
        done = [chain.block(adapt=len(means) < WARMING) for chain in chains]
        means.append(np.mean([mean for mean, _ in done], axis=0))
        kept.append(np.concatenate([draws for _, draws in done]))
        if len(means) % 2 == 0 and len(means) <= 2 * LEAPS:
            for chain in chains:
                chain.leap(means[-1] - means[-2])
        error = _error(means)
    first = _first(means)
    drawn = np.concatenate(kept[first:])
    low, high = np.quantile(drawn, tails(INTERVAL), axis=0)
    return Sample(
        mean=np.mean(means[first:], axis=0),
        low=low.astype(np.float64),
        high=high.astype(np.float64),
        draws=drawn,
        rounds=len(means) * BLOCK,
        counted=(len(means) - first) * BLOCK,
        error=float(error),
        converged=bool(error < tolerance),
    )


def _first(means: list[Floats]) -> int:
    """Return the number of the first block that counts."""
    return int(LEFT_OUT * len(means))


def _error(means: list[Floats]) -> float:
    """Compare the two halves of the blocks that count; no answer before there are enough."""
    if len(means) * BLOCK < FEWEST:
        return float("inf")
    counted = means[_first(means) :]
    part = len(counted) // 2
    difference = np.mean(counted[:part], axis=0) - np.mean(counted[part:], axis=0)
    return float(np.sqrt(np.mean(difference**2)) / 2)


class _Chain:
    """The sampler's state: positions, items, the numbers behind the votes, and the streams of random numbers."""

    def __init__(self, ballots: Ballots, start: Fit, seed: int, sign: float = 1.0) -> None:
        self.ballots, self.sign = ballots, sign
        self.theta, self.mean = start.theta.copy(), start.theta.copy()
        self.slope, self.low, self.high = start.slope.copy(), start.low.copy(), start.high.copy()
        self.width = np.full(len(self.slope), _WIDTH)
        self.taken = np.zeros(len(self.slope))
        streams = np.random.default_rng(seed)
        self.cell_streams = streams.integers(0, 2**63, len(self.theta), dtype=np.uint64)
        self.item_streams = streams.integers(0, 2**63, len(self.slope), dtype=np.uint64)
        self._prepare()
        # Positions are drawn first in a round, and need numbers behind the votes. This draw tells nothing of the steps.
        self._items()
        self.taken[:] = 0

    def block(self, adapt: bool) -> tuple[Floats, npt.NDArray[np.float32]]:
        """Do a block of rounds; return the mean position and the positions kept."""
        if not adapt:
            self.width[:] = _WIDTH
        total = np.zeros_like(self.theta)
        kept = []
        for number in range(BLOCK):
            # The conditional mean has the same expectation as the draw, and less noise.
            expected, drawn = self._cells()
            drawn = np.clip(drawn, -FARTHEST, FARTHEST)
            centre, spread = float(drawn.mean()), float(drawn.std(ddof=1))
            self.theta = (drawn - centre) / spread
            self._items()
            total += (expected - centre) / spread
            if number % KEPT == KEPT - 1:
                kept.append(self.theta.astype(np.float32))
        if adapt:
            self.width = np.clip(self.width * np.exp(2 * (self.taken / BLOCK - _ACCEPTED)), *_WIDTHS)
            self.taken[:] = 0
        return total / BLOCK, np.stack(kept)

    def leap(self, drift: Floats) -> None:
        """Move whole periods some blocks ahead the way their positions drifted in the last, and their items with them.

        Within a period all distances, and so all chances of votes, stay as they are.
        """
        votes = self.ballots
        period = np.unique(votes.cells["period"].to_numpy(), return_inverse=True)[1]
        size = np.bincount(period)
        way = (_AHEAD * np.bincount(period, drift) / size)[period]
        self.theta, self.mean = self.theta + way, self.mean + way
        per_item = np.add.reduceat(way[votes.item_cell], votes.by_item[:-1]) / np.diff(votes.by_item)
        self._move_items(self.slope * per_item)

    def _move_items(self, way: Floats) -> None:
        """Move cut points, the two of an item together, as far as the limits let them."""
        from neutrality.ordinal import WIDEST

        gap = np.minimum(self.high - self.low, 2 * WIDEST)
        middle = np.clip((self.low + self.high) / 2 + way, gap / 2 - WIDEST, WIDEST - gap / 2)
        self.low, self.high = middle - gap / 2, middle + gap / 2

    def _prepare(self) -> None:
        """Make what the chain keeps of the numbers behind the votes."""
        self.z = np.zeros(len(self.ballots.item_cell))

    def _prior(self) -> Floats:
        """Return the centres of the positions' priors."""
        before = self.ballots.before
        return np.where(before >= 0, self.mean[before], 0.0)

    def _cells(self) -> tuple[Floats, Floats]:
        """Draw positions; return what was expected of each, and what was drawn."""
        from neutrality import ordinal

        votes = self.ballots
        out = np.empty_like(self.theta)
        ordinal.draw_cells(
            votes.by_cell, votes.cell_item, votes.place, self.slope, self.z, self._prior(), votes.variance, self.mean,
            out, self.cell_streams,
        )  # fmt: skip
        return self.mean, out

    def _items(self) -> None:
        """Draw cut points, numbers behind the votes, and slopes."""
        from neutrality import ordinal

        votes = self.ballots
        ordinal.draw_items(
            votes.by_item, votes.item_cell, votes.item_vote, self.theta, self.slope, self.low, self.high, self.z,
            self.width, self.taken, self.item_streams,
        )  # fmt: skip


class _SummedChain(_Chain):
    """The same with sums in the place of the numbers behind the votes."""

    def _prepare(self) -> None:
        from neutrality import ordinalsums

        votes = self.ballots
        self.old, self.tilt = self.slope, np.zeros_like(self.slope)
        self.cells = ordinalsums.by_vote(votes.by_cell, votes.cell_item, votes.cell_vote, len(self.slope))
        self.items = ordinalsums.by_vote(votes.by_item, votes.item_cell, votes.item_vote, len(self.theta))
        self.precision = 1 / votes.variance

    def _cells(self) -> tuple[Floats, Floats]:
        from neutrality import ordinalsums

        expected, mean, out = (np.empty_like(self.theta) for _ in range(3))
        ordinalsums.draw_cells(
            *self.cells, self.theta.astype(np.float32), _turned(self.old), _turned(self.slope),
            np.concatenate([self.low, -self.high]).astype(np.float32), _turned(self.tilt), self._prior(),
            self.precision, expected, mean, out, self.sign, self.cell_streams,
        )  # fmt: skip
        self.mean = mean
        return expected, out

    def _items(self) -> None:
        from neutrality import ordinalsums

        self.old = self.slope.copy()
        ordinalsums.draw_items(
            *self.items, _turned(self.theta), self.slope, self.low, self.high, self.width, self.taken, self.tilt,
            self.sign, self.item_streams,
        )  # fmt: skip


def _turned(values: Floats) -> npt.NDArray[np.float32]:
    """Return values, and after them the same with the sign turned."""
    return np.concatenate([values, -values]).astype(np.float32)
