"""Handing jobs out: threads for a few, Dask for many, a cluster that exists, and workers that die."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fairmark import database, distribute, environment, ledger, marking
from fairmark.distribute import Pool, Workers
from fairmark.jobs import Job, Outcome, Sent
from fairmark.settings import Settings

from . import fakes

BIN = Path(sys.executable).parent


@pytest.mark.parametrize("expected", [1, distribute.FEW, distribute.FEW + 1])
def test_every_job_comes_back(course, fake, expected):
    """Whether threads or Dask carry it, its outcome is that of its own job."""
    fake.answers = staticmethod(lambda job: Outcome(sent={"a": Sent(f'"{job.student}"')}))
    with Pool(course, workers=2, expected=expected) as pool:
        running = [pool.submit(Job(f"s{number}", "{}").to_json()) for number in range(expected)]
        found = [Outcome.from_json(one.result()).sent["a"].value() for one in running]
    assert found == [f"s{number}" for number in range(expected)]


def test_what_dask_leaves_behind_is_not_printed(course, fake):
    """A timer that nobody asked is no news to the one who marks; afterwards the log says what it always does."""
    log = logging.getLogger("asyncio")
    before = log.isEnabledFor(logging.ERROR)
    with Pool(course, workers=1, expected=distribute.FEW + 1) as pool:
        pool.submit(Job("anna", "{}").to_json()).result()
        assert not log.isEnabledFor(logging.ERROR)
    assert log.isEnabledFor(logging.ERROR) == before


def test_no_more_workers_are_warmed_than_there_are_jobs(course, fake):
    """One submission does not start eight processes."""
    assert Pool(course, workers=8, expected=1).workers == 1


def test_a_pool_that_got_no_job_starts_nothing(course, monkeypatch):
    """A run that finds everything done costs no worker."""
    monkeypatch.setattr(distribute, "Worker", None)
    with Pool(course, workers=2, expected=20):
        pass


def test_a_worker_is_lent_to_one_at_a_time(course):
    """Two borrowers get two workers; the next gets one that came back."""
    made = []

    def make() -> fakes.Worker:
        made.append(fakes.Worker(course))
        return made[-1]

    crew = Workers(make)  # type: ignore[arg-type]
    with crew.one() as first, crew.one() as second:
        assert first is not second
    with crew.one() as third:
        assert third in (first, second)
    assert len(made) == 2


def test_what_was_warmed_is_lent_first(course):
    """A borrower waits for a worker on its way rather than to start another."""
    made = []

    class Slow(fakes.Worker):
        def start(self) -> None:
            time.sleep(0.2)

    def make() -> Slow:
        made.append(Slow(course))
        return made[-1]

    crew = Workers(make)  # type: ignore[arg-type]
    crew.start(1)
    with crew.one() as worker:
        assert [worker] == made
    crew.close()


def test_memory_under_way_is_bounded(course, submit, fake):
    """However many hand in, only so many notebooks are under way at once."""
    under_way, most = set(), []

    class Counting(Pool):
        def submit(self, job: str):  # type: ignore[no-untyped-def]
            future = super().submit(job)
            under_way.add(future)
            future.add_done_callback(lambda _: None)
            most.append(sum(not one.done() for one in under_way))
            return future

    release_all = threading.Event()
    fake.answers = staticmethod(lambda job: (release_all.wait(0.02), fakes.honest(job))[1])
    for number in range(20):
        submit(course, f"s{number:02}")
    original, marking.Pool = marking.Pool, Counting  # type: ignore[misc]
    try:
        assert len(marking.mark(course, "mini1", workers=1)) == 20
    finally:
        marking.Pool = original  # type: ignore[misc]
    assert max(most) <= 4


# --- A cluster --------------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a Dask scheduler and two workers on this machine, each a process of its own."""
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    words = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    started = [subprocess.Popen([*words, "--no-dashboard", "--scheduler-file", str(file)], **quiet)]
    try:
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        one = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
        started += [subprocess.Popen([*one, "--no-dashboard"], cwd=tmp_path, **quiet) for _ in range(2)]
        yield address, started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_gives_the_marks_that_this_machine_gives(course, submit, cluster):
    """The same points and the same notebooks, from two processes that never see the gradebook."""
    address, _ = cluster
    for number in range(4):
        submit(course, f"s{number}", {"mini1-q1": 'mini1_q1 = "left"'} if number == 1 else None)
    other = replace(course, workdir=course.workdir.with_name("other"))
    shutil.copytree(course.workdir, other.workdir)
    here = marking.mark(course, "mini1")
    there = marking.mark(other, "mini1", scheduler=address)
    assert here == there
    for student in ("s0", "s1"):
        with database.Database(course) as a, a.reading() as one, database.Database(other) as b, b.reading() as two:
            first, second = ledger.find(one, "mini1", student), ledger.find(two, "mini1", student)
        assert first is not None
        assert second is not None
        assert (first.record, first.notebook) == (second.record, second.notebook)


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_loses_nothing(course, submit, cluster):
    """Its job is done by another one; everybody is marked, once."""
    address, started = cluster
    for number in range(12):
        submit(course, f"s{number:02}")

    def kill(_: marking.Marked) -> None:
        if started[1].poll() is None:
            started[1].kill()

    marked = marking.mark(course, "mini1", kill, scheduler=address)
    assert {one.status for one in marked} == {"marked"}
    assert started[1].wait() == -signal.SIGKILL


@pytest.mark.slow
def test_a_hundred_forks_under_one_worker(course, submit):
    """One warm parent, driven by a thread of Dask's, forks a hundred times, and each answer is its own student's."""
    for number in range(100):
        answer = "right" if number % 2 else "left"
        submit(course, f"s{number:03}", {"mini1-q1": f"mini1_q1 = {answer!r}"})
    marked = marking.mark(course, "mini1", workers=1)
    assert [one.status for one in marked] == ["marked"] * 100
    with database.Database(course) as book, book.reading() as session:
        scores = [done.record["points"]["mini1-q1"] for done in ledger.all_of(session, "mini1")]
    assert scores == [float(number % 2) for number in range(100)]


def test_a_cluster_that_does_not_answer_is_named(course, submit, fake, monkeypatch):
    """The message says how to start one."""
    submit(course, "anna")
    import distributed

    def client(*_: object, **__: object) -> None:
        raise OSError("refused")

    monkeypatch.setattr(distributed, "Client", client)
    with pytest.raises(distribute.SchedulerError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers .* `dask sched"):
        marking.mark(course, "mini1", scheduler="tcp://127.0.0.1:9")


def test_a_remote_process_keeps_its_workers_warm(course: Settings, fake: type[fakes.Worker]) -> None:
    """Two jobs in one process of a cluster use one worker."""
    due = environment.sha256(course)
    text = Job("anna", '{"cells": []}').to_json()
    made: list[object] = []
    original: Callable[..., None] = fakes.Worker.__init__

    def counting(self: fakes.Worker, *words: object, **more: object) -> None:
        made.append(self)
        original(self, *words, **more)

    fakes.Worker.__init__ = counting  # type: ignore[assignment,method-assign]
    try:
        for _ in range(2):
            distribute.run_remotely(course, True, due, text)
    finally:
        fakes.Worker.__init__ = original  # type: ignore[method-assign]
    assert len(made) == 1
