"""The gradebook's database: nbgrader's own tables, with fairmark's two beside them: one transaction covers both.

SQLite by default, PostgreSQL by its address. Whoever writes takes the write lock first and then reads, so what was read
is still true when it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from fairmark import engines, ledger, reasons
from fairmark.settings import Settings

PATIENCE = 120
"""Seconds to wait for a database that another program has locked."""
_WRITERS = 0x6661_6972
"""The key of PostgreSQL's lock that lets one marker write at a time."""


class GradebookError(RuntimeError):
    """A gradebook that cannot be used; the message names it, the trouble and the remedy."""


class Database(engines.Opened):
    """A gradebook's database, open.

    Parameters
    ----------
    course
        The settings.
    patience
        Seconds to wait for a lock.
    """

    def __init__(self, course: Settings, *, patience: float = PATIENCE) -> None:
        super().__init__(engines.engine(_address(course), patience))
        with self._explained():
            self._prepare()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session to read from; it sees one state of the database, and locks nobody out."""
        with self._explained(), Session(self.engine.execution_options(**engines.READING)) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open the one transaction of a writer: all of it happens, or, after any error or a crash, nothing."""
        with self._explained(), Session(self.engine) as session, session.begin():
            engines.lock_writers(session.connection(), _WRITERS)
            yield session

    def _prepare(self) -> None:
        """Make fairmark's tables where they are missing."""
        names = set(inspect(self.engine.execution_options(**engines.READING)).get_table_names())
        if "submitted_assignment" not in names:
            raise GradebookError(f"{self.shown}: this is no gradebook of nbgrader; run fairmark release first")
        if not names >= ledger.TABLES:
            with self.writing() as session:
                ledger.create(session.connection())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the troubles that a person can end into words."""
        try:
            yield
        except DBAPIError as error:
            said = str(error.orig)
            if re.search(r"database is locked|lock timeout", said):
                raise GradebookError(reasons.instructor("gradebook-locked", self.shown)) from error
            if re.search(r"disk is full|disk I/O error|No space left", said):
                raise GradebookError(reasons.instructor("disk-full", self.shown)) from error
            if isinstance(error, OperationalError) and re.search(r"unable to open|readonly|connection|connect", said):
                raise GradebookError(f"{self.shown}: cannot be used: {said.strip().splitlines()[0]}") from error
            raise


def _address(course: Settings) -> URL:
    try:
        return engines.address(course.gradebook)
    except engines.AddressError as error:
        raise GradebookError(f"{error}; change FAIRMARK_GRADEBOOK, or gradebook in course.toml") from None
