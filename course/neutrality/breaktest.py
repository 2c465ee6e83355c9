"""Has the level of a yearly series changed at all? The sup-F test, and how far its p-values can be believed.

At each year that could be the first of a new regime, one level is compared with two; the largest of these statistics is
the test. Three statistics are given:

- ``f``: the F statistic of ordinary least squares, as if the years were independent;
- ``wald``: the same difference of levels over a standard error that is robust to autocorrelation (Newey and West's
  estimator with the bandwidth of Andrews);
- ``lr``: the likelihood ratio in which both the model with one level and that with two have AR(1) errors, each with its
  own best ρ between 0 and `HIGHEST`.

**Two p-values.** The *asymptotic* one is what a very long series would give. A year chosen because its statistic is the
largest needs a distribution of its own, that of Andrews (1993). The *simulated* one is the share of series drawn
without any break, with the same years, gaps and weights and with AR(1) errors whose ρ is estimated without a break by
restricted maximum likelihood, that reach as high a statistic.

**Which to believe.** How often a test at 5 % finds a break where there is none, in AR(1) noise of 35 years with the
usual trimming (a simulation of our own: 1,000 series for each ρ, 500 for the last, with 199 draws each):

=========  ============  =====  =======  =======  ========
statistic  p-value       ρ = 0  ρ = 0.4  ρ = 0.7  ρ = 0.85
=========  ============  =====  =======  =======  ========
``f``      asymptotic      4 %     32 %     66 %      82 %
``f``      simulated       2 %      2 %      2 %       2 %
``wald``   asymptotic     15 %     38 %     63 %      80 %
``wald``   simulated       3 %      4 %      5 %       4 %
``lr``     asymptotic      3 %      9 %     17 %      24 %
``lr``     simulated       3 %      5 %      6 %       5 %
=========  ============  =====  =======  =======  ========

So asymptotic p-values, the robust one included, are of no use for a few dozen years that resemble each other. Read
``lr`` with its simulated p-value: it keeps its promise at every ρ, and of the three simulated ones it sees most. Even
so it sees little. A break of two standard deviations of a year's noise in the middle of such a series is found in 93 %,
57 % and 43 % of cases for ρ = 0, 0.4 and 0.7 (with ``f`` in 84 %, 34 % and 17 %, with ``wald`` in 65 %, 22 % and 12 %).
A high p-value does not say that nothing changed.

The test asks whether there is a break, not when. A slow drift also makes the p-value small: look at the plot.

Sources
-------
The distribution is that in Donald W. K. Andrews, "Tests for Parameter Instability and Structural Change with Unknown
Change Point", Econometrica 61(4), 1993, pp. 821–856, which we know through the documentation and code of the R package
strucchange 1.5-4 (Achim Zeileis and others): the statistic ``f``, the trimming and the sup follow its ``Fstats``. That
package takes p-values from Bruce E. Hansen's approximation ("Approximate Asymptotic P Values for Structural-Change
Tests", Journal of Business & Economic Statistics 15(1), 1997; seen: a page about it, and the coefficients in that
package). For one changing level the distribution can be computed outright, so we do: see `p_asymptotic`. The bandwidth
is that which the R package sandwich gives for Andrews (1991), Bartlett kernel and AR(1). That a bootstrap is close
where asymptotics are not, above all in short and persistent series, is what Francis X. Diebold and Celia Chen report in
the abstract of "Testing Structural Stability with Endogenous Break Point: A Size Comparison of Analytic and Bootstrap
Procedures" (1993).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from neutrality.breakseries import AT_EACH_END, Floats, Ints, Yearly, whitener, yearly

TRIM = 0.15
"""The share of the years at each end in which the sup is not searched."""

HIGHEST = 0.95
"""The highest ρ considered: nearer to 1, a series wanders and every break can be chance."""

STATISTICS = ("f", "wald", "lr")
"""The statistics, in the order of the columns."""

# The values of ρ that are tried: few in each of very many series, steps of 1/100 for the one that was observed.
_GRID = np.linspace(0, HIGHEST, 20)
_FINE = np.linspace(0, HIGHEST, 96)
# So many cosines, and points at which they are integrated, give `p_asymptotic` eight right digits.
_WAVES, _NODES = 40, 120


@dataclass(frozen=True, eq=False)
class SupF:
    """The answer of `sup_f`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``year``, the first year of the new regime; each has at least two values before it and two from it
        on. Columns: ``searched`` (bool: within the trimming, so a candidate for the sup); ``f``, ``wald``, ``lr``; and
        ``f_p``, ``wald_p``, ``lr_p``, the simulated p-values *of that year alone*, valid only if the year was named
        before the series was seen.
    sup : pandas.DataFrame
        Indexed by statistic. Columns ``value`` and ``year`` (the largest and where), ``p_asymptotic``, ``p_simulated``.
    rho : float
        The ρ of the simulation, between 0 and `HIGHEST`.
    settings : dict
        ``n``, ``first`` and ``last`` (year), ``trim``, ``draws``, ``seed``.
    """

    table: pd.DataFrame
    sup: pd.DataFrame
    rho: float
    settings: dict[str, Any]


def sup_f(series: pd.Series[Any], *, weights: Any = None, trim: float = TRIM, draws: int = 999, seed: int = 0) -> SupF:
    """Test whether the level of a series has changed, at a year not named beforehand.

    Parameters
    ----------
    series : pandas.Series
        Numbers indexed by year; gaps are allowed: see `neutrality.breakseries`.
    weights : array_like, optional
        One a year: see `neutrality.breakseries`.
    trim : float, optional
        The share of the values at each end that the sup leaves out, from 0 to less than 1/2. With 35 values and 0.15
        it leaves out five: in a series that begins in 1991 the first year searched is 1996.
    draws : int, optional
        How many series are simulated. The smallest possible p-value is 1 / (draws + 1).
    seed : int, optional
        Seed of the simulation; the same seed gives the same p-values.

    Returns
    -------
    SupF

    Raises
    ------
    ValueError
        If `trim` or `draws` is not one of those possible; and as `neutrality.breakseries.yearly`.
    TypeError
        If `series` is not a Series of numbers.

    Examples
    --------
    >>> values = [0.5, 0.7] * 8 + [0.9, 1.1] * 8
    >>> found = sup_f(pd.Series(values, index=range(1990, 2022)), draws=99)
    >>> found.sup["year"].tolist()
    [2006, 2006, 2006]
    """
    _check(trim, draws)
    data = yearly(series, weights)
    starts = data.starts()
    edge = max(int(trim * data.n), AT_EACH_END)
    searched = (starts >= edge) & (starts <= data.n - edge)
    observed = _statistics(data.scaled[None], data, starts)
    rho = _rho(data)
    matrix, _ = whitener(data.years, rho)
    noise = np.random.default_rng(seed).standard_normal((draws, data.n)) @ np.linalg.inv(matrix).T
    simulated = _statistics(noise, data, starts)
    table = pd.DataFrame({"searched": searched}, index=pd.Index(data.years[starts], name="year"))
    for name in STATISTICS:
        table[name] = observed[name][0]
    for name in STATISTICS:
        table[f"{name}_p"] = _share(simulated[name], observed[name][0])
    settings = {"n": data.n, "first": int(data.years[0]), "last": int(data.years[-1]), "trim": trim}
    sup = _sup(table, simulated, edge / data.n)
    return SupF(table, sup, rho, settings | {"draws": draws, "seed": seed})


def p_asymptotic(value: float, trim: float = TRIM) -> float:
    """Return how often a very long series without a break reaches a sup-F as high.

    Parameters
    ----------
    value : float
        The largest statistic.
    trim : float, optional
        The share of the years at each end in which it was not searched; greater than 0, smaller than 1/2.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If `trim` is not between 0 and 1/2.

    Notes
    -----
    In the limit the root of the statistic is the absolute value of a Brownian bridge at the share t, over the root of
    t (1 - t). On the clock log(t / (1 - t)) / 2 that is a stationary Ornstein-Uhlenbeck process with covariance
    ``exp(-|s|)``, watched for log((1 - trim) / trim). How often it stays between ±c is found from the eigenvalues of
    its generator on that interval, expanded in cosines; the result is right to eight digits. Published tables come from
    simulated bridges, which are seen at a number of points only and so miss some peaks: the 5 % value of 8.68 for a
    trimming of 0.15 in Andrews's corrected table of 2003 (as kept in the R package tseriesTARMA) has p = 0.054 here,
    and p = 0.048 by Hansen's coefficients.

    Examples
    --------
    >>> round(p_asymptotic(8.85), 3), round(p_asymptotic(8.85, 0.05), 3)
    (0.05, 0.079)
    """
    if not 0 < trim < 0.5:
        raise ValueError(f"p_asymptotic: trim is {trim}. Give a number greater than 0 and smaller than 0.5.")
    if value <= 0:
        return 1.0
    # Beyond 10 standard deviations nothing is left to compute.
    edge = min(math.sqrt(value), 10.0)
    nodes, share = np.polynomial.legendre.leggauss(_NODES)
    places, share = edge * nodes, edge * share
    waves = (np.arange(_WAVES) + 0.5) * math.pi / edge
    modes = np.cos(np.outer(waves, places)) / math.sqrt(edge)
    rates, mix = np.linalg.eigh(np.diag(waves**2) + (modes * share * (places**2 / 4 - 0.5)) @ modes.T)
    start = (modes * share) @ np.exp(-(places**2) / 4) / (2 * math.pi) ** 0.25
    stays = float(((start @ mix) ** 2 * np.exp(-rates * math.log((1 - trim) / trim))).sum())
    return min(max(1 - stays, 0.0), 1.0)


def _sup(table: pd.DataFrame, simulated: dict[str, Floats], trim: float) -> pd.DataFrame:
    """Return the largest of each statistic, its year and its p-values."""
    searched = table["searched"].to_numpy()
    inside = table[searched]
    rows = {}
    for name in STATISTICS:
        value = float(inside[name].max())
        highest = simulated[name][:, searched].max(axis=1)
        rows[name] = {
            "value": value,
            "year": int(inside.index[int(inside[name].argmax())]),
            "p_asymptotic": p_asymptotic(value, trim),
            "p_simulated": float(_share(highest[:, None], np.array([value]))[0]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("statistic")


def _share(simulated: Floats, observed: Floats) -> Floats:
    """Return the share of draws that reach what was observed; what was observed counts as one of them."""
    share: Floats = (1 + (simulated >= observed).sum(axis=0)) / (1 + len(simulated))
    return share


def _statistics(scaled: Floats, data: Yearly, starts: Ints) -> dict[str, Floats]:
    """Return each statistic of many series at once: shape (series, starts)."""
    return {
        "f": _f(scaled, data.root, starts),
        "wald": _wald(scaled, data, starts),
        "lr": _lr(scaled, data, starts),
    }


def _f(scaled: Floats, root: Floats, starts: Ints) -> Floats:
    """Return the F statistic of two levels against one."""
    sums, mass = np.cumsum(scaled * root, axis=1), np.cumsum(root**2)
    level = sums[:, -1:] / mass[-1]
    total = ((scaled - root * level) ** 2).sum(axis=1, keepdims=True)
    before = mass[starts - 1]
    gain = (sums[:, starts - 1] - before * level) ** 2 * mass[-1] / (before * (mass[-1] - before))
    return _over(gain * (scaled.shape[1] - 2), total - gain, total)


def _wald(scaled: Floats, data: Yearly, starts: Ints, bandwidth: float | None = None) -> Floats:
    """Return the squared difference of levels over its variance, robust to autocorrelation."""
    return np.column_stack([_wald_at(scaled, data, int(start), bandwidth) for start in starts])


def _wald_at(scaled: Floats, data: Yearly, start: int, bandwidth: float | None) -> Floats:
    after = np.arange(data.n) >= start
    mass = np.array([(data.root[~after] ** 2).sum(), (data.root[after] ** 2).sum()])
    levels = np.column_stack([scaled[:, ~after] @ data.root[~after], scaled[:, after] @ data.root[after]]) / mass
    noise = scaled - data.root * levels[:, after.astype(int)]
    pull = noise * data.root * np.where(after, 1, -1) / mass[after.astype(int)]
    # A gap in the years is a zero here, so that lags are counted in years and not in values.
    filled = np.zeros((2, len(scaled), data.years[-1] - data.years[0] + 1))
    filled[:, :, data.years - data.years[0]] = pull, noise
    width = _bandwidth(filled[1], data.n) if bandwidth is None else np.full(len(scaled), bandwidth)
    variance = (pull**2).sum(axis=1)
    for lag in range(1, min(math.ceil(width.max()), filled.shape[2])):
        shared = (filled[0, :, lag:] * filled[0, :, :-lag]).sum(axis=1)
        variance += 2 * np.maximum(1 - lag / np.maximum(width, lag), 0) * shared
    squared = (levels[:, 1] - levels[:, 0]) ** 2
    return _over(squared, variance * data.n / (data.n - 2), squared)


def _bandwidth(noise: Floats, n: int) -> Floats:
    """Return the Bartlett kernel's bandwidth of Andrews (1991) for AR(1) noise, one a series."""
    power = (noise[:, :-1] ** 2).sum(axis=1)
    rho = np.clip((noise[:, 1:] * noise[:, :-1]).sum(axis=1) / np.where(power > 0, power, 1), -0.97, 0.97)
    width: Floats = 1.1447 * (4 * rho**2 / ((1 - rho) ** 2 * (1 + rho) ** 2) * n) ** (1 / 3)
    return width


def _lr(scaled: Floats, data: Yearly, starts: Ints) -> Floats:
    """Return twice the gain in log-likelihood, both models with AR(1) errors."""
    n = data.n
    one, two = np.full(len(scaled), -np.inf), np.full((len(scaled), len(starts)), -np.inf)
    steps = data.root * (np.arange(n) >= starts[:, None])
    for rho in _GRID:
        matrix, logdet = whitener(data.years, rho)
        level, change = matrix @ data.root, steps @ matrix.T
        level = level / np.linalg.norm(level)
        white = scaled @ matrix.T
        rest = white - np.outer(white @ level, level)
        change = change - np.outer(change @ level, level)
        total = (rest**2).sum(axis=1)
        left = total[:, None] - (rest @ change.T) ** 2 / (change**2).sum(axis=1)
        left = np.where(left > 1e-12 * total[:, None], left, 0)
        with np.errstate(divide="ignore"):
            one = np.maximum(one, -n * np.log(total) - logdet)
            two = np.maximum(two, -n * np.log(left) - logdet)
    gain: Floats = np.maximum(two - one[:, None], 0)
    return gain


def _rho(data: Yearly) -> float:
    """Estimate ρ without a break by restricted maximum likelihood, which corrects for the level being estimated."""
    found = []
    for rho in _FINE:
        matrix, logdet = whitener(data.years, rho)
        level, white = matrix @ data.root, matrix @ data.scaled
        mass = level @ level
        rest = white - level * (level @ white) / mass
        found.append(-(data.n - 1) * math.log(rest @ rest) - logdet - math.log(mass))
    return float(_FINE[int(np.argmax(found))])


def _over(above: Floats, below: Floats, size: Floats) -> Floats:
    """Divide; what is nothing but rounding below the line makes the statistic infinite."""
    exact = below <= 1e-12 * size
    ratio: Floats = np.where(exact, np.inf, above / np.where(exact, 1, below))
    return ratio


def _check(trim: float, draws: int) -> None:
    if not 0 <= trim < 0.5:
        raise ValueError(f"sup_f: trim is {trim}. Give a share from 0 to less than 0.5; 0.15 is usual.")
    if draws < 1:
        raise ValueError(f"sup_f: draws is {draws}. Give 1 or more; 999 is a good number.")
