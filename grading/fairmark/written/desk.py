"""What the page for marking shows and does: pages as text, and changes as plain data in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fairmark import gradebook, templates
from fairmark.database import Database
from fairmark.written import answers, marks, views
from fairmark.written.answers import Answer, Queue, Task
from fairmark.written.drafts import Draft, Drafts
from fairmark.written.errors import WrittenError
from fairmark.written.rubric import MAX_COMMENT, STEP, judgement


class Desk:
    """What a person marks at, whatever carries requests to it.

    Parameters
    ----------
    task
        What is to be marked, in which round, by whom.
    database
        The gradebook's database.
    names
        Whether to show who wrote what.
    """

    def __init__(self, task: Task, database: Database, *, names: bool = False) -> None:
        self.task, self.database, self.names = task, database, names
        self.rules = gradebook.config(task.course)
        self.drafts = Drafts(task)
        self.pages = templates.load()
        self.stop: Callable[[], object] = lambda: None

    def queue(self) -> Queue:
        """Read how everything stands."""
        with self.database.reading() as session:
            return answers.queue(session, self.task)

    def list(self, root: str) -> str:
        """Write the page that lists the answers."""
        queue = self.queue()
        listed = [views.listed(one) for one in queue.answers]
        if self.names:
            listed.sort(key=lambda one: (one["item"], one["student"]))
        words = views.common(self.task, queue, self.names)
        return self.pages.get_template("written-list.html").render(
            words, root=root, answers=listed, next=_next(queue, "")
        )

    def answer(self, root: str, code: str) -> str:
        """Write the page of one answer."""
        queue = self.queue()
        one = queue.find(code)
        codes = [other.code for other in queue.answers]
        at = codes.index(code)
        draft = self.drafts.get(code, one.standing.version)
        words = views.common(self.task, queue, self.names)
        return self.pages.get_template("written-answer.html").render(
            words,
            root=root,
            one=views.answer(one, len(queue.rubric(one.place.item)), draft),
            item=views.item(queue.entries[one.place.item]),
            before=codes[at - 1] if at else "",
            after=codes[at + 1] if at + 1 < len(codes) else "",
            next=_next(queue, code),
            step=f"{STEP:g}",
            most_comment=MAX_COMMENT,
        )

    def save(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Write a mark: gradebook and log in one transaction."""
        one, queue = self._asked(asked)
        rubric = queue.rubric(one.place.item)
        given = judgement(rubric, _numbers(asked), asked.get("comment"))
        with self.database.writing() as session:
            now = marks.give(session, self.rules, queue.wanted, one.place, rubric, given, str(asked.get("seen")))
        self.drafts.drop(one.code)
        return self._said(now)

    def draft(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Keep what is not finished."""
        one, queue = self._asked(asked)
        rubric, points = queue.rubric(one.place.item), _numbers(asked)
        filled = [criterion.most if value is None else value for criterion, value in zip(rubric, points, strict=False)]
        given = judgement(rubric, filled + points[len(filled) :], asked.get("comment"))
        kept = tuple(None if value is None else mark for value, mark in zip(points, given.criteria, strict=True))
        self.drafts.put(one.code, one.standing.version, Draft(kept, given.comment))
        return {}

    def undo(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take the last mark back."""
        one, queue = self._asked(asked)
        with self.database.writing() as session:
            now = marks.undo(session, self.rules, queue.wanted, one.place, str(asked.get("seen")))
        self.drafts.drop(one.code)
        return self._said(now)

    def _asked(self, asked: dict[str, Any]) -> tuple[Answer, Queue]:
        queue = self.queue()
        return queue.find(str(asked.get("code"))), queue

    def _said(self, now: marks.Standing) -> dict[str, Any]:
        queue = self.queue()
        return {
            "seen": now.version,
            "waits": False,
            "undoable": bool(now.stack),
            "progress": f"{queue.done} of {len(queue.answers)} done",
        }


def _next(queue: Queue, code: str) -> str:
    """Give the next answer that waits, after this one and then from the beginning."""
    codes = [one.code for one in queue.answers]
    start = codes.index(code) + 1 if code in codes else 0
    ahead = (*queue.answers[start:], *queue.answers[:start])
    return next((one.code for one in ahead if one.state in {"open", "again"} and one.code != code), "")


def _numbers(asked: dict[str, Any]) -> list[Any]:
    given = asked.get("criteria")
    if not isinstance(given, list):
        raise WrittenError("criteria: must be a list of numbers")
    return given
