"""The commands that mark: what is new or changed, and what a corrected key changes."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from fairmark import backups, cli_policy, cli_steps, gradebook, regrade, terminal
from fairmark.marking import Marked
from fairmark.regrade import Change
from fairmark.settings import Settings
from fairmark.terminal import console, explained, say


def _marking_options(command: Any) -> Any:
    """Add what says how and where notebooks are run."""
    for option in (
        click.option("--workers", type=click.IntRange(1, 256), help="Notebooks at a time (default: one a processor)."),
        click.option("--scheduler", default="", help="A Dask cluster's address, tls://… (default: this machine)."),
        click.option(
            "--unconfined", is_flag=True, help="Run student code with all your rights. Recorded with each mark."
        ),
    ):
        command = option(command)
    return command


@click.command("mark")
@click.argument("assignments", nargs=-1)
@click.option("--again", is_flag=True, help="Run and mark everything anew, changed or not.")
@_marking_options
@click.pass_obj
def mark_command(course: Settings, /, assignments: tuple[str, ...], again: bool, **options: Any) -> None:
    """Mark every submission that is new or changed.

    Runs each notebook confined, reads its answers as data, compares them with the bank, and writes points into
    nbgrader's gradebook, one submission at a time. A notebook that cannot be read is flagged and stops nothing.

    Ends with status 3 if any was flagged or is not decided, and with 130 after ctrl-C; what was marked is kept, and
    the same command goes on.
    """
    with explained():
        gradebook.require(course)
        cli_policy.settle(course)
        marked = cli_steps.mark(course, terminal.assignments(course, assignments), force=again, **_how(options))
        cli_policy.settle(course)
        _exit_for(marked)


@click.command("regrade")
@click.argument("assignments", nargs=-1)
@_marking_options
@click.pass_obj
def regrade_command(course: Settings, /, assignments: tuple[str, ...], **options: Any) -> None:
    """Mark anew what a corrected key, rule or bank changes.

    Makes a backup of the gradebook. Then judges the answers that are known by the bank as it is now; a notebook is run
    again only where it, or the environment, is no longer the same. Points that a person gave stay. Prints who gains
    and who loses.
    """
    with explained():
        gradebook.require(course)
        how = _how(options)
        if not course.gradebook_url:
            say(f"Backup: {backups.backup(course)}")
        marked: list[Marked] = []
        changes: list[Change] = []
        with cli_steps.progress() as bar:
            task = bar.add_task("regrading", total=None)
            for name in terminal.assignments(course, assignments):
                done, changed = regrade.regrade(course, name, lambda one: cli_steps.advance(bar, task, one), **how)
                marked, changes = marked + done, changes + changed
        _print_changes(changes)
        _exit_for(marked)


def _how(options: dict[str, Any]) -> dict[str, Any]:
    """Turn the options of a command into those of marking."""
    if options["unconfined"]:
        console.print("[bold]Unconfined:[/] student code runs with all your rights, and every mark will say so.")
    return {
        "workers": options["workers"],
        "scheduler": options["scheduler"],
        "confined": not options["unconfined"],
    }


def _exit_for(marked: list[Marked]) -> None:
    """Name what is not done, and end with status 3 where anything is not."""
    left = [one for one in marked if one.status in {"flagged", "open"}]
    for one in left:
        console.print(
            f"[bold]{escape(repr(one.student)[1:-1])}[/] {one.assignment}: {one.reason}. {escape(one.detail)}"
        )
    if left:
        sys.exit(3)


def _print_changes(changes: list[Change]) -> None:
    if not changes:
        console.print("Nobody's points change.")
        return
    table = Table("student", "assignment", "question", title="Who gains and who loses", title_justify="left")
    for heading in ("before", "after"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in changes:
        for item, (before, after) in one.items.items():
            word = "a person's mark stays" if item in one.kept else "gains" if after > before else "loses"
            table.add_row(escape(one.student), one.assignment, item, f"{before:g}", f"{after:g}", word)
    console.print(table)
    gain, lose = sum(one.gain > 0 for one in changes), sum(one.gain < 0 for one in changes)
    console.print(f"{gain} gain and {lose} lose.")
