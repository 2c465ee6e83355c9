"""``check`` and ``hint``: what a student runs under an answer."""

from __future__ import annotations

import inspect
import os
import sys
import textwrap
from typing import Any

from worksheet import capture, form, service, wire
from worksheet.items import Item, find

WIDTH = 96
_NOT_GIVEN = object()
FINE = "the form of your answer is fine. Whether it is right is decided when it is marked."


class NotReadyError(ValueError):
    """Raised under nbgrader's Validate button, which lists the cells that raise an error."""


def check(item_id: str, answer: object = _NOT_GIVEN) -> None:
    """Check whether an answer has the form that its question asks for.

    Whether it is right is decided when the notebook is marked. Where the course has a marking service, it may say more:
    what it says depends on the assignment. Without one, and where it does not answer, the form alone is checked.

    Parameters
    ----------
    item_id
        As in ``"ps1-q3"``; the answer is then the variable ``ps1_q3`` of the notebook.
    answer
        The answer itself, where it is not in that variable.

    Raises
    ------
    NotReadyError
        Under nbgrader's Validate only, so that its list names what is not ready. Elsewhere an error would keep the
        cells below from running.
    """
    _, item = find(item_id)
    caller = sys._getframe(1).f_globals
    namespace = caller if answer is _NOT_GIVEN else {item.name: answer}
    trouble = form_problem(item, namespace)
    if trouble is None:
        _say(f"{item.id}: {_from_service(item, namespace) or FINE}")
        return
    _say(f"{item.id}: not ready. {trouble}")
    _say(f"Hint: {item.hint}")
    if os.environ.get("NBGRADER_EXECUTION") == "validate":
        raise NotReadyError(f"{item.id}: {trouble}")


def hint(item_id: str) -> None:
    """Print an item's hint: where to look, or how to begin."""
    _, item = find(item_id)
    _say(f"Hint for {item.id}: {item.hint}")


def _say(text: str) -> None:
    """Print in lines that a notebook does not break inside a word."""
    print(textwrap.fill(text, WIDTH, break_long_words=False))


def form_problem(item: Item, namespace: dict[str, Any]) -> str | None:
    """Say what is wrong with the form of an item's answer in a notebook's names, or None.

    Examples
    --------
    >>> item = Item("a-q1", "number", 1, "", "", "")
    >>> form_problem(item, {"a_q1": "many"})
    'Answer with a number, without quotation marks; you gave "many".'
    """
    if item.kind == "function":
        return _function_problem(item, namespace.get(item.name))
    sent = capture.value_of(namespace, item.name)
    if "problem" in sent:
        return str(sent["problem"])
    return form.problem(item, wire.loads(sent["answer"]))


def _from_service(item: Item, namespace: dict[str, Any]) -> str | None:
    """Ask the marking service about an answer whose form is fine; None where there is none to ask."""
    if not service.present():
        return None
    if item.kind == "function":
        return "the form of your answer is fine. A function is run when your notebook is marked, and not before."
    answer = capture.value_of(namespace, item.name).get("answer")
    if answer is None:  # a value that changes while it is looked at
        return None
    return service.ask(item.assignment, item.id, str(answer))


def _function_problem(item: Item, function: object) -> str | None:
    """Judge a function by its parameters: running it is left to the student and to marking."""
    wanted = item.form["signature"]
    if not callable(function):
        return f"{item.name} must be a function; define it with: def {wanted}:"
    try:
        found = len(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    expected = len([part for part in wanted.partition("(")[2].rstrip(")").split(",") if part.strip()])
    if found != expected:
        return f"{item.name} must take {expected} arguments, as in {wanted}; yours takes {found}."
    return None
