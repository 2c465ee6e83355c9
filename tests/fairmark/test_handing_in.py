"""A class hands in with nbgrader's own code and is collected with our command, which is killed half way once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from fairmark.settings import Settings

pytestmark = pytest.mark.slow

SIZE = 16


@pytest.fixture
def bench(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the script that measures handing in and collecting."""
    spec = importlib.util.spec_from_file_location("bench_exchange", root / "scripts" / "bench_exchange.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bench_exchange", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def group(bench: Any, course: Settings, tmp_path: Path) -> Any:
    """Return a class that has handed in, some of it twice."""
    made = bench.prepare(course, "mini1", SIZE, tmp_path / "homes")
    assert len(bench.hand_in(made)) == SIZE + len(range(0, SIZE, bench.TWICE))
    return made


def test_nothing_is_lost_and_nothing_doubled_when_collecting_is_killed_and_repeated(bench, group):
    """Everybody's last notebook arrives, byte by byte, and has one mark: that of the simulation."""
    there = bench.collect_and_kill(group)
    assert 0 < there < SIZE
    assert bench.lost(group) > 0
    bench.collect(group)
    assert bench.lost(group) == 0
    bench.mark(group)
    assert bench.doubled(group) == 0
    assert bench.as_designed(group)
    bench.collect(group)
    assert bench.lost(group) == 0


def test_whatever_a_crash_leaves_half_done_is_made_good(bench, group):
    """Each state in which a copy can be cut off: no time, an empty one, nothing but the folder, half a notebook."""
    bench.collect(group)
    folders = [group.course.workdir / "submitted" / student / "mini1" for student in group.sent]
    (folders[0] / "timestamp.txt").unlink()
    (folders[1] / "timestamp.txt").write_text("")
    for folder in folders[2:4]:
        for file in folder.iterdir():
            file.unlink()
    folders[3].rmdir()
    (folders[4] / "timestamp.txt").unlink()
    (folders[4] / "mini1.ipynb").write_text('{"cells": [')
    assert bench.lost(group) == 3
    bench.collect(group)
    assert bench.lost(group) == 0
    assert all((folder / "timestamp.txt").read_text() for folder in folders)
