"""A student's own copies of the sources: add one from a file or a link, list them, read from them, remove them.

The course has no text of the sources. A copy is made on the student's machine, from a file that the student has, and
stays there: one JSON file a source, in a folder that only the student can read. Nothing of it is printed but on request
(`sources.show`), and nothing of it is ever sent anywhere.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neutrality import documents, extracting, fetching, fingerprints, matching, records, tables
from neutrality.documents import Document
from neutrality.matching import Found, Match
from neutrality.records import SourceError
from neutrality.wording import counted, dated

COPIES_VARIABLE = "NEUTRALITY_COPIES"
"""Environment variable that names another folder for the copies."""

ENOUGH = 1 / 3
"""The share of a source's prints that a file must have to be taken for a copy of it."""

_ALIKE = 0.9  # of the prints; a true copy with a few words set otherwise has more
_VERSION = 1
_LARGEST = 5_000_000  # bytes of a stored copy
_LONGEST = 20_000  # characters of a place
_REMEDY = "Remove it and add your file again: neutrality sources remove {0}"


@dataclass(frozen=True)
class Copy:
    """A copy as it is stored.

    Attributes
    ----------
    source : str
        As in ``"osw-2018"``.
    added : datetime.date
    origin : str
        The name of the file, or the link, that it was made from.
    places : dict of str to Found
        What it has of the source, in the source's order.
    """

    source: str
    added: dt.date
    origin: str
    places: dict[str, Found]

    @property
    def missing(self) -> list[str]:
        """The places that it has not."""
        return [place for place in fingerprints.places_of(self.source) if place not in self.places]

    @property
    def partly(self) -> list[str]:
        """The places that it has in part."""
        return [place for place, found in self.places.items() if not found.whole]

    def __str__(self) -> str:
        total = len(fingerprints.places_of(self.source))
        parts = [f"{len(self.places)} of {total} places found."]
        if self.missing:
            parts.append(f"Not found: {', '.join(self.missing)}.")
        if self.partly:
            parts.append(f"Found in part: {', '.join(_in_part(place, self.places[place]) for place in self.partly)}.")
        return " ".join(parts)


@dataclass(frozen=True)
class Added:
    """What came of adding a copy.

    Attributes
    ----------
    copy : Copy
        The copy that is there now.
    kept_old : bool
        Whether it is the one that was there before.
    summary : str
        What was found and what was done, in words.
    """

    copy: Copy
    kept_old: bool
    summary: str


def folder() -> Path:
    """Return the folder of the copies: the one that ``NEUTRALITY_COPIES`` names, or one in the user's own data.

    Examples
    --------
    >>> folder().is_absolute()
    True
    """
    named = os.environ.get(COPIES_VARIABLE)
    if named:
        return Path(named).absolute()
    import platformdirs

    return platformdirs.user_data_path("between-minsk-and-moscow") / "copies"


def add(file: str | Path, source_id: str | None = None, *, replace: bool = False) -> Added:
    """Make a copy of a source from a file, or from a link.

    Parameters
    ----------
    file : str or pathlib.Path
        A PDF, a web page or a text; or an http or https address.
    source_id : str, optional
        Which source it is; by default the one that it fits best.
    replace : bool, optional
        Whether a copy that has more places may be replaced.

    Returns
    -------
    Added

    Raises
    ------
    SourceError
        If the file cannot be read, or is not a copy of the source. A copy that is there stays as it is.
    """
    if source_id is not None:
        records.load(source_id)
    name, link = str(file), fetching.is_link(str(file))
    document = documents.parse(fetching.fetch(name), name) if link else documents.read(Path(file))
    origin = name if link else Path(file).name
    source, match, also = _recognise(document, source_id)
    made = Copy(source, dt.datetime.now(dt.UTC).astimezone().date(), origin, match.places)
    left_out = match.words - match.used
    lines = [
        f"{name} is a {document.kind} of {source}: {records.load(source).citation.title}.",
        str(made),
        f"{counted(left_out, 'word')} of the file left out: what is no paragraph or note of the source, such as "
        "headings, menus and repeated quotations.",
    ]
    if match.share < _ALIKE:
        lines.append(
            f"Only {match.share:.0%} of its fingerprint fits: some sentences may be missing or worded otherwise. "
            "Compare it with the original before you quote from it."
        )
    lines += [f"The file also holds {one}. Add it too: neutrality sources add FILE --source {one}" for one in also]
    if made.missing or made.partly:
        lines.append(f"What the copy has not got can be read at {records.load(source).citation.link}")
    old = _if_readable(source)
    if old is not None and not replace and _size(old) > _size(made):
        lines.append(
            f"The copy that you have has more: {_state(old)}. It was kept. Add --replace to replace it all the same."
        )
        return Added(old, True, "\n".join(lines))
    _store(made)
    lines.append(f"Read a place with sources.show({source!r}, {next(iter(made.places))!r}).")
    return Added(made, False, "\n".join(lines))


def add_link(source_id: str, *, replace: bool = False) -> Added:
    """Fetch a source by the link in its record, unless there is a copy of it already.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.
    replace : bool, optional
        Whether to fetch it even if there is a copy.

    Returns
    -------
    Added

    Raises
    ------
    SourceError
        If it cannot be fetched, or what comes is not the source.
    """
    link = records.load(source_id).citation.link
    old = _if_readable(source_id)
    if old is not None and not replace:
        return Added(old, True, f"You have a copy already: {_state(old)}. Add --replace to fetch it anew.")
    return add(link, source_id, replace=replace)


def load(source_id: str) -> Copy | None:
    """Load the copy of a source, or None where there is none.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.

    Returns
    -------
    Copy or None

    Raises
    ------
    SourceError
        If the stored file cannot be read or was damaged; the message says what to do.

    Examples
    --------
    >>> load("osw-2018") is None
    True
    """
    names = fingerprints.places_of(source_id)
    file = _file(source_id)
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{file}: your copy cannot be read ({error.strerror}). {_REMEDY.format(source_id)}") from None
    try:
        return _copy(json.loads(content), source_id, names)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceError(f"{file}: your copy is damaged. {_REMEDY.format(source_id)}") from None


def remove(source_id: str) -> bool:
    """Remove the copy of a source.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.

    Returns
    -------
    bool
        Whether there was one.

    Examples
    --------
    >>> remove("osw-2018")
    False
    """
    records.load(source_id)
    try:
        _file(source_id).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SourceError(f"{_file(source_id)}: cannot be removed ({error.strerror}). Delete it by hand.") from None
    return True


def listing() -> str:
    """Say for every source whether there is a copy, and how complete it is.

    Examples
    --------
    >>> print(listing().splitlines()[0])
    digest-2016: no copy. Add one with: neutrality sources add FILE
    """
    lines = []
    for source_id in records.all_sources():
        try:
            copy = load(source_id)
        except SourceError as error:
            lines.append(f"{source_id}: {error}")
            continue
        lines.append(
            f"{source_id}: " + ("no copy. Add one with: neutrality sources add FILE" if copy is None else _state(copy))
        )
    return "\n".join([*lines, f"Copies are kept in {folder()}"])


def shown(copy: Copy, place: str, *, width: int = 100) -> str:
    """Return the text of a place for display, wrapped and in plain text.

    Parameters
    ----------
    copy : Copy
    place : str
        A place that the copy has.
    width : int, optional
        Characters in a line.

    Returns
    -------
    str
    """
    # Cleaned once more: the stored file may have been edited since.
    text = " ".join(extracting.clean(copy.places[place].text).split())
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def _recognise(document: Document, source_id: str | None) -> tuple[str, Match, list[str]]:
    """Return which source a document is, what it has of it, and which other sources it holds as well."""
    words = sum(len(line.text.split()) for line in document.lines)
    if words > matching.MOST_WORDS:
        raise SourceError(
            f"{document.name}: has {words:,} words; the sources are articles of a few thousand. "
            "Choose the file that has the source alone."
        )
    matches = {one: _match(document, one) for one in _with_prints()}
    best = max(matches, key=lambda one: matches[one].share)
    if source_id is not None and source_id not in matches:
        fingerprints.load(source_id)  # says why there are none
    wanted = best if source_id is None else source_id
    if matches[wanted].share >= ENOUGH:
        also = [one for one, match in matches.items() if one != wanted and match.share >= ENOUGH]
        return wanted, matches[wanted], also
    if matches[best].share >= ENOUGH:
        raise SourceError(f"{document.name}: is not {wanted}; this looks like {best}. Add it as that: --source {best}")
    raise SourceError(f"{document.name}: {_refusal(document, wanted, source_id is None, matches[wanted])}")


def _refusal(document: Document, wanted: str, guessed: bool, match: Match) -> str:
    total = len(match.places) + len(match.missing)
    found = f"{len(match.places)} of its {total} places were found, with {match.share:.0%} of its text"
    if guessed and not match.places:
        links = " and ".join(f"{one} ({records.load(one).citation.link})" for one in _with_prints())
        what, remedy = "is none of the sources", f"The sources are {links}"
    else:
        what = f"is none of the sources; nearest is {wanted}: {found}" if guessed else f"is not {wanted}: {found}"
        remedy = f"The whole English text is needed; it is published at {records.load(wanted).citation.link}"
    return f"{what}. The file is a {document.kind} of {counted(match.words, 'word')}. {remedy}"


def _with_prints() -> Iterable[str]:
    names = records.all_sources()
    return [one for one in names if (tables.readings_folder() / fingerprints.file_name(one)).exists()]


def _match(document: Document, source_id: str) -> Match:
    headings = [place.label for place in records.load(source_id).places if place.kind == "section"]
    return matching.match(document.lines, fingerprints.load(source_id), headings)


def _file(source_id: str) -> Path:
    return folder() / f"{source_id}.json"


def _store(copy: Copy) -> None:
    """Write a copy beside its place and move it there, so that a failure leaves the old one."""
    record = {
        "version": _VERSION,
        "source": copy.source,
        "added": copy.added.isoformat(),
        "origin": copy.origin,
        "places": {
            place: {"text": found.text, "words": found.words, "of": found.of, "share": round(found.share, 4)}
            for place, found in copy.places.items()
        },
    }
    file = _file(copy.source)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made with mode 0600: nobody else on this machine reads it.
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(record, stream, ensure_ascii=False, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SourceError(
            f"{file}: the copy cannot be written ({error.strerror}). "
            f"Make room there, or let {COPIES_VARIABLE} name a folder of yours."
        ) from None


def _copy(record: Mapping[str, Any], source_id: str, names: Iterable[str]) -> Copy:
    """Make a copy of a stored record, or raise what a wrong record raises."""
    if record["version"] != _VERSION or record["source"] != source_id:
        raise ValueError("another version or source")
    places = {name: _found(record["places"][name]) for name in names if name in record["places"]}
    if len(places) != len(record["places"]) or not places:
        raise ValueError("other places")
    return Copy(source_id, dt.date.fromisoformat(record["added"]), extracting.clean(str(record["origin"])), places)


def _found(entry: Mapping[str, Any]) -> Found:
    text, words, of, share = entry["text"], entry["words"], entry["of"], entry["share"]
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST or not re.search(r"\w", text):
        raise ValueError("no text")
    numbers = isinstance(words, int) and isinstance(of, int) and 0 < words < _LONGEST and 0 < of < _LONGEST
    if not numbers or not 0 <= float(share) <= 1:
        raise ValueError("no numbers")
    return Found(text, words, of, float(share))


def _if_readable(source_id: str) -> Copy | None:
    """Return the copy that is there, or None if there is none or it is damaged, so that adding again mends it."""
    try:
        return load(source_id)
    except SourceError:
        return None


def _size(copy: Copy) -> float:
    """Return how many places a copy has, counting those in part by their share of words."""
    # A place in part never counts as much as a whole one, however many words it has.
    return sum(1 if found.whole else min(0.9, found.words / found.of) for found in copy.places.values())


def _state(copy: Copy) -> str:
    total, part = len(fingerprints.places_of(copy.source)), len(copy.partly)
    some = f", {part} of them in part" if part else ""
    return f"{len(copy.places)} of {total} places{some}, added on {dated(copy.added)} from {copy.origin}"


def _in_part(place: str, found: Found) -> str:
    return f"{place} ({min(found.words / found.of, found.share):.0%})"
