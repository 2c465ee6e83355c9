"""Write a new gradebook file for a learning platform whose gradebook was not downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fairmark import sheets, tables
from fairmark.lms import Platform
from fairmark.roster import IDENTIFIERS, Student
from fairmark.tables import TableError
from fairmark.transfer import EXCUSED, MISSING, OPEN, UNKNOWN, Marks, Note, Told, called, field_text, number


def write(platform: Platform, target: Path, marks: Sequence[Marks], students: Mapping[str, Student]) -> Told:
    """Write the file.

    Students who have no mark, or whom the platform could not recognise, are left out and named.

    Raises
    ------
    fairmark.tables.TableError
        If nobody would be left.
    """
    used = [one for one in marks if one.excused or any(value is not None for value in one.values.values())]
    texts = {name: [field_text(platform, one, name) for one in used] for name in students}
    some = [students[name] for name, fields in texts.items() if any(text is not None for text in fields)]
    heading, leading, needed = _naming(platform, some)
    kept = [student for student in some if any(getattr(student, kind) for kind in needed)]
    if not kept:
        why = f"of {len(some)} students with marks none has {' or '.join(needed)} in roster.csv"
        open_yet = "no mark is settled yet; see in marks.csv who needs a person's eye"
        raise TableError(f"nobody can be written for {platform.name}: {why if some else open_yet}")
    grid = [[*heading, *(tables.harmless(one.title) for one in used)]]
    if platform.name == "Canvas":
        grid.append(["    Points Possible", *[""] * (len(heading) - 1), *(number(one.points) for one in used)])
    for student in kept:
        fields = [platform.empty if text is None else text for text in texts[student.id]]
        grid.append([*(_leading(student, name) for name in leading), *fields])
    sheets.write(grid, platform.form, target)
    left_out = [
        Note(UNKNOWN, f"{called(student)} has no {' or '.join(needed)} in roster.csv")
        for student in some
        if student not in kept
    ]
    written = sum(text is not None for student in kept for text in texts[student.id])
    unsettled = ", ".join(one.id for one in marks if one not in used)
    columns = (
        *(f"{one.id}, of {one.points:g}, as {one.title!r}" for one in used),
        *([f"no mark is settled yet in {unsettled}"] if unsettled else []),
    )
    return Told(written, len(kept), columns, (*_notes(used, texts, students), *left_out))


def _notes(
    used: Sequence[Marks], texts: Mapping[str, Sequence[str | None]], students: Mapping[str, Student]
) -> Iterator[Note]:
    """Tell of fields without a mark, and of those with a 0 for nothing."""
    for index, one in enumerate(used):
        for name, fields in texts.items():
            if fields[index] is None:
                yield Note(EXCUSED if name in one.excused else OPEN, called(students[name]), one.id)
            elif name in one.missing:
                yield Note(MISSING, called(students[name]), one.id)


def _naming(platform: Platform, students: Sequence[Student]) -> tuple[list[str], list[str], list[str]]:
    """Choose how students are named: headings, what stands under them, and of what one must be there."""
    if platform.name == "Canvas":
        fields = ["name", "canvas_id", "id_number", "username", "section"]
        return ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"], fields, fields[1:4]
    if platform.name == "Blackboard":
        return ["Last Name", "First Name", "Username"], ["last_name", "first_name", "username"], ["username"]
    # Moodle gives a row without a name to the student of the row before, so every row must have one.
    lacking = {
        kind: [one for one in students if getattr(one, kind) in {"", "0"}] for kind in platform.identifiers.values()
    }
    complete = [(heading.capitalize(), kind) for heading, kind in platform.identifiers.items() if not lacking[kind]]
    if not complete:
        best = min(lacking, key=lambda kind: len(lacking[kind]))
        raise TableError(
            f"{platform.name} needs one way to name every student; in roster.csv {best} is missing of "
            f"{', '.join(called(one) for one in lacking[best])}"
        )
    fields = [kind for _, kind in complete]
    return [heading for heading, _ in complete], fields, fields


def _leading(student: Student, name: str) -> str:
    """Write what names a student; identifiers as they are, or the platform would not know them."""
    said = str(getattr(student, name))
    return said if name in IDENTIFIERS else tables.harmless(said)
