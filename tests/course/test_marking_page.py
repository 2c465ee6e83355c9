"""The page on marking is numbered cases, each held by a test of the same name; its reasons are the program's own."""

from __future__ import annotations

import re

import pytest

from fairmark.reasons import REASONS

from .support import COURSE, ROOT

PAGE = (COURSE / "instructor" / "marking.md").read_text(encoding="utf-8")
CASES = re.findall(r"^\*\*M(\d+)\. (.+?)\*\*(.*?)(?=^\*\*M\d|^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
TESTS = (ROOT / "tests" / "fairmark" / "test_cases.py").read_text(encoding="utf-8")
FLAT = " ".join(PAGE.split())


def test_the_cases_are_numbered_in_order() -> None:
    """From 1 on, without a gap, so that an id can be quoted."""
    assert [int(number) for number, *_ in CASES] == list(range(1, len(CASES) + 1))


@pytest.mark.parametrize(("number", "title"), [case[:2] for case in CASES], ids=[f"M{case[0]}" for case in CASES])
def test_a_case_has_a_test_of_the_same_name(number: str, title: str) -> None:
    """Its number and its title, in the letters that a name may have."""
    words = re.sub(r"[^a-z0-9]+", "_", title.lower().replace("'", "")).strip("_")
    assert f"def test_m{number}_{words}(" in TESTS


def test_no_test_is_named_for_a_case_that_is_not_there() -> None:
    """A case that goes takes its test along."""
    assert len(re.findall(r"^def test_m\d+_", TESTS, re.MULTILINE)) == len(CASES)


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_is_a_case_with_both_its_sentences(code: str) -> None:
    """What the student and the instructor are told stands on the page as the program says it."""
    reason = REASONS[code]
    assert re.search(rf"\*\*M\d+\. `{code}`\.\*\* “{re.escape(reason.student)}” {re.escape(reason.instructor)}", FLAT)


def test_the_page_lists_no_reason_that_the_program_does_not_have() -> None:
    """Each code on the page is one of the program's."""
    assert set(re.findall(r"\*\*M\d+\. `([a-z-]+)`", PAGE)) == REASONS.keys()
