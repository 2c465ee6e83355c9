"""Claims, events and codings cover the two sources, keep their hedges, and are in our words and order."""

from __future__ import annotations

import calendar
import re

import pytest

from neutrality import claims, events, glossary, sources, stances

CLAIMS = claims.load(items=True)
EVENTS = events.load(items=True)
ISSUES = stances.issues(items=True)
REFERENCE_ONLY = {"fn2", "fn3", "fn4", "fn9", "fn12", "fn17"}
PLACES = [
    place
    for source in sources.all_sources().values()
    for place in source.places
    if place.kind != "section" and not any(other.id.startswith(f"{place.id}.") for other in source.places)
]
# Words that begin with a capital letter and are no name.
NO_NAMES = {"EU", "US", "President", "Foreign", "Minister", "Parliament", "Article", *calendar.month_name}


def test_there_are_enough_claims() -> None:
    """The table holds at least eighty, and more of the longer source."""
    assert len(CLAIMS) >= 80
    assert (CLAIMS["source"] == "osw-2018").sum() > (CLAIMS["source"] == "digest-2016").sum()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.locator)
def test_a_place_has_its_claims(place: sources.Place) -> None:
    """A paragraph, an item or a note that says something has a claim; a note that only names a work needs none."""
    found = claims.at(place.locator, items=True)
    assert len(found) or place.id in REFERENCE_ONLY


@pytest.mark.parametrize("table", ["claims", "events", "issues"])
def test_every_row_is_reached_from_a_paragraph(table: str) -> None:
    """Going through all places of both sources meets every row."""
    frame, column = {"claims": (CLAIMS, "locator"), "events": (EVENTS, "locators"), "issues": (ISSUES, "locators")}[
        table
    ]
    known = {place.locator for place in PLACES}
    assert all(set(cell.split(";")) <= known for cell in frame[column])


@pytest.mark.parametrize("row", CLAIMS.to_dict("records"), ids=lambda row: row["id"])
def test_a_claim_is_one_readable_sentence(row: dict[str, str]) -> None:
    """It begins with a capital letter, ends with a full stop, and is not longer than a reader can hold."""
    assert re.fullmatch(r"[A-Z“].*\.", row["claim"])
    assert len(row["claim"].split()) <= 40


@pytest.mark.parametrize(
    ("locator", "hedge"),
    [
        ("osw-2018 lead", "not be entirely"),
        ("osw-2018 s1.p4", "little more than"),
        ("osw-2018 s3.p2", "probably"),
        ("osw-2018 s4.p1", "perhaps"),
        ("osw-2018 s4.p2", "might possibly"),
        ("osw-2018 s4.p2", "in the long run"),
        ("digest-2016 lead.p3", "So far"),
        ("digest-2016 s1.p2", "as long as"),
        ("digest-2016 s2.b4", "Some"),
        ("digest-2016 s3.p4", "Most of"),
        ("digest-2016 s3.p6", "if not certain"),
        ("digest-2016 s4.p1", "might"),
        ("digest-2016 s4.p2", "can choose"),
        ("digest-2016 s4.p3", "might"),
    ],
)
def test_a_hedge_belongs_to_the_claim(locator: str, hedge: str) -> None:
    """What the source limits stays limited."""
    assert any(hedge in claim for claim in claims.at(locator, items=True)["claim"])


def test_only_what_the_page_ascribes_to_bohdan_and_isaev_is_theirs() -> None:
    """Section 1, the items of section 2 and the first paragraph of section 3, and nothing else."""
    theirs = CLAIMS[CLAIMS["speaker_chain"].str.contains("bohdan-isaev")]
    assert set(theirs["locator"]) == {
        *(f"digest-2016 s1.p{number}" for number in (1, 2, 3)),
        *(f"digest-2016 s2.b{number}" for number in (1, 2, 3, 4)),
        "digest-2016 s3.p1",
    }


def test_ulakhovich_is_heard_in_note_5_only() -> None:
    """No other place reports him."""
    assert set(CLAIMS[CLAIMS["speaker_chain"].str.contains("ulakhovich")]["locator"]) == {"osw-2018 fn5"}


@pytest.mark.parametrize("relation", claims.RELATIONS)
def test_each_relation_occurs(relation: str) -> None:
    """Agreements are recorded as well as quarrels."""
    assert relation in set(claims.relations(items=True)["relation"])


@pytest.mark.parametrize("row", EVENTS.to_dict("records"), ids=lambda row: row["id"])
def test_the_day_of_a_news_item_is_not_the_day_of_an_event(row: dict[str, str]) -> None:
    """Days that a note gives for what it cites date no event, but where the note's own sentence gives the same one."""
    cited = {"2002-08-15", "2015-03-10", "2017-07-05", "2017-11-28", "2018-01-05", "2018-05-24", "2018-06-01"}
    assert row["basis"] == "outside" or not {row["first"], row["last"]} & cited


@pytest.mark.parametrize("row", EVENTS[EVENTS["precision"] == "none"].to_dict("records"), ids=lambda row: row["id"])
def test_an_event_without_a_date_says_so(row: dict[str, str]) -> None:
    """The note tells why there is none."""
    assert row["note"]


@pytest.mark.parametrize("row", ISSUES.to_dict("records"), ids=lambda row: row["id"])
def test_an_issue_does_not_tell_the_answer(row: dict[str, str]) -> None:
    """A proposition is short, and neutral: it says neither that Minsk is for it nor that it is against."""
    assert len(row["proposition"].split()) <= 16
    assert not re.search(r"\b(refus|reject|oppos|block|avoid)", row["proposition"])
    assert row["first_year"] <= row["last_year"]


def _names(text: str) -> set[str]:
    """Return words with a capital letter that do not begin a sentence."""
    return set(re.findall(r"(?<=[a-z,;:0-9–] )[A-ZŁŻ][\w-]+", text)) - NO_NAMES


@pytest.mark.parametrize(
    "text",
    [*CLAIMS["claim"], *EVENTS["event"], *ISSUES["proposition"], *ISSUES["issue"]],
    ids=lambda text: text[:40],
)
def test_every_name_is_in_the_glossary(text: str) -> None:
    """A person, place, institution or treaty that a row names can be looked up."""
    known = {word for entry in glossary.load() for name in entry.names for word in re.findall(r"[\w-]+", name)}
    unknown = {name for name in _names(text) if name not in known and name.removesuffix("s") not in known}
    assert not {name for name in unknown if re.sub(r"(ian|n|i|ish)$", "", name.removesuffix("s")) not in _stems(known)}


def _stems(names: set[str]) -> set[str]:
    """Return names and what an adjective keeps of them: Russian of Russia, Belarusian of Belarus."""
    return names | {name.removesuffix("ia").removesuffix("a") for name in names} | {f"{name}us" for name in names}
