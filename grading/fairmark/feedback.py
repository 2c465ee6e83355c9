"""The page that a student gets back: what was asked, what was answered, what it earned, and what to reread.

It is made by nbgrader's own feedback step, whose exporter this module provides; so ``nbgrader generate_feedback`` and
the formgrader's button make the same page. It loads nothing from elsewhere and runs no script.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook

from fairmark import adjustments, bank, gradebook, prompting, reasons, results, templates
from fairmark.bank import Entry
from fairmark.settings import Settings
from worksheet.wire import Json

_SYMBOLS = {"right": "✓", "partial": "◐", "wrong": "✗", "form": "✗", "missing": "–", "by-hand": "✎", "waits": "✎"}
_WORDS = {
    "right": "right",
    "partial": "partly right",
    "wrong": "not right",
    "form": "could not be read as an answer",
    "missing": "no answer",
    "by-hand": "marked by a person",
    "waits": "waits for a person",
}


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """Write a feedback page from a marked notebook, its record and the gradebook."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **_: Any) -> tuple[str, Any]:
        """Run the configured preprocessors, then write our page instead of the notebook's."""
        nb, resources = self._preprocess(nb, self._init_resources(resources))
        names = resources["nbgrader"]
        course = gradebook.course_of(self.config)
        record = results.record(course, names["assignment"], names["student"])
        if record is None:
            raise ValueError(f"{names['student']} {names['assignment']}: not marked yet; run fairmark mark")
        assignment = bank.load(course.bank)[names["assignment"]]
        resources["output_extension"] = ".html"
        grades = _grades(names)
        questions = [
            question(
                assignment.entries[one["item"]],
                one,
                grades.get(one["item"], {}),
                record["written"].get(one["item"], ""),
            )
            for one in record["items"]
            if one["item"] in assignment.entries
        ]
        excused = (names["assignment"], names["student"]) in _excuses(course)
        return page(course.title, assignment.title, record, questions, late=_late(names), excused=excused), resources


def question(entry: Entry, record: dict[str, Any], grade: dict[str, Any], written: str) -> dict[str, Any]:
    """Gather what the page says about one item.

    Parameters
    ----------
    entry
        The item; of its secret half only what the verdict already quotes is shown.
    record
        What marking recorded of it.
    grade
        Of the gradebook: ``score``, ``waiting``, ``comment``, and ``by_person``, whether a person gave the score.
    written
        The student's text, for a written item.
    """
    item, outcome, message = entry.item, record["outcome"], record["message"]
    by_hand = outcome == "by-hand"
    if by_hand:
        outcome, message = _of_written(grade)
    score = grade.get("score", record["points"])
    return {
        "id": item.id,
        "prompt": prompting.rendered(prompting.question(item)),
        "given": item.pool[record["variant"]] if item.pool else {},
        "answer": written if by_hand else answer_lines(record["answer"]),
        "answer_label": "What your function gave when it was called" if item.kind == "function" else "Your answer",
        "symbol": _SYMBOLS[outcome],
        "outcome": _WORDS[outcome],
        "kind": outcome,
        "score": score,
        "points": item.points,
        "changed": not by_hand and score != record["points"],
        "waiting": bool(grade.get("waiting")),
        "message": _with_code(message),
        "comment": grade.get("comment") or "",
    }


def _of_written(grade: dict[str, Any]) -> tuple[str, str]:
    """Say how a written answer stands, and a sentence where there is more to say."""
    if grade.get("waiting"):
        return "waits", "It is not marked yet."
    if grade.get("by_person"):
        return "by-hand", ""
    return "missing", "The answer was left as it was released, so there was nothing to mark."


def page(
    title: str,
    assignment: str,
    record: dict[str, Any],
    questions: list[dict[str, Any]],
    *,
    late: float = 0.0,
    excused: bool = False,
) -> str:
    """Write the page.

    Parameters
    ----------
    title, assignment
        Of the course and the assignment.
    record
        What marking recorded.
    questions
        As :func:`question` gives them.
    late
        Points that are taken off for lateness.
    excused
        Whether no mark of this student is wanted.

    Returns
    -------
    str
        One HTML document, complete in itself.
    """
    marked = [one for one in questions if not one["waiting"]]
    pages = templates.load()
    return pages.get_template("feedback.html").render(
        title=title,
        assignment=assignment,
        student=record["student"],
        stopped=reasons.student(record["stopped"]) if record["stopped"] else "",
        questions=questions,
        score=sum(one["score"] for one in marked),
        marked_points=sum(one["points"] for one in marked),
        waiting_points=sum(one["points"] for one in questions if one["waiting"]),
        late=late,
        excused=excused,
    )


def _late(names: dict[str, Any]) -> float:
    with Gradebook(names["db_url"]) as book:
        found = book.find_submission(names["assignment"], names["student"])
        return float(found.late_submission_penalty or 0.0)


def _excuses(course: Settings) -> set[tuple[str, str]]:
    return {key for key, one in adjustments.load(course).items() if one.excused}


def _grades(names: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read the gradebook's score and comment of each item, so that a marker's changes show."""
    with Gradebook(names["db_url"]) as book:
        notebook = book.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        found = {
            grade.name: {
                "score": grade.score,
                "waiting": bool(grade.needs_manual_grade),
                "by_person": grade.manual_score is not None,
            }
            for grade in notebook.grades
        }
        for comment in notebook.comments:
            # Of a question that a program marks, a person's comment hangs on the answer cell.
            item = comment.name.removesuffix("-answer")
            if item == comment.name or comment.manual_comment:
                found.setdefault(item, {})["comment"] = comment.comment
    return found


def _with_code(message: str) -> Markup:
    """Show what stands in backticks as code. A message may quote the student, so nothing else in it is markup."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(message))))  # noqa: S704  escaped just before


def answer_lines(answer: Json) -> str:
    """Write an answer as lines to read, at most 500 characters.

    Parameters
    ----------
    answer
        As marking recorded it; of a function, what it gave in each call.

    Examples
    --------
    >>> print(answer_lines({"left": "agree", "right": None}))
    left: agree
    right: None
    >>> print(answer_lines({"columns": ["year", "n"], "rows": [[1991, 2]]}))
    year | n
    1991 | 2
    >>> answer_lines([{"value": 0.5}, {"value": None}, {"error": "KeyError: 1"}])
    '0.5, None, KeyError: 1'
    """
    if answer is None:
        return ""
    if isinstance(answer, dict) and answer.keys() == {"columns", "rows"}:
        table: Any = answer
        lines = [" | ".join(map(_plain, row)) for row in (table["columns"], *table["rows"])]
    elif isinstance(answer, dict) and "axes" not in answer:
        lines = [f"{name}: {_plain(value)}" for name, value in answer.items()]
    else:
        lines = [", ".join(map(_plain, answer)) if isinstance(answer, list) else _plain(answer)]
    return "\n".join(lines)[:500]


def _plain(value: Json) -> str:
    """Write a value as Python prints it; of a function's call, what came out of it."""
    if isinstance(value, dict) and value.keys() in ({"value"}, {"error"}):
        value = next(iter(value.values()))
    return str(value)
