"""Fingerprints are the same for every rendering of a text, and hold no word of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neutrality import fingerprints, sources, tables
from neutrality.sources import SourceError

from . import renderings

SHARED = Path(__file__).resolve().parents[3] / "shared"
PLAIN = 'The island\'s deep-sea crews, who fished the "northern" shelf, saw the Office of Fisheries in Zürich close'


def _words(text: str) -> list[str]:
    return [word.text for word in fingerprints.words(text)]


@pytest.mark.parametrize(
    "rendering",
    [
        PLAIN.upper(),
        PLAIN.replace("'", "’").replace('"', "“"),
        PLAIN.replace("deep-sea", "deep-\nsea").replace("fished", "fi-\nshed"),
        PLAIN.replace("-", "\u2011").replace("northern", "nor\u00adthern"),
        PLAIN.replace(" ", "\n"),
        PLAIN.replace("ffi", "\ufb03").replace("fi", "\ufb01"),
        PLAIN.replace("ü", "u\u0308").replace("u\u0308", "ü"),
        PLAIN.replace("ü", "u"),
        PLAIN.replace("shelf", "shelf⁷").replace("crews", "crews12"),
        PLAIN.replace("shelf", "shelf [7]").replace("crews", "crews*"),
        PLAIN + " 1994, 248–9.",
        PLAIN + " https://example.org/a-b/c_d. 12",
        PLAIN + " https://example.org/index. php?id=697",
        PLAIN + " (www.example.org/some-\nlong-name)",
    ],
)
def test_typography_makes_no_difference(rendering: str) -> None:
    """Case, quotes, hyphens, line ends, ligatures, accents, note marks, numbers and addresses are not compared."""
    assert _words(rendering) == _words(PLAIN)


@pytest.mark.parametrize("other", [PLAIN.replace("saw", "see"), PLAIN.replace("the Office", "Office"), PLAIN[5:]])
def test_words_make_a_difference(other: str) -> None:
    """Another word, or one less, is another text."""
    assert _words(other) != _words(PLAIN)


def test_a_word_keeps_its_place() -> None:
    """What was cut out around a word does not move it."""
    text = "See https://example.org/x and “deep-\nsea”."
    assert [text[word.start : word.end] for word in fingerprints.words(text)] == ["See", "and", "deep-\nsea"]


def test_a_long_place_is_sampled_and_a_short_one_is_not() -> None:
    """Of a long place about half of the hashes are kept, its first and its last always."""
    long = renderings.island().places["s1.p1"]
    made, every = fingerprints.print_of(long), fingerprints.shingles(_words(long))
    assert (made.first, made.last) == (every[0], every[-1])
    assert {made.first, made.last} <= made.hashes < set(every)
    assert 0.3 < len(made.hashes) / len(every) < 0.7
    short = "The closed season had no warden and no bell."
    assert fingerprints.print_of(short).hashes == set(fingerprints.shingles(_words(short)))


@pytest.mark.parametrize(("text", "width"), [("One herring only", 3), ("One two three four five", 5)])
def test_a_place_of_few_words_is_one_run(text: str, width: int) -> None:
    """A place that has fewer words than a run is hashed whole."""
    made = fingerprints.print_of(text)
    assert (made.width, len(made.hashes)) == (width, 1)


def test_a_place_of_two_words_is_refused() -> None:
    """What stands in every text cannot be recognised."""
    with pytest.raises(SourceError, match="fewer than 3 words"):
        fingerprints.print_of("See 12 above.")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of readings with the invented source."""
    (tmp_path / "vask-1960.toml").write_text(renderings.record(renderings.ISLAND), encoding="utf-8")
    monkeypatch.setattr(tables, "readings_folder", lambda: tmp_path)
    return tmp_path


def test_prints_are_read_as_they_were_built(folder: Path) -> None:
    """What is built loads again, place by place, and has no word of the text in it."""
    built = fingerprints.build("vask-1960", renderings.ISLAND)
    (folder / "vask-1960.prints.json").write_text(built, encoding="utf-8")
    loaded = fingerprints.load("vask-1960")
    assert loaded == {place: fingerprints.print_of(text) for place, text in renderings.island().places.items()}
    assert not {word for word in _words(renderings.ISLAND) if len(word) > 6} & set(_words(built))
    assert len(built.splitlines()) == len(loaded) + 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[s2.b3]", "[s2.b4]", r"vask-1960: the record has no place s2\.b4\. Mark the text"),
        ("[fn5]", "fn5", r"vask-1960: the text has no place fn5\. Mark the text"),
        ("[fn5]", "[fn4]", r"the text has the place fn4 more than once"),
    ],
)
def test_a_text_that_does_not_fit_the_record_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    """The maintainer is told which place is wrong."""
    with pytest.raises(SourceError, match=says):
        fingerprints.build("vask-1960", renderings.ISLAND.replace(old, new))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r | {"length": 4}, "does not fit the record or this program"),
        (lambda r: r | {"places": dict(list(r["places"].items())[1:])}, "does not fit the record"),
        (lambda r: {"places": r["places"]}, "is malformed"),
        (lambda r: r | {"places": {p: e | {"hashes": e["hashes"][:-1]} for p, e in r["places"].items()}}, "malformed"),
        (lambda r: r | {"places": {p: e | {"first": "0" * 8} for p, e in r["places"].items()}}, "malformed"),
        (lambda _: [1], "is malformed"),
    ],
)
def test_damaged_prints_are_refused(folder: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    """The error names the file and the command that makes it again."""
    changed = change(json.loads(fingerprints.build("vask-1960", renderings.ISLAND)))
    (folder / "vask-1960.prints.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"vask-1960\.prints\.json: .*{says}.*sources fingerprint FILE vask-1960"):
        fingerprints.load("vask-1960")


@pytest.mark.usefixtures("folder")
def test_a_source_without_prints_says_so() -> None:
    """A record can be there before its fingerprints are."""
    with pytest.raises(SourceError, match="vask-1960: the course has no fingerprints of this source"):
        fingerprints.load("vask-1960")


@pytest.mark.shared
@pytest.mark.parametrize("source", sources.all_sources())
def test_the_committed_prints_are_those_of_the_reading_copy(source: str) -> None:
    """Building them again gives the same file, byte for byte."""
    copy = SHARED / "sources" / f"{source}.txt"
    if not copy.is_file():
        pytest.skip(f"{copy} is not here: the sources' text is not part of the project")
    built = fingerprints.build(source, copy.read_text(encoding="utf-8"))
    assert (tables.readings_folder() / fingerprints.file_name(source)).read_bytes() == built.encode()
