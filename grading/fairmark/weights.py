"""How points become the course mark: one table that an instructor can read and change.

The table has a row a scheme and assignment: how much the assignment weighs beside the others, and how its own mark is
made of what a program marks and what a person marks. The setting ``scheme`` names the scheme that counts.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairmark.bank import Assignment
from fairmark.report import Row

COLUMNS = ("scheme", "assignment", "weight", "automatic", "written")


class WeightsError(ValueError):
    """Weights that cannot be used; the message names file, line and remedy."""


@dataclass(frozen=True)
class Weight:
    """What one assignment counts.

    Attributes
    ----------
    weight : float
        Its weight beside the other assignments; only the proportions matter.
    automatic, written : float
        Per cent of its own mark that come from what a program and what a person marks; together 100.
    """

    weight: float
    automatic: float
    written: float

    def mark(self, row: Row) -> float | None:
        """Give the mark of one assignment, from 0 to 100.

        Parameters
        ----------
        row
            A student's points in it.

        Returns
        -------
        float or None
            None while a part that counts is open, and for a student who is excused. What lateness takes off is taken as
            its share of all points.
        """
        parts = [(self.automatic, row.automatic, row.automatic_of), (self.written, row.by_hand, row.by_hand_of)]
        counting = [(per_cent, got, of) for per_cent, got, of in parts if per_cent]
        if row.status in {"flagged", "excused"} or any(got is None for _, got, _ in counting):
            return None
        earned = sum(per_cent * (got or 0.0) / of for per_cent, got, of in counting if of)
        return max(0.0, earned - (100 * row.late / row.out_of if row.out_of else 0.0))


def load(file: Path, scheme: str, assignments: Mapping[str, Assignment]) -> dict[str, Weight]:
    """Read one scheme.

    Parameters
    ----------
    file
        The table, a CSV with the columns of :data:`COLUMNS`.
    scheme
        Which rows count.
    assignments
        The bank; each of its assignments needs a row.

    Returns
    -------
    dict
        Assignment id to its weight.

    Raises
    ------
    WeightsError
        If the file cannot be read, the scheme is not in it, or its rows do not fit the bank.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WeightsError(f"{file}: cannot be read: {error}") from None
    if not lines or tuple(lines[0]) != COLUMNS:
        raise WeightsError(f"{file}, line 1: must name the columns {', '.join(COLUMNS)}")
    schemes = sorted({line[0] for line in lines[1:] if line})
    if scheme not in schemes:
        raise WeightsError(f"{file}: has no scheme {scheme!r}; it has {', '.join(schemes)}. Name one in course.toml.")
    found: dict[str, Weight] = {}
    for number, line in enumerate(lines[1:], start=2):
        # A row of an assignment that this bank does not have yet, or no longer, does no harm.
        if line and line[0] == scheme and (len(line) < 2 or line[1] in assignments):
            name, weight = _row(f"{file}, line {number}", line, assignments)
            if name in found:
                raise WeightsError(f"{file}, line {number}: {name} stands twice in the scheme {scheme!r}")
            found[name] = weight
    missing = [name for name in assignments if name not in found]
    if missing:
        raise WeightsError(f"{file}: the scheme {scheme!r} has no row for {', '.join(missing)}; add one")
    if not sum(one.weight for one in found.values()):
        raise WeightsError(f"{file}: all weights of the scheme {scheme!r} are 0")
    return found


def _row(where: str, line: list[str], assignments: Mapping[str, Assignment]) -> tuple[str, Weight]:
    if len(line) != len(COLUMNS):
        raise WeightsError(f"{where}: has {len(line)} fields, and {len(COLUMNS)} are wanted")
    name = line[1]
    try:
        weight = Weight(*(float(part) for part in line[2:]))
    except ValueError:
        raise WeightsError(f"{where}: {', '.join(COLUMNS[2:])} must be numbers") from None
    # Written so that a NaN is refused too.
    if not (0 <= weight.weight < math.inf and weight.automatic >= 0 and weight.written >= 0):
        raise WeightsError(f"{where}: a weight cannot be below 0, nor endless")
    if weight.automatic + weight.written != 100:
        raise WeightsError(f"{where}: automatic and written must add up to 100, and are {line[3]} and {line[4]}")
    _carried(where, name, weight, assignments[name])
    return name, weight


def _carried(where: str, name: str, weight: Weight, assignment: Assignment) -> None:
    """Refuse a part that counts and has no points to earn."""
    entries = assignment.entries.values()
    for part, per_cent, by_hand in (("automatic", weight.automatic, False), ("written", weight.written, True)):
        if per_cent and not any(entry.marked_by_hand == by_hand for entry in entries):
            raise WeightsError(f"{where}: {part} is {per_cent:g}, and {name} has no such question; put 0 there")


def course_marks(
    rows: Iterable[Row], weights: Mapping[str, Weight], *, drop_lowest: int = 0, droppable: Collection[str] = ()
) -> dict[str, float | None]:
    """Give every student's course mark, from 0 to 100, rounded to two decimals.

    Parameters
    ----------
    rows
        Every student's points in every assignment, as :func:`fairmark.report.table` gives them.
    weights
        As :func:`load` gives them.
    drop_lowest
        How many of a student's lowest marks are left out, after what the student is excused from. One always stays.
    droppable
        Which assignments may be left out so.

    Returns
    -------
    dict
        Student id to mark; None while a part that counts is open, and where nothing counts. Work that was not handed in
        counts as 0.
    """
    total = sum(one.weight for one in weights.values())
    students: dict[str, list[_Part]] = {}
    for row in rows:
        one = weights[row.assignment]
        part = _Part(row.assignment, one.weight, one.mark(row), row.status == "excused")
        students.setdefault(row.student, []).append(part)
    return {student: _weighed(parts, total, drop_lowest, droppable) for student, parts in students.items()}


@dataclass(frozen=True)
class _Part:
    """What one assignment adds to a student's course mark."""

    assignment: str
    weight: float
    mark: float | None
    excused: bool


def _weighed(parts: list[_Part], total: float, drop_lowest: int, droppable: Collection[str]) -> float | None:
    counting = [part for part in parts if part.weight and not part.excused]
    total -= sum(part.weight for part in parts if part.excused)
    if not counting or any(part.mark is None for part in counting):
        return None
    # Of equal marks the heavier one goes: that is never worse for the student.
    lowest = sorted(
        (part for part in counting if part.assignment in droppable),
        key=lambda part: (part.mark, -part.weight, part.assignment),
    )
    dropped = lowest[: min(drop_lowest, len(counting) - 1)]
    total -= sum(part.weight for part in dropped)
    return round(sum(part.weight * (part.mark or 0.0) for part in counting if part not in dropped) / total, 2)
