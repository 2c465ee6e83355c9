"""Who counts in an item report, and which points, read back from a real gradebook."""

from __future__ import annotations

import dataclasses
import re

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from fairmark import itemreport, marking, regrade, reportpage, responses
from fairmark.cli import main
from fairmark.jobs import Job, Outcome, Sent

from . import fakes

NOTHING = dict.fromkeys(("mini1-q1", "mini1-q2", "mini1-q3", "mini1-q6"), "null") | {
    "mini1-q4": '[{"value":null},{"value":null},{"value":null}]'
}


def answer(job: Job) -> Outcome:
    """Answer as the students of this class do."""
    honest = fakes.honest(job)
    if job.student == "dora":
        return dataclasses.replace(honest, sent={name: Sent(text) for name, text in NOTHING.items()})
    if job.student == "cyril":
        return dataclasses.replace(honest, stopped="out-of-memory")
    if job.student == "bert":
        return dataclasses.replace(honest, sent=honest.sent | {"mini1-q1": Sent('"left"')})
    return honest


def no_answer(notebook) -> None:
    """Leave the written answer as it came."""
    next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "mini1-q5"
    ).source = "*Write your answer here.*"


@pytest.fixture
def marked(course, submit, fake):
    """Mark a class in which everything happens that can happen; return its course."""
    fake.answers = staticmethod(answer)
    for student in ("anna", "bert", "cyril", "hal"):
        submit(course, student)
    submit(course, "dora", change=no_answer)
    submit(course, "emil").write_text("{")
    with Gradebook(course.gradebook) as book:
        book.update_or_create_student("fay")
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook) as book:
        book.update_or_create_student("gus")
        book.add_submission("mini1", "gus")
    return course


def test_who_does_not_count_is_counted(marked):
    """Each for a reason; nobody is forgotten."""
    found = responses.read(marked, "mini1", leave_out=("hal",))
    assert found.left_out == {
        responses.NOT_HANDED_IN: 1,
        responses.EMPTY: 1,
        responses.FLAGGED: 1,
        responses.NOT_MARKED: 1,
        responses.STOPPED: 1,
        responses.ASKED: 1,
    }
    assert set(found.left_out) == set(responses.REASONS)
    assert len(found.papers) == 2
    assert len(responses.read(marked, "mini1").papers) == 3


def test_nobodys_id_is_in_what_is_read(marked):
    """The table does not say who, so neither can anything that is made from it."""
    found = responses.read(marked, "mini1")
    text = f"{found!r} {itemreport.analyse(found)!r} {reportpage.page('Course', itemreport.analyse(found))}"
    for student in ("anna", "bert", "cyril", "dora", "emil", "fay", "gus", "hal"):
        assert not re.search(rf"\b{student}\b", text)


def test_points_are_the_gradebooks(marked):
    """Of what the program gave, what a person changed, and what a person gave; what waits is open."""
    with Gradebook(marked.gradebook) as book:
        for student, item, score in (("anna", "mini1-q5", 3.0), ("bert", "mini1-q1", 0.5)):
            book.find_grade(item, "mini1", "mini1", student).manual_score = score
        book.db.commit()
    found = responses.read(marked, "mini1", leave_out=("hal",))
    names = [entry.item.id for entry in found.entries]
    points = {
        name: {paper.answers[names.index(name)].points for paper in found.papers} for name in ("mini1-q1", "mini1-q5")
    }
    assert points == {"mini1-q1": {1.0, 0.5}, "mini1-q5": {3.0, None}}
    changed = [paper.answers[0].by_person for paper in found.papers]
    assert sorted(changed) == [False, True]


def test_marks_by_an_older_bank_are_said_until_they_are_regraded(marked):
    """The report says how many, and which command mends it."""
    assert responses.read(marked, "mini1").outdated == 0
    file = marked.bank / "mini1.yaml"
    file.write_text(file.read_text().replace("key: right", "key: middle").replace("answer: middle", "answer: right"))
    found = itemreport.analyse(responses.read(marked, "mini1"))
    assert found.responses.outdated == 5
    assert any("fairmark regrade mini1" in one for one in found.warnings)
    regrade.regrade(marked, "mini1")
    after = itemreport.analyse(responses.read(marked, "mini1"))
    assert after.responses.outdated == 0
    assert after.items[0].outcomes["wrong"] == 3


def test_the_command_writes_a_page_and_two_tables(marked, tmp_path):
    """And says where, how many count, and what to look at."""
    words = ["--settings", str(marked.file), "report", "mini1", "--except", "hal"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("mini1: 2 students count; no question stands out.")
    folder = marked.workdir / "reports"
    assert {file.name for file in folder.iterdir()} == {"mini1.html", "mini1-items.csv", "mini1-answers.csv"}
    assert "2 students count" in (folder / "mini1.html").read_text()
    CliRunner().invoke(main, [*words, "--to", str(tmp_path / "elsewhere")])
    assert (tmp_path / "elsewhere" / "mini1.html").read_text() == (folder / "mini1.html").read_text()


@pytest.mark.parametrize("names", [(), ("mini1",)])
def test_a_class_that_has_handed_nothing_in_gets_an_empty_report(course, names):
    """Nothing breaks before the first submission."""
    result = CliRunner().invoke(main, ["--settings", str(course.file), "report", *names])
    assert result.exit_code == 0, result.output
    assert "0 students count" in result.output
    assert "Nobody counts yet." in (course.workdir / "reports" / "mini1.html").read_text()
