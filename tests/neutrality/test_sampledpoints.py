"""The sampled estimate and its intervals: on votes drawn from the model, and on the inputs of the published one."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from neutrality import sampledpoints
from neutrality.ballots import BallotsError
from neutrality.fastpoints import fit
from neutrality.idealpoints import FAST
from neutrality.sampledpoints import BLOCK, FEWEST, INTERVAL, KEPT, LEFT_OUT, WARMING, Sample, sample

from . import release2020
from .test_fastpoints import Invented, correlation, invent, laid, within

pytestmark = pytest.mark.usefixtures("one_thread")

SHORT = 500
ROUNDS, SEEDS = 2 * WARMING * BLOCK, (1, 2, 3)


@cache
def world(seed: int) -> tuple[Invented, Sample]:
    """Return an invented Assembly and a sample of its states' positions."""
    invented = invent(seed)
    return invented, sample(invented.ballots, tolerance=0, rounds=ROUNDS, seed=seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_positions_are_recovered(seed: int) -> None:
    """Positions from which votes were drawn come back, on their scale."""
    invented, drawn = world(seed)
    assert correlation(drawn.mean, invented.theta) > 0.96
    assert np.polyfit(invented.theta, drawn.mean, 1)[0] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_ways_agree(seed: int) -> None:
    """Drawing at random and Newton's steps lead to the same positions, but for the noise of the draws."""
    invented, drawn = world(seed)
    assert correlation(drawn.mean, fit(invented.ballots, tolerance=1e-3).theta) > 0.99


def test_intervals_cover_what_they_promise() -> None:
    """Of 360 true positions, about nine in ten lie in their intervals of 90 %; beyond either end about as many."""
    below = above = total = 0
    for invented, drawn in map(world, SEEDS):
        below += int((invented.theta < drawn.low).sum())
        above += int((invented.theta > drawn.high).sum())
        total += len(invented.theta)
    assert 0.82 <= 1 - (below + above) / total <= 0.96
    assert max(below, above) < 0.13 * total


def test_a_state_that_hardly_voted_has_a_wide_interval() -> None:
    """Of a state that was there for four votes only, little is known, and the interval says so."""
    votes = invent(5).votes
    here = votes["state"] == "S03"
    four = votes[here & (votes["period"] == 2)].head(4)
    laid_out = laid(votes[~here | votes.index.isin(four.index)])
    drawn = sample(laid_out, tolerance=0, rounds=SHORT)
    width = laid_out.cells.assign(width=drawn.high - drawn.low).set_index(["state", "period"])["width"]
    assert width["S03", 2] > 1.7 * width.median()


def test_the_same_seed_gives_the_same_draws() -> None:
    """A sample can be repeated bit by bit; another seed gives other draws of the same positions."""
    ballots = world(1)[0].ballots
    one, same, other = (sample(ballots, tolerance=0, rounds=SHORT, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(one.draws, same.draws)
    assert np.array_equal(one.mean, same.mean)
    assert not (one.draws == other.draws).any(axis=0).all()
    assert 0.98 < correlation(one.mean, other.mean) < 1


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="there is one processor")
def test_the_number_of_processors_changes_nothing() -> None:
    """The same seed gives the same draws with one and with two threads."""
    ballots = world(1)[0].ballots
    found = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        found.append(sample(ballots, tolerance=0, rounds=FEWEST))
    assert np.array_equal(found[0].draws, found[1].draws)
    assert np.array_equal(found[0].mean, found[1].mean)


def test_positions_are_standardised_in_each_round() -> None:
    """Every draw has mean 0 and variance 1, with the publishers' divisor."""
    draws = world(1)[1].draws.astype(np.float64)
    assert draws.mean(axis=1) == pytest.approx(0, abs=1e-6)
    assert draws.std(axis=1, ddof=1) == pytest.approx(1, abs=1e-6)


def test_a_sample_is_what_it_says() -> None:
    """The last three fifths of the rounds count; of both chains every fifth is kept, and limits are their quantiles."""
    drawn = world(2)[1]
    left_out = int(LEFT_OUT * ROUNDS / BLOCK) * BLOCK
    assert (drawn.rounds, drawn.counted) == (ROUNDS, ROUNDS - left_out)
    assert drawn.draws.shape == (2 * drawn.counted // KEPT, len(drawn.mean))
    assert drawn.draws.dtype == np.float32
    inside = ((drawn.draws >= drawn.low) & (drawn.draws <= drawn.high)).mean(axis=0)
    assert inside == pytest.approx(INTERVAL, abs=0.04)
    assert ((drawn.low < drawn.mean) & (drawn.mean < drawn.high)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_is_that_of_the_draws(seed: int) -> None:
    """The mean is over conditional means, which have less noise than the draws, and are on the same scale."""
    drawn = world(seed)[1]
    simple = drawn.draws.mean(axis=0)
    assert np.sqrt(np.mean((drawn.mean - simple) ** 2)) < 0.03
    assert np.polyfit(drawn.mean, simple, 1) == pytest.approx([1, 0], abs=0.008)


def test_the_stated_error_is_about_the_real_one() -> None:
    """What two samples with different seeds differ by is of the size that each states as its Monte Carlo error."""
    ballots = world(1)[0].ballots
    samples = [sample(ballots, tolerance=0, rounds=SHORT, seed=seed) for seed in range(4)]
    real = float(np.sqrt(np.var([drawn.mean for drawn in samples], axis=0, ddof=1).mean()))
    stated = float(np.mean([drawn.error for drawn in samples]))
    assert 0.4 < real / stated < 2.5


def test_not_reaching_the_tolerance_is_reported() -> None:
    """A sample that ends at the limit of rounds has an error above the tolerance, and says so; blocks are whole."""
    drawn = sample(world(1)[0].ballots, rounds=FEWEST + BLOCK - 1, tolerance=0.001)
    assert (drawn.rounds, drawn.converged) == (FEWEST, False)
    assert drawn.error > 0.001


def test_stops_by_its_own_rule() -> None:
    """With a wide tolerance it stops as soon as an error can be stated, far before the limit."""
    drawn = sample(world(1)[0].ballots, rounds=4000, tolerance=0.2)
    assert drawn.converged
    assert (drawn.rounds, drawn.counted) == (FEWEST, 3 * BLOCK)
    assert drawn.error < 0.2


def test_the_error_is_worked_by_hand() -> None:
    """Half the root mean square difference between the two halves of the blocks that count, the first left out."""
    counted = [[1.0, 2], [3.0, 2], [5.0, 2], [5.0, 2], [7.0, 6]]
    blocks = [np.array([9.0, 9.0])] * 3 + [np.array(pair) for pair in counted]
    # Eight blocks: three are left out; means of the first two and of the last three of the rest.
    difference = np.array([17 / 3 - 2, 10 / 3 - 2])
    assert sampledpoints._error(blocks) == pytest.approx(np.sqrt(np.mean(difference**2)) / 2)
    assert sampledpoints._error(blocks[: FEWEST // BLOCK - 1]) == np.inf


def test_a_leap_moves_whole_periods() -> None:
    """Positions of a period move together and by the same, later ones are where they were, and chances of votes stay.

    The items of a period move with it, so that every η keeps its distance from the cut points.
    """
    ballots = invent(2).ballots
    chain = sampledpoints._SummedChain(ballots, fit(ballots), 1)
    period = ballots.cells["period"].to_numpy()
    here = np.isin(ballots.item_cell, np.flatnonzero(period == 1))
    item = np.repeat(np.arange(len(ballots.items)), np.diff(ballots.by_item))
    own = np.setdiff1d(item[here], item[~here])
    theta, low, gap = chain.theta.copy(), chain.low.copy(), chain.high - chain.low
    chain.leap(np.where(period == 1, 0.01, 0.0))
    moved = chain.theta - theta
    assert np.ptp(moved[period == 1]) == pytest.approx(0, abs=1e-12)
    assert moved[period == 1].mean() > 0.01
    assert not moved[period != 1].any()
    assert chain.high - chain.low == pytest.approx(gap)
    way = moved[period == 1].mean() * chain.slope[own]
    inside = np.abs(chain.low[own] + way) + gap[own] < 6.5
    assert (chain.low - low)[own][inside] == pytest.approx(way[inside])


@pytest.mark.parametrize("seed", SEEDS)
def test_drawing_each_number_leads_to_the_same(seed: int) -> None:
    """Sums and single numbers give the same positions but for the noise of the draws, and intervals as wide."""
    invented, drawn = world(seed)
    exact = sample(invented.ballots, tolerance=0, rounds=ROUNDS, seed=seed, exact=True)
    assert correlation(exact.mean, drawn.mean) > 0.995
    assert np.polyfit(exact.mean, drawn.mean, 1)[0] == pytest.approx(1, abs=0.02)
    assert np.median((drawn.high - drawn.low) / (exact.high - exact.low)) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("rounds", [-1, 0, FEWEST - 1])
def test_hardly_any_rounds_are_refused(rounds: int) -> None:
    """With so few rounds no error could be stated; the message says how many it takes."""
    with pytest.raises(ValueError, match=f"rounds is {rounds}. Give {FEWEST} or more"):
        sample(world(1)[0].ballots, rounds=rounds)


def test_votes_without_poles_are_refused() -> None:
    """Left and right need the United States and Russia, here as in the fast estimate."""
    votes = world(1)[0].votes
    with pytest.raises(BallotsError, match="USA and RUS never voted differently"):
        sample(laid(votes[votes["state"] != "USA"]), rounds=FEWEST)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("settings", "least"), [(FAST, 0.995), ({}, 0.999)], ids=["fast", "sample"])
def test_each_way_comes_near_the_published_points(
    settings: dict[str, Any], least: float, seed: int, shared: Path
) -> None:
    """Stopped by its own rule, whatever the seed, the correlation with the points of April 2020 is as announced."""
    drawn = sample(release2020.laid_out(shared), seed=seed, **settings)
    assert drawn.converged
    both = release2020.beside(shared, drawn.mean)
    assert correlation(both["ours"], both["IdealPoint"]) >= least


@pytest.fixture(scope="module")
def published(shared: Path) -> Any:
    """Return a thousand rounds on the inputs of April 2020, beside the published points."""
    drawn = sample(release2020.laid_out(shared), tolerance=0, rounds=1000)
    return release2020.beside(shared, drawn.mean).assign(width=drawn.high - drawn.low)


@pytest.mark.shared
@pytest.mark.slow
def test_the_published_points_are_reproduced(published: Any) -> None:
    """After 1,000 rounds the correlation with the published points is .9995, and .999 in the median session."""
    assert len(published) == 10_469
    assert correlation(published["ours"], published["IdealPoint"]) >= 0.9995
    assert within(published).median() >= 0.999
    assert within(published).min() >= 0.99


@pytest.mark.shared
@pytest.mark.slow
def test_the_published_intervals_are_reproduced(published: Any) -> None:
    """Our intervals of 90 % are as wide as the published ones, up to a few in a hundred, and for the same states."""
    theirs = published["Q95%"] - published["Q5%"]
    assert (published["width"] / theirs).median() == pytest.approx(1, abs=0.1)
    assert correlation(published["width"], theirs) >= 0.9
