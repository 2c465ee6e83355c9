"""Where the course's parts are, and small readers that the tests of this folder share."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "course"
BANK = ROOT / "grading" / "items"
SHARED = ROOT.parent / "shared"
LOCATOR = re.compile(r"(?P<source>(?:osw|digest)-\d{4})[\s,:;/]+(?P<place>lead(?:\.p\d+)?|s\d+(?:\.[pb]\d+)?|fn\d+)\b")


def rows(name: str) -> list[dict[str, str]]:
    """Read one of the course's lists."""
    with (COURSE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def markdown(file: Path) -> str:
    """Return the Markdown of a file; of a notebook, that of its cells."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def everything(file: Path) -> str:
    """Return all the text of a file; of a notebook, its cells and the text of their outputs."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join(part for cell in cells for part in _cell(cell))


def relative(file: Path) -> str:
    """Name a file by its path in the project."""
    return file.relative_to(ROOT).as_posix()


def ungraded(lesson: Path) -> bool:
    """Say whether a lesson's first cell says that it is not marked: then it has no set and no tested objective."""
    first = json.loads(lesson.read_text(encoding="utf-8"))["cells"][0]
    return "**Ungraded.**" in "".join(first["source"])


def pages() -> list[Path]:
    """List what a reader reads: the project's own pages, and the notebooks."""
    found = [*COURSE.rglob("*.md"), *(ROOT / "data").glob("*.md"), *(ROOT / "notebooks").rglob("*.ipynb")]
    return sorted(file for file in [*found, ROOT / "README.md"] if file.is_file() and "checkpoints" not in str(file))


def _cell(cell: dict[str, object]) -> Iterator[str]:
    yield "".join(cell["source"])  # type: ignore[arg-type]
    for output in cell.get("outputs", ()):  # type: ignore[attr-defined]
        yield "".join(output.get("text", ()))
        yield from ("".join(value) for kind, value in output.get("data", {}).items() if kind.startswith("text/"))
