"""Write marks into nbgrader's gradebook, inside a transaction that somebody else began and will end.

The rows are nbgrader's own, and so are the rules: what a person gave stays, and what a person has to look at waits.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import bindparam, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session
from traitlets.config import Config

from fairmark import terms
from fairmark.judging import Points
from fairmark.mending import Template
from fairmark.terms import Terms


@dataclass(frozen=True)
class Posted:
    """What was written of one submission.

    Attributes
    ----------
    before : dict or None
        Automatic points by name as they stood; None where there were none yet.
    points : dict
        Automatic points as they stand now.
    manual : dict
        What people gave, by name.
    late : float
        Points taken off for lateness.
    """

    before: Points | None
    points: Points
    manual: dict[str, float]
    late: float

    @property
    def gain(self) -> float:
        """By how many automatic points the mark changed; 0 for a first mark."""
        return 0.0 if self.before is None else _total(self.points) - _total(self.before)


def post(
    session: Session,
    rules: Config,
    wanted: Template,
    student: str,
    timestamp: str,
    points: Mapping[str, float | None],
    unanswered: frozenset[str] = frozenset(),
    *,
    changed_only: bool = False,
) -> Posted:
    """Write the automatic points of one submission.

    Parameters
    ----------
    session
        Of :meth:`fairmark.database.Database.writing`.
    rules
        nbgrader's configuration: which plug-in takes points off for lateness.
    wanted
        The assignment.
    student
        Entered where the gradebook does not know them.
    timestamp
        When it was handed in; empty where nobody knows.
    points
        By name of the marked cell; None where a person decides.
    unanswered
        Names of open cells that were left as they were.
    changed_only
        Leave every row alone whose points stay the same, with what a person did to it. For marking anew from answers
        that are known.
    """
    notebook = _notebook(session, wanted, student, timestamp)
    grades = _grades(session, wanted, notebook)
    before = {name: grade.auto_score for name, grade in grades.items()}
    changed = {name: score for name, score in points.items() if not changed_only or before[name] != score}
    _update(session, grades, changed)
    if not changed_only:
        _comment(session, wanted, notebook, unanswered)
    late = _penalty(session, rules, notebook, student)
    return Posted(_if_marked(before), before | changed, _manual(grades), late)


def late_again(session: Session, rules: Config, assignment: str, held: Terms) -> dict[str, float]:
    """Take off for lateness what the due date, the policy and the extensions as they are now take off.

    Returns
    -------
    dict
        Student id to points, one for each who handed in.
    """
    found = session.execute(
        select(SubmittedAssignment.student_id, SubmittedNotebook.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
        .order_by(SubmittedAssignment.student_id)
    ).all()
    points: dict[str, float] = {}
    for student, notebook in found:
        points[student] = points.get(student, 0.0) + _penalty(session, rules, notebook, student, held)
    return points


def open_marks(session: Session, wanted: Template, student: str) -> Posted:
    """Open every mark of a submission that could not be marked: nobody gets 0 for a file that nobody could read."""
    notebook = _notebook(session, wanted, student, "")
    grades = _grades(session, wanted, notebook)
    before = {name: grade.auto_score for name, grade in grades.items()}
    _update(session, grades, dict.fromkeys(grades))
    return Posted(_if_marked(before), dict.fromkeys(grades), _manual(grades), 0.0)


@dataclass(frozen=True)
class ByHand:
    """What a person gave one answer, as nbgrader's tables say it.

    Attributes
    ----------
    score : float or None
        None where no person gave any points.
    waits : bool
        Whether a person still has to look.
    comment : str or None
    """

    score: float | None
    waits: bool
    comment: str | None


def read_by_hand(session: Session, wanted: Template, name: str, student: str = "") -> dict[str, ByHand]:
    """Read what people gave one item.

    Parameters
    ----------
    session
        To read from.
    wanted
        The assignment.
    name
        The item.
    student
        Only this one; by default everybody whose submission is marked.

    Returns
    -------
    dict
        By student id.
    """
    # Of a question that a program marks, a person's comment hangs on the answer cell.
    cell = wanted.keys.comments.get(name) or wanted.keys.comments.get(f"{name}-answer")
    rows = (
        select(SubmittedAssignment.student_id, Grade.manual_score, Grade.needs_manual_grade, Comment.manual_comment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .outerjoin(Comment, (Comment.notebook_id == SubmittedNotebook.id) & (Comment.cell_id == cell))
        .where(Grade.cell_id == wanted.keys.grades[name])
    )
    if student:
        rows = rows.where(SubmittedAssignment.student_id == student)
    return {one: ByHand(score, bool(waits), comment) for one, score, waits, comment in session.execute(rows)}


def post_by_hand(session: Session, rules: Config, wanted: Template, student: str, name: str, given: ByHand) -> ByHand:
    """Write what a person gave one answer, and what lateness now takes off; say what stood there before.

    Parameters
    ----------
    session
        Of :meth:`fairmark.database.Database.writing`.
    rules
        nbgrader's configuration.
    wanted
        The assignment.
    student
        Whose submission is marked already.
    name
        The item.
    given
        Its score is from 0 to what the gradebook says the item carries.

    Raises
    ------
    ValueError
        If the score is not.
    """
    most = float(wanted.cells[name].marks["points"])
    if given.score is not None and not 0 <= given.score <= most:
        raise ValueError(f"{name}: {given.score:g} points are not between 0 and {most:g}")
    before = read_by_hand(session, wanted, name, student)[student]
    grades, comments = _table(Grade), _table(Comment)
    notebook = _notebook(session, wanted, student, "")
    session.execute(
        grades.update()
        .where(grades.c.notebook_id == notebook, grades.c.cell_id == wanted.keys.grades[name])
        .values(manual_score=given.score, needs_manual_grade=given.waits)
    )
    cell = wanted.keys.comments[name]
    here = (comments.c.notebook_id == notebook) & (comments.c.cell_id == cell)
    there = set(session.scalars(select(comments.c.cell_id).where(here)))
    _complete(session, comments, notebook, {cell} - there)
    session.execute(comments.update().where(here).values(manual_comment=given.comment))
    _penalty(session, rules, notebook, student)
    return before


def _notebook(session: Session, wanted: Template, student: str, timestamp: str) -> str:
    """Find or make the rows of a submission; give the key of its notebook's."""
    keys, moment = wanted.keys, _moment(timestamp)
    found = session.execute(
        select(SubmittedAssignment.id, SubmittedAssignment.timestamp, SubmittedNotebook.id)
        .outerjoin(
            SubmittedNotebook,
            (SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            & (SubmittedNotebook.notebook_id == keys.notebook),
        )
        .where(SubmittedAssignment.assignment_id == keys.assignment, SubmittedAssignment.student_id == student)
    ).one_or_none()
    submission, before, notebook = found or (None, None, None)
    if submission is None:
        if session.scalar(select(Student.id).where(Student.id == student)) is None:
            session.execute(_table(Student).insert().values(id=student))
        submission = uuid.uuid4().hex
        row = {"id": submission, "assignment_id": keys.assignment, "student_id": student, "timestamp": moment}
        session.execute(_table(SubmittedAssignment).insert().values(**row))
    elif moment is not None and moment != before:
        own = _table(SubmittedAssignment)
        session.execute(own.update().where(own.c.id == submission).values(timestamp=moment))
    if notebook is None:
        notebook = uuid.uuid4().hex
        row = {"id": notebook, "assignment_id": submission, "notebook_id": keys.notebook, "flagged": False}
        session.execute(_table(SubmittedNotebook).insert().values(**row))
    return str(notebook)


def _grades(session: Session, wanted: Template, notebook: str) -> dict[str, Row[Any]]:
    """Read a notebook's grades by name; make those that are not there yet."""
    own = _table(Grade)
    names = {key: name for name, key in wanted.keys.grades.items()}
    wish = select(own.c.id, own.c.cell_id, own.c.auto_score, own.c.manual_score).where(own.c.notebook_id == notebook)
    rows = session.execute(wish).all()
    if _complete(session, own, notebook, names.keys() - {row.cell_id for row in rows}, needs_manual_grade=True):
        rows = session.execute(wish).all()
    return {names[row.cell_id]: row for row in rows if row.cell_id in names}


def _complete(session: Session, table: Any, notebook: str, cells: Collection[str], **values: Any) -> bool:
    """Make the rows that are missing; say whether any were."""
    rows = [{"id": uuid.uuid4().hex, "cell_id": cell, "notebook_id": notebook} | values for cell in cells]
    if rows:
        session.execute(table.insert(), rows)
    return bool(rows)


def _table(model: Any) -> Any:
    """Give the table behind one of nbgrader's classes: writing through it is several times as fast."""
    return model.__table__


def _update(session: Session, grades: Mapping[str, Row[Any]], points: Mapping[str, float | None]) -> None:
    rows = [
        {
            "key": grades[name].id,
            "score": score,
            "waits": grades[name].manual_score is not None or score is None,
        }
        for name, score in points.items()
    ]
    if rows:
        table = _table(Grade)
        session.execute(
            table.update()
            .where(table.c.id == bindparam("key"))
            .values(auto_score=bindparam("score"), needs_manual_grade=bindparam("waits")),
            rows,
        )


def _comment(session: Session, wanted: Template, notebook: str, unanswered: frozenset[str]) -> None:
    """Say of answers that were left as they were that there is none, as nbgrader does."""
    own, keys = _table(Comment), wanted.keys.comments
    blank = {keys[name] for name in unanswered if name in keys and not wanted.cells[name].marks["task"]}
    found = session.execute(select(own.c.id, own.c.cell_id, own.c.auto_comment).where(own.c.notebook_id == notebook))
    rows = {row.cell_id: row for row in found}
    new = set(keys.values()) - rows.keys()
    _complete(session, own, notebook, new & blank, auto_comment="No response.")
    _complete(session, own, notebook, new - blank)
    for cell, row in rows.items():
        said = "No response." if cell in blank else None
        if row.auto_comment != said:
            session.execute(own.update().where(own.c.id == row.id).values(auto_comment=said))


def _if_marked(points: Points) -> Points | None:
    return points if any(score is not None for score in points.values()) else None


def _manual(grades: Mapping[str, Row[Any]]) -> dict[str, float]:
    return {name: grade.manual_score for name, grade in grades.items() if grade.manual_score is not None}


def _moment(timestamp: str) -> Any:
    try:
        return parse_utc(timestamp) if timestamp else None
    except (ValueError, OverflowError):
        return None


def _penalty(session: Session, rules: Config, key: str, student: str, held: Terms | None = None) -> float:
    """Take off for lateness what the course's policy says, or, where it is silent, nbgrader's plug-in."""
    name, stamp, extension, due, penalty = session.execute(
        select(
            Assignment.name,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            Assignment.duedate,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(SubmittedNotebook.id == key)
    ).one()
    maybe = stamp is not None and due is not None and stamp > due + (extension or dt.timedelta())
    if not maybe and penalty is None:
        return 0.0
    held = held or terms.of(rules)
    seconds = (stamp - held.end(name, student, due, extension)).total_seconds() if maybe else 0.0
    notebook = session.get_one(SubmittedNotebook, key)
    notebook.late_submission_penalty = None
    if seconds > 0:
        session.refresh(notebook, ["score", "max_score"])
        rule = held.rules.get(name)
        if rule and rule.takes_off:
            # Not cut to the score: a written answer may still add to it. Whoever reads the two takes 0 for the least.
            notebook.late_submission_penalty = rule.points(seconds, notebook.max_score) or None
        else:
            notebook.late_submission_penalty = _by_plugin(rules, notebook, student, seconds)
    session.flush()
    return float(notebook.late_submission_penalty or 0.0)


def _by_plugin(rules: Config, notebook: SubmittedNotebook, student: str, seconds: float) -> float | None:
    step = AssignLatePenalties(config=rules)
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
    return None if penalty is None else float(step._check_late_penalty(notebook, penalty))


def _total(points: Mapping[str, float | None]) -> float:
    return sum(score for score in points.values() if score is not None)
