"""Find the places of a source in a document, by their prints, and put their text together again.

The document's lines are cut into *atoms*: a line, or a sentence of a long line, or less where a place begins or ends.
Each atom goes to the place to which most of its words belong. Atoms that follow each other in one place are a *chain*.
What repeats a longer chain is a pull quote or a teaser and is left out; what belongs to no place is a menu, a running
head or a comment. So it makes no difference in which order the document has the places, or what stands between the two
halves of a paragraph.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from neutrality import fingerprints
from neutrality.documents import Line
from neutrality.fingerprints import HYPHENS, Print, Word

MOST_WORDS = 40_000
"""A document with more words is not compared."""

_LONG = 30  # words; a longer line is cut at the ends of its sentences
_BELONGS = 0.25  # of an atom's words, for it to go to a place
_NEARLY = 0.8  # of the words that one place has of an atom, for the neighbours to decide between it and another
_WORTH = 0.2  # of what its words should bring, for a chain not to be a repetition
_MOST_CHAINS = 20  # of one place; more are a page of quotations
_MISSING = 0.6  # of an unknown line's words, for it to fill a gap
_FEW = 0.15  # of a place's hashes; with fewer it was not found
_FAR = 60  # atoms; what a page break puts between two lines of a paragraph
_TOUCHING = 12  # words on both sides of a join, among which a run may reach over it
_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*[\d⁰¹²³⁴-⁹]{0,3}\s+(?=[^\w\s]*[^\W\d])")
_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]*[\d⁰¹²³⁴-⁹]{0,3}$")
_OPENING = "\"'“‘„«‹([*_¿¡"
_MARK = re.compile(r"[\[(]?\d{1,3}[\])]?\.?|[⁰¹²³⁴-⁹]+|[*†‡§]+")
_ABBREVIATION = 8  # characters in which such an abbreviation, and what stands before it, has room
_AWAITS = re.compile(r"(?<!\w)(?:pp?|nos?|vol|art|с|s)\.$", re.IGNORECASE)
_END = set(".,;:!?…)]\"'”’»")


@dataclass(frozen=True)
class Found:
    """A place as it was found in a document.

    Attributes
    ----------
    text : str
        In one line.
    words : int
        How many words it has.
    of : int
        How many the place has.
    share : float
        Of its hashes, how many were found.
    """

    text: str
    words: int
    of: int
    share: float

    @property
    def whole(self) -> bool:
        """Whether it has about all the words that it should have.

        Words alone would not do, for others may stand in their place; and a few words set otherwise cost many hashes.
        """
        return self.words >= 0.9 * self.of and self.share >= 0.4


@dataclass(frozen=True)
class Match:
    """What a document has of a source.

    Attributes
    ----------
    places : dict of str to Found
        In the order of the source.
    missing : tuple of str
        The places that were not found.
    share : float
        Of the source's hashes, how many were found.
    words, used : int
        How many words the document has, and how many of them belong to the source.
    """

    places: dict[str, Found]
    missing: tuple[str, ...]
    share: float
    words: int
    used: int


@dataclass
class _Atom:
    """A piece of a line that is judged as one."""

    number: int
    line: int
    start: int
    end: int
    words: int = 0
    place: str = ""
    linked: bool = False  # to the atom before it, by a run of words that reaches over both
    kept: bool = False


@dataclass(frozen=True)
class _Sheet:
    """A document in one text, and cut into atoms."""

    text: str
    lines: Sequence[Line]
    words: Sequence[Word]
    atoms: Sequence[_Atom]

    def piece(self, atom: _Atom) -> str:
        return self.text[atom.start : atom.end].strip()

    def joined(self, atoms: Iterable[_Atom]) -> str:
        """Join atoms line by line, in which form a word that is divided at the end of a line is one word."""
        whole, before = "", None
        for atom in atoms:
            beside = before is not None and before.end == atom.start and before.line == atom.line
            whole += (" " if beside else "\n") + self.piece(atom)
            before = atom
        return whole.strip()

    def own(self, place: str) -> list[_Atom]:
        return [atom for atom in self.atoms if atom.kept and atom.place == place]

    def together(self, one: _Atom, other: _Atom) -> bool:
        """Tell whether two atoms stand on one page and in one block."""
        here, there = self.lines[one.line], self.lines[other.line]
        return (here.page, here.block) == (there.page, there.block)


def match(lines: Sequence[Line], prints: Mapping[str, Print], headings: Iterable[str] = ()) -> Match:
    """Find a source's places in a document.

    Parameters
    ----------
    lines : sequence of Line
        The document.
    prints : mapping of str to Print
        Place to print.
    headings : iterable of str, optional
        The headings of its sections, which belong to no place.

    Returns
    -------
    Match

    Examples
    --------
    >>> page = [Line("Home | News"), Line("The harbour is closed to trawl-"), Line("ers from June to August.")]
    >>> made = fingerprints.print_of("The harbour is closed to trawlers from June to August.")
    >>> match(page, {"s1.p1": made}).places["s1.p1"].text
    'The harbour is closed to trawlers from June to August.'
    """
    if not lines:
        return Match({}, tuple(prints), 0, 0, 0)
    text, starts = _joined(lines)
    words = fingerprints.words(text)
    runs = _Runs(words, prints)
    sheet = _Sheet(text, lines, words, _atoms(text, starts, words, runs))
    _assign(sheet, runs)
    chains = _chains(sheet)
    for place, made in prints.items():
        for chain in _choose(sheet, made, [chain for chain in chains if chain[0].place == place]):
            for atom in chain:
                atom.kept = True
    unfit = _unfit(sheet, headings)
    for place, made in prints.items():
        if sheet.own(place):
            _fill(sheet, place, made, unfit)
    return _result(sheet, prints)


class _Runs:
    """The runs of words of a document that belong to places."""

    def __init__(self, words: Sequence[Word], prints: Mapping[str, Print]) -> None:
        self.firsts = {made.first for made in prints.values()}
        self.lasts = {made.last for made in prints.values()}
        self.prints = prints
        owners: dict[tuple[int, str], list[str]] = defaultdict(list)
        for place, made in prints.items():
            for one in made.hashes:
                owners[made.width, one].append(place)
        plain = [word.text for word in words]
        self.hits = [
            (start, width, one, owners[width, one])
            for width in sorted({made.width for made in prints.values()})
            for start, one in enumerate(fingerprints.shingles(plain, width))
            if (width, one) in owners
        ]


def _joined(lines: Sequence[Line]) -> tuple[str, list[int]]:
    """Join the lines to one text; a blank line keeps blocks apart, so that no word is joined across them."""
    pieces, starts, at = [], [], 0
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        starts.append(at)
        end = "\n" if following is None or following.block == line.block else "\n\n"
        pieces.append(line.text + end)
        at += len(pieces[-1])
    return "".join(pieces), starts


def _atoms(text: str, starts: Sequence[int], words: Sequence[Word], runs: _Runs) -> list[_Atom]:
    """Cut the document into atoms and count their words."""
    cuts = {*starts, len(text), *_sentence_ends(text, starts), *_edges(text, words, runs)}
    line_starts, line = set(starts), -1
    atoms: list[_Atom] = []
    for start, end in pairwise(sorted(cuts)):
        line += start in line_starts
        atoms.append(_Atom(len(atoms), line, start, end))
    for number in _numbers(words, atoms):
        atoms[number].words += 1
    return atoms


def _numbers(words: Sequence[Word], atoms: Sequence[_Atom]) -> list[int]:
    """Return for each word the number of the atom in which it begins."""
    found, number = [], 0
    for word in words:
        while atoms[number].end <= word.start:
            number += 1
        found.append(number)
    return found


def _sentence_ends(text: str, starts: Sequence[int]) -> Iterator[int]:
    for start, end in pairwise([*starts, len(text)]):
        line = text[start:end]
        if len(line.split()) > _LONG:
            yield from (start + found.end() for found in _SENTENCE.finditer(line))


def _edges(text: str, words: Sequence[Word], runs: _Runs) -> Iterator[int]:
    """Yield where a place begins or ends inside a line."""
    for start, width, one, _ in runs.hits:
        if one in runs.firsts:
            at = words[start].start
            while at and text[at - 1] in _OPENING:
                at -= 1
            yield at
        last = start + width - 1
        if one in runs.lasts and last + 1 < len(words):
            yield from _after(text, words[last].end, words[last + 1].start)


def _after(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where the place ends that has its last word before `start`, if the next word is in the same line.

    Between the two may stand what ends the place (a full stop, a page number, an address) and then the mark of the note
    that begins.
    """
    between = text[start:end]
    if "\n" in between:
        return
    at = next((start + offset for offset, one in enumerate(between) if one.isspace()), end)
    # After 'p.' even a bare number is no mark of a note.
    awaited = (
        re.match(r"\s*\S+", between[at - start :]) if _AWAITS.search(text[max(0, at - _ABBREVIATION) : at]) else None
    )
    if awaited:
        at += awaited.end()
    for token in re.finditer(r"(?<=\s)\S+", between):
        if fingerprints.is_url(token[0]) or (token[0][-1] in _END and not _MARK.fullmatch(token[0])):
            at = max(at, start + token.end())
    if at < end:
        yield at


def _assign(sheet: _Sheet, runs: _Runs) -> None:
    """Give each atom to the place to which most of its words belong, and note which atoms are linked."""
    numbers = _numbers(sheet.words, sheet.atoms)
    covered: list[dict[str, float]] = [{} for _ in sheet.words]
    for start, width, _, places in runs.hits:
        for cover in covered[start : start + width]:
            for place in places:
                cover[place] = max(cover.get(place, 0), 1 / len(places))
    votes: list[dict[str, float]] = [defaultdict(float) for _ in sheet.atoms]
    counts: list[Counter[str]] = [Counter() for _ in sheet.atoms]
    for number, cover in zip(numbers, covered, strict=True):
        counts[number].update(cover.keys())
        for place, weight in cover.items():
            votes[number][place] += weight
    _decide(sheet.atoms, votes, counts)
    for start, width, _, places in runs.hits:
        first, last = numbers[start], numbers[start + width - 1]
        for atom in sheet.atoms[first + 1 : last + 1]:
            atom.linked |= sheet.atoms[first].place == atom.place and atom.place in places


def _decide(atoms: Sequence[_Atom], votes: Sequence[Mapping[str, float]], counts: Sequence[Mapping[str, int]]) -> None:
    """Choose the place with the most votes; where another has nearly as many of the words, the neighbours decide."""
    doubtful: list[tuple[_Atom, set[str]]] = []
    for atom, weights, words in zip(atoms, votes, counts, strict=True):
        if not atom.words or max(weights.values(), default=0) < _BELONGS * atom.words:
            continue
        atom.place = max(weights, key=lambda place: weights[place])
        likely = {place for place, count in words.items() if count >= _NEARLY * max(words.values())}
        if len(likely) > 1:
            doubtful.append((atom, likely))
    for atom, likely in doubtful:
        beside = [*reversed(atoms[max(atom.number - 3, 0) : atom.number]), *atoms[atom.number + 1 :][:3]]
        atom.place = next((one.place for one in beside if one.place in likely), atom.place)


def _chains(sheet: _Sheet) -> list[list[_Atom]]:
    """Group what follows each other in one place; atoms without a word do not come between."""
    plain = [word.text for word in sheet.words]
    followed: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for at in range(3, len(plain)):
        followed[tuple(plain[at - 3 : at])].add(plain[at])
    chains: list[list[_Atom]] = []
    before, at = None, 0
    for atom in sheet.atoms:
        if not atom.words:
            continue
        # The same words with another one after them: here or there a quotation ends.
        alone = len(followed[tuple(plain[at - 3 : at])]) < 2
        same = atom.place and before is not None and before.place == atom.place
        if same and (atom.linked or (alone and _goes_on(sheet, chains[-1][-1], atom))):
            chains[-1].append(atom)
        elif atom.place:
            chains.append([atom])
        before, at = atom, at + atom.words
    return chains


def _goes_on(sheet: _Sheet, left: _Atom, right: _Atom) -> bool:
    """Tell whether a sentence plainly goes on from one atom to the next, even if no run that is kept reaches over."""
    first = sheet.piece(right)[:1]
    return sheet.together(left, right) and first.islower() and not _ENDS.search(sheet.piece(left))


def _choose(sheet: _Sheet, made: Print, chains: Sequence[list[_Atom]]) -> list[list[_Atom]]:
    """Leave out, one after another, the chains without which the rest is the better text of the place.

    The better text has more of the place's print in fewer words. So a pull quote goes, for it brings nothing new and
    stands between two lines that belong together; and of a teaser and the text that it announces the text stays.
    """
    hits = {id(chain): _hits(sheet.joined(chain), made) for chain in chains}
    kept = list(chains)
    if len(kept) > _MOST_CHAINS:
        kept = list({_plain(sheet.joined(chain)): chain for chain in reversed(kept)}.values())
        longest = sorted(kept, key=lambda chain: -len(hits[id(chain)]))[:_MOST_CHAINS]
        kept = sorted(longest, key=lambda chain: chain[0].number)
    cost = _WORTH * len(made.hashes) / made.words
    joins: dict[tuple[int, int], tuple[set[str], float]] = {}

    def worth(some: Sequence[list[_Atom]]) -> float:
        found = set().union(*(hits[id(chain)] for chain in some))
        fit = 0.0
        for left, right in pairwise(some):
            key = (id(left), id(right))
            if key not in joins:
                joins[key] = _over(sheet, made, left, right), _fit(sheet, left[-1], right[0])
            found |= joins[key][0]
            fit += joins[key][1]
        return len(found) + fit - cost * sum(atom.words for chain in some for atom in chain)

    best = worth(kept)
    while len(kept) > 1:
        without = [[*kept[:at], *kept[at + 1 :]] for at in range(len(kept))]
        worths = [worth(some) for some in without]
        if max(worths) <= best:
            break
        best = max(worths)
        kept = without[max(at for at, one in enumerate(worths) if one == best)]
    return kept


def _fit(sheet: _Sheet, left: _Atom, right: _Atom) -> float:
    """Say how well two pieces follow each other, for where their words do not tell: always less than one hash does."""
    ended, start = bool(_ENDS.search(sheet.piece(left))), sheet.piece(right).lstrip(_OPENING)[:1]
    between = sheet.atoms[left.number + 1 : right.number]
    near = all(atom.place == left.place for atom in between if atom.words) and sheet.together(left, right)
    return 0.3 * near + 0.3 * (ended == start.isupper())


def _hits(text: str, made: Print) -> set[str]:
    """Return what a text has of a place's print."""
    words = [word.text for word in fingerprints.words(text)]
    return set(made.hashes.intersection(fingerprints.shingles(words, made.width)))


def _over(sheet: _Sheet, made: Print, left: Sequence[_Atom], right: Sequence[_Atom]) -> set[str]:
    """Return what of a print reaches over from one piece of text to another, if nothing stands between them."""
    before = " ".join(sheet.joined(left[-_TOUCHING:]).split()[-_TOUCHING:])
    after = " ".join(sheet.joined(right[:_TOUCHING]).split()[:_TOUCHING])
    return _hits(f"{before}\n{after}", made)


def _unfit(sheet: _Sheet, headings: Iterable[str]) -> set[int]:
    """Return the numbers of the atoms that never fill a gap: headings, and lines that stand on several pages."""
    plain = {atom.number: _plain(sheet.piece(atom)) for atom in sheet.atoms if atom.words and not atom.kept}
    known = {_plain(heading) for heading in headings}
    pages: dict[str, set[int]] = defaultdict(set)
    for number, words in plain.items():
        pages[words].add(sheet.lines[sheet.atoms[number].line].page)
    return {number for number, words in plain.items() if words in known or len(pages[words]) > 1}


def _plain(text: str) -> str:
    return " ".join(word.text for word in fingerprints.words(text))


def _fill(sheet: _Sheet, place: str, made: Print, unfit: set[int]) -> None:
    """Keep the unknown lines that belong to a place: those that another rendering has otherwise, or too short alone."""
    _keep_what_joins(sheet, place, made, {atom.number for atom in sheet.atoms if atom.words and not atom.kept} - unfit)
    _keep_what_is_missing(sheet, place, made, {atom.number for atom in sheet.atoms if not atom.place} - unfit)
    own = sheet.own(place)
    for near, following in zip(own, [*(atom.number for atom in own[1:]), len(sheet.atoms)], strict=True):
        _keep_what_has_no_words(sheet, near, following)


def _keep_what_joins(sheet: _Sheet, place: str, made: Print, free: set[int]) -> None:
    """Keep a line which, joined to a line of the place, gives more of its print.

    Such are the last words of a paragraph, which a page break has torn off and which are too short alone.
    """
    own = sheet.own(place)
    found = _hits(sheet.joined(own), made)
    for at, gap in enumerate(_gaps(sheet, own)):
        left, right = own[max(at - _TOUCHING, 0) : at], own[at : at + _TOUCHING]
        for atom in gap:
            if atom.number not in free or found >= made.hashes:
                continue
            new = (_over(sheet, made, left, [atom]) if left else set()) | (
                _over(sheet, made, [atom], right) if right else set()
            )
            if new - found:
                atom.kept, atom.place = True, place
                free.discard(atom.number)
                found |= new
                left = [*left, atom]


def _gaps(sheet: _Sheet, own: Sequence[_Atom]) -> Iterator[Sequence[_Atom]]:
    """Yield what stands before the first atom of a place, between each two, and after the last, if it is near."""
    first, last = own[0].number, own[-1].number
    yield sheet.atoms[max(first - _FAR, 0) : first]
    for before, after in pairwise(own):
        between = sheet.atoms[before.number + 1 : after.number]
        yield between if len(between) <= 2 * _FAR else [*between[:_FAR], *between[-_FAR:]]
    yield sheet.atoms[last + 1 : last + 1 + _FAR]


def _keep_what_is_missing(sheet: _Sheet, place: str, made: Print, free: set[int]) -> None:
    """Keep the unknown lines that stand right beside lines of a place which is short of as many words.

    A running head or a caption stands there too; but if the place has all its words, nothing is missing.
    """
    own = sheet.own(place)
    found = _hits(sheet.joined(own), made)
    missing = made.words - sum(atom.words for atom in own)
    for before, after in pairwise(own):
        gap = sheet.atoms[before.number + 1 : after.number]
        for atom in {
            one.number: one for one in [*_beside(sheet, before, gap), *_beside(sheet, after, gap[::-1])]
        }.values():
            missing -= _keep_if(atom, place, missing, free)
    for sought, near, step in ((made.first, own[0], -1), (made.last, own[-1], 1)):
        beside = near.number + step
        if sought not in found and 0 <= beside < len(sheet.atoms) and sheet.together(near, sheet.atoms[beside]):
            missing -= _keep_if(sheet.atoms[beside], place, missing, free)


def _beside(sheet: _Sheet, near: _Atom, gap: Iterable[_Atom]) -> Iterator[_Atom]:
    """Yield the atoms of a gap up to one that belongs elsewhere, or to the end of the page or block."""
    for atom in gap:
        if atom.place or not sheet.together(near, atom):
            return
        yield atom


def _keep_if(atom: _Atom, place: str, missing: int, free: set[int]) -> int:
    """Keep an unknown atom if a place is short of its words, and return how many words that were."""
    if atom.number not in free or missing < _MISSING * atom.words:
        return 0
    atom.kept, atom.place = True, place
    free.discard(atom.number)
    return atom.words


def _keep_what_has_no_words(sheet: _Sheet, near: _Atom, following: int) -> None:
    """Keep an address or a number that goes on what stands before it; not the number of a page or of a note."""
    end = sheet.piece(near)
    for atom in sheet.atoms[near.number + 1 : following]:
        tokens = sheet.piece(atom).split()
        if atom.words or not sheet.together(near, atom):
            return
        if tokens and (
            _is_address(end, tokens)
            or _AWAITS.search(end)
            or (tokens[-1][-1] in _END and not _MARK.fullmatch(tokens[0]))
        ):
            atom.kept, atom.place = True, near.place
            end = tokens[-1]


def _is_address(before: str, tokens: Sequence[str]) -> bool:
    goes_on = fingerprints.is_url(before.split()[-1]) and fingerprints.goes_on_as_url(before, tokens[0])
    return goes_on or any(fingerprints.is_url(token) for token in tokens)


def _result(sheet: _Sheet, prints: Mapping[str, Print]) -> Match:
    known = Counter(re.findall(rf"[^\W\d_]+(?:[{HYPHENS}][^\W\d_]+)*", sheet.text.casefold()))
    places, hashes = {}, 0
    for place, made in prints.items():
        text = _running(sheet, sheet.own(place), known)
        hits = len(_hits(text, made))
        if hits >= max(1, _FEW * len(made.hashes)):
            places[place] = Found(text, len(fingerprints.words(text)), made.words, hits / len(made.hashes))
            hashes += hits
    share = hashes / sum(len(made.hashes) for made in prints.values())
    missing = tuple(place for place in prints if place not in places)
    return Match(places, missing, share, len(sheet.words), sum(found.words for found in places.values()))


def _running(sheet: _Sheet, atoms: Sequence[_Atom], known: Mapping[str, int]) -> str:
    """Join atoms to running text."""
    whole, before = "", None
    for atom in atoms:
        piece = sheet.text[atom.start : atom.end]
        if before is None or (atom.start == before.end and atom.line == before.line):
            whole += piece
        else:
            whole = _join(whole.rstrip(), piece.lstrip(), known)
        before = atom
    return " ".join(whole.split())


def _join(left: str, right: str, known: Mapping[str, int]) -> str:
    """Join two lines: a divided word and a broken address without a blank."""
    token, following = left.split()[-1:], right.split()[:1]
    if token and following and fingerprints.is_url(token[0]) and fingerprints.goes_on_as_url(token[0], following[0]):
        return left + right
    divided = re.search(rf"([^\W\d_]+)[{HYPHENS}]$", left)
    goes_on = re.match(r"[^\W\d_]+", right)
    if not divided or not goes_on:
        return f"{left} {right}"
    return left + right if _hyphenated(left[-1], divided[1], goes_on[0], known) else left[:-1] + right


def _hyphenated(hyphen: str, left: str, right: str, known: Mapping[str, int]) -> bool:
    """Tell a hyphen that belongs to the word from one that only divides it, by the other words of the document."""
    if hyphen == "\u00ad":
        return False
    if right[0].isupper() or known[f"{left}-{right}".casefold()]:
        return True
    if known[f"{left}{right}".casefold()]:
        return False
    return bool(known[left.casefold()] > 1 and known[right.casefold()] > 1)
