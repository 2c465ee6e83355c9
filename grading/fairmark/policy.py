"""What lateness costs, and what may be dropped: a table with a row an assignment that an instructor reads and changes.

The time of handing in is compared with the due date of the gradebook. Nothing is taken off unless the table says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fairmark import tables

COLUMNS = (
    "assignment",
    "grace_hours",
    "percent_per_day",
    "at_most_percent",
    "closed_after_days",
    "can_be_dropped",
)
OTHERS = "*"
"""Stands for every assignment that has no row of its own."""
_DAY = 24 * 3600
_LONGEST = 366.0


@dataclass(frozen=True)
class Rule:
    """What holds for one assignment.

    Attributes
    ----------
    grace_hours : float
        So much lateness costs nothing.
    percent_per_day : float
        Per cent of the points that the assignment carries, for each day that has begun since the due date.
    at_most_percent : float
        Never more than this, unless the assignment is closed.
    closed_after_days : float or None
        What comes later than this earns nothing; None: it is never closed.
    can_be_dropped : bool
        Whether it may be the lowest mark that is left out.
    """

    grace_hours: float = 0.0
    percent_per_day: float = 0.0
    at_most_percent: float = 100.0
    closed_after_days: float | None = None
    can_be_dropped: bool = True

    @property
    def takes_off(self) -> bool:
        """Whether lateness costs anything at all; where not, nbgrader's own plug-in may decide."""
        return self.percent_per_day > 0 or self.closed_after_days is not None

    def percent(self, seconds: float) -> float:
        """Give what lateness takes off, in per cent of the points that the assignment carries.

        Parameters
        ----------
        seconds
            After the due date, extension included.

        Examples
        --------
        >>> rule = Rule(grace_hours=2, percent_per_day=10, at_most_percent=50, closed_after_days=7)
        >>> hour, day = 3600, 24 * 3600
        >>> moments = 2 * hour, 2 * hour + 1, day, day + 1, 6 * day, 7 * day, 7 * day + 1
        >>> [float(rule.percent(late)) for late in moments]
        [0.0, 10.0, 10.0, 20.0, 50.0, 50.0, 100.0]
        """
        if seconds <= self.grace_hours * 3600:
            return 0.0
        if self.closed_after_days is not None and seconds > self.closed_after_days * _DAY:
            return 100.0
        return min(self.at_most_percent, self.percent_per_day * math.ceil(seconds / _DAY))

    def points(self, seconds: float, carried: float) -> float:
        """Give what lateness takes off, in points, rounded to two decimals.

        Examples
        --------
        >>> Rule(percent_per_day=10).points(3600, 23)
        2.3
        """
        return round(carried * self.percent(seconds) / 100, 2)


def load(file: Path, assignments: Iterable[str]) -> dict[str, Rule]:
    """Read the table.

    Parameters
    ----------
    file
        A CSV file with the columns of :data:`COLUMNS`.
    assignments
        The bank's.

    Returns
    -------
    dict
        Assignment id to rule, one for each of the bank's.

    Raises
    ------
    fairmark.tables.TableError
        If it cannot be used.
    """
    known, found = list(assignments), dict[str, Rule]()
    for line in tables.read(file, COLUMNS):
        name = line["assignment"]
        if name != OTHERS and name not in known:
            raise line.wrong(
                "assignment", f"there is no {name!r}; there are {', '.join(known)}, and {OTHERS} for others"
            )
        if name in found:
            raise line.wrong("assignment", f"{name} stands twice; keep one row")
        found[name] = _rule(line)
    others = found.pop(OTHERS, Rule())
    return {name: found.get(name, others) for name in known}


def _rule(line: tables.Line) -> Rule:
    closed = line["closed_after_days"]
    rule = Rule(
        grace_hours=tables.number(line, "grace_hours", 0, 24 * _LONGEST),
        percent_per_day=tables.number(line, "percent_per_day", 0, 100),
        at_most_percent=tables.number(line, "at_most_percent", 0, 100),
        closed_after_days=tables.number(line, "closed_after_days", 0, _LONGEST) if closed else None,
        can_be_dropped=tables.yes(line, "can_be_dropped"),
    )
    if rule.closed_after_days is not None and rule.closed_after_days * 24 < rule.grace_hours:
        raise line.wrong("closed_after_days", f"{closed} days end before the {rule.grace_hours:g} hours of grace do")
    return rule
