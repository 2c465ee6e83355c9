"""Why a measure of two states is missing, in a sentence.

A gap in a table of agreement is never silent: the states had no roll call, one of them was not a member or did not
vote, they never voted at the same roll call, or the index is not defined for the votes there are
(`neutrality.indices.undefined`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import indices
from neutrality.groupings import Grouping, Places
from neutrality.rollcalls import RollCalls, Vote


def nothing_common(votes: RollCalls, one: str, other: str, rows: Places) -> str:
    """Say why two states have no vote in common.

    Parameters
    ----------
    votes : RollCalls
        The roll calls.
    one, other : str
        The two states' codes.
    rows : numpy.ndarray of int
        The roll calls that were looked at.

    Returns
    -------
    str
        A sentence: there is no roll call; or a state was not a member, or never voted; or they never voted at the same
        roll call.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load().years(1964)
    >>> nothing_common(calls, "BLR", "RUS", np.arange(len(calls)))
    'There is no roll call.'
    """
    if not len(rows):
        return "There is no roll call."
    for state in (one, other):
        cast = votes.votes(state)[rows]
        if (cast == Vote.NO_ROW).all():
            return (
                f"{state} has no row at any of these {len(rows)} roll calls: it was not a member.{_span(votes, state)}"
            )
        if (cast <= Vote.NON_VOTING).all():
            return f"{state} voted at none of these {len(rows)} roll calls."
    return f"{one} and {other} voted at none of the same roll calls among these {len(rows)}."


def _span(votes: RollCalls, state: str) -> str:
    if "first_vote" not in votes.states:
        return ""
    row = votes.states.loc[votes.states["code"] == state].iloc[0]
    return f" Its rows: {row['first_vote']:%Y-%m-%d} to {row['last_vote']:%Y-%m-%d}."


def why_missing(
    frame: pd.DataFrame,
    votes: RollCalls,
    states: tuple[str, str],
    grouping: Grouping,
    tables: npt.NDArray[np.int64],
) -> dict[tuple[Any, str], str]:
    """Say why measures of a pair are missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        Indexed by group; the measures are among its columns.
    votes : RollCalls
        The roll calls.
    states : tuple of str
        The pair.
    grouping : neutrality.groupings.Grouping
        The groups: those of `frame` and perhaps more.
    tables : numpy.ndarray of int
        Shape (groups, 3, 3): the joint tables of all groups.

    Returns
    -------
    dict
        Group and measure to a sentence, for every measure that is missing.
    """
    reasons: dict[tuple[Any, str], str] = {}
    measures = [name for name in frame if name in indices.MEASURES]
    for group in frame.index[frame[measures].isna().any(axis=1)]:
        place = grouping.names.index(group)
        nothing = "" if tables[place].any() else nothing_common(votes, *states, grouping.rows[grouping.number == place])
        for name in measures:
            if sentence := nothing or indices.undefined(tables[place][None], name)[0]:
                reasons[group, name] = sentence
    return reasons
