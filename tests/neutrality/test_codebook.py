"""The codebook is the data package in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from neutrality import codebook, tables


def test_the_committed_codebook_is_the_generated_one() -> None:
    """CODEBOOK.md and datapackage.json never drift apart."""
    text = (tables.data_folder() / codebook.FILE).read_text(encoding="utf-8")
    assert text == codebook.render(tables.descriptor()), "run `python -m neutrality codebook`"


def test_names_every_field_of_every_table() -> None:
    """Each field stands there with its type, unit and missing values."""
    package = tables.descriptor()
    text = " ".join(codebook.render(package).split())
    for entry in package["resources"]:
        assert f"## {entry['title']}" in text
        for field in entry.get("schema", {}).get("fields", []):
            kind = f"{field['type']}; unit: {field['unit']}; missing: {field['missing']}"
            assert f"**`{field['name']}`** ({kind}). {field['description']}" in text


def test_keeps_to_the_page() -> None:
    """No line is longer than a reader's window, but for addresses, which cannot be broken."""
    lines = codebook.render(tables.descriptor()).splitlines()
    assert max(len(line) for line in lines if "](https://" not in line) <= 120


@pytest.mark.parametrize("word", ["CODEBOOK.md", "datapackage.json"])
def test_writing_changes_nothing_but_the_codebook(word: str, built: Path) -> None:
    """Writing it anew gives the same text and leaves the rest alone."""
    before = (built / word).read_bytes()
    (built / "CODEBOOK.md").unlink()
    assert codebook.write(built) == built / "CODEBOOK.md"
    assert (built / word).read_bytes() == before
