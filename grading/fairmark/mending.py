"""Put a submission back into the release's form: what is marked, how, and for how much comes from the gradebook.

Of a submission only the text of its answer cells and of the student's own cells is used. Marked cells are there once
each; locked ones are as they were released; hidden lines are in none of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import Assignment, GradeCell, Notebook, SolutionCell, SourceCell, TaskCell
from sqlalchemy import select
from sqlalchemy.orm import Session

from fairmark.database import GradebookError
from fairmark.gradebook import SCHEMA
from fairmark.settings import Settings
from fairmark.submissions import Cell, Kind, Submission

_HIDDEN = re.compile(
    r"^[^\S\n]*#+[^\n]*BEGIN (HIDDEN TESTS)[^\n]*\n.*?^[^\S\n]*#+[^\n]*END \1[^\n]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
GONE = "This cell was missing from the submission. Look for the answer in the cells above."
"""What stands in place of an answer cell that was deleted."""
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class MarkedCell:
    """One marked cell, as the gradebook knows it.

    Attributes
    ----------
    name : str
    kind : str
    source : str
        Without hidden lines.
    marks : dict
        nbgrader's metadata.
    hidden : bool
        Whether it has hidden lines.
    """

    name: str
    kind: Kind
    source: str
    marks: dict[str, Any]
    hidden: bool = False

    @property
    def open(self) -> bool:
        """Whether its text is the student's."""
        return bool(self.marks["solution"] or self.marks["task"])


@dataclass(frozen=True)
class Keys:
    """Keys of nbgrader's rows: the assignment, its notebook, and the cells that have grades and comments."""

    assignment: str
    notebook: str
    grades: dict[str, str]
    comments: dict[str, str]


@dataclass(frozen=True)
class Template:
    """What an assignment's notebook must have.

    Attributes
    ----------
    assignment, notebook : str
    keys : Keys
        Where they stand in nbgrader's tables.
    cells : dict
        Name to marked cell, in the order of the release.
    prose : dict
        Cell id to text: the released cells that are not marked.
    kernel : dict
    """

    assignment: str
    notebook: str
    keys: Keys
    cells: dict[str, MarkedCell]
    prose: dict[str, str] = field(default_factory=dict)
    kernel: dict[str, Any] = field(default_factory=lambda: dict(_KERNEL))


@dataclass(frozen=True)
class Mended:
    """A submission in the release's form.

    Attributes
    ----------
    cells : list of dict
        Of notebook format 4, without outputs.
    ours : frozenset of int
        Which cells hold only text of the release.
    remarks : tuple of str
        Codes of :data:`fairmark.reasons.REASONS` that say what was mended.
    unanswered : frozenset of str
        Names of open cells that were left as they were released.
    written : dict
        Name to the student's text, for open cells of prose.
    """

    cells: list[dict[str, Any]]
    ours: frozenset[int]
    remarks: tuple[str, ...]
    unanswered: frozenset[str]
    written: dict[str, str]


def template(course: Settings, session: Session, assignment: str) -> Template:
    """Read from the gradebook what an assignment's notebook must have.

    Raises
    ------
    GradebookError
        If the assignment was not released, or has several notebooks.
    """
    notebooks = session.scalars(select(Notebook).join(Assignment).where(Assignment.name == assignment)).all()
    if len(notebooks) != 1:
        raise GradebookError(
            f"{assignment}: the gradebook has {len(notebooks)} notebooks of it, and one is needed; "
            "run fairmark release first"
        )
    notebook = notebooks[0]
    kernel = json.loads(notebook.kernelspec) if notebook.kernelspec else dict(_KERNEL)
    release = _release(course, assignment, str(notebook.name))
    known = {cell.name: cell for cell in _marked_cells(session, notebook)}
    names = [name for name, _ in release if name in known]
    ordered = {name: known[name] for name in [*names, *(name for name in known if name not in names)]}
    prose = {name: text for name, text in release if name not in known}
    return Template(assignment, str(notebook.name), _keys(notebook), ordered, prose, kernel)


def mend(submission: Submission, wanted: Template) -> Mended:
    """Bring a submission into the release's form; see this module.

    A cell that was copied, or pasted from another assignment, stays and runs, but counts as the student's own. Of
    several that claim the same name the last one counts. Marked cells that are gone are appended.
    """
    places, doubled = _places(submission.cells, wanted)
    work = _Work(wanted)
    for number, cell in enumerate(submission.cells):
        name = places.get(number)
        if name is not None:
            work.marked(wanted.cells[name], cell)
        elif cell.id in wanted.prose and cell.kind == "markdown":
            work.add("markdown", wanted.prose[cell.id], ours=True)
        else:
            work.add(cell.kind, cell.source)
    work.append_missing(set(places.values()))
    if doubled:
        work.remarks.add("cells-doubled")
    return Mended(
        work.cells, frozenset(work.ours), tuple(sorted(work.remarks)), frozenset(work.unanswered), work.written
    )


class _Work:
    """A notebook in the making."""

    def __init__(self, wanted: Template) -> None:
        self.wanted = wanted
        self.cells: list[dict[str, Any]] = []
        self.ours: set[int] = set()
        self.remarks: set[str] = set()
        self.unanswered: set[str] = set()
        self.written: dict[str, str] = {}

    def add(self, kind: Kind, source: str, *, ours: bool = False, marks: dict[str, Any] | None = None) -> None:
        number = len(self.cells)
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
        if marks is not None:
            cell["metadata"] = {"nbgrader": marks}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        if ours:
            self.ours.add(number)
        self.cells.append(cell)

    def marked(self, due: MarkedCell, found: Cell) -> None:
        if due.open:
            if found.source == due.source and found.kind == due.kind:
                self.unanswered.add(due.name)
            if due.kind == "markdown":
                self.written[due.name] = found.source
        elif found.source != due.source:
            self.remarks.add("cells-changed")
        if found.kind != due.kind:
            self.remarks.add("cells-changed")
        source = found.source if due.open else due.source
        self.add(due.kind, source, ours=not due.open, marks=due.marks)

    def append_missing(self, there: set[str]) -> None:
        for name, due in self.wanted.cells.items():
            if name in there:
                continue
            self.remarks.add("cells-missing")
            if not due.marks["grade"] and not due.marks["task"]:
                continue
            if due.open and due.kind == "markdown":
                # A person must see that there was nothing: the answer may stand elsewhere.
                self.add("markdown", GONE, ours=True, marks=due.marks)
                self.written[name] = GONE
            else:
                self.add(due.kind, due.source, ours=True, marks=due.marks)


def _places(cells: tuple[Cell, ...], wanted: Template) -> tuple[dict[int, str], bool]:
    """Say which cells of a submission stand for which marked ones, and whether any is there twice."""
    places: dict[int, str] = {}
    taken: set[str] = set()
    doubled = False
    for number in range(len(cells) - 1, -1, -1):
        cell = cells[number]
        # Some programs drop the metadata that they do not know, but keep the cell's id, which is the same.
        name = cell.claims or cell.id
        if name not in wanted.cells or cell.kind == "raw":
            continue
        if name in taken:
            doubled = True
            continue
        taken.add(name)
        places[number] = name
    return places, doubled


def _keys(notebook: Notebook) -> Keys:
    graded = {str(cell.name): str(cell.id) for cell in [*notebook.grade_cells, *notebook.task_cells]}
    told = {str(cell.name): str(cell.id) for cell in [*notebook.solution_cells, *notebook.task_cells]}
    return Keys(str(notebook.assignment.id), str(notebook.id), graded, told)


def _marked_cells(session: Session, notebook: Notebook) -> list[MarkedCell]:
    where = {"notebook_id": notebook.id}
    grades = {one.name: one for one in session.scalars(select(GradeCell).filter_by(**where))}
    tasks = {one.name: one for one in session.scalars(select(TaskCell).filter_by(**where))}
    solutions = set(session.scalars(select(SolutionCell.name).filter_by(**where)))
    found = []
    for cell in session.scalars(select(SourceCell).filter_by(**where).order_by(SourceCell.name)):
        marks = {
            "grade": cell.name in grades,
            "grade_id": cell.name,
            "locked": bool(cell.locked),
            "schema_version": SCHEMA,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "checksum": cell.checksum,
        }
        if cell.name in grades or cell.name in tasks:
            marks["points"] = float((grades | tasks)[cell.name].max_score)
        whole = (cell.source or "").removesuffix("\n")
        source = _HIDDEN.sub("", cell.source or "").removesuffix("\n")
        found.append(MarkedCell(cell.name, cell.cell_type, source, marks, source != whole))
    return found


def _release(course: Settings, assignment: str, notebook: str) -> list[tuple[str, str]]:
    """List name and text of the released cells, in order; nothing where the release is not there any more."""
    file = course.workdir / "release" / assignment / f"{notebook}.ipynb"
    if not file.is_file():
        return []
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return [
        (cell["metadata"].get("nbgrader", {}).get("grade_id") or cell.get("id", ""), "".join(cell["source"]))
        for cell in cells
    ]
