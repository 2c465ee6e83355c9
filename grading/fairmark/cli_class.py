"""The commands ``fairmark class``: a simulated class, and all steps at once with it, before real students come."""

from __future__ import annotations

import sys

import click
from rich.markup import escape
from rich.table import Table

from fairmark import bank as item_bank
from fairmark import classroom, cli_exports, cli_steps, gradebook, report
from fairmark.ability import Population
from fairmark.marking import Marked
from fairmark.reasons import REASONS
from fairmark.report import Row
from fairmark.settings import Settings
from fairmark.terminal import console, explained, say


@click.group("class")
def class_group() -> None:
    """Simulate a class, to try everything before real students do."""


_size = click.option("--size", default=12, show_default=True, type=click.IntRange(1, 1000), help="How many students.")
_seed = click.option("--seed", default=2026, show_default=True, help="The same seed makes the same class.")
_ability = click.option("--ability", is_flag=True, help="Students of known ability in place of known kinds.")


@class_group.command("make")
@_size
@_seed
@_ability
@click.pass_obj
def class_make(course: Settings, size: int, seed: int, ability: bool) -> None:
    """Make a class of simulated students and have it hand in every released assignment.

    The students are perfect, typical, careless, guessing, empty-handed, or have a broken notebook; so their marks are
    known beforehand, and the summary says whether marking found them. With --ability every student has an ability drawn
    at random, and answers as it lets them: for an item report on a class like a real one.
    """
    with explained():
        gradebook.require(course)
        students = classroom.simulate(course, size=size, seed=seed, population=Population() if ability else None)
        console.print(f"{len(students)} simulated students have handed in.")


@class_group.command("run")
@_size
@_seed
@_ability
@click.pass_obj
def class_run(course: Settings, size: int, seed: int, ability: bool) -> None:
    """Do everything once: release, make a class, collect, mark, feedback, export, and a summary."""
    with explained():
        cli_steps.release_all(course)
        students = classroom.simulate(course, size=size, seed=seed, population=Population() if ability else None)
        console.print(f"2  A class of {len(students)} simulated students (seed {seed}) has handed in.")
        names = list(item_bank.load(course.bank))
        cli_steps.collect(course, names)
        marked = cli_steps.mark(course, names)
        cli_steps.write_feedback(course, names)
        rows = report.table(course, marked)
        cli_exports.write_marks(course, rows, course.workdir / "marks.csv")
        wrong = _summary(course, rows, marked)
    if wrong:
        sys.exit(1)


def _summary(course: Settings, rows: list[Row], marked: list[Marked]) -> list[str]:
    roles = {student.id: student.role for student in classroom.plan(course)}
    console.print()
    console.print(_marks_table(rows, roles))
    flagged = [row for row in rows if row.status == "flagged" or row.attention.partition(":")[0] in REASONS]
    waiting = [row for row in rows if row.by_hand is None and row.status != "excused" and row not in flagged]
    console.print("[bold]Who needs a person's eye[/]")
    for row in flagged:
        console.print(f"  {row.student}, {row.assignment}: {row.attention}", markup=False)
    if waiting:
        console.print(
            f"  {len(waiting)} written answers wait to be marked: {', '.join(row.student for row in waiting)}",
            markup=False,
        )
    if not flagged and not waiting:
        console.print("  nobody")
    _common_misreadings(course, sorted({row.assignment for row in rows}))
    wrong = report.as_designed(course, rows)
    console.print()
    if wrong:
        console.print("[bold]Marks that are not as designed[/]")
        for line in wrong:
            console.print(f"  {line}", markup=False)
    elif roles:
        console.print(f"All {len(rows)} marks are as designed.")
    _where(course)
    return wrong


def _marks_table(rows: list[Row], roles: dict[str, str]) -> Table:
    table = Table("student", "kind", "assignment", title="Marks", title_justify="left")
    for heading in ("automatic", "per cent", "written"):
        table.add_column(heading, justify="right")
    for row in rows:
        marked = row.automatic is not None and row.automatic_of > 0
        share = f"{100 * (row.automatic or 0) / row.automatic_of:.0f} %" if marked else "–"
        automatic = "not marked" if row.automatic is None else f"{row.automatic:g} of {row.automatic_of:g}"
        written = "open" if row.by_hand is None else f"{row.by_hand:g} of {row.by_hand_of:g}"
        table.add_row(escape(row.student), roles.get(row.student, ""), row.assignment, automatic, share, written)
    return table


def _common_misreadings(course: Settings, assignments: list[str]) -> None:
    counted = [one for name in assignments for one in report.misconceptions(course, name).most_common(3)]
    if counted:
        console.print("[bold]Commonest misreadings[/]")
    for (item, misconception), students in counted:
        console.print(f"  {item}: {misconception.replace('-', ' ')} ({students} student{'s' if students > 1 else ''})")


def _where(course: Settings) -> None:
    console.print("[bold]Where the files are[/]")
    for what, path in (
        ("student bundle", "bundle"),
        ("marks", "marks.csv"),
        ("feedback pages", "feedback"),
        ("gradebook", "gradebook.db"),
    ):
        say(f"  {what:16}{course.workdir / path}")
    say("Written answers: fairmark written ASSIGNMENT. Which questions worked: fairmark report.")
    say(f"Formgrader, for due dates: open JupyterLab in {course.workdir}, menu Nbgrader.")
