"""The pages print the computed tables, and never more than those hold."""

from __future__ import annotations

import re

import pytest

from neutrality import stancebuild, stancepages, tables

COMPUTED = {name: tables.load(f"stances-{name}") for name in stancebuild.COMPUTED}
RESULTS = stancepages.results(COMPUTED)


def test_the_written_part_of_the_codebook_stays() -> None:
    """Only what stands after the mark is made anew."""
    made = stancepages.codebook(f"# Rules\n\nOne.\n\n{stancepages.MARK}\n\nold numbers\n", COMPUTED["reliability"])
    assert made.startswith(f"# Rules\n\nOne.\n\n{stancepages.MARK}\n")
    assert "old numbers" not in made
    assert stancepages.codebook(made, COMPUTED["reliability"]) == made


def test_the_codebook_does_not_tell_a_coder_what_comes_out() -> None:
    """Reliability stands there, and no divergence and no code."""
    page = (tables.data_folder() / "stances" / stancepages.CODEBOOK).read_text(encoding="utf-8")
    assert "Ordinal α" in page
    assert "istance" not in page
    assert not re.search(r"\bi\d\d\b", page)


def test_a_group_of_fewer_than_five_codings_has_no_interval() -> None:
    """Counts and bounds are printed instead."""
    for line in RESULTS.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and cells[2].isdigit() and int(cells[2]) < 5:
            assert "(" not in cells[4] + cells[6] + cells[7]


@pytest.mark.parametrize("said", ["cannot decide between them", "**our** operationalisation", "of one language model"])
def test_the_results_say_what_they_are(said: str) -> None:
    """Circularity, whose operationalisation it is, and who coded."""
    assert said in " ".join(RESULTS.split())


def test_every_group_is_printed() -> None:
    """No row of the table is left out of the page."""
    for group in COMPUTED["divergence"]["group"].unique():
        assert f"| {group} |" in RESULTS
