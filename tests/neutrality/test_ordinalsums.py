"""The sums behind the votes: against SciPy, against exact posteriors, and against drawing every number."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from neutrality import ordinal, ordinalsums, sampledpoints
from neutrality.fastpoints import fit

from .test_fastpoints import invent
from .test_ordinal import PLACES, TEXTS, exact, expected, item_arrays, log_chance, text
from .test_ordinal import drawn_means as with_the_numbers

pytestmark = pytest.mark.usefixtures("one_thread")

F = np.float32
GAPS = (0.02, 0.3, 0.49, 0.51, 0.8, 1.5, 3.0, 6.0)


def twice(values: Any) -> Any:
    """Return values, and after them the same with the sign turned, as the kernels take them."""
    return np.concatenate([values, np.negative(values)]).astype(F)


def test_the_tail_is_scipys() -> None:
    """Below a cut point a normal number has the mean and the variance of SciPy's truncated one."""
    cuts = np.linspace(-7, 6, 400)
    got = np.array([ordinalsums.tail(F(cut)) for cut in cuts])
    whole = stats.truncnorm(-np.inf, cuts)
    assert -got[:, 0] == pytest.approx(whole.mean(), abs=1e-4)
    assert got[:, 1] == pytest.approx(whole.var(), abs=5e-4)


@pytest.mark.parametrize("gap", GAPS)
def test_between_is_scipys(gap: float) -> None:
    """Between two cut points as well, with the series for near ones and with the tables for others."""
    middle = np.linspace(-5, 5, 201)
    got = np.array([ordinalsums.between(F(m), F(gap)) for m in middle])
    whole = stats.truncnorm(middle - gap / 2, middle + gap / 2)
    assert got[:, 0] == pytest.approx(whole.mean(), abs=0.012)
    assert got[:, 1] == pytest.approx(whole.var(), abs=0.008)


def test_between_has_no_seam() -> None:
    """Series and tables meet: at the gap where one takes over, means differ by what the gaps differ by."""
    for middle in np.linspace(-4, 4, 33):
        below, above = (ordinalsums.between(F(middle), F(gap))[0] for gap in (0.4999, 0.5001))
        assert below == pytest.approx(above, abs=0.006)


@pytest.mark.parametrize("gap", GAPS)
def test_the_likelihood_of_abstentions_is_scipys(gap: float) -> None:
    """Vote by vote to one in a hundred where the chance is above one in a million, on both sides of the seam."""
    theta, one = twice(PLACES), np.arange(len(PLACES), dtype=np.uint32)
    for middle in (-2.0, 0.0, 1.3):
        low, high = middle - gap / 2, middle + gap / 2
        whole = log_chance(1, low, high, 1.1 * PLACES)
        for k in np.flatnonzero(whole > np.log(1e-6)):
            got = ordinalsums.likelihood_between(one, k, k + 1, theta, F(1.1), F(low), F(high))
            assert got == pytest.approx(whole[k], abs=0.01)


def test_the_likelihood_ratio_is_scipys() -> None:
    """What new cut points change for "yes" and "no" together."""
    theta, count = twice(PLACES), len(PLACES)
    yes, no = np.arange(0, 20), np.arange(20, 40)
    cell = np.concatenate([yes, no + count]).astype(np.uint32)
    old, new = (-0.4, 0.3), (-0.6, 0.7)

    def whole(cuts: tuple[float, float]) -> float:
        return float(log_chance(0, *cuts, 0.9 * PLACES[yes]).sum() + log_chance(2, *cuts, 0.9 * PLACES[no]).sum())

    got = ordinalsums.likelihood_ratio(cell, 0, len(cell), theta, F(0.9), *map(F, (*old, *new)))
    assert got == pytest.approx(whole(new) - whole(old), abs=1e-3)


@pytest.mark.parametrize("eta", [-5.6, -7.0, -9.0, -11.0, -14.0])
def test_the_cut_off_is_the_integral(eta: float) -> None:
    """What the cut-off at -9 adds to the mean of the number behind a "yes" agrees with numerical integration."""
    added = ordinalsums.cut_off(eta)[0]
    assert added - float(ordinalsums.tail(F(-0.5 - eta))[0]) == pytest.approx(
        expected(0, -0.5, 0.5, eta) - eta, abs=2e-3
    )


def test_votes_are_sorted_within_their_rows() -> None:
    """Votes for and against come first, the latter numbered higher, abstentions last; rows stay where they are."""
    ends, other = np.array([0, 4, 4, 6]), np.array([7, 8, 9, 5, 1, 2], np.int32)
    begin, found = ordinalsums.by_vote(ends, other, np.array([1, 0, 2, 1, 1, 1], np.int8), 10)
    assert begin.tolist() == [[0, 2, 4], [4, 4, 4], [4, 4, 6]]
    assert found[:2].tolist() == [8, 19]
    assert sorted(found[2:4].tolist()) == [5, 7]
    assert sorted(found[4:].tolist()) == [1, 2]


@cache
def drawn_means(name: str, *, rounds: int = 300, copies: int = 300) -> Any:
    """Run the step for items, and return the means of slope, cut points, and their gap."""
    item = item_arrays(text(name), copies)
    begin, cell = ordinalsums.by_vote(item["ends"], item["cell"], item["vote"], len(PLACES))
    means = []
    for number in range(rounds):
        ordinalsums.draw_items(
            begin, cell, twice(PLACES), item["slope"], item["low"], item["high"], item["width"], item["taken"],
            np.zeros(copies), 1.0, item["stream"],
        )  # fmt: skip
        if number >= rounds // 3:
            parts = (item["slope"], item["low"], item["high"], item["high"] - item["low"])
            means.append([part.mean() for part in parts])
    return np.mean(means, axis=0)


@pytest.mark.parametrize("name", list(TEXTS)[:2])
def test_items_are_drawn_from_their_posterior(name: str) -> None:
    """With positions held, slopes and cut points have the means that integrating the posterior on a grid gives."""
    mean, spread = exact(name)
    assert np.abs((drawn_means(name) - mean) / spread).max() < 0.1


@pytest.mark.parametrize("name", list(TEXTS))
def test_items_are_drawn_as_with_the_numbers(name: str) -> None:
    """Where nobody abstains too, the publishers' rule of acceptance leads to the same place (`test_ordinal`)."""
    assert drawn_means(name) == pytest.approx(with_the_numbers(name), abs=0.03)


@cache
def one_round(kind: str) -> tuple[Any, Any, Any]:
    """Repeat one round from the same state: means and variances of positions, and by how much they spread."""
    ballots = invent(3).ballots
    start = fit(ballots, tolerance=0.002)
    chain = (sampledpoints._Chain if kind == "numbers" else sampledpoints._SummedChain)(ballots, start, 5)
    # Drawing starts with items, so that each chain's own first draw must not be the state.
    parts = ("theta", "slope", "low", "high")
    state = {"mean": start.theta} | {name: getattr(start, name) for name in parts}
    drawn = []
    for _ in range(600):
        for name, values in state.items():
            setattr(chain, name, values.copy())
        chain._items()
        drawn.append(chain._cells()[1].copy())
    spread = np.std(drawn, axis=1, ddof=1)
    return np.mean(drawn, axis=0), np.var(drawn, axis=0), spread


def test_sums_have_the_mean_and_variance_of_the_numbers() -> None:
    """One round moves positions as far, and scatters them as much, as when every number is drawn."""
    (mean, variance, _), (other, its, _) = one_round("sums"), one_round("numbers")
    error = np.sqrt((variance + its) / 600)
    assert np.sqrt(np.mean(((mean - other) / error) ** 2)) == pytest.approx(1, abs=0.25)
    assert np.mean(variance / its) == pytest.approx(1, abs=0.03)


def test_positions_spread_in_a_round_as_with_the_numbers() -> None:
    """A number moves its slope and its position together, and so pushes positions outward: sums must do the same."""
    one, other = one_round("sums")[2], one_round("numbers")[2]
    error = np.sqrt((one.var() + other.var()) / len(one))
    assert one.mean() == pytest.approx(other.mean(), abs=4 * error)
    assert error < 0.0025


def test_the_limits_are_those_of_the_numbers() -> None:
    """Cut points stay within their bounds, and in order."""
    ballots = invent(3).ballots
    chain = sampledpoints._SummedChain(ballots, fit(ballots), 1)
    for _ in range(4):
        chain.block(adapt=True)
    assert (chain.low < chain.high).all()
    assert max(np.abs(chain.low).max(), np.abs(chain.high).max()) <= ordinal.WIDEST + 1e-6
