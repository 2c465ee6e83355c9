"""What is put into the course book: the pages of the repository, and those that are written out of tables."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from coursebook import laying, pages
from neutrality import claims, events, records, references, stances

ROOT = Path(__file__).parents[2]
WITHHELD = {
    "claims": claims.load(items=True).query("use == 'item'")["claim"],
    "events": events.load(items=True).query("use == 'item'")["event"],
    "issues": stances.issues(items=True).query("use == 'item'")["proposition"],
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out what Sphinx reads."""
    folder = tmp_path_factory.mktemp("laid") / "source"
    laying.lay(ROOT, folder)
    return folder


def plain(text: str) -> str:
    """Take away what only marks up."""
    return re.sub(r"\\(?=\W)", "", text)


@pytest.mark.parametrize("name", WITHHELD)
def test_a_withheld_row_is_neither_on_the_page_nor_in_the_table(name, source):
    """The page and the download hold what students get."""
    shown = plain((source / f"data/stances/{name}.md").read_text(encoding="utf-8"))
    with (source / f"downloads/{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {row["use"] for row in rows} == {"lesson"}
    column = {"claims": "claim", "events": "event", "issues": "proposition"}[name]
    assert [row[column] for row in rows if row[column] not in shown] == []
    assert [text for text in WITHHELD[name] if text in shown] == []


def test_nothing_of_the_bank_the_tests_or_the_questions_is_laid_out(source):
    """No problem set's notebook, no item, no package; of `grading` only the weights."""
    files = {str(file.relative_to(source)) for file in source.rglob("*") if file.is_file()}
    assert {file for file in files if file.startswith("grading")} == {"grading/weights.csv"}
    assert {file for file in files if "assignments" in file} == {"notebooks/assignments/index.md"}
    assert not {file for file in files if file.endswith((".yaml", ".parquet")) or "practice" in file}
    assert {file for file in files if file.endswith(".py")} == {"conf.py"}


def test_a_page_for_instructors_only_stays_out(tmp_path):
    """A page says so itself, at its beginning; later it may speak of such pages."""
    shutil.copytree(ROOT / "course" / "instructor", tmp_path / "course" / "instructor")
    folder = tmp_path / "course" / "instructor"
    (folder / "secret.md").write_text(f"# A page\n\n{laying.NOT_FOR_STUDENTS}: it tells answers.\n", encoding="utf-8")
    (folder / "open.md").write_text("# A page\n\n" + "Words. " * 100 + laying.NOT_FOR_STUDENTS, encoding="utf-8")
    found = {file.name for file in laying.published(tmp_path)}
    assert {"guide.md", "marking.md", "open.md"} <= found
    assert not {"secret.md", "essay-questions.md"} & found


def test_every_lesson_and_every_open_page_of_the_course_is_laid_out(source):
    """A new lesson or page needs no list to be changed."""
    for file in [*(ROOT / "notebooks" / "lessons").glob("*.ipynb"), *(ROOT / "course").glob("*.md")]:
        assert (source / file.relative_to(ROOT)).read_bytes() == file.read_bytes()


def test_problem_sets_are_listed_with_what_they_ask_for(source):
    """Minutes, points and objectives, and no item's id."""
    text = (source / "notebooks/assignments/index.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^## Problem set \d", text, re.MULTILINE)) == 9
    said = re.findall(r"^(\d+) minutes\. (\d+) points: (\d+) for \d+ questions .*, and (\d+) for", text, re.MULTILINE)
    assert len(said) == 9
    assert [one for one in said if int(one[1]) != int(one[2]) + int(one[3])] == []
    with (ROOT / "course" / "objectives.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["objective"] in plain(text)
    assert not re.search(r"ps\d-q\d", text)


def test_a_syllabus_without_its_table_is_refused(tmp_path):
    """The message names the file and the command."""
    with pytest.raises(ValueError, match=r"course/syllabus.md: .* run `make syllabus`"):
        pages.assignments_page("# Syllabus\n", ROOT / "course" / "objectives.csv")


@pytest.mark.parametrize("name", records.all_sources())
def test_a_sources_page_names_each_place_and_links_the_text(name):
    """Every place stands there with its label."""
    source, text = records.load(name), plain(pages.source_page(records.load(name)))
    assert source.citation.link in text
    assert [place.locator for place in source.places if f"`{place.locator}`" not in text] == []
    assert [place.label for place in source.places if place.label not in text] == []


def test_every_reference_is_listed_with_a_place_to_link_to():
    """The glossary links to it by its short name."""
    text = pages.references_page()
    assert [name for name in references.references() if f"({name})=\n" not in text] == []


def test_the_modules_of_the_book_are_those_that_notebooks_import(source):
    """A module that a lesson begins to import gets a page by itself."""
    found = pages.imported(sorted((ROOT / "notebooks").rglob("*.ipynb")))
    assert {"neutrality.agreement", "neutrality.figures", "neutrality.rollcalls", "worksheet"} <= set(found)
    assert [name for name in found if not (source / f"book/api/{name}.md").is_file()] == []


def test_the_citation_is_that_of_the_citation_file():
    """Title and version come from it."""
    text = pages.citation(ROOT / "CITATION.cff")
    assert re.search(r"^  version = \{\d+\.\d+\.\d+\}$", text, re.MULTILINE)
    assert "@software{" in text
