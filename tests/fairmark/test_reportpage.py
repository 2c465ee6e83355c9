"""The item report's page can be read by everybody, loads nothing, and says what its tables say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.access import violations

from fairmark import ability, bank, itemreport, reportfigures, reportpage, responses, settings
from fairmark.ability import Population
from fairmark.itemreport import ItemReport

COURSE = Path(__file__).parents[2] / "grading" / "course.toml"
BANK = bank.load(COURSE.parent / "items")
HOSTILE = "<img src=x onerror=alert(1)>"
NAMES = ["large", "small", "empty"]


def reported(name: str, size: int, change: Any = None, **options: Any) -> ItemReport:
    """Make a class, change its records, and report on it."""
    found = ability.records(Population(**options), [BANK[name]], ability.ids(size))[name]
    if change:
        change(found)
    return itemreport.analyse(responses.of_records(BANK[name], found))


def hostile(records: list[dict[str, Any]]) -> None:
    """Have nine students answer a number with markup, and nine with a formula."""
    for number, record in enumerate(records[:18]):
        one = next(item for item in record["items"] if item["item"] == "ps5-q4")
        answer = HOSTILE if number < 9 else "=1+1"
        one.update(outcome="wrong", points=0.0, misconception="", message="", answer=answer)
        record["points"]["ps5-q4"] = 0.0


@pytest.fixture(scope="module")
def reports() -> dict[str, ItemReport]:
    """Report on a large class with a wrong key, on a small one, and on nobody."""
    return {
        "large": reported("ps5", 80, hostile, wrong_keys=frozenset({"ps5-q2"})),
        "small": reported("ps1", 7),
        "empty": reported("ps4", 0),
    }


@pytest.fixture(scope="module")
def folder(reports: dict[str, ItemReport], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write them all, each below a folder of its own name."""
    root = tmp_path_factory.mktemp("reports")
    for name, report in reports.items():
        reportpage.write(settings.load(COURSE), report, root / name)
    return root


def html(folder: Path, name: str) -> str:
    return next((folder / name).glob("*.html")).read_text(encoding="utf-8")


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_nothing_bars_anybody_from_the_page(chromium, folder, name, scheme, width):
    """No serious or critical violation, in the light, in the dark and on a telephone, where only tables scroll."""
    window = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = window.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(next((folder / name).glob("*.html")).as_uri())
    assert violations(page) == {}
    assert asked == [page.url]
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    window.close()


@pytest.mark.slow
def test_in_print_the_page_is_dark_on_light(chromium, folder):
    """Also for somebody whose screen is dark; and nothing is cut off by a box that scrolls."""
    page = chromium.new_context(color_scheme="dark").new_page()
    page.goto(next((folder / "large").glob("*.html")).as_uri())
    look = "getComputedStyle(document.body).{}"
    assert page.evaluate(look.format("backgroundColor")) != "rgb(255, 255, 255)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(look.format("backgroundColor")) == "rgb(255, 255, 255)"
    assert page.evaluate(look.format("color")) == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    page.close()


# --- As text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_page_loads_nothing_and_runs_nothing(folder, name):
    """No script, style sheet, image or address outside it."""
    text = re.sub(r"&lt;.*?&gt;", "", html(folder, name))
    assert not re.search(r"<(script|link|img|iframe|object|embed|base|form)\b|@import|\son\w+=", text)
    assert set(re.findall(r'(?:href|src)="([^"#][^"]*)', text)) == set()
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert all(one.startswith("#") for one in re.findall(r"url\(([^)]*)\)", text))


@pytest.mark.parametrize("name", NAMES)
def test_every_id_is_one_and_every_link_has_its_place(folder, name):
    """Also across figures."""
    text = html(folder, name)
    ids = Counter(re.findall(r'\sid="([^"]+)"', text))
    assert {one for one, count in ids.items() if count > 1} == set()
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_what_students_wrote_is_text(folder):
    """Markup in an answer is shown, and does nothing."""
    text = html(folder, "large")
    assert HOSTILE not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_a_picture_and_its_words(reports, folder, name):
    """The words are its label and stand under it."""
    text = html(folder, name)
    drawn = [one(reports[name]) for one in (reportfigures.questions, reportfigures.totals, reportfigures.times)]
    labels = [unescape(one) for one in re.findall(r'<svg role="img" aria-label="([^"]*)"', text)]
    captions = [unescape(one) for one in re.findall(r"<figcaption>(.*?)</figcaption>", text, re.DOTALL)]
    assert labels == captions == [one.words for one in drawn if one]
    assert len(labels) == {"large": 3, "small": 2, "empty": 0}[name]


def test_the_words_of_the_figures_are_true(reports):
    """Computed from what is drawn."""
    report = reports["large"]
    words = reportfigures.questions(report).words
    hardest = min((item for item in report.items if item.interval), key=lambda one: one.share)
    assert f"the least on {hardest.id}, {100 * hardest.share:.0f} %" in words
    assert "The correlation with the other questions is lowest for ps5-q2 (−0." in words
    assert f"Of {report.students} students" in reportfigures.totals(report).words


def test_the_page_names_what_to_look_at_first_and_why(folder):
    """In words that need no statistics; and says of which item the misreadings may be none."""
    text = html(folder, "large")
    first = text[text.index('id="first"') : text.index('id="teach"')]
    assert re.search(r'<li><a href="#ps5-q2">', first)
    assert "Check the key first." in first
    assert "First settle the key of ps5-q2" in text
    assert "does not foresee: &lt;img" in first


def test_a_small_class_reads_why_there_is_no_number(folder):
    """And meets no coefficient anywhere."""
    text = html(folder, "small")
    assert "Only 7 students count." in text
    assert "fewer than 30 students" in text
    assert not re.search(r"With the rest: [−\d]|D: [−\d]|<small>[^<]* to [^<]*</small>", text)


def test_every_item_has_its_section_with_question_and_answers(reports, folder):
    """What it stands for, in words, and what those students are told."""
    text = unescape(html(folder, "large"))
    for item in reports["large"].items:
        section = text[text.index(f'id="{item.id}" aria') :]
        section = section[: section.index("</section>")]
        assert "<summary>The question</summary>" in section
        for line in item.lines:
            if line.kind == "foreseen":
                assert line.misconception in section
                assert line.message in section
        if item.variants:
            assert f"Variants of {item.id}" in section


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_of_items_is_the_report(reports, folder):
    """One row an item, empty where no number is given."""
    rows = read(folder / "large" / "ps5-items.csv")
    report = reports["large"]
    assert tuple(rows[0]) == reportpage.ITEM_COLUMNS
    assert [row["item"] for row in rows] == [item.id for item in report.items]
    for row, item in zip(rows, report.items, strict=True):
        if item.item_rest:
            assert float(row["item_rest"]) == pytest.approx(item.item_rest.value, rel=1e-3)
            assert float(row["share"]) == pytest.approx(item.share, rel=1e-3)
        else:
            assert row["item_rest"] == row["share"] == ""
    assert rows[1]["look_first"] == "1"
    small = read(folder / "small" / "ps1-items.csv")
    assert {row[name] for row in small for name in ("item_rest", "upper_lower", "alpha_without", "share_low")} == {""}
    assert read(folder / "empty" / "ps4-items.csv")[0]["students"] == "0"


def test_the_table_of_answers_adds_up_and_holds_no_formula(reports, folder):
    """Every student is in one row of an item; a spreadsheet takes no answer for a formula."""
    rows = read(folder / "large" / "ps5-answers.csv")
    count: Counter[str] = Counter()
    for row in rows:
        count[row["item"]] += int(row["students"])
    assert set(count.values()) == {80}
    assert "'=1+1" in {row["answer"] for row in rows}
    assert not any(row["answer"].startswith("=") for row in rows)


def test_only_the_owner_reads_a_report(folder):
    """It holds right answers, and a count of one may point to a person."""
    assert {file.stat().st_mode & 0o777 for file in (folder / "large").iterdir()} == {0o600}


def test_the_same_class_gives_the_same_files(reports, folder, tmp_path):
    """Byte for byte, so that a change is a change."""
    reportpage.write(settings.load(COURSE), reports["large"], tmp_path)
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (folder / "large" / file.name).read_bytes()
