"""What is known of one item, and each reason to look at it."""

from __future__ import annotations

from dataclasses import dataclass

from fairmark.bank import Entry
from fairmark.itemanswers import Line, Part, Variant
from fairmark.itemstats import Interval


@dataclass(frozen=True)
class Finding:
    """One reason to look at an item.

    Attributes
    ----------
    weight : int
        Larger ones come first.
    says : str
        What was seen.
    remedy : str
        What to look at.
    """

    weight: int
    says: str
    remedy: str


@dataclass(frozen=True)
class Estimate:
    """A coefficient and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ItemLine:
    """What is known of one item.

    Attributes
    ----------
    entry : Entry
    students : int
        How many were marked on it.
    waiting : int
        How many answers a person has still to mark.
    share : float
        Mean share of the points, from 0 to 1; NaN while a person has still to mark somebody.
    interval : Interval or None
        Of the share; None below :data:`fairmark.itemfindings.FEWEST_SHARES` students.
    outcomes : dict
        How many were ``right``, ``partial``, ``wrong``, of a wrong ``form``, ``omitted``, ``not_reached``.
    guessing : float
        The share that blind guessing would earn.
    item_rest : Estimate or None
        Correlation with the points of the other items.
    upper_lower : float or None
        The index D.
    alpha_without : float or None
        α of the other items.
    by_person : int
        How many marks of the program a person changed.
    lines, parts, variants : tuple
        See :mod:`fairmark.itemanswers`.
    findings : tuple of Finding
        Why to look at it, the weightiest first.
    """

    entry: Entry
    students: int
    waiting: int
    share: float
    interval: Interval | None
    outcomes: dict[str, int]
    guessing: float
    item_rest: Estimate | None
    upper_lower: float | None
    alpha_without: float | None
    by_person: int
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    variants: tuple[Variant, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def id(self) -> str:
        """The item's id."""
        return self.entry.item.id
