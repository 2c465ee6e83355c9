"""The commands: fairmark's own, and nbgrader's in the same working folder, which must come to the same marks."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fairmark import release, results, settings
from fairmark.cli import main
from fairmark.settings import Settings

COMMANDS = {
    (): "a person's marks with `written`, `feedback`, `export`",
    ("new",): "Put your own in its place",
    ("release",): "no key is in what is built",
    ("collect",): "newest submission of each student",
    ("mark",): "Ends with status 3 if any was flagged or is not decided",
    ("regrade",): "who gains and who loses",
    ("audit",): "Check the log of every mark ever given",
    ("serve",): "every attempt down before it is answered",
    ("backup",): "whole and checked",
    ("feedback",): "Write a feedback page for every marked submission",
    ("export",): "never 0",
    ("policy",): "say what changed",
    ("report",): "which questions to look at first and why",
    ("bank",): "Look after the item bank",
    ("bank", "check"): "that no message gives a key away",
    ("class",): "before real students do",
    ("class", "make"): "hand in every released assignment",
    ("class", "run"): "Do everything once",
    ("written",): "its address is the key",
    ("explain",): "no key, no other student",
    ("term",): "Begin a new term",
    ("term", "new"): "Nothing of the old term is changed or deleted",
    ("term", "data"): "which personal data are kept where",
}


@pytest.fixture(scope="module")
def began(
    tmp_path_factory: pytest.TempPathFactory, new_course: Callable[..., Settings], submit: Callable[..., Path]
) -> Settings:
    """Release the small course; one student hands in."""
    course = new_course(tmp_path_factory.mktemp("commands") / "course")
    release.build(course)
    submit(course, "anna", {"mini1-q1": 'mini1_q1 = "left"'})
    return course


@pytest.fixture
def course(began: Settings, tmp_path: Path) -> Settings:
    """Return a copy of that course, to change."""
    shutil.copytree(began.file.parent, tmp_path / "copy")
    return settings.load(tmp_path / "copy" / "course.toml")


STEPS = [
    ("collect",),
    ("mark",),
    ("regrade",),
    ("audit",),
    ("backup",),
    ("feedback",),
    ("export",),
    ("policy",),
    ("report",),
    ("class", "make"),
]


@pytest.mark.parametrize("words", STEPS, ids=" ".join)
def test_a_step_before_the_release_says_what_to_do_first(new_course, tmp_path, words):
    """Nothing is made and nothing breaks: one line names the folder and the command that comes first."""
    fresh = new_course(tmp_path / "fresh")
    result = fairmark(fresh, *words)
    assert result.exit_code == 1
    assert f"Error: {fresh.workdir}: nothing has been released here yet; run fairmark release first" in result.output


def fairmark(course: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(course.file), *words])


def nbgrader(course: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "JUPYTER_PLATFORM_DIRS": "1", "PYTHONWARNINGS": "default"}
    command = [str(Path(sys.executable).parent / "nbgrader"), *words]
    return subprocess.run(command, cwd=course.workdir, env=environment, capture_output=True, text=True, timeout=120)


def scores(course: Settings) -> dict[str, float | None]:
    """Read the automatic scores out of the database, past every library."""
    with sqlite3.connect(course.workdir / "gradebook.db") as database:
        found = database.execute(
            "SELECT b.name, g.auto_score FROM grade g JOIN grade_cells c ON g.cell_id = c.id "
            "JOIN base_cell b ON b.id = c.id"
        ).fetchall()
    database.close()
    return dict(found)


# --- fairmark ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_says_what_a_command_does(words, option):
    """A newcomer can read on from any command."""
    result = CliRunner().invoke(main, [*words, option])
    assert result.exit_code == 0
    assert COMMANDS[words] in " ".join(result.output.split())


def test_every_command_is_in_the_table_above():
    """No command goes without its help being read."""
    found = {()}
    for name, command in main.commands.items():
        found.add((name,))
        found |= {(name, inner) for inner in getattr(command, "commands", {})}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("command", ["collect", "mark", "feedback", "report"])
def test_an_unknown_assignment_is_one_clean_line(command, began):
    """The error names the assignments that there are."""
    result = fairmark(began, command, "ps99")
    assert result.exit_code == 1
    assert result.output == "Error: there is no assignment 'ps99'; the bank has mini1\n"


@pytest.mark.parametrize(
    "words",
    [
        ("release",),
        ("collect",),
        ("mark",),
        ("feedback",),
        ("export",),
        ("report",),
        ("bank", "check"),
        ("class", "run"),
    ],
)
def test_a_malformed_bank_is_one_line_and_status_1(words, course):
    """Every command stops at it, with file, item and field, and without a traceback."""
    file = course.bank / "mini1.yaml"
    file.write_text(file.read_text().replace("kind: choose", "kind: pick"))
    result = fairmark(course, *words)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert result.output.startswith("Error: mini1.yaml, item mini1-q1, field public.kind: 'pick'")


@pytest.mark.parametrize(
    ("text", "says"), [("[course", "cannot be read"), ("[course]\nid = 'x'", "the field"), (None, "cannot be read")]
)
def test_settings_that_cannot_be_used_are_one_line_and_status_1(text, says, tmp_path):
    """A damaged, incomplete or missing course.toml is named."""
    file = tmp_path / "course.toml"
    if text is not None:
        file.write_text(text)
    result = CliRunner().invoke(main, ["--settings", str(file), "mark"])
    assert result.exit_code == 1
    assert str(file) in result.output
    assert says in result.output


def test_marking_feedback_and_export_in_turn(course, submit):
    """The steps of a term; `mark` ends with status 3 while anything is flagged, and 0 otherwise."""
    marked = fairmark(course, "mark")
    assert (marked.exit_code, "Marked 1, unchanged 0, flagged 0." in marked.output) == (0, True)
    (course.workdir / "submitted" / "bob" / "mini1").mkdir(parents=True)
    again = fairmark(course, "mark", "mini1")
    assert again.exit_code == 3
    assert "Marked 0, unchanged 1, flagged 1." in again.output
    assert "bob mini1: no-notebook. The notebook is not in the submission." in again.output
    assert "Wrote 1 feedback pages." in fairmark(course, "feedback").output
    assert fairmark(course, "export", "--to", str(course.workdir / "out.csv")).exit_code == 0
    with (course.workdir / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    assert (rows["anna"]["automatic"], rows["anna"]["total"], rows["bob"]["status"]) == ("8", "", "flagged")


def test_a_reason_that_quotes_a_student_is_printed_as_it_is(course):
    """Square brackets in a broken notebook are no commands to the terminal."""
    notebook = {"cells": [], "metadata": {}, "nbformat": "[/bold]", "worksheets": "[red]"}
    file = course.workdir / "submitted" / "anna" / "mini1" / "mini1.ipynb"
    file.write_text(json.dumps(notebook))
    result = fairmark(course, "mark")
    assert result.exit_code == 3
    assert "(format '[/bold]')" in " ".join(result.output.split())


def test_checking_the_bank_finds_a_giveaway(course):
    """A message that holds the key is listed, and the status says so."""
    assert fairmark(course, "bank", "check").output == "mini1: 6 items, 13 points; blind guessing earns 5% of 9\n"
    file = course.bank / "mini1.yaml"
    file.write_text(file.read_text().replace("hint: Look in the text.", "hint: Look at s7.p8."))
    result = fairmark(course, "bank", "check")
    assert result.exit_code == 1
    assert "mini1-q2: this text gives the key away: Look at s7.p8." in result.output


def test_a_step_of_nbgraders_that_fails_is_told_in_its_own_words(course, monkeypatch):
    """And not as a traceback of ours."""
    failed = {"success": False, "error": "the exchange is not there", "log": "[ERROR] no such folder"}
    monkeypatch.setattr("nbgrader.apps.api.NbGraderAPI.collect", lambda *_, **__: failed)
    result = fairmark(course, "collect", "mini1")
    assert result.exit_code == 1
    assert result.output.startswith("Error: nbgrader could not collect mini1:\nthe exchange is not there")


def test_a_simulated_class_is_not_mixed_into_a_real_one(course):
    """Where students have handed in, nothing is simulated."""
    result = fairmark(course, "class", "make", "--size", "1")
    assert result.exit_code == 1
    assert "not simulated" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"students": [{"id": "ada", "role": "perfect", "due": {"mini1": 9.0}}]}'], ids=repr
)
@pytest.mark.parametrize("step", ["make", "run"])
def test_a_simulated_class_of_another_version_is_named_with_what_to_do(course, text, step):
    """Its file is read or refused as a whole."""
    file = course.workdir / "class.json"
    file.write_text(text)
    result = fairmark(course, "class", step, "--size", "1")
    assert result.exit_code == 1
    assert f"Error: {file}: is damaged, or another version of fairmark wrote it; name a new folder" in result.output


def test_a_class_of_its_own_runs_through(new_course, tmp_path):
    """`class run` does it all, prints who needs a person, and no warning of a library."""
    course = new_course(tmp_path / "course")
    command = [str(Path(sys.executable).parent / "fairmark"), "--settings", str(course.file), "class", "run"]
    run = subprocess.run([*command, "--size", "2"], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    assert "Warning" not in run.stdout
    assert "All 2 marks are as designed." in run.stdout
    assert "Who needs a person's eye" in run.stdout
    for name in ("marks.csv", "gradebook.db", "bundle", "feedback"):
        assert (course.workdir / name).exists()
        assert str(course.workdir / name) in run.stdout


# --- nbgrader ---------------------------------------------------------------------------------------------------------


def test_nbgraders_own_commands_mark_as_fairmark_does(course):
    """`nbgrader autograde`, `generate_feedback` and `export` in the working folder: same marks, our page, a table."""
    assert fairmark(course, "mark").exit_code == 0
    assert fairmark(course, "feedback").exit_code == 0
    due, record = scores(course), results.record(course, "mini1", "anna")
    page = course.workdir / "feedback" / "anna" / "mini1" / "mini1.html"
    text = page.read_text(encoding="utf-8")
    with sqlite3.connect(course.workdir / "gradebook.db") as database:
        database.execute("UPDATE grade SET auto_score = 77")
    database.close()

    run = nbgrader(course, "autograde", "mini1", "--student", "anna", "--force")
    assert run.returncode == 0, run.stderr
    assert "SAWarning" not in run.stderr
    assert scores(course) == due
    assert sum(score for score in due.values() if score) == 8
    again = results.record(course, "mini1", "anna")
    assert again is not None
    assert again["items"] == record["items"]

    page.chmod(0o644)
    page.unlink()
    run = nbgrader(course, "generate_feedback", "mini1", "--student", "anna", "--force")
    assert run.returncode == 0, run.stderr
    assert page.read_text(encoding="utf-8") == text

    run = nbgrader(course, "export")
    assert run.returncode == 0, run.stderr
    with (course.workdir / "grades.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["student_id"], float(row["score"]), float(row["max_score"])) == ("anna", 8.0, 13.0)


def test_a_new_term_marks_everything_anew(course):
    """The term chooses each student's variants, so marks of another term do not stand as done."""
    assert "Marked 1, unchanged 0" in fairmark(course, "mark").output
    assert "Marked 0, unchanged 1" in fairmark(course, "mark").output
    file = course.file
    lines = file.read_text(encoding="utf-8").splitlines()
    changed = ['term = "another"' if line.startswith("term") else line for line in lines]
    assert changed != lines
    file.write_text("\n".join(changed), encoding="utf-8")
    assert "Marked 1, unchanged 0" in fairmark(course, "mark").output


@pytest.mark.parametrize("package", ["scipy", "matplotlib", "krippendorff", "dask"])
def test_a_command_starts_without_what_only_few_commands_need(package):
    """Each of these would make every command start noticeably later."""
    code = f"import sys, fairmark.cli; print({package!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
