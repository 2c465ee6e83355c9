"""The log of attempts: every answer that a student sent to the marking service, in a table that only grows.

It is a database of its own, so that a class at its deadline and a run of marking do not wait for each other: SQLite by
default, PostgreSQL by its address. What is committed is on the disk, before anybody is answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
    func,
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
    """

    student: str
    assignment: str
    item: str
    mode: str
    answer: str
    limit: int = 0


class Log:
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
        self.engine = _engine(course, patience)
        self.shown = self.engine.url.render_as_string(hide_password=True)
        with self._explained():
            if "fairmark_attempt" not in inspect(self.engine.execution_options(**engines.READING)).get_table_names():
                with self._writing() as connection:
                    _create(connection)

    def append(self, batch: Sequence[Attempt]) -> list[int | None]:
        """Write attempts down, all in one durable transaction.

        Returns
        -------
        list
            For each attempt its number among those of this student at this item; 0 where none is left, None where
            they are not counted.
        """
        with self._explained(), self._writing() as connection:
            used = _used(connection, batch)
            numbers, rows = [], []
            at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
            for one in batch:
                key = (one.student, one.item)
                number: int | None = None
                if one.limit:
                    number = used.get(key, 0) + 1 if used.get(key, 0) < one.limit else 0
                    used[key] = max(used.get(key, 0), number)
                numbers.append(number)
                rows.append(
                    {
                        "at": at,
                        "student": one.student,
                        "assignment": one.assignment,
                        "item": one.item,
                        "mode": one.mode,
                        "number": number or None,
                        "answer": one.answer,
                    }
                )
            if rows:
                connection.execute(insert(ATTEMPTS), rows)
        return numbers

    def firsts(self, assignment: str) -> dict[str, dict[str, str]]:
        """Give the answers of first counted attempts, as wire text, by student and item."""
        rows = select(ATTEMPTS.c.student, ATTEMPTS.c.item, ATTEMPTS.c.answer).where(
            ATTEMPTS.c.assignment == assignment, ATTEMPTS.c.number == 1
        )
        found: dict[str, dict[str, str]] = {}
        with self._explained(), self.engine.execution_options(**engines.READING).connect() as connection:
            for row in connection.execute(rows):
                found.setdefault(row.student, {})[row.item] = row.answer
        return found

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
    AttemptsError, fairmark.modes.ModesError
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


def _used(connection: Connection, batch: Sequence[Attempt]) -> dict[tuple[str, str], int]:
    """Count what the students of a batch have used up of their items."""
    counted = [one for one in batch if one.limit]
    if not counted:
        return {}
    rows = (
        select(ATTEMPTS.c.student, ATTEMPTS.c.item, func.max(ATTEMPTS.c.number))
        .where(
            ATTEMPTS.c.student.in_({one.student for one in counted}),
            ATTEMPTS.c.item.in_({one.item for one in counted}),
            ATTEMPTS.c.number.is_not(None),
        )
        .group_by(ATTEMPTS.c.student, ATTEMPTS.c.item)
    )
    return {(student, item): number for student, item, number in connection.execute(rows)}


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
