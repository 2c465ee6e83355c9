"""Hostile notebooks, marked in one batch next to honest ones.

None may earn more than an honest notebook with the same knowledge, none may stop the batch, none may change what a
neighbour gets, and each must be reported under the right reason.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from fairmark import marking, release
from fairmark.jobs import Limits
from fairmark.marking import Marked
from fairmark.settings import Settings

from . import boundary, formats, outside, resources, same_process
from .cases import AUTOMATIC, Case

CASES = {case.name: case for module in (same_process, outside, resources, formats, boundary) for case in module.CASES}
HONEST = ("aaa-honest", "jjj-honest", "mmm-honest", "rrr-honest", "zzz-honest")
SMALL = Limits(
    cpu=12, wall=10, cell=2, call=2, memory=2**29, processes=32, file_size=2**23, scratch=2**24, shm=2**23,
    open_files=128, output=200_000,
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """The marked batch."""

    course: Settings
    marked: dict[str, Marked]
    before: dict[str, bytes]

    def points(self, student: str) -> dict[str, Any]:
        """Read a student's automatic points from the gradebook."""
        with Gradebook(self.course.gradebook, self.course.course) as book:
            grades = book.find_submission("mini1", student).notebooks[0].grades
            return {one.name: one.auto_score for one in grades if one.name in AUTOMATIC}


@pytest.fixture(scope="module")
def batch(
    tmp_path_factory: pytest.TempPathFactory, new_course: Callable[..., Settings], submit: Callable[..., Path]
) -> Iterator[Batch]:
    """Hand everything in, and mark it once."""
    course = new_course(tmp_path_factory.mktemp("hostile") / "course")
    release.build(course)
    with socket.create_server(("127.0.0.1", 0)) as door:
        book = course.workdir / "gradebook.db"
        places = {"BANK": str(course.bank), "BOOK": str(book), "PORT": str(door.getsockname()[1])}
        for name in HONEST:
            submit(course, name)
        for case in CASES.values():
            file = submit(course, case.name, case.answers(places), case.change)
            if case.file:
                case.file(file)
        before = {str(file): file.read_bytes() for file in _kept(course)}
        marked = {one.student: one for one in marking.mark(course, "mini1", limits=SMALL)}
        yield Batch(course, marked, before)


def _kept(course: Settings) -> Iterator[Path]:
    """List files that no student may change."""
    for folder in (course.bank, course.workdir / "bundle" / "package", course.workdir / "release"):
        yield from (file for file in sorted(folder.rglob("*")) if file.is_file())


def test_when_a_batch_is_hostile_everybody_is_reported(batch: Batch) -> None:
    """The batch goes on to its end, and nobody is missing."""
    assert set(batch.marked) == {*CASES, *HONEST}
    assert len(CASES) >= 60


@pytest.mark.parametrize("student", HONEST)
def test_when_neighbours_are_hostile_an_honest_notebook_keeps_its_marks(batch: Batch, student: str) -> None:
    """An honest notebook earns all its points, whoever is marked before, beside or after it."""
    assert batch.marked[student].reason == ""
    assert batch.points(student) == AUTOMATIC


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_when_a_notebook_is_hostile_it_gains_nothing(batch: Batch, case: Case) -> None:
    """It earns what an honest notebook with the same knowledge earns, and is reported under the right reason."""
    found, reasons = batch.marked[case.name], case.reason.split("|")
    assert found.reason in reasons
    if case.earns is None:
        assert found.status == "flagged"
        return
    earned = sum(batch.points(case.name).values())
    # A run that a busy machine ended early has earned less.
    assert earned == case.earns or (earned < case.earns and len(reasons) > 1)


def test_when_a_batch_is_done_nothing_is_left_or_changed(batch: Batch) -> None:
    """No program of a student's still runs, no file was changed, and none was made where it should not be."""
    assert {str(file): file.read_bytes() for file in _kept(batch.course)} == batch.before
    running = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    assert not [one for one in running if b"fairmark-hostile-daemon" in one]
    assert not Path("/tmp/fairmark-hostile").exists()  # noqa: S108  where a student's code would have made it
