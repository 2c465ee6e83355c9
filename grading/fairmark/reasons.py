"""Why a submission, or a part of it, could not be marked as it stands: a code, and a sentence for each reader.

Every refusal of the program is one of these. ``course/instructor/marking.md`` lists them as numbered cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["flagged", "stopped", "missing", "noted", "again", "refused"]


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes
    ----------
    code : str
        Short, for tables and records.
    effect : str
        ``flagged``: the submission cannot be marked, and its marks stay open. ``stopped``: the run ended early; what
        came out before counts. ``missing``: one answer did not come out. ``noted``: it is marked, and the instructor
        is told. ``again``: nothing was decided; the next run tries again. ``refused``: marking does not begin, or
        breaks off.
    student, instructor : str
        A sentence for each.
    """

    code: str
    effect: Effect
    student: str
    instructor: str


_ALL = (
    # The submission cannot be opened.
    Reason(
        "no-notebook",
        "flagged",
        "Your submission does not hold the notebook. Hand it in again under its own name.",
        "The notebook is not in the submission. Ask the student for it.",
    ),
    Reason(
        "unreadable",
        "flagged",
        "Your notebook is damaged or cut off. Open it, save it, and hand it in again.",
        "The notebook is damaged or cut off. Ask the student for it again.",
    ),
    Reason(
        "too-large",
        "flagged",
        "Your notebook is far too large. Clear its outputs, save it, and hand it in again.",
        "The notebook is larger than any that could be marked. Ask the student to clear its outputs.",
    ),
    Reason(
        "too-deep",
        "flagged",
        "Your notebook is nested deeper than any notebook. Fetch the assignment again, and copy your answers into it.",
        "The notebook is nested deeper than any notebook. No program that makes notebooks does that.",
    ),
    Reason(
        "not-a-file",
        "flagged",
        "In place of the notebook your submission holds a link or something else that is no file. Hand in the file.",
        "In place of the notebook there is a link, a folder or a device. It was not opened.",
    ),
    Reason(
        "old-format",
        "flagged",
        "Your notebook is saved in an old form. Open it in JupyterLab, save it, and hand it in again.",
        "The notebook is of a format before version 4. Opening and saving it in JupyterLab is enough.",
    ),
    Reason(
        "strange-name",
        "flagged",
        "Your submission is filed under a name that cannot be a student's id.",
        "A folder's name cannot be a student's id: too long, or with characters that cannot be printed.",
    ),
    # The run ended before the notebook did.
    Reason(
        "ended-itself",
        "stopped",
        "Your notebook ended its own Python while it ran. Answers above that place count.",
        "The notebook ended its own Python while it ran.",
    ),
    Reason(
        "cell-stuck",
        "stopped",
        "A cell of your notebook ran for too long and could not be interrupted. Answers above that place count.",
        "A cell ran over its time and could not be interrupted.",
    ),
    Reason(
        "out-of-time",
        "stopped",
        "Your notebook ran for too long and was ended. Answers above that place count.",
        "The notebook as a whole ran over its time.",
    ),
    Reason(
        "out-of-cpu",
        "stopped",
        "Your notebook computed for too long and was ended. Answers above that place count.",
        "The notebook used up its processor time.",
    ),
    Reason(
        "out-of-memory",
        "stopped",
        "Your notebook asked for too much memory and was ended. Answers above that place count.",
        "The notebook asked for more memory than its share.",
    ),
    Reason(
        "garbled-channel",
        "stopped",
        "What came out of your notebook could not be read. Answers above that place count.",
        "What came out was not in the agreed form. No honest notebook does that.",
    ),
    # One answer did not come out.
    Reason(
        "not-defined",
        "missing",
        "The name that the question asks for is not defined.",
        "The notebook does not define the name.",
    ),
    Reason(
        "not-a-function",
        "missing",
        "The question asks for a function, and there is none of that name.",
        "A function was asked for, and the name holds none.",
    ),
    Reason(
        "no-plain-form",
        "missing",
        "The value is of a kind, or of a size, that cannot be handed in.",
        "The value is of a kind or size that cannot be an answer.",
    ),
    Reason(
        "unreadable-value",
        "missing",
        "The value raised an error, or took too long, while it was read.",
        "The value raised an error, or took too long, while it was read.",
    ),
    Reason(
        "not-sent",
        "missing",
        "The answer did not come out of the notebook.",
        "The run ended before the answer was read.",
    ),
    Reason(
        "not-json",
        "missing",
        "What came out of the notebook is not an answer.",
        "What came out is not strict JSON. No honest notebook does that.",
    ),
    # Marked, and worth knowing.
    Reason(
        "cells-missing",
        "noted",
        "Some cells of the assignment were missing; they were put back.",
        "Marked cells were deleted. They were put back; answers were read at the end of the run.",
    ),
    Reason(
        "cells-doubled",
        "noted",
        "Some cells of the assignment were there twice; the last one counted.",
        "Marked cells were copied. The last of each counted.",
    ),
    Reason(
        "cells-changed",
        "noted",
        "Some cells that are not yours to change were changed; they were put back.",
        "Locked cells, or the marks on cells, were changed. They were put back.",
    ),
    Reason(
        "hidden-checks",
        "noted",
        "One question waits for a person.",
        "A test cell of your own has hidden lines. They are never run beside student code, so a person decides.",
    ),
    Reason(
        "first-attempt",
        "noted",
        "What counts here is your first attempt, and not what your notebook holds.",
        "Of this item the first attempt that the marking service logged counts. The notebook holds something else.",
    ),
    # Nothing is decided yet.
    Reason(
        "not-marked",
        "again",
        "Your submission is not marked yet.",
        "Run fairmark mark.",
    ),
    Reason(
        "changed-meanwhile",
        "again",
        "Your submission is not marked yet.",
        "The submission, or its mark, changed while it was being marked. Run fairmark mark again.",
    ),
    Reason(
        "worker-lost",
        "again",
        "Your submission is not marked yet.",
        "The process that runs notebooks died over it, more than once. Run it again, and look at the notebook.",
    ),
    Reason(
        "marking-failed",
        "again",
        "Your submission is not marked yet.",
        "The marking program itself failed on it. Report this with the text that follows.",
    ),
    # Marking does not begin, or breaks off.
    Reason(
        "unconfined",
        "refused",
        "Your submission is not marked yet.",
        "Student code cannot be confined here, so nothing was run.",
    ),
    Reason(
        "gradebook-locked",
        "refused",
        "Your submission is not marked yet.",
        "Another program keeps the gradebook locked. What was marked before is kept; run it again.",
    ),
    Reason(
        "disk-full",
        "refused",
        "Your submission is not marked yet.",
        "The disk is full. What was marked before is kept; make room and run it again.",
    ),
    Reason(
        "interrupted",
        "refused",
        "Your submission is not marked yet.",
        "Stopped by you. What was marked before is kept; run it again to go on.",
    ),
    Reason(
        "not-collected",
        "refused",
        "Your submission did not arrive. Hand it in again, with the program that the course uses for it.",
        "In the exchange is a folder that nobody can have handed in so: a link, or one with a wrong name or owner.",
    ),
    Reason(
        "insecure-scheduler",
        "refused",
        "Your submission is not marked yet.",
        "Student work may only travel to another machine through TLS.",
    ),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}
"""Every reason by its code."""


def instructor(code: str, more: str = "") -> str:
    """Word a reason for the instructor, with what is known of this one case.

    Examples
    --------
    >>> instructor("no-notebook", "ps1.ipynb")
    'The notebook is not in the submission. Ask the student for it. (ps1.ipynb)'
    """
    says = REASONS[code].instructor
    return f"{says} ({more})" if more else says


def student(code: str) -> str:
    """Word a reason for the student.

    Examples
    --------
    >>> student("old-format")
    'Your notebook is saved in an old form. Open it in JupyterLab, save it, and hand it in again.'
    """
    return REASONS[code].student
