"""Start and stop: a signal ends the service, and so does the end of the Hub."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import signal
import threading
from collections.abc import Mapping

from jupyterhub.services.auth import HubAuth

from fairmark import attempts, busy
from fairmark.service import app, connections, places, state
from fairmark.service.errors import ServiceError
from fairmark.service.identity import Identity
from fairmark.service.limits import Buckets
from fairmark.service.loglines import FewLines
from fairmark.service.places import Place
from fairmark.service.writer import Writer
from fairmark.settings import Settings

LOGGER = logging.getLogger(__name__)
REFRESH = 10.0
"""Seconds between two readings of bank, modes and due dates."""
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
        handler.addFilter(FewLines(_LINES))
    with busy.working(course):
        asyncio.run(_serve(course, places.read(given)))


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
