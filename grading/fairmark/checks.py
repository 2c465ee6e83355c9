"""Compare an answer with its key: plain data and a bank entry in, a verdict out.

Nothing here runs a notebook, reads a file or knows a student, so every item is proved without any of them. The rules,
as numbered cases, stand in ``course/instructor/marking.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from fairmark.bank import Entry
from worksheet import form
from worksheet.items import Item
from worksheet.wire import Json

Outcome = Literal["right", "partial", "wrong", "form", "missing", "by-hand"]

# Kinds whose answer to another variant is hardly met by chance. With few options it often is, and means nothing.
_TELLING = frozenset({"locate", "date", "number", "table", "figure"})
_PLACE = re.compile(r"-?\d+")
_OTHER_VARIANT = (
    "This would be right for another student's version of the question. "
    "Use the values that your own notebook shows you above the answer cell."
)


@dataclass(frozen=True)
class Verdict:
    """What marking decided about one item.

    Attributes
    ----------
    item : str
    outcome : str
        ``right``, ``partial`` or ``wrong``; ``form`` for an answer that could not be right in any case; ``missing``
        where there is none; ``by-hand`` where a person marks.
    points, out_of : float
    misconception : str
        The name of the foreseen wrong answer, where it was one.
    message : str
        For the student.
    """

    item: str
    outcome: Outcome
    points: float
    out_of: float
    message: str
    misconception: str = ""


def judge(entry: Entry, answer: Json, variant: int = 0) -> Verdict:
    """Judge one answer.

    Parameters
    ----------
    entry
        The item with its key.
    answer
        Plain data; None where there is no answer. For a function item: the list of its results, each
        ``{"value": ...}`` or ``{"error": ...}``.
    variant
        Which variant of the pool the student had.

    Returns
    -------
    Verdict
        Never raises for anything that an answer may hold.
    """
    item = entry.item
    if entry.marked_by_hand:
        return _verdict(entry, "by-hand", 0.0, "A person marks this answer.")
    if form.blank(item, answer):
        return _verdict(entry, "missing", 0.0, f"There is no answer. {_hint(item)}")
    complaint = form.problem(item, answer)
    if complaint:
        return _verdict(entry, "form", 0.0, f"{complaint} {_hint(item)}")
    tidied, key = form.tidy(item, answer), entry.keys[variant]
    share = _share(entry, key, tidied)
    if share == 1:
        return _verdict(entry, "right", 1.0, entry.right or "Right.")
    for wrong in entry.wrong:
        if _share(entry, _as_key(item, wrong.answers[variant]), tidied) == 1:
            return _verdict(entry, "partial" if share else "wrong", share, wrong.message, wrong.misconception)
    for other in entry.keys if item.kind in _TELLING else ():
        if other != key and _share(entry, other, tidied) == 1:
            return _verdict(entry, "wrong", 0.0, _OTHER_VARIANT, "other-variant")
    return _verdict(entry, "partial" if share else "wrong", share, entry.otherwise)


def unreadable(entry: Entry, problem: str) -> Verdict:
    """Give the verdict on an answer that did not come out of the notebook.

    Parameters
    ----------
    entry
        The item.
    problem
        A sentence for the student that says why.
    """
    if entry.marked_by_hand:
        return judge(entry, None)
    return _verdict(entry, "form", 0.0, f"{problem} {_hint(entry.item)}")


def _verdict(entry: Entry, outcome: Outcome, share: float, message: str, misconception: str = "") -> Verdict:
    item = entry.item
    return Verdict(item.id, outcome, round(share * item.points, 2), item.points, message, misconception)


def _hint(item: Item) -> str:
    return f"Hint: {item.hint}"


def _share(entry: Entry, key: Json, answer: Json) -> float:
    """Give the share of the points, from 0 to 1, that an answer of the right form earns."""
    if entry.item.kind == "code":
        return _code(key, answer, tuple(entry.item.options))
    return _SHARES[entry.item.kind](key, answer, entry.tolerance)


def _as_key(item: Item, answer: Json) -> Json:
    if item.kind == "code" and isinstance(answer, dict):
        return {row: [code] for row, code in answer.items()}
    if item.kind == "figure" and isinstance(answer, dict):
        return {"series": answer["axes"][0]["series"]}  # type: ignore[call-overload,index]
    return [answer] if item.kind == "locate" else answer


def _same(key: Json, answer: Json, tolerance: float) -> float:
    """Compare whole values; numbers, however deep, within the tolerance, and never a bool with a number."""
    if isinstance(key, bool) or isinstance(answer, bool):
        return float(type(key) is type(answer) and key == answer)
    if isinstance(key, int | float) and isinstance(answer, int | float):
        # A hair is added because a difference such as 0.72 - 0.7 is not exact in binary.
        return float(abs(key - answer) <= tolerance + 1e-9)
    if isinstance(key, list) and isinstance(answer, list):
        if len(key) != len(answer):
            return 0.0
        return float(all(_same(a, b, tolerance) for a, b in zip(key, answer, strict=True)))
    if isinstance(key, dict) and isinstance(answer, dict):
        return float(key.keys() == answer.keys() and all(_same(key[k], answer[k], tolerance) for k in key))
    return float(key == answer)


def _any_of(key: Any, answer: Json, _: float) -> float:
    return float(answer in key)


def _choose_all(key: Any, answer: Any, _: float) -> float:
    """Each right option picked earns its share, each wrong one takes a share back."""
    hits = len(set(key) & set(answer))
    false = len(set(answer) - set(key))
    return max(0.0, (hits - false) / len(key))


def _order(key: Any, answer: Any, _: float) -> float:
    """Right, or right but for two neighbours that changed places, which earns half."""
    if answer == key:
        return 1.0
    swaps = [[*key[:i], key[i + 1], key[i], *key[i + 2 :]] for i in range(len(key) - 1)]
    return 0.5 if answer in swaps else 0.0


def _match(key: Any, answer: Any, _: float) -> float:
    """Each wrong row takes back a right one, so that guessing does not pay."""
    right = sum(answer[row] == key[row] for row in key)
    return float(max(0.0, (2 * right - len(key)) / len(key)))


def _find_error(key: Any, answer: Any, _: float) -> float:
    """Give all for the right step with the right kind of error, and half for the step alone."""
    if answer == key:
        return 1.0
    return 0.5 if answer[0] == key[0] else 0.0


def _code(key: Any, answer: Any, codes: tuple[str, ...]) -> float:
    """Weigh agreement linearly, as Cohen's weighted kappa does, and take off what a blind guesser would have.

    κ = (A - E) / (1 - E), where A is the mean closeness of the rows, and E the same for answers drawn evenly from all
    codes. A negative κ earns nothing. Where several codes are taken for a row, the closest counts.
    """
    reached = fmean(closeness(key[row], answer[row], codes) for row in key)
    expected = fmean(closeness(key[row], code, codes) for row in key for code in codes)
    return max(0.0, (reached - expected) / (1 - expected))


def closeness(taken: list[str], code: str, codes: tuple[str, ...]) -> float:
    """Say how near a code is to those that are taken: 1 for one of them, less by its distance on the scale.

    Parameters
    ----------
    taken
        The codes of the key for one row.
    code
        The answer's code for that row.
    codes
        Every option. Those that are whole numbers form a scale; the others lie off it and are near to nothing.

    Examples
    --------
    >>> closeness(["-1"], "1", ("-2", "-1", "0", "1", "2", "not-taken"))
    0.5
    >>> closeness(["-1"], "not-taken", ("-2", "-1", "0", "1", "2", "not-taken"))
    0.0
    """
    places = [int(one) for one in codes if _PLACE.fullmatch(one)]
    if code in taken:
        return 1.0
    if not _PLACE.fullmatch(code):
        return 0.0
    distances = [abs(int(code) - int(one)) for one in taken if _PLACE.fullmatch(one)]
    return 1 - min(distances) / (max(places) - min(places)) if distances else 0.0


def _function(key: Any, answer: Any, tolerance: float) -> float:
    """Count the calls that gave the right result; all of them, or it is at most half."""
    if len(answer) != len(key):
        return 0.0
    passed = sum(_same(a, b, tolerance) for a, b in zip(key, answer, strict=True)) / len(key)
    return 1.0 if passed == 1 else 0.5 * passed


def _figure(key: Any, answer: Any, tolerance: float) -> float:
    """Compare the first axes: every wanted text is there, and every wanted series was drawn."""
    axes = answer["axes"][0]
    labelled = all(str(axes.get(part, "")).strip() for part in key.get("needs", ()))
    drawn = [(series.get("x"), series.get("y")) for series in axes.get("series", ())]
    wanted = [(series["x"], series["y"]) for series in key.get("series", ())]
    complete = all(any(_same(list(one), list(other), tolerance) for other in drawn) for one in wanted)
    return float(labelled and complete)


_SHARES: dict[str, Callable[[Any, Any, float], float]] = {
    "choose": _same,
    "choose-all": _choose_all,
    "locate": _any_of,
    "attribute": _same,
    "order": _order,
    "match": _match,
    "date": _same,
    "number": _same,
    "table": _same,
    "function": _function,
    "figure": _figure,
    "find-error": _find_error,
}
