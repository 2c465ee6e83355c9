"""Which points a rubric lets a person give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairmark.unseen import without_unseen
from fairmark.written.errors import WrittenError
from worksheet.items import Item

STEP = 0.25
"""Between two levels, points go in steps of this size."""
MAX_COMMENT = 4000
"""The most characters of a comment."""
_BOLD = re.compile(r"\*\*(.+?)\.?\*\*")


@dataclass(frozen=True)
class Level:
    """One level of a criterion: its points, and in which words it is recognised."""

    points: float
    says: str


@dataclass(frozen=True)
class Criterion:
    """One thing that is looked for.

    Attributes
    ----------
    name : str
        A few words.
    text : str
        What follows the name, in Markdown.
    levels : tuple of Level
        From best to least.
    """

    name: str
    text: str
    levels: tuple[Level, ...]

    @property
    def most(self) -> float:
        """What the best level carries."""
        return self.levels[0].points

    def allows(self, points: float) -> bool:
        """Tell whether these points can be given: those of a level, or a step between 0 and the most.

        Examples
        --------
        >>> one = Criterion("Claim", "", (Level(2.0, "Clear."), Level(0.1, "Hardly."), Level(0.0, "None.")))
        >>> [one.allows(points) for points in (2, 1.25, 0.1, 0.2, 2.25, -1, float("nan"))]
        [True, True, True, False, False, False, False]
        """
        stepped = 0 <= points <= self.most and points % STEP == 0
        return stepped or any(points == level.points for level in self.levels)


def criteria(item: Item) -> tuple[Criterion, ...]:
    """Read an item's rubric."""
    return tuple(_criterion(row) for row in item.form["rubric"])


def _criterion(row: dict[str, Any]) -> Criterion:
    levels = sorted((Level(float(one["points"]), one["says"]) for one in row["levels"]), key=lambda one: -one.points)
    name = short_name(row["criterion"])
    text = row["criterion"].removeprefix(f"**{name}.**").removeprefix(f"**{name}**").strip()
    return Criterion(name, text, tuple(levels))


def short_name(text: str) -> str:
    """Give a criterion's name: what is bold at its beginning, or its first words.

    Examples
    --------
    >>> short_name("**Claim.** Is there an answer to the question?")
    'Claim'
    >>> short_name("A thought.")
    'A thought'
    """
    bold = _BOLD.match(text)
    return bold[1] if bold else text.partition(".")[0][:60]


@dataclass(frozen=True)
class Judgement:
    """What a person decided on one answer: points for each criterion, and a comment for the student."""

    criteria: tuple[float, ...]
    comment: str = ""

    @property
    def score(self) -> float:
        """The sum, rounded to two decimals."""
        return round(sum(self.criteria), 2)


def judgement(wanted: Sequence[Criterion], points: Sequence[object], comment: object) -> Judgement:
    """Check what a page or a form hands over.

    Parameters
    ----------
    wanted
        The rubric.
    points
        One number a criterion.
    comment
        Text; characters that cannot be shown are taken out.

    Raises
    ------
    WrittenError
        Names the criterion, and what it may have.

    Examples
    --------
    >>> claim = Criterion("Claim", "Is there one?", (Level(5.0, "Clear."), Level(0.0, "None.")))
    >>> judgement([claim], [3.5], "Good. ").comment
    'Good.'
    >>> judgement([claim], [6], "")
    Traceback (most recent call last):
    fairmark.written.errors.WrittenError: Claim: 6 is not possible; give a number from 0 to 5, in steps of 0.25
    """
    if len(points) != len(wanted):
        raise WrittenError(f"{len(points)} numbers, and the rubric has {len(wanted)} criteria; give one to each")
    given = tuple(_points(criterion, one) for criterion, one in zip(wanted, points, strict=True))
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
        raise WrittenError(f"comment: longer than {MAX_COMMENT} characters; shorten it")
    return Judgement(given, without_unseen(comment))


def _points(criterion: Criterion, value: object) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and criterion.allows(value)
    if not fits or not isinstance(value, int | float):
        shown = "nothing" if value is None else f"{value:g}" if isinstance(value, float) else repr(value)[:40]
        raise WrittenError(
            f"{criterion.name}: {shown} is not possible; give a number from 0 to {criterion.most:g}, "
            f"in steps of {STEP:g}"
        )
    return float(value) + 0.0  # -0.0 is 0


def told(wanted: Sequence[Criterion], given: Judgement) -> str:
    """Write what the student reads: points by criterion, then the comment.

    Examples
    --------
    >>> claim = Criterion("Claim", "Is there one?", (Level(5.0, "Clear."), Level(0.0, "None.")))
    >>> print(told([claim], Judgement((3.5,), "Say what you mean by neutral.")))
    Claim: 3.5 of 5.
    Say what you mean by neutral.
    """
    parts = [f"{one.name}: {points:g} of {one.most:g}" for one, points in zip(wanted, given.criteria, strict=True)]
    return "; ".join(parts) + "." + (f"\n{given.comment}" if given.comment else "")
