"""Marks for research: only of students who agreed, under pseudonyms, without any text of theirs and without the hour.

A pseudonym is a keyed hash of course, term and student. The key is made once, lies in the working folder, and only its
owner can read it. When it is destroyed nobody can say any more which pseudonym is whose.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import io
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from sqlalchemy.orm import Session

from fairmark import bank, ledger, roster, tables
from fairmark.bank import Assignment
from fairmark.database import Database
from fairmark.files import PRIVATE, write_text
from fairmark.settings import Settings
from fairmark.tables import TableError

CONSENT = "consent.csv"
KEY = "research.key"
SMALL = 5
"""A group of fewer students than this could be recognised."""
COLUMNS = (
    "person",
    "assignment",
    "item",
    "kind",
    "objective",
    "points",
    "of",
    "outcome",
    "misconception",
    "handed_in_quarter",
)
VARIANT = "variant"


@dataclass(frozen=True)
class Made:
    """What was exported.

    Attributes
    ----------
    folder : Path
    agreed, known : int
        How many students agreed, of how many.
    persons : int
        How many of them have marks.
    rows : int
    small, cells : int
        How many groups of students with the same misconception in an item are smaller than :data:`SMALL`, of how many.
    """

    folder: Path
    agreed: int
    known: int
    persons: int
    rows: int
    small: int
    cells: int


def consent_file(course: Settings) -> Path:
    """Give the place of the table of consent."""
    return course.workdir / CONSENT


def agreed(course: Settings, known: Mapping[str, object]) -> set[str]:
    """Read who agreed; nobody where there is no table.

    Raises
    ------
    fairmark.tables.TableError
        If the table cannot be used.
    """
    file, found = consent_file(course), dict[str, bool]()
    if not file.exists():
        return set()
    for line in tables.read(file, ("student", "consent"), ("date",)):
        if line["student"] not in known:
            raise line.wrong("student", f"nobody in this class has the id {line['student']!r}; mend it")
        if line["student"] in found:
            raise line.wrong("student", f"{line['student']} stands twice; keep one row")
        found[line["student"]] = tables.yes(line, "consent")
    return {student for student, yes in found.items() if yes}


def export(course: Settings, folder: Path, *, variants: bool = False) -> Made:
    """Write the table, ``items.csv``, and its codebook, ``codebook.md``; only their owner can read them.

    Parameters
    ----------
    course
        The settings.
    folder
        Where to; made where it is missing.
    variants
        Also say which variant of an item each person had. Variants follow from the student's id by a rule that is
        public, so whoever has a class list could then find out who is who.

    Returns
    -------
    Made
        Where nobody agreed, nothing is written, and the counts are 0.

    Raises
    ------
    fairmark.tables.TableError
        If the table of consent cannot be used, or others can read the key.
    """
    with Database(course) as database, database.reading() as session:
        known = roster.everybody(course, session)
        yes = agreed(course, known)
        if not yes:
            return Made(folder, 0, len(known), 0, 0, 0, 0)
        key = _key(course)
        rows = [
            row
            for name, assignment in bank.load(course.bank).items()
            for row in _rows(course, session, assignment, name, yes, key)
        ]
    rows.sort(key=lambda row: (row["person"], row["assignment"]))
    cells = Counter((row["item"], row["misconception"]) for row in rows if row["misconception"])
    made = Made(
        folder,
        len(yes),
        len(known),
        len({row["person"] for row in rows}),
        len(rows),
        sum(size < SMALL for size in cells.values()),
        len(cells),
    )
    columns = [*COLUMNS, *([VARIANT] if variants else [])]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    write_text(folder / "items.csv", stream.getvalue(), mode=PRIVATE)
    write_text(folder / "codebook.md", _codebook(course, made, variants), mode=PRIVATE)
    return made


def forget(course: Settings) -> bool:
    """Destroy the key; say whether there was one."""
    file = course.workdir / KEY
    if not file.exists():
        return False
    with file.open("r+b") as stream:  # a copy of the disk's block must not outlive the name
        stream.write(b"0" * file.stat().st_size)
        stream.flush()
        os.fsync(stream.fileno())
    file.unlink()
    return True


def pseudonym(key: bytes, course: Settings, student: str) -> str:
    """Give a student's pseudonym: 16 hexadecimal digits.

    The same key, course, term and student always give the same one.
    """
    said = json.dumps([course.course, course.term, student]).encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:16]


def _key(course: Settings) -> bytes:
    """Read the key, or make it."""
    file = course.workdir / KEY
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
    if file.stat().st_mode & 0o077:
        raise TableError(f"{file}: others can read the key; run chmod 600 on it, or destroy it with --forget-key")
    said = file.read_text(encoding="ascii")
    if len(said) != 64:
        raise TableError(f"{file}: is no key of ours; destroy it with --forget-key, and a new one is made")
    return bytes.fromhex(said)


def _rows(
    course: Settings, session: Session, assignment: Assignment, name: str, yes: set[str], key: bytes
) -> Iterator[dict[str, Any]]:
    done = [one for one in ledger.all_of(session, name) if one.student in yes and one.marked]
    quarters = _quarters({one.student: str(one.record.get("handed_in", "")) for one in done})
    for one in done:
        points = _points(course, name, one.student)
        for record in one.record["items"]:
            entry = assignment.entries.get(record["item"])
            if entry is None:
                continue
            got = points.get(entry.item.id)
            yield {
                "person": pseudonym(key, course, one.student),
                "assignment": name,
                "item": entry.item.id,
                "kind": entry.item.kind,
                "objective": entry.item.objective,
                "points": "" if got is None else f"{got:g}",
                "of": f"{entry.item.points:g}",
                "outcome": record["outcome"],
                "misconception": record["misconception"],
                "handed_in_quarter": quarters.get(one.student, ""),
                VARIANT: record["variant"] if entry.item.pool else "",
            }


def _points(course: Settings, assignment: str, student: str) -> dict[str, float | None]:
    """Read what counts of each item, with what a person gave; None while a person has still to look."""
    with Gradebook(course.gradebook, course.course) as book:
        submission = book.find_submission(assignment, student)
        return {
            grade.name: None if grade.needs_manual_grade else grade.score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def _quarters(handed_in: Mapping[str, str]) -> dict[str, int]:
    """Say in which quarter of the class each handed in: 1 is the first. Too few for that: nothing.

    Examples
    --------
    >>> moments = {f"s{day}": f"2026-03-{day:02} 10:00:00 UTC" for day in range(1, 21)}
    >>> found = _quarters(moments)
    >>> [found[student] for student in ("s1", "s5", "s6", "s20")], _quarters({"s1": moments["s1"]})
    ([1, 1, 2, 4], {})
    """
    moments = {student: moment for student, said in handed_in.items() if (moment := _moment(said))}
    if len(moments) < 4 * SMALL:
        return {}
    order = sorted(moments.values())
    return {student: 1 + 4 * order.index(moment) // len(order) for student, moment in moments.items()}


def _moment(said: str) -> dt.datetime | None:
    try:
        found: dt.datetime | None = parse_utc(said) if said else None
    except (ValueError, OverflowError):
        return None
    return found


def _codebook(course: Settings, made: Made, variants: bool) -> str:
    with_variants = f"| `{VARIANT}` | number of the variant, from 0 | items without variants |\n" if variants else ""
    warning = (
        "\n**With variants this table is not anonymous.** Which variant a student gets follows from course, term, item"
        "\nand the student's id by a public rule. Whoever has a list of ids can find out who is who. Keep it as you"
        "\nkeep the gradebook.\n"
        if variants
        else ""
    )
    return f"""\
# Codebook of items.csv

{course.title}, term {course.term}. Written by `fairmark export --research`. {made.agreed} of {made.known} students
agreed, and {made.persons} of them have marks: {made.rows} rows, one a person and item. UTF-8, commas, a heading.

| Column | Meaning | Empty where |
| --- | --- | --- |
| `person` | pseudonym: 16 digits of a keyed hash (HMAC with SHA-256) of course, term and student's id | never |
| `assignment`, `item` | their ids in the item bank | never |
| `kind` | kind of question | never |
| `objective` | id of the learning objective | never |
| `points` | points that count, with what a person gave; lateness is not taken off | a person has still to look |
| `of` | points that the item carries | never |
| `outcome` | `right`, `partial`, `wrong`, `form` (could not be read as an answer), `missing`, `by-hand` | never |
| `misconception` | the bank's name of the misreading that a foreseen wrong answer shows | no foreseen wrong answer |
| `handed_in_quarter` | 1 to 4: the quarter of these students, in order of handing in | fewer than {4 * SMALL} did |
{with_variants}{warning}
What students wrote, their answers, names, ids and the times of handing in are not in the table.

{made.small} of {made.cells} groups of students with the same misconception in an item have fewer than {SMALL} members.
Do not publish such a group by itself. Somebody who knows several marks of one student, such as that student, could find
the row; so keep the table to those whom the consent names.

**Give out one version of this table only.** Two exports made with the same key show, side by side, who took consent
back, and which person's marks changed between them. If a table is out already and somebody takes consent back: ask for
the old table to be deleted, destroy the key with `fairmark export --forget-key`, and export anew. Then every person has
another pseudonym. Unusual marks can still be found again in both tables, so the old one must really go.

The key of the pseudonyms lies in the file `{KEY}` of the working folder. `fairmark export --forget-key` destroys it.
"""
