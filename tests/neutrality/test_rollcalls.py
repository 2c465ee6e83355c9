"""The matrix, its axes, and selections of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import rollcalls, tables
from neutrality.rollcalls import RollCalls, UnknownStateError, Vote


def test_the_matrix_is_exactly_this(built: Path) -> None:
    """The invented file gives the matrix worked by hand, in the order of its axes."""
    small = rollcalls.load(built)
    assert small.matrix.tolist() == [[1, 1, 2, -1], [1, 3, 0, -1], [2, 3, 3, 1]]
    assert small.matrix.dtype == np.int8
    assert small.states["code"].tolist() == ["AAA", "BBB", "CCC", "DDD"]
    assert small.resolutions["undl_id"].tolist() == [20, 30, 40]
    assert small.resolutions["year"].tolist() == [1993, 1994, 1997]
    assert small.resolutions["special"].tolist() == [False, False, True]


def test_nothing_can_be_changed(built: Path) -> None:
    """The object is frozen, and the matrix and what is taken from it are read-only."""
    small = rollcalls.load(built)
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.matrix = small.matrix.copy()  # type: ignore[misc]
    for array in (small.matrix, small.votes("AAA"), small.select([True, False, True]).matrix):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_axes_and_types_of_the_real_thing(calls: RollCalls) -> None:
    """Tables and matrix are aligned; dates are dates, sessions labels, issues true/false with gaps."""
    assert calls.matrix.shape == (len(calls.resolutions), len(calls.states))
    assert calls.resolutions.index.equals(pd.RangeIndex(len(calls)))
    assert calls.resolutions["date"].is_monotonic_increasing
    assert calls.states["code"].is_monotonic_increasing
    assert pd.api.types.is_datetime64_dtype(calls.resolutions["date"])
    assert calls.resolutions["special"].dtype == bool
    assert {"48", "ES-10", "S-14"} <= set(calls.resolutions["session"])
    assert all(calls.resolutions[issue].dtype == "boolean" for issue in ("me", "nu", "di", "co", "hr", "ec"))
    assert set(np.unique(calls.matrix)) == set(Vote)


@pytest.mark.parametrize(
    ("column", "vote"),
    [
        ("total_yes", Vote.YES),
        ("total_no", Vote.NO),
        ("total_abstentions", Vote.ABSTAIN),
        ("total_non_voting", Vote.NON_VOTING),
    ],
)
def test_the_matrix_has_the_totals_that_the_library_states(calls: RollCalls, column: str, vote: Vote) -> None:
    """Counting the codes of each row gives the stated totals."""
    assert np.array_equal((calls.matrix == vote).sum(axis=1), calls.resolutions[column])


def test_first_and_last_vote_frame_a_states_rows(calls: RollCalls) -> None:
    """A state has no row before its first vote or after its last."""
    dates = calls.resolutions["date"].to_numpy()
    for place, state in enumerate(calls.states.itertuples()):
        present = dates[calls.matrix[:, place] != Vote.NO_ROW]
        assert (present.min(), present.max()) == (state.first_vote, state.last_vote)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("BRL", "'BLR' (BELARUS)"), ("blr", "'BLR' (BELARUS)"), ("Belarus", "'BLR' (BELARUS)"), ("RUZ", "'RUS'")],
)
def test_an_unknown_state_suggests_near_ones(calls: RollCalls, wrong: str, meant: str) -> None:
    """A slip in a code, or a name in its place, gets the code that was meant."""
    with pytest.raises(UnknownStateError, match=f"no state '{wrong}'.*Did you mean .*{meant[:5]}"):
        calls.votes(wrong)


def test_an_unknown_state_like_no_other_says_what_a_code_is(calls: RollCalls) -> None:
    """Where nothing is near, the message still helps."""
    with pytest.raises(UnknownStateError, match="three letters, such as 'BLR'"):
        calls.votes("123456")


def test_select_keeps_axes_aligned(calls: RollCalls) -> None:
    """A selection is indexed anew from 0 and keeps every state."""
    chosen = calls.select(calls.resolutions["session"] == "ES-11")
    assert chosen.resolutions.index.equals(pd.RangeIndex(len(chosen)))
    assert set(chosen.resolutions["session"]) == {"ES-11"}
    assert chosen.states is calls.states
    place = calls.resolutions.index[calls.resolutions["undl_id"] == chosen.resolutions.loc[0, "undl_id"]][0]
    assert np.array_equal(chosen.matrix[0], calls.matrix[place])


def test_years_go_by_date_and_sessions_by_number(calls: RollCalls) -> None:
    """A session runs into the next year; special sessions belong to years, not to numbered sessions."""
    assert set(calls.sessions(48).resolutions["year"]) == {1993, 1994}
    assert not calls.sessions(1, 80).resolutions["special"].any()
    assert calls.years(2022, 2023).resolutions["special"].any()
    assert len(calls.years(1946, 2025)) == len(calls)
    assert len(calls.sessions(19)) == 0


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ([True], "has 1 values, there are 3"),
        ([1, 0, 1], "type int64"),
        (pd.array([True, None, False], dtype="boolean"), "1 gaps"),
    ],
)
def test_a_mask_that_is_no_mask_is_refused(mask: Any, words: str, built: Path) -> None:
    """Wrong length, numbers and gaps are errors, never a guess."""
    with pytest.raises(ValueError, match=words):
        rollcalls.load(built).select(mask)


def test_tables_of_different_builds_do_not_mix(built: Path) -> None:
    """Even with a checksum made to fit, votes on other resolutions are noticed."""
    package = tables.descriptor(built)
    for entry in package["resources"]:
        if entry["name"] == "unga-votes":
            entry["hash"] = tables.resource("unga-votes")["hash"]
    (built / "unga" / "votes.parquet").write_bytes((tables.data_folder() / "unga" / "votes.parquet").read_bytes())
    (built / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(tables.TableError, match="different builds"):
        rollcalls.load(built)
