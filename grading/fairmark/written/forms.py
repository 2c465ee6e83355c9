"""The same marking without a server: a page to read, a table to fill in with any spreadsheet, and the table read back.

The table holds codes, points and comments, and nothing that a student wrote: so no answer is taken for a formula, and a
marker without a gradebook learns no name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sqlalchemy.orm import Session

from fairmark import gradebook, tables, templates
from fairmark.files import PRIVATE, write_text
from fairmark.written import answers, marks, views
from fairmark.written.answers import Answer, Queue, Task
from fairmark.written.errors import WrittenError
from fairmark.written.rubric import Criterion, Judgement, judgement

FIRST, LAST = ("answer", "question", "version"), "comment"


@dataclass(frozen=True)
class Read:
    """What a table brought.

    Attributes
    ----------
    written : int
        Marks that are new or changed.
    same : int
        Rows that say what stands already.
    empty : int
        Rows that were not filled in.
    """

    written: int
    same: int
    empty: int


def write(session: Session, task: Task, stem: Path, *, names: bool = False) -> tuple[Path, tuple[Path, ...]]:
    """Write the page to read, and one table for each written question; only their owner can read them.

    Parameters
    ----------
    session
        To read from.
    task
        What is to be marked.
    stem
        The files' name without its ending.
    names
        Whether the page shows who wrote what.

    Returns
    -------
    page : Path
    tables : tuple of Path
        CSV in UTF-8 with a byte order mark, which spreadsheets know it by.

    Raises
    ------
    WrittenError
        If one of the files is there already: it may be filled in.
    """
    queue = answers.queue(session, task)
    items = [item for item in queue.entries if any(one.place.item == item for one in queue.answers)]
    if not items:
        raise WrittenError(f"{task.assignment}: {views.NOTHING[task.round]}")
    page = stem.with_name(f"{stem.name}.html")
    tables = [stem.with_name(f"{stem.name}{'' if len(items) == 1 else '-' + item}.csv") for item in items]
    for file in (page, *tables):
        if file.exists():
            raise WrittenError(f"{file}: is there already, and may be filled in; name another with --out")
    write_text(page, _page(task, queue, items, names), mode=PRIVATE)
    for file, item in zip(tables, items, strict=True):
        own = [one for one in queue.answers if one.place.item == item]
        write_text(file, "\ufeff" + _table(queue.rubric(item), own), mode=PRIVATE)
    return page, tuple(tables)


def _page(task: Task, queue: Queue, items: Sequence[str], names: bool) -> str:
    parts = [
        (
            views.item(queue.entries[item]),
            [views.answer(one, len(queue.rubric(item)), None) for one in queue.answers if one.place.item == item],
        )
        for item in items
    ]
    style = resources.files("fairmark").joinpath("pages", "written.css").read_text(encoding="utf-8")
    return (
        templates.load()
        .get_template("written-sheet.html")
        .render(views.common(task, queue, names), parts_of=parts, style=style)
    )


def _table(rubric: Sequence[Criterion], own: Sequence[Answer]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*FIRST, *(_heading(one) for one in rubric), LAST])
    for one in own:
        last = one.last.judgement if one.last else Judgement(())
        points = [f"{value:g}" for value in last.criteria] or [""] * len(rubric)
        writer.writerow([one.code, one.place.item, one.standing.version, *points, _harmless(last.comment)])
    return stream.getvalue()


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a comment for a formula; :func:`_judgement` takes the mark away again."""
    return f"'{text}" if text.startswith("'") else tables.harmless(text)


def _heading(one: Criterion) -> str:
    return f"{one.name} (0 to {one.most:g})"


def read(session: Session, task: Task, file: Path) -> Read:
    """Read a table back: all of it or, if anything is wrong, nothing.

    Parameters
    ----------
    session
        Of :meth:`fairmark.database.Database.writing`.
    task
        What it was written for.
    file
        Commas or semicolons between fields; points with a point or a comma.

    Raises
    ------
    WrittenError
        Names every row that cannot be taken, and what to do about it.
    """
    lines = _lines(file)
    queue, rules = answers.queue(session, task), gradebook.config(task.course)
    rubric = _rubric(file, lines[0], queue)
    filled: list[tuple[Answer, Judgement, str]] = []
    wrong: list[str] = []
    empty, codes = 0, set()
    for number, line in enumerate(lines[1:], start=2):
        if not any(line):
            continue
        try:
            one = _answer(line, queue, rubric)
            if one.code in codes:
                raise WrittenError(f"{one.code} stands twice; keep one row")
            codes.add(one.code)
            given = _judgement(line, rubric)
            if given is None:
                empty += 1
            elif one.standing.version != line[2] and not marks.stands(one.standing, one.place, given):
                raise WrittenError(f"{one.code} or its mark was changed since the table was written; write a new one")
            else:
                filled.append((one, given, one.standing.version))
        except WrittenError as error:
            wrong.append(f"{file}, row {number}: {error}")
    if wrong:
        raise WrittenError("\n".join([*wrong, "Nothing was taken from the table."]))
    before = len(_entries(session, task))
    for one, given, seen in filled:
        marks.give(session, rules, queue.wanted, one.place, rubric, given, seen)
    written = len(_entries(session, task)) - before
    return Read(written, len(filled) - written, empty)


def _entries(session: Session, task: Task) -> list[int]:
    return [body["entry"] for body in marks.events(session, task.assignment)]


def _lines(file: Path) -> list[list[str]]:
    try:
        text, _ = tables.decoded(file)
    except tables.TableError as error:
        raise WrittenError(str(error)) from None
    heading = text.partition("\n")[0]
    try:
        delimiter = max(",;\t", key=heading.count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise WrittenError(f"{file}: is no table: {error}") from None
    if not lines:
        raise WrittenError(f"{file}: is empty; write a new one with --out")
    return [[field.strip() for field in line] for line in lines]


def _rubric(file: Path, heading: list[str], queue: Queue) -> tuple[Criterion, ...]:
    """Find the rubric whose columns these are."""
    for item in queue.entries:
        rubric = queue.rubric(item)
        if heading == [*FIRST, *(_heading(one) for one in rubric), LAST]:
            return rubric
    wanted = ", ".join([*FIRST, *(_heading(one) for one in queue.rubric(next(iter(queue.entries)))), LAST])
    raise WrittenError(f"{file}, row 1: must have the columns that --out writes: {wanted}")


def _answer(line: list[str], queue: Queue, rubric: tuple[Criterion, ...]) -> Answer:
    wanted = len(FIRST) + len(rubric) + 1
    if len(line) != wanted:
        raise WrittenError(f"has {len(line)} fields, and {wanted} are wanted; put a comment in quotation marks")
    one = queue.find(line[0])
    if one.place.item != line[1]:
        raise WrittenError(f"{line[0]} is an answer to {one.place.item}, not to {line[1]}; leave these columns alone")
    return one


def _judgement(line: list[str], rubric: tuple[Criterion, ...]) -> Judgement | None:
    fields, comment = line[len(FIRST) : -1], line[-1]
    if not any(fields):
        if comment:
            raise WrittenError("has a comment and no points; give points, or take the comment out")
        return None
    # A spreadsheet shows the mark that makes a formula harmless, and writes it back. Others are quotation marks.
    clean = comment[1:] if comment == _harmless(comment[1:]) else comment
    return judgement(rubric, [_number(one, field) for one, field in zip(rubric, fields, strict=True)], clean)


def _number(criterion: Criterion, field: str) -> float:
    try:
        return float(field.replace(",", "."))
    except ValueError:
        shown = f"“{field}” is no number" if field else "is empty"
        raise WrittenError(f"{criterion.name}: {shown}; give a number from 0 to {criterion.most:g}") from None
