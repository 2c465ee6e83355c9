"""A gradebook file of a learning platform: read as a grid, and written back in the same form.

Encoding, mark at the start, separator, line ends and quotation marks stay as they were, and so does every field that
nobody changed.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fairmark import tables
from fairmark.tables import TableError

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class Form:
    """How a grid is written.

    Attributes
    ----------
    encoding : str
        As Python names it; all but ``utf-8`` begin with a mark.
    separator, end : str
        Between fields, and after rows.
    quote_all : bool
        Whether every field stands in quotation marks.
    """

    encoding: str = "utf-8"
    separator: str = ","
    end: str = "\r\n"
    quote_all: bool = False


@dataclass(frozen=True)
class Sheet:
    """A grid, where it came from, and how it is written.

    Attributes
    ----------
    file : Path
    rows : list of list of str
        The first is the heading.
    lines : list of int
        On which line of the file each row begins.
    form : Form
    """

    file: Path
    rows: list[list[str]]
    lines: list[int]
    form: Form

    def where(self, row: int) -> str:
        """Say file and line of a row, as a message begins."""
        return f"{self.file}, line {self.lines[row]}"


def read(file: Path) -> Sheet:
    """Read a file.

    Raises
    ------
    fairmark.tables.TableError
        If it cannot be read as a grid.
    """
    text, encoding = tables.decoded(file)
    try:
        parsed = {one: _parsed(text, one) for one in _SEPARATORS}
    except csv.Error as error:
        raise TableError(f"{file}: cannot be read as CSV: {error}; download it anew") from None
    separator = max(_SEPARATORS, key=lambda one: len(parsed[one][0][1]) if parsed[one] else 0)
    numbered = parsed[separator]
    if not numbered or len(numbered[0][1]) < 2:
        raise TableError(f"{file}: is no gradebook file: its first line has no columns; download it anew")
    lines, rows = [line for line, _ in numbered], [row for _, row in numbered]
    for line, row in numbered[1:]:
        if row and len(row) != len(rows[0]):
            raise TableError(
                f"{file}, line {line}: has {len(row)} fields, and the heading has {len(rows[0])}; download the file "
                "anew, and do not save it from a spreadsheet program"
            )
    first = text.split("\n", 1)[0]
    form = Form(encoding, separator, "\r\n" if first.endswith("\r") else "\n")
    quoted = Form(encoding, separator, form.end, quote_all=True)
    return Sheet(file, rows, lines, quoted if _text([rows[0]], quoted).strip() == first.strip() else form)


def write(rows: list[list[str]], form: Form, file: Path) -> None:
    """Write a grid, whole or not at all, so that only its owner can read it: it holds names and marks."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_encoded(_text(rows, form), form.encoding))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _encoded(text: str, encoding: str) -> bytes:
    """Encode a text, with a mark at the start where one belongs there."""
    return ("\ufeff" + text if encoding.startswith("utf-16-") else text).encode(encoding)


def _parsed(text: str, separator: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found, line = [], 1
    for row in reader:
        found.append((line, row))
        line = reader.line_num + 1
    return found


def _text(rows: list[list[str]], form: Form) -> str:
    stream = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL
    csv.writer(stream, delimiter=form.separator, lineterminator=form.end, quoting=quoting).writerows(rows)
    return stream.getvalue()
