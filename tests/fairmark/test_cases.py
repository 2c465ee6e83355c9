"""The cases of `course/instructor/marking.md`, one test a case, each named for it; details are tested elsewhere."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from fairmark import (
    attempts,
    audit,
    bank,
    checks,
    database,
    distribute,
    environment,
    exports,
    gradebook,
    judging,
    lateness,
    marking,
    reasons,
    regrade,
    release,
    report,
    results,
    settings,
    shown,
    weights,
)
from fairmark.bank import Entry
from fairmark.cli import main
from fairmark.jobs import Job, JobError, Limits, Outcome, Sent
from fairmark.marking import Marked
from fairmark.report import Row
from fairmark.settings import Settings
from fairmark.worker import WorkerError
from worksheet import variants, wire
from worksheet.checking import form_problem
from worksheet.items import Item

from . import fakes, late

OPTIONS = {name: name.upper() for name in "abcdef"}
FULL = 9.0
"""What the automatic items of the small course carry."""


def item(kind: str, **public: Any) -> Item:
    return Item("a1-q1", kind, 4, "?", "Look.", "o", **public)


def points(kind: str, key: Any, answer: Any, *, tolerance: float = 0.0, **public: Any) -> float:
    """Judge one answer to an item of four points."""
    return checks.judge(Entry(item(kind, **public), (key,), (), tolerance, "Right.", "No."), answer).points


def fairmark(course: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(course.file), *words])


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def code(source: str) -> Any:
    return nbformat.v4.new_code_cell(source, id=f"own-{abs(hash(source))}")


def total(record: dict[str, Any]) -> float:
    return sum(score for score in record["points"].values() if score is not None)


# --- One class, run for real ------------------------------------------------------------------------------------------


def add_later_change(notebook: Any) -> None:
    """Save a forged result, and change an answer behind its check."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "100.0"})]
    notebook.cells.append(code('mini1_q1 = "left"'))


def delete_checks(notebook: Any) -> None:
    """Delete one check, and rewrite another."""
    notebook.cells.remove(cell_of(notebook, "mini1-q1"))
    cell_of(notebook, "mini1-q2").source = "100.0"


def copy_answer(notebook: Any) -> None:
    """Copy an answer and its check, with their metadata, and answer otherwise in the copy."""
    for name in ("mini1-q1-answer", "mini1-q1"):
        cell = cell_of(notebook, name)
        copy = nbformat.from_dict(json.loads(json.dumps(cell)))
        copy["id"] = f"{name}-copy"
        copy.source = copy.source.replace("right", "left")
        notebook.cells.insert(notebook.cells.index(cell_of(notebook, "mini1-q6")), copy)


def raise_points(notebook: Any) -> None:
    """Raise points, unlock, rename and tag."""
    for name in ("mini1-q2", "mini1-q6"):
        cell = cell_of(notebook, name)
        cell.metadata.nbgrader.update(points=100.0, locked=False, solution=True)
        cell.metadata["tags"] = ["skip-execution"]
    notebook.metadata["kernelspec"] = {"name": "own", "display_name": "Own"}


PRYING = """\
import os, pathlib, socket
def refused(work):
    try:
        work()
    except OSError:
        return True
    return False
mini1_q1 = "right" if all([
    refused(lambda: socket.create_connection(("1.1.1.1", 80), 1)),
    refused(lambda: pathlib.Path("/usr/x").write_text("x")),
    refused(lambda: pathlib.Path({bank!r}).read_text()),
    refused(lambda: pathlib.Path({book!r}).read_bytes()),
    refused(lambda: os.kill({pid}, 0)),
    not [name for name in os.environ if "FAIRMARK" in name],
]) else "left"
"""
BESIDE = 'import os\nmini1_q1 = "right" if os.listdir(".") == ["items.json"] else "left"'
SHOUT = """\
import sys, warnings
warnings.warn("x")
print("x", file=sys.stderr)
from IPython.display import HTML, display
display(HTML("<script>alert(1)</script>"))
mini1_q1 = "right"
"""
CLASS: dict[str, tuple[dict[str, str | None], Callable[[Any], object] | None]] = {
    "m4": ({}, add_later_change),
    "m5": ({"mini1-q1": "1 / 0"}, None),
    "m6": ({"mini1-q1": "while True:\n    pass"}, None),
    "m7": ({"mini1-q3": "import os\nos._exit(0)"}, None),
    "m8": ({"mini1-q1": SHOUT}, None),
    "m9": ({}, delete_checks),
    "m10": ({}, copy_answer),
    "m11": ({"mini1-q1": "mini1_q1 = object()", "mini1-q2": "", "mini1-q6": 'mini1_q6 = "x" * 10**6'}, None),
    "m26": ({"mini1-q5": "<script>alert(1)</script> ![x](https://example.org/x.png) $\\href{javascript:1}{x}$"}, None),
    "m27": ({"mini1-q5": None}, None),
    "m38": ({"mini1-q1": PRYING}, None),
    "m40": ({"mini1-q1": BESIDE}, None),
    "m41": ({}, raise_points),
}


@dataclasses.dataclass(frozen=True)
class Ran:
    """The class after marking."""

    course: Settings
    marked: dict[str, Marked]

    def record(self, student: str) -> dict[str, Any]:
        """Give what was recorded of a student."""
        found = results.record(self.course, "mini1", student)
        assert found is not None
        return found

    def scores(self, student: str) -> dict[str, float | None]:
        """Give a student's points by item."""
        found: dict[str, float | None] = self.record(student)["points"]
        return found


@pytest.fixture(scope="module")
def ran(released: Settings, tmp_path_factory: pytest.TempPathFactory, submit: Callable[..., Path]) -> Ran:
    """Have the class hand in, and mark it."""
    folder = tmp_path_factory.mktemp("cases") / "course"
    shutil.copytree(released.file.parent, folder)
    course = settings.load(folder / "course.toml")
    for student, (sources, change) in CLASS.items():
        told = {
            "bank": str(course.bank / "mini1.yaml"),
            "book": str(course.workdir / "gradebook.db"),
            "pid": os.getpid(),
        }
        filled = {
            name: text.format(**told) if text is PRYING and text is not None else text for name, text in sources.items()
        }
        file = submit(course, student, filled, change)
        if student == "m40":
            (file.parent / "helper.py").write_text("x = 1")
    marked = marking.mark(course, "mini1", limits=Limits(cell=2, call=2))
    return Ran(course, {one.student: one for one in marked})


# --- Before handing in ------------------------------------------------------------------------------------------------


def test_m1_the_check_under_a_question_judges_the_form_only():
    """A wrong answer of the right form passes; one of the wrong form does not, and no key is needed to say so."""
    asked = Item("a-q1", "number", 1, "", "Count.", "o", form={"between": [0, 1]})
    assert form_problem(asked, {"a_q1": 0.123}) is None
    assert form_problem(asked, {"a_q1": 65}) is not None


def test_m2_the_check_and_the_marking_use_the_same_rules_of_form():
    """What one complains about, the other does, in the same words."""
    asked = item("choose", options=OPTIONS)
    verdict = checks.judge(Entry(asked, ("a",), (), right="", otherwise=""), "z")
    assert verdict.outcome == "form"
    assert verdict.message.startswith(str(form_problem(asked, {"a1_q1": "z"})))


def test_m3_items_with_variants_differ_from_student_to_student(ran):
    """The record names the variant that course, term, item and id choose."""
    seen = set()
    for student in CLASS:
        due = variants.choose(ran.course.course, ran.course.term, "mini1-q3", student, 3)
        (one,) = [one for one in ran.record(student)["items"] if one["item"] == "mini1-q3"]
        assert one["variant"] == due
        seen.add(due)
    assert len(seen) > 1


# --- Reading the answers ----------------------------------------------------------------------------------------------


def test_m4_the_notebook_is_run_afresh_from_top_to_bottom(ran):
    """Saved results count for nothing, and neither does a change behind the check."""
    assert total(ran.record("m4")) == FULL


def test_m5_a_cell_that_raises_an_error_stops_only_itself(ran):
    """Only the item that needed the cell suffers."""
    assert (total(ran.record("m5")), ran.scores("m5")["mini1-q1"]) == (FULL - 1, 0)


def test_m6_a_cell_that_runs_for_more_than_30_seconds_is_interrupted(ran):
    """The run goes on behind it; thirty seconds is what a cell has, and three minutes the notebook."""
    assert (Limits().cell, Limits().wall) == (30, 180)
    assert total(ran.record("m6")) == FULL - 1


def test_m7_a_notebook_that_ends_its_own_python_stops_there(ran):
    """Answers above that place count, and the student is named with the reason."""
    assert ran.scores("m7") == {
        "mini1-q1": 1, "mini1-q2": 2, "mini1-q3": 0, "mini1-q4": 0, "mini1-q5": None, "mini1-q6": 0,
    }  # fmt: skip
    assert ran.marked["m7"].reason == "ended-itself"


def test_m8_warnings_cost_nothing(ran):
    """Neither does anything else that is printed or shown."""
    assert total(ran.record("m8")) == FULL


def test_m9_a_check_that_was_deleted_or_changed_is_put_back(ran):
    """The answers are read all the same."""
    assert total(ran.record("m9")) == FULL
    assert {"cells-missing", "cells-changed"} <= set(ran.record("m9")["remarks"])


def test_m10_a_check_or_an_answer_cell_that_was_copied_counts_once(ran):
    """The last one counts: here it holds another answer."""
    assert ran.scores("m10")["mini1-q1"] == 0
    assert total(ran.record("m10")) == FULL - 1


def test_m11_an_answer_that_cannot_be_taken_out_of_the_notebook_gets_no_points(ran):
    """A strange value, a name that is not defined, a value that is too large: the feedback says which."""
    told = {one["item"]: one for one in ran.record("m11")["items"]}
    assert [told[f"mini1-q{number}"]["points"] for number in (1, 2, 6)] == [0, 0, 0]
    assert "type 'object'" in told["mini1-q1"]["message"]
    assert "not defined" in told["mini1-q2"]["message"]
    assert "too large" in told["mini1-q6"]["message"]


# --- Judging an answer ------------------------------------------------------------------------------------------------


def test_m12_no_answer():
    """No points, and the hint."""
    verdict = checks.judge(Entry(item("date", form={"precision": "year"}), ("1996",), ()), None)
    assert (verdict.outcome, verdict.points) == ("missing", 0)
    assert "Look." in verdict.message


def test_m13_an_answer_of_the_wrong_form():
    """No points; the message says what was found, what was wanted, and the hint."""
    verdict = checks.judge(Entry(item("number", form={"between": [0, 1]}), (0.65,), ()), 65)
    assert (verdict.outcome, verdict.points) == ("form", 0)
    assert "65" in verdict.message
    assert "Look." in verdict.message


def test_m14_small_differences_of_writing_do_not_matter():
    """Spaces, capital letters, a comma after the source, a source left out where there is one, a year as a number."""
    assert points("choose", "a", " A ", options=OPTIONS) == 4
    for answer in ("x-2000 s1.p1", " X-2000, S1.P1", "s1.p1"):
        assert points("locate", ["x-2000 s1.p1"], answer, form={"sources": ["x-2000"]}) == 4
    assert points("date", "1996", 1996, form={"precision": "year"}) == 4


def test_m15_a_right_answer_earns_all_points_of_its_item():
    """Whatever its kind; every item's key is tried in `tests/items`."""
    assert points("order", ["a", "b"], ["a", "b"], options={"a": "A", "b": "B"}) == 4


def test_m16_choose_one_give_a_date_name_a_chain_of_speakers_all_or_nothing():
    """Nearly right is not right."""
    assert points("choose", "a", "b", options=OPTIONS) == 0
    assert points("date", "1996-05", "1996-06", form={"precision": "month"}) == 0
    assert points("attribute", ["a", "b"], ["a"], options=OPTIONS) == 0
    assert points("attribute", ["a", "b"], ["b", "a"], options=OPTIONS) == 0


def test_m17_locate_all_or_nothing_and_any_place_in_the_key_is_right():
    """Each of the bank's places earns all, its neighbour nothing."""
    places = ["x-2000 s1.p1", "x-2000 s2.p3"]
    assert [points("locate", places, one, form={"sources": ["x-2000"]}) for one in (*places, "x-2000 s1.p2")] == [
        4,
        4,
        0,
    ]


def test_m18_choose_all_that_fit_shares():
    """Of three right options two earn two thirds, and a wrong one beside them takes one share back."""
    answers = (["a", "b", "c"], ["a", "b"], ["a", "b", "d"], ["d"], list("abcdef"))
    assert [points("choose-all", ["a", "b", "c"], one, options=OPTIONS) for one in answers] == [4, 2.67, 1.33, 0, 0]


def test_m19_put_in_order_all_half_or_nothing():
    """Half where two neighbours changed places."""
    three = {name: name for name in "abc"}
    answers = (list("abc"), list("bac"), list("cba"))
    assert [points("order", list("abc"), one, options=three) for one in answers] == [4, 2, 0]


def test_m20_match_each_statement_shares_less_the_wrong_ones():
    """Of five rows, four right earn three fifths, three right one fifth, two right nothing."""
    key = dict.fromkeys("pqrst", "a")
    earned = []
    for wrong in range(4):
        answer = key | dict.fromkeys("pqrst"[:wrong], "b")
        earned.append(points("match", key, answer, options=OPTIONS, form={"rows": list("pqrst")}))
    assert earned == [4, 2.4, 0.8, 0]


def test_m21_numbers_are_right_within_the_items_tolerance():
    """Its two ends belong to it; without one the number itself is wanted."""
    asked = {"form": {"between": [0, 10]}}
    assert [points("number", 5, one, tolerance=0.5, **asked) for one in (4.5, 5.5, 4.49, 5.51)] == [4, 4, 0, 0]
    assert [points("number", 5, one, **asked) for one in (5, 5.01)] == [4, 0]


def test_m22_functions_are_called_with_several_sets_of_arguments():
    """All right earns all; otherwise half, times the share of calls that were right."""
    key = [{"value": 1}, {"value": 2}, {"value": 3}, {"value": 4}]
    some = [{"value": 1}, {"value": 2}, {"error": "ZeroDivisionError: x"}, {"value": 0}]
    asked = {"form": {"signature": "a1_q1(n)"}}
    assert points("function", key, key, **asked) == 4
    assert points("function", key, some, **asked) == 1
    assert points("function", key, [{"value": None}] * 4, **asked) == 0


def test_m23_a_foreseen_wrong_answer_gets_its_own_message():
    """And no points for being foreseen."""
    wrong = bank.Wrong(("b",), "mirrored", "Read the heading again.")
    entry = Entry(item("choose", options=OPTIONS), ("a",), (), otherwise="Read on.", wrong=(wrong,))
    found = [checks.judge(entry, one) for one in ("b", "c")]
    assert [(one.message, one.misconception, one.points) for one in found] == [
        ("Read the heading again.", "mirrored", 0),
        ("Read on.", "", 0),
    ]


def test_m24_the_right_answer_to_another_students_variant_earns_nothing():
    """Where that can hardly be chance, the message says so."""
    asked = item("number", pool=({"n": 1}, {"n": 2}), form={"between": [0, 100]})
    verdict = checks.judge(Entry(asked, (11.5, 22.5), (), otherwise="No."), 22.5, 0)
    assert (verdict.points, verdict.misconception) == (0, "other-variant")


def test_m25_points_are_rounded_to_two_decimals():
    """Item by item."""
    assert points("choose-all", ["a", "b", "c"], ["a"], options=OPTIONS) == 1.33


# --- What a person marks ----------------------------------------------------------------------------------------------


def test_m26_written_answers_are_never_marked_by_the_program(ran):
    """They wait, and the mark is open until somebody has read them."""
    assert ran.scores("m26")["mini1-q5"] is None
    rows = {row.student: row for row in report.table(ran.course, list(ran.marked.values()))}
    assert (rows["m26"].by_hand, rows["m26"].total) == (None, None)


def test_m27_a_written_answer_that_was_left_as_it_was_released_earns_0(ran):
    """It waits for nobody."""
    assert ran.scores("m27")["mini1-q5"] == 0
    rows = {row.student: row for row in report.table(ran.course, list(ran.marked.values()))}
    assert rows["m27"].total == FULL


def given_by_hand(course: Settings, student: str, **scores: float) -> None:
    """Do what the formgrader does when a person marks."""
    with Gradebook(course.gradebook) as book:
        for name, score in scores.items():
            grade = book.find_grade(f"mini1-{name}", "mini1", "mini1", student)
            grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


def test_m28_a_person_may_change_any_points(course, submit, fake):
    """The changed points count, and the feedback says so."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    given_by_hand(course, "anna", q1=0.5, q5=3)
    (row,) = report.table(course, [])
    assert (row.automatic, row.by_hand) == (FULL - 2 - 0.5, 3)  # the worker of these tests knows one variant only
    gradebook.check(gradebook.api(course).generate_feedback("mini1", "anna"), "write feedback")
    page = (course.workdir / "feedback" / "anna" / "mini1" / "mini1.html").read_text()
    assert "A person changed the points of this question." in page


# --- Submissions as a whole -------------------------------------------------------------------------------------------


def test_m29_a_notebook_that_is_missing_or_cannot_be_read_is_flagged_and_not_marked(course, submit, fake):
    """Marking goes on with the next student, the marks stay open, and the status is 3."""
    submit(course, "anna").write_text("{")
    submit(course, "bob").unlink()
    submit(course, "cyril")
    result = fairmark(course, "mark")
    assert (result.exit_code, "Marked 1, unchanged 0, flagged 2." in result.output) == (3, True)
    with Gradebook(course.gradebook) as book:
        for student in ("anna", "bob"):
            grades = book.find_submission("mini1", student).notebooks[0].grades
            assert all(grade.auto_score is None and grade.needs_manual_grade for grade in grades)


def test_m30_nothing_handed_in(course):
    """The table says so, with 0 points."""
    with Gradebook(course.gradebook, course.course) as book:
        book.add_student("anna")
    (row,) = report.table(course, [])
    assert (row.status, row.total) == ("not handed in", 0)


def test_m31_marking_again_changes_nothing_where_nothing_changed(course, submit, fake):
    """Until the submission, the items or the environment do."""
    file = submit(course, "anna")

    def status() -> str:
        (one,) = marking.mark(course, "mini1")
        return one.status

    assert [status(), status()] == ["marked", "unchanged"]
    file.write_text(file.read_text().replace("1907", "1908"))
    assert [status(), status()] == ["marked", "unchanged"]
    items = course.bank / "mini1.yaml"
    items.write_text(items.read_text().replace('key: "1907"', 'key: "1909"'))
    assert [status(), status()] == ["marked", "unchanged"]
    (course.workdir / "bundle" / "package" / "worksheet" / "__init__.py").write_text("# another version")
    assert [status(), status()] == ["marked", "unchanged"]


def test_m32_marking_again_keeps_what_a_person_gave(course, submit, fake):
    """The formgrader asks for it to be looked at once more."""
    file = submit(course, "anna")
    marking.mark(course, "mini1")
    given_by_hand(course, "anna", q5=3)
    file.write_text(file.read_text().replace("1907", "1908"))
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook) as book:
        grade = book.find_grade("mini1-q5", "mini1", "mini1", "anna")
        assert (grade.manual_score, grade.score, grade.needs_manual_grade) == (3, 3, True)


def test_m33_marking_that_was_cut_off_is_done_again(course, submit, fake, monkeypatch):
    """Where it breaks between the points and the fact, neither is written; a lost file is made again."""
    submit(course, "anna")
    with monkeypatch.context() as broken:
        broken.setattr(marking.ledger, "put", lambda *_: 1 / 0)
        (one,) = marking.mark(course, "mini1")
    assert (one.status, one.reason) == ("open", "marking-failed")
    with Gradebook(course.gradebook) as book:
        assert book.students == []
    assert marking.mark(course, "mini1")[0].status == "marked"
    file = course.workdir / "autograded" / "anna" / "mini1" / "mini1.ipynb"
    whole = file.read_text()
    file.write_text(whole[:100])
    assert marking.mark(course, "mini1")[0].status == "unchanged"
    assert file.read_text() == whole


LATE = """\
from nbgrader.plugins import BasePlugin

class TwoPoints(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0

c = get_config()
c.AssignLatePenalties.plugin_class = TwoPoints
"""


@pytest.mark.parametrize(("settings_text", "late"), [("", 0.0), (LATE, 2.0)])
def test_m34_lateness_costs_nothing_unless_you_decide_so(course, submit, fake, settings_text, late):
    """What nbgrader's plug-in takes off is taken from the sum; the plug-in is set beside course.toml."""
    (course.file.parent / gradebook.LOCAL).write_text(settings_text)
    with Gradebook(course.gradebook, course.course) as book:
        book.find_assignment("mini1").duedate = dt.datetime(2026, 1, 1)  # noqa: DTZ001  as nbgrader keeps it
        book.db.commit()
    submit(course, "anna", {"mini1-q5": None}).with_name("timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
    marking.mark(course, "mini1")
    (row,) = report.table(course, [])
    assert (row.late, row.total) == (late, row.automatic - late)


@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")
def test_m35_nbgrader_without_this_courses_configuration_gives_0_never_more(course, submit):
    """Stock nbgrader stumbles over the hidden line of every check, which it runs beside the student's code."""
    submit(course, "anna")
    stock = Config()
    stock.CourseDirectory.root = str(course.workdir)
    stock.CourseDirectory.course_id = course.course
    stock.CourseDirectory.db_url = course.gradebook
    assert NbGraderAPI(config=stock).autograde("mini1", "anna")["success"]
    with Gradebook(course.gradebook) as book:
        assert book.find_submission("mini1", "anna").score == 0


# --- Judging stances and arguments ------------------------------------------------------------------------------------


def test_m36_code_stances_agreement_weighed_by_distance_less_what_guessing_would_give():
    """Exact codes earn all, near ones more than far ones, and the same code everywhere next to nothing."""
    scale = {one: one for one in ("2", "1", "0", "-1", "-2", "not-taken", "not-told")}
    key = {"p": ["2"], "q": ["-2"]}
    asked = {"options": scale, "form": {"rows": ["p", "q"]}}
    exact, near, far = (
        points("code", key, one, **asked)
        for one in ({"p": "2", "q": "-2"}, {"p": "1", "q": "-2"}, {"p": "0", "q": "0"})
    )
    assert exact == 4
    assert exact > near > far


def test_m37_find_the_error_the_step_and_its_kind():
    """All for both, half for the step alone."""
    asked = {"options": {"s1": "1", "s2": "2"}, "form": {"errors": {"scope": "Scope", "source": "Source"}}}
    answers = (["s2", "scope"], ["s2", "source"], ["s1", "scope"])
    assert [points("find-error", ["s2", "scope"], one, **asked) for one in answers] == [4, 2, 0]


# --- Running strangers' code ------------------------------------------------------------------------------------------


def test_m38_student_code_runs_confined(ran):
    """It reaches no network, no system file, no bank, no gradebook and no process of ours."""
    assert ran.scores("m38")["mini1-q1"] == 1
    assert ran.record("m38")["confined"] is True


def test_m39_unconfined_marking_is_a_choice_and_is_recorded(course, submit, fake):
    """The option reaches the worker, is said aloud, and decides the environment that the mark rests on."""
    fake.answers = staticmethod(lambda job: dataclasses.replace(fakes.honest(job), confined=False))
    submit(course, "anna")
    assert "Unconfined" in fairmark(course, "mark", "--unconfined").output
    record = results.record(course, "mini1", "anna")
    assert record["confined"] is False
    assert environment.sha256(course) != environment.sha256(course, confined=False)


def test_m40_beside_the_notebook_lie_the_files_that_you_released_and_no_others(ran):
    """A file that was handed in with the notebook is not there."""
    assert ran.scores("m40")["mini1-q1"] == 1


def test_m41_what_marks_a_cell_carries_comes_from_the_gradebook(ran):
    """Points, locks, tags and the kernel's name that were changed count for nothing."""
    assert total(ran.record("m41")) == FULL
    file = ran.course.workdir / "autograded" / "m41" / "mini1" / "mini1.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    marks = cell_of(notebook, "mini1-q2").metadata
    assert (marks.nbgrader.points, marks.nbgrader.locked, "tags" in marks) == (2, True, False)
    assert notebook.metadata.kernelspec.name == "python3"


def test_m42_what_a_student_wrote_is_shown_as_text(ran):
    """No markup of a submission is left in what the formgrader shows, and none in the feedback."""
    for student in ("m8", "m26"):
        file = ran.course.workdir / "autograded" / student / "mini1" / "mini1.ipynb"
        for cell in nbformat.read(file, as_version=4).cells:
            assert "<script" not in (cell.source if cell.cell_type == "markdown" else "")
            assert "$\\href" not in cell.source or cell.cell_type == "code"
            for output in cell.get("outputs", []):
                assert set(output.get("data", {})) <= {"text/plain", "image/png"}
    assert "https://example.org" not in shown.plain("![x](https://example.org/x.png)").replace("(https", "(")[:50]


def test_m43_your_own_test_cells_are_run_and_recorded_as_unverified():
    """An error is 0, a number is itself if it can be, anything else is all points."""
    cell = SimpleNamespace(marks={"points": 3.0}, hidden=False)
    error, number = SimpleNamespace(kind="error", text=""), SimpleNamespace(kind="result", text="1.5")
    text, nan = SimpleNamespace(kind="result", text="fine"), SimpleNamespace(kind="result", text="nan")
    cases = [(), (error,), (number,), (text,), (nan,), (number, error)]
    assert [judging._own_test(cell, one) for one in cases] == [3, 0, 1.5, 3, 0, 0]


# --- Afterwards -------------------------------------------------------------------------------------------------------


def test_m44_a_corrected_key_changes_only_what_it_changes(course, submit, fake):
    """No notebook is run again, a person's points stay, and who gains and who loses is told."""
    fake.answers = staticmethod(
        lambda job: (
            fakes.honest(job)
            if job.student != "bob"
            else dataclasses.replace(fakes.honest(job), sent=fakes.honest(job).sent | {"mini1-q6": Sent('"1909"')})
        )
    )
    for student in ("anna", "bob", "cyril"):
        submit(course, student)
    marking.mark(course, "mini1")
    given_by_hand(course, "anna", q5=3)
    given_by_hand(course, "cyril", q6=1)
    runs = len(fake.jobs)
    items = course.bank / "mini1.yaml"
    items.write_text(items.read_text().replace('key: "1907"', 'key: "1909"'))
    _, changes = regrade.regrade(course, "mini1")
    assert len(fake.jobs) == runs
    assert [(one.student, one.items, one.gain, one.kept) for one in changes] == [
        ("bob", {"mini1-q6": (0.0, 1.0)}, 1.0, ()),
        ("cyril", {"mini1-q6": (1.0, 0.0)}, 0.0, ("mini1-q6",)),
        ("anna", {"mini1-q6": (1.0, 0.0)}, -1.0, ()),
    ]
    with Gradebook(course.gradebook) as book:
        kept = book.find_grade("mini1-q5", "mini1", "mini1", "anna")
        assert (kept.manual_score, kept.needs_manual_grade) == (3, False)
        theirs = book.find_grade("mini1-q6", "mini1", "mini1", "cyril")
        assert (theirs.score, theirs.needs_manual_grade) == (1, True)
    result = fairmark(course, "regrade")
    assert "Nobody's points change." in result.output
    assert "Backup: " in result.output


def test_m45_every_mark_ever_given_stands_in_a_log(course, submit, fake):
    """A changed entry, a changed mark, a log that was cut off: `fairmark audit` names each."""
    for student in ("anna", "bob"):
        submit(course, student)
    marking.mark(course, "mini1")
    sound = fairmark(course, "audit", "--student", "anna")
    assert sound.exit_code == 0
    assert "mini1 marked" in sound.output
    head = sound.output.split()[-1]
    file = course.workdir / "gradebook.db"
    with sqlite3.connect(file) as book, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        book.execute("DELETE FROM fairmark_log")
    book.close()
    with sqlite3.connect(file) as book:
        book.execute("UPDATE grade SET auto_score = 100 WHERE auto_score = 1")
        book.execute("DROP TRIGGER fairmark_log_no_update")
        book.execute("UPDATE fairmark_log SET body = replace(body, 'anna', 'nobody') WHERE entry = 1")
    book.close()
    broken = fairmark(course, "audit", "--head", "0" * 63 + "1")
    assert broken.exit_code == 1
    assert "entry 1: was changed" in broken.output
    assert "bob mini1 mini1-q1: the gradebook says 100.0, and marking gave 1.0" in broken.output
    assert "is not in the log" in " ".join(broken.output.split())
    assert f"the last hash is {head}" in " ".join(broken.output.split())


def test_m46_a_backup_is_whole_or_is_not_there(course, submit, fake, tmp_path):
    """The copies open and say the same; a place that is taken is refused, and nothing half is left."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with attempts.Log(course) as log:
        log.append([attempts.Attempt("anna", "mini1", "mini1-q1", "attempts", '"left"', 2)])
    to = tmp_path / "copies" / "copy"
    assert fairmark(course, "backup", "--to", str(to)).exit_code == 0
    url = f"sqlite:///{to / 'gradebook.db'}"
    with database.Database(dataclasses.replace(course, gradebook_url=url)) as book, book.reading() as one:
        assert audit.verify(one) == []
        assert audit.last(one).entries == 1
    with attempts.Log(dataclasses.replace(course, attempts_url=f"sqlite:///{to / 'attempts.db'}")) as log:
        assert log.firsts("mini1") == {"anna": {"mini1-q1": '"left"'}}
    again = fairmark(course, "backup", "--to", str(to))
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert [folder.name for folder in to.parent.iterdir()] == ["copy"]


def test_m47_several_may_mark_at_once(course, submit, fake):
    """Who comes second finds it done, also where both began before either had ended."""
    submit(course, "anna")

    def meanwhile(job: Job) -> Outcome:
        fake.answers = staticmethod(fakes.honest)
        assert marking.mark(course, "mini1")[0].status == "marked"
        return fakes.honest(job)

    fake.answers = staticmethod(meanwhile)
    assert marking.mark(course, "mini1")[0].status == "unchanged"
    with database.Database(course) as book, book.reading() as session:
        assert audit.last(session).entries == 1


def test_m48_the_gradebook_may_be_kept_in_postgresql(course, monkeypatch):
    """The address is taken from the environment, and no other kind of database is; test_postgresql.py marks on one."""
    monkeypatch.setenv("FAIRMARK_GRADEBOOK", "postgresql+psycopg://me:secret@db/marks")
    assert settings.load(course.file).gradebook == "postgresql+psycopg://me:secret@db/marks"
    monkeypatch.setenv("FAIRMARK_GRADEBOOK", "mysql://me:secret@db/marks")
    told = r"mysql://me:\*\*\*@db/marks: only sqlite and postgresql can be used; change FAIRMARK_GRADEBOOK"
    with pytest.raises(database.GradebookError, match=told):
        database.Database(settings.load(course.file))


def test_m49_other_machines_may_run_notebooks(course):
    """One with another environment is refused; none learns where the bank is, or the gradebook's password."""
    with pytest.raises(WorkerError, match="another environment"):
        distribute.run_remotely(course, True, "0" * 64, "{}")
    sent = distribute._without_secrets(dataclasses.replace(course, gradebook_url="postgresql://me:secret@db/marks"))
    assert str(course.bank) not in repr(sent)
    assert "secret" not in repr(sent)


def test_m50_no_clock_decides_a_mark(course, submit, fake, monkeypatch):
    """With a clock a day behind, and then one a day ahead, nothing is marked twice or not at all."""
    submit(course, "anna")
    now = audit.now()
    for days, status in ((-1, "marked"), (1, "unchanged"), (-1, "unchanged")):
        monkeypatch.setattr(audit, "now", lambda days=days: now + dt.timedelta(days=days))
        moment = (now + dt.timedelta(days=days)).timestamp()
        for file in course.workdir.rglob("*"):
            os.utime(file, (moment, moment))
        assert marking.mark(course, "mini1")[0].status == status


# --- Reasons ----------------------------------------------------------------------------------------------------------


def flagged(course: Settings, code: str) -> None:
    """Mark, and expect one flag, in words, and marks that stay open."""
    (one,) = marking.mark(course, "mini1")
    assert (one.status, one.reason) == ("flagged", code)
    assert one.detail.startswith(reasons.REASONS[code].instructor)
    assert marking.mark(course, "mini1") == [one]
    if code != "strange-name":
        with Gradebook(course.gradebook) as book:
            assert all(grade.needs_manual_grade for grade in book.find_submission("mini1", "anna").notebooks[0].grades)


def test_m51_no_notebook(course, submit):
    """The folder is there, and the notebook is not."""
    file = submit(course, "anna")
    file.rename(file.with_name("mine.ipynb"))
    flagged(course, "no-notebook")


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"\xff\xfe\x00", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{"cell_type": "other"}]}', b"",
     b'{"cells": [{"cell_type": "code", "source": [3]}]}', b'{"cells": [{"cell_type": "code", "source": {}}]}'],
)  # fmt: skip
def test_m52_unreadable(course, submit, data):
    """No JSON, no UTF-8, no cells, cells that are none."""
    submit(course, "anna").write_bytes(data)
    flagged(course, "unreadable")


@pytest.mark.parametrize("way", ["file", "cells", "cell"])
def test_m53_too_large(course, submit, way):
    """A large file, very many cells, one huge cell; a large file is not even read."""
    file = submit(course, "anna")
    record = json.loads(file.read_text())
    if way == "file":
        with file.open("ab") as stream:
            stream.truncate(2**31)
    elif way == "cells":
        record["cells"] *= 1000
        file.write_text(json.dumps(record))
    else:
        record["cells"][0]["source"] = "x" * (2**20 + 1)
        file.write_text(json.dumps(record))
    flagged(course, "too-large")


def test_m54_too_deep(course, submit):
    """A hundred thousand brackets."""
    submit(course, "anna").write_text('{"cells": ' + "[" * 100_000)
    flagged(course, "too-deep")


@pytest.mark.parametrize("way", ["link", "folder", "pipe", "linked folder"])
def test_m55_not_a_file(course, submit, tmp_path, way):
    """A link is not followed, a pipe is not waited for."""
    file = submit(course, "anna")
    whole = file.read_bytes()
    file.unlink()
    if way == "link":
        (tmp_path / "secret.ipynb").write_bytes(whole)
        file.symlink_to(tmp_path / "secret.ipynb")
    elif way == "folder":
        file.mkdir()
    elif way == "pipe":
        os.mkfifo(file)
    else:
        file.parent.rmdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / file.name).write_bytes(whole)
        file.parent.symlink_to(tmp_path / "elsewhere")
    flagged(course, "not-a-file")


def test_m56_old_format(course, submit):
    """A notebook of the format before the present one."""
    submit(course, "anna").write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}))
    flagged(course, "old-format")


@pytest.mark.parametrize("name", ["an\nna", "a" * 129, "\x1b[31m", " anna"])
def test_m57_strange_name(course, submit, fake, name):
    """A folder's name that cannot be an id is told as it is written, and stops nothing."""
    folder = submit(course, "anna").parent.parent
    folder.rename(folder.with_name(name))
    flagged(course, "strange-name")
    assert "\x1b" not in fairmark(course, "mark").output


def stopped(course: Settings, submit: Callable[..., Path], fake: Any, code: str) -> None:
    """Have a run end early; what came out before counts, and the rest says why."""
    submit(course, "anna")
    fake.answers = staticmethod(lambda job: Outcome(sent={"mini1-q1": Sent('"right"')}, stopped=code))  # type: ignore[arg-type]
    (one,) = marking.mark(course, "mini1")
    assert (one.status, one.reason) == ("marked", code)
    record = results.record(course, "mini1", "anna")
    assert record is not None
    assert total(record) == 1
    told = {one["item"]: one["message"] for one in record["items"]}
    assert reasons.student(code) in told["mini1-q6"]


def test_m58_ended_itself(course, submit, fake):
    """The notebook ended its own Python."""
    stopped(course, submit, fake, "ended-itself")


def test_m59_cell_stuck(course, submit, fake):
    """A cell could not be interrupted."""
    stopped(course, submit, fake, "cell-stuck")


def test_m60_out_of_time(course, submit, fake):
    """The whole took too long."""
    stopped(course, submit, fake, "out-of-time")


def test_m61_out_of_cpu(course, submit, fake):
    """The whole computed too long."""
    stopped(course, submit, fake, "out-of-cpu")


def test_m62_out_of_memory(course, submit, fake):
    """The whole took too much memory."""
    stopped(course, submit, fake, "out-of-memory")


def test_m63_garbled_channel(course, submit, fake):
    """What came out was not in the agreed form."""
    stopped(course, submit, fake, "garbled-channel")


def missing(course: Settings, submit: Callable[..., Path], fake: Any, code: str, sent: Sent | None) -> None:
    """Have one answer not come out: it earns nothing, and the record says why; the others count."""
    submit(course, "anna")

    def without(job: Job) -> Outcome:
        found = {item: one for item, one in fakes.honest(job).sent.items() if item not in {"mini1-q3", "mini1-q6"}}
        return Outcome(sent=found | ({"mini1-q6": sent} if sent else {}))

    fake.answers = staticmethod(without)
    (one,) = marking.mark(course, "mini1")
    assert (one.status, one.reason) == ("marked", "")
    record = results.record(course, "mini1", "anna")
    assert record is not None
    (found,) = [one for one in record["items"] if one["item"] == "mini1-q6"]
    assert (found["points"], found["reason"]) == (0, code)
    assert total(record) == FULL - 3
    if code != "not-json":
        assert found["message"].startswith(reasons.student(code))


def test_m64_not_defined(course, submit, fake):
    """There is no such name."""
    missing(course, submit, fake, "not-defined", Sent(reason="not-defined"))


def test_m65_not_a_function(course, submit, fake):
    """A function was asked for."""
    missing(course, submit, fake, "not-a-function", Sent(reason="not-a-function"))


def test_m66_no_plain_form(course, submit, fake):
    """The value cannot be handed in."""
    missing(course, submit, fake, "no-plain-form", Sent(reason="no-plain-form"))


def test_m67_unreadable_value(course, submit, fake):
    """The value raised an error while it was read."""
    missing(course, submit, fake, "unreadable-value", Sent(reason="unreadable-value"))


def test_m68_not_sent(course, submit, fake):
    """Nothing came out at all."""
    missing(course, submit, fake, "not-sent", None)


@pytest.mark.parametrize("text", ["NaN", "{", '{"a": 1, "a": 2}', "[" * 100, "9" * 400, '"' + "x" * wire.MAX_BYTES])
def test_m69_not_json(course, submit, fake, text):
    """What came out is not strict JSON of the wire's form."""
    missing(course, submit, fake, "not-json", Sent(text=text))


def remarked(course: Settings, code: str) -> None:
    """Mark, and expect all marks and a remark."""
    (one,) = marking.mark(course, "mini1")
    assert one.status == "marked"
    record = results.record(course, "mini1", "anna")
    assert record is not None
    assert code in record["remarks"]
    assert total(record) >= FULL - 2


def test_m70_cells_missing(course, submit, fake):
    """Deleted cells are put back."""
    submit(course, "anna", change=lambda notebook: notebook.cells.clear())
    remarked(course, "cells-missing")
    (job,) = fake.jobs
    assert {cell["metadata"]["nbgrader"]["grade_id"] for cell in fakes.cells(job)} >= {"mini1-q1", "mini1-q5"}


def test_m71_cells_doubled(course, submit, fake):
    """Of two cells that claim one name one counts."""
    submit(course, "anna", change=copy_answer)
    remarked(course, "cells-doubled")
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in fakes.cells(fake.jobs[0])]
    assert names.count("mini1-q1") == 1


def test_m72_cells_changed(course, submit, fake):
    """Locked cells are put back."""
    submit(course, "anna", change=delete_checks)
    remarked(course, "cells-changed")
    assert '"100.0"' not in fake.jobs[0].notebook


@pytest.fixture
def own_test(course: Settings) -> Settings:
    """Turn a check of the bank into a test cell of an instructor's own, with a hidden line."""
    items = course.bank / "mini1.yaml"
    text = items.read_text()
    start, end = text.index("  - id: mini1-q6"), len(text)
    items.write_text(text[:start] + text[end:])
    return course


def test_m73_hidden_checks(own_test, submit, fake):
    """The hidden line never goes out, and a person decides."""
    submit(own_test, "anna")
    (one,) = marking.mark(own_test, "mini1")
    assert (one.status, one.reason) == ("marked", "hidden-checks")
    assert "HIDDEN" not in fake.jobs[0].notebook
    assert "RuntimeError" not in fake.jobs[0].notebook
    record = results.record(own_test, "mini1", "anna")
    assert record is not None
    assert (record["points"]["mini1-q6"], record["unverified"]) == (None, ["mini1-q6"])


def test_m74_not_marked(course, submit):
    """What was handed in and not marked yet is open in the table, never 0."""
    submit(course, "anna")
    (one,) = results.standing(course)
    assert (one.status, one.reason) == ("open", "not-marked")
    exports.marks_csv(report.table(course, [one]), course.workdir / "marks.csv")
    with (course.workdir / "marks.csv").open(newline="") as stream:
        assert [row["total"] for row in csv.DictReader(stream) if row["student"] == "anna"] in ([], [""])


def test_m75_changed_meanwhile(course, submit, fake):
    """Where a submission changes again and again while it is marked, it is left for the next run."""
    file = submit(course, "anna")
    original = file.read_text()

    def unruly(job: Job) -> Outcome:
        fake.answers = staticmethod(fakes.honest)
        file.write_text(original.replace("1907", f"19{len(fake.jobs):02d}"))
        marking.mark(course, "mini1")
        file.write_text(original.replace("1907", f"18{len(fake.jobs):02d}"))
        fake.answers = staticmethod(unruly)
        return fakes.honest(job)

    fake.answers = staticmethod(unruly)
    (one,) = marking.mark(course, "mini1")
    assert (one.status, one.reason) == ("open", "changed-meanwhile")
    fake.answers = staticmethod(fakes.honest)
    assert marking.mark(course, "mini1")[0].status == "marked"


def test_m76_worker_lost(course, submit, fake):
    """A worker that dies over a job is tried again; where it dies each time, nothing is decided."""
    submit(course, "anna")
    deaths = iter([True, True, False])
    fake.answers = staticmethod(lambda job: Outcome(stopped="worker-lost") if next(deaths) else fakes.honest(job))
    assert marking.mark(course, "mini1")[0].status == "marked"
    fake.answers = staticmethod(lambda job: Outcome(stopped="worker-lost"))
    result = fairmark(course, "mark", "--again")
    assert (result.exit_code, "worker-lost" in result.output) == (3, True)
    assert len(fake.jobs) == 3 + distribute.TRIES


def test_m77_marking_failed(course, submit, fake):
    """An error of our own costs one submission its turn, and not the batch."""

    def failing(job: Job) -> Outcome:
        if job.student == "anna":
            raise JobError("as if")
        return fakes.honest(job)

    fake.answers = staticmethod(failing)
    for student in ("anna", "bob"):
        submit(course, student)
    marked = marking.mark(course, "mini1")
    assert [(one.status, one.reason) for one in marked] == [("open", "marking-failed"), ("marked", "")]


def test_m78_unconfined(course, submit, fake, monkeypatch):
    """Where a worker cannot confine, nothing is run, and the message says why."""
    submit(course, "anna")

    def refuse(self: Any) -> None:
        raise WorkerError("bubblewrap is missing; install it")

    monkeypatch.setattr(fakes.Worker, "start", refuse)
    result = fairmark(course, "mark")
    assert (result.exit_code, "Error: bubblewrap is missing; install it" in result.output) == (1, True)
    assert fake.jobs == []


def test_m79_gradebook_locked(course, submit, fake):
    """A lock that lasts is told, and what was marked before is kept; the next run goes on."""
    for student in ("anna", "bob"):
        submit(course, student)
    marking.mark(course, "mini1", students=["anna"])
    holder = sqlite3.connect(course.workdir / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(database.GradebookError, match="keeps the gradebook locked"):
        marking.mark(course, "mini1", patience=0.2)
    holder.execute("ROLLBACK")
    holder.close()
    assert [one.status for one in marking.mark(course, "mini1")] == ["unchanged", "marked"]


def write_until_full(book: database.Database) -> None:
    """Write more than there is room for, by giving the database no page more than it has."""
    with book.writing() as session:
        connection: Any = session.connection().connection.dbapi_connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(1000):
            audit.append(session, "try", text="x" * 5000, number=number)


def test_m80_disk_full(course, submit, fake):
    """Where the database cannot grow nothing is half written, and the message says what to do."""
    for student in ("anna", "bob"):
        submit(course, student)
    marking.mark(course, "mini1", students=["anna"])
    with database.Database(course) as book, pytest.raises(database.GradebookError, match="disk is full"):
        write_until_full(book)
    with database.Database(course) as book, book.reading() as session:
        assert audit.verify(session) == []
        assert audit.last(session).entries == 1
    assert [one.status for one in marking.mark(course, "mini1")] == ["unchanged", "marked"]


def test_m81_interrupted(course, submit, fake, monkeypatch):
    """Ctrl-C keeps what is done, says how to go on, and ends with status 130."""
    for number in range(6):
        submit(course, f"s{number}")
    real = marking.Marking.consider

    def consider(self: Any, student: str) -> Any:
        if student == "s4":
            raise KeyboardInterrupt
        return real(self, student)

    with monkeypatch.context() as pressed:
        pressed.setattr(marking.Marking, "consider", consider)
        pressed.setattr(distribute.Pool, "window", 1)
        result = fairmark(course, "mark")
    assert result.exit_code == 130
    assert "Stopped. 4 submissions of this assignment are done, and kept." in " ".join(result.output.split())
    assert "Run the same command again to go on." in " ".join(result.output.split())
    assert "Marked 2, unchanged 4" in fairmark(course, "mark").output


@pytest.mark.parametrize(
    "address", ["tcp://cluster.example:8786", "cluster.example:8786", "ws://127.0.0.1:1", "tcp://10.0.0.1:1"]
)
def test_m82_insecure_scheduler(course, submit, address):
    """An address in the open is refused before anything is sent."""
    submit(course, "anna")
    result = fairmark(course, "mark", "--scheduler", address)
    assert (result.exit_code, "only travel to another machine through TLS" in " ".join(result.output.split())) == (
        1,
        True,
    )
    for fine in ("tls://cluster.example:8786", "tcp://127.0.0.1:8786", "tcp://[::1]:8786", ""):
        distribute.check_address(fine)


def test_m83_not_collected(course, submit, fake):
    """A folder that nobody can have handed in is named, and everybody else is collected."""
    gradebook.prepare(course)
    folder = submit(course, "anna").parent
    inbound = course.workdir / "exchange" / course.course / "inbound"
    folder.rename(inbound / "anna+mini1+2026-03-01 10:00:00 UTC+x")
    folder.parent.rmdir()
    (inbound / "eve+mini1+2026-03-01 10:00:00 UTC+y").symlink_to(inbound / "anna+mini1+2026-03-01 10:00:00 UTC+x")
    result = fairmark(course, "collect", "mini1")
    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert reasons.REASONS["not-collected"].instructor in said
    assert "'eve+mini1+2026-03-01 10:00:00 UTC+y'" in said
    assert [(one.student, one.status) for one in marking.mark(course, "mini1")] == [("anna", "marked")]


# --- The marking service ----------------------------------------------------------------------------------------------


def with_mode(course: Settings, mode: str) -> Settings:
    """Set the small assignment's mode, as an instructor does."""
    (course.file.parent / "modes.csv").write_text(f"assignment,mode,attempts\nmini1,{mode}\n", encoding="utf-8")
    text = course.file.read_text(encoding="utf-8")
    if "[service]" not in text:
        course.file.write_text(f'{text}\n[service]\nmodes = "modes.csv"\n', encoding="utf-8")
    return settings.load(course.file)


def attempt(course: Settings, *answers: object, item: str = "mini1-q1", limit: int = 2) -> None:
    """Write attempts of anna's down, as the service does."""
    with attempts.Log(course) as log:
        for one in answers:
            log.append([attempts.Attempt("anna", "mini1", item, "attempts", wire.dumps(one), limit)])


def test_m84_first_attempt(course, submit, fake):
    """The record carries the code, and the feedback page the student's sentence."""
    course = with_mode(course, "graded,2")
    attempt(course, "left", "right")
    submit(course, "anna")
    marking.mark(course, "mini1")
    record = results.record(course, "mini1", "anna")
    assert {one["item"]: one["reason"] for one in record["items"] if one["reason"]} == {"mini1-q1": "first-attempt"}
    assert fairmark(course, "feedback", "mini1").exit_code == 0
    page = next((course.workdir / "feedback").rglob("*.html")).read_text(encoding="utf-8")
    assert "canary-q1-left What counts here is your first attempt, and not what your notebook holds." in page


@pytest.mark.parametrize("mode", ["practice,unlimited", "graded,form"])
def test_m85_where_a_check_tells_no_verdict_and_in_practice_only_the_submitted_notebook_counts(
    course, submit, fake, mode
):
    """Whatever stands in the log."""
    course = with_mode(course, mode)
    attempt(course, "left", limit=0)
    attempt(course, "middle")
    submit(course, "anna")
    marking.mark(course, "mini1")
    assert results.record(course, "mini1", "anna")["points"]["mini1-q1"] == 1


@pytest.mark.parametrize(
    ("sent", "earned", "reason"),
    [(("left", "right"), 0, "first-attempt"), (("right", "left"), 1, ""), ((), 1, "")],
    ids=["first wrong", "first right", "never sent"],
)
def test_m86_where_attempts_are_counted_the_first_one_counts(course, submit, fake, sent, earned, reason):
    """The notebook of each holds the right answer; bob's is not touched by anna's attempts."""
    course = with_mode(course, "graded,2")
    attempt(course, *sent)
    for student in ("anna", "bob"):
        submit(course, student)
    marking.mark(course, "mini1")
    found = [results.record(course, "mini1", student)["items"][0] for student in ("anna", "bob")]
    assert [(one["points"], one["reason"]) for one in found] == [(earned, reason), (1, "")]
    with Gradebook(course.gradebook) as book:
        assert book.find_grade("mini1-q1", "mini1", "mini1", "anna").auto_score == earned


@pytest.mark.parametrize(("mode", "said"), [("graded,2", True), ("graded,form", False), ("practice,unlimited", False)])
def test_that_the_first_counts_is_said_beforehand(course, mode, said):
    """At the top of the notebook that students get, where it is so and nowhere else."""
    course = with_mode(course, mode)
    release.build(course)
    notebook = nbformat.read(course.workdir / "release" / "mini1" / "mini1.ipynb", as_version=4)
    assert ("first check counts" in notebook.cells[1].source) == said


def test_m87_a_first_attempt_is_judged_like_any_other_answer(course, submit, fake):
    """An attempt after marking, a corrected key and another mode change the mark, without running anything again."""
    course = with_mode(course, "graded,2")
    submit(course, "anna")
    assert marking.mark(course, "mini1")[0].status == "marked"
    attempt(course, "left")
    assert [marking.mark(course, "mini1")[0].status for _ in range(2)] == ["marked", "unchanged"]
    assert results.record(course, "mini1", "anna")["points"]["mini1-q1"] == 0
    file = course.bank / "mini1.yaml"
    text = file.read_text(encoding="utf-8").replace("key: right", "key: left").replace("answer: left", "answer: right")
    file.write_text(text, encoding="utf-8")
    assert regrade.regrade(course, "mini1")[1][0].items == {"mini1-q1": (0, 1)}
    regrade.regrade(with_mode(course, "graded,form"), "mini1")
    assert results.record(course, "mini1", "anna")["points"]["mini1-q1"] == 0
    assert len(fake.jobs) == 1


def test_m88_attempts_without_a_notebook_earn_nothing(course, submit, fake):
    """They make no row in the gradebook."""
    course = with_mode(course, "graded,2")
    attempt(course, "right")
    submit(course, "bob")
    assert [one.student for one in marking.mark(course, "mini1")] == ["bob"]
    with Gradebook(course.gradebook) as book:
        assert [one.student.id for one in book.assignment_submissions("mini1")] == ["bob"]


@pytest.mark.parametrize("broken", ["attempts.db", "modes.csv"])
def test_m89_no_mark_is_given_without_knowing_which_attempts_count(course, submit, fake, broken):
    """The message names the file, and nothing is written."""
    course = with_mode(course, "graded,2")
    attempt(course, "left")
    submit(course, "anna")
    for file in (course.workdir / "attempts.db-wal", course.workdir / "attempts.db-shm"):
        file.unlink(missing_ok=True)
    file = {"attempts.db": course.workdir, "modes.csv": course.file.parent}[broken] / broken
    file.write_bytes(b"no such thing" * 100)
    result = fairmark(course, "mark")
    assert (result.exit_code, broken in result.output) == (1, True)
    assert fake.jobs == []


# --- Lateness, exceptions, and marks that are left out ----------------------------------------------------------------


def taken_off(course: Settings, student: str = "anna") -> float:
    """Settle, and read what the gradebook and the marks table say is taken off: both must agree."""
    lateness.settle(course)
    row = next(one for one in report.table(course, []) if one.student == student)
    with Gradebook(course.gradebook) as book:
        assert (book.find_submission("mini1", student).late_submission_penalty or 0.0) == row.late
    return row.late


@pytest.mark.parametrize("due", [late.DUE, None], ids=["with a due date", "without"])
def test_m90_lateness_is_counted_from_the_due_date_to_the_time_of_handing_in(course, submit, fake, due):
    """A due date that the instructor moves in the gradebook counts at once; without one nobody is late."""
    course = late.with_policy(course, late.TEN, due=due)
    late.hand_in(submit, course, "anna", days=1)
    marking.mark(course, "mini1")
    assert taken_off(course) == (1.3 if due else 0.0)
    late.with_policy(course, late.TEN, due=late.DUE + dt.timedelta(days=2))
    assert taken_off(course) == 0.0


def test_m91_what_lateness_takes_off_is_a_share_of_the_points_that_the_assignment_carries(course, submit, fake):
    """Of 13 points, not of those earned; so a person's marks, given later, change nothing about it."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", hours=3)
    marking.mark(course, "mini1")
    before = taken_off(course)
    with Gradebook(course.gradebook) as book:
        grade = book.find_grade("mini1-q5", "mini1", "mini1", "anna")
        grade.manual_score, grade.needs_manual_grade = 4.0, False
        book.db.commit()
    assert before == taken_off(course) == 1.3
    (row,) = report.table(course, [])
    assert row.total == pytest.approx(row.automatic + 4 - 1.3)


@pytest.mark.parametrize(
    ("when", "percent"),
    [
        ({"hours": -1}, 0),
        ({"hours": 2}, 0),
        ({"hours": 2, "seconds": 1}, 10),
        ({"days": 1}, 10),
        ({"days": 1, "seconds": 1}, 20),
        ({"days": 6}, 50),
    ],
    ids=str,
)
def test_m92_grace_costs_nothing_and_then_each_day_that_has_begun_counts(course, submit, fake, when, percent):
    """Two hours of grace, ten per cent a day, half at most."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", **when)
    marking.mark(course, "mini1")
    assert taken_off(course) == pytest.approx(13 * percent / 100)


def test_m93_work_that_comes_after_closing_earns_nothing(course, submit, fake):
    """All points are taken off, and the mark is 0, not less."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", days=7, seconds=1)
    marking.mark(course, "mini1")
    assert taken_off(course) == 13
    assert [row.total for row in report.table(course, [])] == [0.0]
    assert fairmark(course, "feedback", "mini1").exit_code == 0
    page = next((course.workdir / "feedback").rglob("*.html")).read_text(encoding="utf-8")
    assert "13 points will be taken off" in " ".join(page.split())


@pytest.mark.parametrize(
    ("until", "nbgraders", "off"),
    [
        ("2026-03-03T12:00Z", None, 0.0),
        ("2026-03-02 15:00 Europe/Minsk", None, 1.3),
        ("2026-03-01T13:00+00:00", dt.timedelta(days=3), 0.0),
        ("2026-03-03T12:00Z", dt.timedelta(hours=1), 0.0),
    ],
)
def test_m94_an_extension_moves_the_due_date_of_one_student(course, submit, fake, until, nbgraders, off):
    """Of this one and the one that nbgrader knows of the later counts; bob's is as it was."""
    course = late.with_policy(course, late.TEN)
    for student in ("anna", "bob"):
        late.hand_in(submit, course, student, days=1, hours=23)
    marking.mark(course, "mini1")
    assert taken_off(course) == 2.6
    if nbgraders:
        with Gradebook(course.gradebook) as book:
            book.find_submission("mini1", "anna").extension = nbgraders
            book.db.commit()
    late.adjust(course, f"anna,mini1,extension,{until},letter of 1 March,Ada")
    assert (taken_off(course), taken_off(course, "bob")) == (off, 2.6)
    late.adjust(course)
    if not nbgraders:
        assert taken_off(course) == 2.6


def test_m95_who_is_excused_gets_no_mark_there_and_the_rest_counts_for_more(course, submit, fake):
    """Neither a 0 nor an open mark, with or without work handed in; and the feedback page says so."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", days=3)
    marking.mark(course, "mini1")
    late.adjust(course, "anna,mini1,excused,,certificate seen,Ada")
    lateness.settle(course)
    (row,) = report.table(course, results.standing(course))
    assert (row.status, row.total, row.attention) == ("excused", None, "")
    assert fairmark(course, "feedback", "mini1").exit_code == 0
    page = next((course.workdir / "feedback").rglob("*.html")).read_text(encoding="utf-8")
    assert "You are excused from this assignment." in page
    assert "certificate" not in page
    both = {"mini1": weights.Weight(1, 100, 0), "mini2": weights.Weight(3, 100, 0)}
    other = Row("anna", "mini2", "marked", 8.0, 10.0, 0.0, 0.0)
    assert weights.course_marks([row, other], both) == {"anna": 80.0}
    assert weights.course_marks([row, dataclasses.replace(other, status="excused")], both) == {"anna": None}


def test_m96_the_lowest_marks_that_may_be_dropped_are_left_out_after_the_excused():
    """The examples of the page: four marks, of which one may not be dropped, and one is excused."""
    marks = {"ps1": 90.0, "ps2": 40.0, "ps3": 70.0, "essay": 30.0}
    scheme = {name: weights.Weight(2 if name == "essay" else 1, 100, 0) for name in marks}
    rows = [Row("anna", name, "marked", mark, 100.0, 0.0, 0.0) for name, mark in marks.items()]
    excused = [dataclasses.replace(row, status="excused") if row.assignment == "ps2" else row for row in rows]
    sets = ["ps1", "ps2", "ps3"]

    def mark(given: list[Row], drop: int, droppable: list[str] = sets) -> float | None:
        return weights.course_marks(given, scheme, drop_lowest=drop, droppable=droppable)["anna"]

    assert mark(rows, 0) == 52.0  # (90 + 40 + 70 + 2 · 30) / 5
    assert mark(rows, 1) == 55.0  # (90 + 70 + 2 · 30) / 4
    assert mark(rows, 2) == 50.0  # (90 + 2 · 30) / 3
    assert mark(excused, 0) == 55.0
    assert mark(excused, 1) == 50.0  # ps3 is the lowest of what is left
    assert mark(rows, 9, list(marks)) == 90.0  # one always stays


@pytest.mark.parametrize("own", [LATE, 'c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n'])
def test_m97_one_rule_takes_points_off_never_two(course, submit, fake, own):
    """Where plug-in and policy both would, nothing is marked; where the policy is silent, the plug-in decides."""
    course = late.with_policy(course, late.TEN)
    (course.file.parent / gradebook.LOCAL).write_text(own)
    late.hand_in(submit, course, "anna", days=1)
    result = fairmark(course, "mark")
    assert (result.exit_code, "remove one of them" in " ".join(result.output.split())) == (1, True)
    assert fake.jobs == []
    course = late.with_policy(course, late.FREE)
    assert fairmark(course, "mark").exit_code == 0
    full = report.table(course, [])[0].automatic
    assert taken_off(course) == (2.0 if own == LATE else full)
    late.adjust(course, "anna,mini1,extension,2026-03-05T12:00Z,letter,Ada")
    assert taken_off(course) == 0.0


def test_m98_every_adjustment_stands_in_the_log(course, submit, fake):
    """What, why, by whom; once for each change, in a log that verifies, and beside the marks."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", days=1)
    assert fairmark(course, "mark").exit_code == 0
    late.adjust(course, "anna,mini1,extension,2026-03-05T12:00Z,letter of 1 March,Ada")
    said = " ".join(fairmark(course, "policy").output.split())
    assert "anna mini1: extension until 2026-03-05T12:00:00+00:00 (letter of 1 March; granted by Ada)" in said
    assert "1 changed. Exceptions: 1 extension, 0 excused." in said
    assert "0 changed." in fairmark(course, "policy").output
    late.adjust(course)
    assert "The log says nothing of 'nobody'." in fairmark(course, "policy", "--student", "nobody").output
    told = fairmark(course, "policy", "--student", "anna").output
    assert [part in told for part in ("1.3 points off", "granted by Ada", "nobody else")] == [True, True, False]
    with database.Database(course) as book, book.reading() as session:
        assert audit.verify(session) == []
        events = [one["event"] for one in audit.entries(session)]
    assert events == ["marked", "adjusted", "adjusted", "adjusted"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("zoe,mini1,excused,,r,Ada", "line 2, column student: nobody has the id 'zoe'"),
        ("anna,mini9,excused,,r,Ada", "line 2, column assignment: there is no 'mini9'; there are mini1"),
        (
            "anna,mini1,extension,2026-02-01T12:00Z,r,Ada",
            "line 2, column until: 2026-02-01T12:00:00+00:00 is before the",
        ),
    ],
)
def test_m99_a_table_that_cannot_be_used_stops_the_command_with_its_line(course, submit, fake, row, says):
    """Before anything is marked, exported or written."""
    course = late.with_policy(course, late.TEN)
    late.hand_in(submit, course, "anna", days=1)
    late.adjust(course, row)
    for command in ("mark", "feedback", "export", "policy"):
        result = fairmark(course, command)
        assert (result.exit_code, says in " ".join(result.output.split())) == (1, True), result.output
    assert fake.jobs == []
    assert not (course.workdir / "marks.csv").exists()
