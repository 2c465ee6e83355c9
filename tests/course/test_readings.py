"""The sources' records help to find a place and answer no graded question."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from fairmark import bank
from fairmark.bank import Entry
from neutrality import glossary, sources
from neutrality.sources import Place, Source

from .support import BANK, COURSE, SHARED

SOURCES = sources.all_sources()
PLACES = [place for source in SOURCES.values() for place in source.places]
ENTRIES = [entry for assignment in bank.load(BANK).values() for entry in assignment.entries.values()]
LOCATE = [entry for entry in ENTRIES if entry.item.kind == "locate"]
STUDENTS_READ = {
    **{file.name: file.read_text(encoding="utf-8") for file in (COURSE / "readings").glob("*")},
    "glossary.csv": (COURSE / "glossary.csv").read_text(encoding="utf-8"),
}


def _dates(key: str) -> list[str]:
    """Write a date that is a key in the ways that a text might."""
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", key):
        return []
    day = dt.date.fromisoformat(key if len(key) == 10 else f"{key}-01")
    return [key, f"{day:%B %Y}"]


def _answers(entry: Entry) -> list[str]:
    """List what would give an item's key away, were it read anywhere."""
    keys = [key for key in entry.keys if isinstance(key, str)]
    if entry.item.kind == "choose":
        return [entry.item.options[key] for key in keys]
    if entry.item.kind == "date":
        return [text for key in keys for text in _dates(key)]
    if entry.item.kind == "locate":
        return [str(one) for key in entry.keys if isinstance(key, list) for one in key]
    return []


def _words(text: str) -> set[str]:
    """Return a text's content words, cut short so that a word and its plural are alike."""
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.locator)
def test_a_label_is_a_few_words(place: Place) -> None:
    """A label has one to eight words; a section carries its heading instead."""
    if place.kind != "section":
        assert 1 <= len(place.label.split()) <= 8


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_what_students_read_does_not_hold_a_key(entry: Entry) -> None:
    """No record, reference or glossary line has a key's text, its date, or the place that is asked for."""
    for name, text in STUDENTS_READ.items():
        for answer in _answers(entry):
            assert answer.casefold() not in text.casefold(), f"{name} gives {entry.item.id} away: {answer}"


@pytest.mark.parametrize("entry", [one for one in ENTRIES if one.item.kind == "date"], ids=lambda entry: entry.item.id)
def test_no_glossary_line_dates_what_is_asked_for(entry: Entry) -> None:
    """The year of a date that is asked for stands in no line of an entry that comes up at the same place."""
    sections = {locator.rpartition(".")[0] for locator in entry.locators}
    lines = [one.line for one in glossary.load() if sections & set(one.sources)]
    assert not [line for line in lines for key in entry.keys if str(key)[:4] in line]


@pytest.mark.parametrize("entry", LOCATE, ids=lambda entry: entry.item.id)
def test_a_locate_question_is_not_answered_by_comparing_words(entry: Entry) -> None:
    """The words of the question do not single out the label of the place that is asked for."""
    asked = _words(entry.item.prompt)
    shared = {place.locator: len(asked & _words(place.label)) for place in PLACES if place.kind != "section"}
    keys = set(_answers(entry))
    best = max(shared.values())
    assert {locator for locator, count in shared.items() if count == best} - keys


@pytest.mark.parametrize("entry", LOCATE, ids=lambda entry: entry.item.id)
def test_what_a_record_says_of_the_whole_does_not_point_to_a_key(entry: Entry) -> None:
    """The place that is asked for is not put into words either."""
    said = " ".join(text for source in SOURCES.values() for text in source.kind.layers)
    for key in _answers(entry):
        assert sources.parse(key).words not in said


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_a_record_is_consistent(source: Source) -> None:
    """Signed has authors, dated has a date, ids are unique, and the link is an address."""
    assert source.kind.signed == bool(source.citation.authors)
    assert source.kind.dated == (source.citation.date is not None)
    assert len({place.id for place in source.places}) == len(source.places)
    assert source.citation.link.startswith("https://")
    assert source.kind.layers


@pytest.fixture
def reading(request: pytest.FixtureRequest) -> str:
    """Return the reading copy of a source, which lives outside the project."""
    file: Path = SHARED / "sources" / f"{request.param}.txt"
    if not file.is_file():
        pytest.skip(f"{file} is not here: the sources' text is not part of the project")
    return file.read_text(encoding="utf-8")


@pytest.mark.shared
@pytest.mark.parametrize(("reading", "source"), [(name, name) for name in SOURCES], indirect=["reading"])
def test_places_and_headings_are_those_of_the_reading_copy(reading: str, source: str) -> None:
    """The record has every place of the text in its order, and its headings, link and title."""
    places = [place for place in SOURCES[source].places if place.kind != "section"]
    whole = [place for place in places if not any(other.id.startswith(f"{place.id}.") for other in places)]
    assert [place.id for place in whole] == re.findall(r"^\[(\S+)\]", reading, re.MULTILINE)
    headings = {place.id: place.label for place in SOURCES[source].places if place.kind == "section"}
    headings.pop("notes", None)
    assert headings == dict(re.findall(r"^# (s\d+) (.+)$", reading, re.MULTILINE))
    assert f"url: {SOURCES[source].citation.link}\n" in reading
    assert f"title: {SOURCES[source].citation.title}\n" in reading


@pytest.mark.shared
@pytest.mark.parametrize(("reading", "source"), [("osw-2018", "osw-2018")], indirect=["reading"])
def test_notes_hang_where_the_reading_copy_has_their_numbers(reading: str, source: str) -> None:
    """Each paragraph names the notes whose raised numbers stand in it."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    for place in SOURCES[source].places:
        if place.kind == "paragraph":
            text = re.search(rf"^\[{re.escape(place.id)}\] (.+)$", reading, re.MULTILINE)
            assert text
            numbers = re.findall(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=[a-z'])\d+(?=[.\s])", text[1])
            assert place.notes == tuple(f"fn{number.translate(raised)}" for number in numbers), place.locator
