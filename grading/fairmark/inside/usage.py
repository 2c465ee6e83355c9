"""What a process uses, as the kernel counts it. A process that is gone meanwhile uses nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_HERTZ = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(process: int) -> float:
    """Give the processor time of a process, its ended and awaited children included."""
    # The program's name stands in brackets and may hold anything.
    fields = _text(f"/proc/{process}/stat").rpartition(")")[2].split()
    return sum(int(one) for one in fields[11:15]) / _HERTZ


def memory_bytes(process: int) -> int:
    """Give the memory that a process has, without what it reads from files."""
    counts = _text(f"/proc/{process}/statm").split()
    if not counts:
        return 0
    lines = _text(f"/proc/{process}/status").splitlines()
    held = sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("RssAnon:", "RssShmem:")))
    # A kernel that does not tell the parts apart counts the files in.
    return held or int(counts[1]) * _PAGE


def tasks(process: int) -> list[int]:
    """List the threads of a process."""
    try:
        return [int(task.name) for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:
        return []


def sockets(process: int) -> int:
    """Count the sockets of a job, which has a network of its own: open ones, and those under way in others."""
    with suppress(ValueError, IndexError):
        return int(_text(f"/proc/{process}/net/sockstat").split()[2])
    return 0


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
