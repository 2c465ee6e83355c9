"""What a process uses, by the kernel's own count."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest

from fairmark.inside import usage


def test_memory_that_is_taken_is_counted():
    """In bytes, and without what is only read from files."""
    before = usage.memory_bytes(os.getpid())
    taken = bytearray(os.urandom(2**16) * 2**9)
    assert usage.memory_bytes(os.getpid()) - before == pytest.approx(len(taken), rel=0.2)


def test_time_of_the_processor_grows_with_work():
    """In seconds; a process that sleeps uses none."""
    before, until = usage.cpu_seconds(os.getpid()), time.process_time() + 0.3
    while time.process_time() < until:
        pass
    assert 0.2 < usage.cpu_seconds(os.getpid()) - before < 1


def test_every_thread_is_listed():
    """The process itself is one of them."""
    stop = threading.Event()
    more = threading.Thread(target=stop.wait)
    more.start()
    assert {os.getpid(), more.native_id} <= set(usage.tasks(os.getpid()))
    stop.set()
    more.join()


@pytest.mark.parametrize(
    ("count", "nothing"),
    [(usage.cpu_seconds, 0.0), (usage.memory_bytes, 0), (usage.tasks, []), (usage.sockets, 0)],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_process_that_is_gone_uses_nothing(count, nothing):
    """It may end between two looks."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert count(ended.pid) == nothing
