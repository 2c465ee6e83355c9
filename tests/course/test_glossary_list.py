"""The glossary is complete, plain and in the right alphabets."""

from __future__ import annotations

import re
import unicodedata

import pytest

from neutrality import glossary, sources
from neutrality.glossary import Entry

ENTRIES = glossary.load()
NOT_BELARUSIAN = set("ищъ")
NOT_RUSSIAN = set("іў’'")


def _alphabets(text: str) -> set[str]:
    """Name the alphabets that a text's letters come from."""
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_is_one_plain_sentence_with_a_source(entry: Entry) -> None:
    """It has a name, a kind, one sentence of under 35 words, and says what it rests on."""
    assert entry.english == entry.english.strip() != ""
    assert entry.kind in glossary.KINDS
    assert len(entry.line.split()) < 35
    assert re.fullmatch(r"[^.]+(\.(?=\w|\d)[^.]+)*\.", entry.line)
    assert entry.sources


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_each_form_is_in_its_alphabet(entry: Entry) -> None:
    """English has Latin letters, Belarusian and Russian have Cyrillic ones, and neither has the other's."""
    assert _alphabets(entry.english + entry.line) == {"LATIN"}
    assert _alphabets(entry.belarusian) == _alphabets(entry.russian) == {"CYRILLIC"}
    assert not NOT_BELARUSIAN & set(entry.belarusian.casefold())
    assert not NOT_RUSSIAN & set(entry.russian.casefold())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_doubt_names_a_language_and_ends_when_a_native_reader_has_read(entry: Entry) -> None:
    """Belarusian, Russian or both; and nobody reads a row and leaves it in doubt."""
    assert set(entry.doubt) <= set(glossary.LANGUAGES)
    assert not (entry.doubt and entry.read_by)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_each_source_of_an_entry_resolves(entry: Entry) -> None:
    """A source is a locator, the id of a reference, or the course itself."""
    known = {*sources.references(), "course"}
    assert [source for source in entry.sources if source not in known and not sources.exists(source)] == []


def test_no_name_means_two_things() -> None:
    """Ids are unique, and no name of one entry is a name of another."""
    names = [name.casefold() for entry in ENTRIES for name in {name.casefold() for name in entry.names}]
    # Belarusian and Russian share some forms, and an id may repeat the English name, all within one entry.
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("kind", glossary.KINDS)
def test_each_kind_has_entries(kind: str) -> None:
    """Nothing is promised that the glossary does not have."""
    assert [entry for entry in ENTRIES if entry.kind == kind]
