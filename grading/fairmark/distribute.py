"""Hand jobs to workers: a few in threads, many through Dask, and as many machines as there are.

Whatever carries a job, it ends in a :class:`fairmark.worker.Worker`, which confines what it runs in the same way
everywhere. What comes back is JSON text, and is read as text that nobody vouches for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from fairmark import environment, reasons
from fairmark.jobs import Job
from fairmark.settings import Settings
from fairmark.worker import Worker, WorkerError

FEW = 8
"""Up to so many jobs, starting Dask would cost more than it brings."""
TRIES = 3
"""How often a job is tried whose worker died over it."""


class SchedulerError(ValueError):
    """A cluster that cannot be used; the message says why, and what to do."""


class Workers:
    """The warm workers of one process: each is used by one job at a time, and made when there is none to spare."""

    def __init__(self, make: Callable[[], Worker]) -> None:
        self._make = make
        self._idle: list[Worker] = []
        self._all: list[Worker] = []
        self._starting: list[threading.Thread] = []
        self._change = threading.Condition()

    def start(self, count: int) -> None:
        """Begin to warm so many workers, without waiting for them."""
        self._starting = [threading.Thread(target=self._start_one) for _ in range(count)]
        for thread in self._starting:
            thread.start()

    @contextlib.contextmanager
    def one(self) -> Iterator[Worker]:
        """Lend a worker."""
        worker = self._next()
        try:
            worker.start()
            yield worker
        finally:
            self._give_back(worker)

    def close(self) -> None:
        """End all of them."""
        for thread in self._starting:
            thread.join()
        with self._change:
            found, self._all, self._idle = self._all, [], []
        for worker in found:
            worker.close()

    def _next(self) -> Worker:
        with self._change:
            while not self._idle and any(thread.is_alive() for thread in self._starting):
                self._change.wait(1)
            if self._idle:
                return self._idle.pop()
        worker = self._make()
        with self._change:
            self._all.append(worker)
        return worker

    def _give_back(self, worker: Worker) -> None:
        with self._change:
            self._idle.append(worker)
            self._change.notify()

    def _start_one(self) -> None:
        worker = self._make()
        with self._change:
            self._all.append(worker)
        # A worker that does not start says so again, and louder, to the first job that asks for it.
        with contextlib.suppress(WorkerError):
            worker.start()
        self._give_back(worker)


class Pool:
    """Where jobs go. Started with its first job; use it as a context manager.

    Parameters
    ----------
    course
        The settings.
    workers
        How many notebooks run at a time on this machine; by default one a processor.
    scheduler
        The address of a Dask cluster that exists; empty: this machine.
    confined
        False runs student code without confinement.
    expected
        How many jobs there will be at most.
    """

    def __init__(
        self,
        course: Settings,
        *,
        workers: int | None = None,
        scheduler: str = "",
        confined: bool = True,
        expected: int = FEW + 1,
    ) -> None:
        check_address(scheduler)
        self.course, self.confined, self.scheduler = course, confined, scheduler
        self.workers = max(1, min(workers or len(os.sched_getaffinity(0)), expected))
        self.expected = expected
        self._stack = contextlib.ExitStack()
        self._submit: Callable[[str], Future[str]] | None = None

    @property
    def window(self) -> int:
        """How many jobs to have under way: enough that no worker waits, and few enough that memory stays flat."""
        return 2 * self.workers + 2

    def submit(self, job: str) -> Future[str]:
        """Have a job run, given as JSON text; its result is the outcome's JSON text.

        The result raises :class:`fairmark.worker.WorkerError` where no worker can do it.
        """
        if self._submit is None:
            self._submit = self._start()
        return self._submit(job)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> Callable[[str], Future[str]]:
        if self.scheduler:
            return self._cluster()
        crew = Workers(lambda: Worker(self.course, confined=self.confined))
        self._stack.callback(crew.close)
        crew.start(self.workers)
        if self.expected <= FEW:
            threads = ThreadPoolExecutor(self.workers, thread_name_prefix="fairmark")
            self._stack.callback(threads.shutdown, cancel_futures=True)
            return lambda text: threads.submit(run, crew, text)
        return self._embedded(crew)

    def _embedded(self, crew: Workers) -> Callable[[str], Future[str]]:
        """Start Dask in this process: its threads only wait, and what they wait for are processes of their own."""
        dask, distributed = _dask()
        # A sender that is closed while it waits leaves its timer behind, and asyncio would print that it was not asked.
        self._stack.enter_context(_silent(logging.getLogger("asyncio")))
        # Dask opens pages about itself whether they are wanted or not: here for this machine only, and empty.
        pages = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
        none: dict[str, Any] = {f"distributed.{role}.http.routes": [] for role in ("scheduler", "worker")}
        # What Dask remembers of jobs that are done would grow with the class.
        short = {f"distributed.admin.{name}log-length": 100 for name in ("", "low-level-")}
        with dask.config.set(none | short):
            cluster = distributed.LocalCluster(
                n_workers=1,
                threads_per_worker=self.workers,
                processes=False,
                memory_limit=0,
                dashboard_address=None,
                worker_dashboard_address=pages["dashboard_address"],
                scheduler_kwargs=pages,
                # What goes wrong here reaches the one who marks as an error of ours; Dask's log would bury it.
                silence_logs=logging.CRITICAL,
            )
        self._stack.callback(cluster.close)
        client = distributed.Client(cluster, set_as_default=False)
        self._stack.callback(client.close)
        executor = client.get_executor(pure=False, retries=TRIES)
        # Dask sends copies of what it is given, also to itself, and keeps them a while; so it is given only names.
        key = secrets.token_hex(8)
        _crews[key] = crew
        self._stack.callback(_crews.pop, key)

        def submit(text: str) -> Future[str]:
            job = secrets.token_hex(8)
            _texts[job] = text
            future: Future[str] = executor.submit(_run_here, key, job)
            future.add_done_callback(lambda _: _texts.pop(job, None))
            return future

        return submit

    def _cluster(self) -> Callable[[str], Future[str]]:
        _, distributed = _dask()
        try:
            client = distributed.Client(self.scheduler, timeout="20s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise SchedulerError(
                f"{self.scheduler}: no Dask scheduler answers ({type(error).__name__}). Start one with `dask scheduler`"
            ) from None
        self._stack.callback(client.close)
        self.workers = max(1, sum(client.nthreads().values()))
        course, due = _without_secrets(self.course), environment.sha256(self.course, confined=self.confined)
        executor = client.get_executor(pure=False, retries=TRIES)
        return lambda text: executor.submit(run_remotely, course, self.confined, due, text)


def run(crew: Workers, text: str) -> str:
    """Run one job, and try it again where its worker dies over it.

    Returns
    -------
    str
        The outcome's JSON text.
    """
    job = Job.from_json(text)
    for _ in range(TRIES):
        with crew.one() as worker:
            outcome = worker.run(job)
        if outcome.stopped != "worker-lost":
            break
    return outcome.to_json()


_crews: dict[str, Workers] = {}
_crews_lock = threading.Lock()
_texts: dict[str, str] = {}


def _run_here(key: str, job: str) -> str:
    return run(_crews[key], _texts[job])


def run_remotely(course: Settings, confined: bool, due: str, text: str) -> str:
    """Run one job in a process of a cluster, which keeps its workers warm from job to job.

    Raises
    ------
    WorkerError
        If that machine's environment is not the one that the mark will be said to rest on.
    """
    found = environment.sha256(course, confined=confined)
    if found != due:
        raise WorkerError(
            f"{os.uname().nodename}: another environment ({found[:12]}) than where marks are written ({due[:12]}). "
            "Install the same versions, and give every machine the same student bundle"
        )
    with _crews_lock:
        key = f"{course.workdir} {confined}"
        crew = _crews.setdefault(key, Workers(lambda: Worker(course, confined=confined)))
    return run(crew, text)


def check_address(scheduler: str) -> None:
    """Refuse a cluster's address by which student work would travel in the open.

    Raises
    ------
    SchedulerError
        For anything but ``tls://``, unless the address is of this very machine.

    Examples
    --------
    >>> check_address("tls://cluster.example:8786")
    >>> check_address("tcp://127.0.0.1:8786")
    >>> check_address("tcp://cluster.example:8786")
    Traceback (most recent call last):
    fairmark.distribute.SchedulerError: tcp://cluster.example:8786: Student work may only ... Write tls://...
    """
    if not scheduler:
        return
    parts = urlsplit(scheduler if "://" in scheduler else f"tcp://{scheduler}")
    if parts.scheme == "tls" or (parts.scheme == "tcp" and _is_loopback(parts.hostname or "")):
        return
    raise SchedulerError(f"{scheduler}: {reasons.instructor('insecure-scheduler')} Write tls://…")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_secrets(course: Settings) -> Settings:
    """Leave out what no worker needs: where the bank is, and the gradebook's password."""
    nowhere = course.workdir / "not-here"
    return dataclasses.replace(course, bank=nowhere, assignments=nowhere, gradebook_url="")


@contextlib.contextmanager
def _silent(logger: logging.Logger) -> Iterator[None]:
    """Keep a log from the terminal for a while."""
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _dask() -> tuple[Any, Any]:
    """Import Dask only where it is used: it takes half a second."""
    import dask
    import distributed

    return dask, distributed
