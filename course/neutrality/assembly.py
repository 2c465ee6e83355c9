"""The rest of the Assembly: which states it is, how they vote, and how alike a state votes with them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from neutrality import inputs
from neutrality.rollcalls import Matrix, RollCalls, Vote

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CAST = (Vote.YES, Vote.ABSTAIN, Vote.NO)
"""What counts as a vote, in the order of all columns here; a vote's column is its code less 1."""

VALUE = np.array([1.0, 0.5, 0.0])
"""What a yes, an abstention and a no count: an abstention is half-way."""

ALIKE = 1 - np.abs(np.subtract.outer(VALUE, VALUE))
"""Shape (3, 3): how alike two votes are, as in Lijphart's index."""


def columns_of_rest(votes: RollCalls, states: Collection[str], wanted: Collection[str] | None = None) -> Places:
    """Return the columns of the states with which some are compared.

    Parameters
    ----------
    votes : RollCalls
        The roll calls.
    states : collection of str
        Codes of those that are compared; they are no part of the rest.
    wanted : collection of str, optional
        Codes of the rest; by default all others.

    Returns
    -------
    numpy.ndarray of int
        Columns of ``votes.matrix``, in order of code where `wanted` is given, else as they stand.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a code is unknown.
    ValueError
        If there is nobody to compare or to compare with, or a state would be compared with itself.
    TypeError
        If `wanted` is a text and not a list.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> calls.states["code"].iloc[columns_of_rest(calls, ["BLR"], ["UKR", "KAZ"])].tolist()
    ['KAZ', 'UKR']
    """
    for code in states:
        votes.votes(code)
    if not states:
        raise ValueError("states: give at least one code.")
    codes = votes.states["code"].tolist()
    if wanted is None:
        return np.array([place for place, code in enumerate(codes) if code not in states], dtype=np.int64)
    wanted = inputs.listed("rest", wanted)
    if not wanted:
        raise ValueError("rest: no state is given. Give one or more, or leave it out for all others.")
    shared = sorted(set(states) & set(wanted))
    if shared:
        raise ValueError(f"rest: {', '.join(shared)} cannot be compared with. Give other states.")
    for code in wanted:
        votes.votes(code)
    return np.array([codes.index(code) for code in sorted(set(wanted))], dtype=np.int64)


def shares_of(matrix: Matrix) -> Floats:
    """Return each roll call's shares of yes, abstain and no.

    Parameters
    ----------
    matrix : numpy.ndarray
        Shape (roll calls, states): codes of `neutrality.rollcalls.Vote`.

    Returns
    -------
    numpy.ndarray of float
        Shape (roll calls, 3), each row summing to 1; NaN where nobody voted.

    Examples
    --------
    >>> shares_of(np.array([[1, 1, 3, 0], [0, -1, 0, 0]], dtype=np.int8)).round(2).tolist()
    [[0.67, 0.0, 0.33], [nan, nan, nan]]
    """
    cast = np.stack([(matrix == vote).sum(axis=1) for vote in CAST], axis=1).astype(np.float64)
    total = cast.sum(axis=1, keepdims=True)
    shares: Floats = cast / np.where(total > 0, total, np.nan)
    return shares


def agreement(cast: Matrix, shares: Floats) -> Floats:
    """Return how alike one state voted with the rest, roll call by roll call.

    Parameters
    ----------
    cast : numpy.ndarray
        Shape (roll calls,): the state's votes, codes of `neutrality.rollcalls.Vote`.
    shares : numpy.ndarray
        Shape (roll calls, 3): those of the rest, as from `shares_of`.

    Returns
    -------
    numpy.ndarray of float
        Shape (roll calls,): the mean of Lijphart's index with each of the rest that voted, from 0 to 1; NaN where the
        state or all of the rest did not vote.

    Examples
    --------
    >>> agreement(np.array([1, 2, 0], dtype=np.int8), np.array([[0.5, 0.0, 0.5]] * 3)).tolist()
    [0.5, 0.5, nan]
    """
    alike = shares @ ALIKE
    rows = np.arange(len(cast))
    return np.where(cast > 0, alike[rows, np.maximum(cast, 1) - 1], np.nan)
