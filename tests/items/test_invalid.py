"""Answers that could not be right: each item of the real bank meets them on the way that a notebook's answers take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from fairmark import bank, checks
from fairmark.bank import Entry
from fairmark.checks import Verdict
from worksheet import capture, wire
from worksheet.checking import form_problem

BANK = bank.load(Path(__file__).parents[2] / "grading" / "items")
ENTRIES = [entry for assignment in BANK.values() for entry in assignment.entries.values() if not entry.marked_by_hand]


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(2000):
        value = [value]
    return value


INVALID: dict[str, Callable[[], object]] = {
    "None": lambda: None,
    "True": lambda: True,
    "a fraction": lambda: 3.7,
    "minus one": lambda: -1,
    "a huge number": lambda: 10**400,
    "a huge negative number": lambda: -(10**400),
    "no text": lambda: "",
    "spaces": lambda: " \t\n",
    "a duck": lambda: "🦆",
    "a direction mark": lambda: "\u202e",
    "a null character": lambda: "\x00",
    "half a character": lambda: "\ud800",
    "long text": lambda: "a" * 10**6,
    "longish text": lambda: "a" * 60_000,
    "an empty list": list,
    "an empty map": dict,
    "a deep list": deep,
    "a list of nothing": lambda: [None, None],
    "a list of lists": lambda: [["x"], {"y": []}],
    "a map of a list": lambda: {"x": [1]},
    "a map of numbers": lambda: {1: 2},
    "nan": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "an empty set": set,
    "a set": lambda: {1, 2},
    "bytes": lambda: b"bytes",
    "an object": object,
    "a type": lambda: int,
    "dots": lambda: ...,
    "an array": lambda: np.zeros((3, 3)),
    "a table": lambda: pd.DataFrame({"year": [1991], "n": [1]}),
    "a huge table": lambda: pd.DataFrame({"n": range(10**6)}),
    "a wide table": lambda: pd.DataFrame(np.zeros((1, 20_000))),
    "a figure": Figure,
    "an error": lambda: ValueError("x"),
}


def marked(entry: Entry, value: object) -> Verdict:
    """Mark a value as it would be marked from a notebook; a function item gets a function that returns it."""
    namespace = {entry.item.name: value}
    if entry.item.kind == "function":
        namespace = {entry.item.name: lambda *_: value}
        sent = capture.results_of(namespace, entry.item.name, [list(call.arguments) for call in entry.calls])
    else:
        sent = capture.value_of(namespace, entry.item.name)
    if "problem" in sent:
        return checks.unreadable(entry, sent["problem"])
    return checks.judge(entry, wire.loads(sent["answer"]))


@pytest.mark.parametrize("value", INVALID)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_an_invalid_answer_earns_nothing_and_is_told_why(entry, value):
    """No error, no points, and a message that can be shown."""
    verdict = marked(entry, INVALID[value]())
    if entry.item.kind == "function":  # a function that always returns None may be right for one list
        assert verdict.points <= entry.item.points / 2
        assert verdict.outcome in {"form", "wrong", "partial"}
    else:
        assert verdict.points == 0
        assert verdict.outcome in {"form", "missing", "wrong"}
    assert 10 < len(verdict.message) < 1000
    assert "Traceback" not in verdict.message
    assert verdict.message.isprintable()


@pytest.mark.parametrize("value", INVALID)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_the_students_check_agrees_with_marking(entry, value):
    """What marking cannot take as an answer, the student's check has said before."""
    if entry.item.kind == "function":
        assert form_problem(entry.item, {entry.item.name: INVALID[value]()}) is not None or value == "a type"
        return
    problem = form_problem(entry.item, {entry.item.name: INVALID[value]()})
    assert (problem is not None) == (marked(entry, INVALID[value]()).outcome in {"form", "missing"})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_an_answer_that_never_came_out_earns_nothing(entry):
    """A notebook that failed gives the reason and the hint."""
    verdict = checks.unreadable(entry, "It did not run.")
    assert (verdict.outcome, verdict.points) == ("form", 0)
    assert verdict.message == f"It did not run. Hint: {entry.item.hint}"


MATCHES = [entry for entry in ENTRIES if entry.item.kind in {"match", "code"}]


@pytest.mark.parametrize("entry", MATCHES, ids=lambda entry: entry.item.id)
def test_an_untouched_template_is_no_answer(entry: Entry):
    """A map whose entries are all still None is reported as no answer, not as one that cannot be read."""
    verdict = checks.judge(entry, dict.fromkeys(entry.item.form["rows"]))
    assert (verdict.outcome, verdict.points) == ("missing", 0)
