"""Copies of gradebook and log of attempts that are whole, even where others are writing meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.engine import URL

from fairmark import engines
from fairmark.database import GradebookError
from fairmark.settings import Settings

GRADEBOOK, ATTEMPTS = "gradebook.db", "attempts.db"
"""What the files of a whole backup are called, and those in the working folder that they are copies of."""

_SQLITE = "sqlite3 {} '.backup NEW-FILE'"


class BackupError(RuntimeError):
    """A copy that cannot be made; the message names what of, and what to do instead."""


def backup(course: Settings, to: Path | None = None) -> Path:
    """Copy the gradebook alone with SQLite's own backup.

    Parameters
    ----------
    course
        The settings.
    to
        The new file; by default one named for the time, in ``backups`` in the working folder.

    Returns
    -------
    Path
        The file. It is there only when it is whole, and checked.

    Raises
    ------
    GradebookError
        If the gradebook is not kept in SQLite, or the file is there already.
    """
    source = _file_of(_address(course.gradebook))
    if source is None:
        raise GradebookError(
            f"{_shown(course.gradebook)}: only a gradebook in SQLite is copied from here; "
            "use the database's own backup, such as pg_dump"
        )
    if not source.is_file():
        raise GradebookError(f"{source}: there is no gradebook to copy; run fairmark release first")
    target = to or unused(_usual_place(course), "gradebook-{}.db", stamp())
    if target.exists():
        raise GradebookError(f"{target}: is there already; name another file")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        copy_database(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def backup_both(course: Settings, to: Path | None = None) -> list[Path]:
    """Copy the gradebook, and the log of attempts where there is one, into a new folder.

    The log is copied last. It only grows, so the copy holds every attempt that a mark in the copied gradebook rests on.

    Parameters
    ----------
    course
        The settings.
    to
        The new folder; by default one named for the time, in ``backups`` in the working folder. Only its owner can
        read it.

    Returns
    -------
    list of Path
        The files. The folder is there only when both are whole, and checked.

    Raises
    ------
    BackupError
        If one of the two is on PostgreSQL, or the folder is there already.
    GradebookError
        If there is no gradebook, or a file cannot be copied.
    """
    sources = _sources(course)
    target = to or unused(_usual_place(course), "{}", stamp())
    if target.exists():
        raise BackupError(f"{target}: is there already; name another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for name, source in sources.items():
            copy_database(source, new / name)
        new.replace(target)
    except OSError as error:
        raise BackupError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return [target / name for name in sources]


def copy_database(source: Path, target: Path) -> None:
    """Copy a file of SQLite with SQLite's own backup, even while others write to it; the copy is one file, and whole.

    Raises
    ------
    GradebookError
        If it cannot be copied, or the copy is damaged.
    """
    old, new = sqlite3.connect(source, timeout=120), sqlite3.connect(target)
    try:
        old.backup(new)
        # The log's file says that it has a write-ahead log beside it; a copy is one file.
        new.execute("PRAGMA journal_mode=DELETE")
        (says,) = new.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise GradebookError(f"{source}: cannot be copied: {error}") from error
    finally:
        new.close()
        old.close()
    if says != "ok":
        raise GradebookError(f"{source}: the copy is damaged ({says}), and so may be the original")


def row_counts(file: Path) -> dict[str, int]:
    """Count the rows of every table of a file of SQLite, which is only read."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=120)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    finally:
        connection.close()


def stamp() -> str:
    """Write the present moment as part of a file's name, in UTC."""
    return dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")


def unused(folder: Path, name: str, moment: str) -> Path:
    """Find a place that is free; two copies in one second, or a clock that was set back, must not meet.

    Parameters
    ----------
    folder
        Where the place is to be.
    name
        What it is called, with ``{}`` for the moment.
    moment
        As :func:`stamp` writes it.

    Examples
    --------
    >>> unused(Path("/nowhere"), "gradebook-{}.db", "20260601-120000").name
    'gradebook-20260601-120000.db'
    """
    names = (folder / name.format(one) for one in (moment, *(f"{moment}-{number}" for number in range(2, 1000))))
    return next(one for one in names if not one.exists())


def _sources(course: Settings) -> dict[str, Path]:
    """Find the files to copy, in the order in which they are copied."""
    gradebook, log = (_file_of(_address(url)) for url in (course.gradebook, course.attempts))
    if gradebook is None or log is None:
        raise BackupError(_by_hand(course, gradebook, log))
    if not gradebook.is_file():
        raise GradebookError(f"{gradebook}: there is no gradebook to copy; run fairmark release first")
    return {GRADEBOOK: gradebook} | ({ATTEMPTS: log} if log.is_file() else {})


def _by_hand(course: Settings, gradebook: Path | None, log: Path | None) -> str:
    """Say how to copy what is on PostgreSQL; the gradebook goes first here too."""
    dump = "pg_dump --format=custom --file=NEW-FILE DATABASE"
    if course.gradebook == course.attempts:
        return f"{_shown(course.gradebook)}: gradebook and log of attempts are both there; copy them with: {dump}"
    first, then = (
        f"the {name} ({_shown(url)}) with: {dump if file is None else _SQLITE.format(file)}"
        for name, url, file in (
            ("gradebook", course.gradebook, gradebook),
            ("log of attempts", course.attempts, log),
        )
    )
    return f"fairmark backup needs both in SQLite. Copy by hand, in this order: {first}; then {then}"


def _file_of(url: URL) -> Path | None:
    """Give the file of a database in SQLite, and None for one that is elsewhere."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _address(url: str) -> URL:
    try:
        return engines.address(url)
    except engines.AddressError as error:
        raise BackupError(f"{error}; change gradebook or attempts in course.toml") from None


def _shown(url: str) -> str:
    return _address(url).render_as_string(hide_password=True)


def _usual_place(course: Settings) -> Path:
    return course.workdir / "backups"
