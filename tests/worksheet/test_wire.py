"""The wire format: what crosses it unchanged, what changes into plain data, and what is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import enum
import fractions
import json
import math
from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from worksheet import wire
from worksheet.figures import MAX_POINTS, describe

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-wire.MAX_INTEGER, wire.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
PLAIN = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=15
)
Point = namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    """A number with a name."""

    RED = 1


def nested(depth: int) -> Any:
    value: Any = "core"
    for _ in range(depth):
        value = [value]
    return value


def depth_of(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth_of, parts), default=0)


@given(PLAIN.filter(lambda value: depth_of(value) <= wire.MAX_DEPTH))
def test_plain_data_crosses_unchanged(value):
    """What is plain already comes back equal and of the same type."""
    back = wire.loads(wire.dumps(value))
    assert back == value
    assert json.dumps(back, sort_keys=True) == json.dumps(value, sort_keys=True)


@given(PLAIN.filter(lambda value: depth_of(value) <= wire.MAX_DEPTH))
def test_the_same_answer_has_the_same_text(value):
    """Text is strict ASCII JSON, and writing it again changes nothing."""
    text = wire.dumps(value)
    assert text.isascii()
    assert wire.dumps(wire.loads(text)) == text


@given(st.text(max_size=60))
def test_text_that_may_be_anything_is_read_or_refused(text):
    """No text makes the reader fail in another way."""
    with contextlib.suppress(wire.RefusedError):
        wire.loads(text)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, "a"), [1, "a"]),
        (Point(1, 2), [1, 2]),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset({"b", "a"}), ["a", "b"]),
        (set(), []),
        (OrderedDict(b=1), {"b": 1}),
        (Colour.RED, 1),
        (True, True),
        (fractions.Fraction(1, 4), 0.25),
        (np.float32(0.5), 0.5),
        (np.float64(0.25), 0.25),
        (np.int8(-3), -3),
        (np.uint64(7), 7),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(5), 5),
        (np.array(["1992-05-15"], dtype="datetime64[D]"), ["1992-05-15"]),
        (dt.date(1992, 5, 15), "1992-05-15"),
        (dt.datetime(1992, 5, 15, tzinfo=dt.UTC), "1992-05-15"),
        (dt.datetime(1992, 5, 15, 12, 30, tzinfo=dt.UTC), "1992-05-15T12:30:00+00:00"),
        (pd.Timestamp("1992-05-15"), "1992-05-15"),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Period("1996-11", freq="M"), "1996-11"),
        (pd.Period("1996", freq="Y"), "1996"),
        (pd.Index([1, 2]), [1, 2]),
        (pd.DatetimeIndex(["1992-05-15"]), ["1992-05-15"]),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), {"columns": ["a", "b"], "rows": [[1, "x"], [2, "y"]]}),
        (pd.DataFrame({"a": [1.5, None]}), {"columns": ["a"], "rows": [[1.5], [None]]}),
        (pd.DataFrame({"a": [True]}), {"columns": ["a"], "rows": [[True]]}),
        (
            pd.DataFrame({"n": [3]}, index=pd.Index([46], name="session")),
            {"columns": ["session", "n"], "rows": [[46, 3]]},
        ),
        (pd.DataFrame({"n": [3]}, index=["BLR"]), {"columns": ["index", "n"], "rows": [["BLR", 3]]}),
        (
            pd.DataFrame({"d": [pd.Timestamp("1992-05-15"), pd.NaT]}),
            {"columns": ["d"], "rows": [["1992-05-15"], [None]]},
        ),
        (pd.DataFrame({1991: [1]}), {"columns": ["1991"], "rows": [[1]]}),
        (pd.DataFrame(columns=["a"]), {"columns": ["a"], "rows": []}),
        (pd.Series([1, 2]), {"columns": ["value"], "rows": [[1], [2]]}),
        (pd.Series([0.5], index=["POL"], name="share"), {"columns": ["index", "share"], "rows": [["POL", 0.5]]}),
        (pd.DataFrame({"a": [1]}).itertuples(index=False).__next__(), [1]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_scientists_hold_becomes_plain(value, plain):
    """Values of Python, NumPy and pandas cross in their plain form, and read back equal."""
    assert wire.plain(value) == plain
    assert wire.loads(wire.dumps(value)) == plain


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (math.nan, "not finite"),
        (math.inf, "not finite"),
        (-math.inf, "not finite"),
        (np.float64("nan"), "not finite"),
        ([1, math.nan], "not finite"),
        (np.array([1.0, np.nan]), "not finite"),
        (2**53 + 1, "too large"),
        (-(10**400), "too large"),
        (np.uint64(2**64 - 1), "too large"),
        ("\ud800", "broken character"),
        ({"\ud800": 1}, "broken character"),
        ({1: "a"}, "keys must be text, and int is not"),
        ({None: 1}, "keys must be text"),
        (nested(wire.MAX_DEPTH), "nested more than"),
        (nested(5000), "nested more than"),
        ("a" * 10**6, "too large"),
        ([0] * 40_000, "too large"),
        (pd.DataFrame({"a": range(wire.MAX_ROWS + 1)}), "has 5,001 rows"),
        (pd.DataFrame([range(wire.MAX_COLUMNS + 1)]), "has 501 columns"),
        (object(), "type 'object' cannot be an answer"),
        (len, "cannot be an answer"),
        (1j, "type 'complex'"),
        (b"a", "type 'bytes'"),
        (decimal.Decimal("0.5"), "type 'Decimal'"),
        (range(3), "type 'range'"),
        (dt.timedelta(1), "type 'timedelta'"),
        (pd.DataFrame({"a": [object()]}), "type 'object'"),
        (pd.DataFrame({"a": [math.inf]}), "not finite"),
        ({1j}, "type 'complex'"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20].encode("ascii", "replace"),
)
def test_what_cannot_cross_is_refused_in_words(value, says):
    """A refusal says why, to the student."""
    with pytest.raises(wire.RefusedError, match=says):
        wire.dumps(value)


def test_a_value_that_holds_itself_is_refused():
    """A cycle ends at the depth that is allowed."""
    value: list[Any] = []
    value.append(value)
    with pytest.raises(wire.RefusedError, match="nested"):
        wire.dumps(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "strict JSON"),
        ("{", "strict JSON"),
        ("'a'", "strict JSON"),
        ("[1,]", "strict JSON"),
        ("NaN", "NaN is not allowed"),
        ("[Infinity]", "Infinity is not allowed"),
        ("-Infinity", "-Infinity is not allowed"),
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"b": {"a": 1, "a": 1}}', "same key twice"),
        ("1e999", "not finite"),
        (str(2**53 + 1), "too large"),
        ("1" * 5000, "strict JSON"),
        ('"\\ud800"', "broken character"),
        ("[" * 60_000, "strict JSON"),
        ("[" * 9 + "]" * 9, "nested"),
        ('"' + "a" * wire.MAX_BYTES + '"', "too large"),
        ("1 2", "strict JSON"),
        ("\ufeff1", "strict JSON"),
    ],
    ids=range(18),
)
def test_text_that_breaks_the_rules_is_refused(text, says):
    """The marker reads nothing but strict, small, shallow JSON."""
    with pytest.raises(wire.RefusedError, match=says):
        wire.loads(text)


def test_the_largest_and_the_deepest_answer_still_cross():
    """The caps are inclusive."""
    assert wire.loads(wire.dumps("a" * (wire.MAX_BYTES - 2))) == "a" * (wire.MAX_BYTES - 2)
    assert wire.loads(wire.dumps(nested(wire.MAX_DEPTH - 1))) == nested(wire.MAX_DEPTH - 1)
    assert wire.loads(wire.dumps(wire.MAX_INTEGER)) == wire.MAX_INTEGER


# --- Figures ----------------------------------------------------------------------------------------------------------


def drawn() -> Figure:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1991, 1992], [1.0, float("nan")], label="line")
    axes.bar([1, 2], [3, 4], label="bars")
    axes.scatter([5], [6], label="points")
    axes.plot([], [])
    axes.set(title="A title", xlabel="year", ylabel="share")
    return figure


def test_a_figure_crosses_as_what_it_shows():
    """Title, axes, and lines, bars and points as series, with a gap as null and empty series left out."""
    series = [
        {"x": [1991.0, 1992.0], "y": [1.0, None], "label": "line"},
        {"x": [1.0, 2.0], "y": [3.0, 4.0], "label": "bars"},
        {"x": [5.0], "y": [6.0], "label": "points"},
    ]
    figure = drawn()
    figure.alt_text = "Two lines of text"  # type: ignore[attr-defined]
    expected = {"title": "A title", "xlabel": "year", "ylabel": "share", "series": series}
    assert wire.loads(wire.dumps(figure)) == {"axes": [expected], "alt": "Two lines of text"}


def test_axes_stand_for_their_figure():
    """A student may hand in either."""
    figure = drawn()
    assert describe(figure.axes[0]) == describe(figure)


def test_dates_and_categories_on_an_axis_become_text():
    """What is not a number is shown as it is written."""
    figure = Figure()
    figure.subplots().plot([dt.date(1992, 5, 15)], [1])
    assert wire.plain(figure)["axes"][0]["series"][0]["x"] == ["1992-05-15"]  # type: ignore[index,call-overload]


def test_a_title_on_the_left_is_a_title():
    """Matplotlib has three places for a title."""
    figure = Figure()
    figure.subplots().set_title("Left", loc="left")
    assert describe(figure)["axes"][0]["title"] == "Left"


def test_a_long_series_is_cut_and_an_empty_figure_is_described():
    """A figure of any size has a description of bounded size."""
    figure = Figure()
    figure.subplots().plot(range(MAX_POINTS + 5))
    assert len(describe(figure)["axes"][0]["series"][0]["x"]) == MAX_POINTS
    assert describe(Figure()) == {"axes": [], "alt": ""}
