"""The outside references: works that the course uses beside the two sources, and in what form each was read."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass

from neutrality import tables
from neutrality.records import SourceError, near

REFERENCES = "references.csv"
"""The list of outside references, in the folder of the readings."""


@dataclass(frozen=True)
class Reference:
    """One outside work that the course uses.

    Attributes
    ----------
    id, author, year, title, container, url : str
        Empty where the work gives none.
    opened_via : str
        In what form it was read for this course.
    opened_on : datetime.date
    used_for : str
    """

    id: str
    author: str
    year: str
    title: str
    container: str
    url: str
    opened_via: str
    opened_on: dt.date
    used_for: str


def references() -> dict[str, Reference]:
    """Load the outside references.

    Returns
    -------
    dict
        Id to reference, in the order of the list.

    Examples
    --------
    >>> references()["haege-2011"].author
    'Frank M. Häge'
    """
    with (tables.readings_folder() / REFERENCES).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["id"]: Reference(opened_on=dt.date.fromisoformat(row.pop("opened_on")), **row) for row in rows}


def reference(name: str) -> Reference:
    """Return one outside reference.

    Parameters
    ----------
    name : str
        Its id, as in ``"lijphart-1963"``.

    Raises
    ------
    SourceError
        If there is none; the message lists ids near it.

    Examples
    --------
    >>> reference("lijphart-1963").year
    '1963'
    """
    found = references()
    if name not in found:
        raise SourceError(f"no reference {name!r}. {near(name, found)}")
    return found[name]
