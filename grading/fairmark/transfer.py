"""Marks on their way into a learning platform, and what the instructor is told about them.

No mark is made up, and none is lost without a word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairmark.bank import Assignment
from fairmark.lms import Platform
from fairmark.report import Row
from fairmark.roster import Student
from fairmark.weights import Weight

COURSE = "course"
"""The id of the column that holds the course mark."""
REPLACED, MISSING, OPEN = "replaced", "missing", "open"
EXCUSED, CLOSED, UNKNOWN, ABSENT = "excused", "closed", "unknown", "absent"
"""What a note is about: a field that held another mark; a 0 for work that was not handed in; a mark that is open here;
a student who is excused, where a file cannot say so; a field that the platform lets nobody fill in; a student whom one
side cannot name; a student who is not in the file."""


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


@dataclass(frozen=True)
class Note:
    """Something to be told: what it is about, in words, and of which column where it is of one."""

    about: str
    says: str
    column: str = ""


@dataclass(frozen=True)
class Told:
    """What became of the marks.

    Attributes
    ----------
    written : int
        Fields that now hold a mark.
    students : int
        Students with at least one of them.
    columns : tuple of str
        What was written where, or left out.
    notes : tuple of Note
    """

    written: int
    students: int
    columns: tuple[str, ...]
    notes: tuple[Note, ...]

    def of(self, about: str) -> list[str]:
        """Give the words of the notes about one thing: a line a column, or one a note that is of no column."""
        lines, columns = list[str](), dict[str, list[str]]()
        for note in self.notes:
            if note.about == about and note.column:
                columns.setdefault(note.column, []).append(note.says)
            elif note.about == about:
                lines.append(note.says)
        return [*(f"{column}: {'; '.join(says)}" for column, says in columns.items()), *lines]

    def count(self, about: str) -> int:
        """Count the notes about one thing."""
        return sum(note.about == about for note in self.notes)


def gather(
    rows: Iterable[Row],
    assignments: Mapping[str, Assignment],
    names: Sequence[str],
    course_marks: Mapping[str, float | None] | None,
    scheme: Mapping[str, Weight] | None = None,
) -> list[Marks]:
    """Collect the columns to be transferred.

    Of an assignment only that part is transferred which counts for the course mark: where written answers count
    nothing, nobody has to mark them before the rest can go.

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
    scheme
        What counts, as :func:`fairmark.weights.load` gives it; None: everything.
    """
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.assignment, []).append(row)
    begun = [name for name, group in by_name.items() if any(row.status in {"marked", "flagged"} for row in group)]
    found = [
        Marks(
            name,
            assignments[name].title,
            _carried(assignments[name], (scheme or {}).get(name)),
            {row.student: _points(row, (scheme or {}).get(name)) for row in by_name[name]},
            frozenset(row.student for row in by_name[name] if row.status == "excused"),
            frozenset(row.student for row in by_name[name] if row.status == "not handed in"),
        )
        for name in (names or begun)
        if name in by_name
    ]
    if course_marks is not None:
        found.append(Marks(COURSE, "Course mark", 100.0, course_marks))
    return found


def _carried(assignment: Assignment, weight: Weight | None) -> float:
    """Give the points of what counts."""
    counts = {False: weight is None or weight.automatic > 0, True: weight is None or weight.written > 0}
    return sum(entry.item.points for entry in assignment.entries.values() if counts[entry.marked_by_hand])


def _points(row: Row, weight: Weight | None) -> float | None:
    """Give a student's points in what counts; of what lateness takes off, its share."""
    if row.status == "not handed in" or weight is None or (weight.automatic and weight.written):
        return row.total
    got, carried = (row.automatic, row.automatic_of) if weight.automatic else (row.by_hand, row.by_hand_of)
    if got is None or row.status != "marked":
        return None
    return max(0.0, got - (row.late * carried / row.out_of if row.out_of else 0.0))


def without_missing(marks: Iterable[Marks]) -> list[Marks]:
    """Take out the zeros of those who handed nothing in."""
    return [dataclasses.replace(one, values={**one.values, **dict.fromkeys(one.missing)}) for one in marks]


def field_text(platform: Platform, one: Marks, student: str, *, factor: float = 1.0, comma: bool = False) -> str | None:
    """Write what belongs into a student's field; None: nothing does.

    Parameters
    ----------
    platform, one, student
    factor
        By which points are converted.
    comma
        Whether the file writes its numbers with a decimal comma.
    """
    if student in one.excused:
        return platform.excused
    value = one.values.get(student)
    return None if value is None else number(value * factor, comma=comma)


def number(value: float, *, comma: bool = False) -> str:
    """Write points: two decimals at most, and no zeros after them.

    Examples
    --------
    >>> number(12.5), number(20.0), number(2 / 3), number(12345.678), number(0.5, comma=True)
    ('12.5', '20', '0.67', '12345.68', '0,5')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text


def called(student: Student) -> str:
    """Name a student for the instructor."""
    return printable(student.id if student.name == student.id else f"{student.name} ({student.id})")


def printable(text: str) -> str:
    r"""Keep what a platform's file says from being a command to a terminal, or more than one line.

    Examples
    --------
    >>> printable("Ganna\x1b[2J")
    'Ganna�[2J'
    """
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
