"""The form of an answer: for each kind of item, what is taken, and what the student is told otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worksheet import form
from worksheet.items import KINDS, Item

OPTIONS = {"one": "First", "two": "Second", "three-b": "Third"}
ITEMS = {
    "choose": Item("a1-q1", "choose", 1, "", "", "", options=OPTIONS),
    "choose-all": Item("a1-q2", "choose-all", 1, "", "", "", options=OPTIONS),
    "attribute": Item("a1-q3", "attribute", 1, "", "", "", options=OPTIONS),
    "order": Item("a1-q4", "order", 1, "", "", "", options=OPTIONS),
    "match": Item("a1-q5", "match", 1, "", "", "", options=OPTIONS, form={"rows": ["x", "y"]}),
    "locate": Item("a1-q6", "locate", 1, "", "", "", form={"sources": ["osw-2018", "digest-2016"]}),
    "date": Item("a1-q7", "date", 1, "", "", "", form={"precision": "month"}),
    "number": Item("a1-q8", "number", 1, "", "", "", form={"between": [0, 10], "unit": "votes", "whole": True}),
    "table": Item("a1-q9", "table", 1, "", "", "", form={"columns": ["year", "n"]}),
    "function": Item("a1-q10", "function", 1, "", "", "", form={"signature": "a1_q10(x)"}),
    "figure": Item("a1-q11", "figure", 1, "", "", ""),
    "code": Item("a1-q17", "code", 1, "", "", "", options={"1": "For", "-1": "Against"}, form={"rows": ["x", "y"]}),
    "find-error": Item("a1-q18", "find-error", 1, "", "", "", options=OPTIONS, form={"errors": {"e": "E", "f": "F"}}),
    "written": Item("a1-q12", "written", 1, "", "", "", form={"rubric": []}),
}
ONE_SOURCE = Item("a1-q13", "locate", 1, "", "", "", form={"sources": ["osw-2018"]})
DAY = Item("a1-q14", "date", 1, "", "", "", form={"precision": "day"})
YEAR = Item("a1-q15", "date", 1, "", "", "", form={"precision": "year"})
SHARE = Item("a1-q16", "number", 1, "", "", "", form={})

GOOD: list[tuple[Item, Any]] = [
    (ITEMS["choose"], "one"),
    (ITEMS["choose"], " ONE "),
    (ITEMS["choose"], "Three-B"),
    (ITEMS["choose-all"], ["one"]),
    (ITEMS["choose-all"], ["three-b", "ONE "]),
    (ITEMS["attribute"], ["two", "one"]),
    (ITEMS["order"], ["two", "one", "three-b"]),
    (ITEMS["match"], {"x": "one", "y": "one"}),
    (ITEMS["match"], {"X ": "One", "y": "two"}),
    (ITEMS["locate"], "osw-2018 s1.p3"),
    (ITEMS["locate"], "OSW-2018, S1.P3"),
    (ITEMS["locate"], "digest-2016:s2.b1"),
    (ITEMS["locate"], "digest-2016 lead"),
    (ITEMS["locate"], "digest-2016/lead.p1"),
    (ITEMS["locate"], "osw-2018;fn12"),
    (ONE_SOURCE, "s1.p3"),
    (ONE_SOURCE, "fn5"),
    (ITEMS["date"], "1996-11"),
    (ITEMS["date"], " 1996-11 "),
    (DAY, "2000-02-29"),
    (YEAR, "1992"),
    (YEAR, 1992),
    (ITEMS["number"], 0),
    (ITEMS["number"], 10.0),
    (SHARE, -2.5),
    (ITEMS["table"], {"columns": ["year", "n"], "rows": [[1991, None]]}),
    (ITEMS["function"], [{"value": 1}, {"error": "E: e"}]),
    (ITEMS["function"], [{"value": None}, {"value": 0}]),
    (ITEMS["figure"], {"axes": [{"series": []}], "alt": ""}),
    (ITEMS["code"], {"x": "1", "y": "-1"}),
    (ITEMS["find-error"], ["two", "f"]),
    (ITEMS["find-error"], [" Two", "F "]),
    (ITEMS["written"], "A word."),
]
BAD: list[tuple[Item, Any, str]] = [
    (ITEMS["choose"], "four", 'one of "one", "two", "three-b"'),
    (ITEMS["choose"], 1, "you gave 1"),
    (ITEMS["choose"], ["one"], "Answer with one of"),
    (ITEMS["choose"], "First", "Answer with one of"),
    (ITEMS["choose-all"], "one", "a list in square brackets"),
    (ITEMS["choose-all"], [], "Your list is empty"),
    (ITEMS["choose-all"], ["one", "four"], '"four" is not one of the options'),
    (ITEMS["choose-all"], ["one", "ONE"], "twice"),
    (ITEMS["choose-all"], [["one"]], "is not one of the options"),
    (ITEMS["choose-all"], [None], "None is not one of the options"),
    (ITEMS["attribute"], [], "name at least one speaker"),
    (ITEMS["attribute"], {"one": 1}, "a list in square brackets"),
    (ITEMS["order"], ["one", "two"], "Put all 3 into the list, in the order that is asked for; you gave 2."),
    (ITEMS["order"], ["one", "two", "two"], "twice"),
    (ITEMS["order"], "one two", "a list in square brackets"),
    (ITEMS["match"], ["one"], "a map in curly brackets"),
    (ITEMS["match"], {"x": "one"}, "no entry for 'y'"),
    (ITEMS["match"], {"x": "one", "y": "one", "z": "one"}, '"z" is not one of x, y'),
    (ITEMS["match"], {"x": "one", "y": "four"}, "For 'y', answer with one of"),
    (ITEMS["match"], {"x": "one", "y": ["one"]}, "For 'y', answer with one of"),
    (ITEMS["locate"], "page 3", "a locator such as"),
    (ITEMS["locate"], 3, "a locator such as"),
    (ITEMS["locate"], "s1.p3", "Say which source as well"),
    (ITEMS["locate"], "who-2018 s1.p3", '"who-2018" is not a source of this question'),
    (ITEMS["locate"], "osw-2018 s1", "a locator such as"),
    (ITEMS["locate"], "osw-2018 s1.p1, s1.p2", "a locator such as"),
    (ITEMS["date"], "1996", "Write the date as YYYY-MM"),
    (ITEMS["date"], "1996-11-30", "Write the date as YYYY-MM"),
    (ITEMS["date"], "1996-13", "There is no such date"),
    (ITEMS["date"], "１９９６-１１", "Write the date as YYYY-MM"),
    (ITEMS["date"], 1996, "Write the date as YYYY-MM"),
    (DAY, "2001-02-29", "There is no such date"),
    (DAY, "November 1996", "YYYY-MM-DD"),
    (YEAR, "0000", "There is no such date"),
    (YEAR, True, "Write the date as YYYY"),
    (YEAR, -1, "Write the date as YYYY"),
    (YEAR, 92, "Write the date as YYYY"),
    (ITEMS["number"], "3", "without quotation marks"),
    (ITEMS["number"], True, "Answer with a number"),
    (ITEMS["number"], [3], "Answer with a number"),
    (ITEMS["number"], 3.5, "a whole number"),
    (ITEMS["number"], 11, "between 0 and 10 (votes)"),
    (ITEMS["number"], -1, "between 0 and 10 (votes)"),
    (ITEMS["table"], [[1, 2]], "a table (a DataFrame)"),
    (ITEMS["table"], {"columns": ["n", "year"], "rows": [[1, 2]]}, "columns must be year, n"),
    (ITEMS["table"], {"columns": ["year", "n"], "rows": []}, "at least one row"),
    (ITEMS["table"], {"columns": ["year", "n"], "rows": [[1]]}, "a value for each column"),
    (ITEMS["table"], {"columns": ["year", "n"], "rows": 5}, "at least one row"),
    (ITEMS["function"], [], "must be a function"),
    (ITEMS["function"], "x", "must be a function"),
    (ITEMS["function"], [{"value": None}], "end it with a line that begins with return"),
    (ITEMS["figure"], "x", "a figure that has axes"),
    (ITEMS["figure"], {"axes": []}, "a figure that has axes"),
    (ITEMS["code"], {"x": "1"}, "no entry for 'y'"),
    (ITEMS["code"], {"x": "1", "y": -1}, 'For \'y\', answer with one of "1", "-1"'),
    (ITEMS["find-error"], "two", "a list of two short names"),
    (ITEMS["find-error"], ["two"], "a list of two short names"),
    (ITEMS["find-error"], ["four", "e"], "The first name must be one of the steps"),
    (ITEMS["find-error"], ["two", "g"], 'one of the kinds of error, "e", "f"; you gave "g"'),
    (ITEMS["find-error"], [["two"], "e"], "The first name must be one of the steps"),
    (ITEMS["figure"], {"axes": [3]}, "a figure that has axes"),
    (ITEMS["figure"], {"axes": [{"series": 3}]}, "nothing that can be read"),
    (ITEMS["written"], "", "There is no text yet"),
    (ITEMS["written"], 3, "There is no text yet"),
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["x", "y", "axes", "series", "columns", "rows", "value", "q"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def test_every_kind_is_in_these_tables():
    """No kind of item goes untested."""
    assert set(ITEMS) == set(KINDS)
    assert {item.kind for item, _ in GOOD} == {item.kind for item, *_ in BAD} == set(KINDS)


@pytest.mark.parametrize(("item", "answer"), GOOD, ids=lambda part: getattr(part, "kind", str(part)))
def test_an_answer_of_the_right_form_is_taken(item, answer):
    """Spaces, letter case and spelling variants cost nobody anything."""
    assert form.problem(item, answer) is None


@pytest.mark.parametrize(("item", "answer", "says"), BAD, ids=lambda part: getattr(part, "kind", str(part)))
def test_an_answer_of_another_form_is_told_what_is_wanted(item, answer, says):
    """The sentence says what was found and what is wanted."""
    assert says in str(form.problem(item, answer))


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_no_answer(kind):
    """None is what the cell held before."""
    assert form.problem(ITEMS[kind], None) == f"There is no answer yet: {ITEMS[kind].name} is None."


@pytest.mark.parametrize("kind", KINDS)
@given(answer=ANY)
def test_any_plain_data_is_judged_without_failing(kind, answer):
    """Whatever crosses the wire gets a sentence or passes."""
    problem = form.problem(ITEMS[kind], answer)
    assert problem is None or problem.strip()


@pytest.mark.parametrize(("item", "answer"), GOOD, ids=lambda part: getattr(part, "kind", str(part)))
def test_tidying_twice_changes_nothing_more(item, answer):
    """The tidied form of an answer is its plainest."""
    once = form.tidy(item, answer)
    assert form.tidy(item, once) == once


@pytest.mark.parametrize(
    ("item", "answer", "tidied"),
    [
        (ITEMS["choose"], " ONE\t", "one"),
        (ITEMS["order"], ["Two", "one "], ["two", "one"]),
        (ITEMS["match"], {" X": "ONE"}, {"x": "one"}),
        (ITEMS["locate"], "  Digest-2016 ,  S2.B1 ", "digest-2016 s2.b1"),
        (ITEMS["locate"], "s2.b1", "s2.b1"),
        (ONE_SOURCE, "s2.p1", "osw-2018 s2.p1"),
        (ITEMS["locate"], "Some Words", "some words"),
        (YEAR, 1992, "1992"),
        (YEAR, True, True),
        (ITEMS["date"], 1992, 1992),
        (SHARE, " Text ", "Text"),
        (Item("a1-q1", "choose", 1, "", "", "", options={"é": "E"}), "e\N{COMBINING ACUTE ACCENT}", "é"),
    ],
    ids=range(12),
)
def test_tidying_takes_away_what_does_not_matter(item, answer, tidied):
    """Spaces around text, case of ids, and Unicode's doubles go; anything else stays."""
    assert form.tidy(item, answer) == tidied


@pytest.mark.parametrize("text", ["\u202egnp", "a\x00b", "\x1b[31m", "line\nline", "\u200f"])
def test_an_answer_is_quoted_without_characters_that_disturb_a_page(text):
    """Control and direction characters are replaced."""
    assert form.shown(text).isprintable()


@pytest.mark.parametrize("answer", ["x" * 10**6, ["x"] * 10**5, {"x" * 100: 1}])
def test_a_long_answer_is_quoted_in_short(answer):
    """A message stays readable."""
    assert len(form.shown(answer)) <= 62
