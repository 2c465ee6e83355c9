"""What is done: fairmark's own tables in the gradebook's database.

``fairmark_mark`` holds, for each submission, from which inputs it was marked and what came out; ``fairmark_log`` every
mark that was ever given, chained (:mod:`fairmark.audit`). nbgrader reads neither, and never changes them.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session

from fairmark import engines

_METADATA = MetaData()

MARKS = Table(
    "fairmark_mark",
    _METADATA,
    Column("assignment", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("entry", Integer, nullable=False, unique=True),
    Column("reason", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("submission_sha256", String(64), nullable=False),
    Column("basis_sha256", String(64), nullable=False),
    Column("environment_sha256", String(64), nullable=False),
    Column("job_sha256", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("notebook", LargeBinary, nullable=False),
)
LOG = Table(
    "fairmark_log",
    _METADATA,
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
)
TABLES = frozenset(_METADATA.tables)


@dataclass(frozen=True)
class Inputs:
    """What decides a mark: hashes of the submission, of bank and rules, and of the environment that runs notebooks."""

    submission: str
    basis: str
    environment: str


@dataclass(frozen=True)
class Done:
    """The fact that a submission is done.

    Attributes
    ----------
    assignment, student : str
    entry : int
        The number of its entry in the log; every change has a new one.
    reason, detail : str
        A code of :data:`fairmark.reasons.REASONS` and what is known of this case; empty where there is nothing to say.
    inputs : Inputs
    job : str
        Hash of what went into the sandbox; empty where nothing did.
    record : dict
        What came out and how it was judged; empty for a submission that could not be opened.
    notebook : bytes
        The marked notebook as the formgrader shows it, compressed; :func:`unpack` reads it.
    """

    assignment: str
    student: str
    entry: int
    reason: str
    detail: str
    inputs: Inputs
    job: str
    record: dict[str, Any]
    notebook: bytes

    @property
    def marked(self) -> bool:
        """Whether the submission has marks, rather than a flag."""
        return bool(self.record)


def create(connection: Connection) -> None:
    """Make the tables, and have the database itself refuse to change the log.

    Called with the write lock; another marker may have made them while this one waited for it.
    """
    if set(inspect(connection).get_table_names()) >= TABLES:
        return
    _METADATA.create_all(connection)
    engines.append_only(connection, LOG.name)


def find(session: Session, assignment: str, student: str) -> Done | None:
    """Look up one submission."""
    row = session.execute(
        select(MARKS).where(MARKS.c.assignment == assignment, MARKS.c.student == student)
    ).one_or_none()
    return _done(row) if row else None


def all_of(session: Session, assignment: str) -> Iterator[Done]:
    """Look up every submission of an assignment, one after the other, in order of student id."""
    students = session.scalars(
        select(MARKS.c.student).where(MARKS.c.assignment == assignment).order_by(MARKS.c.student)
    )
    for student in students.all():
        done = find(session, assignment, student)
        if done:
            yield done


def records(session: Session, assignment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read every student's record of an assignment, without the notebooks, in order of student id; empty if flagged."""
    rows = select(MARKS.c.student, MARKS.c.record).where(MARKS.c.assignment == assignment).order_by(MARKS.c.student)
    for student, record in session.execute(rows).all():
        yield student, json.loads(record)


def settled(session: Session, assignment: str, environment: str) -> set[str]:
    """List the students whose notebooks were run in this environment."""
    rows = select(MARKS.c.student).where(
        MARKS.c.assignment == assignment, MARKS.c.environment_sha256 == environment, MARKS.c.job_sha256 != ""
    )
    return set(session.scalars(rows))


def entry_of(session: Session, assignment: str, student: str) -> int:
    """Give the number of a submission's entry in the log, or 0."""
    return (
        session.scalar(select(MARKS.c.entry).where(MARKS.c.assignment == assignment, MARKS.c.student == student)) or 0
    )


def put(session: Session, done: Done) -> None:
    """Write down that a submission is done, in place of what was known of it before."""
    session.execute(delete(MARKS).where(MARKS.c.assignment == done.assignment, MARKS.c.student == done.student))
    session.execute(
        insert(MARKS).values(
            assignment=done.assignment,
            student=done.student,
            entry=done.entry,
            reason=done.reason,
            detail=done.detail,
            submission_sha256=done.inputs.submission,
            basis_sha256=done.inputs.basis,
            environment_sha256=done.inputs.environment,
            job_sha256=done.job,
            # ASCII only: PostgreSQL stores no NUL, and a student's text may hold one.
            record=json.dumps(done.record, sort_keys=True, allow_nan=False),
            notebook=done.notebook,
        )
    )


def pack(text: str) -> bytes:
    """Compress a notebook.

    Examples
    --------
    >>> unpack(pack("{}"))
    '{}'
    """
    return zlib.compress(text.encode("utf-8"), 6)


def unpack(packed: bytes) -> str:
    """Give a compressed notebook's text."""
    return zlib.decompress(packed).decode("utf-8")


def _done(row: Row[Any]) -> Done:
    inputs = Inputs(row.submission_sha256, row.basis_sha256, row.environment_sha256)
    return Done(
        assignment=row.assignment,
        student=row.student,
        entry=row.entry,
        reason=row.reason,
        detail=row.detail,
        inputs=inputs,
        job=row.job_sha256,
        record=json.loads(row.record),
        notebook=bytes(row.notebook),
    )
