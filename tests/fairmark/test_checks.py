"""Judging: plain data and an entry in, a verdict out; the kinds and rules, one table of cases each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark import checks
from fairmark.bank import Call, Entry, Wrong
from worksheet.items import KINDS, Item

OPTIONS = {name: name.upper() for name in "abcdef"}


def entry(kind: str, key: Any, *wrong: Any, tolerance: float = 0.0, **public: Any) -> Entry:
    item = Item("a1-q1", kind, 4, "?", "!", "o", **public)
    mistakes = tuple(Wrong((one,), f"mistake-{number}", f"Mistake {number}.") for number, one in enumerate(wrong))
    return Entry(item, (key,), (), tolerance, "Right. Yes.", "No.", mistakes)


ENTRIES = {
    "choose": entry("choose", "a", "b", options=OPTIONS),
    "choose-all": entry("choose-all", ["a", "b", "c"], ["a", "b"], options=OPTIONS),
    "locate": entry("locate", ["x-2000 s1.p1", "x-2000 fn2"], "x-2000 s1.p2", form={"sources": ["x-2000"]}),
    "attribute": entry("attribute", ["a", "b"], ["b", "a"], options=OPTIONS),
    "order": entry("order", ["a", "b", "c"], ["c", "b", "a"], options={name: name for name in "abc"}),
    "match": entry(
        "match",
        {"p": "a", "q": "b", "r": "c", "s": "a"},
        {"p": "b", "q": "b", "r": "c", "s": "a"},
        options=OPTIONS,
        form={"rows": ["p", "q", "r", "s"]},
    ),
    "date": entry("date", "1996", "1994", form={"precision": "year"}),
    "number": entry("number", 0.72, 0.5, tolerance=0.02, form={"between": [0, 1]}),
    "table": entry(
        "table",
        {"columns": ["a", "n"], "rows": [["x", 1], ["y", 0.5]]},
        {"columns": ["a", "n"], "rows": [["x", 2], ["y", 0.5]]},
        tolerance=0.01,
        form={"columns": ["a", "n"]},
    ),
    "function": Entry(
        Item("a1-q1", "function", 4, "?", "!", "o", form={"signature": "a1_q1(n)"}),
        ([{"value": 1}, {"value": None}, {"value": 0.5}, {"value": True}],),
        (),
        0.001,
        "Right. Yes.",
        "No.",
        (Wrong(([{"value": 2}, {"value": 2}, {"value": 2}, {"value": 2}],), "mistake-0", "Mistake 0."),),
        (Call((1,), 1),),
    ),
    "figure": entry("figure", {"needs": ["title", "ylabel"], "series": [{"x": [1, 2], "y": [3, 4]}]}, tolerance=0.01),
    "code": entry(
        "code",
        {"p": ["2", "1"], "q": ["not-taken"]},
        {"p": "0", "q": "not-taken"},
        options={code: code for code in ("2", "1", "0", "-1", "-2", "not-taken", "not-told")},
        form={"rows": ["p", "q"]},
    ),
    "find-error": entry(
        "find-error",
        ["s2", "scope"],
        ["s2", "source"],
        options={name: name for name in ("s1", "s2", "s3")},
        form={"errors": {"scope": "Too wide", "source": "Another source"}},
    ),
    "written": Entry(Item("a1-q1", "written", 4, "?", "!", "o", form={"rubric": []}), (), ()),
}


def shown(title: str, x: list[float], y: list[float], ylabel: str = "share") -> dict[str, Any]:
    other = {"x": [9], "y": [9], "label": "other"}
    return {"axes": [{"title": title, "ylabel": ylabel, "series": [other, {"x": x, "y": y, "label": ""}]}], "alt": ""}


CASES: list[tuple[str, Any, str, float]] = [
    ("choose", "a", "right", 4),
    ("choose", " A", "right", 4),
    ("choose", "b", "wrong", 0),
    ("choose", "c", "wrong", 0),
    ("choose", "z", "form", 0),
    ("choose", None, "missing", 0),
    ("choose-all", ["c", "b", "a"], "right", 4),
    ("choose-all", ["a", "b"], "partial", 2.67),
    ("choose-all", ["a", "b", "d"], "partial", 1.33),
    ("choose-all", ["a", "d"], "wrong", 0),
    ("choose-all", ["d", "e", "f"], "wrong", 0),
    ("choose-all", list("abcdef"), "wrong", 0),
    ("choose-all", ["a", "b", "c", "d"], "partial", 2.67),
    ("locate", "x-2000 s1.p1", "right", 4),
    ("locate", "FN2", "right", 4),
    ("locate", "x-2000 s1.p2", "wrong", 0),
    ("locate", "x-2000 s9.p9", "wrong", 0),
    ("locate", ["x-2000 s1.p1"], "form", 0),
    ("attribute", ["a", "b"], "right", 4),
    ("attribute", ["b", "a"], "wrong", 0),
    ("attribute", ["a"], "wrong", 0),
    ("order", ["a", "b", "c"], "right", 4),
    ("order", ["b", "a", "c"], "partial", 2),
    ("order", ["a", "c", "b"], "partial", 2),
    ("order", ["c", "b", "a"], "wrong", 0),
    ("order", ["a", "b"], "form", 0),
    ("match", {"p": "a", "q": "b", "r": "c", "s": "a"}, "right", 4),
    ("match", {"p": "b", "q": "b", "r": "c", "s": "a"}, "partial", 2),
    ("match", {"p": "b", "q": "a", "r": "c", "s": "a"}, "wrong", 0),
    ("match", {"p": "b", "q": "a", "r": "a", "s": "b"}, "wrong", 0),
    ("date", "1996", "right", 4),
    ("date", 1996, "right", 4),
    ("date", "1994", "wrong", 0),
    ("date", "1996-01", "form", 0),
    ("number", 0.72, "right", 4),
    ("number", 0.70, "right", 4),
    ("number", 0.74, "right", 4),
    ("number", 0.741, "wrong", 0),
    ("number", 0.5, "wrong", 0),
    ("number", 1, "wrong", 0),
    ("number", True, "form", 0),
    ("number", 72, "form", 0),
    ("table", {"columns": ["a", "n"], "rows": [["x", 1.005], ["y", 0.5]]}, "right", 4),
    ("table", {"columns": ["a", "n"], "rows": [["y", 0.5], ["x", 1]]}, "wrong", 0),
    ("table", {"columns": ["a", "n"], "rows": [["x", True], ["y", 0.5]]}, "wrong", 0),
    ("table", {"columns": ["n", "a"], "rows": [[1, "x"]]}, "form", 0),
    ("function", [{"value": 1}, {"value": None}, {"value": 0.5}, {"value": True}], "right", 4),
    ("function", [{"value": 1.0}, {"value": None}, {"value": 0.5004}, {"value": True}], "right", 4),
    ("function", [{"value": 1}, {"value": None}, {"value": 0.5}, {"value": 1}], "partial", 1.5),
    ("function", [{"value": 1}, {"error": "E"}, {"error": "E"}, {"error": "E"}], "partial", 0.5),
    ("function", [{"error": "E"}] * 4, "wrong", 0),
    ("function", [{"value": 1}], "wrong", 0),
    ("function", [{"value": 1}] * 99, "wrong", 0),
    ("function", ["forged"] * 4, "wrong", 0),
    ("function", [{"value": None}] * 4, "form", 0),
    ("figure", shown("t", [1, 2], [3, 4.005]), "right", 4),
    ("figure", shown("", [1, 2], [3, 4]), "wrong", 0),
    ("figure", shown("t", [1, 2], [3, 4], " "), "wrong", 0),
    ("figure", shown("t", [1, 2], [3, 5]), "wrong", 0),
    ("figure", shown("t", [1], [3]), "wrong", 0),
    ("code", {"p": "2", "q": "not-taken"}, "right", 4),
    ("code", {"p": "1", "q": "Not-Taken"}, "right", 4),
    # A = (1 - 1/4 + 1) / 2 = 7/8. E: p 1, 1, .75, .5, .25, 0, 0 = 1/2; q 1/7; mean 9/28. κ = (7/8 - 9/28) / (1 - 9/28).
    ("code", {"p": "0", "q": "not-taken"}, "partial", 3.26),
    ("code", {"p": "-2", "q": "not-taken"}, "partial", 1.79),
    ("code", {"p": "2", "q": "not-told"}, "partial", 1.05),
    ("code", {"p": "2", "q": "0"}, "partial", 1.05),
    ("code", {"p": "-2", "q": "0"}, "wrong", 0),
    ("code", {"p": "2"}, "form", 0),
    ("code", {"p": 2, "q": "not-taken"}, "form", 0),
    ("code", {"p": None, "q": None}, "missing", 0),
    ("find-error", ["s2", "scope"], "right", 4),
    ("find-error", ["S2", " scope"], "right", 4),
    ("find-error", ["s2", "source"], "partial", 2),
    ("find-error", ["s1", "scope"], "wrong", 0),
    ("find-error", ["scope", "s2"], "form", 0),
    ("find-error", ["s2"], "form", 0),
    ("written", None, "by-hand", 0),
    ("written", "text", "by-hand", 0),
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["axes", "series", "x", "y", "columns", "rows", "value", "error", "p", "q", "r", "s"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


def test_every_kind_is_in_these_tables():
    """No kind of item goes untested."""
    assert set(ENTRIES) == set(KINDS) == {kind for kind, *_ in CASES}


@pytest.mark.parametrize(("kind", "answer", "outcome", "points"), CASES)
def test_each_answer_has_the_outcome_and_points_of_the_rules(kind, answer, outcome, points):
    """The rules of marking, as cases."""
    verdict = checks.judge(ENTRIES[kind], answer)
    assert (verdict.outcome, verdict.points, verdict.out_of) == (outcome, points, 4)


def test_an_answer_to_another_variant_means_nothing_where_options_are_few():
    """A choice that is wrong for one's own variant is not said to be a neighbour's."""
    pooled = Entry(
        Item("a1-q1", "choose", 4, "?", "!", "o", options=OPTIONS, pool=({"n": 1}, {"n": 2})),
        ("a", "b"),
        (),
        otherwise="No.",
    )
    assert checks.judge(pooled, "b", 0).message == "No."


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "written"])
def test_one_right_answer_of_an_entry_is_right(kind):
    """What simulations and tests hand in as right earns everything."""
    answer = [{"value": 1}, {"value": None}, {"value": 0.5}, {"value": True}]
    given = answer if kind == "function" else ENTRIES[kind].right_answer()
    assert checks.judge(ENTRIES[kind], given).outcome == "right"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"figure", "written"}])
def test_a_foreseen_mistake_is_named(kind):
    """The verdict carries the misconception and its message."""
    verdict = checks.judge(ENTRIES[kind], ENTRIES[kind].wrong[0].answers[0])
    assert (verdict.misconception, verdict.message) == ("mistake-0", "Mistake 0.")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "written"])
def test_an_unforeseen_mistake_and_a_missing_answer_have_words_too(kind):
    """Nobody gets an empty message."""
    assert checks.judge(ENTRIES[kind], None).message == "There is no answer. Hint: !"
    assert all(checks.judge(ENTRIES[kind], answer).message for one, answer, *_ in CASES if one == kind)


@pytest.mark.parametrize("kind", KINDS)
@given(answer=ANY)
def test_any_plain_data_gets_a_verdict_within_the_points(kind, answer):
    """Nothing that an answer may hold makes judging fail, or earns more than there is."""
    verdict = checks.judge(ENTRIES[kind], answer)
    assert 0 <= verdict.points <= 4
    assert verdict.message


def test_another_variants_answer_is_told_apart():
    """It earns nothing and says what may have happened."""
    pooled = Entry(
        Item("a1-q1", "number", 4, "?", "!", "o", pool=({"n": 1}, {"n": 2}, {"n": 3})), (1, 2, 1), (), otherwise="No."
    )
    assert checks.judge(pooled, 1, 0).outcome == checks.judge(pooled, 1, 2).outcome == "right"
    assert checks.judge(pooled, 2, 0).misconception == "other-variant"
    assert checks.judge(pooled, 5, 0).message == "No."
