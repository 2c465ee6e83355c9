"""Read the UN library's official file of General Assembly votes, and refuse what cannot be trusted.

The layout is that of the United Nations Dag Hammarskjöld Library's *General Assembly Voting Data*: a CSV file, plain
or gzipped, one row a vote of one state on one resolution, the resolution's attributes repeated in every row. A byte
order mark and further columns are accepted. These are refused, with one exception class that names the file, the line
and the column:

- a missing column;
- an empty file, or one that is cut off;
- a blank or unknown vote code. The library writes ``X`` for non-voting; a blank could as well be a damaged row, so it
  is not read as non-voting;
- a record number, state code, date, session, symbol or total that cannot be read, or is blank where it may not be
  (totals may be blank: the library leaves some out);
- two votes by one state on one resolution;
- attributes of one resolution that differ between its rows.

Stated totals that contradict the votes are not refused here: `unga` lists and counts them.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

TOTALS = ("total_yes", "total_no", "total_abstentions", "total_non_voting", "total_ms")
"""The columns that state a count of votes, and of member states."""

COLUMNS = [
    *("undl_id", "ms_code", "ms_name", "ms_vote", "date", "session", "resolution", "draft", "committee_report"),
    *("meeting", "title", "agenda_title", "subjects", "vote_note", *TOTALS, "undl_link"),
]
"""The official layout's columns. Order does not matter; further columns are ignored and named in the report."""

VOTES = {"Y": "yes", "A": "abstain", "N": "no", "X": "non-voting"}
"""The official vote codes and the words our tables use."""

_ATTRIBUTES = ("date", "session", "resolution", "meeting", "title", "agenda_title", *TOTALS, "undl_link")
_USED = ("undl_id", "ms_code", "ms_name", "ms_vote", *_ATTRIBUTES)
_LONGEST = 100_000  # characters in a field; the longest agenda title has 800
_AGAIN = "Download the file again from the UN Digital Library."

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


@dataclass(frozen=True)
class Coded:
    """A text column as its distinct values and, for each row, the number of its value."""

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


@dataclass(frozen=True, eq=False)
class VoteFile:
    """The official file, read and checked.

    Attributes
    ----------
    path : pathlib.Path
        Where it was read.
    sha256 : str
        Checksum of the file as it lies on disk.
    extra_columns : tuple of str
        Columns beyond the official layout, which were ignored.
    resolution : numpy.ndarray
        For each row, the number of its resolution, counted in order of first appearance.
    first_row : numpy.ndarray
        For each resolution, its first row.
    columns : dict of str to Coded
        The columns that the tables are made of.
    text : bytes
        The decompressed file, kept to find line numbers.
    """

    path: Path
    sha256: str
    extra_columns: tuple[str, ...]
    resolution: Ints
    first_row: Ints
    columns: dict[str, Coded]
    text: bytes

    def refuse(self, record: int, column: str, problem: str, remedy: str = _AGAIN) -> InputError:
        """Make the error for one row, looking up its line in the file.

        Parameters
        ----------
        record : int
            The row, counted from 0 after the header.
        column, problem, remedy : str
            As in `InputError`.

        Returns
        -------
        InputError
            To be raised.
        """
        return InputError(self.path, line_of(self.text, record), column, problem, remedy)


def read(path: Path) -> VoteFile:
    """Read and check an official file.

    Parameters
    ----------
    path : pathlib.Path
        The file, CSV or gzipped CSV.

    Returns
    -------
    VoteFile
        Its rows, known to satisfy everything that the module's description lists.

    Raises
    ------
    InputError
        At the first thing that cannot be trusted.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read(Path("nowhere.csv"))
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.csv'
    """
    sha256, text = content(path)
    extra = _header(path, text, COLUMNS)
    columns = parse(path, text, _USED)
    resolution, first_row = _number(columns["undl_id"].codes)
    file = VoteFile(path, sha256, extra, resolution, first_row, columns, text)
    _check_values(file)
    _check_attributes(file)
    _check_single_votes(file)
    _check_last_resolution(file)
    return file


def content(path: Path) -> tuple[str, bytes]:
    """Return a file's SHA-256 and its text, decompressed if it is gzipped.

    Parameters
    ----------
    path : pathlib.Path
        The file; that it is gzipped is told from its first two bytes and not from its name.

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
                path, lines + 1, "(all)", "the compressed file is cut off or damaged here.", _AGAIN
            ) from error
    if not text.strip():
        raise InputError(path, 1, "(all)", "the file is empty.", _AGAIN)
    return sha256, text


def parse(path: Path, text: bytes, wanted: tuple[str, ...]) -> dict[str, Coded]:
    """Read the wanted columns of a CSV text.

    Parameters
    ----------
    path : pathlib.Path
        Where the text is from, for errors.
    text : bytes
        The CSV text with its header.
    wanted : tuple of str
        Columns of that header.

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
        raise _malformed(path, text, str(error)) from error
    if not table.num_rows:
        raise InputError(path, 2, "(all)", "the file has a header and no rows.", _AGAIN)
    table = table.unify_dictionaries().combine_chunks()
    return {name: _coded(table.column(name).chunk(0)) for name in wanted}


def line_of(text: bytes, record: int) -> int:
    r"""Return the line on which a record starts; line 1 is the header, record 0 the first after it.

    Examples
    --------
    >>> line_of(b'id,title\n1,"two\nlines"\n2,one\n', 1)
    4
    """
    for number, (line, _) in enumerate(_records(text)):
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
    _, header = next(_records(text))
    for column in layout:
        if column not in header:
            raise InputError(
                path, 1, column, "the column is missing.", "Use a file with the columns " + ", ".join(layout) + "."
            )
        if header.count(column) > 1:
            raise InputError(path, 1, column, "the column stands there twice.", "Keep the right one of the two.")
    return header


def _header(path: Path, text: bytes, layout: list[str]) -> tuple[str, ...]:
    """Return the columns beyond the layout."""
    return tuple(column for column in require_columns(path, text, layout) if column not in layout)


def _coded(column: Any) -> Coded:
    return Coded(column.dictionary.to_pylist(), column.indices.to_numpy().astype(np.int64))


def _number(codes: Ints) -> tuple[Ints, Ints]:
    """Count the distinct codes in order of first appearance; return each row's number and each number's first row."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]


def _records(text: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line it starts on: slow, and only used to say where something is."""
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8-sig", errors="replace", newline="")
    reader = csv.reader(stream)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error:
        yield start, []  # an open quotation mark swallowed more than the csv module takes into one field


def _malformed(path: Path, text: bytes, reason: str) -> InputError:
    """Find the row that made the parser give up."""
    records = _records(text)
    _, header = next(records)
    for line, record in records:
        problem = _misfit(header, record)
        if problem:
            return InputError(path, line, *problem)
    return InputError(path, 1, "(all)", f"the file is not readable as CSV ({reason}).", _AGAIN)


def _misfit(header: list[str], record: list[str]) -> tuple[str, str, str] | None:
    """Say in which column a record does not fit the header, why, and what to do."""
    if max(map(len, record), default=_LONGEST) >= _LONGEST:
        return "(all)", "from here on the file is not readable as CSV: a quotation mark may be left open.", _AGAIN
    if len(record) < len(header):
        return header[len(record)], f"the row breaks off after {len(record)} of {len(header)} fields.", _AGAIN
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


def _check_values(file: VoteFile) -> None:
    """Refuse the first value that is not of its column's kind."""
    for column, (readable, kind) in _KINDS.items():
        coded = file.columns[column]
        bad = [number for number, value in enumerate(coded.values) if not readable(value)]
        if bad:  # a value is only listed if some row has it
            rows = np.flatnonzero(np.isin(coded.codes, bad))
            value = coded.values[coded.codes[rows[0]]]
            found = f"{value!r} is not" if value.strip() else "blank where there should be"
            raise file.refuse(int(rows[0]), column, f"{found} {kind}.")


def is_iso_date(value: str) -> bool:
    """Tell whether a text is a calendar date written year-month-day.

    Examples
    --------
    >>> is_iso_date("1994-12-15"), is_iso_date("1994-02-30"), is_iso_date("15.12.1994")
    (True, False, False)
    """
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def total_of(value: str) -> int | None:
    """Read a stated total; the library writes some as ``120.0`` and leaves some blank.

    Examples
    --------
    >>> total_of("120"), total_of("120.0"), total_of("")
    (120, 120, None)
    """
    return int(value.removesuffix(".0")) if value else None


_KINDS: dict[str, tuple[Callable[[str], bool], str]] = {
    "undl_id": (lambda value: bool(re.fullmatch(r"\d{1,15}", value)), "a record number"),
    "ms_code": (lambda value: bool(re.fullmatch(r"[A-Z]{3}", value)), "a state code of three capital letters"),
    "ms_vote": (lambda value: value in VOTES, "a vote code (Y yes, N no, A abstention, X non-voting)"),
    "date": (is_iso_date, "a date written year-month-day"),
    "session": (lambda value: bool(re.fullmatch(r"\d{1,3}|E?S-\d{1,3}", value)), "a session such as 48, S-14 or ES-10"),
    "resolution": (lambda value: bool(value.strip()), "a resolution's symbol"),
    **{
        column: (lambda value: bool(re.fullmatch(r"(\d{1,4}(\.0)?)?", value)), "a number of states")
        for column in TOTALS
    },
}


def _check_attributes(file: VoteFile) -> None:
    """Refuse the first row that contradicts the first row of its resolution."""
    for column in _ATTRIBUTES:
        coded = file.columns[column]
        codes = _same_totals(coded) if column in TOTALS else coded.codes
        stated = codes[file.first_row][file.resolution]
        rows = np.flatnonzero(codes != stated)
        if len(rows):
            row = int(rows[0])
            first = int(file.first_row[file.resolution[row]])
            here, there = coded.values[coded.codes[row]], coded.values[coded.codes[first]]
            number = file.columns["undl_id"].values[file.columns["undl_id"].codes[row]]
            problem = (
                f"{here!r} contradicts {there!r} in line {line_of(file.text, first)}, both of resolution {number}."
            )
            raise file.refuse(row, column, problem)


def _same_totals(coded: Coded) -> Ints:
    """Recode totals by value, because 120 and 120.0 are one number."""
    values = [-1 if total is None else total for total in coded.decoded(total_of)]
    return np.array(values, dtype=np.int64)[coded.codes]


def _check_single_votes(file: VoteFile) -> None:
    """Refuse a second vote by one state on one resolution."""
    states = file.columns["ms_code"]
    pairs = file.resolution * len(states.values) + states.codes
    order = np.argsort(pairs, kind="stable")
    again = order[1:][np.diff(pairs[order]) == 0]
    if len(again):
        row = int(again.min())
        state = states.values[states.codes[row]]
        number = file.columns["undl_id"].values[file.columns["undl_id"].codes[row]]
        raise file.refuse(
            row, "ms_code", f"a second vote by {state} on resolution {number}.", "Keep one of the two rows."
        )


def _check_last_resolution(file: VoteFile) -> None:
    """Refuse a file that ends inside a resolution: what a cut between two lines leaves behind."""
    last = len(file.resolution) - 1
    total = file.columns["total_ms"]
    stated = total_of(total.values[total.codes[last]])
    rows = int((file.resolution == file.resolution[last]).sum())
    if stated is not None and rows < stated:
        raise file.refuse(last, "ms_code", f"the file ends after {rows} of {stated} states of its last resolution.")
