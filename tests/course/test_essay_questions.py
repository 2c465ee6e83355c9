"""The essay questions for the last assignment: three, each with what a marker needs, and none of it for students."""

from __future__ import annotations

import re

import pytest

from fairmark import bank

from .support import BANK, COURSE, ROOT

TEXT = (COURSE / "instructor" / "essay-questions.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"^## (Question \d\. .+)\n((?:(?!^## ).*\n)+)", TEXT, re.MULTILINE))
RUBRIC = re.findall(r"^\| \*\*(.+?)\*\* \| (.+) \| (.+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)


def test_there_are_three_questions_of_their_own() -> None:
    """Belarus, neutrality or dates; what votes can test; which forecast was the riskier."""
    assert len(QUESTIONS) == 3


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_tells_excellent_from_good_and_names_traps(name: str) -> None:
    """It has the question itself, what both kinds of answer do, and at least four traps with a remark each."""
    part = QUESTIONS[name]
    assert re.search(r"^> \*", part, re.MULTILINE)
    for wanted in ("**What it turns on.**", "**An excellent answer**", "**A good answer**", "**Traps**"):
        assert wanted in part
    assert len(re.findall(r"^- ", part, re.MULTILINE)) >= 5
    assert len(re.findall(r"^\| .+ \| .+ \| .+ \|$", part, re.MULTILINE)) - 2 >= 4


def test_each_criterion_has_four_levels_in_words() -> None:
    """Five criteria, and a description of every level."""
    assert len(RUBRIC) == 5
    assert all(len(level) > 3 for row in RUBRIC for level in row)


def test_students_do_not_get_the_page() -> None:
    """The settings put nothing of the instructors' folder into the students' bundle."""
    assert "instructor" not in (ROOT / "grading" / "course.toml").read_text(encoding="utf-8")


def test_the_levels_are_those_that_students_see() -> None:
    """The rubric of this page and the one under the essay in the bank say the same."""
    essay = list(bank.load(BANK)["ps8"].entries.values())[-1].item
    shown = [[level["says"] for level in row["levels"]] for row in essay.form["rubric"]]
    assert [list(row[1:]) for row in RUBRIC] == shown
    assert essay.points == sum(row["levels"][0]["points"] for row in essay.form["rubric"])
