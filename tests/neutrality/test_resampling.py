"""Samples of clusters are those of drawing the clusters one by one."""

from __future__ import annotations

import numpy as np
import pytest

from neutrality import resampling


def test_samples_are_those_of_drawing_clusters_one_by_one() -> None:
    """Drawing kinds of clusters has the mean, the spread and the quantiles of drawing clusters."""
    sums = np.array([[1.0, 0], [1, 0], [0, 1], [3, 1], [0, 2], [1, 0]])
    drawn = resampling.resample(sums, 20_000, seed=1)
    rng = np.random.default_rng(2)
    one_by_one = sums[rng.integers(0, len(sums), size=(20_000, len(sums)))].sum(axis=1)
    assert drawn.mean(axis=0) == pytest.approx(one_by_one.mean(axis=0), rel=0.01)
    assert np.cov(drawn.T) == pytest.approx(np.cov(one_by_one.T), abs=0.15)
    ends = [0.025, 0.25, 0.5, 0.75, 0.975]
    assert np.quantile(drawn, ends, axis=0) == pytest.approx(np.quantile(one_by_one, ends, axis=0), abs=1)


def test_samples_do_not_depend_on_the_order_of_clusters() -> None:
    """The same seed draws the same samples; another seed others."""
    sums = np.random.default_rng(0).integers(0, 4, size=(30, 3)).astype(float)
    drawn = resampling.resample(sums, 50, seed=3)
    np.testing.assert_array_equal(drawn, resampling.resample(sums[::-1], 50, seed=3))
    assert (drawn != resampling.resample(sums, 50, seed=4)).any()


def test_totals_add_up() -> None:
    """Each cluster has the sums of its rows, clusters in order of their numbers."""
    rows = np.arange(12.0).reshape(6, 2)
    number = np.array([5, -1, 5, 9, -1, 5])
    assert resampling.totals(rows, number).tolist() == [[10, 12], [14, 17], [6, 7]]
    assert resampling.totals(np.empty((0, 2)), np.empty(0, dtype=int)).shape == (0, 2)


def test_every_cluster_is_drawn_equally_often() -> None:
    """Each sample has as many clusters as there are, and over many samples none is preferred."""
    times = resampling.how_often(5, 20_000, seed=1)
    assert set(times.sum(axis=1)) == {5}
    assert times.mean(axis=0) == pytest.approx(1, rel=0.03)
    assert times.var(axis=0) == pytest.approx(1 - 1 / 5, rel=0.05)


def test_as_much_is_left_out_below_as_above() -> None:
    """An interval leaves out the same share at either end, and holds its width."""
    low, high = resampling.tails(0.9)
    assert (low, high) == pytest.approx((0.05, 0.95))


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ((0, 0.95, 0), ValueError, "pair: draws is 0"),
        ((10, 1.0, 0), ValueError, "pair: level is 1.0"),
        ((10, 0.95, -1), ValueError, "pair: seed is -1"),
        (("10", 0.95, 0), TypeError, "pair: draws is '10'"),
    ],
)
def test_settings_without_an_answer_are_refused(
    settings: tuple[int, float, int], error: type[Exception], words: str
) -> None:
    """The error names the measure and the setting."""
    with pytest.raises(error, match=words):
        resampling.Bootstrap.checked(*settings, where="pair: ")
