"""The command that takes marks out of the gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fairmark import bank as item_bank
from fairmark import (
    cli_policy,
    exports,
    filling,
    gradebook,
    lms,
    newfile,
    report,
    research,
    results,
    roster,
    terms,
    transfer,
    weights,
)
from fairmark.database import Database
from fairmark.files import PRIVATE, write_text
from fairmark.report import Row
from fairmark.settings import Settings
from fairmark.terminal import PATH, console, explained, say

_SHOWN = 30


@click.command("export")
@click.argument("assignments", nargs=-1)
@click.option("--to", type=PATH, help="The file to write (default: in the working folder).")
@click.option(
    "--for", "platform", type=click.Choice(list(lms.PLATFORMS)), help="Write a gradebook file for this platform."
)
@click.option("--into", type=PATH, help="The gradebook that was downloaded from it: fill a copy in.")
@click.option(
    "--column", "columns", multiple=True, metavar="ID=TITLE", help="Which column of that file takes which assignment."
)
@click.option("--scale", is_flag=True, help="Convert where a column carries other points there than here.")
@click.option(
    "--missing",
    type=click.Choice(["zero", "empty"]),
    default="zero",
    show_default=True,
    help="What stands for work that was not handed in.",
)
@click.option("--research", is_flag=True, help="Write a table for research instead: only of students who agreed.")
@click.option("--variants", is_flag=True, help="With --research: also who had which variant. No longer anonymous.")
@click.option("--forget-key", is_flag=True, help="Destroy the key of the pseudonyms for research.")
@click.pass_obj
def export_command(course: Settings, /, assignments: tuple[str, ...], to: Path | None, **options: Any) -> None:
    """Write every student's marks: as CSV, or for Canvas, Moodle or Blackboard.

    As CSV, beside the points of each assignment, in course-marks.csv, stands the course mark from 0 to 100, by the
    scheme of weights that course.toml names. A mark that is still open, because a person has to mark or to look, is an
    empty field, never 0.

    With --for, the marks of ASSIGNMENTS, or of all in which somebody handed in. The usual way is to download the
    gradebook from the platform and to give that file with --into: its own columns and students are kept, and a copy is
    filled in. The course mark goes into a column called “Course mark”, or --column course=TITLE.

    With --research, points and misconceptions item by item, under pseudonyms, of students who have a “yes” in
    consent.csv in the working folder; without that table of nobody.
    """
    with explained():
        gradebook.require(course)
        if options["forget_key"] or options["research"]:
            if options["platform"] or options["into"] or assignments:
                raise click.UsageError("--research and --forget-key go with --to and --variants only.")
            _research(course, to or course.workdir / "research", options)
            return
        if options["platform"] is None and (options["into"] or options["columns"] or options["scale"] or assignments):
            raise click.UsageError("Say for which platform: --for canvas, --for moodle or --for blackboard.")
        if options["into"] is None and (options["columns"] or options["scale"]):
            raise click.UsageError("--column and --scale go with --into FILE, the gradebook that was downloaded.")
        cli_policy.settle(course)
        rows = report.table(course, results.standing(course))
        if options["platform"] is None:
            write_marks(course, rows, to or course.workdir / "marks.csv")
        else:
            _transfer(course, rows, assignments, to, options)


def _transfer(
    course: Settings, rows: list[Row], assignments: tuple[str, ...], to: Path | None, options: dict[str, Any]
) -> None:
    platform, into = lms.PLATFORMS[options["platform"]], options["into"]
    bank = item_bank.load(course.bank)
    for name in assignments:
        if name not in bank:
            raise click.ClickException(f"there is no assignment {name!r}; the bank has {', '.join(bank)}")
    marks = transfer.gather(rows, bank, assignments, course_marks(course, rows), _scheme(course))
    if options["missing"] == "empty":
        marks = transfer.without_missing(marks)
    with Database(course) as book, book.reading() as session:
        students = roster.everybody(course, session)
    if into:
        target = to or course.workdir / f"for-{options['platform']}{into.suffix}"
        if _report(target).resolve() == into.resolve():
            raise click.UsageError(f"{into}: the report of this export would be written over it; name another --to")
        named = dict(_named(one) for one in options["columns"])
        told = filling.fill(platform, into, target, marks, students, named, scale=options["scale"])
    else:
        target = to or course.workdir / f"for-{options['platform']}.csv"
        told = newfile.write(platform, target, marks, students)
    _tell(course, platform, told, target, into)


def _report(target: Path) -> Path:
    return target.with_name(f"{target.stem}-report.txt")


def _research(course: Settings, folder: Path, options: dict[str, Any]) -> None:
    if options["forget_key"]:
        there = research.forget(course)
        console.print("The key is destroyed." if there else "There is no key.")
        return
    made = research.export(course, folder, variants=options["variants"])
    if not made.agreed:
        say(
            f"Nobody of {made.known} students has agreed, so nothing is written. Who agrees has a row with “yes” in "
            f"{research.consent_file(course)}, whose columns are student and consent."
        )
        if (folder / "items.csv").exists():
            say(f"A table of an earlier export stands in {folder}: delete it.")
        return
    say(f"For research: {made.folder}, items.csv and its codebook.")
    console.print(f"  {made.agreed} of {made.known} students agreed; {made.persons} of them have marks.")
    if made.persons < 2 * research.SMALL:
        console.print(
            f"  With fewer than {2 * research.SMALL} persons, anybody who knows the class may recognise them."
        )
    if made.small:
        say(
            f"  {made.small} of {made.cells} groups with the same misconception have fewer than {research.SMALL} "
            "members: do not publish such a group by itself."
        )
    if options["variants"]:
        console.print("  With variants it is not anonymous: whoever has a list of ids can find out who is who.")


def _named(said: str) -> tuple[str, str]:
    name, found, title = said.partition("=")
    if not found or not name.strip() or not title.strip():
        raise click.UsageError(f'--column {said}: write it as --column ps1="The title in the platform".')
    return name.strip(), title.strip()


def _tell(course: Settings, platform: lms.Platform, told: transfer.Told, target: Path, into: Path | None) -> None:
    """Say what was written, who was left out and why, and what to do next."""
    say(f"For {platform.name}: {target}")
    said = [f"{told.written} marks of {told.students} students. {'; '.join(told.columns)}."]
    for heading, about in (
        ("Marks that change there", transfer.REPLACED),
        ("Nothing was handed in, so 0; with --missing empty nothing is written", transfer.MISSING),
        ("Still open here, so nothing is written" + (" and the field is as it was" if into else ""), transfer.OPEN),
        (f"Excused; {platform.name} takes no such word from a file, so {platform.by_hand}", transfer.EXCUSED),
        (f"{platform.name} does not let these fields be filled in", transfer.CLOSED),
        ("In the file, and not known here" if into else "Left out", transfer.UNKNOWN),
        ("Known here, and not in the file", transfer.ABSENT),
    ):
        lines = told.of(about)
        if lines:
            said += [f"{heading} ({told.count(about)}):", *(f"  {line}" for line in lines)]
    whole = _report(target)
    write_text(whole, "\n".join([*said, ""]), mode=PRIVATE)
    for line in said[:_SHOWN]:
        say(f"  {line}")
    if told.count(transfer.UNKNOWN) or told.count(transfer.ABSENT):
        there = f"{roster.file(course)}, with the columns student, {', '.join(roster.OPTIONAL)}"
        say(f"  Who is who can be said in {there}.")
    if len(said) > _SHOWN:
        say(f"  … {len(said) - _SHOWN} more lines stand in {whole}")
    say(f"{platform.next_step}.")


def write_marks(course: Settings, rows: list[Row], file: Path) -> None:
    """Write points, and where the course has weights the course marks, as CSV; print where."""
    exports.marks_csv(rows, file)
    say(f"Marks: {file}")
    marks = course_marks(course, rows)
    if marks is None:
        return
    target = file.with_name("course-marks.csv")
    exports.course_marks_csv(marks, course.scheme, target)
    still_open = sum(mark is None for mark in marks.values())
    note = f"; {still_open} of {len(marks)} still open" if still_open else ""
    say(f"Course marks, scheme {course.scheme!r}{note}: {target}")


def course_marks(course: Settings, rows: list[Row]) -> dict[str, float | None] | None:
    """Give every student's course mark; None where the course has no weights."""
    scheme = _scheme(course)
    if scheme is None:
        return None
    held = terms.load(course)
    return weights.course_marks(rows, scheme, drop_lowest=held.drop_lowest, droppable=held.droppable)


def _scheme(course: Settings) -> dict[str, weights.Weight] | None:
    if course.weights is None:
        return None
    return weights.load(course.weights, course.scheme, item_bank.load(course.bank))
