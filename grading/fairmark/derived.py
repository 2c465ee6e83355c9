"""Files that nbgrader wants beside its gradebook, made from the database, so that losing them loses nothing."""

from __future__ import annotations

import contextlib
import errno
import secrets
import shutil
from pathlib import Path

from fairmark import ledger, reasons, submissions
from fairmark.database import GradebookError
from fairmark.files import write_text
from fairmark.ledger import Done
from fairmark.settings import Settings


def write(course: Settings, done: Done, notebook: str, timestamp: str) -> None:
    """Write a submission's marked notebook where the formgrader looks for it, unless it stands there already."""
    folder = _folder(course, done.assignment, done.student)
    try:
        write_text(folder / f"{notebook}.ipynb", ledger.unpack(done.notebook))
        write_text(folder / "timestamp.txt", timestamp)  # nbgrader wants it, even empty
        _write_secret(course, done, folder / submissions.SECRET_FILE)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise GradebookError(reasons.instructor("disk-full", str(folder))) from error
        raise


def _write_secret(course: Settings, done: Done, file: Path) -> None:
    """Write under which name nbgrader releases the feedback: one that this submission's student alone can work out.

    Where a student took it away, the page goes under a name that nobody knows: without any, nbgrader would release
    no page to anybody.
    """
    known = submissions.secret(course, done.assignment, done.student)
    if known or not file.is_file():
        write_text(file, known or secrets.token_hex(64))


def remove(course: Settings, assignment: str, student: str) -> None:
    """Take away the marked notebook of a submission that was replaced by one that cannot be marked."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_folder(course, assignment, student))


def _folder(course: Settings, assignment: str, student: str) -> Path:
    return course.workdir / "autograded" / student / assignment
