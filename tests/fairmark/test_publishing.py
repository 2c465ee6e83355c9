"""Releases reach students through the real nbgitpuller, and nothing that a student wrote is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fairmark import publishing, studentbundle
from fairmark.cli import main
from fairmark.publishing import PublishError, publish
from fairmark.settings import Settings

LESSON = "lessons/00-first.ipynb"
CELLS = [f"value_{number} = {number}" for number in range(6)]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def write(path: Path, sources: list[str]) -> None:
    cells = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A lesson", id="head"), *cells]), path)


def sources(path: Path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells[1:]]


@pytest.fixture(autouse=True)
def _no_settings_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own git settings out."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


@dataclass(frozen=True)
class Class:
    """An instructor who releases to a bare repository, and a student who pulls from it."""

    course: Settings
    repository: Path
    student: Path
    depth: int

    @property
    def lessons(self) -> Path:
        """Where the instructor's lessons stand."""
        return self.course.lessons

    def release(self) -> publishing.Published:
        """Build the bundle of what the instructor has now, and publish it."""
        bundle = studentbundle.build(self.course)
        return publish(bundle, str(self.repository), course=self.course.course, title=self.course.title)

    def pull(self) -> None:
        """Do what a click on the link does."""
        command = [sys.executable, "-m", "nbgitpuller.pull", f"file://{self.repository}", "main", str(self.student)]
        environment = os.environ | {"NBGITPULLER_DEPTH": str(self.depth)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def begin(new_course: Callable[..., Settings], tmp_path: Path, depth: int) -> Class:
    """Release once, and have the student pull."""
    course = new_course(tmp_path / "course")
    (course.workdir / "release" / "mini1").mkdir(parents=True)
    write(course.workdir / "release" / "mini1" / "mini1.ipynb", ["mini1_q1 = None"])
    write(course.lessons / "00-first.ipynb", CELLS)
    write(course.lessons / "01-second.ipynb", CELLS)
    made = Class(course, tmp_path / "students.git", tmp_path / "home" / "course", depth)
    made.student.parent.mkdir()
    made.release()
    made.pull()
    return made


@pytest.fixture
def group(new_course: Callable[..., Settings], tmp_path: Path) -> Class:
    """Have a student who pulls as nbgitpuller does unless it is told otherwise: without the past."""
    return begin(new_course, tmp_path, 1)


# --- What nbgitpuller's page on merging promises, case by case --------------------------------------------------------


def test_a_first_pull_brings_the_bundle(group):
    """The student has what the instructor's folder has, and nothing else."""
    bundle = group.course.workdir / "bundle"
    theirs = {str(file.relative_to(group.student)) for file in group.student.rglob("*") if file.is_file()}
    ours = {str(file.relative_to(bundle)) for file in bundle.rglob("*") if file.is_file()}
    assert {file for file in theirs if not file.startswith(".git/")} == ours
    assert all((group.student / file).read_bytes() == (bundle / file).read_bytes() for file in ours)


def test_case_1_a_file_that_the_student_left_alone_is_brought_up_to_date(group):
    """A correction reaches everybody who had not begun."""
    write(group.lessons / "00-first.ipynb", ["corrected = 1", *CELLS])
    group.release()
    group.pull()
    assert sources(group.student / LESSON) == ["corrected = 1", *CELLS]


@pytest.mark.parametrize("place", [0, 5], ids=["the same cell", "another cell"])
def test_cases_2_and_3_a_notebook_that_the_student_changed_stays_whole(place, group):
    """Neither kind of change is mixed into it: two halves of a notebook are not always one."""
    mine = [*CELLS[:5], "value_5 = 'mine'", "more = 'mine'"]
    write(group.student / LESSON, mine)
    kept = (group.student / LESSON).read_bytes()
    write(group.lessons / "00-first.ipynb", [*CELLS[:place], "corrected = 1", *CELLS[place + 1 :]])
    write(group.lessons / "01-second.ipynb", ["corrected = 1"])
    group.release()
    group.pull()
    assert (group.student / LESSON).read_bytes() == kept
    assert sources(group.student / LESSON) == mine
    assert sources(group.student / "lessons" / "01-second.ipynb") == ["corrected = 1"]


def test_case_4_a_deleted_file_comes_back_as_it_is_now(group):
    """To start over is to delete and to pull."""
    write(group.student / LESSON, ["spoilt"])
    group.pull()
    (group.student / LESSON).unlink()
    write(group.lessons / "00-first.ipynb", ["corrected = 1"])
    group.release()
    group.pull()
    assert sources(group.student / LESSON) == ["corrected = 1"]


def test_case_5_a_students_own_file_in_the_way_of_a_new_one_is_renamed(group):
    """Both are there afterwards."""
    write(group.student / "lessons" / "02-third.ipynb", ["mine = 1"])
    write(group.lessons / "02-third.ipynb", ["theirs = 1"])
    group.release()
    group.pull()
    assert sources(group.student / "lessons" / "02-third.ipynb") == ["theirs = 1"]
    (renamed,) = (group.student / "lessons").glob("02-third__*.ipynb")
    assert sources(renamed) == ["mine = 1"]


def test_an_answered_assignment_that_is_taken_out_of_the_bundle_stays(group):
    """Withdrawing an assignment takes nobody's answers away."""
    path = "assignments/mini1/mini1.ipynb"
    write(group.student / path, ["mini1_q1 = 'mine'"])
    (group.course.workdir / "release" / "mini1" / "mini1.ipynb").unlink()
    group.release()
    group.pull()
    assert sources(group.student / path) == ["mini1_q1 = 'mine'"]


@pytest.mark.parametrize("depth", [1, 0], ids=["shallow", "whole"])
def test_a_term_of_releases_loses_nothing(depth, new_course, tmp_path):
    """Four releases, a student who works on between them, and a file of the student's own."""
    group = begin(new_course, tmp_path, depth)
    (group.student / "notes.md").write_text("mine")
    for number in range(3):
        write(group.student / LESSON, [f"mine = {number}"])
        for name in ("00-first", "01-second"):
            write(group.lessons / f"{name}.ipynb", [f"release = {number}"])
        group.release()
        group.pull()
        assert sources(group.student / LESSON) == [f"mine = {number}"]
        assert sources(group.student / "lessons" / "01-second.ipynb") == [f"release = {number}"]
    assert (group.student / "notes.md").read_text() == "mine"
    assert git(group.student, "status", "--porcelain") == "?? notes.md"


def test_without_our_attributes_a_changed_notebook_would_be_mixed(group):
    """The test above would prove nothing if git kept whole files by itself."""
    git(group.student, "rm", "--quiet", ".gitattributes")
    (group.student / ".git" / "info" / "attributes").write_text("* merge\n")
    write(group.student / LESSON, [*CELLS[:5], "mine = 1"])
    write(group.lessons / "00-first.ipynb", ["corrected = 1", *CELLS[1:]])
    group.release()
    group.pull()
    assert sources(group.student / LESSON) == ["corrected = 1", *CELLS[1:5], "mine = 1"]


# --- The branch -------------------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Make a folder to publish."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "README.md").write_text("One.\n")
    return folder


def put(bundle: Path, repository: Path | str, **words: str) -> publishing.Published:
    return publish(bundle, str(repository), **{"course": "c", "title": "A course"} | words)


def test_a_branch_begins_with_a_bundle_and_grows_by_bundles(bundle, tmp_path):
    """The first commit has no parent, each later one has the release before it, and each is a bundle's tree."""
    repository = tmp_path / "new" / "students.git"
    first = put(bundle, repository)
    (bundle / "README.md").write_text("Two.\n")
    second = put(bundle, repository)
    assert git(repository, "log", "--all", "--format=%H %P").splitlines() == [
        f"{second.commit} {first.commit}",
        first.commit,
    ]
    assert git(repository, "ls-tree", "-r", "--name-only", first.commit) == "README.md"
    assert git(repository, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert git(repository, "log", "-1", "--format=%an <%ae> %s") == "A course <course@localhost> A course"


def test_a_release_that_changes_nothing_makes_no_commit(bundle, tmp_path):
    """Running the command twice is harmless."""
    first = put(bundle, tmp_path / "students.git")
    again = put(bundle, tmp_path / "students.git")
    assert (first.new, again.new, again.commit) == (True, False, first.commit)


def test_an_empty_repository_that_is_there_already_is_used(bundle, tmp_path):
    """Such as one that was just made on a server."""
    git(tmp_path, "init", "--quiet", "--bare", "students.git")
    assert put(bundle, f"file://{tmp_path / 'students.git'}", branch="spring").new
    assert git(tmp_path / "students.git", "branch", "--list", "--format=%(refname:short)") == "spring"


@pytest.mark.parametrize("branch", ["main", "students"])
def test_a_repository_with_anything_else_is_refused(branch, bundle, tmp_path):
    """The project's own repository would show its bank to everybody who can pull a branch of it."""
    project = tmp_path / "project"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(project))
    (project / "bank.yaml").write_text("key: secret\n")
    git(project, "add", ".")
    git(project, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "A bank")
    before = git(project, "for-each-ref")
    with pytest.raises(PublishError, match=r"project: holds commits that are not student bundles of 'c'.*made empty"):
        put(bundle, project, branch=branch)
    assert git(project, "for-each-ref") == before


def test_a_repository_of_another_course_is_refused(bundle, tmp_path):
    """One repository, one course."""
    put(bundle, tmp_path / "students.git", course="another")
    with pytest.raises(PublishError, match="not student bundles of 'c'"):
        put(bundle, tmp_path / "students.git")


@pytest.mark.parametrize(
    ("repository", "branch", "says"),
    [
        ("a/file", "main", "git fetch: .*Nothing was published"),
        ("new.git", "no..name", r"no\.\.name: not a name for a branch"),
        ("file:///nowhere/students.git", "main", "git fetch: .*nowhere.*Nothing was published"),
    ],
)
def test_what_cannot_be_published_to_is_named(repository, branch, says, bundle, tmp_path, monkeypatch):
    """The message has git's own words, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").touch()
    with pytest.raises(PublishError, match=says):
        put(bundle, repository, branch=branch)
    assert not (tmp_path / "new.git").exists()


def test_without_git_the_message_says_what_to_do(bundle, tmp_path, monkeypatch):
    """The folder of the bundle does without."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match=r"git is not installed; install it, or hand out the bundle's folder"):
        put(bundle, tmp_path / "students.git")


def test_a_persons_git_settings_do_not_change_what_is_stored(bundle, tmp_path, monkeypatch):
    """Neither line ends nor a list of files to ignore."""
    (tmp_path / "ignored").write_text("*.md\n")
    settings = f"[core]\n autocrlf = true\n excludesFile = {tmp_path / 'ignored'}\n"
    (tmp_path / "settings").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    (bundle / "README.md").write_bytes(b"One.\r\n")
    done = put(bundle, tmp_path / "students.git")
    shown = subprocess.run(["git", "show", f"{done.commit}:README.md"], cwd=tmp_path / "students.git",
                           capture_output=True, check=True).stdout  # fmt: skip
    assert shown == b"One.\r\n"


def test_the_command_releases_and_publishes(new_course, tmp_path):
    """One command, and its last line says what to pull; what it refuses is one line too."""
    course = new_course(tmp_path / "course")
    (course.lessons / "note.ipynb").write_text(json.dumps(new_notebook()))
    words = ["--settings", str(course.file), "release", "--git", str(tmp_path / "students.git"), "--branch", "spring"]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "MB to pull" in done.output
    assert f"on spring of {tmp_path / 'students.git'}" in done.output
    assert "The link" not in done.output
    address = CliRunner().invoke(main, [*words[:-3], f"file://{tmp_path / 'students.git'}", "--branch", "spring"])
    assert "Nothing has changed since" in address.output
    assert "/hub/user-redirect/git-pull?repo=file%3A%2F%2F" in address.output
    assert address.output.strip().endswith("urlpath=lab%2Ftree%2Fsmall-course%2Flessons%2Fnote.ipynb%3Fautodecode")
    refused = CliRunner().invoke(main, [*words[:-1], "no..name"])
    assert (refused.exit_code, refused.output.splitlines()[-1]) == (1, "Error: no..name: not a name for a branch")
