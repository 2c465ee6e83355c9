"""Indices of agreement, computed from the three-by-three table of two states' votes.

Two states' votes on a number of roll calls make a table: how often the first voted yes and the second yes, the first
yes and the second abstain, and so on. Every index here is a function of that table's nine counts and of nothing else.
With n roll calls, f identical votes, g pairs in which just one of the two abstained, and h pairs of a yes and a no:

- ``identical``: f / n, from 0 to 1.
- ``lijphart``: (f + g/2) / n, from 0 to 1; an abstention is half-way. The index carries the name of Arend Lijphart
  (1963); see `neutrality.agreement`, which says what we could open.
- ``s``: S of Curtis S. Signorino and Jeffrey M. Ritter, "Tau-b or Not Tau-b: Measuring the Similarity of Foreign Policy
  Positions", International Studies Quarterly 43(1), 1999, pp. 115–144; from −1 to 1. We could open the abstract only.
  The formula is that of Frank M. Häge's script msim-data11-simmeasures.do for votes coded 1, 2, 3, with equal weights
  and absolute distances: ``1 − 2 · (mean |a − b|) / 2``. For such votes it is **2 · lijphart − 1**: the same index on
  another scale, so that showing both says nothing more.
- ``pi``: π of William A. Scott (1955), from below 0 to 1: 1 − (observed disagreement) / (disagreement expected by
  chance), where chance gives both states one and the same habit, the mean of their two.
- ``kappa``: κ of Jacob Cohen (1960), the same with each state's own habit. Neither paper could be opened; the formulas
  are those of Steven V. Miller's R package fpsim, and κ agrees with scikit-learn's.
- ``pi_linear``, ``kappa_linear``: a disagreement weighs its distance, so that an abstention is half-way, as for
  ``lijphart``. With Sₑ the S expected by chance, ``kappa_linear`` is (S − Sₑ) / (1 − Sₑ): S corrected for chance.
- ``pi_squared``, ``kappa_squared``: a disagreement weighs the square of its distance, so that a yes against a no counts
  four times as much as a half-way pair. These are what Häge's scripts compute from UN votes.
- ``tau_b``: Kendall's τ-b, from −1 to 1: do the two states' votes rise and fall together, in the order yes, abstain,
  no? It is association and not agreement. The value agrees with that of SciPy's ``kendalltau``.

**Which to prefer** is disputed. Signorino and Ritter hold that τ-b does not suit the comparison of foreign policies,
and propose S. Frank M. Häge, "Choice or Circumstance? Adjusting Measures of Foreign Policy Similarity for Chance
Agreement", Political Analysis 19(3), 2011, pp. 287–305 (of which we could open the abstract, and some scripts of its
replication archive), holds that S overlooks how rare ties between states are and how much states differ in forming
them, and proposes π and κ, which correct for chance. The course takes no side.

**Undefined.** A value is missing (NaN), and `undefined` says why, where

- n is 0: nothing can be compared;
- π or κ, and both states always cast one and the same vote: chance alone would give full agreement, and 0/0 is no
  number. (Häge's scripts put 0 there.)
- τ-b, and one of the states always cast the same vote: nothing rises or falls.

**Unstable.** Where one state nearly always votes yes, hardly any disagreement is expected by chance, and π and κ swing
widely with single votes. With one roll call π is −1 or missing, and κ 0 or missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

MEASURES = {
    "identical": "share of roll calls on which both cast the same vote",
    "lijphart": "Lijphart's index: an abstention against a yes or no counts half",
    "s": "Signorino and Ritter's S, equal weights and absolute distances: 2 · lijphart − 1",
    "pi": "Scott's π: agreement beyond chance, both states having one habit",
    "pi_linear": "Scott's π, a disagreement weighing its distance",
    "pi_squared": "Scott's π, a disagreement weighing the square of its distance",
    "kappa": "Cohen's κ: agreement beyond chance, each state having its own habit",
    "kappa_linear": "Cohen's κ, a disagreement weighing its distance",
    "kappa_squared": "Cohen's κ, a disagreement weighing the square of its distance",
    "tau_b": "Kendall's τ-b: whether the votes rise and fall together",
}
"""All indices and what they are."""

STANDARD = ("identical", "lijphart", "s", "pi", "kappa", "tau_b")
"""One index of each kind, without the weighted forms of π and κ."""

SHARES = ("identical", "lijphart")
"""The two that most published series give."""

WORDS = ("yes", "abstain", "no")
"""The order of rows and columns."""

Counts = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

# n² of so many roll calls fits into 16 bits, and the smaller the numbers the faster the sums.
_SHORT = 181

# So many tables at a time stay near the processor.
_CHUNK = 32768

# How many parts `_Sums` keeps at most.
_PARTS = 21


def indices(counts: Counts, measures: Sequence[str] = SHARES) -> pd.DataFrame:
    """Compute indices of joint tables.

    Parameters
    ----------
    counts : numpy.ndarray of int
        Shape (tables, 3, 3): the first state's vote by the second's, each in the order yes, abstain, no.
    measures : sequence of str, optional
        Names out of `MEASURES`.

    Returns
    -------
    pandas.DataFrame
        One row a table: ``n`` (its roll calls), then one column a measure. Missing where an index is undefined; ask
        `undefined` why.

    Raises
    ------
    ValueError
        If a measure is unknown.

    Examples
    --------
    Of ten roll calls six are identical, three half-way (one abstained) and one opposed: (6 + 3/2) / 10.

    >>> indices(np.array([[[4, 1, 1], [2, 1, 0], [0, 0, 1]]])).iloc[0].tolist()
    [10.0, 0.6, 0.75]

    A worked example of Scott's π in Wikipedia ("Scott's pi") expects agreement in .369 of 45 cases and finds .333.

    >>> table = np.arange(1, 10).reshape(1, 3, 3)
    >>> indices(table, ["pi"])["pi"].round(3).tolist()
    [-0.056]
    """
    cells = np.ascontiguousarray(_counts(counts).reshape(-1, 9).T)
    table = pd.DataFrame({"n": cells.sum(axis=0)})
    for name, values in compute(cells, measures).items():
        table[name] = values
    return table


def _counts(counts: Any) -> Counts:
    """Return the counts as whole numbers; refuse what is none."""
    numbers = np.asarray(counts)
    if numbers.shape[-2:] != (3, 3):
        raise ValueError(f"indices: counts has the shape {numbers.shape}. Give tables of three by three votes.")
    if numbers.dtype.kind not in "iu":
        numbers = numbers.astype(np.float64)
        if not np.isfinite(numbers).all() or (numbers % 1 != 0).any():
            raise ValueError(
                "indices: counts must be whole numbers; these look like shares. Give those of joint_table."
            )
        numbers = numbers.astype(np.int64)
    if (numbers < 0).any():
        raise ValueError("indices: a count is below 0. Give how often each pair of votes was cast.")
    return numbers


def compute(
    cells: Counts, measures: Sequence[str], *, largest: int | None = None, out: Floats | None = None
) -> dict[str, Floats]:
    """Compute indices of very many joint tables.

    Parameters
    ----------
    cells : numpy.ndarray
        Shape (9, tables): the counts yes-yes, yes-abstain, yes-no, abstain-yes … no-no. Whole numbers of any type.
    measures : sequence of str
        Names out of `MEASURES`.
    largest : int, optional
        A number of roll calls that no table exceeds, where it is known; it saves a look at all of them.
    out : numpy.ndarray, optional
        Where to put the values: shape (measures, tables), double precision.

    Returns
    -------
    dict
        Measure to values, shape (tables,), double precision. Missing where an index is undefined.

    Raises
    ------
    ValueError
        If a measure is unknown.

    Examples
    --------
    >>> compute(np.array([[4], [1], [1], [2], [1], [0], [0], [0], [1]]), ["lijphart", "s"])
    {'lijphart': array([0.75]), 's': array([0.5])}
    """
    check_measures(measures)
    tables = cells.shape[1]
    if largest is None:
        largest = int(cells.sum(axis=0).max(initial=0))
    found = np.empty((len(measures), tables)) if out is None else out
    memory = np.empty((_PARTS, min(tables, _CHUNK)), dtype=np.int16 if largest <= _SHORT else np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 is the missing value that is wanted
        for start in range(0, tables, _CHUNK):
            sums = _Sums(cells[:, start : start + _CHUNK].astype(memory.dtype), memory)
            for row, name in enumerate(measures):
                _FORMULAS[name](sums, found[row, start : start + _CHUNK])
    return dict(zip(measures, found, strict=True))


def undefined(counts: Counts, measure: str) -> list[str]:
    """Say why an index is undefined.

    Parameters
    ----------
    counts : numpy.ndarray of int
        Shape (tables, 3, 3).
    measure : str
        One of `MEASURES`.

    Returns
    -------
    list of str
        One sentence a table; empty where the index is defined.

    Raises
    ------
    ValueError
        If the measure is unknown.

    Examples
    --------
    >>> always_yes = np.array([[[5, 0, 0], [0, 0, 0], [0, 0, 0]]])
    >>> undefined(always_yes, "identical"), undefined(always_yes, "kappa")
    ([''], ['Both always voted yes, so chance alone would give full agreement: nothing is left to measure.'])
    """
    check_measures([measure])
    return [_why(table, measure) for table in np.asarray(counts).reshape(-1, 3, 3)]


def _why(table: Counts, measure: str) -> str:
    if not table.sum():
        return "There is no roll call on which both voted, so nothing can be compared."
    rows, columns = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
    chance = measure.startswith(("pi", "kappa"))
    if chance and len(rows) == len(columns) == 1 and rows[0] == columns[0]:
        vote = {"yes": "voted yes", "abstain": "abstained", "no": "voted no"}[WORDS[rows[0]]]
        return f"Both always {vote}, so chance alone would give full agreement: nothing is left to measure."
    if measure == "tau_b" and 1 in (len(rows), len(columns)):
        if len(rows) == len(columns):
            return "Each state always cast one and the same vote, so nothing rises or falls."
        which = "first" if len(rows) == 1 else "second"
        return f"The {which} state always cast one and the same vote, so nothing rises or falls with it."
    return ""


def check_measures(measures: Sequence[str]) -> None:
    """Refuse unknown measures.

    Parameters
    ----------
    measures : sequence of str
        Names out of `MEASURES`.

    Raises
    ------
    ValueError
        If there is one; the message lists all. Also if `measures` is a single name instead of a list of them, or one
        is there twice.

    Examples
    --------
    >>> check_measures(["kappa", "cappa"])
    Traceback (most recent call last):
        ...
    ValueError: no measure 'cappa'. Choose among identical, lijphart, s, pi, pi_linear, pi_squared, kappa, \
kappa_linear, kappa_squared, tau_b.
    """
    if isinstance(measures, str):
        raise ValueError(f"measures is {measures!r}. Give a list, such as [{measures!r}].")
    for name in measures:
        if name not in MEASURES:
            raise ValueError(f"no measure {name!r}. Choose among {', '.join(MEASURES)}.")
    if len(set(measures)) < len(measures):
        raise ValueError(f"a measure is there twice in {list(measures)}. Give each once.")


class _Sums:
    """What several indices of many tables have in common, each part computed when it is first asked for.

    The parts are written into one piece of memory that is used again for the next tables: memory that was just used
    is near the processor, and new memory is not.
    """

    def __init__(self, cells: Array, memory: Array) -> None:
        self.cells = cells
        self._memory = iter(memory[:, : cells.shape[1]])
        self._spare = self._new()

    def _new(self) -> Array:
        return next(self._memory)

    def _add(self, first: Array, second: Array, *more: Array) -> Array:
        total: Array = np.add(first, second, out=self._new())
        for each in more:
            total += each
        return total

    def _apart(self, ones: Sequence[Array], others: Sequence[Array]) -> Array:
        """Count ordered pairs of roll calls with different votes: n² less those with the same."""
        total: Array = np.multiply(self.n, self.n, out=self._new())
        for one, other in zip(ones, others, strict=True):
            total -= np.multiply(one, other, out=self._spare)
        return total

    @cached_property
    def rows(self) -> tuple[Array, Array, Array]:
        """How often the first state voted yes, abstained, voted no."""
        c = self.cells
        return self._add(c[0], c[1], c[2]), self._add(c[3], c[4], c[5]), self._add(c[6], c[7], c[8])

    @cached_property
    def columns(self) -> tuple[Array, Array, Array]:
        """How often the second state did."""
        c = self.cells
        return self._add(c[0], c[3], c[6]), self._add(c[1], c[4], c[7]), self._add(c[2], c[5], c[8])

    @cached_property
    def both(self) -> tuple[Array, Array, Array]:
        """How often either did."""
        (yes, abstain, no), (other_yes, other_abstain, other_no) = self.rows, self.columns
        return self._add(yes, other_yes), self._add(abstain, other_abstain), self._add(no, other_no)

    @cached_property
    def n(self) -> Array:
        """Roll calls."""
        return self._add(*self.rows)

    @cached_property
    def same(self) -> Array:
        """Identical votes."""
        return self._add(self.cells[0], self.cells[4], self.cells[8])

    @cached_property
    def opposed(self) -> Array:
        """A yes and a no."""
        return self._add(self.cells[2], self.cells[6])

    @cached_property
    def differing(self) -> Array:
        """Votes that are not identical, times n."""
        total: Array = np.subtract(self.n, self.same, out=self._new())
        total *= self.n
        return total

    @cached_property
    def row_pairs(self) -> Array:
        """Ordered pairs of roll calls on which the first state voted differently."""
        return self._apart(self.rows, self.rows)

    @cached_property
    def column_pairs(self) -> Array:
        """The same of the second state."""
        return self._apart(self.columns, self.columns)

    @cached_property
    def crossed_pairs(self) -> Array:
        """Ordered pairs of roll calls: the first state's vote on one differs from the second's on the other."""
        return self._apart(self.rows, self.columns)

    @cached_property
    def concordance(self) -> Array:
        """Pairs of roll calls that both states rank alike, less those that they rank the other way round."""
        c, total = self.cells, self._new()
        total[:] = 0
        below = [np.subtract(column, top, out=self._new()) for column, top in zip(self.columns, c[:3], strict=True)]
        for upper, lower in ((c[0:3], below), (c[3:6], c[6:9])):
            total += self._product(upper[0], np.add, lower[1], lower[2])
            total += self._product(upper[1], np.subtract, lower[2], lower[0])
            total -= self._product(upper[2], np.add, lower[0], lower[1])
        return total

    def _product(self, factor: Array, operation: np.ufunc, one: Array, other: Array) -> Array:
        found: Array = operation(one, other, out=self._spare)
        found *= factor
        return found


# Whole numbers of 16 bits become floating point where they are multiplied by 1.0, 2.0 and so on: what follows there can
# be larger than n².


def _ratio(above: Array, below: Array, out: Floats) -> None:
    np.divide(above, below, out=out, dtype=np.float64)


def _beyond_chance(observed: Array, expected: Array, out: Floats) -> None:
    """Set 1 − observed / expected disagreement, both as counts of pairs."""
    _ratio(expected - observed, expected, out)


def _identical(sums: _Sums, out: Floats) -> None:
    _ratio(sums.same, sums.n, out)


def _lijphart(sums: _Sums, out: Floats) -> None:
    # f + g/2, where g is what is neither identical nor opposed.
    _ratio(sums.n + sums.same - sums.opposed, sums.n, out)
    out /= 2


def _s(sums: _Sums, out: Floats) -> None:
    _ratio(sums.same - sums.opposed, sums.n, out)


def _pi(sums: _Sums, out: Floats) -> None:
    expected = 2.0 * sums.crossed_pairs
    expected += sums.row_pairs
    expected += sums.column_pairs
    _beyond_chance(4.0 * sums.differing, expected, out)


def _kappa(sums: _Sums, out: Floats) -> None:
    _beyond_chance(sums.differing, sums.crossed_pairs, out)


def _pi_linear(sums: _Sums, out: Floats) -> None:
    yes, _, no = sums.both
    twice = 2.0 * sums.n
    expected = yes * (twice - yes) + no * (twice - no)
    _beyond_chance(2.0 * sums.differing + twice * sums.opposed, expected, out)


def _kappa_linear(sums: _Sums, out: Floats) -> None:
    (yes, _, no), (other_yes, _, other_no), n = sums.rows, sums.columns, 1.0 * sums.n
    # The distance of two votes is the number of the two steps, yes to abstain and abstain to no, that part them.
    expected = yes * (n - other_yes) + other_yes * (n - yes) + no * (n - other_no) + other_no * (n - no)
    _beyond_chance(sums.differing + n * sums.opposed, expected, out)


def _pi_squared(sums: _Sums, out: Floats) -> None:
    yes, abstain, no = sums.both
    expected = 1.0 * abstain * (yes + no) + 4.0 * yes * no
    _beyond_chance(2.0 * sums.differing + 6.0 * sums.n * sums.opposed, expected, out)


def _kappa_squared(sums: _Sums, out: Floats) -> None:
    (yes, abstain, no), (other_yes, other_abstain, other_no) = sums.rows, sums.columns
    near = 1.0 * abstain * (other_yes + other_no) + 1.0 * other_abstain * (yes + no)
    expected = near + 4.0 * yes * other_no + 4.0 * no * other_yes
    _beyond_chance(sums.differing + 3.0 * sums.n * sums.opposed, expected, out)


def _tau_b(sums: _Sums, out: Floats) -> None:
    np.multiply(sums.row_pairs, sums.column_pairs, out=out, dtype=np.float64)
    np.sqrt(out, out=out)
    _ratio(sums.concordance, out, out)
    out *= 2


_FORMULAS: dict[str, Callable[[_Sums, Floats], None]] = {
    "identical": _identical,
    "lijphart": _lijphart,
    "s": _s,
    "pi": _pi,
    "pi_linear": _pi_linear,
    "pi_squared": _pi_squared,
    "kappa": _kappa,
    "kappa_linear": _kappa_linear,
    "kappa_squared": _kappa_squared,
    "tau_b": _tau_b,
}
