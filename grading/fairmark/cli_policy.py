"""The command that brings lateness and exceptions into the gradebook, which other commands do too before they begin."""

from __future__ import annotations

import click

from fairmark import adjustments, gradebook, lateness, terms
from fairmark.database import Database
from fairmark.settings import Settings
from fairmark.terminal import console, explained, say
from fairmark.wording import counted


@click.command("policy")
@click.option("--student", default="", help="Print what the log says of this student's exceptions and lateness.")
@click.pass_obj
def policy_command(course: Settings, student: str) -> None:
    """Apply the policy on lateness, and the exceptions from it, and say what changed.

    The policy is the table that course.toml names; exceptions for single students stand in adjustments.csv in the
    working folder. Both are checked first. `mark`, `feedback` and `export` do the same before they begin.
    """
    with explained():
        gradebook.require(course)
        changed = settle(course)
        held = terms.load(course)
        with Database(course) as book, book.reading() as session:
            undated = lateness.without_due_date(session, held)
            told = list(lateness.history(session, student)) if student else []
        for line in told:
            say(line)
        if student and not told:
            say(f"The log says nothing of {student!r}.")
        if undated:
            say(f"Without a due date, so nobody is late: {', '.join(undated)}. Set it in the formgrader.")
        excused = sum(one.excused for one in held.adjustments.values())
        if not adjustments.file(course).exists():
            there = f"{adjustments.file(course)}, with the columns {', '.join(adjustments.COLUMNS)}"
            say(f"There is no table of exceptions. It would be {there}.")
        later = len(held.adjustments) - excused
        extensions = counted(later, "extension")
        console.print(f"{len(changed)} changed. Exceptions: {extensions}, {excused} excused.")


def settle(course: Settings) -> list[lateness.State]:
    """Bring lateness and exceptions up to date, and print what changed."""
    changed = lateness.settle(course)
    for state in changed:
        say(f"   {state.student} {state.assignment}: {state}")
    return changed
