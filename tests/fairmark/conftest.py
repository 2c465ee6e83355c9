"""A small course to mark: one assignment, six items, nothing to import that is slow.

Every secret text of its bank carries a canary, so that a leak can be searched for.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fairmark import answering, bank, distribute, release, settings
from fairmark.jobs import Job
from fairmark.settings import Settings
from worksheet import variants

from . import fakes

ROOT = Path(__file__).parents[2]

BANK = """\
%YAML 1.2
---
assignment: mini1
title: "A small problem set"
items:
  - id: mini1-q1
    public:
      kind: choose
      points: 1
      objective: o1
      options: {left: On the left., right: On the right., middle: In the middle.}
      prompt: Where does it stand?
      hint: Look at the map.
    secret:
      locators: ["src-2020 s1.p1"]
      key: right
      right: canary-q1-right
      otherwise: canary-q1-otherwise
      wrong:
        - {answer: left, misconception: mirrored, message: canary-q1-left}
        - {answer: middle, misconception: undecided, message: canary-q1-middle}
  - id: mini1-q2
    public:
      kind: locate
      points: 2
      objective: o1
      form: {sources: [src-2020]}
      prompt: Where is it said?
      hint: Look in the text.
    secret:
      locators: ["src-2020 s7.p8"]
      key: src-2020 s7.p8
      right: canary-q2-right
      otherwise: canary-q2-otherwise
      wrong:
        - {answer: src-2020 s7.p1, misconception: neighbour, message: canary-q2-neighbour}
  - id: mini1-q3
    public:
      kind: number
      points: 2
      objective: o2
      form: {between: [0, 1000]}
      pool: [{base: 10}, {base: 20}, {base: 30}]
      prompt: Add 700.777 to your base.
      hint: Add.
    secret:
      locators: []
      key: [710.777, 720.777, 730.777]
      tolerance: 0.01
      right: canary-q3-right
      otherwise: canary-q3-otherwise
      wrong:
        - {answers: [690.777, 680.777, 670.777], misconception: subtracted, message: canary-q3-subtracted}
  - id: mini1-q4
    public:
      kind: function
      points: 3
      objective: o2
      form: {signature: "mini1_q4(first, second)"}
      prompt: Write a function that adds.
      hint: Use the plus sign.
    secret:
      locators: []
      tests:
        - {call: [1, 2], gives: 3}
        - {call: [2, 3], gives: 5}
        - {call: [-1, 4096], gives: 4095}
      solution: |
        def mini1_q4(first, second):
            canary_q4_solution = first + second
            return canary_q4_solution
      right: canary-q4-right
      otherwise: canary-q4-otherwise
      wrong:
        - misconception: multiplied
          message: canary-q4-multiplied
          code: |
            def mini1_q4(first, second):
                return first * second
          results: [2, 6, -4096]
  - id: mini1-q5
    public:
      kind: written
      points: 4
      objective: o3
      prompt: Say what you think.
      hint: In one sentence.
      form:
        rubric:
          - criterion: A thought.
            levels: [{points: 4, says: "There is one."}, {points: 0, says: "There is none."}]
    secret:
      locators: []
      exemplars:
        - {points: 4, why: canary-q5-why, text: I think that canary-q5-exemplar.}
        - {points: 0, why: canary-q5-why, text: No.}
  - id: mini1-q6
    public:
      kind: date
      points: 1
      objective: o3
      form: {precision: year}
      prompt: When was it?
      hint: Look at the calendar.
    secret:
      locators: []
      key: "1907"
      right: canary-q6-right
      otherwise: canary-q6-otherwise
"""

COURSE = """\
[course]
id = "small-course"
title = "A small course"
term = "t1"
[paths]
bank = "items"
assignments = "assignments"
lessons = "lessons"
project = "{root}/pyproject.toml"
workdir = "work"
[student.files]
"LICENSE" = "{root}/LICENSE"
"""


def source_notebook() -> nbformat.NotebookNode:
    """Make the assignment's source: prose and answer cells."""
    answers: list[Any] = []
    for number in range(1, 7):
        if number == 5:
            cell = new_markdown_cell("*Write your answer here.*", id="q5")
        elif number == 4:
            cell = new_code_cell("def mini1_q4(first, second):\n    ...", id="q4")
        else:
            cell = new_code_cell(f"mini1_q{number} = None", id=f"q{number}")
        cell.metadata["item"] = f"mini1-q{number}"
        answers.append(cell)
    head = [
        new_markdown_cell("# A small problem set", id="text-0"),
        new_code_cell("from worksheet import check, hint, variant", id="text-1"),
    ]
    return new_notebook(cells=head + answers)


def write_course(folder: Path, text: str = BANK) -> Settings:
    """Write a course's files below a folder, and read its settings."""
    (folder / "items").mkdir(parents=True)
    (folder / "assignments").mkdir()
    (folder / "lessons").mkdir()
    (folder / "items" / "mini1.yaml").write_text(text, encoding="utf-8")
    (folder / "course.toml").write_text(COURSE.format(root=ROOT), encoding="utf-8")
    nbformat.write(source_notebook(), folder / "assignments" / "mini1.ipynb")
    return settings.load(folder / "course.toml")


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a setting of the person who runs the tests out of them."""
    for name in ("FAIRMARK_BANK", "FAIRMARK_SETTINGS", "FAIRMARK_GRADEBOOK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def mini_bank_text() -> str:
    """Return the small course's bank."""
    return BANK


@pytest.fixture(scope="session")
def new_course() -> Callable[..., Settings]:
    """Return the function that writes the small course below a folder."""
    return write_course


@pytest.fixture(scope="session")
def mini_source() -> Callable[[], nbformat.NotebookNode]:
    """Return the function that makes the small assignment's source notebook."""
    return source_notebook


def hand_in(
    course: Settings,
    student: str,
    sources: dict[str, str | None] | None = None,
    change: Callable[[nbformat.NotebookNode], object] | None = None,
) -> Path:
    """Put a perfect submission into the working folder, with other answers or other changes; return its notebook."""
    entries = bank.load(course.bank)["mini1"].entries
    notebook = nbformat.read(course.workdir / "release" / "mini1" / "mini1.ipynb", as_version=4)
    right = {}
    for name, entry in entries.items():
        size = len(entry.item.pool)
        number = variants.choose(course.course, course.term, name, student, size) if size else 0
        right[name] = answering.right_source(entry, number)
    answering.fill(notebook, {**right, **(sources or {})})
    if change:
        change(notebook)
    file = course.workdir / "submitted" / student / "mini1" / "mini1.ipynb"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(nbformat.writes(notebook), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def submit() -> Callable[..., Path]:
    """Return the function that hands in the small assignment."""
    return hand_in


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Release the small course once; only to be copied."""
    course = write_course(tmp_path_factory.mktemp("released") / "course")
    release.build(course)
    return course


@pytest.fixture
def course(released: Settings, tmp_path: Path) -> Settings:
    """Return a released small course of one's own."""
    shutil.copytree(released.file.parent, tmp_path / "course")
    return settings.load(tmp_path / "course" / "course.toml")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[fakes.Worker]:
    """Have jobs answered by a worker that runs nothing."""

    class Worker(fakes.Worker):
        jobs: ClassVar[list[Job]] = []

    monkeypatch.setattr(distribute, "Worker", Worker)
    return Worker
