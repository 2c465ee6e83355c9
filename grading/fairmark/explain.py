"""How one mark came about: what was asked, what was answered, which rule decided, and everything that happened since.

All of it is read from the gradebook's database: the marked notebook, the record of marking, the log of marks, and the
marking service's log of attempts. Nothing is decided here.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from nbgrader.api import Student
from sqlalchemy import select
from sqlalchemy.orm import Session

from fairmark import attempts, audit, bank, caserules, judging, ledger, mending, posting, prompting, reasons
from fairmark.bank import Entry
from fairmark.caserules import Rule
from fairmark.database import Database
from fairmark.feedback import answer_lines
from fairmark.jobs import Sent
from fairmark.ledger import Done
from fairmark.posting import ByHand
from fairmark.settings import Settings
from fairmark.wording import counted


class ExplainError(ValueError):
    """There is nothing to explain; the message says what is there."""


Who = Literal["program", "person", "service"]


@dataclass(frozen=True)
class Step:
    """One thing that happened.

    Attributes
    ----------
    at : str
        Time in UTC, ISO 8601; empty where nobody wrote it down.
    who : str
    says : str
        For a student.
    points : float or None
        What the item had afterwards; None where nothing was decided.
    more : str
        For the instructor only.
    private : bool
        Whether the student is not told of it.
    """

    at: str
    who: Who
    says: str
    points: float | None
    more: str
    private: bool = False


@dataclass(frozen=True)
class Explanation:
    """How one student's mark at one item came about.

    Attributes
    ----------
    student, item, assignment, title : str
        Title of the course; ``assignment`` is the assignment's.
    question : str
        Markdown, as the student's notebook had it.
    asked_then : bool
        Whether the question was found in the marked notebook; otherwise it is today's.
    given : dict
        The variant's parameters.
    variant : int or None
        Its number in the pool, from 0.
    answer, answer_label : str
    outcome : str
        As :class:`fairmark.checks.Verdict` names it; ``refused`` for a submission that could not be read.
    score : float or None
        What counts; None while it is open.
    out_of : float
    rules : tuple of Rule
    message, comment : str
        What the program and what a person told the student.
    steps : tuple of Step
        Oldest first.
    notes : tuple of str
        For the instructor: what the reader of this explanation must know.
    """

    student: str
    item: str
    assignment: str
    title: str
    question: str
    asked_then: bool
    given: dict[str, Any]
    variant: int | None
    answer: str
    answer_label: str
    outcome: str
    score: float | None
    out_of: float
    rules: tuple[Rule, ...]
    message: str
    comment: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...]


def explain(course: Settings, student: str, item: str) -> Explanation:
    """Explain a mark.

    Raises
    ------
    ExplainError
        If there is no such item or student, or nothing was marked; names the nearest that there are.
    """
    entry, assignment = _entry(course, item)
    with Database(course) as book, book.reading() as session:
        _known(session, student)
        done = ledger.find(session, assignment.id, student)
        if done is None:
            raise ExplainError(
                f"{student} has no marked submission of {assignment.id}. If one was handed in, run fairmark collect "
                "and fairmark mark; otherwise it counts as not handed in (M30)."
            )
        wanted = mending.template(course, session, assignment.id)
        if item not in wanted.keys.grades:
            raise ExplainError(
                f"{item} is in the bank, and not in {assignment.id} as it was released; nobody was asked."
            )
        hand = posting.read_by_hand(session, wanted, item, student).get(student, ByHand(None, waits=True, comment=None))
        record = next((one for one in done.record.get("items", ()) if one["item"] == item), None)
        steps = [*_log(session, assignment.id, student, item), *_attempts(course, student, item)]
    question, asked_then = _question(done, entry)
    shown = _answer(done, record, entry)
    score = hand.score if hand.score is not None else record["points"] if record else None
    waits = hand.waits and hand.score is None
    return Explanation(
        student=student,
        item=item,
        assignment=assignment.title,
        title=course.title,
        question=question,
        asked_then=asked_then,
        given=_given(record, entry),
        variant=record["variant"] if record else None,
        answer=shown,
        answer_label="What your function gave when it was called" if entry.item.kind == "function" else "Your answer",
        outcome=record["outcome"] if record else "refused",
        score=None if waits or record is None else score,
        out_of=entry.item.points,
        rules=tuple(caserules.that_decided(entry, record, hand, stopped=bool(done.record.get("stopped")))),
        message=record["message"] if record else reasons.student(done.reason),
        comment=hand.comment or "",
        steps=tuple(sorted(steps, key=lambda one: one.at)),
        notes=tuple(_notes(course, done, record, entry, hand, steps, asked_then)),
    )


def _entry(course: Settings, item: str) -> tuple[Entry, bank.Assignment]:
    assignments = bank.load(course.bank)
    for assignment in assignments.values():
        if item in assignment.entries:
            return assignment.entries[item], assignment
    names = [name for assignment in assignments.values() for name in assignment.entries]
    raise ExplainError(f"there is no question {item!r} in the bank. {_nearest(item, names)}")


def _known(session: Session, student: str) -> None:
    names = list(session.scalars(select(Student.id)))
    if student not in names:
        raise ExplainError(f"there is no student {student!r} in the gradebook. {_nearest(student, names)}")


def _nearest(name: str, names: Iterable[str]) -> str:
    """Say which names are like one that is not there.

    Examples
    --------
    >>> _nearest("ps1-q33", ["ps1-q3", "ps1-q13", "ps8-q20"])
    'Did you mean ps1-q3, ps1-q13?'
    >>> _nearest("zzz", ["anna"])
    'None has a name like it.'
    """
    found = difflib.get_close_matches(name, list(names), n=3)
    return f"Did you mean {', '.join(found)}?" if found else "None has a name like it."


def _question(done: Done, entry: Entry) -> tuple[str, bool]:
    """Find the question in the marked notebook; a student's own text there cannot look like one of ours."""
    if done.marked:
        head = f"### Question {entry.item.id} ·"
        for cell in json.loads(ledger.unpack(done.notebook))["cells"]:
            if cell["cell_type"] == "markdown" and cell["source"].startswith(head):
                return cell["source"].partition("\n")[2].strip(), True
    return prompting.question(entry.item), False


def _given(record: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """Give the variant's parameters; the bank may have fewer variants today."""
    number = record["variant"] if record else None
    return {} if number is None or number >= len(entry.item.pool) else entry.item.pool[number]


def _answer(done: Done, record: dict[str, Any] | None, entry: Entry) -> str:
    if record is None:
        return ""
    return done.record["written"].get(entry.item.id, "") if entry.marked_by_hand else answer_lines(record["answer"])


_EVENTS = {
    "marked": "The program marked it.",
    "judged-anew": "The program judged the same answer anew, after a correction.",
}
_ROUNDS = {
    "first": "A person marked it.",
    "second": "A second person marked it, to compare.",
    "settled": "It was settled after two people had marked it.",
}


def _log(session: Session, assignment: str, student: str, item: str) -> Iterator[Step]:
    for one in audit.entries(session):
        if one.get("assignment") != assignment or one.get("student") != student:
            continue
        by = f"entry {one['entry']}, by {one['by']}, {one['software']}"
        if one["event"] == "written":
            if one["item"] == item:
                yield _hand_step(one, by)
        elif one["event"] == "flagged":
            yield Step(one["at"], "program", reasons.student(one["reason"]), None, f"{one['reason']}; {by}")
        else:
            more = f"bank and rules {one['inputs']['basis'][:12]}, notebook {one['inputs']['submission'][:12]}; {by}"
            yield Step(one["at"], "program", _EVENTS[one["event"]], one["points"].get(item), more)


def _hand_step(one: dict[str, Any], by: str) -> Step:
    if one["undoes"]:
        says = f"The mark of entry {one['undoes']} was taken back."
        return Step(one["at"], "person", says, None, f"by {one['marker']}; {by}", private=True)
    more = f"{one['round']} marking by {one['marker']}, {' + '.join(f'{part:g}' for part in one['criteria'])}; {by}"
    return Step(one["at"], "person", _ROUNDS[one["round"]], one["score"], more, private=one["round"] == "second")


def _attempts(course: Settings, student: str, item: str) -> Iterator[Step]:
    """Read what the marking service logged; where no service ever ran, there is nothing."""
    if not attempts.kept(course):
        return
    with attempts.Log(course) as log:
        rows = log.sent(student, item)
    for row in rows:
        which = f"attempt {row.number}" if row.number else "a check that is not counted"
        said = f"You sent an answer to the marking service: {which}."
        yield Step(row.at, "service", said, None, f"mode {row.mode}, answer {row.answer[:200]}")


def _notes(
    course: Settings,
    done: Done,
    record: dict[str, Any] | None,
    entry: Entry,
    hand: ByHand,
    steps: list[Step],
    asked_then: bool,
) -> Iterator[str]:
    if not asked_then:
        yield "The question is today's: the marked notebook does not hold it."
    if record is None:
        yield reasons.instructor(done.reason, done.detail)
        return
    yield from _since(course, done, record, entry)
    if record["misconception"]:
        yield f"The bank calls this answer {record['misconception']}."
    if record["reason"] and record["reason"] != "first-attempt":
        yield f"Reason {record['reason']}: {reasons.instructor(record['reason'])}"
    given = [one.points for one in steps if one.who == "person" and not one.private]
    if hand.score is not None and hand.score not in given:
        yield f"The gradebook says {hand.score:g} points by a person. The formgrader does not write down who, or when."
    if hand.waits and hand.score is not None:
        yield "The submission was marked again since a person gave points: they count, and wait for a look."
    if not done.record["confined"]:
        yield "The notebook was run unconfined (M39)."


def _since(course: Settings, done: Done, record: dict[str, Any], entry: Entry) -> Iterator[str]:
    """Say whether bank and rules are still those of the mark, and what today's would give."""
    assignment = bank.load(course.bank)[done.assignment]
    firsts = attempts.that_count(course, done.assignment).get(done.student)
    if judging.basis_for(judging.basis(course, assignment), firsts) == done.inputs.basis:
        yield "Bank and rules are those by which this was marked."
        return
    yield "Bank, rules or term were changed since this was marked. The variant's values shown are today's."
    if entry.marked_by_hand:
        return
    sent = {name: Sent(**one) for name, one in done.record["sent"].items()}
    (now,) = judging.judge(course, {entry.item.id: entry}, sent, done.student, done.record["stopped"], firsts)
    if now["points"] != record["points"]:
        today = counted(now["points"], "point")
        yield f"Today the same answer would get {today}. Run fairmark regrade {done.assignment}."
