"""The count after the Digest page's rule of selection: by hand, in order, and between its bounds."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from neutrality.siding import DEFINITIONS, OPPONENTS, selection

from .codedissues import S, T, many, tables

CHOSEN = tables(
    [
        {"minsk": 1, "moscow": 1, "west": -2, "neighbour": -2},  # does not differ
        {"minsk": -1, "moscow": 2, "west": -2, "neighbour": -2},  # sides with both, by both definitions
        {"minsk": 0, "moscow": 2, "west": -2, "neighbour": -1},  # same side: none; nearer: the neighbour alone
        {"minsk": 1, "moscow": 2, "west": 2, "neighbour": 1},  # same side: Moscow is there too; nearer: the neighbour
        {"minsk": -1, "moscow": 1, "west": -2},  # sides with the West by both; no neighbour
        {"minsk": 0, "moscow": 1, "west": 2, "neighbour": S},  # sides with nobody; the neighbour could be nearer
        {"minsk": -1, "moscow": 2, "west": T, "neighbour": 2},  # not with the neighbour; the West could be anywhere
        {"minsk": T, "moscow": 2, "west": -2},  # not coded
    ]
)


@pytest.mark.parametrize(
    ("opponent", "definition", "expected"),
    [
        # differ, known, not siding, and of the six that differ: surely not siding, surely or possibly not siding
        ("west", "same side", (6, 5, 3, 3 / 6, 4 / 6)),
        ("west", "nearer", (6, 5, 3, 3 / 6, 4 / 6)),
        ("neighbour", "same side", (6, 4, 3, 4 / 6, 5 / 6)),
        ("neighbour", "nearer", (6, 4, 1, 1 / 6, 3 / 6)),
        ("either", "same side", (6, 3, 2, 3 / 6, 4 / 6)),
        ("either", "nearer", (6, 3, 0, 0, 2 / 6)),
    ],
)
def test_the_selection_rule_worked_by_hand(opponent: str, definition: str, expected: tuple[float, ...]) -> None:
    """Counts, share and bounds are those worked out on paper."""
    table = selection(*CHOSEN)
    row = table.loc[(opponent, definition)]
    differ, known, not_siding, low, high = expected
    assert (row["differ"], row["known"], row["not_siding"]) == (differ, known, not_siding)
    assert row["share"] == pytest.approx(not_siding / known)
    assert (row["bound_low"], row["bound_high"]) == pytest.approx((low, high))


def test_the_selection_rule_says_whose_it_is() -> None:
    """The grid is whole, and the table says that the count is ours and what it cannot do."""
    table = selection(*CHOSEN)
    assert table.index.tolist() == list(itertools.product(OPPONENTS, DEFINITIONS))
    assert "this course's operationalisation" in table.attrs["operationalisation"]
    assert "digest-2016 s1.p3" in table.attrs["operationalisation"]
    assert "cannot decide" in table.attrs["circularity"]


def test_no_difference_leaves_no_share() -> None:
    """Where Minsk and Moscow stand alike everywhere, there is nothing to choose from."""
    table = selection(*tables([{"minsk": 1, "moscow": 1, "west": -1}]))
    assert (table["differ"] == 0).all()
    assert table[["share", "bound_low", "bound_high"]].isna().all(axis=None)


@settings(deadline=None, max_examples=15)
@given(many)
def test_selection_is_in_order(rows: list[dict[str, Any]]) -> None:
    """Counts nest, shares lie in 0 to 1, and the bounds close where all opponents are known; any order of rows."""
    codings, issues = tables(rows)
    table = selection(codings, issues)
    pd.testing.assert_frame_equal(table, selection(codings.iloc[::-1], issues.iloc[::-1]))
    assert (table["not_siding"] <= table["known"]).all()
    assert (table["known"] <= table["differ"]).all()
    assert not (table["bound_low"] > table["bound_high"]).any()
    full = table[table["known"] == table["differ"]]
    assert np.allclose(full["bound_low"], full["share"], equal_nan=True)
    assert np.allclose(full["bound_high"], full["share"], equal_nan=True)


@pytest.mark.parametrize("definition", DEFINITIONS)
@pytest.mark.parametrize(("minsk", "moscow"), [(-2, 0), (-1, 1), (-1, -2), (0, 1), (0, -2), (1, 0), (1, 2), (2, -2)])
def test_selection_bounds_are_those_of_all_fillings(minsk: int, moscow: int, definition: str) -> None:
    """For one issue, the bounds are reached by writing in every place of the unknown opponent."""
    base = {"minsk": minsk, "moscow": moscow}
    shares = [
        selection(*tables([base | {"west": west}])).loc[("west", definition), "share"] for west in (-2, -1, 0, 1, 2)
    ]
    row = selection(*tables([base])).loc[("west", definition)]
    assert (row["bound_low"], row["bound_high"]) == (min(shares), max(shares))
