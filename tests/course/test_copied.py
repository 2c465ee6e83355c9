"""No sentence of the sources is in the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from neutrality import sources

from .support import ROOT, SHARED, everything, relative

LENGTH = 10
KINDS = {".py", ".md", ".ipynb", ".yml", ".yaml", ".toml", ".json", ".csv", ".txt", ".html"}
FOLDERS = ("course", "data", "grading", "notebooks", "scripts", "tests")
FILES = sorted(
    file
    for place in (*(ROOT / folder for folder in FOLDERS), ROOT)
    for file in (place.glob("*") if place == ROOT else place.rglob("*"))
    if file.suffix in KINDS and file.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(file.parts)
)


def _runs(text: str) -> set[str]:
    """Return every run of ten words."""
    words = re.findall(r"\w+", text.casefold().replace("’", "'"))
    return {" ".join(words[start : start + LENGTH]) for start in range(len(words) - LENGTH + 1)}


@pytest.fixture(scope="session")
def theirs() -> set[str]:
    """Return every run of ten words of the sources; titles and headings may be quoted."""
    folder = SHARED / "sources"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: the sources' text is not part of the project")
    blocks = [block for file in sorted(folder.glob("*.txt")) for block in file.read_text("utf-8").split("\n\n")]
    runs = set().union(*(_runs(block.partition("]")[2]) for block in blocks if block.startswith("[")))
    records = sources.all_sources().values()
    works = [work for record in records for work in (record.citation, *record.kind.further)]
    headings = [place.label for record in records for place in record.places if place.kind == "section"]
    return runs - set().union(*map(_runs, [*headings, *(work.title for work in works)]))


@pytest.mark.shared
@pytest.mark.parametrize("file", FILES, ids=relative)
def test_a_file_shares_no_run_of_ten_words_with_the_sources(file: Path, theirs: set[str]) -> None:
    """What the course says of the sources it says in its own words."""
    assert sorted(_runs(everything(file)) & theirs) == []
