"""Small tables that an instructor keeps in a spreadsheet: read as they are saved, and refused with line and remedy."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class TableError(ValueError):
    """A table that cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes
    ----------
    where : str
        File and line, as a message begins.
    fields : dict
        Column to what stands in it, without spaces around it.
    """

    where: str
    fields: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.fields[column]

    def wrong(self, column: str, says: str) -> TableError:
        """Make the error for a field of this row."""
        return TableError(f"{self.where}, column {column}: {says}")


def read(file: Path, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Line]:
    """Read a table.

    Parameters
    ----------
    file
        A CSV file in UTF-8 or UTF-16, with commas, semicolons or tabs, as spreadsheet programs save it.
    columns
        Those that it must have.
    optional
        Those that it may have beside them.

    Returns
    -------
    list of Line
        Empty rows are passed over.

    Raises
    ------
    TableError
        If it cannot be read, lacks a column, has one that is not known, or a row has too few or too many fields.
    """
    text, _ = decoded(file)
    known = [*columns, *optional]
    try:
        rows = list(_rows(text, known))
    except csv.Error as error:
        raise TableError(f"{file}: cannot be read as CSV: {error}; save it anew from a spreadsheet program") from None
    if not rows:
        raise TableError(f"{file}: is empty; its first line must name the columns {', '.join(columns)}")
    heading = [name.strip() for name in rows[0][1]]
    _check_heading(f"{file}, line 1", heading, columns, known)
    found = []
    for number, row in rows[1:]:
        if not any(field.strip() for field in row):
            continue
        where = f"{file}, line {number}"
        if len(row) != len(heading):
            raise TableError(f"{where}: has {len(row)} fields, and {len(heading)} are wanted; look for a missing comma")
        fields = dict.fromkeys(known, "") | dict(zip(heading, (field.strip() for field in row), strict=True))
        found.append(Line(where, fields))
    return found


def decoded(file: Path) -> tuple[str, str]:
    """Read a text file, and say in which encoding it is.

    Returns
    -------
    text, encoding : str
        The encoding as Python names it: ``utf-8``, or with a mark at the start ``utf-8-sig``, ``utf-16-le`` or
        ``utf-16-be``. The mark is not part of the text.

    Raises
    ------
    TableError
        If it cannot be opened, or is in another encoding.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise TableError(f"{file}: cannot be read: {error.strerror}") from None
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding).removeprefix("\ufeff" if encoding.startswith("utf-16") else "")
    except UnicodeDecodeError:
        raise TableError(f"{file}: is not in UTF-8; in your spreadsheet program save it as “CSV UTF-8”") from None
    if "\0" in text:
        raise TableError(f"{file}: is no text; save it as CSV, not as a workbook")
    return text, encoding


def harmless(text: str) -> str:
    """Keep a spreadsheet program from taking text for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def looks_like_formula(text: str) -> bool:
    """Say whether a spreadsheet program would take text for a formula."""
    return text.startswith(_FORMULA)


def number(line: Line, column: str, least: float, most: float) -> float:
    """Read a number of a row.

    Raises
    ------
    TableError
        If it is none, or lies outside the two bounds.
    """
    said = line[column]
    try:
        value = float(said.replace(",", "."))
    except ValueError:
        raise line.wrong(column, f"{said!r} is no number; write one from {least:g} to {most:g}") from None
    if not least <= value <= most:  # written so that a NaN is refused too
        raise line.wrong(column, f"{said} is not from {least:g} to {most:g}")
    return value


def yes(line: Line, column: str) -> bool:
    """Read yes or no.

    Raises
    ------
    TableError
        If it is neither.
    """
    said = line[column].casefold()
    if said not in {"yes", "no"}:
        raise line.wrong(column, f"{line[column]!r} is neither yes nor no")
    return said == "yes"


def _rows(text: str, known: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the number of the line where it begins."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=lambda one: sum(name.strip().strip('"') in known for name in first.split(one)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _check_heading(where: str, heading: list[str], columns: Sequence[str], known: Sequence[str]) -> None:
    missing = [name for name in columns if name not in heading]
    strange = [name for name in heading if name not in known]
    twice = sorted({name for name in heading if heading.count(name) > 1})
    if missing:
        raise TableError(f"{where}: the column {missing[0]!r} is missing; wanted are {', '.join(columns)}")
    if strange:
        raise TableError(f"{where}: there is no column {strange[0]!r}; there are {', '.join(known)}")
    if twice:
        raise TableError(f"{where}: the column {twice[0]!r} stands twice; keep one")
