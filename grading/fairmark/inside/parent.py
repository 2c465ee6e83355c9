"""The warm parent: it has made the slow imports, forks a child a job, and watches over what the child uses.

It never runs, nor reads, anything of a student's: the job reaches the child, and the answers leave it, over a stream of
the child's own, which the parent only hands on. When the process that gives it jobs is gone, it ends what runs, and
itself.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from . import confine, frames, playing, shell, usage, warming

TICK = 0.05
"""Seconds between two looks at what a job uses."""
MAX_JOB_BYTES = 96 * 2**20
MANY_TASKS = 8
"""Processes and threads of one job that run at the priority of all."""
SOCKET_BYTES = 2**18
"""What a socket may hold that nobody reads from. It is the kernel's memory, and no process's."""


def serve(control: socket.socket, modules: list[str], calls: list[str], *, confined: bool) -> None:
    """Warm up, then do one job after the other until the other end closes."""
    failed = warming.import_all(modules) + warming.call_all(calls)
    running = shell.make()
    gc.collect()
    gc.freeze()
    control.sendall(frames.packed({"ready": True, "failed": failed}))
    while True:
        text, handles, *_ = socket.recv_fds(control, 4096, 1)
        if not text:
            return
        # A wish to stop may have crossed with the word that the job had ended; then it comes before the next job.
        if not handles:
            continue
        stream = socket.socket(fileno=handles[0])
        limits = frames.Reader(4096, 4096).feed(text.removeprefix(frames.STOP))[0]
        with nullcontext("") if confined else tempfile.TemporaryDirectory(prefix="fairmark-") as folder:
            child = _forked(control, stream, running, limits, folder)
            stream.close()
            ended = Watch(control, child, limits, confined=confined).until_ended()
        control.sendall(frames.packed(ended))


class Watch:
    """One job's child, and all that came of it, seen from outside.

    Parameters
    ----------
    control
        Where a wish to stop may come from.
    child
        Its process id.
    limits
        What the job may use.
    confined
        Whether everything else in sight belongs to the job.
    """

    def __init__(self, control: socket.socket, child: int, limits: dict[str, int], *, confined: bool) -> None:
        self._control, self._child, self._limits, self._confined = control, child, limits, confined
        self._start = time.monotonic()
        self._own = usage.memory_bytes(os.getpid())

    def until_ended(self) -> dict[str, Any]:
        """Wait until the child ends, or end it.

        Returns
        -------
        dict
            ``stopped`` says why it had to be ended, or is empty; ``status`` is what the child returned.
        """
        ended, poll, stopped = os.pidfd_open(self._child), select.poll(), ""
        poll.register(ended, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        try:
            while not stopped:
                ready = {number for number, _ in poll.poll(TICK * 1000)}
                if ended in ready:
                    break
                stopped = self._wish() if self._control.fileno() in ready else self._too_much()
        finally:
            os.close(ended)
        status = self._clear_away()
        return {"stopped": stopped, "status": status}

    def _wish(self) -> str:
        return "asked" if self._control.recv(4096) else "alone"

    def _too_much(self) -> str:
        limits = self._limits
        if time.monotonic() - self._start > limits["wall"]:
            return "out-of-time"
        processes = self._processes()
        if sum(usage.cpu_seconds(one) for one in processes) > limits["cpu"]:
            return "out-of-cpu"
        _step_back(processes)
        # What a child shares with this parent, pages that neither has written to, is counted once.
        held = sum(max(0, usage.memory_bytes(one) - self._own) for one in processes)
        if self._confined:
            held += usage.sockets(self._child) * SOCKET_BYTES
        if held > limits["memory"]:
            return "out-of-memory"
        return ""

    def _processes(self) -> list[int]:
        if not self._confined:
            return [self._child]
        known = {1, os.getpid()}
        return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and int(one.name) not in known]

    def _clear_away(self) -> int:
        """End all that is left of the job, and give the child's own status."""
        if not self._confined:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child, signal.SIGKILL)
        status = None
        while True:
            left = self._processes() if self._confined else [self._child] * (status is None)
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            with suppress(ChildProcessError):
                while True:
                    number, how = os.waitpid(-1, os.WNOHANG)
                    if not number:
                        break
                    status = os.waitstatus_to_exitcode(how) if number == self._child else status
            if status is not None and not left:
                return status
            time.sleep(0.001)


def _forked(
    control: socket.socket, stream: socket.socket, running: shell.NotebookShell, limits: dict[str, int], folder: str
) -> int:
    """Fork a job's child; without a folder it is a confined one, which has a scratch folder of its own."""
    child = os.fork() if folder else confine.fork_apart()
    if child:
        return child
    status = confine.NOT_CONFINED
    try:
        _child(control, stream, running, limits, folder)
        status = 0
    finally:
        os._exit(status)


def _child(
    control: socket.socket, stream: socket.socket, running: shell.NotebookShell, limits: dict[str, int], folder: str
) -> None:
    os.setsid()
    control.close()
    if not folder:
        confine.enter(limits)
        Path(confine.HOME).mkdir()
    confine.close_all_but(stream.fileno())
    job = playing.receive(stream, MAX_JOB_BYTES)
    files = {name: base64.b64decode(data) for name, data in job["files"].items()}
    confine.make_scratch(folder or confine.SCRATCH, files)
    os.environ["WORKSHEET_STUDENT"] = job["student"]
    confine.set_limits(limits)
    if not folder:
        confine.seal()
    shell.connect()
    sys.path.insert(0, "")
    playing.play(job, running, playing.Channel(stream))


def _step_back(processes: list[int]) -> None:
    """Let a job that does many things at once wait for others: ten busy threads are not to get ten turns for one."""
    tasks = [task for one in processes for task in usage.tasks(one)]
    for task in tasks if len(tasks) > MANY_TASKS else ():
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, task, 19)


def main() -> None:
    """Start from a command line: the number of the control socket, and what to warm up, as JSON."""
    settings = json.loads(sys.argv[1])
    serve(
        socket.socket(fileno=settings["control"]), settings["modules"], settings["calls"], confined=settings["confined"]
    )
