"""What a student may learn of an assignment before it is marked: a small table that an instructor sets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fairmark import tables

COLUMNS = ("assignment", "mode", "attempts")
MOST = 20
"""More attempts than this are no limit; use practice."""


@dataclass(frozen=True)
class Mode:
    """How one assignment answers a check.

    Attributes
    ----------
    practice : bool
        Verdict and message at once, as often as wanted.
    attempts : int
        Where it is not practice: how many times an item tells its verdict; the first time counts. 0: the form only.
    """

    practice: bool = False
    attempts: int = 0

    @property
    def name(self) -> str:
        """The word for it.

        Examples
        --------
        >>> Mode(practice=True).name, Mode().name, Mode(attempts=2).name
        ('practice', 'form', 'attempts')
        """
        return "practice" if self.practice else "attempts" if self.attempts else "form"

    @property
    def first_counts(self) -> bool:
        """Whether the gradebook takes the first attempt rather than the notebook."""
        return bool(self.attempts)


FORM_ONLY = Mode()
"""What holds for an assignment without a row: the strictest."""


def load(file: Path | None) -> dict[str, Mode]:
    """Read the table.

    Parameters
    ----------
    file
        A CSV file with the columns of :data:`COLUMNS`; None: no row.

    Returns
    -------
    dict
        Assignment id to mode. An assignment without a row is :data:`FORM_ONLY`.

    Raises
    ------
    fairmark.tables.TableError
        If the file cannot be read, or a row says what is no mode.
    """
    if file is None:
        return {}
    found: dict[str, Mode] = {}
    for line in tables.read(file, COLUMNS):
        name = line["assignment"]
        if not name:
            raise line.wrong("assignment", "is empty; write its id, such as ps1")
        if name in found:
            raise line.wrong("assignment", f"{name} stands twice; keep one row")
        found[name] = _mode(line)
    return found


def _mode(line: tables.Line) -> Mode:
    mode, attempts = line["mode"], line["attempts"]
    if mode == "practice":
        if attempts != "unlimited":
            raise line.wrong("attempts", f"practice has no limit; write unlimited, not {attempts!r}")
        return Mode(practice=True)
    if mode != "graded":
        raise line.wrong("mode", f"{mode!r} is no mode; write practice or graded")
    if attempts == "form":
        return FORM_ONLY
    if attempts.isascii() and attempts.isdecimal() and 1 <= int(attempts[:9]) <= MOST:
        return Mode(attempts=int(attempts))
    raise line.wrong(
        "attempts",
        f"{attempts!r} is neither form nor a number from 1 to {MOST}; "
        "form tells nothing of the key, a number so many verdicts, of which the first counts",
    )
