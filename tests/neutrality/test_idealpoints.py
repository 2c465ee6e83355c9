"""Ideal points as readers ask for them: from the project's own votes, and beside the published ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numba
import numpy as np
import pandas as pd
import pytest

from neutrality import ballots, idealpoints, published
from neutrality.ballots import BallotsError
from neutrality.idealpoints import Estimate, compare, estimate, from_ballots, gap, rescale
from neutrality.rollcalls import RollCalls, UnknownStateError
from neutrality.sampledpoints import FEWEST, KEPT


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep the other processors for the other tests."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)


@pytest.fixture(scope="module")
def fitted(calls: RollCalls) -> Estimate:
    """Return the fast estimate from all of our roll calls, by year."""
    return estimate(calls)


@pytest.fixture(scope="module")
def recent(calls: RollCalls) -> RollCalls:
    """Return the roll calls of 1991 to 2024."""
    return calls.years(1991, 2024)


@pytest.fixture(scope="module")
def drawn(calls: RollCalls) -> Estimate:
    """Return a short sample of two years."""
    return estimate(calls.years(1992, 1993), method="sample", rounds=FEWEST, tolerance=0, seed=1)


def toy(**points: dict[int, float]) -> Estimate:
    """Return an estimate made up of states' points by year."""
    rows = [(state, year, point) for state, path in points.items() for year, point in path.items()]
    table = pd.DataFrame(rows, columns=["state", "year", "point"]).assign(low=np.nan, high=np.nan, votes=50)
    return Estimate(table, "fast", True, 9, 0.005)


# From our own votes -------------------------------------------------------------------------------------------------


def test_our_gap_follows_the_published_one(fitted: Estimate) -> None:
    """Since 1991 the gap between Minsk and Moscow correlates above .95 with that of the July 2025 release."""
    assert fitted.converged
    both = pd.DataFrame({"ours": gap(fitted, "BLR", "RUS")["gap"], "theirs": published.gap("BLR", "RUS")["gap"]})
    both = both.loc[1991:2024].dropna()
    assert len(both) == 34
    assert both.corr().loc["ours", "theirs"] > 0.95
    assert (both["ours"] - both["theirs"]).abs().max() < 0.25


def test_the_sign_of_the_gap_is_the_published_one(fitted: Estimate) -> None:
    """In every year from 1992 to 2022 Belarus stands left of Russia, in our estimate and in the published one."""
    for table in (gap(fitted, "BLR", "RUS"), published.gap("BLR", "RUS")):
        assert (table.loc[1992:2022, "gap"] < 0).all()


def test_our_points_are_near_the_published_ones(fitted: Estimate) -> None:
    """Over all states and years the correlation is above .97, in the median year above .995, in none below .95."""
    found = compare(fitted.points, published.points()).attrs
    assert found["correlation"] > 0.97
    assert found["by_period"].median() > 0.995
    assert found["by_period"].min() > 0.95
    ours, theirs = found["unmatched"]
    assert (ours < 300, theirs < 50) == (True, True)


def test_points_are_one_row_a_state_and_year(fitted: Estimate, calls: RollCalls) -> None:
    """The table is long, in order, without gaps; the fast method has no limits and no draws."""
    points = fitted.points
    assert points.columns.tolist() == ["state", "year", "point", "low", "high", "votes"]
    assert not points.duplicated(["state", "year"]).any()
    assert points.equals(points.sort_values(["state", "year"], ignore_index=True))
    assert points["point"].between(-5, 5).all()
    assert points[["low", "high"]].isna().all(axis=None)
    assert fitted.draws is None
    assert points["votes"].min() >= 1
    assert set(points["year"]) == set(calls.resolutions["year"])


def test_without_nuclear_votes_the_gap_moves(recent: RollCalls) -> None:
    """Leaving out one issue is leaving out its roll calls (a missing code counts as "not nuclear"), and is seen."""
    nuclear = recent.resolutions["nu"].fillna(False).astype(bool)
    assert nuclear.sum() > 400
    every, without = (gap(estimate(votes), "BLR", "RUS")["gap"] for votes in (recent, recent.select(~nuclear)))
    assert without.index.equals(every.index)
    assert (without - every).abs().mean() > 0.1
    # Nothing of it can be the noise of two fits: where no code says "nuclear", in 2024, hardly anything moves.
    assert abs(without[2024] - every[2024]) < 0.1


def test_runs_to_the_latest_year(calls: RollCalls) -> None:
    """The published points end with 2024; our votes, and so our points, go on to 2025."""
    found = estimate(calls.years(2015, 2025))
    assert found.converged
    assert gap(found, "BLR", "RUS").index.tolist() == list(range(2015, 2026))


def test_links_tie_years_together(recent: RollCalls) -> None:
    """Without repeated resolutions as shared items there are more items, and other points."""
    some = recent.years(1996, 2000)
    tied, loose = estimate(some).points["point"], estimate(some, links=False).points["point"]
    assert 0.9 < np.corrcoef(tied, loose)[0, 1] < 0.99999


@pytest.mark.parametrize("period", [("year", [1993, 1994]), ("session", [48])])
def test_by_year_and_by_session(period: tuple[str, list[int]], calls: RollCalls) -> None:
    """A position can change with the calendar year or with the session."""
    by, expected = period
    points = estimate(calls.sessions(48), by).points
    assert points.columns[1] == by
    assert sorted(points[by].unique()) == expected


def test_votes_of_mongolia_and_monaco_are_exchanged_in_the_release_of_2020(calls: RollCalls) -> None:
    """In session 48 our votes give Mongolia 61 and Monaco 37; the release of April 2020 has it the other way round.

    Its points follow: for one session Mongolia stands among the Western states, and Monaco among the non-aligned. The
    release of July 2025 has both where our votes put them.
    """
    ours = ballots.from_rollcalls(calls.sessions(48), "session").cells.set_index("state")["votes"]
    assert (ours["MNG"], ours["MCO"]) == (61, 37)
    older = published.points("2020-04", states=["MNG", "MCO"]).set_index(["state", "session"])
    assert (older["votes"]["MNG", 48], older["votes"]["MCO", 48]) == (37, 61)
    assert older["point"]["MNG", 48] == pytest.approx(1.90, abs=0.005)
    assert older["point"]["MCO", 48] == pytest.approx(-0.22, abs=0.005)
    assert max(older["point"]["MNG", session] for session in (47, 49)) < 0 < older["point"]["MCO", 49]
    newer = published.points("2025-07", states=["MNG", "MCO"]).set_index(["state", "year"])["point"]
    found = estimate(calls.sessions(48), "session").points.set_index("state")["point"]
    for points in (found, newer.xs(1993, level="year")):
        assert points["MNG"] < 0 < points["MCO"]


# Methods and options ------------------------------------------------------------------------------------------------


def test_sampled_points_have_intervals(drawn: Estimate) -> None:
    """A sample has limits around each point, and keeps its draws."""
    points = drawn.points
    assert drawn.method == "sample"
    assert ((points["low"] < points["point"]) & (points["point"] < points["high"])).all()
    assert drawn.draws is not None
    assert drawn.draws.shape == (2 * 60 // KEPT, len(points))
    assert (drawn.rounds, drawn.converged) == (FEWEST, False)


def test_options_reach_the_method(calls: RollCalls) -> None:
    """Rounds and tolerance are those of the method; one that it does not have is an error."""
    votes = calls.years(1993)
    newton = partial(estimate, votes, method="newton")
    assert newton(rounds=2).rounds == 2
    assert not newton(rounds=2).converged
    assert newton(tolerance=0.002).error < 0.002 < newton(tolerance=0.02).error
    with pytest.raises(TypeError, match="seed"):
        newton(seed=1)
    assert estimate(votes, rounds=120, tolerance=0).rounds == 120
    assert not estimate(votes, seed=1).points["point"].equals(estimate(votes, seed=2).points["point"])


def test_periods_of_few_votes_are_named(calls: RollCalls) -> None:
    """An estimate from three roll calls says that its points mean little, and one from a year does not."""
    votes = calls.years(1993)
    cut = (votes.votes("USA") != votes.votes("RUS")) & (votes.votes("USA") > 0) & (votes.votes("RUS") > 0)
    few = votes.select(cut & (np.cumsum(cut) <= 3))
    assert "in 1993: these points mean little" in estimate(few).points.attrs["thin"]
    assert estimate(votes).points.attrs["thin"] == ""


def test_the_fast_way_is_the_same_each_time(calls: RollCalls) -> None:
    """It draws, but from fixed random numbers; it gives no limits."""
    one, other = (estimate(calls.years(1993)) for _ in range(2))
    pd.testing.assert_frame_equal(one.points, other.points)
    assert one.points[["low", "high"]].isna().all(axis=None)
    assert one.draws is None


def test_votes_laid_out_beforehand_give_the_same(calls: RollCalls) -> None:
    """Estimating in one step or in two is the same."""
    votes = calls.sessions(48)
    laid_out = ballots.from_rollcalls(votes, "session")
    pd.testing.assert_frame_equal(from_ballots(laid_out, "session").points, estimate(votes, "session").points)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "exact"}, "method is 'exact'. Choose one of 'fast', 'sample', 'newton'"),
        ({"by": "phase"}, "by is 'phase'. Choose one of 'year', 'session'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(options: dict[str, str], words: str, calls: RollCalls) -> None:
    """The message says what can be."""
    with pytest.raises(ValueError, match=re.escape(words)):
        estimate(calls.years(1993), **options)


def test_votes_laid_out_are_not_estimated_in_an_unknown_way(calls: RollCalls) -> None:
    """A misspelt method is refused, and not taken for sampling."""
    with pytest.raises(ValueError, match=r"from_ballots: method is 'smaple'\. Choose one of 'fast'"):
        from_ballots(ballots.from_rollcalls(calls.years(1993)), method="smaple")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [(1964, 1964, "0 roll calls with dissent"), (2030, 2040, "0 roll calls with dissent")],
)
def test_years_without_votes_are_refused(first: int, last: int, words: str, calls: RollCalls) -> None:
    """Nothing can be estimated from nothing."""
    with pytest.raises(BallotsError, match=words):
        estimate(calls.years(first, last))


# Gaps ---------------------------------------------------------------------------------------------------------------


def test_a_gap_is_a_difference() -> None:
    """Worked by hand: periods that both have, in order, one minus the other, and no limits from the fast method."""
    found = gap(toy(BLR={1993: 0.5, 1991: 0.25, 1995: 1.0}, RUS={1991: 1.0, 1993: 0.25, 1994: 2.0}), "BLR", "RUS")
    assert found.index.tolist() == [1991, 1993]
    assert found.index.name == "year"
    assert found["gap"].tolist() == [-0.75, 0.25]
    assert found[["one", "other"]].to_numpy().tolist() == [[0.25, 1.0], [0.5, 0.25]]
    assert found[["low", "high"]].isna().all(axis=None)


def test_a_gap_turned_round_has_the_other_sign(fitted: Estimate) -> None:
    """Russia minus Belarus is minus Belarus minus Russia."""
    assert np.array_equal(gap(fitted, "RUS", "BLR")["gap"], -gap(fitted, "BLR", "RUS")["gap"])


def test_limits_of_a_gap_come_from_the_draws() -> None:
    """Worked by hand: 101 draws of two states whose errors go together, so that the gap is known better than either."""
    common = np.linspace(-1, 1, 101)
    own = np.tile([-0.1, 0.0, 0.1], 34)[:101]
    draws = np.column_stack([common + own, common + 1]).astype(np.float32)
    base = toy(BLR={1991: 0.0}, RUS={1991: 1.0})
    found = gap(Estimate(base.points, "sample", True, 9, 0.0, draws), "BLR", "RUS").loc[1991]
    assert found[["low", "gap", "high"]].tolist() == pytest.approx([-1.1, -1.0, -0.9], abs=1e-6)


def test_limits_of_a_sampled_gap(drawn: Estimate) -> None:
    """They lie on both sides of the gap, and are narrower than the two states' own limits together would allow."""
    found = gap(drawn, "BLR", "RUS")
    assert ((found["low"] < found["gap"]) & (found["gap"] < found["high"])).all()
    limits = drawn.points.set_index(["state", "year"])
    widest = limits["high"] - limits["low"]
    assert (found["high"] - found["low"] < widest["BLR"] + widest["RUS"]).all()


@pytest.mark.parametrize(
    ("pair", "error", "words"),
    [
        (("BLR", "BLR"), ValueError, "both states are 'BLR'. Give two different states"),
        (("BLR", "XYZ"), UnknownStateError, "no state 'XYZ' in this estimate. It has BLR, DDR, RUS"),
        (("Belarus", "RUS"), UnknownStateError, "no state 'Belarus'"),
        (("BLR", "DDR"), ValueError, "BLR and DDR have no year in common"),
    ],
)
def test_gaps_that_are_none(pair: tuple[str, str], error: type[Exception], words: str) -> None:
    """The same state twice, an unknown one, and two that never sat together are errors that say so."""
    made = toy(BLR={1991: 0.5, 1992: 0.5}, RUS={1991: 1.0}, DDR={1989: -2.0})
    with pytest.raises(error, match=re.escape(words)):
        gap(made, *pair)


# Scales and comparisons ---------------------------------------------------------------------------------------------


@pytest.fixture
def long() -> pd.DataFrame:
    """Return points of two years that differ in place and spread."""
    table = pd.DataFrame({"state": list("ABCABC"), "year": [1] * 3 + [2] * 3, "point": [0.0, 1, 2, 10, 14, 18]})
    return table.assign(low=table["point"] - 1, high=table["point"] + 1, votes=9)


@pytest.mark.parametrize("scale", idealpoints.SCALES)
def test_a_scale_has_mean_0_and_variance_1(scale: str, long: pd.DataFrame) -> None:
    """All together, or in each period; order within a period and the table's form stay as they are."""
    found = rescale(long, scale)
    groups = [found] if scale == "pooled" else [rows for _, rows in found.groupby("year")]
    for rows in groups:
        assert (rows["point"].mean(), rows["point"].std(ddof=0)) == pytest.approx((0, 1))
    assert found.columns.equals(long.columns)
    assert found[["state", "year", "votes"]].equals(long[["state", "year", "votes"]])
    assert (found.groupby("year")["point"].rank() == long.groupby("year")["point"].rank()).all()


def test_limits_are_scaled_with_their_points(long: pd.DataFrame) -> None:
    """An interval keeps its place around the point, in units of the new scale."""
    found = rescale(long, "period")
    spread = np.repeat([np.sqrt(2 / 3), np.sqrt(32 / 3)], 3)
    assert (found["point"] - found["low"]).to_numpy() == pytest.approx(1 / spread)
    assert (found["high"] - found["point"]).to_numpy() == pytest.approx(1 / spread)


def test_rescaling_changes_no_table_in_place(long: pd.DataFrame) -> None:
    """The table given stays as it is."""
    before = long.copy()
    rescale(long, "pooled")
    assert long.equals(before)


def test_the_sign_of_a_gap_does_not_depend_on_the_scale(fitted: Estimate) -> None:
    """Within a year both scales keep who stands left of whom; sizes across decades they keep only roughly."""
    pooled, period = (
        rescale(fitted.points, scale).set_index(["year", "state"])["point"].unstack("state")
        for scale in ("pooled", "period")
    )
    one, other = (table["BLR"] - table["RUS"] for table in (pooled, period))
    assert (np.sign(one) == np.sign(other))[one.abs() > 1e-9].all()
    ratio = (other / one).loc[1991:]
    assert 1.1 < ratio.max() / ratio.min() < 1.3


@pytest.mark.parametrize("scale", ["yearly", "", None])
def test_other_scales_are_refused(scale: Any, long: pd.DataFrame) -> None:
    """There are two, and the message names them."""
    with pytest.raises(ValueError, match=r"scale is .*Choose one of 'pooled', 'period'"):
        rescale(long, scale)


def test_comparing_is_worked_by_hand() -> None:
    """Rows that both have, their differences, and the correlations; what has no counterpart is counted."""
    ours = pd.DataFrame({"state": list("ABCAD"), "year": [1, 1, 1, 2, 2], "point": [0.0, 1, 2, 3, 4], "votes": 9})
    theirs = pd.DataFrame(
        {"state": list("ABCAE"), "year": [1, 1, 1, 2, 2], "point": [1.0, 1, 4, np.nan, 0], "votes": [8, 9, 9, 9, 9]}
    )
    found = compare(ours, theirs)
    assert found["state"].tolist() == ["A", "B", "C"]
    assert found["difference"].tolist() == [-1, 0, -2]
    assert found[["votes", "their_votes"]].to_numpy().tolist() == [[9, 8], [9, 9], [9, 9]]
    assert found.attrs["correlation"] == pytest.approx(np.sqrt(3) / 2)
    assert found.attrs["by_period"].to_dict() == pytest.approx({1: np.sqrt(3) / 2})
    assert found.attrs["unmatched"] == (2, 1)


def test_one_common_row_has_no_correlation() -> None:
    """With one point in common a correlation is not defined, and is missing."""
    ours = pd.DataFrame({"state": ["A"], "year": [1], "point": [0.0], "votes": [9]})
    assert np.isnan(compare(ours, ours).attrs["correlation"])


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        ({"state": ["B"], "year": [1]}, "no state and period in common"),
        ({"state": ["A"], "year": [2]}, "no state and period in common"),
        ({"state": ["A"], "session": [1]}, "the published table has no column 'year'"),
    ],
)
def test_what_cannot_be_compared_is_refused(theirs: dict[str, Any], words: str) -> None:
    """Other states, other years, or sessions against years: the message says what is missing."""
    ours = pd.DataFrame({"state": ["A"], "year": [1], "point": [0.0], "votes": [9]})
    with pytest.raises(ValueError, match=words):
        compare(ours, pd.DataFrame(theirs).assign(point=0.0, votes=9))


@pytest.mark.parametrize("use", [lambda table: rescale(table, "period"), lambda table: compare(table, table)])
def test_a_table_without_periods_is_refused(use: Any) -> None:
    """Points belong to a year or to a session."""
    with pytest.raises(ValueError, match="neither a column 'year' nor a column 'session'"):
        use(pd.DataFrame({"state": ["A"], "point": [0.0], "votes": [9]}))
