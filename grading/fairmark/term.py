"""A new term: the old one is copied, checked and locked away, and the course begins anew beside it.

Nothing of the old term is moved or deleted: its working folder stays where it is. The one step that makes the new term
the present one is the replacement of ``course.toml``. Whatever interrupts the work before it leaves the old term.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import tomlkit
from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import distinct, func, select

from fairmark import archive, backups, duedates, files, gradebook, results, settings
from fairmark.database import Database
from fairmark.files import write_text
from fairmark.settings import Settings

_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_GRADEBOOK = ("gradebook.db", "gradebook.db-journal", "gradebook.db-wal", "gradebook.db-shm")


class TermError(ValueError):
    """A term that cannot be begun; the message says why, and what to do."""


@dataclass(frozen=True)
class Rolled:
    """What became of a term.

    Attributes
    ----------
    archive : Path
        The copy of the old term.
    old_settings : Path
        The old ``course.toml``, under another name beside the new one: with it every command still works on the old
        term.
    settings : Settings
        The new term's.
    dates : dict
        What is due when.
    """

    archive: Path
    old_settings: Path
    settings: Settings
    dates: duedates.Dates


@dataclass(frozen=True)
class Wish:
    """What the new term is to be.

    Attributes
    ----------
    term : str
    dates : dict
        Assignment id to when it is due.
    archive : Path or None
        The folder for copies of terms; by default ``archive`` beside the working folder.
    exchange : str
        Where students will hand in, where that is set in ``course.toml``.
    unfinished : bool
        Whether to go on although marks are open.
    keep_until : date or None
        When the old term's data are to be deleted.
    """

    term: str
    dates: Mapping[str, dt.datetime | None]
    archive: Path | None = None
    exchange: str = ""
    unfinished: bool = False
    keep_until: dt.date | None = None


def roll(course: Settings, wish: Wish) -> Rolled:
    """Begin a new term. Call it while nobody marks (:func:`fairmark.busy.alone`).

    Raises
    ------
    TermError
        If it cannot be begun. Nothing was changed then.
    fairmark.archive.ArchiveError, fairmark.database.GradebookError
        If the old term cannot be archived; likewise.
    """
    text = _new_settings(course, wish)
    old_settings = course.file.with_name(f"{course.file.stem}-{archive.file_name(course.term)}.toml")
    before = course.file.read_text(encoding="utf-8")
    if old_settings.exists() and old_settings.read_text(encoding="utf-8") != before:
        raise TermError(f"{old_settings}: is there already, and is not this term's course.toml; move it away")
    workdir = _new_workdir(course, text)
    archives = (wish.archive or archive.usual_place(course)).resolve()
    _outside_the_bank(course, archives)
    if not wish.unfinished:
        _finished(course)
    copy = archive.make(course, archives, wish.keep_until)
    _begin(course, wish, workdir)
    write_text(old_settings, before)
    files.sync(old_settings.parent)
    if (course.workdir / "nbgrader_config.py").is_file():
        # Otherwise nbgrader, run in the old folder, would mark the old class by the new term's variants.
        gradebook.prepare(settings.load(old_settings, bank=course.bank))
    _switch(course, text)
    return Rolled(copy, old_settings, settings.load(course.file, bank=course.bank), dict(wish.dates))


def _switch(course: Settings, text: str) -> None:
    """Make the new term the present one: the one step that counts."""
    write_text(course.file, text)
    files.sync(course.file.parent)


def _new_settings(course: Settings, wish: Wish) -> str:
    """Write the new ``course.toml``, with every comment of the old one."""
    if not _TERM.fullmatch(wish.term):
        raise TermError(f"{wish.term!r} cannot name a term; write letters, digits, hyphens, dots, as in 2027-spring")
    if wish.term == course.term:
        raise TermError(f"{wish.term} is the present term already. Nothing was changed; give another name")
    text = course.file.read_text(encoding="utf-8")
    record = tomlkit.parse(text)
    paths = record["paths"]
    if (course.file.parent / str(paths["workdir"])).resolve() != course.workdir:
        raise TermError(f"{course.file}: names another working folder than --workdir; leave --workdir out")
    _only_files(course)
    record["course"]["term"] = wish.term
    paths["workdir"] = _beside(str(paths["workdir"]), archive.file_name(course.term), wish.term)
    if course.exchange is not None:
        if not wish.exchange:
            raise TermError(
                f"{course.exchange}: students hand in here, and the old term's work lies in it. Name a new folder with "
                "--exchange, and give it to the JupyterHub too"
            )
        if os.environ.get("FAIRMARK_EXCHANGE"):
            raise TermError("FAIRMARK_EXCHANGE goes before course.toml; unset it here, and set it anew later")
        paths["exchange"] = wish.exchange
    new = tomlkit.dumps(record)
    if tomllib.loads(new)["course"]["term"] != wish.term:
        raise TermError(f"{course.file}: the term could not be written; change it by hand")
    return new


def _only_files(course: Settings) -> None:
    for what, url in (("gradebook", course.gradebook_url), ("attempts", course.attempts_url)):
        if url:
            raise TermError(
                f"the {what} of this course is kept elsewhere, by a setting. Copy it with the database's own tool, "
                f"such as pg_dump, and set term, workdir and {what} in {course.file} by hand"
            )


def _beside(workdir: str, old: str, new: str) -> str:
    """Name a term's working folder.

    Examples
    --------
    >>> _beside("../build/course", "demo", "2027-spring")
    '../build/course-2027-spring'
    >>> _beside("../build/course-2027-spring", "2027-spring", "2027-autumn")
    '../build/course-2027-autumn'
    """
    path = PurePosixPath(workdir)
    return str(path.with_name(f"{path.name.removesuffix(f'-{old}')}-{new}"))


def _new_workdir(course: Settings, text: str) -> Path:
    """Find the new term's folder; an interrupted attempt leaves a gradebook without students there at most.

    It is the one that the new settings name: the old one may be a link, and then "beside it" is another place.
    """
    folder = (course.file.parent / str(tomllib.loads(text)["paths"]["workdir"])).resolve()
    left = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    if folder.exists() and (left - set(_GRADEBOOK) or not folder.is_dir()):
        raise TermError(f"{folder}: is there already, and is not empty; choose another name for the term, or move it")
    if _GRADEBOOK[0] in left and _students(folder / _GRADEBOOK[0]):
        raise TermError(f"{folder}: holds a gradebook with students; choose another name for the term, or move it")
    return folder


def _outside_the_bank(course: Settings, archives: Path) -> None:
    """Refuse to copy a folder into itself."""
    for what, folder in (("the working folder", course.workdir), ("the archive", archives)):
        if folder.is_relative_to(course.bank):
            raise TermError(f"{folder}: {what} lies inside the item bank, {course.bank}; keep it elsewhere")


def _finished(course: Settings) -> None:
    """Refuse to end a term while marks are open."""
    if not (course.workdir / _GRADEBOOK[0]).is_file():
        return
    waiting = {(one.assignment, one.student) for one in results.standing(course) if one.status != "marked"}
    with Database(course) as book, book.reading() as session:
        answers = session.scalar(
            select(func.count(distinct(Grade.id)))
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .where(Grade.needs_manual_grade)
        )
    if waiting or answers:
        raise TermError(
            f"marks are open: {len(waiting)} submissions are not marked, and {answers} answers wait for a person. "
            "Mark them first, or go on all the same with --unfinished"
        )


def _students(gradebook_file: Path) -> int:
    """Count the students of a gradebook that may be the beginning of one."""
    try:
        return backups.row_counts(gradebook_file).get("student", 0)
    except sqlite3.Error as error:
        folder = gradebook_file.parent
        raise TermError(
            f"{gradebook_file}: cannot be read ({error}); move {folder} away, or choose another name for the term"
        ) from error


def _begin(course: Settings, wish: Wish, workdir: Path) -> None:
    """Make the new term's folder, with a gradebook that knows the dates; the release does the rest."""
    workdir.mkdir(parents=True, exist_ok=True)
    for name in _GRADEBOOK:  # also a journal, which SQLite would play into the new one
        (workdir / name).unlink(missing_ok=True)
    file = workdir / _GRADEBOOK[0]
    if any(wish.dates.values()):
        gradebook.prepare_path()
        duedates.write(f"sqlite:///{file}", course.course, wish.dates)
    files.sync(workdir)
