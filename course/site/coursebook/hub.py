"""The link at the top of every page that opens a lesson on the course's JupyterHub, or says how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from coursebook.settings import Site

HELP = "book/open-in-hub"
"""The page that says how a lesson is opened."""

LESSONS = "notebooks/lessons"
"""Where the lessons' pages are."""

FIRST = "README.md"
"""What opens in the bundle from a page that is no lesson."""


@dataclass(frozen=True)
class Button:
    """What the link says, and where it leads: to an address, or else to a part of the page `HELP`."""

    says: str
    address: str
    anchor: str


def button(page: str, site: Site, folder: str) -> Button:
    """Make the link of one page.

    Parameters
    ----------
    page
        Its name in the book.
    site
        Where the book stands.
    folder
        What the student bundle's folder is called at the student's.

    Examples
    --------
    >>> button("notebooks/lessons/06-counting-votes", Site(), "course")
    Button(says='Open lesson in hub', address='', anchor='how-to-open-a-lesson')
    >>> button("course/glossary", Site("https://hub.example.edu", "https://git.example/s.git"), "course").says
    'Open course in hub'
    """
    lesson = page.startswith(f"{LESSONS}/")
    file = f"lessons/{PurePosixPath(page).name}.ipynb" if lesson else FIRST
    says = f"Open {'lesson' if lesson else 'course'} in hub"
    return Button(says, site.opens(file, folder), "how-to-open-a-lesson")
