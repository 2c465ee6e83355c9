"""The exchange, where every student may write: what is taken from it, and what is passed over."""

from __future__ import annotations

import logging
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from fairmark import collecting, gradebook, marking, submissions
from fairmark.settings import Settings

STAMP = "2026-03-01 10:00:00.000000 UTC"
Submit = Callable[..., Path]


@pytest.fixture
def hand_over(course: Settings, submit: Submit) -> Callable[..., Path]:
    """Return the function that puts a submission into the exchange under a name, and gives its folder."""
    gradebook.prepare(course)

    def do(name: str, student: str = "writer") -> Path:
        file = submit(course, student)
        folder = inbound(course) / name
        file.parent.rename(folder)
        file.parent.parent.rmdir()
        (folder / "timestamp.txt").write_text(STAMP, encoding="ascii")
        return folder

    return do


def inbound(course: Settings) -> Path:
    return course.workdir / "exchange" / course.course / "inbound"


def link(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/passwd")


def collect(course: Settings) -> list[str]:
    """Collect, and return what was passed over."""
    result = gradebook.api(course).collect("mini1", update=True)
    gradebook.check(result, "collect")
    return collecting.passed_over(result.get("log", ""))


@pytest.mark.parametrize(
    "name",
    [
        "eve",
        "eve+mini1+garbage+x",
        "eve+mini1++x",
        f"..+mini1+{STAMP}+x",
        f"+mini1+{STAMP}+x",
        f"eve\n+mini1+{STAMP}+x",
        "eve+mini1+99999999999999999999+x",
        "eve+mini1+NaN+x",
    ],
)
def test_a_name_that_says_nothing_is_no_submission(name):
    """Neither whose it is nor when it was handed in is guessed."""
    with pytest.raises(ValueError, match="its name"):
        collecting.named(name)


@pytest.mark.parametrize("student", ["anna", "anna+maria", "Анна", "o'neil"])
def test_a_name_that_nbgrader_gives_is_taken_apart(student):
    """With and without the random end, and for an id with a plus sign."""
    for end in ("+c2VjcmV0", ""):
        assert collecting.named(f"{student}+ps1+{STAMP}{end}") == collecting.Named(student, "ps1", STAMP)


@pytest.mark.parametrize(
    "name",
    ["eve+mini1+garbage+x", f"eve +mini1+{STAMP}+x", "eve+mini1+NaN+x", f"eve+mini1+ps2+{STAMP}+x"],
)
def test_a_strange_folder_stops_nobody(course, hand_over, name):
    """It is named, and the neighbour's is collected; nothing is written beside the submissions."""
    hand_over(f"anna+mini1+{STAMP}+x")
    hand_over(name)
    before = {one.name for one in course.workdir.iterdir()}
    passed = collect(course)
    assert len(passed) == 1
    assert repr(name) in passed[0]
    assert submissions.submitted(course, "mini1") == ["anna"]
    assert {one.name for one in course.workdir.iterdir()} == before


def test_a_link_to_a_neighbours_folder_is_no_submission(course, hand_over):
    """Otherwise the neighbour's work would be marked as one's own."""
    anna = hand_over(f"anna+mini1+{STAMP}+x")
    (inbound(course) / f"eve+mini1+{STAMP}+x").symlink_to(anna)
    assert "it is a link" in collect(course)[0]
    assert submissions.submitted(course, "mini1") == ["anna"]


@pytest.mark.parametrize("to", ["neighbour", "/dev/null", "/etc/passwd", "/nowhere"])
def test_a_notebook_that_is_a_link_is_not_followed(course, hand_over, fake, to):
    """It arrives as no file, and is flagged as such; the neighbour keeps the marks."""
    anna = hand_over(f"anna+mini1+{STAMP}+x")
    folder = hand_over(f"eve+mini1+{STAMP}+x")
    (folder / "mini1.ipynb").unlink()
    (folder / "mini1.ipynb").symlink_to(anna / "mini1.ipynb" if to == "neighbour" else to)
    (folder / "data").symlink_to("/etc")
    assert collect(course) == []
    assert [(one.student, one.reason) for one in marking.mark(course, "mini1")] == [("anna", ""), ("eve", "not-a-file")]
    assert not (course.workdir / "submitted" / "eve" / "mini1" / "data").exists()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda folder: os.mkfifo(folder / "pipe"), ""),
        (lambda folder: (folder / "timestamp.txt").write_bytes(b"\xff garbage"), ""),
        (lambda folder: link(folder / "timestamp.txt"), ""),
        (lambda folder: (folder / "nowhere").symlink_to("/nowhere"), ""),
        (lambda folder: [(folder / f"{number}").touch() for number in range(1500)], ""),
        (lambda folder: os.truncate(folder / "mini1.ipynb", 2**34), "too-large"),
        (lambda folder: ((folder / "mini1.ipynb").unlink(), os.mkfifo(folder / "mini1.ipynb")), "not-a-file"),
        (lambda folder: (folder / "mini1.ipynb").unlink(), "no-notebook"),
    ],
    ids=["pipe", "stamp", "stamp-link", "dangling", "many-files", "sparse", "notebook-pipe", "empty"],
)  # fmt: skip
def test_what_lies_in_a_folder_stops_nobody(course, hand_over, fake, harm, reason):
    """Collecting and marking go on, twice, and little of it arrives."""
    hand_over(f"anna+mini1+{STAMP}+x")
    harm(hand_over(f"eve+mini1+{STAMP}+x"))
    for _ in range(2):
        assert collect(course) == []
        marked = {one.student: one.reason for one in marking.mark(course, "mini1")}
        assert marked == {"anna": "", "eve": reason}
    arrived = list((course.workdir / "submitted" / "eve").rglob("*"))
    assert len(arrived) <= collecting.MAX_FILES + 2
    assert sum(one.lstat().st_blocks * 512 for one in arrived) < 10 * 2**20
    stamp = course.workdir / "submitted" / "eve" / "mini1" / "timestamp.txt"
    assert stamp.read_text(encoding="ascii") == STAMP


def test_the_newest_submission_counts_and_a_crash_is_made_good(course, hand_over, fake):
    """What a crash left half copied has no time, and is collected again."""
    hand_over(f"anna+mini1+{STAMP}+x")
    collect(course)
    mine = course.workdir / "submitted" / "anna" / "mini1"
    later = STAMP.replace("2026-03-01", "2026-03-02")
    hand_over(f"anna+mini1+{later}+y")
    collect(course)
    assert (mine / "timestamp.txt").read_text(encoding="ascii") == later
    (mine / "timestamp.txt").unlink()
    (mine / "mini1.ipynb").write_bytes(b"{")
    collect(course)
    assert [one.reason for one in marking.mark(course, "mini1")] == [""]


def test_a_folder_that_a_neighbour_put_there_is_passed_over(course, hand_over, monkeypatch):
    """It would be newer than one's own, and take its place."""
    with Gradebook(course.gradebook, course.course) as book:
        book.add_student("eve")
    hand_over(f"anna+mini1+{STAMP}+x")
    forged = hand_over(f"anna+mini1+2099{STAMP[4:]}+x")
    os.chown(forged, 61234, -1) if os.getuid() == 0 else pytest.skip("only root can give a file away")
    names = {61234: "eve"}
    monkeypatch.setattr(pwd, "getpwuid", lambda number: SimpleNamespace(pw_name=names.get(number, "root")))
    assert "put there by eve" in collect(course)[0]
    stamp = course.workdir / "submitted" / "anna" / "mini1" / "timestamp.txt"
    assert stamp.read_text(encoding="ascii") == STAMP


def test_an_exchange_of_another_kind_keeps_its_own_step(course):
    """Ours is the default, and an instructor's choice goes before it."""
    assert gradebook.config(course).ExchangeFactory.collect == "fairmark.collecting.Collect"
    own = course.file.parent / gradebook.LOCAL
    own.write_text('get_config().ExchangeFactory.collect = "another.Collect"\n', encoding="utf-8")
    assert gradebook.config(course).ExchangeFactory.collect == "another.Collect"


def test_what_is_passed_over_is_named_though_loggers_were_turned_off(course, hand_over, monkeypatch):
    """As nbgrader does to all that are there when it brings a gradebook up to date."""
    for name in (None, *logging.root.manager.loggerDict):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    hand_over("eve+mini1+garbage+x")
    assert len(collect(course)) == 1
