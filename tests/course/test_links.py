"""Links lead somewhere: inside the project to a file, outside it to an address that stands in one list."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from .support import COURSE, ROOT, everything, markdown, pages, relative, rows

ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}|,]+")
INTERNAL = re.compile(r"\]\((?!https?://|mailto:|#)([^)\s]+)\)")
LOCAL = re.compile(r"https?://(localhost|127\.0\.0\.1|([\w-]+\.)*example\b)")
LISTED = {row["url"]: row for row in rows("links.csv")}
FILES = sorted(
    {
        *pages(),
        *(ROOT / "data").glob("*.json"),
        *(file for kind in ("toml", "csv", "py") for file in COURSE.rglob(f"*.{kind}")),
    }
    - {COURSE / "links.csv"}
)


def _addresses(file: Path) -> set[str]:
    found = {address.rstrip(".,;:") for address in ADDRESS.findall(everything(file))}
    return {address for address in found if not LOCAL.match(address)}


USED = {file: _addresses(file) for file in FILES}


@pytest.mark.parametrize(
    ("file", "address"), [(relative(file), address) for file in FILES for address in sorted(USED[file])]
)
def test_an_address_stands_in_the_list(file: str, address: str) -> None:
    """Every external address has its row in course/links.csv."""
    assert address in LISTED, f"{file} uses {address}; add it to course/links.csv with how it was seen"


@pytest.mark.parametrize("address", LISTED)
def test_a_listed_address_is_used(address: str) -> None:
    """The list has nothing that the course no longer uses."""
    assert any(address in found for found in USED.values())


@pytest.mark.parametrize("row", LISTED.values(), ids=lambda row: row["url"])
def test_a_row_says_whether_and_how_the_address_was_seen(row: dict[str, str]) -> None:
    """A row has a date exactly if the text was seen, and an archived copy only as an address."""
    assert row["what"]
    assert row["how_seen"]
    assert bool(row["last_seen"]) != row["how_seen"].startswith("not opened")
    if row["last_seen"]:
        assert dt.date.fromisoformat(row["last_seen"]).year >= 2026
    assert not row["archived"] or ADDRESS.fullmatch(row["archived"])


def test_no_address_is_listed_twice() -> None:
    """One list, one row an address."""
    assert len(LISTED) == len(rows("links.csv"))


@pytest.mark.parametrize("row", rows("readings/references.csv"), ids=lambda row: row["id"])
def test_a_reference_was_opened(row: dict[str, str]) -> None:
    """Only what was opened is cited: when, in what form, and what for."""
    assert dt.date.fromisoformat(row["opened_on"])
    assert all(row[name] for name in ("author", "title", "url", "opened_via", "used_for"))


@pytest.mark.parametrize(
    ("file", "target"), [(relative(file), target) for file in pages() for target in INTERNAL.findall(markdown(file))]
)
def test_an_internal_link_leads_to_a_file(file: str, target: str) -> None:
    """What a page links to in the project is there."""
    assert ((ROOT / file).parent / target.partition("#")[0]).exists(), f"{file}: {target}"
