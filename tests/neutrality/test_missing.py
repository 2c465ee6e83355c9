"""A measure that is missing says why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neutrality.missing import nothing_common
from neutrality.rollcalls import RollCalls

# Roll calls by states; AAA and BBB never vote at the same one, CCC never votes, and DDD has no row.
VOTES = RollCalls(
    np.array([[1, 0, 0, -1], [0, 3, 0, -1]], dtype=np.int8),
    pd.DataFrame({"session": ["48", "48"]}),
    pd.DataFrame(
        {
            "code": ["AAA", "BBB", "CCC", "DDD"],
            "first_vote": pd.Timestamp("1993-11-16"),
            "last_vote": pd.Timestamp("1994-12-15"),
        }
    ),
)


@pytest.mark.parametrize(
    ("states", "rows", "sentence"),
    [
        (("AAA", "BBB"), [], "There is no roll call."),
        (("AAA", "BBB"), [0, 1], "AAA and BBB voted at none of the same roll calls among these 2."),
        (("AAA", "CCC"), [0, 1], "CCC voted at none of these 2 roll calls."),
        (("BBB", "AAA"), [0], "BBB voted at none of these 1 roll calls."),
        (
            ("AAA", "DDD"),
            [0, 1],
            "DDD has no row at any of these 2 roll calls: it was not a member. Its rows: 1993-11-16 to 1994-12-15.",
        ),
    ],
)
def test_each_reason_has_its_sentence(states: tuple[str, str], rows: list[int], sentence: str) -> None:
    """The sentence names the state, and counts the roll calls that were looked at."""
    assert nothing_common(VOTES, *states, np.array(rows, dtype=np.int64)) == sentence
