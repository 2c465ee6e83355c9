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


def test_nothing_left_is_not_called_robust() -> None:
    """Where one issue is coded, leaving it out leaves nothing, and the page says so."""
    line = next(line for line in RESULTS.split("## What changes")[1].splitlines() if line.startswith("| multi-vector"))
    assert "nothing left in 1 of" in line


def test_the_rules_are_said_to_agree_only_where_they_do() -> None:
    """The sentence on the border stands there if and only if one table serves all four rules."""
    table = COMPUTED["divergence"].query("grouping == 'phase'").drop(columns="boundary").astype(str)
    alike = len(table.drop_duplicates()) == table["group"].nunique()
    assert ("says nothing about where the border lies" in " ".join(RESULTS.split())) == alike


@pytest.mark.parametrize(
    "page", [RESULTS, stancepages.codebook("", COMPUTED["reliability"])], ids=["results", "codebook"]
)
def test_every_row_has_a_cell_under_every_head(page: str) -> None:
    """Within a table all lines have the same number of cells."""
    for block in page.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count(" | ") for line in block.splitlines()}) == 1, block.splitlines()[0]
