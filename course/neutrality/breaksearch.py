"""The best years for each number of breaks in a yearly series, found by the library ruptures.

A break goes by the first year of the new regime: see `neutrality.breaks`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from neutrality.breakseries import AT_EACH_END, Floats, Yearly, yearly
from neutrality.breaktest import TRIM


def search(
    series: pd.Series[Any], *, weights: Any = None, most: int = 5, trim: float = TRIM, least: int | None = None
) -> pd.DataFrame:
    """Find the best years for each number of breaks.

    Parameters
    ----------
    series : pandas.Series
        Numbers indexed by year; gaps are allowed: see `neutrality.breakseries`.
    weights : array_like, optional
        One a year: see `neutrality.breakseries`.
    most : int, optional
        The largest number of breaks. Where the series is too short for it, the table ends earlier.
    trim : float, optional
        The least length of a regime, as a share of the values; from 0 to less than 1/2.
    least : int, optional
        The least length of a regime in values, 2 or more; takes the place of `trim`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``breaks``, from 0. Columns ``years`` (a tuple: the first year of each new regime), ``rss`` (the
        weighted sum of squares left over), ``bic`` and ``lwz`` (smaller is better). ``attrs`` holds the number of
        breaks that each of the two prefers, and ``least``.

    Raises
    ------
    ValueError
        If an option is not one of those possible; and as `neutrality.breakseries.yearly`.
    ModuleNotFoundError
        If the library ruptures is not installed.

    Notes
    -----
    The years are those with the least sum of squares, found by dynamic programming (``ruptures.Dynp``), which looks at
    all partitions as the algorithm of Jushan Bai and Pierre Perron does ("Computation and Analysis of Multiple
    Structural Change Models", Journal of Applied Econometrics 18(1), 2003; abstract seen). Both criteria count a level
    for each regime, each break, and the variance; ``lwz`` (Liu, Wu and Zidek 1997, as the R package strucchangeRcpp
    computes it) puts 0.299 (log n)^2.1 in the place of the log n of ``bic``.

    Both take the years' noise as independent. Where years resemble each other they find too many breaks: for how many
    there are, read `posterior`.

    Examples
    --------
    >>> values = [0.5, 0.6] * 6 + [0.9, 1.0] * 6 + [0.2, 0.3] * 6
    >>> found = search(pd.Series(values, index=range(1990, 2026)), most=3)
    >>> found.loc[2, "years"], found.attrs["bic"]
    ((2002, 2014), 2)
    """
    data = yearly(series, weights)
    least = _least(data, most, trim, least)
    counts = range(min(most, data.n // least - 1) + 1)
    places = _partitions(data, counts, least)
    rss = [_rss(data, place) for place in places]
    prices = {"bic": math.log(data.n), "lwz": 0.299 * math.log(data.n) ** 2.1}
    table = pd.DataFrame({"years": [tuple(data.years[place].tolist()) for place in places], "rss": rss})
    for name, price in prices.items():
        table[name] = [_criterion(data.n, value, count, price) for count, value in enumerate(rss)]
    table.index.name = "breaks"
    table.attrs.update({name: int(table[name].argmin()) for name in prices}, least=least)
    return table


def _least(data: Yearly, most: int, trim: float, least: int | None) -> int:
    """Return the least length of a regime."""
    if most < 0:
        raise ValueError(f"search: most is {most}. Give 0 or more breaks.")
    if least is None:
        if not 0 <= trim < 0.5:
            raise ValueError(f"search: trim is {trim}. Give a share from 0 to less than 0.5; 0.15 is usual.")
        return max(int(trim * data.n), AT_EACH_END)
    if not AT_EACH_END <= least <= data.n:
        raise ValueError(f"search: least is {least}. Give a number of values from {AT_EACH_END} to {data.n}.")
    return least


def _partitions(data: Yearly, counts: Iterable[int], least: int) -> list[list[int]]:
    """Return, for each number of breaks, the places where new regimes start."""
    # Importing ruptures takes seconds, which nobody who does not search should wait for.
    try:
        import ruptures
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "search: the library ruptures is not installed; it does not run on Python 3.14 yet. Use Python 3.11 to "
            "3.13, or `breaks.sup_f` and `breaks.posterior`, which do without it."
        ) from error

    # Regressing on the root of the weight, segment by segment, gives each segment its weighted mean.
    searcher = ruptures.Dynp(model="linear", min_size=least, jump=1).fit(np.column_stack([data.scaled, data.root]))
    return [searcher.predict(n_bkps=count)[:-1] if count else [] for count in counts]


def _rss(data: Yearly, starts: list[int]) -> float:
    """Return the weighted sum of squares left over by one level a regime."""
    left = 0.0
    for scaled, root in zip(np.split(data.scaled, starts), np.split(data.root, starts), strict=True):
        noise: Floats = scaled - root * (scaled @ root) / (root @ root)
        left += float(noise @ noise)
    return left


def _criterion(n: int, rss: float, breaks: int, price: float) -> float:
    """Return minus twice the log-likelihood, and a price for each of the 2 (breaks + 1) numbers estimated."""
    if rss <= 0:
        return -math.inf
    return n * (math.log(rss / n) + 1 + math.log(2 * math.pi)) + price * 2 * (breaks + 1)
