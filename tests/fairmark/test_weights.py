"""How points become the course mark: the table, its faults, and the arithmetic."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fairmark import bank, settings, weights
from fairmark.bank import Assignment, Entry
from fairmark.report import Row
from fairmark.tables import TableError
from fairmark.weights import Weight
from worksheet.items import Item

GRADING = Path(__file__).parents[2] / "grading"
HEAD = "scheme,assignment,weight,automatic,written\n"


def _entry(name: str, kind: str) -> Entry:
    return Entry(Item(name, kind, 1, "?", "!", "o"), (), ())


BOTH = {"q1": _entry("q1", "choose"), "q2": _entry("q2", "written")}
BANK = {"a": Assignment("a", "A", BOTH), "b": Assignment("b", "B", {"q1": BOTH["q1"]})}
ROW = Row("anna", "a", "marked", 6, 10, 4, 8)


def _table(folder: Path, text: str) -> Path:
    file = folder / "weights.csv"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


@pytest.mark.parametrize("scheme", ["default", "automatic"])
def test_the_courses_own_table_fits_its_bank(scheme):
    """Every assignment has a row in either scheme."""
    assert weights.load(GRADING / "weights.csv", scheme, bank.load(GRADING / "items"))


def test_written_work_carries_two_fifths_unless_chosen_otherwise():
    """The scheme that course.toml names gives it 40 per cent in every assignment, and the automatic one nothing."""
    course = settings.load(GRADING / "course.toml")
    assert course.weights is not None
    for scheme, written in ((course.scheme, 40), ("automatic", 0)):
        found = weights.load(course.weights, scheme, bank.load(course.bank))
        assert {one.written for one in found.values()} == {written}


def test_a_scheme_is_read_and_others_are_left(tmp_path):
    """Empty lines do not matter, nor do rows of assignments that the bank does not have."""
    file = _table(tmp_path, "x,a,2,60,40\n\nx,b,1,100,0\nx,z,1,60,40\ny,a,1,0,100\n")
    assert weights.load(file, "x", BANK) == {"a": Weight(2, 60, 40), "b": Weight(1, 100, 0)}


def test_a_table_that_a_spreadsheet_program_wrote_with_semicolons_is_read(tmp_path):
    """As it does where a comma stands in a decimal number."""
    file = tmp_path / "weights.csv"
    file.write_text("scheme;assignment;weight;automatic;written\nx;a;1,5;60;40\nx;b;1;100;0\n", encoding="utf-8-sig")
    assert weights.load(file, "x", BANK) == {"a": Weight(1.5, 60, 40), "b": Weight(1, 100, 0)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,a,2,60\nx,b,1,100,0\n", "line 2: has 4 fields"),
        ("x\nx,a,1,60,40\nx,b,1,100,0\n", "line 2: has 1 fields"),
        ("x,a,2,60,40\nx,c,1,100,0\n", "the scheme 'x' has no row for b; add one, with weight 0"),
        ("x,a,two,60,40\nx,b,1,100,0\n", "line 2, column weight: 'two' is no number; write one from 0 to 10000"),
        ("x,a,-1,60,40\nx,b,1,100,0\n", "line 2, column weight: -1 is not from 0 to 10000"),
        ("x,a,nan,60,40\nx,b,1,100,0\n", "line 2, column weight: nan is not from 0 to 10000"),
        ("x,a,1e999,60,40\nx,b,1,100,0\n", "line 2, column weight: 1e999 is not from 0 to 10000"),
        ("x,a,1,60,30\nx,b,1,100,0\n", "line 2: automatic and written must add up to 100, and are 60 and 30"),
        ("x,a,1,60,40\nx,b,1,60,40\n", "line 3, column written: is 40, and b has no such question; put 0 there"),
        ("x,a,1,60,40\nx,a,1,60,40\nx,b,1,100,0\n", "line 3, column assignment: a stands twice in the scheme 'x'"),
        ("x,a,1,60,40\n", "the scheme 'x' has no row for b; add one, with weight 0"),
        ("x,a,0,60,40\nx,b,0,100,0\n", "all weights of the scheme 'x' are 0"),
        ("y,a,1,60,40\n", "has no scheme 'x'; it has y"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_line(text, says, tmp_path):
    """The message names file, line and remedy."""
    file = _table(tmp_path, text)
    with pytest.raises(TableError) as refusal:
        weights.load(file, "x", BANK)
    assert str(refusal.value).startswith(str(file))
    assert says in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"scheme,assignment\n", b"\xff\xfe"])
def test_a_file_that_is_no_table_is_refused(content, tmp_path):
    """Neither an empty file nor other columns nor another encoding get through."""
    file = tmp_path / "weights.csv"
    file.write_bytes(content)
    with pytest.raises(TableError, match=r"weights\.csv"):
        weights.load(file, "x", BANK)


@pytest.mark.parametrize(
    ("change", "weight", "mark"),
    [
        ({}, Weight(1, 60, 40), 56.0),  # 60 · 6/10 + 40 · 4/8
        ({}, Weight(1, 100, 0), 60.0),
        ({}, Weight(1, 0, 100), 50.0),
        ({"late": 1.8}, Weight(1, 60, 40), 46.0),  # 1.8 of 18 points are 10 per cent
        ({"late": 18.0}, Weight(1, 60, 40), 0.0),
        ({"by_hand": None}, Weight(1, 60, 40), None),
        ({"by_hand": None}, Weight(1, 100, 0), 60.0),
        ({"automatic": None, "status": "flagged"}, Weight(1, 100, 0), None),
        (
            {"automatic": 0.0, "by_hand": 0.0, "by_hand_of": 0.0, "automatic_of": 18.0, "status": "not handed in"},
            Weight(1, 60, 40),
            0.0,
        ),
    ],
)
def test_the_mark_of_one_assignment(change, weight, mark):
    """Each part counts its per cent; what is open and counts leaves the mark open."""
    found = weight.mark(dataclasses.replace(ROW, **change))
    assert found == (None if mark is None else pytest.approx(mark))


def test_the_course_mark_weighs_the_assignments():
    """Only proportions matter, and an open assignment leaves the whole open unless it weighs nothing."""
    rows = [ROW, dataclasses.replace(ROW, assignment="b", by_hand=None)]
    twice = {"a": Weight(4, 60, 40), "b": Weight(2, 100, 0)}
    assert weights.course_marks(rows, twice) == {"anna": pytest.approx((2 * 56 + 60) / 3, abs=0.005)}
    assert weights.course_marks(rows, {"a": Weight(1, 60, 40), "b": Weight(1, 60, 40)}) == {"anna": None}
    assert weights.course_marks(rows, {"a": Weight(1, 60, 40), "b": Weight(0, 60, 40)}) == {"anna": 56.0}
