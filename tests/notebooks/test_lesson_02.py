"""What lesson 02 and problem set 2 say in numbers is what the data say."""

import re
from datetime import date
from pathlib import Path

import pytest

import ps2_reference
from fairmark import bank
from neutrality import agreement, phases, rollcalls, sources

from .prose import code, prose

ROOT = Path(__file__).parents[2]
LESSON = ROOT / "notebooks" / "lessons" / "02-many-vectors.ipynb"
ITEMS = ROOT / "grading" / "items"
SAID = " ".join(prose(LESSON).split())
ENTRIES = bank.load(ITEMS)["ps2"].entries
SESSIONS = range(49, 53)
PARTNERS = ("RUS", "UKR", "CHN", "USA")


@pytest.fixture(scope="module")
def votes():
    """Give all roll calls."""
    return rollcalls.load()


@pytest.fixture(scope="module")
def shares(votes):
    """Give the identical share of Belarus and each partner, by session."""
    return {code_: agreement.pair(votes, "BLR", code_, by="session")["identical"] for code_ in PARTNERS}


@pytest.mark.parametrize(
    ("partner", "sentence"),
    [("RUS", "it lies between {low} and {high}"), ("USA", "is far lower, at {low} to {high}")],
)
def test_the_range_of_a_share_is_that_of_the_four_sessions(shares, partner, sentence):
    """The lesson gives the lowest and the highest share with Russia and with the United States."""
    four = shares[partner].loc[49:52]
    assert sentence.format(low=f"{four.min():.2f}", high=f"{four.max():.2f}") in SAID


def test_belarus_voted_more_often_with_ukraine_and_later_with_russia(shares):
    """In each of the four sessions the share with Ukraine is higher; in sessions 54 to 56 that with Russia."""
    assert "The share with Ukraine is higher in each of them." in SAID
    assert all(shares["UKR"][one] > shares["RUS"][one] for one in SESSIONS)
    assert "In sessions 54 to 56 Minsk votes with Moscow more often than with Kyiv." in SAID
    assert all(shares["RUS"][one] > shares["UKR"][one] for one in range(54, 57))


def test_russia_voted_with_the_united_states_more_often_than_the_soviet_union_had(votes):
    """Every one of the four sessions lies above every one that opened in 1985 to 1989."""
    table = agreement.pair(votes, "RUS", "USA", by="session")["identical"]
    assert "than the Soviet Union had done in the late 1980s" in SAID
    assert table.loc[49:52].min() > table.loc[40:44].max()


def test_the_roll_calls_of_1994_fall_mostly_into_december(votes):
    """The lesson gives both counts."""
    both = (votes.votes("BLR") > 0) & (votes.votes("RUS") > 0)
    dates = votes.resolutions["date"]
    year = both & (dates.dt.year == 1994)
    said = re.search(r"of the (\d+) roll calls of that year that count for Belarus and Russia, (\d+) fall", SAID)
    assert [int(one) for one in said.groups()] == [year.sum(), (year & (dates.dt.month == 12)).sum()]


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_second_period_hardly_depends_on_its_borders(votes, partner):
    """Whatever is done with the shared years, and with the borders that the lesson tries, it moves by 0.03 at most."""
    choices = [*phases.BOUNDARIES, phases.Boundary(date(1994, 12, 1), date(1997, 4, 2))]
    found = [
        agreement.pair(votes, "BLR", partner, by="phase", boundary=one).loc["multi-vector", "identical"]
        for one in choices
    ]
    assert max(found) - min(found) <= 0.03


def test_the_figure_of_belarus_and_the_united_states_is_read_rightly(votes):
    """So many roll calls with a yes of Belarus and a no of the United States, and none of that kind with Russia."""
    four = votes.sessions(49, 52)
    table = agreement.joint_table(four, "BLR", "USA")
    assert f"there are {table.loc['yes', 'no']} such roll calls" in SAID
    table = agreement.joint_table(four, "BLR", "RUS")
    assert table.loc["yes", "no"] == table.loc["no", "yes"] == 0


def test_the_table_of_events_and_the_figures_cell_have_the_same_dates():
    """A date that is changed in one of the two must be changed in the other."""
    rows = re.findall(r"^\| ([^|]*\d{4}) \| [^|]+ \| (?:West|Russia) \|", prose(LESSON), re.MULTILINE)
    cell = next(one.source for one in code(LESSON) if "outside = pd.DataFrame" in one.source)
    months = {"January": "01", "April": "04", "September": "09", "December": "12"}
    written = []
    for row in rows:
        *rest, year = row.split()
        day = [f"{int(rest[0]):02d}"] if len(rest) == 2 else []
        written.append("-".join([year, *(months[one] for one in rest[-1:]), *day]))
    assert written == re.findall(r'"(\d{4}(?:-\d\d)*)", "\d{4}(?:-\d\d)*", "\w+"\)', cell)


def test_the_borders_that_the_lesson_tries_lie_in_the_shared_years():
    """The boundary of the third "try it" can be made."""
    assert "`phases.Boundary(date(1994, 12, 1), date(1997, 4, 2))`" in SAID
    assert phases.Boundary(date(1994, 12, 1), date(1997, 4, 2))


@pytest.mark.parametrize(
    ("first", "last", "partner", "says"),
    [(49, 52, "RUS", "{same} of the {n} roll calls"), (47, 48, "RUS", "{same} of {n}, which is a smaller share")],
)
def test_numbers_of_an_argument_are_those_of_the_data(votes, first, last, partner, says):
    """Question 20 quotes identical votes and roll calls that count."""
    row = agreement.pair(votes.sessions(first, last), "BLR", partner, by="all").iloc[0]
    text = says.format(same=round(row["n"] * row["identical"]), n=int(row["n"]))
    assert text in " ".join(ENTRIES["ps2-q20"].item.options.values())


def test_the_last_of_the_four_sessions_goes_on_into_1998(votes):
    """The step of question 20 that is wrong is wrong, and the share of the earlier sessions is smaller."""
    both = (votes.votes("BLR") > 0) & (votes.votes("RUS") > 0)
    four = votes.resolutions["session"].astype(str).isin({str(one) for one in SESSIONS}) & both
    assert (votes.resolutions["date"].dt.year[four] == 1998).any()
    assert 87 / 135 < 215 / 293


@pytest.mark.parametrize(("partner", "says"), [("RUS", "73 per cent"), ("UKR", "91 per cent")])
def test_exemplars_quote_the_shares_of_the_data(votes, partner, says):
    """The model answers to the written question use numbers that the data give."""
    row = agreement.pair(votes.sessions(49, 52), "BLR", partner, by="all").iloc[0]
    assert says == f"{row['identical']:.0%}".replace("%", " per cent")
    assert says in " ".join(str(one["text"]) for one in ENTRIES["ps2-q21"].exemplars)


@pytest.mark.parametrize(
    ("function", "answers"),
    [
        ("table", ENTRIES["ps2-q19"].keys),
        ("table_half", ENTRIES["ps2-q19"].wrong[0].answers),
        ("table_of_russia", ENTRIES["ps2-q19"].wrong[1].answers),
    ],
)
def test_the_tables_of_question_19_are_computed(function, answers):
    """Keys and foreseen mistakes are what the reference beside the bank gives, country by country."""
    for given, answer in zip(ENTRIES["ps2-q19"].item.pool, answers, strict=True):
        assert answer["rows"] == getattr(ps2_reference, function)(given)


def test_the_note_hangs_on_the_last_paragraph_of_section_1():
    """The lesson says on which sentence the note with the label hangs."""
    place = next(one for one in sources.all_sources()["osw-2018"].places if one.id == "s1.p4")
    assert "fn5" in place.notes


@pytest.mark.shared
def test_the_label_stands_once_in_the_sources():
    """The lesson says that the word stands in one note and nowhere else."""
    folder = ROOT.parent / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: the sources' text is not part of the project")
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.txt"))
    assert len(re.findall("multi-?vector", text, re.IGNORECASE)) == 1
