"""Tables are found, checked and read."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from neutrality import tables
from neutrality.tables import TableError


def test_the_environment_variable_comes_first(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """NEUTRALITY_DATA names another data folder."""
    monkeypatch.setenv("NEUTRALITY_DATA", str(built))
    assert tables.data_folder() == built
    assert len(tables.load("unga-states")) == 4


def test_a_variable_that_points_nowhere_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong variable never falls back to other tables."""
    monkeypatch.setenv("NEUTRALITY_DATA", str(tmp_path))
    with pytest.raises(TableError, match=r"no datapackage\.json here.*Correct the variable"):
        tables.data_folder()


def test_finds_what_a_wheel_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a wheel the tables and readings lie inside the package."""
    for place in ("_data/datapackage.json", "_readings/glossary.csv"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text("{}")
    monkeypatch.delenv("NEUTRALITY_DATA", raising=False)
    monkeypatch.setattr(tables, "_PACKAGE", tmp_path)
    monkeypatch.setattr(tables, "_CHECKOUT", tmp_path / "nowhere")
    assert tables.data_folder() == tmp_path / "_data"
    assert tables.readings_folder() == tmp_path / "_readings"
    assert tables.glossary_file() == tmp_path / "_readings" / "glossary.csv"


def test_finds_what_a_checkout_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an editable checkout they lie where a reader of the repository looks for them."""
    for place in ("data/datapackage.json", "course/glossary.csv", "course/readings/x"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text("{}")
    monkeypatch.delenv("NEUTRALITY_DATA", raising=False)
    monkeypatch.setattr(tables, "_PACKAGE", tmp_path / "course" / "neutrality")
    monkeypatch.setattr(tables, "_CHECKOUT", tmp_path)
    assert tables.data_folder() == tmp_path / "data"
    assert tables.readings_folder() == tmp_path / "course" / "readings"
    assert tables.glossary_file() == tmp_path / "course" / "glossary.csv"


def test_an_installation_without_tables_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names both places and what to do."""
    monkeypatch.delenv("NEUTRALITY_DATA", raising=False)
    monkeypatch.setattr(tables, "_PACKAGE", tmp_path / "package")
    monkeypatch.setattr(tables, "_CHECKOUT", tmp_path / "checkout")
    with pytest.raises(TableError, match=r"(?s)neither .*_data.* nor .*checkout.*reinstall"):
        tables.data_folder()


@pytest.mark.parametrize("damage", [b"", b"edited", None])
def test_a_torn_edited_or_missing_table_is_an_error(damage: bytes | None, built: Path) -> None:
    """Whatever happened to the file, its content is not used, and the error names it."""
    path = built / "unga" / "votes.parquet"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] if damage == b"" else path.read_bytes() + damage)
    with pytest.raises(TableError, match=r"votes\.parquet: table 'unga-votes' .*Get it afresh"):
        tables.load("unga-votes", built)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}"])
def test_a_damaged_description_is_an_error(content: str, built: Path) -> None:
    """A datapackage.json that is none is named."""
    (built / "datapackage.json").write_text(content)
    with pytest.raises(TableError, match=r"datapackage\.json.*Get it afresh"):
        tables.load("unga-votes", built)


def test_an_unknown_table_is_an_error_that_lists_the_known_ones(built: Path) -> None:
    """The message has every name to choose from."""
    with pytest.raises(TableError, match=r"no table 'votes'.*unga-resolutions, unga-states, unga-votes"):
        tables.resource("votes", built)


def test_only_parquet_is_read_as_a_table(built: Path) -> None:
    """The build's report is described in the package, but is no table."""
    with pytest.raises(TableError, match=r"build-report\.json: is not a Parquet table"):
        tables.load("unga-build-report", built)


def test_types_keep_gaps(built: Path) -> None:
    """Gaps in true/false and in whole numbers stay gaps and change no type."""
    frame = tables.load("unga-resolutions", built)
    assert isinstance(frame["me"].dtype, pd.BooleanDtype)
    assert isinstance(frame["total_yes"].dtype, pd.Int16Dtype)
    assert frame["me"].isna().tolist() == [False, True, False]
    assert pd.api.types.is_datetime64_dtype(frame["date"])


def test_reads_only_the_columns_asked_for(built: Path) -> None:
    """A subset of columns keeps their order in the file."""
    assert list(tables.load("unga-votes", built, columns=["undl_id", "vote"])) == ["undl_id", "vote"]


def test_the_project_finds_its_own_tables() -> None:
    """Whatever the installation, the package's description is there and readable."""
    assert json.loads((tables.data_folder() / "datapackage.json").read_text())["resources"]
