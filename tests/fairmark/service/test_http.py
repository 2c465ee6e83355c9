"""The service over HTTP: who may ask, what may be asked, and what is told."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from typing import Any

import pytest
from tornado import web

from fairmark import bank
from fairmark.modes import Mode
from fairmark.service.limits import Buckets
from fairmark.service.replies import CLOSED, FINE
from worksheet import variants, wire

PREFIX = "/services/fairmark/"
PRACTICE, FORM, TWICE = Mode(practice=True), Mode(), Mode(attempts=2)
RIGHT, WRONG = "right", "left"


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the access log of refused requests out of the tests' output."""
    monkeypatch.setattr(web.access_log, "disabled", True)


@pytest.mark.parametrize(
    ("mode", "answer", "verdict", "message"),
    [
        (PRACTICE, "right", "right", "canary-q1-right"),
        (PRACTICE, "left", "wrong", "canary-q1-left"),
        (PRACTICE, "up", "form", "Answer with one of"),
        (PRACTICE, None, "form", "There is no answer yet"),
        (FORM, "right", "fine", FINE),
        (FORM, "left", "fine", FINE),
        (FORM, "up", "form", "Answer with one of"),
        (TWICE, "right", "right", "canary-q1-right This was attempt 1 of 2. It counts"),
        (TWICE, "left", "wrong", "canary-q1-left This was attempt 1 of 2. It counts"),
    ],
)
def test_it_tells_what_the_mode_allows(served, mode, answer, verdict, message):
    """Verdict and message from the key only where an instructor said so."""
    served.set(mode)
    got = served.check("anna-token", "mini1-q1", answer)
    assert (got.status, got.json["verdict"], got.json["mode"]) == (200, verdict, mode.name)
    assert got.json["message"].startswith(message)
    assert got.json.keys() == {"item", "mode", "verdict", "message", "attempts_left"}


def test_attempts_are_counted_and_end(served):
    """A form that is not fine uses none up; after the last, nothing more is told, and other items are untouched."""
    served.set(TWICE)
    told = [
        (one.json["verdict"], one.json["attempts_left"])
        for one in (
            served.check("anna-token", "mini1-q1", answer) for answer in ("up", "left", "middle", "right", "right")
        )
    ]
    assert told == [("form", None), ("wrong", 1), ("wrong", 0), ("none-left", 0), ("none-left", 0)]
    assert served.check("anna-token", "mini1-q6", "1907").json["attempts_left"] == 1
    assert served.check("boris-token", "mini1-q1", "right").json["attempts_left"] == 1
    assert [row.number for row in served.rows()] == [None, 1, 2, None, None, 1, 1]


def test_many_at_once_get_no_more_attempts_than_one_after_the_other(served):
    """The number is given inside the transaction that writes the attempt down."""
    served.set(TWICE)
    told: list[str] = []

    def check(answer: int) -> None:
        told.append(served.check("anna-token", "mini1-q3", answer).json["verdict"])

    ask = [threading.Thread(target=check, args=(answer,)) for answer in range(12)]
    for one in ask:
        one.start()
    for one in ask:
        one.join()
    assert sorted(told) == ["none-left"] * 10 + ["wrong"] * 2
    assert sorted(row.number for row in served.rows() if row.number) == [1, 2]


def test_a_notebook_that_is_run_again_uses_no_attempt_up(served):
    """The same answer has the same verdict, also when no attempt is left; which one counts does not change."""
    served.set(TWICE)
    asked = ("left", "left", "right", "left", "middle", "right")
    told = [served.check("anna-token", "mini1-q1", answer).json for answer in asked]
    assert [(one["verdict"], one["attempts_left"]) for one in told] == [
        ("wrong", 1), ("wrong", 1), ("right", 0), ("wrong", 0), ("none-left", 0), ("right", 0)
    ]  # fmt: skip
    assert (
        "You gave this answer before, in attempt 1 of 2; asking again used up nothing. It counts" in told[3]["message"]
    )
    assert "You gave this answer before, in attempt 2 of 2" in told[5]["message"]
    assert served.log.firsts("mini1") == {"anna": {"mini1-q1": '"left"'}}


def test_the_variant_is_that_of_the_hubs_user(served):
    """Each gets the verdict on their own question."""
    served.set(PRACTICE)
    for name in ("anna", "boris"):
        number = variants.choose(served.course.course, served.course.term, "mini1-q3", name, 3)
        told = [served.check(f"{name}-token", "mini1-q3", 710.777 + 10 * one).json["verdict"] for one in range(3)]
        assert [verdict == "right" for verdict in told] == [one == number for one in range(3)]


@pytest.mark.parametrize(("item", "answer"), [("mini1-q4", [{"value": 3}]), ("mini1-q5", "I think")])
@pytest.mark.parametrize("mode", [PRACTICE, TWICE, FORM])
def test_functions_and_written_answers_wait(served, item, answer, mode):
    """Code does not cross, and no program reads an essay."""
    served.set(mode)
    assert served.check("anna-token", item, answer).json["verdict"] == "later"


@pytest.mark.parametrize("mode", [PRACTICE, FORM, TWICE])
def test_it_is_closed_after_the_due_date(served, mode):
    """To the second, in every mode; what comes after uses no attempt up."""
    due = served.now
    served.set(mode, due={"mini1": due})
    assert served.check("anna-token", "mini1-q1", "left").json["verdict"] != "closed"
    served.now = due + dt.timedelta(seconds=1)
    told = served.check("anna-token", "mini1-q1", "left").json
    assert (told["verdict"], told["message"]) == ("closed", CLOSED)
    assert served.rows()[-1].number is None


def test_an_extension_of_nbgraders_counts_for_its_student(served):
    """And for nobody else."""
    served.set(PRACTICE, due={"mini1": served.now}, extensions={("mini1", "anna"): dt.timedelta(days=1)})
    served.now += dt.timedelta(hours=23)
    assert served.check("anna-token", "mini1-q1", "right").json["verdict"] == "right"
    assert served.check("boris-token", "mini1-q1", "right").json["verdict"] == "closed"


@pytest.mark.parametrize(
    ("model", "status"),
    [
        (None, 401),
        ({"name": "anna", "kind": "user", "scopes": []}, 403),
        ({"name": "anna", "kind": "user", "scopes": ["access:services!service=other"]}, 403),
        ({"name": "anna", "kind": "user", "scopes": ["access:servers!user=anna", "self"]}, 403),
        ({"name": "grader", "kind": "service", "scopes": ["access:services!service=fairmark"]}, 403),
        ({"name": "../anna", "kind": "user", "scopes": ["access:services!service=fairmark"]}, 403),
        ({"kind": "user", "scopes": ["access:services!service=fairmark"]}, 401),
        (500, 503),
        (502, 503),
        (404, 503),
        ({"name": "anna", "kind": "user", "scopes": ["access:services!service=fairmark"]}, 200),
        ({"name": "anna", "kind": "user", "scopes": ["access:services"]}, 200),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")
def test_the_hub_alone_says_who_asks(served, hub, model, status):
    """A token that it does not know, or that gives no access here, is refused; nothing is written down."""
    if model is not None:
        hub.models["token"] = model
    assert served.check("token", "mini1-q1", "right").status == status
    assert len(served.rows()) == (status == 200)


def test_a_revoked_token_works_no_longer_than_the_cache(served, hub):
    """The Hub's word is believed for seconds, and a refusal not at all."""
    moment = [0.0]
    served.desk.identity.clock = lambda: moment[0]
    assert served.check("late-token", "mini1-q1", "right").status == 401
    hub.user("late-token", "vera")
    assert served.check("late-token", "mini1-q1", "right").status == 200
    del hub.models["late-token"]
    assert served.check("late-token", "mini1-q1", "right").status == 200
    moment[0] = 16.0
    assert served.check("late-token", "mini1-q1", "right").status == 401
    assert hub.asked == ["late-token"] * 3


GOOD = {"assignment": "mini1", "item": "mini1-q1", "answer": "right"}
HEADERS = {"Authorization": "token anna-token", "Content_Type": "application/json"}


def body(**changes: Any) -> str:
    return json.dumps(GOOD | changes)


def raw(answer: str) -> str:
    return f'{{"assignment":"mini1","item":"mini1-q3","answer":{answer}}}'


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in HEADERS.items() if name not in names}


HOSTILE = {
    "no token": ("POST", "check", body(), without("Authorization"), 401),
    "cookie only": ("POST", "check", body(), without("Authorization") | {"Cookie": "token=anna-token"}, 401),
    "token in the address": ("POST", "check?token=anna-token", body(), without("Authorization"), 400),
    "token and address": ("POST", "check?x=1", body(), HEADERS, 400),
    "basic": ("POST", "check", body(), HEADERS | {"Authorization": "Basic YW5uYTp4"}, 401),
    "two tokens": ("POST", "check", body(), HEADERS | {"Authorization": "token anna-token, token boris-token"}, 401),
    "endless token": ("POST", "check", body(), HEADERS | {"Authorization": "token " + "a" * 5000}, 401),
    "odd token": ("POST", "check", body(), HEADERS | {"Authorization": "token anna\xe9"}, 401),
    "other origin": ("POST", "check", body(), HEADERS | {"Origin": "https://evil.example"}, 403),
    "null origin": ("POST", "check", body(), HEADERS | {"Origin": "null"}, 403),
    "empty origin": ("POST", "check", body(), HEADERS | {"Origin": ""}, 403),
    "cross site": ("POST", "check", body(), HEADERS | {"Sec_Fetch_Site": "cross-site"}, 403),
    "same site": ("POST", "check", body(), HEADERS | {"Sec_Fetch_Site": "same-site"}, 403),
    "form type": ("POST", "check", body(), HEADERS | {"Content_Type": "application/x-www-form-urlencoded"}, 415),
    "text type": ("POST", "check", body(), HEADERS | {"Content_Type": "text/plain; x=application/json"}, 415),
    "no type": ("POST", "check", body(), without("Content_Type"), 415),
    "get": ("GET", "check", "", HEADERS, 405),
    "put": ("PUT", "check", body(), HEADERS, 405),
    "delete": ("DELETE", "check", "", HEADERS, 405),
    "options": ("OPTIONS", "check", "", {"Origin": "https://evil.example"}, 405),
    "post health": ("POST", "health", body(), HEADERS, 405),
    "root": ("GET", "", "", HEADERS, 404),
    "other address": ("GET", "items", "", HEADERS, 404),
    "slash": ("POST", "check/", body(), HEADERS, 404),
    "traversal": ("GET", "../../etc/passwd", "", HEADERS, 404),
    "encoded traversal": ("GET", "%2e%2e%2f%2e%2e%2fetc/passwd", "", HEADERS, 404),
    "static": ("GET", "static/../items/mini1.yaml", "", HEADERS, 404),
    "too large": ("POST", "check", body(answer="x" * 70_000), HEADERS, 400),
    "far too large": ("POST", "check", body(answer="x" * 5_000_000), HEADERS, 400),
    "too large once written": ("POST", "check", raw('"' + "é" * 30_000 + '"'), HEADERS, 400),
    "too deep": ("POST", "check", body(answer=[[[[[[[[[[1]]]]]]]]]]), HEADERS, 400),
    "far too deep": ("POST", "check", raw("[" * 30_000)[:-1], HEADERS, 400),
    "deep and closed": (
        "POST", "check", raw("[" * 30_000 + "]" * 30_000), HEADERS, 400,
    ),
    "NaN": ("POST", "check", raw("NaN"), HEADERS, 400),
    "infinity": ("POST", "check", raw("1e999"), HEADERS, 400),
    "huge number": ("POST", "check", raw("9" * 5000), HEADERS, 400),
    "key twice": ("POST", "check", raw('1,"answer":"right"'), HEADERS, 400),
    "key twice inside": ("POST", "check", raw('{"a":1,"a":2}'), HEADERS, 400),
    "lone surrogate": ("POST", "check", raw('"\\ud800"'), HEADERS, 400),
    "not UTF-8": ("POST", "check", b'{"assignment":"mini1","item":"mini1-q1","answer":"\xff"}', HEADERS, 400),
    "not JSON": ("POST", "check", "assignment=mini1", HEADERS, 400),
    "empty": ("POST", "check", "", HEADERS, 400),
    "a list": ("POST", "check", "[1]", HEADERS, 400),
    "no answer": ("POST", "check", '{"assignment":"mini1","item":"mini1-q1"}', HEADERS, 400),
    "another's name": ("POST", "check", body(student="boris"), HEADERS, 400),
    "another user": ("POST", "check", body(user="boris"), HEADERS, 400),
    "attempts": ("POST", "check", body(attempts_left=99), HEADERS, 400),
    "mode": ("POST", "check", body(mode="practice"), HEADERS, 400),
    "item is a list": ("POST", "check", body(item=["mini1-q1"]), HEADERS, 400),
    "item is null": ("POST", "check", body(item=None), HEADERS, 400),
    "long item": ("POST", "check", body(item="m" * 500), HEADERS, 400),
    "unknown item": ("POST", "check", body(item="mini1-q99"), HEADERS, 404),
    "unknown assignment": ("POST", "check", body(assignment="mini9", item="mini9-q1"), HEADERS, 404),
    "item of another": ("POST", "check", body(assignment="mini2"), HEADERS, 404),
    "path as assignment": ("POST", "check", body(assignment="../items/mini1"), HEADERS, 404),
    "NUL": ("POST", "check", body(item="mini1-q1\x00"), HEADERS, 404),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused_and_leaves_nothing(served, name):
    """With a status that fits, words that say nothing of the bank, and no row in the log."""
    served.set(PRACTICE)
    method, path, data, headers, status = HOSTILE[name]
    got = served.send(method, PREFIX + path, data, **headers)
    assert got.status == status
    assert served.rows() == []
    assert not re.search(rb"canary|Traceback|yaml|/tmp|File ", got.body)
    if b"Content-Length too long" not in got.body and got.headers.get("content-type"):
        assert got.headers["content-type"] == "application/json"
    assert served.check("anna-token", "mini1-q1", "right").status == 200


@pytest.mark.parametrize(
    ("origin", "site"), [("http://127.0.0.1:{port}", "same-origin"), (None, "none"), (None, "same-origin")]
)
def test_a_page_of_the_hub_itself_may_ask(served, origin, site):
    """With its token in the header; the rest is refused above."""
    headers = {"Sec_Fetch_Site": site} | ({"Origin": origin.format(port=served.port)} if origin else {})
    assert served.check("anna-token", "mini1-q1", "right", **headers).status == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "check"), ("GET", "health"), ("GET", "nowhere")])
def test_every_answer_has_the_headers_that_keep_it_where_it_belongs(served, method, path):
    """Not stored, not sniffed, not framed, not taken by other origins; no cookie is set."""
    got = served.send(method, PREFIX + path, body(), **HEADERS)
    assert {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "server": "fairmark",
    }.items() <= got.headers.items()
    assert not {"set-cookie", "access-control-allow-origin"} & got.headers.keys()


def test_health_tells_anybody_that_it_is_there_and_nothing_else(served):
    """No token is needed for it."""
    assert served.send("GET", f"{PREFIX}health").json == {"status": "ok"}


def test_who_asks_too_often_waits_and_others_do_not(served):
    """Each user has a bucket."""
    served.desk.buckets = Buckets(2, 0.1)
    assert [served.check("anna-token", "mini1-q1", "right").status for _ in range(3)] == [200, 200, 429]
    last = served.check("anna-token", "mini1-q1", "right")
    assert 1 <= int(last.headers["retry-after"]) <= 10
    assert served.check("boris-token", "mini1-q1", "right").status == 200
    assert len(served.rows()) == 3


def test_every_attempt_is_in_the_log_with_who_and_what(served):
    """Also those that are told nothing."""
    served.set(PRACTICE)
    served.check("anna-token", "mini1-q1", "left")
    served.set(FORM)
    served.check("boris-token", "mini1-q1", "\x00é")
    told = [(row.student, row.assignment, row.item, row.mode, row.answer) for row in served.rows()]
    assert told == [
        ("anna", "mini1", "mini1-q1", "practice", '"left"'),
        ("boris", "mini1", "mini1-q1", "form", wire.dumps("\x00é")),
    ]


def test_an_attempt_that_cannot_be_written_down_is_not_answered(served, monkeypatch, caplog):
    """Better no feedback than one that nobody can prove."""
    served.set(PRACTICE)

    def full(_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(served.log, "append", full)
    got = served.check("anna-token", "mini1-q1", "right")
    assert (got.status, got.json) == (503, {"error": "your answer could not be recorded; try again later"})
    monkeypatch.undo()
    assert served.check("anna-token", "mini1-q1", "right").status == 200


@pytest.fixture
def other_bank(mini_bank_text: str, tmp_path: Any) -> Any:
    """Return a bank that differs in its secret halves only."""
    changed = mini_bank_text.replace("key: right", "key: middle").replace("answer: middle", "answer: right")
    changed = changed.replace("key: src-2020 s7.p8", "key: src-2020 s7.p9").replace('key: "1907"', 'key: "1911"')
    changed = re.sub(r"canary-(q\d)-(\w+)", r"other-\1-\2-and-far-longer-than-it-was", changed)
    changed = changed.replace("[710.777, 720.777, 730.777]", "[1.5, 2.5, 3.5]")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mini1.yaml").write_text(changed, encoding="utf-8")
    return bank.load(tmp_path / "other")


@pytest.mark.parametrize("mode", [FORM, TWICE, PRACTICE])
def test_no_byte_of_an_answer_in_mode_form_depends_on_the_key(served, other_bank, mode):
    """Two banks that differ in their secret halves only answer the same; in the other modes this would be seen."""
    asked = [
        ("mini1-q1", one) for one in ("right", "left", "middle", "up", None, 7)
    ] + [("mini1-q2", one) for one in ("s7.p8", "src-2020 s7.p9", "s7.p1", "nowhere")] + [
        ("mini1-q3", one) for one in (710.777, 720.777, 730.777, 1.5, -5, "x")
    ] + [("mini1-q6", "1907"), ("mini1-q6", "1911"), ("mini1-q5", "x"), ("mini1-q4", [])]  # fmt: skip
    told = []
    for known in (bank.load(served.course.bank), other_bank):
        served.set(mode, assignments=known)
        answers = [served.check("anna-token", item, answer) for item, answer in asked]
        told.append([(one.status, {**one.headers, "date": ""}, one.body) for one in answers])
    assert (told[0] == told[1]) == (mode is FORM)


def test_in_mode_form_the_key_is_not_even_looked_at(served, monkeypatch):
    """So its time says nothing either."""
    called = []
    monkeypatch.setattr("fairmark.checks.judge", lambda *arguments: called.append(arguments))
    served.check("anna-token", "mini1-q1", "right")
    served.set(TWICE, due={"mini1": served.now - dt.timedelta(1)})
    served.check("anna-token", "mini1-q1", "right")
    assert called == []


def test_nothing_of_one_student_is_told_to_another(served):
    """Neither an answer nor how many attempts it took."""
    served.set(TWICE)
    before = served.check("boris-token", "mini1-q2", "s1.p1").body
    served.set(TWICE)
    served.check("anna-token", "mini1-q1", "left")
    again = served.check("boris-token", "mini1-q1", "left").json
    assert again["attempts_left"] == 1
    assert b"anna" not in before


def test_an_assignment_without_a_row_tells_the_form_only(served):
    """The strictest mode is what holds where nobody said anything."""
    served.set()
    assert served.check("anna-token", "mini1-q1", WRONG).json["message"] == FINE
