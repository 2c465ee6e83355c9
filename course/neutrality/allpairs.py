"""How alike all pairs of states voted, at once.

`neutrality.agreement` compares two states and gives intervals. This compares everybody with everybody, group by group:
the whole Assembly in all its sessions is 930,000 pairs with a common vote, and takes about a tenth of a second.

**Which votes count** is as in `neutrality.agreement`: those of roll calls on which both states voted yes, abstain or
no.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import groupings, indices
from neutrality.groupings import Grouping, Places
from neutrality.indices import STANDARD, WORDS, Floats
from neutrality.missing import nothing_common, why_missing
from neutrality.phases import Boundary
from neutrality.rollcalls import Matrix, RollCalls, Vote

Cells = npt.NDArray[np.integer[Any]]

# A count of at most this many roll calls fits into eight bits.
_BLOCK = 255

# What a vote adds to a product that carries several counts. The codes of `Vote` begin with −1.
_FIRST = np.array([0, 0, 1, 2**24, 0], dtype=np.float64)
_SECOND = np.array([0, 0, 1, 2**8, 2**16], dtype=np.float64)

# OpenBLAS, which NumPy brings along, multiplies in one thread below 2**19 products of two numbers.
_SMALL = 2**19

# More threads than two to four only wait for each other.
_THREADS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of states in all groups, as `all_pairs` gives them.

    The pairs stand in order of the groups. Within a group they are those of the states that voted in it, in order of
    code: first with second, first with third, …, second with third, and so on.

    Attributes
    ----------
    votes : RollCalls
        What was compared.
    grouping : neutrality.groupings.Grouping
        The groups.
    voting : tuple of numpy.ndarray
        For each group, the places (in ``votes.states``) of the states that voted in it.
    starts : numpy.ndarray of int
        For each group, the place of its first pair; and at the end the number of pairs.
    cells : numpy.ndarray of int
        Shape (9, pairs): the joint tables, yes-yes, yes-abstain, yes-no, abstain-yes … no-no.
    values : dict
        Measure to values, shape (pairs,). Missing where an index is undefined: `reason` says why.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> pairs = all_pairs(rollcalls.load().sessions(47, 48))
    >>> pairs.of("BLR", "RUS")[["n", "identical", "kappa"]].round(3).to_dict("list")
    {'n': [72, 63], 'identical': [0.667, 0.619], 'kappa': [0.347, 0.297]}
    """

    votes: RollCalls
    grouping: Grouping
    voting: tuple[Places, ...]
    starts: Places
    cells: Cells
    values: dict[str, Floats]

    @property
    def n(self) -> npt.NDArray[np.int64]:
        """How many roll calls count, for each pair. A few pairs of states never met: there it is 0."""
        total: npt.NDArray[np.int64] = self.cells.sum(axis=0, dtype=np.int64)
        return total

    @property
    def measures(self) -> tuple[str, ...]:
        """The indices computed."""
        return tuple(self.values)

    def of(self, one: str, other: str) -> pd.DataFrame:
        """Return one pair, group by group.

        Parameters
        ----------
        one, other : str
            The two states' codes. Their order makes no difference.

        Returns
        -------
        pandas.DataFrame
            Indexed by all groups: ``n``, then the measures. Where a state was not there, ``n`` is 0 and the measures
            are missing. ``attrs["undefined"]`` says, for each group and measure that is missing, why.

        Raises
        ------
        neutrality.rollcalls.UnknownStateError
            If a state's code is unknown.
        ValueError
            If both states are the same.
        """
        tables = self._tables(one, other)
        frame = indices.indices(tables, self.measures)
        frame.index = pd.Index(self.grouping.names, name=self.grouping.by)
        reasons = why_missing(frame, self.votes, (one, other), self.grouping, tables)
        attrs: dict[Any, Any] = {"states": (one, other), "undefined": reasons, **self.grouping.notes}
        frame.attrs = attrs
        return frame

    def table(self, one: str, other: str, group: Any) -> pd.DataFrame:
        """Return the joint table of one pair in one group.

        Parameters
        ----------
        one, other : str
            The two states' codes.
        group : Any
            One of ``grouping.names``.

        Returns
        -------
        pandas.DataFrame
            Three by three counts: the first state's vote (rows: yes, abstain, no) by the second's (columns).

        Raises
        ------
        neutrality.rollcalls.UnknownStateError
            If a state's code is unknown.
        ValueError
            If both states are the same, or there is no such group.

        Examples
        --------
        >>> from neutrality import rollcalls
        >>> all_pairs(rollcalls.load(), "all", measures=["identical"]).table("BLR", "RUS", "all").loc["no"].tolist()
        [11, 10, 530]
        """
        counts = self._tables(one, other)[self._group(group)]
        return pd.DataFrame(counts, index=pd.Index(WORDS, name=one), columns=pd.Index(WORDS, name=other))

    def square(self, measure: str, group: Any) -> pd.DataFrame:
        """Return one measure of all pairs in one group.

        Parameters
        ----------
        measure : str
            One of the measures computed, or ``"n"``.
        group : Any
            One of ``grouping.names``.

        Returns
        -------
        pandas.DataFrame
            Symmetric, states by states that voted in the group. The diagonal is missing: a state is not compared with
            itself.

        Raises
        ------
        ValueError
            If the measure was not computed, or there is no such group.

        Examples
        --------
        >>> from neutrality import rollcalls
        >>> alike = all_pairs(rollcalls.load().sessions(48)).square("identical", 48)
        >>> alike.loc["BLR", ["UKR", "RUS", "USA"]].round(2).tolist()
        [0.92, 0.62, 0.19]
        """
        known = {"n": self.n, **self.values}
        if measure not in known:
            raise ValueError(f"square: no measure {measure!r} here. There are {', '.join(known)}.")
        place = self._group(group)
        states = self.votes.states["code"].iloc[self.voting[place]].tolist()
        upper = np.triu_indices(len(states), 1)
        filled = np.full((len(states), len(states)), np.nan)
        filled[upper] = filled.T[upper] = known[measure][self.starts[place] : self.starts[place + 1]]
        return pd.DataFrame(filled, index=pd.Index(states), columns=pd.Index(states))

    def frame(self, *, counts: bool = False) -> pd.DataFrame:
        """Return all pairs that have a common vote as one long table.

        Parameters
        ----------
        counts : bool, optional
            Whether to add the nine counts of the joint tables (``yes_yes``, ``yes_abstain`` …).

        Returns
        -------
        pandas.DataFrame
            One row a group and pair: the group (categorical, named after the grouping), ``one`` and ``other``
            (categorical, codes in alphabetic order), ``n``, the measures.
        """
        met = self.n > 0
        group, first, second = self._where()
        codes = pd.Index(self.votes.states["code"])
        columns: dict[str, Any] = {
            self.grouping.by: pd.Categorical.from_codes(group[met], pd.Index(self.grouping.names), ordered=True),
            "one": pd.Categorical.from_codes(first[met], codes),
            "other": pd.Categorical.from_codes(second[met], codes),
            "n": self.n[met],
            **{name: values[met] for name, values in self.values.items()},
        }
        if counts:
            named = [f"{row}_{column}" for row in WORDS for column in WORDS]
            columns |= {name: cells[met] for name, cells in zip(named, self.cells, strict=True)}
        return pd.DataFrame(columns)

    def reason(self, one: str, other: str, group: Any, measure: str) -> str:
        """Say why a measure of one pair in one group is missing.

        Parameters
        ----------
        one, other : str
            The two states' codes.
        group : Any
            One of ``grouping.names``.
        measure : str
            One of `neutrality.indices.MEASURES`.

        Returns
        -------
        str
            A sentence; empty where the measure is defined.

        Raises
        ------
        neutrality.rollcalls.UnknownStateError
            If a state's code is unknown.
        ValueError
            If both states are the same, or there is no such group or measure.

        Examples
        --------
        >>> from neutrality import rollcalls
        >>> all_pairs(rollcalls.load().sessions(45, 46)).reason("KAZ", "RUS", 45, "identical")
        'KAZ has no row at any of these 86 roll calls: it was not a member. Its rows: 1992-08-25 to 2025-12-18.'
        """
        place = self._group(group)
        table = self._tables(one, other)[place]
        if table.sum():
            return indices.undefined(table[None], measure)[0]
        indices.check_measures([measure])
        return nothing_common(self.votes, one, other, self.grouping.rows[self.grouping.number == place])

    def _tables(self, one: str, other: str) -> npt.NDArray[np.int64]:
        """Return the joint tables of a pair in all groups: shape (groups, 3, 3)."""
        first, second = _places(self.votes, one, other)
        pair = sorted((first, second))
        tables = np.zeros((len(self.grouping), 3, 3), dtype=np.int64)
        for group, voting in enumerate(self.voting):
            if np.isin(pair, voting).all():
                low, high = np.searchsorted(voting, pair)
                tables[group] = self.cells[:, self.starts[group] + _rank(low, high, len(voting))].reshape(3, 3)
        return tables if first < second else tables.transpose(0, 2, 1)

    def _group(self, group: Any) -> int:
        if group not in self.grouping.names:
            names = [str(name) for name in self.grouping.names]
            near = difflib.get_close_matches(str(group), names, n=3) or names[:3]
            raise ValueError(
                f"no group {group!r}. The {len(names)} groups are in `grouping.names`, such as {', '.join(near)}."
            )
        return self.grouping.names.index(group)

    def _where(self) -> tuple[Places, Places, Places]:
        """Return the group, first and second state of every pair."""
        group = np.repeat(np.arange(len(self.voting)), np.diff(self.starts))
        ends = [np.triu_indices(len(voting), 1) for voting in self.voting]
        none = [np.empty(0, dtype=np.int64)]
        first = np.concatenate([*none, *(voting[low] for voting, (low, _) in zip(self.voting, ends, strict=True))])
        second = np.concatenate([*none, *(voting[high] for voting, (_, high) in zip(self.voting, ends, strict=True))])
        return group, first, second


def all_pairs(
    votes: RollCalls,
    by: str | npt.ArrayLike = "session",
    *,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    measures: Sequence[str] = STANDARD,
) -> Pairs:
    """Measure how alike all pairs of states voted, group by group.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    by, boundary, since, special
        The groups: see `neutrality.groupings.group`.
    measures : sequence of str, optional
        Names out of `neutrality.indices.MEASURES`; by default one index of each kind.

    Returns
    -------
    Pairs
        For every group and every pair of states that both voted in it: the joint table and the measures. Intervals
        are not computed; ask `neutrality.agreement.pair` for those of a pair.

    Raises
    ------
    ValueError
        If there is no roll call, or an argument is not one of those possible.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Notes
    -----
    A joint table is counted by matrix products of zeros and ones: with Y one column a state and 1 where it voted yes,
    Y'Y has for every pair how often both voted yes.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> pairs = all_pairs(rollcalls.load())
    >>> len(pairs.grouping), int((pairs.n > 0).sum())
    (79, 931485)
    """
    indices.check_measures(measures)
    if not len(votes):
        raise ValueError("all_pairs: there is no roll call in this selection. Choose other years, sessions or a mask.")
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    blocks = [votes.matrix[rows] for _, rows in grouping.parts()]
    voting = tuple(np.flatnonzero(block.max(axis=0, initial=Vote.NO_ROW) > Vote.NON_VOTING) for block in blocks)
    sizes = [len(present) * (len(present) - 1) // 2 for present in voting]
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    largest = max(map(len, blocks), default=0)
    cells = np.empty((9, starts[-1]), dtype=np.min_scalar_type(largest))
    found = np.empty((len(measures), starts[-1]))

    def work(groups: range) -> None:
        for group in groups:
            _count(blocks[group][:, voting[group]], cells[:, starts[group] : starts[group + 1]])
        here = slice(starts[groups.start], starts[groups.stop])
        indices.compute(cells[:, here], measures, largest=largest, out=found[:, here])

    _in_threads(work, _shares(starts))
    return Pairs(votes, grouping, voting, starts, cells, dict(zip(measures, found, strict=True)))


def _shares(starts: Places) -> list[range]:
    """Cut the groups into runs of about as many pairs, one a thread; few pairs are not worth a thread."""
    pairs = int(starts[-1])
    threads = min(_THREADS, 1 + pairs // 100_000)
    cuts = np.searchsorted(starts, np.linspace(0, pairs, threads + 1)[1:-1]).tolist()
    return [range(*ends) for ends in itertools.pairwise([0, *cuts, len(starts) - 1])]


def _in_threads(work: Callable[[range], None], shares: list[range]) -> None:
    """Let each thread do its share: NumPy lets others work while it computes."""
    if len(shares) > 1:
        with contextlib.suppress(RuntimeError), ThreadPoolExecutor(len(shares)) as threads:
            list(threads.map(work, shares))
            return
    # One share; or no thread can be started, as in a sandbox.
    for share in shares:
        work(share)


def _count(block: Matrix, cells: Cells) -> None:
    """Count the joint tables of all pairs of a group's states into `cells`, shape (9, pairs)."""
    places = _flat_places(block.shape[1])
    for start in range(0, len(block), _BLOCK):
        six, three = _packed_counts(block[start : start + _BLOCK])
        # A number's bytes, lowest first, are its counts.
        first_six = six[places].astype("<i8").view(np.uint8).reshape(-1, 8)[:, :6].T
        last_three = three[places].astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].T
        for part, counted in ((cells[:6], first_six), (cells[6:], last_three)):
            if start:
                np.add(part, counted, out=part)
            else:
                np.copyto(part, counted)


@functools.lru_cache(maxsize=8)
def _flat_places(size: int) -> Places:
    """Return the place of each pair in the flattened square of so many states."""
    rows = np.arange(size)
    return np.arange(size * (size - 1) // 2) + np.repeat(rows * (rows + 3) // 2 + 1, rows[::-1])


def _packed_counts(block: Matrix) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """Count at most 255 roll calls, for the flattened square of all states; right above the diagonal only.

    Each count has eight bits, and a product in double precision is exact up to 53 bits. So one product can carry six
    counts: the first state's yes and abstain by the second's yes, abstain and no. A second one has the first's no.
    """
    code = block - Vote.NO_ROW
    second = _SECOND.take(code, mode="clip")
    six = _upper_product(_FIRST.take(code, mode="clip"), second)
    three = _upper_product((block == Vote.NO).astype(np.float32), second.astype(np.float32))
    return six.ravel(), three.ravel()


def _upper_product(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Multiply left' by right above the diagonal; what is far below it is left empty.

    In strips so small that the library of linear algebra starts no threads: they would cost more than they save, and
    very much more on a machine that has other work to do.
    """
    rolls, size = right.shape
    product = np.empty((size, size), dtype=right.dtype)
    start = 0
    while start < size:
        end = start + max(1, _SMALL // max(1, rolls * (size - start)))
        np.matmul(left[:, start:end].T, right[:, start:], out=product[start:end, start:])
        start = end
    return product


def _rank(low: Any, high: Any, size: int) -> int:
    """Return the place of a pair among the pairs of `size` states."""
    return int(low * size - low * (low + 1) // 2 + high - low - 1)


def _places(votes: RollCalls, one: str, other: str) -> tuple[int, int]:
    """Return the places of two different states."""
    if one == other:
        raise ValueError(f"both states are {one!r}. Give two different states.")
    codes = votes.states["code"].tolist()
    for code in (one, other):
        votes.votes(code)  # raises, and says which codes are near
    return codes.index(one), codes.index(other)
