"""Mark through nbgrader: its autograde step, with the answers judged here instead of in the student's kernel.

Two preprocessors take the place of nbgrader's own. :class:`MarkItems` runs the notebook, reads the answers and judges
them; :class:`SaveVerdicts` writes the points into the gradebook. Before them :class:`MendCells` undoes what nbgrader
would stumble over. With them in its configuration, ``nbgrader autograde`` and the formgrader's button mark in this
way too.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import determine_grade
from traitlets import Integer

from fairmark import bank, checks, gradebook, runner
from fairmark.bank import Assignment, Entry
from fairmark.checks import Verdict
from fairmark.files import fingerprint, write_text
from fairmark.settings import Settings
from worksheet import variants
from worksheet.wire import Json, RefusedError

RECORD = "verdicts.json"


@dataclass(frozen=True)
class Marked:
    """What became of one submission.

    Attributes
    ----------
    student, assignment : str
    status : str
        ``marked``, ``unchanged`` (marked before from the same submission, bank and term), or ``flagged``.
    reason : str
        For a flagged submission: a short code.
    detail : str
        For a flagged submission: what a person should know, in a sentence.
    """

    student: str
    assignment: str
    status: str
    reason: str = ""
    detail: str = ""


class MendCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Give a submission the release's marked cells again: each once, none missing, and no others.

    A cell that was copied, or pasted from another assignment, stays and runs, but counts as the student's own.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Give each cell the release's metadata, or none; append marked cells that are gone."""
        names = resources["nbgrader"]
        folder = gradebook.course_of(self.config).workdir / "release" / names["assignment"]
        released = nbformat.read(folder / f"{names['notebook']}.ipynb", as_version=4).cells
        missing = {cell.metadata.nbgrader["grade_id"]: cell for cell in released if "nbgrader" in cell.metadata}
        for cell in reversed(nb.cells):
            marks = cell.metadata.pop("nbgrader", None)
            # Some programs drop the metadata that they do not know, but keep the cell's id, which is the same.
            name = marks.get("grade_id") if isinstance(marks, dict) else cell.get("id")
            if isinstance(name, str) and name in missing:
                cell.metadata["nbgrader"] = missing.pop(name).metadata.nbgrader
        for cell in missing.values():
            if cell.metadata.nbgrader["grade"]:
                nb.cells.append(_returned(cell))
        return nb, resources


class MarkItems(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a submission, read its answers as data, and judge them with the bank."""

    cell_seconds = Integer(runner.CELL_SECONDS, help="After this many seconds a cell is interrupted").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Mark one notebook; leave the verdicts in ``resources`` and in a record beside the notebook."""
        names, folder = resources["nbgrader"], Path(resources["metadata"]["path"])
        course = gradebook.course_of(self.config)
        entries = _bank(course.bank, bank.fingerprint(course.bank))[names["assignment"]].entries
        outcome = runner.run(nb, requests(entries), folder.resolve(), names["student"], cell_seconds=self.cell_seconds)
        judged = {
            name: _judge(course, entry, outcome.sent.get(name), names["student"]) for name, entry in entries.items()
        }
        for cell in nb.cells:
            item = cell.metadata.get("nbgrader", {}).get("grade_id")
            if item in judged and cell.cell_type == "code":
                _show(cell, judged[item][0])
        record = _record(names, judged, outcome, basis(course))
        write_text(folder / RECORD, json.dumps(record, indent=1, ensure_ascii=False))
        resources["fairmark"] = {item: verdict for item, (verdict, *_) in judged.items()}
        return nb, resources


class SaveVerdicts(SaveAutoGrades):  # type: ignore[misc]
    """Write the verdicts' points into nbgrader's gradebook."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        name = cell.metadata["nbgrader"]["grade_id"]
        verdict: Verdict | None = resources.get("fairmark", {}).get(name)
        if verdict is None or verdict.outcome == "by-hand":
            # Written answers and an instructor's own assertion cells; to the latter a warning must cost nothing.
            if cell.cell_type == "code":
                cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
            score = determine_grade(cell, self.log)[0]
        else:
            score = verdict.points
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        grade.auto_score = score
        grade.needs_manual_grade = grade.manual_score is not None or score is None
        self.gradebook.db.commit()


def requests(entries: dict[str, Entry]) -> Iterator[runner.Request]:
    """List what the runner must bring out of a notebook for these items."""
    for name, entry in entries.items():
        if not entry.marked_by_hand:
            calls = runner.calls_text(call.arguments for call in entry.calls) if entry.calls else ""
            yield runner.Request(name, entry.item.name, calls)


def mark(course: Settings, api: NbGraderAPI, assignment: str, tell: Callable[[Marked], None]) -> list[Marked]:
    """Mark every submission of an assignment that is new or changed.

    Parameters
    ----------
    course
        The settings.
    api
        nbgrader, configured by :func:`fairmark.gradebook.api`.
    assignment
        Its id.
    tell
        Called after each submission, for a progress bar.

    Returns
    -------
    list of Marked
        One for each submission, in order of student id. A submission that cannot be marked is flagged and stops
        nothing.
    """
    done = []
    for student in submitted(course, assignment):
        done.append(_mark_one(course, api, assignment, student))
        tell(done[-1])
    return done


def submitted(course: Settings, assignment: str) -> list[str]:
    """List the students who handed an assignment in, in order of id."""
    return sorted(folder.parent.name for folder in course.workdir.glob(f"submitted/*/{assignment}") if folder.is_dir())


def read_record(course: Settings, assignment: str, student: str) -> dict[str, Any] | None:
    """Read what marking recorded of a submission, or None where it is not marked."""
    file = course.workdir / "autograded" / student / assignment / RECORD
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def basis(course: Settings) -> str:
    """Hash what decides marks beside the submission: the bank, and the names that choose each student's variants."""
    parts = (bank.fingerprint(course.bank), course.course, course.term)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def flagged(course: Settings) -> list[Marked]:
    """List the submissions that cannot be marked or stopped early, without marking anything."""
    found = []
    for folder in sorted(course.workdir.glob("submitted/*/*")):
        student, assignment = folder.parent.name, folder.name
        problem = _unreadable(folder / f"{assignment}.ipynb")
        record = read_record(course, assignment, student)
        if problem:
            found.append(Marked(student, assignment, "flagged", *problem))
        elif record:
            found.append(Marked(student, assignment, "marked", *_worth_a_look(record)))
        else:
            found.append(Marked(student, assignment, "flagged", "not-marked", "Run fairmark mark."))
    return found


def _returned(cell: Any) -> Any:
    """Word a marked cell that its student deleted; a written one then differs from the release and waits."""
    if cell.cell_type == "markdown":
        cell.source = "This cell was missing from the submission. Look for the answer in the cells above."
    return cell


@functools.lru_cache(maxsize=2)
def _bank(folder: Path, _: str) -> dict[str, Assignment]:
    """Load a bank once; its fingerprint is part of the key, so that a corrected bank is loaded anew."""
    return bank.load(folder)


def _mark_one(course: Settings, api: NbGraderAPI, assignment: str, student: str) -> Marked:
    folder = course.workdir / "submitted" / student / assignment
    problem = _unreadable(folder / f"{assignment}.ipynb")
    if problem:
        _enter_unmarked(course, assignment, student)
        return Marked(student, assignment, "flagged", *problem)
    record = read_record(course, assignment, student)
    seen = (fingerprint(folder), basis(course))
    if record and (record["submission_sha256"], record["basis_sha256"]) == seen:
        return Marked(student, assignment, "unchanged", *_worth_a_look(record))
    result = api.autograde(assignment, student)
    record = read_record(course, assignment, student)
    if not result["success"] or record is None:
        return Marked(student, assignment, "flagged", "marking-failed", _last_line(result))
    _seal(course, assignment, student, seen[0])
    return Marked(student, assignment, "marked", *_worth_a_look(record))


def _worth_a_look(record: dict[str, Any]) -> tuple[str, str]:
    if record["stopped"]:
        return "stopped-early", record["stopped"]
    return "", ""


def _unreadable(file: Path) -> tuple[str, str] | None:
    """Say why a notebook cannot be opened at all, or None."""
    if not file.is_file():
        return "no-notebook", f"{file.name} is not in the submission. Ask the student for it."
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        nbformat.validate(nbformat.from_dict(notebook))
    except Exception as error:  # nbformat raises its validator's own classes as well
        why = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return "unreadable", f"{file.name} is damaged or cut off ({why}). Ask the student for it again."
    return None


def _enter_unmarked(course: Settings, assignment: str, student: str) -> None:
    """Enter a submission that cannot be marked, so that the formgrader shows it and its marks stay open."""
    with Gradebook(course.gradebook, course.course) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(assignment, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.auto_score = None
                grade.needs_manual_grade = True
        gradebook.db.commit()


def _judge(course: Settings, entry: Entry, sent: runner.Sent | None, student: str) -> tuple[Verdict, Json, int | None]:
    """Judge what came out of the notebook; give back the verdict, the answer, and the variant's number."""
    item, number = entry.item, None
    if item.pool:
        number = variants.choose(course.course, course.term, item.id, student, len(item.pool))
    if sent is None or sent.problem:
        return checks.unreadable(entry, sent.problem if sent else runner.NOTHING_SENT), None, number
    try:
        answer = sent.value()
    except RefusedError as refusal:
        return checks.unreadable(entry, f"The answer cannot be read: {refusal}."), None, number
    return checks.judge(entry, answer, number or 0), answer, number


def _show(cell: Any, verdict: Verdict) -> None:
    """Put the verdict where the check's output stood; the formgrader and stock feedback show it there."""
    text = f"{verdict.points:g} of {verdict.out_of:g} points. {verdict.message}"
    cell.source = f'check("{verdict.item}")'
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": text})]


def _record(names: Any, judged: Any, outcome: runner.Run, basis_sha256: str) -> dict[str, Any]:
    items = [
        {**dataclasses.asdict(verdict), "answer": answer, "variant": number}
        for verdict, answer, number in judged.values()
    ]
    return {
        "student": names["student"],
        "assignment": names["assignment"],
        "submission_sha256": None,
        "basis_sha256": basis_sha256,
        "stopped": outcome.stopped,
        "failed_cells": outcome.failed_cells,
        "items": items,
    }


def _seal(course: Settings, assignment: str, student: str, submission_sha256: str) -> None:
    """Complete the record once the gradebook has the marks: a record without it counts as not done."""
    file = course.workdir / "autograded" / student / assignment / RECORD
    record = json.loads(file.read_text(encoding="utf-8")) | {"submission_sha256": submission_sha256}
    os.chmod(file, 0o644)  # noqa: PTH101  nbgrader makes what it writes read-only
    write_text(file, json.dumps(record, indent=1, ensure_ascii=False))


def _last_line(result: dict[str, Any]) -> str:
    """Find the error itself, which nbgrader's closing words hide."""
    lines = [line.strip() for line in (result.get("log") or result.get("error") or "").splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    return (errors or lines or ["nbgrader gave no reason"])[-1][:200]
