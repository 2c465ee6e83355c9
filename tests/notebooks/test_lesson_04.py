"""What lesson 04 says of tables, dates and chains is what the course's tables say."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from neutrality import claims, events, stances

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "lessons" / "04-neutrality-again.ipynb"
CELLS = nbformat.read(LESSON, as_version=4).cells
PROSE = " ".join(" ".join(cell.source for cell in CELLS if cell.cell_type == "markdown").split())
CODE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "code")
CLAIMS = claims.load().set_index("id")
CHAINS = [
    ("k097", "Russia now demands much of its ally", "Kłysiński"),
    ("d036", "Minsk must prove that neutrality is not against Russia", "the Digest page"),
    ("k084", "The ministry has worked out detailed plans", "Kłysiński → Makiey"),
    ("k095", "The main threat from outside is the rising tension", "Kłysiński → Belarusian officials"),
    ("d030", "Neutrality is the better name for Minsk's policy", "the Digest page → Bohdan and Isaev"),
    ("k037", "Three periods have three names", "Kłysiński → Ulakhovich"),
]
KINDS = [
    ("fact", "k081"),
    ("report", "k084"),
    ("judgement", "k096"),
    ("recommendation", "d048"),
    ("definition", "d011"),
]


@pytest.mark.parametrize(("claim", "said", "chain"), CHAINS)
def test_a_chain_in_the_lesson_is_that_of_the_table(claim: str, said: str, chain: str) -> None:
    """Place, statement and chain stand in one row of the lesson, and the claim has as many speakers there."""
    row = CLAIMS.loc[claim]
    assert f"| `{row['locator']}` | {said} | {chain} |" in PROSE
    assert len(row["speaker_chain"].split(" > ")) == len(chain.split(" → "))


@pytest.mark.parametrize(("kind", "claim"), KINDS)
def test_an_example_of_a_kind_is_of_that_kind(kind: str, claim: str) -> None:
    """The claim behind each example has the kind that the lesson gives it, and its place is named."""
    row = CLAIMS.loc[claim]
    assert row["kind"] == kind
    assert re.search(rf"\| {kind} \|[^|]+\|[^|]+`{row['locator']}`[^|]*\|", PROSE)


def test_claims_that_the_lesson_shows_go_to_students() -> None:
    """No cell asks for a row that a student's copy does not have."""
    shown = set(re.findall(r'"([kd]\d{3})"', CODE + PROSE))
    assert shown
    assert shown <= set(CLAIMS.index)
    assert set(re.findall(r'== "(i\d+)"', CODE)) <= set(stances.issues()["id"])


def test_the_lesson_counts_the_bars_of_the_timeline_that_are_no_events() -> None:
    """Of the events that are drawn, three span more than a year without being an event."""
    told = events.load()
    recent = told[(told["first"] >= "2014") & (told["id"] != "e39")]
    long = recent[(recent["precision"] == "span") & (recent["first"].str[:4] != recent["last"].str[:4])]
    long = long[long["first"].str.len() == 4]
    assert sorted(long["id"]) == ["e26", "e42", "e45"]
    assert "three long bars" in PROSE


def test_the_lesson_gives_the_days_of_the_notes_as_the_table_does() -> None:
    """The proposal's days come from outside, beside a news item of another date; the speech has a day of its own."""
    told = events.load().set_index("id")
    assert told.at["e43", "basis"] == "outside"
    assert "news item in note 12 is of 5 July 2017" in told.at["e43", "note"]
    assert "news item of 5 July 2017" in PROSE
    assert (told.at["e31", "precision"], told.at["e31", "basis"]) == ("day", "stated")


@pytest.mark.parametrize(("issue", "code"), [("i18", "-1"), ("i20", "not taken"), ("i24", "-1"), ("i29", "-1")])
def test_codes_that_the_lesson_explains_are_the_adjudicated_ones(issue: str, code: str) -> None:
    """For Minsk, on the issues that the lesson works through or lets the student try."""
    coded = stances.codings()
    mine = coded[(coded["issue"] == issue) & (coded["actor"] == "minsk") & (coded["coder"] == "adjudicated")]
    assert mine["code"].tolist() == [code]


@pytest.mark.parametrize(
    ("pair", "relation"),
    [(("k054", "d021"), "supports"), (("k056", "d029"), "supports"), (("k102", "d012"), "qualifies"),
     (("k103", "d033"), "qualifies"), (("k070", "d026"), "qualifies")],
)  # fmt: skip
def test_pairs_that_the_lesson_compares_are_related_in_the_table(pair: tuple[str, str], relation: str) -> None:
    """The pairs of sections 5 and 6 have a relation, so a student finds them in the table that is shown."""
    found = claims.relations()
    row = found[(found["claim"] == pair[0]) & (found["related"] == pair[1])]
    assert row["relation"].tolist() == [relation]
