"""Published ideal points, as their publishers gave them, and the gap between two states."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import published, tables
from neutrality.published import NoPointError
from neutrality.rollcalls import RollCalls, UnknownStateError
from neutrality.seats import APART

NAN = float("nan")

# Copied by hand from the publishers' files: point, 5 %, 95 %, number of votes.
PUBLISHED = {
    ("2025-07", "final", "BLR", 1995): (0.5738002, 0.3903091, 0.7559945, 67),
    ("2025-07", "final", "RUS", 1995): (1.271501, 1.05437, 1.490427, 67),
    ("2025-07", "final", "USA", 2024): (2.206202, 2.003996, 2.409623, 100),
    ("2025-07", "final", "BLR", 1946): (-3.137879, -3.818661, -2.52194, 25),
    ("2025-07", "all", "BLR", 2014): (-0.7384108, -0.9401182, -0.5320289, 92),
    ("2025-07", "all", "RUS", 2014): (-0.1821358, -0.345364, -0.02569108, 97),
    ("2025-07", "legacy", "BLR", 1995): (0.5410403, NAN, NAN, None),
    ("2020-04", "all", "BLR", 1994): (0.5787313, 0.3813383, 0.7616297, 68),
    ("2020-04", "all", "RUS", 1994): (1.124722, 0.9113797, 1.332512, 68),
    ("2020-04", "all", "BLR", 2019): (-0.1747415, -0.3454679, -0.006013271, 88),
    ("2020-04", "all", "USA", 1946): (1.675486, 1.348943, 2.028481, 42),
}
ROWS = {("2025-07", "final"): 11_421, ("2025-07", "all"): 11_232, ("2025-07", "legacy"): 11_238}
ROWS[("2020-04", "all")] = 10_469

every_choice = pytest.mark.parametrize(("release", "votes"), ROWS)


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: "-".join(map(str, case)))
def test_a_point_is_as_published(case: tuple[str, str, str, int]) -> None:
    """All digits of the publishers' file come back, and no more."""
    release, votes, state, year = case
    point, low, high, count = PUBLISHED[case]
    row = published.points(release, votes, states=[state]).set_index("year").loc[year]
    np.testing.assert_array_equal(row[["point", "low", "high"]].astype(float), [point, low, high])
    assert (None if pd.isna(row["votes"]) else row["votes"]) == count


@every_choice
def test_each_choice_is_one_row_a_state_and_year(release: str, votes: str) -> None:
    """The number of rows is the release's, each has a point, and none is there twice."""
    frame = published.points(release, votes)
    assert len(frame) == ROWS[release, votes]
    assert not frame.duplicated(["state", "year"]).any()
    assert frame["point"].notna().all()
    assert frame.equals(frame.sort_values(["state", "year"], ignore_index=True))


@every_choice
def test_limits_enclose_the_point(release: str, votes: str) -> None:
    """Low and high lie on both sides, and exist unless the release has none."""
    frame = published.points(release, votes)
    if votes == "legacy":
        assert frame[["low", "high", "votes"]].isna().all(axis=None)
    else:
        assert (frame["low"] <= frame["point"]).all()
        assert (frame["point"] <= frame["high"]).all()
        assert (frame["votes"] >= 1).all()


@every_choice
def test_says_what_it_is(release: str, votes: str) -> None:
    """The attributes tell release, votes, the meaning of the year, and whom to cite."""
    frame = published.points(release, votes)
    assert (frame.attrs["release"], frame.attrs["votes"]) == (release, votes)
    assert "Journal of Conflict Resolution 61(2), 430–456" in frame.attrs["citation"]
    assert ("session" in frame) == ("session" in frame.attrs["year"])
    assert "session" not in frame or (frame["session"] + 1945 == frame["year"]).all()


def test_the_first_choice_is_the_default() -> None:
    """Without a word it is the newer release, from votes on final passage."""
    assert published.points().attrs == published.points("2025-07", "final").attrs
    assert published.points("2020-04").attrs["votes"] == "all"


@pytest.mark.parametrize(
    ("release", "votes", "strange"),
    [("2020-04", "all", {("BRB", 21), ("KHM", 47)}), ("2025-07", "final", {("SOM", 1999)})],
)
def test_states_with_a_point_vote_in_our_tables(
    calls: RollCalls, release: str, votes: str, strange: set[tuple[str, int]]
) -> None:
    """A state's code is the one under which it votes here: wrong codes would name states with no votes that year."""
    label = calls.resolutions["session" if release == "2020-04" else "year"].astype(str)
    cast = pd.DataFrame(calls.matrix > 0, columns=calls.states["code"]).groupby(label.to_numpy()).any()
    frame = published.points(release, votes)
    when = frame["session" if release == "2020-04" else "year"]
    ours = {(state, int(year)) for year, row in cast.iterrows() if str(year).isdigit() for state in row.index[row]}
    theirs = set(zip(frame["state"], when, strict=True))
    assert {(state, year) for state, year in theirs - ours if state not in APART} == strange


def test_years_of_july_2025_are_calendar_years(calls: RollCalls) -> None:
    """Numbers of votes go with ours by calendar year, and less well by session, as the codebook says."""
    theirs = published.points(states=["USA"]).set_index("year")["votes"].astype(float)
    voted = calls.votes("USA") > 0
    by_year = calls.resolutions.loc[voted, "year"].value_counts()
    regular = calls.resolutions[voted & ~calls.resolutions["special"]]
    by_session = (regular["session"].astype(int) + 1945).value_counts()
    text = tables.resource("idealpoints-2025")["description"]
    for ours, said in ((by_year, ".997 by calendar year"), (by_session, ".985 by session")):
        assert f"{theirs.corr(ours):.3f}".lstrip("0") in said
        assert said in text


def test_legacy_points_are_those_of_april_2020_again() -> None:
    """Two runs of one model agree: a check that year and session are set beside each other rightly."""
    older = published.points("2020-04").set_index(["state", "year"])["point"]
    legacy = published.points("2025-07", "legacy").set_index(["state", "year"])["point"]
    both = pd.concat([older, legacy], axis=1, join="inner")
    assert len(both) > 10_400
    assert both.corr().iloc[0, 1] > 0.999


def test_gap_is_worked_by_hand() -> None:
    """Belarus minus Russia in 1995: points, and each limit less the other's opposite one."""
    row = published.gap("BLR", "RUS", first=1995, last=1995).loc[1995]
    assert row["gap"] == pytest.approx(-0.6977008)
    assert row["low"] == pytest.approx(0.3903091 - 1.490427)
    assert row["high"] == pytest.approx(0.7559945 - 1.05437)
    assert (row["one"], row["other"]) == (0.5738002, 1.271501)


@pytest.mark.parametrize("votes", ["final", "all", "legacy"])
def test_gap_turned_round_changes_sign(votes: str) -> None:
    """Swapping the states swaps the limits and turns every sign."""
    here, there = published.gap("BLR", "RUS", votes=votes), published.gap("RUS", "BLR", votes=votes)
    np.testing.assert_array_equal(here[["gap", "low", "high"]], -there[["gap", "high", "low"]])


@pytest.mark.parametrize("dependence", [-0.99, 0.0, 0.99])
def test_limits_of_the_gap_keep_their_promise(dependence: float) -> None:
    """Whatever the dependence of the errors, eight tenths or more of the differences lie between the limits."""
    row = published.gap("BLR", "RUS", first=2000, last=2000).loc[2000]
    points = published.points(states=["BLR", "RUS"]).query("year == 2000").set_index("state")
    spread = ((points["high"] - points["low"]) / (2 * 1.6449)).loc[["BLR", "RUS"]].to_numpy()
    middle = ((points["high"] + points["low"]) / 2).loc[["BLR", "RUS"]].to_numpy()
    covariance = np.outer(spread, spread) * np.array([[1, dependence], [dependence, 1]])
    draws = np.random.default_rng(5).multivariate_normal(middle, covariance, 50_000)
    inside = ((draws[:, 0] - draws[:, 1]) >= row["low"]) & ((draws[:, 0] - draws[:, 1]) <= row["high"])
    assert inside.mean() >= 0.8


def test_gap_takes_the_years_asked_for() -> None:
    """By default all common years; the year without votes is not among them."""
    years = published.gap("BLR", "KAZ").index
    assert (years[0], years[-1]) == (1992, 2024)
    assert 1964 not in published.gap("BLR", "RUS").index
    assert published.gap("BLR", "KAZ", first=2001, last=2003).index.tolist() == [2001, 2002, 2003]


ERRORS: dict[str, tuple[type[Exception], str, dict[str, Any]]] = {
    "release": (ValueError, "no release '2019' of the ideal points. There are: 2025-07, 2020-04", {"release": "2019"}),
    "votes": (ValueError, "has no points from 'some' votes. It has: final, all, legacy", {"votes": "some"}),
    "votes of 2020": (ValueError, "2020-04 has no points from 'final'", {"release": "2020-04", "votes": "final"}),
    "near code": (UnknownStateError, "'BLS'.*Did you mean .*'BLR' (Belarus)", {"one": "BLS"}),
    "name": (UnknownStateError, "'Belarus'.*Did you mean 'BLR' (Belarus)", {"one": "Belarus"}),
    "no code like it": (UnknownStateError, "Codes have three letters", {"one": "123"}),
    "same state": (ValueError, "'RUS' is named twice", {"one": "RUS"}),
    "before it was a member": (
        NoPointError,
        "no point for 1990: KAZ has points for 1992",
        {"one": "KAZ", "first": 1990},
    ),
    "after the last": (NoPointError, "no point for 2025: BLR has points for 1946 to 2024 without 1964", {"last": 2025}),
    "order of years": (ValueError, "the first year, 2000, is after the last, 1999", {"first": 2000, "last": 1999}),
    "nothing in common": (
        NoPointError,
        "YMD has points for 1967 to 1989, KAZ.*no year in",
        {"one": "YMD", "other": "KAZ"},
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_wrong_question_is_answered_with_what_there_is(case: str) -> None:
    """Each error names the thing and what may be asked instead."""
    kind, says, changes = ERRORS[case]
    asked = {"one": "BLR", "other": "RUS"} | changes
    with pytest.raises(kind) as caught:
        published.gap(asked.pop("one"), asked.pop("other"), **asked)
    assert re.search(says.replace("(Belarus)", r"\(Belarus\)"), str(caught.value)), str(caught.value)
