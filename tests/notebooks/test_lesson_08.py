"""What lesson 08 and problem set 8 say in numbers is what the votes say today."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fairmark import bank, checks
from neutrality import agreement, figures, matters, position, rollcalls, tables
from worksheet.figures import describe

from .prose import prose

ROOT = Path(__file__).parents[2]
VOTES = rollcalls.load()
DAY = VOTES.resolutions["date"]
DECADE = VOTES.select(DAY.between("2007-01-01", "2016-10-25"))
BANK = bank.load(ROOT / "grading" / "items")["ps8"].entries
PROMPT_TABLES = BANK["ps8-q9"]
REFERENCES = ("USA", "EU", "UKR")


@pytest.fixture(scope="module")
def text() -> str:
    """Return the lesson's prose with single spaces."""
    return " ".join(prose(ROOT / "notebooks" / "lessons" / "08-siding-with-neither.ipynb").split())


def _opposed(state: str, reference: str, votes: rollcalls.RollCalls = DECADE, **more: Any) -> Any:
    return position.when_opposed(votes, state, "RUS", reference, by="all", draws=200, **more).loc["all"]


def _differing(state: str, reference: str, votes: rollcalls.RollCalls = DECADE, **more: Any) -> Any:
    return position.when_differing(votes, state, "RUS", reference, by="all", draws=200, **more).loc["all"]


def test_the_three_sentences_of_the_grid_are_those_of_the_data(text: str) -> None:
    """Three cells read aloud, with their denominators."""
    row = _opposed("BLR", "USA")
    assert f"Of the {row['n']:.0f} roll calls on which Russia and the United States were opposed" in text
    assert f"voted as Russia did on {100 * row['first']:.0f} per cent" in text
    row = _differing("BLR", "USA")
    assert f"Of the {row['n']:.0f} on which Belarus and Russia differed" in text
    assert f"with the United States on {100 * row['reference']:.0f} per cent" in text
    row = _differing("BLR", "UKR")
    assert f"Of the {row['n']:.0f} on which they differed and Ukraine had a vote" in text
    assert f"with Ukraine on {100 * row['reference']:.0f} per cent" in text


def test_the_readers_quote_the_grid(text: str) -> None:
    """The cases of readers A and B, and how much the differing votes are of all."""
    for state, words in (("BLR", "98, 85 or 83"), ("KAZ", "91, 61 and 61")):
        shares = [f"{100 * _opposed(state, reference)['first']:.0f}" for reference in REFERENCES]
        assert shares == words.replace("or", "").replace("and", "").replace(",", "").split()
        assert words in text
    apart = [f"{100 * (1 - _differing('BLR', reference)['reference']):.0f}" for reference in REFERENCES]
    assert f"on {apart[0]} per cent, and not with the EU majority on {apart[1]}" in text
    assert f"With Ukraine as reference it is {apart[2]} per cent" in text
    same = agreement.pair(DECADE, "BLR", "RUS", by="all", draws=200).loc["all"]
    differ = round(same["n"] * (1 - same["identical"]))
    assert f"{differ} of the {same['n']:.0f} roll calls on which both voted" in text


def test_the_share_with_the_united_states_stays_small_over_the_span_and_not_by_year(text: str) -> None:
    """What reader C is told holds with both denominators, with and without absences, and not for single years."""
    assert (
        "over the whole span, the share with it stays below 0.15, with absences or without, by both questions" in text
    )
    by_year = position.when_differing(DECADE, "BLR", "RUS", "USA", by="year")["reference"]
    assert by_year.idxmax() == 2013
    assert f"where the two differed in 2013, it was {by_year[2013]:.2f}" in text
    for absences in (False, True):
        assert _opposed("BLR", "USA", absences=absences)["reference"] < 0.15
        assert _differing("BLR", "USA", absences=absences)["reference"] < 0.15


def test_benchmarks_stand_where_the_prose_puts_them() -> None:
    """Light and dark cells of the two tables of section 4."""
    first = {state: _differing(state, "USA")["reference"] for state in position.BENCHMARKS}
    assert max(first[state] for state in ("BLR", "CHN", "TKM")) < 0.15
    assert min(first[state] for state in ("AUT", "FIN")) > 0.5
    for state in position.BENCHMARKS:
        assert _differing(state, "EU")["reference"] > first[state]
    for reference in REFERENCES:
        assert _opposed("BLR", reference)["first"] > _opposed("KAZ", reference)["first"]
    above = [state for state in position.BENCHMARKS if _opposed(state, "USA")["first"] > 0.9]
    assert above == ["BLR", "CHN", "KAZ", "TKM"]
    assert _opposed("AUT", "EU")["first_low"] == _opposed("AUT", "EU")["first_high"] == 0


def test_absences_move_the_second_question_and_not_the_first(text: str) -> None:
    """98 or 96 per cent; 31 absences; 71 and 57 per cent of another vote."""
    without, kept = (_opposed("BLR", "USA", absences=one)["first"] for one in (False, True))
    assert f"{100 * without:.0f} or {100 * kept:.0f} per cent with Russia" in text
    left, kept_too = (_differing("BLR", "USA", absences=one) for one in (False, True))
    assert f"The {kept_too['n_away']:.0f} absences" in text
    assert f"falls from {100 * left['other']:.0f} to {100 * kept_too['other']:.0f} per cent" in text
    parts = [f"{kept_too[name]:.2f}" for name in ("away", "between", "other")]
    assert f"count `away` beside `between` and `other`: {parts[0]}, {parts[1]} and {parts[2]}" in text


def test_the_interval_of_matters_is_about_twice_as_wide() -> None:
    """Drawing whole matters instead of single roll calls."""
    wide, narrow = (
        position.when_differing(DECADE, reference="EU", by="all", clusters=one).loc["all"]
        for one in ("matters", "roll calls")
    )
    assert round(wide["reference"], 2) == round(narrow["reference"], 2) == 0.35
    ratio = (wide["reference_high"] - wide["reference_low"]) / (narrow["reference_high"] - narrow["reference_low"])
    assert 1.8 < ratio < 2.7


def test_years_and_turning_points_are_as_told() -> None:
    """Shares by year, no roll call in 2016 before 26 October, and 1994 and 2014 with three references."""
    table = position.when_differing(DECADE, reference="EU", by="year", draws=50)
    assert table.loc[2016, "n"] == 0
    full = table.drop(index=2016)
    assert (full["n"].min(), full["n"].max()) == (12, 21)
    early, late = full.loc[:2011, "reference"].round(2), full.loc[2012:, "reference"].round(2)
    assert (early.min(), early.max(), late.min(), late.max()) == (0.23, 0.33, 0.38, 0.46)
    until = VOTES.select(DAY <= "2018-06-28")
    shares = {one: position.when_opposed(until, reference=one, by="osw")["first"].round(2) for one in REFERENCES}
    assert shares["USA"]["1994–2013"] == shares["USA"]["from 2014"]
    assert shares["EU"][["1994–2013", "from 2014"]].tolist() == [0.87, 0.73]
    assert abs(shares["UKR"]["1994–2013"] - shares["UKR"]["from 2014"]) < 0.05


def test_the_middle_period_depends_on_the_rule_for_shared_years() -> None:
    """From 0.00 to 0.27, in cells of 5 to 26 roll calls."""
    found = [
        position.when_opposed(VOTES, reference="EU", by="phase", boundary=rule, draws=50)
        for rule in ("earlier", "later", "drop", "both")
    ]
    middle: list[float] = [round(float(str(one.loc["multi-vector", "first"])), 2) for one in found]
    assert (min(middle), max(middle)) == (0.0, 0.27)
    sizes = pd.concat([one["n"] for one in found])
    assert (sizes.min(), sizes.max()) == (5, 26)


def test_issues_decide_as_told() -> None:
    """Human rights with every reference, and nuclear weapons with two."""
    by: dict[str, Any] = {one: position.when_opposed(DECADE, reference=one, by="issue", draws=50) for one in REFERENCES}
    assert min(by[one].loc["hr", "first"] for one in REFERENCES) > 0.95
    assert by["USA"].loc["nu", "first"] == 1
    assert by["EU"].loc["nu", ["first", "n"]].tolist() == [0, 12]


def test_no_opponent_is_known_where_the_codes_differ(text: str) -> None:
    """Fifteen issues, and on none of them the place of an opponent."""
    table = tables.load("stances-selection")
    assert set(table["differ"]) == {15}
    assert set(table["known"]) == {0}
    assert "On *none* of the 15" in text


def test_the_texts_on_which_the_two_differ_come_back() -> None:
    """The matters that are listed are not of the conflicts."""
    belarus, russia = DECADE.votes("BLR"), DECADE.votes("RUS")
    apart = DECADE.select((belarus > 0) & (russia > 0) & (belarus != russia))
    titles = matters.overview(apart)["title"].head(6)
    assert not titles.str.contains("Georgia|Ukraine|Syria").any()


@pytest.mark.parametrize("number", range(len(PROMPT_TABLES.keys)))
def test_the_tables_of_question_9_are_those_of_the_data(number: int) -> None:
    """The key, and both wrong tables: the other question, and absences kept."""
    given = PROMPT_TABLES.item.pool[number]
    votes = VOTES.years(given["first"], given["last"])
    wanted: list[list[list[Any]]] = [[], [], []]
    for reference in REFERENCES:
        rows = (
            _differing(given["code"], reference, votes),
            _opposed(given["code"], reference, votes),
            _differing(given["code"], reference, votes, absences=True),
        )
        for place, row in enumerate(rows):
            wanted[place].append([reference, int(row["n"]), int(row["n_reference"])])
    listed = [PROMPT_TABLES.keys[number], *(wrong.answers[number] for wrong in PROMPT_TABLES.wrong)]
    assert [table["rows"] for table in listed] == wanted  # type: ignore[index,call-overload]


@pytest.mark.parametrize("number", range(len(BANK["ps8-q10"].keys)))
def test_the_orders_of_question_10_are_those_of_the_data(number: int) -> None:
    """The four shares, largest first, and no two so near that rounding decides."""
    entry = BANK["ps8-q10"]
    given = entry.item.pool[number]
    votes = VOTES.years(given["first"], given["last"])
    codes = {option: words[-4:-1] for option, words in entry.item.options.items()}
    shares = {option: float(_differing(given["code"], code, votes)["reference"]) for option, code in codes.items()}
    assert sorted(shares, key=lambda option: -shares[option]) == entry.keys[number]
    assert min(after - before for before, after in pairwise(sorted(shares.values()))) > 0.015


@pytest.mark.parametrize("number", range(len(BANK["ps8-q16"].keys)))
def test_the_figure_of_question_16_earns_full_points(number: int) -> None:
    """What the prompt tells students to write gives the figure of the key."""
    entry = BANK["ps8-q16"]
    table = position.when_differing(
        VOTES.years(2008, 2016), entry.item.pool[number]["code"], reference="EU", by="year", draws=20
    )
    drawing = figures.position_shares(table, title="A title")
    assert checks.judge(entry, describe(drawing.figure), number).outcome == "right"


@pytest.mark.parametrize("number", range(len(BANK["ps8-q3"].keys)))
def test_the_finding_of_question_3_has_the_largest_ratio(number: int) -> None:
    """And no other one comes near it."""
    entry = BANK["ps8-q3"]
    ratios = {}
    for place, line in enumerate(entry.item.pool[number]["findings"], start=1):
        first, second = (
            int(word) for word in line.rstrip(".").replace(",", "").split() if word.isdigit() and word != "100"
        )
        ratios[f"f{place}"] = max(first, second) / min(first, second)
    ordered = sorted(ratios, key=lambda name: -ratios[name])
    assert ordered[0] == entry.keys[number]
    assert ratios[ordered[0]] > 2 * ratios[ordered[1]]


def test_the_turn_of_the_digest_page_is_counted_as_told(text: str) -> None:
    """By the EU majority, up to the date of the paper; the two intervals do not overlap."""
    until = VOTES.select(VOTES.resolutions["date"] <= "2016-10-25")
    before, since = (row for _, row in position.when_opposed(until, reference="EU", by="digest").iterrows())
    assert f"is {before['first']:.2f} before and {since['first']:.2f} since" in text
    assert since["first_high"] < before["first_low"]


def test_numbers_of_china_beside_those_of_reader_a(text: str) -> None:
    """With Russia on so many per cent, by three references."""
    shares = [f"{100 * _opposed('CHN', reference)['first']:.0f}" for reference in REFERENCES]
    assert f"China was so on {shares[0]}, {shares[1]} and {shares[2]}" in text


def test_lesson_06_names_the_noes_on_belarus_itself() -> None:
    """Two texts of the form that section 7 counts are on Belarus, and it said no to both."""
    about = VOTES.select(VOTES.resolutions["title"].str.contains("Situation of human rights in Belarus"))
    assert about.votes("BLR").tolist() == [3, 3]
    assert about.resolutions["year"].tolist() == [2006, 2007]
    lesson = " ".join(prose(ROOT / "notebooks" / "lessons" / "06-counting-votes.ipynb").split())
    assert "Two of the noes, of 2006 and 2007, are to texts on Belarus itself." in lesson
