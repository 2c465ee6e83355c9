"""What a check prints where there is a marking service: its words, or that the form alone was checked."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from worksheet import check, service
from worksheet.items import Item, Sheet

ITEMS = [
    Item("a1-q1", "choose", 1, "?", "Look left.", "o", options={"x": "X", "y": "Y"}),
    Item("a1-q2", "function", 1, "?", "Add them.", "o", form={"signature": "a1_q2(first, second)"}),
    Item("a1-q3", "figure", 1, "?", "Draw.", "o"),
]
ALONE = "Only the form was checked: it is fine. Whether it is right is decided when it is marked."
FINE = "a1-q1: the form of your answer is fine. Whether it is right is decided when it is marked."


class Server:
    """A service that answers as it is told, and notes what it was asked."""

    def __init__(self) -> None:
        self.status, self.reply, self.headers = 200, b"", {}  # type: int, bytes, dict[str, str]
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.asked.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(server.status)
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # whoever has read enough
                    self.wfile.write(server.reply)

            def do_GET(self) -> None:
                server.asked.append((self.path, {}, None))
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a service that this notebook is told of."""
    sheet = Sheet("c", "t", "a1", {item.id: item for item in ITEMS})
    (tmp_path / "items.json").write_text(json.dumps(sheet.to_json()))
    monkeypatch.chdir(tmp_path)
    made = Server()
    monkeypatch.setenv("WORKSHEET_SERVICE", f"http://127.0.0.1:{made.http.server_port}/services/fairmark/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    for name in ("NBGRADER_EXECUTION", "WORKSHEET_STUDENT"):
        monkeypatch.delenv(name, raising=False)
    yield made
    made.http.shutdown()
    made.http.server_close()


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def reply(verdict: str, message: str) -> bytes:
    return json.dumps({"verdict": verdict, "message": message, "mode": "practice", "attempts_left": None}).encode()


@pytest.mark.parametrize(
    ("verdict", "message", "says"),
    [
        ("right", "Well read.", "a1-q1: right. Well read."),
        ("right", "Right. Well read.", "a1-q1: right. Well read."),
        ("right", "Right.", "a1-q1: right."),
        ("partial", "Half.", "a1-q1: partly right. Half."),
        ("wrong", "Read s1.", "a1-q1: not right. Read s1."),
        ("fine", "The form is fine.", "a1-q1: The form is fine."),
        ("closed", "Over.", "a1-q1: Over."),
        ("none-left", "No more.", "a1-q1: No more."),
    ],
)
def test_it_prints_what_the_service_says(server, capsys, verdict, message, says):
    """And sends the answer as the wire has it, with the token in the header and no name."""
    server.reply = reply(verdict, message)
    check("a1-q1", "x")
    assert printed(capsys) == says
    ((path, headers, body),) = server.asked
    assert (path, headers["Authorization"]) == ("/services/fairmark/check", "token secret-token")
    assert headers["Content-Type"] == "application/json"
    assert body == {"assignment": "a1", "item": "a1-q1", "answer": "x"}


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, b"", f"a1-q1: the marking service cannot answer now. {ALONE}"),
        (503, b"{}", f"a1-q1: the marking service cannot answer now. {ALONE}"),
        (404, b"{}", f"a1-q1: the marking service cannot answer now. {ALONE}"),
        (429, b"{}", f"a1-q1: you have asked very often; wait a minute before you ask again. {ALONE}"),
        (
            401,
            b"{}",
            "a1-q1: the marking service does not know you; stop your server and start it again (menu File, Hub "
            f"Control Panel). {ALONE}",
        ),
        (200, b"<html>", f"a1-q1: the marking service does not answer. {ALONE}"),
        (200, b"[]", f"a1-q1: the marking service does not answer. {ALONE}"),
        (200, b'{"verdict": []}', f"a1-q1: the marking service does not answer. {ALONE}"),
        (200, b"\xff" * 100_000, f"a1-q1: the marking service does not answer. {ALONE}"),
    ],
    ids=range(9),
)
def test_whatever_else_comes_back_the_form_is_what_is_told(server, capsys, status, body, says):
    """No error reaches the student."""
    server.status, server.reply = status, body
    check("a1-q1", "x")
    assert printed(capsys) == says


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/x", "ftp://x/", "nonsense", "http://no-such-host.invalid/", "http://[::1", "http://a:b/"],
)
def test_a_service_that_is_not_there_is_no_error(server, capsys, monkeypatch, address):
    """Nor is an address that is none."""
    monkeypatch.setenv("WORKSHEET_SERVICE", address)
    check("a1-q1", "x")
    assert printed(capsys) == f"a1-q1: the marking service does not answer. {ALONE}"


class Drip:
    """A server that takes a connection and then sends one part after the other, for ever, until it is closed."""

    def __init__(self, first: bytes, then: bytes, pause: float) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.closed = threading.Event()
        threading.Thread(target=self._serve, args=(first, then, pause), daemon=True).start()

    def _serve(self, first: bytes, then: bytes, pause: float) -> None:
        with contextlib.suppress(OSError):
            taken, _ = self.socket.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(first)
                while then:
                    taken.sendall(then)
                    time.sleep(pause)
                while taken.recv(65536):
                    pass
        self.closed.set()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("first", "then", "pause"),
    [
        (b"", b"", 0),
        (b"", b"H", 0.02),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
        (HEAD + b"Content-Length: 60000\r\n\r\n", b" ", 0.02),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.02),
        (HEAD + b"\r\n" + reply("right", "Well read."), b" ", 0.02),
    ],
    ids=["nothing", "a status by bytes", "endless headers", "go on", "a body by bytes", "chunks", "no end of the body"],
)
def test_a_service_that_does_not_come_to_an_end_is_not_waited_for(server, capsys, monkeypatch, first, then, pause):
    """However often something comes, the time is over after a few seconds, and the connection is closed."""
    monkeypatch.setattr(service, "SECONDS", 0.3)
    drip = Drip(first, then, pause)
    with drip.socket:
        monkeypatch.setenv("WORKSHEET_SERVICE", f"http://127.0.0.1:{drip.socket.getsockname()[1]}")
        check("a1-q1", "x")
    assert printed(capsys) == f"a1-q1: the marking service does not answer. {ALONE}"
    assert drip.closed.wait(30)


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(server, capsys, monkeypatch):
    """Where the network's own servers do not answer."""
    over = threading.Event()
    monkeypatch.setattr(service, "SECONDS", 0.1)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: over.wait(30))
    check("a1-q1", "x")
    over.set()
    assert printed(capsys) == f"a1-q1: the marking service does not answer. {ALONE}"


def test_where_no_thread_can_be_started_the_form_is_what_is_told(server, capsys, monkeypatch):
    """A student's code may have used them all up."""

    def none_left(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", none_left)
        check("a1-q1", "x")
    assert printed(capsys) == f"a1-q1: the marking service does not answer. {ALONE}"


PAGE = b"<!DOCTYPE html><html><title>Sign in</title>" + b"<p>JupyterHub</p>" * 10_000


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (200, "text/html", "the marking service does not answer"),
        (302, "text/html", "the marking service cannot answer now"),
        (502, "text/html", "the marking service cannot answer now"),
        (503, "text/html", "the marking service cannot answer now"),
        (504, "text/html", "the marking service cannot answer now"),
        (403, "text/html", "the marking service does not know you"),
    ],
)
def test_a_page_in_place_of_an_answer_is_not_shown(server, capsys, status, kind, says):
    """A login page, or what a proxy says when the service behind it is gone: one plain sentence, whatever its size."""
    server.status, server.reply = status, PAGE
    server.headers = {"Content-Type": kind, "Location": "/hub/login", "Content-Length": str(len(PAGE))}
    check("a1-q1", "x")
    told = printed(capsys)
    assert told.startswith(f"a1-q1: {says}")
    assert told.endswith(ALONE)
    assert "<" not in told
    assert len(server.asked) == 1


@pytest.mark.parametrize("size", [10**6, 10**8])
def test_a_huge_answer_is_not_read_to_its_end(server, capsys, size):
    """It is no answer, even if it were one at its end."""
    server.headers = {"Content-Length": str(size)}
    server.reply = reply("right", "x" * 200_000)
    check("a1-q1", "x")
    assert printed(capsys) == f"a1-q1: the marking service does not answer. {ALONE}"


def test_a_redirection_is_not_followed(server, capsys):
    """The token is for the service and for nobody that it names."""
    server.status, server.headers, server.reply = 302, {"Location": "/elsewhere"}, b"{}"
    check("a1-q1", "x")
    assert [path for path, *_ in server.asked] == ["/services/fairmark/check"]
    assert printed(capsys) == f"a1-q1: the marking service cannot answer now. {ALONE}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NBGRADER_EXECUTION", "validate"),
        ("NBGRADER_EXECUTION", "autograde"),
        ("WORKSHEET_STUDENT", "anna"),
        ("WORKSHEET_SERVICE", ""),
        ("JUPYTERHUB_API_TOKEN", ""),
    ],
)
def test_nobody_is_asked_while_a_notebook_is_marked_or_validated(server, capsys, monkeypatch, name, value):
    """So neither uses up an attempt; nor where the Hub names no service."""
    monkeypatch.setenv(name, value)
    check("a1-q1", "x")
    assert (printed(capsys), server.asked) == (FINE, [])


@pytest.mark.parametrize("answer", [None, "z", object(), float("nan")], ids=["none", "strange", "object", "nan"])
def test_an_answer_of_the_wrong_form_is_not_sent(server, capsys, answer):
    """The notebook itself knows what is wrong with it."""
    check("a1-q1", answer)
    assert "not ready" in printed(capsys)
    assert server.asked == []


def test_a_function_is_not_sent(server, capsys):
    """Code does not cross."""
    check("a1-q2", lambda first, second: first)
    assert printed(capsys).endswith("A function is run when your notebook is marked, and not before.")
    assert server.asked == []


def test_a_figure_is_sent_as_its_description(server):
    """As marking takes it."""
    from matplotlib.figure import Figure

    server.reply = reply("right", "Drawn.")
    figure = Figure()
    figure.subplots().plot([1, 2], [3, 4])
    check("a1-q3", figure)
    assert server.asked[0][2]["answer"]["axes"][0]["series"][0]["x"] == [1, 2]
