"""Compute the keys of problem set 3's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

from typing import Any

import votes_reference
from votes_reference import PRESENT, Mask, both, identical, in_sessions, in_years


def identical_share(given: dict[str, Any]) -> float:
    """Compute the share of identical votes of Russia and a country over several calendar years."""
    return identical("RUS", given["code"], _years(given))


def counting_absence(given: dict[str, Any]) -> float:
    """Compute the same, wrongly taking non-voting for a vote."""
    return identical("RUS", given["code"], _years(given), PRESENT)


def half_for_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly giving a half to an abstention beside a yes or a no."""
    return votes_reference.half_for_abstention("RUS", given["code"], _years(given))


def with_belarus(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for Belarus and the country."""
    return identical("BLR", given["code"], _years(given))


def first_year_only(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for the first year alone."""
    return identical("RUS", given["code"], in_years(given["first_year"]))


def yearly_table(given: dict[str, Any]) -> list[list[float]]:
    """Compute the rows of a table: a year, its roll calls that count for Russia and a country, and the share."""
    return [_row(year, "RUS", given["code"], in_years(year)) for year in _three(given)]


def yearly_table_with_belarus(given: dict[str, Any]) -> list[list[float]]:
    """Compute the same, wrongly for Belarus and the country."""
    return [_row(year, "BLR", given["code"], in_years(year)) for year in _three(given)]


def table_by_session(given: dict[str, Any]) -> list[list[float]]:
    """Compute the same, wrongly for the sessions that opened in those years."""
    return [_row(year, "RUS", given["code"], in_sessions(year - 1945)) for year in _three(given)]


def _three(given: dict[str, Any]) -> list[int]:
    return [int(year) for year in str(given["years"]).split(", ")]


def _years(given: dict[str, Any]) -> Mask:
    return in_years(given["first_year"], given["last_year"])


def _row(year: int, one: str, other: str, among: Mask) -> list[float]:
    counted = int((both(one, other) & among).sum())
    return [year, counted, round(identical(one, other, among), 2)]
