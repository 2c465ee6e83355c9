"""What lesson 00 and problem set 0 say of the sources, of the tables and of the checks is what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairmark import bank
from neutrality import agreement, claims, events, rollcalls, sources
from worksheet import form
from worksheet.items import KINDS, Item

from .prose import code, prose

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "lessons" / "00-start-here.ipynb"
TEXT = " ".join(prose(LESSON).split())
ENTRIES = bank.load_file(ROOT / "grading" / "items" / "ps0.yaml").entries
SESSIONS = list(range(50, 56))


def _named(letters: str) -> list[str]:
    """List the ids of rows that the lesson's code names."""
    return re.findall(rf'"([{letters}]\d+)"', "\n".join(cell.source for cell in code(LESSON)))


def test_every_event_that_is_drawn_goes_to_students() -> None:
    """No row of the figures is withheld: a student's figure has as many rows as the lesson's."""
    assert set(_named("e")) <= set(events.load()["id"])


def test_every_claim_that_is_shown_goes_to_students() -> None:
    """No claim of the section on speakers is withheld."""
    assert set(_named("kd")) <= set(claims.load()["id"])


def test_the_figure_of_dates_has_the_precisions_that_are_told() -> None:
    """Two years, a season, a month, a day that is inferred, and an event without a date."""
    table = events.load().set_index("id").loc[["e01", "e28", "e36", "e46", "e48", "e55"]]
    assert list(table["precision"]) == ["year", "year", "season", "month", "day", "none"]
    assert table.loc["e48", "basis"] == "inferred"
    assert "Two marks are years, one is a season, one a month, and one a day." in TEXT


@pytest.mark.parametrize(
    ("note", "kind"), [("fn4", "A reference"), ("fn10", "A remark"), ("fn5", "A remark with a reference")]
)
def test_the_three_kinds_of_notes_are_those_of_the_record(note: str, kind: str) -> None:
    """Each example is of the kind that the lesson calls it."""
    assert sources.load("osw-2018").place(note).label == kind
    assert f"`osw-2018 {note}` does" in TEXT


def test_the_table_of_the_two_texts_is_that_of_their_records() -> None:
    """Dates, authors and who signs are as the records have them."""
    osw, digest = sources.load("osw-2018"), sources.load("digest-2016")
    (paper,) = digest.kind.further
    assert f"| Date | {osw.citation.date:%-d %B %Y} | None | {paper.date:%-d %B %Y} |" in TEXT
    assert f"| Author | {osw.citation.authors[0]} | Not named | {' and '.join(paper.authors)} |" in TEXT
    assert not digest.kind.dated
    assert not digest.kind.signed


def test_the_examples_of_check_are_what_check_says() -> None:
    """The two lines in the lesson are those that a student would see."""
    item = Item("ps9-q1", "choose", 1, "?", "Look.", "o9.1", options={"river": "A river", "lake": "A lake"})
    assert f"ps9-q1: not ready. {form.problem(item, 'sea')}" in TEXT
    assert form.problem(item, "river") is None


FORMS = {
    "choose one": "choose",
    "choose all that fit": "choose-all",
    "locate": "locate",
    "attribute": "attribute",
    "put in order": "order",
    "match": "match",
    "date": "date",
    "give a number": "number",
    "code a stance": "code",
    "find the error": "find-error",
    "make a table": "table",
    "write a function": "function",
    "draw a figure": "figure",
    "write": "written",
}


def test_each_form_of_answer_is_shown() -> None:
    """The table has a row for every kind of question that there is, and no other."""
    rows = re.findall(r"^\| ([a-z ]+?) \| [^|]+ \| [^|]+ \|$", prose(LESSON), re.MULTILINE)
    shown = [row for row in rows if row in FORMS]
    assert sorted(FORMS[row] for row in shown) == sorted(KINDS)


def test_problem_set_0_practises_every_form_but_one() -> None:
    """Stances are coded from a later problem set on; all else is met here once without danger."""
    assert {entry.item.kind for entry in ENTRIES.values()} == set(KINDS) - {"code"}


def test_the_table_that_is_asked_for_is_that_of_the_records() -> None:
    """Question 12 counts numbered sections and notes."""
    rows = []
    for name in ("osw-2018", "digest-2016"):
        ids = [place.id for place in sources.load(name).places]
        rows.append([name, sum(bool(re.fullmatch(r"s\d+", one)) for one in ids), sum(one[:2] == "fn" for one in ids)])
    assert ENTRIES["ps0-q12"].keys[0] == {"columns": ["source", "sections", "notes"], "rows": rows}


def test_the_paragraphs_that_are_asked_for_carry_the_notes() -> None:
    """Question 4 asks for the paragraph with the number of a note."""
    entry = ENTRIES["ps0-q4"]
    carries = {note: place.locator for place in sources.load("osw-2018").places for note in place.notes}
    asked = [carries[str(given["note"]).replace("note ", "fn")] for given in entry.item.pool]
    assert [[place] for place in asked] == list(entry.keys)


@pytest.mark.parametrize(
    ("number", "pair"), [(None, ("BLR", "KAZ")), (0, ("BLR", "RUS")), (1, ("KAZ", "RUS"))], ids=["key", "0", "1"]
)
def test_the_figure_that_is_asked_for_shows_the_votes(number: int | None, pair: tuple[str, str]) -> None:
    """Question 14's line, and those of its foreseen mistakes, are computed from the votes."""
    entry = ENTRIES["ps0-q14"]
    listed = entry.keys[0] if number is None else entry.wrong[number].answers[0]["axes"][0]  # type: ignore[call-overload,index]
    (line,) = listed["series"]  # type: ignore[call-overload,index]
    shares = agreement.pair(rollcalls.load(), *pair, by="session").loc[SESSIONS, "identical"]
    assert line["x"] == SESSIONS
    assert line["y"] == pytest.approx(list(shares), abs=0.0001)
