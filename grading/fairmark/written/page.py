"""The page on which a person marks: served to this machine's own browser only, to whoever has its address.

The address holds a secret and is the key. It is part of the path, because a cookie of 127.0.0.1 would go to every other
program that listens there. Nothing is loaded from elsewhere, no script but ours runs, and what students wrote is text.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from fairmark import httpheaders
from fairmark.database import GradebookError
from fairmark.written.desk import Desk
from fairmark.written.errors import ChangedError, WrittenError

HOST = "127.0.0.1"
MAX_BODY = 64 * 1024
_OWN_HOSTS = {HOST, "localhost"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = httpheaders.COMMON | {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}


class _Base(RequestHandler):
    """The same headers everywhere, and nothing for a stranger."""

    SUPPORTED_METHODS = ("GET", "POST")

    def initialize(self, desk: Desk, root: str) -> None:
        self.desk, self.root = desk, root

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        return None

    def prepare(self) -> None:
        # A name of somebody else's that leads here would make their page our neighbour.
        host = urlsplit(f"//{self.request.host}").hostname
        if host not in _OWN_HOSTS:
            raise HTTPError(403)
        if self.request.method == "POST":
            origin = self.request.headers.get("Origin", "")
            kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip()
            if origin != f"http://{self.request.host}" or kind != "application/json":
                raise HTTPError(403)

    def write_error(self, status_code: int, **details: Any) -> None:
        error = details.get("exc_info", (None, None))[1]
        says = "the program failed; look at the window in which it runs"
        if isinstance(error, HTTPError):
            says = "not found, or not from this page"
        if isinstance(error, WrittenError | GradebookError):
            self.set_status(409 if isinstance(error, ChangedError) else 422)
            says = str(error)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"error": says}))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, WrittenError | GradebookError | HTTPError):
            super().log_exception(typ, value, tb)


class _List(_Base):
    def get(self) -> None:
        self.finish(self.desk.list(self.root))


class _Answer(_Base):
    def get(self, code: str) -> None:
        try:
            self.finish(self.desk.answer(self.root, code))
        except WrittenError:
            self.redirect(self.root)


class _Change(_Base):
    def post(self, what: str) -> None:
        try:
            asked = json.loads(self.request.body)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            raise WrittenError("the request is not readable")
        change = {"save": self.desk.save, "draft": self.desk.draft, "undo": self.desk.undo}[what]
        self.finish(change(asked))


class _Stop(_Base):
    def post(self) -> None:
        self.finish({})
        self.desk.stop()


class _File(_Base):
    def get(self, name: str) -> None:
        self.set_header("Content-Type", {"css": "text/css", "js": "text/javascript"}[name.rpartition(".")[2]])
        self.finish(resources.files("fairmark").joinpath("pages", name).read_bytes())


def make(desk: Desk, token: str) -> Application:
    """Make the application; every address begins with the token."""
    root = f"/{token}/"
    given = {"desk": desk, "root": root}
    return Application(
        [
            (root, _List, given),
            (root + r"answer/([a-z2-7]{4}-[a-z2-7]{4})", _Answer, given),
            (root + "(save|draft|undo)", _Change, given),
            (root + "stop", _Stop, given),
            (root + r"(written\.(?:css|js))", _File, given),
        ],
        default_handler_class=_Missing,
        default_handler_args=given,
        log_function=lambda _: None,  # addresses hold the secret
    )


class _Missing(_Base):
    def prepare(self) -> None:
        raise HTTPError(404)


def serve(desk: Desk, tell: Callable[[str], object], port: int = 0) -> None:
    """Serve until the page or ctrl-C stops it.

    Parameters
    ----------
    desk
        What is marked.
    tell
        Called with the address when it can be opened.
    port
        0: any that is free.

    Raises
    ------
    WrittenError
        If the port is taken.
    """
    asyncio.run(_serve(desk, tell, port))


async def _serve(desk: Desk, tell: Callable[[str], object], port: int) -> None:
    token = secrets.token_urlsafe(32)
    stopped = asyncio.Event()
    desk.stop = stopped.set
    server = HTTPServer(make(desk, token), max_body_size=MAX_BODY, idle_connection_timeout=60)
    try:
        sockets = bind_sockets(port, HOST)
    except OSError as error:
        raise WrittenError(f"port {port}: cannot be used: {error.strerror}; name another with --port") from None
    server.add_sockets(sockets)
    tell(f"http://{HOST}:{sockets[0].getsockname()[1]}/{token}/")
    await stopped.wait()
    server.stop()
    await asyncio.sleep(0.2)  # for the reply that the page waits for
    await server.close_all_connections()
