"""Marking on a gradebook in PostgreSQL, on a server that these tests start; skipped where there is none."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from fairmark import (
    attempts,
    audit,
    backups,
    database,
    gradebook,
    lateness,
    marking,
    regrade,
    release,
    report,
    settings,
)
from fairmark.settings import Settings

from . import late

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL's server is not installed (Debian: postgresql)"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a server that only this test reaches, through a socket in its folder."""
    folder = Path("/tmp") / f"pg-{os.getpid()}"  # noqa: S108  a socket's path must be short
    folder.mkdir(mode=0o700)
    before: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        before = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    bin_, data = PROGRAMS[-1].parent, folder / "data"

    def run(*words: str) -> None:
        subprocess.run([*before, *words], check=True, cwd="/", stdout=subprocess.DEVNULL)

    run(str(bin_ / "initdb"), "-D", str(data), "-A", "trust", "-U", "marker", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(bin_ / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"host={folder}&user=marker"
    finally:
        run(str(bin_ / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def kept(server: str, new_course: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Release the small course into a database of its own."""
    name = f"book_{tmp_path.name.replace('-', '_').lower()}"
    engine = create_engine(f"postgresql+psycopg:///postgres?{server}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    monkeypatch.setenv("FAIRMARK_GRADEBOOK", f"postgresql+psycopg:///{name}?{server}")
    new_course(tmp_path / "course")
    course = settings.load(tmp_path / "course" / "course.toml")
    release.build(course)
    return course


def test_marking_marking_again_and_regrading_work_as_on_sqlite(kept, submit, fake):
    """The same statuses, the same points, the same log; and nothing is written into a file."""
    for student in ("anna", "bob"):
        submit(kept, student)
    assert [one.status for one in marking.mark(kept, "mini1")] == ["marked", "marked"]
    assert [one.status for one in marking.mark(kept, "mini1")] == ["unchanged", "unchanged"]
    items = kept.bank / "mini1.yaml"
    items.write_text(items.read_text().replace('key: "1907"', 'key: "1909"'))
    _, changes = regrade.regrade(kept, "mini1")
    assert [(one.student, one.gain) for one in changes] == [("anna", -1), ("bob", -1)]
    with database.Database(kept) as book, book.reading() as session:
        assert audit.verify(session) == []
        assert audit.last(session).entries == 4
    assert len(report.table(kept, [])) == 2
    gradebook.check(gradebook.api(kept).generate_feedback("mini1", "anna"), "write feedback")
    assert not (kept.workdir / "gradebook.db").exists()


def test_the_log_refuses_to_be_changed(kept, submit, fake):
    """The database itself keeps it."""
    submit(kept, "anna")
    marking.mark(kept, "mini1")
    for words in ("DELETE FROM fairmark_log", "UPDATE fairmark_log SET body = ''", "TRUNCATE fairmark_log"):
        with database.Database(kept) as book, pytest.raises(DBAPIError, match="append-only"), book.writing() as session:
            session.execute(text(words))


def test_a_lock_that_lasts_is_told(kept, submit, fake):
    """As on SQLite: what was marked is kept, and the message says what to do."""
    submit(kept, "anna")
    with Gradebook(kept.gradebook) as holder, database.Database(kept):
        holder.db.execute(text("LOCK TABLE fairmark_mark IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(database.GradebookError, match="locked"):
            marking.mark(kept, "mini1", patience=0.5)
        holder.db.rollback()
    assert marking.mark(kept, "mini1")[0].status == "marked"


def test_a_backup_is_left_to_the_databases_own_program(kept):
    """The message names it, and no password."""
    with pytest.raises(database.GradebookError, match="pg_dump"):
        backups.backup(kept)
    with pytest.raises(backups.BackupError, match=r"gradebook and log of attempts are both there; .* pg_dump"):
        backups.backup_both(kept)


def test_attempts_are_logged_beside_the_gradebook(kept):
    """Numbered by several writers as by one, given back, and never changed."""
    one, two, three = (attempts.Attempt("anna", "mini1", "mini1-q1", "attempts", f'"{n}"', 2) for n in "abc")
    with attempts.Log(kept) as log, attempts.Log(kept) as other:
        told = [*log.append([one]), *other.append([two, three, one])]
        assert [numbered and numbered.number for numbered in told] == [1, 2, 0, 1]
        assert log.firsts("mini1") == {"anna": {"mini1-q1": '"a"'}}
        for statement in ("DELETE FROM fairmark_attempt", "TRUNCATE fairmark_attempt"):
            with pytest.raises(DBAPIError, match="append-only"), log.engine.begin() as connection:
                connection.execute(text(statement))
    with database.Database(kept):
        pass


def test_lateness_and_exceptions_work_as_on_sqlite(kept, submit, fake):
    """The same points are taken off, once, and the log verifies."""
    course = late.with_policy(kept, late.TEN)
    late.hand_in(submit, course, "anna", days=1)
    marking.mark(course, "mini1")
    assert [row.late for row in report.table(course, [])] == [1.3]
    late.adjust(course, "anna,mini1,extension,2026-03-05 12:00 Europe/Minsk,letter,Ada")
    assert [(state.late, state.until) for state in lateness.settle(course)] == [(0.0, "2026-03-05T09:00:00+00:00")]
    assert lateness.settle(course) == []
    assert [row.late for row in report.table(course, [])] == [0.0]
    with database.Database(course) as book, book.reading() as session:
        assert audit.verify(session) == []
