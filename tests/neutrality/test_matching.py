"""Places are found in every rendering of a text, and put together again without what stands between."""

from __future__ import annotations

import difflib
import random
import re
from pathlib import Path

import pytest

from neutrality import extracting, fingerprints, matching, sources
from neutrality.documents import Line
from neutrality.matching import Match

from . import renderings
from .renderings import Paper

SHARED = Path(__file__).resolve().parents[3] / "shared"
ISLAND = renderings.island()
PRINTS = {place: fingerprints.print_of(text) for place, text in ISLAND.places.items()}
HEADINGS = [text for place, text in ISLAND.body if place.startswith("#")]
# One from the middle of a paragraph, one from its beginning, and one that is shortened.
QUOTES = (
    "Smaller nets appeared on the drying racks, and the long-line boats went out in pairs",
    "No figure in this paper says how many herring swim above the northern shelf",
    "By the following spring a stranger held eleven lots […] and had never set foot upon a deck",
)


def _match(content: bytes) -> Match:
    _, lines = extracting.extract(content)
    return matching.match([Line(*line) for line in lines], PRINTS, HEADINGS)


def _words(text: str) -> list[str]:
    return [word.text for word in fingerprints.words(text)]


def _alike(text: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _words(text), _words(other), autojunk=False).ratio()


def _typos(paper: Paper) -> Paper:
    changes = {
        "before noon": "befor noon",
        "visible to anyone": "visibel for anyone",
        "had no warden": "has no wardens",
    }
    return paper.mapped(changes)


RENDERINGS: dict[str, bytes] = {
    "text": renderings.as_text(ISLAND).encode(),
    "short lines": renderings.as_text(ISLAND, 40).encode(),
    "divided words": renderings.as_text(ISLAND, 50, hyphenate=True).encode(),
    "very short lines": renderings.as_text(ISLAND, 24).encode(),
    "one line": " ".join(renderings.as_text(ISLAND).split()).encode(),
    "located": renderings.ISLAND.encode(),
    "UTF-16": renderings.as_text(ISLAND).encode("utf-16"),
    "windows-1251": renderings.as_text(ISLAND.mapped({"Ø": "O", "⁴": "", "¹": "", "²": "", "³": "", "⁵": ""})).encode(
        "cp1251"
    ),
    "straight quotes": renderings.as_text(ISLAND.mapped({"’": "'", "–": "-", "—": "-"})).encode(),
    "curly quotes": renderings.as_text(ISLAND.mapped({"'": "’", '"': "”", "-": "\u2010"})).encode(),
    "other marks": renderings.as_text(ISLAND.mapped({"¹": "*", "²": "**", "³": "[3]", "⁴": "4", "⁵": " (5)"})).encode(),
    "page": renderings.as_html(ISLAND, quotes=QUOTES).encode(),
    "page with breaks": renderings.as_html(ISLAND, quotes=QUOTES, style="breaks").encode(),
    "page in one line": renderings.as_html(ISLAND, quotes=QUOTES, style="run").encode(),
    "PDF": renderings.as_pdf(ISLAND, quotes=QUOTES),
    "PDF of short pages": renderings.as_pdf(ISLAND, quotes=QUOTES, lines=13),
    "PDF of narrow pages": renderings.as_pdf(ISLAND, quotes=QUOTES, lines=44, width=48, marks="[{}]"),
    "PDF unhyphenated": renderings.as_pdf(ISLAND, quotes=QUOTES, lines=21, hyphenate=False, marks="{}."),
}


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_rendering_gives_the_same_words(name: str) -> None:
    """All places are found, with all their words in order, and none of what stands around them."""
    found = _match(RENDERINGS[name])
    assert found.missing == ()
    for place, text in ISLAND.places.items():
        assert _words(found.places[place].text) == _words(text), place
        assert found.places[place].whole
    assert found.share > 0.99
    assert found.used < found.words


@pytest.mark.parametrize("name", ["page", "PDF", "PDF of short pages"])
def test_what_is_not_the_source_is_left_out(name: str) -> None:
    """Menus, link spam, scripts, running heads and headings are in no place."""
    text = " ".join(found.text for found in _match(RENDERINGS[name]).places.values())
    for other in (*renderings.MENU[2:], *renderings.SPAM, *HEADINGS, "Vask Papers", "harvest", "cookies", "Read more"):
        assert other not in text


@pytest.mark.parametrize("name", ["short lines", "page", "page in one line"])
def test_text_without_divided_words_comes_out_as_it_was(name: str) -> None:
    """Not only the words but every character but the marks of the notes themselves is kept."""
    found = _match(RENDERINGS[name])
    assert {place: one.text for place, one in found.places.items()} == ISLAND.places


@pytest.mark.parametrize("name", ["divided words", "PDF", "PDF of short pages"])
def test_a_divided_word_is_joined_and_a_hyphen_of_its_own_kept(name: str) -> None:
    """A hyphen at the end of a line goes, unless the word has it."""
    kept, written = set(), set()
    for place, one in _match(RENDERINGS[name]).places.items():
        kept |= set(re.findall(r"[a-z]+-[a-z]+", one.text))
        written |= set(re.findall(r"[a-z]+-[a-z]+", ISLAND.places[place]))
    assert len(kept - written) <= 1


def test_a_few_typos_make_no_difference() -> None:
    """The changed words come out as the copy has them, in their places."""
    changed = _typos(ISLAND)
    found = _match(renderings.as_pdf(changed))
    assert found.missing == ()
    for place, text in changed.places.items():
        assert _alike(found.places[place].text, text) > 0.98


@pytest.mark.parametrize("at", range(3))
def test_an_unknown_line_inside_a_place_is_kept_only_if_words_are_missing(at: int) -> None:
    """A line that another edition has otherwise belongs to the paragraph; a caption does not."""
    rows = [renderings._wrapped(ISLAND.places["s2.p2"], 60, hyphenate=False)[:], []]
    middle = 3 + at
    replaced = [*rows[0][:middle], " ".join(f"word{'abcdefghi'[n]}" for n in range(9)), *rows[0][middle + 1 :]]
    inserted = [*rows[0][:middle], "A caption of nine words stands here by mere chance", *rows[0][middle:]]
    one = matching.match([Line(row) for row in replaced], PRINTS).places["s2.p2"].text
    other = matching.match([Line(row) for row in inserted], PRINTS).places["s2.p2"].text
    assert "worda" in one
    assert _words(other) == _words(ISLAND.places["s2.p2"])


def test_the_last_words_of_a_paragraph_are_found_on_the_next_page() -> None:
    """Two words alone are in no run; joined to the page before, they are."""
    rows = renderings._wrapped(ISLAND.places["s3.p1"], 70, hyphenate=False)
    *most, last = [*rows[:-1], rows[-1].rsplit(" ", 2)[0], " ".join(rows[-1].split()[-2:])]
    lines = [Line(row, 1) for row in most] + [Line("12", 1), Line("Vask Papers", 2), Line(last, 2), Line("Other", 2)]
    assert _words(matching.match(lines, PRINTS).places["s3.p1"].text) == _words(ISLAND.places["s3.p1"])


def test_a_line_of_two_places_is_parted_at_a_sentence() -> None:
    """Where typos hide how one place ends and the next begins, each still gets its own sentences."""
    first = ISLAND.places["s3.p1"].replace("lighthouse", "lightship")
    line = f"{first} {ISLAND.places['s3.p2'].replace('Whether the', 'If the')}"
    found = matching.match([Line(line)], PRINTS)
    assert found.places["s3.p1"].text == first
    assert found.places["s3.p2"].text.startswith("If the islanders")


def test_a_document_twice_over_is_one() -> None:
    """A page that also has its own print version gives each place once."""
    found = _match(2 * renderings.as_text(ISLAND, 60).encode())
    assert {place: _words(one.text) for place, one in found.places.items()} == {
        place: _words(text) for place, text in ISLAND.places.items()
    }


def test_half_of_a_place_is_found_in_part() -> None:
    """The share says how much of it there is."""
    half = " ".join(ISLAND.places["s2.p2"].split()[:45])
    found = matching.match([Line(half)], PRINTS)
    assert found.missing == tuple(place for place in PRINTS if place != "s2.p2")
    assert not found.places["s2.p2"].whole
    assert found.places["s2.p2"].words == 45
    assert 0.3 < found.places["s2.p2"].share < 0.7


def test_another_text_has_no_place() -> None:
    """A text of other words is nothing of the source."""
    words = sorted(set(_words(renderings.ISLAND)))
    shuffled = random.Random(7).choices(words, k=3000)  # noqa: S311 - nothing secret
    found = matching.match([Line(" ".join(shuffled))], PRINTS)
    assert (found.places, found.share, found.used) == ({}, 0, 0)


def test_no_lines_have_no_place() -> None:
    """An empty document is no error here."""
    assert matching.match([], PRINTS).places == {}


def test_a_page_of_quotations_ends_soon() -> None:
    """The same paragraph a thousand times is still one."""
    found = matching.match([Line(ISLAND.places["s1.p2"], block=n) for n in range(1000)], PRINTS)
    assert _words(found.places["s1.p2"].text) == _words(ISLAND.places["s1.p2"])


def _reading(source: str) -> Paper:
    file = SHARED / "sources" / f"{source}.txt"
    if not file.is_file():
        pytest.skip(f"{file} is not here: the sources' text is not part of the project")
    return renderings.paper(file.read_text(encoding="utf-8"), sources.load(source).citation.title)


@pytest.mark.shared
@pytest.mark.parametrize("rendering", ["text", "page", "run", "PDF", "PDF of short pages"])
@pytest.mark.parametrize("source", sources.all_sources())
def test_each_place_of_a_reading_copy_is_found_again(source: str, rendering: str) -> None:
    """Page breaks, notes at the foot, pull quotes, menus: each place has at least 98 % of its words, in order."""
    paper = _reading(source)
    long = [text for place, text in paper.body if not place.startswith("#") and len(text) > 300]
    quotes = [re.split(r"(?<=[.])\s", text)[1] for text in long[1::2]][:3]
    content = {
        "text": lambda: renderings.as_text(paper, 72, hyphenate=True).encode(),
        "page": lambda: renderings.as_html(paper, quotes=quotes).encode(),
        "run": lambda: renderings.as_html(paper, quotes=quotes, style="run").encode(),
        "PDF": lambda: renderings.as_pdf(paper, quotes=quotes, lines=45),
        "PDF of short pages": lambda: renderings.as_pdf(paper, quotes=quotes, lines=20, hyphenate=False),
    }[rendering]()
    lines = [Line(*line) for line in extracting.extract(content)[1]]
    headings = [place.label for place in sources.load(source).places if place.kind == "section"]
    found = matching.match(lines, fingerprints.load(source), headings)
    assert found.missing == ()
    assert {place: _alike(found.places[place].text, text) for place, text in paper.places.items()} == {
        place: pytest.approx(1, abs=0.02) for place in paper.places
    }


@pytest.mark.shared
@pytest.mark.parametrize(("source", "other"), [("osw-2018", "digest-2016"), ("digest-2016", "osw-2018")])
def test_a_reading_copy_has_nothing_of_the_other(source: str, other: str) -> None:
    """Two texts on one matter share hardly a run of words."""
    found = matching.match([Line(text) for text in _reading(source).places.values()], fingerprints.load(other))
    assert found.share < 0.02


def test_a_line_of_brackets_does_not_hold_the_matcher_up() -> None:
    """Work grows with the length of a file; when it grew with the square, this file took many minutes."""
    text = " ".join(ISLAND.places.values()) + " " + ")" * 200_000 + "( And " + next(iter(ISLAND.places.values()))
    assert matching.match([Line(text)], PRINTS).share > 0.9
