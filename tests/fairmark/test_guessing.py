"""What blind guessing earns: exact expectations, held to a simulation and to cases worked by hand."""

from __future__ import annotations

import random
import statistics

import pytest

from fairmark import answering, checks, guessing
from fairmark.bank import Assignment, Entry
from worksheet.items import KINDS, Item

from .test_checks import ENTRIES

# Kinds for which the expectation is that of the simulated guesser, who draws evenly from what can be answered.
SIMULATED = ["choose", "order", "code", "find-error"]
BY_HAND = {
    "choose": 1 / 6,
    "locate": 2 / 20,
    "attribute": 1 / 30,
    "order": (1 + 0.5 * 2) / 6,
    "date": 1 / 30,
    "number": 0.04,
    "table": 0.0,
    "function": 0.0,
    "figure": 0.0,
    "find-error": (1 + 0.5) / 6,
}


@pytest.mark.parametrize("kind", SIMULATED)
def test_the_expectation_is_what_a_simulated_guesser_gets(kind):
    """Ten thousand guesses come near to it."""
    chance = random.Random(7)  # noqa: S311
    entry = ENTRIES[kind]
    shares = [checks.judge(entry, answering.guess(entry.item, chance)).points / 4 for _ in range(10_000)]
    assert statistics.fmean(shares) == pytest.approx(guessing.expected_share(entry), abs=0.015)


def test_every_kind_has_a_case():
    """Those that are not worked below have a test of their own; written answers cannot be guessed."""
    assert set(BY_HAND) | set(SIMULATED) | {"choose-all", "match", "written"} == set(KINDS)


@pytest.mark.parametrize("kind", BY_HAND)
def test_the_expectation_is_that_worked_by_hand(kind):
    """The arithmetic of each kind."""
    assert guessing.expected_share(ENTRIES[kind]) == pytest.approx(BY_HAND[kind])


def test_picking_as_many_as_pays_best_is_supposed():
    """Of six options three are right: one pick gives 1/6 on average, three give (9 · 1/3 + 1) / 20 = 1/5."""
    assert guessing.expected_share(ENTRIES["choose-all"]) == pytest.approx(0.2)


def test_the_same_answer_to_every_row_is_supposed_where_it_pays():
    """With three rows of one kind among four, giving that one throughout would earn a half, one time in two."""
    item = Item("a1-q1", "match", 4, "?", "!", "o", options={"a": "A", "b": "B"}, form={"rows": list("pqrs")})
    entry = Entry(item, ({"p": "a", "q": "a", "r": "a", "s": "b"},), ())
    evenly = (1 * 1 + 4 * 0.5) / 16
    assert guessing.expected_share(entry) == pytest.approx(max(evenly, 0.25))


def test_an_assignment_counts_automatic_items_and_all_variants_alike():
    """Written answers earn a guesser nothing and are left out of both numbers."""
    pooled = Entry(
        Item("a1-q2", "number", 2, "?", "!", "o", form={"between": [0, 9], "whole": True}, pool=({}, {})), (1, 2), ()
    )
    assignment = Assignment("a1", "?", {"a": ENTRIES["choose"], "b": pooled, "c": ENTRIES["written"]})
    assert guessing.expected_points(assignment) == (pytest.approx(4 / 6 + 2 / 10), 6)
