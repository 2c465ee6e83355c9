"""`neutrality.inputs`: arguments that cannot be meant are refused, in words that help."""

import numpy as np
import pandas as pd
import pytest

from neutrality import (
    agreement,
    ballots,
    breaks,
    fastpoints,
    groupings,
    idealpoints,
    indices,
    inputs,
    movement,
    position,
    published,
    rollcalls,
)
from neutrality.ballots import BallotsError


@pytest.fixture(scope="module")
def calls():
    return rollcalls.load()


@pytest.fixture(scope="module")
def short(calls):
    return calls.years(1993)


@pytest.mark.parametrize("value", ["10", 10.5, None, True, [1]])
def test_what_is_no_whole_number_is_refused(value):
    """The error repeats what was given."""
    with pytest.raises(TypeError, match="draws is"):
        inputs.whole("draws", value, example=1000)


@pytest.mark.parametrize("value", [np.int64(5), 5])
def test_whole_numbers_of_any_make_are_taken(value):
    """NumPy's whole numbers are whole numbers too."""
    assert inputs.whole("draws", value) == 5


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "a", True])
def test_what_is_not_above_0_is_refused(value):
    """A tolerance must be a number that can be reached."""
    with pytest.raises(ValueError, match="tolerance is"):
        inputs.positive("tolerance", value, 0.01)


@pytest.mark.parametrize("value", [0, 1, 1.5])
def test_a_share_lies_between_0_and_1(value):
    """Neither end is a width of an interval."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        inputs.share("level", value, 0.95)


def test_a_sorted_mask_still_means_its_own_roll_calls(calls):
    """A pandas Series that was put into another order selects by its numbers, not by its places."""
    mask = calls.resolutions["year"].sample(frac=1, random_state=1) == 1993
    assert calls.select(mask).resolutions["year"].unique().tolist() == [1993]


def test_labels_and_clusters_in_another_order_mean_their_own_roll_calls(calls):
    """Grouping by a shuffled column is grouping by the column."""
    year = calls.resolutions["year"]
    mixed = year.sample(frac=1, random_state=1)
    expected = agreement.pair(calls, "BLR", "RUS", by=year, draws=9, clusters=year)
    found = agreement.pair(calls, "BLR", "RUS", by=mixed, draws=9, clusters=mixed)
    pd.testing.assert_frame_equal(found, expected)


def test_a_slice_of_the_whole_table_is_read_by_place(calls):
    """Numbers that are not those of the selection are no guide, so its order counts."""
    part = calls.years(1993)
    labels = calls.resolutions["session"][calls.resolutions["year"] == 1993]
    assert groupings.group(part, labels).names == tuple(sorted(set(labels)))


CASES = {
    "years as text": (lambda c: c.years("1991"), TypeError, "without quotation marks"),
    "years the wrong way round": (lambda c: c.years(2000, 1990), ValueError, "Swap"),
    "a year of two digits": (lambda c: c.years(91), ValueError, "four digits"),
    "a year as session": (lambda c: c.sessions(1993), ValueError, "use `years`"),
    "draws as text": (lambda c: agreement.pair(c, "BLR", "RUS", by="year", draws="9"), TypeError, "draws"),
    "no seed": (lambda c: agreement.pair(c, "BLR", "RUS", by="year", seed=None), TypeError, "seed"),
    "special as a word": (lambda c: groupings.group(c, "year", special="no"), TypeError, "True or False"),
    "absences as a word": (lambda c: position.when_opposed(c, by="all", absences="no"), TypeError, "True or False"),
    "one state for several": (lambda c: position.grid(c, states="BLR"), TypeError, r"\['BLR'\]"),
    "one state for the rest": (lambda c: movement.moved(c, by="year", rest="USA"), TypeError, r"\['USA'\]"),
    "EU in a set": (lambda c: position.when_opposed(c, reference=["EU"], by="all"), ValueError, "stands alone"),
    "shares as counts": (lambda c: indices.indices(np.full((1, 3, 3), 1 / 9)), ValueError, "whole numbers"),
    "a negative count": (lambda c: indices.indices(np.full((1, 3, 3), -1)), ValueError, "below 0"),
    "no table": (lambda c: indices.indices(np.zeros((4,), dtype=int)), ValueError, "three by three"),
    "a year as text": (lambda c: published.gap("BLR", "RUS", first="1991"), TypeError, "first"),
    "one state as states": (lambda c: published.points(states="BLR"), TypeError, r"\['BLR'\]"),
    "votes coded from 1": (
        lambda c: ballots.arrange(list("abc"), [1] * 3, [1] * 3, [1, 2, 3]),
        BallotsError,
        "take the code less 1",
    ),
    "a missing state": (
        lambda c: ballots.arrange(["a", None], [1] * 2, [1] * 2, [0, 1]),
        BallotsError,
        "state is missing",
    ),
    "no rounds": (lambda c: fastpoints.fit(ballots.from_rollcalls(c), rounds=0), ValueError, "rounds"),
    "no tolerance": (lambda c: fastpoints.fit(ballots.from_rollcalls(c), tolerance=0), ValueError, "tolerance"),
}


@pytest.mark.parametrize("case", CASES)
def test_slips_are_refused_in_words_that_help(case, short):
    """Each names the argument and what to give instead."""
    call, error, words = CASES[case]
    with pytest.raises(error, match=words):
        call(short)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (pd.RangeIndex(30), "no year"),
        (pd.RangeIndex(40, 70, name="session"), "sessions"),
    ],
)
def test_a_series_without_years_is_refused(index, words):
    """Sessions and row numbers are not taken for years."""
    with pytest.raises(ValueError, match=words):
        breaks.sup_f(pd.Series(np.arange(30.0), index=index), draws=9)


def test_periods_of_years_are_years():
    """A series indexed by pandas' own years is read by them."""
    values = [0.0, 1.0] * 8 + [9.0, 10.0] * 8
    by_period = pd.Series(values, index=pd.period_range("1990", periods=32, freq="Y"))
    by_year = pd.Series(values, index=range(1990, 2022))
    assert breaks.posterior(by_period).years.equals(breaks.posterior(by_year).years)


def test_a_label_stands_for_one_year():
    """1994 and "1994" would be one label."""
    series = pd.Series(np.arange(32.0) % 3, index=range(1990, 2022))
    with pytest.raises(ValueError, match="same label"):
        breaks.compare(series, {1994: 1994, "1994": 1995}, draws=9)


def test_no_year_is_near_nothing():
    """A question about no year, or about years as text, has no probability."""
    found = breaks.posterior(pd.Series(np.arange(32.0) % 3, index=range(1990, 2022)))
    for years, error in (([], ValueError), ("1994", TypeError)):
        with pytest.raises(error, match="near"):
            found.near(years)
    with pytest.raises(ValueError, match="within"):
        found.near(1994, within=-1)


def test_calendar_years_are_not_compared_with_years_of_sessions(short):
    """The release of April 2020 goes by session, and its year is 1945 + session."""
    ours = idealpoints.estimate(short).points
    with pytest.raises(ValueError, match="1945"):
        idealpoints.compare(ours, published.points("2025-07", "legacy").drop(columns="session"))
