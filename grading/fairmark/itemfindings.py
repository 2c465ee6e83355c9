"""Which items an instructor should look at first, and why, in words that need no statistics.

Each rule looks at one item and says one thing, or nothing. No rule says that an item is bad: it says what was seen,
and what to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairmark.itemanswers import Line
from fairmark.itemlines import Finding, ItemLine
from fairmark.wording import percent

FEWEST_SHARES = 10
"""From how many students on a share of points says more than their list of marks does."""
FEWEST_COEFFICIENTS = 30
"""From how many students on a correlation, D or α is shown, always with its interval."""
CAUTION = 50
"""Up to how many students those are called rough."""
DOUBTFUL = 80
"""From which weight on a finding puts the key itself in doubt."""


def of(item: ItemLine) -> tuple[Finding, ...]:
    """Apply every rule to an item; the weightiest finding first."""
    found = [finding for rule in _RULES for finding in rule(item)]
    return tuple(sorted(found, key=lambda one: -one.weight))


def _reversed(item: ItemLine) -> Iterator[Finding]:
    r = item.item_rest
    if r is None or r.value >= 0:
        return
    if r.high < 0:
        yield Finding(
            100,
            "Students who did well on the other questions did worse on this one, more clearly than chance explains.",
            "Check the key first. Then ask whether the question can be read in a second way.",
        )
    else:
        yield Finding(
            60,
            "Students who did well on the other questions did no better on this one. That may be chance.",
            "Check the key, and read the question as a stranger would.",
        )


def _better(item: ItemLine) -> Iterator[Finding]:
    right = next((line.rest for line in item.lines if line.kind == "right"), None)
    for line in item.lines:
        if line.better and line.rest is not None and right is not None:
            yield Finding(
                90,
                f"The {line.students} students who {_did(line, item)} earned "
                f"{percent(line.rest)} on the other questions; those who were right here earned {percent(right)}.",
                "Ask whether that answer is right too, or whether the key is the wrong one.",
            )


def _below_guessing(item: ItemLine) -> Iterator[Finding]:
    if item.interval and item.guessing >= 0.1 and item.interval.high < item.guessing:
        yield Finding(
            80,
            f"The class earned {percent(item.share)} of the points. Blind guessing earns {percent(item.guessing)}.",
            "Something leads students away from the key. See which answer they gave instead.",
        )


def _uneven(item: ItemLine) -> Iterator[Finding]:
    for one in item.variants:
        if one.harder:
            yield Finding(
                70,
                f"Variant {one.number + 1} was much harder: its {one.students} students earned {percent(one.share)} of "
                f"the points, those with other variants {percent(one.others)}.",
                "Check the key of this variant. If it is right, is it fair? Take it out before the next term.",
            )


def _misread_form(item: ItemLine) -> Iterator[Finding]:
    if _many(item.outcomes["form"], item.students):
        yield Finding(
            50,
            f"{item.outcomes['form']} of {item.students} gave an answer of a form that could not be right.",
            "Say in the question, with an example, what an answer looks like.",
        )


def _unforeseen(item: ItemLine) -> Iterator[Finding]:
    for line in item.lines:
        if line.kind == "unforeseen" and line.answer and line.students >= max(3, item.students / 10):
            yield Finding(
                45,
                f"{line.students} students gave the same wrong answer, which the bank does not foresee: {line.answer}.",
                "Find out what misleads them, and add it to the item's wrong answers with a message of its own.",
            )


def _hard(item: ItemLine) -> Iterator[Finding]:
    if item.interval and item.interval.high < 0.35:
        yield Finding(
            40,
            f"The class earned only {percent(item.share)} of the points.",
            "Was it taught before it was asked? If it was, see the answers below for what was understood instead.",
        )


def _left_out(item: ItemLine) -> Iterator[Finding]:
    asked = item.students + item.waiting
    for outcome, words in (("omitted", "left it out"), ("not_reached", "answered nothing from here to the end")):
        if _many(item.outcomes[outcome], asked):
            yield Finding(
                35,
                f"{item.outcomes[outcome]} of {asked} {words}.",
                "Ask them why: too long, too late in the set, or not understood?",
            )


def _weak(item: ItemLine) -> Iterator[Finding]:
    r = item.item_rest
    if r is not None and r.value >= 0 and r.high < 0.2 and item.students >= CAUTION:
        yield Finding(
            30,
            "Who does well on the other questions is hardly more likely to do well on this one.",
            "It may ask for something of its own, which is fine. If it should not, look for two readings.",
        )


def _everyone(item: ItemLine) -> Iterator[Finding]:
    if item.students >= FEWEST_SHARES and item.outcomes["right"] == item.students:
        yield Finding(
            5,
            "Everybody was right.",
            "Keep it if it secures something that all must know. It cannot tell students apart.",
        )


_RULES: tuple[Callable[[ItemLine], Iterator[Finding]], ...] = (
    _reversed,
    _better,
    _below_guessing,
    _uneven,
    _misread_form,
    _unforeseen,
    _hard,
    _left_out,
    _weak,
    _everyone,
)


def _many(count: int, students: int) -> bool:
    """Three or more, and a fifth of the class."""
    return count >= 3 and count >= students / 5


def _did(line: Line, item: ItemLine) -> str:
    """Say what they did: the mistake by its name, and the answer where it is one and the same for all."""
    if not line.misconception:
        return f"answered “{line.answer}”"
    same = line.answer and not item.variants
    return f"made the mistake “{line.misconception}”" + (f" (“{line.answer}”)" if same else "")
