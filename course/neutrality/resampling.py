"""The bootstrap over clusters: samples that keep together what is not independent.

Roll calls on one matter repeat each other, and issues of one event hang together. So an interval draws whole clusters
(matters, events), with replacement and with equal chances, and is given by percentiles of the samples.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neutrality import inputs

FEWEST = 5
"""An interval needs at least this many clusters: samples of fewer are too much alike. The number is our choice."""

Sums = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bootstrap:
    """How the intervals of a measure are drawn.

    Attributes
    ----------
    draws : int
        How many samples, 1 or more.
    level : float
        Width of the intervals, between 0 and 1.
    seed : int
        Seed of the samples, 0 or more.
    """

    draws: int
    level: float
    seed: int

    @classmethod
    def checked(cls, draws: int, level: float, seed: int, where: str = "") -> Bootstrap:
        """Read the three settings as a measure was given them.

        Parameters
        ----------
        draws, level, seed
            As the attributes.
        where : str, optional
            What an error says before the name of the setting, such as ``"pair: "``.

        Returns
        -------
        Bootstrap

        Raises
        ------
        TypeError
            If a setting is no number.
        ValueError
            If it is not one of those possible.

        Examples
        --------
        >>> Bootstrap.checked(0, 0.95, 0)
        Traceback (most recent call last):
            ...
        ValueError: draws is 0. Give 1 or more, such as 1000.
        """
        inputs.whole(f"{where}draws", draws, least=1, example=1000)
        inputs.share(f"{where}level", level, 0.95)
        inputs.whole(f"{where}seed", seed, least=0, example=0)
        return cls(draws, level, seed)

    def told(self) -> dict[Hashable, Any]:
        """Return what a result's ``attrs`` say of its intervals."""
        return {"draws": self.draws, "level": self.level, "seed": self.seed}


def tails(level: float) -> tuple[float, float]:
    """Return the two shares between which an interval of a given width lies, as much left out below as above.

    Parameters
    ----------
    level : float
        Width of the interval, between 0 and 1.

    Returns
    -------
    tuple of float

    Examples
    --------
    >>> tails(0.5)
    (0.25, 0.75)
    """
    return (1 - level) / 2, (1 + level) / 2


def totals(values: npt.ArrayLike, number: npt.ArrayLike) -> Sums:
    """Add up what stands in rows, cluster by cluster.

    Parameters
    ----------
    values : array_like
        Shape (rows, columns).
    number : array_like of int
        Each row's cluster: any whole numbers.

    Returns
    -------
    numpy.ndarray of float
        Shape (clusters, columns), in the order of the clusters' numbers.

    Examples
    --------
    >>> totals([[1, 0], [0, 1], [1, 0]], [7, 7, 3])
    array([[1., 0.],
           [1., 1.]])
    """
    rows = np.asarray(values, dtype=np.float64)
    names, place = np.unique(np.asarray(number), return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, place, rows)
    return sums


def resample(sums: Sums, draws: int, seed: int) -> Sums:
    """Draw samples of clusters, and add up what stands in them.

    Parameters
    ----------
    sums : numpy.ndarray of float
        Shape (clusters, columns), as from `totals`; at least one cluster.
    draws : int
        How many samples.
    seed : int
        The same clusters and seed give the same samples, whatever the order of the clusters.

    Returns
    -------
    numpy.ndarray of float
        Shape (draws, columns): the columns added up over each sample. A sample has as many clusters as there are, drawn
        with replacement and with equal chances; how many roll calls are in it varies.

    Notes
    -----
    How often clusters of each kind are drawn is multinomial, and clusters with the same sums are of one kind. Drawing
    the kinds is therefore the bootstrap over clusters itself, and not an approximation to it. Drawing from all clusters
    whatever their size is what Sherman and le Cessie call the "all block" bootstrap; we know their paper from a
    quotation in an answer on Cross Validated (question 202916).

    Examples
    --------
    >>> resample(np.array([[2.0, 1.0], [2.0, 1.0]]), 3, seed=0)
    array([[4., 2.],
           [4., 2.],
           [4., 2.]])
    """
    kinds, of_kind = np.unique(sums, axis=0, return_counts=True)
    times = np.random.default_rng(seed).multinomial(len(sums), of_kind / len(sums), size=draws)
    added: Sums = times.astype(np.float64) @ kinds
    return added


def how_often(clusters: int, draws: int, seed: int | Sequence[int]) -> npt.NDArray[np.int64]:
    """Draw samples of clusters, and count how often each cluster is in each sample.

    Parameters
    ----------
    clusters : int
        How many there are, 1 or more.
    draws : int
        How many samples.
    seed : int or sequence of int
        The samples depend on the order of the clusters, so sort them by something of their own first.

    Returns
    -------
    numpy.ndarray of int
        Shape (draws, clusters). Each row sums to `clusters`.

    Examples
    --------
    >>> how_often(4, 3, seed=0).sum(axis=1).tolist()
    [4, 4, 4]
    """
    return np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
