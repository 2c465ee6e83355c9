"""How the course book is built: what stops it, where links lead, and that an old site outlives a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SITE = ROOT / "course" / "site"

# Builds a book of three small pages in place of the course's own, by the same settings and the same command.
SMALL = """
import shutil, sys
sys.path.insert(0, sys.argv[1])
import build

def lay(root, target):
    shutil.copytree(sys.argv[2], target)
    shutil.copy(root / "course" / "site" / "conf.py", target)
    for part in ("static", "templates"):
        shutil.copytree(root / "course" / "site" / part, target / part)

build.laying.lay = lay
raise SystemExit(build.main(sys.argv[3:]))
"""
HUB = """
[hub]
address = "https://hub.example.edu"
repository = "https://git.example/students.git"

[project]
files = "https://git.example/course/blob/main"
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a small book."""
    pages = {
        "index.md": "# A book\n\nSee [the modes](grading/modes.csv).\n\n"
        "```{toctree}\nnotebooks/lessons/01-one\nbook/open-in-hub\n```\n",
        "notebooks/lessons/01-one.md": "# Lesson one\n\nWords.\n",
        "book/open-in-hub.md": "# Open in your hub\n\n## How to open a lesson\n\nSo.\n",
    }
    for name, text in pages.items():
        file = tmp_path / "pages" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def build(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Build the small book into the folder ``out/site``."""
    command = [sys.executable, "-c", SMALL, str(SITE), str(folder / "pages"), "--to", str(folder / "out" / "site")]
    return subprocess.run([*command, *words], capture_output=True, text=True, cwd=folder)


def page(folder: Path, name: str) -> BeautifulSoup:
    """Read a page of the site."""
    return BeautifulSoup((folder / "out" / "site" / name).read_text(encoding="utf-8"), "html.parser")


def test_without_settings_a_file_that_is_no_page_is_named_and_not_linked(small):
    """The words of the link stay."""
    run = build(small)
    assert (run.returncode, run.stderr) == (0, "")
    assert f"Open {small / 'out' / 'site' / 'index.html'}" in run.stdout
    text = page(small, "index.html").find("article")
    assert "See the modes." in text.text
    assert not text.find("a", string="the modes")


def test_with_settings_links_lead_into_the_hub_and_to_the_projects_files(small):
    """A lesson's link opens that lesson; a file's link leads to where the file can be read."""
    (small / "mine.toml").write_text(HUB, encoding="utf-8")
    run = build(small, "--settings", str(small / "mine.toml"))
    assert (run.returncode, run.stderr) == (0, "")
    lesson = page(small, "notebooks/lessons/01-one.html").select_one("a.open-in-hub")["href"]
    assert lesson.startswith("https://hub.example.edu/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2F")
    assert "lessons%2F01-one.ipynb" in lesson
    link = page(small, "index.html").find("article").find("a", string="the modes")
    assert link["href"] == "https://git.example/course/blob/main/grading/modes.csv"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[Gone](grading/gone.csv)", "grading/gone.csv"),
        ("[Gone](book/open-in-hub.md#gone)", "gone"),
        ("```{math}\nx^2\n```", "The book has no formulas"),
        ("```{eval-rst}\n:func:`neutrality.agreement.gone`\n```", "neutrality.agreement.gone"),
    ],
)
def test_a_warning_stops_the_build_and_the_old_site_stays(words, said, small):
    """A link that leads nowhere, in pages or docstrings, and a formula; the message names the page."""
    old = small / "out" / "site" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("old", encoding="utf-8")
    with (small / "pages" / "index.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{words}\n")
    run = build(small)
    assert run.returncode != 0
    assert said in run.stderr
    assert "index.md" in run.stderr
    assert "Nothing was replaced" in run.stderr
    assert [file.name for file in (small / "out").iterdir()] == ["site"]
    assert old.read_text(encoding="utf-8") == "old"


def test_settings_that_cannot_be_used_stop_the_build_before_it_begins(small):
    """In one line, and without a folder."""
    (small / "mine.toml").write_text("[hub]\naddress = 'hub'\n", encoding="utf-8")
    run = build(small, "--settings", str(small / "mine.toml"))
    assert run.returncode == 2
    assert "hub.address is 'hub'" in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert not (small / "out").exists()
