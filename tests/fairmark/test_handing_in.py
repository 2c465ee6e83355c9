"""A class hands in with nbgrader's own code and is collected with our command, which is killed half way once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import bench_exchange
from fairmark.settings import Settings

pytestmark = pytest.mark.slow

SIZE = 16


@pytest.fixture
def group(course: Settings, tmp_path: Path) -> Any:
    """Return a class that has handed in, some of it twice."""
    made = bench_exchange.prepare(course, "mini1", SIZE, tmp_path / "homes")
    assert len(bench_exchange.hand_in(made)) == SIZE + len(range(0, SIZE, bench_exchange.TWICE))
    return made


def test_nothing_is_lost_and_nothing_doubled_when_collecting_is_killed_and_repeated(group):
    """Everybody's last notebook arrives, byte by byte, and has one mark: that of the simulation."""
    there = bench_exchange.collect_and_kill(group)
    assert 0 < there < SIZE
    assert bench_exchange.lost(group) > 0
    bench_exchange.collect(group)
    assert bench_exchange.lost(group) == 0
    bench_exchange.mark(group)
    assert bench_exchange.doubled(group) == 0
    assert bench_exchange.as_designed(group)
    bench_exchange.collect(group)
    assert bench_exchange.lost(group) == 0


def test_whatever_a_crash_leaves_half_done_is_made_good(group):
    """Each state in which a copy can be cut off: no time, an empty one, nothing but the folder, half a notebook."""
    bench_exchange.collect(group)
    folders = [group.course.workdir / "submitted" / student / "mini1" for student in group.sent]
    (folders[0] / "timestamp.txt").unlink()
    (folders[1] / "timestamp.txt").write_text("")
    for folder in folders[2:4]:
        for file in folder.iterdir():
            file.unlink()
    folders[3].rmdir()
    (folders[4] / "timestamp.txt").unlink()
    (folders[4] / "mini1.ipynb").write_text('{"cells": [')
    assert bench_exchange.lost(group) == 3
    bench_exchange.collect(group)
    assert bench_exchange.lost(group) == 0
    assert all((folder / "timestamp.txt").read_text() for folder in folders)
