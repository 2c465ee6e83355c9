"""Read what a student handed in: a file that may be anything at all.

Nothing of it is trusted but the text of its cells, and that is only text. Links are not followed, devices not opened,
and sizes are looked at before anything is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fairmark.settings import Settings

MAX_BYTES = 20 * 2**20
"""The largest notebook that is opened."""
MAX_CELLS = 2000
MAX_SOURCE = 2**20
"""The most characters that one cell may hold."""
MAX_NAME = 128
"""The longest id that nbgrader's tables hold."""
SECRET_FILE = "submission_secret.txt"  # noqa: S105  a name
"""The file by which nbgrader's exchange gives a student's feedback to that student."""

Kind = Literal["code", "markdown", "raw"]


class RefusedError(ValueError):
    """A submission that cannot be opened.

    Attributes
    ----------
    code : str
        Of :data:`fairmark.reasons.REASONS`.
    detail : str
        What is known of this case.
    sha256 : str
        Hash of what was there, as far as it was read.
    """

    def __init__(self, code: str, detail: str, sha256: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail
        self.sha256 = sha256 or hashlib.sha256(f"refused: {code}".encode()).hexdigest()


@dataclass(frozen=True)
class Cell:
    """One cell, as its student left it.

    Attributes
    ----------
    kind : str
        ``code``, ``markdown`` or ``raw``.
    source : str
    claims : str
        The name of the marked cell that it says it is; empty where it says nothing.
    id : str
        The cell's own id; empty where it has none.
    """

    kind: Kind
    source: str
    claims: str = ""
    id: str = ""


@dataclass(frozen=True)
class Submission:
    """One notebook that was handed in.

    Attributes
    ----------
    assignment, student : str
    cells : tuple of Cell
    timestamp : str
        When, as nbgrader's exchange wrote it down; empty where it did not.
    sha256 : str
        Hash of notebook and timestamp.
    """

    assignment: str
    student: str
    cells: tuple[Cell, ...]
    timestamp: str
    sha256: str


def submitted(course: Settings, assignment: str) -> list[str]:
    """List the students who handed an assignment in, in order of id."""
    folders = (course.workdir / "submitted").glob(f"*/{assignment}")
    return sorted(folder.parent.name for folder in folders if folder.is_dir() or folder.is_symlink())


def read(course: Settings, assignment: str, student: str, notebook: str) -> Submission:
    """Read one submission.

    Parameters
    ----------
    course
        The settings.
    assignment, student
        Which one.
    notebook
        The notebook's name, without its ending.

    Raises
    ------
    RefusedError
        If it cannot be opened, or is no notebook.
    """
    if not can_be_an_id(student):
        raise RefusedError("strange-name", repr(student)[:200])
    root = course.workdir / "submitted"
    data = _file(root, (student, assignment), f"{notebook}.ipynb", MAX_BYTES)
    if data is None:
        raise RefusedError("no-notebook", f"{notebook}.ipynb")
    try:
        stamp = (_file(root, (student, assignment), "timestamp.txt", 1000) or b"").decode("ascii").strip()
    except (RefusedError, UnicodeDecodeError):
        stamp = ""
    sha256 = hashlib.sha256(hashlib.sha256(data).digest() + stamp.encode()).hexdigest()
    try:
        cells = tuple(_cells(_parsed(data)))
    except RefusedError as refusal:
        raise RefusedError(refusal.code, refusal.detail, sha256) from None
    return Submission(assignment, student, cells, stamp, sha256)


def secret(course: Settings, assignment: str, student: str) -> str:
    """Read what nbgrader's exchange put beside a submission: who knows it may fetch the feedback.

    Returns
    -------
    str
        Empty where there is none, or something that nbgrader does not write.
    """
    with contextlib.suppress(RefusedError, UnicodeDecodeError):
        text = (_file(course.workdir / "submitted", (student, assignment), SECRET_FILE, 1000) or b"").decode("ascii")
        if re.fullmatch("[0-9a-f]{128}", text):
            return text
    return ""


def can_be_an_id(student: str) -> bool:
    """Tell whether a folder's name can be a student's id.

    Examples
    --------
    >>> can_be_an_id("anna"), can_be_an_id(" anna")
    (True, False)
    """
    return 0 < len(student) <= MAX_NAME and student.isprintable() and student == student.strip()


def _file(root: Path, folders: tuple[str, ...], name: str, most: int) -> bytes | None:
    """Read a file below a folder that we trust, through no link on the way; None where it is not there."""
    with contextlib.ExitStack() as opened:
        try:
            at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            opened.callback(os.close, at)
            for folder in folders:
                at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                opened.callback(os.close, at)
            # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
            opened.callback(os.close, handle)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RefusedError("not-a-file", f"{name}: {error.strerror}") from None
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError("not-a-file", f"{name}: {stat.filemode(found.st_mode)}")
        if found.st_size > most:
            raise RefusedError("too-large", f"{name}: {found.st_size:,} bytes, and at most {most:,} are read")
        with os.fdopen(os.dup(handle), "rb") as stream:
            data = stream.read(most + 1)
    if len(data) > most:
        raise RefusedError("too-large", f"{name}: it grew while it was read")
    return data


def _parsed(data: bytes) -> Any:
    try:
        # Jupyter itself writes NaN into outputs, which are dropped here, so it is no reason to refuse.
        return json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise RefusedError("too-deep", "more levels than can be read") from None
    except ValueError as error:
        raise RefusedError("unreadable", str(error)[:120]) from None


def _cells(notebook: Any) -> Iterator[Cell]:
    if not isinstance(notebook, dict):
        raise RefusedError("unreadable", "it holds no notebook")
    if notebook.get("nbformat") in (1, 2, 3) or "worksheets" in notebook:
        raise RefusedError("old-format", f"format {notebook.get('nbformat')!r}"[:60])
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise RefusedError("unreadable", "it has no list of cells")
    if len(cells) > MAX_CELLS:
        raise RefusedError("too-large", f"{len(cells):,} cells, and at most {MAX_CELLS:,} are read")
    for number, cell in enumerate(cells, 1):
        yield _cell(number, cell)


def _cell(number: int, cell: Any) -> Cell:
    if not isinstance(cell, dict):
        raise RefusedError("unreadable", f"cell {number} is no cell")
    kind, source = cell.get("cell_type"), cell.get("source", "")
    if kind not in {"code", "markdown", "raw"}:
        raise RefusedError("unreadable", f"cell {number} is of no known type")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise RefusedError("unreadable", f"cell {number} has no text")
    if len(source) > MAX_SOURCE:
        raise RefusedError("too-large", f"cell {number} has {len(source):,} characters")
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claims = marks.get("grade_id") if isinstance(marks, dict) else None
    return Cell(kind, _sound(source), _text(claims), _text(cell.get("id")))


def _sound(text: str) -> str:
    """Replace what no file can hold: halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_NAME else ""
