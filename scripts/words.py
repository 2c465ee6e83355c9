"""Write the list of new words into each lesson: every glossary term is explained in the lesson that first uses it.

Lessons are read in the order of their file names. ``make words`` runs this; it changes only the cell tagged ``words``,
and only where the list is no longer right.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from neutrality import glossary
from neutrality.replacing import replace_together

LESSONS = Path(__file__).parents[1] / "notebooks" / "lessons"


def main() -> None:
    """Bring the lists of all lessons up to date."""
    known: set[str] = set()
    for path in sorted(LESSONS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        listed = next(cell for cell in notebook.cells if "words" in cell.metadata.get("tags", ()))
        prose = "\n\n".join(
            cell.source for cell in notebook.cells if cell.cell_type == "markdown" and cell is not listed
        )
        new = [entry for entry in glossary.found_in(prose) if entry.id not in known]
        known.update(entry.id for entry in new)
        text = _renewed(listed.source, new)
        if text != listed.source:
            listed.source = text
            replace_together(path.parent, {path.name: (nbformat.writes(notebook) + "\n").encode()})
        print(f"{path.name}: {len(new)} new words")


def _renewed(text: str, new: list[glossary.Entry]) -> str:
    """Put the table of the new words, and their number, into the text of the cell."""
    counted = f"{len(new)} word{'' if len(new) == 1 else 's'}"
    text = re.sub(r"(?<=<summary>)\d+ words?(?= of this lesson)", counted, text)
    text = re.sub(r"(\n\n\*.*\*)?(?=\n\n<details>)", f"\n\n*{glossary.reading()}*", text, count=1)
    table = glossary.table(new).strip()
    return re.sub(r"\| Word \|.*(?=\n\n</details>)", lambda _: table, text, flags=re.DOTALL)


if __name__ == "__main__":
    main()
