"""Read Voeten's issue codes: which recorded votes concern which of six matters.

The input is a CSV file, plain or gzipped, with the columns ``undl_id``, ``v_me``, ``v_nu``, ``v_di``, ``v_co``,
``v_hr``, ``v_ec`` (each ``True``, ``False`` or blank) and ``voeten_rcid`` (his roll-call number, or blank).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from neutrality import csvfile
from neutrality.csvfile import Coded, InputError
from neutrality.rollcalls import ISSUES

COLUMNS = ["undl_id", *(f"v_{issue}" for issue in ISSUES), "voeten_rcid"]
"""The columns of the input."""

AGAIN = "Get the file of issue codes again from where it was published."
"""The remedy for a file that came damaged."""

_TRUTH = {"True": True, "False": False, "": None}


@dataclass(frozen=True, eq=False)
class IssueCodes:
    """Issue codes by resolution.

    Attributes
    ----------
    origin : dict
        Where they came from, for the build's report.
    frame : pandas.DataFrame
        Indexed by ``undl_id``: the six issues (nullable boolean) and ``voeten_rcid`` (text or None).
    """

    origin: dict[str, str]
    frame: pd.DataFrame


def read(path: Path) -> IssueCodes:
    """Read and check a file of issue codes.

    Parameters
    ----------
    path : pathlib.Path
        The file, CSV or gzipped CSV.

    Returns
    -------
    IssueCodes
        The codes, one row a resolution.

    Raises
    ------
    neutrality.csvfile.InputError
        If a column is missing, a value is not of its kind, a resolution is there twice, or the file is empty or cut.

    Examples
    --------
    >>> read(Path("nowhere.csv"))
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.csv'
    """
    sha256, text = csvfile.content(path, AGAIN)
    csvfile.require_columns(path, text, COLUMNS)
    columns = csvfile.parse(path, text, tuple(COLUMNS), AGAIN)
    _check(path, text, columns)
    index = pd.Index(_spread(columns["undl_id"], int), name="undl_id", dtype="int64")
    frame = pd.DataFrame(index=index)
    for issue in ISSUES:
        frame[issue] = pd.array(_spread(columns[f"v_{issue}"], _TRUTH.get), dtype="boolean")
    frame["voeten_rcid"] = _spread(columns["voeten_rcid"], lambda value: value.removesuffix(".0") or None)
    return IssueCodes({"file": path.name, "sha256": sha256}, frame)


def _spread(coded: Coded, read_one: Callable[[str], Any]) -> list[Any]:
    """Give each row its value, reading each distinct text once."""
    values = coded.decoded(read_one)
    return [values[code] for code in coded.codes]


def _check(path: Path, text: bytes, columns: dict[str, Coded]) -> None:
    """Refuse the first value that is not of its kind, and a resolution that is there twice."""
    kinds = {"undl_id": (r"\d{1,15}", "a record number"), "voeten_rcid": (r"(\d{1,9}(\.0)?)?", "a roll-call number")}
    for column, coded in columns.items():
        pattern, kind = kinds.get(column, ("(True|False)?", "True, False or blank"))
        wrong = functools.partial(_is_no, pattern)
        rows = np.flatnonzero(coded.where(wrong))
        if len(rows):
            problem = f"{coded.at(rows[0])!r} is not {kind}."
            raise InputError(path, csvfile.line_of(text, int(rows[0])), column, problem, "Correct the value.")
    codes = columns["undl_id"].codes
    again = np.setdiff1d(np.arange(len(codes)), np.unique(codes, return_index=True)[1])
    if len(again):
        row = int(again[0])
        problem = f"resolution {columns['undl_id'].at(row)} is there twice."
        raise InputError(path, csvfile.line_of(text, row), "undl_id", problem, "Keep one of the two rows.")


def _is_no(pattern: str, value: str) -> bool:
    return not re.fullmatch(pattern, value)
