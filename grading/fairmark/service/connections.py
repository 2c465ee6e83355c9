"""The door: one request a connection, and whoever sends slowest goes first where there is no more room."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, RequestStartLine, ResponseStartLine
from tornado.web import Application

from fairmark.service.requests import MAX_BODY

MOST = 2000
"""Open connections: a class at its deadline needs fewer, since each lasts for one short request."""
SECONDS = 10
"""For the headers, and again for the body, which are smaller than one page of text."""
WAITING = 1024
"""Connections that the system keeps while the service is busy."""
_SPARE = 100
"""Open files beside connections: the log, the gradebook, connections to the Hub."""


class Server(HTTPServer):
    """An HTTP server that nobody can fill by sending slowly.

    A connection carries one request, so nothing that is left over in it can be taken for the beginning of the next.
    Where there are too many connections, the oldest of those whose request is not yet complete is closed. A student's
    check is complete after some milliseconds, so it is not among the oldest.

    Parameters
    ----------
    application
        What answers.
    most
        Open connections, at the most.
    """

    def initialize(self, application: Application, most: int = MOST) -> None:  # type: ignore[override]
        """Tornado calls this in place of ``__init__``."""
        super().initialize(
            application,
            no_keep_alive=True,
            max_body_size=MAX_BODY,
            max_buffer_size=2 * MAX_BODY,
            max_header_size=16 * 1024,
            idle_connection_timeout=SECONDS,
            body_timeout=SECONDS,
        )
        self._most = most
        self._open: set[object] = set()
        self._sending: dict[object, None] = {}

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Let a connection in, and another out where there is no room."""
        self._open.add(server_conn)
        self._sending[server_conn] = None
        if len(self._open) > self._most:
            slowest: Any = next(iter(self._sending))
            self._gone(slowest)
            slowest.stream.close()
        return _Noted(super().start_request(server_conn, request_conn), lambda: self._sending.pop(server_conn, None))

    def on_close(self, server_conn: object) -> None:
        """Forget a connection."""
        self._gone(server_conn)
        super().on_close(server_conn)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    async def answered(self) -> None:
        """Wait until every request that came in whole is answered."""
        while len(self._open) > len(self._sending):
            await asyncio.sleep(0.01)

    def _gone(self, server_conn: object) -> None:
        self._open.discard(server_conn)
        self._sending.pop(server_conn, None)


class _Noted(HTTPMessageDelegate):
    """Says when a request is complete."""

    def __init__(self, inner: HTTPMessageDelegate, complete: Callable[[], object]) -> None:
        self._inner, self._complete = inner, complete

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return self._inner.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._inner.data_received(chunk)

    def finish(self) -> None:
        self._complete()
        self._inner.finish()

    def on_connection_close(self) -> None:
        self._inner.on_connection_close()


def make_room(most: int = MOST) -> int:
    """Have the system allow so many connections, as far as it does; give how many it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + _SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return most if soft == resource.RLIM_INFINITY else max(1, min(most, soft - _SPARE))
