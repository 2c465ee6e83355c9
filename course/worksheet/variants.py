"""Which variant of an item a student gets: not secret, only different from the neighbour's."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from worksheet.items import find

_named: list[str] = []


class Given(dict[str, Any]):
    """The parameters of one student's variant; a notebook shows them as lines to read, not as code.

    Examples
    --------
    >>> print(Given(country="Cuba", first_year=1992)._repr_markdown_())
    **Your country:** Cuba
    <BLANKLINE>
    **Your first year:** 1992
    """

    def _repr_markdown_(self) -> str:
        """Write a line a parameter, and a list item an entry where it is a list."""
        lines = []
        for name, value in self.items():
            label = f"**Your {name.replace('_', ' ')}:**"
            if isinstance(value, list):
                lines.append("\n".join([label, "", *(f"- {one}" for one in value)]))
            else:
                lines.append(f"{label} {value}")
        return "\n\n".join(lines)


def choose(course: str, term: str, item: str, student: str, size: int) -> int:
    """Choose a variant's position in its pool.

    The position is the SHA-256 of course, term, item and student id, read as a number, modulo the pool's size. The
    parts are joined with a line feed, which none of them may hold.

    Parameters
    ----------
    course, term, item, student
        The ids that the choice depends on.
    size
        How many variants the pool holds; at least 1.

    Returns
    -------
    int
        From 0 to ``size - 1``.

    Raises
    ------
    ValueError
        If the pool is empty or an id holds a line feed.

    Examples
    --------
    >>> choose("c", "2026", "ps1-q1", "anna", 4) in range(4)
    True
    """
    parts = (course, term, item, student)
    if size < 1:
        raise ValueError(f"the pool of {item} is empty")
    if any("\n" in part for part in parts):
        raise ValueError(f"an id may not hold a line feed: {parts}")
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest) % size


def i_am(student: str) -> None:
    """Say who you are, where no JupyterHub says it for you.

    Parameters
    ----------
    student
        Your id in the course, exactly as your instructor has it. When your work is marked, your instructor's
        record decides, whatever is typed here.
    """
    _named[:] = [student]


def student_id() -> str:
    """Say whose notebook this is.

    Raises
    ------
    LookupError
        If neither marking, nor a JupyterHub, nor :func:`i_am` has said who it is.
    """
    known = os.environ.get("WORKSHEET_STUDENT") or os.environ.get("JUPYTERHUB_USER") or "".join(_named)
    if not known:
        raise LookupError(
            'This question differs from student to student, so it must know who you are. Run i_am("your-id") '
            "in a cell above, with your id as your instructor has it, and then this cell again."
        )
    return known


def variant(item_id: str) -> Given:
    """Give the parameters of your own variant of an item.

    Parameters
    ----------
    item_id
        As in ``"ps1-q9"``.

    Returns
    -------
    Given
        The public parameters that the question's text refers to, a dict that shows itself as text.
        Empty, with a sentence printed, where nobody has said
        who the student is: an error would keep the cells below from running.
    """
    sheet, item = find(item_id)
    if not item.pool:
        return Given()
    try:
        student = student_id()
    except LookupError as unknown:
        print(unknown.args[0])
        return Given()
    return Given(item.pool[choose(sheet.course, sheet.term, item_id, student, len(item.pool))])
