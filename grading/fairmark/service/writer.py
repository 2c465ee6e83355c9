"""One writer for all: whoever asks while a commit is under way shares the next one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fairmark.attempts import Attempt, Log, Numbered
from fairmark.service.errors import Refusal

LOGGER = logging.getLogger(__name__)
BATCH = 256
MOST = 4096
"""How many may wait; a service that is further behind says so rather than promise."""


@dataclass(frozen=True, eq=False)
class _Waiting:
    attempt: Attempt
    gone: Callable[[], bool]
    done: asyncio.Future[Numbered | None]


class Writer:
    """Writes attempts down in a thread, many in one commit.

    Parameters
    ----------
    log
        Where to.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self._waiting: list[_Waiting] = []
        self._busy = False
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "attempts")
        self._task = asyncio.create_task(self._run())

    async def write(self, attempt: Attempt, gone: Callable[[], bool] = lambda: False) -> Numbered | None:
        """Write an attempt down, and return its number when it is on the disk.

        Parameters
        ----------
        attempt
            What to write.
        gone
            Tells whether nobody waits for the answer any more. What is not yet being written then never is: nobody
            uses up an attempt on an answer that cannot be seen.

        Returns
        -------
        Numbered or None
            As :meth:`fairmark.attempts.Log.append` gives it.

        Raises
        ------
        Refusal
            With status 503, where too many wait, the log cannot be written, or nobody waits.
        """
        if len(self._waiting) >= MOST or self._task.done():
            raise Refusal(503, "too many ask at once; try again in a moment", wait=5)
        one = _Waiting(attempt, gone, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._wake.set()
        return await one.done

    async def close(self) -> None:
        """Write down what waits, and stop."""
        while (self._waiting or self._busy) and not self._task.done():
            await asyncio.sleep(0.01)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            batch = self._take()
            try:
                numbers = await loop.run_in_executor(self._thread, self.log.append, [one.attempt for one in batch])
            except Exception:
                LOGGER.exception("the log of attempts cannot be written")
                self._refuse(batch)
            else:
                for one, number in zip(batch, numbers, strict=True):
                    if not one.done.done():
                        one.done.set_result(number)
            self._busy = False
            if not self._waiting:
                self._wake.clear()

    def _take(self) -> list[_Waiting]:
        """Take the next for one commit; those that nobody waits for are left out."""
        taken, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
        self._busy = True
        left = [one for one in taken if one.gone()]
        self._refuse(left)
        return [one for one in taken if one not in left]

    def _refuse(self, batch: list[_Waiting]) -> None:
        """Answer none of them: an attempt that is not written down gets no answer."""
        for one in (one for one in batch if not one.done.done()):
            one.done.set_exception(Refusal(503, "your answer could not be recorded; try again later", wait=30))
