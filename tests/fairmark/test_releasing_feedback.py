"""Feedback that is released through nbgrader's exchange reaches its student, and nobody waits for another."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
from nbgrader.utils import notebook_hash

from fairmark import gradebook, marking, submissions
from fairmark.settings import Settings

# nbgrader misspells the name of an argument, and leaves a file open.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
]


def released(course: Settings) -> dict[str, str]:
    """Mark, write and release the feedback as the formgrader's buttons do; give each page by the name it has."""
    marking.mark(course, "mini1", lambda _: None)
    nbgrader = gradebook.api(course)
    gradebook.check(nbgrader.generate_feedback("mini1"), "write the feedback")
    gradebook.check(nbgrader.release_feedback("mini1"), "release the feedback")
    return {page.name: page.read_text("utf-8") for page in (course.workdir / "exchange").glob("*/feedback/*.html")}


def name_for(secret: str) -> str:
    """Work out the name under which the student looks for the page."""
    return f"{notebook_hash(secret=secret, notebook_id='mini1')}.html"


def give(notebook: Path, secret: str) -> None:
    """Put a secret beside a submission, as the exchange does."""
    notebook.with_name(submissions.SECRET_FILE).write_text(secret)


def test_a_page_has_the_name_that_its_student_looks_for(course, submit, fake):
    """The student's copy of the secret leads to that student's page."""
    known = {name: secrets.token_hex(64) for name in ("anna", "boris")}
    for name, secret in known.items():
        give(submit(course, name), secret)
    pages = released(course)
    assert set(pages) == {name_for(secret) for secret in known.values()}
    for name, secret in known.items():
        assert name in pages[name_for(secret)]


def test_after_handing_in_again_the_new_secret_counts(course, submit, fake):
    """Every submission has a secret of its own."""
    new = secrets.token_hex(64)
    give(submit(course, "anna"), secrets.token_hex(64))
    released(course)
    give(submit(course, "anna", {"mini1-q6": "1908"}), new)
    assert name_for(new) in released(course)


def _gone(file: Path) -> None:
    file.unlink(missing_ok=True)


def _link(file: Path) -> None:
    file.symlink_to("/etc/hostname")


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _short(file: Path) -> None:
    file.write_text("1")


def _bytes(file: Path) -> None:
    file.write_bytes(b"\xff" * 128)


@pytest.mark.parametrize("spoil", [_gone, _link, _pipe, _short, _bytes])
def test_a_spoilt_secret_keeps_nobody_elses_page_back(course, submit, fake, spoil):
    """Stock nbgrader would stop at it and release no page at all; that student's goes under a name nobody knows."""
    spoil(submit(course, "anna").with_name(submissions.SECRET_FILE))
    good = secrets.token_hex(64)
    give(submit(course, "boris"), good)
    pages = released(course)
    assert name_for(good) in pages
    assert len(pages) == 2
    assert name_for("1") not in pages


def test_marking_again_moves_no_page(course, submit, fake):
    """The name that stands in for a missing secret stays, so pages do not pile up in the exchange."""
    submit(course, "anna")
    assert set(released(course)) == set(released(course))
