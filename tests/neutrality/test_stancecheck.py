"""Whatever is wrong with a table that was written by hand is found, with the place and the remedy."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable

import pytest

from neutrality import sources, stancebuild, stancecheck, tables

PACKAGE = tables.descriptor()
WRITTEN = {
    f"stances/{name}.csv": (tables.data_folder() / "stances" / f"{name}.csv").read_bytes()
    for name in stancebuild.WRITTEN
}


def _with(table: str, key: str, column: str, value: str | None) -> dict[str, bytes]:
    """Return the project's own tables with one cell changed, or one row taken out where there is no value."""
    path = f"stances/{table}.csv"
    rows = list(csv.DictReader(io.StringIO(WRITTEN[path].decode(), newline="")))
    hit = next(
        row for row in rows if key in (row.get("id"), f"{row.get('issue')} {row.get('actor')} {row.get('coder')}")
    )
    if value is None:
        rows.remove(hit)
    else:
        hit[column] = value
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return WRITTEN | {path: stream.getvalue().encode()}


def test_the_projects_own_tables_are_in_order() -> None:
    """Nothing is left to mend."""
    assert list(stancecheck.check(WRITTEN, PACKAGE)) == []


def test_a_source_that_is_only_read_needs_no_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its record alone is enough to point at its places."""
    two = sources.all_sources()
    places = [dataclasses.replace(place, source="name-2020") for place in two["osw-2018"].places]
    third = dataclasses.replace(two["osw-2018"], id="name-2020", places=tuple(places))
    monkeypatch.setattr(sources, "all_sources", lambda: two | {third.id: third})
    assert list(stancecheck.check(WRITTEN, PACKAGE)) == []


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "says"),
    [
        ("claims", "k001", "claim", "", "claims.csv, line 2, claim: is empty"),
        ("claims", "k001", "claim", " spaced", "begins or ends with a space"),
        ("claims", "k001", "kind", "opinion", "'opinion' is none of fact, judgement"),
        ("claims", "k001", "period", "the nineties", "is not of the form"),
        ("claims", "k001", "id", "k002", "k002 stands there twice"),
        ("claims", "k001", "locator", "osw-2018 s9.p9", "'osw-2018 s9.p9' names no place"),
        ("claims", "k001", "locator", "digest-2016 s1.p1", "'digest-2016 s1.p1' is not in osw-2018"),
        ("claims", "k037", "speaker_chain", "klysinski > nobody", "nobody is called 'nobody'"),
        ("claims", "k037", "speaker_chain", "ulakhovich", "does not begin with the page's author"),
        ("claims", "d029", "speaker_chain", "digest > digest", "repeats a name"),
        ("claims", "k037", "claim", None, "osw-2018 fn5: has no claim"),
        ("claims", "d029", "relation", "contradicts", "says that it contradicts"),
        ("claims", "d029", "related_claims", "", "1 relations for 0 related claims"),
        ("claims", "d029", "related_claims", "d020", "d020 is no claim of the other source"),
        ("claims", "d029", "related_claims", "k001", "k001 does not say so of d029"),
        ("events", "e28", "first", "", "give a first and a last date with a precision and a basis"),
        ("events", "e28", "precision", "day", "is no day"),
        ("events", "e28", "last", "2013", "ends before it begins"),
        ("events", "e28", "first", "2014-13", "is no date"),
        ("events", "e28", "phase", "multi-vector", "touches after the chapter"),
        ("events", "e28", "basis", "outside", "an outside date needs a reference"),
        ("events", "e02", "reference", "nobody-1900", "no reference 'nobody-1900'"),
        ("issues", "i01", "first_year", "early", "is no whole number"),
        ("issues", "i01", "first_year", "1985", "1985 is not from 1990 to 2018"),
        ("issues", "i01", "last_year", "99999", "too long a one"),
        ("issues", "i01", "first_year", "2017", "ends in 1996 and begins in 2017"),
        ("issues", "i01", "toward_moscow", "2", "'2' is none of -1, 0, 1"),
        ("issues", "i04", "use", "item", "use is lesson, and that of its issue is item"),
        ("codings", "i01 minsk pass-a", "coder", "pass-c", "no coder 'pass-c'"),
        ("codings", "i01 minsk pass-a", "issue", "i99", "no issue 'i99'"),
        ("codings", "i01 minsk pass-a", "reason", "", "a place needs locators and a reason"),
        ("codings", "i01 minsk pass-a", "code", "3", "'3' is none of 2, 1, 0"),
        ("codings", "i01 minsk pass-a", "code", None, "pass-a, round 1: 1 answers are missing, first minsk on i01"),
    ],
)
def test_a_fault_is_found(table: str, key: str, column: str, value: str | None, says: str) -> None:
    """One changed cell, and the message names what is wrong with it."""
    found = list(stancecheck.check(_with(table, key, column, value), PACKAGE))
    assert any(says in problem for problem in found), found


@pytest.mark.parametrize("content", [b"", b"id,claim\nk001,Something\n"])
def test_a_table_of_another_form_is_refused_at_once(content: bytes) -> None:
    """Its columns are listed, and nothing is guessed."""
    found = list(stancecheck.check(WRITTEN | {"stances/claims.csv": content}, PACKAGE))
    assert len(found) == 1
    assert "Its columns are id, source, locator" in found[0]


@pytest.mark.parametrize("name", stancebuild.WRITTEN)
@pytest.mark.parametrize("end", [lambda row: row.partition(b",")[0], lambda row: row + b",surplus"])
def test_a_row_that_is_too_short_or_too_long_is_found(name: str, end: Callable[[bytes], bytes]) -> None:
    """A line that lost its end, or has a comma too many, is told alone: nothing is read from a wrong column."""
    path = f"stances/{name}.csv"
    *rows, last = WRITTEN[path].splitlines()
    found = list(stancecheck.check(WRITTEN | {path: b"\n".join([*rows, end(last), b""])}, PACKAGE))
    assert len(found) == 1
    assert found[0].startswith(f"{path}, line {len(rows) + 1}: the row is too short or too long. Give every column")


def test_another_encoding_is_found() -> None:
    """A spreadsheet may save a table in the encoding of its own language."""
    old = WRITTEN["stances/claims.csv"].decode().replace("ł", "l").encode("utf-16")
    assert list(stancecheck.check(WRITTEN | {"stances/claims.csv": old}, PACKAGE)) == [
        "stances/claims.csv: is not text in UTF-8. Save it as CSV in UTF-8."
    ]
