"""Roll calls of two periods are matched by matter, and what several texts share is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from neutrality.matchedperiods import periods, steps
from neutrality.rollcalls import RollCalls

# Year, session, title: peace comes in both years, twice in the second; war has two texts in one session; trade ends.
ROWS = [
    (1992, "47", "Peace"),
    (1992, "47", "War"),
    (1992, "47", "War : resolution"),
    (1992, "47", "Trade"),
    (1993, "48", "Peace"),
    (1993, "48", "War"),
    (1993, "49", "The peace"),
]


def votes() -> RollCalls:
    """Return these roll calls, everybody voting yes; the last of the rest has a seat only in the first year."""
    resolutions = pd.DataFrame(ROWS, columns=["year", "session", "title"]).assign(special=False)
    resolutions["undl_id"] = range(len(ROWS))
    resolutions["date"] = pd.to_datetime([f"{year}-12-01" for year in resolutions["year"]])
    matrix = np.ones((len(ROWS), 3), dtype=np.int8)
    matrix[resolutions["year"] == 1993, -1] = -1
    codes = ["BLR", "R0", "R1"]
    return RollCalls(matrix, resolutions, pd.DataFrame({"code": codes, "name": codes}))


def test_pairs_are_on_one_matter_with_one_text_a_session() -> None:
    """Peace is paired with both roll calls of the later year; war is left out, and trade has no other end."""
    calls = votes()
    grouping = periods(calls, "year", None, None, None)
    [step] = steps(calls, grouping, np.ones(len(calls), dtype=bool), np.array([1, 2]))
    assert (step.before, step.after) == (1992, 1993)
    assert sorted(zip(step.start.tolist(), step.end.tolist(), strict=True)) == [(0, 4), (0, 6)]
    assert len(set(step.matter)) == 1
    assert (step.old.tolist(), step.new.tolist()) == ([0, 1, 2, 3], [4, 5, 6])


def test_the_rest_is_those_with_a_seat_throughout() -> None:
    """A state that was not a member at one of the repeated roll calls is no part of the rest."""
    calls = votes()
    grouping = periods(calls, "year", None, None, None)
    [step] = steps(calls, grouping, np.ones(len(calls), dtype=bool), np.array([1, 2]))
    assert step.rest == 1
    assert step.shares[[0, 4, 6]].tolist() == [[1, 0, 0]] * 3
    assert np.isnan(step.shares[[1, 2, 3, 5]]).all()


def test_only_roll_calls_that_count_are_paired() -> None:
    """What the caller leaves aside is in no pair."""
    calls = votes()
    counts = np.array([True] * 6 + [False])
    [step] = steps(calls, periods(calls, "year", None, None, None), counts, np.array([1]))
    assert step.end.tolist() == [4]
