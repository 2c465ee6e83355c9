"""The rest of the Assembly: who it is, and how a state votes with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality.assembly import agreement, columns_of_rest, shares_of
from neutrality.rollcalls import RollCalls, UnknownStateError

Y, A, N, X, NONE = 1, 2, 3, 0, -1
CODES = ["AAA", "BBB", "CCC", "DDD"]
VOTES = RollCalls(
    np.array([[Y, Y, A, N], [N, X, NONE, N], [Y, X, X, NONE]], dtype=np.int8),
    pd.DataFrame({"session": ["48", "48", "49"]}),
    pd.DataFrame({"code": CODES, "name": CODES}),
)


@pytest.mark.parametrize(
    ("states", "wanted", "columns"),
    [(["AAA"], None, [1, 2, 3]), (["AAA", "CCC"], None, [1, 3]), (["AAA"], ["DDD", "BBB", "BBB"], [1, 3])],
)
def test_the_rest_is_all_others_or_who_is_named(
    states: list[str], wanted: list[str] | None, columns: list[int]
) -> None:
    """Nobody is compared with itself, and nobody counts twice."""
    assert columns_of_rest(VOTES, states, wanted).tolist() == columns


@pytest.mark.parametrize(
    ("states", "wanted", "error", "words"),
    [
        ([], None, ValueError, "at least one code"),
        (["ZZZ"], None, UnknownStateError, "'ZZZ'"),
        (["AAA"], [], ValueError, "no state is given"),
        (["AAA"], ["AAA", "BBB"], ValueError, "AAA cannot be compared with"),
        (["AAA"], "BBB", TypeError, r"rest is 'BBB'. Give a list"),
    ],
)
def test_no_rest_is_refused(states: list[str], wanted: Any, error: type[Exception], words: str) -> None:
    """The error names the state, or what is missing."""
    with pytest.raises(error, match=words):
        columns_of_rest(VOTES, states, wanted)


def test_agreement_is_the_mean_with_each_of_the_rest_that_voted() -> None:
    """Worked by hand: the same vote counts 1, an abstention half; without two votes there is nothing to compare."""
    shares = shares_of(VOTES.matrix[:, [1, 2, 3]])
    assert shares[0].tolist() == pytest.approx([1 / 3] * 3)
    found = agreement(VOTES.votes("AAA"), shares)
    assert found[:2].tolist() == pytest.approx([(1 + 0.5 + 0) / 3, 1])
    assert np.isnan(found[2])
