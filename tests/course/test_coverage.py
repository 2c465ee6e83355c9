"""The course as a whole keeps its promises: enough questions, of enough kinds, in variants, weighed as announced."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from fairmark import bank
from fairmark.bank import Assignment
from worksheet import variants

from .support import BANK, COURSE, ROOT, markdown

ASSIGNMENTS = bank.load(BANK)
READING = [f"ps{number}" for number in range(5)]
MEASURING = [f"ps{number}" for number in range(5, 9)]
AUTOMATIC = {
    name: [entry for entry in assignment.entries.values() if not entry.marked_by_hand]
    for name, assignment in ASSIGNMENTS.items()
}
POOLED = [entry for entries in AUTOMATIC.values() for entry in entries if entry.item.pool]
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))


def test_the_reading_half_has_ninety_automatic_questions() -> None:
    """Variants of one question count once."""
    assert sum(len(AUTOMATIC[name]) for name in READING) >= 90


def test_the_measuring_half_has_seventy_and_the_course_a_hundred_and_sixty() -> None:
    """Again each question once, whatever its variants."""
    assert sum(len(AUTOMATIC[name]) for name in MEASURING) >= 70
    assert sum(map(len, AUTOMATIC.values())) >= 160


@pytest.mark.parametrize("kind", ["code", "number", "table", "function", "figure", "find-error"])
def test_measuring_is_asked_for_in_its_own_kinds(kind: str) -> None:
    """Code a stance, a number, a table, a function, a figure, and find the error in an argument."""
    assert any(entry.item.kind == kind for name in MEASURING for entry in AUTOMATIC[name])


@pytest.mark.parametrize("name", MEASURING)
def test_a_measuring_set_asks_about_data_of_ones_own(name: str) -> None:
    """At least a third of its questions are on another country, pair or period for a neighbour."""
    assert sum(bool(entry.item.pool) for entry in AUTOMATIC[name]) >= len(AUTOMATIC[name]) / 3


def test_questions_are_of_at_least_ten_kinds() -> None:
    """In the reading half alone, and no kind makes up more than a third of it."""
    kinds = Counter(entry.item.kind for name in READING for entry in AUTOMATIC[name])
    assert len(kinds) >= 10
    assert max(kinds.values()) <= sum(kinds.values()) / 3


def test_no_question_is_asked_twice() -> None:
    """No two prompts are the same but for their names."""
    prompts = Counter(
        " ".join(re.findall(r"\w+", entry.item.prompt.casefold()))
        for entries in AUTOMATIC.values()
        for entry in entries
    )
    assert [prompt for prompt, count in prompts.items() if count > 1] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=lambda one: one.id)
def test_an_assignment_has_one_written_answer_of_two_fifths(assignment: Assignment) -> None:
    """It stands at the end and carries 40 per cent of the points."""
    entries = list(assignment.entries.values())
    assert [entry.marked_by_hand for entry in entries] == [False] * (len(entries) - 1) + [True]
    assert entries[-1].item.points == pytest.approx(0.4 * assignment.points)
    assert len(entries[-1].exemplars) >= 3


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=lambda one: one.id)
def test_neighbours_meet_different_questions(assignment: Assignment) -> None:
    """At least a fifth of the automatic questions of a set have variants."""
    entries = AUTOMATIC[assignment.id]
    assert sum(bool(entry.item.pool) for entry in entries) >= len(entries) / 5


@pytest.mark.parametrize("entry", POOLED, ids=lambda entry: entry.item.id)
def test_a_pool_is_drawn_from_evenly(entry: bank.Entry) -> None:
    """Over many students each variant comes about as often as any other: within five standard deviations."""
    size, students = len(entry.item.pool), 2000
    drawn = Counter(
        variants.choose("course", "term", entry.item.id, f"student-{number}", size) for number in range(students)
    )
    share = 1 / size
    spread = (students * share * (1 - share)) ** 0.5
    assert all(abs(drawn[variant] - students * share) < 5 * spread for variant in range(size))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda file: file.stem)
def test_a_lesson_takes_between_45_and_75_minutes(lesson: object) -> None:
    """As its head says."""
    minutes = re.search(r"\*\*Minutes\.\*\* (\d+)", markdown(lesson))  # type: ignore[arg-type]
    assert minutes
    assert 45 <= int(minutes[1]) <= 75


def test_every_objective_is_tested_three_times() -> None:
    """By three items at least, written answers included."""
    with (COURSE / "objectives.csv").open(encoding="utf-8", newline="") as file:
        counts = {row["id"]: len(row["items"].split()) for row in csv.DictReader(file)}
    assert {name: count for name, count in counts.items() if count < 3} == {}
