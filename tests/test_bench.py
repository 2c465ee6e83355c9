"""The page of what was measured: one part can be measured anew, and the others stay as they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import bench


@pytest.fixture
def committed(root: Path) -> str:
    """Return the page as it is committed."""
    return (root / "course" / "instructor" / "bench.md").read_text(encoding="utf-8")


def test_the_page_is_as_the_script_would_write_it(committed):
    """But for the numbers."""
    assert bench.page(committed, {}) == committed


def test_a_part_that_is_measured_anew_changes_nothing_else(committed):
    """It takes its own place, in an order that does not depend on what was measured when."""
    part = bench.PARTS["service"]
    new = bench.section(part, [("what", "1", "how")], 0.5)
    text = bench.page(committed, {part.title: new})
    assert new in text
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    known = [f"## {one.title}" for one in bench.PARTS.values()]
    assert titles == [one for one in known if one in titles]
    before, after = (
        {one for one in page.split("\n## ") if not one.startswith(part.title)} for page in (committed, text)
    )
    assert before == after
    assert bench.page(text, {part.title: new}) == text


def test_one_part_can_be_asked_for(committed, tmp_path, monkeypatch, capsys):
    """`make bench ARGS="--only service"` measures that one and no other."""
    page = tmp_path / "bench.md"
    page.write_text(committed, encoding="utf-8")
    monkeypatch.setattr(bench, "PAGE", page)
    measured = []
    for name, part in bench.PARTS.items():
        rows = lambda had, name=name: iter([(measured.append(name) or name, str(had.students), "how")])  # noqa: E731
        monkeypatch.setitem(bench.PARTS, name, bench.Part(part.title, part.head, rows))
    monkeypatch.setattr(sys, "argv", ["bench.py", "--only", "service", "--students", "7"])
    bench.main()
    assert measured == ["service"]
    assert "| service | 7 | how |" in page.read_text(encoding="utf-8")
    assert "| service | 7 | how |" in capsys.readouterr().out
