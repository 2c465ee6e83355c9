"""Which personal data a course keeps, where, and what each is still good for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairmark import adjustments, archive, research, roster, settings
from fairmark.settings import Settings, SettingsError

_PROOF = "needed until appeals are over"
_AGAIN = "may go at any time: made again by "
_WHAT = (
    ("gradebook.db", "ids, names, answers, marks, comments, and the log of every mark", _PROOF),
    ("submitted", "the notebooks as they were handed in", _PROOF),
    ("attempts.db", "what was sent to the marking service", _PROOF),
    ("exchange", "the notebooks on their way in and out", "may go when they are collected and returned"),
    ("autograded", "the marked notebooks", f"{_AGAIN}fairmark mark"),
    ("feedback", "the feedback pages", f"{_AGAIN}fairmark feedback"),
    ("drafts", "unfinished marks of written answers", "may go when all are marked"),
    ("backups", "older copies of the gradebook", "may go with the gradebook"),
    (roster.NAME, "the class list", f"yours alone: {_PROOF}"),
    (adjustments.NAME, "extensions and excuses, with their reasons", f"yours alone: {_PROOF}"),
    (research.CONSENT, "who agreed to research", "yours alone: needed as long as the table for research is kept"),
    ("research", "points under pseudonyms, of students who agreed", "may go when the research is over"),
    (research.KEY, "who is who under these pseudonyms", "may go at any time: fairmark export --forget-key"),
    ("reports", "item reports: a count of one may point to a person", f"{_AGAIN}fairmark report"),
    ("class.json", "an invented class, no real person", "may go at any time"),
)


@dataclass(frozen=True)
class Kept:
    """One place that holds personal data.

    Attributes
    ----------
    term : str
    where : Path
    what : str
    until : str
        What speaks for keeping it, or when it may go.
    size : int
        Bytes.
    """

    term: str
    where: Path
    what: str
    until: str
    size: int


def kept(course: Settings) -> list[Kept]:
    """List the places of this term and of earlier ones, as far as there are any."""
    return [one for term in _terms(course) for one in _of(term)]


def _terms(course: Settings) -> Iterator[Settings]:
    yield course
    for file in sorted(course.file.parent.glob(f"{course.file.stem}-*.toml")):
        try:
            earlier = settings.load(file)
        except SettingsError:
            continue
        if earlier.workdir != course.workdir:
            yield earlier


def _of(course: Settings) -> Iterator[Kept]:
    folder = course.workdir
    for name, what, until in _WHAT:
        place = course.exchange if name == "exchange" and course.exchange else folder / name
        if place.exists():
            yield Kept(course.term, place, what, until, _size(place))
    listed = {name for name, _, _ in _WHAT}
    # For a platform, marks are filled into a file of any kind, with a report in words beside it.
    for file in sorted(one for one in {*folder.glob("*.csv"), *folder.glob("for-*")} if one.name not in listed):
        yield Kept(course.term, file, "exported marks", f"{_AGAIN}fairmark export", _size(file))
    for copy in archive.of(course):
        yield Kept(course.term, copy, "the archived term", "see its README.txt", _size(copy))


def _size(place: Path) -> int:
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file() and not one.is_symlink()]
    return sum(one.stat().st_size for one in files)
