"""Release the assignments: each source notebook with its questions, put together from the public halves.

Of the bank only the public halves are read here (:meth:`fairmark.bank.Assignment.sheet`), so two banks that differ
only in their secret halves give the same release, byte for byte.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, MissingEntry

from fairmark import bank, gradebook, modes, prompting, studentbundle
from fairmark.files import write_text
from fairmark.modes import Mode
from fairmark.settings import Settings
from worksheet.items import Item, Sheet

HIDDEN = """\
### BEGIN HIDDEN TESTS
raise RuntimeError("This course is marked with fairmark; nbgrader alone gives no points.")
### END HIDDEN TESTS"""


class ReleaseError(ValueError):
    """A source notebook that does not fit its bank; the message names notebook, item and remedy."""


@dataclass(frozen=True)
class Released:
    """One assignment, as it was released."""

    assignment: str
    items: int
    points: float
    notebook: Path


def build(course: Settings) -> list[Released]:
    """Build the student release of every assignment, and the bundle.

    Parameters
    ----------
    course
        The settings.

    Returns
    -------
    list of Released
        One for each assignment of the bank.

    Raises
    ------
    ReleaseError
        If a source notebook and the bank do not name the same items.
    BankError
        If the bank is malformed.
    fairmark.tables.TableError
        If the table of modes is.
    """
    nbgrader = gradebook.api(course)
    sheets = {name: one.sheet(course.course, course.term) for name, one in bank.load(course.bank).items()}
    notebooks = _compose_all(course, sheets)
    _keep_what_was_answered(course, notebooks)
    released = []
    for name, sheet in sheets.items():
        folder = course.workdir / "source" / name
        write_text(folder / f"{name}.ipynb", nbformat.writes(notebooks[name]) + "\n")
        write_text(folder / "items.json", json.dumps(sheet.to_json(), indent=1, ensure_ascii=False) + "\n")
        gradebook.check(nbgrader.generate_assignment(name), f"release {name}")
        target = course.workdir / "release" / name / f"{name}.ipynb"
        points = sum(item.points for item in sheet.items.values())
        released.append(Released(name, len(sheet.items), points, target))
    studentbundle.build(course)
    return released


def _compose_all(course: Settings, sheets: dict[str, Sheet]) -> dict[str, nbformat.NotebookNode]:
    """Compose every assignment's notebook, so that a mistake in one of them releases none."""
    table = modes.load(course.modes)
    notebooks = {}
    for name, sheet in sheets.items():
        source = course.assignments / f"{name}.ipynb"
        if not source.is_file():
            raise ReleaseError(f"{source}: missing; the bank has an assignment {name!r}")
        told = notice(table.get(name, modes.FORM_ONLY))
        notebooks[name] = compose(_read(source), sheet, source.name, told)
    return notebooks


def _read(file: Path) -> nbformat.NotebookNode:
    try:
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise ReleaseError(f"{file}: cannot be read as a notebook; save it anew with JupyterLab ({error})") from None
    return notebook


def _keep_what_was_answered(course: Settings, notebooks: dict[str, nbformat.NotebookNode]) -> None:
    """Refuse to add or take away cells that students' work rests on; nbgrader would stop halfway."""
    with Gradebook(course.gradebook, course.course) as book:
        for name, notebook in notebooks.items():
            try:
                known = book.find_notebook(name, name)
            except MissingEntry:
                continue
            before = {str(cell.name) for cell in known.source_cells}
            now = {cell.metadata["nbgrader"]["grade_id"] for cell in notebook.cells if "nbgrader" in cell.metadata}
            changed = [f"{one} is {'new' if one in now else 'gone'}" for one in sorted(now ^ before)]
            if changed and known.submissions:
                raise ReleaseError(
                    f"{name}: work of {len(known.submissions)} students is in the gradebook, so its cells must stay as "
                    f"they were released ({', '.join(changed)}). Texts and keys may "
                    "change. To try new questions, name another folder with --workdir"
                )


def notice(mode: Mode) -> str:
    """Say at the top of a notebook, in Markdown, that first attempts count; empty where they do not.

    Examples
    --------
    >>> print(notice(Mode(attempts=1)))
    > **Your first check counts.** On the course's JupyterHub, `check` tells you whether an answer is right,
    > once for each question. Your first attempt is the one that is marked, also if you change
    > the answer afterwards. So run a check when you are sure, and not before.
    > An answer of the wrong form uses up nothing.
    >>> notice(Mode())
    ''
    """
    if not mode.first_counts:
        return ""
    often = "once" if mode.attempts == 1 else f"{mode.attempts} times"
    return (
        "> **Your first check counts.** On the course's JupyterHub, `check` tells you whether an answer is right,\n"
        f"> {often} for each question. Your first attempt is the one that is marked, also if you change\n"
        "> the answer afterwards. So run a check when you are sure, and not before.\n"
        "> An answer of the wrong form uses up nothing."
    )


def compose(source: nbformat.NotebookNode, sheet: Sheet, name: str, told: str = "") -> nbformat.NotebookNode:
    """Put each item's question before its answer cell and its check after it.

    Parameters
    ----------
    source
        A notebook of prose and answer cells; the metadata entry ``item`` of an answer cell names its item.
    sheet
        The public halves.
    name
        The notebook's file name, for messages.
    told
        What :func:`notice` says; put under the notebook's first cell.

    Returns
    -------
    NotebookNode
        In nbgrader's source form: locked check cells with a hidden line that stock marking stumbles over.

    Raises
    ------
    ReleaseError
        If an item has no answer cell, two, or one of the wrong type, or an answer cell has no item.
    """
    cells: list[Any] = []
    seen: list[str] = []
    for cell in source.cells:
        item_id = cell.metadata.get("item")
        if item_id is None:
            cells.append(_prose(cell, f"{sheet.assignment}-text-{len(cells)}"))
            continue
        if item_id not in sheet.items:
            raise ReleaseError(f"{name}: an answer cell names {item_id!r}, which is not in the bank")
        if item_id in seen:
            raise ReleaseError(f"{name}: {item_id!r} has two answer cells")
        seen.append(item_id)
        cells.extend(_question(sheet.items[item_id], cell, name))
    order = [item_id for item_id in sheet.items if item_id in seen]
    if seen != order:
        raise ReleaseError(
            f"{name}: the answer cells stand in another order than the items of the bank: {', '.join(order)}"
        )
    missing = [item_id for item_id in sheet.items if item_id not in seen]
    if missing:
        raise ReleaseError(f"{name}: no answer cell for {', '.join(missing)}; give one the metadata item={missing[0]}")
    if told:
        under = new_markdown_cell(told, id=f"{sheet.assignment}-notice")
        under.metadata.update(editable=False, deletable=False)
        cells.insert(1, under)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel | {"language_info": {"name": "python"}})


def _prose(cell: Any, cell_id: str) -> Any:
    """Take over a cell that belongs to no item; code is locked against accidents, but for cells tagged `open`."""
    if "open" in cell.metadata.get("tags", []):
        return new_code_cell(cell.source, id=cell_id)
    if cell.cell_type == "code":
        return _cell(new_code_cell, cell_id, cell.source, locked=True)
    made = new_markdown_cell(cell.source, id=cell_id)
    made.metadata.update(editable=False, deletable=False)
    return made


def _question(item: Item, answer: Any, name: str) -> list[Any]:
    wanted = "markdown" if item.kind == "written" else "code"
    if answer.cell_type != wanted:
        raise ReleaseError(f"{name}: the answer cell of {item.id} must be a {wanted} cell")
    question = new_markdown_cell(prompting.prompt(item), id=f"{item.id}-prompt")
    question.metadata.update(editable=False, deletable=False)
    if item.kind == "written":
        written = _cell(new_markdown_cell, item.id, answer.source, grade=True, solution=True, points=item.points)
        return [question, written]
    cells = [question]
    if item.pool:
        given = f'{item.name}_given = variant("{item.id}")\n{item.name}_given'
        cells.append(_cell(new_code_cell, f"{item.id}-given", given, locked=True))
    cells.append(_cell(new_code_cell, f"{item.id}-answer", answer.source, solution=True))
    test = f'check("{item.id}")\n{HIDDEN}'
    cells.append(_cell(new_code_cell, item.id, test, grade=True, locked=True, points=item.points))
    return cells


def _cell(make: Any, cell_id: str, source: str, points: float | None = None, **roles: bool) -> Any:
    cell = make(source, id=cell_id)
    marks = {"grade": False, "solution": False, "locked": False, "task": False} | roles
    cell.metadata["nbgrader"] = marks | {"grade_id": cell_id, "schema_version": gradebook.SCHEMA}
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points
    return cell
