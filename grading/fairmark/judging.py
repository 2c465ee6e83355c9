"""Judge what came out of a notebook: the sandbox's outcome and the bank in, points and a record out.

No student code runs in this process, and nothing here knows where marks are kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairmark import checks, jobs, reasons
from fairmark.bank import Assignment, Entry
from fairmark.checks import Verdict
from fairmark.jobs import Output, Request, Sent
from fairmark.mending import MarkedCell, Mended, Template
from fairmark.settings import Settings
from worksheet import variants
from worksheet.wire import Json, RefusedError

Points = dict[str, float | None]
"""Points by the name of the marked cell; None where a person decides."""


def basis(course: Settings, assignment: Assignment) -> str:
    """Hash what decides marks beside the submission: the bank's items, the rules, and what chooses variants."""
    digest = hashlib.sha256()
    digest.update(json.dumps([course.course, course.term, dataclasses.asdict(assignment)], sort_keys=True).encode())
    for module in (checks, jobs, variants):
        digest.update(Path(str(module.__file__)).read_bytes())
    for name in ("form.py", "wire.py"):
        digest.update(Path(str(variants.__file__)).with_name(name).read_bytes())
    return digest.hexdigest()


def basis_for(basis: str, firsts: Mapping[str, str] | None) -> str:
    """Hash what decides one student's marks: the assignment's basis, and the first attempts that count, if any do."""
    if not firsts:
        return basis
    return hashlib.sha256(json.dumps([basis, firsts], sort_keys=True).encode()).hexdigest()


def requests(entries: Mapping[str, Entry]) -> tuple[Request, ...]:
    """List what must be brought out of a notebook for these items."""
    found = []
    for name, entry in entries.items():
        if not entry.marked_by_hand:
            calls = jobs.calls_text(call.arguments for call in entry.calls) if entry.calls else ""
            found.append(Request(name, entry.item.name, calls))
    return tuple(found)


def judge(
    course: Settings,
    entries: Mapping[str, Entry],
    sent: Mapping[str, Sent],
    student: str,
    stopped: str = "",
    firsts: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Judge every item.

    Parameters
    ----------
    course, entries
        Whose items.
    sent
        What came out of the notebook, by item.
    student
        Whose variants.
    stopped
        Why the run ended early, where it did.
    firsts
        Wire text by item of first attempts that count in place of what came out.

    Returns
    -------
    list of dict
        One record an item: the verdict's fields, the answer, the variant's number, and the reason code where no answer
        came out.
    """
    counting = firsts or {}
    return [
        _one(course, entry, sent.get(name), student, stopped, counting.get(name)) for name, entry in entries.items()
    ]


def points(
    wanted: Template, mended: Mended, items: list[dict[str, Any]], outputs: Mapping[int, tuple[Output, ...]]
) -> tuple[Points, tuple[str, ...]]:
    """Give the points of every marked cell.

    Parameters
    ----------
    wanted
        The assignment's marked cells.
    mended
        The submission.
    items
        What :func:`judge` gave back.
    outputs
        What the cells showed: only an instructor's own test cells are marked by it.

    Returns
    -------
    points : dict
    unverified : tuple of str
        Names of an instructor's own test cells. Their points come from the student's process, and are worth what that
        is worth.
    """
    judged = {one["item"]: one for one in items if one["outcome"] != "by-hand"}
    numbers = {cell["metadata"].get("nbgrader", {}).get("grade_id"): at for at, cell in enumerate(mended.cells)}
    found: Points = {}
    unverified = []
    for name, cell in wanted.cells.items():
        if not cell.marks["grade"] and not cell.marks["task"]:
            continue
        if name in judged:
            found[name] = judged[name]["points"]
        elif cell.open or cell.kind != "code":
            found[name] = 0.0 if name in mended.unanswered and not cell.marks["task"] else None
        else:
            unverified.append(name)
            found[name] = _own_test(cell, outputs.get(numbers[name], ()))
    return found, tuple(unverified)


def _own_test(cell: MarkedCell, shown: tuple[Output, ...]) -> float | None:
    """Read an instructor's own test cell: an error is 0, a number is itself, anything else is all points."""
    most = float(cell.marks["points"])
    if cell.hidden:
        return None
    if any(one.kind == "error" for one in shown):
        return 0.0
    for one in shown:
        if one.kind == "result":
            try:
                partial = float(one.text)
            except ValueError:
                return most
            return partial if math.isfinite(partial) and 0 <= partial <= most else 0.0
    return most


def _one(
    course: Settings, entry: Entry, sent: Sent | None, student: str, stopped: str, first: str | None
) -> dict[str, Any]:
    number = entry.variant_of(student, course.course, course.term)
    if first is None:
        verdict, answer, reason = _verdict(entry, sent, number or 0, stopped)
    else:
        verdict, answer, reason = _first(entry, sent, number or 0, first)
    return {**dataclasses.asdict(verdict), "answer": answer, "variant": number, "reason": reason}


def _first(entry: Entry, sent: Sent | None, number: int, first: str) -> tuple[Verdict, Json, str]:
    """Judge a first attempt; where the notebook holds another answer, say that it does not count."""
    verdict, answer, _ = _verdict(entry, Sent(first), number, "")
    if sent is not None and sent.text == first:
        return verdict, answer, ""
    told = f"{verdict.message} {reasons.student('first-attempt')}"
    return dataclasses.replace(verdict, message=told), answer, "first-attempt"


def _verdict(entry: Entry, sent: Sent | None, number: int, stopped: str) -> tuple[Verdict, Json, str]:
    if entry.marked_by_hand:
        return checks.judge(entry, None), None, ""
    if sent is None or sent.reason == "not-sent":
        why = [sent.problem if sent and sent.problem else reasons.student("not-sent")]
        why += [reasons.student(stopped)] if stopped else []
        return checks.unreadable(entry, " ".join(why)), None, "not-sent"
    if sent.problem or sent.reason:
        return checks.unreadable(entry, sent.problem or reasons.student(sent.reason)), None, sent.reason or "not-sent"
    try:
        answer = sent.value()
    except RefusedError as refusal:
        return checks.unreadable(entry, f"The answer cannot be read: {refusal}."), None, "not-json"
    return checks.judge(entry, answer, number), answer, ""
