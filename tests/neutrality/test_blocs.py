"""Who belongs to a set of states on a day, and what most of its members voted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from neutrality import blocs, tables
from neutrality.blocs import Bloc, Member, majority
from neutrality.rollcalls import RollCalls, UnknownStateError, Vote

Y, A, N, X, NONE = 1, 2, 3, 0, -1


def cast(votes: list[list[int]], dates: list[str] | None = None) -> RollCalls:
    """Return roll calls by states AAA, BBB … from rows of votes."""
    days = pd.to_datetime(dates or ["2000-01-01"] * len(votes))
    matrix = np.array(votes, dtype=np.int8)
    codes = [letter * 3 for letter in "ABCDEFG"[: matrix.shape[1]]]
    return RollCalls(matrix, pd.DataFrame({"date": days}), pd.DataFrame({"code": codes, "name": codes}))


FIVE = blocs.states(["AAA", "BBB", "CCC", "DDD", "EEE"])


@pytest.mark.parametrize(
    ("votes", "position"),
    [
        ([Y, Y, Y, N, A], Vote.YES),
        ([N, N, N, X, X], Vote.NO),
        ([A, A, X, X, N], Vote.ABSTAIN),
        ([Y, Y, N, N, X], Vote.NON_VOTING),  # as many on both sides
        ([Y, Y, A, A, N], Vote.NON_VOTING),  # the largest group has no more than half
        ([Y, Y, A, N, X], Vote.NON_VOTING),  # just half
        ([Y, X, X, X, X], Vote.YES),
        ([X, X, X, X, X], Vote.NON_VOTING),
        ([Y, NONE, NONE, NONE, NONE], Vote.YES),
        ([NONE] * 5, Vote.NO_ROW),
        ([NONE, NONE, X, NONE, NONE], Vote.NON_VOTING),
    ],
)
def test_majorities_worked_by_hand(votes: list[int], position: Vote) -> None:
    """More than half of those that voted decide; abstaining is a vote, not voting is none."""
    assert majority(cast([votes]), FIVE).tolist() == [position]


def test_members_count_only_on_their_days() -> None:
    """A state's vote counts from its first to its last day, both included, and again if it comes back."""
    when = (
        Member("AAA", date(2000, 1, 2), date(2000, 1, 3)),
        Member("AAA", date(2000, 1, 5)),
        Member("BBB", None, date(2000, 1, 4)),
    )
    days = [f"2000-01-{day:02}" for day in range(1, 7)]
    position = majority(cast([[Y, N]] * 6, days), Bloc("two", when))
    assert position.tolist() == [Vote.NO, 0, 0, Vote.NO, Vote.YES, Vote.YES]


def test_a_state_can_be_left_out() -> None:
    """Its vote decides no longer."""
    votes = cast([[Y, N, N, Y, Y]])
    assert majority(votes, FIVE).tolist() == [Vote.YES]
    assert majority(votes, FIVE, without=["AAA", "DDD"]).tolist() == [Vote.NO]


@pytest.mark.parametrize(
    ("first", "last", "members"),
    [
        ("1993-11-01", "1994-12-31", 12),
        ("1995-01-01", "2004-04-30", 15),
        ("2004-05-01", "2006-12-31", 25),
        ("2007-01-01", "2013-06-30", 27),
        ("2013-07-01", "2020-01-31", 28),
    ],
)
def test_sizes_that_eurostat_gives(first: str, last: str, members: int) -> None:
    """Eurostat's glossary of enlargements counts as many members from the first day to the last, and others beyond."""
    union = blocs.european_union()
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    assert len(union.on(start)) == len(union.on(end)) == members
    assert len(union.on(date.fromordinal(end.toordinal() + 1))) != members


@pytest.mark.parametrize(
    ("day", "members"),
    [("1957-12-31", 0), ("1958-01-01", 6), ("1973-01-01", 9), ("1981-01-01", 10), ("1986-01-01", 12)],
)
def test_sizes_before_the_union(day: str, members: int) -> None:
    """The Communities grew from six to twelve."""
    assert len(blocs.european_union().on(date.fromisoformat(day))) == members


def test_every_member_has_a_code_and_a_seat(calls: RollCalls) -> None:
    """The table's codes are those of the votes, and no member is of a time before its first vote but Germany."""
    table = tables.load("eu-members").merge(calls.states, left_on="state", right_on="code", how="left")
    assert table["code"].notna().all()
    assert (table["name_x"].str.upper() == table["name_y"]).all()
    assert table.loc[table["first_day"] < table["first_vote"], "state"].tolist() == ["DEU"]


def test_the_majority_of_the_day_in_the_records(calls: RollCalls) -> None:
    """From 2007 to October 2016 the members have a common majority on all roll calls but four."""
    decade = calls.select(calls.resolutions["date"].between("2007-01-01", "2016-10-31"))
    position = majority(decade, blocs.european_union())
    assert [int((position == vote).sum()) for vote in (Y, A, N, X, NONE)] == [415, 134, 112, 4, 0]
    assert (majority(calls.years(1946, 1957), blocs.european_union()) == Vote.NO_ROW).all()


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("UKR", "UKR"),
        ("EU", "EU majority"),
        (["USA"], "USA"),
        ({"USA", "GBR"}, "majority of GBR, USA"),
        (FIVE, FIVE.name),
    ],
)
def test_what_a_reference_can_be(wanted: object, name: str) -> None:
    """A code, the Union, a set of codes, or a set with dates."""
    found = blocs.reference(wanted)  # type: ignore[arg-type]
    assert (found if isinstance(found, str) else found.name) == name


def test_what_cannot_be_a_set() -> None:
    """Each error names what is wrong."""
    with pytest.raises(ValueError, match="one code or more"):
        blocs.states([])
    with pytest.raises(TypeError, match=r"Give a list, such as \['USA'\]"):
        blocs.states("USA")
    with pytest.raises(ValueError, match="write 'EU'"):
        blocs.reference("eu")
    with pytest.raises(ValueError, match="USA, GBR, USA"):
        blocs.states(["USA", "GBR", "USA"])
    with pytest.raises(ValueError, match=r"AAA leaves \(1999-01-01\) before"):
        Bloc("odd", (Member("AAA", date(2000, 1, 1), date(1999, 1, 1)),))
    with pytest.raises(ValueError, match="AAA is in twice on 2004-01-01"):
        Bloc("odd", (Member("AAA", date(2000, 1, 1), date(2005, 1, 1)), Member("AAA", date(2004, 1, 1))))
    with pytest.raises(ValueError, match="no state is left without AAA"):
        majority(cast([[Y]]), blocs.states(["AAA"]), without=["AAA"])
    with pytest.raises(UnknownStateError, match="ZZZ"):
        majority(cast([[Y]]), blocs.states(["ZZZ"]))
