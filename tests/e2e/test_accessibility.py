"""Lessons and assignments in JupyterLab: nothing that the course wrote bars anybody, as far as axe-core can see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests import access
from tests.e2e.browser import Album, Person

pytestmark = pytest.mark.slow
LESSONS = sorted(file.stem for file in (Path(__file__).parents[2] / "notebooks/lessons").glob("*.ipynb"))
NOT_OURS = [
    {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A"},
    {"cell_type": "code", "id": "b", "metadata": {}, "source": "0" * 300, "outputs": [], "execution_count": None},
]
"""A notebook that says nothing: a heading, and a line of code that is wider than the page."""


@pytest.fixture(scope="module")
def reader(hub: dict[str, Any], chromium: Browser, album: Album) -> Iterator[Person]:
    """Log a student in once."""
    student = Person(chromium, hub, "student1", album)
    yield student
    student.page.context.close()


@pytest.fixture(scope="module")
def baseline(reader: Person) -> set[tuple[str, str]]:
    """Record what is wrong with JupyterLab itself, around a notebook that says nothing."""
    reader.write_notebook("nothing.ipynb", NOT_OURS)
    reader.open_notebook("nothing.ipynb")
    reader.shot("nothing")
    return access.kinds(reader.page)


def test_the_baseline_is_not_empty(baseline):
    """JupyterLab has faults of its own, so a comparison in which axe-core saw nothing would be noticed."""
    assert baseline


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_bars_nobody(reader, baseline, lesson):
    """Text, tables, figures and lists of words; and JupyterLab around them is as it is around nothing."""
    reader.open_notebook(f"lessons/{lesson}.ipynb")
    reader.shot(f"lesson-{lesson[:2]}")
    assert access.violations(reader.page, access.OURS) == {}
    assert access.kinds(reader.page) <= baseline
    assert reader.elsewhere == set()
    reader.stop_kernels()


@pytest.mark.parametrize(
    ("element", "rule"),
    [("<button></button>", "button-name"), ("<a href='x'></a>", "link-name")],
)
def test_what_bars_somebody_is_found(reader, element, rule):
    """In a lesson's text: something to press, or to follow, that has no name."""
    reader.write_notebook("bad.ipynb", [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": element}])
    reader.open_notebook("bad.ipynb")
    assert rule in access.violations(reader.page, access.OURS)
