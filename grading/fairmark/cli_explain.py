"""The command that says how one mark came about."""

from __future__ import annotations

from pathlib import Path

import click

from fairmark import bank, explain, explanation, gradebook
from fairmark.files import PRIVATE, write_text
from fairmark.settings import Settings
from fairmark.terminal import explained, say


@click.command("explain")
@click.argument("student")
@click.argument("item")
@click.option("--page", "file", type=click.Path(path_type=Path), help="Write an HTML page that the student may see.")
@click.option("--with-key", is_flag=True, help="Print the key too, for your eyes only.")
@click.pass_obj
def explain_command(course: Settings, student: str, item: str, file: Path | None, with_key: bool) -> None:
    """Say how STUDENT's mark at ITEM came about: question, answer, rule, and everything that happened.

    What is printed is for you: it names markers and software. The page of --page is for the student: no key, no other
    student, no marker's name, and no second marking.
    """
    if file and with_key:
        raise click.UsageError("--page is for the student, and --with-key is not; choose one")
    with explained():
        gradebook.require(course)
        one = explain.explain(course, student, item)
    if file:
        write_text(file, explanation.page(one), mode=PRIVATE)  # a copy of it is handed on by the instructor
        say(f"Page for {student}: {file}")
        return
    for line in explanation.lines(one):
        say(line)
    if with_key:
        entry = bank.load(course.bank)[item.rpartition("-")[0]].entries[item]
        say(f"\nThe key: {explanation.key(entry, one.variant)}")
