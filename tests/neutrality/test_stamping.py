"""The description of a data folder follows its files."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from neutrality import codebook, stamping, tables

PACKAGE: dict[str, Any] = {
    "title": "T",
    "description": "D",
    "resources": [
        {
            "name": name,
            "title": name,
            "description": "-",
            "path": f"{name}.csv",
            "hash": "old",
            "rows": 9,
            "sources": [],
        }
        | {"licenses": [], "citation": "us"}
        for name in ("one", "two")
    ],
}
NEW = b"a,b\n1,2\n3,4\n"


def test_only_what_changes_is_stamped() -> None:
    """Checksum and rows of the changed table are new, those of the other stay, and the input is left alone."""
    before = copy.deepcopy(PACKAGE)
    files = stamping.stamped(PACKAGE, {"one.csv": NEW}, {"one.csv": 2})
    one, two = json.loads(files[tables.DESCRIPTOR])["resources"]
    assert (one["hash"], one["rows"]) == ("sha256:" + hashlib.sha256(NEW).hexdigest(), 2)
    assert two == before["resources"][1]
    assert before == PACKAGE


def test_the_codebook_tells_the_new_checksum() -> None:
    """What a reader sees is what the program checks."""
    files = stamping.stamped(PACKAGE, {"one.csv": NEW}, {"one.csv": 2})
    assert hashlib.sha256(NEW).hexdigest() in files[codebook.FILE].decode()


def test_the_description_is_put_in_place_last() -> None:
    """A crash in between leaves tables that contradict the description, which every reading notices."""
    assert list(stamping.stamped(PACKAGE, {"one.csv": NEW}, {}))[-2:] == [tables.DESCRIPTOR, codebook.FILE]


def test_a_row_with_a_line_break_is_one_row() -> None:
    """Rows are those of the table and not lines of the file."""
    assert stamping.csv_rows(b'a,b\n"one\ntwo",x\n3,4\n') == 2
