"""Which written answers there are to mark, under which names, and in which order.

Marking is blind unless told otherwise: an answer has a code in place of its student's name, always the same one, and
the order is that of another hash, so it says nothing about names or time. Second markers have an order of their own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from fairmark import bank, ledger, mending, posting
from fairmark.bank import Entry
from fairmark.mending import Template
from fairmark.posting import ByHand
from fairmark.settings import Settings
from fairmark.written import marks
from fairmark.written.agreement import far_apart, pairs
from fairmark.written.errors import WrittenError
from fairmark.written.marks import Given, Place, Round, Standing
from fairmark.written.rubric import Criterion, criteria

State = Literal["open", "again", "done", "elsewhere"]
_CODE = 8


@dataclass(frozen=True)
class Task:
    """What a person sits down to.

    Attributes
    ----------
    course, assignment
        Of which course, and which assignment's written answers.
    round : str
        ``first``, ``second`` (blind to the first, kept out of the gradebook) or ``settled`` (of those that two
        markings place apart, the mark that counts).
    marker : str
        Who marks.
    sample : int
        How many of the answers a second marker gets; 0: all.
    apart : float or None
        How many points of difference are still near; None: as :func:`fairmark.written.agreement.far_apart` says.
    """

    course: Settings
    assignment: str
    round: Round = "first"
    marker: str = ""
    sample: int = 0
    apart: float | None = None


@dataclass(frozen=True)
class Answer:
    """One answer to mark.

    Attributes
    ----------
    code : str
        Its name on pages and in forms.
    place : Place
    standing : Standing
    state : str
        ``open``; ``again`` (marked, and the submission changed since); ``done``; ``elsewhere`` (points were given in
        the formgrader).
    markings : tuple of Given
        Only where they are to be settled: what was given before.
    settled : Given or None
        The settled mark, where there is one.
    """

    code: str
    place: Place
    standing: Standing
    state: State
    markings: tuple[Given, ...] = ()
    settled: Given | None = None

    @property
    def last(self) -> Given | None:
        """The mark of this round that stands."""
        return self.standing.stack[-1] if self.standing.stack else None


@dataclass(frozen=True)
class Queue:
    """Everything that a task consists of.

    Attributes
    ----------
    title : str
        The assignment's.
    entries : dict
        Item id to the bank's entry, of the written items.
    wanted : Template
        The assignment as it was released.
    answers : tuple of Answer
        In the order in which they are to be marked.
    empty : int
        How many left the answer as it was released: 0 points, and nothing to read.
    """

    title: str
    entries: dict[str, Entry]
    wanted: Template
    answers: tuple[Answer, ...]
    empty: int

    def rubric(self, item: str) -> tuple[Criterion, ...]:
        """Give an item's rubric."""
        return criteria(self.entries[item].item)

    @property
    def done(self) -> int:
        """How many need nothing more."""
        return sum(one.state in {"done", "elsewhere"} for one in self.answers)

    def find(self, code: str) -> Answer:
        """Look an answer up by its code.

        Raises
        ------
        WrittenError
            If there is none.
        """
        for one in self.answers:
            if one.code == code:
                return one
        raise WrittenError(f"{code}: there is no answer with this code here; open the list again")


def queue(session: Session, task: Task) -> Queue:
    """List the answers of a task.

    Raises
    ------
    WrittenError
        If the assignment has no written item, or was released with other points than the bank's.
    """
    assignment = bank.load(task.course.bank)[task.assignment]
    entries = {name: entry for name, entry in assignment.entries.items() if entry.marked_by_hand}
    if not entries:
        raise WrittenError(f"{task.assignment}: has no written question; there is nothing to mark by hand")
    wanted = mending.template(task.course, session, task.assignment)
    for name, entry in entries.items():
        if name not in wanted.cells or wanted.cells[name].marks["points"] != entry.item.points:
            raise WrittenError(
                f"{name}: was released with other points than the bank's {entry.item.points:g}; run fairmark release"
            )
    given, secret = marks.history(session, task.assignment), _secret(session)
    found, empty = _first(session, task, entries, wanted, given, secret)
    if task.round == "second":
        found = _second(task, found, given, secret)
    elif task.round == "settled":
        found = _apart(task, found, entries, given)
    ordered = sorted(
        found,
        key=lambda one: (list(entries).index(one.place.item), _digest(secret, one.place, f"order {one.place.round}")),
    )
    return Queue(assignment.title, entries, wanted, tuple(ordered), empty)


def _first(
    session: Session, task: Task, entries: dict[str, Entry], wanted: Template, given: marks.History, secret: str
) -> tuple[list[Answer], int]:
    found, empty = [], 0
    hands = {item: posting.read_by_hand(session, wanted, item) for item in entries}
    for student, record in ledger.records(session, task.assignment):
        for item in entries:
            text = record.get("written", {}).get(item)
            if text is None:
                continue
            place = Place(task.assignment, item, student, task.round, task.marker)
            hand = hands[item].get(student)
            if hand is None:  # taken out of the gradebook by nbgrader's own command
                continue
            if record["points"].get(item) is not None and hand.score is None and not hand.waits:
                empty += 1
                continue
            stack = given.get(place.key, [])
            standing = Standing(text, hand, tuple(stack), marks.version(place, text, hand, stack))
            settled = given.get(replace(place, round="settled").key, [None])[-1]
            state = _state(hand, (stack[-1] if stack else None, settled))
            found.append(Answer(code(secret, place), place, standing, state, settled=settled))
    return found, empty


def _state(hand: ByHand, known: tuple[Given | None, ...]) -> State:
    if hand.waits:
        return "again" if hand.score is not None else "open"
    return "done" if any(one and one.judgement.score == hand.score for one in known) else "elsewhere"


def _second(task: Task, found: list[Answer], given: marks.History, secret: str) -> list[Answer]:
    """Keep what a first marker has marked as it stands now; of these a sample that stays as the first go on."""
    ready = []
    for one in found:
        first = given.get(replace(one.place, round="first").key)
        if first and first[-1].answer == one.standing.answer:
            last = one.last
            done = last is not None and last.answer == one.standing.answer
            ready.append(replace(one, state="done" if done else "again" if last else "open"))
    if not task.sample:
        return ready
    ranked = sorted(ready, key=lambda one: (one.last is None, _digest(secret, one.place, "sample")))
    return ranked[: max(task.sample, sum(one.last is not None for one in ready))]


def _apart(task: Task, found: list[Answer], entries: dict[str, Entry], given: marks.History) -> list[Answer]:
    wide = {
        (one.item, one.student): one
        for one in pairs(given)
        if one.item in entries and far_apart(one, criteria(entries[one.item].item), task.apart)
    }
    kept = []
    for one in found:
        pair = wide.get((one.place.item, one.place.student))
        if pair and pair.answer == one.standing.answer:
            last = one.last
            done = last is not None and last.answer == one.standing.answer and last.entry > pair.second.entry
            kept.append(replace(one, state="done" if done else "open", markings=(pair.first, pair.second)))
    return kept


def code(secret: str, place: Place) -> str:
    """Give an answer's code: the same in every round, and not to be computed without the gradebook.

    Parameters
    ----------
    secret
        What only this gradebook holds.
    place
        Of the answer; round and marker do not count.

    Returns
    -------
    str
        Such as ``k7qd-m2xp``.
    """
    text = base64.b32encode(_digest(secret, place, "code")).decode("ascii").lower()[:_CODE]
    return f"{text[:4]}-{text[4:]}"


def _secret(session: Session) -> str:
    """Give what only this gradebook holds, and what never changes: the first hash of its log."""
    return str(session.scalar(select(ledger.LOG.c.sha256).where(ledger.LOG.c.entry == 1)))


def _digest(secret: str, place: Place, use: str) -> bytes:
    text = "\n".join([use, place.assignment, place.item, place.student])
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256)
