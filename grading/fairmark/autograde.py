"""nbgrader's own way to marking: its command and the formgrader's button, doing what ``fairmark mark`` does.

nbgrader names its class where it uses it and knows no setting for another one, so :func:`fairmark.gradebook.take_over`
puts this one there. For a course that fairmark does not know it is nbgrader's class in every respect.
"""

from __future__ import annotations

from typing import Any

from nbgrader.converters import autograde as stock
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from fairmark import gradebook, marking, submissions


class Autograde(stock.Autograde):  # type: ignore[misc]
    """Mark the submissions that nbgrader found through fairmark."""

    def init_notebooks(self) -> None:
        """Find submissions; a notebook that is not there, or is no file, is for fairmark to flag."""
        if not self._ours:
            super().init_notebooks()

    def convert_notebooks(self) -> None:
        """Mark them; stock nbgrader's steps, which run student code beside the checks, never begin."""
        if not self._ours:
            super().convert_notebooks()
            return
        course = gradebook.course_of(self.config)
        assignment, student = self.coursedir.assignment_id, self.coursedir.student_id
        found = submissions.submitted(course, assignment)
        students = found if student == "*" else [one for one in found if one == student]
        if not students:
            raise NbGraderException(f"No submission of {assignment} by {student} was found")
        marked = marking.mark(course, assignment, self._tell, students=students, force=self.force)
        troubled = [f"{one.student}: {one.reason}. {one.detail}" for one in marked if one.status in {"flagged", "open"}]
        if troubled:
            raise NbGraderException("Could not be marked: " + " ".join(troubled))

    @property
    def _ours(self) -> bool:
        return "Fairmark" in self.config

    def _tell(self, one: marking.Marked) -> None:
        self.log.info("%s %s: %s %s", one.student, one.assignment, one.status, one.detail)


class Refuse(NbGraderPreprocessor):  # type: ignore[misc]
    """Stand where nbgrader's own steps of marking would, and refuse."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Refuse.

        Raises
        ------
        NbGraderException
            Always.
        """
        raise NbGraderException("This course is marked with fairmark; run fairmark mark.")
