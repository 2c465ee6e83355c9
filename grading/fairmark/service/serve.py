"""Start and stop: what the Hub gives a managed service, two signals, and the end of the Hub itself."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import re
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubAuth

from fairmark import attempts, busy
from fairmark.service import app, connections, state
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
_LOOK = 1.0
"""Seconds between two looks whether the Hub is still there."""
_PATIENCE = 3.0
"""Seconds to wait for the log; a notebook waits four, and who is told nothing must not have used up an attempt."""
_VOLUME = (2**20, 512)
"""Bytes that one student may have written down at once, and each second more: a day's worth fills no disk."""
_LINES = 60
"""Lines that may be logged in a minute: a student who is refused again and again must not fill the disk with them."""
_GRACE = 5.0
"""Seconds for what was asked already. JupyterHub kills a service that is still there after ten."""


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
    """Serve until SIGTERM or SIGINT, or until the process that started this one is gone.

    Raises
    ------
    ServiceError
        If the Hub did not start it, or the address is taken.
    fairmark.bank.BankError, fairmark.tables.TableError, fairmark.attempts.AttemptsError
        If what it needs cannot be used.
    fairmark.busy.BusyError
        If a new term is being begun.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(Few(_LINES))
    with busy.working(course):
        asyncio.run(_serve(course, place(given)))


class Few(logging.Filter):
    """Lets only so many lines a minute through; the last of them says so. Errors always go through.

    Parameters
    ----------
    most
        Lines a minute.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._minute, self._lines = most, -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written."""
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._lines = minute, 0
        self._lines += 1
        if self._lines == self._most:
            record.msg = f"{record.msg} (more of this minute is left out)"
        return self._lines <= self._most or record.levelno >= logging.ERROR


async def _serve(course: Settings, where: Place) -> None:
    hub = os.getppid()
    known = state.load(course)
    course.workdir.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with attempts.Log(course, patience=_PATIENCE) as log:
        writer = Writer(log)
        auth = HubAuth(api_url=where.hub, access_scopes={where.scope})
        desk = app.Desk(known, Identity(auth), writer, Buckets(), Buckets(*_VOLUME))
        server = _listen(desk, where)
        beside = [
            asyncio.create_task(app.refresh(desk, functools.partial(state.load, course), REFRESH)),
            asyncio.create_task(_outlived(hub, stop)),
        ]
        LOGGER.info("%s answers at %s on port %d; attempts go to %s", where.name, where.prefix, where.port, log.shown)
        await stop.wait()
        LOGGER.info("%s ends", where.name)
        _end_at_last()
        server.stop()
        for task in beside:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.answered(), _GRACE)
        await writer.close()
        await server.close_all_connections()


async def _outlived(hub: int, stop: asyncio.Event) -> None:
    """Stop when the Hub is gone: killed, it stops nobody, and the next Hub could start no service at this address."""
    while os.getppid() == hub:
        await asyncio.sleep(_LOOK)
    LOGGER.warning("the process that started this service is gone")
    stop.set()


def _end_at_last() -> None:
    """End this process, whatever hangs in it; what is in the log is safe."""
    last = threading.Timer(_GRACE + _PATIENCE, os._exit, (1,))
    last.daemon = True
    last.start()


def _listen(desk: app.Desk, where: Place) -> connections.Server:
    server = connections.Server(app.make(desk, where.prefix), connections.make_room())
    try:
        server.listen(where.port, where.host, backlog=connections.WAITING)
    except OSError as error:
        raise ServiceError(
            f"{where.host}:{where.port}: cannot listen there: {error.strerror}; change the url"
        ) from None
    return server
