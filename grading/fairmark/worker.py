"""One worker: a warm, confined process that runs jobs, one at a time, each in a fork of its own.

This side is trusted. It reads what a job's child sends as strict JSON, within caps, and believes nothing in it but
this: these are the student's answers.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import json
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, get_args

import nbformat

from fairmark import sandbox, selftest
from fairmark.cleaning import clean_png, clean_text
from fairmark.inside.frames import STOP, FrameError, Reader, packed
from fairmark.jobs import MAX_OUTCOME_BYTES, NOTHING_SENT, Job, Kind, Missing, Outcome, Output, Sent, Stopped
from fairmark.settings import Settings
from worksheet import wire

START_SECONDS = 120
"""How long the imports of a warm parent may take on a slow machine."""
GRACE_SECONDS = 3
"""How much longer than its limit a step may take before it counts as one that cannot be interrupted."""
MAX_RECORDS = 20_000
"""The most records that a run may send: two a cell and one a call are far fewer, and reading each takes time here."""
END_SECONDS = 20
"""How long a parent may take to clear away a job that has to end."""
_ALWAYS = ("numpy", "pandas", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "worksheet")
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

_testing = threading.Lock()
_held: set[Path] = set()


class WorkerError(RuntimeError):
    """The worker cannot do its work, for a reason that no student caused; the message names the remedy."""


class Worker:
    """A warm parent process, which forks a confined child a job.

    Use it as a context manager, or call :meth:`start` and :meth:`close`. One thread at a time may use it; it may be
    another thread than the one that started it. It ends with the process that made it, however that ends.

    Parameters
    ----------
    course
        The settings; the student bundle must have been built, since its ``package`` folder is all that student code
        gets of the course.
    confined
        False runs the same code without any confinement: an explicit choice of the one who marks, which every outcome
        records.
    """

    def __init__(self, course: Settings, *, confined: bool = True) -> None:
        self.course = course
        self.confined = confined
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.RLock()

    def start(self) -> socket.socket:
        """Start the parent and wait until its imports are done; do nothing where it runs already.

        Returns
        -------
        socket.socket
            The stream over which it is told what to do.

        Raises
        ------
        WorkerError
            If bubblewrap, the student bundle or a right is missing, or the self-test of the confinement fails.
        """
        if self._control is not None:
            return self._control
        package = self.course.workdir / "bundle" / "package"
        ours, theirs = socket.socketpair()
        with theirs:
            told = {
                "control": theirs.fileno(),
                "modules": _modules(self.course),
                "calls": self.course.warm,
                "confined": self.confined,
            }
            words = [json.dumps(told)]
            environment = None if self.confined else sandbox.plain_environment(package)
            try:
                command = sandbox.command(package, words) if self.confined else sandbox.plain_command(words)
            except sandbox.SandboxError as error:
                ours.close()
                raise WorkerError(str(error)) from None
            self._process = subprocess.Popen(  # noqa: S603  the command is ours
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True, env=environment,
            )  # fmt: skip
        self._control = ours
        if not _heard(ours, START_SECONDS).get("ready"):
            said = self._last_words()
            self.close()
            raise WorkerError(f"the process that runs notebooks did not start: {said or 'it gave no reason'}")
        if self.confined:
            self._try_confinement()
        return ours

    def _try_confinement(self) -> None:
        """Run the self-test with the first worker of this process; no job runs before it has held."""
        with _testing:
            if self.course.workdir not in _held:
                try:
                    selftest.require(self.course, self)
                except selftest.NotConfinedError as found:
                    self.close()
                    raise WorkerError(str(found)) from None
                except WorkerError:
                    self.close()
                    raise
                _held.add(self.course.workdir)

    def run(self, job: Job) -> Outcome:
        """Run one job; start the parent first where it does not run, or died.

        Returns
        -------
        Outcome
            Whatever the student's code does.

        Raises
        ------
        WorkerError
            If no parent can be started.
        fairmark.jobs.JobError
            If the job is malformed.
        """
        steps = job.steps()
        with self._lock:
            began = time.monotonic()
            collected = _Collected(job, steps)
            stopped, detail = self._conduct(self.start(), job, steps, collected)
            return collected.outcome(stopped, detail, time.monotonic() - began, confined=self.confined)

    def close(self) -> None:
        """End the parent and all that it runs."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            # The parent sees its stream close, and ends by itself; the sandbox then ends with it.
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None

    def __enter__(self) -> Worker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _conduct(
        self, control: socket.socket, job: Job, steps: list[tuple[int, str, str]], collected: _Collected
    ) -> tuple[Stopped, str]:
        """Hand the job over, and read until its child has ended; say why it ended early."""
        here, there = socket.socketpair()
        with here:
            here.setblocking(False)
            with there:
                try:
                    socket.send_fds(control, [packed(asdict(job.limits))], [there.fileno()])
                except OSError:
                    self.close()
                    return "worker-lost", ""
            talk = _Talk(here, control, job, _told(job, steps))
            stopped, detail = talk.until_ended(collected)
        if stopped == "worker-lost":
            self.close()
        return stopped, detail

    def _last_words(self) -> str:
        """Read why a parent ended, without waiting for one that did not."""
        if self._process is None or self._process.stderr is None:
            return ""
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            return "its imports took too long"
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        said = lines[-1] if lines else ""
        return f"{said}{_REMEDY if 'namespace' in said or 'Operation not permitted' in said else ''}"


def _heard(control: socket.socket, seconds: float) -> dict[str, Any]:
    """Wait for one record from the parent; an empty one if none comes."""
    reader = Reader(65536, 65536)
    control.settimeout(seconds)
    try:
        while True:
            data = control.recv(4096)
            found = reader.feed(data) if data else [{}]
            if found:
                return found[0]
    except (OSError, FrameError):
        return {}
    finally:
        control.settimeout(None)


_REMEDY = (
    ". This system does not let programs make namespaces of their own. An administrator allows it with: "
    "sysctl user.max_user_namespaces=10000 (and, on some systems, kernel.unprivileged_userns_clone=1 or "
    "kernel.apparmor_restrict_unprivileged_userns=0); in a container, start it with rights to do so"
)


class _Talk:
    """The reading of one job's stream, until the parent says that all of it has ended."""

    def __init__(self, stream: socket.socket, control: socket.socket, job: Job, text: bytes) -> None:
        self._stream, self._control, self._limits = stream, control, job.limits
        self._left = memoryview(text)
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

    def until_ended(self, collected: _Collected) -> tuple[Stopped, str]:
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

    def _exchange(self, collected: _Collected, ready: int, *, waiting: bool = True) -> bool:
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

    def _verdict(self, collected: _Collected, ended: dict[str, Any]) -> tuple[Stopped, str]:
        if self._asked is not None:
            why, detail = self._asked
            return why, _SAID[why] + (f"{detail}." if detail else "")
        why = ended.get("stopped", "")
        if why in ("out-of-time", "out-of-cpu", "out-of-memory"):
            return why, _SAID[why]
        if not collected.ended:
            return "ended-itself", f"{_SAID['ended-itself']} Status {ended.get('status')}."
        return "", ""


class _Collected:
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


def _modules(course: Settings) -> list[str]:
    """List what is worth importing before the first fork: what the released notebooks import, and what they rest on."""
    found = dict.fromkeys(_ALWAYS)
    for file in sorted((course.workdir / "release").glob("*/*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:
            if cell.cell_type == "code":
                found.update(dict.fromkeys(_imported(cell.source)))
    return list(found)


def _imported(code: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError):
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names if one.name != "*")
