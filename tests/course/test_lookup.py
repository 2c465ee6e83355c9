"""No key to a reading question can be looked up in a table that students get, as the bundle has it.

*Looked up* means: without reading the source, found in one row. The row resembles what the question says, so that a
search for its words leads there, and the row holds what the question asks for: the place, the date, the chain of
speakers, the right option in other words, the code.

What is not meant: questions that are answered by computing from votes or codes, since there the table is what one is to
use; which argument goes wrong (`find-error`), since no table has arguments; and what a reader can infer from several
rows. Of questions with several parts, a table may tell less than half.

`test_withheld.py` looks at the same from the other side: the rows that a question rests on are marked,
whatever they say.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pytest

from fairmark import bank, settings, studentbundle
from fairmark.bank import Entry

from .support import BANK, ROOT

ALIKE = 0.6
"""A sentence resembles another if it has so much of its words, the rare ones counted for more."""
COMMON = 3
"""But never because of fewer words than this."""
TAUGHT = "in Ulakhovich's scheme"
"""Rows of his three periods are the frame that every lesson teaches: a question may ask to know them again."""
ENTRIES = [entry for one in bank.load(BANK).values() for entry in one.entries.values()]
READING = [entry for entry in ENTRIES if entry.locators and not entry.marked_by_hand]
KINDS = ("locate", "date", "attribute", "choose", "choose-all", "match", "order", "code")


@dataclass
class Row:
    """A row of a table: its cells, the words of each, and the places that it names."""

    table: str
    cells: dict[str, str]

    @cached_property
    def places(self) -> set[str]:
        """List the locators in it."""
        named = (cell for name, cell in self.cells.items() if name.startswith("locator"))
        return {place for cell in named for place in cell.split(";") if place}

    @cached_property
    def words(self) -> list[set[str]]:
        """Return the words of each cell that is long enough to say something."""
        return [found for found in map(words, self.cells.values()) if len(found) >= COMMON]


@dataclass(frozen=True)
class Tables:
    """Every row of text that students get, and how rare each word is in them."""

    rows: list[Row]
    found_in: Counter[str]

    def weight(self, found: set[str]) -> float:
        """Add up words, the rare ones counted for more."""
        return sum(1 + math.log(len(self.rows) / (1 + self.found_in[word])) for word in found)

    def alike(self, asked: set[str], said: set[str]) -> bool:
        """Say whether most of what is said stands in what is asked."""
        common = asked & said
        return len(common) >= COMMON and self.weight(common) >= ALIKE * self.weight(said)

    def about(self, asked: str) -> list[Row]:
        """Find the rows that have a sentence like it."""
        sought = words(asked)
        return [row for row in self.rows if any(self.alike(sought, said) for said in row.words)]


def words(text: str) -> set[str]:
    """Return a text's content words, cut short so that a word and its plural are alike."""
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())}


def read(path: Path) -> Iterator[dict[str, str]]:
    """Read a table's rows; of a table of votes or estimates, whose rows say nothing by themselves, each text once."""
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        text = frame[[name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]]
        names = sorted({str(value) for name in text for value in text[name].dropna().unique()})
        yield from ({"value": value} for value in names)
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Build the bundle, and read all its tables."""
    course = settings.load(ROOT / "grading" / "course.toml", workdir=tmp_path_factory.mktemp("bundle"))
    (course.workdir / "release").mkdir()
    folder = studentbundle.build(course)
    files = sorted(file for file in folder.rglob("*") if file.suffix in {".csv", ".parquet"})
    assert len({file.parent for file in files}) >= 3
    rows = [Row(file.name, cells) for file in files for cells in read(file)]
    return Tables(rows, Counter(word for row in rows for word in words(" ".join(row.cells.values()))))


def questions(kind: str) -> pytest.MarkDecorator:
    """Run a test for every variant of every reading question of a kind."""
    cases = [
        pytest.param(entry, number, id=f"{entry.item.id}-{number}")
        for entry in READING
        for number in range(len(entry.keys))
        if entry.item.kind == kind
    ]
    return pytest.mark.parametrize(("entry", "number"), cases)


def asked(entry: Entry, number: int) -> str:
    """Return what the question says: its text, and the parameters of the variant."""
    given = entry.item.pool[number].values() if entry.item.pool else ()
    return " ".join([entry.item.prompt, *map(str, given)])


def parts(entry: Entry, number: int) -> dict[str, str]:
    """Return the statements that a question lists, by their short names."""
    return dict(re.findall(r"^- `([^`]+)`: (.+)$", asked(entry, number), re.MULTILINE))


@questions("locate")
def test_no_row_about_the_question_stands_at_its_place(entry: Entry, number: int, tables: Tables) -> None:
    """A search for the question's words in the tables leads elsewhere, or nowhere."""
    key = entry.keys[number]
    right = {str(place) for place in key} if isinstance(key, list) else {str(key)}
    assert not [row for row in tables.about(asked(entry, number)) if row.places & right]


@questions("date")
def test_no_row_about_the_question_has_its_date(entry: Entry, number: int, tables: Tables) -> None:
    """Neither a row like the question nor any row at its places gives the date."""
    near = [row for row in tables.rows if row.places & set(entry.locators)] + tables.about(asked(entry, number))
    assert not [row for row in near if any(str(entry.keys[number]) in cell for cell in row.cells.values())]


@questions("attribute")
def test_no_row_like_the_statement_has_its_speakers(entry: Entry, number: int, tables: Tables) -> None:
    """The claim whose chain of speakers is asked for is not in the tables, in these words or like ones."""
    key = entry.keys[number]
    assert isinstance(key, list)
    for row in tables.about(asked(entry, number)):
        chain = row.cells.get("speaker_chain", "").split(" > ")
        assert len(chain) != len(key) or not all(str(one) in name for one, name in zip(key, chain, strict=True))


@questions("choose")
def test_no_row_at_the_questions_place_says_what_the_right_option_says(
    entry: Entry, number: int, tables: Tables
) -> None:
    """Of the rows about the places to read, none is like the right option."""
    right = entry.item.options[str(entry.keys[number])]
    assert not [row.cells for row in _saying(right, entry, tables)]


@questions("choose-all")
def test_fewer_than_half_of_the_right_options_are_in_the_tables(entry: Entry, number: int, tables: Tables) -> None:
    """The same for questions with several right options."""
    key = entry.keys[number]
    assert isinstance(key, list)
    told = [option for option in key if _saying(entry.item.options[str(option)], entry, tables)]
    assert len(told) < len(key) / 2, told


def _saying(option: str, entry: Entry, tables: Tables) -> list[Row]:
    near = [row for row in tables.rows if row.places & set(entry.locators)]
    near = [row for row in near if TAUGHT not in row.cells.get("event", "")]
    return [row for row in near if any(tables.alike(said, words(option)) for said in row.words)]


@questions("match")
def test_fewer_than_half_of_the_statements_are_in_the_tables(entry: Entry, number: int, tables: Tables) -> None:
    """A row like a statement tells who says it, where, and when."""
    listed = parts(entry, number)
    told = [name for name, text in listed.items() if [row for row in tables.about(text) if row.places]]
    assert len(told) < max(1, len(listed) / 2), told


@questions("order")
def test_fewer_than_half_of_the_things_to_order_are_dated_in_the_tables(
    entry: Entry, number: int, tables: Tables
) -> None:
    """Two dates give an order of two; more would give the key away."""
    dated = [
        option
        for option, text in entry.item.options.items()
        if any(row.cells.get("first") for row in tables.about(text))
    ]
    assert len(dated) < len(entry.item.options) / 2, dated


@questions("code")
def test_no_issue_that_is_to_be_coded_has_a_code_in_the_tables(entry: Entry, number: int, tables: Tables) -> None:
    """Neither a settled one nor a pass of a coder."""
    assert isinstance(entry.keys[number], dict)
    issues = {str(name).partition("-")[0] for name in entry.keys[number]}
    assert issues
    assert not [row for row in tables.rows if row.cells.get("issue") in issues and "code" in row.cells]


def test_every_kind_of_reading_question_is_looked_at() -> None:
    """A new kind needs a test here, or a sentence above that says why not."""
    assert {entry.item.kind for entry in READING} <= {*KINDS, "find-error"}


def test_a_row_that_is_not_withheld_would_be_found(tables: Tables) -> None:
    """The tests above could fail: with the withheld rows among the others, they do for many questions."""
    withheld = [
        Row(name, cells)
        for name in ("claims.csv", "events.csv", "issues.csv")
        for cells in read(ROOT / "data" / "stances" / name)
        if cells["use"] == "item"
    ]
    everything = Tables([*tables.rows, *withheld], tables.found_in)
    found = 0
    for entry in READING:
        for number, key in enumerate(entry.keys):
            if entry.item.kind == "locate":
                found += any(row.places & {str(key)} for row in everything.about(asked(entry, number)))
            if entry.item.kind == "attribute":
                found += bool(
                    {row.cells.get("id") for row in everything.about(asked(entry, number))} & entry_rows(entry)
                )
            if entry.item.kind in {"choose", "choose-all"}:
                options = key if isinstance(key, list) else [key]
                found += any(_saying(entry.item.options[str(option)], entry, everything) for option in options)
    assert found >= 10


def entry_rows(entry: Entry) -> set[str | None]:
    """Return the rows that a question rests on."""
    return set(entry.rests_on)
