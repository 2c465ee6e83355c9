"""What lesson 09 says is what the votes, the points and the table of outside facts say today, and it cites them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from neutrality import agreement, position, published, rollcalls, sources, tables

from .prose import prose

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "lessons" / "09-after-the-papers.ipynb"
VOTES = rollcalls.load()
SPAN = VOTES.years(2014, 2025)
SESSION = VOTES.select(VOTES.resolutions["resolution"].str.contains("ES-11/"))
FACTS = tables.load("after-papers").set_index("id")
WHOLE = prose(LESSON)
TEXT = " ".join(WHOLE.split())
BENCHMARKS = ("KAZ", "ARM", "CHN", "MDA", "TKM")
PAPERS = dt.date(2018, 6, 28)
# A row of the table, a locator, a section of this lesson, or a link.
CITED = re.compile(r"`a\d{2}`|`(?:osw|digest)-\d{4} |\]\(https://|\(section \d\)")

# What shows that a paragraph tells of something after the papers.
LATER = re.compile(r"\b202\d\b|\b(Gomel|Kyiv|missiles|[Rr]eferendum|Article 18|Abkhazia|constitution|election|CSTO)\b")


def _section(number: int) -> str:
    """Return one numbered section of the lesson."""
    return WHOLE.split(f"\n## {number}. ")[1].split("\n## ")[0]


def _blocks(section: int) -> list[str]:
    """Return the paragraphs, rows of tables and items of lists of a section that tell of later things."""
    lines = re.split(r"\n\n|\n(?=\||- |\d\. )", _section(section))
    return [" ".join(block.split()) for block in lines if LATER.search(block)]


def _shares(state: str) -> pd.DataFrame:
    """Compute a state's identical votes with Russia, by year."""
    return agreement.pair(SPAN, state, "RUS", by="year")


def test_the_lesson_says_when_it_was_written_and_where_its_evidence_ends() -> None:
    """The day is that on which the last reference was opened; votes, points and facts end where it says."""
    assert f"**Written as of** {max(work.opened_on for work in sources.references().values()):%d %B %Y}" in TEXT
    assert f"The votes end on {VOTES.resolutions['date'].max():%d %B %Y}" in TEXT
    assert f"the ideal points with {published.points()['year'].max()}" in TEXT
    assert max(FACTS["last"]) <= "2025-12-31"


@pytest.mark.parametrize("name", FACTS.index)
def test_a_fact_from_outside_has_a_day_an_owner_and_recorded_sources(name: str) -> None:
    """It is later than the papers, its days are in order, and each of its sources stands in the references."""
    row = FACTS.loc[name]
    assert PAPERS < dt.date.fromisoformat(row["first"]) <= dt.date.fromisoformat(row["last"])
    assert (row["first"] == row["last"]) == (row["precision"] == "day")
    named = row["sources"].split(";") + re.findall(r"\(([a-z-]+-\d{4}[a-z-]*|studium)\)", row["note"])
    assert set(named) <= set(sources.references())
    assert set(named) == set(row["sources"].split(";"))


@pytest.mark.parametrize("name", FACTS.index)
def test_the_label_of_a_fact_fits_a_figure(name: str) -> None:
    """A timeline's label has at most 65 characters."""
    assert len(FACTS.loc[name, "event"]) <= 65


def test_every_row_that_the_lesson_names_is_in_the_table() -> None:
    """And it says how many rows there are."""
    named = set(re.findall(r"`(a\d{2})`", TEXT))
    assert named <= set(FACTS.index)
    assert len(FACTS) == 20
    assert f"twenty rows, `{min(FACTS.index)}` to `{max(FACTS.index)}`" in TEXT


@pytest.mark.parametrize("section", [1, 2, 3, 5, 6])
def test_what_is_said_of_later_years_is_cited(section: int) -> None:
    """Outside the section on votes, a paragraph that tells of later things names a row, a locator or a link."""
    assert [block for block in _blocks(section) if not CITED.search(block)] == []


@pytest.mark.parametrize("section", [1, 2])
def test_no_outcome_is_told_before_the_reader_has_decided(section: int) -> None:
    """The sections on the forecasts, and on what would count, name no row of the table and no later year."""
    assert re.findall(r"`a\d{2}`|\b202\d\b", _section(section)) == []


def test_the_section_of_facts_says_that_it_is_outside() -> None:
    """In its heading and in its first sentence."""
    assert _section(3).startswith("What came: facts from outside\n\nNothing in this section stands in either paper.")


def test_the_expectations_stand_in_each_table() -> None:
    """A to E, with what they say, their limits, what would count, and what came."""
    for sign in "ABCDE":
        assert len(re.findall(rf"^\| {sign} \|", WHOLE, re.MULTILINE)) == 4


def test_two_shares_of_one_count() -> None:
    """The votes for the referendum's question give the two per cents that the row and the prose have."""
    assert "4,440,830" in FACTS.loc["a09", "what"]
    assert "4,440,830 votes are 82.86 % of those who voted, and 65.16 % of those on the lists" in TEXT
    assert "82.86 % of those who voted, 65.16 % of those on the lists" in FACTS.loc["a09", "what"]


def test_belarus_said_no_to_every_recorded_text_of_the_emergency_session() -> None:
    """Nine roll calls, nine times no, as Russia and no benchmark state."""
    assert len(SESSION) == 9
    assert set(SESSION.votes("BLR")) == set(SESSION.votes("RUS")) == {3}
    assert [(SESSION.votes(state) == 3).sum() for state in ("KAZ", "CHN", "ARM", "MDA")] == [1, 2, 0, 0]
    assert set(SESSION.votes("TKM")) == {0}
    united = pd.Series(SESSION.votes("USA"), index=SESSION.resolutions["date"])
    assert (united == 1).sum() == 7
    assert united.loc["2025-02-24"].tolist() == [3, 2]
    assert "Kazakhstan said no once, China twice, and Armenia never" in TEXT


def test_the_row_on_the_first_text_is_that_of_the_record() -> None:
    """The day and the numbers of ES-11/1, and the first day of the row on ES-11/5."""
    row = SESSION.resolutions.set_index("resolution")
    first = row.loc["A/RES/ES-11/1"]
    said = f"{first['total_yes']} yes, {first['total_no']} no (Belarus among them), {first['total_abstentions']} abst"
    assert said in FACTS.loc["a11", "what"]
    assert FACTS.loc["a11", "first"] == f"{first['date']:%Y-%m-%d}"
    assert FACTS.loc["a13", "first"] == f"{row.loc['A/RES/ES-11/5', 'date']:%Y-%m-%d}"


def test_the_shares_by_year_are_those_that_the_prose_quotes() -> None:
    """Identical shares of Belarus and Russia in five years."""
    share = {year: f"{_shares('BLR').loc[year, 'identical']:.2f}" for year in (2018, 2021, 2022, 2024, 2025)}
    assert ", ".join(f"{value} in {year}" for year, value in share.items()) in TEXT


@pytest.mark.parametrize("state", BENCHMARKS[:4])
def test_four_benchmark_states_fall_to_2024_and_rise_in_2025(state: str) -> None:
    """And for none of them do the bands of 2021 and 2024 part."""
    table = _shares(state)
    assert table.loc[2024, "identical"] < min(table.loc[2021, "identical"], table.loc[2025, "identical"])
    assert table.loc[2024, "identical_high"] > table.loc[2021, "identical_low"]


def test_belarus_and_turkmenistan_do_not_fall() -> None:
    """Belarus and the undrawn state stand as high in 2024 as in 2021; Belarus rises in 2025."""
    ours, theirs = _shares("BLR")["identical"], _shares("TKM")["identical"]
    assert ours[2021] <= ours[2024] < ours[2025]
    assert f"{theirs[2021]:.2f} and {theirs[2024]:.2f} of the votes that it cast" in TEXT
    assert theirs[2021] < theirs[2024]


def test_the_agenda_of_2025_is_that_which_the_prose_describes() -> None:
    """How many roll calls there were, and on how many Russia was opposed to two others."""
    years = SPAN.resolutions["year"].value_counts()
    assert f"there were {years[2025]} roll calls, twice as many as the {years[2024]} of 2024" in TEXT
    found = {
        state: position.when_opposed(SPAN, "BLR", "RUS", state, by="year", absences=True)["n"]
        for state in ("USA", "UKR")
    }
    assert f"rose from {found['USA'][2024]} to {found['USA'][2025]}" in TEXT
    assert f"did not rise: {found['UKR'][2024]} and {found['UKR'][2025]}" in TEXT


def test_absences_are_counted() -> None:
    """Turkmenistan's and Belarus's in 2025."""
    year = VOTES.years(2025, 2025)
    assert f"Turkmenistan missed {(year.votes('TKM') == 0).sum()} roll calls of 2025, Belarus one" in TEXT
    assert (year.votes("BLR") == 0).sum() == 1


def test_where_russia_and_ukraine_were_opposed() -> None:
    """The shares of Belarus over the four spans, those of China beside them, and the roll calls of the last."""
    found = {
        state: [
            position.when_opposed(VOTES.years(*years), state, "RUS", "UKR", by="all", absences=True).loc["all", "first"]
            for years in ((2016, 2018), (2019, 2021), (2022, 2024), (2025, 2025))
        ]
        for state in ("BLR", "CHN")
    }
    belarus, china = found["BLR"], found["CHN"]
    assert f"from {belarus[0]:.2f} to {belarus[-1]:.2f} over the four spans, and China's falls by more" in TEXT
    assert china[0] - china[-1] > belarus[0] - belarus[-1] > 0
    assert [one > other for one, other in zip(china[1:], belarus[1:], strict=True)] == [True, False, False]
    last = position.when_opposed(VOTES.years(2025, 2025), "BLR", "RUS", "UKR", by="all", absences=True).loc["all", "n"]
    assert f"cell of 2025 rests on {last:.0f} roll calls" in TEXT


def test_the_gaps_of_the_published_points() -> None:
    """By two choices of votes, in four years; from 2022 on all limits include zero, before that none."""
    final, every = (published.gap("BLR", "RUS", votes=kind, first=2014) for kind in ("final", "all"))
    signed = {key: f"{value:+.2f}".replace("-", "−") for key, value in final["gap"].items()}
    assert f"the gap is {signed[2018]} in 2018, where Russia" in TEXT
    assert f"than Belarus, and {signed[2024]} in 2024" in TEXT
    # With final votes all limits overlap: the lowest upper one lies above the highest lower one.
    assert final["high"].min() > final["low"].max()
    assert "With final votes all limits overlap" in TEXT
    signed = {key: f"{value:+.2f}".replace("-", "−") for key, value in every["gap"].items()}
    assert f"it is {signed[2018]} in 2018 and {signed[2023]} in 2023, which is the last year there" in TEXT
    assert every.index.max() == 2023
    for table in (final, every):
        assert [(low <= 0 <= high) for low, high in zip(table["low"], table["high"], strict=True)] == [
            year >= 2022 for year in table.index
        ]


def test_points_go_down_together_in_2022() -> None:
    """Belarus and Russia fall, China falls more than either."""
    path = published.points(states=["BLR", "RUS", "CHN"]).pivot(index="year", columns="state", values="point")
    fall = path.loc[2022] - path.loc[2021]
    assert fall["CHN"] < fall[["BLR", "RUS"]].min()
    assert fall.max() < 0
    limits = published.points(states=["BLR", "RUS", "CHN"]).set_index(["year", "state"])
    assert (limits.loc[2022, "high"] < limits.loc[2021, "low"]).all()
