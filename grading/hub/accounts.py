"""Unix accounts for a demonstration: made for it, and removed with it."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

MADE_FOR = "course demonstration of process "


def make(names: list[str], homes: Path) -> None:
    """Make accounts with homes that nobody else may enter, and no password: the Hub alone lets them in."""
    for name in names:
        options = ["--create-home", "--home-dir", str(homes / name), "--shell", "/bin/bash", "--no-log-init"]
        who = ["--user-group", "--comment", f"{MADE_FOR}{os.getpid()}"]
        _run("useradd", *options, *who, "--key", "HOME_MODE=0700", name)
        (homes / name).chmod(0o700)  # useradd of an older Debian knows no HOME_MODE


def remove(names: list[str]) -> None:
    """Remove accounts that :func:`make` made, and no other."""
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_gecos.startswith(MADE_FOR):
            _run("userdel", "--force", name)


def left_over() -> list[str]:
    """Name the accounts of demonstrations that were killed before they could remove them."""
    found = []
    for entry in pwd.getpwall():
        number = entry.pw_gecos.removeprefix(MADE_FOR)
        if entry.pw_gecos.startswith(MADE_FOR) and not Path("/proc", number).exists():
            found.append(entry.pw_name)
    return found


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no user's words in it
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
