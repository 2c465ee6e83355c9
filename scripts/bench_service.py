"""Measure the marking service under a class at its deadline: all check at once, it is killed, and others send slowly.

``make bench`` runs it with the rest; by itself it prints its table: ``python scripts/bench_service.py --students 300``.
The service is the real command, beside a small Hub that knows one token a student; everything runs on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from classes import COURSE
from fairmark import ability, bank, release, settings
from fairmark.ability import Population
from fairmark.service import connections
from fairmark.settings import Settings
from timing import BIN, Row
from worksheet import wire

CHECKS = 5
SLOW = 1500
SETTLE = 5.0
"""Seconds in which the slow connections are opened."""
SCOPE = "access:services!service=fairmark"
PREFIX = "/services/fairmark/"

Answer = tuple[str, str]
"""An item, and an answer to it as wire text."""


class Hub(ThreadingHTTPServer):
    """Knows the token ``token-NAME`` for each user."""

    request_queue_size = 512
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.headers.get("Authorization", "").removeprefix("token token-")
        body = json.dumps({"name": name, "kind": "user", "scopes": [SCOPE]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Service:
    """The real command, which can be killed and started again."""

    def __init__(self, course: Settings, hub: Hub) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self._words = [BIN / "fairmark", "--settings", course.file]
        self._words += ["--workdir", course.workdir, "serve"]
        self._environment = os.environ | {
            "JUPYTERHUB_SERVICE_NAME": "fairmark",
            "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{self.port}",
            "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub.server_port}/hub/api",
        }
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(self._words, env=self._environment, stderr=subprocess.DEVNULL)  # noqa: S603
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if self.process.poll() is not None:
                raise RuntimeError("the service ended")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()


@dataclass
class Seen:
    """What a class saw.

    Attributes
    ----------
    answered : list
        Student, item and answer of every check that was answered.
    seconds : list
        How long each took.
    unanswered : int
        How many had no answer, and were sent again.
    """

    answered: list[tuple[str, str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0


async def _student(name: str, port: int, answers: list[Answer], seen: Seen) -> None:
    """Check several answers, one after the other; whoever gets no answer asks again, as a person would."""
    for item, answer in answers:
        body = json.dumps({"assignment": item.rpartition("-")[0], "item": item, "answer": json.loads(answer)})
        text = (
            f"POST {PREFIX}check HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token token-{name}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
        )
        while True:
            start = time.perf_counter()
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(text.encode())
                said = await reader.read()
                writer.close()
                if re.match(rb"HTTP/1.1 200 .*\}\Z", said, re.DOTALL):
                    seen.seconds.append(time.perf_counter() - start)
                    seen.answered.append((name, item, answer))
                    break
            seen.unanswered += 1
            await asyncio.sleep(1)


async def _class(answers: dict[str, list[Answer]], service: Service, *, kill: bool) -> Seen:
    seen = Seen()
    todo = [asyncio.create_task(_student(name, service.port, own, seen)) for name, own in answers.items()]
    if kill:
        while len(seen.answered) < sum(map(len, answers.values())) // 2:
            await asyncio.sleep(0.005)
        await asyncio.to_thread(service.kill)
        await asyncio.to_thread(service.start)
    await asyncio.gather(*todo)
    return seen


async def _send_slowly(port: int) -> None:
    """Open a connection and send a byte a second, again and again."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST {PREFIX}check HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ".encode())
            with contextlib.suppress(TimeoutError):
                while True:
                    writer.write(b"x")
                    if await asyncio.wait_for(reader.read(1), 1) == b"":
                        break
            writer.close()
        await asyncio.sleep(1)


async def _all_send_slowly(port: int, count: int) -> None:
    connections.make_room(count)
    await asyncio.gather(*(_send_slowly(port) for _ in range(count)))


@contextlib.contextmanager
def slow_senders(port: int, count: int) -> Iterator[None]:
    """Have another process hold many connections to the service open, each sending a byte a second."""
    if not count:
        yield
        return
    command = [sys.executable, __file__, "--slow-to", str(port), "--students", str(count)]
    running = subprocess.Popen(command)  # noqa: S603  our own words
    try:
        time.sleep(SETTLE)
        yield
    finally:
        running.kill()
        running.wait()


def lost(course: Settings, seen: Seen) -> int:
    """Count the checks that were answered and are not in the log."""
    with contextlib.closing(sqlite3.connect(course.workdir / "attempts.db")) as log:
        kept = set(log.execute("SELECT student, item, answer FROM fairmark_attempt"))
    return sum(one not in kept for one in seen.answered)


def answers(course: Settings, students: int) -> dict[str, list[Answer]]:
    """Have students of known ability answer; give each one's first few answers, of all assignments in turn."""
    names = ability.ids(students)
    found: dict[str, list[Answer]] = {name: [] for name in names}
    records = ability.records(
        Population(), bank.load(course.bank).values(), names, course=course.course, term=course.term
    )
    for record in (one for of_all in records.values() for one in of_all):
        given = [(one["item"], wire.dumps(one["answer"])) for one in record["items"] if one["answer"] is not None]
        own = found[record["student"]]
        own += given[: CHECKS - len(own)]
    return found


def load(course: Settings, students: int, *, kill: bool, slow: int = 0) -> tuple[Seen, float, int]:
    """Have a class check at once.

    Parameters
    ----------
    course
        A released course of one's own.
    students
        How many.
    kill
        Whether the service is killed, and started again, when half of the checks are answered.
    slow
        How many connections send a byte a second meanwhile.

    Returns
    -------
    seen : Seen
    seconds : float
        From the first to the last.
    lost : int
        Answered checks that the log does not have.
    """
    given = answers(course, students)
    hub = Hub()
    service = Service(course, hub)
    try:
        with slow_senders(service.port, slow):
            start = time.perf_counter()
            seen = asyncio.run(_class(given, service, kill=kill))
            return seen, time.perf_counter() - start, lost(course, seen)
    finally:
        service.kill()
        hub.shutdown()
        hub.server_close()


def run(students: int = 300) -> Iterator[Row]:
    """Measure each run.

    Parameters
    ----------
    students
        How many check at once.
    """
    for kill, slow, title in (
        (False, 0, "at once"),
        (True, 0, "killed and restarted half way"),
        (False, SLOW, f"while {SLOW:,} connections send a byte a second"),
    ):
        with tempfile.TemporaryDirectory(prefix="bench-service-") as name:
            course = settings.load(COURSE, workdir=Path(name) / "work")
            release.build(course)
            seen, seconds, missing = load(course, students, kill=kill, slow=slow)
        p95 = quantiles(seen.seconds, n=20)[-1]
        yield (
            f"service, {students} students {title}: checks a second",
            f"{len(seen.answered) / seconds:,.0f}",
            (
                f"{len(seen.answered):,} checks, {CHECKS} a student; p50 {1000 * median(seen.seconds):,.0f} ms, "
                f"p95 {1000 * p95:,.0f} ms; asked again {seen.unanswered}"
            ),
        )
        yield f"service, {title}: answered and not in the log", f"{missing}", f"of {len(seen.answered):,} answered"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--slow-to", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.slow_to:
        asyncio.run(_all_send_slowly(options.slow_to, options.students))
        return
    for row in run(options.students):
        print(" | ".join(row))


if __name__ == "__main__":
    sys.exit(main())
