"""A small class whose written answers wait, with a rubric of two criteria; people mark them by the real code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from fairmark import gradebook, marking, release
from fairmark.database import Database
from fairmark.settings import Settings
from fairmark.written import answers, marks
from fairmark.written.answers import Answer, Queue, Task
from fairmark.written.marks import Standing
from fairmark.written.rubric import Judgement

RUBRIC = """\
          - criterion: "**Claim.** Is there a claim?"
            levels: [{points: 2, says: "A clear one."}, {points: 1, says: "One."}, {points: 0, says: "None."}]
          - criterion: "**Evidence.** Is there any?"
            levels: [{points: 2, says: "Some."}, {points: 0, says: "None."}]
"""
OLD = """\
          - criterion: A thought.
            levels: [{points: 4, says: "There is one."}, {points: 0, says: "There is none."}]
"""
ITEM = "mini1-q5"


@pytest.fixture(scope="session")
def released(
    tmp_path_factory: pytest.TempPathFactory, new_course: Callable[..., Settings], mini_bank_text: str
) -> Settings:
    """Release the small course with that rubric once; only to be copied."""
    assert OLD in mini_bank_text
    course = new_course(tmp_path_factory.mktemp("written") / "course", mini_bank_text.replace(OLD, RUBRIC))
    release.build(course)
    return course


@dataclass
class Room:
    """Where written answers are marked."""

    course: Settings
    submit: Callable[..., Path]

    def hand_in(self, student: str, text: str | None = None, change: Any = None) -> Path:
        """Hand in, and have the program mark it."""
        file = self.submit(self.course, student, {ITEM: text or f"The thought of number {len(student)}."}, change)
        marking.mark(self.course, "mini1", students=[student])
        return file

    def task(self, **what: Any) -> Task:
        """Say what is to be done; by default Ada marks first."""
        return Task(self.course, "mini1", **{"marker": "Ada", **what})

    @contextmanager
    def writing(self, task: Task, student: str) -> Iterator[tuple[Any, Queue, Answer]]:
        """Begin a transaction, and find a student's answer in it."""
        with Database(self.course) as book, book.writing() as session:
            queue = answers.queue(session, task)
            yield session, queue, next(one for one in queue.answers if one.place.student == student)

    def queue(self, **what: Any) -> Queue:
        """List a task's answers."""
        with Database(self.course) as book, book.reading() as session:
            return answers.queue(session, self.task(**what))

    def answer(self, student: str, **what: Any) -> Answer:
        """Find a student's answer."""
        return next(one for one in self.queue(**what).answers if one.place.student == student)

    def give(self, student: str, *points: float, comment: str = "", seen: str = "", **what: Any) -> Standing:
        """Mark as a person would who has just opened the page."""
        with self.writing(self.task(**what), student) as (session, queue, one):
            return marks.give(
                session,
                gradebook.config(self.course),
                queue.wanted,
                one.place,
                queue.rubric(ITEM),
                Judgement(points, comment),
                seen or one.standing.version,
            )

    def undo(self, student: str, **what: Any) -> Standing:
        """Take a mark back."""
        with self.writing(self.task(**what), student) as (session, queue, one):
            rules = gradebook.config(self.course)
            return marks.undo(session, rules, queue.wanted, one.place, one.standing.version)

    def grade(self, student: str) -> tuple[float | None, bool, str | None]:
        """Read what nbgrader says: score, whether it waits, comment."""
        with Gradebook(self.course.gradebook) as book:
            grade = book.find_grade(ITEM, "mini1", "mini1", student)
            comment = book.find_comment(ITEM, "mini1", "mini1", student)
            return grade.manual_score, bool(grade.needs_manual_grade), comment.comment

    def formgrader(self, student: str, score: float, comment: str | None = None) -> None:
        """Do what nbgrader's formgrader does."""
        with Gradebook(self.course.gradebook) as book:
            grade = book.find_grade(ITEM, "mini1", "mini1", student)
            grade.manual_score, grade.needs_manual_grade = score, False
            book.find_comment(ITEM, "mini1", "mini1", student).manual_comment = comment
            book.db.commit()


@pytest.fixture
def room(course: Settings, submit: Callable[..., Path], fake: object) -> Room:
    """Return the room, empty; notebooks are run by a worker that runs nothing."""
    return Room(course, submit)
