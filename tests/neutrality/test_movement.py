"""Who moved: by hand, by plain loops, and against published figures."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import agreement, matters, movement, tables
from neutrality.movement import moved, own, with_rest
from neutrality.rollcalls import RollCalls, UnknownStateError

Y, A, N, X, NONE = 1, 2, 3, 0, -1
PLACE = {Y: 1.0, A: 0.5, N: 0.0}
OLD, NEW = "old", "new"


def cast(rolls: list[tuple[str, str, list[int]]]) -> RollCalls:
    """Return roll calls by BLR, RUS, R1, R2 … from (period, title, votes); each in a session of its own."""
    periods, titles, votes = zip(*rolls, strict=True)
    resolutions = pd.DataFrame({"undl_id": range(len(rolls)), "title": titles})
    resolutions["session"] = [str(number + 40) for number in range(len(rolls))]
    resolutions["special"] = False
    resolutions["year"] = [{OLD: 1990, NEW: 1993}.get(period, period) for period in periods]
    resolutions["date"] = pd.to_datetime([f"{year}-12-01" for year in resolutions["year"]])
    matrix = np.array(votes, dtype=np.int8)
    codes = ["BLR", "RUS", *(f"R{number}" for number in range(1, matrix.shape[1] - 1))]
    return RollCalls(matrix, resolutions, pd.DataFrame({"code": codes, "name": codes}))


def one_matter(before: list[int], after: list[int]) -> RollCalls:
    """Return one matter, voted on once in each period."""
    return cast([(OLD, "matter", before), (NEW, "matter", after)])


@pytest.mark.parametrize(
    ("before", "after", "change", "by_state", "by_first"),
    [
        ([Y, Y, Y, Y], [A, Y, Y, Y], 0.5, 0.5, 0.0),  # only Belarus moves
        ([Y, Y, Y, Y], [Y, A, Y, Y], 0.5, 0.0, 0.5),  # only Russia moves
        ([Y, Y, Y, Y], [A, A, Y, Y], 0.0, 0.0, 0.0),  # both move together, away from the rest
        ([Y, N, Y, Y], [N, N, Y, Y], -1.0, -1.0, 0.0),  # Belarus comes over
        ([Y, N, Y, Y], [A, A, Y, Y], -1.0, -0.5, -0.5),  # they meet half-way
        ([Y, Y, Y, Y], [Y, N, A, A], 1.0, 0.5, 0.5),  # the rest goes half-way: both moved against it
        ([A, N, A, A], [Y, A, Y, Y], 0.0, 0.0, 0.0),  # a milder text, and everybody moves along
        ([Y, N, N, N], [N, Y, N, N], 0.0, 0.0, 0.0),  # they change places: nobody's move changed the gap
        ([Y, Y, Y, Y], [A, Y, Y, N], 0.5, 0.0, 0.5),  # Belarus goes where the mean of the rest goes, Russia stays
    ],
)
def test_moves_worked_by_hand(
    before: list[int], after: list[int], change: float, by_state: float, by_first: float
) -> None:
    """Each state gets what its own change against the rest makes of the gap."""
    row = moved(one_matter(before, after), by=pd.Categorical([OLD, NEW], [OLD, NEW])).loc[NEW]
    assert row[["change", "by_state", "by_first", "by_agenda"]].tolist() == pytest.approx(
        [change, by_state, by_first, 0]
    )
    assert (row["before"], row["matters"], row["rest"]) == (OLD, 1, 2)
    assert row["gap_after"] - row["gap_before"] == pytest.approx(change)


def periods(calls: RollCalls) -> pd.Categorical:
    """Return the labels of the two invented periods."""
    return pd.Categorical(np.where(calls.resolutions["year"] == 1990, OLD, NEW), [OLD, NEW])


def random_calls(seed: int, states: int = 6) -> RollCalls:
    """Return 40 invented roll calls on twelve matters, some of them in one period only."""
    rng = np.random.default_rng(seed)
    titles = [f"matter {letter * 3}" for letter in "abcdefghijkl"]
    rolls = [
        (str(rng.choice([OLD, NEW])), str(rng.choice(titles)), rng.choice([X, Y, Y, A, N], size=states).tolist())
        for _ in range(40)
    ]
    return cast(rolls)


def place(calls: RollCalls, row: int, state: str) -> float:
    """Return where a state stands on a roll call, NaN if it did not vote."""
    return PLACE.get(int(calls.votes(state)[row]), float("nan"))


def gap_by_loops(calls: RollCalls) -> dict[str, tuple[float, float, float]]:
    """Work out each matter's change of the gap and its two parts, with plain loops over pairs of roll calls."""
    rest = [code for code in calls.states["code"] if code.startswith("R") and code != "RUS"]
    found: dict[str, list[tuple[float, float, float]]] = {}
    years, titles = calls.resolutions["year"].tolist(), calls.resolutions["title"].tolist()
    for early, late in itertools.product(range(len(calls)), repeat=2):
        title = titles[early]
        if years[early] != 1990 or years[late] != 1993 or title != titles[late]:
            continue
        stands = {}
        for when, row in (("early", early), ("late", late)):
            middle = np.nanmean([place(calls, row, code) for code in rest])
            for code in ("BLR", "RUS"):
                stands[code, when] = place(calls, row, code) - middle
        if any(np.isnan(value) for value in stands.values()):
            continue
        gap = {
            (blr, rus): abs(stands["BLR", blr] - stands["RUS", rus])
            for blr, rus in itertools.product(("early", "late"), repeat=2)
        }
        first, last = gap["early", "early"], gap["late", "late"]
        by_blr = ((gap["late", "early"] - first) + (last - gap["early", "late"])) / 2
        by_rus = ((gap["early", "late"] - first) + (last - gap["late", "early"])) / 2
        found.setdefault(title, []).append((last - first, by_blr, by_rus))
    return {title: tuple(np.mean(parts, axis=0)) for title, parts in found.items()}


@pytest.mark.parametrize("seed", range(2))
def test_the_split_against_plain_loops(seed: int) -> None:
    """With the agenda held, the parts are means over matters of means over pairs of roll calls."""
    calls = random_calls(seed)
    row = moved(calls, by=periods(calls), draws=1).loc[NEW]
    expected = gap_by_loops(calls)
    assert row["matters"] == len(expected)
    assert row[["change", "by_state", "by_first"]].tolist() == pytest.approx(np.mean(list(expected.values()), axis=0))


@pytest.mark.parametrize("seed", range(2))
def test_the_agenda_as_it_was_against_plain_loops(seed: int) -> None:
    """The gaps are those of all common votes; moves on repeated matters count by their mean share of roll calls."""
    calls = random_calls(seed)
    row = moved(calls, by=periods(calls), agenda="as it was", draws=1).loc[NEW]
    both = (calls.votes("BLR") > 0) & (calls.votes("RUS") > 0)
    sides = [both & (calls.resolutions["year"] == year) for year in (1990, 1993)]
    for side, end in zip(sides, ("before", "after"), strict=True):
        lijphart = agreement.pair(calls.select(side), "BLR", "RUS", by="year", draws=1)["lijphart"].item()
        assert row[f"gap_{end}"] == pytest.approx(1 - lijphart)
    parts = np.zeros(2)
    for title, (_, by_blr, by_rus) in gap_by_loops(calls).items():
        there = calls.resolutions["title"] == title
        weight = np.mean([(there & side).sum() / side.sum() for side in sides])
        parts += weight * np.array([by_blr, by_rus])
    assert row[["by_state", "by_first"]].tolist() == pytest.approx(parts)
    assert row["by_agenda"] == pytest.approx(row["change"] - parts.sum())


@pytest.mark.parametrize("agenda", movement.AGENDAS)
def test_the_parts_add_up_and_treat_both_alike(calls: RollCalls, agenda: str) -> None:
    """In every pair of years the parts sum to the change, and swapping the states swaps their parts."""
    years = calls.years(1988, 1996)
    table = moved(years, by="year", agenda=agenda, draws=1)
    swapped = moved(years, "RUS", "BLR", by="year", agenda=agenda, draws=1)
    parts = table[["by_state", "by_first", "by_agenda"]]
    assert parts.sum(axis=1).tolist() == pytest.approx(table["change"].tolist())
    assert (table["gap_after"] - table["gap_before"]).tolist() == pytest.approx(table["change"].tolist())
    assert table["by_state"].tolist() == pytest.approx(swapped["by_first"].tolist())
    assert table.index.tolist() == list(range(1989, 1997))
    assert table["before"].tolist() == list(range(1988, 1996))


def test_a_new_agenda_is_nobodys_move() -> None:
    """Where both vote on the old matters as before, a divisive new matter widens the gap by the agenda alone."""
    same = [(period, f"old {letter * 2}", [Y, Y, Y, N]) for period in (OLD, NEW) for letter in "abcde"]
    calls = cast([*same, *[(NEW, f"new {letter * 2}", [Y, N, Y, N]) for letter in "abcde"]])
    held, free = (moved(calls, by=periods(calls), agenda=agenda, draws=50).loc[NEW] for agenda in movement.AGENDAS)
    assert held[["change", "by_state", "by_first"]].tolist() == [0, 0, 0]
    assert free[["change", "by_state", "by_first", "by_agenda"]].tolist() == pytest.approx([0.5, 0, 0, 0.5])


def test_matters_with_several_roll_calls_in_a_session_are_left_out() -> None:
    """Several texts under one title are not one text that came back."""
    calls = cast([(OLD, "peace", [Y, Y, Y]), (NEW, "peace", [Y, N, Y]), (NEW, "peace", [Y, Y, Y])])
    calls.resolutions["session"] = ["45", "48", "48"]
    assert moved(calls, by=periods(calls)).loc[NEW, "matters"] == 0
    calls.resolutions["session"] = ["45", "48", "49"]
    assert moved(calls, by=periods(calls)).loc[NEW, ["matters", "change"]].tolist() == [1, 0.5]


def test_the_rest_is_fixed() -> None:
    """A state without a seat at one of the repeated roll calls is no part of the rest, neither before nor after."""
    calls = one_matter([Y, Y, Y, NONE], [A, Y, Y, N])
    row = moved(calls, by=periods(calls)).loc[NEW]
    assert row[["rest", "by_state", "by_first"]].tolist() == [1, 0.5, 0]
    everybody = one_matter([Y, Y, Y, X], [A, Y, Y, N])
    row = moved(everybody, by=periods(everybody)).loc[NEW]
    assert row[["rest", "by_state", "by_first"]].tolist() == [2, 0, 0.5]


def test_a_rest_of_your_own() -> None:
    """Moves can be measured against chosen states."""
    calls = one_matter([Y, Y, Y, Y], [A, Y, Y, N])
    assert moved(calls, by=periods(calls), rest=["R1"]).loc[NEW, "by_state"] == 0.5
    assert moved(calls, by=periods(calls), rest=["R2"]).loc[NEW, ["by_state", "by_first"]].tolist() == [0, 0.5]


# What the records and published estimates show


@pytest.fixture(scope="module")
def turn(calls: RollCalls) -> tuple[RollCalls, pd.Categorical]:
    """Return the roll calls of 1986 to 1993, and two periods: to 1990, and 1992 and 1993."""
    years = calls.years(1986, 1993)
    year = years.resolutions["year"]
    named = np.select([year <= 1990, year >= 1992], [OLD, NEW], None)
    return years, pd.Categorical(named, [OLD, NEW])


def test_russia_opened_the_gap_of_1992(turn: tuple[RollCalls, pd.Categorical]) -> None:
    """On the same matters, nearly all of the new gap is Russia's own change against the rest."""
    votes, named = turn
    row = moved(votes, by=named).loc[NEW]
    assert row["gap_before"] == 0
    assert row["change"] == pytest.approx(0.204, abs=0.0005)
    assert row["by_first"] > 0.9 * row["change"]
    assert row["by_state_high"] < 0.05 < row["by_first_low"]


def test_published_ideal_points_agree(turn: tuple[RollCalls, pd.Categorical]) -> None:
    """From session 44 to 48 the published points move Russia further than Belarus; so do our splits."""
    points = tables.load("idealpoints-2020")
    point = points[points["state"].isin(["BLR", "RUS"])].pivot(index="session", columns="state", values="point")
    shift = point.loc[48] - point.loc[44]
    assert shift["RUS"] > 1.5 * shift["BLR"] > 0
    votes, named = turn
    alone = own(votes, by=named, draws=1).set_index("state")["by_itself"]
    assert alone["RUS"] < 1.5 * alone["BLR"] < 0


# Published: U.S. Department of State, Voting Practices in the United Nations 2017, table of all 93 votes of the year:
# the same, opposite, partial (one of the two abstained), absent, and the coincidence that follows from them in percent.
# Read in a stored copy of the report. It lists our votes of 2017 but A/RES/72/245.
_VOTES_OF_2017 = {
    "AUS": (42, 23, 28, 0, 60),
    "AUT": (26, 38, 29, 0, 44),
    "BLR": (10, 60, 15, 8, 21),
    "CHN": (12, 65, 16, 0, 22),
    "CMR": (13, 32, 28, 20, 37),
    "FIN": (30, 33, 29, 1, 48),
    "ISR": (80, 1, 9, 3, 94),
    "KAZ": (13, 63, 14, 3, 22),
    "RUS": (19, 57, 17, 0, 30),
    "TKM": (6, 50, 9, 28, 16),
    "UKR": (36, 29, 26, 2, 54),
}


def test_published_coincidence_with_the_united_states(calls: RollCalls) -> None:
    """Compared with one state only, agreement with the rest is the State Department's voting coincidence."""
    year = calls.years(2017)
    listed = year.select(year.resolutions["resolution"] != "A/RES/72/245")
    assert len(listed) == 93
    table = with_rest(listed, _VOTES_OF_2017, by="year", rest=["USA"], draws=1).set_index("state")
    for state, (same, opposite, partial, absent, percent) in _VOTES_OF_2017.items():
        assert table.loc[state, "n"] == same + opposite + partial == 93 - absent
        assert table.loc[state, "agreement"] == pytest.approx((same + partial / 2) / (93 - absent))
        assert round(100 * table.loc[state, "agreement"]) == percent


# Agreement with the rest


def test_agreement_with_the_rest_is_the_mean_over_the_rest(calls: RollCalls) -> None:
    """Each roll call is the mean of Lijphart's index with every other state that voted; then all count alike."""
    year = calls.years(1992)
    cast_by = {code: year.votes(code).astype(int) for code in year.states["code"]}
    means = []
    for row in range(len(year)):
        mine = cast_by["BLR"][row]
        others = [votes[row] for code, votes in cast_by.items() if code not in ("BLR", "RUS") and votes[row] > 0]
        if mine > 0:
            means.append(np.mean([1 - abs(mine - other) / 2 for other in others]))
    row = with_rest(year, by="year", draws=1).iloc[0]
    assert (row["state"], row["group"], row["n"]) == ("BLR", 1992, len(means))
    assert row["agreement"] == pytest.approx(np.mean(means))


def test_agreement_with_one_state_is_lijpharts_index(calls: RollCalls) -> None:
    """With a rest of one, the measure is that of `agreement`."""
    years = calls.years(1990, 1995)
    mine = with_rest(years, ["BLR"], by="year", rest=["UKR"], draws=1).set_index("group")
    theirs = agreement.pair(years, "BLR", "UKR", by="year", draws=1)
    assert mine["agreement"].tolist() == pytest.approx(theirs["lijphart"].tolist())
    assert mine["n"].tolist() == theirs["n"].tolist()


@pytest.mark.parametrize(
    ("before", "after", "by_itself", "by_rest"),
    [
        ([Y, Y, Y, Y], [N, Y, Y, Y], -1.0, 0.0),  # it alone changes
        ([Y, Y, Y, Y], [Y, Y, N, N], 0.0, -1.0),  # the rest alone changes
        ([Y, Y, N, N], [N, Y, Y, Y], 0.0, 0.0),  # both change, and pass each other
        ([Y, Y, N, N], [A, Y, A, A], 0.5, 0.5),  # they meet
        ([Y, Y, Y, N], [A, Y, Y, N], 0.0, 0.0),  # no nearer to either half
    ],
)
def test_own_moves_worked_by_hand(before: list[int], after: list[int], by_itself: float, by_rest: float) -> None:
    """The change of agreement with the rest is split between the state and the rest."""
    calls = one_matter(before, after)
    row = own(calls, ["BLR"], by=periods(calls), rest=["R1", "R2"]).iloc[0]
    assert row[["by_itself", "by_rest"]].tolist() == pytest.approx([by_itself, by_rest])
    assert row["change"] == pytest.approx(by_itself + by_rest)
    assert (row["after"], row["before"], row["matters"], row["rest"]) == (NEW, OLD, 1, 2)


def test_own_moves_of_any_states(calls: RollCalls) -> None:
    """For any states and years the parts add up, and each state has a row for every later period."""
    table = own(calls.years(2010, 2014), ["BLR", "KAZ", "AUT"], by="year", draws=20)
    assert len(table) == 3 * 4
    assert (table["by_itself"] + table["by_rest"]).tolist() == pytest.approx(table["change"].tolist())
    assert (table["agreement_after"] - table["agreement_before"]).tolist() == pytest.approx(table["change"].tolist())
    assert (table["by_itself_low"] <= table["by_itself_high"]).all()


# Intervals


def test_intervals_are_those_of_drawing_matters_one_by_one(turn: tuple[RollCalls, pd.Categorical]) -> None:
    """The mean over matters, drawn matter by matter, spreads as the interval says."""
    votes, named = turn
    row = moved(votes, by=named, draws=4000).loc[NEW]
    one, two = votes.votes("BLR"), votes.votes("RUS")
    number, both = matters.label(votes), (one > 0) & (two > 0)
    gap = np.abs(one.astype(float) - two) / 2
    codes = pd.Series(named.codes)
    frame = pd.DataFrame({"matter": number, "period": codes, "session": votes.resolutions["session"], "gap": gap})
    frame = frame[codes >= 0]
    single = frame.groupby(["matter", "session"]).size().groupby("matter").max() == 1
    means = frame[both[frame.index]].groupby(["matter", "period"])["gap"].mean().unstack()
    change = (means[1] - means[0])[single.reindex(means.index)].dropna().to_numpy()
    assert len(change) == row["matters"]
    assert change.mean() == pytest.approx(row["change"])
    rng = np.random.default_rng(3)
    drawn = change[rng.integers(0, len(change), size=(4000, len(change)))].mean(axis=1)
    assert [row["change_low"], row["change_high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.01)


@pytest.mark.parametrize("agenda", movement.AGENDAS)
def test_intervals_need_five_matters_and_repeat_for_a_seed(agenda: str) -> None:
    """Four are too few; the same seed gives the same, whatever the order of the roll calls."""
    rolls = [
        (period, f"matter {letter * 2}", [Y, [Y, A, N][number % 3] if period == NEW else Y, Y, N])
        for period in (OLD, NEW)
        for number, letter in enumerate("abcde")
    ]
    few = cast([roll for roll in rolls if roll[1] != "matter ee"])
    assert moved(few, by=periods(few), agenda=agenda).filter(regex="_(low|high)$").isna().all(axis=None)
    calls, mixed = cast(rolls), cast(rolls[::-1])
    table = moved(calls, by=periods(calls), agenda=agenda, draws=200)
    pd.testing.assert_frame_equal(table, moved(mixed, by=periods(mixed), agenda=agenda, draws=200))
    assert table.loc[NEW, "change_low"] < table.loc[NEW, "change_high"]


# Nothing to measure


def test_no_repeated_matter_is_a_gap_that_says_why() -> None:
    """Where all matters are new nothing can be compared."""
    calls = cast([(OLD, "peace", [Y, Y, Y]), (NEW, "war", [Y, N, Y])])
    for agenda in movement.AGENDAS:
        table = moved(calls, by=periods(calls), agenda=agenda)
        assert table.loc[NEW, ["before", "matters"]].tolist() == [OLD, 0]
        assert table.drop(columns=["before", "matters", "rest"]).isna().all(axis=None)
        assert "no matter was voted on by BLR, RUS and some of the rest" in table.attrs["why"][NEW]
    assert own(calls, ["BLR"], by=periods(calls)).loc[0, ["change", "by_itself"]].isna().all()


def test_a_year_before_the_state_had_a_seat(calls: RollCalls) -> None:
    """Turkmenistan has nothing in 1991, and nothing to compare 1992 with."""
    years = calls.years(1991, 1993)
    table = with_rest(years, ["TKM"], by="year", draws=1).set_index("group")
    assert table.loc[1991, "n"] == 0
    assert np.isnan(table.loc[1991, "agreement"])
    split = moved(years, "TKM", by="year", draws=1)
    assert split.loc[1992, "matters"] == 0
    assert np.isnan(split.loc[1992, "change"])


def test_one_common_vote() -> None:
    """One roll call in each period is enough for a split, and too little for an interval."""
    calls = one_matter([Y, Y, Y], [Y, N, Y])
    row = moved(calls, by=periods(calls)).loc[NEW]
    assert row[["by_state", "by_first"]].tolist() == [0, 1]
    assert row.filter(regex="_(low|high)$").isna().all()


@pytest.mark.parametrize(
    ("ask", "options", "error", "words"),
    [
        (moved, {"state": "RUS"}, ValueError, "both states are 'RUS'"),
        (moved, {"agenda": "fixed"}, ValueError, "agenda is 'fixed'.*'held', 'as it was'"),
        (moved, {"state": "BEL."}, UnknownStateError, "'BEL.'"),
        (moved, {"by": "all"}, ValueError, "by is 'all', which has no periods"),
        (moved, {"by": "issue"}, ValueError, "by is 'issue', which has no periods"),
        (moved, {"by": "phase"}, TypeError, "boundary is missing"),
        (moved, {"rest": ["USA", "RUS"]}, ValueError, "rest: RUS cannot be compared with"),
        (moved, {"draws": 0}, ValueError, "draws is 0"),
        (own, {"states": []}, ValueError, "at least one code"),
        (own, {"states": ["XXX"]}, UnknownStateError, "'XXX'"),
        (own, {"states": "BLR"}, TypeError, r"states is 'BLR'. Give a list, such as \['BLR'\]"),
        (with_rest, {"states": "BLR"}, TypeError, r"states is 'BLR'. Give a list, such as \['BLR'\]"),
        (own, {"rest": []}, ValueError, "no state is given"),
        (with_rest, {"level": 1}, ValueError, "level is 1"),
        (with_rest, {"rest": ["ZZZ"]}, UnknownStateError, "'ZZZ'"),
        (with_rest, {"by": "decade"}, ValueError, "'decade'"),
    ],
)
def test_questions_without_an_answer_are_refused(
    calls: RollCalls, ask: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Each error names the bad value, and where that helps what to give instead."""
    with pytest.raises(error, match=f"(?s){words}"):
        ask(calls.years(1992, 1993), **{"by": "year", **options})


def test_empty_selections_and_single_periods_are_refused(calls: RollCalls) -> None:
    """Without roll calls, or with one period, there is nothing to compare."""
    for ask in (moved, own, with_rest):
        with pytest.raises(ValueError, match="no roll calls in this selection"):
            ask(calls.years(1964), by="year")
    for ask in (moved, own):
        with pytest.raises(ValueError, match="there are 1 periods here"):
            ask(calls.years(1993), by="year")


def test_what_was_asked_is_recorded(calls: RollCalls) -> None:
    """The result carries the states, the agenda, the grouping and how its intervals were drawn."""
    attrs = moved(calls, by="osw", agenda="as it was", draws=3, seed=7).attrs
    assert (attrs["state"], attrs["first"], attrs["agenda"], attrs["by"]) == ("BLR", "RUS", "as it was", "osw")
    assert (attrs["draws"], attrs["seed"], attrs["fewest"]) == (3, 7, 5)
    assert "locators" in attrs["grouping"]
