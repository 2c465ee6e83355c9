"""Lay out what Sphinx reads: each page where its file stands in the repository, so that links between files hold.

Only what is listed here comes in. The item bank, the problem sets' notebooks and the tables' withheld rows do not, nor
does a page that says of itself that it is for instructors only.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

from coursebook import pages
from fairmark.files import write_text
from neutrality import records
from neutrality.withholding import withhold

OURS = "course/site"
"""Where the book's own pages are kept; in the book they stand above that folder."""

PAGES = (
    "CHANGELOG.md",
    "course/*.md",
    "course/readings/*.md",
    "course/instructor/*.md",
    "course/instructor/decisions/*.md",
    "data/CODEBOOK.md",
    "data/stances/*.md",
    "notebooks/lessons/*.ipynb",
)
"""The files of the repository that are pages."""

FILES = (
    "CITATION.cff",
    "LICENSE",
    "course/instructor/ideal-points-by-*.csv",
    "course/pictures/*.png",
    "grading/weights.csv",
)
"""Pictures that a page may show, and files that it may link to, to be downloaded from the book itself."""

TABLES = ("course/glossary.csv", "course/readings/references.csv")
"""The tables that have a page, on which they can be downloaded. A link to one leads to its page."""

WITHHELD_FROM = ("claims", "events", "issues")
"""The tables about the two texts: these, too, have a page, and students get a part of them."""

DOWNLOADS = "downloads"
"""The folder of tables to download."""

BENEATH = ("allpairs", "ballots", "blocs", "groupings", "indices", "turningpoints")
"""Modules of `neutrality` that no notebook imports, but that the pages of those modules lead to."""

NOT_FOR_STUDENTS = "For instructors only"
"""A page that says so at its beginning is left out: everybody can read the book."""

BEGINNING = 400
"""How many characters of a page count as its beginning."""


def lay(root: Path, target: Path) -> None:
    """Write the folder that Sphinx reads.

    Parameters
    ----------
    root
        The folder of the repository.
    target
        A new folder.
    """
    ours = shutil.ignore_patterns("__pycache__", "build.py", "coursebook", "site.toml")
    shutil.copytree(root / OURS, target, ignore=ours)
    for own in target.rglob("*.md"):
        text = raised(own.read_text(encoding="utf-8"), own.relative_to(target).as_posix())
        own.write_text(text, encoding="utf-8")
    shutil.copyfile(root / "README.md", target / "README.txt")
    for file in published(root):
        _copy(root, file, target)
    for pattern in FILES:
        for file in sorted(root.glob(pattern)):
            _copy(root, file, target)
    (target / DOWNLOADS).mkdir()
    for table in TABLES:
        shutil.copyfile(root / table, target / DOWNLOADS / Path(table).name)
    _withheld(root, target / DOWNLOADS)
    for made, text in written(root).items():
        write_text(target / made, text)


def raised(text: str, page: str) -> str:
    """Point the links of one of the book's own pages from where it ends up.

    Parameters
    ----------
    text
        Its Markdown, with links from where its file stands, below `OURS`.
    page
        Its path in the book.

    Examples
    --------
    >>> raised("[Codebook](../../../data/CODEBOOK.md) and [this](how-to-read.md)", "book/stances.md")
    '[Codebook](../data/CODEBOOK.md) and [this](how-to-read.md)'
    """
    here = posixpath.dirname(page)

    def point(found: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join(OURS, here, found[1])).removeprefix(f"{OURS}/")
        return f"]({posixpath.relpath(file, here or '.')})"

    return re.sub(r"\]\((?![a-z]+:|#)([^)]+)\)", point, text)


def published(root: Path) -> list[Path]:
    """List the files of the repository that are pages.

    Parameters
    ----------
    root
        The folder of the repository.
    """
    found = [file for pattern in PAGES for file in sorted(root.glob(pattern))]
    return [file for file in found if NOT_FOR_STUDENTS not in file.read_text(encoding="utf-8")[:BEGINNING]]


def written(root: Path) -> dict[str, str]:
    """Write the pages that are made of tables and records.

    Parameters
    ----------
    root
        The folder of the repository.

    Returns
    -------
    dict
        The text of each page, by its path.
    """
    syllabus = (root / "course" / "syllabus.md").read_text(encoding="utf-8")
    imported = pages.imported(sorted((root / "notebooks").rglob("*.ipynb")))
    modules = sorted({*imported, *(f"neutrality.{name}" for name in BENEATH)})
    made = {
        "course/glossary.md": pages.glossary_page(),
        "course/readings/references.md": pages.references_page(),
        "data/stances/claims.md": pages.claims_page(),
        "data/stances/events.md": pages.events_page(),
        "data/stances/issues.md": pages.issues_page(),
        "notebooks/assignments/index.md": pages.assignments_page(syllabus, root / "course" / "objectives.csv"),
        "book/api/index.md": pages.api_index(modules),
        "book/lessons.txt": pages.lesson_files(sorted((root / "notebooks" / "lessons").glob("*.ipynb"))),
        "book/citation.txt": pages.citation(root / "CITATION.cff"),
    }
    made |= {f"course/readings/{name}.md": pages.source_page(one) for name, one in records.all_sources().items()}
    return made | {f"book/api/{module}.md": pages.api_page(module) for module in modules}


def _copy(root: Path, file: Path, target: Path) -> None:
    place = target / file.relative_to(root)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, place)


def _withheld(root: Path, target: Path) -> None:
    """Copy the tables about the two texts by the same function that a release calls."""
    whole = target / "whole"
    shutil.copytree(root / "data", whole)
    try:
        withhold(whole)
        for name in WITHHELD_FROM:
            shutil.copyfile(whole / "stances" / f"{name}.csv", target / f"{name}.csv")
    finally:
        shutil.rmtree(whole)
