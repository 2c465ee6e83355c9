"""Say of Belarusian and Russian words in a page which language they are in, so that a screen reader can read them."""

from __future__ import annotations

import functools
import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from neutrality import glossary

CYRILLIC = re.compile(r"[\u0400-\u04ff](?:[\u0400-\u04ff\d’'«»(),.\u2010-\u2014 -]*[\u0400-\u04ff])?")
"""A run of words in Cyrillic letters, as far as a Latin letter or a semicolon."""

SHORT_FORMS = dict.fromkeys(("ААН", "АБСЕ", "АДКБ", "СНД"), "be") | dict.fromkeys(("ООН", "ОБСЕ", "ОДКБ", "СНГ"), "ru")
"""Abbreviations, which have no letter that tells."""

_BELARUSIAN = re.compile("[іўІЎ]|цы[яю]")
"""Letters and an ending that Russian does not have."""


def marked(html: str) -> str:
    """Put every run of Cyrillic words of a page into an element that says its language.

    Parameters
    ----------
    html
        The body of a page.

    Returns
    -------
    str
        The same, unchanged where nothing is to be marked.

    Examples
    --------
    >>> marked("<td>назоўнік; знаменатель</td>")
    '<td><span lang="be">назоўнік</span>; <span lang="ru">знаменатель</span></td>'
    """
    if not CYRILLIC.search(html):
        return html
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=CYRILLIC):
        if type(text) is NavigableString and text.find_parent(attrs={"lang": ["be", "ru", "uk"]}) is None:
            text.replace_with(*_pieces(soup, str(text)))
    return str(soup)


def language(words: str, before: str = "") -> str:
    """Tell in which language Cyrillic words are.

    Parameters
    ----------
    words
        As they are written.
    before
        What stands before them in the same text: a form that is the same in both languages is Russian where the
        Belarusian one has just been given.

    Returns
    -------
    str
        ``be`` or ``ru``: by the glossary, else by letters that Russian does not have.

    Examples
    --------
    >>> language("нейтралитет"), language("нейтралітэт")
    ('ru', 'be')
    >>> language("Беларусь"), language("Беларусь", "Беларусь; "), language("АДКБ")
    ('be', 'ru', 'be')
    """
    belarusian, russian = _forms()
    if words in belarusian and words in russian:
        return "ru" if CYRILLIC.search(before) or "Russian" in before else "be"
    if words in belarusian or words in russian:
        return "be" if words in belarusian else "ru"
    return SHORT_FORMS.get(words) or ("be" if _BELARUSIAN.search(words) else "ru")


def _pieces(soup: BeautifulSoup, text: str) -> list[NavigableString | Tag]:
    pieces: list[NavigableString | Tag] = []
    end = 0
    for found in CYRILLIC.finditer(text):
        tag = soup.new_tag("span", attrs={"lang": language(found[0], text[: found.start()])})
        tag.string = found[0]
        pieces += [NavigableString(text[end : found.start()]), tag]
        end = found.end()
    return [one for one in [*pieces, NavigableString(text[end:])] if one]


@functools.cache
def _forms() -> tuple[frozenset[str], frozenset[str]]:
    """Return the glossary's Belarusian and Russian forms, cut into runs as a page's text is."""
    entries = glossary.load()
    return (
        frozenset(run for entry in entries for run in CYRILLIC.findall(entry.belarusian)),
        frozenset(run for entry in entries for run in CYRILLIC.findall(entry.russian)),
    )
