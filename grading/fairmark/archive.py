"""The archive of a term: what its marks rest on, copied, checked against what was copied, and made read-only."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fairmark import adjustments, audit, backups, files, research, roster
from fairmark.database import Database
from fairmark.files import write_text
from fairmark.settings import Settings

SUMS = "SHA256SUMS"
"""The file that lists the checksum of every other one."""
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


class ArchiveError(ValueError):
    """An archive that cannot be made; the message says of what, why, and what to do. The term is as it was."""


def usual_place(course: Settings) -> Path:
    """Give the folder where archives of terms go, unless another one is named: beside the working folder."""
    return course.workdir.parent / "archive"


def file_name(term: str) -> str:
    """Write a term's name so that a file can be called by it.

    Examples
    --------
    >>> file_name("2026/27 autumn")
    '2026-27-autumn'
    """
    return re.sub(r"[^\w.-]", "-", term)


def of(course: Settings) -> list[Path]:
    """List the archives of a course's term, as far as they are in the usual place."""
    # A pattern such as course-2027-* would find those of the term 2027-spring too.
    wanted = re.compile(rf"{re.escape(_name(course))}-\d{{8}}-\d{{6}}(-\d+)?")
    place = usual_place(course)
    return sorted(one for one in place.iterdir() if wanted.fullmatch(one.name)) if place.is_dir() else []


def make(course: Settings, parent: Path, keep_until: dt.date | None = None) -> Path:
    """Copy what a mark rests on, check the copy, lock it, and only then put it in its place.

    Parameters
    ----------
    course
        The settings of the term. Nobody may be marking (:func:`fairmark.busy.alone`).
    parent
        The folder for archives, made where it is missing; only its owner can enter it then.
    keep_until
        When the term's data are to be deleted, which the archive's README says.

    Returns
    -------
    Path
        The archive's folder: only its owner can read it, and nobody can write to it.

    Raises
    ------
    ArchiveError
        If a copy is not what was copied, or two tables have one file name. Nothing of the archive is left then.
    fairmark.database.GradebookError
        If a database cannot be copied; likewise.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in parent.glob(f".{_name(course)}.*"):  # of an attempt that was interrupted
        _unlock_and_remove(left)
    stamp = backups.stamp()
    new = Path(tempfile.mkdtemp(dir=parent, prefix=f".{_name(course)}."))
    try:
        _copy_databases(course, new)
        _copy_tables(course, new)
        _copy_bank(course, new)
        _describe(course, new, stamp, keep_until)
        _lock(new)
        target = backups.unused(parent, f"{_name(course)}-{{}}", stamp)
        new.rename(target)
    except BaseException:
        _unlock_and_remove(new)
        raise
    files.sync(parent)
    return target


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


def _name(course: Settings) -> str:
    return f"{course.course}-{file_name(course.term)}"


def _copy_databases(course: Settings, new: Path) -> None:
    """Copy the databases; since nobody writes to them meanwhile, each copy must have every row."""
    for name in (backups.GRADEBOOK, backups.ATTEMPTS):
        source = course.workdir / name
        if source.is_file():
            backups.copy_database(source, new / name)
            if backups.row_counts(source) != backups.row_counts(new / name):
                raise ArchiveError(f"{source}: the copy is not whole; nothing was changed. Try fairmark audit")


def _copy_tables(course: Settings, new: Path) -> None:
    # Not the key of the research table: an archive is read-only, and that key must be destroyable.
    of_people = (adjustments.file(course), roster.file(course), research.consent_file(course))
    of_course = filter(None, (course.weights, course.modes, course.policy))
    for source in (course.file, *of_course, *(one for one in of_people if one.is_file())):
        target = new / source.name
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise ArchiveError(f"{source}: another table that is archived has the same file name; rename one")
        shutil.copyfile(source, target)


def _copy_bank(course: Settings, new: Path) -> None:
    items = new / "items"
    shutil.copytree(course.bank, items, ignore=shutil.ignore_patterns("__pycache__"))
    for file in _files(items):
        if _sha256(file) != _sha256(course.bank / file.relative_to(items)):
            raise ArchiveError(f"{file}: is not what was copied; the disk may be failing. Nothing was changed")


def _describe(course: Settings, new: Path, stamp: str, keep_until: dt.date | None) -> None:
    """Write what the archive is, and the checksums."""
    head, people = "none", 0
    if (new / backups.GRADEBOOK).is_file():
        people = backups.row_counts(new / backups.GRADEBOOK)["student"]
        with Database(course) as book, book.reading() as session:
            head = audit.last(session).sha256
    text = _ABOUT.format(
        title=course.title,
        old=course.term,
        today=stamp,
        head=head,
        sums=SUMS,
        workdir=course.workdir,
        people=people,
        until=keep_until.isoformat() if keep_until else "appeals are over and your university's rules say so",
    )
    write_text(new / "README.txt", text)
    write_text(new / SUMS, "".join(f"{_sha256(file)}  {file.relative_to(new)}\n" for file in _files(new)))


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(one for one in folder.rglob("*") if one.is_file() and one.name != SUMS)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _lock(folder: Path) -> None:
    """Make everything read-only, durably written before."""
    for file in (*_files(folder), folder / SUMS):
        files.sync(file)
        file.chmod(0o400)
    for inner in sorted((one for one in folder.rglob("*") if one.is_dir()), reverse=True):
        inner.chmod(0o500)
    files.sync(folder)
    folder.chmod(0o500)


def _unlock_and_remove(folder: Path) -> None:
    for one in (folder, *(inner for inner in folder.rglob("*") if inner.is_dir())):
        one.chmod(0o700)
    shutil.rmtree(folder)
