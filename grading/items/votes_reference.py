"""What functions that compute keys anew count with: a state's votes, and roll calls of sessions and years.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

import functools

import numpy as np

from neutrality import rollcalls

ABSENT, YES, ABSTAIN, NO = 0, 1, 2, 3
VOTED = (YES, ABSTAIN, NO)
PRESENT = (ABSENT, *VOTED)
Mask = np.ndarray
"""Whether each roll call counts."""


@functools.cache
def votes(code: str) -> np.ndarray:
    """Give a state's vote in each roll call: one of ABSENT, YES, ABSTAIN and NO, or a negative number for no seat."""
    calls = rollcalls.load()
    column: np.ndarray = calls.matrix[:, list(calls.states["code"]).index(code)].astype(int)
    return column


def in_sessions(first: int, last: int | None = None) -> Mask:
    """Mark the roll calls of regular sessions, the first and the last included; of one, where only one is given."""
    numbers = {str(number) for number in range(first, (first if last is None else last) + 1)}
    return rollcalls.load().resolutions["session"].astype(str).isin(numbers).to_numpy()


def in_years(first: int, last: int | None = None) -> Mask:
    """Mark the roll calls of calendar years, the first and the last included; of one, where only one is given."""
    inside: Mask = (
        rollcalls.load().resolutions["date"].dt.year.between(first, first if last is None else last).to_numpy()
    )
    return inside


def both(one: str, other: str, counted: tuple[int, ...] = VOTED) -> Mask:
    """Mark the roll calls in which two states cast one of some votes each."""
    return np.isin(votes(one), counted) & np.isin(votes(other), counted)


def identical(one: str, other: str, among: Mask, counted: tuple[int, ...] = VOTED) -> float:
    """Compute the share of identical votes of two states, from 0 to 1."""
    return float((votes(one) == votes(other))[both(one, other, counted) & among].mean())


def half_for_abstention(one: str, other: str, among: Mask) -> float:
    """Compute the same with a half for an abstention beside a yes or a no."""
    return float(1 - np.abs(votes(one) - votes(other))[both(one, other) & among].mean() / 2)
