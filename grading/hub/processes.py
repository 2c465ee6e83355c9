"""Processes of a demonstration: all that carry its mark in their environment."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

MARK = "COURSE_HUB_DEMO"
_SET_PDEATHSIG = 1
_SETTLED = 0.5  # seconds


def marked(state: Path) -> list[int]:
    """List the processes that were started within a demonstration, without this one."""
    wanted = f"{MARK}={state}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            number = int(folder.name)
            if number != os.getpid() and wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(number)
    return found


def of_users(numbers: set[int]) -> list[int]:
    """List the processes of some users."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            number = int(folder.name)
            if folder.stat().st_uid in numbers:
                found.append(number)
    return found


def left_over(state: Path, users: set[int]) -> list[int]:
    """List what is left of a demonstration; nothing only if there is nothing for a while.

    A process that is just becoming another program shows no environment, and so no mark, for a moment.
    """
    until = time.monotonic() + _SETTLED
    while True:
        found = sorted({*marked(state), *of_users(users)})
        if found or time.monotonic() > until:
            return found
        time.sleep(0.05)


def end(state: Path, users: set[int]) -> list[int]:
    """End what is left of a demonstration: ask, then kill. Gives what had to be ended.

    Raises
    ------
    RuntimeError
        If something cannot be ended.
    """
    left = first = left_over(state, users)
    for how, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 30.0)):
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, how)
        until = time.monotonic() + patience
        while left and time.monotonic() < until:
            left = left_over(state, users)
            time.sleep(0.05)
    if left:
        raise RuntimeError(f"processes of {state} that could not be ended: {', '.join(map(str, left))}")
    return first


def end_with_parent() -> None:
    """Have the kernel end this process when its parent ends, even if that is killed."""
    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGTERM)
