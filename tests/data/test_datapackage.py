"""Every table of the project is what datapackage.json says it is."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import frictionless
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from neutrality import tables

DATA = Path(__file__).resolve().parents[2] / "data"
PACKAGE: dict[str, Any] = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES = {entry["name"]: entry for entry in PACKAGE["resources"]}
TABLES = {name: entry for name, entry in RESOURCES.items() if entry["type"] == "table"}
PARQUET = [name for name, entry in TABLES.items() if entry["format"] == "parquet"]

KINDS = {
    "integer": pa.types.is_integer,
    "string": lambda kind: pa.types.is_string(kind) or pa.types.is_dictionary(kind),
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date,
    "number": pa.types.is_floating,
}

every_resource = pytest.mark.parametrize("name", RESOURCES)
every_table = pytest.mark.parametrize("name", TABLES)


def test_describes_every_file_of_the_folder() -> None:
    """No file lies there without a description, and none is described that is not there."""
    found = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    described = {entry["path"] for entry in RESOURCES.values()}
    assert found - {"datapackage.json", "CODEBOOK.md"} == described


@every_resource
def test_checksum(name: str) -> None:
    """The file's SHA-256 is the one written down."""
    entry = RESOURCES[name]
    assert entry["hash"] == "sha256:" + hashlib.sha256((DATA / entry["path"]).read_bytes()).hexdigest()


@every_resource
def test_licence_source_and_citation(name: str) -> None:
    """Each resource says whose it is, on what terms, and how to cite it."""
    entry = RESOURCES[name]
    assert all(licence["title"] and licence["path"].startswith("https://") for licence in entry["licenses"])
    assert all(source["title"] and source["path"].startswith("https://") for source in entry["sources"])
    assert entry["licenses"]
    assert entry["sources"]
    assert all(entry[key] for key in ("title", "description", "citation"))


@pytest.mark.parametrize("name", [name for name in RESOURCES if name.startswith("unga-")])
def test_the_votes_are_attributed_to_the_library(name: str) -> None:
    """The library's terms ask for attribution and allow non-commercial use."""
    entry = RESOURCES[name]
    assert "United Nations Dag Hammarskjöld Library, General Assembly Voting Data" in entry["citation"]
    assert entry["licenses"][0]["title"] == "Copyright United Nations; non-commercial use with attribution"


@every_table
def test_every_field_is_explained(name: str) -> None:
    """Each field has a meaning, a unit, and a word on missing values."""
    for field in TABLES[name]["schema"]["fields"]:
        assert all(field[key] for key in ("description", "unit", "missing", "type")), field["name"]


@pytest.mark.parametrize("name", PARQUET)
def test_columns_and_types_are_those_of_the_file(name: str) -> None:
    """The schema has the file's columns, in order, with its types; required columns can hold no gap."""
    schema = pq.read_schema(DATA / TABLES[name]["path"])
    fields = TABLES[name]["schema"]["fields"]
    assert schema.names == [field["name"] for field in fields]
    for field in fields:
        column = schema.field(field["name"])
        assert KINDS[field["type"]](column.type), field["name"]
        assert column.nullable is not field.get("constraints", {}).get("required", False), field["name"]


@every_table
def test_every_row_keeps_the_constraints(name: str) -> None:
    """Row count, keys, patterns, lists of values and bounds hold in every row."""
    frame = pd.read_parquet(DATA / TABLES[name]["path"]) if name in PARQUET else tables.load(name)
    schema = TABLES[name]["schema"]
    assert len(frame) == TABLES[name]["rows"]
    assert not frame.duplicated(schema["primaryKey"]).any()
    for field in schema["fields"]:
        limits, values = field.get("constraints", {}), frame[field["name"]].drop_duplicates().dropna()
        assert not limits.get("unique") or frame[field["name"]].is_unique
        assert "enum" not in limits or set(values) <= set(limits["enum"])
        assert not limits.get("required") or not (frame[field["name"]].isna() | (frame[field["name"]] == "")).any()
        assert "minimum" not in limits or (values >= limits["minimum"]).all()
        assert "pattern" not in limits or all(re.fullmatch(limits["pattern"], value) for value in values)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in PARQUET])
def test_a_csv_table_is_plain(name: str) -> None:
    """UTF-8 without a byte order mark, line feeds, a header with the described columns, and a last line end."""
    content = (DATA / TABLES[name]["path"]).read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode("utf-8").splitlines()[0].split(",") == [
        field["name"] for field in TABLES[name]["schema"]["fields"]
    ]


@pytest.mark.parametrize("key", TABLES["stances-codings"]["schema"]["foreignKeys"], ids=lambda key: key["fields"][0])
def test_codings_refer_to_known_issues_and_coders(key: dict[str, Any]) -> None:
    """The foreign keys hold in every row, and no issue and no coder is without codings."""
    there = key["reference"]
    codings = set(tables.load("stances-codings")[key["fields"][0]])
    assert codings == set(tables.load(there["resource"])[there["fields"][0]])


def test_votes_refer_to_known_resolutions_and_states() -> None:
    """The foreign keys hold in every row."""
    for key in TABLES["unga-votes"]["schema"]["foreignKeys"]:
        there = TABLES[key["reference"]["resource"]]
        column, wanted = key["fields"][0], key["reference"]["fields"][0]
        votes = pd.read_parquet(DATA / TABLES["unga-votes"]["path"], columns=[column])
        known = pd.read_parquet(DATA / there["path"], columns=[wanted])
        assert set(votes[column]) == set(known[wanted])


@every_resource
def test_frictionless_accepts_it(name: str) -> None:
    """An independent implementation reads the file by its description and finds nothing wrong.

    It looks at the first rows only, because it takes minutes for a million; the tests above look at every row.
    """
    entry = json.loads(json.dumps(RESOURCES[name]))
    entry.get("schema", {}).pop("foreignKeys", None)  # the other tables are not part of this one resource
    resource = frictionless.Resource.from_descriptor(entry, basepath=str(DATA))
    report = resource.validate(limit_rows=300 if "schema" in entry else None)
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


def test_frictionless_accepts_the_package() -> None:
    """The description as a whole is a valid Data Package."""
    assert frictionless.Package.from_descriptor(PACKAGE, basepath=str(DATA)).resource_names == list(RESOURCES)
