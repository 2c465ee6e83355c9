"""How consistently issues were coded.

**What it shows, and what not.** Two passes by one author, or by one program, measure *consistency*: whether the same
text and codebook lead to the same code again. They do not measure independence: a reader who errs twice in the same way
agrees with itself. Only coders who work apart from each other, such as a class, test whether the codebook carries over
to other readers.

**The coefficients.** Krippendorff's α is 1 − (observed disagreement) / (disagreement expected by chance): 1 is full
agreement, 0 what chance would give. The level says what a disagreement weighs: nominal, any two values are equally
apart; ordinal, by how many values given lie between; interval, by the square of the difference. It allows gaps and any
number of coders. Cohen's κ compares two coders; weights make near misses count less.

**Thresholds.** .800 for conclusions to rely on and .667 for tentative ones are Krippendorff's, as commonly reported; we
could not open his text. They are conventions, not tests.

**Undefined.** All coefficients are missing (NaN) where nothing can be compared, that is where no unit has two values,
and where there is no variation: if every value is the same, chance alone would give full agreement, and 0/0 is no
number. A missing α is therefore not a bad one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import stances
from neutrality.resampling import FEWEST, how_often, tails

TENTATIVE = 0.667
"""Krippendorff's threshold for tentative conclusions, as commonly reported."""

LEVELS = ("nominal", "ordinal", "interval")
"""The levels of measurement that `alpha` knows."""

WEIGHTS = (None, "linear", "quadratic")
"""How `kappa` can weigh a disagreement."""

Floats = npt.NDArray[np.float64]


def alpha(ratings: pd.DataFrame, level: str) -> float:
    """Compute Krippendorff's α.

    Parameters
    ----------
    ratings : pandas.DataFrame
        One row a unit, one column a coder; gaps where a coder gave no value. Numbers; at the nominal level anything.
    level : {"nominal", "ordinal", "interval"}
        What a disagreement weighs.

    Returns
    -------
    float
        At most 1. NaN where no unit has two values, or all values that can be compared are the same.

    Raises
    ------
    ValueError
        If the level is none of those possible, or it needs numbers and there are other values.

    Notes
    -----
    A value that could be given but was not makes no difference, at the ordinal level neither: what lies between two
    values there is counted in values given.

    Examples
    --------
    >>> ratings = pd.DataFrame({"one": [1, 2, -2, 0, None], "other": [1, 1, -2, 0, 2]})
    >>> round(alpha(ratings, "ordinal"), 3)
    0.91
    >>> alpha(pd.DataFrame({"one": [1, 1], "other": [1, 1]}), "ordinal")
    nan
    """
    values = _pairable(_numbers(ratings, level))
    if len(np.unique(values[~np.isnan(values)])) < 2:
        return float("nan")
    # Only here: the rest of the package should not need the library.
    import krippendorff

    return float(krippendorff.alpha(values.T, level_of_measurement=level))


def kappa(
    one: Sequence[Any] | pd.Series[Any],
    other: Sequence[Any] | pd.Series[Any],
    weights: str | None = None,
    *,
    categories: Sequence[Any] = stances.PLACES,
) -> float:
    """Compute Cohen's κ, plain or weighted.

    Parameters
    ----------
    one, other : sequence
        What two coders gave to the same units, in the same order; units with a gap do not count.
    weights : {None, "linear", "quadratic"}, optional
        Whether a disagreement weighs 1, or its distance in `categories`, or the square of that.
    categories : sequence, optional
        All values that could be given, in order; by default the places of `neutrality.stances`.

    Returns
    -------
    float
        At most 1. NaN where no unit has both, or both coders gave all units one and the same value.

    Raises
    ------
    ValueError
        If a value is no category, the lengths differ, or the weights are none of those possible.

    Examples
    --------
    >>> round(kappa([2, 1, 0, -2], [2, 0, 0, -2], "linear"), 3)
    0.846
    """
    if weights not in WEIGHTS:
        raise ValueError(f"kappa: weights is {weights!r}. Choose {', '.join(map(repr, WEIGHTS))}.")
    first, second = _numbered(one, categories), _numbered(other, categories)
    if len(first) != len(second):
        raise ValueError(f"kappa: {len(first)} values by one coder, {len(second)} by the other. Give one a unit each.")
    both = (first >= 0) & (second >= 0)
    size = len(categories)
    table = np.bincount(first[both] * size + second[both], minlength=size * size).reshape(size, size)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    weight = {None: apart > 0, "linear": apart, "quadratic": apart**2}[weights]
    expected = (weight * np.outer(table.sum(axis=1), table.sum(axis=0))).sum()
    return float(1 - (weight * table).sum() * table.sum() / expected) if expected else float("nan")


def identical(ratings: pd.DataFrame) -> float:
    """Compute the share of units on which all coders who gave a value gave the same.

    Parameters
    ----------
    ratings : pandas.DataFrame
        As for `alpha`; any values.

    Returns
    -------
    float
        Of the units with at least two values. NaN where there is none.

    Examples
    --------
    >>> identical(pd.DataFrame({"one": ["1", "not taken", "2"], "other": ["1", "0", None]}))
    0.5
    """
    compared = ratings[ratings.notna().sum(axis=1) >= 2]
    return float((compared.nunique(axis=1) == 1).mean()) if len(compared) else float("nan")


def interval(
    ratings: pd.DataFrame,
    level: str,
    *,
    clusters: Sequence[Hashable] | pd.Series[Any] | None = None,
    draws: int = 2000,
    width: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Compute an interval of α: percentiles of the bootstrap over units.

    Parameters
    ----------
    ratings : pandas.DataFrame
        As for `alpha`.
    level : {"nominal", "ordinal", "interval"}
        As for `alpha`.
    clusters : sequence, optional
        One value a unit. Units with the same value, such as issues of one event, are drawn together, because they are
        not independent. By default each unit by itself.
    draws : int, optional
        Bootstrap samples.
    width : float, optional
        Between 0 and 1.
    seed : int, optional
        The same ratings and seed give the same interval, whatever the order of the units.

    Returns
    -------
    tuple of float
        Low and high. Both NaN with fewer than `FEWEST` units with two values, or fewer such clusters.

    Raises
    ------
    ValueError
        As `alpha`, or if `draws` or `width` is not one of those possible.

    Notes
    -----
    Samples in which α is undefined are left out. Units are not a random sample of anything: read the interval as how
    much α rests on few units, and not as a margin of error. (Krippendorff's own bootstrap resamples pairs of values,
    and can give another interval.)

    Examples
    --------
    >>> ratings = pd.DataFrame({"one": [1, 2, -2, 0, 1, 2], "other": [1, 1, -2, 0, 1, 2]})
    >>> low, high = interval(ratings, "ordinal")
    >>> low < alpha(ratings, "ordinal") <= high
    True
    """
    if draws < 1 or not 0 < width < 1:
        raise ValueError(f"interval: draws is {draws}, width {width}. Give 1 or more, and between 0 and 1 (as 0.95).")
    values = _numbers(ratings, level)
    group = pd.Series(np.arange(len(ratings)) if clusters is None else list(clusters))
    kept = (~np.isnan(values)).sum(axis=1) >= 2
    values, number = values[kept], pd.factorize(group[kept], sort=clusters is not None)[0]
    if len(values) < FEWEST or number.max() + 1 < FEWEST:
        return float("nan"), float("nan")
    # The values stand in for the names of units without clusters, so that the order of the rows does not count.
    order = np.lexsort((*values.T, *(() if clusters is None else (number,))))
    values, number = values[order], number if clusters is None else number[order]
    given = np.unique(values[~np.isnan(values)])
    per_unit = _coincidences(values, given)
    per_cluster = np.zeros((number.max() + 1, len(given) ** 2))
    np.add.at(per_cluster, number, per_unit.reshape(len(values), -1))
    drawn: Floats = how_often(len(per_cluster), draws, seed).astype(np.float64) @ per_cluster
    found = _alphas(drawn.reshape(draws, len(given), len(given)), given, level)
    found = found[~np.isnan(found)]
    if not len(found):
        return float("nan"), float("nan")
    low, high = np.quantile(found, tails(width))
    return float(low), float(high)


def report(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    coders: Sequence[str] = ("pass-a", "pass-b"),
    *,
    round: int | None = None,  # noqa: A002
    draws: int = 2000,
    width: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Report how consistently issues were coded, over all actors and for each.

    A unit is one actor's stance on one issue. Between two passes by one author or one program, all figures measure
    consistency and not independence.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `neutrality.stances.codings` or `neutrality.stances.read`.
    issues : pandas.DataFrame
        The issues that count, as from `neutrality.stances.issues`.
    coders : sequence of str, optional
        Two coders or more.
    round : int, optional
        By default each coder's last one.
    draws, width, seed
        Of the intervals: see `interval`. Issues of one event are drawn together.

    Returns
    -------
    pandas.DataFrame
        Indexed by actor, ``"all"`` first. ``units``: answered by at least two coders; ``both_coded``: to which at least
        two gave a place. ``identical``: share of the units with the same of the seven answers; ``told`` and
        ``identical_told``: the same without units of which no coder found anything in the source. Over the places:
        ``alpha_ordinal`` with ``alpha_ordinal_low`` and ``alpha_ordinal_high``, ``kappa_linear`` and
        ``kappa_quadratic`` (NaN with more than two coders), ``alpha_interval``. Then, nominal: ``alpha_answer`` of the
        seven answers, ``alpha_kind`` of coded, not taken, not in the source.

    Raises
    ------
    ValueError
        If there are fewer than two coders, or one is named twice.
    neutrality.stances.StanceError
        If a coder has no codings.

    Examples
    --------
    >>> rows = [("i1", "a", "2"), ("i1", "b", "1"), ("i2", "a", "0"), ("i2", "b", "0")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "coder", "code"]).assign(actor="minsk", round=1)
    >>> issues = pd.DataFrame({"id": ["i1", "i2"], "event": ["x", "y"]})
    >>> report(codings, issues, ("a", "b")).loc["minsk", ["units", "identical"]].tolist()
    [2.0, 0.5]
    """
    if len(set(coders)) < max(2, len(coders)):
        raise ValueError("report: give two coders or more, each once.")
    answered = [_answered(codings, issues, coder, round).assign(coder=coder) for coder in coders]
    stacked = pd.concat(answered)
    event = dict(zip(issues["id"], issues["event"], strict=True))
    rows = {}
    for actor in ("all", *stances.ACTORS):
        part = stacked if actor == "all" else stacked[stacked["actor"] == actor]
        rows[actor] = _row(part, list(coders), event, {"draws": draws, "width": width, "seed": seed})
    table = pd.DataFrame.from_dict(rows, orient="index").astype({"units": int, "both_coded": int, "told": int})
    table.index.name = "actor"
    table.attrs = {
        "coders": tuple(coders),
        "round": "the last of each coder" if round is None else round,
        "measures": "consistency; independence only where the coders worked apart from each other",
        "draws": draws,
        "width": width,
        "seed": seed,
    }
    return table


def _answered(codings: pd.DataFrame, issues: pd.DataFrame, coder: str, number: int | None) -> pd.DataFrame:
    rows = stances.chosen(codings, coder, number)
    return rows[rows["issue"].isin(issues["id"])]


def _row(part: pd.DataFrame, coders: list[str], event: dict[str, str], options: dict[str, Any]) -> dict[str, float]:
    """Compute one row of the report."""
    codes, kinds, places = (_by_coder(part, value, coders) for value in ("code", "answer", "place"))
    events = [event[issue] for issue, _ in places.index]
    low, high = interval(places, "ordinal", clusters=events, **options)
    told = codes[(codes.notna() & (codes != stances.NOT_IN_SOURCE)).any(axis=1)]
    row = {
        "units": int((codes.notna().sum(axis=1) >= 2).sum()),
        "both_coded": int((places.notna().sum(axis=1) >= 2).sum()),
        "identical": identical(codes),
        "told": int((told.notna().sum(axis=1) >= 2).sum()),
        "identical_told": identical(told),
        "alpha_ordinal": alpha(places, "ordinal"),
        "alpha_ordinal_low": low,
        "alpha_ordinal_high": high,
    }
    for weights in ("linear", "quadratic"):
        two = len(coders) == 2
        row[f"kappa_{weights}"] = kappa(places[coders[0]], places[coders[1]], weights) if two else float("nan")
    row["alpha_interval"] = alpha(places, "interval")
    row["alpha_answer"] = alpha(codes, "nominal")
    row["alpha_kind"] = alpha(kinds, "nominal")
    return row


def _by_coder(part: pd.DataFrame, value: str, coders: list[str]) -> pd.DataFrame:
    """Lay units out by coder, in order of issue and actor."""
    cells = part.set_index(["issue", "actor", "coder"])[value]
    frame = cells.unstack("coder").reindex(columns=coders).sort_index()
    return frame.astype("Float64") if value == "place" else frame


def _numbers(ratings: pd.DataFrame, level: str) -> Floats:
    """Return the ratings as numbers; at the nominal level each value gets one."""
    if level not in LEVELS:
        raise ValueError(f"alpha: level is {level!r}. Choose one of {', '.join(map(repr, LEVELS))}.")
    if level == "nominal":
        flat = [None if pd.isna(value) else value for value in ratings.to_numpy(dtype=object).ravel()]
        # Sorted, so that the numbers do not depend on the order of the rows.
        number = {value: place for place, value in enumerate(sorted(set(flat) - {None}, key=repr))}
        return np.array([number.get(value, np.nan) for value in flat], dtype=np.float64).reshape(ratings.shape)
    try:
        numbers: Floats = ratings.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"alpha: the level {level!r} needs numbers ({error}). Give numbers, or use 'nominal'."
        ) from error
    return numbers


def _pairable(values: Floats) -> Floats:
    """Keep the units with at least two values: no other one can be compared."""
    pairable: Floats = values[(~np.isnan(values)).sum(axis=1) >= 2]
    return pairable


def _coincidences(values: Floats, given: Floats) -> Floats:
    """Count, unit by unit, the pairs of values by different coders; each unit counts as often as it has values."""
    counts = (values[:, :, None] == given).sum(axis=1).astype(np.float64)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(given))
    weighted: Floats = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return weighted


def _alphas(observed: Floats, given: Floats, level: str) -> Floats:
    """Compute α of many coincidence matrices at once; NaN where there is no variation."""
    totals = observed.sum(axis=2)
    apart = _apart(totals, given, level)
    expected = totals[:, :, None] * totals[:, None, :]
    # The diagonal of the expected pairs is never needed: a value is not apart from itself.
    chance = (apart * expected).sum(axis=(1, 2)) / (totals.sum(axis=1) - 1)
    found: Floats = 1 - (apart * observed).sum(axis=(1, 2)) / np.where(chance > 0, chance, np.nan)
    return found


def _apart(totals: Floats, given: Floats, level: str) -> Floats:
    """Return how much each pair of values differs, for each matrix."""
    if level == "nominal":
        return np.broadcast_to(1 - np.eye(len(given)), (len(totals), len(given), len(given)))
    # Ordinal: a value lies in the middle of the ranks of those who gave it, so a difference is one of mean ranks.
    middle = np.cumsum(totals, axis=1) - totals / 2 if level == "ordinal" else np.broadcast_to(given, totals.shape)
    squared: Floats = (middle[:, :, None] - middle[:, None, :]) ** 2
    return squared


def _numbered(values: Sequence[Any] | pd.Series[Any], categories: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Return the number of each value's category; -1 for a gap."""
    place = {category: number for number, category in enumerate(categories)}
    given = [None if pd.isna(value) else value for value in values]
    strange = [value for value in given if value is not None and value not in place]
    if strange:
        raise ValueError(f"kappa: {strange[0]!r} is no category. The categories are {', '.join(map(str, categories))}.")
    return np.array([-1 if value is None else place[value] for value in given], dtype=np.int64)
