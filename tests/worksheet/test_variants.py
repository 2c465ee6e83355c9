"""Variants: the same for the same student, balanced over a class, and different from the neighbour's by chance only."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksheet import variants
from worksheet.items import Item, Sheet

POOL = tuple({"n": number} for number in range(6))
IDS = [f"student{number}" for number in range(6000)]


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sheet:
    """Work in the folder of an assignment, as nobody yet."""
    items = {
        "a1-q1": Item("a1-q1", "number", 1, "?", "!", "o", pool=POOL),
        "a1-q2": Item("a1-q2", "number", 1, "?", "!", "o"),
    }
    sheet = Sheet("course", "term", "a1", items)
    (tmp_path / "items.json").write_text(json.dumps(sheet.to_json()))
    monkeypatch.chdir(tmp_path)
    for name in ("WORKSHEET_STUDENT", "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(variants, "_named", [])
    return sheet


def test_the_choice_never_changes():
    """A known case, worked out with sha256sum, so that a term's variants outlive a new release."""
    assert [variants.choose("c", "2026", "ps1-q1", name, 6) for name in ("anna", "ben", "chloe")] == [1, 5, 5]


@given(st.text(), st.integers(1, 50))
def test_the_choice_is_a_position_in_the_pool(student, size):
    """Any id, in any script, gets one of the variants; an id with a line feed is refused."""
    if "\n" in student:
        with pytest.raises(ValueError, match="line feed"):
            variants.choose("c", "t", "i", student, size)
    else:
        try:
            assert variants.choose("c", "t", "i", student, size) in range(size)
        except UnicodeEncodeError:
            assert any("\ud800" <= character <= "\udfff" for character in student)


@pytest.mark.parametrize("size", [2, 3, 6, 7])
@pytest.mark.parametrize("item", ["ps1-q15", "ps1-q16"])
def test_variants_are_balanced_over_many_students(item, size):
    """The chi-square statistic of these fixed ids stays below what chance exceeds once in ten thousand."""
    counts = Counter(variants.choose("c", "t", item, student, size) for student in IDS)
    expected = len(IDS) / size
    assert sum((counts[number] - expected) ** 2 / expected for number in range(size)) < 28


@pytest.mark.parametrize("change", [("d", "t", "i"), ("c", "u", "i"), ("c", "t", "j")])
def test_course_term_and_item_each_draw_anew(change):
    """A variant in one item, term or course tells nothing about the variant in another."""
    same = sum(variants.choose("c", "t", "i", one, 6) == variants.choose(*change, one, 6) for one in IDS)
    assert abs(same / len(IDS) - 1 / 6) < 0.02


def test_neighbours_are_independent():
    """Ids that follow one another share a variant no more often than chance has it."""
    drawn = [variants.choose("c", "t", "i", one, 6) for one in IDS]
    same = sum(one == other for one, other in itertools.pairwise(drawn))
    assert abs(same / len(drawn) - 1 / 6) < 0.02


def test_an_empty_pool_is_refused():
    """There is nothing to choose from."""
    with pytest.raises(ValueError, match="pool of ps1-q1 is empty"):
        variants.choose("c", "t", "ps1-q1", "anna", 0)


@pytest.mark.parametrize(
    ("marking", "hub", "typed", "known"),
    [
        ("marked", "hub", "typed", "marked"),
        (None, "hub", "typed", "hub"),
        ("", "hub", "typed", "hub"),
        (None, None, "typed", "typed"),
        (None, "", "typed", "typed"),
    ],
)
def test_marking_goes_before_the_hub_and_the_hub_before_what_is_typed(marking, hub, typed, known, sheet, monkeypatch):
    """Nobody can choose an easier variant by typing another id."""
    for name, value in (("WORKSHEET_STUDENT", marking), ("JUPYTERHUB_USER", hub)):
        if value is not None:
            monkeypatch.setenv(name, value)
    variants.i_am(typed)
    assert variants.student_id() == known
    assert variants.variant("a1-q1") == POOL[variants.choose("course", "term", "a1-q1", known, 6)]


def test_an_unknown_student_is_told_what_to_run(sheet, capsys):
    """Without a hub the notebook asks who is there, and the cells below still run."""
    assert variants.variant("a1-q1") == {}
    assert 'Run i_am("your-id")' in capsys.readouterr().out
    with pytest.raises(LookupError, match=r'Run i_am\("your-id"\)'):
        variants.student_id()


def test_the_last_id_that_is_typed_counts(sheet):
    """A mistyped id can be corrected."""
    variants.i_am("wrong")
    variants.i_am("anna")
    assert variants.student_id() == "anna"


def test_an_item_without_variants_needs_nobodys_name(sheet):
    """Where everybody has the same question, there is nothing to draw."""
    assert variants.variant("a1-q2") == {}


def test_a_variant_is_a_copy(sheet):
    """Changing the parameters does not change the question."""
    variants.i_am("anna")
    variants.variant("a1-q1")["n"] = "changed"
    assert variants.variant("a1-q1")["n"] != "changed"
