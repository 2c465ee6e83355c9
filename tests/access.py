"""What bars people from a page, as axe-core sees it: in what the course wrote, and in JupyterLab around it."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
OURS = ".jp-MarkdownOutput, .jp-OutputArea-output"
"""In a notebook, what the course wrote: rendered text, and what code gives."""


def violations(page: Page, within: str | None = None) -> dict[str, list[str]]:
    """Give each serious or critical rule, and the elements that break it.

    Parameters
    ----------
    page
        The page.
    within
        A selector: only what is inside is judged.
    """
    found = Axe().run(page, context=within).response["violations"]
    return {one["id"]: sorted(node["html"] for node in one["nodes"]) for one in found if one["impact"] in SERIOUS}


def kinds(page: Page) -> set[tuple[str, str]]:
    """Give each serious or critical rule with the kind of element that breaks it, however many there are."""
    return {(rule, kind_of(html)) for rule, elements in violations(page).items() for html in elements}


def kind_of(html: str) -> str:
    """Name the kind of an element: its tag and classes, without those that an editor numbers.

    Examples
    --------
    >>> kind_of('<button class="b a \u037c1" data-heading-level="1"></button>')
    'button.a.b'
    """
    tag = re.match(r"<([\w-]+)", html)
    classes = re.search(r' class="([^"]*)"', html)
    names = sorted(one for one in (classes.group(1) if classes else "").split() if not one.startswith("\u037c"))
    return ".".join([tag.group(1) if tag else html, *names])
