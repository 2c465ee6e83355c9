"""How probable each year, and each number of breaks, is after a yearly series has been seen.

**Model.** With k breaks the years fall into k + 1 regimes, each with a level of its own. Around its level a year
deviates by noise that is normal with standard deviation σ (divided by the root of the year's weight) and resembles the
noise of the year before: AR(1) with correlation ρ.

**Priors**, all of which can be changed but the two that are flat:

- each number of breaks from 0 to `most` (3) is equally probable; given the number, so is each choice of years that
  leaves every regime at least `least` (2) values;
- levels are normal around a common centre with a standard deviation of `spread` (2) times σ; the centre is flat;
- log σ is flat. Both flat priors are the same in every model, so they cancel, and units make no difference;
- ρ is equally probable at each of 0, 0.05, … 0.95. With ρ taken as 0, a spell of years that merely resemble each other
  looks like a regime. In a simulation of our own (300 series of 35 years, up to two breaks) noise with ρ = 0.7 and no
  break was given less than 5 % for no break in 60 % of cases with ρ taken as 0, and in fewer than 1 % with this prior;
  and of breaks of two standard deviations in the middle `Posterior.shortest` at 90 % missed 20 %, against 1 %.

Levels, centre and σ are integrated out in closed form (a normal prior with σ unknown: the normal-inverse-gamma family),
ρ by summing. The years are then weighed against each other exactly: nothing is sampled.

Given one break, the posterior over years depends little on `spread`. The number of breaks does depend on it: a large
`spread` says that only large breaks are expected and makes small ones improbable. See `sensitivity`.

**What it does not know.** Levels jump and then stay: a slow drift comes out as several breaks or as a high ρ. All years
are equally noisy (up to the weights), which a series that is nearly constant in one half and lively in the other is
not. Noise is normal: one odd year, above all the first or the last, can hide a break or make one. Try the series
without it (`neutrality.breaks.by_start`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import inputs
from neutrality.breakseries import AT_EACH_END, Floats, Ints, Yearly, whitener, yearly

MOST = 3
"""How many breaks are considered where nothing else is asked for."""

SPREAD = 2.0
"""Standard deviation of the levels of regimes, in units of the years' noise, where nothing else is asked for."""

RHOS = tuple(round(0.05 * step, 2) for step in range(20))
"""The values of ρ that are summed over."""

LIMIT = 300_000
"""The most choices of years that are weighed against each other for one number of breaks."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """The answer of `posterior`.

    Attributes
    ----------
    years : pandas.DataFrame
        Given exactly one break: indexed by ``year``, the first year of the new regime; column ``probability``, which
        sums to 1.
    number : pandas.Series
        The probability of each number of breaks, indexed by ``breaks`` from 0; sums to 1.
    anywhere : pandas.Series
        The probability that *some* break falls in a year, over all numbers of breaks; indexed by ``year``. It sums to
        the expected number of breaks.
    rho : pandas.Series
        The probability of each ρ, over all numbers of breaks; indexed by ``rho``.
    settings : dict
        ``n``, ``first`` and ``last`` (year), ``most``, ``least``, ``spread``, ``prior`` (of each number of breaks).
    choices : tuple of (numpy.ndarray, numpy.ndarray)
        For each number of breaks: the choices of years, shape (choices, breaks), and the probability of each given
        that number.
    """

    years: pd.DataFrame
    number: pd.Series[float]
    anywhere: pd.Series[float]
    rho: pd.Series[float]
    settings: dict[str, Any]
    choices: tuple[tuple[Ints, Floats], ...]

    def shortest(self, level: float = 0.9) -> tuple[int, ...]:
        """Return the fewest years that hold the break with a given probability, given one break.

        Parameters
        ----------
        level : float, optional
            The probability, greater than 0 and at most 1.

        Returns
        -------
        tuple of int
            In increasing order; they need not follow each other.

        Raises
        ------
        ValueError
            If `level` is not one of those possible.
        """
        return shortest(self.years["probability"], level)

    def near(self, years: int | Iterable[int], *, within: int = 1, breaks: int | None = None) -> tuple[float, float]:
        """Return the probability that a break falls in or near a year.

        Parameters
        ----------
        years : int or iterable of int
            The first year of the new regime. With several years: that one falls near any of them.
        within : int, optional
            How many years before or after still count as near.
        breaks : int, optional
            Given this number of breaks; by default over all numbers.

        Returns
        -------
        posterior, prior : float
            After and before the series was seen.

        Raises
        ------
        TypeError
            If a year or `within` is no whole number.
        ValueError
            If no year is given, `within` is negative, or `breaks` is none of the numbers considered.
        """
        listed: list[Any] = list(years) if isinstance(years, Iterable) else [years]
        wanted = np.array([inputs.whole("near: years", year, example=1994) for year in listed], dtype=np.int64)
        if not len(wanted):
            raise ValueError("near: no year is given. Give one or more, such as 1994.")
        inputs.whole("near: within", within, least=0, example=1)
        return self._chance(lambda choices: _hit(choices, wanted, within), breaks)

    def bayes_factor(self, one: int, other: int, *, within: int = 0, breaks: int | None = 1) -> float:
        """Return how much better the series is foretold by a break in one year than by a break in another.

        Parameters
        ----------
        one, other : int
            First years of the new regime.
        within : int, optional
            How many years before or after still count.
        breaks : int or None, optional
            Given this number of breaks (1), or over all numbers (None). Compared are the choices of years with a break
            at the one and none at the other, and the reverse.

        Returns
        -------
        float
            Greater than 1 where the series speaks for `one`. NaN where a year is outside of those searched.

        Raises
        ------
        ValueError
            If both years are the same, `within` is negative, or `breaks` is none of the numbers considered.
        """
        if one == other:
            raise ValueError(f"bayes_factor: both years are {one}. Give two different years.")
        inputs.whole("bayes_factor: within", within, least=0, example=1)

        def only(first: int, second: int) -> tuple[float, float]:
            return self._chance(lambda choices: _hit(choices, first, within) & ~_hit(choices, second, within), breaks)

        (one_after, one_before), (other_after, other_before) = only(one, other), only(other, one)
        if not one_before or not other_before:
            return math.nan
        return _ratio(one_after, other_after) / (one_before / other_before)

    def _chance(self, true: Any, breaks: int | None) -> tuple[float, float]:
        """Return the posterior and prior probability of what is true of a choice of years."""
        if breaks is not None and breaks not in range(len(self.choices)):
            raise ValueError(f"breaks is {breaks}. Give a number from 0 to {len(self.choices) - 1}, or None.")
        after = before = 0.0
        for count, (years, chance) in enumerate(self.choices):
            if breaks in (None, count):
                hit = true(years)
                after += float(chance[hit].sum()) * (self.number[count] if breaks is None else 1)
                before += float(hit.mean()) * (self.settings["prior"][count] if breaks is None else 1)
        return float(after), float(before)


def posterior(
    series: pd.Series[Any],
    *,
    weights: Any = None,
    most: int = MOST,
    least: int = AT_EACH_END,
    spread: float = SPREAD,
    rhos: Sequence[float] = RHOS,
    prior: Sequence[float] | None = None,
) -> Posterior:
    """Weigh numbers of breaks, and the years of the breaks, against each other.

    Parameters
    ----------
    series : pandas.Series
        Numbers indexed by year; gaps are allowed: see `neutrality.breakseries`.
    weights : array_like, optional
        One a year: see `neutrality.breakseries`.
    most : int, optional
        The largest number of breaks considered, 1 or more.
    least : int, optional
        The fewest values of a regime.
    spread : float, optional
        Standard deviation of the regimes' levels in units of the years' noise, greater than 0.
    rhos : sequence of float, optional
        The values of ρ, equally probable beforehand, each greater than -1 and smaller than 1. With ``[0]`` the years'
        noise is independent.
    prior : sequence of float, optional
        The prior probability of each number of breaks from 0 to `most`; by default all are the same. Each positive;
        scaled to sum to 1.

    Returns
    -------
    Posterior

    Raises
    ------
    ValueError
        If an option is not one of those possible, the series is too short for `most` breaks, or there are too many
        choices of years; and as `neutrality.breakseries.yearly`.

    Notes
    -----
    Write y for the series, R for the correlation of the noise, Z for the regimes' indicator columns and s for `spread`.
    Given the choice of years and ρ, the covariance of y around the centre m is σ² V with V = R + s² Z Z', and
    integrating over m and log σ leaves, but for a constant that is the same for all models,
    ``|V|^(-1/2) (1' V⁻¹ 1)^(-1/2) S^(-(n-1)/2)``, where S is the sum of squares around the best m in the metric of V⁻¹.
    Since the inverse of R has entries only on and beside its diagonal, so has Z' R⁻¹ Z, and all choices of years are
    computed at once by elimination.

    Examples
    --------
    >>> values = [0.5, 0.6] * 8 + [0.9, 1.0] * 8
    >>> found = posterior(pd.Series(values, index=range(1990, 2022)))
    >>> found.shortest(0.9)
    (2006,)
    >>> found.number.round(2).tolist()
    [0.0, 0.81, 0.16, 0.03]
    """
    data = yearly(series, weights)
    _check(data, most, least, spread, rhos)
    before = _prior(prior, most)
    places = [_choices(data.n, breaks, least) for breaks in range(most + 1)]
    logs = [np.empty((len(rhos), len(choice))) for choice in places]
    for row, rho in enumerate(rhos):
        sums = _Sums.of(data, float(rho))
        for part, choice in zip(logs, places, strict=True):
            part[row] = sums.log_marginal(choice, spread)
    settings = {"most": most, "least": least, "spread": spread, "prior": tuple(before.tolist())}
    return _answer(data, places, logs, rhos, settings)


def shortest(probability: pd.Series[float], level: float = 0.9) -> tuple[int, ...]:
    """Return the fewest years that together have a given probability.

    Parameters
    ----------
    probability : pandas.Series
        Probabilities indexed by year, summing to 1.
    level : float, optional
        Greater than 0 and at most 1.

    Returns
    -------
    tuple of int
        In increasing order; they need not follow each other. Of years equally probable the earlier comes first.

    Raises
    ------
    ValueError
        If `level` is not one of those possible.

    Examples
    --------
    >>> shortest(pd.Series([0.1, 0.5, 0.05, 0.35], index=[1994, 1995, 1996, 1997]), 0.8)
    (1995, 1997)
    """
    if not 0 < level <= 1:
        raise ValueError(f"shortest: level is {level}. Give a number greater than 0 and at most 1, such as 0.9.")
    ranked = probability.sort_values(ascending=False, kind="stable")
    # What rounding takes from a sum must not cost a further year.
    needed = int((ranked.cumsum().to_numpy() < level - 1e-9).sum()) + 1
    return tuple(sorted(int(year) for year in ranked.index[:needed]))


def sensitivity(
    series: pd.Series[Any], *, spreads: Sequence[float] = (1.0, 2.0, 5.0), weights: Any = None, **options: Any
) -> pd.DataFrame:
    """Show how the posterior changes with what is expected of the levels, and with taking years as independent.

    Parameters
    ----------
    series : pandas.Series
        As for `posterior`.
    spreads : sequence of float, optional
        Values of `spread`.
    weights : array_like, optional
        As for `posterior`.
    **options
        Passed on to `posterior`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``spread`` and ``noise`` ("AR(1)" or "independent"). A column for each number of breaks with its
        probability; ``year``, the most probable one given one break; ``probability`` of that year; ``rho``, the mean
        of its posterior.

    Raises
    ------
    ValueError
        As `posterior`.

    Examples
    --------
    >>> values = [0.5, 0.6] * 8 + [0.9, 1.0] * 8
    >>> sensitivity(pd.Series(values, index=range(1990, 2022)), spreads=[2], most=1)["year"].tolist()
    [2006, 2006]
    """
    rows = {}
    for spread in spreads:
        for noise, rhos in (("AR(1)", RHOS), ("independent", (0.0,))):
            found = posterior(series, weights=weights, spread=spread, rhos=rhos, **options)
            chance = found.years["probability"]
            rows[spread, noise] = {
                **found.number.to_dict(),
                "year": int(chance.index[int(chance.argmax())]),
                "probability": float(chance.max()),
                "rho": float((found.rho.index.to_numpy() * found.rho.to_numpy()).sum()),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["spread", "noise"])
    return table


@dataclass(frozen=True, eq=False)
class _Sums:
    """Running sums from which every regime's share of the quadratic forms is a difference.

    Attributes
    ----------
    within, beside : numpy.ndarray
        Running sums of the inverse correlation's diagonal, and of twice what stands beside it (weights included).
    link : numpy.ndarray
        What stands beside the diagonal, between a value and the one before.
    pull : numpy.ndarray
        Running sums of the inverse correlation times the series.
    square, logdet : float
        The series' own quadratic form; the logarithm of the determinant of the correlation.
    """

    within: Floats
    beside: Floats
    link: Floats
    pull: Floats
    square: float
    logdet: float

    @classmethod
    def of(cls, data: Yearly, rho: float) -> _Sums:
        matrix, logdet = whitener(data.years, rho)
        inverse = matrix.T @ matrix
        weighted = data.root[:, None] * inverse * data.root
        link = np.concatenate([[0.0], np.diag(weighted, 1), [0.0]])
        white = matrix @ data.scaled
        return cls(
            within=_running(np.diag(weighted)),
            beside=_running(2 * link[:-1]),
            link=link,
            pull=_running(data.root * (inverse @ data.scaled)),
            square=float(white @ white),
            logdet=logdet,
        )

    def log_marginal(self, choice: Ints, spread: float) -> Floats:
        """Return the log marginal likelihood of each choice of places, shape (choices, breaks)."""
        n = len(self.link) - 1
        ends = np.column_stack([np.zeros(len(choice), int), choice, np.full(len(choice), n)])
        yy, y1, one = np.full(len(choice), self.square), np.zeros(len(choice)), np.zeros(len(choice))
        logdet = np.full(len(choice), self.logdet)
        pivot = before_y = before_1 = np.ones(len(choice))
        for regime in range(choice.shape[1] + 1):
            start, stop = ends[:, regime], ends[:, regime + 1]
            entry, left = self.link[start], self.link[stop]
            own = self.within[stop] - self.within[start] + self.beside[stop] - self.beside[start + 1]
            pull, mass = self.pull[stop] - self.pull[start], own + entry + left
            y1, one = y1 + pull, one + mass
            # Elimination: take out of this regime what it shares with the one before.
            factor = entry / pivot
            rest_y, rest_1 = pull - factor * before_y, mass - factor * before_1
            pivot = own + spread**-2 - factor * entry
            yy, y1, one = yy - rest_y**2 / pivot, y1 - rest_y * rest_1 / pivot, one - rest_1**2 / pivot
            logdet = logdet + np.log(pivot) + 2 * math.log(spread)
            before_y, before_1 = rest_y, rest_1
        left_over = np.maximum(yy - y1**2 / one, 1e-14 * self.square)
        marginal: Floats = -0.5 * (logdet + np.log(one) + (n - 1) * np.log(left_over))
        return marginal


def _answer(
    data: Yearly, places: list[Ints], logs: list[Floats], rhos: Sequence[float], settings: dict[str, Any]
) -> Posterior:
    """Turn log marginal likelihoods, shape (rhos, choices) for each number of breaks, into probabilities."""
    highest = [float(part.max()) for part in logs]
    chances = [np.exp(part - top) for part, top in zip(logs, highest, strict=True)]
    evidence = np.array(highest) + np.log([part.sum() / part.shape[1] for part in chances])
    number = np.exp(evidence - evidence.max()) * settings["prior"]
    number /= number.sum()
    choices = tuple(
        (data.years[place], part.sum(axis=0) / part.sum()) for place, part in zip(places, chances, strict=True)
    )
    starts = pd.Index(data.years[data.starts(settings["least"])], name="year")
    shares = [_by_year(starts, *choice) for choice in choices]
    rho = sum(share * part.sum(axis=1) / part.sum() for share, part in zip(number, chances, strict=True))
    return Posterior(
        years=pd.DataFrame({"probability": shares[1]}, index=starts),
        number=pd.Series(number, index=pd.RangeIndex(len(number), name="breaks"), name="probability"),
        anywhere=pd.Series(number @ np.array(shares), index=starts, name="probability"),
        rho=pd.Series(rho, index=pd.Index(rhos, name="rho"), name="probability"),
        settings={"n": data.n, "first": int(data.years[0]), "last": int(data.years[-1])} | settings,
        choices=choices,
    )


def _by_year(starts: pd.Index[int], choices: Ints, chance: Floats) -> Floats:
    """Sum the chances of choices by the years that are in them."""
    place = np.searchsorted(starts, choices).ravel()
    repeated: Floats = np.repeat(chance, choices.shape[1])
    return np.bincount(place, repeated, len(starts)).astype(np.float64)


def _free(n: int, breaks: int, least: int) -> int:
    """Return among how many places breaks are chosen freely, once the length of every regime is taken out."""
    return n - (breaks + 1) * least + breaks


def _choices(n: int, breaks: int, least: int) -> Ints:
    """Return all choices of the places where new regimes start: shape (choices, breaks)."""
    free = _free(n, breaks, least)
    flat = np.array(list(combinations(range(free), breaks)), dtype=np.int64)
    return flat.reshape(math.comb(free, breaks), breaks) + least + np.arange(breaks) * (least - 1)


def _hit(choices: Ints, years: int | npt.NDArray[Any], within: int) -> npt.NDArray[np.bool_]:
    """Tell which choices have a break in or near one of the years."""
    apart = np.abs(choices[:, :, None] - np.atleast_1d(years))
    hit: npt.NDArray[np.bool_] = (apart <= within).any(axis=(1, 2))
    return hit


def _running(values: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values)])


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.inf


def _prior(prior: Sequence[float] | None, most: int) -> Floats:
    """Return the prior probability of each number of breaks."""
    given = np.ones(most + 1) if prior is None else np.asarray(prior, dtype=np.float64)
    if given.shape != (most + 1,) or not (np.isfinite(given) & (given > 0)).all():
        raise ValueError(f"posterior: prior is {prior}. Give {most + 1} positive numbers: for 0 to {most} breaks.")
    share: Floats = given / given.sum()
    return share


def _check(data: Yearly, most: int, least: int, spread: float, rhos: Sequence[float]) -> None:
    """Refuse options that have no answer."""
    if most < 1 or least < AT_EACH_END:
        raise ValueError(f"posterior: most is {most} and least is {least}; most is 1 or more, least {AT_EACH_END}.")
    if not spread > 0 or not math.isfinite(spread):
        raise ValueError(f"posterior: spread is {spread}. Give a number greater than 0; {SPREAD} is the default.")
    if not len(rhos) or not all(-1 < rho < 1 for rho in rhos):
        raise ValueError("posterior: rhos must be one or more numbers, each greater than -1 and smaller than 1.")
    if data.n < (most + 1) * least:
        raise ValueError(f"posterior: {data.n} values do not give {most + 1} regimes of {least}. Make `most` smaller.")
    # The most choices need not be those of the most breaks: 15 breaks leave 32 values in regimes of 2 just one choice.
    for breaks in range(most, -1, -1):
        count = math.comb(_free(data.n, breaks, least), breaks)
        if count > LIMIT:
            raise ValueError(f"posterior: {count:,} choices of {breaks} years are too many. Make `most` smaller.")
