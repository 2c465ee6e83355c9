"""The log of attempts: every answer that a student sent to the marking service, in a table that only grows.

It is a database of its own, so that a class at its deadline and a run of marking do not wait for each other: SQLite by
default, PostgreSQL by its address. What is committed is on the disk, before anybody is answered.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fairmark import engines, modes
from fairmark.settings import Settings

PATIENCE = 30
"""Seconds to wait for a lock."""
_WRITERS = 0x6661_6973
_METADATA = MetaData()

ATTEMPTS = Table(
    "fairmark_attempt",
    _METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("student", String(128), nullable=False),
    Column("assignment", String(128), nullable=False),
    Column("item", String(128), nullable=False),
    Column("mode", String(16), nullable=False),
    # The how-manieth of this student at this item that uses up an attempt; NULL for one that does not.
    Column("number", Integer, nullable=True),
    Column("answer", Text, nullable=False),
    UniqueConstraint("student", "item", "number"),
    Index("fairmark_attempt_by_assignment", "assignment", "student", "number"),
)


class AttemptsError(RuntimeError):
    """A log of attempts that cannot be used; the message names it, the trouble and the remedy."""


@dataclass(frozen=True)
class Attempt:
    """One answer on its way into the log.

    Attributes
    ----------
    student, assignment, item : str
    mode : str
        The word for the assignment's mode at that time.
    answer : str
        Wire text.
    limit : int
        How many attempts the item allows this student; 0 where attempts are not counted.
    at : datetime
        When it arrived, in UTC: the time by which the due date was judged.
    """

    student: str
    assignment: str
    item: str
    mode: str
    answer: str
    limit: int = 0
    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))


@dataclass(frozen=True)
class Numbered:
    """What an attempt that is counted has become.

    Attributes
    ----------
    number : int
        The how-manieth of this student at this item; 0 where none was left.
    used : int
        How many the student has used up by now.
    again : bool
        Whether the same answer had that number before; then it used up nothing.
    """

    number: int
    used: int
    again: bool = False


@dataclass(frozen=True)
class Sent:
    """One answer as it stands in the log.

    Attributes
    ----------
    at : str
        When it arrived, ISO 8601 in UTC.
    mode : str
        The word for the assignment's mode at that time.
    number : int or None
        The how-manieth of this student at this item that used up an attempt; None for one that did not.
    answer : str
        Wire text.
    """

    at: str
    mode: str
    number: int | None
    answer: str


class Log(engines.Opened):
    """A log of attempts, open.

    Parameters
    ----------
    course
        The settings.
    patience
        Seconds to wait for a lock.

    Raises
    ------
    AttemptsError
        If it cannot be opened or made.
    """

    def __init__(self, course: Settings, *, patience: float = PATIENCE) -> None:
        super().__init__(_engine(course, patience))
        with self._explained():
            if "fairmark_attempt" not in inspect(self.engine.execution_options(**engines.READING)).get_table_names():
                with self._writing() as connection:
                    _create(connection)

    def append(self, batch: Sequence[Attempt]) -> list[Numbered | None]:
        """Write attempts down, all in one durable transaction.

        An answer that the student has given to this item before keeps its number and uses up nothing. So a notebook may
        be run again from the top, and whoever got no answer may ask again.

        Returns
        -------
        list
            One for each attempt; None where they are not counted.
        """
        with self._explained(), self._writing() as connection:
            counts = _counts(connection, batch)
            numbers = [counts[one.student, one.item].take(one) if one.limit else None for one in batch]
            if batch:
                connection.execute(insert(ATTEMPTS), [_row(*both) for both in zip(batch, numbers, strict=True)])
        return numbers

    def firsts(self, assignment: str) -> dict[str, dict[str, str]]:
        """Give the answers of first counted attempts, as wire text, by student and item."""
        rows = select(ATTEMPTS.c.student, ATTEMPTS.c.item, ATTEMPTS.c.answer).where(
            ATTEMPTS.c.assignment == assignment, ATTEMPTS.c.number == 1
        )
        found: dict[str, dict[str, str]] = {}
        with self._reading() as connection:
            for row in connection.execute(rows):
                found.setdefault(row.student, {})[row.item] = row.answer
        return found

    def sent(self, student: str, item: str) -> list[Sent]:
        """Give what a student sent of one item, oldest first."""
        rows = (
            select(ATTEMPTS.c.at, ATTEMPTS.c.mode, ATTEMPTS.c.number, ATTEMPTS.c.answer)
            .where(ATTEMPTS.c.student == student, ATTEMPTS.c.item == item)
            .order_by(ATTEMPTS.c.id)
        )
        with self._reading() as connection:
            return [Sent(*row) for row in connection.execute(rows)]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._explained(), self.engine.execution_options(**engines.READING).connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            engines.lock_writers(connection, _WRITERS)
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0]
            raise AttemptsError(f"{self.shown}: the log of attempts cannot be used: {said}") from error


def that_count(course: Settings, assignment: str) -> dict[str, dict[str, str]]:
    """Give the answers that count in place of a notebook's: none, unless the assignment's mode counts attempts.

    Returns
    -------
    dict
        Wire text by student and item.

    Raises
    ------
    AttemptsError, fairmark.tables.TableError
        If the log or the table of modes cannot be used: no mark is given without knowing what counts.
    """
    if not modes.load(course.modes).get(assignment, modes.FORM_ONLY).first_counts or not kept(course):
        return {}
    with Log(course) as log:
        return log.firsts(assignment)


def kept(course: Settings) -> bool:
    """Tell whether there may be a log at all: marking does not make one that no service ever began."""
    url = engines.address(course.attempts)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).is_file()


class _Count:
    """The counted attempts of one student at one item."""

    def __init__(self) -> None:
        self.used = 0
        self.numbers: dict[str, int] = {}

    def note(self, answer: str, number: int) -> None:
        self.used = max(self.used, number)
        self.numbers.setdefault(answer, number)

    def take(self, attempt: Attempt) -> Numbered:
        if attempt.answer in self.numbers:
            return Numbered(self.numbers[attempt.answer], self.used, again=True)
        if self.used >= attempt.limit:
            return Numbered(0, self.used)
        self.note(attempt.answer, self.used + 1)
        return Numbered(self.used, self.used)


def _counts(connection: Connection, batch: Sequence[Attempt]) -> dict[tuple[str, str], _Count]:
    """Read what the students of a batch have used up of their items."""
    counts: dict[tuple[str, str], _Count] = defaultdict(_Count)
    counted = [one for one in batch if one.limit]
    if counted:
        rows = (
            select(ATTEMPTS.c.student, ATTEMPTS.c.item, ATTEMPTS.c.answer, ATTEMPTS.c.number)
            .where(
                ATTEMPTS.c.student.in_({one.student for one in counted}),
                ATTEMPTS.c.item.in_({one.item for one in counted}),
                ATTEMPTS.c.number.is_not(None),
            )
            .order_by(ATTEMPTS.c.number)
        )
        for student, item, answer, number in connection.execute(rows):
            counts[student, item].note(answer, number)
    return counts


def _row(attempt: Attempt, numbered: Numbered | None) -> dict[str, object]:
    """Give a row of the table; only an attempt that was used up has a number there."""
    counts = numbered is not None and numbered.number and not numbered.again
    return {
        "at": attempt.at.isoformat(timespec="milliseconds"),
        "student": attempt.student,
        "assignment": attempt.assignment,
        "item": attempt.item,
        "mode": attempt.mode,
        "number": numbered.number if numbered is not None and counts else None,
        "answer": attempt.answer,
    }


def _create(connection: Connection) -> None:
    """Make the table, called with the write lock; another process may have made it while this one waited."""
    if "fairmark_attempt" in inspect(connection).get_table_names():
        return
    _METADATA.create_all(connection)
    engines.append_only(connection, ATTEMPTS.name)


def _engine(course: Settings, patience: float) -> Engine:
    try:
        # Readers do not wait for the writer, and a commit returns when it is on the disk.
        return engines.engine(engines.address(course.attempts), patience, ("journal_mode=WAL", "synchronous=FULL"))
    except engines.AddressError as error:
        raise AttemptsError(f"{error} for attempts; change FAIRMARK_ATTEMPTS, or attempts in course.toml") from None
