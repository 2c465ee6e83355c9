"""A lesson, read from the login to its last cell by somebody who has no mouse."""

from __future__ import annotations

import tomllib
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect
from tests.e2e.browser import PATIENCE, AtTheKeyboard

pytestmark = pytest.mark.slow
LESSONS = Path(__file__).parents[2] / "notebooks/lessons"
LESSON, QUESTION = "00-start-here", "00-a"
SELECTED = ".jp-DirListing-item.jp-mod-selected .jp-DirListing-itemText"


def choose(student: AtTheKeyboard, name: str) -> None:
    """Open something of the file browser's list."""
    student.page.locator(".jp-DirListing-item", has_text=name).wait_for()
    student.tab_to(".jp-DirListing")
    assert student.focus()["on_screen"]
    for _ in range(40):
        if student.page.locator(SELECTED).all_inner_texts() == [name]:
            student.press("Enter")
            return
        student.press("ArrowDown")
    raise AssertionError(f"no number of arrows leads to {name}")


def at_cell(student: AtTheKeyboard, number: int) -> None:
    """Wait until a cell has the focus; it must be seen to have it."""
    student.page.wait_for_function(
        "number => document.activeElement.closest(`.jp-Cell[data-windowed-list-index='${number}']`)", arg=number
    )
    expect(student.page.locator(f".jp-Cell[data-windowed-list-index='{number}']")).to_be_in_viewport()
    focus = student.focus()
    assert focus["marked"], f"cell {number} does not show that it has the focus"
    assert focus["on_screen"], f"cell {number} is not on the screen"


def test_a_lesson_is_read_with_the_keyboard_alone(hub, chromium, album, keep_at_failure):
    """Log in, open it from the list of files, run every cell, answer a question and correct it, reach the end, save."""
    student = AtTheKeyboard(chromium, hub, "student2", album)
    keep_at_failure(student)
    student.go_to("lab/workspaces/keyboard?reset")  # as it is for somebody new
    student.shot("keyboard-lab")
    choose(student, "lessons")
    choose(student, f"{LESSON}.ipynb")
    status = student.page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("| Idle", timeout=PATIENCE)
    student.shot("keyboard-opened")

    cells = nbformat.read(LESSONS / f"{LESSON}.ipynb", as_version=4).cells
    asked = next(n for n, cell in enumerate(cells) if f'practice("{QUESTION}"' in cell.source)
    for number in range(asked):
        at_cell(student, number)
        student.press("Shift+Enter")
    at_cell(student, asked)
    student.shot("keyboard-at-the-question")

    options = tomllib.loads((LESSONS / "practice.toml").read_text(encoding="utf-8"))[QUESTION]["options"]
    output = student.page.locator(f".jp-Cell[data-windowed-list-index='{asked}'] .jp-OutputArea")
    for right in (False, True):
        choice, option = next((name, one) for name, one in options.items() if bool(one.get("right")) is right)
        student.press("Enter")  # into the cell
        at_cell(student, asked)
        student.press("Control+a")
        student.type(f'practice("{QUESTION}", "{choice}")')
        student.press("Control+Enter", "Escape")
        expect(output).to_contain_text("Right." if right else "Not quite.", timeout=PATIENCE)
        expect(output).to_contain_text(" ".join(option["says"].split())[:40])
    student.shot("keyboard-answered")

    for number in range(asked, len(cells) - 1):
        at_cell(student, number)
        student.press("Shift+Enter")
    at_cell(student, len(cells) - 1)
    expect(status).to_contain_text("| Idle", timeout=PATIENCE)
    student.shot("keyboard-at-the-end")
    with student.page.expect_response(lambda answer: answer.request.method == "PUT" and "/contents/" in answer.url):
        student.press("Control+s")
    assert "Traceback" not in student.page.locator(".jp-Notebook").inner_text()
    assert student.elsewhere == set()
