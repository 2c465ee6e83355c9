"""The marking service over HTTP, beside a small Hub that knows a few tokens."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.services.auth import HubAuth
from tornado.netutil import bind_sockets

from fairmark import attempts, bank
from fairmark.modes import Mode
from fairmark.service import app, connections
from fairmark.service.identity import Identity
from fairmark.service.limits import Buckets
from fairmark.service.state import State
from fairmark.service.writer import Writer
from fairmark.settings import Settings

SCOPE = "access:services!service=fairmark"
PREFIX = "/services/fairmark/"
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


class FakeHub:
    """Answers ``/hub/api/user`` as JupyterHub does: a model for a good token, and 403 for any other."""

    def __init__(self) -> None:
        self.models: dict[str, Any] = {}
        self.asked: list[str] = []
        self.slow = 0.0
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.headers.get("Authorization", "").removeprefix("token ")
                hub.asked.append(token)
                time.sleep(hub.slow)
                model = hub.models.get(token)
                status = 200 if isinstance(model, dict) and self.path == "/hub/api/user" else 403
                status = model if isinstance(model, int) else status
                body = json.dumps(model if status == 200 else {"status": status, "message": "no"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                with contextlib.suppress(OSError):  # who asked may have ended meanwhile
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_port}/hub/api"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def user(self, token: str, name: str, kind: str = "user", scopes: tuple[str, ...] = (SCOPE,)) -> None:
        """Let a token be known."""
        self.models[token] = {"name": name, "kind": kind, "scopes": list(scopes), "admin": False}

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Answer:
    """One HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Read the body."""
        return json.loads(self.body)


class Served:
    """A service that runs in a thread, and what a test may turn in it."""

    def __init__(self, course: Settings, hub: FakeHub, most: int = 200) -> None:
        self.course, self.hub, self.now, self.most = course, hub, NOON, most
        self.log = attempts.Log(course)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    async def _run(self) -> None:
        self.loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        writer = Writer(self.log)
        identity = Identity(HubAuth(api_url=self.hub.url, access_scopes={SCOPE}))
        buckets, volume = Buckets(1000, 1000), Buckets(10**9, 10**9)
        self.desk = app.Desk(State("small-course", "t1"), identity, writer, buckets, volume, lambda: self.now)
        self.server = server = connections.Server(app.make(self.desk, PREFIX), self.most)
        (socket,) = bind_sockets(0, "127.0.0.1")
        server.add_socket(socket)
        self.port = socket.getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.stop()
        await server.answered()
        await writer.close()
        await server.close_all_connections()

    def close(self) -> None:
        """Stop as SIGTERM does."""
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self.log.close()

    @property
    def url(self) -> str:
        """The address that a notebook is given."""
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def set(self, mode: Mode | None = None, **changes: Any) -> None:
        """Have the service know the small course, in a mode."""
        known = State(
            self.course.course,
            self.course.term,
            bank.load(self.course.bank),
            {"mini1": mode} if mode else {},
            {"mini1": None},
        )
        self.desk.state = replace(known, **changes)

    def send(self, method: str, path: str, body: bytes | str = b"", **headers: str) -> Answer:
        """Send any request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            data = body.encode() if isinstance(body, str) else body
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, data or None, names)
            response = connection.getresponse()
            names, said = {name.lower(): value for name, value in response.getheaders()}, b""
            with contextlib.suppress(ConnectionResetError):  # whose body was too large to be read to its end
                said = response.read()
            return Answer(response.status, names, said)

    def check(self, token: str, item: str, answer: Any, **headers: str) -> Answer:
        """Send a check as a notebook does."""
        body = json.dumps({"assignment": item.rpartition("-")[0], "item": item, "answer": answer})
        default = {"Authorization": f"token {token}", "Content_Type": "application/json"}
        return self.send("POST", f"{PREFIX}check", body, **(default | headers))

    def rows(self) -> list[Any]:
        """Read the log."""
        with self.log.engine.connect() as connection:
            return list(connection.execute(attempts.ATTEMPTS.select().order_by(attempts.ATTEMPTS.c.id)))


@pytest.fixture(scope="session")
def _hub() -> Iterator[FakeHub]:
    hub = FakeHub()
    yield hub
    hub.close()


@pytest.fixture
def hub(_hub: FakeHub) -> FakeHub:
    """Return a Hub that knows two students."""
    _hub.models.clear()
    _hub.asked.clear()
    _hub.slow = 0.0
    _hub.user("anna-token", "anna")
    _hub.user("boris-token", "boris")
    return _hub


@pytest.fixture
def served(hub: FakeHub, new_course: Callable[..., Settings], tmp_path: Path) -> Iterator[Served]:
    """Return a running service that knows the small course, form only."""
    course = new_course(tmp_path / "served")
    course.workdir.mkdir()
    service = Served(course, hub)
    service.set()
    yield service
    service.close()
