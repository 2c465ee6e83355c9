"""A browser for the tests: people who log in to the Hub, and what they do in JupyterLab and the formgrader."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
PATIENCE = 60_000
SERIOUS = {"serious", "critical"}


class Album:
    """Numbered pictures of what the tests saw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def take(self, page: Page, what: str) -> Path:
        """Keep a picture of a page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{next(self._numbers):02d}-{what}.png"
        page.screenshot(path=file)
        return file


class Person:
    """Somebody with a browser window of their own."""

    def __init__(self, browser: Browser, hub: dict[str, Any], role: str, album: Album) -> None:
        self.name = hub["names"][role]
        self.role, self.album = role, album
        self.home = f"{hub['address']}/user/{self.name}"
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(f"{hub['address']}/hub/login")
        self.page.fill("#username_input", self.name)
        self.page.fill("#password_input", hub["passwords"][self.name])
        self.page.click("#login_submit")
        self.page.wait_for_url("**/user/**/lab**")
        self._lab_is_there()

    def shot(self, what: str) -> None:
        """Keep a picture."""
        self.album.take(self.page, f"{self.role}-{what}")

    def open(self, path: str) -> None:
        """Open a file in JupyterLab, in a workspace of its own."""
        self.page.goto(f"{self.home}/lab/workspaces/{re.sub('[^a-z0-9]+', '-', path.lower())}/tree/{path}")
        self._lab_is_there()

    def open_notebook(self, path: str) -> None:
        """Open a notebook, and wait for its kernel."""
        self.open(path)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=PATIENCE)

    def menu(self, name: str, entry: str) -> None:
        """Choose from a menu of JupyterLab."""
        self.page.locator(".lm-MenuBar-item", has_text=name).click()
        self.page.locator(".lm-Menu-item", has_text=entry).first.click()

    def menus(self, name: str) -> list[str]:
        """Read a menu of JupyterLab."""
        self.page.locator(".lm-MenuBar-item", has_text=name).click()
        items = self.page.locator(".lm-Menu-itemLabel").all_inner_texts()
        self.page.keyboard.press("Escape")
        return [one for one in items if one]

    def cell(self, text: str) -> Locator:
        """Find the cell whose source holds a text."""
        return self.page.locator(".jp-Notebook .jp-Cell", has=self.page.locator(".jp-InputArea", has_text=text)).first

    def answer_cell(self, item: str) -> Locator:
        """Find the cell where an item's answer goes: of code that begins with its variable, else the one of text.

        By its number, since what it holds is about to change.
        """
        name = item.replace("-", "_")
        cells = self.page.locator(".jp-Notebook .jp-Cell")
        texts = cells.evaluate_all(
            """cells => cells.map(one => (
                one.querySelector('.jp-InputArea .jp-RenderedMarkdown') || one.querySelector('.cm-content')
            ).innerText)"""
        )
        kinds = cells.evaluate_all("cells => cells.map(one => one.classList.contains('jp-CodeCell'))")
        code = {number for number, is_code in enumerate(kinds) if is_code}
        for number, text in enumerate(texts):
            # A question may show lines of code of its own.
            if number in code and re.search(rf"^({name} =|def {name}\()", text, re.MULTILINE):
                return cells.nth(number)
        number = next(n for n, text in enumerate(texts) if text.startswith("Double-click here"))
        return cells.nth(number)

    def unanswered(self, items: Iterable[str]) -> list[str]:
        """List the items whose cell still says None."""
        cells = self.page.locator(".jp-Notebook .jp-CodeCell .cm-content").all_inner_texts()
        return [one for one in items if f"{one.replace('-', '_')} = None" in cells]

    def write(self, cell: Locator, text: str) -> None:
        """Replace what stands in a cell, and run it."""
        rendered = cell.locator(".jp-RenderedMarkdown")
        if rendered.count() and rendered.first.is_visible():
            rendered.first.dblclick()
        editor = cell.locator(".cm-content")
        editor.fill(text)
        expect(editor).to_contain_text(text.split("\n")[0][:40], timeout=PATIENCE)
        self.page.keyboard.press("Control+Enter")

    def run(self, cell: Locator) -> Locator:
        """Run a cell, and give its output once there is one."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        output = cell.locator(".jp-OutputArea-output").first
        output.wait_for()
        return output

    def save(self) -> None:
        """Save the notebook, and wait until it is."""
        with self.page.expect_response(lambda answer: answer.request.method == "PUT" and "/contents/" in answer.url):
            self.page.keyboard.press("Control+s")

    def assignments(self) -> None:
        """Open nbgrader's list of assignments."""
        self.page.goto(f"{self.home}/lab/workspaces/assignments?reset")
        self._lab_is_there()
        self.menu("Nbgrader", "Assignment List")
        expect(self.page.locator("#released_assignments_list_loading")).to_be_hidden(timeout=PATIENCE)

    def in_list(self, which: str, assignment: str, button: str) -> None:
        """Press a button of an assignment in one of the lists."""
        self.page.locator(f"#{which}_assignments_list button", has_text=button).first.click()

    def _lab_is_there(self) -> None:
        self.page.locator("#jp-main-dock-panel").wait_for()
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=PATIENCE)


def violations(page: Page, within: str | None = None) -> dict[str, list[str]]:
    """Ask axe-core what bars people from a page: each serious or critical rule, and where it is broken.

    Parameters
    ----------
    page
        The page.
    within
        A selector: only what is inside is judged.
    """
    found = Axe().run(page, context=within).response["violations"]
    return {one["id"]: sorted(node["html"][:160] for node in one["nodes"]) for one in found if one["impact"] in SERIOUS}
