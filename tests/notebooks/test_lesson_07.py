"""What lesson 07 says in numbers is what the points and the votes say today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neutrality import agreement, breaks, idealpoints, movement, published, rollcalls

from .prose import prose

ROOT = Path(__file__).parents[2]
VOTES = rollcalls.load()
POINTS = published.points("2025-07", "final")
GAP = published.gap("BLR", "RUS")
SHARES = agreement.pair(VOTES, "BLR", "RUS", by="year")
STARTS = [1991, 1992, 1993]
NAMED = {"1994": 1994, "1997": 1997, "2008": 2008, "2014": 2014}


@pytest.fixture(scope="module")
def text() -> str:
    """Return the lesson's prose with single spaces."""
    return " ".join(prose(ROOT / "notebooks" / "lessons" / "07-placing-states.ipynb").split())


@pytest.fixture(scope="module")
def starts() -> dict[str, pd.DataFrame]:
    """Put the named years to both series, from three first years."""
    series = {"gap": GAP["gap"], "identical": SHARES["identical"]}
    return {name: breaks.by_start(one.loc[1991:], NAMED, STARTS, draws=199) for name, one in series.items()}


@pytest.fixture(scope="module")
def split() -> dict[str, Any]:
    """Split the change of 1986–1990 to 1992–1993 with the agenda held and as it was."""
    year = VOTES.resolutions["year"]
    both = VOTES.select(year.between(1986, 1990) | year.between(1992, 1993))
    label = ["1986–1990" if one <= 1990 else "1992–1993" for one in both.resolutions["year"]]
    return {agenda: movement.moved(both, by=label, agenda=agenda).iloc[0] for agenda in ("held", "as it was")}


def _point(state: str, year: int) -> float:
    return float(POINTS[(POINTS["state"] == state) & (POINTS["year"] == year)]["point"].iloc[0])


def test_the_order_of_2013_is_as_told(text: str) -> None:
    """Russia stands between Austria and Belarus, the United States far from all, Turkmenistan lowest."""
    states = ["USA", "FIN", "AUT", "RUS", "BLR", "KAZ", "CHN", "TKM"]
    found = [_point(state, 2013) for state in states]
    assert found == sorted(found, reverse=True)
    assert found[0] - found[1] > found[1] - found[-1] - 0.2
    assert "Russia stands between Austria and Belarus. Turkmenistan, with permanent neutrality, stands lowest." in text


def test_the_paths_are_as_told(text: str) -> None:
    """Russia comes down in 1996, and both fall by more than half a point from 2021 to 2022."""
    assert min(_point("RUS", year) for year in range(1992, 1996)) > 1 > _point("RUS", 1996)
    assert all(_point("BLR", year) < _point("RUS", year) for year in range(1992, 2025))
    assert all(_point(state, 2021) - _point(state, 2022) > 0.5 for state in ("BLR", "RUS"))
    said = f"Russia's point went from {_point('RUS', 1995):.2f} to {_point('RUS', 1996):.2f}, and Belarus's from"
    assert f"{said} {_point('BLR', 1995):.2f} to {_point('BLR', 1996):.2f}" in text


def test_the_sign_of_the_gap_and_its_limits(text: str) -> None:
    """Negative in all years from 1992; the careful limits leave 11 of 33 open, 1996 and 1997 among them."""
    since = GAP.loc[1992:]
    assert (since["gap"] < 0).all()
    assert since.index.max() == 2024
    left = since[(since["low"] < 0) & (since["high"] > 0)].index
    assert {1996, 1997} <= set(left)
    assert f"In {len(left)} of the {len(since)} years these limits leave the sign open" in text
    assert f"In the other {len(since) - len(left)} they do not" in text


@pytest.mark.parametrize("scale", idealpoints.SCALES)
def test_what_survives_another_choice(scale: str) -> None:
    """The sorted findings of section 4 hold on both scales: sign, wider at first, and what nuclear votes decide."""
    spans = [(1992, 1993), (1994, 1996), (1997, 2001), (2002, 2006), (2007, 2013), (2014, 2021)]
    nuclear = VOTES.resolutions["nu"].fillna(False).to_numpy(dtype=bool)
    tables = {
        "published": POINTS.dropna(subset=["point"]),
        "ours": idealpoints.estimate(VOTES.years(1946, 2023), method="newton").points,
        "without": idealpoints.estimate(VOTES.select(~nuclear).years(1946, 2023), method="newton").points,
    }
    means = {}
    for name, table in tables.items():
        wide = idealpoints.rescale(table, scale).pivot(index="year", columns="state", values="point")
        means[name] = [float((wide["BLR"] - wide["RUS"]).loc[a:b].mean()) for a, b in spans]
    assert all(mean < 0 for row in means.values() for mean in row)
    assert all(row[0] < row[-1] for row in means.values())
    assert means["without"][4] / means["without"][0] > 0.9 > 0.6 > means["ours"][4] / means["ours"][0]
    assert 1.8 < means["without"][4] / means["ours"][4] < 2.2
    assert means["without"][5] / means["ours"][5] < 0.5


def test_the_fall_of_the_identical_share(text: str) -> None:
    """From all to about two thirds."""
    assert SHARES.loc[1988:1990, "identical"].min() > 0.995
    assert SHARES.loc[1992:1993, "identical"].mean() == pytest.approx(2 / 3, abs=0.03)
    assert "fell from 1.00 to about two thirds" in text


def test_who_moved(text: str, split: dict[str, Any]) -> None:
    """Nearly all of the gap with the agenda held is Russia's; as it was, most comes from new questions."""
    held, was = split["held"], split["as it was"]
    assert f"On the {held['matters']:.0f} matters" in text
    assert f"nearly all of the gap of {held['gap_after']:.2f} is Russia's" in text
    assert f"{held['by_first']:.3f} against {held['by_state']:.3f}" in text
    assert was["by_agenda"] > was["gap_after"] / 2
    assert f"the gap of {was['gap_after']:.2f} comes from new questions" in text
    limits = f"between {held['by_first_low']:.2f} and {held['by_first_high']:.2f}, and Belarus's between"
    assert f"{limits} {held['by_state_low']:.2f} and {held['by_state_high']:.2f}" in text
    assert held["by_state_high"] < held["by_first_low"]


def test_1996_is_likeliest_and_hangs_on_one_year(text: str, starts: dict[str, pd.DataFrame]) -> None:
    """In the gap, from each first year; the probability of no break and the p-value change with the first year."""
    gap = starts["gap"]
    assert gap["year"].tolist() == [1996] * 3
    none = ", ".join(f"{one:.2f}" for one in gap["none"][:2]) + f" and {gap['none'].iloc[2]:.2f}"
    assert f"the probability of no break is {none}" in text
    assert f"The p-value goes from {gap['p'].min():.3f} to above 0.1" in text
    assert gap["p"].max() > 0.1
    assert f"from 1992, `p` is {gap.loc[1992, 'p']:.3f} and `none` is {gap.loc[1992, 'none']:.2f}" in text
    assert f"and `none` is still {gap.loc[1993, 'none']:.2f}" in text


def test_no_named_year_comes_out_from_every_first_year(text: str, starts: dict[str, pd.DataFrame]) -> None:
    """The identical share has 1994 from 1992 on, and 2001 from the two others."""
    found = starts["identical"]
    assert found["year"].tolist() == [2001, 1994, 2001]
    assert "From 1992 on, 1994 is the likeliest year. From 1991 or 1993 it is 2001." in text
    for table in starts.values():
        assert not set.intersection(*({int(year)} for year in table["year"])) & set(NAMED.values())


def test_the_search_looked_at_as_many_years_as_told(text: str) -> None:
    """A search over so many years found 1996."""
    searched = breaks.sup_f(GAP["gap"].loc[1992:], draws=9).table["searched"]
    assert f"1996 was found by searching {searched.sum()} years" in text


def test_the_gap_narrowed_from_1996(text: str) -> None:
    """Wide in 1992–1995, narrower after, and the step is mostly Russia's."""
    assert GAP.loc[1992:1995, "gap"].mean() < 1.5 * GAP.loc[1996:1999, "gap"].mean()
    assert _point("RUS", 1995) - _point("RUS", 1996) > 5 * (_point("BLR", 1995) - _point("BLR", 1996))
    assert "the gap is wide in 1992–1995 and narrower from 1996" in text


@pytest.mark.parametrize("state", ["BLR", "UKR", "KAZ", "ARM", "FIN", "AUT"])
def test_1996_comes_up_for_states_that_share_only_russia(state: str) -> None:
    """The likeliest break in each gap from Russia, up to 2021."""
    gap = published.gap(state, "RUS", first=1992, last=2021)["gap"]
    assert breaks.posterior(gap).years["probability"].idxmax() == 1996
