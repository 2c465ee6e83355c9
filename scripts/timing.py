"""Take the time of a call in this process, or of a command as a user types it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

BIN = Path(sys.executable).parent
"""Where `fairmark` and `nbgrader` are."""
HEAD = ["what", "result", "how"]
"""The columns of a table of measurements."""

Row = tuple[str, str, str]


def seconds(function: Callable[[], object]) -> float:
    """Call a function once, and give the seconds that it took."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def environment() -> Mapping[str, str]:
    """Give the environment of a command, in which it finds the programs that it starts by their bare names."""
    return os.environ | {"PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}


def command_seconds(words: Sequence[str], folder: Path) -> float:
    """Run a command, and give the seconds from its start to its end.

    Parameters
    ----------
    words
        The program and its arguments.
    folder
        Where it runs.

    Raises
    ------
    RuntimeError
        If it does not end with status 0; with the end of what it printed.
    """
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603  our own words
        words, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{words}: ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return time.perf_counter() - start
