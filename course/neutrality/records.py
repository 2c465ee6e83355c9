"""The records of the two sources: what kind of text each is, how it is divided, and where it is published.

The course holds a record of each source and none of its text. A *locator* names a place in a source:
``osw-2018 s1.p3`` is section 1, paragraph 3; ``osw-2018 fn2`` is note 2; ``digest-2016 s2.b3`` is the third item of the
list in section 2; ``digest-2016 lead.p1`` is the first paragraph of the lead, which in ``osw-2018`` has only one and is
``lead``. A whole section has a locator too, such as ``osw-2018 s1``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from neutrality import tables
from neutrality.wording import dated

Kind = Literal["section", "lead", "paragraph", "item", "note"]

_LOCATOR = re.compile(r"(?P<source>[a-z]+-\d{4})[\s,:;/]+(?P<place>[a-z0-9.]+)")
_KINDS: tuple[tuple[str, Kind, str], ...] = (
    (r"s(\d+)|notes", "section", "section {0}"),
    (r"lead(?:\.p(\d+))?", "lead", "the lead, paragraph {0}"),
    (r"s(\d+)\.p(\d+)", "paragraph", "section {0}, paragraph {1}"),
    (r"s(\d+)\.b(\d+)", "item", "section {0}, item {1} of the list"),
    (r"fn(\d+)", "note", "note {0}"),
)


class SourceError(LookupError):
    """A source, a place or a reference that is not there, or a record that cannot be read."""


@dataclass(frozen=True)
class Work:
    """A bibliographic citation.

    Attributes
    ----------
    authors : tuple of str
        Empty where the work is not signed.
    title, series, number, publisher, language : str
        Empty where the work gives none.
    date : datetime.date or None
        None where the work carries no date.
    link : str
        Where it is published.
    """

    authors: tuple[str, ...]
    title: str
    series: str
    number: str
    date: dt.date | None
    link: str
    publisher: str = ""
    language: str = ""

    def __str__(self) -> str:
        who = " and ".join(self.authors) or "Unsigned"
        when = dated(self.date) if self.date else "undated"
        series = " ".join(filter(None, (self.series, self.number)))
        return ", ".join(filter(None, (who, f'"{self.title}"', series, when)))


@dataclass(frozen=True)
class Place:
    """One place of a source: a paragraph, an item of a list, a note, the lead, or a whole section.

    Attributes
    ----------
    source, id : str
        As in ``osw-2018`` and ``s1.p3``.
    kind : str
        ``section``, ``lead``, ``paragraph``, ``item`` or ``note``.
    label : str
        A few words on what the place is about; for a section its heading. Never what it says.
    notes : tuple of str
        The ids of the notes that hang on it.
    """

    source: str
    id: str
    kind: Kind
    label: str
    notes: tuple[str, ...] = ()

    @property
    def locator(self) -> str:
        """Source and place, as in ``osw-2018 s1.p3``."""
        return f"{self.source} {self.id}"

    @property
    def words(self) -> str:
        """The place in words, as in ``section 1, paragraph 3``."""
        for pattern, kind, words in _KINDS:
            found = re.fullmatch(pattern, self.id)
            if found and kind == self.kind and all(found.groups()):
                return words.format(*found.groups())
        return {"lead": "the lead", "notes": "the notes"}[self.id]


@dataclass(frozen=True)
class Nature:
    """What kind of source a text is.

    Attributes
    ----------
    genre, institution : str
    signed, dated : bool
        Whether the text names its author, and carries a date.
    date_note : str
        What should be known about its date.
    disclaimer, disclaimer_note : str
        A funder's or publisher's disclaimer, empty where none was seen; and what should be known about that.
    speaks, about : str
        Who speaks in it, and about whom.
    layers : tuple of str
        What a reader should keep apart.
    further : tuple of Work
        Works that it presents, for further reading.
    institution_note : str
        Who stands behind the institution, with the reference that says so.
    """

    genre: str
    institution: str
    signed: bool
    dated: bool
    date_note: str
    disclaimer: str
    disclaimer_note: str
    speaks: str
    about: str
    layers: tuple[str, ...]
    further: tuple[Work, ...]
    institution_note: str = ""


@dataclass(frozen=True)
class Source:
    """The record of one source.

    Attributes
    ----------
    id : str
        As in ``osw-2018``.
    citation : Work
    kind : Nature
    places : tuple of Place
        In the order of the text: every section, followed by what it is made of; the notes come last.
    """

    id: str
    citation: Work
    kind: Nature
    places: tuple[Place, ...]

    def parts(self, place: Place) -> tuple[Place, ...]:
        """Return what a place is made of.

        Parameters
        ----------
        place : Place
            One of `places`.

        Returns
        -------
        tuple of Place
            In the order of the text. Of a section, or a lead of several paragraphs, its parts; of any other place
            nothing. A paragraph's notes are places of their own and not part of it.

        Examples
        --------
        >>> source = load("digest-2016")
        >>> [part.id for part in source.parts(source.place("s1"))]
        ['s1.p1', 's1.p2', 's1.p3']
        """
        if place.id == "notes":
            return tuple(one for one in self.places if one.kind == "note")
        return tuple(one for one in self.places if one.id.startswith(f"{place.id}."))

    def place(self, name: str) -> Place:
        """Return one place.

        Parameters
        ----------
        name : str
            As in ``"s1.p3"``.

        Raises
        ------
        SourceError
            If the source has no such place; the message lists places near it.

        Examples
        --------
        >>> load("osw-2018").place("fn2").kind
        'note'
        """
        found = {place.id: place for place in self.places}
        if name not in found:
            raise SourceError(f"{self.id}: no place {name!r}. {near(name, found)}")
        return found[name]


def load(source_id: str) -> Source:
    """Load the record of one source.

    Parameters
    ----------
    source_id : str
        ``"osw-2018"`` or ``"digest-2016"``.

    Returns
    -------
    Source

    Raises
    ------
    SourceError
        If there is no such source, or its record is malformed.

    Examples
    --------
    >>> source = load("osw-2018")
    >>> source.citation.authors, source.kind.signed
    (('Kamil Kłysiński',), True)
    >>> load("osw-2081")
    Traceback (most recent call last):
    neutrality.records.SourceError: no source 'osw-2081'. Did you mean osw-2018?
    """
    files = {file.stem: file for file in tables.readings_folder().glob("*.toml")}
    if source_id not in files:
        raise SourceError(f"no source {source_id!r}. {near(source_id, files)}")
    return _read(files[source_id])


def all_sources() -> dict[str, Source]:
    """Load the record of every source.

    Returns
    -------
    dict
        Id to record, in order of id.

    Examples
    --------
    >>> list(all_sources())
    ['digest-2016', 'osw-2018']
    """
    return {file.stem: _read(file) for file in sorted(tables.readings_folder().glob("*.toml"))}


def parse(locator: str) -> Place:
    """Find the place that a locator names.

    Parameters
    ----------
    locator : str
        Source and place, as in ``"osw-2018 s1.p3"``. Letter case and a comma between the two make no difference.

    Returns
    -------
    Place

    Raises
    ------
    SourceError
        If it is not a locator, or there is no such source or place; the message lists what comes near.

    Examples
    --------
    >>> parse("osw-2018 s1.p3").words
    'section 1, paragraph 3'
    >>> parse("OSW-2018, fn5").locator
    'osw-2018 fn5'
    >>> parse("digest-2016 s2.p2")
    Traceback (most recent call last):
    neutrality.records.SourceError: digest-2016: no place 's2.p2'. Near it are s2, s2.p1, s2.b1, s2.b2, s2.b3, s2.b4.
    """
    found = _LOCATOR.fullmatch(locator.strip().casefold())
    if not found:
        raise SourceError(f"{locator!r} is not a locator. Write source and place, as in 'osw-2018 s1.p3'.")
    return load(found["source"]).place(found["place"])


def exists(locator: str) -> bool:
    """Tell whether a locator names a place that there is.

    Parameters
    ----------
    locator : str
        As in ``"osw-2018 s1.p3"``.

    Returns
    -------
    bool

    Examples
    --------
    >>> exists("osw-2018 fn17"), exists("osw-2018 fn18")
    (True, False)
    """
    try:
        parse(locator)
    except SourceError:
        return False
    return True


def within(locator: str) -> set[str]:
    """Name the place of a locator and, of a section, everything that it is made of.

    Parameters
    ----------
    locator : str
        As for `parse`.

    Returns
    -------
    set of str
        Locators. A paragraph's notes are places of their own and not part of it.

    Raises
    ------
    SourceError
        As for `parse`.

    Examples
    --------
    >>> sorted(within("digest-2016 s1"))
    ['digest-2016 s1', 'digest-2016 s1.p1', 'digest-2016 s1.p2', 'digest-2016 s1.p3']
    >>> within("osw-2018 fn5")
    {'osw-2018 fn5'}
    """
    place = parse(locator)
    return {place.locator} | {part.locator for part in load(place.source).parts(place)}


def _read(file: Path) -> Source:
    """Read one record; a malformed one is an error that names file and field."""
    try:
        record = tomllib.loads(file.read_text(encoding="utf-8"))
        places = tuple(place for section in record["sections"] for place in _places(record["id"], section))
        return Source(record["id"], _work(record["citation"]), _nature(record["kind"]), places)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(f"{file}: cannot be read: {error}") from error
    except KeyError as error:
        raise SourceError(f"{file}: the field {error} is missing") from None
    except (TypeError, ValueError) as error:
        raise SourceError(f"{file}: {error}") from None


def _work(record: Mapping[str, Any]) -> Work:
    date = dt.date.fromisoformat(record["date"]) if record["date"] else None
    return Work(**{**record, "authors": tuple(record["authors"]), "date": date})


def _nature(record: Mapping[str, Any]) -> Nature:
    further = tuple(_work(work) for work in record["further"])
    return Nature(**{**record, "layers": tuple(record["layers"]), "further": further})


def _places(source: str, section: Mapping[str, Any]) -> Iterable[Place]:
    """Yield a section and then what it is made of; a lead of one paragraph is a single place."""
    parts = [_place(source, part) for part in section["places"]]
    if section["id"] not in {part.id for part in parts}:
        yield _place(source, {"id": section["id"], "label": section["title"] or "The lead"})
    yield from parts


def _place(source: str, record: Mapping[str, Any]) -> Place:
    for pattern, kind, _ in _KINDS:
        if re.fullmatch(pattern, record["id"]):
            return Place(source, record["id"], kind, record["label"], tuple(record.get("notes", ())))
    raise ValueError(f"a place cannot have the id {record['id']!r}")


def near(name: str, known: Iterable[str]) -> str:
    """Say what comes near a name: what stands in the same section, else what is spelled alike, else everything.

    Parameters
    ----------
    name : str
        What somebody asked for and is not there.
    known : iterable of str
        What is there.

    Returns
    -------
    str
        A sentence for a message.

    Examples
    --------
    >>> near("osw-2081", ["osw-2018", "digest-2016"])
    'Did you mean osw-2018?'
    """
    names = list(known)
    section = name.partition(".")[0]
    beside = [one for one in names if one.partition(".")[0] == section]
    if beside:
        return f"Near it are {', '.join(beside)}." if len(beside) > 1 else f"Near it is {beside[0]}."
    close = difflib.get_close_matches(name, names, n=5, cutoff=0.6)
    return f"Did you mean {' or '.join(close)}?" if close else f"There are {', '.join(names)}."
