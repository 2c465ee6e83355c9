"""What a yearly series says about years that somebody has named as breaks.

A break goes by the first year of the new regime: see `neutrality.breaks`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from neutrality.breakposterior import Posterior, posterior
from neutrality.breakseries import AT_EACH_END
from neutrality.breaktest import TRIM, SupF, sup_f

TELLING = 3.0
"""The Bayes factor from which on a series is said to favour one year over another.

On the scale of Robert E. Kass and Adrian E. Raftery ("Bayes Factors", Journal of the American Statistical Association
90(430), 1995; abstract seen, and the scale as the R package pcal documents it) factors from 1 to 3 are the lowest class
of evidence, 3 to 20 the next, 20 to 150 strong. Where to draw the line is a convention.
"""

# The columns of a comparison that are those of the test's table, and their names there.
_COLUMNS = {"f": "f", "wald": "wald", "lr": "lr", "p": "lr_p"}


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a series says about named years: the answer of `compare`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``label``. Columns: ``year``; ``near`` and ``near_before``, the probability that a break falls within
        `within` years of it, over all numbers of breaks, after and before the series was seen; ``exact``, after, for
        that very year; ``given_one``, as ``near``, given exactly one break; ``f``, ``wald``, ``lr``, the statistics at
        that year; ``p``, the simulated p-value of ``lr`` at that year alone (valid if the year was named before the
        series was seen); ``why``, which is empty where all could be computed and otherwise says what could not, and
        why.
    pairs : pandas.DataFrame
        One row a pair of years: ``one``, ``other`` (labels), and three Bayes factors, each greater than 1 where the
        series speaks for the one: ``given_one`` (these very years, given exactly one break), ``any_number`` (these very
        years, over all numbers of breaks) and ``near`` (within `within` years, over all numbers); ``favours``, the
        label that all three favour by `TELLING` or more, empty if there is none.
    posterior : Posterior
        As from `neutrality.breakposterior.posterior`.
    test : SupF
        As from `neutrality.breaktest.sup_f`.
    within : int
        How many years before or after a named year counted as near it.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    posterior: Posterior
    test: SupF
    within: int


def compare(
    series: pd.Series[Any],
    candidates: Mapping[str, int] | Iterable[int],
    *,
    weights: Any = None,
    within: int = 1,
    trim: float = TRIM,
    draws: int = 999,
    seed: int = 0,
    **options: Any,
) -> Comparison:
    """Put named years to a series.

    Parameters
    ----------
    series : pandas.Series
        Numbers indexed by year; gaps are allowed: see `neutrality.breakseries`.
    candidates : mapping of str to int, or iterable of int
        The years, each the first of a new regime, with a label that says whose claim it is.
    weights : array_like, optional
        One a year: see `neutrality.breakseries`.
    within : int, optional
        How many years before or after a named year still count as near it. What happens late in a year shows in the
        votes of the next.
    trim, draws, seed
        As for `sup_f`.
    **options
        ``most``, ``least``, ``spread``, ``rhos``, ``prior``: as for `posterior`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If no year is named, one is named twice, or `within` is negative; and as `sup_f` and `posterior`.

    Examples
    --------
    >>> values = [0.5, 0.6] * 8 + [0.9, 1.0] * 8
    >>> found = compare(pd.Series(values, index=range(1990, 2022)), {"early": 1996, "late": 2006}, draws=99)
    >>> found.pairs["favours"].tolist()
    ['late']
    >>> found.table["p"].tolist()[1]
    0.01
    """
    named = _named(candidates)
    if within < 0:
        raise ValueError(f"compare: within is {within}. Give 0 or more years.")
    test = sup_f(series, weights=weights, trim=trim, draws=draws, seed=seed)
    chances = posterior(series, weights=weights, **options)
    rows = {label: _row(year, chances, test, within) for label, year in named.items()}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("label")
    pairs = [_pair(one, other, named, chances, within) for one, other in combinations(named, 2)]
    columns = ["one", "other", "given_one", "any_number", "near", "favours"]
    return Comparison(table, pd.DataFrame(pairs, columns=columns), chances, test, within)


def by_start(
    series: pd.Series[Any], candidates: Mapping[str, int] | Iterable[int], starts: Iterable[int], **options: Any
) -> pd.DataFrame:
    """Put the same named years to the series as it is from different first years on.

    A single odd year at the beginning can hide a break or make one. What holds only for one first year is not a result.

    Parameters
    ----------
    series : pandas.Series
        Numbers indexed by year.
    candidates : mapping of str to int, or iterable of int
        As for `compare`.
    starts : iterable of int
        First years.
    **options
        As for `compare`; weights, if any, as a Series.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``start``. Columns ``n``; ``none``, the probability of no break; ``year`` and ``given_one``, the most
        probable year given one break, and its probability; ``p``, the simulated p-value of the largest ``lr``; for each
        label ``near <label>``, the probability of a break near that year; and ``favours``, the pairs that the series
        can tell apart, such as "1994 over 1997".

    Raises
    ------
    ValueError
        As `compare`.

    Examples
    --------
    >>> values = [0.2, 0.9, 0.1] + [0.5, 0.52, 0.56, 0.6] * 3 + [0.6, 0.65, 0.7] * 4
    >>> found = by_start(pd.Series(values, index=range(1990, 2017)), [2004], [1990, 1993], draws=99)
    >>> found["year"].tolist(), found["none"].round(2).tolist()
    ([1993, 2004], [0.36, 0.08])
    """
    named = _named(candidates)
    rows = {}
    for start in starts:
        found = compare(series.loc[series.index >= start], named, **options)
        chance = found.posterior.years["probability"]
        told = [pair for pair in found.pairs.to_dict("records") if pair["favours"]]
        rows[start] = {
            "n": found.posterior.settings["n"],
            "none": found.posterior.number[0],
            "year": chance.index[int(chance.argmax())],
            "given_one": chance.max(),
            "p": found.test.sup["p_simulated"]["lr"],
            **{f"near {label}": near for label, near in found.table["near"].items()},
            "favours": ", ".join(" over ".join(str(named[label]) for label in _ordered(pair)) for pair in told),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("start")


def _ordered(pair: Mapping[Any, Any]) -> tuple[str, str]:
    """Return a pair's labels, that which is favoured first."""
    return (pair["one"], pair["other"]) if pair["favours"] == pair["one"] else (pair["other"], pair["one"])


def _named(candidates: Mapping[str, int] | Iterable[int]) -> dict[str, int]:
    """Return the named years by label."""
    pairs = list(candidates.items()) if isinstance(candidates, Mapping) else [(str(year), year) for year in candidates]
    for label, year in pairs:
        if isinstance(year, bool) or not isinstance(year, (int, np.integer)):
            raise ValueError(f"compare: the year of {label!r} is {year!r}. Give a whole number such as 1994.")
    years = [int(year) for _, year in pairs]
    if not years:
        raise ValueError("compare: no year is named. Give one or more, such as {'a claim': 1994}.")
    twice = [year for year in years if years.count(year) > 1]
    if twice:
        raise ValueError(f"compare: {twice[0]} is named more than once. Give each year once, with one label.")
    named = {str(label): int(year) for label, year in pairs}
    if len(named) < len(pairs):
        raise ValueError("compare: two years have the same label. Give each its own.")
    return named


def _row(year: int, chances: Posterior, test: SupF, within: int) -> dict[str, Any]:
    """Return one named year's row."""
    near, before = chances.near(year, within=within)
    row: dict[str, Any] = {"year": year, "near": near, "near_before": before}
    row["exact"] = chances.near(year, within=0)[0]
    row["given_one"] = chances.near(year, within=within, breaks=1)[0]
    at = test.table.to_dict("index").get(year, {})
    row |= {column: at.get(name, math.nan) for column, name in _COLUMNS.items()}
    row["why"] = _why(year, chances, test)
    if year not in chances.years.index:
        row |= dict.fromkeys(("near", "near_before", "exact", "given_one"), math.nan)
    return row


def _why(year: int, chances: Posterior, test: SupF) -> str:
    """Say what could not be computed for a year, and why."""
    possible = test.table.index
    settings = chances.settings
    if not possible[0] <= year <= possible[-1]:
        return (
            f"a break in {year} cannot be examined: the series runs from {settings['first']} to {settings['last']}, "
            f"and with {AT_EACH_END} values on either side a new regime can begin from {possible[0]} to {possible[-1]}"
        )
    if year not in possible:
        return f"{year} has no value, so no regime can begin there"
    if year not in chances.years.index:
        return f"each regime has {settings['least']} values or more, so the posterior leaves {year} out"
    if not test.table.loc[year, "searched"]:
        inside = possible[test.table["searched"].to_numpy()]
        return f"the test for a break at any year leaves {year} out: it searches {inside[0]} to {inside[-1]}"
    return ""


def _pair(one: str, other: str, named: dict[str, int], chances: Posterior, within: int) -> dict[str, Any]:
    """Return the Bayes factors of two named years."""
    first, second = named[one], named[other]
    factors = {
        "given_one": chances.bayes_factor(first, second),
        "any_number": chances.bayes_factor(first, second, breaks=None),
        "near": chances.bayes_factor(first, second, breaks=None, within=within),
    }
    favours = ""
    if all(factor >= TELLING for factor in factors.values()):
        favours = one
    if all(factor <= 1 / TELLING for factor in factors.values()):
        favours = other
    return {"one": one, "other": other, **factors, "favours": favours}
