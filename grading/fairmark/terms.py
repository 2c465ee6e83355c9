"""What holds for a class beside its answers: the policy on lateness, and the exceptions from it, both together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from traitlets.config import Config

from fairmark import adjustments, bank, gradebook, policy, tables
from fairmark.adjustments import Adjustment
from fairmark.policy import Rule
from fairmark.settings import Settings


@dataclass(frozen=True)
class Terms:
    """Policy and exceptions.

    Attributes
    ----------
    rules : dict
        Assignment id to rule; empty where the course has no policy.
    adjustments : dict
        (assignment, student) to exception.
    drop_lowest : int
    """

    rules: Mapping[str, Rule]
    adjustments: Mapping[tuple[str, str], Adjustment]
    drop_lowest: int = 0

    def excused(self, assignment: str, student: str) -> bool:
        """Say whether no mark is wanted of a student."""
        one = self.adjustments.get((assignment, student))
        return one is not None and one.excused

    def end(self, assignment: str, student: str, due: dt.datetime, extension: dt.timedelta | None) -> dt.datetime:
        """Give the last moment at which a student hands in on time.

        Parameters
        ----------
        assignment, student
        due
            Of the gradebook, which keeps UTC without saying so.
        extension
            That nbgrader knows of; the later of the two counts.

        Returns
        -------
        datetime
            UTC without saying so.
        """
        one = self.adjustments.get((assignment, student))
        usual = due + (extension or dt.timedelta())
        return max(usual, one.until.replace(tzinfo=None)) if one and one.until else usual

    @property
    def droppable(self) -> frozenset[str]:
        """The assignments that may be dropped."""
        return frozenset(name for name, rule in self.rules.items() if rule.can_be_dropped)


def load(course: Settings) -> Terms:
    """Read both tables.

    Raises
    ------
    fairmark.tables.TableError
        If one cannot be used.
    """
    names = list(bank.load(course.bank))
    rules = policy.load(course.policy, names) if course.policy else {name: Rule() for name in names}
    return Terms(rules, adjustments.load(course), course.drop_lowest)


def of(rules: Config) -> Terms:
    """Read both tables of the course that nbgrader's configuration is for.

    Raises
    ------
    fairmark.tables.TableError
        If one cannot be used, or if two places take points off for the same lateness.
    """
    held = load(gradebook.course_of(rules))
    own = (
        "plugin_class" in rules.AssignLatePenalties
        or rules.LateSubmissionPlugin.get("penalty_method", "none") != "none"
    )
    twice = [name for name, rule in held.rules.items() if rule.takes_off]
    if own and twice:
        raise tables.TableError(
            f"{gradebook.LOCAL} and the table of the policy both take points off for lateness, for {', '.join(twice)}; "
            "remove one of them"
        )
    return held
