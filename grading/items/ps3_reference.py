"""Compute the keys of problem set 3's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

from typing import Any

import numpy as np
import pandas as pd

from neutrality import rollcalls

VOTED = (1, 2, 3)
PRESENT = (0, 1, 2, 3)


def identical_share(given: dict[str, Any]) -> float:
    """Compute the share of identical votes of Russia and a country over several calendar years."""
    return _share("RUS", given["code"], _in_years(given), VOTED)


def counting_absence(given: dict[str, Any]) -> float:
    """Compute the same, wrongly taking non-voting for a vote."""
    return _share("RUS", given["code"], _in_years(given), PRESENT)


def half_for_abstention(given: dict[str, Any]) -> float:
    """Compute the same, wrongly giving a half to an abstention beside a yes or a no."""
    first, second = _votes("RUS"), _votes(given["code"])
    among = _both(first, second, VOTED) & _in_years(given)
    return float(1 - np.abs(first[among].astype(int) - second[among]).mean() / 2)


def with_belarus(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for Belarus and the country."""
    return _share("BLR", given["code"], _in_years(given), VOTED)


def first_year_only(given: dict[str, Any]) -> float:
    """Compute the same, wrongly for the first year alone."""
    return _share("RUS", given["code"], _in_years({**given, "last_year": given["first_year"]}), VOTED)


def yearly_table(given: dict[str, Any]) -> list[list[float]]:
    """Compute the rows of a table: a year, its roll calls that count for Russia and a country, and the share."""
    return [
        _row(year, "RUS", given["code"], _in_years({"first_year": year, "last_year": year})) for year in _three(given)
    ]


def yearly_table_with_belarus(given: dict[str, Any]) -> list[list[float]]:
    """Compute the same, wrongly for Belarus and the country."""
    return [
        _row(year, "BLR", given["code"], _in_years({"first_year": year, "last_year": year})) for year in _three(given)
    ]


def table_by_session(given: dict[str, Any]) -> list[list[float]]:
    """Compute the same, wrongly for the sessions that opened in those years."""
    return [_row(year, "RUS", given["code"], _in_session(year - 1945)) for year in _three(given)]


def _three(given: dict[str, Any]) -> list[int]:
    return [int(year) for year in str(given["years"]).split(", ")]


def _row(year: int, one: str, other: str, among: np.ndarray) -> list[float]:
    both = _both(_votes(one), _votes(other), VOTED) & among
    return [year, int(both.sum()), round(float((_votes(one) == _votes(other))[both].mean()), 2)]


def _votes(code: str) -> np.ndarray:
    votes = rollcalls.load()
    return votes.matrix[:, list(votes.states["code"]).index(code)]


def _both(first: np.ndarray, second: np.ndarray, counted: tuple[int, ...]) -> np.ndarray:
    return np.isin(first, counted) & np.isin(second, counted)


def _in_years(given: dict[str, Any]) -> np.ndarray:
    years: pd.Series[int] = rollcalls.load().resolutions["date"].dt.year
    return years.between(given["first_year"], given["last_year"]).to_numpy()


def _in_session(number: int) -> np.ndarray:
    return (rollcalls.load().resolutions["session"].astype(str) == str(number)).to_numpy()


def _share(one: str, other: str, among: np.ndarray, counted: tuple[int, ...]) -> float:
    first, second = _votes(one), _votes(other)
    both = _both(first, second, counted) & among
    return float((first == second)[both].mean())
