"""What a student may try beyond one bad request: many, slow, broken, too early, too late, and at the same time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import resource
import socket
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from tornado import log as tornado_log
from tornado import web

from fairmark import backups, bank
from fairmark.modes import Mode
from fairmark.service import connections
from fairmark.service.limits import Buckets
from fairmark.service.loglines import FewLines

from .conftest import PREFIX, Served

TWICE, PRACTICE = Mode(attempts=2), Mode(practice=True)
CHECK = b"POST " + PREFIX.encode() + b"check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ANNA, BORIS = (b"Authorization: token " + name + b"-token\r\n" for name in (b"anna", b"boris"))
BODY = b'{"assignment":"mini1","item":"mini1-q1","answer":"left"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
WHOLE = CHECK + ANNA + LENGTH + b"\r\n" + BODY


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the library says of broken requests out of the tests' output."""
    for one in (web.access_log, tornado_log.gen_log):
        monkeypatch.setattr(one, "disabled", True)


def raw(served: Served, data: bytes, *, end: bool) -> bytes:
    """Send bytes, and give all that comes back before the connection is closed; `end` says that no more will come."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", served.port), 30)) as sent:
        with contextlib.suppress(OSError):
            sent.sendall(data)
            if end:
                sent.shutdown(socket.SHUT_WR)
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while part := sent.recv(65536):
                said += part
        return said


SECOND = CHECK + BORIS + LENGTH + b"\r\n" + BODY
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = {
    "pipelined": (WHOLE + SECOND, 1),
    "body goes on": (CHECK + ANNA + LENGTH + b"Connection: keep-alive\r\n\r\n" + BODY + SECOND, 1),
    "length and chunks": (CHECK + ANNA + LENGTH + CHUNKED + b"\r\n0\r\n\r\n" + SECOND, 0),
    "chunks and length": (CHECK + ANNA + CHUNKED + LENGTH + b"\r\n0\r\n\r\n" + SECOND, 0),
    "two lengths": (CHECK + ANNA + LENGTH + b"Content-Length: 0\r\n\r\n" + BODY + SECOND, 0),
    "lengths in one": (CHECK + ANNA + b"Content-Length: 0, 56\r\n\r\n" + BODY + SECOND, 0),
    "length with a sign": (CHECK + ANNA + b"Content-Length: +56\r\n\r\n" + BODY + SECOND, 0),
    "length below nought": (CHECK + ANNA + b"Content-Length: -1\r\n\r\n" + BODY + SECOND, 0),
    "hexadecimal length": (CHECK + ANNA + b"Content-Length: 0x38\r\n\r\n" + BODY + SECOND, 0),
    "a blank before the colon": (CHECK + ANNA + b"Content-Length : 56\r\n\r\n" + BODY + SECOND, 0),
    "a folded line": (CHECK + ANNA + b"Content-Length:\r\n 56\r\n\r\n" + BODY + SECOND, None),
    "unknown coding": (CHECK + ANNA + b"Transfer-Encoding: xchunked\r\n\r\n" + SECOND, 0),
    "chunked twice": (CHECK + ANNA + CHUNKED * 2 + b"\r\n0\r\n\r\n" + SECOND, 0),
    "an endless chunk": (CHECK + ANNA + CHUNKED + b"\r\nffffffffffffffff\r\n" + BODY, 0),
    "no length": (CHECK + ANNA + b"\r\n" + BODY + SECOND, 0),
    "too short": (CHECK + ANNA + b"Content-Length: 500\r\n\r\n" + BODY, 0),
    "two tokens": (CHECK + ANNA + BORIS + LENGTH + b"\r\n" + BODY, 0),
    "two types": (CHECK + b"Content-Type: text/plain\r\n" + ANNA + LENGTH + b"\r\n" + BODY, 0),
    "a token in the body's place": (CHECK + LENGTH + b"\r\n" + ANNA, 0),
    "a NUL": (CHECK + b"Authorization: token anna-token\x00\r\n" + LENGTH + b"\r\n" + BODY, 0),
    "no protocol": (b"POST " + PREFIX.encode() + b"check\r\n\r\n" + BODY, 0),
    "another protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + WHOLE, 0),
    "endless headers": (CHECK + b"X: " + b"a" * 100_000 + b"\r\n" + ANNA + LENGTH + b"\r\n" + BODY, 0),
    "names of others": (CHECK + ANNA + b"X-Forwarded-User: boris\r\nRemote-User: bo\r\n" + LENGTH + b"\r\n" + BODY, 1),
    "a method in a header": (CHECK + ANNA + b"X-HTTP-Method-Override: GET\r\n" + LENGTH + b"\r\n" + BODY, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", SMUGGLED)
def test_a_connection_carries_one_request_of_one_student(served, name):
    """What two programs might read in two ways is refused; what follows a request is never read as another one."""
    served.set(PRACTICE)
    data, logged = SMUGGLED[name]
    said = raw(served, data, end=logged == 0)
    assert said.count(b"HTTP/1.1 200 ") <= 1
    rows = [row.student for row in served.rows()]
    assert rows in ([["anna"] * logged] if logged is not None else [[], ["anna"]])
    assert b"HTTP/1.1 200 " in said or not rows
    assert served.check("anna-token", "mini1-q1", "right").status == 200


@pytest.mark.parametrize(
    "start",
    [b"", b"P", CHECK[:30], CHECK + ANNA, CHECK + ANNA + b"Content-Length: 60000\r\n\r\n{"],
    ids=["nothing", "one byte", "half a line", "half the headers", "half the body"],
)
def test_whoever_sends_slowly_keeps_nobody_out(hub, new_course, tmp_path, start):
    """More than there is room for: the oldest of them go, and a student's check is answered."""
    course = new_course(tmp_path / "narrow")
    course.workdir.mkdir()
    served = Served(course, hub, most=20)
    with contextlib.ExitStack() as opened:
        opened.callback(served.close)
        served.set(PRACTICE)
        slow = []
        for _ in range(60):
            slow.append(opened.enter_context(socket.create_connection(("127.0.0.1", served.port), 30)))
            slow[-1].sendall(start)
        assert [served.check("anna-token", "mini1-q1", "right").status for _ in range(5)] == [200] * 5
        assert served.server.open <= 20
        assert slow[0].recv(1) == b""
        assert len(served.rows()) == 5


@pytest.mark.parametrize(
    ("soft", "hard", "asked", "allowed", "then"),
    [
        (1024, 4096, 2000, 2000, 2100),
        (256, 256, 2000, 156, 256),
        (5000, 5000, 2000, 2000, 5000),
        (-1, -1, 2000, 2000, -1),
    ],
)
def test_there_are_no_more_connections_than_open_files(monkeypatch, soft, hard, asked, allowed, then):
    """The system is asked for as many as are needed; what it does not give is not promised."""
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.append(new))
    assert connections.make_room(asked) == allowed
    assert limits[-1][0] == then


def test_one_student_cannot_fill_the_log(served):
    """Large answers run out before many small ones do; others are not held up."""
    served.desk.volume = Buckets(100_000, 1)
    told = [served.check("anna-token", "mini1-q2", "x" * 30_000).status for _ in range(5)]
    assert told == [200, 200, 200, 429, 429]
    assert served.check("boris-token", "mini1-q2", "x" * 30_000).status == 200


def test_what_is_not_released_is_told_from_nothing_by_nobody(served, mini_bank_text, tmp_path):
    """A question of an assignment to come has byte by byte the answer of one that does not exist."""
    (tmp_path / "both").mkdir()
    for name in ("mini1", "mini2"):
        (tmp_path / "both" / f"{name}.yaml").write_text(mini_bank_text.replace("mini1", name), encoding="utf-8")
    known = bank.load(tmp_path / "both")
    served.set(PRACTICE, assignments={"mini1": known["mini1"]}, due={"mini1": None})
    told = {
        (one.status, one.body, tuple(sorted((one.headers | {"date": ""}).items())))
        for one in (
            served.check("anna-token", item, answer)
            for item in ("mini2-q1", "mini3-q1", "mini1-q99", "mini2-q99")
            for answer in ("right", "left", None)
        )
    }
    assert len(told) == 1


@pytest.mark.parametrize("answers", [["left", "right"], ["right", "middle", "left"]])
def test_of_first_attempts_at_the_same_time_exactly_one_is_the_first(served, answers):
    """What each is told, what the log says, and what marking will read are the same."""
    served.set(TWICE)
    barrier, told = threading.Barrier(len(answers)), {}

    def ask(answer: str) -> None:
        barrier.wait()
        told[answer] = served.check("anna-token", "mini1-q1", answer).json["message"]

    asking = [threading.Thread(target=ask, args=(answer,)) for answer in answers]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    (first,) = [answer for answer, message in told.items() if "This was attempt 1 of 2. It counts" in message]
    assert served.log.firsts("mini1") == {"anna": {"mini1-q1": json.dumps(first)}}


def test_the_time_of_arrival_is_what_is_logged_and_what_the_due_date_is_judged_by(served):
    """Also where the log was so busy that the due date passed meanwhile."""
    due = served.now
    served.set(TWICE, due={"mini1": due})
    append = served.log.append

    def late(batch: Any) -> Any:
        served.now = due + dt.timedelta(minutes=1)
        return append(batch)

    served.log.append = late
    assert served.check("anna-token", "mini1-q1", "left").json["verdict"] == "wrong"
    assert served.check("anna-token", "mini1-q1", "right").json["verdict"] == "closed"
    assert [(row.at, row.number) for row in served.rows()] == [
        (due.isoformat(timespec="milliseconds"), 1),
        ((due + dt.timedelta(minutes=1)).isoformat(timespec="milliseconds"), None),
    ]


def test_a_clock_that_is_set_back_gives_no_second_first_attempt(served):
    """Numbers come from the log and not from the time."""
    served.set(TWICE)
    served.check("anna-token", "mini1-q1", "left")
    served.now -= dt.timedelta(days=1)
    assert served.check("anna-token", "mini1-q1", "right").json["attempts_left"] == 0
    assert served.check("anna-token", "mini1-q1", "middle").json["verdict"] == "none-left"
    assert served.log.firsts("mini1") == {"anna": {"mini1-q1": '"left"'}}


@pytest.fixture
def full(served: Served) -> Iterator[Served]:
    """Let the log's disk be full: SQLite itself says so where a file may have no more pages."""

    def limit(connection: Any, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1").close()

    served.log.engine.dispose()
    event.listen(served.log.engine, "connect", limit)
    yield served
    event.remove(served.log.engine, "connect", limit)


@pytest.mark.parametrize("mode", [PRACTICE, TWICE, Mode()])
def test_on_a_full_disk_nothing_is_answered_that_is_not_logged(full, mode, caplog):
    """Neither verdict nor form; the person who runs it reads why."""
    full.set(mode)
    told = [full.check("anna-token", "mini1-q2", "x" * 9000) for _ in range(3)]
    assert {one.status for one in told} == {503}
    assert all(one.json == {"error": "your answer could not be recorded; try again later"} for one in told)
    assert full.rows() == []
    assert "full" in caplog.text


def test_when_there_is_room_again_it_goes_on(full):
    """Without being started anew, and with every attempt still to be had."""
    full.set(TWICE)
    assert full.check("anna-token", "mini1-q1", "x" * 9000).status == 503
    full.log.engine.dispose()
    event.listen(full.log.engine, "connect", lambda one, _: one.execute("PRAGMA max_page_count = 100000").close())
    assert full.check("anna-token", "mini1-q1", "left").json["attempts_left"] == 1


def test_a_log_that_is_locked_refuses_before_the_notebook_gives_up(served, caplog):
    """And who is refused has used up nothing."""
    served.set(TWICE)
    served.log.engine.dispose()
    event.listen(served.log.engine, "connect", lambda one, _: one.execute("PRAGMA busy_timeout = 50").close())
    with contextlib.closing(sqlite3.connect(served.course.workdir / "attempts.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert served.check("anna-token", "mini1-q1", "left").status == 503
        other.execute("ROLLBACK")
    assert served.check("anna-token", "mini1-q1", "right").json["message"].count("attempt 1 of 2") == 1


def test_a_backup_holds_no_check_up(served):
    """Answers come while the log is copied, again and again."""
    served.set(PRACTICE)
    course = replace(served.course)
    with contextlib.closing(sqlite3.connect(course.workdir / "gradebook.db")) as book:
        book.execute("CREATE TABLE t (a)")
    stop, copies = threading.Event(), []

    def copy() -> None:
        while not stop.is_set():
            copies.append(backups.backup_both(course))

    copying = threading.Thread(target=copy)
    copying.start()
    told = [served.check("anna-token", "mini1-q1", "right").status for _ in range(40)]
    stop.set()
    copying.join()
    assert told == [200] * 40
    assert copies


def test_whoever_has_gone_uses_nothing_up(served):
    """A student who gave up while others were written down is not written down later."""
    served.set(TWICE)
    writing, go_on, append = threading.Event(), threading.Event(), served.log.append

    def wait(batch: Any) -> Any:
        writing.set()
        assert go_on.wait(30)
        return append(batch)

    served.log.append = wait
    first = threading.Thread(target=served.check, args=("boris-token", "mini1-q1", "left"))
    first.start()
    assert writing.wait(30)
    with contextlib.closing(socket.create_connection(("127.0.0.1", served.port), 30)) as sent:
        sent.sendall(WHOLE)
        waits_for(served, lambda: len(served.desk.writer._waiting) == 1)
    waits_for(served, lambda: all(one.gone() for one in served.desk.writer._waiting))
    go_on.set()
    first.join()
    assert served.check("anna-token", "mini1-q1", "right").json["attempts_left"] == 1
    assert [(row.student, row.answer) for row in served.rows()] == [("boris", '"left"'), ("anna", '"right"')]


def waits_for(served: Served, ready: Any) -> None:
    """Wait, in the service's own loop, until something is so."""

    async def wait() -> None:
        while not ready():
            await asyncio.sleep(0.01)

    asyncio.run_coroutine_threadsafe(asyncio.wait_for(wait(), 30), served.loop).result()


def test_refusals_do_not_fill_the_log_of_the_hub():
    """So many lines a minute, the last of which says so; errors always."""

    def line(second: float, level: int = logging.WARNING) -> logging.LogRecord:
        record = logging.LogRecord("tornado.access", level, "", 0, "401 POST", None, None)
        record.created = second
        return record

    few = FewLines(3)
    lines = [line(0), line(1), line(2), line(3), line(4, logging.ERROR), line(60)]
    assert [few.filter(one) for one in lines] == [True, True, True, False, True, True]
    assert lines[2].getMessage() == "401 POST (more of this minute is left out)"
