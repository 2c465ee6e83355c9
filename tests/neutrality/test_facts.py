"""Facts counted before the project was built, counted again from its own tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neutrality.agreement import pair
from neutrality.rollcalls import RollCalls, Vote


def cast(calls: RollCalls, state: str) -> np.ndarray:
    """Tell at which roll calls a state voted yes, abstain or no."""
    return calls.votes(state) > 0


def differ(calls: RollCalls, one: str, other: str) -> np.ndarray:
    """Tell at which roll calls both states voted, and not alike."""
    return cast(calls, one) & cast(calls, other) & (calls.votes(one) != calls.votes(other))


@pytest.fixture(scope="module")
def decade(calls: RollCalls) -> RollCalls:
    """Return the roll calls dated January 2007 to October 2016, special sessions included."""
    return calls.select(calls.resolutions["date"].between("2007-01-01", "2016-10-31"))


def test_size_and_span(calls: RollCalls) -> None:
    """947,270 votes on 5,695 resolutions, from 26 January 1946 to 18 December 2025."""
    assert (calls.matrix != Vote.NO_ROW).sum() == 947_270
    assert len(calls) == 5_695
    dates = calls.resolutions["date"]
    assert (dates.min(), dates.max()) == (pd.Timestamp("1946-01-26"), pd.Timestamp("2025-12-18"))


@pytest.mark.parametrize(("special", "n"), [(None, 2_787), (False, 2_748)])
def test_soviet_times(calls: RollCalls, special: bool | None, n: int) -> None:
    """Identical on 99.9 % of 2,787 common votes 1946–1990; 2,748 of them in regular sessions."""
    table = pair(calls.years(1946, 1990), "BLR", "RUS", by="year", special=special, draws=1)
    assert table["n"].sum() == n
    assert (table["n"] * table["identical"]).sum() / n == pytest.approx(0.999, abs=0.0005)


def test_the_votes_of_1994_fall_in_december(calls: RollCalls) -> None:
    """64 of the 68 common votes of 1994 fall in December, so the boundary in that year matters."""
    year = calls.years(1994)
    both = cast(year, "BLR") & cast(year, "RUS")
    assert both.sum() == 68
    assert (both & (year.resolutions["date"].dt.month == 12)).sum() == 64


def test_1992_and_1993_ukraine(calls: RollCalls) -> None:
    """In 1992–93 Belarus matched Ukraine in 45 of its 48 splits from Russia."""
    years = calls.years(1992, 1993)
    splits = differ(years, "BLR", "RUS")
    assert splits.sum() == 48
    assert (splits & (years.votes("BLR") == years.votes("UKR"))).sum() == 45


def test_where_minsk_differs_from_moscow(decade: RollCalls) -> None:
    """Of 134 differences, 87 % are not with the United States and 56 % not with Ukraine, where those voted."""
    differences = differ(decade, "BLR", "RUS")
    assert differences.sum() == 134
    for reference, share in (("USA", 0.87), ("UKR", 0.56)):
        voting = differences & cast(decade, reference)
        apart = voting & (decade.votes("BLR") != decade.votes(reference))
        assert apart.sum() / voting.sum() == pytest.approx(share, abs=0.005)


def test_where_russia_and_the_united_states_are_opposed(decade: RollCalls) -> None:
    """Where one voted yes and the other no, 369 times, Belarus voted as Russia in 354 (and did not vote in 8)."""
    russia, america = decade.votes("RUS"), decade.votes("USA")
    opposed = (np.minimum(russia, america) == Vote.YES) & (np.maximum(russia, america) == Vote.NO)
    assert opposed.sum() == 369
    assert (opposed & (decade.votes("BLR") == russia)).sum() == 354
    assert (opposed & ~cast(decade, "BLR")).sum() == 8


def test_the_agenda_of_2025_is_twice_that_of_2024(calls: RollCalls) -> None:
    """The number of recorded votes doubles from 2024 to 2025."""
    assert len(calls.years(2025)) / len(calls.years(2024)) == pytest.approx(2, abs=0.25)


def test_issue_codes_are_where_the_codebook_says(calls: RollCalls) -> None:
    """None before 16 October 1991, few in 2024, none in 2025; `co` and `ec` none from session 74 on."""
    coded = calls.resolutions[calls.resolutions["me"].notna()]
    assert coded["date"].min() == pd.Timestamp("1991-10-16")
    assert (coded["year"] == 2024).sum() < 10
    assert coded["year"].max() == 2024
    late = calls.resolutions[calls.resolutions["date"] >= "2019-11-01"]
    assert late[["co", "ec"]].isna().all(axis=None)
    assert late["di"].notna().any()
