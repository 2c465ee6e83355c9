"""The command ``fairmark explain``: how one mark came about, on the terminal and as a page for the student."""

from __future__ import annotations

from pathlib import Path

import click

from fairmark import bank, explain, gradebook, prompting, templates
from fairmark.explain import Explanation
from fairmark.files import PRIVATE, write_text
from fairmark.settings import Settings
from fairmark.terminal import explained, say
from fairmark.unseen import without_unseen
from fairmark.wording import counted

_MOST = 50_000


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
        write_text(file, page(one), mode=PRIVATE)  # a copy of it is handed on by the instructor
        say(f"Page for {student}: {file}")
        return
    for line in lines(one):
        say(line)
    if with_key:
        entry = bank.load(course.bank)[item.rpartition("-")[0]].entries[item]
        say(f"\nThe key: {_key(entry, one.variant)}")


def lines(one: Explanation) -> list[str]:
    """Write an explanation for the instructor's terminal; nothing in it can move the cursor."""
    score = "open" if one.score is None else f"{one.score:g} of {one.out_of:g} points"
    variant = "" if one.variant is None else f" (variant {one.variant + 1})"
    told = [
        f"{one.student}, {one.item}: {score}, {one.outcome}",
        "",
        f"Asked{variant}:",
        *_indented(one.question),
        *(f"  {name}: {value}" for name, value in one.given.items()),
        "",
        "Answered:",
        *_indented(without_unseen(one.answer[:_MOST]) or "(none)"),
        "",
        "Decided by:",
        *(f"  {rule.case}  {rule.says}" for rule in one.rules),
        f"  Told to the student: {one.message}",
        *([f"  Comment: {without_unseen(one.comment)}"] if one.comment else []),
        "",
        "What happened (times in UTC):",
    ]
    for step in one.steps:
        points = "" if step.points is None else f" {counted(step.points, 'point')}."
        told.append(f"  {step.at[:19].replace('T', ' ')}  {step.says}{points} [{without_unseen(step.more)}]")
    return [*told, "", *(f"Note: {note}" for note in one.notes)]


def page(one: Explanation) -> str:
    """Write an explanation for the student: one HTML document, complete in itself, without script."""
    pages = templates.load()
    return pages.get_template("explain.html").render(
        one=one,
        question=prompting.rendered(one.question),
        answer=without_unseen(one.answer[:_MOST]),
        steps=[step for step in one.steps if not step.private],
    )


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _key(entry: bank.Entry, variant: int | None) -> object:
    if entry.marked_by_hand:
        return "none; a person marks this answer"
    places = f", found in {', '.join(entry.locators)}" if entry.locators else ""
    if (variant or 0) >= len(entry.keys):
        return "not in the bank any more; this variant was taken out"
    return f"{entry.keys[variant or 0]!r}{places}"
