"""The command that reports how an assignment's questions worked."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from fairmark import attempts, bank, gradebook, itemreport, modes, reportpage, responses
from fairmark.database import GradebookError
from fairmark.itemreport import ItemReport
from fairmark.settings import Settings

console = Console(highlight=False)
_PATH: click.Path = click.Path(path_type=Path)
_EXPECTED = (
    bank.BankError,
    gradebook.NotReleasedError,
    GradebookError,
    modes.ModesError,
    attempts.AttemptsError,
)


def add_to(group: click.Group) -> None:
    """Give the command to the program."""
    group.add_command(report_command)


@click.command("report")
@click.argument("assignments", nargs=-1)
@click.option("--except", "leave_out", multiple=True, help="A student's id that is not to count; may be repeated.")
@click.option("--to", type=_PATH, help="The folder to write into (default: reports in the working folder).")
@click.pass_obj
def report_command(course: Settings, assignments: tuple[str, ...], leave_out: tuple[str, ...], to: Path | None) -> None:
    """Report how the questions of an assignment worked.

    For each of ASSIGNMENTS (default: all): a page that says which questions to look at first and why, and two CSV
    files. They name no student, and they do hold right answers: keep them where the bank is.

    Leave out with --except whoever is no student, such as your own trial.
    """
    try:
        gradebook.require(course)
        known = bank.load(course.bank)
        for name in assignments:
            if name not in known:
                raise click.ClickException(f"there is no assignment {name!r}; the bank has {', '.join(known)}")
        folder = to or course.workdir / reportpage.FOLDER
        for name in assignments or known:
            found = itemreport.analyse(responses.read(course, name, leave_out))
            _tell(name, found, reportpage.write(course, found, folder))
    except _EXPECTED as error:
        raise click.ClickException(str(error)) from None


def _tell(name: str, found: ItemReport, page: Path) -> None:
    first = ", ".join(item.id for item in found.first[:3])
    look = f"look first at {first}" if first else "no question stands out"
    console.print(f"{name}: {found.students} students count; {look}. {page}", soft_wrap=True)
