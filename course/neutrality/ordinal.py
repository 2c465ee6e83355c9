"""The ordinal model's arithmetic, compiled: one pass over all cells or all items.

**The model** (Bailey, Strezhnev and Voeten 2017; as written in the publishers' code UN_Ideal_Rcpp.R, April 2020, which
names Johnson and Albert 1999 for it). State i in period t has the position θ_it, item v the slope β_v and two cut
points γ1_v < γ2_v. Behind each vote stands a number z = β_v θ_it + ε, ε normal with variance 1: the vote is "yes" where
z < γ1_v, "abstain" between the two, "no" where z > γ2_v. Priors: β_v normal (0, 1); the cut points flat between -7 and
7; θ_it normal around the state's position in the period before, see `neutrality.ballots.Ballots.variance`.

**Two limits of the publishers** are kept, because the answer depends on them: z is cut off at ±9, and θ at ±5. Without
the first, states at the far end drift outward without bound: those who always vote alone cannot be placed.

These functions work on the arrays of `neutrality.ballots.Ballots`, in parallel over cells or items. Each row has its
own stream of random numbers, so the result does not depend on the number of processors. Normal probabilities come from
a table with a third-order step between its entries (relative error below 1e-6 within ±8).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange

FAR = 9.0
"""Where the number behind a vote is cut off."""

WIDEST = 7.0
"""The cut points lie between minus and plus this."""

STRIDE = np.uint64(0x9E3779B97F4A7C15)
"""What a stream's state grows by with each random number (SplitMix64)."""

# Tables of the normal distribution from -10 to 10, with 128 entries a unit: beyond 9.9 nothing is left of either tail.
_STEP = 1.0 / 128.0
_GRID = np.arange(-1280, 1281) * _STEP
_PDF = np.exp(-0.5 * _GRID**2) / math.sqrt(2 * math.pi)
_CDF = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in _GRID])
# The multipliers of SplitMix64.
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@njit(inline="always", cache=True)
def cdf(x: float) -> Any:
    """Return the standard normal distribution function."""
    if x >= 9.9:
        return 1.0
    if x <= -9.9:
        return 0.0
    place = int(x * 128.0 + 1280.5)
    centre = place * _STEP - 10.0
    d = x - centre
    return _CDF[place] + _PDF[place] * d * (1.0 - d * (0.5 * centre - d * (centre * centre - 1.0) / 6.0))


@njit(inline="always", cache=True)
def pdf(x: float) -> Any:
    """Return the standard normal density; the number is 1 / √(2π)."""
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


@njit(inline="always", cache=True)
def hazard(x: float) -> Any:
    """Return φ(x) / Φ(x); far in the tail by its expansion."""
    if x < -6.0:
        return -x - (1.0 - 2.0 / (x * x)) / x
    return pdf(x) / cdf(x)


@njit(cache=True)
def quantile(p: float) -> Any:
    """Return the inverse of the normal distribution function (P. J. Acklam's rational approximation, 1.2e-9)."""
    if p <= 0.0:
        return -38.0
    if p >= 1.0:
        return 38.0
    if 0.02425 <= p <= 0.97575:
        q = p - 0.5
        r = q * q
        top = ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
               - 30.66479806614716) * r + 2.506628277459239  # fmt: skip
        low = ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
               - 13.28068155288572) * r + 1.0  # fmt: skip
        return top * q / low
    tail = p if p < 0.5 else 1.0 - p
    q = math.sqrt(-2.0 * math.log(tail))
    top = ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
           + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
    low = (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
    return top / low if p < 0.5 else -top / low


@njit(inline="always", cache=True)
def uniform(state: Any) -> Any:
    """Turn a stream's state into a number between 0 and 1 (SplitMix64)."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@njit(inline="always", cache=True)
def normal(first: float, second: float) -> Any:
    """Turn two uniform numbers into a normal one (Box and Muller); the last number is 2π."""
    return math.sqrt(-2.0 * math.log(first)) * math.cos(6.283185307179586 * second)


@njit(inline="always", cache=True)
def score(vote: int, low: float, high: float, eta: float) -> Any:
    """Return E[z] - η with z cut off, its slope's negative, and first and second derivatives for the two cut points.

    The last five numbers are the log-likelihood's derivatives for γ1 and γ2, and its negative second derivatives
    (γ1 γ1, γ2 γ2, γ1 γ2).
    """
    if vote == 0:
        a = low - eta
        m = hazard(a)
        extra, slope = 0.0, 0.0
        if eta < -4.0:
            u = FAR + eta
            extra, slope = pdf(u) - u * cdf(-u), cdf(-u)
        return extra - m, m * (a + m) + slope, m, 0.0, m * (a + m), 0.0, 0.0
    if vote == 2:
        b = eta - high
        m = hazard(b)
        extra, slope = 0.0, 0.0
        if eta > 4.0:
            u = FAR - eta
            extra, slope = pdf(u) - u * cdf(-u), cdf(-u)
        return m - extra, m * (b + m) + slope, 0.0, -m, 0.0, m * (b + m), 0.0
    a, b = low - eta, high - eta
    p = cdf(-a) - cdf(-b) if a + b > 0.0 else cdf(b) - cdf(a)
    if p < 1e-10:  # far outside: the nearer cut point alone decides
        if a > 0.0:
            return a, 1.0, -a, 0.0, 1.0, 0.0, 0.0
        return b, 1.0, 0.0, -b, 0.0, 1.0, 0.0
    fa, fb = pdf(a) / p, pdf(b) / p
    haa, hbb, hab = fa * (fa - a), fb * (fb + b), -fa * fb
    return fa - fb, haa + hbb + 2.0 * hab, -fa, fb, haa, hbb, hab


@njit(inline="always", cache=True)
def proposed(c1: float, c2: float, step: float, u: float, v: float) -> Any:
    """Propose two cut points near the present ones (the publishers' step 2).

    Each is normal around the present one with the standard deviation ``step``, but cut off, so that the first lies
    between -7 and the present second, and the second between the first and 7. ``u`` and ``v`` are uniform numbers.
    """
    n1 = c1 + step * quantile(u * cdf((c2 - c1) / step) + (1.0 - u) * cdf((-WIDEST - c1) / step))
    n2 = c2 + step * quantile(v * cdf((WIDEST - c2) / step) + (1.0 - v) * cdf((n1 - c2) / step))
    return n1, n2


@njit(inline="always", cache=True)
def proposal_ratio(c1: float, c2: float, n1: float, n2: float, step: float) -> Any:
    """Return how much likelier, in logarithms, the way back is proposed than the way to the new cut points."""
    return math.log(max(cdf((c2 - n1) / step), 1e-300)) - math.log(max(cdf((n2 - c1) / step), 1e-300))


@njit(parallel=True, cache=True)
def place_cells(ends, item, vote, slope, low, high, theta, prior, variance, pull, shift, out, seen, whole):  # type: ignore[no-untyped-def]
    """Move each position one Newton step, with the items held.

    Parameters
    ----------
    ends, item, vote : numpy.ndarray of int
        ``by_cell``, ``cell_item`` and ``cell_vote`` of `neutrality.ballots.Ballots`.
    slope, low, high : numpy.ndarray
        Shape (items,): β, γ1, γ2.
    theta, prior, variance : numpy.ndarray
        Shape (cells,): the positions, and the centres and variances of their priors.
    pull, shift : float
        How strongly positions are drawn to 0, and by how much they lie off: the standardising, see
        `neutrality.fastpoints`.
    out, seen, whole : numpy.ndarray
        Shape (cells,), written to: the new positions; the precision of each that the votes give, with its prior's; and
        the precision that it would have if the numbers behind the votes were known.
    """
    for i in prange(len(ends) - 1):
        t = theta[i]
        gradient, known, complete = (prior[i] - t) / variance[i], 1.0 / variance[i], 1.0 / variance[i]
        for k in range(ends[i], ends[i + 1]):
            j = item[k]
            b = slope[j]
            s, w, _, _, _, _, _ = score(vote[k], low[j], high[j], b * t)
            gradient += b * s
            known += b * b * w
            complete += b * b
        step = (gradient - complete * (pull * t + shift)) / (known + complete * pull)
        # Newton's step is bounded, as it can leap past the optimum.
        out[i] = t + min(max(step, -0.7), 0.7)
        seen[i], whole[i] = known, complete


@njit(cache=True)
def _gap(first, last, cell, vote, theta, slope, middle):  # type: ignore[no-untyped-def]
    """Return the posterior mean of the distance between two cut points between which nobody voted.

    It is summed over 32 distances up to 2.56; where the likelihood has fallen by a factor of exp(8), the rest is left
    out.
    """
    total, weighted, start = 0.0, 0.0, 0.0
    for m in range(32):
        gap, fit = (m + 0.5) * 0.08, 0.0
        for k in range(first, last):
            eta = slope * theta[cell[k]]
            p = cdf(middle - 0.5 * gap - eta) if vote[k] == 0 else cdf(eta - middle - 0.5 * gap)
            fit += math.log(max(p, 1e-100))
        if m == 0:
            start = fit
        if fit - start < -8.0:
            break
        weight = math.exp(min(fit - start, 0.0))
        total += weight
        weighted += weight * gap
    return weighted / total


@njit(cache=True)
def _solve(h, g, kind):  # type: ignore[no-untyped-def]
    """Return one item's Newton step in slope and cut points, from the negative Hessian ``h`` and the gradient ``g``.

    ``kind`` is that of `neutrality.ballots.Ballots`. Without a "no" or a "yes" one cut point stays where it is, and
    without an abstention both move together: then the step is one in two numbers.
    """
    step = np.zeros(3)
    if kind == 1:
        return np.linalg.solve(h, g)
    if kind == 2 or kind == 3:
        c = 1 if kind == 2 else 2
        determinant = h[0, 0] * h[c, c] - h[0, c] ** 2
        step[0] = (h[c, c] * g[0] - h[0, c] * g[c]) / determinant
        step[c] = (h[0, 0] * g[c] - h[0, c] * g[0]) / determinant
        return step
    cross, own, pulled = h[0, 1] + h[0, 2], h[1, 1] + h[2, 2] + 2.0 * h[1, 2], g[1] + g[2]
    determinant = h[0, 0] * own - cross * cross
    step[0] = (own * g[0] - cross * pulled) / determinant
    step[1] = (h[0, 0] * pulled - cross * g[0]) / determinant
    step[2] = step[1]
    return step


@njit(parallel=True, cache=True)
def fit_items(ends, cell, vote, kind, theta, slope, low, high):  # type: ignore[no-untyped-def]
    """Move each item's slope and cut points one Newton step, in place, with the positions held.

    Parameters
    ----------
    ends, cell, vote, kind : numpy.ndarray of int
        ``by_item``, ``item_cell``, ``item_vote`` and ``kind`` of `neutrality.ballots.Ballots`.
    theta : numpy.ndarray
        Shape (cells,): the positions.
    slope, low, high : numpy.ndarray
        Shape (items,), read and written: β, γ1, γ2.

    Notes
    -----
    No step is longer than 1 in any of the three numbers; it is halved, up to eight times, until the first cut point is
    still below the second.
    """
    for j in prange(len(ends) - 1):
        b, c1, c2 = slope[j], low[j], high[j]
        if kind[j] == 4:
            middle = 0.5 * (c1 + c2)
            gap = _gap(ends[j], ends[j + 1], cell, vote, theta, b, middle)
            c1, c2 = middle - 0.5 * gap, middle + 0.5 * gap
        g, h = np.zeros(3), np.zeros((3, 3))
        g[0], h[0, 0], h[1, 1], h[2, 2] = -b, 1.0, 1e-3, 1e-3
        for k in range(ends[j], ends[j + 1]):
            t = theta[cell[k]]
            s, w, d1, d2, h11, h22, h12 = score(vote[k], c1, c2, b * t)
            g[0] += t * s
            g[1] += d1
            g[2] += d2
            h[0, 0] += t * t * w
            h[0, 1] -= t * (h11 + h12)
            h[0, 2] -= t * (h22 + h12)
            h[1, 1] += h11
            h[2, 2] += h22
            h[1, 2] += h12
        h[1, 0], h[2, 0], h[2, 1] = h[0, 1], h[0, 2], h[1, 2]
        step = _solve(h, g, kind[j])
        size = max(abs(step[0]), abs(step[1]), abs(step[2]))
        scale = 1.0 if size <= 1.0 else 1.0 / size
        for _ in range(8):
            if c2 + scale * step[2] - c1 - scale * step[1] > 1e-3:
                break
            scale *= 0.5
        slope[j] = b + scale * step[0]
        low[j] = max(c1 + scale * step[1], -WIDEST)
        high[j] = max(min(c2 + scale * step[2], WIDEST), low[j] + 1e-3)


@njit(parallel=True, cache=True)
def draw_cells(ends, item, place, slope, z, prior, variance, mean, out, stream):  # type: ignore[no-untyped-def]
    """Draw each position given the numbers behind its votes (the publishers' step 1).

    Parameters
    ----------
    ends, item, place : numpy.ndarray of int
        ``by_cell``, ``cell_item`` and ``place`` of `neutrality.ballots.Ballots`.
    slope : numpy.ndarray
        Shape (items,): β.
    z : numpy.ndarray
        Shape (votes,), item by item: the numbers behind the votes.
    prior, variance : numpy.ndarray
        Shape (cells,): the centres and variances of the positions' priors.
    mean, out : numpy.ndarray
        Shape (cells,), written to: what is expected of each position, and what is drawn.
    stream : numpy.ndarray of uint64
        Shape (cells,), read and written: the state of each cell's stream of random numbers.
    """
    for i in prange(len(ends) - 1):
        precision, total = 1.0 / variance[i], prior[i] / variance[i]
        for k in range(ends[i], ends[i + 1]):
            b = slope[item[k]]
            precision += b * b
            total += b * z[place[k]]
        first = stream[i] + STRIDE
        second = first + STRIDE
        stream[i] = second
        mean[i] = total / precision
        out[i] = mean[i] + normal(uniform(first), uniform(second)) / math.sqrt(precision)


@njit(inline="always", cache=True)
def chance(vote: int, low: float, high: float, eta: float) -> Any:
    """Return how likely a vote is."""
    if vote == 0:
        return cdf(low - eta)
    if vote == 2:
        return cdf(eta - high)
    a, b = low - eta, high - eta
    return cdf(-a) - cdf(-b) if a + b > 0.0 else cdf(b) - cdf(a)


@njit(inline="always", cache=True)
def behind(vote: int, low: float, high: float, eta: float, u: float) -> Any:
    """Draw the number behind a vote, cut off at ±9 (the publishers' step 3)."""
    if vote == 0:
        z = eta + quantile(u * cdf(low - eta))
    elif vote == 2:
        z = eta - quantile(u * cdf(eta - high))
    else:
        a, b = low - eta, high - eta
        if a + b > 0.0:
            z = eta - quantile(cdf(-b) + u * (cdf(-a) - cdf(-b)))
        else:
            z = eta + quantile(cdf(a) + u * (cdf(b) - cdf(a)))
    return min(max(z, -FAR), FAR)


@njit(parallel=True, cache=True)
def draw_items(ends, cell, vote, theta, slope, low, high, z, width, taken, stream):  # type: ignore[no-untyped-def]
    """Draw each item's cut points, the numbers behind its votes, and its slope (the publishers' steps 2 to 4).

    Parameters
    ----------
    ends, cell, vote : numpy.ndarray of int
        ``by_item``, ``item_cell`` and ``item_vote`` of `neutrality.ballots.Ballots`.
    theta : numpy.ndarray
        Shape (cells,): the positions.
    slope, low, high : numpy.ndarray
        Shape (items,), read and written: β, γ1, γ2.
    z : numpy.ndarray
        Shape (votes,), written to: the numbers behind the votes.
    width : numpy.ndarray
        Shape (items,): standard deviation of the steps in which cut points are proposed.
    taken : numpy.ndarray
        Shape (items,), counted up: how often a proposal was taken.
    stream : numpy.ndarray of uint64
        Shape (items,), read and written: the state of each item's stream of random numbers.
    """
    for j in prange(len(ends) - 1):
        s, b, c1, c2, step = stream[j], slope[j], low[j], high[j], width[j]
        first = s + STRIDE
        s = first + STRIDE
        n1, n2 = proposed(c1, c2, step, uniform(first), uniform(s))
        ratio, product = 0.0, 1.0
        for k in range(ends[j], ends[j + 1]):
            eta = b * theta[cell[k]]
            now = chance(vote[k], c1, c2, eta)
            if now > 1e-300:
                product *= chance(vote[k], n1, n2, eta) / now
            if product < 1e-200 or product > 1e200:
                ratio += math.log(max(product, 1e-300))
                product = 1.0
        ratio += math.log(max(product, 1e-300))
        ratio += proposal_ratio(c1, c2, n1, n2, step)
        s += STRIDE
        if n1 < n2 and math.log(uniform(s)) < ratio:
            c1, c2 = n1, n2
            taken[j] += 1.0
        precision, total = 1.0, 0.0
        for k in range(ends[j], ends[j + 1]):
            t = theta[cell[k]]
            s += STRIDE
            z[k] = behind(vote[k], c1, c2, b * t, uniform(s))
            precision += t * t
            total += t * z[k]
        first = s + STRIDE
        s = first + STRIDE
        slope[j] = total / precision + normal(uniform(first), uniform(s)) / math.sqrt(precision)
        low[j], high[j], stream[j] = c1, c2, s
