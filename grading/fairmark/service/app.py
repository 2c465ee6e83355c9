"""The HTTP side: two addresses, strict in what they take, careful in what they say."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tornado.web import Application, HTTPError, RequestHandler

from fairmark import httpheaders
from fairmark.service import replies, requests
from fairmark.service.errors import Refusal
from fairmark.service.identity import Identity
from fairmark.service.limits import Buckets
from fairmark.service.state import State
from fairmark.service.writer import Writer

LOGGER = logging.getLogger(__name__)
HEADERS = httpheaders.COMMON | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Content-Type": "application/json",
}


class Desk:
    """What every request needs, in one place.

    Parameters
    ----------
    state
        What the service knows; replaced as a whole by whoever reads it anew.
    identity, writer
        Who asks, and where it is written down.
    buckets, volume
        How often one student may ask, and how many bytes may be written down for one.
    now
        The time in UTC, for due dates.
    """

    def __init__(
        self,
        state: State,
        identity: Identity,
        writer: Writer,
        buckets: Buckets,
        volume: Buckets,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.state, self.identity, self.writer, self.now = state, identity, writer, now
        self.buckets, self.volume = buckets, volume


class _Base(RequestHandler):
    """JSON in every case, and the same headers."""

    SUPPORTED_METHODS = ("GET", "POST")

    def initialize(self, desk: Desk) -> None:
        self.desk, self.gone = desk, False

    def on_connection_close(self) -> None:
        self.gone = True

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def compute_etag(self) -> None:
        return None

    def prepare(self) -> Awaitable[None] | None:
        if self.request.query:
            raise Refusal(400, "nothing may stand in the address")
        return None

    def say(self, record: dict[str, Any]) -> None:
        self.finish(json.dumps(record))

    def write_error(self, status_code: int, **details: Any) -> None:
        error = details.get("exc_info", (None, None))[1]
        if isinstance(error, Refusal):
            self.set_status(error.status)
            if error.wait:
                self.set_header("Retry-After", str(error.wait))
            if error.status == HTTPStatus.UNAUTHORIZED:
                self.set_header("WWW-Authenticate", "token")
            self.say({"error": error.says})
            return
        self.say({"error": HTTPStatus(status_code).phrase.lower()})

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if isinstance(value, Refusal | HTTPError):
            return  # the access log has it
        LOGGER.error("a request failed", exc_info=(typ, value, tb))


class Check(_Base):
    """Answers a check."""

    async def post(self) -> None:
        """Find out who asks, write the attempt down, and answer it, in this order."""
        _from_no_page(self)
        student = await self.desk.identity.user(self.request.headers.get("Authorization", ""))
        wait = self.desk.buckets.wait(student) or self.desk.volume.wait(student, len(self.request.body))
        if wait:
            raise Refusal(429, f"too many checks; wait {wait} seconds", wait=wait)
        plan = replies.plan(self.desk.state, student, requests.read(self.request.body), self.desk.now())
        numbered = await self.desk.writer.write(plan.attempt, lambda: self.gone)
        self.say(replies.reply(plan, numbered).to_json())


class Health(_Base):
    """Says that the service is there."""

    def get(self) -> None:
        """Say so, to anybody."""
        self.say({"status": "ok"})


class _Nothing(_Base):
    """Every other address."""

    def prepare(self) -> None:
        raise Refusal(404, "there is nothing here")


def _from_no_page(handler: RequestHandler) -> None:
    """Refuse what a browser sends for a page of another origin, and what an HTML form could send at all."""
    headers = handler.request.headers
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != handler.request.host:
        raise Refusal(403, "this comes from a page of another origin")
    if headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise Refusal(403, "this comes from a page of another origin")
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "the content type must be application/json")


def make(desk: Desk, prefix: str) -> Application:
    """Make the application.

    Parameters
    ----------
    desk
        What every request needs.
    prefix
        The path that the Hub gives the service, with a slash at either end.
    """
    return Application(
        [
            (re.escape(f"{prefix}{name}"), handler, {"desk": desk})
            for name, handler in (("check", Check), ("health", Health))
        ],
        default_handler_class=_Nothing,
        default_handler_args={"desk": desk},
    )


async def refresh(desk: Desk, load: Callable[[], State], seconds: float) -> None:
    """Read anew what the service knows, again and again; what cannot be read leaves the last state as it was."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(seconds)
        try:
            desk.state = await loop.run_in_executor(None, load)
        except Exception as error:
            LOGGER.error("what the service knew stays as it was: %s", error)
