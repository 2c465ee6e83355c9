"""The log of every mark that was ever given: who got which, from what, when, by which software.

Each entry holds the hash of the one before it, so an entry that is changed, taken out or slipped in breaks the chain at
that place. Whoever can write the database could write a whole new chain: note the last hash elsewhere, such as in a
mail to a colleague, and give it to :func:`verify`.
"""

from __future__ import annotations

import datetime as dt
import functools
import getpass
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from fairmark import distribution, ledger
from fairmark.files import fingerprint

START = "0" * 64
"""What stands for the hash before the first entry."""


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many entries, and the last one's hash."""

    entries: int
    sha256: str


def append(session: Session, event: str, **facts: Any) -> int:
    """Add an entry, inside the transaction of what it tells of.

    Parameters
    ----------
    session
        Of :meth:`fairmark.database.Database.writing`.
    event
        What happened, in a word.
    facts
        Plain data.

    Returns
    -------
    int
        The entry's number; numbers have no gaps.
    """
    head = last(session)
    body = {
        "entry": head.entries + 1,
        "event": event,
        # For readers only: nothing is decided by a clock, which may be wrong.
        "at": now().isoformat(timespec="seconds"),
        "by": _user(),
        "software": software(),
        **facts,
    }
    text = json.dumps(body, sort_keys=True, allow_nan=False)
    row = {"entry": body["entry"], "body": text, "sha256": _link(head.sha256, text)}
    session.execute(insert(ledger.LOG).values(**row))
    return head.entries + 1


def last(session: Session) -> Head:
    """Give the end of the chain."""
    entries = session.scalar(select(func.max(ledger.LOG.c.entry))) or 0
    if not entries:
        return Head(0, START)
    return Head(entries, str(session.scalar(select(ledger.LOG.c.sha256).where(ledger.LOG.c.entry == entries))))


def entries(session: Session) -> Iterator[dict[str, Any]]:
    """Read what the log tells, oldest first."""
    for text in session.scalars(select(ledger.LOG.c.body).order_by(ledger.LOG.c.entry)):
        yield json.loads(text)


def described(entry: dict[str, Any]) -> str:
    """Say an entry in a line, for readers.

    Examples
    --------
    >>> entry = {"entry": 7, "at": "2026-03-02T09:00:00+00:00", "assignment": "ps1", "event": "written",
    ...          "item": "ps1-q20", "score": 12.0, "round": "first", "marker": "Ada", "by": "a",
    ...          "software": "fairmark 1"}
    >>> described(entry)
    '7: 2026-03-02T09:00:00+00:00 ps1 written, ps1-q20, 12 points, first marking by Ada, by a with fairmark 1'
    """
    if entry["event"] == "written":
        what = "taken back" if entry["score"] is None else f"{entry['score']:g} points"
        told = f", {entry['item']}, {what}, {entry['round']} marking by {entry['marker']}"
    else:
        points = sum(score or 0 for score in entry["points"].values())
        told = f"{', ' + entry['reason'] if entry['reason'] else ''}, {points:g} points"
    return (
        f"{entry['entry']}: {entry['at']} {entry['assignment']} {entry['event']}{told}, "
        f"by {entry['by']} with {entry['software']}"
    )


def verify(session: Session, noted: str = "") -> list[str]:
    """Check the chain, and that the gradebook still says what was last marked.

    Parameters
    ----------
    session
        To read from.
    noted
        A hash that was noted earlier: it must be in the chain.

    Returns
    -------
    list of str
        A sentence for each thing that is wrong; empty where nothing is.
    """
    wrong, expected, before, seen = [], 1, START, set()
    last_of: dict[tuple[str, str], dict[str, Any]] = {}
    for number, text, sha256 in session.execute(select(ledger.LOG).order_by(ledger.LOG.c.entry)):
        if number != expected:
            wrong.append(f"entry {expected}: missing; the log goes on with entry {number}")
        elif sha256 != _link(before, text):
            wrong.append(f"entry {number}: was changed, or the one before it was")
        expected, before = number + 1, sha256
        seen.add(sha256)
        body = json.loads(text)
        if "points" in body:  # a program's mark; what people give may be changed in the formgrader too
            last_of[body["assignment"], body["student"]] = body
    if noted and noted not in seen | {START}:
        wrong.append(f"the hash that was noted, {noted}, is not in the log: the log was replaced, or cut off")
    return [*wrong, *_contradictions(session, last_of)]


def _contradictions(session: Session, last_of: dict[tuple[str, str], dict[str, Any]]) -> Iterator[str]:
    """Compare the automatic points in nbgrader's tables, and the facts in ours, with the last entry on each."""
    scores = _scores(session)
    facts = session.execute(select(ledger.MARKS.c.assignment, ledger.MARKS.c.student, ledger.MARKS.c.entry))
    known = {(assignment, student): entry for assignment, student, entry in facts}
    for key, body in last_of.items():
        where = f"{key[1]} {key[0]}"
        if known.get(key) != body["entry"]:
            yield f"{where}: what is done does not go back to its last entry, {body['entry']}"
        for item, points in body["points"].items():
            found = scores.get((*key, item))
            if found != points:
                yield f"{where} {item}: the gradebook says {found}, and marking gave {points} (entry {body['entry']})"
    for key in sorted(known.keys() - last_of.keys()):
        yield f"{key[1]} {key[0]}: marked, and not in the log"


def _scores(session: Session) -> dict[tuple[str, str, str], float | None]:
    rows = session.execute(
        select(Assignment.name, SubmittedAssignment.student_id, BaseCell.name, Grade.auto_score)
        .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
    )
    return {(assignment, student, item): score for assignment, student, item, score in rows}


def _link(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


@functools.cache
def software() -> str:
    """Name the software that marks: its version, and a hash of its source.

    Examples
    --------
    >>> software().startswith("fairmark ")
    True
    """
    source = fingerprint(Path(__file__).parent, "*.py")
    return f"fairmark {distribution.installed().version} ({source[:12]})"


def now() -> dt.datetime:
    """Give the time in UTC; in a name of its own, so that a trial can set the clock wrong."""
    return dt.datetime.now(dt.UTC)


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a user without a name, as in some containers
        return "unknown"
