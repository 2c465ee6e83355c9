"""Copies of gradebook and log: together or not at all, while others write, and restored as the page says."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fairmark import attempts, backups
from fairmark.attempts import Attempt, Log
from fairmark.backups import BackupError
from fairmark.database import GradebookError
from fairmark.settings import Settings


def one(number: int) -> Attempt:
    return Attempt("anna", "mini1", "mini1-q1", "practice", str(number))


def answers(file: Path) -> list[int]:
    """Read a copied log past every library."""
    with closing(sqlite3.connect(file)) as database:
        return [int(text) for (text,) in database.execute("SELECT answer FROM fairmark_attempt ORDER BY id")]


def test_both_are_copied_into_one_folder(course):
    """Each a single file; the folder is for nobody else's eyes."""
    with Log(course) as log:
        log.append([one(1)])
        files = backups.backup_both(course)
    assert [file.name for file in files] == ["gradebook.db", "attempts.db"]
    (folder,) = (course.workdir / "backups").iterdir()
    assert sorted(file.name for file in folder.iterdir()) == ["attempts.db", "gradebook.db"]
    assert answers(files[1]) == [1]
    assert folder.stat().st_mode & 0o077 == 0


def test_without_a_service_there_is_the_gradebook_alone(course):
    """And no log is made."""
    assert [file.name for file in backups.backup_both(course)] == ["gradebook.db"]
    assert not (course.workdir / "attempts.db").exists()


def test_a_log_that_has_just_begun_is_copied_as_the_beginning_that_it_is(course):
    """A service that has opened its file and not made its table yet: what is restored from that goes on from there."""
    (course.workdir / "attempts.db").touch()
    copy = backups.backup_both(course)[-1]
    with Log(dataclasses.replace(course, attempts_url=f"sqlite:///{copy}")) as log:
        log.append([one(1)])
    assert answers(copy) == [1]


def test_two_in_one_second_have_two_folders(course):
    """None takes another's place."""
    backups.backup_both(course)
    backups.backup_both(course)
    assert len(list((course.workdir / "backups").iterdir())) == 2


def test_a_service_that_writes_meanwhile_is_not_held_up(course):
    """Each copy has a beginning of the log without a gap; the log itself has everything."""
    stop = threading.Event()
    written: list[int] = []
    log = Log(course, patience=0.2)

    def write() -> None:
        with log:
            while not stop.is_set() or len(written) < 50:
                log.append([one(len(written))])
                written.append(len(written))

    writer = threading.Thread(target=write)
    writer.start()
    copies = [backups.backup_both(course) for _ in range(12)]
    stop.set()
    writer.join()
    for files in copies:
        found = answers(files[-1])
        assert found == list(range(len(found)))
    assert answers(course.workdir / "attempts.db") == written


def test_the_log_is_copied_after_the_gradebook(course, monkeypatch):
    """So an attempt that a mark rests on is never missing from the copy."""
    order = []
    monkeypatch.setattr(backups, "copy_database", lambda source, target: order.append(source.name))
    with Log(course):
        backups.backup_both(course)
    assert order == ["gradebook.db", "attempts.db"]


@pytest.mark.parametrize("name", ["gradebook.db", "attempts.db"])
def test_where_one_is_damaged_there_is_no_copy_at_all(course, name):
    """The error names the file."""
    with Log(course) as log:
        log.append([one(1)])
    with (course.workdir / name).open("r+b") as file:
        file.write(b"this is no database at all, and never was")
    with pytest.raises(GradebookError, match=name):
        backups.backup_both(course)
    assert list((course.workdir / "backups").iterdir()) == []


PG = "postgresql+psycopg://me:secret@db/marks"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"gradebook_url": PG}, r"are both there; copy them with: pg_dump"),
        ({"gradebook_url": PG, "attempts_url": "sqlite:////srv/a.db"}, r"gradebook .*pg_dump.*log .*sqlite3 /srv/a.db"),
        ({"attempts_url": PG}, r"gradebook \(.*sqlite3 .*gradebook.db.*then the log of attempts \(.*pg_dump"),
        ({"attempts_url": "nonsense"}, "no address of a database; change gradebook or attempts"),
    ],
)
def test_what_is_on_postgresql_is_left_to_its_own_program(course, changes, says):
    """Nothing is copied; the message says how, in which order, and tells no password."""
    changed: Settings = dataclasses.replace(course, **changes)
    with pytest.raises(BackupError, match=says) as error:
        backups.backup_both(changed)
    assert "secret" not in str(error.value)
    assert not (course.workdir / "backups").exists()


def test_it_is_restored_as_the_page_says(course, root):
    """With what a killed service left lying beside the log."""
    with Log(course) as log:
        log.append([one(1), one(2)])
        folder = backups.backup_both(course)[0].parent
        log.append([one(3)])
        # Before the log is closed, its write-ahead log still lies there, as after a kill.
        left = {file.name: file.read_bytes() for file in course.workdir.glob("attempts.db-*")}
    assert left
    for name, content in left.items():
        (course.workdir / name).write_bytes(content)
    for name in ("gradebook.db", "attempts.db"):
        (course.workdir / name).write_bytes(b"damaged")
    page = (root / "course" / "instructor" / "service.md").read_text()
    (words,) = re.findall(r"```bash\n(copy=.*?)```", page, re.DOTALL)
    words = re.sub(r"copy=\S+", f"copy=backups/{folder.name}", words)
    subprocess.run(["bash", "-euc", words], cwd=course.workdir, check=True)
    assert answers(course.workdir / "attempts.db") == [1, 2]
    with Log(course) as log:
        assert log.append([one(4)]) == [None]
    assert attempts.that_count(course, "mini1") == {}
