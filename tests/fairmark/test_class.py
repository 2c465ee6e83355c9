"""The real problem sets and a simulated class of twelve, from the release to the table of marks, once."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from fairmark import bank, classroom, exports, gradebook, marking, release, report, results, settings
from fairmark.marking import Marked
from fairmark.report import Row
from fairmark.settings import Settings

# All sets, run and fed back for twelve students, take minutes.
pytestmark = pytest.mark.slow

COURSE = Path(__file__).parents[2] / "grading" / "course.toml"
BANK = bank.load(COURSE.parent / "items")
ROLES = set(classroom.ROLES)
PLACES = [(assignment, number) for assignment in BANK for number in range(len(classroom.ROLES))]


@dataclass(frozen=True)
class Run:
    """One run: settings, students, what marking said, and the rows of the table."""

    course: Settings
    students: list[classroom.Student]
    marked: list[Marked]
    rows: dict[tuple[str, str], Row]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Do what `fairmark class run` does, through fairmark's own functions."""
    course = settings.load(COURSE, workdir=tmp_path_factory.mktemp("class"))
    release.build(course)
    students = classroom.simulate(course)
    api = gradebook.api(course)
    marked: list[Marked] = []
    for name in BANK:
        gradebook.check(api.collect(name, update=True), f"collect {name}")
        marked += marking.mark(course, name)
        for one in marked:
            if one.status != "flagged":
                gradebook.check(api.generate_feedback(name, one.student), "write feedback")
    rows = report.table(course, marked)
    exports.marks_csv(rows, course.workdir / "marks.csv")
    return Run(course, students, marked, {(row.assignment, row.student): row for row in rows})


def test_every_mark_is_as_designed(run):
    """Marking finds what each simulated student was made to earn."""
    assert len(run.rows) == len(BANK) * 12
    assert report.as_designed(run.course, list(run.rows.values())) == []


@pytest.mark.parametrize(("assignment", "number"), PLACES)
def test_each_role_earns_what_it_should(assignment, number, run):
    """Perfect is 100 %, empty is 0 %, and a broken notebook is flagged and has no mark."""
    student = run.students[number]
    row = run.rows[assignment, student.id]
    of = sum(entry.item.points for entry in BANK[assignment].entries.values() if not entry.marked_by_hand)
    assert row.automatic_of == (of if student.role != "broken" else row.automatic_of)
    if student.role == "perfect":
        assert (row.automatic, row.status) == (of, "marked")
    elif student.role == "empty":
        assert (row.automatic, row.total) == (0, 0)
    elif student.role == "broken":
        assert (row.status, row.total) == ("flagged", None)
        assert "unreadable" in row.attention
    else:
        assert row.status == "marked"
        assert row.automatic < of


def test_the_class_has_every_role():
    """The twelve are of all the kinds that the course names."""
    assert {"perfect", "typical", "careless", "guessing", "empty", "broken"} == ROLES


def test_marking_again_marks_nothing(run):
    """Everything is unchanged, and the broken notebook is still flagged."""
    again = [one for name in BANK for one in marking.mark(run.course, name)]
    broken = {student.id for student in run.students if student.role == "broken"}
    assert {one.status for one in again if one.student not in broken} == {"unchanged"}
    assert {one.status for one in again if one.student in broken} == {"flagged"}
    assert results.standing(run.course) == sorted(
        (Marked(one.student, one.assignment, "marked") if one.status == "unchanged" else one for one in again),
        key=lambda one: (one.student, one.assignment),
    )


def test_marks_csv_parses_and_equals_the_gradebook(run):
    """The table of marks says what nbgrader's gradebook holds."""
    with (run.course.workdir / "marks.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == exports.COLUMNS
    with Gradebook(run.course.gradebook) as book:
        for row in rows:
            if row["status"] == "flagged":
                assert (row["automatic"], row["total"]) == ("", "")
                continue
            submission = book.find_submission(row["assignment"], row["student"])
            by_hand = {name for name, entry in BANK[row["assignment"]].entries.items() if entry.marked_by_hand}
            grades = [grade for one in submission.notebooks for grade in one.grades if grade.name not in by_hand]
            assert float(row["automatic"]) == pytest.approx(sum(grade.auto_score for grade in grades))
            assert float(row["out_of"]) == BANK[row["assignment"]].points


def test_the_formgrader_has_what_it_lists(run):
    """Scores are set, and only written answers wait for a person."""
    with Gradebook(run.course.gradebook) as book:
        for one in run.marked:
            if one.status == "flagged":
                continue
            for grade in book.find_submission(one.assignment, one.student).notebooks[0].grades:
                entry = BANK[one.assignment].entries[grade.name]
                if entry.marked_by_hand:
                    assert grade.needs_manual_grade == (grade.auto_score is None)
                else:
                    assert grade.auto_score is not None
                    assert not grade.needs_manual_grade


def test_common_misreadings_are_counted(run):
    """Each count is of a mistake that the bank foresees, or of another variant's answer."""
    for name, assignment in BANK.items():
        counted = report.misconceptions(run.course, name)
        assert counted
        for item, misconception in counted:
            foreseen = {wrong.misconception for wrong in assignment.entries[item].wrong}
            assert misconception in foreseen | {"other-variant"}


# --- Feedback ---------------------------------------------------------------------------------------------------------


def pages(run: Run) -> dict[tuple[str, str], str]:
    found = {}
    for file in run.course.workdir.glob("feedback/*/*/*.html"):
        found[file.parts[-2], file.parts[-3]] = file.read_text(encoding="utf-8")
    return found


def sections(page: str) -> dict[str, str]:
    """Cut a page into its questions: for each, what stands under the question's own text."""
    parts = re.findall(r'<section class="[\w-]+" id="([\w-]+)".*?(<dl>.*?)</section>', page, re.DOTALL)
    return {item: unescape(re.sub(r"<[^>]+>", " ", text)) for item, text in parts}


def needles(entry: bank.Entry, number: int) -> list[str]:
    """List the texts that would tell the key of an item."""
    key: Any = entry.keys[number]
    kind = entry.item.kind
    if kind == "choose":
        return [entry.item.options[key]]
    if kind == "locate":
        return [str(one).rpartition(" ")[2] for one in key]
    if kind in {"date", "number"}:
        return [str(key)]
    if kind == "function":
        return [json.dumps(key), entry.solution.splitlines()[1].strip()]
    # A chain of one speaker is a single word, which messages may use.
    joined = [", ".join(map(str, key))] if isinstance(key, list) and len(key) > 1 else []
    return [json.dumps(key, ensure_ascii=False), repr(key), *joined]


def test_every_marked_student_has_a_page(run):
    """And nobody else."""
    assert pages(run).keys() == {(one.assignment, one.student) for one in run.marked if one.status != "flagged"}


@pytest.mark.parametrize(("assignment", "number"), PLACES)
def test_a_page_has_each_items_message_and_no_key_that_was_not_given(assignment, number, run):
    """A student reads what to reread; the key stands there only where it is the student's own answer."""
    student = run.students[number]
    if student.role == "broken":
        assert (assignment, student.id) not in pages(run)
        return
    record = results.record(run.course, assignment, student.id)
    assert record is not None
    page = pages(run)[assignment, student.id]
    told = sections(page)
    ours = sections(re.sub(r'<dd class="answer">.*?</dd>', "", page, flags=re.DOTALL))
    assert told.keys() == ours.keys() == BANK[assignment].entries.keys()
    for one in record["items"]:
        entry = BANK[assignment].entries[one["item"]]
        if entry.marked_by_hand:
            continue
        # Code stands on the page as code: without its backticks, and apart from what comes after it.
        assert _letters(one["message"]) in _letters(told[one["item"]])
        if one["outcome"] != "right":
            for needle in needles(entry, one["variant"] or 0):
                assert not re.search(rf"(?<![\w.]){re.escape(needle)}(?![\w.])", ours[one["item"]]), one


def _letters(text):
    """Leave out white space and the marks of code."""
    return re.sub(r"[\s`]", "", text)


def test_pages_load_nothing_from_elsewhere(run):
    """No script, no style sheet, no picture, no address."""
    for page in pages(run).values():
        assert not re.search(r"<(script|link|img|iframe|object|embed)\b|https?://|url\(|@import|\son\w+=", page)


# --- Stock nbgrader ---------------------------------------------------------------------------------------------------


@pytest.fixture
def stock(run: Run, tmp_path: Path) -> Config:
    """Configure nbgrader for a copy of the course and in no other way."""
    shutil.copytree(run.course.workdir, tmp_path / "stock", ignore=shutil.ignore_patterns("bundle", "feedback"))
    rules = Config()
    rules.CourseDirectory.root = str(tmp_path / "stock")
    rules.CourseDirectory.course_id = run.course.course
    rules.CourseDirectory.db_url = f"sqlite:///{tmp_path / 'stock' / 'gradebook.db'}"
    return rules


@pytest.mark.parametrize("assignment", BANK)
def test_without_fairmark_nbgrader_gives_a_perfect_notebook_nothing(assignment, run, stock):
    """An unaware run is never generous: every automatic item gets 0."""
    student = next(one.id for one in run.students if one.role == "perfect")
    result = NbGraderAPI(config=stock).autograde(assignment, student)
    assert result["success"], result
    with Gradebook(stock.CourseDirectory.db_url) as book:
        grades = {one.name: one.auto_score for one in book.find_submission(assignment, student).notebooks[0].grades}
    automatic = [name for name, entry in BANK[assignment].entries.items() if not entry.marked_by_hand]
    assert {name: grades[name] for name in automatic} == dict.fromkeys(automatic, 0)
    cells = nbformat.read(
        Path(stock.CourseDirectory.root) / "autograded" / student / assignment / f"{assignment}.ipynb", as_version=4
    ).cells
    said = [one.evalue for cell in cells if cell.cell_type == "code" for one in cell.outputs if "evalue" in one]
    assert said == ["This course is marked with fairmark; nbgrader alone gives no points."] * len(automatic)


def test_the_same_seed_makes_the_same_class(run, tmp_path):
    """Another run of the simulation hands in the same notebooks; another seed, other ones."""
    folder = tmp_path / "again"
    shutil.copytree(run.course.workdir / "release", folder / "release")
    shutil.copy(run.course.workdir / "gradebook.db", folder)
    course = settings.load(COURSE, workdir=folder)
    assert classroom.simulate(course) == run.students
    assert classroom.simulate(course, seed=1) != run.students
