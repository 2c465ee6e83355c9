"""One writer for all: whoever asks while a commit is under way shares the next one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor

from fairmark.attempts import Attempt, Log
from fairmark.service.errors import Refusal

LOGGER = logging.getLogger(__name__)
BATCH = 256
MOST = 4096
"""How many may wait; a service that is further behind says so rather than promise."""


class Writer:
    """Writes attempts down in a thread, many in one commit.

    Parameters
    ----------
    log
        Where to.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self._waiting: list[tuple[Attempt, asyncio.Future[int | None]]] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "attempts")
        self._task = asyncio.create_task(self._run())

    async def write(self, attempt: Attempt) -> int | None:
        """Write an attempt down, and return its number when it is on the disk.

        Raises
        ------
        Refusal
            With status 503, where too many wait or the log cannot be written.
        """
        if len(self._waiting) >= MOST or self._task.done():
            raise Refusal(503, "too many ask at once; try again in a moment", wait=5)
        done: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((attempt, done))
        self._wake.set()
        return await done

    async def close(self) -> None:
        """Write down what waits, and stop."""
        while self._waiting and not self._task.done():
            await asyncio.sleep(0.01)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            batch = self._waiting[:BATCH]
            try:
                numbers = await loop.run_in_executor(self._thread, self.log.append, [one for one, _ in batch])
            except Exception:
                self._fail(batch)
            else:
                for (_, done), number in zip(batch, numbers, strict=True):
                    if not done.done():
                        done.set_result(number)
            del self._waiting[: len(batch)]
            if not self._waiting:
                self._wake.clear()

    def _fail(self, batch: list[tuple[Attempt, asyncio.Future[int | None]]]) -> None:
        """Answer none of them: an attempt that is not written down gets no answer."""
        LOGGER.exception("the log of attempts cannot be written")
        for _, done in batch:
            if not done.done():
                done.set_exception(Refusal(503, "your answer could not be recorded; try again later", wait=30))
