"""What a yearly series says about named years, in plain English."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from neutrality.breakcompare import TELLING, Comparison
from neutrality.breakposterior import Posterior
from neutrality.breaktest import SupF
from neutrality.wording import stretches

_FACTORS = (
    "Bayes factors of the first of two years over the second are given three times: given exactly one break, over all "
    f"numbers of breaks, and for a break near these years; a year is favoured if all three reach {TELLING:g}."
)


def verdict(comparison: Comparison, what: str) -> str:
    """Say in plain English what a series says about the named years.

    Parameters
    ----------
    comparison : Comparison
        From `compare`.
    what : str
        What the series is, such as "Share of identical votes of Belarus and Russia".

    Returns
    -------
    str
        A few lines.

    Examples
    --------
    >>> import pandas as pd
    >>> from neutrality.breakcompare import compare
    >>> values = [0.5, 0.6] * 8 + [0.9, 1.0] * 8
    >>> found = compare(pd.Series(values, index=range(1990, 2022)), [2005, 2006, 2007], draws=99)
    >>> "These data favour 2006 over 2005" in verdict(found, "An invented series")
    True
    """
    parts = [_opening(comparison, what), _number(comparison.posterior), _sup(comparison.test)]
    rows = comparison.table.reset_index().to_dict("records")
    years = {row["label"]: row["year"] for row in rows}
    parts += [_year(row, comparison.within) for row in rows]
    told = [_told(pair, years) for pair in comparison.pairs.to_dict("records")]
    parts += [_FACTORS, *told] if any(told) else []
    parts.append(
        "A break in votes is not a break in policy: votes also move with the agenda and with the other side, "
        "and a slow drift can look like several breaks."
    )
    return "\n".join(part for part in parts if part)


def _opening(comparison: Comparison, what: str) -> str:
    settings = comparison.posterior.settings
    return f"{what}, {settings['first']} to {settings['last']}, {settings['n']} yearly values."


def _number(chances: Posterior) -> str:
    most = chances.settings["most"]
    counts = ", ".join(f"{count}: {_percent(chance)}" for count, chance in chances.number.items())
    years = chances.shortest(0.9)
    return (
        f"Probability of each number of breaks, from 0 to {most}: {counts}. "
        f"If there is exactly one, the fewest years that hold it with a probability of 90 % are {stretches(years)}."
    )


def _sup(test: SupF) -> str:
    year, p = int(test.sup["year"]["lr"]), float(test.sup["p_simulated"]["lr"])
    if p < 0.05:
        chance = "series without a break rarely reach that"
    else:
        chance = "that is no more than series without a break often enough reach"
    return (
        f"The test for a break at any year is largest at {year}; {chance} "
        f"(p = {p:.3f}, simulated with years that resemble each other, ρ = {test.rho:.2f})."
    )


def _year(row: Mapping[Any, Any], within: int) -> str:
    name = row["label"] if row["label"] == str(row["year"]) else f"{row['year']} ({row['label']})"
    if math.isnan(row["near"]):
        return f"{name}: {row['why']}."
    near = f"within {within} year{'s' if within > 1 else ''} of it" if within else "in that very year"
    text = (
        f"{name}: the probability that a break falls {near} is {_percent(row['near'])} "
        f"(before seeing the series {_percent(row['near_before'])})"
    )
    if within:
        text += f", and in that very year {_percent(row['exact'])}"
    return f"{text}; {row['why']}." if row["why"] else f"{text}."


def _told(pair: Mapping[Any, Any], years: Mapping[str, int]) -> str:
    """Say whether the series can tell two named years apart."""
    one, other = years[pair["one"]], years[pair["other"]]
    factors = [pair[name] for name in ("given_one", "any_number", "near")]
    if any(math.isnan(factor) for factor in factors):
        return ""
    if pair["favours"] == pair["other"]:
        one, other, factors = other, one, [_ratio(factor) for factor in factors]
    listed = ", ".join(_factor(factor) for factor in factors)
    if not pair["favours"]:
        split = (
            ", as the factors contradict each other" if min(factors) <= 1 / TELLING < TELLING <= max(factors) else ""
        )
        return f"These data cannot tell {one} from {other}{split} ({listed})."
    return f"These data favour {one} over {other} as the year of a break, if there is one ({listed})."


def _ratio(factor: float) -> float:
    return 1 / factor if factor else math.inf


def _factor(factor: float) -> str:
    """Write a Bayes factor to two figures; what is beyond 1000 needs no figures."""
    if factor >= 1000:
        return "over 1000"
    return "below 0.001" if factor < 0.001 else f"{factor:.2g}"


def _percent(share: float) -> str:
    """Write a probability as a whole percentage, but never a certainty."""
    if 0 < share < 0.005:
        return "below 1 %"
    return "over 99 %" if 0.995 <= share < 1 else f"{share:.0%}".replace("%", " %")
