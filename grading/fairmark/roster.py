"""The class list: who is in the class, and under which names other systems know them.

The table lies in the working folder, which is the instructor's own. Without it the class is whoever is in the
gradebook, and a student's id in it is taken for the user name elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Student as Known
from sqlalchemy import select
from sqlalchemy.orm import Session

from fairmark import tables
from fairmark.settings import Settings
from fairmark.submissions import can_be_an_id

NAME = "roster.csv"
IDENTIFIERS = ("username", "id_number", "email", "canvas_id")
"""What other systems know a student by; no two students share one."""
OPTIONAL = ("last_name", "first_name", "section", *IDENTIFIERS)


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes
    ----------
    id : str
        As in the gradebook.
    last_name, first_name, section : str
        For people to read.
    username, id_number, email, canvas_id : str
        As other systems have them, leading zeros and all; empty where not known.
    """

    id: str
    last_name: str = ""
    first_name: str = ""
    section: str = ""
    username: str = ""
    id_number: str = ""
    email: str = ""
    canvas_id: str = ""

    @property
    def name(self) -> str:
        """Last name, comma, first name; where neither is known, the id."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.id


def file(course: Settings) -> Path:
    """Give the place of the table."""
    return course.workdir / NAME


def load(course: Settings) -> dict[str, Student]:
    """Read the table.

    Returns
    -------
    dict
        Id to student; empty where there is no table.

    Raises
    ------
    fairmark.tables.TableError
        If it cannot be used.
    """
    found: dict[str, Student] = {}
    if not file(course).exists():
        return found
    seen: dict[tuple[str, str], str] = {}
    for line in tables.read(file(course), ("student",), OPTIONAL):
        if not can_be_an_id(line["student"]):
            raise line.wrong("student", f"{line['student']!r} cannot be an id in the gradebook")
        if line["student"] in found:
            raise line.wrong("student", f"{line['student']} stands twice; keep one row")
        for column in IDENTIFIERS:
            said = line[column]
            if tables.looks_like_formula(said):
                raise line.wrong(column, f"{said!r} would be taken for a formula by a spreadsheet program; mend it")
            if said and (column, _folded(said)) in seen:
                raise line.wrong(column, f"{said} stands in the row of {seen[column, _folded(said)]} too; mend one")
            seen[column, _folded(said)] = line["student"]
        found[line["student"]] = Student(line["student"], *(line[column] for column in OPTIONAL))
    return found


def everybody(course: Settings, session: Session) -> dict[str, Student]:
    """Give the class: the table, and whoever else is in the gradebook, in order of id.

    A student without a row, or without a user name in it, is known elsewhere by the id.
    """
    listed = load(course)
    rows = session.execute(select(Known.id, Known.last_name, Known.first_name, Known.email, Known.lms_user_id))
    booked = {
        str(row.id): Student(
            str(row.id),
            row.last_name or "",
            row.first_name or "",
            username=str(row.id),
            id_number=row.lms_user_id or "",
            email=row.email or "",
            canvas_id=row.lms_user_id or "",
        )
        for row in rows
    }
    return {name: _known_elsewhere(listed.get(name) or booked[name]) for name in sorted(listed.keys() | booked.keys())}


def _known_elsewhere(student: Student) -> Student:
    if any(getattr(student, column) for column in IDENTIFIERS):
        return student
    return Student(student.id, student.last_name, student.first_name, student.section, username=student.id)


def _folded(text: str) -> str:
    return text.casefold()
