"""The marks that people gave, as events in the log: what was given, what it replaced, and what was taken back.

The log is the only place where they stand whole. nbgrader's gradebook holds the mark that counts: that of the first
marking, until two markings are settled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session
from traitlets.config import Config

from fairmark import audit, ledger, posting
from fairmark.mending import Template
from fairmark.posting import ByHand
from fairmark.written.errors import ChangedError, WrittenError
from fairmark.written.rubric import Criterion, Judgement, told

Round = Literal["first", "second", "settled"]
EVENT = "written"
_COUNTING: tuple[Round, ...] = ("first", "settled")


@dataclass(frozen=True)
class Place:
    """What is marked, in which round, by whom."""

    assignment: str
    item: str
    student: str
    round: Round
    marker: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Whose marks replace one another: second markers do not replace each other's."""
        return self.item, self.student, self.round, same_name(self.marker) if self.round == "second" else ""

    @property
    def counts(self) -> bool:
        """Whether the mark goes into the gradebook."""
        return self.round != "second"


@dataclass(frozen=True)
class Given:
    """One mark of the log.

    Attributes
    ----------
    entry : int
    at : str
        Time in UTC, ISO 8601.
    place : Place
    judgement : Judgement
    answer : str
        SHA-256 of the text that was marked.
    before : ByHand or None
        What stood in the gradebook; None where the mark did not go there.
    """

    entry: int
    at: str
    place: Place
    judgement: Judgement
    answer: str
    before: ByHand | None


History = dict[tuple[str, str, str, str], list[Given]]
"""By :attr:`Place.key` the marks that stand, oldest first; those that were taken back are gone."""


def same_name(name: str) -> str:
    """Reduce a marker's name to what tells two people apart.

    Examples
    --------
    >>> same_name("  Ada  Lovelace") == same_name("ada lovelace")
    True
    """
    return " ".join(name.casefold().split())


def history(session: Session, assignment: str, student: str = "") -> History:
    """Read the marks of an assignment, or of one student in it, from the log."""
    found: History = {}
    for body in events(session, assignment, student):
        place = Place(assignment, body["item"], body["student"], body["round"], body["marker"])
        stack = found.setdefault(place.key, [])
        if body["undoes"]:
            del stack[-1:]
            continue
        before = ByHand(**body["before"]) if body["before"] else None
        judgement = Judgement(tuple(body["criteria"]), body["comment"])
        stack.append(Given(body["entry"], body["at"], place, judgement, body["answer_sha256"], before))
    return {key: stack for key, stack in found.items() if stack}


def events(session: Session, assignment: str, student: str = "") -> Iterator[dict[str, Any]]:
    """Read the log's entries on written answers, oldest first."""
    # No text inside an entry can look like this: its quotation marks would be escaped.
    wanted = select(ledger.LOG.c.body).where(ledger.LOG.c.body.contains(f'"event": "{EVENT}"', autoescape=True))
    for text in session.scalars(wanted.order_by(ledger.LOG.c.entry)):
        body = json.loads(text)
        if body["assignment"] == assignment and student in {"", body["student"]}:
            yield body


@dataclass(frozen=True)
class Standing:
    """How one answer stands for one marker in one round.

    Attributes
    ----------
    text : str
        What the student wrote.
    hand : ByHand
        What the gradebook says.
    stack : tuple of Given
        The marks of this round that stand, oldest first.
    version : str
        Changes whenever anything that a marker was shown changes.
    """

    text: str
    hand: ByHand
    stack: tuple[Given, ...]
    version: str

    @property
    def answer(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text)


def sha256(text: str) -> str:
    """Hash an answer; a text may hold halves of characters."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def standing(session: Session, wanted: Template, place: Place) -> Standing:
    """Read how an answer stands.

    Raises
    ------
    ChangedError
        If there is no marked submission with such an answer any more.
    """
    done = ledger.find(session, place.assignment, place.student)
    if done is None or place.item not in done.record.get("written", {}):
        raise ChangedError("This answer is no longer there; the submission was replaced. Open the list again.")
    text = done.record["written"][place.item]
    hand = posting.read_by_hand(session, wanted, place.item, place.student).get(place.student)
    if hand is None:
        raise ChangedError("This student was taken out of the gradebook. Open the list again.")
    stack = history(session, place.assignment, place.student).get(place.key, [])
    return Standing(text, hand, tuple(stack), version(place, text, hand, stack))


def version(place: Place, text: str, hand: ByHand, stack: list[Given]) -> str:
    """Hash what a marker is shown; of a second marker's page nothing of the first's mark is in it.

    It begins with a letter: a spreadsheet program would take digits alone, or 12e34, for a number, and shorten it.
    """
    shown = [sha256(text), stack[-1].entry if stack else 0, asdict(hand) if place.counts else None]
    return f"v{hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]}"


def stands(now: Standing, place: Place, judgement: Judgement) -> bool:
    """Tell whether this is what stands already for this very text, and nobody waits for it."""
    last = now.stack[-1] if now.stack else None
    if last is None or (last.judgement, last.answer) != (judgement, now.answer):
        return False
    return not place.counts or (not now.hand.waits and now.hand.score == judgement.score)


def give(
    session: Session,
    rules: Config,
    wanted: Template,
    place: Place,
    rubric: tuple[Criterion, ...],
    judgement: Judgement,
    seen: str,
) -> Standing:
    """Write a mark, in the transaction that the session has begun: into the log, and, if it counts, into the gradebook.

    Parameters
    ----------
    session
        Of :meth:`fairmark.database.Database.writing`.
    rules
        nbgrader's configuration.
    wanted
        The assignment.
    place, rubric, judgement
        What is given for what.
    seen
        The version that the marker was shown.

    Returns
    -------
    Standing
        How the answer stands now. Giving once more what stands already, where nobody waits for it, writes nothing.

    Raises
    ------
    ChangedError
        If it is no longer what the marker was shown.
    """
    now = _unchanged(session, wanted, place, seen)
    if stands(now, place, judgement):
        return now
    before = None
    if place.counts:
        given = ByHand(judgement.score, waits=False, comment=told(rubric, judgement))
        before = posting.post_by_hand(session, rules, wanted, place.student, place.item, given)
    _log(session, place, judgement, now.answer, before, undoes=0)
    return standing(session, wanted, place)


def undo(session: Session, rules: Config, wanted: Template, place: Place, seen: str) -> Standing:
    """Take back the last mark of this round, and put back what the gradebook said before it.

    Raises
    ------
    WrittenError
        If there is none, another person gave it, or it is not the mark that counts any more.
    ChangedError
        If it is no longer what the marker was shown.
    """
    now = _unchanged(session, wanted, place, seen)
    if not now.stack:
        raise WrittenError("There is nothing to take back here.")
    last = now.stack[-1]
    if same_name(last.place.marker) != same_name(place.marker):
        raise WrittenError(f"The last mark here is by {last.place.marker}. Give another instead of taking it back.")
    if place.counts and not _counts_now(session, now, last):
        raise WrittenError(
            "The last mark here is not the one that counts now: it was settled, or changed in the formgrader. Give "
            "another instead of taking it back."
        )
    if last.before is not None:
        posting.post_by_hand(session, rules, wanted, place.student, place.item, last.before)
    _log(session, place, None, now.answer, None, undoes=last.entry)
    return standing(session, wanted, place)


def _counts_now(session: Session, now: Standing, last: Given) -> bool:
    """Tell whether the gradebook says what this mark said; otherwise what stood before it is of no use any more."""
    given = history(session, last.place.assignment, last.place.student)
    others = (given.get(replace(last.place, round=one).key, [last])[-1] for one in _COUNTING)
    return now.hand.score == last.judgement.score and all(one.entry <= last.entry for one in others)


def _unchanged(session: Session, wanted: Template, place: Place, seen: str) -> Standing:
    now = standing(session, wanted, place)
    if now.version != seen:
        raise ChangedError(
            "This answer or its mark was changed elsewhere meanwhile. Nothing was written. Load it again and look."
        )
    return now


def _log(
    session: Session, place: Place, judgement: Judgement | None, answer: str, before: ByHand | None, undoes: int
) -> None:
    audit.append(
        session,
        EVENT,
        assignment=place.assignment,
        student=place.student,
        item=place.item,
        round=place.round,
        marker=place.marker,
        criteria=list(judgement.criteria) if judgement else None,
        score=judgement.score if judgement else None,
        comment=judgement.comment if judgement else "",
        answer_sha256=answer,
        before=asdict(before) if before else None,
        undoes=undoes,
    )
