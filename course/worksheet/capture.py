"""Bring an answer out of a notebook that is being marked: the value by name, as plain data, and nothing else.

This runs inside the student's process, beside code that may do anything. It holds no key, so all that forging it can
do is to give another answer.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from worksheet import wire

Guard: TypeAlias = Callable[[], AbstractContextManager[None]]


def value_of(namespace: dict[str, Any], name: str) -> dict[str, Any]:
    """Read one answer variable.

    Returns
    -------
    dict
        ``{"answer": text}`` with the answer's wire text, or ``{"problem": sentence}``.

    Examples
    --------
    >>> value_of({"ps1_q1": "b"}, "ps1_q1")
    {'answer': '"b"'}
    >>> value_of({}, "ps1_q1")
    {'problem': 'ps1_q1 is not defined; run its cell, and check the spelling of the name.'}
    """
    if name not in namespace:
        return {"problem": f"{name} is not defined; run its cell, and check the spelling of the name."}
    return _sent(namespace[name], name)


def results_of(
    namespace: dict[str, Any], name: str, calls: list[list[Any]], guard: Guard = contextlib.nullcontext
) -> dict[str, Any]:
    """Call an answer function with each list of arguments; what it prints is thrown away.

    Parameters
    ----------
    namespace, name
        The notebook's names, and the function's.
    calls
        For each call its list of arguments.
    guard
        Makes a context in which one call runs: marking sets a time limit there.

    Returns
    -------
    dict
        ``{"answer": text}``, where the text is a list with, for each call, ``{"value": ...}`` or
        ``{"error": "ZeroDivisionError: ..."}``; or ``{"problem": sentence}``.

    Examples
    --------
    >>> results_of({"half": lambda n: n / 2}, "half", [[3]])
    {'answer': '[{"value":1.5}]'}
    """
    if not callable(namespace.get(name)):
        return {"problem": f"{name} must be a function, and is not."}
    return _sent([_call(namespace[name], arguments, guard) for arguments in calls], name)


class _Nowhere(io.TextIOBase):
    """Takes whatever is printed, however much, and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


def _call(function: Any, arguments: list[Any], guard: Guard) -> dict[str, Any]:
    quiet = _Nowhere()
    try:
        with guard(), contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            return {"value": wire.plain(function(*arguments))}
    except Exception as error:  # whatever a student's function raises is its result
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def _sent(value: object, name: str) -> dict[str, Any]:
    try:
        return {"answer": wire.dumps(value)}
    except wire.RefusedError as refusal:
        return {"problem": f"{name} cannot be handed in: {refusal}."}
    except Exception as error:  # a value may misbehave in any way while it is read
        return {"problem": f"{name} cannot be read: {type(error).__name__}."}
