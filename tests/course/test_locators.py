"""Every locator that the course writes names a place that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from neutrality import sources

from .support import BANK, COURSE, LOCATOR, ROOT, everything, pages, relative, rows

# A place that no source has: questions and messages use it to show how a locator is written.
EXAMPLE = "s9.p9"
# `records` shows on purpose what becomes of a locator that is wrong.
FILES = sorted(
    {
        *pages(),
        *BANK.glob("*.yaml"),
        *COURSE.rglob("*.csv"),
        *COURSE.rglob("*.toml"),
        *(ROOT / "notebooks").rglob("*.toml"),
        *(COURSE / "neutrality").glob("*.py"),
    }
    - {COURSE / "neutrality" / "records.py"}
)


def _written(file: Path) -> list[str]:
    found = {f"{match['source']} {match['place']}" for match in LOCATOR.finditer(everything(file))}
    return sorted(locator for locator in found if not locator.endswith(EXAMPLE))


@pytest.mark.parametrize(
    ("file", "locator"), [(relative(file), locator) for file in FILES for locator in _written(file)]
)
def test_a_locator_resolves(file: str, locator: str) -> None:
    """The record of the source has the place."""
    assert sources.exists(locator), f"{file}: {locator}"


@pytest.mark.parametrize("source", sources.all_sources().values(), ids=lambda source: source.id)
def test_each_note_hangs_on_one_place(source: sources.Source) -> None:
    """The notes that places name are the notes that there are, each once."""
    named = [note for place in source.places for note in place.notes]
    assert sorted(named) == sorted(place.id for place in source.places if place.kind == "note")


@pytest.mark.parametrize("row", rows("instructor/layers.csv"), ids=lambda row: f"{row['source']} {row['places']}")
def test_the_instructors_layers_name_places(row: dict[str, str]) -> None:
    """Each place for which a chain of speakers is given exists, and the chain begins with the source's own author."""
    assert all(sources.exists(f"{row['source']} {place.strip()}") for place in row["places"].split(";"))
    assert row["chain"].split(" > ")[0] == {"osw-2018": "klysinski", "digest-2016": "digest"}[row["source"]]


@pytest.mark.parametrize("source", sources.all_sources().values(), ids=lambda source: source.id)
def test_the_instructors_layers_leave_no_place_out(source: sources.Source) -> None:
    """For every place somebody is named as speaking: at the place itself, or for its whole section."""
    named = {
        place.strip()
        for row in rows("instructor/layers.csv")
        if row["source"] == source.id
        for place in row["places"].split(";")
    }
    # A list's opening line ascribes the list; it makes no statement of its own.
    silent = {"digest-2016 s2.p1"}
    places = [place for place in source.places if place.kind != "section"]
    section = {place.id: "notes" if place.kind == "note" else place.id.partition(".")[0] for place in places}
    assert {place.locator for place in places if not {place.id, section[place.id]} & named} <= silent
