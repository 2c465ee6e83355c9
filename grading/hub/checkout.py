"""The checkout that this stands in: which course it holds, and that no student of a demonstration reads it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "grading/course.toml"
"""Where a checkout says which course it holds."""


def course_id() -> str:
    """Give the id of the course."""
    return str(tomllib.loads((ROOT / SETTINGS).read_text(encoding="utf-8"))["course"]["id"])


@contextlib.contextmanager
def closed() -> Iterator[None]:
    """Close this checkout, bank and all, to other accounts of the machine while students are on it.

    Its mode from before is kept in a file. So the last of several demonstrations gives it back, or the next one where
    the last was killed.
    """
    kept = ROOT / "build/mode-without-hub"
    kept.parent.mkdir(exist_ok=True)
    before = stat.S_IMODE(ROOT.stat().st_mode)
    lock = os.open(ROOT / "build", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with contextlib.suppress(FileExistsError), kept.open("x", encoding="ascii") as new:
            new.write(f"{before:o}")
        ROOT.chmod(before & ~0o007)
        yield
    finally:
        with contextlib.suppress(BlockingIOError):  # another demonstration is on
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ROOT.chmod(int(kept.read_text(encoding="ascii"), 8))
            kept.unlink()
        os.close(lock)
