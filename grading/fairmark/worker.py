"""One worker: a warm, confined process that runs jobs, one at a time, each in a fork of its own."""

from __future__ import annotations

import ast
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat

from fairmark import sandbox, selftest
from fairmark.inside.frames import FrameError, Reader, packed
from fairmark.jobs import Job, Outcome, Stopped
from fairmark.listening import Collected, Talk
from fairmark.settings import Settings

START_SECONDS = 120
"""How long the imports of a warm parent may take on a slow machine."""
_ALWAYS = ("numpy", "pandas", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "worksheet")

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
            collected = Collected(job, steps)
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
        self, control: socket.socket, job: Job, steps: list[tuple[int, str, str]], collected: Collected
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
            stopped, detail = Talk(here, control, job, steps).until_ended(collected)
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
