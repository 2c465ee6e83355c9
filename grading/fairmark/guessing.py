"""What a blind guesser may expect of an item: somebody who hands in answers of the right form and has read nothing.

The expectation is exact, over every answer that such a guesser could give. Where a guesser may choose how many options
to pick, the number that pays best is taken, so the figure errs on the high side.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from statistics import fmean
from typing import Any

from fairmark import checks
from fairmark.bank import Assignment, Entry

PLACES = 20
"""How many places of a source a guesser who has opened it may choose from."""

YEARS = 30
"""How many years a guesser who knows the matter roughly may choose from."""


def expected_share(entry: Entry, variant: int = 0) -> float:
    """Give the share of an item's points that blind guessing earns on average.

    Parameters
    ----------
    entry
        The item with its key; a written item earns nothing by guessing.
    variant
        Which variant of the pool.

    Returns
    -------
    float
        From 0 to 1. Functions, tables and figures cannot be guessed: 0.

    Examples
    --------
    >>> from worksheet.items import Item
    >>> item = Item("a-q1", "choose", 1, "", "", "", options={"a": "A", "b": "B", "c": "C", "d": "D"})
    >>> expected_share(Entry(item, ("a",), ()))
    0.25
    """
    expectation = _EXPECTATIONS.get(entry.item.kind)
    return 0.0 if expectation is None else float(expectation(entry, entry.keys[variant]))


def expected_points(assignment: Assignment) -> tuple[float, float]:
    """Give what a blind guesser earns on average in an assignment, and what its automatic items carry.

    Where an item has variants, each counts alike.
    """
    automatic = [entry for entry in assignment.entries.values() if not entry.marked_by_hand]
    earned = sum(
        entry.item.points * fmean(expected_share(entry, number) for number in range(len(entry.keys)))
        for entry in automatic
    )
    return earned, sum(entry.item.points for entry in automatic)


def _choose(entry: Entry, _: Any) -> float:
    return 1 / len(entry.item.options)


def _choose_all(entry: Entry, key: Any) -> float:
    """Pick m of n options at random, with the m that pays best."""
    n, right = len(entry.item.options), len(key)
    return max(
        sum(
            math.comb(right, hits) * math.comb(n - right, m - hits) * max(0, 2 * hits - m) / right
            for hits in range(max(0, m - n + right), min(m, right) + 1)
        )
        / math.comb(n, m)
        for m in range(1, n + 1)
    )


def _attribute(entry: Entry, key: Any) -> float:
    """Suppose that the guesser knows how long the chain is."""
    return 1 / math.perm(len(entry.item.options), len(key))


def _order(entry: Entry, _: Any) -> float:
    n = len(entry.item.options)
    return (1 + 0.5 * (n - 1)) / math.factorial(n)


def _locate(entry: Entry, key: Any) -> float:
    return len(key) / (PLACES * len(entry.item.form["sources"]))


def _date(entry: Entry, _: Any) -> float:
    return 1 / (YEARS * {"year": 1, "month": 12, "day": 365}[entry.item.form["precision"]])


def _number(entry: Entry, _: Any) -> float:
    low, high = (float(end) for end in entry.item.form.get("between", (0, math.inf)))
    if entry.item.form.get("whole"):
        return (2 * math.floor(entry.tolerance) + 1) / (high - low + 1)
    return min(1.0, 2 * entry.tolerance / (high - low))


def _match(entry: Entry, key: dict[str, str]) -> float:
    """Guess each row for itself, or give all rows the same answer, whichever pays better."""
    rows, options = len(key), list(entry.item.options)
    chance = 1 / len(options)
    evenly = sum(
        math.comb(rows, right) * chance**right * (1 - chance) ** (rows - right) * max(0, 2 * right - rows) / rows
        for right in range(rows + 1)
    )
    alike = fmean(max(0.0, 2 * list(key.values()).count(one) - rows) / rows for one in options)
    return max(evenly, alike)


def _code(entry: Entry, key: Any) -> float:
    """Draw each row evenly from all codes; the sum of closeness over rows is built up row by row."""
    codes = tuple(entry.item.options)
    sums: Counter[Fraction] = Counter({Fraction(0): 1})
    for taken in key.values():
        steps = Counter(Fraction(checks.closeness(taken, code, codes)).limit_denominator(1000) for code in codes)
        grown: Counter[Fraction] = Counter()
        for (so_far, ways), (step, more) in itertools.product(sums.items(), steps.items()):
            grown[so_far + step] += ways * more
        sums = grown
    rows, draws = len(key), sum(sums.values())
    expected = sum((total * ways for total, ways in sums.items()), Fraction(0)) / (rows * draws)
    earned = Fraction(0)
    for total, ways in sums.items():
        earned += ways * max(Fraction(0), (total / rows - expected) / (1 - expected))
    return float(earned / draws)


def _find_error(entry: Entry, _: Any) -> float:
    steps, errors = len(entry.item.options), len(entry.item.form["errors"])
    return (1 + 0.5 * (errors - 1)) / (steps * errors)


_EXPECTATIONS: dict[str, Callable[[Entry, Any], float]] = {
    "choose": _choose,
    "choose-all": _choose_all,
    "attribute": _attribute,
    "order": _order,
    "locate": _locate,
    "date": _date,
    "number": _number,
    "match": _match,
    "code": _code,
    "find-error": _find_error,
}
