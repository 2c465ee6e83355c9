"""No reading question can be answered by looking into a table that students get."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from fairmark import bank
from fairmark.bank import Entry
from neutrality import claims, events, sources, stances

from .support import BANK, ROOT

ENTRIES = [entry for assignment in bank.load(BANK).values() for entry in assignment.entries.values()]
READING = [entry for entry in ENTRIES if entry.locators and not entry.marked_by_hand]
EVERYTHING = {
    "claims": claims.load(items=True),
    "events": events.load(items=True),
    "issues": stances.issues(items=True),
}
USE = {str(row["id"]): str(row["use"]) for table in EVERYTHING.values() for _, row in table.iterrows()}


def _words(text: str) -> set[str]:
    """Return a text's content words, cut short so that a word and its plural are alike."""
    return {word[:6] for word in re.findall(r"\w{4,}", text.casefold())}


def _shown() -> list[tuple[set[str], set[str], str]]:
    """List what students can read in the tables: the words of a row, its places, and its date."""
    found = [(_words(row["claim"]), set(row["locator"].split(";")), "") for _, row in claims.load().iterrows()]
    for _, row in events.load().iterrows():
        found.append((_words(f"{row['event']} {row['note']}"), set(row["locators"].split(";")), row["first"]))
    for _, row in stances.issues().iterrows():
        found.append((_words(f"{row['issue']} {row['proposition']}"), set(row["locators"].split(";")), ""))
    for _, row in stances.codings().iterrows():
        found.append((_words(row["reason"]), set(filter(None, row["locators"].split(";"))), ""))
    return found


SHOWN = _shown()


@pytest.mark.parametrize("entry", READING, ids=lambda entry: entry.item.id)
def test_what_a_question_rests_on_is_withheld(entry: Entry) -> None:
    """Each reading question names rows of the tables, and each of them is marked as an item."""
    assert entry.rests_on, "name in rests_on the claims and events that would be the answer"
    assert {name: USE.get(name) for name in entry.rests_on} == dict.fromkeys(entry.rests_on, "item")


@pytest.mark.parametrize("entry", READING, ids=lambda entry: entry.item.id)
def test_a_question_rests_on_rows_of_its_own_sources(entry: Entry) -> None:
    """A row that it names comes from a source that the question is about."""
    asked = {locator.partition(" ")[0] for locator in entry.locators}
    for table in EVERYTHING.values():
        for _, row in table[table["id"].isin(entry.rests_on)].iterrows():
            assert {place.partition(" ")[0] for place in str(row.get("locator") or row["locators"]).split(";")} & asked


@pytest.mark.parametrize(
    "entry", [entry for entry in READING if entry.item.kind == "locate"], ids=lambda entry: entry.item.id
)
def test_searching_the_tables_for_a_questions_words_does_not_find_its_place(entry: Entry) -> None:
    """The rows that share most words with the question do not all stand at the place that is asked for."""
    asked = _words(entry.item.prompt)
    keys = {str(one) for key in entry.keys if isinstance(key, list) for one in key}
    shared = [(len(asked & words), places) for words, places, _ in SHOWN if places]
    best = max(count for count, _ in shared)
    assert any(not places & keys for count, places in shared if count == best)


@pytest.mark.parametrize(
    "entry", [entry for entry in READING if entry.item.kind == "date"], ids=lambda entry: entry.item.id
)
def test_no_date_that_is_asked_for_stands_in_the_tables(entry: Entry) -> None:
    """No event that students see has that date at one of the question's places, and no sentence has its year."""
    given = {date for _, places, date in SHOWN if places & set(entry.locators)}
    assert not given & {str(key) for key in entry.keys}
    years = {str(key)[:4] for key in entry.keys}
    said = " ".join([*stances.codings()["reason"], *claims.load()["claim"], *events.load()["note"]])
    assert not [year for year in years if year in said]


@pytest.mark.parametrize("file", sorted((ROOT / "data" / "stances").glob("*.md")), ids=lambda file: file.name)
def test_a_page_names_no_withheld_row(file: Path) -> None:
    """The codebook and the results go to students as they are."""
    names = set(re.findall(r"\b[kdei]\d{2,3}\b", file.read_text(encoding="utf-8")))
    assert not {name for name in names if USE.get(name) == "item"}


def test_a_place_without_claims_is_nothing_special() -> None:
    """Of the places that say something, so many have all their claims withheld that it points to no question."""
    everything, shown = EVERYTHING["claims"], claims.load()
    places = {place for cell in everything["locator"] for place in cell.split(";")}
    silent = places - {place for cell in shown["locator"] for place in cell.split(";")}
    assert len(silent) >= len(places) / 5


def test_enough_is_left_to_read_with() -> None:
    """At least two fifths of the claims, and one of each kind and of either source, go to students."""
    shown: pd.DataFrame = claims.load()
    assert len(shown) >= 2 * len(EVERYTHING["claims"]) / 5
    assert set(shown["kind"]) == set(claims.KINDS)
    assert set(shown["source"]) == set(sources.all_sources())
