"""Who is who: the students of our class in the rows of a learning platform's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fairmark.lms import Layout
from fairmark.roster import IDENTIFIERS, Student
from fairmark.sheets import Sheet
from fairmark.tables import TableError
from fairmark.transfer import UNKNOWN, Note, printable


def students(sheet: Sheet, layout: Layout, known: Mapping[str, Student]) -> dict[int, str]:
    """Find the student of each row, where there is one.

    Parameters
    ----------
    sheet, layout
        The platform's file.
    known
        The class, by id.

    Returns
    -------
    dict
        Row of the file to the student's id.

    Raises
    ------
    fairmark.tables.TableError
        If a row is two students, two rows are one student, or two students of the class have one name there.
    """
    index, found = _index(known), dict[int, str]()
    for number, said in _named(sheet, layout):
        names = {kind: name for kind, value in said.items() if (name := _known(index, kind, value))}
        if len(set(names.values())) > 1:
            there = ", ".join(f"{kind} {said[kind]} is {name}" for kind, name in names.items())
            raise TableError(f"{sheet.where(number)}: names two students ({there}); mend roster.csv")
        for name in set(names.values()):
            if name in found.values():
                first = next(row for row, one in found.items() if one == name)
                raise TableError(
                    f"{sheet.where(number)}: is {name}, and so is line {sheet.lines[first]}; mend roster.csv"
                )
            found[number] = name
    return found


def unknown(sheet: Sheet, layout: Layout, found: Iterable[int], known: Mapping[str, Student]) -> Iterator[Note]:
    """Tell of the rows that :func:`students` did not find anybody for."""
    index, met = _index(known), set(found)
    for number, said in _named(sheet, layout):
        if number not in met:
            who = ", ".join(said.values()) or sheet.rows[number][0].strip() or "a row without a name"
            yield Note(UNKNOWN, f"line {sheet.lines[number]}: {printable(who)}{_zeros(said, index)}")


def _named(sheet: Sheet, layout: Layout) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows that can be students', with what names them."""
    for number, row in enumerate(sheet.rows[layout.first :], start=layout.first):
        if any(field.strip() for field in row):
            yield number, {kind: row[index].strip() for index, kind in layout.identifiers.items() if row[index].strip()}


def _index(students: Mapping[str, Student]) -> dict[tuple[str, str], str]:
    """Give who is called what: kind of identifier and what it says, to the student's id."""
    known: dict[tuple[str, str], str] = {}
    for name, one in students.items():
        for kind in IDENTIFIERS:
            value = getattr(one, kind)
            other = known.setdefault((kind, folded(value)), name) if value else name
            if other != name:
                raise TableError(
                    f"the {kind} {value!r} is {other}'s and {name}'s; give both a row of their own in roster.csv"
                )
    return known


def _known(known: Mapping[tuple[str, str], str], kind: str, value: str) -> str | None:
    """Look somebody up; where people log in with their email address, that is the user name."""
    student = known.get((kind, folded(value)))
    return known.get(("email", folded(value))) if student is None and kind == "username" else student


def _zeros(said: Mapping[str, str], known: Mapping[tuple[str, str], str]) -> str:
    """Notice ids whose leading zeros a spreadsheet program took away."""
    bare = {(kind, value.lstrip("0")): value for kind, value in known if value.startswith("0")}
    lost = [bare[kind, folded(value)] for kind, value in said.items() if (kind, folded(value)) in bare]
    return f" (is it {lost[0]}? then a spreadsheet program took the zeros away: download the file anew)" if lost else ""


def folded(text: str) -> str:
    """Take away what does not tell two names apart: capital letters, and spaces around and between words.

    Examples
    --------
    >>> folded("  Problem   Set 1 ")
    'problem set 1'
    """
    return " ".join(text.split()).casefold()
