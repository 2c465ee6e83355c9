"""Compute the keys of problem set 0's counting item anew, and the wrong answers that its messages foresee.

The notes of a section, and whether a note only names other texts, are read from the record of the source.
"""

import re
from typing import Any

from neutrality import sources


def only_naming(given: dict[str, Any]) -> int:
    """Count the notes of a part that only name other texts."""
    return sum(label in {"A reference", "References"} for label in _labels(given))


def all_notes(given: dict[str, Any]) -> int:
    """Count all notes of a part, wrongly."""
    return len(_labels(given))


def saying(given: dict[str, Any]) -> int:
    """Count the notes of a part that say something themselves, which is the opposite question."""
    return all_notes(given) - only_naming(given)


def _labels(given: dict[str, Any]) -> list[str]:
    """Return what the record says of the form of each note of the sections that a part names."""
    record = sources.load("osw-2018")
    sections = tuple(f"s{number}." for number in re.findall(r"\d", given["part"]))
    notes = [note for place in record.places if place.id.startswith(sections) for note in place.notes]
    return [record.place(note).label for note in notes]
