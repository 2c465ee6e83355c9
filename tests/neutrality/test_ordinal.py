"""The compiled arithmetic: against SciPy, against numerical derivatives and integrals, and against exact posteriors."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pytest
from scipy import integrate, optimize, special, stats

from neutrality import ordinal
from neutrality.fastpoints import FARTHEST

pytestmark = pytest.mark.usefixtures("one_thread")

Floats = npt.NDArray[np.float64]

ROUND = 0x9E3779B97F4A7C15
CUTS = [(-1.0, 0.5), (-0.02, 0.02), (-6.9, -5.0), (4.0, 6.9)]
ETAS = np.arange(-4.0, 4.1, 0.5)

# Forty states spread evenly, and their votes on three texts: many abstain, few, nobody.
PLACES = np.linspace(-2, 2, 40)
TEXTS = {
    "many abstain": [15, 0, 11, 1, 14],
    "few abstain": [18, 0, 8, 1, 14],
    "nobody abstains": [21, 0, 0, 1, 19],
}


def each(function: Any, values: Any) -> Floats:
    """Apply a function of one number to many."""
    return np.array([function(float(value)) for value in values])


def streams(count: int, seed: int = 0) -> npt.NDArray[np.uint64]:
    """Return starting states of streams of random numbers."""
    return np.random.default_rng(seed).integers(0, 2**63, count, dtype=np.uint64)


def uniforms(count: int) -> Floats:
    """Return the first numbers of one stream."""
    states = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(ROUND)
    return np.array([ordinal.uniform(state) for state in states])


def log_chance(vote: int, low: Any, high: Any, eta: Any) -> Any:
    """Return how likely a vote is, as a logarithm, by SciPy and in another form than the kernels have."""
    if vote == 0:
        return special.log_ndtr(low - eta)
    if vote == 2:
        return special.log_ndtr(eta - high)
    a, b = low - eta, high - eta
    outer, inner = np.where(a > 0, -a, b), np.where(a > 0, -b, a)
    return special.log_ndtr(outer) + np.log1p(-np.exp(special.log_ndtr(inner) - special.log_ndtr(outer)))


def expected(vote: int, low: float, high: float, eta: float) -> float:
    """Integrate the number behind a vote, cut off, over where it can lie."""
    first, last = {0: (eta - 38, low), 1: (low, high), 2: (high, eta + 38)}[vote]
    edges = [first, *sorted(edge for edge in (-9.0, 9.0, eta) if first < edge < last), last]
    shape = [lambda z: np.clip(z, -9, 9) * stats.norm.pdf(z - eta), lambda z: stats.norm.pdf(z - eta)]
    whole = [sum(integrate.quad(f, a, b, epsabs=0)[0] for a, b in pairwise(edges)) for f in shape]
    return float(whole[0] / whole[1])


# Normal probabilities ----------------------------------------------------------------------------------------------


def test_cdf_is_scipys() -> None:
    """Within ±8 the relative error is below the one part in a million that the module states."""
    x = np.linspace(-8, 8, 20_001)
    np.testing.assert_allclose(each(ordinal.cdf, x), special.ndtr(x), rtol=1e-6)


def test_cdf_beyond_its_table() -> None:
    """Between 8 and the table's end the error stays small; beyond it, probabilities are 0 and 1."""
    x = np.linspace(-9.89, -8, 1_001)
    np.testing.assert_allclose(each(ordinal.cdf, x), special.ndtr(x), rtol=1e-6)
    assert [ordinal.cdf(x) for x in (-np.inf, -50.0, -9.9, 9.9, 50.0, np.inf)] == [0, 0, 0, 1, 1, 1]


def test_pdf_is_scipys() -> None:
    """The density has no table."""
    x = np.linspace(-12, 12, 1_001)
    np.testing.assert_allclose(each(ordinal.pdf, x), stats.norm.pdf(x), rtol=1e-13)


def test_hazard_is_scipys() -> None:
    """The ratio of density to probability holds to 2 parts in 10,000, and where its expansion takes over as well."""
    x = np.concatenate([np.linspace(-35, 9, 4_001), [-6.0, -6.0 - 1e-12]])
    np.testing.assert_allclose(each(ordinal.hazard, x), np.exp(stats.norm.logpdf(x) - special.log_ndtr(x)), rtol=2e-4)


def test_quantile_is_scipys() -> None:
    """Acklam's approximation has the relative error that he states, 1.2e-9."""
    p = np.concatenate([np.logspace(-300, -2, 2_001), np.linspace(0.01, 0.99, 2_000), 1 - np.logspace(-15, -2, 500)])
    np.testing.assert_allclose(each(ordinal.quantile, p), special.ndtri(p), rtol=1.2e-9, atol=1e-15)


def test_quantile_of_certainty_is_a_far_number() -> None:
    """What underflows to 0 or reaches 1 does not become infinite."""
    assert [ordinal.quantile(p) for p in (-1.0, 0.0, 1.0, 2.0)] == [-38, -38, 38, 38]


# Random numbers ----------------------------------------------------------------------------------------------------


def test_uniform_numbers_are_splitmix64s() -> None:
    """For the seed 1234567 they start with the five numbers that Rosetta Code's page on SplitMix64 asks for."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    published += [16408922859458223821]
    states = [np.uint64((1234567 + number * ROUND) % 2**64) for number in range(1, 6)]
    assert [ordinal.uniform(state) * 2**53 for state in states] == [(number >> 11) + 0.5 for number in published]


def test_uniform_numbers_are_uniform() -> None:
    """A long stream passes Kolmogorov's test, has no correlation from one to the next, and excludes 0 and 1."""
    drawn = uniforms(20_000)
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02
    assert drawn.min() > 0
    assert drawn.max() < 1


def test_normal_numbers_are_normal() -> None:
    """Pairs of uniform numbers give numbers that pass Kolmogorov's test for the standard normal distribution."""
    drawn = uniforms(20_000).reshape(-1, 2)
    normal = np.array([ordinal.normal(first, second) for first, second in drawn])
    assert stats.kstest(normal, "norm").pvalue > 0.01


# One vote ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_chance_is_scipys(vote: int, cuts: tuple[float, float]) -> None:
    """The probability of a vote is right where it is small, too."""
    ours = each(lambda eta: ordinal.chance(vote, *cuts, eta), ETAS)
    np.testing.assert_allclose(ours, np.exp(log_chance(vote, *cuts, ETAS)), rtol=1e-6, atol=1e-22)


@pytest.mark.parametrize("eta", ETAS)
def test_chances_of_the_three_votes_add_up(eta: float) -> None:
    """A state votes yes, abstains or votes no."""
    assert sum(ordinal.chance(vote, -1.0, 0.5, eta) for vote in (0, 1, 2)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_first_derivatives_are_those_of_the_likelihood(vote: int, cuts: tuple[float, float]) -> None:
    """What a cut point and η change in the log-likelihood agrees with differences between near values."""
    step = 1e-5
    for eta in ETAS:
        if log_chance(vote, *cuts, eta) < -15:
            continue

        def slope(low: float, high: float, place: float, eta: float = eta) -> float:
            up, down = (log_chance(vote, cuts[0] + s * low, cuts[1] + s * high, eta + s * place) for s in (step, -step))
            return float((up - down) / (2 * step))

        s, _, d_low, d_high, *_ = ordinal.score(vote, *cuts, eta)
        assert (d_low, d_high) == pytest.approx((slope(1, 0, 0), slope(0, 1, 0)), rel=5e-4, abs=1e-6)
        if abs(eta) < 3:  # beyond, the cut-off of z enters
            assert s == pytest.approx(slope(0, 0, 1), rel=5e-4, abs=1e-6)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_second_derivatives_are_those_of_the_first(vote: int, cuts: tuple[float, float]) -> None:
    """The last three numbers are how the two before them change with the cut points, with the sign turned."""
    step = 1e-5
    for eta in ETAS:
        if log_chance(vote, *cuts, eta) < -15:
            continue
        _, _, _, _, ll, hh, lh = ordinal.score(vote, *cuts, eta)
        low = [ordinal.score(vote, cuts[0] + s, cuts[1], eta)[2:4] for s in (step, -step)]
        high = [ordinal.score(vote, cuts[0], cuts[1] + s, eta)[2:4] for s in (step, -step)]
        turned = [-(up - down) / (2 * step) for up, down in zip(*low, strict=True)]
        other = [-(up - down) / (2 * step) for up, down in zip(*high, strict=True)]
        assert (ll, lh, lh, hh) == pytest.approx((*turned, *other), rel=1e-3, abs=2e-3)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_the_mean_behind_a_vote_is_the_integral(vote: int, cuts: tuple[float, float]) -> None:
    """E[z] - η agrees with numerical integration; at the far end, where z is cut off, to .02."""
    for eta in (-13.0, -9.0, -6.0, -3.0, -1.0, 0.0, 0.7, 2.0, 3.0, 5.0, 8.0, 11.0):
        if log_chance(vote, *cuts, eta) < -20:
            continue
        near = abs(eta) <= 3
        got = ordinal.score(vote, *cuts, eta)[0]
        assert got == pytest.approx(expected(vote, *cuts, eta) - eta, rel=2e-4, abs=1e-6 if near else 0.02)


@pytest.mark.parametrize("cuts", CUTS)
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_the_second_number_is_how_the_first_falls(vote: int, cuts: tuple[float, float]) -> None:
    """E[z] - η falls with η as stated, at the far ends as well."""
    step = 1e-4
    for eta in np.arange(-12.75, 13, 0.5):
        if log_chance(vote, *cuts, eta) < -15:
            continue
        up, down = (ordinal.score(vote, *cuts, eta + s)[0] for s in (step, -step))
        assert ordinal.score(vote, *cuts, eta)[1] == pytest.approx((down - up) / (2 * step), rel=1e-3, abs=2e-3)


@pytest.mark.parametrize(("eta", "nearer"), [(-12.0, -1.0), (12.0, 0.5)])
def test_an_abstention_that_cannot_be_pulls_to_the_nearer_cut_point(eta: float, nearer: float) -> None:
    """Where the probability vanishes the numbers stay finite, and point to the cut point that is nearer."""
    s, w, d_low, d_high, *second = ordinal.score(1, -1.0, 0.5, eta)
    assert (s, w) == (nearer - eta, 1)
    assert (d_low, d_high) == ((eta - nearer, 0) if nearer == -1 else (0, eta - nearer))
    assert sorted(second) == [0, 0, 1]


@pytest.mark.parametrize(("vote", "eta"), [(0, -12.0), (2, 12.0)])
def test_states_that_vote_alone_are_held_by_the_cut_off(vote: int, eta: float) -> None:
    """A position far beyond ±9 is pulled back to it, with full weight."""
    s, w, *_ = ordinal.score(vote, -1.0, 0.5, eta)
    assert (s, w) == pytest.approx((np.sign(eta) * 9 - eta, 1), abs=2e-3)


@pytest.mark.parametrize("eta", [-3.0, -0.7, 0.0, 2.5])
@pytest.mark.parametrize("vote", [0, 1, 2])
def test_the_number_behind_a_vote_is_a_cut_normal_one(vote: int, eta: float) -> None:
    """Drawn numbers lie in the vote's interval, and pass Kolmogorov's test for the truncated normal distribution."""
    low, high = -1.0, 0.5
    first, last = {0: (-9.0, low), 1: (low, high), 2: (high, 9.0)}[vote]
    drawn = np.array([ordinal.behind(vote, low, high, eta, u) for u in uniforms(4_000)])
    assert drawn.min() >= first - 1e-6
    assert drawn.max() <= last + 1e-6
    assert stats.kstest(drawn, stats.truncnorm(first - eta, last - eta, loc=eta).cdf).pvalue > 0.01


@pytest.mark.parametrize(("vote", "eta", "side"), [(0, -15.0, -9.0), (2, 15.0, 9.0), (0, 40.0, -1.0), (2, -40.0, 0.5)])
def test_the_number_behind_a_vote_is_cut_off(vote: int, eta: float, side: float) -> None:
    """It is never beyond ±9, and it is finite where the vote could not be."""
    drawn = np.array([ordinal.behind(vote, -1.0, 0.5, eta, u) for u in uniforms(200)])
    assert np.abs(drawn).max() <= 9
    assert np.median(drawn) == pytest.approx(side, abs=4)
    assert abs(eta) > 20 or (drawn == side).all()


# All cells, all items ----------------------------------------------------------------------------------------------


def text(name: str, seed: int = 3) -> npt.NDArray[np.int8]:
    """Return the forty states' votes on a text: about as the model has it, with the stated numbers of each vote."""
    yes, _, abstain, _, no = TEXTS[name]
    z = 0.9 * PLACES + np.random.default_rng(seed).normal(size=len(PLACES))
    vote = np.empty(len(PLACES), dtype=np.int8)
    vote[np.argsort(z)] = np.repeat([0, 1, 2], [yes, abstain, no])
    return vote


def posterior(vote: npt.NDArray[np.int8], number: Floats) -> float:
    """Return the log-posterior of a slope and two cut points, given the forty states' positions."""
    slope, low, high = number
    if not -7 <= low < high <= 7:
        return -np.inf
    fit = sum(log_chance(kind, low, high, slope * PLACES[vote == kind]).sum() for kind in (0, 1, 2))
    return float(fit - slope**2 / 2)


@cache
def exact(name: str) -> tuple[Floats, Floats]:
    """Integrate an item's posterior on a grid: means and standard deviations of slope, cut points, and their gap."""
    slope, middle = np.linspace(-0.2, 2.6, 50)[:, None, None], np.linspace(-1.3, 1.6, 80)[None, :, None]
    root = (np.arange(80) + 0.5) / 80 * 3**0.5
    gap = root**2  # small gaps need a finer grid; `root` below makes up for it
    fit = np.log(root) - slope**2 / 2 + 0 * middle
    for place, kind in zip(PLACES, text(name), strict=True):
        fit = fit + np.log(chance(kind, middle - gap / 2 - slope * place, middle + gap / 2 - slope * place))
    share = np.exp(fit - fit.max())
    share /= share.sum()
    parts = [slope, middle - gap / 2, middle + gap / 2, gap]
    mean = np.array([(share * part).sum() for part in parts])
    spread = np.array([np.sqrt((share * (part - m) ** 2).sum()) for part, m in zip(parts, mean, strict=True)])
    return mean, spread


def chance(vote: int, below: Any, above: Any) -> Any:
    """Return how likely a vote is, from the distances of the two cut points to η."""
    if vote == 1:
        return np.maximum(special.ndtr(above) - special.ndtr(below), 1e-300)
    return np.maximum(special.ndtr(below) if vote == 0 else special.ndtr(-above), 1e-300)


def item_arrays(vote: npt.NDArray[np.int8], copies: int) -> dict[str, Any]:
    """Lay out one item many times over, each copy with its own stream."""
    count = len(vote)
    return {
        "ends": np.arange(copies + 1, dtype=np.int64) * count,
        "cell": np.tile(np.arange(count, dtype=np.int32), copies),
        "vote": np.tile(vote, copies),
        "theta": PLACES,
        "slope": np.full(copies, 0.8),
        "low": np.full(copies, -0.1),
        "high": np.full(copies, 0.3),
        "z": np.zeros(count * copies),
        "width": np.full(copies, 0.3),
        "taken": np.zeros(copies),
        "stream": streams(copies),
    }


@cache
def drawn_means(name: str, *, rounds: int = 300, copies: int = 300) -> Floats:
    """Run the sampler's step for items, and return what `exact` returns first."""
    item = item_arrays(text(name), copies)
    means = []
    for number in range(rounds):
        ordinal.draw_items(*item.values())
        if number >= rounds // 3:
            gap = item["high"] - item["low"]
            means.append([part.mean() for part in (item["slope"], item["low"], item["high"], gap)])
    return np.mean(means, axis=0)


def publishers_means(name: str, *, rounds: int = 300, copies: int = 300, width: float = 0.3) -> Floats:
    """Do the publishers' steps 2 to 4 in NumPy and SciPy, formula by formula, and return what `exact` returns first."""
    vote = text(name)
    rng = np.random.default_rng(5)
    slope, low, high = np.full((copies, 1), 0.8), np.full((copies, 1), -0.1), np.full((copies, 1), 0.3)
    yes, no = vote == 0, vote == 2
    phi, inverse = special.ndtr, special.ndtri
    means = []
    for number in range(rounds):
        u, v = rng.random((2, copies, 1))
        new_low = low + width * inverse(u * phi((high - low) / width) + (1 - u) * phi((-7 - low) / width))
        new_high = high + width * inverse(v * phi((7 - high) / width) + (1 - v) * phi((new_low - high) / width))
        eta = slope * PLACES
        limits = [
            (np.where(yes, -99, np.where(no, b, a)), np.where(yes, a, np.where(no, 99, b)))
            for a, b in ((low, high), (new_low, new_high))
        ]
        now, then = (phi(top - eta) - phi(bottom - eta) for bottom, top in limits)
        ratio = (then / now).prod(axis=1, keepdims=True)
        ratio *= (1 - phi((new_low - high) / width)) / (1 - phi((low - new_high) / width))
        taken = rng.random((copies, 1)) < ratio
        low, high = np.where(taken, new_low, low), np.where(taken, new_high, high)
        bottom, top = (np.where(taken, new, old) for old, new in zip(*limits, strict=True))
        bottom, top = phi(bottom - eta), phi(top - eta)
        z = np.clip(eta + inverse(bottom + rng.random(eta.shape) * (top - bottom)), -9, 9)
        precision = 1 + (PLACES**2).sum()
        slope = ((z * PLACES).sum(axis=1) / precision + rng.normal(size=copies) / np.sqrt(precision))[:, None]
        if number >= rounds // 3:
            means.append([slope.mean(), low.mean(), high.mean(), (high - low).mean()])
    return np.mean(means, axis=0)


@pytest.mark.parametrize("name", list(TEXTS)[:2])
def test_drawn_items_have_the_exact_posteriors_mean(name: str) -> None:
    """Where some abstain, mean slope and cut points are within a tenth of a standard deviation of the grid's."""
    mean, spread = exact(name)
    assert np.abs((drawn_means(name) - mean) / spread).max() < 0.1


@pytest.mark.parametrize("name", TEXTS)
def test_drawn_items_are_the_publishers(name: str) -> None:
    """The kernel draws what their steps draw when written out in NumPy."""
    assert drawn_means(name) == pytest.approx(publishers_means(name), abs=0.03)


def test_where_nobody_abstains_the_publishers_step_puts_cut_points_too_low() -> None:
    """Their rule of acceptance leaves out a factor and a bound, so both cut points come out a standard deviation low.

    The first cut point is proposed below the present second one, so a step down that passes the first one altogether
    has no way back; their rule accepts it all the more readily. Steps up of that size cannot be proposed.
    """
    mean, spread = exact("nobody abstains")
    slope, low, high, gap = (drawn_means("nobody abstains") - mean) / spread
    assert abs(slope) < 0.15
    assert low < -1
    assert high < -1
    assert abs(gap) < 0.5


@pytest.mark.parametrize("name", list(TEXTS)[:2])
def test_newton_steps_end_at_the_posteriors_mode(name: str) -> None:
    """With positions held, slope and cut points come to rest where SciPy finds the maximum."""
    vote = text(name)
    best = optimize.minimize(lambda number: -posterior(vote, number), [0.8, -0.3, 0.3], method="Nelder-Mead")
    slope, low, high = np.array([0.1]), np.array([-1.0]), np.array([1.0])
    for _ in range(30):
        ordinal.fit_items(
            np.array([0, 40]), np.arange(40, dtype=np.int32), vote, np.array([1], np.int8), PLACES, slope, low, high
        )
    assert [slope[0], low[0], high[0]] == pytest.approx(best.x, abs=1e-3)


@pytest.mark.parametrize(("kind", "missing", "fixed"), [(2, 2, "high"), (3, 0, "low")])
def test_a_cut_point_beyond_which_nobody_voted_stays(kind: int, missing: int, fixed: str) -> None:
    """Without a "no" (or a "yes") the outer cut point keeps its place, and the other two numbers reach the maximum."""
    vote = np.where(text("many abstain") == missing, 1, text("many abstain")).astype(np.int8)
    number = {"low": np.array([-5.5 if fixed == "low" else 0.0]), "high": np.array([5.5 if fixed == "high" else 0.0])}
    slope = np.array([0.1])

    def with_fixed(free: Floats) -> Floats:
        return np.array([free[0], free[1], 5.5]) if fixed == "high" else np.array([free[0], -5.5, free[1]])

    best = optimize.minimize(lambda free: -posterior(vote, with_fixed(free)), [0.5, 0.0], method="Nelder-Mead")
    ends, cells = np.array([0, 40]), np.arange(40, dtype=np.int32)
    for _ in range(30):
        ordinal.fit_items(ends, cells, vote, np.array([kind], np.int8), PLACES, slope, *number.values())
    got = np.array([slope[0], number["low"][0], number["high"][0]])
    assert got == pytest.approx(with_fixed(best.x), abs=1e-3)


def test_cut_points_between_which_nobody_voted_keep_their_expected_distance() -> None:
    """Where nobody abstained, the mode has no gap; the cut points stand their posterior mean distance apart."""
    mean, _ = exact("nobody abstains")
    slope, low, high = np.array([0.1]), np.array([-0.5]), np.array([-0.4])
    vote, ends, cells = text("nobody abstains"), np.array([0, 40]), np.arange(40, dtype=np.int32)
    for _ in range(30):
        ordinal.fit_items(ends, cells, vote, np.array([4], np.int8), PLACES, slope, low, high)
    assert high[0] - low[0] == pytest.approx(mean[3], abs=0.01)
    assert [low[0], high[0]] == pytest.approx(mean[1:3], abs=0.03)


def test_cut_points_never_leave_their_limits() -> None:
    """One who votes against a text that all others back, from where most backers stand, pushes no cut point past 7."""
    vote = np.zeros(40, dtype=np.int8)
    vote[20] = 2
    slope, low, high = np.array([0.0]), np.array([6.9]), np.array([6.95])
    for _ in range(50):
        ordinal.fit_items(
            np.array([0, 40]), np.arange(40, dtype=np.int32), vote, np.array([4], np.int8), PLACES * 3, slope, low, high
        )
        assert -7 <= low[0] < high[0] <= 7 + 1e-3


ITEMS = {"slope": [1.2, -0.8, 0.3, 2.0], "low": [-0.5, 0.0, -1.0, 0.2], "high": [0.5, 0.4, 1.0, 0.3]}


def place(votes: list[int], *, prior: float, variance: float, pull: float = 0.0, shift: float = 0.0) -> float:
    """Place one state that voted on the four items, by as many Newton steps as it takes."""
    theta, out = np.array([0.0]), np.empty(1)
    slope, low, high = (np.array(ITEMS[name]) for name in ("slope", "low", "high"))
    for _ in range(40):
        ordinal.place_cells(
            np.array([0, len(votes)]), np.arange(len(votes), dtype=np.int32), np.array(votes, np.int8), slope, low,
            high, theta, np.array([prior]), np.array([variance]), pull, shift, out, np.empty(1), np.empty(1),
        )  # fmt: skip
        theta = out.copy()
    return float(theta[0])


def best_place(votes: list[int], prior: float, variance: float) -> float:
    """Find the same by SciPy: the maximum of the votes' likelihood and the prior."""

    def loss(theta: float) -> float:
        numbers = zip(votes, ITEMS["slope"], ITEMS["low"], ITEMS["high"], strict=False)
        fit = sum(log_chance(vote, low, high, slope * theta) for vote, slope, low, high in numbers)
        return float((theta - prior) ** 2 / (2 * variance) - fit)

    return float(optimize.minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-9}).x)


@pytest.mark.parametrize("variance", [0.05, 0.25, 1.0])
@pytest.mark.parametrize("prior", [-1.5, 0.0, 0.7])
@pytest.mark.parametrize("votes", [[0, 1, 2, 0], [2, 0, 2, 2], [1, 1, 1, 1], [0, 2, 0, 0]])
def test_a_state_is_placed_at_the_posteriors_mode(votes: list[int], prior: float, variance: float) -> None:
    """With items held, Newton steps end where SciPy finds the maximum of likelihood and prior."""
    assert place(votes, prior=prior, variance=variance) == pytest.approx(best_place(votes, prior, variance), abs=1e-5)


def test_without_votes_a_state_stands_at_its_prior() -> None:
    """Nothing but the prior says where it is."""
    assert place([], prior=0.7, variance=0.25) == pytest.approx(0.7)


def test_the_pull_draws_inward_and_the_shift_sideways() -> None:
    """What stands for the standardising makes positions smaller, and moves all of them one way."""
    free = place([2, 0, 2, 2], prior=1.0, variance=0.3)
    assert 0 < place([2, 0, 2, 2], prior=1.0, variance=0.3, pull=0.3) < free
    assert place([2, 0, 2, 2], prior=1.0, variance=0.3, shift=0.1) < free


def test_drawn_positions_have_the_mean_and_variance_of_the_regression() -> None:
    """Given the numbers behind the votes, a position is normal around the weighted mean of them and the prior."""
    count = 4_000
    slope, z, prior, variance = np.array([1.2, -0.8, 0.3]), np.array([0.5, 1.5, -0.2]), 0.4, 0.3
    mean, out = np.empty(count), np.empty(count)
    ordinal.draw_cells(
        np.arange(count + 1) * 3, np.tile(np.arange(3, dtype=np.int32), count), np.tile(np.array([2, 0, 1], np.int32),
        count), slope, z, np.full(count, prior), np.full(count, variance), mean, out, streams(count),
    )  # fmt: skip
    precision = 1 / variance + (slope**2).sum()
    centre = (prior / variance + (slope * z[[2, 0, 1]]).sum()) / precision
    assert mean == pytest.approx(centre)
    assert stats.kstest(out, stats.norm(centre, precision**-0.5).cdf).pvalue > 0.01


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="there is one processor")
def test_the_number_of_processors_changes_nothing() -> None:
    """The draws are the same bit by bit with one and with two threads, because each row has its own stream."""
    found = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        item = item_arrays(text("many abstain"), 50)
        for _ in range(3):
            ordinal.draw_items(*item.values())
        found.append(np.concatenate([item[part] for part in ("slope", "low", "high", "z")]))
    assert np.array_equal(*found)
    assert len(np.unique(found[0][:50])) == 50


def test_the_widest_position_is_within_reach_of_the_cut_off() -> None:
    """The limits fit each other: cut points within ±7 lie inside the cut-off, positions inside of both."""
    assert FARTHEST < ordinal.WIDEST < ordinal.FAR
