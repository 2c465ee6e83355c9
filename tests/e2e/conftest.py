"""A real hub and a real browser, once for all tests here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.e2e.browser import Album, Person
from tests.hub import remains

ROOT = Path(__file__).parents[2]
STARTING, STOPPING = 600, 120  # seconds: the machine may be busy with other tests


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Start the hub as `make hub` does; afterwards it must stop by itself, and leave nothing."""
    running = os.environ.get("COURSE_HUB_RUNNING")
    if running:
        yield json.loads(Path(running).read_text())
        return
    folder = tmp_path_factory.mktemp("hub")
    told, log = folder / "told.json", folder / "log"
    command = ["setpriv", "--pdeathsig", "TERM"]  # it ends with us, even if we are killed
    command += [sys.executable, str(ROOT / "grading/hub/start.py"), "--port", "0", "--tell", str(told)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    until = time.monotonic() + STARTING
    while not told.exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, f"the hub is not there after {STARTING} s: {log.read_text()}"
        time.sleep(0.2)
    words = json.loads(told.read_text())
    yield words
    running = remains.processes(words)
    process.send_signal(signal.SIGTERM)
    assert process.wait(STOPPING) == 0, log.read_text()
    assert remains.of(words) == []
    assert [one for one in running if Path("/proc", str(one)).exists()] == []


@pytest.fixture(scope="session")
def album() -> Album:
    """Empty the folder of pictures."""
    folder = ROOT / "build/e2e"
    shutil.rmtree(folder, ignore_errors=True)
    return Album(folder)


@pytest.fixture
def keep_at_failure(album: Album, request: pytest.FixtureRequest) -> Iterator[Callable[[Person], None]]:
    """Take people's names; when the test fails, keep what each of them sees. Then they leave."""
    people: list[Person] = []
    yield people.append
    for one in people:
        if getattr(request.node, "failed", True):
            album.keep(one.page, f"{one.role}-when-{request.node.name}-failed", one.console)
        one.page.context.close()


@pytest.fixture
def person(
    hub: dict[str, Any], chromium: Browser, album: Album, keep_at_failure: Callable[[Person], None]
) -> Callable[[str], Person]:
    """Let somebody log in."""

    def come(role: str) -> Person:
        someone = Person(chromium, hub, role, album)
        keep_at_failure(someone)
        return someone

    return come


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the fixtures whether the test failed."""
    report = yield
    if report.when == "call":
        item.failed = report.failed
    return report
