"""What the commands share: where they print, errors that a user can mend, and names of assignments."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from fairmark import (
    archive,
    attempts,
    backups,
    bank,
    busy,
    classroom,
    database,
    distribute,
    duedates,
    environment,
    explain,
    gradebook,
    marking,
    newcourse,
    publishing,
    release,
    settings,
    studentbundle,
    tables,
    term,
    worker,
)
from fairmark.settings import Settings
from fairmark.written.errors import WrittenError

console = Console(highlight=False)
PATH: click.Path = click.Path(path_type=Path)
MENDABLE = (
    settings.SettingsError,
    tables.TableError,
    bank.BankError,
    release.ReleaseError,
    studentbundle.BundleError,
    publishing.PublishError,
    classroom.RealClassError,
    classroom.SavedClassError,
    gradebook.NotReleasedError,
    gradebook.StepError,
    database.GradebookError,
    distribute.SchedulerError,
    environment.NoBundleError,
    worker.WorkerError,
    archive.ArchiveError,
    attempts.AttemptsError,
    backups.BackupError,
    busy.BusyError,
    duedates.DatesError,
    explain.ExplainError,
    newcourse.NewCourseError,
    term.TermError,
    WrittenError,
)
_INTERRUPTED = 130


def say(line: str) -> None:
    """Print a line as it is: names and paths are no markup, and a path is not broken where it could not be copied."""
    console.print(line, markup=False, soft_wrap=True)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that a user can mend into one line; everything else keeps its traceback."""
    try:
        yield
    except MENDABLE as error:
        raise click.ClickException(str(error)) from None
    except marking.Interrupted as stop:
        console.print(
            f"Stopped. {len(stop.marked)} submissions of this assignment are done, and kept. "
            "Run the same command again to go on."
        )
        sys.exit(_INTERRUPTED)
    except KeyboardInterrupt:
        console.print("Stopped. What was done is kept. Run the same command again to go on.")
        sys.exit(_INTERRUPTED)


def assignments(course: Settings, asked: Iterable[str]) -> list[str]:
    """Give the names of the assignments that a command is for: those asked for, or else all of the bank.

    Raises
    ------
    click.ClickException
        If the bank does not have one of them.
    """
    asked, known = list(asked), list(bank.load(course.bank))
    for name in asked:
        if name not in known:
            raise click.ClickException(f"there is no assignment {name!r}; the bank has {', '.join(known)}")
    return asked or known
