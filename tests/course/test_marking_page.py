"""The page on marking is numbered cases, each held by tests."""

from __future__ import annotations

import re

import pytest

from .support import COURSE, ROOT

PAGE = (COURSE / "instructor" / "marking.md").read_text(encoding="utf-8")
CASES = re.findall(r"^\*\*M(\d+)\. (.+?)(?=^\*\*M\d|^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)


def test_the_cases_are_numbered_in_order() -> None:
    """From 1 on, without a gap, so that an id can be quoted."""
    assert [int(number) for number, _ in CASES] == list(range(1, len(CASES) + 1))


@pytest.mark.parametrize(("number", "text"), CASES, ids=[f"M{number}" for number, _ in CASES])
def test_a_case_names_its_tests(number: str, text: str) -> None:
    """The last line of a case names tests that are there."""
    named = re.findall(r"`([^`]+)`", text.rpartition("*Tests:")[2])
    assert named, f"M{number} names no tests"
    assert all((ROOT / name.partition("::")[0]).exists() for name in named)
