"""What is answered: first from the public half alone, and from the key only what the mode allows.

:func:`plan` decides everything that does not depend on the key, also what is written down. Only after that
:func:`reply` compares with the key, and only where the verdict will be told. So nothing about an answer that may not be
told, its length and its time included, can depend on the key.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from fairmark import checks
from fairmark.attempts import Attempt, Numbered
from fairmark.bank import Entry
from fairmark.modes import Mode
from fairmark.service.errors import Refusal
from fairmark.service.requests import Asked
from fairmark.service.state import State
from worksheet import form, wire
from worksheet.wire import Json

FINE = "The form of your answer is fine. Whether it is right is decided when it is marked."
LATER = {
    "function": "A function is run when your notebook is marked, and not before.",
    "written": "A person marks this answer.",
}
CLOSED = "The due date is over, so this answer is not judged here."
NONE_LEFT = "You have no attempt left. The first of them counts."


@dataclass(frozen=True)
class Reply:
    """What goes back.

    Attributes
    ----------
    item : str
    mode : str
        ``practice``, ``form`` or ``attempts``.
    verdict : str
        ``right``, ``partial`` or ``wrong`` where it may be told. Otherwise ``fine`` or ``form`` (the form is fine, or
        is not), ``later`` (cannot be judged before marking), ``closed`` or ``none-left``.
    message : str
        For the student.
    attempts_left : int or None
        None where attempts are not counted.
    """

    item: str
    mode: str
    verdict: str
    message: str
    attempts_left: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """A question that was understood: what to write down, and what can be answered without the key.

    Attributes
    ----------
    entry : Entry
    mode : Mode
    attempt : Attempt
        What is written down before anything is answered.
    answer : Json
        Plain data.
    settled : tuple of str or None
        Verdict and message, where the key is not needed for them.
    variant : int
        Which of the item's variants the student has, from 0.
    """

    entry: Entry
    mode: Mode
    attempt: Attempt
    answer: Json
    settled: tuple[str, str] | None
    variant: int


def plan(state: State, student: str, asked: Asked, now: dt.datetime) -> Plan:
    """Decide all that does not depend on the key.

    Raises
    ------
    Refusal
        With status 404, if there is no such item in a released assignment.
    """
    entry = state.entry(asked.assignment, asked.item)
    if entry is None:
        raise Refusal(404, "there is no such question in an assignment that is released")
    mode, answer = state.mode(asked.assignment), wire.loads(asked.answer)
    settled = _settled(entry, mode, answer, closed=state.closed(asked.assignment, student, now))
    limit = 0 if settled else mode.attempts
    written = Attempt(student, asked.assignment, asked.item, mode.name, asked.answer, limit, now)
    return Plan(entry, mode, written, answer, settled, state.variant(entry, student))


def reply(plan: Plan, numbered: Numbered | None) -> Reply:
    """Answer a question that is written down.

    Parameters
    ----------
    plan
        What :func:`plan` gave.
    numbered
        What :meth:`fairmark.attempts.Log.append` gave.
    """
    item, mode = plan.entry.item, plan.mode
    if plan.settled:
        return Reply(item.id, mode.name, *plan.settled)
    if numbered is not None and numbered.number == 0:
        return Reply(item.id, mode.name, "none-left", NONE_LEFT, 0)
    verdict = checks.judge(plan.entry, plan.answer, plan.variant)
    if numbered is None:
        return Reply(item.id, mode.name, verdict.outcome, verdict.message)
    says = f"{verdict.message} {_counted(numbered, mode.attempts)}"
    return Reply(item.id, mode.name, verdict.outcome, says, max(0, mode.attempts - numbered.used))


def _counted(numbered: Numbered, of: int) -> str:
    """Say which attempt it was, and what that means."""
    which = (
        f"You gave this answer before, in attempt {numbered.number} of {of}; asking again used up nothing."
        if numbered.again
        else f"This was attempt {numbered.number} of {of}."
    )
    if numbered.number == 1:
        return f"{which} It counts, whatever your notebook holds when you hand it in."
    return f"{which} The first attempt is the one that counts."


def _settled(entry: Entry, mode: Mode, answer: Json, *, closed: bool) -> tuple[str, str] | None:
    """Give verdict and message where the key is not needed for them."""
    if closed:
        return "closed", CLOSED
    if entry.item.kind in LATER:
        return "later", LATER[entry.item.kind]
    trouble = form.problem(entry.item, answer)
    if trouble:
        return "form", f"{trouble} Hint: {entry.item.hint}"
    return ("fine", FINE) if mode.name == "form" else None
