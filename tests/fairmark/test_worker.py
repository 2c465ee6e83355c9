"""One worker, and what student code can do to it: nothing that the next job, or the machine, would notice."""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairmark import selftest
from fairmark.jobs import Job, Limits, Outcome, Request, Sent
from fairmark.settings import Settings
from fairmark.worker import Worker, WorkerError

from .hostile.boundary import SEND

SMALL = Limits(cpu=20, wall=20, cell=8, memory=2**28)


@pytest.fixture(scope="module")
def worker(released: Settings) -> Iterator[Worker]:
    """Return a warm worker."""
    with Worker(released) as warm:
        yield warm


def job(*codes: str, limits: Limits = SMALL) -> Job:
    """Make a job of code cells, which is to bring out `answer`."""
    cells: list[dict[str, Any]] = [{"cell_type": "code", "metadata": {}, "source": code} for code in codes]
    return Job("eve", json.dumps({"cells": cells}), (Request("a-q1", "answer"),), limits=limits)


def test_what_is_seen_wrong_after_the_end_does_not_end_the_parent(worker: Worker) -> None:
    """The next job, somebody else's, runs in the same warm parent."""
    crossing = SEND + 'write(b"\\0\\0\\0\\2{}" * 30_000 + b"\\xff" * 8)\nos._exit(0)'
    assert worker.run(job(crossing)).stopped == "garbled-channel"
    before = worker._process
    assert worker.run(job("answer = 1")).sent == {"a-q1": Sent("1")}
    assert worker._process is before


def test_a_truth_value_is_no_number_of_a_cell(worker: Worker) -> None:
    """Such a record is left, and the outcome can be read."""
    record = '{"cell": False, "failed": True, "outputs": [{"kind": "stream", "text": "x", "png": ""}]}'
    outcome = worker.run(job(f"{SEND}send({record})", "answer = 1"))
    assert Outcome.from_json(outcome.to_json()).failed_cells == ()
    assert outcome.sent == {"a-q1": Sent("1")}


MANY = 'write(b"\\0\\0\\0\\2{}" * 50_000)'
FAT = """
text = b'{"a": [' + b"{}," * 4_000_000 + b"0]}"
write(struct.pack(">I", len(text)) + text)
"""


@pytest.mark.parametrize("flood", [MANY, FAT], ids=["many records", "a record of many parts"])
def test_reading_what_comes_out_costs_little(worker: Worker, flood: str) -> None:
    """Neither the time nor the memory of the trusted side is a student's to spend."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    assert worker.run(job(SEND + flood, limits=Limits())).stopped == "garbled-channel"
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 2
    assert after.ru_maxrss - before.ru_maxrss < 150 * 1024


def test_an_outcome_is_never_too_large_to_be_read(worker: Worker) -> None:
    """Letters that take little room on their way out of the notebook take much in the outcome."""
    code = SEND + (
        'text = "\\U0001f600" * 400_000\n'
        'record = {"cell": NUMBER, "failed": False, "outputs": [{"kind": "stream", "text": text, "png": ""}]}\n'
        'raw = json.dumps(record, ensure_ascii=False).encode()\nwrite(struct.pack(">I", len(raw)) + raw)'
    )
    outcome = worker.run(job(*(code.replace("NUMBER", str(number)) for number in range(11)), limits=Limits()))
    assert outcome.outputs
    assert Outcome.from_json(outcome.to_json()) == outcome


def test_what_sockets_hold_counts_as_memory(worker: Worker) -> None:
    """It is the kernel's memory, and that of no process."""
    code = """
import os, socket, time
for _ in range(12):
    if os.fork() == 0:
        try: held = [socket.socketpair() for _ in range(120)]
        except OSError: pass
        time.sleep(30)
time.sleep(5)
"""
    assert worker.run(job(code)).stopped == "out-of-memory"


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("subprocess.run(['true'], start_new_session=True)", "PermissionError"),
        ("socket.socketpair()[0].setsockopt(1, 7, 10**6)", "PermissionError"),
        ("ctypes.CDLL(None).inotify_init() < 0 and 1 / 0", "ZeroDivisionError"),
        ("resource.getrlimit(resource.RLIMIT_CORE) == (1, 1) and 1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_would_cost_others_something_is_refused(worker: Worker, attempt: str, error: str) -> None:
    """A share of the processor, the kernel's memory, a user's watches, a collector of crashes that runs as root."""
    code = f"import ctypes, resource, socket, subprocess\ntry: {attempt}\n"
    outcome = worker.run(job(code + "except Exception as one: answer = type(one).__name__"))
    assert outcome.sent == {"a-q1": Sent(json.dumps(error))}


# A test run may itself have been told to be nice.
@pytest.mark.parametrize(("busy", "nice"), [(2, os.getpriority(os.PRIO_PROCESS, 0)), (12, 19)], ids=["few", "many"])
def test_a_job_of_many_processes_steps_back(worker: Worker, busy: int, nice: int) -> None:
    """It gets no more of the processor than a neighbour's one, on a kernel that does not see to that itself."""
    code = f"""
import os, time
for _ in range({busy}):
    if os.fork() == 0:
        time.sleep(30)
time.sleep(1)
answer = os.getpriority(os.PRIO_PROCESS, 0)
"""
    assert worker.run(job(code)).sent == {"a-q1": Sent(str(nice))}


def test_what_a_notebook_needs_still_works(worker: Worker) -> None:
    """Top-level await, a pool of processes, their manager, and a program."""
    code = """
import asyncio, multiprocessing, subprocess
fork = multiprocessing.get_context("fork")
await asyncio.sleep(0.01)
with fork.Pool(2) as pool, fork.Manager() as manager:
    shared = manager.dict(one=subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout)
    answer = [pool.map(abs, [-1, 2]), dict(shared)]
"""
    assert worker.run(job(code)).sent == {"a-q1": Sent('[[1,2],{"one":"hi\\n"}]')}


def test_a_worker_whose_confinement_does_not_hold_runs_nothing(
    released: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what student code could do, ends its process, and tries again the next time."""
    course = replace(released, workdir=tmp_path)
    shutil.copytree(released.workdir / "bundle", tmp_path / "bundle")
    monkeypatch.setattr(selftest, "run", lambda *_: [selftest.Finding("read_the_bank", False, "read ps1.yaml")])
    warm = Worker(course)
    for _ in range(2):
        with pytest.raises(WorkerError, match=r"does not hold here.*\n  read_the_bank: read ps1\.yaml"):
            warm.run(job("answer = 1"))
        assert warm._process is None
