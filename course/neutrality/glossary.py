"""People, places, institutions, treaties and terms, each in one plain line.

English names are spelled as the sources spell them. Every entry has a Belarusian and a Russian form. Where a term has
no settled form in the language, as most terms of this course have none, the form is our translation; names of authors
that we found in Latin letters only are transliterated. ``sources`` says where the term comes up or what the line rests
on: a locator, the id of a reference (see `neutrality.sources.reference`), or ``course`` for a term of this course.

A form of which we are not sure is shown with ``(?)``, and `reading` says how much of the list a native reader has read.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from neutrality import tables

KINDS = ("person", "place", "institution", "treaty", "document", "concept", "measure")
"""What an entry can be about."""
LANGUAGES = {"be": "Belarusian", "ru": "Russian"}
"""The languages of the forms, by their codes."""


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
        The form in each language; for terms of this course, and some names, ours.
    line : str
        One plain sentence, without a verdict.
    sources : tuple of str
    doubt : tuple of str
        The languages, ``"be"`` or ``"ru"``, in which we are not sure of the form.
    read_by : str
        The native reader who has read the forms, and the day; empty where nobody has.
    """

    id: str
    kind: str
    english: str
    also: tuple[str, ...]
    belarusian: str
    russian: str
    line: str
    sources: tuple[str, ...]
    doubt: tuple[str, ...]
    read_by: str

    @property
    def forms(self) -> dict[str, str]:
        """The form in each language as a reader should see it: with ``(?)`` where it is in doubt."""
        found = {"be": self.belarusian, "ru": self.russian}
        return {LANGUAGES[code]: f"{form} (?)" if code in self.doubt else form for code, form in found.items()}

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
    print(" ".join(f"{language}: {form}." for language, form in entry.forms.items()))
    print(entry.line)
    print(f"Source: {'; '.join(entry.sources)}")


def found_in(text: str) -> tuple[Entry, ...]:
    """Find the entries whose English names a text uses.

    Parameters
    ----------
    text : str
        Any text. Names that begin with a capital letter are looked for as they are written; others in any case, and
        with an ``s`` behind them.

    Returns
    -------
    tuple of Entry
        In the order in which the text first uses them.

    Examples
    --------
    >>> [entry.english for entry in found_in("Several roll calls: Minsk abstained, the US voted no.")]
    ['roll call', 'Minsk', 'United States']
    """
    first = {}
    for entry in load():
        places = [match.start() for name in (entry.english, *entry.also) for match in _pattern(name).finditer(text)]
        if places:
            first[entry] = min(places)
    return tuple(sorted(first, key=first.__getitem__))


def table(entries: Iterable[Entry]) -> str:
    """Write entries as a table, for a lesson that uses them.

    Parameters
    ----------
    entries : iterable of Entry

    Returns
    -------
    str
        Markdown: the word, its Belarusian and Russian forms, and its line.

    Examples
    --------
    >>> print(table([find("Minsk")]).splitlines()[2])
    | **Minsk** | Мінск; Минск | The capital of Belarus; in both texts also a short name for its government. |
    """
    rows = [f"| **{entry.english}** | {'; '.join(entry.forms.values())} | {entry.line} |" for entry in entries]
    return "\n".join(["| Word | Belarusian; Russian | In this course |", "| --- | --- | --- |", *rows])


def reading() -> str:
    """Say how much of the glossary a native reader has read.

    Returns
    -------
    str
        One or two sentences, for whoever sees the forms.

    Examples
    --------
    >>> reading().endswith("(?) marks those of which the course is least sure.")
    True
    """
    entries = load()
    read = sum(bool(entry.read_by) for entry in entries)
    if read == len(entries):
        return "Native readers have read all Belarusian and Russian forms."
    so_far = (
        f"native readers have read {read} of {len(entries)} entries" if read else "no native reader has read them yet"
    )
    return f"Belarusian and Russian forms: {so_far}. (?) marks those of which the course is least sure."


def _pattern(name: str) -> re.Pattern[str]:
    flags = re.NOFLAG if name[0].isupper() else re.IGNORECASE
    return re.compile(rf"(?<!\w){re.escape(name)}s?(?!\w)", flags)


def _entry(row: dict[str, str]) -> Entry:
    also, named, doubt = (_parts(row.pop(column)) for column in ("also", "source", "doubt"))
    return Entry(also=also, sources=named, doubt=doubt, **row)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _plain(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())
