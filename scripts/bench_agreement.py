"""How much faster `all_pairs` is than the same computed with a pandas groupby, and with plain loops.

All three give the same table (a test holds them to that): for every session and pair of states with a common vote the
joint table, the identical share, Lijphart's index, Signorino and Ritter's S, Scott's π, Cohen's κ and Kendall's τ-b.
The two references share no code with `neutrality.indices`, and are written as one would write them.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from neutrality import rollcalls
from neutrality.allpairs import all_pairs
from neutrality.rollcalls import RollCalls
from timing import seconds

Row = tuple[str, float, str]

_KEYS = ["session", "one", "other"]
_CELLS = [(first, second) for first in (1, 2, 3) for second in (1, 2, 3)]


def pandas_groupby(votes: RollCalls, *, text: bool = False) -> pd.DataFrame:
    """Compare all pairs of states by session: merge the votes with themselves, group, count.

    Parameters
    ----------
    votes : RollCalls
        The roll calls; those of special sessions do not count.
    text : bool, optional
        Whether the states' codes are text, as in the file they come from. By default they are an ordered categorical,
        with which pandas is fastest.

    Returns
    -------
    pandas.DataFrame
        Indexed by session, one and other: ``n`` and the six indices.

    Notes
    -----
    Session by session, because all pairs of all votes at once (134 million rows) do not fit into memory.
    """
    found = [_groupby_one(part) for _, part in _long(votes, text).groupby("session")]
    return pd.concat(found).sort_index()


def _long(votes: RollCalls, text: bool) -> pd.DataFrame:
    """Return one row a vote."""
    regular = ~votes.resolutions["special"].to_numpy(dtype=bool)
    place, state = np.nonzero((votes.matrix > 0) & regular[:, None])
    codes = pd.Series(pd.Categorical.from_codes(state, votes.states["code"], ordered=True))
    return pd.DataFrame(
        {
            "session": pd.to_numeric(votes.resolutions["session"].iloc[place]).to_numpy(),
            "roll_call": place,
            "state": codes.astype("str") if text else codes,
            "vote": votes.matrix[place, state],
        }
    )


def _groupby_one(part: pd.DataFrame) -> pd.DataFrame:
    both = part.merge(part, on=["session", "roll_call"])
    both = both[both["state_x"] < both["state_y"]].rename(columns={"state_x": "one", "state_y": "other"})
    counts = (
        both.groupby([*_KEYS, "vote_x", "vote_y"], observed=True).size().unstack(["vote_x", "vote_y"], fill_value=0)
    )
    return _by_column(counts.reindex(columns=pd.MultiIndex.from_tuples(_CELLS), fill_value=0))


def _by_column(counts: Any) -> pd.DataFrame:
    """Compute the indices from nine columns of counts."""
    n = counts.sum(axis=1)
    rows = {vote: counts[[(vote, second) for second in (1, 2, 3)]].sum(axis=1) / n for vote in (1, 2, 3)}
    columns = {vote: counts[[(first, vote) for first in (1, 2, 3)]].sum(axis=1) / n for vote in (1, 2, 3)}
    same = sum(counts[vote, vote] for vote in (1, 2, 3)) / n
    distance = sum(abs(first - second) * counts[first, second] for first, second in _CELLS) / n
    chance_pi = sum(((rows[vote] + columns[vote]) / 2) ** 2 for vote in (1, 2, 3))
    chance_kappa = sum(rows[vote] * columns[vote] for vote in (1, 2, 3))
    untied = (1 - sum(rows[vote] ** 2 for vote in (1, 2, 3))) * (1 - sum(columns[vote] ** 2 for vote in (1, 2, 3)))
    rising = sum(counts[a] * counts[b] * np.sign((a[0] - b[0]) * (a[1] - b[1])) for a, b in combinations(_CELLS, 2))
    table = pd.DataFrame({"n": n, "identical": same, "lijphart": 1 - distance / 2, "s": 1 - distance})
    table["pi"] = ((same - chance_pi) / (1 - chance_pi)).where(1 - chance_pi > 1e-12)
    table["kappa"] = ((same - chance_kappa) / (1 - chance_kappa)).where(1 - chance_kappa > 1e-12)
    table["tau_b"] = (2 * rising / n**2 / np.sqrt(untied.where(untied > 1e-12))).astype(float)
    return table


def plain_loop(votes: RollCalls) -> pd.DataFrame:
    """Compare all pairs of states by session with loops and nothing else.

    Parameters
    ----------
    votes : RollCalls
        The roll calls; those of special sessions do not count.

    Returns
    -------
    pandas.DataFrame
        As `pandas_groupby`.
    """
    counts: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0] * 9)
    codes = votes.states["code"].tolist()
    resolutions = votes.resolutions
    for session, special, row in zip(resolutions["session"], resolutions["special"], votes.matrix, strict=True):
        if special:
            continue
        cast = [(code, vote) for code, vote in zip(codes, row.tolist(), strict=True) if vote > 0]
        for (one, first), (other, second) in combinations(cast, 2):
            counts[int(session), one, other][3 * first + second - 4] += 1
    rows = [_one_table(table) for table in counts.values()]
    index = pd.MultiIndex.from_tuples(list(counts), names=_KEYS)
    return pd.DataFrame(rows, index=index).sort_index()


def _one_table(table: list[int]) -> dict[str, float]:
    """Compute the indices of one joint table."""
    n = sum(table)
    rows = [sum(table[3 * vote : 3 * vote + 3]) / n for vote in range(3)]
    columns = [sum(table[vote::3]) / n for vote in range(3)]
    same = (table[0] + table[4] + table[8]) / n
    distance = sum(abs(place // 3 - place % 3) * count for place, count in enumerate(table)) / n
    chance_pi = sum(((row + column) / 2) ** 2 for row, column in zip(rows, columns, strict=True))
    chance_kappa = sum(row * column for row, column in zip(rows, columns, strict=True))
    untied = (1 - sum(row * row for row in rows)) * (1 - sum(column * column for column in columns))
    rising = 0
    for a, b in combinations(range(9), 2):
        product = (a // 3 - b // 3) * (a % 3 - b % 3)
        rising += table[a] * table[b] * ((product > 0) - (product < 0))
    return {
        "n": n,
        "identical": same,
        "lijphart": 1 - distance / 2,
        "s": 1 - distance,
        "pi": (same - chance_pi) / (1 - chance_pi) if 1 - chance_pi > 1e-12 else math.nan,
        "kappa": (same - chance_kappa) / (1 - chance_kappa) if 1 - chance_kappa > 1e-12 else math.nan,
        "tau_b": 2 * rising / n**2 / math.sqrt(untied) if untied > 1e-12 else math.nan,
    }


def pair_votes(votes: RollCalls) -> int:
    """Return how often two states voted at one roll call: what the time of both references grows with.

    Parameters
    ----------
    votes : RollCalls
        The roll calls; those of special sessions do not count.

    Returns
    -------
    int
        A sum over roll calls.
    """
    regular = ~votes.resolutions["special"].to_numpy(dtype=bool)
    cast = (votes.matrix[regular] > 0).sum(axis=1, dtype=np.int64)
    return int((cast * (cast - 1) // 2).sum())


def run(*, every: int = 1) -> list[Row]:
    """Time all of them, in one process and one after the other.

    Parameters
    ----------
    every : int, optional
        pandas gets each so-many-th session, by default all of them; with text, and the plain loop, each fourth and
        eighth of those. Times of parts are scaled up by `pair_votes`.

    Returns
    -------
    list of tuple
        Name, how many times the time of `all_pairs` it takes, and a note with what was timed.
    """
    votes = rollcalls.load()
    found = int((all_pairs(votes).n > 0).sum())
    references: list[tuple[str, Callable[[RollCalls], Any], int]] = [
        ("pandas groupby, state codes as text", functools.partial(pandas_groupby, text=True), 4 * every),
        ("pandas groupby, its fastest types", pandas_groupby, every),
        ("plain loop", plain_loop, 8 * every),
    ]
    rows: list[Row] = []
    for name, function, step in references:
        part = votes if step == 1 else votes.select(_each(votes, step))
        share = pair_votes(part) / pair_votes(votes)
        # Before and after, because other work on the machine comes and goes.
        own = [seconds(lambda: all_pairs(votes)) for _ in range(7)]
        taken = seconds(functools.partial(function, part)) / share
        own = sorted(own + [seconds(lambda: all_pairs(votes)) for _ in range(7)])
        what = "all sessions" if step == 1 else f"scaled up from {share:.0%} of the work"
        note = f"{found:,} pair-sessions; all_pairs {own[7]:.3f} s (median of 14), {name} {taken:.0f} s ({what})"
        rows.append((f"all pairs × all sessions: {name} / all_pairs", taken / own[7], note))
    return rows


def _each(votes: RollCalls, step: int) -> Any:
    number = pd.to_numeric(votes.resolutions["session"].where(~votes.resolutions["special"]))
    return (number % step == 0).to_numpy(dtype=bool)


def _lines() -> Iterator[str]:
    for name, ratio, note in run():
        yield f"{name}: {ratio:.0f} times ({note})"


if __name__ == "__main__":
    for line in _lines():
        print(line)
