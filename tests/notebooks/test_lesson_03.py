"""What lesson 03 and problem set 3 say in numbers is what the tables give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ps3_reference
from fairmark import bank
from neutrality import agreement, claims, events, rollcalls, stances

from .prose import code, prose

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "lessons" / "03-strategic-partnership.ipynb"
TEXT = " ".join(prose(LESSON).split())
ENTRIES = bank.load(ROOT / "grading" / "items")["ps3"].entries


def _yearly(code: str) -> Any:
    """Give the shares of identical votes with Russia, year by year from 1997 to 2013."""
    return agreement.pair(rollcalls.load(), code, "RUS", by="year").loc[1997:2013]


def test_the_lowest_and_the_highest_year_are_those_of_the_votes():
    """The lesson names both years with their shares, and the summary gives them in per cent."""
    shares = _yearly("BLR")["identical"]
    assert f"lowest in {shares.idxmin()} ({shares.min():.2f})" in TEXT
    assert f"highest in {shares.idxmax()} ({shares.max():.2f})" in TEXT
    assert f"between {100 * shares.min():.0f} and {100 * shares.max():.0f} per cent" in TEXT


def test_the_two_other_states_lie_where_the_lesson_says():
    """Kazakhstan is never far from Belarus to 2007 and below it afterwards, and Ukraine is below it throughout."""
    belarus, kazakhstan, ukraine = (_yearly(code)["identical"] for code in ("BLR", "KAZ", "UKR"))
    assert (belarus - kazakhstan).loc[:2007].abs().max() < 0.05
    assert (belarus > kazakhstan).loc[2008:].all()
    assert (belarus > ukraine).all()


def test_the_share_of_the_third_period_is_that_of_its_roll_calls():
    """In the text with three decimals, and in the argument in per cent."""
    share = agreement.pair(rollcalls.load().years(1997, 2001), "BLR", "RUS", by="all")["identical"].iloc[0]
    assert f"more or less than {share:.3f}" in TEXT
    assert f"cast the same vote in {100 * share:.0f} per cent" in TEXT


def test_years_differ_in_how_many_roll_calls_count():
    """The two years that the lesson contrasts have as many as it says."""
    counts = _yearly("BLR")["n"]
    assert counts[2006] == 100
    assert f"in 2013 only {counts[2013]}" in TEXT


def test_no_vote_is_on_subsidies_firms_or_the_union_state():
    """Of all recorded votes of these years, none has one of the three in its title."""
    titles = rollcalls.load().years(1997, 2013).resolutions["title"]
    assert not titles.str.contains(r"subsid|privatis|privatiz|Union State", case=False).any()


@pytest.mark.parametrize(("state", "vote"), [("BLR", 3), ("RUS", 3), ("USA", 1)])
def test_the_two_texts_on_human_rights_in_belarus_were_voted_on_as_the_lesson_says(state, vote):
    """In December of two years, two states no and one yes."""
    chosen = rollcalls.load()
    chosen = chosen.select(chosen.resolutions["title"].str.contains("human rights in Belarus"))
    assert [f"{day:%Y-%m}" for day in chosen.resolutions["date"]] == ["2006-12", "2007-12"]
    assert set(chosen.votes(state)) == {vote}


@pytest.mark.parametrize(
    ("issue", "actor", "code"),
    [
        ("i05", "minsk", "2"),
        ("i06", "moscow", "2"),
        ("i10", "minsk", "-2"),
        ("i10", "moscow", "2"),
        ("i12", "minsk", "2"),
        ("i12", "moscow", "1"),
        ("i13", "minsk", "-2"),
        ("i11", "minsk", stances.NOT_IN_SOURCE),
    ],
)
def test_a_code_that_the_lesson_explains_is_the_adjudicated_one(issue, actor, code):
    """What is said under the ladder holds for the table behind it."""
    assert stances.wide(stances.codings(), "adjudicated", value="code").loc[issue, actor] == code


def test_both_passes_had_put_minsk_at_minus_one_on_the_firms():
    """The lesson tells how the settled answer differs from both."""
    table = stances.codings()
    found = table[(table["issue"] == "i11") & (table["actor"] == "minsk") & (table["round"] == 3)]
    assert set(found[found["coder"].str.startswith("pass")]["code"]) == {"-1"}


@pytest.mark.parametrize("name", ["e20", "e22", "e25", "e26", "e28", "e31", "e33", "e36", "e37", "e52"])
def test_the_timeline_draws_rows_that_students_have(name):
    """Each row of the figure is in the list that students get."""
    assert name in "".join(cell.source for cell in code(LESSON))
    assert name in set(events.load()["id"])


def test_what_section_2_dates_lies_after_the_third_period():
    """No event that students have from Kłysiński's second section begins before 2002."""
    known = events.load()
    second = known[known["locators"].str.contains(r"osw-2018 (?:s2|fn(?:6|7|8|9|10|11)\b)") & (known["first"] != "")]
    assert len(second) >= 5
    assert (second["first"].str[:4].astype(int) >= 2002).all()


@pytest.mark.parametrize("name", ["k042", "k045"])
def test_the_examples_of_a_fact_and_a_judgement_are_marked_so(name):
    """The lesson's two examples bear the marks that it gives them."""
    kinds = {"k042": "fact", "k045": "judgement"}
    assert claims.load().set_index("id").loc[name, "kind"] == kinds[name]


@pytest.mark.parametrize("variant", range(5))
def test_the_tables_of_a_question_are_those_of_the_votes(variant):
    """Key, wrong pair and wrong grouping, in every variant of question 18."""
    entry = ENTRIES["ps3-q18"]
    given = entry.item.pool[variant]
    listed = [entry.keys[variant], *(wrong.answers[variant] for wrong in entry.wrong)]
    computed = [ps3_reference.yearly_table, ps3_reference.yearly_table_with_belarus, ps3_reference.table_by_session]
    for table, function in zip(listed, computed, strict=True):
        assert table["rows"] == function(given)


def test_the_number_in_the_exemplars_is_that_of_the_votes():
    """Two answers to the last question quote a share of the years 2002 to 2006."""
    share = agreement.pair(rollcalls.load().years(2002, 2006), "BLR", "RUS", by="all")["identical"].iloc[0]
    texts = [one["text"] for one in ENTRIES["ps3-q21"].exemplars]
    assert sum(f"in {100 * share:.0f} per cent" in " ".join(text.split()) for text in texts) == 2
