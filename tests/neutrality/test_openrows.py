"""Graded rows stay out unless asked for, and a place finds the rows that name it."""

from __future__ import annotations

import pandas as pd
import pytest

from neutrality import openrows, tables
from neutrality.records import SourceError

ROWS = pd.DataFrame({"where": ["osw-2018 s1.p1;osw-2018 fn3", "osw-2018 s1.p2", "osw-2018 fn13", "digest-2016 s1.p1"]})


@pytest.mark.parametrize("name", ["stances-claims", "stances-events", "stances-issues", "stances-codings"])
def test_graded_rows_stay_out_unless_asked_for(name: str) -> None:
    """Without them the rest is there in its order, numbered anew; with them it is the whole table."""
    whole = tables.load(name)
    assert openrows.load(name, items=True).equals(whole)
    assert openrows.load(name).equals(whole[whole["use"] == "lesson"].reset_index(drop=True))


@pytest.mark.parametrize(
    ("locator", "found"),
    [
        ("osw-2018 s1.p1", [0]),
        ("osw-2018 fn3", [0]),
        ("osw-2018 s1", [0, 1]),
        ("osw-2018 fn1", []),
        ("osw-2018 notes", [0, 2]),
        ("digest-2016 s1", [3]),
    ],
)
def test_a_place_finds_its_rows(locator: str, found: list[int]) -> None:
    """A section finds what it is made of; note 1 does not find note 13."""
    assert openrows.at(ROWS, "where", locator)["where"].tolist() == ROWS["where"].iloc[found].tolist()


def test_a_place_that_there_is_not_is_an_error() -> None:
    """An empty answer would look like a place of which nothing is told."""
    with pytest.raises(SourceError, match="no place"):
        openrows.at(ROWS, "where", "osw-2018 s9.p9")
