"""Files that nbgrader wants beside its gradebook, made from the database, so that losing them loses nothing."""

from __future__ import annotations

import contextlib
import errno
import shutil
from pathlib import Path

from fairmark import ledger, reasons
from fairmark.database import GradebookError
from fairmark.files import write_text
from fairmark.ledger import Done
from fairmark.settings import Settings


def write(course: Settings, done: Done, notebook: str, timestamp: str) -> None:
    """Write a submission's marked notebook where the formgrader looks for it, unless it stands there already."""
    folder = _folder(course, done.assignment, done.student)
    try:
        write_text(folder / f"{notebook}.ipynb", ledger.unpack(done.notebook))
        if timestamp:
            write_text(folder / "timestamp.txt", timestamp)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise GradebookError(reasons.instructor("disk-full", str(folder))) from error
        raise


def remove(course: Settings, assignment: str, student: str) -> None:
    """Take away the marked notebook of a submission that was replaced by one that cannot be marked."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_folder(course, assignment, student))


def _folder(course: Settings, assignment: str, student: str) -> Path:
    return course.workdir / "autograded" / student / assignment
