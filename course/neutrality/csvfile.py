"""Read a CSV file that somebody else has made, plain or gzipped, and say where it cannot be trusted.

A refusal is one exception class, `InputError`, that names the file, the line and the column, and says what to do. What
a file should hold is said elsewhere: by `votefile`, `issuecodes` and `referencefiles`.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

_LONGEST = 100_000  # characters in a field; the longest agenda title has 800

Ints = npt.NDArray[np.int64]


class InputError(ValueError):
    """An input file was refused; the tables built before are untouched.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    row : int
        Line number in the file, the header being line 1.
    column : str
        The column's name; ``"(all)"`` where the trouble is the whole row or file.
    problem, remedy : str
        What is wrong, and what to do.

    Examples
    --------
    >>> print(InputError(Path("votes.csv"), 7, "ms_vote", "unknown vote code 'Q'.", "Download the file again."))
    votes.csv, line 7, column ms_vote: unknown vote code 'Q'. Download the file again.
    """

    def __init__(self, path: Path, row: int, column: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}, line {row}, column {column}: {problem} {remedy}")
        self.path, self.row, self.column, self.problem, self.remedy = path, row, column, problem, remedy


class UnreadableError(csv.Error):
    """A record that the csv module cannot read.

    Parameters
    ----------
    line : int
        The line on which it starts, from 1.
    reason : str
        What the csv module says.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, eq=False)
class Coded:
    """A text column as its distinct values and, for each row, the number of its value.

    Attributes
    ----------
    values : list of str
        The distinct values; each stands in at least one row.
    codes : numpy.ndarray of int
        Shape (rows,): the place of each row's value in `values`.
    """

    values: list[str]
    codes: Ints

    def decoded(self, read: Callable[[str], Any]) -> list[Any]:
        """Read each distinct value once.

        Parameters
        ----------
        read : callable
            Turns a text into a value.

        Returns
        -------
        list
            What it made of `values`, in their order.

        Examples
        --------
        >>> Coded(["1", "2"], np.array([0, 1, 1])).decoded(int)
        [1, 2]
        """
        return [read(value) for value in self.values]

    def at(self, row: int) -> str:
        """Return the text in a row.

        Parameters
        ----------
        row : int
            Counted from 0 after the header.

        Returns
        -------
        str

        Examples
        --------
        >>> Coded(["1", "2"], np.array([0, 1, 1])).at(2)
        '2'
        """
        return self.values[int(self.codes[row])]

    def where(self, holds: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Tell in which rows something holds of the text, asking once for each distinct value.

        Parameters
        ----------
        holds : callable
            Tells it of a text.

        Returns
        -------
        numpy.ndarray of bool
            Shape (rows,).

        Examples
        --------
        >>> Coded(["1", "2"], np.array([0, 1, 1])).where(lambda value: value == "2").tolist()
        [False, True, True]
        """
        return np.array([holds(value) for value in self.values], dtype=bool)[self.codes]


def content(path: Path, again: str) -> tuple[str, bytes]:
    """Return a file's SHA-256 and its text, decompressed if it is gzipped.

    Parameters
    ----------
    path : pathlib.Path
        The file; that it is gzipped is told from its first two bytes and not from its name.
    again : str
        The remedy for a file that came damaged: a sentence that says where to get it again.

    Returns
    -------
    tuple of str and bytes
        The checksum of the file as it lies on disk, and the text.

    Raises
    ------
    InputError
        If the file is empty, or its compressed data is cut off or damaged.
    """
    packed = path.read_bytes()
    sha256 = hashlib.sha256(packed).hexdigest()
    if not packed.startswith(b"\x1f\x8b"):
        text = packed
    else:
        try:
            text = gzip.decompress(packed)
        except (EOFError, OSError, zlib.error) as error:
            lines = _lines_before_break(packed)
            raise InputError(
                path, lines + 1, "(all)", "the compressed file is cut off or damaged here.", again
            ) from error
    if not text.strip():
        raise InputError(path, 1, "(all)", "the file is empty.", again)
    return sha256, text


def parse(path: Path, text: bytes, wanted: tuple[str, ...], again: str) -> dict[str, Coded]:
    """Read the wanted columns of a CSV text.

    Parameters
    ----------
    path : pathlib.Path
        Where the text is from, for errors.
    text : bytes
        The CSV text with its header.
    wanted : tuple of str
        Columns of that header.
    again : str
        As for `content`.

    Returns
    -------
    dict of str to Coded
        The columns; a blank field is an empty string.

    Raises
    ------
    InputError
        If a row has too few or too many fields, is not UTF-8, or if there is no row at all.
    """
    try:
        table = pacsv.read_csv(
            pa.BufferReader(text),
            read_options=pacsv.ReadOptions(block_size=4 << 20),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                include_columns=wanted,
                column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in wanted},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise _malformed(path, text, str(error), again) from error
    if not table.num_rows:
        raise InputError(path, 2, "(all)", "the file has a header and no rows.", again)
    table = table.unify_dictionaries().combine_chunks()
    return {name: _coded(table.column(name).chunk(0)) for name in wanted}


def line_of(text: bytes, record: int) -> int:
    r"""Return the line on which a record starts; line 1 is the header, record 0 the first after it.

    Parameters
    ----------
    text : bytes
        The CSV text with its header.
    record : int
        Counted from 0 after the header.

    Returns
    -------
    int

    Raises
    ------
    IndexError
        If there are not so many records.

    Examples
    --------
    >>> line_of(b'id,title\n1,"two\nlines"\n2,one\n', 1)
    4
    """
    for number, (line, _) in enumerate(_readable(text)):
        if number == record + 1:
            return line
    raise IndexError(f"the file has no record {record}")


def require_columns(path: Path, text: bytes, layout: list[str]) -> list[str]:
    """Return the header's columns after making sure that it has those of a layout, each once.

    Parameters
    ----------
    path : pathlib.Path
        Where the text is from, for errors.
    text : bytes
        The CSV text with its header.
    layout : list of str
        The columns that must be there.

    Returns
    -------
    list of str
        All columns of the header.

    Raises
    ------
    InputError
        If a column is missing or stands there twice.
    """
    _, header = next(_readable(text))
    for column in layout:
        if column not in header:
            raise InputError(
                path, 1, column, "the column is missing.", "Use a file with the columns " + ", ".join(layout) + "."
            )
        if header.count(column) > 1:
            raise InputError(path, 1, column, "the column stands there twice.", "Keep the right one of the two.")
    return header


def records(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    r"""Yield each record with the number of the line on which it starts; blank lines are no records.

    Parameters
    ----------
    lines : iterable of str
        The lines of a CSV text, their ends included: a text stream opened with ``newline=""``.

    Yields
    ------
    tuple of int and list of str
        The line, from 1, and the fields.

    Raises
    ------
    UnreadableError
        If the csv module cannot read a record, as when an open quotation mark swallows more than it takes into a field.

    Examples
    --------
    >>> list(records(['id,title\n', '\n', '1,"two\n', 'lines"\n']))
    [(1, ['id', 'title']), (3, ['1', 'two\nlines'])]
    """
    reader = csv.reader(lines)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableError(start, str(error)) from error


def _readable(text: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that can be read, and an empty one for the first that cannot.

    This is slow, and only used to say where something is.
    """
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8-sig", errors="replace", newline="")
    try:
        yield from records(stream)
    except UnreadableError as error:
        yield error.line, []


def _coded(column: Any) -> Coded:
    return Coded(column.dictionary.to_pylist(), column.indices.to_numpy().astype(np.int64))


def _malformed(path: Path, text: bytes, reason: str, again: str) -> InputError:
    """Find the row that made the parser give up."""
    records = _readable(text)
    _, header = next(records)
    for line, record in records:
        problem = _misfit(header, record, again)
        if problem:
            return InputError(path, line, *problem)
    return InputError(path, 1, "(all)", f"the file is not readable as CSV ({reason}).", again)


def _misfit(header: list[str], record: list[str], again: str) -> tuple[str, str, str] | None:
    """Say in which column a record does not fit the header, why, and what to do."""
    if max(map(len, record), default=_LONGEST) >= _LONGEST:
        return "(all)", "from here on the file is not readable as CSV: a quotation mark may be left open.", again
    if len(record) < len(header):
        return header[len(record)], f"the row breaks off after {len(record)} of {len(header)} fields.", again
    if len(record) > len(header):
        problem = f"the row has {len(record)} fields, the header {len(header)}."
        return header[-1], problem, "Put fields that contain a comma in quotation marks."
    for column, value in zip(header, record, strict=True):
        if "\ufffd" in value:
            return column, "the text is not UTF-8.", "Save the file as UTF-8."
    return None


def _lines_before_break(packed: bytes) -> int:
    """Count the whole lines that can still be decompressed."""
    unzip, lines = zlib.decompressobj(wbits=31), 0
    try:
        for start in range(0, len(packed), 1 << 16):
            lines += unzip.decompress(packed[start : start + (1 << 16)]).count(b"\n")
    except zlib.error:
        pass  # the count so far is what we came for
    return lines
