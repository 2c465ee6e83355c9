"""Open a database so that a writer holds its lock before it reads, and so that a table can only grow.

The gradebook (:mod:`fairmark.database`) and the log of attempts (:mod:`fairmark.attempts`) are both opened here: SQLite
by default, PostgreSQL by an address.
"""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

READING = {"fairmark_reading": True}
"""Execution options of a connection that only reads, and so locks nobody out."""


class AddressError(ValueError):
    """An address of no database that can be used; the message names it, without its password."""


def address(written: str) -> URL:
    """Take a database's address apart.

    Raises
    ------
    AddressError
        If it is none, or of another kind of database.

    Examples
    --------
    >>> address("sqlite:////srv/gradebook.db").database
    '/srv/gradebook.db'
    >>> address("mysql://me:secret@db/book")
    Traceback (most recent call last):
    fairmark.engines.AddressError: mysql://me:***@db/book: only sqlite and postgresql can be used
    """
    try:
        url = make_url(written)
    except ArgumentError:
        raise AddressError("this is no address of a database") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise AddressError(f"{url.render_as_string(hide_password=True)}: only sqlite and postgresql can be used")
    return url


def engine(url: URL, patience: float, pragmas: tuple[str, ...] = ()) -> Engine:
    """Make an engine whose transactions take the write lock when they begin, but for those that are :data:`READING`.

    Parameters
    ----------
    url
        As from :func:`address`.
    patience
        Seconds to wait for a lock.
    pragmas
        What to set on each new connection to SQLite, such as ``"journal_mode=WAL"``.
    """
    if url.get_backend_name() == "postgresql":
        return create_engine(url, connect_args={"options": f"-c lock_timeout={int(patience * 1000)}"})
    made = create_engine(url, connect_args={"timeout": patience})

    def prepare(connection: Any, _: object) -> None:
        # Python's sqlite3 would begin transactions by itself, and too late: after the first reads.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(made, "connect", prepare)
    event.listen(made, "begin", _begin)
    return made


class Opened:
    """A database that is open, to be closed at the end of a block.

    Parameters
    ----------
    engine
        As from :func:`engine`.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def shown(self) -> str:
        """The address, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("fairmark_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def lock_writers(connection: Connection, key: int) -> None:
    """Let one writer in at a time until the transaction ends; SQLite does so from the beginning."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def append_only(connection: Connection, table: str) -> None:
    """Have the database itself refuse to change or remove a row of a table."""
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.execute(text(statement.format(table=table)))


_APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER {{table}}_no_{verb.lower()} BEFORE {verb} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        "CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION {table}_keep()",
    ],
}
