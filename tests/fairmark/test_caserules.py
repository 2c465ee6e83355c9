"""Which rules are named to a student, and that each is a case of the page on marking."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairmark import caserules, checks, judging
from fairmark.bank import Entry
from fairmark.jobs import Missing, Sent
from fairmark.posting import ByHand
from worksheet.items import KINDS, Item

CASES = (Path(__file__).parents[2] / "course" / "instructor" / "marking.md").read_text(encoding="utf-8")
NOBODY = ByHand(None, waits=False, comment=None)
CHOICE = Entry(Item("a1-q1", "choose", 2, "", "", "", options={"left": "L", "right": "R"}), ("right",), ())
WRITTEN = Entry(Item("a1-q2", "written", 2, "", "", ""), (), ())


def cases(entry: Entry, record, hand: ByHand = NOBODY, *, stopped: bool = False) -> list[str]:
    return [one.case for one in caserules.that_decided(entry, record, hand, stopped=stopped)]


def recorded(outcome: str, reason: str = "", misconception: str = "", points: float = 0.0):
    return {"outcome": outcome, "reason": reason, "misconception": misconception, "points": points}


def test_each_kind_of_question_has_a_rule_and_each_rule_is_a_case():
    """So a student can look the rule up under its number."""
    assert caserules.KIND_RULES.keys() == set(KINDS)
    named = [*caserules.KIND_RULES.values(), *vars(caserules).values()]
    rules = [one for one in named if isinstance(one, caserules.Rule)]
    assert len(rules) > len(KINDS)
    assert all(f"**{one.case}. " in CASES for one in rules)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (None, ["M29"]),
        (recorded("missing"), ["M12"]),
        (recorded("form"), ["M13"]),
        (recorded("form", "first-attempt"), ["M13", "M86"]),
        (recorded("right", points=2), ["M16"]),
        (recorded("wrong", misconception="mirrored"), ["M16", "M23"]),
        (recorded("right", "first-attempt", points=2), ["M16", "M86"]),
    ],
)
def test_the_rule_follows_from_what_was_recorded(record, expected):
    """A kind's own rule only where an answer was judged."""
    assert cases(CHOICE, record) == expected


@pytest.mark.parametrize("reason", [one for one in Missing.__args__ if one])
def test_an_answer_that_did_not_come_out_is_not_called_one_of_the_wrong_form(course, reason):
    """As marking itself records it; there was no answer that could have had a form."""
    (record,) = judging.judge(course, {"a1-q1": CHOICE}, {"a1-q1": Sent(problem="It is gone.", reason=reason)}, "anna")
    assert cases(CHOICE, record) == ["M11"]


@pytest.mark.parametrize(
    ("hand", "expected"),
    [
        (NOBODY, ["M27"]),
        (ByHand(None, waits=True, comment=None), ["M26"]),
        (ByHand(1.5, waits=False, comment=None), ["M26"]),
    ],
)
def test_a_written_answer_that_was_left_as_it_was_waits_for_nobody(hand, expected):
    """Any other one is a person's."""
    assert cases(WRITTEN, {**vars(checks.judge(WRITTEN, None)), "reason": ""}, hand) == expected


def test_a_change_by_a_person_and_an_early_end_are_named_last():
    """Where the points are the same, a person changed nothing."""
    record = recorded("wrong")
    assert cases(CHOICE, record, ByHand(1, waits=False, comment=None), stopped=True) == ["M16", "M28", "M7"]
    assert cases(CHOICE, record, ByHand(0, waits=False, comment=None)) == ["M16"]
