"""Compute the keys of problem set 1's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

from typing import Any

import numpy as np

from neutrality import rollcalls

VOTED = (1, 2, 3)
PRESENT = (0, 1, 2, 3)


def identical_share(given: dict[str, Any]) -> float:
    """Compute the share of identical votes of Belarus and a country in one regular session."""
    return _share("BLR", given["code"], _in_session(given), VOTED)


def counting_absence(given: dict[str, Any]) -> float:
    """Compute the same, wrongly taking non-voting for a vote."""
    return _share("BLR", given["code"], _in_session(given), PRESENT)


def dropping_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly leaving abstentions out."""
    return _share("BLR", given["code"], _in_session(given), (1, 3))


def half_for_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly giving a half to an abstention beside a yes or a no."""
    first, second = _votes("BLR"), _votes(given["code"])
    among = _both(first, second, VOTED) & _in_session(given)
    return float(1 - np.abs(first[among].astype(int) - second[among]).mean() / 2)


def by_year(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for the calendar year in which the session opened."""
    return _share("BLR", given["code"], _in_year({"year": 1945 + given["session"]}), VOTED)


def differences(given: dict[str, Any]) -> int:
    """Count the roll calls of a calendar year in which a country and Russia both voted, but not the same."""
    first, second = _votes("RUS"), _votes(given["code"])
    return int((_both(first, second, VOTED) & (first != second) & _in_year(given)).sum())


def differences_with_absence(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking non-voting for a vote."""
    first, second = _votes("RUS"), _votes(given["code"])
    return int((_both(first, second, PRESENT) & (first != second) & _in_year(given)).sum())


def opposite_only(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking only yes against no for a difference."""
    first, second = _votes("RUS"), _votes(given["code"])
    return int((_both(first, second, (1, 3)) & (first != second) & _in_year(given)).sum())


def same(given: dict[str, Any]) -> int:
    """Count the roll calls in which the two voted the same, which is the opposite question."""
    first, second = _votes("RUS"), _votes(given["code"])
    return int((_both(first, second, VOTED) & (first == second) & _in_year(given)).sum())


def _votes(code: str) -> np.ndarray:
    votes = rollcalls.load()
    return votes.matrix[:, list(votes.states["code"]).index(code)]


def _both(first: np.ndarray, second: np.ndarray, counted: tuple[int, ...]) -> np.ndarray:
    return np.isin(first, counted) & np.isin(second, counted)


def _in_session(given: dict[str, Any]) -> np.ndarray:
    return (rollcalls.load().resolutions["session"].astype(str) == str(given["session"])).to_numpy()


def _in_year(given: dict[str, Any]) -> np.ndarray:
    return (rollcalls.load().resolutions["date"].dt.year == given["year"]).to_numpy()


def _share(one: str, other: str, among: np.ndarray, counted: tuple[int, ...]) -> float:
    first, second = _votes(one), _votes(other)
    both = _both(first, second, counted) & among
    return float((first == second)[both].mean())
