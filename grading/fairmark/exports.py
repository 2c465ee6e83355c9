"""Write marks for other programs to read."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from fairmark import tables
from fairmark.files import PRIVATE, write_text
from fairmark.report import Row

COLUMNS = (
    "student",
    "assignment",
    "status",
    "automatic",
    "automatic_of",
    "by_hand",
    "by_hand_of",
    "late",
    "total",
    "out_of",
    "attention",
)


def marks_csv(rows: list[Row], file: Path) -> None:
    """Write the marks as CSV (UTF-8, commas, RFC 4180 quoting), one row a student and assignment.

    Parameters
    ----------
    rows
        As :func:`fairmark.report.table` gives them. A mark that is still open is an empty field, never 0.
    file
        Written whole or not at all, and only its owner can read it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_field(getattr(row, name)) for name in COLUMNS])
    write_text(file, stream.getvalue(), mode=PRIVATE)


def course_marks_csv(marks: dict[str, float | None], scheme: str, file: Path) -> None:
    """Write the course marks as CSV, one row a student; a mark that is still open is an empty field.

    Parameters
    ----------
    marks
        As :func:`fairmark.weights.course_marks` gives them.
    scheme
        The name of the scheme of weights, which stands in each row.
    file
        Written whole or not at all, and only its owner can read it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("student", "mark", "out_of", "scheme"))
    for student, mark in marks.items():
        writer.writerow([_field(student), _field(mark), "100", _field(scheme)])
    write_text(file, stream.getvalue(), mode=PRIVATE)


def _field(value: float | str | None) -> str:
    """Write one field."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tables.harmless(value)
    return f"{value:g}"
