"""The built course book: whole, without a key, without anything from other sites, and readable for everybody."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, Route
from tests import access

from coursebook import languages
from fairmark import bank
from neutrality import claims, stances

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))
LESSON = "notebooks/lessons/06-counting-votes.html"
LOOKED_AT = ["index.html", LESSON, "course/glossary.html", "data/CODEBOOK.html", "notebooks/assignments/index.html"]
SHORT = 20
"""Secret texts that are shorter may stand in a page by chance."""

WATCHED = """
import json, runpy, sys
opened = set()
def note(event, words):
    if event in {"open", "os.listdir", "os.scandir"} and isinstance(words[0], str):
        opened.add(words[0])
    elif event in {"socket.connect", "socket.getaddrinfo"}:
        opened.add(f"network: {words[-1]}")
sys.addaudithook(note)
build, report, *words = sys.argv[1:]
sys.argv = [build, *words]
try:
    runpy.run_path(build, run_name="__main__")
finally:
    found = sorted(opened)
    with open(report, "w", encoding="utf-8") as file:
        json.dump(found, file)
"""


class Book:
    """The built site: its folder, what was opened to build it, and its pages."""

    def __init__(self, folder: Path, opened: list[str]) -> None:
        self.folder, self.opened = folder, opened
        self.pages = {
            str(file.relative_to(folder)): BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
            for file in sorted(folder.rglob("*.html"))
            if "_static" not in file.parts  # the theme's own templates
        }


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Build the book, and watch which files are opened."""
    folder = tmp_path_factory.mktemp("book")
    report = folder / "opened.json"
    build = str(ROOT / "course" / "site" / "build.py")
    words = [sys.executable, "-c", WATCHED, build, str(report), "--to", str(folder / "site")]
    run = subprocess.run(words, capture_output=True, text=True, cwd=folder)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return Book(folder / "site", json.loads(report.read_text(encoding="utf-8")))


# --- Whole ------------------------------------------------------------------------------------------------------------


def test_every_lesson_is_there_with_its_link_into_the_hub(book):
    """Without a hub, the link leads to the part of a page that says how to open a lesson."""
    for lesson in LESSONS:
        page = f"notebooks/lessons/{lesson.stem}.html"
        (link,) = book.pages[page].select("a.open-in-hub")
        assert link.text == "Open lesson in hub"
        target, _, anchor = urljoin(page, link["href"]).partition("#")
        assert book.pages[target].find(id=anchor).find(["h1", "h2"]).text.startswith("How to open a lesson")


def test_every_page_has_a_link_into_the_hub(book):
    """Also pages that are no lesson."""
    assert [name for name, page in book.pages.items() if len(page.select("a.open-in-hub")) != 1] == []


def test_every_link_inside_leads_to_a_page_and_a_place(book):
    """Links, pictures, styles and scripts are there, and so are the places on pages that links name."""
    places = {name: {tag["id"] for tag in page.select("[id]")} for name, page in book.pages.items()}
    broken = []
    for name, page in book.pages.items():
        for tag in page.select("[href], [src]"):
            address = tag.get("href") or tag.get("src")
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = unquote(urljoin(name, parts.path)) if parts.path else name
            place = unquote(parts.fragment)
            if not (book.folder / target).is_file() or (place and place not in places[target]):
                broken.append((name, address))
    assert broken == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lessons_figures_keep_their_text_alternatives(lesson, book):
    """Each figure of the notebook is on the page, with the same alternative."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    html = "".join(
        "".join(output["data"]["text/html"])
        for cell in cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    )
    wanted = [image["alt"] for image in BeautifulSoup(html, "html.parser").find_all("img")]
    shown = [image.get("alt") for image in book.pages[f"notebooks/lessons/{lesson.stem}.html"].select("article img")]
    assert shown == wanted
    assert all(wanted)


def test_pages_say_their_language_and_that_of_other_words(book):
    """English pages; every run of Cyrillic letters stands in an element that names Belarusian or Russian."""
    for name, page in book.pages.items():
        assert page.html["lang"] == "en"
        for text in page.body.find_all(string=languages.CYRILLIC):
            around = text.find_parent(attrs={"lang": True})
            assert around["lang"] in {"be", "ru"}, (name, text)
    assert len(book.pages["course/glossary.html"].select('article [lang="be"]')) >= 200


def test_a_module_is_explained_by_its_docstrings(book):
    """Functions with their parameters, and what stands at the head of the module."""
    page = book.pages["book/api/neutrality.agreement.html"]
    assert page.find(id="neutrality.agreement.pair")
    assert "How alike two states voted." in page.text
    assert ".. py:" not in page.text


# --- No key -----------------------------------------------------------------------------------------------------------


def test_the_bank_is_not_opened_and_nothing_is_fetched(book):
    """Neither a folder of the bank nor a file in it, nor the network."""
    assert any(name.endswith("syllabus.md") for name in book.opened), "the watch sees what is opened"
    assert [name for name in book.opened if "grading/items" in name or name.startswith("network")] == []


def plain(text: str) -> str:
    """Take away what only marks up, so that Markdown, HTML and the search's index can be compared."""
    return " ".join(re.sub(r"[`*_\\]", "", text).split())


def test_no_secret_text_of_the_bank_is_in_any_file(book):
    """Not on a page as it is read, and not in a file as it is stored."""
    stored = [file.read_text(encoding="utf-8") for file in book.folder.rglob("*")
              if file.suffix in {".html", ".js", ".md", ".ipynb", ".txt", ".csv"}]  # fmt: skip
    everything = plain("\n".join([*stored, *(page.get_text(" ") for page in book.pages.values())]))
    looked_for = 0
    for one in bank.load(ROOT / "grading" / "items").values():
        for entry in one.entries.values():
            # A misconception's name is made as the place of a heading is, and one of them is a lesson's heading.
            texts = [wrong.message for wrong in entry.wrong]
            texts += [entry.otherwise, entry.solution, *(str(example["text"]) for example in entry.exemplars)]
            for text in (plain(text) for text in texts if text and len(text) >= SHORT):
                looked_for += 1
                assert text not in everything, entry.item.id
    assert looked_for > 500


def test_no_question_of_a_problem_set_is_in_any_page(book):
    """The book lists what sets ask for; the prompts are in the hub."""
    read = plain(" ".join(page.get_text(" ") for page in book.pages.values()))
    prompts = [plain(entry.item.prompt) for one in bank.load(ROOT / "grading" / "items").values()
               for entry in one.entries.values()]  # fmt: skip
    assert [prompt for prompt in prompts if len(prompt) >= SHORT and prompt in read] == []


def test_no_withheld_row_is_in_any_page(book):
    """Claims and propositions that serve as questions."""
    read = " ".join(" ".join(page.get_text().split()) for page in book.pages.values())
    withheld = [*claims.load(items=True).query("use == 'item'")["claim"],
                *stances.issues(items=True).query("use == 'item'")["proposition"]]  # fmt: skip
    assert withheld
    assert [text for text in withheld if text in read] == []
    assert claims.load()["claim"][0] in read, "an open row would be found"


def test_pages_for_instructors_only_are_left_out(book):
    """The page that tells excellent from good, and the table of speakers."""
    assert "course/instructor/guide.html" in book.pages
    assert "course/instructor/essay-questions.html" not in book.pages
    assert not list(book.folder.rglob("*layers*"))


# --- Nothing from other sites -----------------------------------------------------------------------------------------

LOADING = [
    re.compile(r"""@import\s+["']?(?:https?:)?//"""),
    re.compile(r"""url\(\s*["']?(?:https?:)?//"""),
    re.compile(r"""(?:\bimport|\bfrom|fetch\(|importScripts\(|\.src\s*=|\.open\()\s*\(?\s*["'`](?:https?:)?//"""),
    re.compile(r"""sourceMappingURL=(?:https?:)?//"""),
]
"""What loads something from another address in a style or a script."""

LOADS = ("src", "srcset", "poster", "data", "background", "action")
"""Attributes by which a page loads something."""


def elsewhere(address: str) -> bool:
    """Say whether an address leads to another site."""
    return bool(re.match(r"\s*(?:https?:)?//", address))


def test_no_page_style_or_script_names_another_site_to_load_from(book):
    """Links that a reader follows are no loading."""
    for name, page in book.pages.items():
        loaded = [tag.get(what, "") for tag in page.find_all(True) for what in LOADS]
        loaded += [tag["href"] for tag in page.find_all(["link", "use", "image", "base"], href=True)]
        assert [address for address in loaded if elsewhere(address)] == [], name
        assert not page.find_all(["iframe", "object", "embed"])
    for file in [*book.folder.rglob("*.css"), *book.folder.rglob("*.js"), *book.folder.rglob("*.html")]:
        text = file.read_text(encoding="utf-8")
        assert [found[0] for pattern in LOADING for found in pattern.finditer(text)] == [], file


@pytest.mark.parametrize(
    "text",
    [
        '@import "https://fonts.example/a.css";',
        "a { background: url(//cdn.example/a.png) }",
        'import("https://cdn.example/a.js")',
        "import a from 'https://cdn.example/a.js'",
        'script.src = "https://cdn.example/a.js"',
        'fetch("https://cdn.example/a.json")',
    ],
)
def test_the_patterns_would_find_it(text):
    """What the test above looks for, it finds."""
    assert any(pattern.search(text) for pattern in LOADING)


# --- In a browser -----------------------------------------------------------------------------------------------------


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that says nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(book) -> Iterator[str]:
    """Serve the book, as any web server would."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(book.folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join()
    server.server_close()


def open_page(browser: Browser, address: str, **settings: Any) -> Page:
    """Open a page in a window of its own, and wait until its icons are drawn."""
    page = browser.new_context(**settings).new_page()
    page.goto(address)
    page.locator("a.open-in-hub").wait_for()
    page.locator("svg").first.wait_for(state="attached")
    return page


def test_no_page_asks_another_site_for_anything_or_sets_a_cookie(book, address, chromium):
    """Each page is opened with its scripts; what leads elsewhere is stopped and told, and so is what is missing."""
    context, asked = chromium.new_context(), []

    def watch(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    context.route("**/*", watch)
    page, errors = context.new_page(), []
    page.on("response", lambda answer: errors.append(answer.url) if answer.status >= 400 else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name in book.pages:
        page.goto(address + name)
    assert asked == []
    assert errors == []
    assert context.cookies() == []


@pytest.mark.parametrize(
    ("word", "found"),
    [("Turkmenistan", LESSON), ("denominator", "course/glossary.html"), ("шматвектарная", "course/glossary.html")],
)
def test_the_search_finds_a_word(word, found, address, chromium):
    """A name in a lesson, a term, and a Belarusian form."""
    page = chromium.new_page()
    page.goto(f"{address}search.html?q={word}")
    page.locator("#search-results ul.search li a").first.wait_for()
    page.wait_for_function("!document.querySelector('#search-progress')?.textContent")
    links = page.locator("#search-results ul.search li a").evaluate_all("all => all.map(one => one.href)")
    assert any(link.startswith(address + found) for link in links), links


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_nothing_serious_bars_people_from_a_page(name, scheme, address, chromium):
    """axe-core finds no serious or critical violation, in our content or in the theme around it."""
    page = open_page(chromium, address + name, color_scheme=scheme)
    assert access.violations(page) == {}


@pytest.mark.parametrize("name", [*LOOKED_AT, "data/stances/claims.html", "book/api/neutrality.agreement.html"])
def test_a_page_fits_a_telephone(name, address, chromium):
    """Nothing makes the page wider than the screen; wide tables and code move by themselves."""
    page = open_page(chromium, address + name, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_paper_is_light_and_lists_are_open_on_it(address, chromium):
    """Also where the screen is dark; afterwards the screen is as it was."""
    page = open_page(chromium, address + LESSON, color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    closed = "document.querySelectorAll('details:not([open])').length"
    before = page.evaluate(closed)
    assert before > 0
    assert page.evaluate(theme) == "dark"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (page.evaluate(theme), page.evaluate(closed)) == ("light", 0)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (page.evaluate(theme), page.evaluate(closed)) == ("dark", before)


def test_the_first_stop_of_the_keyboard_leads_to_the_text(address, chromium):
    """As the page on reading says."""
    page = open_page(chromium, address + LESSON)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    page.keyboard.press("Enter")
    assert urlsplit(page.url).fragment == "main-content"
