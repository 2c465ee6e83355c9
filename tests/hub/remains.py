"""What a demonstration may leave behind when it ends: nothing of this."""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import Any


def processes(words: dict[str, Any]) -> list[int]:
    """List the processes of a demonstration: of its users, and all that carry its mark.

    Parameters
    ----------
    words
        What ``start.py --tell`` wrote.
    """
    users = {entry.pw_uid for entry in pwd.getpwall() if entry.pw_name in words["names"].values()}
    mark = f"COURSE_HUB_DEMO={words['state']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid in users or mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def of(words: dict[str, Any]) -> list[str]:
    """List what is left of a demonstration: processes, accounts and its folder."""
    left = [f"process {number}" for number in processes(words)]
    known = {entry.pw_name for entry in pwd.getpwall()}
    left += [f"account {name}" for name in words["names"].values() if name in known]
    return left + [str(folder) for folder in [Path(words["state"])] if folder.exists()]
