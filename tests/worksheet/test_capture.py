"""Bringing an answer out of a notebook that is being marked."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import pytest

from worksheet import capture, wire


class Bad:
    """Misbehaves while it is read."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        raise self.error(name)

    def __len__(self) -> int:
        raise self.error


class BadDict(dict[str, Any]):
    """A map whose parts cannot be listed."""

    def items(self) -> Any:
        """Fail."""
        raise RuntimeError("no")


class Yes(str):
    """Equals everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def values(sent: dict[str, Any]) -> Any:
    return wire.loads(sent["answer"])


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text", [1, [2]], {"a": None}])
def test_a_plain_value_comes_out_as_it_is(value):
    """What the variable holds is what is marked."""
    assert values(capture.value_of({"x": value}, "x")) == value


@pytest.mark.parametrize("value", [object(), float("nan"), 10**400, "\ud800", "a" * 10**6, len, sys], ids=range(7))
def test_a_value_that_cannot_cross_is_a_problem_with_its_reason(value):
    """The sentence names the variable and the reason."""
    problem = capture.value_of({"x": value}, "x")["problem"]
    assert problem.startswith("x cannot be handed in: ")
    assert problem.endswith(".")


@pytest.mark.parametrize("value", [Bad(ValueError), Bad(AttributeError), BadDict(a=1), [BadDict()]], ids=range(4))
def test_a_value_that_misbehaves_is_a_problem(value):
    """Nothing that a value does while it is read gets out of the reader."""
    assert capture.value_of({"x": value}, "x").keys() == {"problem"}


def test_an_object_that_equals_everything_comes_out_as_its_text():
    """What crosses is data: it compares as data."""
    assert values(capture.value_of({"x": Yes("wrong")}, "x")) == "wrong"
    assert type(values(capture.value_of({"x": Yes("wrong")}, "x"))) is str


def test_a_missing_name_is_a_problem_that_names_it():
    """A misspelt variable is said to be missing."""
    assert capture.value_of({}, "x") == {
        "problem": "x is not defined; run its cell, and check the spelling of the name."
    }


def fail(_: Any) -> None:
    raise ValueError("y" * 500)


def leave(_: Any) -> None:
    raise KeyError


def strange(_: Any) -> object:
    return object()


@pytest.mark.parametrize(
    ("function", "result"),
    [
        (lambda n: n + 1, {"value": 2}),
        (lambda n: (n, None), {"value": [1, None]}),
        (fail, {"error": "ValueError: " + "y" * 188}),
        (leave, {"error": "KeyError: "}),
        (lambda: 1, None),
        (strange, None),
    ],
    ids=range(6),
)
def test_each_call_gives_a_value_or_an_error(function, result):
    """A function that fails fails in that call alone."""
    found = values(capture.results_of({"f": function}, "f", [[1], [1]]))
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0] == result if result else "error" in found[0]


def test_what_a_function_prints_is_thrown_away(capsys):
    """Output during the calls reaches nobody."""

    def loud(_: Any) -> int:
        print("out")
        print("err", file=sys.stderr)
        return 1

    assert values(capture.results_of({"f": loud}, "f", [[1]])) == [{"value": 1}]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("value", [None, 5, "f", []])
def test_what_is_no_function_is_a_problem(value):
    """A function item needs something to call."""
    assert capture.results_of({"f": value}, "f", [[1]]) == {"problem": "f must be a function, and is not."}


def test_too_much_from_a_function_is_a_problem():
    """The cap holds for all results together."""
    sent = capture.results_of({"f": lambda n: "a" * 40_000}, "f", [[1], [2]])
    assert "too large" in sent["problem"]


def test_each_call_has_a_guard_of_its_own():
    """What limits a call is entered before it and left after it, and an error there is the call's result."""
    entered: list[str] = []

    @contextlib.contextmanager
    def guard():
        entered.append("in")
        yield
        entered.append("out")
        raise TimeoutError("too long")

    found = values(capture.results_of({"f": lambda n: entered.append("called")}, "f", [[1], [2]], guard))
    assert entered == ["in", "called", "out"] * 2
    assert found == [{"error": "TimeoutError: too long"}] * 2
