"""Run one job's cells in this process, and send what they show and the answers, each where its check stands.

From its first cell on, this process is the student's: code there can replace any of this. Whatever it sends is then
no more than another answer, and the first one that is sent for an item counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from worksheet import capture

from . import frames
from .shell import SHOWN, NotebookShell


class OutOfTime(BaseException):
    """A cell, or a call, ran for longer than it may. Not an `Exception`, so that `except Exception` lets it pass."""


class Channel:
    """The job's own way out."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._owner = os.getpid()

    def send(self, record: dict[str, Any]) -> None:
        """Send one record; a process that the student's code forked sends nothing, and ends."""
        if os.getpid() != self._owner:
            os._exit(0)
        self._stream.sendall(frames.packed(record))


def play(job: dict[str, Any], shell: NotebookShell, channel: Channel) -> None:
    """Run a job from its first cell to its last.

    Parameters
    ----------
    job
        ``steps``: number, code and item of each cell; ``requests``: name and calls by item; ``limits``.
    shell
        Where the cells run.
    channel
        Where the records go: ``step`` before each step, so that its time can be taken; ``cell`` or ``item`` after it;
        ``end``.
    """
    limits, requests, sent = job["limits"], dict(job["requests"]), set()
    SHOWN.allow(limits["output"])
    for number, code, item in job["steps"]:
        channel.send({"step": number})
        if not item:
            channel.send(_cell(shell, number, code, limits["cell"]))
        elif item not in sent:
            sent.add(item)
            channel.send(_answer(shell, item, requests[item], limits, channel))
    for item in [item for item in requests if item not in sent]:
        channel.send({"step": -1})
        channel.send(_answer(shell, item, requests[item], limits, channel))
    channel.send({"end": True})


def _cell(shell: NotebookShell, number: int, code: str, seconds: int) -> dict[str, Any]:
    SHOWN.start()
    failed = True
    try:
        with at_most(seconds, "this cell"):
            failed = not shell.run_cell(code, store_history=True).success
    except BaseException as error:  # the student's code may have replaced anything that was called
        SHOWN.add("error", f"{type(error).__name__}: {_text(error)}")
    return {"cell": number, "failed": failed, "outputs": SHOWN.outputs}


def _answer(
    shell: NotebookShell, item: str, request: list[str], limits: dict[str, int], channel: Channel
) -> dict[str, Any]:
    name, calls = request
    SHOWN.start()
    try:
        if calls:
            return {"item": item} | _results(shell.user_ns, name, json.loads(calls), limits, channel)
        with at_most(limits["call"], name):
            found = capture.value_of(shell.user_ns, name)
    except BaseException as error:  # a value may do anything while it is read
        problem = f"{name} cannot be read: {type(error).__name__}."
        return {"item": item, "problem": problem, "reason": "unreadable-value"}
    if "answer" in found:
        return {"item": item, **found}
    return {"item": item, **found, "reason": "no-plain-form" if name in shell.user_ns else "not-defined"}


def _results(
    namespace: dict[str, Any], name: str, calls: list[list[Any]], limits: dict[str, int], channel: Channel
) -> dict[str, Any]:
    def guarded() -> AbstractContextManager[None]:
        channel.send({"step": -1})
        return at_most(limits["call"], "this call")

    found = capture.results_of(namespace, name, calls, guarded)
    if "answer" in found:
        return found
    return {**found, "reason": "no-plain-form" if callable(namespace.get(name)) else "not-a-function"}


@contextlib.contextmanager
def at_most(seconds: int, what: str) -> Iterator[None]:
    """Interrupt what runs in the block after so many seconds, and again each second until it ends.

    Raises
    ------
    TimeoutError
        If that happened.
    """

    def ring(*_: object) -> None:
        raise OutOfTime(f"{what} ran for more than {seconds} seconds and was interrupted")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    except OutOfTime as over:
        raise TimeoutError(str(over)) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return "its text cannot be read"


def receive(stream: socket.socket, most: int) -> dict[str, Any]:
    """Wait for the job."""
    reader = frames.Reader(most, most + 4)
    while True:
        found = reader.feed(stream.recv(65536) or sys.exit(0))
        if found:
            return found[0]
