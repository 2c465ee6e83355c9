"""Compute the keys of problem set 1's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

from typing import Any

import votes_reference
from votes_reference import NO, PRESENT, VOTED, YES, both, identical, in_sessions, in_years, votes


def identical_share(given: dict[str, Any]) -> float:
    """Compute the share of identical votes of Belarus and a country in one regular session."""
    return identical("BLR", given["code"], in_sessions(given["session"]))


def counting_absence(given: dict[str, Any]) -> float:
    """Compute the same, wrongly taking non-voting for a vote."""
    return identical("BLR", given["code"], in_sessions(given["session"]), PRESENT)


def dropping_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly leaving abstentions out."""
    return identical("BLR", given["code"], in_sessions(given["session"]), (YES, NO))


def half_for_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly giving a half to an abstention beside a yes or a no."""
    return votes_reference.half_for_abstention("BLR", given["code"], in_sessions(given["session"]))


def by_year(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for the calendar year in which the session opened."""
    return identical("BLR", given["code"], in_years(1945 + given["session"]))


def differences(given: dict[str, Any]) -> int:
    """Count the roll calls of a calendar year in which a country and Russia both voted, but not the same."""
    return _differing(given, VOTED)


def differences_with_absence(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking non-voting for a vote."""
    return _differing(given, PRESENT)


def opposite_only(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking only yes against no for a difference."""
    return _differing(given, (YES, NO))


def same(given: dict[str, Any]) -> int:
    """Count the roll calls in which the two voted the same, which is the opposite question."""
    counted = both("RUS", given["code"]) & in_years(given["year"])
    return int((votes("RUS") == votes(given["code"]))[counted].sum())


def _differing(given: dict[str, Any], counted: tuple[int, ...]) -> int:
    among = both("RUS", given["code"], counted) & in_years(given["year"])
    return int((votes("RUS") != votes(given["code"]))[among].sum())
