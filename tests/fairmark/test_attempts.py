"""The log of attempts: it only grows, counts inside its transactions, and is refused with words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from fairmark import attempts
from fairmark.attempts import Attempt, AttemptsError, Log, Numbered
from fairmark.settings import Settings

NEW = itertools.count()


def one(student: str = "anna", item: str = "mini1-q1", answer: str = "", limit: int = 2) -> Attempt:
    """Give an attempt with an answer of its own, where none is named."""
    return Attempt(student, "mini1", item, "attempts", answer or f'"answer {next(NEW)}"', limit)


def numbers(log: Log, batch: list[Attempt]) -> list[int | None]:
    return [numbered and numbered.number for numbered in log.append(batch)]


@pytest.fixture
def log(course: Settings) -> Iterator[Log]:
    """Return an empty log."""
    with Log(course) as opened:
        yield opened


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([[one()], [one()], [one()]], [[1], [2], [0]]),
        ([[one(), one(), one(), one(item="mini1-q2")]], [[1, 2, 0, 1]]),
        ([[one(limit=0), one()], [one(limit=0), one()]], [[None, 1], [None, 2]]),
        ([[one(), one("boris")], [one("boris"), one("boris"), one()]], [[1, 1], [2, 0, 2]]),
        ([[one(limit=1)], [one(limit=1)], [one(limit=3)]], [[1], [0], [2]]),
        ([[]], [[]]),
    ],
)
def test_attempts_are_numbered_for_each_student_and_item(log, batches, expected):
    """Within a commit and across several."""
    assert [numbers(log, batch) for batch in batches] == expected


@pytest.mark.parametrize("together", [True, False])
def test_the_same_answer_again_uses_up_nothing(log, together):
    """So a notebook may be run again, and whoever got no answer may ask again; all of it is logged."""
    asked = [one(answer=answer) for answer in ("1", "1", "2", "1", "3", "2")] + [one("boris", answer="1")]
    told = log.append(asked) if together else [numbered for each in asked for numbered in log.append([each])]
    assert told == [
        Numbered(1, 1), Numbered(1, 1, again=True), Numbered(2, 2), Numbered(1, 2, again=True),
        Numbered(0, 2), Numbered(2, 2, again=True), Numbered(1, 1),
    ]  # fmt: skip
    with log.engine.connect() as connection:
        rows = connection.execute(text("SELECT number FROM fairmark_attempt ORDER BY id")).scalars().all()
    assert rows == [1, None, 2, None, None, None, 1]


def test_a_clock_that_is_set_back_changes_no_number(log):
    """What came first counts, whatever the times say."""
    noon = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
    for hours, answer in ((0, "1"), (-2, "2")):
        log.append([dataclasses.replace(one(answer=answer), at=noon + dt.timedelta(hours=hours))])
    assert log.firsts("mini1") == {"anna": {"mini1-q1": "1"}}


def test_two_processes_number_as_one(course):
    """Each attempt has a number of its own, whoever writes it."""
    got: list[int | None] = []

    def write() -> None:
        with Log(course) as log:
            for _ in range(10):
                got.extend(numbers(log, [one(limit=20)]))

    both = [threading.Thread(target=write) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(map(int, filter(None, got))) == list(range(1, 21))


@pytest.mark.parametrize("statement", ["UPDATE fairmark_attempt SET answer = '1'", "DELETE FROM fairmark_attempt"])
def test_the_database_refuses_to_change_it(log, statement):
    """Also for somebody who goes around the program."""
    log.append([one()])
    with pytest.raises(Exception, match="append-only"), log.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_first_counted_attempts_are_given_back(log):
    """By student and item; what was not counted is not among them."""
    log.append([one(answer="0", limit=0), one(answer="1"), one(answer="2"), one("boris", "mini1-q2", "3")])
    assert log.firsts("mini1") == {"anna": {"mini1-q1": "1"}, "boris": {"mini1-q2": "3"}}
    assert log.firsts("mini2") == {}


def test_marking_makes_no_log(course):
    """Where no service ever ran there is nothing to read."""
    assert attempts.that_count(course, "mini1") == {}
    assert not (course.workdir / "attempts.db").exists()


@pytest.mark.parametrize(
    ("gradebook", "own", "address"),
    [
        ("", "", "sqlite:///{workdir}/attempts.db"),
        ("postgresql://db/book", "", "postgresql://db/book"),
        ("sqlite:////elsewhere/book.db", "", "sqlite:///{workdir}/attempts.db"),
        ("postgresql://db/book", "sqlite:////own.db", "sqlite:////own.db"),
    ],
)
def test_it_stands_beside_a_gradebook_on_a_server_or_in_a_file(course, gradebook, own, address):
    """An address of its own goes before both."""
    changed = dataclasses.replace(course, gradebook_url=gradebook, attempts_url=own)
    assert changed.attempts == address.format(workdir=course.workdir)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("mysql://me:secret@db/x", "only sqlite and postgresql can be used for attempts; change FAIRMARK_ATTEMPTS"),
        ("nonsense", "change FAIRMARK_ATTEMPTS"),
        ("sqlite:////nowhere/at/all.db", "cannot be used: unable to open"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(course, address, says):
    """Without its password."""
    with pytest.raises(AttemptsError) as error:
        Log(dataclasses.replace(course, attempts_url=address))
    assert says in str(error.value)
    assert "secret" not in str(error.value)


def test_what_one_student_sent_of_one_item_is_read_oldest_first(log):
    """Counted or not; nobody else's, and of no other item."""
    log.append([one(answer="1"), one("boris"), one(item="mini1-q2")])
    log.append([one(answer="1"), one(answer="2", limit=0)])
    assert [(sent.mode, sent.number, sent.answer) for sent in log.sent("anna", "mini1-q1")] == [
        ("attempts", 1, "1"),
        ("attempts", None, "1"),
        ("attempts", None, "2"),
    ]
    assert log.sent("nobody", "mini1-q1") == []
