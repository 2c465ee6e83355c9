"""How the questions of one assignment did their work: a class's answers in, counts, coefficients and words out.

Nothing here knows a student's name. A coefficient is given with an interval and only where there are students enough;
where there are not, the report says so in place of a number.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fairmark import codings, guessing, itemanswers, itemfindings, itemstats
from fairmark.bank import Entry
from fairmark.codings import Agreement
from fairmark.itemfindings import CAUTION, FEWEST_COEFFICIENTS, FEWEST_SHARES
from fairmark.itemlines import Estimate, ItemLine
from fairmark.itemstats import Floats, Interval
from fairmark.responses import Answer, Responses

Flags = npt.NDArray[np.bool_]

FEWEST_IN_GROUP = 10
"""How many students each of the two groups of the index D must have."""


@dataclass(frozen=True)
class Misreading:
    """A misconception that the bank names, over the whole assignment.

    Attributes
    ----------
    name : str
    students : int
        How many showed it at least once.
    share : float
        Of the class.
    interval : Interval or None
    items : tuple of str
        Where they showed it.
    """

    name: str
    students: int
    share: float
    interval: Interval | None
    items: tuple[str, ...]


@dataclass(frozen=True)
class Timing:
    """When work was handed in, and what it earned.

    Attributes
    ----------
    hours : tuple of float
        One a student: hours before it was due, or, where the gradebook has no date, after the first who handed in.
    shares : tuple of float
        Of the points, in the same order.
    due : bool
        Which of the two it is.
    rank_correlation : Estimate or None
        Of the moment and the points: above 0 where those who handed in later earned more.
    """

    hours: tuple[float, ...]
    shares: tuple[float, ...]
    due: bool
    rank_correlation: Estimate | None


@dataclass(frozen=True)
class ItemReport:
    """The report on one assignment.

    Attributes
    ----------
    responses : Responses
        What it was made from.
    items : tuple of ItemLine
        In the order of the assignment.
    whole : tuple of str
        Ids of the items that totals, correlations and α are made of: those that nobody's mark is open of.
    mean, spread, points : float
        Of the totals of these items, in points: mean, standard deviation, and what can be earned. NaN where undefined.
    alpha : Estimate or None
    standard_error : float or None
        In points.
    timing : Timing
    misreadings : tuple of Misreading
        The commonest first.
    codings : dict
        Item id to agreement, for items that ask for codings and have no variants.
    group : int
        How many students there are in each group of the index D.
    """

    responses: Responses
    items: tuple[ItemLine, ...]
    whole: tuple[str, ...]
    mean: float
    spread: float
    points: float
    alpha: Estimate | None
    standard_error: float | None
    timing: Timing
    misreadings: tuple[Misreading, ...]
    codings: dict[str, Agreement]
    group: int

    @property
    def students(self) -> int:
        """How many students count."""
        return len(self.responses.papers)

    @property
    def first(self) -> tuple[ItemLine, ...]:
        """The items to look at, the weightiest reason first."""
        found = [item for item in self.items if item.findings and item.findings[0].weight > 5]
        return tuple(sorted(found, key=lambda one: (-one.findings[0].weight, -len(one.findings))))

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Ids of the items whose key is to be checked before anything else is read out of them."""
        return tuple(item.id for item in self.first if item.findings[0].weight >= itemfindings.DOUBTFUL)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits the report, in sentences; empty where nothing does."""
        return tuple(_warnings(self))


def analyse(responses: Responses) -> ItemReport:
    """Make the report.

    Parameters
    ----------
    responses
        A class's answers to one assignment.

    Returns
    -------
    ItemReport
        Also for an empty class: then without any number.
    """
    points, students = responses.points(), len(responses.papers)
    marked: Flags = ~np.isnan(points)
    whole = np.asarray(marked.all(axis=0) if students else np.zeros(len(responses.entries)), dtype=np.bool_)
    most = np.array([entry.item.points for entry in responses.entries], dtype=np.float64)
    totals = points[:, whole].sum(axis=1)
    alpha = _alpha(points[:, whole]) if students >= FEWEST_COEFFICIENTS else None
    return ItemReport(
        responses=responses,
        items=tuple(_items(responses, points, whole, most)),
        whole=tuple(entry.item.id for entry, counts in zip(responses.entries, whole, strict=True) if counts),
        mean=float(totals.mean()) if students else math.nan,
        spread=float(totals.std(ddof=1)) if students > 1 else math.nan,
        points=float(most[whole].sum()),
        alpha=alpha,
        standard_error=itemstats.standard_error(points[:, whole]) if alpha else None,
        timing=_timing(responses, totals / max(float(most[whole].sum()), 1e-9)),
        misreadings=_misreadings(responses),
        codings=_codings(responses),
        group=math.floor(itemstats.TAILS * students + 0.5),
    )


def _items(responses: Responses, points: Floats, whole: Flags, most: Floats) -> Iterator[ItemLine]:
    """Say what is known of each item, and why to look at it; ``whole`` says which items totals are made of."""
    totals = points[:, whole].sum(axis=1)
    discrimination = _discrimination(points[:, whole], most[whole])
    columns = {int(column): number for number, column in enumerate(np.flatnonzero(whole))}
    last = _not_reached(responses)
    compared = sum(len(entry.item.pool) for entry in responses.entries)
    for column, entry in enumerate(responses.entries):
        answers = [paper.answers[column] for paper in responses.papers]
        others = totals - points[:, column] if whole[column] else totals
        rest = others / max(most[whole].sum() - most[column] * whole[column], 1e-9)
        line = _item(entry, answers, last[:, column], points[:, column], rest, compared)
        number = columns.get(column)
        if number is not None:
            line = dataclasses.replace(line, **{name: found[number] for name, found in discrimination.items()})
        yield dataclasses.replace(line, findings=itemfindings.of(line))


def _item(entry: Entry, answers: list[Answer], last: Flags, points: Floats, rest: Floats, compared: int) -> ItemLine:
    known = points[~np.isnan(points)]
    complete = len(known) == len(points) > 0
    share = float(known.mean() / entry.item.points) if complete else math.nan
    enough = complete and len(known) >= FEWEST_SHARES
    variants = range(max(1, len(entry.item.pool)))
    automatic = not entry.marked_by_hand
    return ItemLine(
        entry=entry,
        students=len(known),
        waiting=len(points) - len(known),
        share=share,
        interval=itemstats.share_interval(share, len(known)) if enough else None,
        outcomes=_outcomes(entry, answers, last),
        guessing=float(np.mean([guessing.expected_share(entry, number) for number in variants])) if automatic else 0.0,
        item_rest=None,
        upper_lower=None,
        alpha_without=None,
        by_person=sum(one.by_person for one in answers),
        lines=itemanswers.lines(entry, answers, list(last), rest),
        parts=itemanswers.parts(entry, answers),
        variants=itemanswers.variants(entry, answers, compared),
    )


def _outcomes(entry: Entry, answers: list[Answer], last: Flags) -> dict[str, int]:
    found = dict.fromkeys(("right", "partial", "wrong", "form", "omitted", "not_reached"), 0)
    for one, to_the_end in zip(answers, last, strict=True):
        if not one.given:
            found["not_reached" if to_the_end else "omitted"] += 1
        elif one.outcome == "form":
            found["form"] += 1
        elif one.points is not None:
            got = one.points
            found["right" if got >= entry.item.points else "partial" if got > 0 else "wrong"] += 1
    return found


def _not_reached(responses: Responses) -> Flags:
    """Say of each paper and item whether nothing was answered from there to the end."""
    given = np.array([[one.given for one in paper.answers] for paper in responses.papers], dtype=bool)
    given = given.reshape(len(responses.papers), len(responses.entries))
    later: Flags = np.flip(np.logical_or.accumulate(np.flip(given, axis=1), axis=1), axis=1)
    return ~later


def _discrimination(points: Floats, most: Floats) -> dict[str, list[Any]]:
    """Compute, for the items of the whole, what needs a class that is large enough."""
    students, items = points.shape
    nothing: list[Any] = [None] * items
    found = {"item_rest": nothing, "upper_lower": nothing, "alpha_without": nothing}
    if students < FEWEST_COEFFICIENTS or items < 2:
        return found
    found["item_rest"] = [_correlation(float(r), students) for r in itemstats.item_rest(points)]
    if items > 2:
        found["alpha_without"] = [_number(value) for value in itemstats.alpha_without_each(points)]
    if math.floor(itemstats.TAILS * students + 0.5) >= FEWEST_IN_GROUP:
        found["upper_lower"] = [float(d) for d in itemstats.upper_lower(points / most, points.sum(axis=1))]
    return found


def _correlation(r: float, students: int, *, ranks: bool = False) -> Estimate | None:
    return None if math.isnan(r) else Estimate(r, *itemstats.correlation_interval(r, students, ranks=ranks))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _alpha(points: Floats) -> Estimate | None:
    value = itemstats.alpha(points)
    return None if math.isnan(value) else Estimate(value, *itemstats.alpha_interval(value, *points.shape))


def _timing(responses: Responses, shares: Floats) -> Timing:
    known = [(paper.handed_in, share) for paper, share in zip(responses.papers, shares, strict=True) if paper.handed_in]
    if not known:
        return Timing((), (), False, None)
    due = responses.due
    zero = due or min(moment for moment, _ in known)
    after = np.array([(moment - zero).total_seconds() / 3600 for moment, _ in known])
    earned = np.array([share for _, share in known], dtype=np.float64)
    found = None
    if len(known) >= FEWEST_COEFFICIENTS:
        found = _correlation(itemstats.rank_correlation(after, earned), len(known), ranks=True)
    return Timing(tuple(-after if due else after), tuple(earned), due is not None, found)


def _misreadings(responses: Responses) -> tuple[Misreading, ...]:
    students = len(responses.papers)
    shown: Counter[str] = Counter()
    items: dict[str, set[int]] = defaultdict(set)
    for paper in responses.papers:
        names = {one.misconception for one in paper.answers} - {"", "other-variant"}
        shown.update(names)
        for column, one in enumerate(paper.answers):
            if one.misconception in names:
                items[one.misconception].add(column)
    found = []
    for name, count in sorted(shown.items(), key=lambda one: (-one[1], one[0])):
        share = count / students
        interval = itemstats.share_interval(share, students) if students >= FEWEST_SHARES else None
        where = tuple(responses.entries[column].item.id for column in sorted(items[name]))
        found.append(Misreading(name.replace("-", " "), count, share, interval, where))
    return tuple(found)


def _codings(responses: Responses) -> dict[str, Agreement]:
    found = {}
    for column, entry in enumerate(responses.entries):
        if entry.item.kind != "code" or len(entry.keys) != 1:
            continue
        given: list[dict[str, str]] = []
        for paper in responses.papers:
            one = paper.answers[column]
            if one.outcome in {"right", "partial", "wrong"} and isinstance(one.value, dict):
                given.append({unit: str(code) for unit, code in one.value.items()})
        key: Any = entry.keys[0]
        if given:
            found[entry.item.id] = codings.agreement(given, key, list(entry.item.options))
    return found


def _warnings(report: ItemReport) -> list[str]:
    students, said = report.students, []
    if students < FEWEST_SHARES:
        said.append(
            f"Only {students} students count. Read this page as a list of what they answered. It judges no question, "
            f"because below {FEWEST_SHARES} students one person more or less changes every share."
        )
    elif students < FEWEST_COEFFICIENTS:
        said.append(
            f"{students} students count. Correlations, the index D and α are left out below {FEWEST_COEFFICIENTS}: "
            "they would be mostly chance. Shares stand with their intervals."
        )
    elif students < CAUTION:
        said.append(
            f"{students} students count. Below {CAUTION}, correlations and α are rough. Read their intervals, not the "
            "numbers in the middle."
        )
    if students >= FEWEST_COEFFICIENTS and report.group < FEWEST_IN_GROUP:
        said.append(
            f"The index D is left out: 27 % of the class are {report.group} students, and each of its two groups "
            f"should have {FEWEST_IN_GROUP}."
        )
    if report.responses.outdated:
        said.append(
            f"{report.responses.outdated} submissions were marked before the bank or a rule was changed. Run "
            f"fairmark regrade {report.responses.assignment.id}, and make this report again."
        )
    if report.responses.unmatched:
        said.append(
            "Left out, because not everybody was marked on them: " + ", ".join(report.responses.unmatched) + "."
        )
    waiting = [item.id for item in report.items if item.waiting]
    if waiting:
        said.append(
            f"A person has still to mark answers to {', '.join(waiting)}. Totals, correlations and α are made of the "
            "other questions."
        )
    return said
