"""What lesson 05 and problem set 5 say in numbers is what the codings say today."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from fairmark import bank, checks
from neutrality import divergence, figures, reliability, stances
from worksheet.figures import describe

from .prose import prose

ROOT = Path(__file__).parents[2]
CODINGS, ISSUES = stances.codings(), stances.issues()
BANK = bank.load(ROOT / "grading" / "items")["ps5"].entries
REPORTS = {number: reliability.report(CODINGS, ISSUES, round=number, draws=2000).loc["all"] for number in (1, 2, 3)}
TURN = divergence.measure(CODINGS, ISSUES, by="digest")
SINCE, BEFORE = "since the late 2000s", "before the late 2000s"


@pytest.fixture(scope="module")
def text() -> str:
    """Return the lesson's prose with single spaces."""
    return " ".join(prose(ROOT / "notebooks" / "lessons" / "05-coding-stances.ipynb").split())


def _variants(group: str) -> pd.DataFrame:
    table = divergence.sensitivity(CODINGS, ISSUES, by="digest")
    table = table[table["group"] == group]
    return table.groupby("variant")["distance"].agg(["min", "max"]).round(2)


def test_the_passes_agree_on_what_is_told_as_the_prose_says(text: str) -> None:
    """Round 1, Moscow: 33 of 34, and each pass says "told" about twice in three."""
    told = {
        coder: stances.wide(CODINGS, coder, 1, value="answer")["moscow"] != stances.NOT_IN_SOURCE
        for coder in ("pass-a", "pass-b")
    }
    same = int((told["pass-a"] == told["pass-b"]).sum())
    assert f"They agree on {same} of {len(ISSUES)}, a share of {same / len(ISSUES):.2f}." in text
    assert all(0.6 < float(one.mean()) < 0.7 for one in told.values())


def test_the_rounds_are_reported_as_the_prose_says(text: str) -> None:
    """Units, the share where told, and the interval of round 1 with what it rests on."""
    assert all(row["units"] == 136 and row["identical_told"] < row["identical"] for row in REPORTS.values())
    first = REPORTS[1]
    assert f"from {first['alpha_ordinal_low']:.2f} to {first['alpha_ordinal_high']:.2f}. Behind it" in text
    both = stances.wide(CODINGS, "pass-a", 1).notna() & stances.wide(CODINGS, "pass-b", 1).notna()
    events = ISSUES[ISSUES["id"].isin(both.index[both.any(axis="columns")])]["event"].nunique()
    assert f"are {int(both.to_numpy().sum())} units of {events} events" in text
    assert "among all `units`, 136 of them" in text


def test_the_disagreements_of_the_last_round_are_four(text: str) -> None:
    """And the settled code departs from two passes that agree once, on the firms."""
    last = CODINGS[CODINGS["round"] == 3].pivot(index=["issue", "actor"], columns="coder", values="code")
    assert int((last["pass-a"] != last["pass-b"]).sum()) == 4
    assert "differed four times in the open issues" in text
    overruled = last[(last["pass-a"] == last["pass-b"]) & (last["pass-a"] != last["adjudicated"])]
    assert overruled.index.tolist() == [("i11", "minsk")]


def test_weights_change_who_is_nearer() -> None:
    """Boris with three near misses, Clara with one disagreement from end to end."""
    anna, boris = [2, 2, 1, 0, -1, -2, 2, -1], [2, 1, 1, 1, -1, -2, 2, -2]
    clara = [2, 2, 1, 0, -1, 2, 2, -1]
    nearer = [reliability.kappa(anna, boris, one) > reliability.kappa(anna, clara, one) for one in reliability.WEIGHTS]
    assert nearer == [False, True, True]


def test_the_distance_since_the_turn_is_the_one_that_is_told(text: str) -> None:
    """With its coverage, bounds and interval."""
    row = TURN.loc[SINCE]
    assert f"{row['issues']:.0f} issues are told and {row['coded']:.0f} are coded" in text
    assert f"The distance is {row['distance']:.2f}." in text
    assert f"anywhere from {row['distance_bound_low']:.2f} to {row['distance_bound_high']:.2f}" in text
    assert f"{row['distance_low']:.2f} to {row['distance_high']:.2f}, if one draws events" in text
    assert f"{row['coded']:.0f} of {row['issues']:.0f}, or {100 * row['coverage']:.0f} %" in text


def test_the_periods_have_as_few_issues_as_the_prose_says(text: str) -> None:
    """One, one and two coded, none with an interval, and an upper bound above 0 in two of the three."""
    rows = divergence.measure(CODINGS, ISSUES, by="phase", boundary="later").iloc[:3]
    assert rows["coded"].tolist() == [1, 1, 2]
    assert "One, one and two issues are coded." in text
    assert rows["distance"].eq(0).all()
    assert rows["distance_low"].isna().all()
    assert int((rows["distance_bound_high"] > 0).sum()) == 2
    early = stances.wide(CODINGS, "adjudicated").loc[ISSUES[ISSUES["last_year"] <= 2001]["id"]]
    assert (len(early), int((early["minsk"] == early["moscow"]).sum())) == (7, 4)


def test_the_variants_move_the_distance_as_the_prose_says(text: str) -> None:
    """Events, sources, the scale, and the year of the boundary."""
    since, before = _variants(SINCE), _variants(BEFORE)
    low, high = since.loc["without event"]
    assert f"between {low:.2f} and {high:.2f}" in text
    low, high = since.loc["without source"]
    assert f"from {low:.2f} to {high:.2f}. On three points" in text
    assert f"in place of five it is {since.loc['scale 3', 'min']:.2f}" in text
    assert f"the distance *before* is {before.loc['since 2008', 'min']:.2f} and not 0" in text
    moved = divergence.measure(CODINGS, ISSUES, by="digest", since=2008).loc[BEFORE] - TURN.loc[BEFORE]
    assert (moved["issues"], moved["coded"]) == (5, 3)


def test_the_opponents_are_not_told_of(text: str) -> None:
    """On 15 issues the two differ, and on none of them an opponent's place is known."""
    table = divergence.selection(CODINGS, ISSUES)
    assert set(table["differ"]) == {15}
    assert set(table["known"]) == {0}
    assert "On 15 issues Minsk and Moscow differ." in text


@pytest.mark.parametrize("number", range(len(BANK["ps5-q15"].keys)))
def test_the_tables_of_question_15_are_those_of_the_codings(number: int) -> None:
    """The key and both wrong tables: the given choices, the adjudicated codes, and the course's own year."""
    entry = BANK["ps5-q15"]
    given = entry.item.pool[number]
    own = {"coder": given["coder"], "round": given["round"]}
    found = [
        divergence.measure(CODINGS, ISSUES, by="digest", since=given["year"], **own),
        divergence.measure(CODINGS, ISSUES, by="digest", since=given["year"]),
        divergence.measure(CODINGS, ISSUES, by="digest", **own),
    ]
    for table, listed in zip(found, [entry.keys[number], *(one.answers[number] for one in entry.wrong)], strict=True):
        rows = table[["coded", "distance"]].round(2).rename_axis("group").reset_index()
        assert rows.to_numpy().tolist() == listed["rows"]


@pytest.mark.parametrize("number", range(len(BANK["ps5-q16"].keys)))
def test_the_ladders_of_question_16_are_judged_by_who_coded(number: int) -> None:
    """What the prompt tells students to write earns full points; the other pass and the settled codes do not."""
    entry = BANK["ps5-q16"]
    given = entry.item.pool[number]
    chosen = ISSUES[(ISSUES["source"] == "osw-2018") & (ISSUES["last_year"] >= given["from_year"])]
    other = {"pass-a": "pass-b", "pass-b": "pass-a"}[given["coder"]]
    found = []
    for coder, one_round in ((given["coder"], given["round"]), (other, given["round"]), ("adjudicated", None)):
        drawing = figures.stance_ladder(CODINGS, chosen, title="A title", coder=coder, round=one_round)
        found.append(checks.judge(entry, describe(drawing.figure), number).outcome)
    assert found == ["right", "wrong", "wrong"]


def test_the_table_of_propositions_is_that_of_the_issues() -> None:
    """Question 1: proposition, period and places as in the list of issues."""
    prompt = " ".join(BANK["ps5-q1"].item.prompt.split())
    for issue, row in stances.issues(items=True).set_index("id").loc[["i01", "i02", "i42"]].iterrows():
        places = ", ".join(f"`{place}`" for place in row["locators"].split(";"))
        years = f"{row['first_year']}–{row['last_year']}"
        cells = [row["proposition"], years, row["plus_two"], row["minus_two"], places]
        assert f"| `{issue}` | {' | '.join(cells)} |" in prompt


@pytest.mark.parametrize("number", range(len(BANK["ps5-q8"].keys)))
def test_the_invented_numbers_of_question_8_are_possible(number: int) -> None:
    """A share, a kappa and a number of units that are told together can come together."""
    told = BANK["ps5-q8"].item.pool[number]["numbers"]
    if "39 times" in told:
        units = 40
        one, other = ["told"] + ["no"] * (units - 1), ["no"] * (units - 1) + ["told"]
        assert f"same answer {(units - 2) / units:.2f}" in told
        assert f"kappa {reliability.kappa(one, other, categories=['told', 'no']):.2f}".replace("-", "−") in told
    shares = [float(one) for one in re.findall(r"\d\.\d+", told)]
    assert all(0 <= share <= 1 for share in shares)


def test_numbers_of_the_exemplars_are_those_of_the_codings() -> None:
    """The best exemplar's distance, coverage, interval, bounds and variant."""
    best = " ".join(BANK["ps5-q21"].exemplars[0]["text"].split())
    row = TURN.loc[SINCE]
    assert f"{len(ISSUES)} open issues" in best
    assert f"{row['issues']:.0f} issues come after, and on {row['coded']:.0f} both" in best
    assert f"from {row['distance_low']:.2f} to {row['distance_high']:.2f}" in best
    assert f"from {row['distance_bound_low']:.2f} to {row['distance_bound_high']:.2f}" in best
    assert f"With 2009 in place of 2007 it is {_variants(SINCE).loc['since 2009', 'min']:.2f}" in best
