"""Listen to the child that runs a job: strict JSON within caps, each thing taken once and only where it was asked for.

This side is trusted, and what it reads is not. It believes nothing in it but this: these are the student's answers.
"""

from __future__ import annotations

import base64
import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, get_args

from fairmark.cleaning import clean_png, clean_text
from fairmark.inside.frames import STOP, FrameError, Reader, packed
from fairmark.jobs import MAX_OUTCOME_BYTES, NOTHING_SENT, Job, Kind, Missing, Outcome, Output, Sent, Stopped
from worksheet import wire

GRACE_SECONDS = 3
"""How much longer than its limit a step may take before it counts as one that cannot be interrupted."""
MAX_RECORDS = 20_000
"""The most records that a run may send: two a cell and one a call are far fewer, and reading each takes time here."""
END_SECONDS = 20
"""How long a parent may take to clear away a job that has to end."""
_KINDS: dict[str, Kind] = {one: one for one in get_args(Kind)}
_REASONS: dict[str, Missing] = {one: one for one in get_args(Missing) if one}
_SAID = {
    "ended-itself": "The notebook ended its own Python while it ran.",
    "cell-stuck": "A cell, or a call of an answer function, ran over its time and could not be interrupted.",
    "out-of-time": "The whole notebook ran for longer than it may.",
    "out-of-cpu": "The notebook, with all that it started, used more processor time than it may.",
    "out-of-memory": "The notebook, with all that it started, used more memory than it may.",
    "garbled-channel": "What came out of the notebook was not in the agreed form",
    "worker-lost": "The process that runs notebooks was lost. The notebook did not do it; mark it again.",
}


class Talk:
    """The reading of one job's stream, until the parent says that all of it has ended.

    Parameters
    ----------
    stream
        To and from the child; it does not block.
    control
        To and from the parent.
    job
        What is run.
    steps
        As :meth:`fairmark.jobs.Job.steps` lists them.
    """

    def __init__(
        self, stream: socket.socket, control: socket.socket, job: Job, steps: list[tuple[int, str, str]]
    ) -> None:
        self._stream, self._control, self._limits = stream, control, job.limits
        self._left = memoryview(_told(job, steps))
        limits = job.limits
        # A cell shows a tenth of the whole at most, of which a letter takes up to twelve bytes.
        largest = 2 * limits.answer + 12 * (limits.output // 10) + 65536
        self._records = MAX_RECORDS
        self._reader = Reader(largest, len(job.requests) * (2 * limits.answer + 4096) + 6 * limits.output + 2**20)
        self._said = Reader(4096, 4096)
        self._step_began = time.monotonic()
        self._end = time.monotonic() + limits.wall + END_SECONDS
        self._asked: tuple[Stopped, str] | None = None
        self._over = False

    def until_ended(self, collected: Collected) -> tuple[Stopped, str]:
        """Tell the child what to do, and read what it sends; say why the run ended early, and in a sentence."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._stream, select.POLLIN | select.POLLOUT)
        open_, ended = True, None
        while ended is None:
            if time.monotonic() > self._end:
                return "worker-lost", ""
            ready = dict(poll.poll(250))
            if self._stream.fileno() in ready and open_:
                open_ = self._exchange(collected, ready[self._stream.fileno()])
                if not open_:
                    poll.unregister(self._stream)
                elif not self._left:
                    poll.modify(self._stream, select.POLLIN)
            if self._control.fileno() in ready:
                ended = self._parent_said()
                if ended is None:
                    return "worker-lost", ""
            elif time.monotonic() - self._step_began > self._patience():
                self._stop("cell-stuck")
        self._over = True
        while open_ and self._exchange(collected, select.POLLIN, waiting=False):
            pass
        return self._verdict(collected, ended)

    def _patience(self) -> float:
        return max(self._limits.cell, self._limits.call) + GRACE_SECONDS

    def _exchange(self, collected: Collected, ready: int, *, waiting: bool = True) -> bool:
        """Write what can be written and read what can be read; say whether more may come."""
        try:
            if ready & select.POLLOUT and self._left:
                self._left = self._left[self._stream.send(self._left[:65536]) :]
            data = self._stream.recv(65536) if ready & ~select.POLLOUT or not waiting else None
        except BlockingIOError:
            return waiting
        except OSError:
            return False
        if data is None:
            return True
        try:
            for record in self._reader.feed(data):
                self._step_began = time.monotonic()
                self._records -= 1
                if self._records < 0:
                    raise FrameError(f"more than {MAX_RECORDS:,} records came")
                collected.take(record)
        except FrameError as error:
            self._stop("garbled-channel", f": {error}")
            return False
        return bool(data)

    def _parent_said(self) -> dict[str, Any] | None:
        try:
            data = self._control.recv(4096)
            found = self._said.feed(data)
        except (OSError, FrameError):
            return None
        return found[0] if found else None

    def _stop(self, why: Stopped, detail: str = "") -> None:
        if self._asked is None:
            self._asked = (why, detail)
            self._end = min(self._end, time.monotonic() + END_SECONDS)
            if not self._over:
                with contextlib.suppress(OSError):
                    self._control.sendall(STOP)

    def _verdict(self, collected: Collected, ended: dict[str, Any]) -> tuple[Stopped, str]:
        if self._asked is not None:
            why, detail = self._asked
            return why, _SAID[why] + (f"{detail}." if detail else "")
        why = ended.get("stopped", "")
        if why in ("out-of-time", "out-of-cpu", "out-of-memory"):
            return why, _SAID[why]
        if not collected.ended:
            return "ended-itself", f"{_SAID['ended-itself']} Status {ended.get('status')}."
        return "", ""


class Collected:
    """What has come out of a job so far, each thing taken once and only where it was asked for."""

    def __init__(self, job: Job, steps: list[tuple[int, str, str]]) -> None:
        self._limits = job.limits
        self._wanted = [request.item for request in job.requests]
        self._cells = {number for number, _, item in steps if not item}
        self._room = job.limits.output + 2**16
        self._written = MAX_OUTCOME_BYTES // 2
        self.sent: dict[str, Sent] = {}
        self.outputs: dict[int, tuple[Output, ...]] = {}
        self.failed: set[int] = set()
        self.ended = False

    def take(self, record: dict[str, Any]) -> None:
        """Take one record; what was not asked for, or comes a second time, is left."""
        item, cell = record.get("item"), record.get("cell")
        if isinstance(item, str) and item in self._wanted and item not in self.sent:
            self.sent[item] = self._answer(record)
        elif type(cell) is int and cell in self._cells and cell not in self.outputs:
            self.outputs[cell] = tuple(self._shown(record.get("outputs")))
            if record.get("failed") is not False:
                self.failed.add(cell)
        self.ended = self.ended or record.get("end") is True

    def outcome(self, stopped: Stopped, detail: str, seconds: float, *, confined: bool) -> Outcome:
        """Give what became of the job; what was asked for and did not come is missing."""
        nothing = Sent(problem=NOTHING_SENT, reason="not-sent")
        if stopped == "worker-lost":
            detail = _SAID[stopped]
        return Outcome(
            sent={item: self.sent.get(item, nothing) for item in self._wanted},
            outputs={cell: shown for cell, shown in self.outputs.items() if shown},
            failed_cells=tuple(sorted(self.failed)),
            stopped=stopped,
            detail=clean_text(detail, 500),
            seconds=round(seconds, 3),
            confined=confined,
        )

    def _answer(self, record: dict[str, Any]) -> Sent:
        text = record.get("answer")
        if isinstance(text, str):
            if len(text.encode("utf-8", "replace")) > self._limits.answer:
                return Sent(problem="The answer is too large to be handed in.", reason="no-plain-form")
            try:
                wire.loads(text)
            except wire.RefusedError as refusal:
                return Sent(problem=clean_text(f"The answer cannot be read: {refusal}.", 300), reason="not-json")
            return Sent(text=text)
        problem, reason = record.get("problem"), record.get("reason")
        known = _REASONS.get(reason, "not-sent") if isinstance(reason, str) else "not-sent"
        said = clean_text(problem, 300) if isinstance(problem, str) else ""
        return Sent(problem=said or NOTHING_SENT, reason=known)

    def _shown(self, outputs: Any) -> Iterator[Output]:
        for one in outputs if isinstance(outputs, list) else []:
            if not isinstance(one, dict):
                continue
            kind, text, png = (one.get(name) for name in ("kind", "text", "png"))
            if not isinstance(kind, str) or kind not in _KINDS or not isinstance(text, str) or not isinstance(png, str):
                continue
            self._room -= len(text) + len(png)
            shown = Output(_KINDS[kind], clean_text(text, self._limits.output), clean_png(png) if png else "")
            # A letter that takes two bytes on the way here takes up to twelve in the outcome.
            self._written -= len(json.dumps(shown.text)) + len(shown.png)
            if self._room < 0 or self._written < 0:
                return
            yield shown


def _told(job: Job, steps: list[tuple[int, str, str]]) -> bytes:
    """Write what the child must know of a job."""
    files = {name: base64.b64encode(data).decode("ascii") for name, data in job.files.items()}
    requests = {request.item: [request.name, request.calls] for request in job.requests}
    record = {"student": job.student, "steps": steps, "requests": requests, "files": files}
    return packed(record | {"limits": asdict(job.limits)})
