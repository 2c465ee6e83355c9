"""Claims are found by place, keep their speakers, and come without those that serve as graded questions."""

from __future__ import annotations

import pytest

from neutrality import claims
from neutrality.claims import UnknownClaimError
from neutrality.sources import SourceError

OPEN = claims.load()
HIDDEN = sorted(set(claims.load(items=True)["id"]) - set(OPEN["id"]))


def test_graded_claims_come_only_when_asked_for() -> None:
    """The default leaves out every row that serves as an item, and nothing else."""
    everything = claims.load(items=True)
    assert set(OPEN["use"]) == {"lesson"}
    assert len(OPEN) == (everything["use"] == "lesson").sum() < len(everything)


@pytest.mark.parametrize(
    ("locator", "places"),
    [
        ("osw-2018 fn5", {"osw-2018 fn5"}),
        ("osw-2018 s1.p2", {"osw-2018 s1.p2"}),
        ("OSW-2018, s1", {f"osw-2018 s1.p{number}" for number in range(1, 5)}),
        ("digest-2016 lead", {f"digest-2016 lead.p{number}" for number in range(1, 4)}),
        ("digest-2016 s2.b3", {"digest-2016 s2.b3"}),
    ],
)
def test_a_place_finds_its_claims(locator: str, places: set[str]) -> None:
    """A paragraph gives its own claims, a section those of all its paragraphs, and no note comes along."""
    found = claims.at(locator, items=True)
    named = {place for cell in found["locator"] for place in cell.split(";") if not place.startswith("osw-2018 fn")}
    notes = locator.startswith("osw-2018 fn")
    assert (set(found["locator"]) if notes else named) == places


def test_a_place_of_two_digits_is_not_found_by_one() -> None:
    """Note 1 does not bring notes 10 to 17."""
    assert set(claims.at("osw-2018 fn1", items=True)["locator"]) == {"osw-2018 fn1"}


def test_a_place_that_there_is_not_is_an_error() -> None:
    """The message is that of the sources."""
    with pytest.raises(SourceError, match="no place 's7'"):
        claims.at("osw-2018 s7")


def test_relations_join_the_two_sources() -> None:
    """Each pair has a claim of either source, and no withheld one."""
    found = claims.relations()
    assert found["claim"].str.startswith("k").all()
    assert found["related"].str.startswith("d").all()
    assert not {*found["claim"], *found["related"]} & set(HIDDEN)
    assert len(claims.relations(items=True)) > len(found) > 0


def test_pairs_of_unequal_cells_are_an_error() -> None:
    """A relation without a claim is not dropped in silence."""
    with pytest.raises(ValueError, match="shorter"):
        claims.pairs("supports;qualifies", "d001")


def test_show_prints_speakers_place_and_open_relations(capsys: pytest.CaptureFixture[str]) -> None:
    """A reader sees who says it, where, and how it stands to the other source."""
    pair = claims.relations().iloc[0]
    claims.show(pair["claim"])
    shown = capsys.readouterr().out
    assert pair["locator"] in shown
    assert f"{pair['relation']} {pair['related']} ({pair['related_locator']})" in shown
    assert "Kłysiński" in shown


@pytest.mark.parametrize("claim", [HIDDEN[0], "k999", ""])
def test_a_claim_that_is_not_here_is_an_error(claim: str) -> None:
    """A withheld claim looks like one that never was."""
    with pytest.raises(UnknownClaimError, match=r"claims\.load\(\)"):
        claims.show(claim)
