"""Take submissions out of nbgrader's exchange, where every student may write whatever they like.

nbgrader's own step copies as the instructor: it follows links, so a link to a neighbour's notebook arrives as a
notebook, and one to an endless device fills the disk. It takes a folder's name for the truth, and one folder that it
cannot read or understand ends it for everybody.
This one takes names apart before it believes them, follows no link, and passes over what nobody can have handed in.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc
from traitlets import Enum, Unicode

from fairmark import reasons
from fairmark.submissions import MAX_BYTES, can_be_an_id

PASSED_OVER = "not-collected"
"""The code of :data:`fairmark.reasons.REASONS` with which a line of the log begins."""
MAX_FILES = 1000
MAX_TOTAL = 200 * 2**20
_STAMP = "timestamp.txt"
_NEVER = "1970-01-01 00:00:00 UTC"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Named:
    """What the name of a folder in the exchange says: whose submission of what, and when it was handed in."""

    student: str
    assignment: str
    stamp: str


def named(folder: str) -> Named:
    """Take a folder's name apart.

    Raises
    ------
    ValueError
        If it is not one that nbgrader gives; the message says why.

    Examples
    --------
    >>> named("anna+ps1+2026-03-01 10:00:00.0 UTC+c2VjcmV0")
    Named(student='anna', assignment='ps1', stamp='2026-03-01 10:00:00.0 UTC')
    """
    # Names made without a random end have one part less; a student's id may hold a plus sign.
    for parts in (3, 2):
        student, *rest = folder.rsplit("+", parts)
        if len(rest) == parts and _is_a_time(rest[1]):
            if not can_be_an_id(student) or student.startswith("."):
                raise ValueError("its name says that it is of a student who cannot be one")
            return Named(student, rest[0], rest[1])
    raise ValueError("its name does not say whose it is, of what, and when it was handed in")


def passed_over(log: str) -> list[str]:
    """Find in nbgrader's log what was passed over, and why."""
    lines = (line.partition(f"{PASSED_OVER}: ") for line in log.splitlines())
    return [f"{PASSED_OVER}: {told}. {reasons.instructor(PASSED_OVER)}" for _, found, told in lines if found]


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collect; one student's folder costs nobody else anything."""

    src_records: list[dict[str, Any]]
    proof = Enum(
        ["name", "owner", "folder"],
        default_value="name",
        help=(
            "What proves who handed in. 'owner': the user who owns the submission, on a machine where every student "
            "has an account. 'folder': the folder below inbound that only this student's server mounts, on Kubernetes. "
            "'name': the name, unless the folder is another student's; enough for simulations only."
        ),
    ).tag(config=True)
    prefix = Unicode("", help="What the Unix account of a student begins with: 'jupyter-' on TLJH.").tag(config=True)

    def init_src(self) -> None:
        """Find the newest submission of each student among those that can be one."""
        # Making a gradebook turns off every logger that is there; what is passed over must be named all the same.
        log: Any = self.log
        getattr(log, "logger", log).disabled = False
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
            self._students = {str(one.id) for one in book.students}
        if self.proof == "folder":
            self._gather()
        super().init_src()
        found: list[dict[str, Any]] = self.src_records
        self.src_records = [one for one in found if one["username"]]

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission; the time of handing in is the one in its name, by which the newest was chosen."""
        copy_plain(Path(src), Path(dest), self.coursedir.ignore)
        # Last: without it, what a crash left half copied is collected again.
        (Path(dest) / _STAMP).write_text(named(Path(src).name).stamp, encoding="ascii")

    def _path_to_record(self, path: str) -> dict[str, Any]:
        name = Path(path).name
        try:
            found = named(name)
            if found.assignment != self.coursedir.assignment_id:
                raise ValueError("it is of another assignment")
            self._check(Path(path), found.student)
        except ValueError as error:
            self.log.warning("%s: %r: %s", PASSED_OVER, name, error)
            return {"username": "", "filename": name, "timestamp": parse_utc(_NEVER)}
        return {"username": found.student, "filename": name, "timestamp": parse_utc(found.stamp)}

    def _check(self, folder: Path, student: str) -> None:
        state = folder.lstat()
        if not stat.S_ISDIR(state.st_mode):
            raise ValueError("it is a link or something else that is no folder")
        owner = ""
        with contextlib.suppress(KeyError):
            owner = pwd.getpwuid(state.st_uid).pw_name
            owner = owner.removeprefix(self.prefix)
        # Where all students share one account of the system, its owner says nothing.
        if owner != student and (self.proof == "owner" or owner in self._students):
            raise ValueError(f"it was put there by {owner or 'a user whom this machine does not know'}")

    def _gather(self) -> None:
        """Take submissions out of the students' own folders, into the one that nbgrader looks through.

        That one is the instructor's: students' servers mount only their own below it.
        """
        inbound = Path(self.root) / self.coursedir.course_id / "inbound"
        for made in sorted(inbound.glob(f"[!.]*/*+{self.coursedir.assignment_id}+*")):
            student = made.parent.name
            if made.parent.is_symlink() or "+" in student:
                continue  # a submission's own content
            try:
                found = named(made.name)
            except ValueError as error:
                self.log.warning("%s: %r: %s", PASSED_OVER, made.name, error)
                continue
            if found.student != student:
                self.log.warning("%s: %r: it was put there by %s", PASSED_OVER, made.name, student)
            elif not (inbound / made.name).exists():
                self.do_copy(str(made), str(inbound / made.name))


def copy_plain(source: Path, target: Path, ignored: list[str]) -> None:
    """Copy a folder's files, as far as they are files, to a place that only the instructor may write to.

    No link is followed, not even one that takes a folder's place during the copy. In place of a notebook that is no
    file, or cannot be read, there is then a link that leads nowhere, so that marking refuses it under its own reason;
    in place of one that is too large, a file that marking refuses as too large.

    Parameters
    ----------
    source, target
        The target must not exist.
    ignored
        Patterns of names that are left out.
    """
    target.mkdir()
    try:
        at = os.open(source, _FOLDER)
    except OSError:
        return
    try:
        _Copy(ignored).folder(at, target, {_STAMP})
    finally:
        os.close(at)


class _Copy:
    def __init__(self, ignored: list[str]) -> None:
        self._ignored = ignored
        self._files, self._bytes = MAX_FILES, MAX_TOTAL

    def folder(self, at: int, target: Path, left_out: set[str]) -> None:
        with os.scandir(at) as found:
            entries = [one for one in found if one.name not in left_out and not self._is_ignored(one.name)]
        # Notebooks first, while there is room, and folders last.
        for entry in sorted(entries, key=lambda one: (_is_folder(one), not one.name.endswith(".ipynb"), one.name)):
            if self._files == 0:
                return
            self._files -= 1
            with contextlib.suppress(OSError):
                self._entry(at, entry, target / entry.name)

    def _entry(self, at: int, entry: os.DirEntry[str], target: Path) -> None:
        if _is_folder(entry):
            inner = os.open(entry.name, _FOLDER, dir_fd=at)
            try:
                target.mkdir()
                self.folder(inner, target, set())
            finally:
                os.close(inner)
        elif not self._copied(at, entry.name, target) and target.suffix == ".ipynb":
            target.symlink_to(os.devnull)

    def _copied(self, at: int, name: str, target: Path) -> bool:
        """Copy a file; False if it is none, or cannot be opened."""
        try:
            handle = os.open(name, _FILE, dir_fd=at)
        except OSError:
            return False
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return False
            most = min(self._bytes, MAX_BYTES)
            data = stream.read(most + 1)
        with target.open("xb") as copy:
            if len(data) > most:
                copy.truncate(MAX_BYTES + 1)
            else:
                copy.write(data)
                self._bytes -= len(data)
        return True

    def _is_ignored(self, name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in self._ignored)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _is_a_time(text: str) -> bool:
    # A name is a student's to choose, and the parser of dates fails in more ways than one.
    try:
        return text.isascii() and parse_utc(text) is not None
    except Exception:
        return False
