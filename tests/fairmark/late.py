"""A small course with a policy on lateness, and students who hand in late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from nbgrader.api import Gradebook

from fairmark import adjustments, settings
from fairmark.policy import COLUMNS
from fairmark.settings import Settings

DUE = dt.datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001  as nbgrader keeps it
FREE = "*,0,0,100,,yes"
TEN = "*,2,10,50,7,yes"
"""Two hours of grace, ten per cent a day, half at most, closed after a week."""


def with_policy(course: Settings, *rules: str, drop_lowest: int = 0, due: dt.datetime | None = DUE) -> Settings:
    """Give a course a due date and a policy, as an instructor does."""
    folder = course.file.parent
    (folder / "policy.csv").write_text("\n".join([",".join(COLUMNS), *(rules or (FREE,)), ""]), encoding="utf-8")
    (folder / "weights.csv").write_text(
        "scheme,assignment,weight,automatic,written\nx,mini1,1,60,40\n", encoding="utf-8"
    )
    text = course.file.read_text(encoding="utf-8").partition("\n[marks]")[0]
    marks = f'\n[marks]\nweights = "weights.csv"\nscheme = "x"\npolicy = "policy.csv"\ndrop_lowest = {drop_lowest}\n'
    course.file.write_text(text + marks, encoding="utf-8")
    with Gradebook(course.gradebook, course.course) as book:
        book.find_assignment("mini1").duedate = due
        book.db.commit()
    return settings.load(course.file)


def hand_in(submit: Callable[..., Path], course: Settings, student: str, **late: float) -> None:
    """Hand everything but the written answer in, so long after the due date."""
    moment = DUE + dt.timedelta(**late)
    file = submit(course, student, {"mini1-q5": None})
    file.with_name("timestamp.txt").write_text(f"{moment:%Y-%m-%d %H:%M:%S} UTC", encoding="ascii")


def adjust(course: Settings, *rows: str) -> None:
    """Write the table of exceptions."""
    text = "\n".join([",".join(adjustments.COLUMNS), *rows, ""])
    adjustments.file(course).write_text(text, encoding="utf-8")
