"""nbgrader's own tools on what fairmark wrote: command and button, formgrader, validate, and what refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import autograde as stock
from nbgrader.converters.base import NbGraderException
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from fairmark import autograde, database, gradebook, ledger, marking
from fairmark.settings import Settings

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def shown(course: Settings, student: str) -> str:
    """Render what the formgrader shows, with the formgrader's own template and configuration."""
    rules = gradebook.config(course)
    rules.HTMLExporter.template_name = "formgrade"
    rules.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    with Gradebook(course.gradebook) as book:
        notebook = book.find_submission_notebook("mini1", "mini1", student)
        empty = dict.fromkeys(["last_name", "first_name", "notebook_path"], "")
        place = {"assignment_id": "mini1", "notebook_id": "mini1", "submission_id": notebook.id, "student": student}
        resources = {**empty, **place, "index": 0, "total": 1, "base_url": "/"}
        file = course.workdir / "autograded" / student / "mini1" / "mini1.ipynb"
        html, _ = HTMLExporter(config=rules).from_filename(str(file), resources=resources)
    return str(html)


def test_the_button_marks_as_the_command_does(course, submit, fake):
    """What the formgrader calls ends in the same facts, and marks anew each time, as a person expects of a button."""
    submit(course, "anna")
    api = gradebook.api(course)
    assert api.autograde("mini1", "anna")["success"]
    with database.Database(course) as book, book.reading() as session:
        assert ledger.find(session, "mini1", "anna") is not None
    assert marking.mark(course, "mini1")[0].status == "unchanged"
    assert api.autograde("mini1", "anna")["success"]
    assert len(fake.jobs) == 2
    assert api.get_autograded_students("mini1") == {"anna"}


def test_the_button_says_why_a_submission_cannot_be_marked(course, submit, fake):
    """The reason stands in what the formgrader shows, and no other student is touched."""
    submit(course, "anna").write_text("{")
    result = gradebook.api(course).autograde("mini1", "anna")
    assert not result["success"]
    assert "anna: unreadable." in result["error"]
    assert not gradebook.api(course).autograde("mini1", "nobody")["success"]


def test_nbgraders_own_class_refuses_under_our_configuration(course, submit):
    """Where its class is met all the same, no student code runs and no mark is given."""
    submit(course, "anna")
    api = NbGraderAPI(config=gradebook.config(course))
    api.coursedir.assignment_id, api.coursedir.student_id = "mini1", "anna"
    converter = stock.Autograde(coursedir=api.coursedir, parent=api)
    with pytest.raises(NbGraderException):
        converter.start()
    with Gradebook(course.gradebook) as book:
        assert book.find_submission("mini1", "anna").score == 0


def test_a_course_that_fairmark_does_not_know_is_nbgraders_own(tmp_path):
    """Our class does nothing of its own where our settings are not."""
    rules = Config()
    rules.CourseDirectory.root = str(tmp_path)
    api = NbGraderAPI(config=rules)
    api.coursedir.assignment_id = "other"
    with pytest.raises(NbGraderException, match="No notebooks were matched"):
        autograde.Autograde(coursedir=api.coursedir, parent=api).start()


def test_the_formgrader_shows_nothing_of_a_submission_that_acts(course, submit, fake):
    """Markup in a written answer, in prose of the student's own and in a raw cell stands there as text."""

    def change(notebook: Any) -> None:
        notebook.cells.append(nbformat.v4.new_markdown_cell(f"[x](javascript:alert(1)) {SCRIPT}", id="own-1"))
        notebook.cells.append(nbformat.v4.new_raw_cell(SCRIPT, id="own-2", metadata={"raw_mimetype": "text/html"}))

    submit(course, "anna", {"mini1-q5": f"I think {SCRIPT}"}, change)
    marking.mark(course, "mini1")
    page = shown(course, "anna")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert SCRIPT[:8] + ">alert" not in page
    assert "onerror=alert(1)>" not in page
    assert 'href="javascript' not in page
    assert "1 of 1 points. canary-q1-right" in page


def test_comments_that_nbgrader_makes_are_made(course, submit, fake):
    """An answer that was left as it was says so, as stock nbgrader has it; when it is answered, no longer."""
    file = submit(course, "anna", {"mini1-q1": None, "mini1-q5": None})
    marking.mark(course, "mini1")

    def comments() -> dict[str, str | None]:
        with Gradebook(course.gradebook) as book:
            notebook = book.find_submission_notebook("mini1", "mini1", "anna")
            return {comment.name: comment.auto_comment for comment in notebook.comments}

    blank = {name for name, comment in comments().items() if comment == "No response."}
    assert blank == {"mini1-q1-answer", "mini1-q5"}
    file.unlink()
    submit(course, "anna")
    marking.mark(course, "mini1")
    assert set(comments().values()) == {None}


@pytest.mark.slow
def test_validate_lists_what_is_not_ready_and_passes_what_is(course, submit, tmp_path):
    """Nbgrader's Validate works in the student's folder: on the form, since it knows no key."""
    for student, sources, says in (
        ("anna", None, "Success!"),
        ("bob", {"mini1-q6": "mini1_q6 = 7"}, "NotReadyError: mini1-q6"),
    ):
        file = submit(course, student, sources)
        folder = tmp_path / student
        shutil.copytree(course.workdir / "release" / "mini1", folder)
        shutil.copy(file, folder / "mini1.ipynb")
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        command = [str(Path(sys.executable).parent / "nbgrader"), "validate", "mini1.ipynb"]
        environment = os.environ | {"PATH": path, "WORKSHEET_STUDENT": student}
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        assert says in run.stdout + run.stderr
