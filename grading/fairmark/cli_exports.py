"""The commands that take marks out of the gradebook, and bring lateness and exceptions into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from fairmark import bank as item_bank
from fairmark import exports, gradebook, lateness, report, results, terms, weights
from fairmark.database import Database
from fairmark.report import Row
from fairmark.settings import Settings

console = Console(highlight=False)
_PATH: click.Path = click.Path(path_type=Path)


def add_to(group: click.Group) -> None:
    """Give the commands to the program."""
    for command in (export_command, policy_command):
        group.add_command(command)


@click.command("export")
@click.option("--to", type=_PATH, help="The CSV file (default: marks.csv in the working folder).")
@click.pass_obj
def export_command(course: Settings, to: Path | None) -> None:
    """Write every student's marks as CSV.

    Beside the points of each assignment, in course-marks.csv, stands the course mark from 0 to 100, by the scheme of
    weights that course.toml names. A mark that is still open, because a person has to mark or to look, is an empty
    field, never 0.
    """
    with _explained():
        gradebook.require(course)
        settle(course)
        write_marks(course, report.table(course, results.standing(course)), to or course.workdir / "marks.csv")


@click.command("policy")
@click.option("--student", default="", help="Print what the log says of this student's exceptions and lateness.")
@click.pass_obj
def policy_command(course: Settings, student: str) -> None:
    """Apply the policy on lateness, and the exceptions from it, and say what changed.

    The policy is the table that course.toml names; exceptions for single students stand in adjustments.csv in the
    working folder. Both are checked first. `mark`, `feedback` and `export` do the same before they begin.
    """
    with _explained():
        gradebook.require(course)
        changed = settle(course)
        held = terms.load(course)
        with Database(course) as book, book.reading() as session:
            undated = lateness.without_due_date(session, held)
            told = list(lateness.history(session, student)) if student else []
        for line in told:
            console.print(line, markup=False, soft_wrap=True)
        if undated:
            console.print(f"Without a due date, so nobody is late: {', '.join(undated)}. Set it in the formgrader.")
        excused = sum(one.excused for one in held.adjustments.values())
        console.print(
            f"{len(changed)} changed. Exceptions: {len(held.adjustments) - excused} extensions, {excused} excused."
        )


def settle(course: Settings) -> list[lateness.State]:
    """Bring lateness and exceptions up to date, and print what changed."""
    changed = lateness.settle(course)
    for state in changed:
        console.print(f"   {escape(state.student)} {state.assignment}: {escape(str(state))}", soft_wrap=True)
    return changed


def write_marks(course: Settings, rows: list[Row], file: Path) -> None:
    """Write points, and where the course has weights the course marks, as CSV; print where."""
    exports.marks_csv(rows, file)
    console.print(f"Marks: {file}", soft_wrap=True)
    marks = course_marks(course, rows)
    if marks is None:
        return
    target = file.with_name("course-marks.csv")
    exports.course_marks_csv(marks, course.scheme, target)
    still_open = sum(mark is None for mark in marks.values())
    note = f"; {still_open} of {len(marks)} still open" if still_open else ""
    console.print(f"Course marks, scheme {course.scheme!r}{note}: {target}", soft_wrap=True)


def course_marks(course: Settings, rows: list[Row]) -> dict[str, float | None] | None:
    """Give every student's course mark; None where the course has no weights."""
    if course.weights is None:
        return None
    scheme = weights.load(course.weights, course.scheme, item_bank.load(course.bank))
    held = terms.load(course)
    return weights.course_marks(rows, scheme, drop_lowest=held.drop_lowest, droppable=held.droppable)


@contextmanager
def _explained() -> Iterator[None]:
    # The program imports this module to register its commands.
    from fairmark import cli

    with cli._explained():
        yield
