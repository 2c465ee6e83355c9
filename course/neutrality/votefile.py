"""Read the UN library's official file of General Assembly votes, and refuse what cannot be trusted.

The layout is that of the United Nations Dag Hammarskjöld Library's *General Assembly Voting Data*: a CSV file, plain
or gzipped, one row a vote of one state on one resolution, the resolution's attributes repeated in every row. A byte
order mark and further columns are accepted. These are refused (`neutrality.csvfile.InputError`):

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

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from neutrality import csvfile
from neutrality.csvfile import Coded, InputError, Ints, line_of

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
AGAIN = "Download the file again from the UN Digital Library."
"""The remedy for a file that came damaged."""


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

    def refuse(self, record: int, column: str, problem: str, remedy: str = AGAIN) -> InputError:
        """Make the error for one row, looking up its line in the file.

        Parameters
        ----------
        record : int
            The row, counted from 0 after the header.
        column, problem, remedy : str
            As in `neutrality.csvfile.InputError`.

        Returns
        -------
        neutrality.csvfile.InputError
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
    neutrality.csvfile.InputError
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
    sha256, text = csvfile.content(path, AGAIN)
    extra = _header(path, text, COLUMNS)
    columns = csvfile.parse(path, text, _USED, AGAIN)
    resolution, first_row = _number(columns["undl_id"].codes)
    file = VoteFile(path, sha256, extra, resolution, first_row, columns, text)
    _check_values(file)
    _check_attributes(file)
    _check_single_votes(file)
    _check_last_resolution(file)
    return file


def _header(path: Path, text: bytes, layout: list[str]) -> tuple[str, ...]:
    """Return the columns beyond the layout."""
    return tuple(column for column in csvfile.require_columns(path, text, layout) if column not in layout)


def _number(codes: Ints) -> tuple[Ints, Ints]:
    """Count the distinct codes in order of first appearance; return each row's number and each number's first row."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]


def _check_values(file: VoteFile) -> None:
    """Refuse the first value that is not of its column's kind."""
    for column, (readable, kind) in _KINDS.items():
        coded = file.columns[column]
        rows = np.flatnonzero(~coded.where(readable))
        if len(rows):
            value = coded.at(rows[0])
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
            problem = (
                f"{coded.at(row)!r} contradicts {coded.at(first)!r} in line {line_of(file.text, first)}, both of "
                f"resolution {file.columns['undl_id'].at(row)}."
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
        problem = f"a second vote by {states.at(row)} on resolution {file.columns['undl_id'].at(row)}."
        raise file.refuse(row, "ms_code", problem, "Keep one of the two rows.")


def _check_last_resolution(file: VoteFile) -> None:
    """Refuse a file that ends inside a resolution: what a cut between two lines leaves behind."""
    last = len(file.resolution) - 1
    stated = total_of(file.columns["total_ms"].at(last))
    rows = int((file.resolution == file.resolution[last]).sum())
    if stated is not None and rows < stated:
        raise file.refuse(last, "ms_code", f"the file ends after {rows} of {stated} states of its last resolution.")
