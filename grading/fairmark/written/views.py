"""What pages and forms show of an answer and its rubric: a student's text is text, the bank's Markdown is Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from fairmark import mending, prompting
from fairmark.bank import Entry
from fairmark.unseen import is_unseen, with_line_feeds, without_unseen
from fairmark.written.answers import Answer, Queue, Task
from fairmark.written.drafts import Draft
from fairmark.written.rubric import criteria

MOST = 50_000
"""The most characters of one answer that are shown: an essay has six thousand."""
_BEGINS = 60
STATES = {"open": "open", "again": "look again", "done": "done", "elsewhere": "done in the formgrader"}
ROUNDS = {"first": "first marking", "second": "second marking, blind to the first", "settled": "settling"}
NOTHING = {
    "first": "There is no written answer to mark. Answers appear here when fairmark mark has run.",
    "second": "There is nothing to mark a second time. Answers appear here when a first marker has marked them.",
    "settled": "No two markings lie that far apart. There is nothing to settle.",
}


@dataclass(frozen=True)
class Shown:
    """A student's text as a page may show it.

    Attributes
    ----------
    text : str
    words : int
        How many the whole text has.
    hidden : int
        How many invisible characters were taken out.
    cut : bool
        Whether the end is not shown.
    gone : bool
        Whether the student's notebook had no cell for the answer.
    most : int
        How many characters are shown at the most.
    """

    text: str
    words: int
    hidden: int
    cut: bool
    gone: bool
    most: int = MOST


def show(text: str) -> Shown:
    r"""Make a student's text safe to read.

    Examples
    --------
    >>> show("Two words\u202e")
    Shown(text='Two words', words=2, hidden=1, cut=False, gone=False, most=50000)
    """
    lines = with_line_feeds(text)
    unseen = sum(map(is_unseen, lines))
    return Shown(without_unseen(lines[:MOST]), len(lines.split()), unseen, len(lines) > MOST, text == mending.GONE)


def common(task: Task, queue: Queue, names: bool) -> dict[str, Any]:
    """Gather what every page of a task says."""
    return {
        "title": task.course.title,
        "assignment": queue.title,
        "assignment_id": task.assignment,
        "round_words": ROUNDS[task.round],
        "marker": task.marker,
        "names": names,
        "done": queue.done,
        "count": len(queue.answers),
        "empty": queue.empty,
        "nothing": NOTHING[task.round],
    }


def item(entry: Entry) -> dict[str, Any]:
    """Gather what is shown of an item: question, rubric, examples."""
    return {
        "id": entry.item.id,
        "points": entry.item.points,
        "prompt": prompting.rendered(prompting.question(entry.item)),
        "exemplars": sorted(entry.exemplars, key=lambda one: -float(one["points"])),
        "rubric": [
            {
                "name": one.name,
                "html": _inline(one.text),
                "most": one.most,
                "levels": [{"points": level.points, "html": _inline(level.says)} for level in one.levels],
            }
            for one in criteria(entry.item)
        ],
    }


def listed(one: Answer) -> dict[str, Any]:
    """Gather what the list says of an answer."""
    shown = show(one.standing.text)
    counts = one.place.counts and one.standing.hand.score is not None and one.state != "open"
    points = one.standing.hand.score if counts else one.last.judgement.score if one.last else None
    return {
        "code": one.code,
        "student": one.place.student,
        "item": one.place.item,
        "shown": shown,
        "begins": shown.text[:_BEGINS] + ("…" if len(shown.text) > _BEGINS else ""),
        "state": one.state,
        "state_words": STATES[one.state],
        "points": "" if points is None else f"{points:g}",
    }


def answer(one: Answer, most: int, draft: Draft | None) -> dict[str, Any]:
    """Gather what the page of one answer shows, the form filled in with what is known.

    Parameters
    ----------
    one
        The answer.
    most
        How many criteria there are.
    draft
        What the marker has begun; goes before the mark that stands.
    """
    given: list[float | None] = list(one.last.judgement.criteria) if one.last else [None] * most
    comment = one.last.judgement.comment if one.last else _foreign(one)
    if draft is not None:
        given, comment = list(draft.criteria), draft.comment
    return listed(one) | {
        "given": ["" if value is None else f"{value:g}" for value in given],
        "comment": comment,
        "seen": one.standing.version,
        "waits": one.state in {"open", "again"},
        "undoable": one.last is not None,
        "markings": one.markings,
        "notes": _notes(one, draft),
    }


def _foreign(one: Answer) -> str:
    """Take over a comment that somebody wrote in the formgrader."""
    return (one.standing.hand.comment or "") if one.place.counts and one.settled is None else ""


def _notes(one: Answer, draft: Draft | None) -> list[str]:
    notes = []
    last, hand = one.last, one.standing.hand
    if draft is not None:
        notes.append("You began to mark this answer and did not finish. Your draft is filled in.")
    if one.state == "again":
        same = last is not None and last.answer == one.standing.answer
        notes.append(
            "The submission was marked again since. The text of this answer is the same. Save to keep the marks."
            if same
            else "The submission was marked again since. Read the answer anew: its text may be another."
        )
    if one.state == "elsewhere":
        notes.append(f"The formgrader says {hand.score:g} points. What you save here takes their place.")
    if one.settled is not None and one.place.round == "first":
        notes.append(f"This mark was settled by {one.settled.place.marker}. What you save here takes its place.")
    elif last is not None and one.place.round == "first" and one.state == "done":
        notes.append(f"Marked by {last.place.marker}: {last.judgement.score:g} points.")
    return notes


def _inline(text: str) -> Markup:
    return Markup(prompting.rendered(text).strip().removeprefix("<p>").removesuffix("</p>"))  # noqa: S704  escaped there
