"""The trials of `scripts/trials.py`, a few of each, so that they go on working; the long ones are run by hand."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trials
from fairmark import marking
from fairmark.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def class_of_three(course: Settings, submit: Callable[..., Path]) -> Settings:
    """Have three students hand the small assignment in."""
    for student in ("anna", "bob", "cyril"):
        submit(course, student)
    return course


@pytest.mark.parametrize(
    ("name", "words"), [("kill", {"times": 12}), ("markers", {"times": 3}), ("locked", {"seconds": 2}), ("clock", {})]
)
def test_nothing_is_lost_torn_or_doubled(class_of_three: Settings, tmp_path: Path, name: str, words: Any):
    """Whatever is done to the markers, the gradebook ends as if nothing had been."""
    (tmp_path / "trial").mkdir()
    assert getattr(trials, name)(class_of_three, "mini1", tmp_path / "trial", **words) == []


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_loses_nothing(class_of_three: Settings, tmp_path: Path):
    """With less and with more room; then there is room again."""
    (tmp_path / "trial").mkdir()
    assert trials.disk(class_of_three, "mini1", tmp_path / "trial", steps=3) == []


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("UPDATE grade SET auto_score = NULL WHERE auto_score = 3", "half written"),
        ("DELETE FROM fairmark_mark WHERE student = 'anna'", "rows without a fact"),
    ],
)
def test_the_trials_see_a_mark_that_is_torn(class_of_three: Settings, fake: Any, harm: str, says: str):
    """Points without the fact that they are done, or the fact without its points, are named."""
    marking.mark(class_of_three, "mini1")
    calm = trials.state(class_of_three, "mini1")
    assert trials.differences(calm, calm) == trials.half_done(calm, calm) == []
    with contextlib.closing(sqlite3.connect(class_of_three.workdir / "gradebook.db")) as book, book:
        book.execute(harm)
    found = trials.state(class_of_three, "mini1")
    assert any(says in line for line in trials.half_done(found, calm))
    assert "rows differ" in trials.differences(found, calm)
