"""The command that reports how an assignment's questions worked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fairmark import gradebook, terminal
from fairmark.settings import Settings
from fairmark.terminal import PATH, explained, say

if TYPE_CHECKING:
    from fairmark.itemreport import ItemReport


@click.command("report")
@click.argument("assignments", nargs=-1)
@click.option("--except", "leave_out", multiple=True, help="A student's id that is not to count; may be repeated.")
@click.option("--to", type=PATH, help="The folder to write into (default: reports in the working folder).")
@click.pass_obj
def report_command(course: Settings, assignments: tuple[str, ...], leave_out: tuple[str, ...], to: Path | None) -> None:
    """Report how the questions of an assignment worked.

    For each of ASSIGNMENTS (default: all): a page that says which questions to look at first and why, and two CSV
    files. They name no student, and they do hold right answers: keep them where the bank is.

    Leave out with --except whoever is no student, such as your own trial.
    """
    # SciPy and matplotlib would make every other command start in twice the time.
    from fairmark import itemreport, reportpage, responses

    with explained():
        gradebook.require(course)
        folder = to or course.workdir / reportpage.FOLDER
        for name in terminal.assignments(course, assignments):
            found = itemreport.analyse(responses.read(course, name, leave_out))
            _tell(name, found, reportpage.write(course, found, folder))


def _tell(name: str, found: ItemReport, page: Path) -> None:
    first = ", ".join(item.id for item in found.first[:3])
    look = f"look first at {first}" if first else "no question stands out"
    say(f"{name}: {found.students} students count; {look}. {page}")
