"""Copies of the gradebook that are whole, even where a marker or the formgrader is writing meanwhile."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from fairmark.database import GradebookError
from fairmark.settings import Settings


def backup(course: Settings, to: Path | None = None) -> Path:
    """Copy the gradebook with SQLite's own backup.

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
    url = make_url(course.gradebook)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise GradebookError(
            f"{url.render_as_string(hide_password=True)}: only a gradebook in SQLite is copied from here; "
            "use the database's own backup, such as pg_dump"
        )
    if not Path(url.database).is_file():
        raise GradebookError(f"{url.database}: there is no gradebook to copy; run fairmark release first")
    target = to or _new_name(course)
    if target.exists():
        raise GradebookError(f"{target}: is there already; name another file")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        _copy(Path(url.database), temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _copy(source: Path, target: Path) -> None:
    old, new = sqlite3.connect(source, timeout=120), sqlite3.connect(target)
    try:
        old.backup(new)
        (says,) = new.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise GradebookError(f"{source}: cannot be copied: {error}") from error
    finally:
        new.close()
        old.close()
    if says != "ok":
        raise GradebookError(f"{source}: the copy is damaged ({says}), and so may be the gradebook")


def _new_name(course: Settings) -> Path:
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    folder = course.workdir / "backups"
    plain = folder / f"gradebook-{stamp}.db"
    # Two backups in one second, or a clock that was set back.
    names = [plain, *(folder / f"gradebook-{stamp}-{number}.db" for number in range(2, 1000))]
    return next(name for name in names if not name.exists())
