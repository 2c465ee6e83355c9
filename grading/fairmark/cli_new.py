"""The command ``fairmark new``."""

from __future__ import annotations

from pathlib import Path

import click

from fairmark import newcourse
from fairmark.terminal import explained


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
def new_command(folder: Path) -> None:
    """Write a small course into FOLDER, to make your own from it.

    It is whole: two invented texts, a lesson, and a problem set of two questions, which can be released and marked at
    once. Put your own in its place, piece by piece. FOLDER must be empty or not there yet.
    """
    with explained():
        written = newcourse.write(folder)
    click.echo(f"A small course is in {folder.resolve()}:")
    for file in written:
        click.echo(f"  {file.as_posix()}")
    click.echo(
        "Go into that folder. There, fairmark --workdir trial class run releases it and marks an invented class."
    )
