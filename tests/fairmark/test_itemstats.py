"""Item statistics: against published numbers, against another library, and where they are not defined."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats

from fairmark import itemstats

# Section 7 of the Law School Admission Test, Bock and Lieberman (1970): how many of 1,000 had each of the patterns of
# five answers, from 00000 to 11111, as Rdatasets has it (psych, bock.table, column Ob7).
LSAT7_COUNTS = (
    12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28,
    7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308,
)  # fmt: skip
LSAT7 = np.repeat([[float(bit) for bit in f"{number:05b}"] for number in range(32)], LSAT7_COUNTS, axis=0)

# A worksheet on item analysis (studylib.net, document 25270846): ten students from the best to the weakest, ten
# questions, and D of each by the upper and the lower half.
WORKSHEET = np.array(
    [[float(bit) for bit in row] for row in (
        "1111111111", "1111111101", "1101111100", "0111110101", "1110111001",
        "1110110100", "0110110101", "0111001010", "1110100001", "0100010010",
    )]
)  # fmt: skip
WORKSHEET_D = (0.4, 0.0, 0.0, 0.6, 0.4, 0.4, 0.6, 0.4, -0.2, 0.4)


def test_the_published_item_statistics_of_lsat7() -> None:
    """The R package mirt prints these of the same data (its page on itemstats)."""
    assert LSAT7.shape == (1000, 5)
    assert LSAT7.mean(axis=0).tolist() == [0.828, 0.658, 0.772, 0.606, 0.843]
    assert itemstats.item_rest(LSAT7).round(3).tolist() == [0.246, 0.247, 0.313, 0.223, 0.175]
    assert itemstats.alpha_without_each(LSAT7).round(3).tolist() == [0.396, 0.394, 0.345, 0.415, 0.438]
    assert round(itemstats.alpha(LSAT7), 3) == 0.453
    assert round(itemstats.standard_error(LSAT7), 3) == 0.886


def test_the_published_discrimination_of_a_worksheet() -> None:
    """Upper against lower half; the rows stand in the order of the totals."""
    ranks = np.arange(10.0, 0.0, -1.0)
    found = itemstats.upper_lower(WORKSHEET, ranks, share=0.5)
    assert found.round(1).tolist() == list(WORKSHEET_D)


def test_the_published_interval_of_a_rank_correlation() -> None:
    """The R package statpsych prints this for its own example (its page on ci.spear)."""
    y = np.array([21.0, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19])
    x = np.array([67.0, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51])
    r = itemstats.rank_correlation(y, x)
    assert r == pytest.approx(0.8699639, abs=1e-7)
    assert itemstats.correlation_interval(r, 15, ranks=True) == pytest.approx((0.5840951, 0.9638297), abs=1e-6)


def test_the_published_point_of_a_nomograph() -> None:
    """Persons 1.5 logits above an item, spread 2.0, by the Rasch model: p is .72 and D by 27 % .66 (RMT 12:1, 626)."""
    ability = np.random.default_rng(1).normal(1.5, 2.0, 400_000)
    right = (1 / (1 + np.exp(-ability)))[:, None]
    assert right.mean() == pytest.approx(0.72, abs=0.006)
    assert itemstats.upper_lower(right, ability)[0] == pytest.approx(0.66, abs=0.006)


@pytest.mark.parametrize("seed", range(5))
def test_alpha_and_its_interval_equal_another_librarys(seed: int) -> None:
    """Of partial credits, for classes of several sizes."""
    chance = np.random.default_rng(seed)
    ability = chance.normal(size=(20 + 40 * seed, 1))
    points = np.round(np.clip(2 + ability + chance.normal(size=(len(ability), 8)), 0, 4) * 2) / 2
    value, interval = pingouin.cronbach_alpha(pd.DataFrame(points))
    assert itemstats.alpha(points) == pytest.approx(value)
    assert itemstats.alpha_interval(value, *points.shape) == pytest.approx(interval, abs=0.00051)
    without = [pingouin.cronbach_alpha(pd.DataFrame(np.delete(points, item, axis=1)))[0] for item in range(8)]
    assert itemstats.alpha_without_each(points) == pytest.approx(np.array(without))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_a_correlation_equals_another_librarys(method: str) -> None:
    """And Pearson's interval does; that of ranks is pingouin's without the correction of Bonett and Wright."""
    chance = np.random.default_rng(3)
    one = chance.integers(0, 6, 50).astype(float)
    other = one + chance.normal(scale=3, size=50)
    found = pingouin.corr(one, other, method=method).iloc[0]
    ours = itemstats.correlation if method == "pearson" else itemstats.rank_correlation
    assert ours(one, other) == pytest.approx(found["r"], abs=1e-9)
    assert itemstats.correlation_interval(found["r"], 50) == pytest.approx(found["CI95"], abs=0.0051)
    wider = itemstats.correlation_interval(found["r"], 50, ranks=True)
    assert wider.low < itemstats.correlation_interval(found["r"], 50).low


@pytest.mark.parametrize(("right", "of"), [(0, 10), (3, 10), (10, 10), (17, 40), (150, 300)])
def test_the_interval_of_a_share_is_wilsons(right: int, of: int) -> None:
    """SciPy gives the same for whole numbers of right answers."""
    expected = stats.binomtest(right, of).proportion_ci(method="wilson")
    assert itemstats.share_interval(right / of, of) == pytest.approx((expected.low, expected.high))


def test_partial_creditnever_need_a_wider_interval() -> None:
    """A mean of partial credits varies at most as a share of rights and wrongs with the same mean does."""
    credit = np.random.default_rng(5).choice([0, 0.5, 1], size=200)
    mean = credit.mean()
    assert credit.var() <= mean * (1 - mean)


@pytest.mark.parametrize("share", [0.1, 0.27, 0.5])
@pytest.mark.parametrize("students", [2, 11, 37, 100])
def test_both_groups_have_the_size_that_they_should(share: float, students: int) -> None:
    """Whatever the ties: the weights add up to a whole number of students, and nobody counts for more than one."""
    totals = np.random.default_rng(students).integers(0, 5, students).astype(float)
    size = max(1, math.floor(share * students + 0.5))
    for weights in itemstats.tails(totals, share):
        assert weights.sum() == pytest.approx(size)
        assert 0 <= weights.min() <= weights.max() <= 1
    low, high = itemstats.tails(totals, share)
    assert (low @ totals) / size <= totals.mean() <= (high @ totals) / size


def test_who_ties_on_the_border_is_not_drawn_by_lot() -> None:
    """The index does not depend on the order of the rows."""
    chance = np.random.default_rng(9)
    shares = chance.integers(0, 2, (40, 6)).astype(float)
    order = chance.permutation(40)
    one = itemstats.upper_lower(shares, shares.sum(axis=1))
    other = itemstats.upper_lower(shares[order], shares[order].sum(axis=1))
    assert one == pytest.approx(other)


def test_what_never_varies_has_no_correlation() -> None:
    """Everybody right on the second item, and one total for all: NaN, and no warning."""
    points = np.array([[0.0, 1], [1, 1], [0, 1], [1, 1]])
    assert np.isnan(itemstats.item_rest(points)).all()
    assert math.isnan(itemstats.alpha(np.ones((4, 3))))
    assert math.isnan(itemstats.alpha(points[:, :1]))
    assert math.isnan(itemstats.rank_correlation(points[:, 1], points[:, 0]))


def test_an_item_that_is_all_of_the_others_correlates_fully() -> None:
    """The interval of a full correlation is that point."""
    points = np.array([[0.0, 0], [1, 1], [2, 2], [3, 3]])
    assert itemstats.item_rest(points) == pytest.approx([1, 1])
    assert itemstats.correlation_interval(1.0, 4) == (1.0, 1.0)
