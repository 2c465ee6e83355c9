r"""What the course keeps of a source's text: hashes of short runs of words, from which a copy can be recognised.

A text is reduced to its words: letters only, without case, accents, hyphens, apostrophes, numbers and addresses. So the
raised number of a note, another kind of quotation mark, or a word that is divided at the end of a line makes no
difference. Each run of five words (a *shingle*) is hashed, and a place's print is a set of these hashes.

What this protects, and what not. No word of a source is stored, and the hashes are sorted, so that they do not show the
order of the text. A hash of 32 bits fits very many runs of words. Somebody who has a sentence already can check
whether it is in the source; that is what the prints are for. Runs that overlap could be guessed one word at a time,
each guess being checked by the next hash. So of a longer place only about every second hash is kept, which makes this
much harder, but not impossible.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from neutrality import records, tables
from neutrality.records import SourceError

LENGTH = 5
"""Words in a run."""

SAMPLE = 2
"""Of a longer place the hashes are kept that this number divides."""

SHORT = 28
"""Of a place with fewer words every hash is kept."""

FEWEST = 3
"""A place needs so many words to be recognised."""

ALGORITHM = "blake2b, 4 bytes"
"""How a run of words, joined by blanks, is hashed."""

HYPHENS = "-\u2010\u2011\u00ad"
"""Characters that join two parts of a word: hyphens, and the soft hyphen."""

# Raised numbers and the like count as characters of a word for `re`, and are none.
_NUMBERS = "".join(chr(code) for code in range(0x3300) if unicodedata.category(chr(code)) == "No")
_LETTERS = rf"[^\W\d_{_NUMBERS}]+"
_APOSTROPHES = "'’ʼ‘`´"
# Letters that Unicode does not take apart.
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
# A word may go on after a hyphen at the end of a line.
_WORD = re.compile(rf"{_LETTERS}(?:(?:[{_APOSTROPHES}]|[{HYPHENS}]\n?){_LETTERS})*")
_URL = re.compile(r"\S*(?:://|\bwww\.)\S*")
_URL_REST = re.compile(r"\S*[/?=&_%]\S*|\S*-\S+-\S*")
_PLACE = re.compile(r"\[(?P<place>[a-z0-9.]+)\]\s+(?P<text>\S.*)")


class Word(NamedTuple):
    """A word of a text, reduced to what is compared, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Print:
    """What is kept of one place.

    Attributes
    ----------
    words : int
        How many words it has.
    first, last : str
        The hashes of its first and of its last run of words.
    hashes : frozenset of str
        These two, and the others that are kept.
    """

    words: int
    first: str
    last: str
    hashes: frozenset[str]

    @property
    def width(self) -> int:
        """How many words were hashed together: fewer than `LENGTH` only if the place has fewer."""
        return min(self.words, LENGTH)


def words(text: str) -> list[Word]:
    r"""Reduce a text to its words.

    Parameters
    ----------
    text : str
        Running text, or lines with a ``"\n"`` between them.

    Returns
    -------
    list of Word
        In the order of the text. Numbers and addresses are left out.

    Examples
    --------
    >>> [word.text for word in words("The island’s deep-sea fish-\ning rights⁷ (1994): see https://example.org/a-b.")]
    ['the', 'islands', 'deepsea', 'fishing', 'rights', 'see']
    """
    masked = _without_urls(text)
    return [Word(_reduced(found[0]), found.start(), found.end()) for found in _WORD.finditer(masked)]


def is_url(token: str) -> bool:
    """Tell whether a piece of text without blanks is an address.

    Examples
    --------
    >>> is_url("(https://example.org/a),"), is_url("and/or")
    (True, False)
    """
    return bool(_URL.fullmatch(token))


def goes_on_as_url(before: str, token: str) -> bool:
    """Tell whether a piece of text is the rest of an address that was broken by a blank or by the end of a line.

    Examples
    --------
    >>> goes_on_as_url("https://example.org/index.", "php?id=69"), goes_on_as_url("https://example.org/a-", "long-name")
    (True, True)
    >>> goes_on_as_url("https://example.org/", "See")
    False
    """
    return before[-1] in "-_=&?" or bool(_URL_REST.fullmatch(token))


def shingles(text: Sequence[str], width: int = LENGTH) -> list[str]:
    """Hash every run of words.

    Parameters
    ----------
    text : sequence of str
        Words, as `words` gives them.
    width : int, optional
        Words in a run.

    Returns
    -------
    list of str
        One hash for each word with which a run begins, in the order of the text.

    Examples
    --------
    >>> len(shingles("the island has only one harbour".split()))
    2
    """
    runs = (" ".join(text[start : start + width]) for start in range(len(text) - width + 1))
    return [hashlib.blake2b(run.encode(), digest_size=4).hexdigest() for run in runs]


def print_of(text: str) -> Print:
    """Make the print of one place.

    Parameters
    ----------
    text : str
        The text of the place.

    Returns
    -------
    Print

    Raises
    ------
    SourceError
        If it has too few words to be recognised.

    Examples
    --------
    >>> print_of("The island has only one harbour.").words
    6
    """
    found = [word.text for word in words(text)]
    if len(found) < FEWEST:
        raise SourceError(f"{text!r} has fewer than {FEWEST} words: too short to be recognised")
    hashes = shingles(found, min(len(found), LENGTH))
    kept = {one for one in hashes if len(found) < SHORT or int(one, 16) % SAMPLE == 0}
    return Print(len(found), hashes[0], hashes[-1], frozenset(kept | {hashes[0], hashes[-1]}))


def located(text: str) -> dict[str, str]:
    r"""Read a text whose places are marked, as in ``[s1.p2] The paragraph.``, one place a line.

    Parameters
    ----------
    text : str
        The text; lines that do not begin with a place are headings or remarks and are left out.

    Returns
    -------
    dict of str to str
        Place to its text.

    Raises
    ------
    SourceError
        If a place stands there twice.

    Examples
    --------
    >>> located("# s1 Fish\n\n[s1.p1] The island has one harbour.\n")
    {'s1.p1': 'The island has one harbour.'}
    """
    found = [match for line in text.splitlines() if (match := _PLACE.fullmatch(line.strip()))]
    twice = {match["place"] for match in found if sum(other["place"] == match["place"] for other in found) > 1}
    if twice:
        raise SourceError(f"the text has the place {min(twice)} more than once")
    return {match["place"]: match["text"] for match in found}


def build(source_id: str, text: str) -> str:
    """Make the prints of a source from its located text.

    Parameters
    ----------
    source_id : str
        A source that has a record.
    text : str
        Its text, as `located` reads it.

    Returns
    -------
    str
        JSON, one line a place: what the file beside the record holds.

    Raises
    ------
    SourceError
        If the text does not have just the places of the record.
    """
    texts, places = located(text), places_of(source_id)
    for what, names in (
        ("the record has no place", [name for name in texts if name not in places]),
        ("the text has no place", [name for name in places if name not in texts]),
    ):
        if names:
            raise SourceError(f"{source_id}: {what} {', '.join(names)}. Mark the text with the places of the record.")
    head = {"source": source_id, "algorithm": ALGORITHM, "length": LENGTH, "sample": SAMPLE, "short": SHORT}
    lines = [f"{_json(name)}: {_json(_plain(print_of(texts[name])))}" for name in places]
    return "\n".join([f'{_json(head)[:-1]}, "places": {{', ",\n".join(lines), "}}", ""])


def load(source_id: str) -> dict[str, Print]:
    """Load the prints of a source.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.

    Returns
    -------
    dict of str to Print
        Place to print, in the order of the text.

    Raises
    ------
    SourceError
        If there are none for the source, or they are malformed or do not fit its record.

    Examples
    --------
    >>> load("osw-2018")["fn2"].words
    9
    """
    places = places_of(source_id)
    file = tables.readings_folder() / file_name(source_id)
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        made = (record["algorithm"], record["length"], record["sample"], record["short"])
        prints = {name: _print(entry) for name, entry in record["places"].items()}
    except FileNotFoundError:
        raise SourceError(
            f"{source_id}: the course has no fingerprints of this source ({file.name}), so a copy cannot be recognised"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{file}: is malformed ({error!r}). Make it again with: {_again(source_id)}") from error
    if made != (ALGORITHM, LENGTH, SAMPLE, SHORT) or list(prints) != places:
        raise SourceError(f"{file}: does not fit the record or this program. Make it again with: {_again(source_id)}")
    return prints


def places_of(source_id: str) -> list[str]:
    """List the places of a source that have text of their own, in its order.

    Parameters
    ----------
    source_id : str
        As in ``"osw-2018"``.

    Returns
    -------
    list of str
        Paragraphs, items of lists and notes; a section is made of them and is not listed.

    Examples
    --------
    >>> places_of("digest-2016")[:4]
    ['lead.p1', 'lead.p2', 'lead.p3', 's1.p1']
    """
    source = records.load(source_id)
    return [place.id for place in source.places if place.kind != "section" and not source.parts(place)]


def file_name(source_id: str) -> str:
    """Return the name of the file with a source's prints, which stands beside its record.

    Examples
    --------
    >>> file_name("osw-2018")
    'osw-2018.prints.json'
    """
    return f"{source_id}.prints.json"


def _without_urls(text: str) -> str:
    """Blank the addresses out, so that everything keeps its place."""
    pieces = list(text)
    for start, end in _urls(text):
        pieces[start:end] = " " * (end - start)
    return "".join(pieces)


def _urls(text: str) -> Iterator[tuple[int, int]]:
    before = ""
    for token in re.finditer(r"\S+", text):
        inside = is_url(token[0]) or bool(before and goes_on_as_url(before, token[0]))
        before = token[0] if inside else ""
        if inside:
            yield token.span()


@lru_cache(maxsize=1 << 15)
def _reduced(word: str) -> str:
    """Leave of a word what is compared; 'ﬁ' becomes 'fi', 'ń' becomes 'n' and 'ł' becomes 'l'."""
    # No word of a language is longer; some single characters unfold to eighteen.
    folded = unicodedata.normalize("NFKD", word[:80].casefold()).translate(_STROKES)
    return "".join(letter for letter in folded if letter.isalpha())


def _plain(made: Print) -> dict[str, Any]:
    return {"words": made.words, "first": made.first, "last": made.last, "hashes": "".join(sorted(made.hashes))}


def _print(entry: Mapping[str, Any]) -> Print:
    hashes = frozenset(re.findall("[0-9a-f]{8}", entry["hashes"]))
    found = Print(int(entry["words"]), entry["first"], entry["last"], hashes)
    if len(hashes) * 8 != len(entry["hashes"]) or not {found.first, found.last} <= hashes or found.words < FEWEST:
        raise ValueError(f"a print has {entry['words']} words and the hashes {entry['hashes'][:20]}…")
    return found


def _again(source_id: str) -> str:
    return f"neutrality sources fingerprint FILE {source_id}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
