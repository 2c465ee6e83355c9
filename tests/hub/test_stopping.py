"""The hub stops at every stage of its life and leaves nothing; what was killed, the next one removes."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub import remains

ROOT = Path(__file__).parents[2]
PATIENCE = 600  # seconds: the machine may be busy with other tests
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root makes accounts, which have to be removed"),
]


class Hub:
    """A hub that is being started."""

    def __init__(self, log: Path, *options: str) -> None:
        command = ["setpriv", "--pdeathsig", "TERM"]  # it ends with us, even if we are killed
        command += [sys.executable, str(ROOT / "grading/hub/start.py"), *(options or ("--port", "0"))]
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)

    def wait_for(self, pattern: str) -> Path:
        """Wait until there is something in its folder."""
        until = time.monotonic() + PATIENCE
        while True:
            for found in Path("/srv").glob(f"course-hub-{self.process.pid}-*/{pattern}"):
                return found
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)

    def wait_for_words(self, words: str) -> None:
        """Wait until it has said something."""
        until = time.monotonic() + PATIENCE
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)

    def words(self) -> dict[str, Any]:
        """Say what it has made by now."""
        state = self.wait_for("home").parent
        mine = f"course demonstration of process {self.process.pid}"
        return {
            "state": str(state),
            "names": {
                str(n): one.pw_name for n, one in enumerate(pwd.getpwall()) if one.pw_gecos.split(",")[0] == mine
            },
        }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Hub]]:
    """Start hubs; none outlives the test."""
    started: list[Hub] = []

    def one(*options: str) -> Hub:
        started.append(Hub(tmp_path / f"log-{len(started)}", *options))
        return started[-1]

    yield one
    for hub in started:
        with contextlib.suppress(ProcessLookupError):
            hub.process.terminate()
        hub.process.wait(PATIENCE)


def mode() -> str:
    """Say which mode the checkout has where no hub is on: while one is, it stands in a file."""
    with contextlib.suppress(FileNotFoundError):
        return (ROOT / "build/mode-without-hub").read_text()
    return f"{stat.S_IMODE(ROOT.stat().st_mode):o}"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
@pytest.mark.parametrize("stage", ["home/instructor-*/course/course", "private/hub.log"], ids=["preparing", "starting"])
def test_it_stops_at_once_at_every_stage(start, stage, number):
    """While it copies the course, and while the Hub comes up: status 0, and nothing of it is left."""
    before = mode()
    hub = start()
    hub.wait_for(stage)
    words = hub.words()
    assert len(words["names"]) == 3
    hub.process.send_signal(number)
    assert hub.process.wait(PATIENCE) == 0, hub.log.read_text()
    assert remains.of(words) == []
    assert "Open http" not in hub.log.read_text()
    assert mode() == before


def test_what_was_killed_the_next_one_removes(start):
    """Killed while it runs, with its Hub, so that the marking service goes on: the next start ends all of it."""
    before = mode()
    first = start()
    first.wait_for_words("Ctrl-C stops it")
    words = first.words()
    (hub,) = [
        number
        for number in remains.processes(words)
        if b"jupyterhub_config.py" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]
    first.process.kill()
    os.kill(hub, signal.SIGKILL)
    first.process.wait()
    assert remains.of(words)
    second = start()
    second.wait_for("home/instructor-*")
    assert remains.of(words) == []
    second.process.terminate()
    assert second.process.wait(PATIENCE) == 0, second.log.read_text()
    assert mode() == before


def test_a_port_that_is_taken_is_said_and_nothing_made(start):
    """The message names the port and the remedy."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        hub = start("--port", str(port))
        assert hub.process.wait(PATIENCE) == 1
    assert f'port {port} is taken; name another: make hub ARGS="--port 8001"' in hub.log.read_text()
    assert list(Path("/srv").glob(f"course-hub-{hub.process.pid}-*")) == []
