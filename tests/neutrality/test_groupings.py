"""Groups of roll calls, against memberships worked by hand and counted another way."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import phases, rollcalls, turningpoints
from neutrality.groupings import GROUPINGS, ISSUES, Grouping, group
from neutrality.rollcalls import RollCalls

OPTIONS: dict[str, dict[str, Any]] = {"phase": {"boundary": "both"}}


def invented() -> RollCalls:
    """Return seven roll calls: two sessions and a special one, six years, some issue codes."""
    rows = [
        ("1993-11-16", "48", True, False),
        ("1994-07-28", "48", True, True),
        ("1994-12-15", "49", False, False),
        ("1997-04-25", "ES-10", None, None),
        ("2002-11-01", "9", None, True),
        ("2007-11-01", "S-9", None, False),
        ("2014-03-27", "68", None, None),
    ]
    dates, sessions, me, hr = zip(*rows, strict=True)
    table = pd.DataFrame({"date": pd.to_datetime(list(dates)), "session": list(sessions)})
    table["year"] = table["date"].dt.year
    table["special"] = table["session"].str.startswith(("S-", "ES-"))
    for issue in ISSUES:
        table[issue] = pd.array([False] * 4 + [None] * 3, dtype="boolean")
    table["me"], table["hr"] = pd.array(me, dtype="boolean"), pd.array(hr, dtype="boolean")
    table.loc[3, list(ISSUES)] = pd.NA
    states = pd.DataFrame({"code": ["AAA"], "name": ["A"]})
    return RollCalls(np.ones((7, 1), dtype=np.int8), table, states)


def members(grouping: Grouping) -> dict[Any, list[int]]:
    """Return each group's rows."""
    return {name: rows.tolist() for name, rows in grouping.parts()}


@pytest.mark.parametrize(
    ("by", "options", "expected"),
    [
        ("all", {}, {"all": [0, 1, 2, 3, 4, 5, 6]}),
        ("all", {"special": False}, {"all": [0, 1, 2, 4, 6]}),
        ("session", {}, {9: [4], 48: [0, 1], 49: [2], 68: [6]}),
        ("session", {"special": True}, {"9": [4], "48": [0, 1], "49": [2], "68": [6], "S-9": [5], "ES-10": [3]}),
        ("year", {}, {1993: [0], 1994: [1, 2], 1997: [3], 2002: [4], 2007: [5], 2014: [6]}),
        ("year", {"special": False}, {1993: [0], 1994: [1, 2], 2002: [4], 2014: [6]}),
        (
            "phase",
            {"boundary": "both"},
            {"neutrality": [0, 1, 2], "multi-vector": [1, 2, 3], "strategic partnership": [3]},
        ),
        ("osw", {}, {"before 1994": [0], "1994–2013": [1, 2, 3, 4, 5], "from 2014": [6]}),
        ("digest", {}, {"before the late 2000s": [0, 1, 2, 3, 4], "since the late 2000s": [5, 6]}),
        ("digest", {"since": 2008}, {"before the late 2000s": [0, 1, 2, 3, 4, 5], "since the late 2000s": [6]}),
        ("issue", {}, {"me": [0, 1], "nu": [], "di": [], "co": [], "hr": [1, 4], "ec": []}),
    ],
)
def test_groups_worked_by_hand(by: str, options: dict[str, Any], expected: dict[Any, list[int]]) -> None:
    """Each group has the roll calls found on paper, groups stand in order, and the arrays say the same."""
    found = group(invented(), by, **options)
    assert members(found) == expected
    assert list(found.names) == list(expected)
    assert found.by == by
    assert found.sizes.tolist() == [len(rows) for rows in expected.values()]
    assert len(found.rows) == len(found.number) == sum(found.sizes)


@pytest.mark.parametrize(
    ("by", "options", "left_out"),
    [
        ("all", {}, {}),
        ("session", {}, {"is of a special session": 2}),
        ("phase", {"boundary": "drop"}, {"is dated in none of the periods": 6}),
        (
            "phase",
            {"boundary": "drop", "special": False},
            {"is of a special session": 2, "is dated in none of the periods": 4},
        ),
        (
            "issue",
            {},
            {
                "issue codes are missing": 2,
                "has none of the issues coded, and others are missing": 1,
                "has none of the six issues": 1,
            },
        ),
    ],
)
def test_what_is_left_out_is_counted_once_and_with_a_reason(
    by: str, options: dict[str, Any], left_out: dict[str, int]
) -> None:
    """Reasons and roll calls in no group add up, each roll call under the first reason that holds."""
    found = group(invented(), by, **options)
    assert found.notes["left_out"] == left_out
    assert sum(left_out.values()) + len(set(found.rows.tolist())) == 7


def test_notes_say_what_was_decided() -> None:
    """Boundary, end, first year, locators and special sessions are on record."""
    votes = invented()
    notes = group(votes, "phase", boundary="later").notes
    assert (notes["boundary"], notes["end"], notes["special"]) == ("later", date(2001, 12, 31), True)
    assert group(votes, "digest").notes["since"] == turningpoints.SINCE
    assert group(votes, "osw").notes["locators"][0] == "osw-2018 s1.p3"
    assert group(votes, "issue").notes["gaps"] == {"me": 4, "nu": 4, "di": 4, "co": 4, "hr": 2, "ec": 4}
    assert group(votes, "session").notes["special"] is False


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["b", "a", None, "b", float("nan"), "a", "b"], {"a": [1, 5], "b": [0, 3, 6]}),
        (np.array([2, 1, 2, 1, 2, 1, 10]), {1: [1, 3, 5], 2: [0, 2, 4], 10: [6]}),
        ([1.5, None, None, 0.5, None, None, None], {0.5: [3], 1.5: [0]}),
        (np.array([True, False, True, True, True, True, True]), {False: [1], True: [0, 2, 3, 4, 5, 6]}),
        (["x", 1, "x", 1, None, None, None], {"x": [0, 2], 1: [1, 3]}),
        (
            pd.Series(list("aabbcca"), index=range(10, 17)).astype(pd.CategoricalDtype(list("cdba"))),
            {"c": [4, 5], "d": [], "b": [2, 3], "a": [0, 1, 6]},
        ),
        ([None] * 7, {}),
    ],
)
def test_labels_of_ones_own(labels: Any, expected: dict[Any, list[int]]) -> None:
    """Labels are taken by position and sorted; a gap is in no group; categories keep their order."""
    found = group(invented(), labels)
    assert members(found) == expected
    assert list(found.names) == list(expected)
    assert (found.by, found.fixed) == ("labels", True)
    assert not any(isinstance(name, np.generic) for name in found.names)


def test_labels_can_leave_out_special_sessions() -> None:
    """A special session's roll call is then in no group, whatever its label."""
    found = group(invented(), list("aaabaab"), special=False)
    assert members(found) == {"a": [0, 1, 2, 4], "b": [6]}
    assert found.notes["left_out"] == {"is of a special session": 2}


@pytest.mark.parametrize(
    ("by", "options", "error", "words"),
    [
        ("decade", {}, ValueError, "'decade'.*'all', 'session', 'year', 'phase', 'osw', 'digest', 'issue'.*label"),
        ("labels", {}, ValueError, "'labels'"),
        ("phase", {}, TypeError, "boundary is missing.*'earlier'"),
        ("phase", {"boundary": "x"}, ValueError, "'x'"),
        ("year", {"boundary": "later"}, ValueError, "by='phase'; with by='year' leave it out"),
        (["a"] * 7, {"boundary": "later"}, ValueError, "with by=labels leave it out"),
        ("osw", {"since": 2007}, ValueError, "by='digest'; with by='osw' leave it out"),
        ("digest", {"since": 1999}, ValueError, "1999.*2005 to 2009"),
        (["a"] * 6, {}, ValueError, "6 labels, there are 7 roll calls"),
    ],
)
def test_questions_without_an_answer_are_refused(by: Any, options: Any, error: type[Exception], words: str) -> None:
    """Each error names the bad value and what to give instead."""
    with pytest.raises(error, match=words):
        group(invented(), by, **options)


def test_issues_need_their_columns() -> None:
    """Roll calls without issue codes say so."""
    votes = invented()
    bare = RollCalls(votes.matrix, votes.resolutions.drop(columns="co"), votes.states)
    with pytest.raises(ValueError, match=r"'co' is missing.*rollcalls\.load"):
        group(bare, "issue")


@pytest.mark.parametrize("by", GROUPINGS)
def test_no_roll_calls(by: str) -> None:
    """Sessions and years vanish; all other groups are still named, and empty."""
    votes = invented()
    nothing = votes.select(np.zeros(len(votes), dtype=bool))
    found = group(nothing, by, **OPTIONS.get(by, {}))
    assert found.fixed is (by not in ("session", "year"))
    assert len(found) == (len(group(votes, by, **OPTIONS.get(by, {}))) if found.fixed else 0)
    assert not found.rows.size
    assert all(not rows for rows in members(found).values())


def test_the_issues_are_those_of_the_table() -> None:
    """Every issue that can be asked for is a column of the real table."""
    assert set(ISSUES) <= set(rollcalls.load().resolutions)


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_roll_call_of_the_project_is_in_a_group_or_accounted_for(calls: RollCalls, by: str) -> None:
    """Roll calls in some group and roll calls left out are all there are."""
    found = group(calls, by, **OPTIONS.get(by, {}))
    assert len(set(found.rows.tolist())) + sum(found.notes["left_out"].values()) == len(calls)
    assert set(found.number.tolist()) <= set(range(len(found)))


def test_agrees_with_selecting_by_hand(calls: RollCalls) -> None:
    """Sessions, years, phases, turning points and issues have as many roll calls as the masks that say the same."""
    table = calls.resolutions
    assert dict(zip((s := group(calls, "session")).names, s.sizes, strict=True))[48] == len(calls.sessions(48))
    assert dict(zip((y := group(calls, "year")).names, y.sizes, strict=True))[1994] == len(calls.years(1994))
    dated = table["date"].between("1994-01-01", "1997-12-31")
    assert group(calls, "phase", boundary="both").sizes[1] == dated.sum()
    assert group(calls, "osw").sizes.tolist() == [
        (table["year"] < 1994).sum(),
        table["year"].between(1994, 2013).sum(),
        (table["year"] >= 2014).sum(),
    ]
    assert group(calls, "issue").sizes.tolist() == [table[issue].fillna(False).sum() for issue in ISSUES]
    assert group(calls, "phase", boundary="drop").names == tuple(phase.name for phase in phases.PHASES)
