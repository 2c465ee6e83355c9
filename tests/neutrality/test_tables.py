"""Tables are found, checked and read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

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


CSV = """id,count,share,since,known,day
a,1,0.5,1994-12-15,true,1994
NA,,,,,
"x, ""y""
z",-3,2,2001-12-31,False,none
"""
CSV_FIELDS = {"id": "string", "count": "integer", "share": "number", "since": "date", "known": "boolean"}


def with_csv(folder: Path, content: str = CSV, **changed: str) -> Path:
    """Return a data folder with one CSV table, its description in order unless a field's type is changed."""
    path = folder / "stances" / "table.csv"
    path.parent.mkdir()
    path.write_bytes(content.encode())
    fields = [{"name": name, "type": kind} for name, kind in ({**CSV_FIELDS, "day": "string"} | changed).items()]
    entry: dict[str, Any] = {"name": "table", "path": "stances/table.csv", "schema": {"fields": fields}}
    entry["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "datapackage.json").write_text(json.dumps({"resources": [entry]}))
    return folder


@pytest.mark.parametrize(
    ("column", "dtype", "values"),
    [
        ("id", None, ["a", "NA", 'x, "y"\nz']),
        ("count", "Int64", [1, pd.NA, -3]),
        ("share", "float64", [0.5, float("nan"), 2]),
        ("since", None, [pd.Timestamp("1994-12-15"), pd.NaT, pd.Timestamp("2001-12-31")]),
        ("known", "boolean", [True, pd.NA, False]),
        ("day", None, ["1994", "", "none"]),
    ],
)
def test_a_csv_table_has_the_types_of_its_description(
    column: str, dtype: str | None, values: list[Any], tmp_path: Path
) -> None:
    """Empty strings stay strings; an empty cell of any other field is a gap that changes no type."""
    found = tables.load("table", with_csv(tmp_path))[column]
    if dtype:
        assert found.dtype == dtype
    if column == "since":
        assert pd.api.types.is_datetime64_dtype(found)
    gaps = [bool(pd.isna(value)) for value in values]
    assert found.isna().tolist() == gaps
    assert found.dropna().tolist() == [value for value, gap in zip(values, gaps, strict=True) if not gap]


def test_reads_only_the_csv_columns_asked_for(tmp_path: Path) -> None:
    """A subset of columns keeps their order in the file."""
    assert list(tables.load("table", with_csv(tmp_path), columns=["day", "id"])) == ["id", "day"]


def test_a_csv_table_can_be_empty(tmp_path: Path) -> None:
    """A header alone is a table with no rows, its types in place."""
    frame = tables.load("table", with_csv(tmp_path, CSV.splitlines()[0] + "\n"))
    assert len(frame) == 0
    assert frame["count"].dtype == "Int64"


def test_an_edited_csv_table_is_an_error(tmp_path: Path) -> None:
    """The checksum holds for CSV as for Parquet."""
    folder = with_csv(tmp_path)
    (folder / "stances" / "table.csv").write_text(CSV.replace("a,1", "a,2"))
    with pytest.raises(TableError, match=r"table\.csv: table 'table' is torn or was edited"):
        tables.load("table", folder)


@pytest.mark.parametrize(
    ("content", "changed", "words"),
    [
        (CSV.replace("count", "number", 1), {}, "has the columns id, number, .* has id, count"),
        (CSV, {"id": "integer"}, "column 'id' has a value that is no integer .*'a'"),
        (CSV, {"id": "number"}, "column 'id' has a value that is no number"),
        (CSV, {"day": "boolean"}, "column 'day' has a value that is no boolean"),
        (CSV, {"day": "date"}, "column 'day' has a value that is no date"),
    ],
)
def test_a_csv_table_that_is_not_as_described_is_an_error(
    content: str, changed: dict[str, str], words: str, tmp_path: Path
) -> None:
    """The error names the file and the column."""
    with pytest.raises(TableError, match=f"(?s){words}.*Get it afresh"):
        tables.load("table", with_csv(tmp_path, content, **changed))


def test_a_csv_table_is_not_read_as_arrow(tmp_path: Path) -> None:
    """The fast form is for Parquet alone."""
    with pytest.raises(TableError, match="is not a Parquet table"):
        tables.arrow("table", with_csv(tmp_path))
