"""Read a file that a student names, a PDF, a web page or a text, without trusting it.

Its bytes are read here, and only from an ordinary file of moderate size. What they mean is found out by `extracting` in
a process of its own, with limits on time and memory, that can write nothing. Whatever goes wrong there is an error of
one or two sentences here.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neutrality.records import SourceError

LARGEST = 20_000_000
"""Bytes that a file may have."""

SECONDS = 20
"""How long reading may take by the clock."""

_MOST = 20_000_000  # bytes of answer; the texts of an answer are bounded by `extracting` already
_CHOOSE = "Choose the PDF, web page or text file of the source."
_SMALLER = "Choose the file that has the source alone."
# The reader gets our own search path in place of one that the environment or the present folder could change.
_READER = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from neutrality import extracting; extracting.main()"
)


@dataclass(frozen=True)
class Line:
    """A line of a document.

    Attributes
    ----------
    text : str
        In plain text, without control characters.
    page : int
        The page it stands on, from 1; 0 where there are no pages.
    block : int
        The number of its paragraph or element; lines of one paragraph of a PDF cannot be told, and have all 0.
    """

    text: str
    page: int = 0
    block: int = 0


@dataclass(frozen=True)
class Document:
    """What is in a file.

    Attributes
    ----------
    name : str
        Of the file, for messages.
    kind : str
        ``"PDF"``, ``"web page"`` or ``"text"``.
    lines : tuple of Line
    """

    name: str
    kind: str
    lines: tuple[Line, ...]


def read(path: Path) -> Document:
    """Read a file.

    Parameters
    ----------
    path : pathlib.Path
        A PDF, a web page or a text; which of them is told from what is in it.

    Returns
    -------
    Document

    Raises
    ------
    SourceError
        If there is no such file, or it cannot be used; the message says why and what to do.

    Examples
    --------
    >>> read(Path("nowhere.pdf"))
    Traceback (most recent call last):
    neutrality.records.SourceError: nowhere.pdf: there is no such file. Check its name and the folder that you are in.
    """
    return parse(content(path), str(path))


def parse(found: bytes, name: str) -> Document:
    """Read the bytes of a file.

    Parameters
    ----------
    found : bytes
        As in a file.
    name : str
        Of the file, for messages.

    Returns
    -------
    Document

    Raises
    ------
    SourceError
        As `read`.

    Examples
    --------
    >>> parse(b"One line.", "notes.txt").lines
    (Line(text='One line.', page=0, block=0),)
    """
    answer = _ask(found, name)
    if "trouble" in answer:
        raise SourceError(f"{name}: {answer['trouble']}. {answer['remedy']}")
    return Document(name, answer["kind"], tuple(Line(*line) for line in answer["lines"]))


def content(path: Path) -> bytes:
    """Return the bytes of an ordinary file of moderate size; never wait for anything else.

    Parameters
    ----------
    path : pathlib.Path
        The file. A link to one is followed.

    Returns
    -------
    bytes

    Raises
    ------
    SourceError
        If it is missing, unreadable, too large, or no ordinary file.
    """
    # O_NONBLOCK: a named pipe without a writer would make `open` wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(f"{path}: is {_what(status.st_mode)} and not a file. {_CHOOSE}")
            found = file.read(LARGEST + 1) if status.st_size <= LARGEST else b""
            size = max(status.st_size, len(found))
    except FileNotFoundError:
        link = "is a link to a file that is not there" if path.is_symlink() else "there is no such file"
        raise SourceError(f"{path}: {link}. Check its name and the folder that you are in.") from None
    except IsADirectoryError:
        raise SourceError(f"{path}: is a folder and not a file. {_CHOOSE}") from None
    except PermissionError:
        where = "is a folder and not a file" if path.is_dir() else "you are not allowed to read it"
        raise SourceError(f"{path}: {where}. {_CHOOSE}") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). {_CHOOSE}") from error
    if size > LARGEST:
        most = LARGEST // 1_000_000
        raise SourceError(f"{path}: has {size / 1e6:,.0f} MB; at most {most} MB are read. {_SMALLER}")
    return found


def _what(mode: int) -> str:
    for test, name in ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket")):
        if test(mode):
            return name
    return "a device"


def _ask(found: bytes, name: str) -> dict[str, Any]:
    """Give the bytes to the reader and return its answer, if one comes in time."""
    path = json.dumps([folder for folder in sys.path if folder and Path(folder).is_absolute()])
    command = [sys.executable, "-I", "-X", "utf8", "-c", _READER, path]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        clock = threading.Timer(SECONDS, reader.kill)
        clock.start()
        try:
            answer = _converse(reader, found)
        finally:
            clock.cancel()
            reader.kill()
    try:
        record: dict[str, Any] = json.loads(answer)
    except ValueError:
        # Whatever ended the reader before it could answer: the clock, the system's limits, or a fault of its own.
        raise SourceError(
            f"{name}: could not be read within {SECONDS} seconds and the memory that an article needs; "
            "it may be broken. Save the text of the source as a plain text file, and add that."
        ) from None
    return record


def _converse(reader: subprocess.Popen[bytes], found: bytes) -> bytes:
    """Write all, then read all: the reader says nothing before it has heard everything."""
    if reader.stdin is None or reader.stdout is None:
        raise RuntimeError("the reader was started without pipes")
    with contextlib.suppress(BrokenPipeError):
        reader.stdin.write(found)
    with contextlib.suppress(BrokenPipeError):
        reader.stdin.close()
    return reader.stdout.read(_MOST + 1)
