"""Marks on their way into a learning platform: into a file that was downloaded there, or into a new one.

A mark that is open, a field that is somebody else's, a student whom one side does not know: each is left as it is, and
named. No mark is made up, and none is lost without a word.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairmark import sheets, tables
from fairmark.bank import Assignment
from fairmark.lms import Column, Layout, Platform
from fairmark.report import Row
from fairmark.roster import IDENTIFIERS, Student
from fairmark.sheets import Sheet
from fairmark.tables import TableError

COURSE = "course"
"""The id of the column that holds the course mark."""


@dataclass(frozen=True)
class Marks:
    """One column to be transferred.

    Attributes
    ----------
    id, title : str
    points : float
        What it carries here.
    values : dict
        Student id to points; None where the mark is open.
    excused, missing : frozenset of str
        Who is excused, and who handed nothing in.
    """

    id: str
    title: str
    points: float
    values: Mapping[str, float | None]
    excused: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


@dataclass
class Told:
    """What became of the marks, for the instructor to read; every list holds words.

    Attributes
    ----------
    written : int
        Fields that now hold a mark.
    students : int
        Students with at least one of them.
    replaced
        Fields that held another mark before.
    excused
        Students who are excused, where the file cannot say so.
    open
        Marks that are open here, left as the file has them.
    closed
        Fields that the platform does not let anybody fill in.
    unknown
        Students of the file whom nobody knows here.
    absent
        Students known here who are not in the file.
    columns
        What was written where, or left out.
    """

    written: int = 0
    students: int = 0
    replaced: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


def gather(
    rows: Iterable[Row],
    assignments: Mapping[str, Assignment],
    names: Sequence[str],
    course_marks: Mapping[str, float | None] | None,
) -> list[Marks]:
    """Collect the columns to be transferred.

    Parameters
    ----------
    rows
        As :func:`fairmark.report.table` gives them.
    assignments
        The bank.
    names
        Which of them; empty: all in which somebody has handed in.
    course_marks
        As :func:`fairmark.weights.course_marks` gives them; None: no such column.
    """
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.assignment, []).append(row)
    begun = [name for name, group in by_name.items() if any(row.status in {"marked", "flagged"} for row in group)]
    found = [
        Marks(
            name,
            assignments[name].title,
            assignments[name].points,
            {row.student: row.total for row in by_name[name]},
            frozenset(row.student for row in by_name[name] if row.status == "excused"),
            frozenset(row.student for row in by_name[name] if row.status == "not handed in"),
        )
        for name in (names or begun)
        if name in by_name
    ]
    if course_marks is not None:
        found.append(Marks(COURSE, "Course mark", 100.0, course_marks))
    return found


def without_missing(marks: Iterable[Marks]) -> list[Marks]:
    """Take out the zeros of those who handed nothing in."""
    return [dataclasses.replace(one, values={**one.values, **dict.fromkeys(one.missing)}) for one in marks]


# --- Into a file that was downloaded ----------------------------------------------------------------------------------


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
    """Fill marks into a copy of a file that was downloaded from a platform.

    Parameters
    ----------
    platform
        Which.
    source, target
        The file, which is left alone, and the one to write.
    marks, students
        As :func:`gather` and :func:`fairmark.roster.everybody` give them.
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
    told = Told()
    pairs = list(_paired(sheet, layout, marks, named, told))
    if not pairs:
        there = ", ".join(repr(column.title) for column in layout.columns)
        raise TableError(
            f"{sheet.where(0)}: no column is called like an assignment here ({_ids(marks)}); the file has {there}. "
            f'Say which is which: --column {marks[0].id if marks else "ps1"}="{layout.columns[0].title}"'
        )
    factors = {column.index: _factor(sheet, platform, one, column, scale) for one, column in pairs}
    grid = [list(row) for row in sheet.rows]
    comma = _decimal_comma(sheet, [column.index for _, column in pairs])
    met: dict[str, int] = {}
    for number, student in _matched(sheet, layout, students, told):
        if student in met:
            raise TableError(
                f"{sheet.where(number)}: is {student}, and so is line {sheet.lines[met[student]]}; mend roster.csv"
            )
        met[student] = number
        before = told.written
        for one, column in pairs:
            text = _text(platform, one, student, factors[column.index], comma)
            grid[number][column.index] = _put(platform, students[student], one, text, grid[number][column.index], told)
        told.students += told.written > before
    told.absent += [_called(one) for name, one in students.items() if name not in met]
    sheets.write(grid, sheet.form, target)
    return told


def _paired(
    sheet: Sheet, layout: Layout, marks: Sequence[Marks], named: Mapping[str, str], told: Told
) -> Iterator[tuple[Marks, Column]]:
    """Find the column of the file that each of ours belongs to."""
    strange = [name for name in named if name not in {*IDENTIFIERS, *(one.id for one in marks)}]
    if strange:
        raise TableError(f"--column {strange[0]}=…: there is nothing called {strange[0]!r}; there are {_ids(marks)}")
    for one in marks:
        own = [named[one.id]] if one.id in named else [one.id, one.title, one.title.partition(":")[0]]
        wanted = {_plain(name) for name in own}
        found = [column for column in layout.columns if wanted & {_plain(name) for name in column.names}]
        if len(found) > 1:
            there = " and ".join(repr(column.heading) for column in found)
            raise TableError(
                f'{sheet.where(0)}: {one.id} could be {there}; say which: --column {one.id}="{found[0].heading}"'
            )
        if found:
            told.columns.append(f"{one.id} into {found[0].heading!r}")
            yield one, found[0]
        elif one.id in named:
            there = ", ".join(repr(column.title) for column in layout.columns)
            raise TableError(f"{sheet.where(0)}: no column for marks is called {named[one.id]!r}; there are {there}")
        else:
            told.columns.append(f"{one.id} is not in the file")


def _factor(sheet: Sheet, platform: Platform, one: Marks, column: Column, scale: bool) -> float:
    if column.points is None or column.points == one.points:
        return 1.0
    if not scale:
        raise TableError(
            f"{sheet.where(0)}: {column.title!r} carries {column.points:g} points in {platform.name}, and {one.id} "
            f"{one.points:g} here. Change the points in {platform.name} and download again, or convert with --scale"
        )
    return column.points / one.points


def _matched(sheet: Sheet, layout: Layout, students: Mapping[str, Student], told: Told) -> Iterator[tuple[int, str]]:
    """Find the student of each row."""
    known = _index(students)
    for number, row in enumerate(sheet.rows[layout.first :], start=layout.first):
        if not any(field.strip() for field in row):
            continue
        said = {kind: row[index].strip() for index, kind in layout.identifiers.items() if row[index].strip()}
        found = {kind: student for kind, value in said.items() if (student := _known(known, kind, value))}
        if len(set(found.values())) > 1:
            there = ", ".join(f"{kind} {said[kind]} is {student}" for kind, student in found.items())
            raise TableError(f"{sheet.where(number)}: names two students ({there}); mend roster.csv")
        if found:
            yield number, next(iter(found.values()))
        else:
            told.unknown.append(f"line {sheet.lines[number]}: {_shown(said, row)}{_zeros(said, known)}")


def _index(students: Mapping[str, Student]) -> dict[tuple[str, str], str]:
    known: dict[tuple[str, str], str] = {}
    for name, one in students.items():
        for kind in IDENTIFIERS:
            value = getattr(one, kind)
            other = known.setdefault((kind, _plain(value)), name) if value else name
            if other != name:
                raise TableError(
                    f"the {kind} {value!r} is {other}'s and {name}'s; give both a row of their own in roster.csv"
                )
    return known


def _known(known: Mapping[tuple[str, str], str], kind: str, value: str) -> str | None:
    """Look somebody up; where people log in with their email address, that is the user name."""
    student = known.get((kind, _plain(value)))
    return known.get(("email", _plain(value))) if student is None and kind == "username" else student


def _zeros(said: Mapping[str, str], known: Mapping[tuple[str, str], str]) -> str:
    """Notice ids whose leading zeros a spreadsheet program took away."""
    bare = {(kind, value.lstrip("0")): value for kind, value in known if value.startswith("0")}
    lost = [bare[kind, _plain(value)] for kind, value in said.items() if (kind, _plain(value)) in bare]
    return f" (is it {lost[0]}? then a spreadsheet program took the zeros away: download the file anew)" if lost else ""


def _text(platform: Platform, one: Marks, student: str, factor: float, comma: bool) -> str | None:
    """Write what belongs into a field; None: nothing does."""
    if student in one.excused:
        return platform.excused
    value = one.values.get(student)
    return None if value is None else number(value * factor, comma=comma)


def _put(platform: Platform, student: Student, one: Marks, text: str | None, before: str, told: Told) -> str:
    """Decide what a field says, and tell what needs telling."""
    called = f"{_called(student)}, {one.id}"
    held = before.strip()
    if held in platform.closed:
        told.closed.append(called)
        return before
    if text is None:
        if student.id in one.excused:
            told.excused.append(called)
        else:
            told.open.append(f"{called} (the file says {held})" if held.strip("-") else called)
        return before
    told.written += 1
    if held.strip("-") and not _same(held, text):
        told.replaced.append(f"{called}: {held} is now {text}")
    return text


# --- A new file -------------------------------------------------------------------------------------------------------


def fresh(platform: Platform, target: Path, marks: Sequence[Marks], students: Mapping[str, Student]) -> Told:
    """Write a new file, for a platform whose gradebook was not downloaded.

    Students who have no mark, or whom the platform could not recognise, are left out and named.

    Raises
    ------
    fairmark.tables.TableError
        If nobody would be left.
    """
    told = Told()
    used = [one for one in marks if one.excused or any(value is not None for value in one.values.values())]
    told.columns += [f"{one.id} as {one.title!r}" for one in used]
    with_marks = []
    for student in students.values():
        texts = [_text(platform, one, student.id, 1.0, False) for one in used]
        told.excused += [
            f"{_called(student)}, {one.id}" for one in used if student.id in one.excused and platform.excused is None
        ]
        told.open += [
            f"{_called(student)}, {one.id}"
            for one, text in zip(used, texts, strict=True)
            if text is None and student.id not in one.excused
        ]
        if any(text is not None for text in texts):
            with_marks.append((student, texts))
    heading, fields, needed = _naming(platform, [student for student, _ in with_marks])
    grid = [[*heading, *(tables.harmless(one.title) for one in used)]]
    if platform.name == "Canvas":
        grid.append(["    Points Possible", *[""] * (len(heading) - 1), *(number(one.points) for one in used)])
    for student, texts in with_marks:
        if not any(getattr(student, kind) for kind in needed):
            told.unknown.append(f"{_called(student)} has no {' or '.join(needed)} in roster.csv")
            continue
        told.students += 1
        told.written += sum(text is not None for text in texts)
        named = [_readable(student, name) if name not in IDENTIFIERS else getattr(student, name) for name in fields]
        grid.append([*named, *(platform.empty if text is None else text for text in texts)])
    if not told.students:
        raise TableError(
            f"nobody can be written for {platform.name}: " + ("; ".join(told.unknown) or "no mark is settled yet")
        )
    sheets.write(grid, platform.form, target)
    return told


def _naming(platform: Platform, students: Sequence[Student]) -> tuple[list[str], list[str], list[str]]:
    """Choose how a new file names its students: headings, what stands under them, and which of it is needed."""
    if platform.name == "Canvas":
        fields = ["name", "canvas_id", "id_number", "username", "section"]
        return ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"], fields, fields[1:4]
    if platform.name == "Blackboard":
        return ["Last Name", "First Name", "Username"], ["last_name", "first_name", "username"], ["username"]
    # Moodle gives a row without a name to the student of the row before, so every row must have one.
    kinds = list(platform.identifiers.items())
    lacking = {kind: [one for one in students if getattr(one, kind) in {"", "0"}] for _, kind in kinds}
    complete = [(heading.capitalize(), kind) for heading, kind in kinds if not lacking[kind]]
    if not complete:
        best = min(lacking, key=lambda kind: len(lacking[kind]))
        raise TableError(
            f"{platform.name} needs one way to name every student; in roster.csv {best} is missing of "
            f"{', '.join(_called(one) for one in lacking[best])}"
        )
    fields = [kind for _, kind in complete]
    return [heading for heading, _ in complete], fields, fields


def _readable(student: Student, name: str) -> str:
    return tables.harmless(str(getattr(student, name)))


def number(value: float, *, comma: bool = False) -> str:
    """Write points: two decimals at most, and no zeros after them.

    Examples
    --------
    >>> number(12.5), number(20.0), number(2 / 3), number(12345.678), number(0.5, comma=True)
    ('12.5', '20', '0.67', '12345.68', '0,5')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def _decimal_comma(sheet: Sheet, indexes: Sequence[int]) -> bool:
    """Notice that a file writes its numbers with a comma."""
    return any(re.fullmatch(r"\d+,\d+", row[index].strip()) for row in sheet.rows[1:] if row for index in indexes)


def _same(one: str, other: str) -> bool:
    try:
        return float(one.replace(",", ".")) == float(other.replace(",", "."))
    except ValueError:
        return one == other


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _ids(marks: Iterable[Marks]) -> str:
    return ", ".join(one.id for one in marks)


def _called(student: Student) -> str:
    return student.id if student.name == student.id else f"{student.name} ({student.id})"


def _shown(said: Mapping[str, str], row: Sequence[str]) -> str:
    return ", ".join(said.values()) or row[0].strip() or "a row without a name"
