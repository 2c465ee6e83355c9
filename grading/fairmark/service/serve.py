"""Start and stop: what the Hub gives a managed service, and two signals."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubAuth
from tornado.httpserver import HTTPServer

from fairmark import attempts
from fairmark.service import app, requests, state
from fairmark.service.errors import ServiceError
from fairmark.service.identity import Identity
from fairmark.service.limits import Buckets
from fairmark.service.writer import Writer
from fairmark.settings import Settings

LOGGER = logging.getLogger(__name__)
REFRESH = 10.0
"""Seconds between two readings of bank, modes and due dates."""
_GIVEN = ("JUPYTERHUB_SERVICE_NAME", "JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_URL")
_PREFIX = re.compile(r"(?:/[\w.~@%-]+)*/")
_TIMEOUT = 10


@dataclass(frozen=True)
class Place:
    """Where the service listens, and where the Hub is.

    Attributes
    ----------
    name : str
        The service's, from which the scope follows that gives access to it.
    host : str
    port : int
    prefix : str
    hub : str
        The address of the Hub's API.
    """

    name: str
    host: str
    port: int
    prefix: str
    hub: str

    @property
    def scope(self) -> str:
        """The scope that gives access."""
        return f"access:services!service={self.name}"


def place(given: Mapping[str, str]) -> Place:
    """Read what JupyterHub gives a service that it starts.

    Raises
    ------
    ServiceError
        If something is missing, or is no address.

    Examples
    --------
    >>> place({"JUPYTERHUB_SERVICE_NAME": "fairmark", "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9090",
    ...        "JUPYTERHUB_SERVICE_PREFIX": "/services/fairmark/", "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api"})
    Place(name='fairmark', host='127.0.0.1', port=9090, prefix='/services/fairmark/', hub='http://127.0.0.1:8081/hub/api')
    """
    missing = [name for name in _GIVEN if not given.get(name)]
    if missing:
        raise ServiceError(
            f"{', '.join(missing)}: not set. JupyterHub sets them for a service that it starts: "
            "add fairmark to c.JupyterHub.services, with a url (course/instructor/service.md)"
        )
    name, url, prefix, hub = (given[one] for one in _GIVEN)
    try:
        address, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        address, port = urlsplit(""), None
    if address.scheme != "http" or not address.hostname or not port:
        raise ServiceError(f"JUPYTERHUB_SERVICE_URL: {url!r} must be like http://127.0.0.1:9090; set the service's url")
    if not _PREFIX.fullmatch(prefix):
        raise ServiceError(f"JUPYTERHUB_SERVICE_PREFIX: {prefix!r} must begin and end with a slash")
    return Place(name, address.hostname, port, prefix, hub)


def run(course: Settings, given: Mapping[str, str] = os.environ) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises
    ------
    ServiceError
        If the Hub did not start it, or the address is taken.
    fairmark.bank.BankError, fairmark.modes.ModesError, fairmark.attempts.AttemptsError
        If what it needs cannot be used.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(course, place(given)))


async def _serve(course: Settings, where: Place) -> None:
    known = state.load(course)
    course.workdir.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with attempts.Log(course) as log:
        writer = Writer(log)
        auth = HubAuth(api_url=where.hub, access_scopes={where.scope})
        desk = app.Desk(known, Identity(auth), writer, Buckets())
        server = _listen(desk, where)
        reading = asyncio.create_task(app.refresh(desk, functools.partial(state.load, course), REFRESH))
        LOGGER.info("%s answers at %s on port %d; attempts go to %s", where.name, where.prefix, where.port, log.shown)
        await stop.wait()
        server.stop()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        await writer.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), _TIMEOUT)


def _listen(desk: app.Desk, where: Place) -> HTTPServer:
    server = HTTPServer(
        app.make(desk, where.prefix),
        max_body_size=requests.MAX_BODY,
        max_buffer_size=2 * requests.MAX_BODY,
        max_header_size=16 * 1024,
        body_timeout=_TIMEOUT,
        idle_connection_timeout=60,
    )
    try:
        server.listen(where.port, where.host)
    except OSError as error:
        raise ServiceError(
            f"{where.host}:{where.port}: cannot listen there: {error.strerror}; change the url"
        ) from None
    return server
