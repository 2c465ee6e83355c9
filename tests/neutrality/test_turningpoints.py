"""The turning points that the two sources name."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest

from neutrality import phases, sources, turningpoints
from neutrality.turningpoints import groups, members


@pytest.mark.parametrize(
    ("who", "options", "year", "expected"),
    [
        ("osw", {}, 1991, "before 1994"),
        ("osw", {}, 1993, "before 1994"),
        ("osw", {}, 1994, "1994–2013"),
        ("osw", {}, 2013, "1994–2013"),
        ("osw", {}, 2014, "from 2014"),
        ("osw", {}, 2025, "from 2014"),
        ("digest", {}, 2006, "before the late 2000s"),
        ("digest", {}, 2007, "since the late 2000s"),
        ("digest", {"since": 2009}, 2008, "before the late 2000s"),
        ("digest", {"since": 2005}, 2005, "since the late 2000s"),
    ],
)
def test_each_year_belongs_to_one_group(who: str, options: dict[str, int], year: int, expected: str) -> None:
    """The year of a turning point opens the later group."""
    row = members([year], who, **options).iloc[0]
    assert row[row].index.tolist() == [expected]


@pytest.mark.parametrize("years", [[2008, None], pd.Series([2008, pd.NA], dtype="Int64"), (2008.0, float("nan"))])
def test_a_gap_belongs_to_no_group(years: Any) -> None:
    """Whatever way the gap is written."""
    assert members(years, "digest").to_numpy().tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("who", turningpoints.WHO)
def test_no_years_give_no_rows(who: str) -> None:
    """The groups are still named."""
    assert list(members([], who)) == [group.name for group in groups(who)]


@pytest.mark.parametrize("who", turningpoints.WHO)
def test_groups_follow_each_other_without_gap(who: str) -> None:
    """Each group begins the year after the one before it ends, and the outer ones are open."""
    spans = groups(who)
    assert spans[0].first_year is None
    assert spans[-1].last_year is None
    for before, after in itertools.pairwise(spans):
        assert after.first_year == (before.last_year or 0) + 1


@pytest.mark.parametrize("who", turningpoints.WHO)
def test_every_group_says_where_it_stands(who: str) -> None:
    """The locators name places of the source that they should."""
    for group in groups(who):
        for locator in group.locator.split(";"):
            assert sources.parse(locator).source == {"osw": "osw-2018", "digest": "digest-2016"}[who]


def test_the_reading_of_the_words_is_recorded() -> None:
    """The first year of the late 2000s is ours, so the table carries it."""
    assert members([2008], "digest").attrs["since"] == turningpoints.SINCE == 2007
    assert members([2008], "digest", since=2009).attrs["since"] == 2009
    assert "since" not in members([2008], "osw").attrs


@pytest.mark.parametrize(
    ("who", "options", "words"),
    [
        ("ulakhovich", {}, "'ulakhovich'.*'osw', 'digest'"),
        ("osw", {"since": 2007}, "leave it out"),
        ("digest", {"since": 2004}, "2004.*from 2005 to 2009"),
        ("digest", {"since": 2010}, "2010.*from 2005 to 2009"),
    ],
)
def test_other_turning_points_are_refused(who: str, options: dict[str, int], words: str) -> None:
    """Each error names the bad value and what to give instead."""
    with pytest.raises(ValueError, match=words):
        members([2008], who, **options)


def test_the_phases_stay_as_they_are() -> None:
    """Ulakhovich's third period still ends with 2001; no group here bears the name of a phase."""
    assert phases.CHAPTER_END.year == 2001
    names = {group.name for who in turningpoints.WHO for group in groups(who)}
    assert not names & {phase.name for phase in phases.PHASES}
