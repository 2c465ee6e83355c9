"""The archive of a term: whole, checked and read-only, or not there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fairmark import archive, backups
from fairmark.archive import ArchiveError
from fairmark.attempts import Attempt, Log


@pytest.fixture
def place(tmp_path) -> Path:
    """Return a folder for archives that is not there yet."""
    return tmp_path / "archives"


def unlocked(copy: Path) -> Path:
    """Let an archive be changed."""
    for one in (copy, *copy.rglob("*")):
        one.chmod(0o700)
    return copy


def test_it_holds_what_a_mark_rests_on_and_says_until_when(course, place):
    """Both databases, bank and settings; the class list, exceptions and consent where there are any."""
    tables = {"roster.csv": "student\n", "adjustments.csv": "student\n", "consent.csv": "student\n"}
    for name, text in tables.items():
        (course.workdir / name).write_text(text)
    with Log(course) as log:
        log.append([Attempt("anna", "mini1", "mini1-q1", "practice", '"left"')])
    copy = archive.make(course, place, dt.date(2027, 10, 1))
    assert copy.name.startswith(f"{course.course}-{course.term}-")
    names = {one.name for one in copy.iterdir()}
    assert names == {"gradebook.db", "attempts.db", "course.toml", "items", "README.txt", "SHA256SUMS", *tables}
    assert {name: (copy / name).read_text() for name in tables} == tables
    assert "Keep it until 2027-10-01" in (copy / "README.txt").read_text()


def test_the_key_of_the_research_table_is_left_out(course, place):
    """An archive is read-only, and that key must be destroyable."""
    (course.workdir / "research.key").write_text("secret")
    assert not (archive.make(course, place) / "research.key").exists()


def test_a_change_of_an_archive_is_found(course, place):
    """Also one file more, or one less."""
    copy = archive.make(course, place)
    assert archive.wrong_sums(copy) == []
    unlocked(copy)
    (copy / "README.txt").write_text("another")
    (copy / "course.toml").unlink()
    (copy / "new.txt").write_text("")
    assert archive.wrong_sums(copy) == ["README.txt: was changed", "course.toml: is missing", "new.txt: is not listed"]


def test_a_bank_that_was_not_copied_as_it_is_leaves_no_archive(course, place, monkeypatch):
    """As on a disk that fails."""
    real = shutil.copytree

    def damaged(source, target, **options):
        real(source, target, **options)
        next(Path(target).glob("*.yaml")).write_text("damaged")

    monkeypatch.setattr(archive.shutil, "copytree", damaged)
    with pytest.raises(ArchiveError, match="is not what was copied"):
        archive.make(course, place)
    assert list(place.iterdir()) == []


def test_a_database_of_which_a_row_is_missing_leaves_no_archive(course, place, monkeypatch):
    """Nobody writes meanwhile, so the copy must have every row."""
    real = backups.copy_database

    def with_one_less(source, target):
        real(source, target)
        with closing(sqlite3.connect(target)) as copy, copy:
            copy.execute("DELETE FROM assignment")

    monkeypatch.setattr(backups, "copy_database", with_one_less)
    with pytest.raises(ArchiveError, match="the copy is not whole"):
        archive.make(course, place)
    assert list(place.iterdir()) == []


def test_no_archived_table_takes_the_place_of_another(course, place, tmp_path):
    """Two tables of one name in two folders."""
    other = tmp_path / "own" / "course.toml"
    other.parent.mkdir()
    other.write_text("assignment,mode,attempts\n")
    with pytest.raises(ArchiveError, match="has the same file name; rename one"):
        archive.make(dataclasses.replace(course, modes=other), place)
    assert list(place.iterdir()) == []


def test_two_archives_in_one_second_have_two_folders(course, place, monkeypatch):
    """None takes another's place."""
    monkeypatch.setattr(backups, "stamp", lambda: "20260601-120000")
    first, second = archive.make(course, place), archive.make(course, place)
    assert second.name == f"{first.name}-2"


def test_archives_in_the_usual_place_are_listed(course):
    """Those of this term, and not those of one whose name begins alike."""
    assert archive.of(course) == []
    copy = archive.make(course, archive.usual_place(course))
    archive.make(dataclasses.replace(course, term=f"{course.term}-spring"), archive.usual_place(course))
    assert archive.of(course) == [copy]
