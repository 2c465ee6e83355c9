"""The rules that decide marks, in words for a student, under the numbers of ``course/instructor/marking.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fairmark.bank import Entry
from fairmark.posting import ByHand


@dataclass(frozen=True)
class Rule:
    """One rule: the number of its case, and what it says."""

    case: str
    says: str


KIND_RULES = {
    "choose": Rule("M16", "The right option earns all points, any other none."),
    "attribute": Rule("M16", "All the right speakers in the right order earn all points, anything else none."),
    "date": Rule("M16", "The right date, at the precision that is asked for, earns all points, any other none."),
    "locate": Rule("M17", "A place where the source says it earns all points, any other none."),
    "choose-all": Rule("M18", "Each right choice earns a share of the points, and each wrong one takes a share back."),
    "order": Rule("M19", "The right order earns all points; half of them where two neighbours changed places."),
    "match": Rule("M20", "Each right row earns a share of the points, and each wrong one takes a share back."),
    "number": Rule("M21", "A number within the tolerance earns all points, any other none."),
    "table": Rule("M21", "A table that is right as a whole earns all points, any other none."),
    "figure": Rule("M21", "A figure that shows what is asked for earns all points, any other none."),
    "function": Rule("M22", "Right in every call: all points. Otherwise half of them, times the share of right calls."),
    "code": Rule("M36", "Each row counts by how near its code is; what guessing would give is taken off."),
    "find-error": Rule("M37", "Right step and right kind of error: all points. The right step alone: half."),
    "written": Rule("M26", "A person reads this answer and gives points by the rubric."),
}
_MISSING = Rule("M12", "Where there is no answer, there are no points.")
_FORM = Rule("M13", "An answer of another form than the question asks for earns no points.")
_NOT_OUT = Rule("M11", "An answer that could not be taken out of the notebook earns no points.")
_EMPTY = Rule("M27", "A written answer that was left as it was earns no points.")
_REFUSED = Rule("M29", "A submission that cannot be read is not marked, and gets no points and no 0 either.")
_CHANGED = Rule("M28", "A person changed the points. Those count.")
_FORESEEN = Rule("M23", "This is a wrong answer that is often given, so it has a message of its own.")
_FIRST_ATTEMPT = Rule("M86", "Your first attempt counts here, and not what the notebook holds.")
_STOPPED = Rule("M7", "The notebook did not run to its end; answers read before count.")


def that_decided(entry: Entry, record: dict[str, Any] | None, hand: ByHand, *, stopped: bool = False) -> Iterator[Rule]:
    """Give the rules that decided one mark.

    Parameters
    ----------
    entry
        The item.
    record
        What marking recorded of it; None for a submission that could not be read.
    hand
        What a person gave it.
    stopped
        Whether the notebook's run ended early.
    """
    if record is None:
        yield _REFUSED
        return
    if record["outcome"] == "missing":
        yield _MISSING
    elif record["outcome"] == "form":
        yield _FORM if record["reason"] in {"", "first-attempt"} else _NOT_OUT
    elif entry.marked_by_hand and hand.score is None and not hand.waits:
        yield _EMPTY
    else:
        yield KIND_RULES[entry.item.kind]
    if record["misconception"]:
        yield _FORESEEN
    if record["reason"] == "first-attempt":
        yield _FIRST_ATTEMPT
    if not entry.marked_by_hand and hand.score is not None and hand.score != record["points"]:
        yield _CHANGED
    if stopped:
        yield _STOPPED
