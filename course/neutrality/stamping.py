"""Bring a data folder's own description up to date with files that are about to change.

``datapackage.json`` holds a checksum and a row count of each table, and ``CODEBOOK.md`` repeats them for a reader. A
program that writes tables asks here for the new text of both, and puts everything in place as one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from neutrality import codebook, tables
from neutrality.tablebytes import json_bytes


def stamped(package: Mapping[str, Any], changed: Mapping[str, bytes], rows: Mapping[str, int]) -> dict[str, bytes]:
    r"""Return changed files together with the description and the codebook that fit them.

    Parameters
    ----------
    package : mapping
        The folder's data package, as `tables.descriptor` reads it. It is not changed.
    changed : mapping of str to bytes
        New content by path within the folder.
    rows : mapping of str to int
        Rows by path, of the tables among them.

    Returns
    -------
    dict
        `changed`, then ``datapackage.json``, then ``CODEBOOK.md``: in this order they go to
        `neutrality.replacing.replace_together`.

    Examples
    --------
    >>> entry = {"title": "Pets", "description": "Ours.", "name": "pets", "path": "pets.csv", "hash": "", "rows": 0,
    ...          "sources": [], "licenses": [], "citation": "ourselves"}
    >>> package = {"title": "Animals", "description": "An example.", "resources": [entry]}
    >>> new = b"name,age\nRex,3\n"
    >>> files = stamped(package, {"pets.csv": new}, {"pets.csv": csv_rows(new)})
    >>> list(files)
    ['pets.csv', 'datapackage.json', 'CODEBOOK.md']
    >>> import json
    >>> json.loads(files["datapackage.json"])["resources"][0]["rows"]
    1
    """
    resources = [_renewed(entry, changed, rows) for entry in package["resources"]]
    new = {**package, "resources": resources}
    return {**changed, tables.DESCRIPTOR: json_bytes(new), codebook.FILE: codebook.render(new).encode()}


def package_of(folder: Path, belongs: Callable[[str], bool]) -> dict[str, Any]:
    """Return the description of a data folder to build in.

    Parameters
    ----------
    folder : pathlib.Path
        The folder. One without a description gets the project's own, reduced to the tables of the builder.
    belongs : callable
        Tells of a table's name whether the builder makes it.

    Returns
    -------
    dict
        As from `neutrality.tables.descriptor`.

    Raises
    ------
    neutrality.tables.TableError
        If the description cannot be read.

    Examples
    --------
    >>> package = package_of(Path("nowhere"), lambda name: name.startswith("unga-"))
    >>> [entry["name"] for entry in package["resources"]][:2]
    ['unga-resolutions', 'unga-states']
    """
    if (folder / tables.DESCRIPTOR).exists():
        return tables.descriptor(folder)
    package = tables.descriptor()
    package["resources"] = [entry for entry in package["resources"] if belongs(entry["name"])]
    return package


def csv_rows(content: bytes) -> int:
    r"""Count the rows of a CSV file with a header.

    Parameters
    ----------
    content : bytes
        UTF-8 text.

    Returns
    -------
    int

    Examples
    --------
    >>> csv_rows(b"name\none\ntwo\n")
    2
    """
    return sum(1 for _ in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def _renewed(entry: Mapping[str, Any], changed: Mapping[str, bytes], rows: Mapping[str, int]) -> dict[str, Any]:
    renewed = dict(entry)
    if entry["path"] in changed:
        renewed["hash"] = "sha256:" + hashlib.sha256(changed[entry["path"]]).hexdigest()
    if entry["path"] in rows:
        renewed["rows"] = rows[entry["path"]]
    return renewed
