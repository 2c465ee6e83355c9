"""``fairmark new``: it writes a whole small course, and never over anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairmark import bank, modes, newcourse, settings, weights
from fairmark.cli import main


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    """Settings, bank, weights and modes fit one another, and every path that is named is there."""
    written = newcourse.write(tmp_path / "course")
    assert Path("course.toml") in written
    course = settings.load(tmp_path / "course" / "course.toml")
    items = bank.load(course.bank)
    assert course.weights is not None
    assert weights.load(course.weights, course.scheme, items).keys() == items.keys()
    assert modes.load(course.modes).keys() == items.keys()
    named = [course.project, course.assignments, course.lessons, *course.student_files.values(), *course.packages]
    assert all(path.is_relative_to(tmp_path / "course") and path.exists() for path in named)
    assert not [text for one in items["ps1"].entries.values() for text in bank.giveaways(one)]


def test_the_command_needs_no_course_and_says_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no course.toml yet when somebody begins."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["new", "mine"])
    assert done.exit_code == 0
    assert "  items/ps1.yaml\n" in done.output
    assert (tmp_path / "mine" / "course.toml").is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """Such as one that somebody has just made."""
    assert newcourse.write(tmp_path)


def _with_a_file(folder: Path) -> Path:
    (folder / "notes.txt").write_text("mine")
    return folder


def _file(folder: Path) -> Path:
    return _with_a_file(folder) / "notes.txt"


def _below_a_file(folder: Path) -> Path:
    return _file(folder) / "course"


@pytest.mark.parametrize(
    ("place", "says"),
    [(_with_a_file, "is not empty"), (_file, "is not empty"), (_below_a_file, "cannot be made")],
)
def test_nothing_is_overwritten(tmp_path: Path, place: Callable[[Path], Path], says: str) -> None:
    """The message names the folder and the remedy, and everything stays as it was."""
    folder = place(tmp_path)
    done = CliRunner().invoke(main, ["new", str(folder)])
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {folder}: {says}")
    assert "name another folder" in done.output
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"notes.txt": "mine"}
