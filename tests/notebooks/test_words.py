"""Every term of the glossary is explained in the lesson that first uses it, before the lesson uses it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from neutrality import glossary
from neutrality.glossary import Entry

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks" / "lessons").glob("*.ipynb"))


def _prose(lesson: Path) -> tuple[str, str]:
    """Return what a lesson says, without its list of words, and that list."""
    cells = [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "markdown"]
    words = [cell.source for cell in cells if "words" in cell.metadata.get("tags", ())]
    assert len(words) == 1, f"{lesson.name}: one cell has the tag 'words' and lists the terms that are new here"
    return "\n\n".join(cell.source for cell in cells if cell.source not in words), words[0]


def _first_uses() -> list[tuple[Path, Entry]]:
    """List each entry with the first lesson, in order, that uses it."""
    first: dict[Entry, Path] = {}
    for lesson in LESSONS:
        for entry in glossary.found_in(_prose(lesson)[0]):
            first.setdefault(entry, lesson)
    return [(lesson, entry) for entry, lesson in first.items()]


@pytest.mark.parametrize(
    ("lesson", "entry"), [pytest.param(*use, id=f"{use[0].stem[:2]}-{use[1].id}") for use in _first_uses()]
)
def test_a_term_is_explained_at_its_first_use(lesson: Path, entry: Entry) -> None:
    """The list has the term's row as the glossary has it, with its Belarusian and Russian forms."""
    assert glossary.table([entry]).splitlines()[2] in _prose(lesson)[1].splitlines()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_list_comes_before_the_first_section_and_holds_nothing_else(lesson: Path) -> None:
    """Only the lesson's head stands before it, and every row of it is of a term that the lesson uses."""
    cells = nbformat.read(lesson, as_version=4).cells
    assert "words" in cells[1].metadata.get("tags", ())
    prose, listed = _prose(lesson)
    used = {line for entry in glossary.found_in(prose) for line in glossary.table([entry]).splitlines()[2:]}
    assert {line for line in listed.splitlines() if line.startswith("| **")} <= used


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_list_says_how_long_it_is(lesson: Path) -> None:
    """The folded list tells the number of its words, and above it stands who has read the forms."""
    listed = _prose(lesson)[1]
    count = sum(line.startswith("| **") for line in listed.splitlines())
    assert f"<summary>{count} word{'' if count == 1 else 's'} of this lesson" in listed
    assert f"*{glossary.reading()}*\n\n<details>" in listed
