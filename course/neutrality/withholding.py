"""Take out of a copy of the data folder what would be the key to a graded question.

Rows of claims, events, issues and codings that serve as exam items are marked ``use=item``. A release hands its copy of
the folder to `withhold`, which removes those rows and every mention of them in the rows that stay, and brings checksums
and row counts up to date. The project's own folder is never touched.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from neutrality import tables
from neutrality.claims import NONE_SHOWN, pairs
from neutrality.openrows import ITEM, USE
from neutrality.replacing import replace_together
from neutrality.stamping import stamped

_NAMES_ISSUE = "issue"

Rows = list[dict[str, str]]


def withhold(folder: Path) -> dict[str, int]:
    """Remove the rows that serve as graded items from every CSV table of a data folder.

    Parameters
    ----------
    folder : pathlib.Path
        A copy of the data folder. All its files change together or none does.

    Returns
    -------
    dict
        How many rows each table lost, by path within the folder.

    Raises
    ------
    neutrality.tables.TableError
        If the folder has no description, or a described table is missing.
    """
    package = tables.descriptor(folder)
    read = {path: _read(folder / path) for path in _marked(package)}
    hidden = {row["id"] for rows in read.values() for row in rows if row[USE] == ITEM and "id" in row}
    kept = {path: [_cleaned(row, hidden) for row in _shown(rows, hidden)] for path, rows in read.items()}
    changed = {path: _written(rows, list(read[path][0])) for path, rows in kept.items()}
    told = {**package, "resources": [_described(entry, kept) for entry in package["resources"]]}
    replace_together(folder, stamped(told, changed, {path: len(rows) for path, rows in kept.items()}))
    return {path: len(read[path]) - len(rows) for path, rows in kept.items()}


def _described(entry: Mapping[str, Any], kept: Mapping[str, Rows]) -> Mapping[str, Any]:
    """Leave of a field's listed values those that rows still have: the others would tell of rows that are gone."""
    if entry["path"] not in kept:
        return entry
    fields = []
    for field in entry["schema"]["fields"]:
        limits = field.get("constraints", {})
        if "enum" in limits:
            used = {row[field["name"]] for row in kept[entry["path"]]}
            limits = limits | {"enum": [value for value in limits["enum"] if str(value) in used]}
        fields.append({**field, "constraints": limits} if limits else field)
    return {**entry, "schema": {**entry["schema"], "fields": fields}}


def _marked(package: Mapping[str, Any]) -> list[str]:
    """List the CSV tables that have the column."""
    return [
        str(entry["path"])
        for entry in package["resources"]
        if entry["path"].endswith(".csv") and USE in {field["name"] for field in entry["schema"]["fields"]}
    ]


def _read(path: Path) -> Rows:
    try:
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    except OSError as error:
        raise tables.TableError(f"{path}: cannot be read ({error.strerror}), so nothing was withheld.") from error


def _shown(rows: Rows, hidden: set[str]) -> Iterable[dict[str, str]]:
    """Leave out what is an item itself, and codings of an issue that is one."""
    return (row for row in rows if row[USE] != ITEM and row.get(_NAMES_ISSUE) not in hidden)


def _cleaned(row: dict[str, str], hidden: set[str]) -> dict[str, str]:
    """Drop from a claim its relations to claims that are withheld: they would tell that there are some.

    A claim that is left without any says so in the same words as one that never had any. For "not addressed" would be
    false of the one, and would tell them apart.
    """
    if "related_claims" not in row:
        return row
    left = [pair for pair in pairs(row["relation"], row["related_claims"]) if pair[1] not in hidden]
    return row | {
        "relation": ";".join(relation for relation, _ in left) or NONE_SHOWN,
        "related_claims": ";".join(claim for _, claim in left),
    }


def _written(rows: Rows, columns: list[str]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
