"""The ledger: facts and log beside nbgrader's own tables."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from fairmark import audit, database, ledger
from fairmark.ledger import Done, Inputs


def done(entry: int, student: str = "anna", **record: object) -> Done:
    return Done("mini1", student, entry, "", "", Inputs("s", "b", "e"), "j", dict(record), ledger.pack("{}"))


def test_what_is_put_is_found_again(course):
    """Whatever a record holds: quotes, other scripts, and characters that PostgreSQL would refuse as they are."""
    fact = done(1, points={"q": 1.5, "r": None}, written={"q": "\x00 Мінск ' \" \u2028"})
    with database.Database(course) as book:
        with book.writing() as session:
            ledger.put(session, fact)
        with book.reading() as session:
            assert ledger.find(session, "mini1", "anna") == fact
            assert ledger.find(session, "mini1", "bob") is None
            assert ledger.entry_of(session, "mini1", "anna") == 1


def test_a_newer_fact_takes_the_place_of_an_older_one(course):
    """One row a submission, in order of student."""
    with database.Database(course) as book:
        with book.writing() as session:
            for fact in (done(1, "bob", a=1), done(2, a=1), done(3, "bob", a=2)):
                ledger.put(session, fact)
        with book.reading() as session:
            assert [one.entry for one in ledger.all_of(session, "mini1")] == [2, 3]
            assert ledger.settled(session, "mini1", "e") == {"anna", "bob"}
            assert ledger.settled(session, "mini1", "other") == set()


def test_the_tables_are_made_once_whoever_comes_first(course):
    """Markers that open a new gradebook at the same moment do not stumble over one another."""
    failed: list[BaseException] = []
    start = threading.Barrier(4)

    def open_it() -> None:
        start.wait()
        try:
            database.Database(course).close()
        except BaseException as error:
            failed.append(error)

    crowd = [threading.Thread(target=open_it) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert failed == []
    with database.Database(course) as book, book.writing() as session:
        ledger.create(session.connection())


def write_and_break(book: database.Database) -> None:
    """Break between the last statement and the commit."""
    with book.writing() as session:
        audit.append(session, "marked")
        ledger.put(session, done(1))
        raise ZeroDivisionError


def test_nothing_of_a_broken_transaction_stays(course):
    """Neither the fact nor the entry."""
    with database.Database(course) as book:
        with pytest.raises(ZeroDivisionError):
            write_and_break(book)
        with book.reading() as session:
            assert (ledger.find(session, "mini1", "anna"), audit.last(session)) == (None, audit.Head(0, audit.START))


def test_entries_have_numbers_without_gaps_and_a_gap_is_found(course):
    """An entry that is taken out in spite of the triggers leaves a hole that is named."""
    with database.Database(course) as book:
        with book.writing() as session:
            assert [audit.append(session, "tried", number=number) for number in range(3)] == [1, 2, 3]
        with book.writing() as session:
            session.execute(text("DROP TRIGGER fairmark_log_no_delete"))
            session.execute(text("DELETE FROM fairmark_log WHERE entry = 2"))
        with book.reading() as session:
            assert audit.verify(session)[0] == "entry 2: missing; the log goes on with entry 3"


def test_a_hash_that_was_noted_is_looked_for(course):
    """One that is in the chain is fine, and so is the beginning."""
    with database.Database(course) as book:
        with book.writing() as session:
            audit.append(session, "tried")
            noted = audit.last(session).sha256
            audit.append(session, "tried")
        with book.reading() as session:
            assert audit.verify(session, noted) == audit.verify(session, audit.START) == []
            assert "was replaced, or cut off" in audit.verify(session, "f" * 64)[0]


def test_a_file_that_is_no_gradebook_is_named(course):
    """The message says where, and what comes first."""
    (course.workdir / "gradebook.db").unlink()
    with pytest.raises(database.GradebookError, match=r"gradebook\.db: this is no gradebook of nbgrader"):
        database.Database(course)
