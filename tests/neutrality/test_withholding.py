"""A copy of the data folder loses every row that serves as a graded item, and stays whole."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from neutrality import claims, events, stances, tables
from neutrality.tables import TableError
from neutrality.withholding import withhold

DATA = tables.data_folder()
MARKED = ("claims", "events", "issues", "codings")


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "stances" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HIDDEN = {row["id"] for name in MARKED[:3] for row in _rows(DATA, name) if row["use"] == "item"}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a copy of the project's own tables about the sources, with the rows withheld."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    withhold(folder)
    return folder


@pytest.fixture
def as_student(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the package read that copy."""
    monkeypatch.setenv(tables.DATA_VARIABLE, str(bundle))
    return bundle


@pytest.mark.parametrize("name", MARKED)
def test_no_row_of_an_item_is_left(bundle: Path, name: str) -> None:
    """All other rows are there, in their order."""
    left = _rows(bundle, name)
    assert {row["use"] for row in left} == {"lesson"}
    key = "issue" if name == "codings" else "id"
    assert [row[key] for row in left] == [row[key] for row in _rows(DATA, name) if row["use"] != "item"]


def test_no_withheld_id_is_mentioned_anywhere(bundle: Path) -> None:
    """Neither a relation nor a coding nor the description tells that there is such a row."""
    for path in bundle.rglob("*"):
        if path.suffix in {".csv", ".json", ".md"}:
            words = set(path.read_text(encoding="utf-8").replace(";", ",").replace("\n", ",").split(","))
            assert not HIDDEN & words, path.name


def test_relations_and_related_claims_stay_in_step(as_student: Path) -> None:
    """A claim that lost all its relations looks like one that never had any."""
    for _, row in claims.load(items=True).iterrows():
        pairs = claims.pairs(row["relation"], row["related_claims"])
        assert bool(pairs) == (row["relation"] != claims.NONE_SHOWN)
        assert row["relation"] != claims.NOT_ADDRESSED


def test_the_copy_is_whole(as_student: Path) -> None:
    """Every table can be read, with its new checksum and its new number of rows."""
    for entry in json.loads((as_student / tables.DESCRIPTOR).read_text(encoding="utf-8"))["resources"]:
        if entry["path"].endswith(".csv"):
            assert len(tables.load(entry["name"])) == entry["rows"]


def test_students_and_instructors_compute_with_the_same_rows(as_student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a reader gives by default does not depend on whose copy it reads."""
    readers = (claims.load, events.load, stances.issues, stances.codings)
    students = [reader().drop(columns=["relation", "related_claims"], errors="ignore") for reader in readers]
    monkeypatch.delenv(tables.DATA_VARIABLE)
    for reader, theirs in zip(readers, students, strict=True):
        assert reader().drop(columns=["relation", "related_claims"], errors="ignore").equals(theirs)


def test_what_was_withheld_is_counted(tmp_path: Path) -> None:
    """The numbers are those of the rows that are gone, and a second time nothing is."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    gone = withhold(folder)
    assert gone["stances/claims.csv"] == sum(row["use"] == "item" for row in _rows(DATA, "claims"))
    assert set(withhold(folder).values()) == {0}


def test_a_missing_table_stops_everything(tmp_path: Path) -> None:
    """A release with half of the tables cleaned must not go out."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    (folder / "stances" / "events.csv").unlink()
    before = (folder / "stances" / "claims.csv").read_bytes()
    with pytest.raises(TableError, match=r"events\.csv"):
        withhold(folder)
    assert (folder / "stances" / "claims.csv").read_bytes() == before
