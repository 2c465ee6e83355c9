"""The two sources, for a reader: their records, and their text where you have a copy.

The course holds a record of each source and none of its text. A *locator* names a place in a source:
``osw-2018 s1.p3`` is section 1, paragraph 3; ``osw-2018 fn2`` is note 2; ``digest-2016 s2.b3`` is the third item of the
list in section 2. `show` prints a place from the reader's own copy (see `neutrality.copies`), or says where to read it.
The records are read in `neutrality.records`, and the outside references in `neutrality.references`.
"""

from __future__ import annotations

from neutrality.records import (
    Kind,
    Nature,
    Place,
    Source,
    SourceError,
    Work,
    all_sources,
    exists,
    load,
    parse,
    within,
)
from neutrality.references import REFERENCES, Reference, reference, references
from neutrality.wording import dated

__all__ = [
    "REFERENCES",
    "Kind",
    "Nature",
    "Place",
    "Reference",
    "Source",
    "SourceError",
    "Work",
    "all_sources",
    "exists",
    "load",
    "parse",
    "reference",
    "references",
    "show",
    "within",
]


def show(source_id: str, place: str) -> None:
    """Print what a place is about, and its text if you have added a copy of the source.

    The course holds none of the sources' text. Without a copy of your own you get the link; how to add one is said by
    ``neutrality sources add --help``.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.
    place : str
        As in ``"s2.p3"``. Of a whole section everything in it is shown.

    Raises
    ------
    SourceError
        If there is no such source or place.

    Examples
    --------
    >>> show("digest-2016", "s2.b3")
    digest-2016 s2.b3 (section 2, item 3 of the list): Third item of the list
    In: Unsigned, "Analytical Paper: Belarus becomes neutral to survive", Belarus Digest (web page), undated.
    Read it in your own copy, or at https://belarusdigest.com/story/ostrogorski-centre-belarus-becomes-neutral-to-survive/
    """
    source = load(source_id)
    found = source.place(place)
    print(f"{found.locator} ({found.words}): {found.label}")
    if found.notes:
        print(f"Notes to it: {', '.join(found.notes)}.")
    print(f"In: {source.citation}.")
    print(_own(source, found))


def _own(source: Source, place: Place) -> str:
    """Return a place's text from the reader's own copy, or where else to read it."""
    # Imported here, because most readers of a record need no copy, and reading files takes long to import.
    from neutrality import copies

    try:
        copy = copies.load(source.id)
    except SourceError as error:
        return f"{error}\nUntil then, read it at {source.citation.link}"
    if copy is None:
        return f"Read it in your own copy, or at {source.citation.link}"
    wanted = list(source.parts(place)) or [place]
    there = [part for part in wanted if part.id in copy.places]
    texts = [copies.shown(copy, part.id) for part in there]
    if wanted != [place]:
        texts = [f"[{part.id}]\n{text}" for part, text in zip(there, texts, strict=True)]
    lines = ["", *(f"{text}\n" for text in texts)] if texts else []
    absent = [part.id for part in wanted if part not in there]
    if absent:
        lines.append(f"Your copy has not got {', '.join(absent)}. Read it at {source.citation.link}")
    part_only = [part.id for part in there if not copy.places[part.id].whole]
    if part_only:
        lines.append(f"Your copy has only a part of {', '.join(part_only)}. The whole is at {source.citation.link}")
    if there:
        lines.append(f"From your own copy, added on {dated(copy.added)}")
    return "\n".join(lines)
