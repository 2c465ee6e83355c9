"""How one mark came about, in words: lines for the instructor's terminal, and a page for the student."""

from __future__ import annotations

from fairmark import prompting, templates
from fairmark.bank import Entry
from fairmark.explain import Explanation
from fairmark.unseen import without_unseen
from fairmark.wording import counted

_MOST = 50_000
"""The most characters of an answer that are shown: an essay has six thousand."""


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


def key(entry: Entry, variant: int | None) -> str:
    """Write the key of an item, for the instructor's eyes only."""
    if entry.marked_by_hand:
        return "none; a person marks this answer"
    places = f", found in {', '.join(entry.locators)}" if entry.locators else ""
    if (variant or 0) >= len(entry.keys):
        return "not in the bank any more; this variant was taken out"
    return f"{entry.keys[variant or 0]!r}{places}"
