"""What lesson 09 says in numbers is what the votes and the table of outside facts say today."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from neutrality import agreement, rollcalls

from .prose import prose

ROOT = Path(__file__).parents[2]
VOTES = rollcalls.load()
FACTS = pd.read_csv(ROOT / "data" / "reference" / "after_papers.csv")
TEXT = " ".join(prose(ROOT / "notebooks" / "lessons" / "09-after-the-papers.ipynb").split())


def test_the_lesson_says_as_of_when_it_is_written() -> None:
    """A date stands at the top."""
    assert "**Written as of** 29 November 2026" in TEXT


def test_belarus_said_no_to_every_recorded_text_of_the_emergency_session() -> None:
    """Nine roll calls, nine times no, as Russia."""
    texts = VOTES.select(VOTES.resolutions["resolution"].str.contains("ES-11/"))
    assert len(texts) == 9
    assert set(texts.votes("BLR")) == set(texts.votes("RUS")) == {3}


def test_the_shares_by_year_are_those_that_the_prose_quotes() -> None:
    """Identical shares of three years, and the common votes of two."""
    table = agreement.pair(VOTES.years(2014, 2025), "BLR", "RUS", by="year")
    said = [f"{table.loc[year, 'identical']:.2f}" for year in (2018, 2022, 2025)]
    assert f"{said[0]} in 2018, {said[1]} in 2022 and {said[2]} in 2025" in TEXT
    assert f"{table.loc[2025, 'n']:.0f} common votes, in 2024 there were {table.loc[2024, 'n']:.0f}" in TEXT


def test_every_outside_fact_has_a_recorded_source() -> None:
    """Each source of a row stands in the course's references."""
    known = set(pd.read_csv(ROOT / "course" / "readings" / "references.csv")["id"])
    assert {source for cell in FACTS["source"] for source in cell.split(";")} <= known
