"""Render ``datapackage.json`` as a codebook for a reader.

``CODEBOOK.md`` is generated and never edited: a test holds the two together.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neutrality import tables
from neutrality.replacing import replace_together

FILE = "CODEBOOK.md"
"""Name of the codebook in a data folder."""

_WIDTH = 110


def render(package: dict[str, Any]) -> str:
    """Return the codebook of a data package as Markdown.

    Parameters
    ----------
    package : dict
        A Frictionless Data Package, as `tables.descriptor` reads it.

    Returns
    -------
    str
        One section a table: what it is, where it comes from, and every field with type, unit and missing values.

    Examples
    --------
    >>> text = render({"title": "Two votes", "description": "An example.", "resources": []})
    >>> print(text.splitlines()[0])
    # Codebook: Two votes
    """
    blocks = [
        f"# Codebook: {package['title']}",
        "Generated from `datapackage.json` by `python -m neutrality codebook`; edit that file, not this one.",
        *package["description"].split("\n\n"),
    ]
    for entry in package["resources"]:
        blocks.extend(_table(entry))
    return "\n\n".join(_wrapped(block) for block in blocks) + "\n"


def write(folder: Path | None = None) -> Path:
    """Write ``CODEBOOK.md`` beside ``datapackage.json``.

    Parameters
    ----------
    folder : pathlib.Path, optional
        A data folder; by default `tables.data_folder`.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    folder = tables.data_folder() if folder is None else folder
    replace_together(folder, {FILE: render(tables.descriptor(folder)).encode()})
    return folder / FILE


def _table(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the blocks of one table's section."""
    yield f"## {entry['title']}"
    yield from entry["description"].split("\n\n")
    yield "\n".join(_wrapped(line) for line in _facts(entry))
    fields = entry.get("schema", {}).get("fields", [])
    if fields:
        yield "### Fields of `" + entry["name"] + "`"
        yield "\n".join(_wrapped(_field(field)) for field in fields)


def _facts(entry: dict[str, Any]) -> Iterator[str]:
    yield f"- Table: `{entry['name']}`, file `{entry['path']}`"
    if "rows" in entry:
        yield f"- Rows: {entry['rows']:,}"
    yield f"- Checksum: `{entry['hash']}`"
    key = entry.get("schema", {}).get("primaryKey")
    if key:
        yield "- One row for each: " + ", ".join(f"`{name}`" for name in ([key] if isinstance(key, str) else key))
    for source in entry["sources"]:
        yield f"- Source: [{source['title']}]({source['path']})"
    for licence in entry["licenses"]:
        yield f"- Licence: [{licence['title']}]({licence['path']})"
    yield f"- Cite as: {entry['citation']}"


def _field(field: dict[str, Any]) -> str:
    """Describe one field on one line."""
    kind = f"{field['type']}; unit: {field['unit']}; missing: {field['missing']}"
    values = field.get("constraints", {}).get("enum")
    listed = " Values: " + ", ".join(f"`{value}`" for value in values) + "." if values else ""
    return f"- **`{field['name']}`** ({kind}). {field['description']}{listed}"


def _wrapped(block: str) -> str:
    """Wrap a block to the page; headings and blocks that are wrapped already stay as they are."""
    if block.startswith("#") or "\n" in block:
        return block
    indent = "  " if block.startswith("- ") else ""
    return textwrap.fill(block, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
