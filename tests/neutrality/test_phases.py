"""Ulakhovich's periods and the boundary between them."""

from __future__ import annotations

import datetime
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neutrality import phases
from neutrality.phases import BOUNDARIES, CHAPTER_END, PHASES, Boundary, members

# Which periods a day belongs to under each choice: N neutrality, M multi-vector, P partnership.
EXPECTED = {
    "1990-12-31": {"earlier": "", "later": "", "drop": "", "both": ""},
    "1991-01-01": {"earlier": "N", "later": "N", "drop": "N", "both": "N"},
    "1993-12-31": {"earlier": "N", "later": "N", "drop": "N", "both": "N"},
    "1994-01-01": {"earlier": "N", "later": "M", "drop": "", "both": "NM"},
    "1994-12-31": {"earlier": "N", "later": "M", "drop": "", "both": "NM"},
    "1995-01-01": {"earlier": "M", "later": "M", "drop": "M", "both": "M"},
    "1996-12-31": {"earlier": "M", "later": "M", "drop": "M", "both": "M"},
    "1997-01-01": {"earlier": "M", "later": "P", "drop": "", "both": "MP"},
    "1997-12-31": {"earlier": "M", "later": "P", "drop": "", "both": "MP"},
    "1998-01-01": {"earlier": "P", "later": "P", "drop": "P", "both": "P"},
    "2001-12-31": {"earlier": "P", "later": "P", "drop": "P", "both": "P"},
    "2002-01-01": {"earlier": "", "later": "", "drop": "", "both": ""},
}


def letters(frame: pd.DataFrame) -> str:
    """Return the periods of a frame's first row as letters."""
    return "".join(letter for letter, belongs in zip("NMP", frame.iloc[0], strict=True) if belongs)


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("day", EXPECTED)
def test_each_choice_puts_each_day_where_it_says(day: str, boundary: str) -> None:
    """Days on either side of every edge fall as the choice is described."""
    assert letters(members([day], boundary)) == EXPECTED[day][boundary]


def test_the_years_are_those_of_the_note() -> None:
    """Three periods, two shared years, an open end, and where it stands."""
    assert [(phase.first_year, phase.last_year) for phase in PHASES] == [(1991, 1994), (1994, 1997), (1997, None)]
    assert {phase.locator for phase in PHASES} == {"osw-2018 fn5"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [("1994-07-19", "N"), ("1994-07-20", "M"), ("1997-04-01", "M"), ("1997-04-02", "P"), ("2002-01-01", "")],
)
def test_two_dates_cut_inside_the_shared_years(day: str, expected: str) -> None:
    """The day given is the first of the later period."""
    boundary = Boundary(date(1994, 7, 20), date(1997, 4, 2))
    assert letters(members([day], boundary)) == expected


@pytest.mark.parametrize("dates", [(date(1993, 12, 31), date(1997, 1, 1)), (date(1994, 1, 1), date(1998, 1, 1))])
def test_dates_outside_the_shared_years_are_refused(dates: tuple[date, date]) -> None:
    """A boundary elsewhere would not be that of the note."""
    with pytest.raises(ValueError, match=r"outside 199[47], the year both periods share \(osw-2018 fn5\)"):
        Boundary(*dates)


def test_there_is_no_default_and_the_error_lists_the_choices() -> None:
    """A missing boundary is an error that can be acted on."""
    with pytest.raises(TypeError, match=r"(?s)1994 and 1997.*'earlier'.*'later'.*'drop'.*'both'.*Boundary"):
        members(["1994-12-15"])


def test_an_unknown_choice_lists_the_choices() -> None:
    """So is a misspelt one."""
    with pytest.raises(ValueError, match=r"'early'.*'earlier'.*'later'.*'drop'.*'both'"):
        members(["1994-12-15"], "early")


def test_the_third_period_ends_with_the_chapter_unless_asked_otherwise() -> None:
    """Stretching it is possible, and only by name."""
    assert letters(members(["2010-12-01"], "later")) == ""
    assert letters(members(["2010-12-01"], "later", end=date(2025, 12, 31))) == "P"
    assert date(2001, 12, 31) == CHAPTER_END


@given(st.lists(st.dates(date(1985, 1, 1), date(2010, 12, 31)), min_size=1))
def test_choices_fit_together(days: list[datetime.date]) -> None:
    """One period at most, except with "both", which is the union of "earlier" and "later"; "drop" is their overlap."""
    frames = {name: members(days, name) for name in BOUNDARIES}
    assert all((frames[name].sum(axis=1) <= 1).all() for name in ("earlier", "later", "drop"))
    assert frames["both"].equals(frames["earlier"] | frames["later"])
    assert frames["drop"].equals(frames["earlier"] & frames["later"])


def test_dates_can_come_as_a_series(calls: object) -> None:
    """The dates of the roll calls go in as they are, whatever their resolution in time."""
    days = pd.Series(pd.to_datetime(["1994-12-15", "1997-06-13"])).astype("datetime64[s]")
    assert phases.members(days, "later").to_numpy().tolist() == [[False, True, False], [False, False, True]]
