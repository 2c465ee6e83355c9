"""A yearly series made ready for the search for breaks: checked, with its gaps and its weights.

**Gaps.** A year without a value is left out, and the years on either side stay as far apart as they are: of two values
d years apart the correlation is ρ to the power d. Nothing is filled in.

**Weights.** A year's noise has the variance σ² divided by its weight. Only the proportions between weights matter; they
are scaled to a geometric mean of 1. The noise of a year is not only the chance of few votes: what was on the agenda in
that year moves it as well, and many votes do not average that out. Weights that are numbers of roll calls are therefore
too unequal, and equal weights, the default, are often nearer the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FEWEST = 10
"""The fewest values that are searched for breaks."""

AT_EACH_END = 2
"""The fewest values of a regime: a level that a single year sets cannot be told from the chance of that year."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Yearly:
    """A checked series.

    Attributes
    ----------
    years : numpy.ndarray of int
        The years that have a value, increasing.
    scaled : numpy.ndarray
        The values less their weighted mean, each times the root of its weight.
    root : numpy.ndarray
        The roots of the weights; their geometric mean is 1.
    """

    years: Ints
    scaled: Floats
    root: Floats

    @property
    def n(self) -> int:
        """How many values there are."""
        return len(self.years)

    def starts(self, least: int = AT_EACH_END) -> Ints:
        """Return the places (from 0) at which a new regime can start, with at least `least` values on either side."""
        return np.arange(least, self.n - least + 1)


def yearly(series: pd.Series[Any], weights: Any = None) -> Yearly:
    """Check a series and make it ready.

    Parameters
    ----------
    series : pandas.Series
        Numbers, indexed by year in increasing order. Missing values, and years that are not there, are gaps.
    weights : array_like, optional
        One positive number a year, in the order of the series; a Series is matched by year. For standard errors s give
        1 / s². By default all years weigh the same.

    Returns
    -------
    Yearly

    Raises
    ------
    TypeError
        If `series` is not a Series of numbers.
    ValueError
        If its years are not whole numbers in increasing order, fewer than `FEWEST` have a value, a value is infinite,
        all are the same, or a weight is missing or not positive.

    Examples
    --------
    >>> checked = yearly(pd.Series([0.9, None, *[0.5] * 9], index=range(1991, 2002)))
    >>> checked.n, checked.years[:3].tolist()
    (10, [1991, 1993, 1994])
    >>> yearly(pd.Series([0.9, 0.8], index=[1991, 1992]))
    Traceback (most recent call last):
        ...
    ValueError: series: 2 years have a value, from 1991 to 1992; at least 10 are needed to look for a break.
    """
    if not isinstance(series, pd.Series):
        raise TypeError(f"series: a pandas Series indexed by year is needed, not {type(series).__name__}.")
    years = _years(series.index)
    values = _numbers(series, "series")
    there = ~np.isnan(values)
    _check(years[there], values[there])
    root = np.sqrt(_weights(series, weights)[there])
    root /= np.exp(np.log(root).mean())
    # No answer depends on the mean, and without it rounding does not either.
    return Yearly(years[there], (values[there] - np.average(values[there], weights=root**2)) * root, root)


def whitener(years: Ints, rho: float) -> tuple[Floats, float]:
    """Return the matrix that takes an AR(1) correlation out of a series with gaps.

    Parameters
    ----------
    years : numpy.ndarray of int
        The years that have a value, increasing.
    rho : float
        The correlation of two years that follow each other, greater than -1 and smaller than 1.

    Returns
    -------
    matrix : numpy.ndarray
        Shape (n, n). Times a stationary AR(1) series of variance 1 it gives independent values of variance 1.
    logdet : float
        Logarithm of the determinant of the series' correlation matrix.

    Examples
    --------
    >>> matrix, logdet = whitener(np.array([1991, 1992, 1994]), 0.5)
    >>> np.linalg.inv(matrix.T @ matrix).round(3).tolist()
    [[1.0, 0.5, 0.125], [0.5, 1.0, 0.25], [0.125, 0.25, 1.0]]
    """
    carried = float(rho) ** np.diff(years)
    spread = np.sqrt(1 - carried**2)
    matrix = np.diag(np.concatenate([[1.0], 1 / spread])) - np.diag(carried / spread, -1)
    return matrix, 2 * float(np.log(spread).sum())


def _years(index: pd.Index[Any]) -> Ints:
    """Return the years of an index."""
    if index.name == "session":
        raise ValueError("series: its index is sessions. Index it by years; a session's year is 1945 + its number.")
    if isinstance(index, pd.PeriodIndex):
        index = pd.Index(index.year)
    numbers = pd.to_numeric(pd.Series(index), errors="coerce") if index.dtype.kind in "iufO" else pd.Series([np.nan])
    if numbers.isna().any() or (numbers % 1 != 0).any():
        raise ValueError("series: its index is not years. Index it by whole numbers such as 1994.")
    odd = numbers[(numbers < 1000) | (numbers > 2999)]
    if len(odd):
        raise ValueError(
            f"series: its index has {odd.iloc[0]:.0f}, which is no year. Keep the years as the index; reset_index "
            "drops them."
        )
    years: Ints = numbers.to_numpy().astype(np.int64)
    back = np.flatnonzero(np.diff(years) <= 0)
    if len(back):
        first, second = years[back[0]], years[back[0] + 1]
        raise ValueError(f"series: {second} comes after {first}. Give each year once, in increasing order.")
    return years


def _numbers(series: pd.Series[Any], name: str) -> Floats:
    """Return the values as numbers, gaps as NaN."""
    try:
        numbers: Floats = np.asarray(series.astype("Float64").to_numpy(na_value=np.nan), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: its values are not numbers ({error}).") from error
    return numbers


def _check(years: Ints, values: Floats) -> None:
    """Refuse values that have no answer."""
    if len(years) < FEWEST:
        span = f", from {years[0]} to {years[-1]}" if len(years) else ""
        raise ValueError(
            f"series: {len(years)} years have a value{span}; at least {FEWEST} are needed to look for a break."
        )
    if np.isinf(values).any():
        raise ValueError(f"series: the value of {years[np.isinf(values)][0]} is infinite. Leave it out or mend it.")
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        raise ValueError(f"series: all values from {years[0]} to {years[-1]} are the same: there is nothing to search.")


def _weights(series: pd.Series[Any], weights: Any) -> Floats:
    """Return one weight a year; a year without a value needs none."""
    if weights is None:
        return np.ones(len(series))
    given = weights.reindex(series.index) if isinstance(weights, pd.Series) else pd.Series(np.asarray(weights))
    if len(given) != len(series):
        raise ValueError(f"weights: {len(given)} for {len(series)} years. Give one for each year of the series.")
    numbers = _numbers(given, "weights")
    wrong = ~(np.isfinite(numbers) & (numbers > 0)) & series.notna().to_numpy()
    if wrong.any():
        raise ValueError(f"weights: that of {series.index[wrong][0]} is missing or not a positive number.")
    return numbers
