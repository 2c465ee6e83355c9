"""A demonstration: where it is, who is in it, and whether the operating system keeps them apart."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from pathlib import Path

ROLES = ("instructor", "student1", "student2")


class CannotStartError(RuntimeError):
    """Something that the hub needs is not there; the message says what, and the remedy."""


@dataclass(frozen=True)
class Demo:
    """A demonstration.

    Attributes
    ----------
    state : Path
        The folder of all that is made for it.
    names, passwords : dict
        Role to the name of a user, and that name to a password.
    port : int
        Of the loopback, where a browser finds the Hub.
    real : bool
        Whether every user has a Unix account.
    """

    state: Path
    names: dict[str, str]
    passwords: dict[str, str]
    port: int
    real: bool

    @property
    def address(self) -> str:
        """Where a browser finds the Hub."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def homes(self) -> Path:
        """The folder of everybody's homes."""
        return self.state / "home"

    @property
    def course(self) -> Path:
        """The instructor's copy of the course."""
        return self.homes / self.names["instructor"] / "course"

    @property
    def exchange(self) -> Path:
        """The folder through which students fetch and submit."""
        return self.state / "exchange"

    def prefix(self, role: str) -> Path:
        """Give the Python environment of a role."""
        if not self.real:
            return Path(sys.prefix)
        return self.homes / self.names["instructor"] / ".python" if role == "instructor" else self.state / "python"


def free_port(port: int) -> int:
    """Give a port of the loopback that is free.

    Parameters
    ----------
    port
        0: any.

    Raises
    ------
    CannotStartError
        If it is taken.
    """
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStartError(f'port {port} is taken; name another: make hub ARGS="--port 8001"') from None
        return int(one.getsockname()[1])
