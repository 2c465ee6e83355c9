"""The computed tables are those of the written ones, and a build that fails changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from neutrality import divergence, reliability, stancebuild, stances, tables
from neutrality.stancebuild import StanceTableError
from neutrality.withholding import withhold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the data folder without the votes, which the builder does not touch."""
    copy = tmp_path / "data"
    shutil.copytree(tables.data_folder(), copy, ignore=shutil.ignore_patterns("unga"))
    return copy


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_rebuild_changes_nothing(folder: Path) -> None:
    """What is committed is what the builder makes, byte for byte."""
    before = _contents(folder)
    stancebuild.build(folder)
    assert _contents(folder) == before


@pytest.mark.parametrize("name", stancebuild.COMPUTED)
def test_a_damaged_computed_table_is_made_anew(folder: Path, name: str) -> None:
    """It depends on the written tables only."""
    before = _contents(folder)
    (folder / "stances" / f"{name}.csv").write_text("broken")
    stancebuild.build(folder)
    assert _contents(folder) == before


def test_tables_that_a_spreadsheet_saved_are_no_students_copy(folder: Path) -> None:
    """The ends of lines that Windows writes change no number."""
    results = (folder / "stances" / "results.md").read_bytes()
    for name in stancebuild.WRITTEN:
        path = folder / "stances" / f"{name}.csv"
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    stancebuild.build(folder)
    assert (folder / "stances" / "results.md").read_bytes() == results


def test_a_fault_stops_the_build_before_anything_changes(folder: Path) -> None:
    """The message says how much there is to mend, and lists no more than fits a screen."""
    path = folder / "stances" / "claims.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",judgement,", ",opinion,"), encoding="utf-8")
    before = _contents(folder)
    with pytest.raises(StanceTableError) as refusal:
        stancebuild.build(folder)
    lines = str(refusal.value).splitlines()
    assert lines[0].endswith("to mend:")
    assert len(lines) == stancebuild.SHOWN + 2
    assert _contents(folder) == before


def test_a_person_who_codes_is_compared_with_everybody(folder: Path) -> None:
    """One more coder gives two more pairs, rows in the codebook, and a variant of the divergence."""
    coders, codings = folder / "stances" / "coders.csv", folder / "stances" / "codings.csv"
    with coders.open("a", encoding="utf-8") as file:
        file.write("anna,human,A specialist.,2026-12-01,She saw no other codes.\n")
    rows = codings.read_text(encoding="utf-8").splitlines()
    hers = [row.replace(",pass-a,3,", ",anna,1,") for row in rows if ",pass-a,3," in row]
    codings.write_text("\n".join([*rows, *hers]) + "\n", encoding="utf-8")
    made = stancebuild.build(folder)
    assert set(made["reliability"]["coders"]) == {"pass-a, pass-b", "anna, pass-a", "anna, pass-b"}
    assert "coder anna" in set(made["sensitivity"]["variant"])
    page = (folder / "stances" / "codebook.md").read_text(encoding="utf-8")
    assert page.count("| anna, pass-") == 2
    assert "in 3 rounds" in page


def test_a_students_copy_is_not_built_from(folder: Path) -> None:
    """It lacks rows, and a list of what lacks would tell which."""
    withhold(folder)
    before = _contents(folder)
    with pytest.raises(StanceTableError, match="student's copy") as refusal:
        stancebuild.build(folder)
    assert "no claim" not in str(refusal.value)
    assert _contents(folder) == before


def test_a_changed_code_changes_the_numbers_and_the_checksums(folder: Path) -> None:
    """A code that is corrected arrives in the tables and on the page."""
    path = folder / "stances" / "codings.csv"
    old = "i04,minsk,adjudicated,3,2,"
    text = path.read_text(encoding="utf-8")
    assert old in text
    before = _contents(folder)
    path.write_text(text.replace(old, "i04,minsk,adjudicated,3,-2,"), encoding="utf-8")
    stancebuild.build(folder)
    after = _contents(folder)
    changed = {name for name in before if before[name] != after[name]}
    assert {"stances/divergence.csv", "stances/results.md", "datapackage.json", "CODEBOOK.md"} <= changed
    assert "stances/reliability.csv" not in changed


def test_the_shipped_tables_are_what_a_student_computes() -> None:
    """From the open rows, with the functions that lessons use."""
    issues, codings = stances.issues(), stances.codings()
    shipped = tables.load("stances-divergence")
    made = divergence.measure(codings, issues, by="phase", boundary="later")
    rows = shipped[(shipped["grouping"] == "phase") & (shipped["boundary"] == "later")].set_index("group")
    assert rows["distance"].tolist() == pytest.approx(made["distance"].round(4).tolist(), nan_ok=True)
    assert rows["distance_high"].tolist() == pytest.approx(made["distance_high"].round(4).tolist(), nan_ok=True)
    table = tables.load("stances-reliability")
    row = table[(table["round"] == 3) & (table["covers"] == "open issues") & (table["actor"] == "all")].iloc[0]
    assert row["alpha_ordinal"] == round(reliability.report(codings, issues, round=3).loc["all", "alpha_ordinal"], 4)


def test_consistency_is_above_the_threshold_in_the_last_round() -> None:
    """Below .667 the codebook must be revised and the issues coded again."""
    table = tables.load("stances-reliability")
    last = table[(table["actor"] == "all") & (table["round"] == table["round"].max())]
    assert (last["alpha_ordinal"] >= reliability.TENTATIVE).all()
