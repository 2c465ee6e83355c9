# mypy: disallow-untyped-decorators=False
"""One round of the sampler with the numbers behind the votes summed up, compiled.

The publishers draw a number behind each vote (`neutrality.ordinal`). But positions and slopes need of these numbers
only sums over a state's or an item's votes. Each number is drawn from a normal distribution that is cut off, so the
sums have means and variances in closed form, and by the central limit theorem they are close to normal. Drawing the
sums takes a quarter of the time, and needs no random number a vote.

**What must not be lost.** The number behind a vote moves the item's slope and the state's position together. So does
its share in the slope's noise here: given that noise, its expectation is its variance times the state's position times
the item's ``tilt``. Without it positions would spread less in each round, and come to rest elsewhere.

**Layout.** Each row's votes stand with "yes" and "no" first and abstentions last. A "no" is a "yes" to the opposite
text: it is kept under the number of its item (or cell) plus their count, where arrays twice as long have the sign
turned. All this is single precision, with straight lines between the entries of tables (1/64 apart), which processors
do for many votes at once. The log-likelihood of one vote is right to about 3e-5.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange

from neutrality.ordinal import FAR, STRIDE, cdf, normal, pdf, proposal_ratio, proposed, uniform

_STEPS, _EDGE = 64, 32  # entries of a table a unit, and the unit at which it ends
_TAIL = -10.0  # below it log Φ is taken from its expansion; far below it erfc would be 0


def _tables() -> tuple[Any, ...]:
    """Return log Φ and φ/Φ from -32 to 32, and exp(-x) and log(1 - exp(-x)) from 0 to 64, with their differences."""
    x = np.arange(2 * _EDGE * _STEPS + 2) / _STEPS - _EDGE
    log = np.array([_log_cdf(value) for value in x])
    ratio = np.exp(-0.5 * x**2 - 0.5 * math.log(2 * math.pi) - log)
    distance = x + _EDGE
    fall = np.exp(-distance)
    # Distances below 1/20 are never asked for (see `_between`); log 0 would be.
    rest = np.log(-np.expm1(-np.maximum(distance, 0.05)))
    found = []
    for values in (log, ratio, fall, rest):
        found += [values.astype(np.float32), np.append(np.diff(values), 0).astype(np.float32)]
    return tuple(found)


def _log_cdf(x: float) -> float:
    """Return log Φ(x), far in the tail by its expansion."""
    if x > _TAIL:
        return math.log(0.5 * math.erfc(-x / math.sqrt(2)))
    square = 1 / (x * x)
    series = 1 - square * (1 - 3 * square * (1 - 5 * square * (1 - 7 * square)))
    return -0.5 * x * x - 0.5 * math.log(2 * math.pi) - math.log(-x) + math.log(series)


_LOG, _LOG_STEP, _RATIO, _RATIO_STEP, _FALL, _FALL_STEP, _REST, _REST_STEP = _tables()

_F = np.float32
_ZERO, _HALF, _ONE = _F(0), _F(0.5), _F(1)
_PER, _MIDDLE, _LAST = _F(_STEPS), _F(_EDGE * _STEPS), _F(2 * _EDGE * _STEPS - 1)

_NARROW = _F(0.5)
"""Two cut points nearer to each other than this: by series in their distance."""

_NEAR = -5.5
"""Only numbers with an expectation beyond this can be cut off at ±9."""


@njit(cache=True)
def by_vote(ends, other, vote, count):  # type: ignore[no-untyped-def]
    """Sort each row's votes: "yes" and "no" (numbered ``count`` higher) first, abstentions last.

    Parameters
    ----------
    ends, other, vote : numpy.ndarray of int
        ``by_cell``, ``cell_item`` and ``cell_vote`` of `neutrality.ballots.Ballots`, or the same item by item.
    count : int
        How many there are of what ``other`` numbers.

    Returns
    -------
    begin : numpy.ndarray of int
        Shape (rows, 3): where each row's votes begin, its abstentions, and the next row.
    found : numpy.ndarray of uint32
        Shape (votes,): the numbers of ``other`` in that order.
    """
    begin = np.empty((len(ends) - 1, 3), np.int64)
    found = np.empty(len(other), np.uint32)
    for i in range(len(ends) - 1):
        low, high = ends[i], ends[i + 1]
        begin[i, 0], begin[i, 2] = low, high
        for k in range(ends[i], ends[i + 1]):
            if vote[k] == 1:
                high -= 1
                found[high] = other[k]
            else:
                found[low] = other[k] + (count if vote[k] == 2 else 0)
                low += 1
        begin[i, 1] = low
    return begin, found


@njit(inline="always", fastmath=True, cache=True)
def _at(x: Any) -> Any:
    """Return the place of a number in the tables from -32 to 32, with its fraction."""
    return min(max(x * _PER + _MIDDLE, _ZERO), _LAST)


@njit(fastmath=True, cache=True)
def likelihood_ratio(cell, first, last, theta, slope, old_low, old_high, new_low, new_high):  # type: ignore[no-untyped-def]
    """Return how much likelier, in logarithms, "yes" and "no" are with new cut points."""
    total = _ZERO
    half = np.uint32(len(theta) // 2)
    for k in range(first, last):
        i = cell[k]
        eta = slope * theta[i]
        yes = i < half
        p = _at((new_low if yes else -new_high) - eta)
        q = _at((old_low if yes else -old_high) - eta)
        a, b = np.uint32(p), np.uint32(q)
        total += _LOG[a] + (p - _F(a)) * _LOG_STEP[a] - _LOG[b] - (q - _F(b)) * _LOG_STEP[b]
    return total


@njit(fastmath=True, cache=True)
def likelihood_between(cell, first, last, theta, slope, low, high):  # type: ignore[no-untyped-def]
    """Return the log-likelihood of abstentions."""
    gap, middle = max(high - low, _F(1e-6)), _HALF * (low + high)
    half, total = _HALF * gap, _ZERO
    if gap < _NARROW:
        c = gap * gap / _F(24)
        for k in range(first, last):
            m = middle - slope * theta[cell[k]]
            q = c * (m * m - _ONE)
            total += q - _HALF * (q * q + m * m)
        return total + _F(last - first) * _F(math.log(gap) - 0.9189385332046727)
    for k in range(first, last):
        m = -abs(middle - slope * theta[cell[k]])
        p, q = _at(m + half), _at(m - half)
        a, b = np.uint32(p), np.uint32(q)
        upper = _LOG[a] + (p - _F(a)) * _LOG_STEP[a]
        r = min(max((upper - _LOG[b] - (q - _F(b)) * _LOG_STEP[b]) * _PER, _ZERO), _LAST)
        c = np.uint32(r)
        total += upper + _REST[c] + (r - _F(c)) * _REST_STEP[c]
    return total


@njit(inline="always", fastmath=True, cache=True)
def tail(cut: Any) -> Any:
    """Return φ/Φ at a cut point, and the variance of what lies below it."""
    p = _at(cut)
    a = np.uint32(p)
    ratio = _RATIO[a] + (p - _F(a)) * _RATIO_STEP[a]
    return ratio, max(_ONE - ratio * (cut + ratio), _ZERO)


@njit(inline="always", fastmath=True, cache=True)
def between(middle: Any, gap: Any) -> Any:
    """Return mean and variance of a standard normal number that lies between ``middle`` ± half of ``gap``."""
    m, half = -abs(middle), _HALF * gap
    low, high = m - half, m + half
    p, q = _at(high), _at(low)
    a, b = np.uint32(p), np.uint32(q)
    upper, lower = _RATIO[a] + (p - _F(a)) * _RATIO_STEP[a], _RATIO[b] + (q - _F(b)) * _RATIO_STEP[b]
    fall = _LOG[a] + (p - _F(a)) * _LOG_STEP[a] - _LOG[b] - (q - _F(b)) * _LOG_STEP[b]
    r = min(max(fall * _PER, _ZERO), _LAST)
    c = np.uint32(r)
    share = _FALL[c] + (r - _F(c)) * _FALL_STEP[c]
    rest = _ONE / max(_ONE - share, _F(1e-3))
    mean = (lower * share - upper) * rest
    square = _ONE + (low * lower * share - high * upper) * rest
    even = gap * gap / _F(12)
    variance = min(max(square - mean * mean, _ZERO), even, _ONE)
    mean = min(max(mean, low), high)
    mean = -mean if middle > _ZERO else mean
    narrow = gap < _NARROW
    return (middle * (_ONE - even) if narrow else mean), (even if narrow else variance)


@njit(inline="always", cache=True)
def cut_off(eta: float) -> Any:
    """Return what the cut-off at -9 adds to the mean and to the variance of a number around ``eta``, far out."""
    u = FAR + eta
    density, beyond = pdf(u), cdf(-u)
    mean = density - u * beyond
    return mean, u * u * beyond - beyond - u * density - mean * mean


@njit(fastmath=True, cache=True)
def _tails_of_item(cell, first, last, theta, slope, low, high):  # type: ignore[no-untyped-def]
    mean, variance, squares = _ZERO, _ZERO, _ZERO
    half = np.uint32(len(theta) // 2)
    for k in range(first, last):
        i = cell[k]
        t = theta[i]
        ratio, own = tail((low if i < half else -high) - slope * t)
        mean -= t * ratio
        variance += t * t * own
        squares += t * t
    return mean, variance, squares


@njit(fastmath=True, cache=True)
def _between_of_item(cell, first, last, theta, slope, low, high):  # type: ignore[no-untyped-def]
    gap, middle = high - low, _HALF * (low + high)
    mean, variance, squares = _ZERO, _ZERO, _ZERO
    for k in range(first, last):
        t = theta[cell[k]]
        part, own = between(middle - slope * t, gap)
        mean += t * part
        variance += t * t * own
        squares += t * t
    return mean, variance, squares


@njit(parallel=True, cache=True)
def draw_items(begin, cell, theta, slope, low, high, width, taken, tilt, sign, stream):  # type: ignore[no-untyped-def]
    """Draw each item's cut points and slope.

    Parameters
    ----------
    begin, cell : numpy.ndarray of int
        As from `by_vote`, item by item.
    theta : numpy.ndarray of float32
        Shape (2 · cells,): all positions, then all with the sign turned.
    slope, low, high : numpy.ndarray
        Shape (items,), read and written: β, γ1, γ2.
    width, taken, stream : numpy.ndarray
        As for `neutrality.ordinal.draw_items`.
    tilt : numpy.ndarray
        Shape (items,), written to: given the slope's noise, what is expected of the number behind a vote is its
        variance times the position times this.
    sign : float
        With -1 all noise is mirrored: what would have been proposed or drawn above is below, and the other way.
    """
    farthest = np.abs(theta).max()
    for j in prange(len(begin)):
        first, middle, last = begin[j, 0], begin[j, 1], begin[j, 2]
        s, b, c1, c2, step = stream[j], slope[j], low[j], high[j], width[j]
        s += STRIDE
        u = uniform(s) if sign > 0.0 else 1.0 - uniform(s)
        s += STRIDE
        v = uniform(s) if sign > 0.0 else 1.0 - uniform(s)
        n1, n2 = proposed(c1, c2, step, u, v)
        b32 = _F(b)
        ratio = float(likelihood_ratio(cell, first, middle, theta, b32, _F(c1), _F(c2), _F(n1), _F(n2)))
        if last > middle:
            ratio += float(likelihood_between(cell, middle, last, theta, b32, _F(n1), _F(n2)))
            ratio -= float(likelihood_between(cell, middle, last, theta, b32, _F(c1), _F(c2)))
        ratio += proposal_ratio(c1, c2, n1, n2, step)
        s += STRIDE
        if n1 < n2 and math.log(uniform(s)) < ratio:
            c1, c2 = n1, n2
            taken[j] += 1.0
        m, w, q = _tails_of_item(cell, first, middle, theta, b32, _F(c1), _F(c2))
        mean, variance, squares = float(m), float(w), float(q)
        if last > middle:
            m, w, q = _between_of_item(cell, middle, last, theta, b32, _F(c1), _F(c2))
            mean, variance, squares = mean + m, variance + w, squares + q
        if abs(b) * farthest > -_NEAR:
            for k in range(first, middle):
                t = float(theta[cell[k]])
                if b * t < _NEAR:
                    more, wider = cut_off(b * t)
                    mean += t * more
                    variance += t * t * wider
        precision = 1.0 + squares
        share = max(variance, 0.0) / precision
        s += STRIDE
        u = uniform(s)
        s += STRIDE
        noise = sign * normal(u, uniform(s)) * math.sqrt((1.0 + share) / precision)
        tilt[j] = noise / (1.0 + share)
        slope[j] = (b * squares + mean) / precision + noise
        low[j], high[j], stream[j] = c1, c2, s


@njit(fastmath=True, cache=True)
def _tails_of_cell(item, first, last, t, old, new, cut, tilt):  # type: ignore[no-untyped-def]
    mean, variance, squares = _ZERO, _ZERO, _ZERO
    for k in range(first, last):
        j = item[k]
        eta, b = old[j] * t, new[j]
        ratio, own = tail(cut[j] - eta)
        mean += b * (eta - ratio + t * tilt[j] * own)
        variance += b * b * own
        squares += b * b
    return mean, variance, squares


@njit(fastmath=True, cache=True)
def _between_of_cell(item, first, last, t, old, new, cut, tilt):  # type: ignore[no-untyped-def]
    mean, variance, squares = _ZERO, _ZERO, _ZERO
    count = np.uint32(len(cut) // 2)
    for k in range(first, last):
        j = item[k]
        eta, b = old[j] * t, new[j]
        low, high = cut[j], -cut[j + count]
        part, own = between(_HALF * (low + high) - eta, high - low)
        mean += b * (eta + part + t * tilt[j] * own)
        variance += b * b * own
        squares += b * b
    return mean, variance, squares


@njit(parallel=True, cache=True)
def draw_cells(begin, item, theta, old, new, cut, tilt, prior, precision, bare, mean, out, sign, stream):  # type: ignore[no-untyped-def]
    """Draw each position.

    Parameters
    ----------
    begin, item : numpy.ndarray of int
        As from `by_vote`, cell by cell.
    theta : numpy.ndarray of float32
        Shape (cells,): the positions.
    old, new, cut, tilt : numpy.ndarray of float32
        Shape (2 · items,): slopes before and after the last `draw_items`, cut points (γ1, then -γ2) and tilts; all
        items, then all turned round.
    prior, precision : numpy.ndarray
        Shape (cells,): centre of each position's prior, and 1 over its variance.
    bare, mean, out : numpy.ndarray
        Shape (cells,), written to: the conditional mean without the noise of the sums, the same with it, and the
        position drawn.
    sign : float
        As for `draw_items`.
    stream : numpy.ndarray of uint64
        Shape (cells,), read and written: the state of each cell's stream of random numbers.
    """
    steepest = np.abs(old).max()
    for i in prange(len(begin)):
        first, middle, last = begin[i, 0], begin[i, 1], begin[i, 2]
        t, s = theta[i], stream[i]
        m, v, q = _tails_of_cell(item, first, middle, t, old, new, cut, tilt)
        total, variance, squares = float(m), float(v), float(q)
        m, v, q = _between_of_cell(item, middle, last, t, old, new, cut, tilt)
        total, variance, squares = total + m, variance + v, squares + q
        if abs(t) * steepest > -_NEAR:
            for k in range(first, middle):
                eta, b = float(old[item[k]] * t), float(new[item[k]])
                if eta < _NEAR:
                    more, wider = cut_off(eta)
                    total += b * more
                    variance += b * b * wider
        known = precision[i] + squares
        s += STRIDE
        u = uniform(s)
        s += STRIDE
        angle = 6.283185307179586 * uniform(s)
        radius = sign * math.sqrt(-2.0 * math.log(u))
        bare[i] = (prior[i] * precision[i] + total) / known
        mean[i] = bare[i] + radius * math.cos(angle) * math.sqrt(max(variance, 0.0)) / known
        out[i] = mean[i] + radius * math.sin(angle) / math.sqrt(known)
        stream[i] = s
