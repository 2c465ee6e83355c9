"""Simulated classes for measurements: collected and not yet marked, by fairmark's rules or by stock nbgrader's."""

from __future__ import annotations

from pathlib import Path

from fairmark import classroom, gradebook, release, settings
from fairmark.ability import Population
from fairmark.settings import Settings

COURSE = Path(__file__).parents[1] / "grading" / "course.toml"


def collected(
    folder: Path, size: int, assignment: str, *, population: Population | None = None, file: Path = COURSE
) -> Settings:
    """Release, have a simulated class hand in, and collect one assignment.

    Parameters
    ----------
    folder
        The working folder; made where it is missing.
    size
        How many students.
    assignment
        Which is collected.
    population
        Draws students of known ability, whose notebooks can all be opened. None: the usual kinds, of which one hands in
        a broken notebook.
    file
        The ``course.toml``.
    """
    course = settings.load(file, workdir=folder)
    release.build(course)
    classroom.simulate(course, size=size, population=population)
    gradebook.check(gradebook.api(course).collect(assignment, update=True), "collect")
    return course


def configure_stock(course: Settings, folder: Path) -> None:
    """Have nbgrader, started in a folder, mark by its own rules."""
    lines = [
        "c = get_config()",
        f"c.CourseDirectory.course_id = {course.course!r}",
        f"c.CourseDirectory.root = {str(folder)!r}",
    ]
    (folder / "nbgrader_config.py").write_text("\n".join(lines))
