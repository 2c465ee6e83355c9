"""How the real command ends: by a signal, with its Hub, and with what was asked already."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from fairmark import attempts, busy
from fairmark.settings import Settings

from .conftest import PREFIX, FakeHub

pytestmark = pytest.mark.slow

KILLS_AFTER = 10
"""Seconds after which JupyterHub kills a service that it asked to end."""
COMMAND = [sys.executable, "-c", "from fairmark.cli import main; main()", "--settings"]
PARENT = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)"


class Command:
    """``fairmark serve`` as a process, started by another one where a test kills that."""

    def __init__(self, course: Settings, hub: FakeHub, *, by_another: bool = False) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        given = {
            "JUPYTERHUB_SERVICE_NAME": "fairmark",
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
            "JUPYTERHUB_API_URL": hub.url,
        }
        before = [sys.executable, "-c", PARENT] if by_another else []
        self.says = course.workdir / "serve.log"
        with self.says.open("w") as says:
            self.process = subprocess.Popen(
                [*before, *COMMAND, str(course.file), "serve"], env=os.environ | given, stderr=says
            )
        wait_for(self.listens, "the service")

    def listens(self) -> bool:
        """Tell whether somebody answers at its port."""
        with contextlib.suppress(OSError), self.connection():
            return True
        return False

    def connection(self) -> socket.socket:
        """Open one."""
        return socket.create_connection(("127.0.0.1", self.port), 10)

    def ask(self, answer: str = "right") -> socket.socket:
        """Send a check, and give the connection on which its answer will come."""
        body = json.dumps({"assignment": "mini1", "item": "mini1-q1", "answer": answer})
        asking = self.connection()
        asking.sendall(
            f"POST {PREFIX}check HTTP/1.1\r\nHost: x\r\nAuthorization: token anna-token\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        return asking


def wait_for(ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.05)


def received(asking: socket.socket) -> bytes:
    """Read all that comes."""
    with contextlib.closing(asking):
        return b"".join(iter(lambda: asking.recv(65536), b""))


@pytest.fixture
def start(course: Settings, hub: FakeHub) -> Iterator[Callable[..., Command]]:
    """Return the function that starts the command; what is left of it in the end is killed."""
    started: list[Command] = []

    def do(*, by_another: bool = False) -> Command:
        started.append(Command(course, hub, by_another=by_another))
        return started[-1]

    yield do
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_before_it_would_be_killed(start, number):
    """With status 0, whoever still sends or listens."""
    command = start()
    silent, slow = command.connection(), command.connection()
    slow.sendall(f"POST {PREFIX}check HTTP/1.1\r\nContent-Le".encode())
    command.process.send_signal(number)
    assert command.process.wait(KILLS_AFTER) == 0
    assert (received(silent), received(slow)) == (b"", b"")


def test_no_new_term_begins_while_it_runs(start, course):
    """It would go on answering from the old term; afterwards the folder is free."""
    command = start()
    with pytest.raises(busy.BusyError, match="its service is at work here"), busy.alone(course):
        pass
    command.process.terminate()
    command.process.wait(KILLS_AFTER)
    with busy.alone(course):
        pass


def test_it_ends_with_the_process_that_started_it(start):
    """Though that was killed and could tell it nothing; the address is free for the next one."""
    command = start(by_another=True)
    command.process.kill()
    command.process.wait()
    wait_for(lambda: not command.listens(), "its end")
    assert "the process that started this service is gone" in command.says.read_text()
    start()


def test_what_was_asked_already_is_answered(start, course, hub):
    """A check that waits for the Hub's word when the signal comes is logged and answered all the same."""
    command = start()
    hub.slow = 1.0
    asking = command.ask()
    wait_for(lambda: "anna-token" in hub.asked, "the question to the Hub")
    command.process.terminate()
    assert received(asking).startswith(b"HTTP/1.1 200 ")
    assert command.process.wait(KILLS_AFTER) == 0
    with attempts.Log(course) as log, log.engine.connect() as connection:
        assert [row.student for row in connection.execute(attempts.ATTEMPTS.select())] == ["anna"]


def test_a_log_that_is_locked_does_not_hold_it_up(start, course, hub):
    """Who waits is refused, and nothing of theirs is written."""
    command = start()
    with contextlib.closing(sqlite3.connect(course.workdir / "attempts.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asking = command.ask()
        wait_for(lambda: "anna-token" in hub.asked, "the question to the Hub")
        command.process.terminate()
        assert received(asking).startswith(b"HTTP/1.1 503 ")
        assert command.process.wait(KILLS_AFTER) == 0
        assert other.execute("SELECT count(*) FROM fairmark_attempt").fetchone() == (0,)


def test_a_hub_that_never_answers_does_not_hold_it_up(start, hub):
    """What hangs is cut off."""
    command = start()
    hub.slow = 60.0
    asking = command.ask()
    wait_for(lambda: "anna-token" in hub.asked, "the question to the Hub")
    command.process.terminate()
    command.process.wait(KILLS_AFTER)
    with contextlib.suppress(ConnectionResetError):
        assert b"200" not in received(asking)
    hub.slow = 0.0
