"""What lesson 06 and problem set 6 say in numbers is what the votes say today."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fairmark import bank
from neutrality import agreement, figures, matters, position, rollcalls
from worksheet.figures import describe

from .prose import prose

ROOT = Path(__file__).parents[2]
VOTES = rollcalls.load()
DAY, TITLE = VOTES.resolutions["date"], VOTES.resolutions["title"]
YEAR = VOTES.select(DAY.between("2017-06-28", "2018-06-27"))
BEFORE = VOTES.select(DAY.between("2016-06-28", "2017-06-27"))
ABOUT = TITLE.str.contains("refugees from Abkhazia") | (TITLE == "Territorial integrity of Ukraine")
SYRIA = TITLE.str.contains("in the Syrian Arab Republic", case=False)
TEXTS = VOTES.select(DAY.between("2008-01-01", "2016-10-25") & (ABOUT | SYRIA))
RIGHTS = VOTES.select(TITLE.str.startswith(("Situation of human rights in", "Human rights situation in")))
BANK = bank.load(ROOT / "grading" / "items")["ps6"].entries


@pytest.fixture(scope="module")
def text() -> str:
    """Return the lesson's prose with single spaces."""
    return " ".join(prose(ROOT / "notebooks" / "lessons" / "06-counting-votes.ipynb").split())


def _cast(votes: rollcalls.RollCalls, state: str) -> list[int]:
    """Count yes, abstain, no and absences of a state."""
    return [int((votes.votes(state) == code).sum()) for code in (1, 2, 3, 0)]


def _opposed(votes: rollcalls.RollCalls, reference: str) -> list[int]:
    """Count the roll calls of the narrow question and where Belarus stood on them."""
    row = position.when_opposed(votes, "BLR", "RUS", reference, by="all", absences=True).loc["all"]
    return [int(row[name]) for name in ("n", "n_first", "n_reference", "n_between", "n_away")]


def test_the_year_of_claim_2_is_counted_as_the_prose_says(text: str) -> None:
    """Identical votes, corners, half-way pairs and the roll calls that do not count."""
    table = agreement.joint_table(YEAR, "BLR", "RUS").to_numpy()
    assert (table.diagonal().tolist(), table[0, 2], table[2, 0]) == ([59, 4, 6], 7, 1)
    assert (len(YEAR), table.sum(), table.trace()) == (96, 88, 69)
    assert "88 of the year's 96 roll calls count. In the other 8" in text
    assert table.sum() - table.trace() - table[0, 2] - table[2, 0] == 11


def test_where_russia_and_ukraine_were_opposed_in_that_year_and_before(text: str) -> None:
    """Eighteen of 21, two abstentions and one vote with Ukraine; 14 of 18 in the year before."""
    assert _opposed(YEAR, "UKR") == [21, 18, 1, 2, 0]
    assert _opposed(BEFORE, "UKR")[:2] == [18, 14]
    before = agreement.pair(BEFORE, "BLR", "RUS", by="all").loc["all", "identical"]
    assert f"14 of 18 such roll calls, and the identical share over all was {before:.2f}" in text


def test_the_four_texts_of_claim_2_got_the_votes_that_are_told() -> None:
    """Belarus no to all; Kazakhstan no to one and abstaining on three."""
    names = [f"A/RES/72/{number}" for number in (190, 191, 280, 282)]
    four = YEAR.select(YEAR.resolutions["resolution"].isin(names))
    assert (_cast(four, "BLR"), _cast(four, "KAZ")) == ([0, 0, 4, 0], [0, 3, 1, 0])


def test_the_texts_of_claim_1_got_the_votes_that_are_told(text: str) -> None:
    """Eighteen roll calls on five matters, and who voted how."""
    assert (len(TEXTS), len(set(matters.label(TEXTS)))) == (18, 5)
    assert _cast(TEXTS, "BLR") == [0, 1, 14, 3]
    assert _cast(TEXTS, "KAZ") == [3, 15, 0, 0]
    assert (_cast(TEXTS, "ARM")[2], _cast(TEXTS, "TKM")[3], _cast(TEXTS, "RUS")) == (10, 13, [0, 1, 17, 0])
    assert _opposed(TEXTS, "USA")[:2] == [17, 13]
    assert "between 0.78 and 0.94" in text
    assert (round(14 / 18, 2), round(17 / 18, 2)) == (0.78, 0.94)


def test_the_absences_and_the_years_are_those_that_are_named(text: str) -> None:
    """The three roll calls without a vote of Belarus, and its path on the texts on Georgia."""
    away = TEXTS.resolutions["resolution"][TEXTS.votes("BLR") == 0].str.removeprefix("A/RES/")
    assert f"{', '.join(away.iloc[[0, 1]])} and {away.iloc[2]}" in text
    georgia = TEXTS.select(TEXTS.resolutions["title"].str.contains("Abkhazia"))
    path = dict(zip(georgia.resolutions["year"], georgia.votes("BLR").tolist(), strict=True))
    assert path == {2008: 3, 2009: 3, 2010: 2, 2011: 0, 2012: 0, 2013: 3, 2014: 3, 2015: 3, 2016: 3}


def test_the_record_on_human_rights_texts_is_as_told() -> None:
    """No yes and no abstention from 2006 to June 2018; yes to Iraq and Sudan in the 1990s; Russia apart in seven."""
    day, votes = RIGHTS.resolutions["date"], RIGHTS.votes("BLR")
    late = day.between("2006-01-01", "2018-06-28").to_numpy()
    assert set(votes[late]) == {0, 3}
    early = RIGHTS.resolutions["title"][(votes == 1) & (day < "2000-01-01").to_numpy()]
    assert early.str.contains("Iraq").any()
    assert early.str.contains("Sudan").any()
    span = day.between("1991-01-01", "2018-06-28").to_numpy()
    assert int((span & (votes == 3) & (RIGHTS.votes("RUS") != 3)).sum()) == 7


@pytest.mark.parametrize("words", ["Israeli practices", "Israeli settlements", "embargo imposed by the Unite"])
def test_texts_that_name_a_country_in_another_form_get_a_yes(words: str) -> None:
    """Every vote of Belarus on them from 2006 to June 2018 is a yes."""
    named = VOTES.select(TITLE.str.contains(words) & DAY.between("2006-01-01", "2018-06-28"))
    assert set(named.votes("BLR")) == {1}


def test_the_disputed_day_is_in_the_table_as_the_lesson_says(text: str) -> None:
    """The table dates 62/249 in April, with the numbers of votes that the press release has."""
    row = VOTES.resolutions[VOTES.resolutions["resolution"] == "A/RES/62/249"].iloc[0]
    assert f"has {row['date'].day} {row['date']:%B %Y}" in text
    assert [row["total_yes"], row["total_no"], row["total_abstentions"]] == [14, 11, 105]


def test_numbers_that_question_21_quotes_are_those_of_the_data() -> None:
    """Belarus where Russia and the United States were opposed, 2013 to 2016, absences left out."""
    row = position.when_opposed(VOTES.years(2013, 2016), by="all").loc["all"]
    said = " ".join(BANK["ps6-q21"].item.prompt.split())
    assert f"Belarus voted on {row['n']:.0f} of them, and as Russia did on {row['n_first']:.0f}." in said


@pytest.mark.parametrize("number", range(len(BANK["ps6-q7"].keys)))
def test_pairs_of_numbers_in_question_7_are_possible(number: int) -> None:
    """Each pair of invented numbers forces the statement that is its key."""
    told = BANK["ps6-q7"].item.pool[number]["numbers"]
    key = BANK["ps6-q7"].keys[number]
    values = [float(part.split()[-1]) for part in told.split(", ") if part.split()[-1][0].isdigit()]
    if key == "habit":
        assert (values[0] - values[1]) / (1 - values[1]) > 0.9
    elif key == "beyond":
        assert 0.3 < (values[0] - values[1]) / (1 - values[1]) < 0.7
        assert values[1] > 0.5
    elif key == "halfway":
        assert 2 * (values[1] - values[0]) > (1 - values[0]) / 2
    elif key == "scale":
        assert values[1] == pytest.approx(2 * values[0] - 1)
    else:
        assert values == [1.0]


@pytest.mark.parametrize("number", range(len(BANK["ps6-q11"].keys)))
def test_the_tables_of_question_11_are_those_of_the_data(number: int) -> None:
    """The key and both wrong tables: where Russia said no, all roll calls, and where it said yes."""
    entry = BANK["ps6-q11"]
    given = entry.item.pool[number]
    votes = VOTES.years(given["year"])
    russia = votes.votes("RUS")
    tables = [entry.keys[number], *(wrong.answers[number] for wrong in entry.wrong)]
    for table, mask in zip(tables, (russia == 3, np.full(len(votes), fill_value=True), russia == 1), strict=True):
        assert [row[1] for row in table["rows"]] == _cast(votes.select(mask), given["code"])


@pytest.mark.parametrize("number", range(len(BANK["ps6-q12"].keys)))
def test_the_figure_of_question_12_earns_full_points(number: int) -> None:
    """What the prompt tells students to write gives the figure of the key."""
    from fairmark import checks

    entry = BANK["ps6-q12"]
    table = agreement.pair(VOTES, entry.item.pool[number]["code"], "RUS", by="year")
    drawing = figures.agreement_by_year({"line": table}, title="A title", first=2008, last=2016)
    assert checks.judge(entry, describe(drawing.figure), number).outcome == "right"


@pytest.mark.parametrize("number", range(len(BANK["ps6-q19"].keys)))
def test_the_orders_of_question_19_are_those_of_the_data(number: int) -> None:
    """The four shares, largest first, and no two of them so near that rounding decides."""
    entry = BANK["ps6-q19"]
    given = entry.item.pool[number]
    votes = VOTES.years(given["first"], given["last"])
    codes = {option: words[-4:-1] for option, words in entry.item.options.items()}
    shares = {
        option: agreement.pair(votes, code, given["code"], by="all").loc["all", "identical"]
        for option, code in codes.items()
    }
    assert sorted(shares, key=lambda option: -shares[option]) == entry.keys[number]
    ordered = sorted(shares.values())
    assert min(after - before for before, after in pairwise(ordered)) > 0.015
