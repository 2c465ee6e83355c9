"""Dates are never more exact than they are, and periods are touched as the note draws them."""

from __future__ import annotations

import datetime as dt

import pytest

from neutrality import events


def test_graded_events_come_only_when_asked_for() -> None:
    """The default leaves out every row that serves as an item, and nothing else."""
    everything, shown = events.load(items=True), events.load()
    assert set(shown["use"]) == {"lesson"}
    assert len(shown) == (everything["use"] == "lesson").sum() < len(everything)


@pytest.mark.parametrize("column", ["precision", "basis"])
def test_what_a_date_can_be_is_all_there(column: str) -> None:
    """Every precision and every basis that the module names occurs, and no other."""
    allowed = {"precision": events.PRECISIONS, "basis": events.BASES}[column]
    assert set(events.load(items=True)[column]) == set(allowed)


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        ("2014-03-23", "2014-03-23", "day", "23 March 2014"),
        ("2018-01", "2018-01", "month", "January 2018"),
        ("2002", "2002", "year", "2002"),
        ("2015-09", "2015-11", "season", "September 2015 to November 2015"),
        ("2017-07-05", "2017-07-09", "span", "5 July 2017 to 9 July 2017"),
        ("", "", "none", "no date"),
    ],
)
def test_a_date_in_words(first: str, last: str, precision: str, words: str) -> None:
    """The words say as much as the cells."""
    assert events.when(first, last, precision) == words


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2014", dt.date(2014, 1, 1), dt.date(2014, 12, 31)),
        ("2016-02", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("2015-12", dt.date(2015, 12, 1), dt.date(2015, 12, 31)),
        ("2015-08-03", dt.date(2015, 8, 3), dt.date(2015, 8, 3)),
    ],
)
def test_bounds(date: str, first: dt.date, last: dt.date) -> None:
    """A year means any of its days, a month any of its own."""
    assert events.bounds(date) == (first, last)


@pytest.mark.parametrize(
    ("years", "touched"),
    [
        ((1986, 1986), ("before the periods",)),
        ((1990, 1993), ("before the periods", "neutrality")),
        ((1994, 1994), ("neutrality", "multi-vector")),
        ((1997, 1997), ("multi-vector", "strategic partnership")),
        ((1999, 1999), ("strategic partnership",)),
        ((2001, 2002), ("strategic partnership", "after the chapter")),
        ((1991, 2001), ("neutrality", "multi-vector", "strategic partnership")),
        ((2018, 2018), ("after the chapter",)),
    ],
)
def test_periods_touched(years: tuple[int, int], touched: tuple[str, ...]) -> None:
    """A shared year touches two periods, and nothing after 2001 belongs to the third."""
    assert events.touched(dt.date(years[0], 1, 1), dt.date(years[1], 12, 31)) == touched


def test_a_place_finds_its_events() -> None:
    """A note gives its own events; one without events gives none."""
    assert events.at("osw-2018 fn8")["first"].tolist() == ["2014-03-23"]
    assert events.at("osw-2018 fn9").empty
