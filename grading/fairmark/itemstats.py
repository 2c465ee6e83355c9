"""Classical item statistics: numbers from a table of points, and nothing else.

Tables have one row a student and one column an item. Where a number is not defined, as a correlation with something
that never varies, the functions give NaN; what a reader is shown, and from how many students on, is decided in
:mod:`fairmark.itemreport`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

TAILS = 0.27
"""The share of students in each of the two extreme groups: Kelley's, who showed that it separates them best."""


class Interval(NamedTuple):
    """The ends of an interval."""

    low: float
    high: float


def share_interval(share: float, students: int, width: float = 0.95) -> Interval:
    """Give Wilson's interval of a share.

    Parameters
    ----------
    share
        From 0 to 1. It may be a mean of partial credits: no such mean varies more than a share of rights and wrongs, so
        the interval is then rather too wide than too narrow.
    students
        How many it was taken over, at least 1.
    width
        Between 0 and 1.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(0.5, 20)]
    [0.299, 0.701]
    """
    z = float(stats.norm.ppf((1 + width) / 2))
    middle = share + z * z / (2 * students)
    half = z * math.sqrt(share * (1 - share) / students + z * z / (4 * students * students))
    whole = 1 + z * z / students
    return Interval(max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole))


def correlation_interval(r: float, students: int, *, ranks: bool = False, width: float = 0.95) -> Interval:
    """Give Fisher's interval of a correlation.

    Parameters
    ----------
    r
        From -1 to 1; NaN gives NaN.
    students
        At least 4.
    ranks
        Whether it is one of ranks; it then has the larger standard error of Bonett and Wright (2000).
    width
        Between 0 and 1.

    Examples
    --------
    >>> [round(end, 4) for end in correlation_interval(0.8699639, 15, ranks=True)]
    [0.5841, 0.9638]
    """
    if abs(r) >= 1:
        return Interval(r, r)
    error = math.sqrt((1 + r * r / 2 if ranks else 1) / (students - 3))
    reach = float(stats.norm.ppf((1 + width) / 2)) * error
    return Interval(math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach))


def correlation(one: Floats, other: Floats) -> float:
    """Give Pearson's correlation; NaN where one of the two does not vary."""
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return math.nan
    return float(np.corrcoef(one, other)[0, 1])


def rank_correlation(one: Floats, other: Floats) -> float:
    """Give Spearman's correlation; those who tie share a middle rank. NaN where one of the two does not vary."""
    return correlation(stats.rankdata(one), stats.rankdata(other))


def item_rest(points: Floats) -> Floats:
    """Correlate each item with the sum of all others: the corrected item-total correlation.

    The item itself is left out of the sum, because it would agree with itself.

    Parameters
    ----------
    points : array of shape (students, items)

    Returns
    -------
    array of shape (items,)
        From -1 to 1; NaN for an item that never varies, and where there is no other item.

    Examples
    --------
    >>> item_rest(np.array([[0.0, 0, 1], [1, 0, 0], [1, 1, 0], [2, 1, 1]])).round(2).tolist()
    [0.5, 0.58, 0.0]
    """
    totals = points.sum(axis=1)
    return np.array([correlation(points[:, item], totals - points[:, item]) for item in range(points.shape[1])])


def tails(totals: Floats, share: float = TAILS) -> tuple[Floats, Floats]:
    """Weigh students into the group with the lowest and the one with the highest totals.

    Both groups have the same size, a whole number. Where several students tie on the border, none is taken at random:
    all of them count, each for the same part of a person.

    Parameters
    ----------
    totals : array of shape (students,)
    share
        The size of a group, of all students; at most a half.

    Returns
    -------
    low, high : array of shape (students,)
        Weights from 0 to 1.

    Examples
    --------
    >>> [weights.tolist() for weights in tails(np.array([1.0, 2, 2, 3, 4]), 0.4)]
    [[1.0, 0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]
    """
    size = max(1, math.floor(share * len(totals) + 0.5))
    return _lowest(totals, size), _lowest(-totals, size)


def _lowest(totals: Floats, size: int) -> Floats:
    border = np.sort(totals)[size - 1]
    inside, tied = totals < border, totals == border
    return np.asarray(inside + tied * (size - inside.sum()) / tied.sum(), dtype=np.float64)


def upper_lower(shares: Floats, totals: Floats, share: float = TAILS) -> Floats:
    """Take the mean of the lowest group from that of the highest, item by item: the discrimination index D.

    Parameters
    ----------
    shares : array of shape (students, items)
        Of each item's points, from 0 to 1.
    totals : array of shape (students,)
        By which students are ranked. As is usual, the item counts in them.
    share
        As for :func:`tails`.

    Returns
    -------
    array of shape (items,)
        From -1 to 1.
    """
    low, high = tails(totals, share)
    return np.asarray((high @ shares) / high.sum() - (low @ shares) / low.sum(), dtype=np.float64)


def alpha(points: Floats) -> float:
    """Give Cronbach's α: how far the items rank the students alike.

    Parameters
    ----------
    points : array of shape (students, items)

    Returns
    -------
    float
        At most 1. NaN with fewer than two items or students, or where all totals are the same.

    Examples
    --------
    >>> alpha(np.array([[1.0, 2], [2, 4], [3, 6]])).__round__(3)
    0.889
    """
    students, items = points.shape
    whole = points.sum(axis=1).var(ddof=1) if students > 1 else 0.0
    if items < 2 or whole == 0:
        return math.nan
    return float(items / (items - 1) * (1 - points.var(axis=0, ddof=1).sum() / whole))


def alpha_interval(value: float, students: int, items: int, width: float = 0.95) -> Interval:
    """Give Feldt's interval of α."""
    one, other = students - 1, (students - 1) * (items - 1)
    low = 1 - (1 - value) * float(stats.f.ppf((1 + width) / 2, one, other))
    high = 1 - (1 - value) * float(stats.f.ppf((1 - width) / 2, one, other))
    return Interval(low, high)


def alpha_without_each(points: Floats) -> Floats:
    """Give α of the other items, for each item."""
    return np.array([alpha(np.delete(points, item, axis=1)) for item in range(points.shape[1])])


def standard_error(points: Floats) -> float:
    """Give the standard error of measurement, in points: how far one student's total moves by chance alone, by α."""
    return float(points.sum(axis=1).std(ddof=1) * math.sqrt(1 - alpha(points)))
