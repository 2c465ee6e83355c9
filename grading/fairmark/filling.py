"""Fill marks into a copy of a gradebook that was downloaded from a learning platform.

A mark that is open, a field that is somebody else's, a student whom one side does not know: each is left as it is, and
named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairmark import matching, sheets
from fairmark.lms import Column, Layout, Platform
from fairmark.roster import IDENTIFIERS, Student
from fairmark.sheets import Sheet
from fairmark.tables import TableError
from fairmark.transfer import (
    ABSENT,
    CLOSED,
    EXCUSED,
    MISSING,
    OPEN,
    REPLACED,
    Marks,
    Note,
    Told,
    called,
    field_text,
    printable,
)


@dataclass(frozen=True)
class _Field:
    """What a field says, whether that is a mark of ours, and what is to be told of it."""

    text: str
    ours: bool
    notes: tuple[Note, ...] = ()


def fill(
    platform: Platform,
    source: Path,
    target: Path,
    marks: Sequence[Marks],
    students: Mapping[str, Student],
    named: Mapping[str, str],
    *,
    scale: bool = False,
) -> Told:
    """Fill marks into a copy of a file.

    Parameters
    ----------
    platform
        Which.
    source, target
        The file that was downloaded, which is left alone, and the one to write.
    marks, students
        As :func:`fairmark.transfer.gather` and :func:`fairmark.roster.everybody` give them.
    named
        Column id to heading, where the two do not find each other; likewise what names the students.
    scale
        Convert where a column carries other points in the platform.

    Raises
    ------
    fairmark.tables.TableError
        If the file cannot be used; nothing is written then.
    """
    if target.resolve() == source.resolve():
        raise TableError(f"{target}: is the file that was downloaded; name another one with --to, and keep that one")
    sheet = sheets.read(source)
    layout = platform.layout(sheet, {kind: title for kind, title in named.items() if kind in IDENTIFIERS})
    pairs = _paired(sheet, layout, marks, named)
    factors = {column.index: _factor(sheet, platform, one, column, scale) for one, column in pairs}
    comma = _decimal_comma(sheet, factors)
    rows = matching.students(sheet, layout, students)
    grid, notes, filled = [list(row) for row in sheet.rows], list[Note](), list[str]()
    for number, student in rows.items():
        for one, column in pairs:
            text = field_text(platform, one, student, factor=factors[column.index], comma=comma)
            field = _field(platform, students[student], one, text, grid[number][column.index])
            grid[number][column.index] = field.text
            notes += field.notes
            filled += [student] if field.ours else []
    sheets.write(grid, sheet.form, target)
    notes += matching.unknown(sheet, layout, rows, students)
    notes += [Note(ABSENT, called(one)) for name, one in students.items() if name not in rows.values()]
    into = {one.id: f"{one.id}, of {one.points:g}, into {printable(column.heading)!r}" for one, column in pairs}
    missing = ", ".join(one.id for one in marks if one.id not in into)
    columns = (*into.values(), *([f"not in the file: {missing}"] if missing else []))
    return Told(len(filled), len(set(filled)), columns, tuple(notes))


def _paired(
    sheet: Sheet, layout: Layout, marks: Sequence[Marks], named: Mapping[str, str]
) -> list[tuple[Marks, Column]]:
    """Find the column of the file that each of ours belongs to."""
    ids = ", ".join(one.id for one in marks)
    strange = [name for name in named if name not in {*IDENTIFIERS, *(one.id for one in marks)}]
    if strange:
        raise TableError(f"--column {strange[0]}=…: there is nothing called {strange[0]!r}; there are {ids}")
    there = ", ".join(repr(column.title) for column in layout.columns)
    pairs: list[tuple[Marks, Column]] = []
    for one in marks:
        own = [named[one.id]] if one.id in named else [one.id, one.title, one.title.partition(":")[0]]
        wanted = {matching.folded(name) for name in own}
        found = [column for column in layout.columns if wanted & {matching.folded(name) for name in column.names}]
        if len(found) > 1:
            could = " and ".join(repr(column.heading) for column in found)
            raise TableError(
                f'{sheet.where(0)}: {one.id} could be {could}; say which: --column {one.id}="{found[0].heading}"'
            )
        if one.id in named and not found:
            raise TableError(f"{sheet.where(0)}: no column for marks is called {named[one.id]!r}; there are {there}")
        both = [other.id for other, column in pairs if column in found]
        if both:
            raise TableError(f"{sheet.where(0)}: {both[0]} and {one.id} would both go into {found[0].heading!r}")
        pairs += [(one, column) for column in found]
    if not pairs:
        example = f'--column {marks[0].id}="{layout.columns[0].title}"' if marks else "name an assignment"
        raise TableError(
            f"{sheet.where(0)}: no column is called like an assignment here ({ids}); the file has {there}. "
            f"Say which is which: {example}"
        )
    return pairs


def _factor(sheet: Sheet, platform: Platform, one: Marks, column: Column, scale: bool) -> float:
    if column.points is None or column.points == one.points:
        return 1.0
    if not (0 < column.points < math.inf and one.points):
        raise TableError(
            f"{sheet.where(0)}: {column.title!r} carries {column.points:g} points in {platform.name}, and {one.id} "
            f"{one.points:g} here, so no mark can be converted. Change the points in {platform.name} and download again"
        )
    if not scale:
        raise TableError(
            f"{sheet.where(0)}: {column.title!r} carries {column.points:g} points in {platform.name}, and {one.id} "
            f"{one.points:g} here. Change the points in {platform.name} and download again, or convert with --scale"
        )
    return column.points / one.points


def _field(platform: Platform, student: Student, one: Marks, text: str | None, before: str) -> _Field:
    """Decide what a field says."""
    who, held = called(student), printable(before.strip())
    blank = not held.strip("-")
    if held in platform.closed:
        return _Field(before, False, (Note(CLOSED, who, one.id),))
    if text is None:
        about = EXCUSED if student.id in one.excused else OPEN
        return _Field(before, False, (Note(about, who if blank else f"{who} has {held} in the file", one.id),))
    changed = [] if blank or _same(held, text) else [Note(REPLACED, f"{who} had {held}, has {text}", one.id)]
    missing = [Note(MISSING, who, one.id)] if student.id in one.missing else []
    return _Field(text, True, (*changed, *missing))


def _decimal_comma(sheet: Sheet, indexes: Iterable[int]) -> bool:
    """Notice that a file writes its numbers with a comma."""
    wanted = list(indexes)
    return any(re.fullmatch(r"\d+,\d+", row[index].strip()) for row in sheet.rows[1:] if row for index in wanted)


def _same(one: str, other: str) -> bool:
    try:
        return float(one.replace(",", ".")) == float(other.replace(",", "."))
    except ValueError:
        return one == other
