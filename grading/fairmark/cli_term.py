"""The commands ``fairmark term``: begin a new term, and say which personal data are kept."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from fairmark import bank, busy, duedates, retention, term
from fairmark.settings import Settings
from fairmark.terminal import PATH, console, explained, say

_FAR = 3660
"""Days: ten years."""
_NEXT = "Next: fairmark release. On a JupyterHub restart the marking service, and publish to a new repository."


@click.group("term")
def term_group() -> None:
    """Begin a new term, or see what is kept of this one and of earlier ones."""


@term_group.command("new")
@click.argument("name")
@click.option("--dates", type=PATH, help="A CSV with the columns assignment and due (2027-03-01 23:59).")
@click.option(
    "--shift-days", type=click.IntRange(-_FAR, _FAR), help="Move every due date of this term by so many days."
)
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock the dates are by, as in Europe/Vienna.")
@click.option("--archive", type=PATH, help="Where archives of terms go (default: archive, beside the working folder).")
@click.option("--exchange", default="", help="The new folder through which students hand in, where one is set.")
@click.option("--keep-until", type=click.DateTime(["%Y-%m-%d"]), help="When the old term's data are to be deleted.")
@click.option("--unfinished", is_flag=True, help="Go on although marks are open.")
@click.pass_obj
def term_new(course: Settings, /, name: str, **options: Any) -> None:
    """Begin the term NAME, such as 2027-spring.

    Copies gradebook, logs, bank and settings of the present term to an archive, checks the copy, and makes it
    read-only. Then sets the new term and a new working folder in course.toml: students get new variants, and the
    gradebook is empty. Nothing of the old term is changed or deleted.

    Without --dates or --shift-days no due date is set.
    """
    with explained(), _disk(), busy.alone(course):
        dates = _dates(course, options)
        wish = term.Wish(
            name,
            dates,
            archive=options["archive"],
            exchange=options["exchange"],
            unfinished=options["unfinished"],
            keep_until=options["keep_until"].date() if options["keep_until"] else None,
        )
        done = term.roll(course, wish)
    _print(course, done, duedates.zone(options["timezone"]))


@contextmanager
def _disk() -> Iterator[None]:
    """Say which file or folder could not be read or written."""
    try:
        yield
    except shutil.Error as error:  # of a whole folder: what could not be copied, where to, and why
        source, _, why = error.args[0][0]
        raise term.TermError(f"{source}: cannot be copied: {why}; nothing was changed") from error
    except OSError as error:
        raise term.TermError(f"{error.filename or 'the disk'}: {error.strerror}; nothing was changed") from error


def _dates(course: Settings, options: dict[str, Any]) -> duedates.Dates:
    where = duedates.zone(options["timezone"])
    if options["dates"] and options["shift_days"] is not None:
        raise click.UsageError("--dates and --shift-days both set the dates; choose one")
    if options["dates"]:
        return duedates.read(options["dates"], list(bank.load(course.bank)), where)
    if options["shift_days"] is not None:
        if not (course.workdir / "gradebook.db").is_file():
            raise click.UsageError(
                f"--shift-days needs the due dates of the present term, and {course.term} has no gradebook yet. "
                f"If you have just begun {course.term}, all is done: go on with fairmark release"
            )
        return duedates.shifted(duedates.known(course), options["shift_days"], where)
    return {}


def _print(course: Settings, done: term.Rolled, where: dt.tzinfo) -> None:
    said = [
        f"Term {course.term} is archived, checked and read-only: {done.archive}",
        f"Its working folder stays as it is: {course.workdir}",
        f"Commands on it still work: fairmark --settings {done.old_settings} …",
        f"Term {done.settings.term} begins in {done.settings.workdir}",
    ]
    for line in said:
        say(line)
    for name, due in done.dates.items():
        console.print(f"  {name} is due {due.astimezone(where):%Y-%m-%d %H:%M %Z}" if due else f"  {name}: no due date")
    say(_NEXT)
    _print_kept(retention.kept(done.settings))


@term_group.command("data")
@click.pass_obj
def term_data(course: Settings) -> None:
    """Say which personal data are kept where, of this term and of earlier ones.

    Pages and tables that were written to a place of your own, with --to, --page or --archive, are not listed.
    """
    _print_kept(retention.kept(course))


def _print_kept(kept: list[retention.Kept]) -> None:
    if not kept:
        console.print("No personal data are kept.")
        return
    console.print("[bold]Personal data that are kept[/]")
    for one in kept:
        say(f"{one.term}: {one.where} ({one.size / 1e6:.1f} MB)")
        say(f"    {one.what}; {one.until}")
    console.print("What the law and your university demand goes before this list.")
