"""Marking, end to end, of students who do what students do: each of them hands the small assignment in once."""

from __future__ import annotations

import copy
import csv
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from fairmark import bank, exports, gradebook, marking, release, report, results, settings
from fairmark.jobs import Limits
from fairmark.marking import Marked
from fairmark.reasons import REASONS
from fairmark.settings import Settings

AUTOMATIC = {"mini1-q1": 1.0, "mini1-q2": 2.0, "mini1-q3": 2.0, "mini1-q4": 3.0, "mini1-q6": 1.0}
HOSTILE = "<script>alert(1)</script>"


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def copy_cells(notebook: Any) -> None:
    """Copy cells as JupyterLab does: with their metadata, under a new id; and let old programs have touched them."""
    for name in ("mini1-q1-answer", "mini1-q1", "mini1-q5"):
        cell = cell_of(notebook, name)
        double = copy.deepcopy(cell)
        double["id"] = f"{name}-copy"
        notebook.cells.insert(notebook.cells.index(cell) + 1, double)
    for grade in (True, False):
        stranger = nbformat.v4.new_code_cell("x = 1", id=f"stranger-{grade}")
        roles = {"grade": grade, "solution": not grade, "locked": grade, "task": False, "schema_version": 3}
        stranger.metadata["nbgrader"] = {**roles, "grade_id": f"ps0-q{grade:d}", "points": 100.0}
        notebook.cells.append(stranger)
    cell_of(notebook, "mini1-q2").metadata.nbgrader["schema_version"] = 1
    notebook.metadata.kernelspec = {"name": "nonsense", "display_name": "Nonsense", "language": "nonsense"}


def delete_cells(notebook: Any) -> None:
    """Delete the first question's cells, every check, and the written answer."""
    gone = {"mini1-q1-answer", "mini1-q5", *AUTOMATIC}
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in gone]


def strip_metadata(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.metadata.clear()


def tamper(notebook: Any) -> None:
    """Raise the points, and rewrite the checks."""
    for name in AUTOMATIC:
        cell = cell_of(notebook, name)
        cell.metadata.nbgrader["points"] = 100.0
        cell.metadata["tags"] = ["skip-execution"]
        cell.source = "100.0"


FORGED = """\
import json, pathlib, worksheet, worksheet.checking
def check(*_): return 100.0
worksheet.check = worksheet.checking.check = check
pathlib.Path("items.json").write_text(json.dumps({"items": []}))
pathlib.Path("verdicts.json").write_text(json.dumps({"items": [{"item": "mini1-q1", "points": 100}]}))
class Yes(str):
    def __eq__(self, other): return True
    def __hash__(self): return hash("right")
mini1_q1 = Yes("left")
100.0
"""
WARNED = """\
import sys, warnings
warnings.warn("x")
print("x", file=sys.stderr)
get_ipython().events.register("post_run_cell", lambda result: print("again", file=sys.stderr))
mini1_q1 = "right"
"""
LOUD = """\
print("x" * 3_000_000)
print("\\ud800", "\\u202e")
mini1_q1 = 1 / 0
"""
WRONG_FUNCTION = "def mini1_q4(first, second):\n    return first * second"


@dataclass(frozen=True)
class Case:
    """What one student does, and what must become of it."""

    lost: tuple[str, ...] = ()
    sources: dict[str, str | None] | None = None
    change: Callable[[Any], object] | None = None
    reason: str = ""
    text: str | None = None

    @property
    def points(self) -> float | None:
        """The automatic points that are due; None where the submission cannot be marked."""
        if self.reason and REASONS[self.reason].effect == "flagged":
            return None
        return sum(points for item, points in AUTOMATIC.items() if item not in self.lost)


ALL = tuple(AUTOMATIC)
CASES = {
    "perfect": Case(),
    "empty": Case(ALL, dict.fromkeys([*AUTOMATIC, "mini1-q5"])),
    "mistaken": Case(
        ALL,
        {
            "mini1-q1": 'mini1_q1 = "middle"',
            "mini1-q2": 'mini1_q2 = "src-2020 s7.p1"',
            "mini1-q3": "mini1_q3 = 1",
            "mini1-q4": WRONG_FUNCTION,
            "mini1-q6": 'mini1_q6 = "1908"',
        },
    ),
    "formless": Case(
        ALL,
        {
            "mini1-q1": f"mini1_q1 = {HOSTILE!r}",
            "mini1-q2": "mini1_q2 = object()",
            "mini1-q3": "mini1_q3 = float('nan')",
            "mini1-q4": f"def mini1_q4(first, second):\n    raise ValueError({HOSTILE!r})",
            "mini1-q5": HOSTILE,
            "mini1-q6": "",
        },
    ),
    "warned": Case((), {"mini1-q1": WARNED}),
    "erring": Case(("mini1-q1",), {"mini1-q1": LOUD}),
    "looping": Case(
        ("mini1-q1", "mini1-q4"),
        {"mini1-q1": "while True:\n    pass", "mini1-q4": "def mini1_q4(a, b):\n    while True:\n        pass"},
    ),
    "ending": Case(
        ("mini1-q2", "mini1-q3", "mini1-q4", "mini1-q6"),
        {"mini1-q2": "import os\nos._exit(1)"},
        reason="ended-itself",
    ),
    "copying": Case((), None, copy_cells),
    "deleting": Case(("mini1-q1",), None, delete_cells),
    "stripped": Case((), None, strip_metadata),
    "forging": Case(("mini1-q1",), {"mini1-q1": FORGED}, tamper),
    "garbling": Case(("mini1-q1",), {"mini1-q1": "get_ipython().display_pub.publish({'text/plain': 5})"}),
    "forgetful": Case(reason="no-notebook"),
    "truncated": Case(reason="unreadable", text='{"cells": ['),
    "listing": Case(reason="unreadable", text="[]"),
    "deep": Case(reason="too-deep", text="[" * 100_000),
}
MARKED = [name for name, case in CASES.items() if case.points is not None]
FLAGGED = [name for name in CASES if name not in MARKED]


QUICK = Limits(cell=2, call=2)
"""Little patience for loops."""


def mark(course: Settings) -> dict[str, Marked]:
    return {one.student: one for one in marking.mark(course, "mini1", limits=QUICK)}


@dataclass(frozen=True)
class Class:
    """The marked class: its settings, and what marking said."""

    course: Settings
    marked: dict[str, Marked]
    handed_in: dict[str, bytes] = field(default_factory=dict)

    def record(self, student: str) -> dict[str, dict[str, Any]]:
        """Give what marking recorded of a student, item by item."""
        record = results.record(self.course, "mini1", student)
        assert record is not None
        return {one["item"]: one for one in record["items"]}

    def page(self, student: str) -> str:
        """Give a student's feedback page."""
        return (self.course.workdir / "feedback" / student / "mini1" / "mini1.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def marked_class(
    tmp_path_factory: pytest.TempPathFactory, new_course: Callable[..., Settings], submit: Callable[..., Path]
) -> Class:
    """Mark the class once, and write its feedback."""
    course = new_course(tmp_path_factory.mktemp("marking") / "course")
    release.build(course)
    for student, case in CASES.items():
        file = submit(course, student, case.sources, case.change)
        if case.reason == "no-notebook":
            file.unlink()
        if case.text is not None:
            file.write_text(case.text)
    files = {student: course.workdir / "submitted" / student / "mini1" / "mini1.ipynb" for student in MARKED}
    handed_in = {student: file.read_bytes() for student, file in files.items()}
    marked = mark(course)
    api = gradebook.api(course)
    for student in MARKED:
        gradebook.check(api.generate_feedback("mini1", student), "write feedback")
    return Class(course, marked, handed_in)


@pytest.fixture
def copied(marked_class: Class, tmp_path: Path) -> Settings:
    """Return a copy of the marked class, to change."""
    shutil.copytree(marked_class.course.file.parent, tmp_path / "copy")
    return settings.load(tmp_path / "copy" / "course.toml")


@pytest.mark.parametrize("student", MARKED)
def test_each_student_earns_the_points_of_what_was_answered_right(student, marked_class):
    """Loss stays with the item in which a notebook fails, whatever happens there."""
    got = {item: one["points"] for item, one in marked_class.record(student).items() if item in AUTOMATIC}
    assert got == {item: 0 if item in CASES[student].lost else points for item, points in AUTOMATIC.items()}


@pytest.mark.parametrize("student", CASES)
def test_the_gradebook_holds_what_marking_decided(student, marked_class):
    """The marks in nbgrader's gradebook are the verdicts' own."""
    rows = {row.student: row for row in report.table(marked_class.course, list(marked_class.marked.values()))}
    due = CASES[student].points
    assert rows[student].status == ("flagged" if due is None else "marked")
    assert rows[student].automatic_of == sum(AUTOMATIC.values())
    if due is None:
        assert rows[student].total is None
    else:
        assert rows[student].automatic == pytest.approx(due)


@pytest.mark.parametrize("student", CASES)
def test_what_needs_a_person_is_flagged_with_its_reason_and_nothing_else_is(student, marked_class):
    """A submission that cannot be marked, or stopped early, says why; an ordinary one is not flagged."""
    one = marked_class.marked[student]
    assert one.reason == CASES[student].reason
    assert one.status == ("flagged" if student in FLAGGED else "marked")
    assert bool(one.detail) == bool(one.reason)


@pytest.mark.parametrize("student", MARKED)
def test_every_grade_is_one_the_formgrader_can_work_with(student, marked_class):
    """Automatic items have a score and wait for nobody; the written one waits where something was written."""
    with Gradebook(marked_class.course.gradebook) as book:
        grades = {one.name: one for one in book.find_submission("mini1", student).notebooks[0].grades}
    assert grades.keys() == {*AUTOMATIC, "mini1-q5"}
    assert all(grades[item].auto_score is not None and not grades[item].needs_manual_grade for item in AUTOMATIC)
    assert grades["mini1-q5"].needs_manual_grade == (student != "empty")


@pytest.mark.parametrize("student", FLAGGED)
def test_the_grades_of_a_flagged_submission_stay_open(student, marked_class):
    """Nobody gets 0 for a notebook that could not be opened."""
    with Gradebook(marked_class.course.gradebook) as book:
        grades = book.find_submission("mini1", student).notebooks[0].grades
        assert grades
        assert all(grade.needs_manual_grade for grade in grades)


@pytest.mark.parametrize(
    ("student", "item", "message"),
    [
        ("perfect", "mini1-q1", "canary-q1-right"),
        ("mistaken", "mini1-q1", "canary-q1-middle"),
        ("mistaken", "mini1-q2", "canary-q2-neighbour"),
        ("mistaken", "mini1-q3", "canary-q3-otherwise"),
        ("mistaken", "mini1-q4", "canary-q4-multiplied"),
        ("mistaken", "mini1-q6", "canary-q6-otherwise"),
        ("empty", "mini1-q2", "There is no answer. Hint: Look in the text."),
        ("formless", "mini1-q2", "a value of type 'object' cannot be an answer"),
        ("formless", "mini1-q3", "not finite"),
        ("ending", "mini1-q6", "ended its own Python"),
        ("looping", "mini1-q4", "canary-q4-otherwise"),
    ],
)
def test_each_answer_gets_its_own_message(student, item, message, marked_class):
    """The message of the verdict is in the record and on the page."""
    assert message in marked_class.record(student)[item]["message"]
    assert message in marked_class.page(student).replace("&#39;", "'")


def test_marking_again_marks_nothing(marked_class):
    """A second run finds everything as it was."""
    again = mark(marked_class.course)
    assert {student: again[student].status for student in MARKED} == dict.fromkeys(MARKED, "unchanged")
    assert {student: one.reason for student, one in again.items()} == {s: c.reason for s, c in CASES.items()}


def test_only_a_changed_submission_is_marked_again(copied, submit):
    """One student hands in anew; the others are left alone."""
    submit(copied, "mistaken", {"mini1-q6": 'mini1_q6 = "1908"'})
    again = mark(copied)
    assert [student for student, one in again.items() if one.status == "marked"] == ["mistaken"]
    record = results.record(copied, "mini1", "mistaken")
    assert sum(one["points"] for one in record["items"]) == sum(AUTOMATIC.values()) - 1


def test_a_changed_bank_marks_everybody_again(copied, mini_bank_text):
    """Correcting a key reaches those who are marked already."""
    for student in set(CASES) - {"perfect"}:
        shutil.rmtree(copied.workdir / "submitted" / student)
    (copied.bank / "mini1.yaml").write_text(mini_bank_text.replace('key: "1907"', 'key: "1909"'), encoding="utf-8")
    assert mark(copied)["perfect"].status == "marked"
    items = {one["item"]: one["points"] for one in results.record(copied, "mini1", "perfect")["items"]}
    assert items["mini1-q6"] == 0


def test_a_persons_marks_survive_marking_and_show_on_the_page(copied, submit):
    """What was typed into the formgrader stays when the submission is marked again."""
    for student in set(CASES) - {"perfect"}:
        shutil.rmtree(copied.workdir / "submitted" / student)
    with Gradebook(copied.gradebook) as book:
        for item, score in (("mini1-q5", 3.0), ("mini1-q1", 0.5)):
            grade = book.find_grade(item, "mini1", "mini1", "perfect")
            grade.manual_score, grade.needs_manual_grade = score, False
        book.find_comment("mini1-q5", "mini1", "mini1", "perfect").manual_comment = "Well <b>argued</b>"
        book.db.commit()
    submit(copied, "perfect", {"mini1-q6": 'mini1_q6 = "1908"'})
    assert mark(copied)["perfect"].status == "marked"
    with Gradebook(copied.gradebook) as book:
        scores = {item: book.find_grade(item, "mini1", "mini1", "perfect").score for item in (*AUTOMATIC, "mini1-q5")}
    assert scores == AUTOMATIC | {"mini1-q1": 0.5, "mini1-q5": 3.0, "mini1-q6": 0.0}
    gradebook.check(gradebook.api(copied).generate_feedback("mini1", "perfect"), "write feedback")
    page = Class(copied, {}).page("perfect")
    assert "A person changed the points of this question." in page
    assert "Well &lt;b&gt;argued&lt;/b&gt;" in page


def test_an_unmarked_resubmission_opens_the_old_marks_again(copied):
    """A broken notebook in place of a good one leaves no mark that looks final."""
    file = copied.workdir / "submitted" / "perfect" / "mini1" / "mini1.ipynb"
    file.write_text(file.read_text()[:500])
    marked = mark(copied)
    rows = {row.student: row for row in report.table(copied, list(marked.values()))}
    assert (rows["perfect"].status, rows["perfect"].total) == ("flagged", None)


def test_marks_csv_is_the_gradebook(marked_class, tmp_path):
    """The table of marks parses, and says what the database holds."""
    exports.marks_csv(report.table(marked_class.course, list(marked_class.marked.values())), tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    assert rows.keys() == CASES.keys()
    with sqlite3.connect(marked_class.course.workdir / "gradebook.db") as database:
        found = database.execute(
            "SELECT a.student_id, sum(g.auto_score) FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id "
            "JOIN submitted_assignment a ON n.assignment_id = a.id GROUP BY a.student_id"
        ).fetchall()
    database.close()
    for student, total in found:
        if student in MARKED:
            assert float(rows[student]["automatic"]) == pytest.approx(total or 0)
            assert rows[student]["total"] == ("" if rows[student]["by_hand"] == "" else rows[student]["automatic"])
        else:
            assert (rows[student]["status"], rows[student]["total"]) == ("flagged", "")


# --- The feedback pages -----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page, its text by section, and the tags left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))


def test_every_marked_student_has_a_page_and_nobody_else(marked_class):
    """Feedback exists for whoever was marked."""
    assert {file.parts[-3] for file in marked_class.course.workdir.glob("feedback/*/*/*.html")} == set(MARKED)


@pytest.mark.parametrize("student", MARKED)
def test_a_page_says_only_the_messages_that_its_student_earned(student, marked_class):
    """Of the secret halves a page holds the verdicts' messages and the student's own answers, and nothing else."""
    record = marked_class.record(student)
    said = " ".join(one["message"] for one in record.values())
    own = " ".join(cell.source for cell in nbformat.read(_notebook(marked_class, student), as_version=4).cells)
    page = marked_class.page(student)
    leaked = {word for word in re.findall(r"canary[\w-]+", page) if word not in said and word not in own}
    assert not leaked
    for item, key in {"mini1-q2": "s7.p8", "mini1-q6": "1907", "mini1-q3": "0.777"}.items():
        if record[item]["outcome"] != "right":
            assert key not in page.replace("700.777", "")


@pytest.mark.parametrize("student", MARKED)
def test_a_page_loads_nothing_and_runs_nothing(student, marked_class):
    """No script, no picture, no style sheet, no frame, no event handler, no address elsewhere."""
    for tag, attributes in Page(marked_class.page(student)).tags:
        assert tag not in {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
        assert not [name for name in attributes if name.startswith("on") or name in {"src", "srcset", "action"}]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|https?://", marked_class.page(student))


def test_what_a_student_wrote_stands_on_the_page_as_text(marked_class):
    """Markup in an answer, in a written answer and in an error is shown, not obeyed."""
    assert marked_class.page("formless").count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_a_page_says_when_the_notebook_stopped(marked_class):
    """The student learns why questions after that place have no answer."""
    assert "Your notebook did not run to its end." in marked_class.page("ending")
    assert "Your notebook did not run to its end." not in marked_class.page("perfect")


def test_a_page_shows_the_students_own_variant(marked_class):
    """The numbers that the question was about stand beside the answer."""
    number = marked_class.record("perfect")["mini1-q3"]["variant"]
    assert f"<dt>Your base</dt><dd>{(10, 20, 30)[number]}</dd>" in marked_class.page("perfect")


def _notebook(marked: Class, student: str) -> Path:
    return marked.course.workdir / "submitted" / student / "mini1" / "mini1.ipynb"


@pytest.mark.parametrize("student", MARKED)
def test_submissions_are_only_read(student, marked_class):
    """Marking leaves what students handed in as it was, and puts nothing beside it."""
    file = _notebook(marked_class, student)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert file.read_bytes() == marked_class.handed_in[student]


def test_the_class_speaks_of_every_item(marked_class):
    """The table above names every automatic item of the small bank."""
    entries = bank.load(marked_class.course.bank)["mini1"].entries
    assert {name: e.item.points for name, e in entries.items() if not e.marked_by_hand} == AUTOMATIC
