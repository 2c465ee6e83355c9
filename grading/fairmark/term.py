"""A new term: the old one is copied, checked and locked away, and the course begins anew beside it.

Nothing of the old term is moved or deleted: its working folder stays where it is. The one step that makes the new term
the present one is the replacement of ``course.toml``. Whatever interrupts the work before it leaves the old term.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import tomlkit
from nbgrader.api import BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import distinct, func, select

from fairmark import adjustments, audit, duedates, gradebook, research, results, roster, settings
from fairmark.database import Database
from fairmark.files import write_text
from fairmark.settings import Settings

_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
SUMS = "SHA256SUMS"
_GRADEBOOK = ("gradebook.db", "gradebook.db-journal", "gradebook.db-wal", "gradebook.db-shm")
_ABOUT = """\
{title}, term {old}, as it stood on {today}, copied by fairmark.

gradebook.db   nbgrader's gradebook with the log of marks; its last hash: {head}
attempts.db    what students sent to the marking service, where there was one
items/         the item bank by which this term was marked: keep it secret
course.toml, and the tables of weights, modes, lateness, exceptions, class list and consent, where there are any

Every file has its checksum in {sums}; check with: sha256sum -c {sums}
The working folder of the term is {workdir}; nothing in it was changed or deleted.

This folder holds personal data of {people} students. Keep it until {until}; then delete it, the working folder, and the
backups of both.
"""


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
    """
    text = _new_settings(course, wish)
    old_settings = course.file.with_name(f"{course.file.stem}-{file_name(course.term)}.toml")
    before = course.file.read_text(encoding="utf-8")
    if old_settings.exists() and old_settings.read_text(encoding="utf-8") != before:
        raise TermError(f"{old_settings}: is there already, and is not this term's course.toml; move it away")
    workdir = _new_workdir(course, text)
    _outside_the_bank(course, wish)
    if not wish.unfinished:
        _finished(course)
    archive = _archive(course, wish)
    _begin(course, wish, workdir)
    write_text(old_settings, before)
    _sync(old_settings.parent)
    if (course.workdir / "nbgrader_config.py").is_file():
        # Otherwise nbgrader, run in the old folder, would mark the old class by the new term's variants.
        gradebook.prepare(settings.load(old_settings, bank=course.bank))
    _switch(course, text)
    return Rolled(archive, old_settings, settings.load(course.file, bank=course.bank), dict(wish.dates))


def _switch(course: Settings, text: str) -> None:
    """Make the new term the present one: the one step that counts."""
    write_text(course.file, text)
    _sync(course.file.parent)


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
    paths["workdir"] = _beside(str(paths["workdir"]), file_name(course.term), wish.term)
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


def file_name(term: str) -> str:
    """Write a term's name so that a file can be called by it.

    Examples
    --------
    >>> file_name("2026/27 autumn")
    '2026-27-autumn'
    """
    return re.sub(r"[^\w.-]", "-", term)


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


def _outside_the_bank(course: Settings, wish: Wish) -> None:
    """Refuse to copy a folder into itself."""
    for what, folder in (("the working folder", course.workdir), ("the archive", _archives(course, wish))):
        if folder.is_relative_to(course.bank):
            raise TermError(f"{folder}: {what} lies inside the item bank, {course.bank}; keep it elsewhere")


def _archives(course: Settings, wish: Wish) -> Path:
    return (wish.archive or course.workdir.parent / "archive").resolve()


def _finished(course: Settings) -> None:
    if not _has_gradebook(course):
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


def _has_gradebook(course: Settings) -> bool:
    return (course.workdir / "gradebook.db").is_file()


def _archive(course: Settings, wish: Wish) -> Path:
    """Copy what a mark rests on, check the copy, lock it, and only then put it in its place."""
    parent = _archives(course, wish)
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    name = f"{course.course}-{file_name(course.term)}"
    for left in parent.glob(f".{name}.*"):  # of an attempt that was interrupted
        _unlock_and_remove(left)
    new = Path(tempfile.mkdtemp(dir=parent, prefix=f".{name}."))
    try:
        head, people = "none", 0
        for database in ("gradebook.db", "attempts.db"):
            if (course.workdir / database).is_file():
                _copy_database(course.workdir / database, new / database)
        if _has_gradebook(course):
            with Database(course) as book, book.reading() as session:
                head = audit.last(session).sha256
            people = _rows(new / "gradebook.db")["student"]
        # Not the key of the research table: an archive is read-only, and that key must be destroyable.
        tables = (course.weights, course.modes, course.policy)
        people_tables = (adjustments.file(course), roster.file(course), research.consent_file(course))
        for source in (course.file, *filter(None, tables), *(one for one in people_tables if one.is_file())):
            if (new / source.name).exists() and (new / source.name).read_bytes() != source.read_bytes():
                raise TermError(f"{source}: another table that is archived has the same file name; rename one")
            shutil.copyfile(source, new / source.name)
        shutil.copytree(course.bank, new / "items", ignore=shutil.ignore_patterns("__pycache__"))
        _same(course.bank, new / "items")
        until = (
            wish.keep_until.isoformat() if wish.keep_until else "appeals are over and your university's rules say so"
        )
        words = {"title": course.title, "old": course.term, "today": stamp, "head": head, "sums": SUMS}
        write_text(new / "README.txt", _ABOUT.format(**words, workdir=course.workdir, people=people, until=until))
        write_text(new / SUMS, "".join(f"{_sha256(file)}  {file.relative_to(new)}\n" for file in _files(new)))
        _lock(new)
        # Two in one second, or a clock that was set back.
        names = (parent / f"{name}-{stamp}{number}" for number in ("", *(f"-{one}" for one in range(2, 1000))))
        target = next(one for one in names if not one.exists())
        new.rename(target)
    except BaseException:
        _unlock_and_remove(new)
        raise
    _sync(parent)
    return target


def _copy_database(source: Path, target: Path) -> None:
    """Copy with SQLite's own backup; the copy must be whole and have every row."""
    old, new = sqlite3.connect(source, timeout=120), sqlite3.connect(target)
    try:
        old.backup(new)
        (says,) = new.execute("PRAGMA integrity_check").fetchone()
        # Otherwise a reader of the copy would want to write beside it.
        new.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise TermError(f"{source}: cannot be copied: {error}") from error
    finally:
        new.close()
        old.close()
    if says != "ok" or _rows(source) != _rows(target):
        raise TermError(f"{source}: the copy is not whole ({says}); nothing was changed. Try fairmark audit")


def _rows(file: Path) -> dict[str, int]:
    """Count the rows of every table."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=120)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    finally:
        connection.close()
    return counts


def _students(gradebook_file: Path) -> int:
    """Count the students of a gradebook that may be the beginning of one."""
    try:
        return _rows(gradebook_file).get("student", 0)
    except sqlite3.Error as error:
        folder = gradebook_file.parent
        raise TermError(
            f"{gradebook_file}: cannot be read ({error}); move {folder} away, or choose another name for the term"
        ) from error


def _same(source: Path, copy: Path) -> None:
    for file in _files(copy):
        if _sha256(file) != _sha256(source / file.relative_to(copy)):
            raise TermError(f"{file}: is not what was copied; the disk may be failing. Nothing was changed")


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(one for one in folder.rglob("*") if one.is_file() and one.name != SUMS)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wrong_sums(archive: Path) -> list[str]:
    """Check an archive against its checksums.

    Returns
    -------
    list of str
        A sentence for each file that is wrong, missing, or not listed; empty where nothing is.
    """
    lines = (archive / SUMS).read_text(encoding="utf-8").splitlines()
    listed = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    there = {str(file.relative_to(archive)): file for file in _files(archive)}
    changed = [
        f"{name}: was changed" for name, file in there.items() if listed.get(name, "") not in {"", _sha256(file)}
    ]
    gone = [f"{name}: is missing" for name in listed.keys() - there.keys()]
    return sorted([*changed, *gone, *(f"{name}: is not listed" for name in there.keys() - listed.keys())])


def _lock(folder: Path) -> None:
    """Make everything read-only, durably written before."""
    for file in (*_files(folder), folder / SUMS):
        _sync(file)
        file.chmod(0o400)
    for inner in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
        inner.chmod(0o500)
    _sync(folder)
    folder.chmod(0o500)


def _unlock_and_remove(folder: Path) -> None:
    for one in (folder, *(inner for inner in folder.rglob("*") if inner.is_dir())):
        one.chmod(0o700)
    shutil.rmtree(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _begin(course: Settings, wish: Wish, workdir: Path) -> None:
    """Make the new term's folder, with a gradebook that knows the dates; the release does the rest."""
    workdir.mkdir(parents=True, exist_ok=True)
    for name in _GRADEBOOK:  # also a journal, which SQLite would play into the new one
        (workdir / name).unlink(missing_ok=True)
    file = workdir / _GRADEBOOK[0]
    if any(wish.dates.values()):
        gradebook.prepare_path()
        duedates.write(f"sqlite:///{file}", course.course, wish.dates)
    _sync(workdir)
