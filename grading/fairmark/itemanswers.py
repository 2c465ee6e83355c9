"""What was answered to one item: right, one of the foreseen mistakes, something else, or nothing."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from fairmark import itemstats
from fairmark.bank import Entry, Wrong
from fairmark.itemstats import Floats, Interval
from fairmark.responses import Answer
from worksheet.wire import Json

FEWEST = 5
"""From how many answers on it is said how their students did elsewhere."""
_SHOWN = 80
_UNFORESEEN = 5
_SHORT = frozenset({"choose", "choose-all", "locate", "attribute", "order", "date", "number", "find-error"})


@dataclass(frozen=True)
class Line:
    """One answer, or kind of answer, and who gave it.

    Attributes
    ----------
    kind : str
        ``right``, ``foreseen``, ``other-variant``, ``unforeseen``, ``form``, ``omitted`` or ``not-reached``.
    answer : str
        The answer itself, where it can be shown in a few words; of variants, the answers of all.
    misconception : str
        What it stands for; empty where it stands for nothing.
    message : str
        What those students are told.
    students : int
    rest : float or None
        How they did on the other items: mean share of the points, from 0 to 1. None for fewer than :data:`FEWEST`.
    better : bool
        Whether they did better there than those who were right, beyond what chance would do once in a hundred items.
    """

    kind: str
    answer: str
    misconception: str
    message: str
    students: int
    rest: float | None
    better: bool = False


@dataclass(frozen=True)
class Part:
    """One part of an item that has several: an option that may be picked, or a row that is to be filled.

    Attributes
    ----------
    part : str
    right : int
        How many had this part right.
    students : int
        How many gave an answer that could be read.
    commonest : str
        The commonest wrong entry of a row, and how many gave it; empty for an option.
    """

    part: str
    right: int
    students: int
    commonest: str = ""


@dataclass(frozen=True)
class Variant:
    """One variant of an item, and how those who had it did.

    Attributes
    ----------
    number : int
    given : dict
        Its parameters.
    students : int
    share : float
        Of the points, from 0 to 1; NaN where nobody had it.
    interval : Interval or None
    others : float
        The same share of those who had another variant.
    harder : bool
        Whether it was harder than the others by a quarter of the points or more, and beyond what chance would do in one
        assignment of twenty.
    """

    number: int
    given: dict[str, Any]
    students: int
    share: float
    interval: Interval | None
    others: float
    harder: bool


def lines(entry: Entry, answers: Sequence[Answer], last: Sequence[bool], rest: Floats) -> tuple[Line, ...]:
    """Count what was answered.

    Parameters
    ----------
    entry
        The item.
    answers
        One a student.
    last
        Whether nothing was answered from this item on to the end.
    rest : array of shape (students,)
        Each student's share of the points of the other items.

    Returns
    -------
    tuple of Line
        Right answers, every foreseen mistake in the order of the bank (also one that nobody made), other answers that
        two students or more gave alike, all further ones together, and those without an answer. Nothing for a written
        item.
    """
    if entry.marked_by_hand:
        return ()
    groups: dict[tuple[str, Any], list[int]] = {("right", ""): []}
    groups |= {("foreseen", number): [] for number in range(len(entry.wrong))}
    alike: Counter[str] = Counter()
    for one in answers:
        if _kind(entry, one, False)[0] == "unforeseen":
            alike[_text(entry, one.value)] += 1
    told = {text for text, count in alike.most_common(_UNFORESEEN) if text and count > 1}
    for place, one in enumerate(answers):
        kind, which = _kind(entry, one, last[place])
        if kind == "unforeseen":
            which = text if (text := _text(entry, one.value)) in told else ""
        groups.setdefault((kind, which), []).append(place)
    right = rest[groups["right", ""]]
    order = ["right", "foreseen", "other-variant", "unforeseen", "form", "omitted", "not-reached"]
    ranked = sorted(groups.items(), key=lambda one: (order.index(one[0][0]), one[0][1] == "" and one[0][0] != "right"))
    return tuple(_line(entry, kind, which, rest[places], right) for (kind, which), places in ranked)


def parts(entry: Entry, answers: Sequence[Answer]) -> tuple[Part, ...]:
    """Count, for an item of several parts, how many had each part right; nothing for other items."""
    readable = [one for one in answers if one.outcome in {"right", "partial", "wrong"}]
    if entry.item.kind in {"match", "code"}:
        return tuple(_row(entry, row, readable) for row in entry.item.form["rows"])
    if entry.item.kind == "choose-all":
        return tuple(_option(entry, option, readable) for option in entry.item.options)
    return ()


def variants(entry: Entry, answers: Sequence[Answer], compared: int) -> tuple[Variant, ...]:
    """Compare an item's variants; nothing for an item that has none.

    Parameters
    ----------
    entry, answers
        The item, and one answer a student.
    compared
        How many variants the whole assignment has: among so many, one will look hard by chance (Bonferroni).
    """
    marked = [one for one in answers if one.points is not None]
    shares = np.array([(one.points or 0.0) / entry.item.points for one in marked])
    had = np.array([one.variant for one in marked], dtype=int)
    return tuple(_variant(entry, number, shares, had, compared) for number in range(len(entry.item.pool)))


def _variant(entry: Entry, number: int, shares: Floats, had: Any, compared: int) -> Variant:
    own, others = shares[had == number], shares[had != number]
    mean = float(own.mean()) if len(own) else math.nan
    elsewhere = float(others.mean()) if len(others) else math.nan
    harder = False
    if min(len(own), len(others)) >= FEWEST and elsewhere - mean >= 0.25:
        table = [[int((part == 1).sum()), int((part < 1).sum())] for part in (own, others)]
        harder = stats.fisher_exact(table, alternative="less").pvalue < 0.05 / compared
    interval = itemstats.share_interval(mean, len(own)) if len(own) else None
    return Variant(number, dict(entry.item.pool[number]), len(own), mean, interval, elsewhere, bool(harder))


def _kind(entry: Entry, one: Answer, last: bool) -> tuple[str, Any]:
    """Say into which group an answer falls, and which of several."""
    if one.outcome == "missing":
        return "not-reached" if last else "omitted", ""
    if one.outcome in {"right", "form"}:
        return one.outcome, ""
    if one.misconception == "other-variant":
        return "other-variant", ""
    for number, wrong in enumerate(entry.wrong):
        if (wrong.misconception, wrong.message) == (one.misconception, one.message):
            return "foreseen", number
    return "unforeseen", ""


def _line(entry: Entry, kind: str, which: Any, rest: Floats, right: Floats) -> Line:
    mean = float(rest.mean()) if len(rest) >= FEWEST else None
    better = False
    if kind in {"foreseen", "unforeseen"} and min(len(rest), len(right)) >= FEWEST:
        # Two groups of one value each have no spread to compare by.
        varied = bool(np.ptp(rest) > 0 or np.ptp(right) > 0)
        better = varied and stats.ttest_ind(rest, right, equal_var=False, alternative="greater").pvalue < 0.01
    wrong = entry.wrong[which] if kind == "foreseen" else None
    answer = _foreseen(entry, wrong) if wrong else which if kind == "unforeseen" else ""
    if kind == "right":
        answer = _keys(entry)
    misconception = wrong.misconception.replace("-", " ") if wrong else ""
    return Line(kind, answer, misconception, wrong.message if wrong else "", len(rest), mean, bool(better))


def _foreseen(entry: Entry, wrong: Wrong) -> str:
    return _one_of(_text(entry, answer) for answer in wrong.answers)


def _keys(entry: Entry) -> str:
    return _one_of(_text(entry, entry.right_answer(number)) for number in range(len(entry.keys)))


def _one_of(texts: Any) -> str:
    """Write the answers of all variants, where they are few and short; else nothing."""
    distinct = list(dict.fromkeys(texts))
    joined = " / ".join(distinct)
    return joined if len(distinct) == 1 or len(joined) <= _SHOWN else ""


def _text(entry: Entry, value: Json) -> str:
    """Write an answer in a few words; empty for one that has many."""
    if entry.item.kind not in _SHORT:
        return ""
    options = entry.item.options if entry.item.kind == "choose" else {}
    parts = value if isinstance(value, list) else [value]
    if entry.item.kind == "choose-all":
        parts = sorted(parts, key=str)
    words = [options.get(str(part), part if isinstance(part, str) else json.dumps(part)) for part in parts]
    text = ", ".join(words)
    return text if len(text) <= 2 * _SHOWN else text[: 2 * _SHOWN - 1] + "…"


def _row(entry: Entry, row: str, answers: Sequence[Answer]) -> Part:
    given = [(one.value[row], _taken(entry, one.variant, row)) for one in answers if isinstance(one.value, dict)]
    wrong = Counter(str(value) for value, taken in given if value not in taken)
    label = entry.item.form["rows"][row] if isinstance(entry.item.form["rows"], dict) else row
    commonest = ", ".join(f"{code}: {count}" for code, count in wrong.most_common(2))
    return Part(str(label), len(given) - wrong.total(), len(given), commonest)


def _taken(entry: Entry, variant: int, row: str) -> list[Any]:
    key: Any = entry.keys[variant]
    return list(key[row]) if entry.item.kind == "code" else [key[row]]


def _option(entry: Entry, option: str, answers: Sequence[Answer]) -> Part:
    keys: Any = entry.keys
    right = sum((option in keys[one.variant]) == (option in _listed(one.value)) for one in answers)
    wanted = "" if len(keys) > 1 else "to be picked: " if option in keys[0] else "not to be picked: "
    return Part(f"{wanted}{entry.item.options[option]}", right, len(answers))


def _listed(value: Json) -> list[Any]:
    return value if isinstance(value, list) else []
