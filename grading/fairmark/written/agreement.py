"""How far two markings of the same answers agree, said with as much certainty as their number allows.

Criteria are levels in an order, so their agreement is Krippendorff's alpha for ordinal data; totals are points, so
theirs is alpha for interval data. The mean difference comes with Student's interval for paired differences.

Krippendorff's package and SciPy are imported where they are used: every command of ``fairmark`` imports this module,
and would start a second later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from fairmark.written.marks import Given, History, same_name
from fairmark.written.rubric import Criterion

FEW, SOME = 10, 30
"""Below FEW answers no coefficient is given; below SOME it is called rough."""


@dataclass(frozen=True)
class Pair:
    """One answer that was marked twice, the same text both times.

    Attributes
    ----------
    item, student : str
    first, second : Given
    """

    item: str
    student: str
    first: Given
    second: Given

    @property
    def answer(self) -> str:
        """SHA-256 of the text."""
        return self.first.answer

    @property
    def difference(self) -> float:
        """Points that the second gave more than the first."""
        return round(self.second.judgement.score - self.first.judgement.score, 2)

    @property
    def same_person(self) -> bool:
        """Whether one marker gave both."""
        return same_name(self.first.place.marker) == same_name(self.second.place.marker)


@dataclass(frozen=True)
class Agreement:
    """How a set of pairs agrees.

    Attributes
    ----------
    kind : str
        ``two markers`` or ``one marker, twice``.
    markers : tuple of str
        First and second.
    item : str
    answers : int
    out_of : float
    same : float
        Share of answers with the same total.
    difference : float
        Mean of second less first, in points.
    interval : tuple of float or None
        Where that mean lies with 95 per cent confidence; None with fewer than two answers.
    alpha : float or None
        Krippendorff's alpha of the totals; None for few answers, or where all points are the same.
    criteria : dict
        Name to (share of the same level, alpha or None).
    """

    kind: str
    markers: tuple[str, str]
    item: str
    answers: int
    out_of: float
    same: float
    difference: float
    interval: tuple[float, float] | None
    alpha: float | None
    criteria: dict[str, tuple[float, float | None]]

    @property
    def caution(self) -> str:
        """What the number of answers forbids to conclude; empty where nothing."""
        if self.answers < FEW:
            return (
                f"{self.answers} answers are too few for a coefficient. Look at the answers themselves; "
                f"from {FEW} on there is a rough one."
            )
        return f"With {self.answers} answers the coefficients are rough." if self.answers < SOME else ""


def pairs(given: History) -> Iterator[Pair]:
    """Find the answers that were marked twice; a text that changed in between is no pair."""
    for (item, student, round_, _), stack in sorted(given.items()):
        first = given.get((item, student, "first", ""))
        if round_ == "second" and first and first[-1].answer == stack[-1].answer:
            yield Pair(item, student, first[-1], stack[-1])


def far_apart(pair: Pair, rubric: Sequence[Criterion], apart: float | None = None) -> bool:
    """Tell whether a pair needs settling.

    Parameters
    ----------
    pair
        Two markings.
    rubric
        By which both were made.
    apart
        So many points of difference in the total are still near. None: a tenth of all points are, unless on one
        criterion a whole level lies between the two.
    """
    if apart is not None:
        return abs(pair.difference) > apart
    both = zip(rubric, pair.first.judgement.criteria, pair.second.judgement.criteria, strict=True)
    jumped = any(min(one, other) < level.points < max(one, other) for row, one, other in both for level in row.levels)
    return jumped or abs(pair.difference) > 0.1 * sum(row.most for row in rubric)


def agreements(found: Iterable[Pair], rubrics: dict[str, tuple[Criterion, ...]]) -> list[Agreement]:
    """Compare, for each item and each two markers.

    Parameters
    ----------
    found
        As from :func:`pairs`.
    rubrics
        By item.
    """
    groups: dict[tuple[str, str, str], list[Pair]] = {}
    for one in found:
        names = (same_name(one.first.place.marker), same_name(one.second.place.marker))
        groups.setdefault((one.item, *names), []).append(one)
    return [agreement(group, rubrics[item]) for (item, *_), group in sorted(groups.items())]


def agreement(group: Sequence[Pair], rubric: tuple[Criterion, ...]) -> Agreement:
    """Compare the pairs of one item and two markers; there is at least one."""
    one = group[0]
    scores = [(pair.first.judgement.score, pair.second.judgement.score) for pair in group]
    differences = [pair.difference for pair in group]
    levels = {
        criterion.name: [(pair.first.judgement.criteria[at], pair.second.judgement.criteria[at]) for pair in group]
        for at, criterion in enumerate(rubric)
    }
    return Agreement(
        kind="one marker, twice" if one.same_person else "two markers",
        markers=(one.first.place.marker, one.second.place.marker),
        item=one.item,
        answers=len(group),
        out_of=sum(criterion.most for criterion in rubric),
        same=_same(scores),
        difference=fmean(differences),
        interval=interval(differences),
        alpha=alpha(scores, "interval"),
        criteria={name: (_same(both), alpha(both, "ordinal")) for name, both in levels.items()},
    )


def alpha(both: Sequence[tuple[float, float]], level: str) -> float | None:
    """Compute Krippendorff's alpha of pairs; None for fewer than FEW, or where nothing varies.

    Examples
    --------
    >>> alpha([(1, 1), (2, 2), (3, 3), (4, 4)] * 3, "ordinal")
    1.0
    >>> alpha([(1, 1)] * 12, "ordinal") is None
    True
    """
    import krippendorff

    table = np.array(both, dtype=float).T
    if table.shape[1] < FEW or len(np.unique(table)) == 1:
        return None
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))


def interval(differences: Sequence[float]) -> tuple[float, float] | None:
    """Give Student's 95 per cent interval of a mean; None with fewer than two values.

    Examples
    --------
    >>> [round(end, 3) for end in interval([1, 2, 3, 4])]
    [0.446, 4.554]
    """
    if len(differences) < 2:
        return None
    from scipy import stats

    mean, error = fmean(differences), stdev(differences) / math.sqrt(len(differences))
    reach = float(stats.t.ppf(0.975, len(differences) - 1)) * error
    return mean - reach, mean + reach


def _same(both: Sequence[tuple[float, float]]) -> float:
    return fmean(float(first == second) for first, second in both)
