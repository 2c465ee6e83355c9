"""The whole way of an assignment, from its release to the feedback that students read, in a browser."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests import access
from tests.e2e.browser import PATIENCE, Person

from fairmark import answering, bank
from worksheet import variants

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
COURSE, TERM = "between-minsk-and-moscow", "demo"
ASSIGNMENT, WRITTEN = "ps0", "ps0-q15"
CHECKED = "ps0-q3"
BY_HAND, COMMENT = 14, "Clear. Name the year as well."
ENTRIES = bank.load(ROOT / "grading/items")[ASSIGNMENT].entries


def answers(student: str, share: int) -> dict[str, str]:
    """Write the answer cells of a student who knows every answer, or every second one; both write the essay."""
    found = {}
    for number, (name, entry) in enumerate(ENTRIES.items()):
        if number % share and not entry.marked_by_hand:
            continue
        pool = len(entry.item.pool)
        chosen = variants.choose(COURSE, TERM, name, student, pool) if pool else 0
        found[name] = answering.right_source(entry, chosen)
    return found


def points(names: Iterable[str]) -> int:
    """Add up what a program gives for these answers."""
    return sum(ENTRIES[name].item.points for name in names if not ENTRIES[name].marked_by_hand)


def says(student: Person, item: str, expected: str) -> None:
    """Run the check under a question, and compare what it says, however it is broken into lines."""
    cell = student.cell(f'check("{item}")')
    cell.locator(".cm-content").click()
    student.page.keyboard.press("Control+Enter")
    words = re.compile(r"\s+".join(re.escape(word) for word in f"{item}: {expected}".split()))
    expect(cell.locator(".jp-OutputArea")).to_have_text(words, timeout=PATIENCE)
    cell.scroll_into_view_if_needed()


def fetch(student: Person) -> None:
    """Fetch the assignment and open it. A student sees nothing of what is the instructor's."""
    assert student.menus("Nbgrader") == ["Assignment List"]
    student.assignments()
    student.shot("assignment-list")
    student.in_list("released", ASSIGNMENT, "Fetch")
    student.page.locator("#fetched_assignments_list button", has_text="Submit").first.wait_for()
    student.shot("fetched")
    student.open_notebook(f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb")
    student.menu("Run", "Run All Cells")
    last = student.cell(f'check("{list(ENTRIES)[-2]}")').locator(".jp-OutputArea")
    expect(last).to_contain_text("not ready", timeout=PATIENCE)
    student.shot("opened")


def ask_the_service(student: Person) -> None:
    """Give a wrong answer and then the right one: the marking service tells both, as practice allows."""
    entry = ENTRIES[CHECKED]
    student.write(student.answer_cell(CHECKED), answering.wrong_sources(entry)[0])
    says(student, CHECKED, f"partly right. {entry.wrong[0].message}")
    student.shot("checked-wrong")
    student.write(student.answer_cell(CHECKED), answering.right_source(entry))
    says(student, CHECKED, f"right. {entry.right.removeprefix('Right.').lstrip()}")
    student.shot("checked-right")


def answer(student: Person, filled: dict[str, str]) -> None:
    """Fill in the answers, and save."""
    for name, source in filled.items():
        student.write(student.answer_cell(name), source)
    student.save()
    assert student.unanswered(filled) == []


def validate(student: Person, missing: list[str]) -> None:
    """Press Validate: it passes, or names each question that has no answer."""
    student.page.get_by_role("button", name="Validate").click()
    dialog = student.page.locator(".jp-Dialog")
    dialog.wait_for()
    text = dialog.inner_text()
    assert ("Success! Your notebook passes all the tests." in text) == (not missing)
    assert [name for name in ENTRIES if re.search(rf"{name}\b(?!\d)", text)] == missing
    student.shot("validated")
    dialog.locator("button.jp-mod-accept").click()


def submit(student: Person) -> None:
    """Hand in."""
    student.assignments()
    student.in_list("fetched", ASSIGNMENT, "Submit")
    expect(student.page.locator("#submitted_assignments_list")).to_contain_text(f"{ASSIGNMENT}", timeout=PATIENCE)
    expect(student.page.locator("#submitted_assignments_list")).to_contain_text(" UTC", timeout=PATIENCE)
    student.shot("submitted")


def row(instructor: Person, name: str) -> Locator:
    """Find a row of the formgrader's table."""
    page = instructor.page
    return page.locator("tbody tr", has=page.locator("td", has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))).first


def press(instructor: Person, name: str, column: str) -> None:
    """Press a button of the formgrader, and confirm that it succeeded."""
    row(instructor, name).locator(f"td.{column} a").click()
    modal = instructor.page.locator(".modal.in")
    modal.wait_for()
    assert "Success" in modal.locator(".modal-title").inner_text(), modal.inner_text()
    modal.locator("button", has_text="OK").click()
    modal.wait_for(state="detached")


def manage(instructor: Person, page: str = "") -> None:
    """Open a page of the formgrader."""
    instructor.page.goto(f"{instructor.home}/formgrader{page}")
    instructor.page.locator("tbody tr td").first.wait_for()


def release(instructor: Person) -> None:
    """Generate and release, with the formgrader's buttons."""
    assert {"Formgrader", "Assignment List"} <= set(instructor.menus("Nbgrader"))
    manage(instructor)
    instructor.shot("formgrader")
    press(instructor, ASSIGNMENT, "assign")
    press(instructor, ASSIGNMENT, "release")
    expect(row(instructor, ASSIGNMENT).locator("td.status")).to_contain_text("released")
    instructor.shot("released")


def mark(instructor: Person, expected: dict[str, int]) -> None:
    """Collect and mark, with the formgrader's buttons; the automatic marks are those that the answers deserve."""
    manage(instructor)
    press(instructor, ASSIGNMENT, "collect")
    expect(row(instructor, ASSIGNMENT).locator("td.num-submissions")).to_contain_text(str(len(expected)))
    instructor.shot("collected")
    manage(instructor, f"/manage_submissions/{ASSIGNMENT}")
    for name in expected:
        press(instructor, name, "autograde")
    instructor.shot("marked")
    for name, due in expected.items():
        expect(row(instructor, name).locator("td.score")).to_contain_text(f"{due} / 50")
        expect(row(instructor, name).locator("td.status")).to_contain_text("needs manual grading")


def mark_by_hand(instructor: Person, expected: dict[str, int]) -> None:
    """Give each student's written answer points and a comment in the formgrader."""
    page = instructor.page
    manage(instructor, f"/gradebook/{ASSIGNMENT}/{ASSIGNMENT}")
    links = page.locator("tbody td.name a.name-hidden")
    expect(links).to_have_count(len(expected), timeout=PATIENCE)
    for address in [one.get_attribute("href") for one in links.all()]:
        page.goto(f"{instructor.home.partition('/user/')[0]}{address}")
        page.wait_for_function("() => formgrader.grade_uis.length && formgrader.comment_uis.length")
        for field, says, kind in ((WRITTEN, str(BY_HAND), "grade"), (f"{WRITTEN}-comment", COMMENT, "comment")):
            with page.expect_response(lambda one, at=f"/api/{kind}/": one.request.method == "PUT" and at in one.url):
                page.locator(f"[id='{field}']").fill(says)
                page.keyboard.press("Tab")
        instructor.shot("marked-by-hand")
    manage(instructor, f"/manage_submissions/{ASSIGNMENT}")
    for name, due in expected.items():
        expect(row(instructor, name).locator("td.score")).to_contain_text(f"{due} / 50")
    instructor.shot("all-marked")


def release_feedback(instructor: Person) -> None:
    """Generate and release the feedback, with the formgrader's buttons."""
    manage(instructor)
    press(instructor, ASSIGNMENT, "generate-feedback")
    press(instructor, ASSIGNMENT, "release-feedback")
    instructor.shot("feedback-released")


def export(instructor: Person, expected: dict[str, int]) -> None:
    """Write the marks in a terminal of JupyterLab, as the guide says, and read the table."""
    instructor.terminal("cd ~/course && fairmark export")
    instructor.shot("exported")
    table = csv.DictReader(io.StringIO(instructor.read("course/build/course/marks.csv")))
    found = {one["student"]: one for one in table if one["assignment"] == ASSIGNMENT}
    assert {name: (float(one["total"]), one["out_of"]) for name, one in found.items()} == {
        name: (due, "50") for name, due in expected.items()
    }


def read_feedback(student: Person, due: int) -> None:
    """Fetch the feedback, find it where the list leads, and read it; the page bars nobody."""
    student.assignments()
    student.in_list("submitted", ASSIGNMENT, "Fetch Feedback")
    student.page.locator("#submitted_assignments_list a", has_text="view feedback").click()
    page = student.page.locator(".jp-DirListing-item", has_text=f"{ASSIGNMENT}.html")
    page.wait_for()
    student.shot("feedback-fetched")
    page.dblclick()
    expect(student.page.frame_locator(".jp-HTMLViewer iframe").locator("body")).to_contain_text(COMMENT)
    student.shot("feedback-in-jupyterlab")
    (folder,) = student.api("GET", f"contents/{ASSIGNMENT}/feedback")["content"]["content"]
    student.page.goto(f"{student.home}/files/{folder['path']}/{ASSIGNMENT}.html")
    text = " ".join(student.page.locator("body").inner_text().split())
    student.shot("feedback")
    assert student.name in text
    assert f"{due} of 50" in text
    assert COMMENT in text
    assert access.violations(student.page) == {}


def test_an_assignment_from_its_release_to_the_feedback(person, hub):
    """Instructor and students each get what the other sent, and the marks are those that the answers deserve."""
    instructor = person("instructor")
    release(instructor)

    first, second = person("student1"), person("student2")
    given = {first: answers(first.name, 1), second: answers(second.name, 2)}
    for student, filled in given.items():
        fetch(student)
        ask_the_service(student)
        answer(student, filled)
        says(student, "ps0-q1", f"right. {ENTRIES['ps0-q1'].right.removeprefix('Right.').lstrip()}")
        assert access.violations(student.page, access.OURS) == {}
        validate(student, [name for name in ENTRIES if name not in filled])
        submit(student)
    assert logged(hub) == {(student.name, item) for student in given for item in (CHECKED, "ps0-q1")}

    automatic = {student.name: points(filled) for student, filled in given.items()}
    assert len(set(automatic.values())) == 2
    total = {name: due + BY_HAND for name, due in automatic.items()}
    mark(instructor, automatic)
    mark_by_hand(instructor, total)
    release_feedback(instructor)
    export(instructor, total)
    for student in given:
        read_feedback(student, total[student.name])
        assert student.elsewhere == set()
    # The formgrader's page of a submission asks for MathJax, and does without.
    assert all("/mathjax/" in address for address in instructor.elsewhere), instructor.elsewhere


def logged(hub: dict[str, Any]) -> set[tuple[str, str]]:
    """Read from the log whose answers to what the marking service was asked about."""
    file = Path(hub["state"], "home", hub["names"]["instructor"], "course/build/course/attempts.db")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return set(database.execute("SELECT student, item FROM fairmark_attempt"))
