"""People, places, institutions, treaties and terms, each in one plain line.

English names are spelled as the sources spell them. The Belarusian and the Russian form are empty where a term has no
settled form in the language: none is invented. ``sources`` says where the term comes up or what the line rests on: a
locator, the id of a reference (see `neutrality.sources.reference`), or ``course`` for a term of this course.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass

from neutrality import tables

KINDS = ("person", "place", "institution", "treaty", "document", "concept", "measure")
"""What an entry can be about."""


class UnknownTermError(LookupError):
    """A term that the glossary does not have; the message lists terms near it."""


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes
    ----------
    id, kind, english : str
    also : tuple of str
        Other spellings and short names.
    belarusian, russian : str
        Empty where there is no settled form.
    line : str
        One plain sentence, without a verdict.
    sources : tuple of str
    """

    id: str
    kind: str
    english: str
    also: tuple[str, ...]
    belarusian: str
    russian: str
    line: str
    sources: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that the entry can be asked for by."""
        return tuple(filter(None, (self.english, *self.also, self.belarusian, self.russian, self.id)))


def load() -> tuple[Entry, ...]:
    """Load the glossary.

    Returns
    -------
    tuple of Entry
        In the order of the file: people, places, institutions, treaties, terms.

    Examples
    --------
    >>> load()[0].english
    'Kamil Kłysiński'
    """
    with tables.glossary_file().open(encoding="utf-8", newline="") as file:
        return tuple(_entry(row) for row in csv.DictReader(file))


def find(term: str) -> Entry:
    """Find an entry.

    Parameters
    ----------
    term : str
        A name in any of the three languages, another spelling, or an id. Letter case makes no difference.

    Returns
    -------
    Entry

    Raises
    ------
    UnknownTermError
        If there is none; the message lists terms near it.

    Examples
    --------
    >>> find("CSTO").english
    'Collective Security Treaty Organisation'
    >>> find("Tashkent treatise")
    Traceback (most recent call last):
    neutrality.glossary.UnknownTermError: the glossary has no 'Tashkent treatise'. Did you mean Tashkent treaty?
    """
    entries = load()
    named = {_plain(name): entry for entry in reversed(entries) for name in entry.names}
    if _plain(term) in named:
        return named[_plain(term)]
    close = difflib.get_close_matches(_plain(term), named, n=3, cutoff=0.7)
    # Several names of one entry may come near; it is offered once.
    offered = dict.fromkeys(named[name].english for name in close)
    advice = f"Did you mean {' or '.join(offered)}?" if offered else "glossary.load() lists everything that it has."
    raise UnknownTermError(f"the glossary has no {term!r}. {advice}")


def explain(term: str) -> None:
    """Print what a term means, and its Belarusian and Russian forms.

    Parameters
    ----------
    term : str
        As for `find`.

    Raises
    ------
    UnknownTermError
        If there is none; the message lists terms near it.

    Examples
    --------
    >>> explain("session")
    session (concept)
    Belarusian: сесія. Russian: сессия.
    A yearly round of meetings of the General Assembly, from September into the next year; session 46 began in 1991.
    Source: voeten-agreement-2020; course
    """
    entry = find(term)
    print(f"{entry.english} ({entry.kind})")
    forms = {"Belarusian": entry.belarusian, "Russian": entry.russian}
    if any(forms.values()):
        print(" ".join(f"{language}: {form}." for language, form in forms.items() if form))
    print(entry.line)
    print(f"Source: {'; '.join(entry.sources)}")


def _entry(row: dict[str, str]) -> Entry:
    return Entry(also=_parts(row.pop("also")), sources=_parts(row.pop("source")), **row)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _plain(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())
