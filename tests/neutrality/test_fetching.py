"""A link is fetched within its limits, whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from neutrality import fetching
from neutrality.records import SourceError

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk) -> Iterator[str]:
    """Serve on the loopback; what is said to each caller is up to the function."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                with caller:
                    try:
                        caller.recv(65536)
                        talk(caller)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/page"


def drip(start: bytes) -> Talk:
    """Send a beginning, and then a byte now and then."""

    def talk(caller: socket.socket) -> None:
        caller.sendall(start)
        for _ in range(100):
            caller.sendall(b"x")
            time.sleep(0.1)

    return talk


@pytest.mark.parametrize(
    "start",
    [HEAD + b"Content-Length: 1000000\r\n\r\n", HEAD + b"X-Long: ", b"HTTP/1.1 200 "],
    ids=["body", "head", "status"],
)
def test_a_server_that_dawdles_is_left(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clock runs over everything, although some byte always comes in time."""
    monkeypatch.setattr(fetching, "SECONDS", 1)
    with server(drip(start)) as link, pytest.raises(SourceError, match="takes more than 1 seconds"):
        fetching.fetch(link)


def test_what_a_server_sends_comes_through() -> None:
    """The bytes are those that were sent."""
    with server(lambda caller: caller.sendall(HEAD + b"Content-Length: 5\r\n\r\nhello")) as link:
        assert fetching.fetch(link) == b"hello"


@pytest.mark.parametrize(
    ("to", "says"),
    [("file:///etc/passwd", "an address that is not on the web"), ("/page", "round in circles")],
)
def test_a_redirection_is_followed_only_on_the_web(to: str, says: str) -> None:
    """Neither to a file of this machine, nor for ever."""
    answer = f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with server(lambda caller: caller.sendall(answer)) as link, pytest.raises(SourceError, match=says):
        fetching.fetch(link)


def test_an_error_of_our_own_is_not_taken_for_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes through at once, as what it is."""

    def broken(link: str) -> bytes:
        raise RuntimeError(f"no way to {link}")

    monkeypatch.setattr(fetching, "_fetched", broken)
    with pytest.raises(RuntimeError, match="no way to"):
        fetching.fetch("http://127.0.0.1/")
