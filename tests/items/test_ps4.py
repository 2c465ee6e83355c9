"""Problem set 4: keys that rest on the course's tables are those of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairmark import bank
from neutrality import claims, events, stances

ENTRIES = bank.load(Path(__file__).parents[2] / "grading" / "items")["ps4"].entries
CLAIMS = claims.load(items=True).set_index("id")
EVENTS = events.load(items=True).set_index("id")
PAPERS = {"earlier": EVENTS.at["e41", "first"], "later": EVENTS.at["e53", "first"]}
SPEAKERS = {
    "russian-media-and-experts": "experts",
    "opinion-surveys": "surveys",
}
ISSUE = {
    "Europe gets a new system of security.": "i31",
    "Other states accept Belarus as neutral.": "i45",
    "Belarus joins the West, or moves over to it.": "i44",
}


def _keys(item: str) -> list[tuple[dict[str, Any], Any]]:
    """Pair each variant of an item with its key."""
    entry = ENTRIES[f"ps4-{item}"]
    return list(zip(entry.item.pool or ({},), entry.keys, strict=True))


@pytest.mark.parametrize(
    ("claim", "place"), list(zip(["d038", "d041", "d044", "d046", "d051", "d054"], _keys("q5"), strict=True))
)
def test_a_statement_is_located_where_its_claim_stands(claim: str, place: Any) -> None:
    """Question 5: the key of a variant is the place of the claim on which it rests."""
    assert place[1] == [CLAIMS.at[claim, "locator"]]


@pytest.mark.parametrize(
    ("claim", "chain"), list(zip(["k064", "k082", "d053", "d022", "d045", "k101"], _keys("q6"), strict=True))
)
def test_a_chain_is_that_of_its_claim(claim: str, chain: Any) -> None:
    """Question 6: the speakers of the table, in its order."""
    assert chain[1] == [SPEAKERS.get(one, one) for one in CLAIMS.at[claim, "speaker_chain"].split(" > ")]


@pytest.mark.parametrize(
    ("claim", "kind"), list(zip(["k086", "k085", "k062", "d037", "d009", "k104"], _keys("q9"), strict=True))
)
def test_a_kind_is_that_of_its_claim(claim: str, kind: Any) -> None:
    """Question 9: the kind and the place of the table."""
    assert kind[1] == CLAIMS.at[claim, "kind"]
    assert kind[0]["place"] in CLAIMS.at[claim, "locator"].split(";")


def test_precisions_and_order_are_those_of_the_events() -> None:
    """Questions 11 and 12: what the table of events has."""
    rows = {
        "talks": "e32",
        "donor": "e44",
        "conference": "e47",
        "thinktank": "e34",
        "return": "e49",
        "sanctions": "e38",
    }
    precision = ENTRIES["ps4-q11"].right_answer()
    assert precision == {row: EVENTS.at[rows[row], "precision"] for row in precision}
    order = ENTRIES["ps4-q12"].right_answer()
    assert order == sorted(order, key=lambda one: EVENTS.at[rows[one], "first"])


@pytest.mark.parametrize(
    ("event", "key"),
    list(zip(["e32", "e38", "e34", "e47", "e47", "e47", "e49"], [key for _, key in _keys("q13")][:-1], strict=True)),
)
def test_what_a_paper_could_know_follows_from_the_dates(event: str, key: str) -> None:
    """Question 13: before both papers, between them, or without a date."""
    last = EVENTS.at[event, "last"]
    expected = "unknown" if not last else "both" if last < PAPERS["earlier"][:7] else "later"
    assert expected == key
    assert not last or last < PAPERS["later"]


@pytest.mark.parametrize("variant", _keys("q19"), ids=lambda one: str(one[1]))
def test_a_single_code_is_the_adjudicated_one_and_undisputed(variant: Any) -> None:
    """Question 19: both passes of the last round and the adjudicated code are the same, and so is the row's wording."""
    given, key = variant
    issues = stances.issues(items=True).set_index("id")
    issue, actor = ISSUE[given["proposition"]], given["actor"].removeprefix("the ").casefold()
    coded = stances.codings(items=True)
    last = coded[(coded["issue"] == issue) & (coded["actor"] == actor) & (coded["round"] == 3)]
    assert set(last["code"]) == {key.replace("not-in-source", stances.NOT_IN_SOURCE)}
    assert given["proposition"] == issues.at[issue, "proposition"]
    assert (given["meaning_of_2"], given["meaning_of_minus_2"]) == (
        issues.at[issue, "plus_two"],
        issues.at[issue, "minus_two"],
    )


@pytest.mark.parametrize("issue", ["i22", "i30", "i43"])
def test_the_table_of_propositions_is_that_of_the_issues(issue: str) -> None:
    """Question 20: proposition, ends and places as in the list of issues."""
    row = stances.issues(items=True).set_index("id").loc[issue]
    years = f"{row['first_year']}–{row['last_year']}".replace("2018–2018", "2018")
    cells = [f"`{issue}`", row["proposition"], years, row["plus_two"], row["minus_two"], f"`{row['locators']}`"]
    assert f"| {' | '.join(map(str, cells))} |" in ENTRIES["ps4-q20"].item.prompt


def test_a_third_of_the_questions_have_variants() -> None:
    """At least a third, with four variants or more each."""
    automatic = [entry for entry in ENTRIES.values() if not entry.marked_by_hand]
    pools = [len(entry.item.pool) for entry in automatic if entry.item.pool]
    assert len(automatic) == 24
    assert len(pools) >= len(automatic) / 3
    assert min(pools) >= 4
