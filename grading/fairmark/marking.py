"""Mark an assignment: read, mend, run confined, judge, write; one transaction a submission.

A submission is done when the gradebook's database says so (:mod:`fairmark.ledger`), in the same transaction as its
marks. So marking may be cut off at any point: what is written is whole, and the next run does the rest. Files beside
the gradebook are made from the database, and made again where they are missing or torn.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from fairmark import (
    attempts,
    audit,
    bank,
    busy,
    derived,
    environment,
    gradebook,
    judging,
    ledger,
    mending,
    posting,
    reasons,
    shown,
)
from fairmark import submissions as handed_in
from fairmark.bank import Assignment
from fairmark.database import Database, GradebookError
from fairmark.distribute import Pool
from fairmark.jobs import Job, JobError, Limits, Outcome, Sent
from fairmark.ledger import Done, Inputs
from fairmark.mending import Mended
from fairmark.settings import Settings
from fairmark.submissions import RefusedError, Submission
from fairmark.worker import WorkerError

_AGAIN = 3
"""How often one submission is begun anew because something else changed it meanwhile."""


@dataclass(frozen=True)
class Marked:
    """What became of one submission.

    Attributes
    ----------
    student, assignment : str
    status : str
        ``marked``, ``unchanged`` (marked before, from the same inputs), ``flagged`` (cannot be marked as it is) or
        ``open`` (not decided; the next run tries again).
    reason : str
        A code of :data:`fairmark.reasons.REASONS`; empty where there is nothing to say.
    detail : str
        The same in a sentence.
    gain : float
        By how many points a mark that was there before changed.
    """

    student: str
    assignment: str
    status: str
    reason: str = ""
    detail: str = ""
    gain: float = 0.0


class Interrupted(KeyboardInterrupt):
    """The person who marks stopped it; ``marked`` is what was done before."""

    def __init__(self, marked: list[Marked]) -> None:
        super().__init__()
        self.marked = marked


@dataclass(frozen=True)
class Plan:
    """A submission on its way: what was read of it, and the number of the log entry that it may replace."""

    submission: Submission
    mended: Mended
    inputs: Inputs
    job: str
    job_sha256: str
    replaces: int


class Marking:
    """One assignment being marked.

    Parameters
    ----------
    course
        The settings.
    database
        The gradebook's database.
    assignment
        Its id.
    confined
        Whether student code is confined.
    force
        Run and mark everything anew.
    limits
        What each notebook may use.
    """

    def __init__(
        self,
        course: Settings,
        database: Database,
        assignment: str,
        *,
        confined: bool = True,
        force: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.course, self.database, self.assignment, self.force = course, database, assignment, force
        # An assignment of an instructor's own, made with nbgrader alone, has no items in the bank.
        self.items = bank.load(course.bank).get(assignment, Assignment(assignment, assignment))
        self.basis = judging.basis(course, self.items)
        self.environment = environment.sha256(course, confined=confined)
        self.requests = judging.requests(self.items.entries)
        self.limits = limits or Limits()
        self.files = _data_files(course, assignment)
        self.firsts = attempts.that_count(course, assignment)
        self.rules = gradebook.config(course)
        with database.reading() as session:
            self.wanted = mending.template(course, session, assignment)

    def consider(self, student: str) -> Marked | Plan:
        """Decide what a submission needs: nothing, new verdicts on known answers, or a run."""
        with self.database.reading() as session:
            done = ledger.find(session, self.assignment, student)
        try:
            submission = handed_in.read(self.course, self.assignment, student, self.wanted.notebook)
        except RefusedError as refusal:
            return self._flag(student, refusal, done)
        inputs = Inputs(submission.sha256, judging.basis_for(self.basis, self.firsts.get(student)), self.environment)
        if done and done.marked and done.inputs == inputs and not self.force:
            derived.write(self.course, done, self.wanted.notebook, submission.timestamp)
            return said(done, "unchanged")
        try:
            plan = self._plan(submission, inputs, done)
        except JobError as error:  # letters of two bytes take twelve on their way into the sandbox
            return self._flag(student, RefusedError("too-large", str(error), submission.sha256), done)
        known = done and done.marked and done.job == plan.job_sha256 and done.inputs.environment == inputs.environment
        if known and not self.force:
            assert done is not None  # noqa: S101  as `known` says
            return self._judge_anew(plan, done)
        return plan

    def finish(self, plan: Plan, outcome: Outcome) -> Marked | None:
        """Judge an outcome and write the mark; None where something changed meanwhile, so that it begins anew."""
        student = plan.submission.student
        if outcome.stopped == "worker-lost":
            return Marked(
                student, self.assignment, "open", "worker-lost", reasons.instructor("worker-lost", outcome.detail)
            )
        items = judging.judge(
            self.course, self.items.entries, outcome.sent, student, outcome.stopped, self.firsts.get(student)
        )
        points, unverified = judging.points(self.wanted, plan.mended, items, outcome.outputs)
        record = {
            "student": student,
            "assignment": self.assignment,
            "handed_in": plan.submission.timestamp,
            "stopped": outcome.stopped,
            "failed_cells": len(outcome.failed_cells),
            "confined": outcome.confined,
            "remarks": [
                *plan.mended.remarks,
                *(["hidden-checks"] if any(points[name] is None for name in unverified) else []),
            ],
            "unverified": list(unverified),
            "points": points,
            "items": items,
            "written": plan.mended.written,
            "sent": {item: dataclasses.asdict(one) for item, one in outcome.sent.items()},
        }
        text = shown.notebook(self.wanted, plan.mended, items, outcome.outputs)
        return self._write(plan, record, text, outcome.stopped, outcome.detail)

    def _plan(self, submission: Submission, inputs: Inputs, done: Done | None) -> Plan:
        mended = mending.mend(submission, self.wanted)
        notebook = json.dumps({"cells": mended.cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        job = Job(submission.student, notebook, self.requests, self.files, self.limits).to_json()
        job_sha256 = hashlib.sha256(job.encode()).hexdigest()
        return Plan(submission, mended, inputs, job, job_sha256, done.entry if done else 0)

    def _judge_anew(self, plan: Plan, done: Done) -> Marked | Plan:
        """Judge the answers that are known already by a corrected bank, without running anything."""
        student = plan.submission.student
        sent = {item: Sent(**one) for item, one in done.record["sent"].items()}
        items = judging.judge(
            self.course, self.items.entries, sent, student, done.record["stopped"], self.firsts.get(student)
        )
        points = done.record["points"] | {
            one["item"]: one["points"]
            for one in items
            if one["outcome"] != "by-hand" and one["item"] in self.wanted.cells
        }
        record = done.record | {"items": items, "points": points, "handed_in": plan.submission.timestamp}
        text = shown.with_new_verdicts(ledger.unpack(done.notebook), items)
        written = self._write(plan, record, text, done.reason, done.detail, event="judged-anew")
        return written or plan

    def _write(
        self, plan: Plan, record: dict[str, Any], text: str, reason: str, detail: str, event: str = "marked"
    ) -> Marked | None:
        student, stamp = plan.submission.student, plan.submission.timestamp
        if not reason and "hidden-checks" in record["remarks"]:
            reason = "hidden-checks"
        packed = ledger.pack(text)
        with self.database.writing() as session:
            if ledger.entry_of(session, self.assignment, student) != plan.replaces:
                return None
            posted = posting.post(
                session,
                self.rules,
                self.wanted,
                student,
                stamp,
                record["points"],
                plan.mended.unanswered,
                changed_only=event == "judged-anew",
            )
            entry = self._log(session, event, plan.inputs, student, posted, reason, _sha256(record, text))
            done = Done(self.assignment, student, entry, reason, detail, plan.inputs, plan.job_sha256, record, packed)
            ledger.put(session, done)
        derived.write(self.course, done, self.wanted.notebook, stamp)
        return dataclasses.replace(said(done, "marked"), gain=posted.gain)

    def _flag(self, student: str, refusal: RefusedError, done: Done | None) -> Marked:
        """Enter a submission that cannot be opened, so that the formgrader shows it and its marks stay open."""
        inputs = Inputs(refusal.sha256, judging.basis_for(self.basis, self.firsts.get(student)), self.environment)
        told = Marked(
            student, self.assignment, "flagged", refusal.code, reasons.instructor(refusal.code, refusal.detail)
        )
        if refusal.code == "strange-name":
            return told  # the tables cannot hold such an id
        if done and not done.marked and (done.reason, done.inputs.submission) == (refusal.code, refusal.sha256):
            return told
        with self.database.writing() as session:
            posted = posting.open_marks(session, self.wanted, student)
            entry = self._log(session, "flagged", inputs, student, posted, refusal.code, "")
            done = Done(self.assignment, student, entry, refusal.code, refusal.detail, inputs, "", {}, b"")
            ledger.put(session, done)
        derived.remove(self.course, self.assignment, student)
        return told

    def _log(
        self,
        session: Session,
        event: str,
        inputs: Inputs,
        student: str,
        posted: posting.Posted,
        reason: str,
        result: str,
    ) -> int:
        return audit.append(
            session,
            event,
            assignment=self.assignment,
            student=student,
            reason=reason,
            inputs=dataclasses.asdict(inputs),
            before=posted.before,
            points=posted.points,
            manual=posted.manual,
            late=posted.late,
            result_sha256=result,
        )


def mark(
    course: Settings,
    assignment: str,
    tell: Callable[[Marked], None] = lambda _: None,
    *,
    students: Iterable[str] | None = None,
    workers: int | None = None,
    scheduler: str = "",
    confined: bool = True,
    force: bool = False,
    limits: Limits | None = None,
    patience: float | None = None,
) -> list[Marked]:
    """Mark every submission of an assignment that is not done.

    Parameters
    ----------
    course
        The settings.
    assignment
        Its id.
    tell
        Called after each submission, for a progress bar.
    students
        Only these; by default everybody who handed in.
    workers, scheduler, confined
        As :class:`fairmark.distribute.Pool` takes them.
    force
        Run and mark everything anew.
    limits
        What each notebook may use.
    patience
        Seconds to wait for a gradebook that another program has locked.

    Returns
    -------
    list of Marked
        One for each submission, in order of student id. A submission that cannot be marked is flagged and stops
        nothing.

    Raises
    ------
    Interrupted
        On ctrl-C. What was done before stays.
    fairmark.database.GradebookError
        If the gradebook cannot be used; likewise.
    fairmark.worker.WorkerError
        If student code cannot be run here.
    fairmark.busy.BusyError
        If a new term is being begun.
    """
    names = sorted(students) if students is not None else handed_in.submitted(course, assignment)
    given = {} if patience is None else {"patience": patience}
    with busy.working(course), Database(course, **given) as database:
        marking = Marking(course, database, assignment, confined=confined, force=force, limits=limits)
        expected = _expected(marking, names)
        with Pool(course, workers=workers, scheduler=scheduler, confined=confined, expected=expected) as pool:
            return _run(marking, pool, names, tell)


def _expected(marking: Marking, names: list[str]) -> int:
    """Count the notebooks that will have to be run at most, without reading them."""
    with marking.database.reading() as session:
        settled = ledger.settled(session, marking.assignment, marking.environment)
    return len(names) if marking.force else len(set(names) - settled)


def _run(marking: Marking, pool: Pool, names: list[str], tell: Callable[[Marked], None]) -> list[Marked]:
    found: dict[str, Marked] = {}
    running: dict[Future[str], Plan] = {}

    def settle(one: Marked) -> None:
        found[one.student] = one
        tell(one)

    try:
        for name in names:
            first = _safely(marking, name, functools.partial(marking.consider, name))
            if isinstance(first, Plan):
                running[pool.submit(first.job)] = first
            else:
                settle(first or _open(marking, name, "changed-meanwhile"))
            while len(running) >= pool.window:
                _collect(marking, pool, running, settle)
        while running:
            _collect(marking, pool, running, settle)
    except KeyboardInterrupt:
        for future in running:
            future.cancel()
        raise Interrupted(list(found.values())) from None
    return [found[name] for name in names]


def _collect(marking: Marking, pool: Pool, running: dict[Future[str], Plan], settle: Callable[[Marked], None]) -> None:
    """Wait for the next outcomes, and write what they earn."""
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        plan = running.pop(future)
        student = plan.submission.student
        for one in _outcomes(marking, pool, plan, future):
            if one is not None:
                settle(one)
                break
        else:
            settle(_open(marking, student, "changed-meanwhile"))


def _outcomes(marking: Marking, pool: Pool, plan: Plan, future: Future[str]) -> Iterator[Marked | None]:
    """Give what became of a plan; where another marker was faster, what becomes of it then."""
    student = plan.submission.student
    for _ in range(_AGAIN):
        try:
            outcome = Outcome.from_json(future.result())
        except WorkerError:
            raise
        except JobError as error:
            yield _open(marking, student, "marking-failed", str(error))
            return
        except Exception as error:  # of a cluster: its worker, its network or its scheduler is gone
            yield _open(marking, student, "worker-lost", type(error).__name__)
            return
        yield _safely(marking, student, functools.partial(marking.finish, plan, outcome))
        again = marking.consider(student)
        if isinstance(again, Marked):
            yield again
            return
        plan, future = again, pool.submit(again.job)


T = TypeVar("T")


def _safely(marking: Marking, student: str, step: Callable[[], T]) -> T | Marked:
    """Do a step of one submission; whatever surprises us in it costs that submission its turn, and not the batch."""
    try:
        return step()
    except (GradebookError, WorkerError):
        raise
    except Exception as error:
        return _open(marking, student, "marking-failed", f"{type(error).__name__}: {error}"[:300])


def _open(marking: Marking, student: str, code: str, more: str = "") -> Marked:
    return Marked(student, marking.assignment, "open", code, reasons.instructor(code, more))


def said(done: Done, status: str) -> Marked:
    """Say what became of a submission that is done, with the reason in words."""
    detail = reasons.instructor(done.reason, done.detail) if done.reason else ""
    return Marked(done.student, done.assignment, status, done.reason, detail)


def _sha256(record: dict[str, Any], text: str) -> str:
    """Hash what came out of marking: the record and the marked notebook."""
    parts = json.dumps(record, sort_keys=True, allow_nan=False) + text
    return hashlib.sha256(parts.encode()).hexdigest()


def _data_files(course: Settings, assignment: str) -> dict[str, bytes]:
    """Read the files that students get with an assignment, and that their notebook finds beside it."""
    folder = course.workdir / "release" / assignment
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".ipynb")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}
