"""Collecting takes a submission only from the student who made it."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory

from fairmark.collecting import Collect

OLD, NEW = "2026-03-02 09:00:00.000000 UTC", "2026-03-02 10:00:00.000000 UTC"
ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def collect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collect:
    """Make an exchange with an empty gradebook."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")  # for alembic
    course = CourseDirectory(root=str(tmp_path), course_id="c", assignment_id="a1")
    course.db_url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    (tmp_path / "exchange/c/inbound").mkdir(parents=True)
    found = Collect(coursedir=course, proof="owner")
    found.root = str(tmp_path / "exchange")
    return found


def submit(collect: Collect, student: str, when: str, below: str = ".") -> None:
    """Put a submission into the exchange."""
    folder = Path(collect.root, "c/inbound", below, f"{student}+a1+{when}+random")
    folder.mkdir(parents=True)
    (folder / "a1.ipynb").write_text(f"{student} {when}")


def collected(collect: Collect) -> dict[str, str]:
    """Say what is collected, by student."""
    collect.init_src()
    return {one["username"]: one["filename"].split("+")[2] for one in collect.src_records}


def test_the_newest_submission_of_its_owner_is_collected(collect):
    """What nbgrader does, it still does."""
    submit(collect, ME, OLD)
    submit(collect, ME, NEW)
    assert collected(collect) == {ME: NEW}


def test_what_accounts_begin_with_is_no_part_of_the_name(collect):
    """On TLJH the account of `anna` is `jupyter-anna`."""
    collect.prefix = ME[:1]
    submit(collect, ME[1:], NEW)
    submit(collect, ME, NEW)
    assert collected(collect) == {ME[1:]: NEW}


def test_a_submission_in_anothers_name_is_not_collected(collect):
    """Its name claims a student who does not own it."""
    submit(collect, "somebody-else", NEW)
    assert collected(collect) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_forged_submission_does_not_displace_the_real_one(collect):
    """A newer one in the student's name, made by somebody else, leaves the student's own in force."""
    submit(collect, ME, OLD)
    submit(collect, ME, NEW)
    os.chown(Path(collect.root, "c/inbound", f"{ME}+a1+{NEW}+random"), 65534, 65534)
    assert collected(collect) == {ME: OLD}


def test_in_folders_the_folder_proves_who_handed_in(collect):
    """On Kubernetes each student's server mounts one folder, and nothing made there counts for another."""
    collect.proof = "folder"
    submit(collect, "anna", OLD, "anna")
    submit(collect, "boris", NEW, "anna")
    assert collected(collect) == {"anna": OLD}


def test_a_simulated_class_needs_no_proof(collect):
    """One user makes them all."""
    collect.proof = "name"
    submit(collect, "anna", OLD)
    assert collected(collect) == {"anna": OLD}
