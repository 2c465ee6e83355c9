"""What a hostile notebook is: one student's attempt, what it tries, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AUTOMATIC = {"mini1-q1": 1.0, "mini1-q2": 2.0, "mini1-q3": 2.0, "mini1-q4": 3.0, "mini1-q6": 1.0}
ALL = tuple(AUTOMATIC)
AFTER_Q3 = ("mini1-q3", "mini1-q4", "mini1-q6")
"""What is lost where the third answer cell, which holds the attack, ends the run."""


@dataclass(frozen=True)
class Case:
    """One attempt.

    Attributes
    ----------
    name : str
        Also the student's id.
    tries : str
        What it tries, in a sentence.
    code : str
        Runs in an answer cell. The words ``BANK``, ``BOOK`` and ``PORT`` stand for the bank's folder, the gradebook's
        file and an open port of this machine.
    knows : bool
        Whether the student knows the answers: then the attack stands in the third answer cell, and everything else is
        right. Otherwise it stands in the first one, and no answer is given.
    lost : tuple of str
        The items that earn nothing although the student knows them.
    reason : str
        The reason code that the instructor sees. Where it depends on how busy the machine is, there are several, with
        ``|`` between them.
    sources, change, file
        Other answer cells; a change of the notebook; what is done to the submitted file.
    unmarked : bool
        Whether nothing of it can be marked, whatever ``knows`` and ``lost`` say.
    """

    name: str
    tries: str
    code: str = ""
    knows: bool = False
    lost: tuple[str, ...] = ()
    reason: str = ""
    sources: dict[str, str | None] = field(default_factory=dict)
    change: Callable[[Any], object] | None = None
    file: Callable[[Path], object] | None = None
    unmarked: bool = False

    @property
    def earns(self) -> float | None:
        """The automatic points that an honest notebook with the same knowledge would earn."""
        if self.unmarked:
            return None
        return sum(points for item, points in AUTOMATIC.items() if self.knows and item not in self.lost)

    def answers(self, places: dict[str, str]) -> dict[str, str | None]:
        """Say what goes into the answer cells; what is not named keeps the right answer."""
        code = self.code
        for word, place in places.items():
            code = code.replace(word, place)
        given: dict[str, str | None] = {} if self.knows else dict.fromkeys([*AUTOMATIC, "mini1-q5"])
        if code:
            given["mini1-q3" if self.knows else "mini1-q1"] = code
        return given | self.sources


GUESS = """
def use(text):
    \"\"\"Answer with whatever a text gives away.\"\"\"
    global mini1_q1, mini1_q2, mini1_q3, mini1_q6
    if any(word[::-1] in str(text) for word in ("yranac", "777.017", "8p.7s 0202-crs")):
        mini1_q1, mini1_q2, mini1_q6 = "right", "8p.7s 0202-crs"[::-1], "1907"
"""
"""How a student who knows nothing would use a leak: any text that holds a key gives the answers. The words stand
backwards, so that the code does not find itself."""
