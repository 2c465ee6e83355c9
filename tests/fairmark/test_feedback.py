"""What a feedback page shows of a question and an answer can be read by somebody who does not read JSON."""

from __future__ import annotations

from typing import Any

import pytest

from fairmark import checks, feedback
from fairmark.bank import Entry
from worksheet.items import Item


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (None, ""),
        ("left", "left"),
        (0.4778, "0.4778"),
        (["a", "b"], "a, b"),
        ([], ""),
        ({"a": "x", "b": None}, "a: x\nb: None"),
        ({"columns": ["year", "n"], "rows": [[1991, 2], [1992, None]]}, "year | n\n1991 | 2\n1992 | None"),
        ([{"value": True}, {"value": [1, "b"]}, {"error": "KeyError: 1"}], "True, [1, 'b'], KeyError: 1"),
        ({"columns": ["a"]}, "columns: ['a']"),
        ("x" * 900, "x" * 500),
    ],
)
def test_an_answer_is_lines_to_read(answer: Any, shown: str) -> None:
    """Whatever its kind, and never longer than a page bears."""
    assert feedback.answer_lines(answer) == shown


def test_a_list_that_a_student_was_given_is_a_list() -> None:
    """Such as the steps of an argument; what stands in it is escaped."""
    one = {"id": "a-q1", "prompt": "", "given": {"steps": ["1. <b>so</b>", "2. it's"], "year": 1991}, "answer": ""}
    one |= {"answer_label": "Your answer", "symbol": "", "outcome": "", "kind": "wrong", "score": 0, "points": 1}
    one |= {"changed": False, "waiting": False, "message": "", "comment": ""}
    page = feedback.page("T", "A", {"student": "anna", "stopped": ""}, [one])
    assert "<ul><li>1. &lt;b&gt;so&lt;/b&gt;</li><li>2. it&#39;s</li></ul>" in page
    assert "<dt>Your year</dt><dd>1991</dd>" in page


def test_code_in_a_message_is_code_and_what_a_student_wrote_stays_text() -> None:
    """A hint in backticks can be copied without them; nothing quoted from an answer becomes markup."""
    shown = feedback._with_code("Use `agreement.pair(…)`; you gave <img src=x> and [a](b).")
    assert shown == "Use <code>agreement.pair(…)</code>; you gave &lt;img src=x&gt; and [a](b)."


@pytest.mark.parametrize(
    ("grade", "outcome", "message", "kind"),
    [
        ({"score": 0.0, "waiting": True}, "waits for a person", "It is not marked yet.", "waits"),
        ({"score": 3.0, "by_person": True}, "marked by a person", "", "by-hand"),
        (
            {"score": 0.0},
            "no answer",
            "The answer was left as it was released, so there was nothing to mark.",
            "missing",
        ),
    ],
)
def test_a_written_answer_is_called_marked_only_when_a_person_marked_it(grade, outcome, message, kind) -> None:
    """One that waits is open, and one that was left as it was is none."""
    form = {"rubric": [{"criterion": "A thought.", "levels": [{"points": 4, "says": "one"}]}]}
    entry = Entry(Item("a1-q1", "written", 4, "Say it.", "", "", form=form), (), ())
    told = feedback.question(entry, {**vars(checks.judge(entry, None)), "variant": None}, grade, "A text.")
    assert (told["outcome"], told["message"], told["kind"]) == (outcome, message, kind)
    assert told["score"] == grade["score"]
    assert told["answer"] == "A text."
