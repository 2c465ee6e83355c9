"""All pairs at once, against pairs one by one, pandas and plain loops."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bench_agreement
from neutrality import agreement, allpairs
from neutrality.allpairs import Pairs, all_pairs
from neutrality.indices import MEASURES, STANDARD
from neutrality.rollcalls import RollCalls, UnknownStateError

Y, A, N, X, NONE = 1, 2, 3, 0, -1
OPTIONS: dict[str, dict[str, Any]] = {"phase": {"boundary": "both"}}


def made(matrix: Any, sessions: list[str] | None = None) -> RollCalls:
    """Return roll calls of states AAA, BBB … from a matrix of votes, all of one session unless said otherwise."""
    cast = np.array(matrix, dtype=np.int8)
    names = sessions or ["48"] * len(cast)
    table = pd.DataFrame({"date": pd.Timestamp("1993-11-16"), "session": names}, index=range(len(cast)))
    table["year"], table["special"] = table["date"].dt.year, table["session"].str.startswith(("S-", "ES-"))
    codes = [chr(65 + place) * 3 for place in range(cast.shape[1])]
    return RollCalls(cast, table, pd.DataFrame({"code": codes, "name": codes}))


SMALL = made(
    [
        # AAA, BBB, CCC, DDD
        [Y, Y, N, NONE],
        [Y, A, N, NONE],
        [A, A, X, NONE],
        [N, Y, X, Y],
        [Y, X, Y, N],
        [X, X, X, A],
    ],
    ["48", "48", "48", "48", "49", "S-9"],
)


@pytest.fixture(scope="module")
def every(calls: RollCalls) -> Pairs:
    """Return all pairs in all sessions, with all measures."""
    return all_pairs(calls, measures=list(MEASURES))


def test_tables_worked_by_hand() -> None:
    """Joint tables, seen from either state, and indices are those worked out on paper."""
    pairs = all_pairs(SMALL)
    assert pairs.table("AAA", "BBB", 48).to_numpy().tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert pairs.table("BBB", "AAA", 48).to_numpy().tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 0]]
    assert pairs.table("AAA", "CCC", 48).loc["yes"].tolist() == [0, 0, 2]
    assert pairs.table("CCC", "DDD", 49).loc["yes", "no"] == 1
    row = pairs.of("AAA", "BBB").loc[48]
    assert (row["n"], row["identical"], row["lijphart"], row["s"]) == (4, 0.5, 0.625, 0.25)
    assert pairs.of("AAA", "DDD")["n"].tolist() == [1, 1]
    assert pairs.of("BBB", "CCC")["n"].tolist() == [2, 0]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(0, 30), st.integers(1, 3))
def test_agrees_with_counting_pair_by_pair(seed: int, states: int, rolls: int, groups: int) -> None:
    """Any votes, any number of states, roll calls and groups give the joint tables of each pair by itself."""
    rng = np.random.default_rng(seed)
    votes = made(rng.choice([Y, A, N, X, NONE], size=(rolls, states)) if rolls else np.zeros((1, states)))
    labels = rng.integers(0, groups, len(votes))
    pairs = all_pairs(votes, labels)
    for one, other in itertools.permutations(votes.states["code"], 2):
        for group in pairs.grouping.names:
            alone = agreement.joint_table(votes.select(labels == group), one, other)
            pd.testing.assert_frame_equal(pairs.table(one, other, group), alone, check_index_type=False)


@pytest.mark.parametrize("rolls", [254, 255, 256, 511, 700])
def test_long_groups_do_not_overflow(rolls: int) -> None:
    """Counts beyond what one product can carry are added up."""
    rng = np.random.default_rng(rolls)
    votes = made(np.column_stack([rng.integers(1, 4, (rolls, 3)), np.full(rolls, N), np.full(rolls, N)]))
    pairs = all_pairs(votes)
    for one, other in itertools.combinations(votes.states["code"], 2):
        np.testing.assert_array_equal(pairs.table(one, other, 48), agreement.joint_table(votes, one, other))
    assert pairs.table("DDD", "EEE", 48).loc["no", "no"] == rolls


@pytest.mark.parametrize("by", agreement.GROUPINGS)
@pytest.mark.parametrize("states", [("BLR", "RUS"), ("USA", "BLR"), ("KAZ", "TKM")])
def test_agrees_with_one_pair_alone(calls: RollCalls, by: str, states: tuple[str, str]) -> None:
    """For every grouping, to the last bit."""
    one = agreement.pair(calls, *states, by=by, measures=STANDARD, draws=1, **OPTIONS.get(by, {}))
    among = all_pairs(calls, by, **OPTIONS.get(by, {})).of(*states)
    np.testing.assert_array_equal(among.loc[one.index].to_numpy(), one[["n", *STANDARD]].to_numpy())
    assert not among.drop(one.index)["n"].any()


def test_all_sessions(calls: RollCalls, every: Pairs) -> None:
    """Every pair of states that voted at one roll call is there once, with as many votes as a count says."""
    frame = every.frame()
    assert len(frame) == 931_485
    assert not frame.duplicated(["session", "one", "other"]).any()
    assert (frame["one"].cat.codes < frame["other"].cat.codes).all()
    regular = ~calls.resolutions["special"].to_numpy(dtype=bool)
    cast = (calls.matrix[regular] > 0).sum(axis=1, dtype=np.int64)
    assert frame["n"].sum() == (cast * (cast - 1) // 2).sum()
    shares = frame[["identical", "lijphart"]].to_numpy()
    assert ((shares >= 0) & (shares <= 1)).all()
    others = frame[[name for name in MEASURES if name not in ("identical", "lijphart")]]
    assert ((others >= -1 - 1e-9) & (others <= 1 + 1e-9) | others.isna()).all(axis=None)


def test_is_missing_only_where_documented(every: Pairs) -> None:
    """π and κ are missing where both always cast one vote, τ-b where one did, shares and S never."""
    frame = every.frame(counts=True)
    cells = frame[[f"{row}_{column}" for row in allpairs.WORDS for column in allpairs.WORDS]].to_numpy()
    tables = cells.reshape(-1, 3, 3)
    assert (tables.sum(axis=(1, 2)) == frame["n"]).all()
    one_vote = (np.einsum("pii->pi", tables) == frame["n"].to_numpy()[:, None]).any(axis=1)
    still = [((tables.sum(axis=axis) > 0).sum(axis=1) == 1) for axis in (1, 2)]
    for name in MEASURES:
        known = one_vote if name.startswith(("pi", "kappa")) else still[0] | still[1] if name == "tau_b" else False
        assert (frame[name].isna() == known).all(), name


@pytest.mark.parametrize("session", [5, 20])
def test_agrees_with_pandas_and_with_plain_loops(calls: RollCalls, session: int) -> None:
    """The two references of the benchmark, which share no code with the package, give the same numbers."""
    votes = calls.sessions(session)
    frame = all_pairs(votes).frame().astype({"session": int, "one": str, "other": str})
    own = frame.set_index(["session", "one", "other"]).sort_index()
    references = (
        bench_agreement.pandas_groupby(votes),
        bench_agreement.pandas_groupby(votes, text=True),
        bench_agreement.plain_loop(votes),
    )
    for reference in references:
        table = reference.reset_index().astype({"session": int, "one": str, "other": str})
        table = table.set_index(["session", "one", "other"]).sort_index()
        pd.testing.assert_frame_equal(own, table, check_dtype=False, atol=1e-9)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_make_no_difference(calls: RollCalls, monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """However the work is shared out, and also where no thread can be started, the numbers are the same."""
    monkeypatch.setattr(allpairs, "_THREADS", 1)
    alone = all_pairs(calls)
    monkeypatch.setattr(allpairs, "_THREADS", threads)
    shared = all_pairs(calls)
    assert len(allpairs._shares(shared.starts)) == threads

    class Forbidden:
        def __init__(self, number: int) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(allpairs, "ThreadPoolExecutor", Forbidden)
    forbidden = all_pairs(calls)
    for other in (shared, forbidden):
        np.testing.assert_array_equal(other.cells, alone.cells)
        for name in STANDARD:
            np.testing.assert_array_equal(other.values[name], alone.values[name])


def test_the_benchmark_compares_like_with_like(calls: RollCalls) -> None:
    """What the references' time is scaled by is the number of common votes; each part has its sessions only."""
    votes = calls.sessions(48)
    assert bench_agreement.pair_votes(votes) == all_pairs(votes).n.sum()
    part = calls.select(bench_agreement._each(calls, 40))
    assert part.resolutions["session"].unique().tolist() == ["40", "80"]


def test_the_facts_measured_before_planning(calls: RollCalls) -> None:
    """Identical on 99.9 % of 2,787 common votes 1946–1990; 64 of 68 common votes of 1994 in December."""
    soviet = all_pairs(calls.years(1946, 1990), "all", measures=["identical"]).of("BLR", "RUS").loc["all"]
    assert soviet["n"] == 2_787
    assert soviet["identical"] == pytest.approx(0.999, abs=0.0005)
    votes = calls.years(1994)
    months = all_pairs(votes, votes.resolutions["date"].dt.month, measures=["identical"]).of("BLR", "RUS")
    assert (months["n"].sum(), months.loc[12, "n"]) == (68, 64)


def test_squares_are_symmetric(every: Pairs) -> None:
    """Each pair is in both places, and nobody is compared with itself."""
    square = every.square("kappa", 48)
    assert square.equals(square.T)
    assert np.isnan(np.diag(square)).all()
    assert square.loc["BLR", "RUS"] == every.of("RUS", "BLR").loc[48, "kappa"]
    assert every.square("n", 48).loc["BLR", "RUS"] == 63


@pytest.mark.parametrize(
    ("states", "group", "measure", "words"),
    [
        (
            ("KAZ", "RUS"),
            45,
            "identical",
            "KAZ has no row at any of these 86 roll calls: it was not a member. Its rows: 1992",
        ),
        (("BLR", "RUS"), 45, "kappa", ""),
        (("CCC", "BBB"), 49, "s", "BBB voted at none of these 1 roll calls"),
        (("AAA", "CCC"), 49, "pi", "Both always voted yes"),
        (("AAA", "CCC"), 49, "tau_b", "Each state always cast one and the same vote"),
        (("DDD", "AAA"), "S-9", "s", "AAA voted at none"),
    ],
)
def test_a_missing_value_says_why(
    calls: RollCalls, states: tuple[str, str], group: Any, measure: str, words: str
) -> None:
    """The sentence names the state, or the votes; and `of` carries it along."""
    votes = SMALL if "AAA" in states or "CCC" in states else calls.sessions(45, 46)
    pairs = all_pairs(votes, special=isinstance(group, str), measures=list(MEASURES))
    group = str(group) if isinstance(group, str) else group
    reason = pairs.reason(*states, group, measure)
    assert words in reason
    assert bool(words) == bool(reason)
    assert pairs.of(*states).attrs["undefined"].get((group, measure), "") == reason


def test_two_states_that_never_met() -> None:
    """Both voted, but never at the same roll call: no row in the table, and a reason."""
    votes = made([[Y, X, Y], [X, N, Y]])
    pairs = all_pairs(votes)
    assert pairs.reason("AAA", "BBB", 48, "s") == "AAA and BBB voted at none of the same roll calls among these 2."
    assert pairs.frame()[["one", "other"]].astype(str).to_numpy().tolist() == [["AAA", "CCC"], ["BBB", "CCC"]]
    assert pairs.of("AAA", "BBB")["n"].tolist() == [0]


def test_groups_without_votes_are_kept() -> None:
    """A phase without a roll call has no pairs, but is named, and says why."""
    pairs = all_pairs(SMALL, "phase", boundary="drop")
    assert pairs.grouping.names == ("neutrality", "multi-vector", "strategic partnership")
    table = pairs.of("AAA", "BBB")
    assert table["n"].tolist() == [4, 0, 0]
    assert table.attrs["undefined"]["multi-vector", "s"] == "There is no roll call."
    assert pairs.square("s", "multi-vector").shape == (0, 0)


@pytest.mark.parametrize("present", [0, 1])
def test_fewer_than_two_states(present: int) -> None:
    """Without two voting states there are no pairs, and no error."""
    pairs = all_pairs(made([[Y] * present + [X] * (3 - present)] * 2))
    assert len(pairs.n) == 0
    assert list(pairs.frame()) == ["session", "one", "other", "n", *STANDARD]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: all_pairs(SMALL.select(np.zeros(6, dtype=bool))), ValueError, "no roll call in this selection"),
        (lambda: all_pairs(SMALL, measures=["cappa"]), ValueError, "'cappa'"),
        (lambda: all_pairs(SMALL, "decade"), ValueError, "'decade'"),
        (lambda: all_pairs(SMALL, "phase"), TypeError, "boundary"),
        (lambda: all_pairs(SMALL).of("AAA", "AAA"), ValueError, "both states are 'AAA'"),
        (lambda: all_pairs(SMALL).of("AAA", "ZZZ"), UnknownStateError, "no state 'ZZZ'"),
        (lambda: all_pairs(SMALL).table("AAA", "BBB", 50), ValueError, "no group 50.*48, 49"),
        (lambda: all_pairs(SMALL).square("pi_linear", 48), ValueError, "'pi_linear'.*n, identical"),
        (lambda: all_pairs(SMALL).square("s", "48"), ValueError, "no group '48'"),
        (lambda: all_pairs(SMALL).reason("AAA", "DDD", 48, "x"), ValueError, "no measure 'x'"),
        (lambda: all_pairs(SMALL).reason("BBB", "CCC", 49, "x"), ValueError, "no measure 'x'"),
    ],
)
def test_questions_without_an_answer_are_refused(call: Any, error: type[Exception], words: str) -> None:
    """Each error names the bad value and what to give instead."""
    with pytest.raises(error, match=words):
        call()
