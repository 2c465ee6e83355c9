"""The page: only for whoever has its address, safe against what students write, and usable without a mouse."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from tests import access

from fairmark import bank
from fairmark.database import Database
from fairmark.written import page
from fairmark.written.desk import Desk

HOSTILE = """\
</div><script>document.title = "owned"</script><img src=x onerror="document.title='owned'">
<svg onload="document.title='owned'"></svg><style>body { display: none }</style> {{ 7 * 7 }} \u202eback
<form action="https://example.org"><button>Go</button></form> [link](javascript:alert(1)) <!-- $\\href{x}{y}$
"""


@dataclass
class Server:
    """The running page."""

    address: str

    def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """Send one request, by default as the page itself would."""
        where = urlsplit(self.address)
        own = {"Origin": f"http://{where.netloc}", "Content-Type": "application/json"} if method == "POST" else {}
        wire = body if isinstance(body, str | bytes | None) else json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=20)
        whole = path if path.startswith("/") else where.path + path
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, whole, wire, own | given)
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, text


@contextmanager
def serving(room, **what: Any) -> Iterator[Server]:
    names = what.pop("names", False)
    opened, ready = [], threading.Event()

    def tell(address: str) -> None:
        opened.append((address, asyncio.get_running_loop()))
        ready.set()

    with Database(room.course) as database:
        desk = Desk(room.task(**what), database, names=names)
        thread = threading.Thread(target=page.serve, args=(desk, tell))
        thread.start()
        assert ready.wait(20)
        address, loop = opened[0]
        yield Server(address)
        if thread.is_alive():
            loop.call_soon_threadsafe(desk.stop)
        thread.join(20)
        assert not thread.is_alive()


def asked(room, student: str, *points: float | None, comment: str = "", **what: Any) -> dict[str, Any]:
    one = room.answer(student, **what)
    return {"code": one.code, "seen": one.standing.version, "criteria": list(points), "comment": comment}


def test_nothing_is_told_without_the_secret(room):
    """Not even that there is a page; and every reply has the same strict headers."""
    room.hand_in("anna")
    with serving(room) as server:
        for path in ("/", "/list", "/" + "x" * 43 + "/", "/written.css"):
            status, headers, text = server.ask("GET", path)
            assert (status, "anna" in text) == (404, False)
            assert "script-src 'self'" in headers["content-security-policy"]
        status, headers, text = server.ask("GET")
        assert status == 200
        assert "unsafe" not in headers["content-security-policy"]
        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
        assert len(urlsplit(server.address).path) > 40


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Content_Type": "text/plain"},
        {"Host": "evil.example.org"},
        {"Host": "127.0.0.1.example.org"},
    ],
    ids=str,
)
def test_no_other_page_can_write(room, headers):
    """A request that another site's page made is refused, also one by a name that leads here."""
    room.hand_in("anna")
    with serving(room) as server:
        status, *_ = server.ask("POST", "save", asked(room, "anna", 2, 2), **headers)
        assert status == 403
    assert room.grade("anna")[0] is None


def test_what_a_student_wrote_is_text(room):
    """On the page, in the list, and for a second marker; no name is anywhere."""
    room.hand_in("anna", HOSTILE)
    room.give("anna", 1, 1)
    for round_ in ("first", "second"):
        with serving(room, round=round_, marker="Bob") as server:
            code = room.answer("anna", round=round_, marker="Bob").code
            for path in ("", f"answer/{code}"):
                _, _, text = server.ask("GET", path)
                assert "&lt;/div&gt;&lt;script&gt;" in text
                for wrong in ("<img", "<svg", "</div><script>", "\u202e", "anna", "<form action", ">49 "):
                    assert wrong not in text, wrong
    with serving(room, names=True) as server:
        assert "anna" in server.ask("GET")[2]


def test_a_second_markers_page_tells_nothing_of_the_first(room):
    """Neither points nor comment nor marker."""
    room.hand_in("anna")
    room.give("anna", 1, 0.25, comment="canary-comment", marker="canary-marker")
    with serving(room, round="second", marker="Bob") as server:
        code = room.answer("anna", round="second", marker="Bob").code
        for path in ("", f"answer/{code}"):
            text = server.ask("GET", path)[2]
            assert "canary-c" not in text
            assert "canary-m" not in text
            assert "1.25" not in text


def test_saving_keeping_a_draft_and_taking_back(room):
    """Each answers with what the page needs to go on; a draft is no mark."""
    room.hand_in("anna")
    with serving(room) as server:
        draft = asked(room, "anna", None, 1.5, comment="Begun")
        assert server.ask("POST", "draft", draft)[0] == 200
        (file,) = (room.course.workdir / "drafts").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert room.grade("anna")[0] is None
        text = server.ask("GET", f"answer/{draft['code']}")[2]
        assert 'value="1.5"' in text
        assert ">Begun</textarea>" in text
        status, _, text = server.ask("POST", "save", asked(room, "anna", 2, 1.5, comment="Ended"))
        said = json.loads(text)
        assert (status, said["progress"], said["undoable"]) == (200, "1 of 1 done", True)
        assert not list((room.course.workdir / "drafts").iterdir())
        assert room.grade("anna")[0] == 3.5
        undo = {"code": draft["code"], "seen": said["seen"]}
        assert server.ask("POST", "undo", undo)[0] == 200
        assert room.grade("anna") == (None, True, None)


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"criteria": [2, 2.5]}, 422, "Evidence: 2.5 is not possible"),
        ({"criteria": [2, None]}, 422, "Evidence: nothing is not possible"),
        ({"criteria": [2]}, 422, "1 numbers, and the rubric has 2"),
        ({"criteria": [True, 2]}, 422, "Claim"),
        ({"criteria": ["2", 2]}, 422, "Claim: '2' is not possible"),
        ({"criteria": None}, 422, "must be a list"),
        ({"criteria": [float("nan"), 2]}, 422, "Claim: nan"),
        ({"criteria": [10**400, 2]}, 422, "Claim: 1000"),
        ({"criteria": [1e308, 2]}, 422, "Claim: 1e+308"),
        ({"comment": "x" * 5000}, 422, "shorten it"),
        ({"comment": 5}, 422, "comment"),
        ({"seen": "old"}, 409, "changed elsewhere"),
        ({"code": "aaaa-aaaa"}, 422, "no answer with this code"),
        (None, 422, "not readable"),
    ],
    ids=str,
)
def test_what_cannot_be_a_mark_is_refused_with_the_reason(room, change, status, says):
    """Whatever the page, or somebody in its place, sends."""
    room.hand_in("anna")
    with serving(room) as server:
        body = "{" if change is None else asked(room, "anna", 2, 2) | change
        found, _, text = server.ask("POST", "save", body)
        assert (found, says in json.loads(text)["error"]) == (status, True), text
    assert room.grade("anna") == (None, True, None)


def test_the_page_can_be_stopped_from_the_page(room):
    """The command then ends by itself."""
    room.hand_in("anna")
    with serving(room) as server:
        assert server.ask("POST", "stop", {})[0] == 200


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_marking_with_the_keyboard_alone(room, chromium):
    """From the list to the last answer, taken back once; hostile text does nothing; axe finds nothing serious."""
    for name in ("anna", "bob"):
        room.hand_in(name, HOSTILE + name)
    with serving(room) as server:
        shown = chromium.new_page()
        asked_for: list[str] = []
        shown.on("request", lambda one: asked_for.append(one.url))
        shown.goto(server.address)
        assert access.violations(shown) == {}
        shown.get_by_text("Go to the next open answer").focus()
        shown.keyboard.press("Enter")
        shown.locator("#marks").wait_for()
        assert "owned" not in shown.title()
        assert access.violations(shown) == {}
        shown.get_by_label("A clear one.").focus()
        shown.keyboard.press("Space")
        expect(shown.locator("#said")).to_contain_text("Kept as a draft")
        shown.reload()
        expect(shown.locator("#points-0")).to_have_value("2")
        shown.locator("#points-1").focus()
        shown.keyboard.type("0.5")
        expect(shown.locator("#said")).to_contain_text("1 of 2 done")
        expect(shown.locator("#total")).to_have_text("2.5")
        shown.locator("#comment").focus()
        shown.keyboard.type("Good.")
        shown.keyboard.press("Control+Enter")
        shown.wait_for_url("**/answer/**")
        expect(shown.locator("#points-0")).to_have_value("")
        shown.keyboard.press("Tab")
        shown.locator("#points-0").focus()
        shown.keyboard.type("9")
        expect(shown.locator("#trouble")).to_contain_text("from 0 to 2")
        shown.locator("#points-0").fill("1")
        shown.locator("#points-1").fill("1")
        expect(shown.locator("#said")).to_contain_text("2 of 2 done")
        shown.locator("#undo").focus()
        shown.keyboard.press("Enter")
        expect(shown.locator("#progress")).to_contain_text("1 of 2 done")
        expect(shown.locator("#points-0")).to_have_value("")
        assert all(one.startswith(server.address) or one.startswith("data:") for one in asked_for), asked_for
        shown.close()
    marks = sorted(str(room.grade(name)[0]) for name in ("anna", "bob"))
    assert marks == ["2.5", "None"]


@pytest.mark.slow
def test_a_program_that_ended_is_told_and_nothing_is_lost(room, chromium):
    """What was entered stays on the page."""
    room.hand_in("anna")
    with serving(room) as server:
        shown = chromium.new_page()
        shown.goto(f"{server.address}answer/{room.answer('anna').code}")
    shown.locator("#points-0").fill("1")
    expect(shown.locator("#trouble")).to_contain_text("Is it still running?")
    expect(shown.locator("#points-0")).to_have_value("1")
    shown.close()


def test_examples_are_the_banks(room):
    """The page shows what was marked before, from best to least."""
    room.hand_in("anna")
    with serving(room) as server:
        text = server.ask("GET", f"answer/{room.answer('anna').code}")[2]
    entry = bank.load(room.course.bank)["mini1"].entries["mini1-q5"]
    assert all(one["text"].strip() in text for one in entry.exemplars)
