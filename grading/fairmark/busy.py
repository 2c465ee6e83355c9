"""Whether anybody works in a working folder: marking and its service hold it together, a new term holds it alone.

The lock is the operating system's on the folder itself. It ends with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fairmark.settings import Settings


class BusyError(RuntimeError):
    """The working folder is in use; the message names it and the remedy."""


@contextmanager
def working(course: Settings) -> Iterator[None]:
    """Hold the working folder together with others who mark.

    Raises
    ------
    BusyError
        If the term is being rolled over.
    """
    with _held(course, fcntl.LOCK_SH, "a new term is being begun here; run the command again when that is done"):
        yield


@contextmanager
def alone(course: Settings) -> Iterator[None]:
    """Hold the working folder alone.

    Raises
    ------
    BusyError
        If somebody marks, or rolls the term over.
    """
    with _held(course, fcntl.LOCK_EX, "marking or its service is at work here; wait until it is done, or stop it"):
        yield


@contextmanager
def _held(course: Settings, how: int, says: str) -> Iterator[None]:
    course.workdir.mkdir(parents=True, exist_ok=True)
    folder = os.open(course.workdir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"{course.workdir}: {says}") from None
        yield
    finally:
        os.close(folder)
