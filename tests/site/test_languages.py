"""Belarusian and Russian words say which language they are in."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from coursebook import languages
from neutrality import glossary

ENTRIES = glossary.load()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_entry_of_the_glossary_is_told_apart(entry):
    """In a cell that gives both forms, the first is Belarusian and the second Russian."""
    soup = BeautifulSoup(languages.marked(f"<td>{entry.belarusian}; {entry.russian}</td>"), "html.parser")
    found = {tag["lang"]: tag.text for tag in soup.find_all("span")}
    first = next(iter(languages.CYRILLIC.findall(entry.belarusian)))
    last = languages.CYRILLIC.findall(entry.russian)[-1]
    assert list(found) == ["be", "ru"]
    assert (found["be"], found["ru"]) == (first, last)


@pytest.mark.parametrize(
    ("entry", "name"),
    [(entry, name) for entry in ENTRIES for name in entry.also if languages.CYRILLIC.fullmatch(name)],
    ids=lambda one: one if isinstance(one, str) else one.id,
)
def test_a_short_form_is_in_the_language_whose_long_form_it_abbreviates(entry, name):
    """Its letters come in that order in the long form of its language, where it is an abbreviation at all."""
    if not name.isupper():
        return
    long = {"be": entry.belarusian, "ru": entry.russian}[languages.language(name)]
    initials = "".join(word[0].upper() for word in long.split())
    letters = iter(initials)
    assert all(letter in letters for letter in name), (name, initials)


def test_text_that_is_marked_already_stays():
    """A page may mark its own words."""
    html = '<p>In <span lang="uk">Київ</span>.</p>'
    assert languages.marked(html) == html


def test_a_page_without_such_words_is_not_touched():
    """Not even where it is badly formed."""
    assert languages.marked("<p>Minsk<br>&nbsp;x") == "<p>Minsk<br>&nbsp;x"


def test_attributes_and_scripts_are_left_alone():
    """Only what is read on the page is marked."""
    html = '<img alt="Мінск" src="a.png"/><script>var a = "Мінск";</script><p><span lang="be">Мінск</span></p>'
    assert languages.marked(html) == html
