"""Read the files of other people's estimates that `referencebuild` makes tables of, and refuse what cannot be trusted.

Three CSV files, plain or gzipped, and two Parquet files, all in one folder, under these names:

- ``voeten_ideal_points_2020-04.csv``: the file ``Output/IdealpointestimatesAll_Apr2020.csv`` of the public repository
  https://github.com/evoeten/United-Nations-General-Assembly-Votes-and-Ideal-Points, with its column ``QO%`` (a letter
  O) for the smallest draw, and its text in Windows-1252;
- ``voeten_ideal_points_2025-07.csv``: the ideal points of July 2025 from https://doi.org/10.7910/DVN/LEJUQZ, with 13 of
  their columns, and names whose UTF-8 was encoded twice;
- ``voeten_repeated_resolutions.csv``: the file ``Data/Matches.csv`` of that repository;
- ``unvotes_2020_votes.parquet``, ``unvotes_2020_roll_calls.parquet``: the tables ``un_votes`` and ``un_roll_calls`` of
  the R package unvotes 0.3, as R's arrow package writes them.

Another layout is refused, and so is a value that is not of its kind, with the file, the line and the column.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from neutrality import csvfile
from neutrality.csvfile import InputError

POINTS_2020 = [
    *("Row", "ccode", "session", "NVotes", "IdealPoint"),
    *("QO%", "Q5%", "Q10%", "Q50%", "Q90%", "Q95%", "Q100%", "iso3c", "Countryname"),
]
"""Columns of the ideal points of April 2020."""

POINTS_2025 = [
    *("ccode", "iso3c", "countryname", "year", "idealpointfp", "q5fp", "q95fp", "nvotesfp"),
    *("idealpointall", "q5all", "q95all", "nvotesall", "idealpointlegacy"),
]
"""Columns of the ideal points of July 2025."""

PAIRS = ["v1", "rcid1", "rcid2"]
"""Columns of the pairs of repeated resolutions."""

LAYOUTS = {
    "voeten_ideal_points_2020-04.csv": POINTS_2020,
    "voeten_ideal_points_2025-07.csv": POINTS_2025,
    "voeten_repeated_resolutions.csv": PAIRS,
    "unvotes_2020_votes.parquet": ["rcid", "country", "country_code", "vote"],
    "unvotes_2020_roll_calls.parquet": [
        *("rcid", "session", "importantvote", "date", "unres", "amend", "para", "short", "descr")
    ],
}
"""The files and their columns. A CSV file may also be gzipped and be called ``….csv.gz``."""

AGAIN = "Get the file again from the place that `neutrality reference build --help` names."
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A CSV file as text, known to have its layout.

    Attributes
    ----------
    path : pathlib.Path
        Where it was read.
    sha256 : str
        Checksum of the file as it lies on disk.
    lines : list of int
        The line of each row, for errors.
    columns : dict of str to list of str
        Each column's cells.
    """

    path: Path
    sha256: str
    lines: list[int]
    columns: dict[str, list[str]]

    def refuse(self, row: int, column: str, problem: str, remedy: str = AGAIN) -> InputError:
        """Make the error for one cell.

        Parameters
        ----------
        row : int
            The row, counted from 0 after the header.
        column, problem, remedy : str
            As in `neutrality.csvfile.InputError`.

        Returns
        -------
        neutrality.csvfile.InputError
            To be raised.
        """
        return InputError(self.path, self.lines[row], column, problem, remedy)

    def numbers(self, column: str, kind: str = "a number", *, gaps: bool = False) -> pd.Series[Any]:
        """Read a column of numbers.

        Parameters
        ----------
        column : str
            The column.
        kind : str
            What the error says the value is not.
        gaps : bool
            Whether a cell may be blank.

        Returns
        -------
        pandas.Series
            Numbers of type float64, NaN where blank.

        Raises
        ------
        neutrality.csvfile.InputError
            If a cell has something else.
        """
        for row, cell in enumerate(self.columns[column]):
            if not (_NUMBER.fullmatch(cell) or (gaps and not cell)):
                raise self.refuse(row, column, _not(cell, kind))
        return pd.Series([float(cell) if cell else np.nan for cell in self.columns[column]], dtype="float64")

    def wholes(self, column: str, first: int, last: int, *, gaps: bool = False) -> pd.Series[Any]:
        """Read a column of whole numbers within bounds; ``25.0`` is one.

        Parameters
        ----------
        column : str
            The column.
        first, last : int
            The bounds, themselves included.
        gaps : bool
            Whether a cell may be blank.

        Returns
        -------
        pandas.Series
            Numbers of type Int64.

        Raises
        ------
        neutrality.csvfile.InputError
            If a cell has something else, or a number outside the bounds.
        """
        kind = f"a whole number from {first:,} to {last:,}"
        values = self.numbers(column, kind, gaps=gaps)
        odd = values.notna() & ((values != values.round()) | ~values.between(first, last))
        if odd.any():
            row = int(odd.to_numpy().argmax())
            raise self.refuse(row, column, _not(self.columns[column][row], kind))
        return values.astype("Int64")


def read(folder: Path, name: str) -> Sheet:
    """Read one of the CSV files.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are.
    name : str
        One of `LAYOUTS`, ending in ``.csv``; the file may be the same with ``.gz``.

    Returns
    -------
    Sheet
        Its cells, as text.

    Raises
    ------
    neutrality.csvfile.InputError
        If the file is empty, damaged, of another layout, or has a row that is too short or too long.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> read(Path("nowhere"), "voeten_repeated_resolutions.csv")
    Traceback (most recent call last):
        ...
    FileNotFoundError: nowhere/voeten_repeated_resolutions.csv: not there, nor with .gz
    """
    path = _there(folder, name)
    sha256, content = csvfile.content(path, AGAIN)
    try:
        records = list(csvfile.records(io.StringIO(_decoded(content), newline="")))
    except csvfile.UnreadableError as error:
        raise InputError(path, 1, "(all)", f"the file is not readable as CSV ({error}).", AGAIN) from error
    header = records[0][1]
    _require(path, header, LAYOUTS[name])
    if len(records) == 1:
        raise InputError(path, 2, "(all)", "the file has a header and no rows.", AGAIN)
    for line, record in records:
        if len(record) != len(header):
            column = header[min(len(record), len(header) - 1)]
            raise InputError(path, line, column, f"the row has {len(record)} fields, the header {len(header)}.", AGAIN)
    columns = dict(zip(header, map(list, zip(*(record for _, record in records[1:]), strict=True)), strict=True))
    return Sheet(path, sha256, [line for line, _ in records[1:]], columns)


def read_parquet(folder: Path, name: str) -> tuple[str, pd.DataFrame]:
    """Read one of the Parquet files.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are.
    name : str
        One of `LAYOUTS`, ending in ``.parquet``.

    Returns
    -------
    tuple of str and pandas.DataFrame
        The checksum of the file, and its rows.

    Raises
    ------
    neutrality.csvfile.InputError
        If the file is not Parquet, or is of another layout.
    FileNotFoundError
        If there is no such file.
    """
    path = _there(folder, name)
    content = path.read_bytes()
    try:
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except pa.ArrowInvalid as error:
        raise InputError(path, 1, "(all)", "the file is not a Parquet table, or is damaged.", AGAIN) from error
    _require(path, table.column_names, LAYOUTS[name])
    return hashlib.sha256(content).hexdigest(), table.to_pandas()


def mended(text: str) -> str:
    """Undo an encoding into UTF-8 that was done twice; other text stays as it is.

    Parameters
    ----------
    text : str
        A name.

    Returns
    -------
    str

    Examples
    --------
    >>> mended("SÃ£o TomÃ©"), mended("São Tomé")
    ('São Tomé', 'São Tomé')
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _there(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.exists():
            return path
    also = ", nor with .gz" if name.endswith(".csv") else ""
    raise FileNotFoundError(f"{folder / name}: not there{also}")


def _decoded(content: bytes) -> str:
    """Read UTF-8; what is not UTF-8 was written on a Windows machine."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _require(path: Path, header: list[str], layout: list[str]) -> None:
    """Refuse another layout: a missing column, one too many, or one that is there twice."""
    remedy = "Use the release with the columns " + ", ".join(layout) + "."
    problems: list[tuple[str, Callable[[str], bool]]] = [
        ("the column is missing.", lambda column: column not in header),
        ("this release has no such column.", lambda column: column not in layout),
        ("the column stands there twice.", lambda column: header.count(column) > 1),
    ]
    for problem, holds in problems:
        for column in (*layout, *header):
            if holds(column):
                raise InputError(path, 1, column, problem, remedy)


def _not(cell: str, kind: str) -> str:
    return f"{cell!r} is not {kind}." if cell else f"blank where there should be {kind}."
