"""Write marks into nbgrader's gradebook, inside a transaction that somebody else began and will end.

The rows are nbgrader's own, and so are the rules: what a person gave stays, and what a person has to look at waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import select
from sqlalchemy.orm import Session
from traitlets.config import Config

from fairmark.judging import Points
from fairmark.mending import Template


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
    notebook = _rows(session, wanted, student, timestamp)
    grades = _by_name(session, Grade, notebook)
    before = {name: grade.auto_score for name, grade in grades.items()}
    marked_before = any(score is not None for score in before.values())
    for name, score in points.items():
        grade = grades[name]
        if changed_only and grade.auto_score == score:
            continue
        grade.auto_score = score
        grade.needs_manual_grade = grade.manual_score is not None or score is None
    if not changed_only:
        for name, comment in _by_name(session, Comment, notebook).items():
            untouched = name in unanswered and not wanted.cells[name].marks["task"]
            comment.auto_comment = "No response." if untouched else None
    session.flush()
    late = _penalty(session, rules, notebook, student)
    manual = {name: grade.manual_score for name, grade in grades.items() if grade.manual_score is not None}
    now = {name: grade.auto_score for name, grade in grades.items()}
    return Posted(before if marked_before else None, now, manual, late)


def open_marks(session: Session, wanted: Template, student: str) -> Posted:
    """Open every mark of a submission that could not be marked: nobody gets 0 for a file that nobody could read."""
    notebook = _rows(session, wanted, student, "")
    grades = _by_name(session, Grade, notebook)
    before = {name: grade.auto_score for name, grade in grades.items()}
    for grade in grades.values():
        grade.auto_score, grade.needs_manual_grade = None, True
    session.flush()
    manual = {name: grade.manual_score for name, grade in grades.items() if grade.manual_score is not None}
    marked_before = any(score is not None for score in before.values())
    return Posted(before if marked_before else None, dict.fromkeys(grades), manual, 0.0)


def _rows(session: Session, wanted: Template, student: str, timestamp: str) -> SubmittedNotebook:
    """Find or make a submission's rows, one grade and one comment for each cell that has one."""
    if session.get(Student, student) is None:
        session.add(Student(id=student))
    assignment = session.scalars(select(Assignment).where(Assignment.name == wanted.assignment)).one()
    submission = session.scalars(
        select(SubmittedAssignment).filter_by(assignment_id=assignment.id, student_id=student)
    ).one_or_none()
    if submission is None:
        submission = SubmittedAssignment(assignment_id=assignment.id, student_id=student)
        session.add(submission)
    if timestamp:
        submission.timestamp = _moment(timestamp) or submission.timestamp
    session.flush()
    source = next(one for one in assignment.notebooks if one.name == wanted.notebook)
    notebook = session.scalars(
        select(SubmittedNotebook).filter_by(assignment_id=submission.id, notebook_id=source.id)
    ).one_or_none()
    if notebook is None:
        notebook = SubmittedNotebook(assignment_id=submission.id, notebook_id=source.id)
        session.add(notebook)
        session.flush()
    for kind, cells in (
        (Grade, [*source.grade_cells, *source.task_cells]),
        (Comment, [*source.solution_cells, *source.task_cells]),
    ):
        there = set(session.scalars(select(kind.cell_id).where(kind.notebook_id == notebook.id)))
        session.add_all(kind(cell_id=cell.id, notebook_id=notebook.id) for cell in cells if cell.id not in there)
    session.flush()
    return notebook


def _by_name(session: Session, kind: Any, notebook: SubmittedNotebook) -> dict[str, Any]:
    rows = session.execute(
        select(BaseCell.name, kind).join(BaseCell, BaseCell.id == kind.cell_id).where(kind.notebook_id == notebook.id)
    )
    return {str(name): row for name, row in rows}


def _moment(timestamp: str) -> Any:
    try:
        return parse_utc(timestamp)
    except (ValueError, OverflowError):
        return None


def _penalty(session: Session, rules: Config, notebook: SubmittedNotebook, student: str) -> float:
    """Take off for lateness what nbgrader's plug-in says, by the rules of nbgrader's own step."""
    submission = session.get(SubmittedAssignment, notebook.assignment_id)
    notebook.late_submission_penalty = None
    if submission is None or submission.total_seconds_late <= 0:
        return 0.0
    step = AssignLatePenalties(config=rules)
    step.init_plugin()
    session.refresh(notebook, ["score"])
    penalty = step.plugin_inst.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
    if penalty is not None:
        notebook.late_submission_penalty = step._check_late_penalty(notebook, penalty)
    return float(notebook.late_submission_penalty or 0.0)


def _total(points: Mapping[str, float | None]) -> float:
    return sum(score for score in points.values() if score is not None)
