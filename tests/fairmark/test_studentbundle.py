"""The student bundle: what goes into it, what is done to it, and that it is whole or not there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from fairmark import studentbundle
from fairmark.studentbundle import BundleError
from worksheet import form


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_that_cannot_be_finished_leaves_the_old_one(new_course, tmp_path):
    """A missing file stops the build before anything is replaced."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release").mkdir(parents=True)
    studentbundle.build(course)
    before = contents(course.workdir / "bundle")
    assert before
    course.student_files["LICENSE"] = tmp_path / "missing"
    with pytest.raises(BundleError, match=r"missing: missing.*correct its path in course\.toml"):
        studentbundle.build(course)
    assert contents(course.workdir / "bundle") == before
    assert not list(course.workdir.glob(".bundle.*"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("[project", "cannot be read"),
        ("", "table .project.: name is missing"),
        ('[project]\nname = "a"\nversion = "1"\ndependencies = []', "table .project.: requires-python is missing"),
    ],
)
def test_a_project_file_that_says_too_little_is_named(new_course, tmp_path, text, says):
    """A course of one's own has a project file of its own; the message says which part of it is missing."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release").mkdir(parents=True)
    project = tmp_path / "pyproject.toml"
    if text is not None:
        project.write_text(text)
    with pytest.raises(BundleError, match=rf"{re.escape(str(project))}.*{says}"):
        studentbundle.build(replace(course, project=project))


def test_students_get_the_worksheet_that_marks_them(new_course, tmp_path):
    """It comes with fairmark: a course names its own packages only, and an image needs no other list of libraries."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release").mkdir(parents=True)
    project = tmp_path / "pyproject.toml"
    project.write_text(
        '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["jupyterlab"]'
    )
    folder = studentbundle.build(replace(course, project=project))
    assert (folder / "package" / "worksheet" / "form.py").read_bytes() == Path(form.__file__).read_bytes()
    theirs = tomllib.loads((folder / "package" / "pyproject.toml").read_text())
    assert theirs["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["worksheet"]
    assert '- "nbgrader"' in (folder / "environment.yml").read_text()


def test_a_copy_is_prepared_before_students_get_it(new_course, tmp_path, monkeypatch):
    """The function that the settings name is called with the copy, and the original stays as it is."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release").mkdir(parents=True)
    (tmp_path / "cleaner.py").write_text("def clean(path):\n    path.write_text('clean')\n")
    monkeypatch.syspath_prepend(tmp_path)
    original = course.student_files["LICENSE"].read_bytes()
    course.prepare["LICENSE"] = "cleaner:clean"
    studentbundle.build(course)
    assert (course.workdir / "bundle" / "LICENSE").read_text() == "clean"
    assert course.student_files["LICENSE"].read_bytes() == original


@pytest.mark.parametrize("name", ["nowhere:clean", "json:nothing", "json", ""])
def test_a_prepare_function_that_there_is_not_stops_the_release(new_course, tmp_path, name):
    """Nothing goes out that should have been cleaned; the message names the settings and the remedy."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release").mkdir(parents=True)
    course.prepare["LICENSE"] = name
    with pytest.raises(BundleError, match=r"course\.toml.*prepare.*module:function"):
        studentbundle.build(course)
    assert not (course.workdir / "bundle").exists()
