"""A browser for the tests: people who log in to the Hub, and what they do in JupyterLab."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Locator, Page, Route, expect

PATIENCE = 180_000  # milliseconds: the machine may be busy with other tests

expect.set_options(timeout=PATIENCE)
API = """async ([method, address, body]) => {
    const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
    const request = {method: method, headers: {'X-XSRFToken': token}};
    if (body) request.body = JSON.stringify(body);
    const answer = await fetch(address, request), text = await answer.text();
    return {status: answer.status, content: answer.ok && text ? JSON.parse(text) : text};
}"""
FOCUS = """() => {
    const focused = document.activeElement, cell = focused.closest('.jp-Cell');
    const ring = cell && getComputedStyle(cell).boxShadow, caret = focused.classList.contains('cm-content');
    const at = focused.getBoundingClientRect(), page = cell && cell.closest('.jp-Notebook').getBoundingClientRect();
    return {
        cell: cell ? Number(cell.dataset.windowedListIndex) : -1,
        text: focused.innerText.trim(),
        marked: Boolean(caret || (ring && ring !== 'none') || focused.matches(':focus-visible')),
        on_screen: page ? at.top < page.bottom && at.bottom > page.top : at.top < innerHeight && at.bottom > 0,
    };
}"""


class Album:
    """Numbered pictures of what the tests saw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def take(self, page: Page, what: str) -> Path:
        """Keep a picture of a page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{next(self._numbers):02d}-{what}.png"
        page.screenshot(path=file, timeout=PATIENCE)
        return file

    def keep(self, page: Page, what: str, console: Iterable[str]) -> None:
        """Keep all that a page shows, for a test that failed."""
        file = self.take(page, what)
        file.with_suffix(".html").write_text(page.content(), encoding="utf-8")
        file.with_suffix(".console.txt").write_text("\n".join([page.url, *console]), encoding="utf-8")


class Person:
    """Somebody with a browser window of their own.

    Attributes
    ----------
    console : list of str
        What the pages' scripts said.
    elsewhere : set of str
        What the pages wanted from other machines. None of it is given to them.
    """

    def __init__(self, browser: Browser, hub: dict[str, Any], role: str, album: Album) -> None:
        self.name = hub["names"][role]
        self.role, self.album = role, album
        self.home = f"{hub['address']}/user/{self.name}"
        self.console: list[str] = []
        self.elsewhere: set[str] = set()
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.route(lambda address: not address.startswith((f"{hub['address']}/", "data:", "blob:")), self._refuse)
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.set_default_navigation_timeout(PATIENCE)
        self.page.on("console", lambda said: self.console.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        self.page.goto(f"{hub['address']}/hub/login")
        self._log_in(hub["passwords"][self.name])
        self.page.wait_for_url("**/user/**/lab**")
        self._lab_is_there()

    def _refuse(self, route: Route) -> None:
        self.elsewhere.add(route.request.url)
        route.abort()

    def _log_in(self, password: str) -> None:
        self.page.fill("#username_input", self.name)
        self.page.fill("#password_input", password)
        self.page.click("#login_submit")

    def shot(self, what: str) -> None:
        """Keep a picture."""
        self.album.take(self.page, f"{self.role}-{what}")

    def go_to(self, address: str) -> None:
        """Open a page of JupyterLab."""
        self.page.goto(f"{self.home}/{address}")
        self._lab_is_there()

    def open(self, path: str) -> None:
        """Open a file in JupyterLab, in a workspace of its own."""
        self.go_to(f"lab/workspaces/{re.sub('[^a-z0-9]+', '-', path.lower())}/tree/{path}")

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
        self.go_to("lab/workspaces/assignments?reset")
        self.menu("Nbgrader", "Assignment List")
        expect(self.page.locator("#released_assignments_list_loading")).to_be_hidden(timeout=PATIENCE)

    def in_list(self, which: str, assignment: str, button: str) -> None:
        """Press a button of an assignment in one of the lists."""
        row = self.page.locator(f"#{which}_assignments_list .list_item", has_text=assignment)
        row.locator("button", has_text=button).first.click()

    def terminal(self, command: str) -> str:
        """Type a command into a new terminal of JupyterLab, wait for its end, and give what it said."""
        told = f"told-{uuid.uuid4().hex}.txt"
        self.go_to("lab/workspaces/terminal?reset")
        self.page.locator('.jp-LauncherCard[title="Start a new terminal session"]').click()
        self.page.locator(".xterm-screen").wait_for()
        self.page.locator(".xterm-helper-textarea").focus()
        # The screen is a picture; so the words go into a file as well, under this name once they are whole.
        self.page.keyboard.type(f"({command}) 2>&1 | tee .{told}; mv .{told} {told}\n")
        until = time.monotonic() + PATIENCE / 1000
        while self.api("GET", f"contents/{told}?content=0")["status"] != 200:
            assert time.monotonic() < until, f"{command}: no end of it"
            self.page.wait_for_timeout(300)
        return self.read(told)

    def read(self, path: str) -> str:
        """Read a text file of one's own."""
        return str(self.api("GET", f"contents/{quote(path)}?type=file&format=text")["content"]["content"])

    def write_notebook(self, path: str, cells: list[dict[str, Any]]) -> None:
        """Make a notebook."""
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
        record = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        made = self.api("PUT", f"contents/{quote(path)}", {"type": "notebook", "format": "json", "content": record})
        assert made["status"] in (200, 201), made

    def stop_kernels(self) -> None:
        """Leave the notebooks, and end what runs for them, as somebody does who is done with a lesson."""
        self.go_to("lab/workspaces/none?reset")
        for one in self.api("GET", "sessions")["content"]:
            self.api("DELETE", f"sessions/{one['id']}")

    def api(self, method: str, address: str, body: object = None) -> dict[str, Any]:
        """Ask one's own server as JupyterLab's page does, and give ``status`` and ``content`` of the answer."""
        return dict(self.page.evaluate(API, [method, f"{self.home}/api/{address}", body]))

    def _lab_is_there(self) -> None:
        self.page.locator("#jp-main-dock-panel").wait_for()
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0, timeout=PATIENCE)


class AtTheKeyboard(Person):
    """Somebody who has no mouse."""

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)

    def focus(self) -> dict[str, Any]:
        """Say what has the focus: its role in the page, and whether one sees it."""
        return dict(self.page.evaluate(FOCUS))

    def tab_to(self, selector: str) -> None:
        """Press Tab until what has the focus is of a kind."""
        for _ in range(80):
            if self.page.evaluate("selector => Boolean(document.activeElement.closest(selector))", selector):
                return
            self.press("Tab")
        raise AssertionError(f"no number of Tabs leads to {selector}")

    def _log_in(self, password: str) -> None:
        self.tab_to("#username_input")
        self.type(self.name)
        self.tab_to("#password_input")
        self.type(password)
        self.press("Enter")
