"""The steps of marking a class, as commands show them: a bar while one is under way, and a line when it is done.

The number before a line is the step's place in ``fairmark class run``.
"""

from __future__ import annotations

from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fairmark import bundlesize, collecting, gradebook, marking, release, results, submissions
from fairmark.marking import Marked
from fairmark.settings import Settings
from fairmark.terminal import console, say


class _Rate(ProgressColumn):
    """Submissions a second."""

    def render(self, task: Task) -> Text:
        """Write the rate, once there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def progress() -> Progress:
    """Make a bar that vanishes when its step is done."""
    columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    # Into a file or a pipe, even a bar that vanishes would leave empty lines.
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def release_all(course: Settings) -> None:
    """Build the release of every assignment, and say what students get."""
    with progress() as bar:
        task = bar.add_task("building the release", total=None)
        released = release.build(course)
        bar.update(task, completed=1, total=1)
    for one in released:
        console.print(f"1  Released {one.assignment}: {one.items} items, {one.points:g} points.")
    folder = course.workdir / "bundle"
    say(f"1  For students: {folder}, {bundlesize.summary(folder)}")


def collect(course: Settings, names: list[str]) -> None:
    """Collect what was handed in for some assignments, and name what was passed over."""
    gradebook.require(course)
    nbgrader = gradebook.api(course)
    for name in names:
        result = nbgrader.collect(name, update=True)
        gradebook.check(result, f"collect {name}")
        for line in collecting.passed_over(result.get("log", "")):
            say(f"   {line}")
        console.print(f"3  Collected {name} from {len(submissions.submitted(course, name))} students.")


def mark(course: Settings, names: list[str], **options: Any) -> list[Marked]:
    """Mark some assignments, and say how many submissions are in which state; the options are those of marking."""
    total = sum(len(submissions.submitted(course, name)) for name in names)
    marked: list[Marked] = []
    with progress() as bar:
        task = bar.add_task("marking", total=total)
        for name in names:
            marked += marking.mark(course, name, lambda one: advance(bar, task, one), **options)
    count = {status: sum(one.status == status for one in marked) for status in ("marked", "unchanged", "flagged")}
    left = len(marked) - sum(count.values())
    undecided = f", not decided {left}" if left else ""
    console.print(
        f"4  Marked {count['marked']}, unchanged {count['unchanged']}, flagged {count['flagged']}{undecided}."
    )
    return marked


def advance(bar: Progress, task: TaskID, one: Marked) -> None:
    """Move a bar on by one submission."""
    bar.update(task, advance=1, description=f"marking {one.assignment}: {one.student}")


def write_feedback(course: Settings, names: list[str]) -> None:
    """Write the feedback page of everybody who is marked in some assignments."""
    gradebook.require(course)
    nbgrader = gradebook.api(course)
    todo = [(name, student) for name in names for student in submissions.submitted(course, name)]
    standing = {(one.assignment, one.student) for one in results.standing(course) if one.status == "marked"}
    todo = [one for one in todo if one in standing]
    with progress() as bar:
        task = bar.add_task("writing feedback", total=len(todo))
        for name, student in todo:
            result: dict[str, Any] = nbgrader.generate_feedback(name, student)
            gradebook.check(result, f"write the feedback page of {student} for {name}")
            bar.update(task, advance=1)
    console.print(f"5  Wrote {len(todo)} feedback pages.")
