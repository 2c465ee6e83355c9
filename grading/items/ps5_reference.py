"""Compute the keys of problem set 5's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.reliability` and :mod:`neutrality.divergence`, so that they check each other.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from neutrality import stances

Given = dict[str, Any]
Place = int | None
Pair = tuple[Place, Place]
ENDS = (-2, 2)


def kappa_by_hand(given: Given) -> float:
    """Compute Cohen's kappa from four counts."""
    return (_same(given) - _chance(given)) / (1 - _chance(given))


def same_instead(given: Given) -> float:
    """Compute, wrongly, the share of the same answers."""
    return _same(given)


def chance_instead(given: Given) -> float:
    """Compute, wrongly, what chance alone would bring."""
    return _chance(given)


def difference_instead(given: Given) -> float:
    """Compute, wrongly, how far the share lies above chance, without dividing."""
    return _same(given) - _chance(given)


def linear_kappa(given: Given) -> float:
    """Compute kappa, a disagreement weighing its distance."""
    return _weighted(given, lambda one, other: abs(one - other))


def plain_kappa(given: Given) -> float:
    """Compute, wrongly, kappa with all disagreements alike."""
    return _weighted(given, lambda one, other: float(one != other))


def quadratic_kappa(given: Given) -> float:
    """Compute, wrongly, kappa with squared distances."""
    return _weighted(given, lambda one, other: (one - other) ** 2)


def ordinal_alpha(given: Given) -> float:
    """Compute Krippendorff's ordinal alpha over the units to which both coders gave a place."""
    values = [one for pair in _both(given) for one in pair]
    return _alpha(given, lambda one, other: _between(values, one, other) ** 2)


def nominal_alpha(given: Given) -> float:
    """Compute, wrongly, nominal alpha."""
    return _alpha(given, lambda one, other: float(one != other))


def gaps_as_middle(given: Given) -> float:
    """Compute, wrongly, ordinal alpha with every gap as a 0."""
    filled = {name: [place or 0 for place in given[name]] for name in ("first_coder", "second_coder")}
    return ordinal_alpha(filled)


def told_alike(given: Given) -> float:
    """Compute the share of the same answers where a pass found something."""
    pairs = [pair for pair in _passes(given) if set(pair) != {stances.NOT_IN_SOURCE}]
    return sum(one == other for one, other in pairs) / len(pairs)


def all_alike(given: Given) -> float:
    """Compute, wrongly, the share of the same answers over all issues."""
    pairs = _passes(given)
    return sum(one == other for one, other in pairs) / len(pairs)


def distance(given: Given) -> float:
    """Compute the mean of |m - r| / 4 over the issues on which both have a place."""
    pairs = [(one, other) for one, other in _told(given) if one is not None and other is not None]
    return sum(abs(one - other) / 4 for one, other in pairs) / len(pairs)


def over_all_instead(given: Given) -> float:
    """Compute, wrongly, the same sum divided by all issues."""
    coded = [pair for pair in _told(given) if None not in pair]
    return distance(given) * len(coded) / len(_told(given))


def missing_as_middle(given: Given) -> float:
    """Compute, wrongly, the mean with every missing place as 0."""
    pairs = [(one or 0, other or 0) for one, other in _told(given)]
    return sum(abs(one - other) / 4 for one, other in pairs) / len(pairs)


def undivided(given: Given) -> float:
    """Compute, wrongly, the mean number of steps."""
    return 4 * distance(given)


def most_possible(given: Given) -> float:
    """Compute the most that the distance over all issues could be."""
    return _mean(max(_possible(pair)) for pair in _told(given))


def least_possible(given: Given) -> float:
    """Compute, wrongly, the least that it could be."""
    return _mean(min(_possible(pair)) for pair in _told(given))


def coded_only(given: Given) -> float:
    """Compute, wrongly, the distance of the coded issues."""
    return distance(given)


def always_one(given: Given) -> float:
    """Compute, wrongly, a bound in which each incomplete issue counts 1."""
    return _mean(1.0 if None in pair else max(_possible(pair)) for pair in _told(given))


def _counts(given: Given) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", given["both_yes"] + " " + given["others"])]


def _same(given: Given) -> float:
    yes, _, _, no = _counts(given)
    return (yes + no) / sum(_counts(given))


def _chance(given: Given) -> float:
    yes, first, second, no = _counts(given)
    n = sum(_counts(given))
    return ((yes + first) * (yes + second) + (no + first) * (no + second)) / n**2


def _both(given: Given) -> list[tuple[int, int]]:
    pairs = zip(given["first_coder"], given["second_coder"], strict=True)
    return [(one, other) for one, other in pairs if one is not None and other is not None]


def _weighted(given: Given, weight: Callable[[int, int], float]) -> float:
    pairs = _both(given)
    seen = _mean(weight(one, other) for one, other in pairs)
    expected = _mean(weight(one, other) for (one, _), (_, other) in itertools.product(pairs, pairs))
    return 1 - seen / expected


def _alpha(given: Given, apart: Callable[[int, int], float]) -> float:
    pairs = _both(given)
    values = [one for pair in pairs for one in pair]
    seen = _mean(apart(one, other) for one, other in pairs)
    return 1 - seen / _mean(apart(one, other) for one, other in itertools.permutations(values, 2))


def _between(values: Sequence[int], one: int, other: int) -> float:
    low, high = min(one, other), max(one, other)
    return sum(low <= value <= high for value in values) - (values.count(low) + values.count(high)) / 2


def _passes(given: Given) -> list[tuple[str, str]]:
    table = stances.codings()
    rows: pd.DataFrame = table[(table["round"] == given["round"]) & (table["actor"] == given["actor"])]
    codes = {coder: dict(zip(part["issue"], part["code"], strict=True)) for coder, part in rows.groupby("coder")}
    return [(codes["pass-a"][issue], codes["pass-b"][issue]) for issue in codes["pass-a"]]


def _told(given: Given) -> list[Pair]:
    return list(zip(given["minsk"], given["moscow"], strict=True))


def _possible(pair: Pair) -> list[float]:
    one, other = ([place] if place is not None else range(ENDS[0], ENDS[1] + 1) for place in pair)
    return [abs(first - second) / 4 for first, second in itertools.product(one, other)]


def _mean(values: Any) -> float:
    found = list(values)
    return sum(found) / len(found)
