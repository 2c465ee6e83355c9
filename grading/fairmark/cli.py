"""The command ``fairmark``: the steps of a term, and what else is registered from the modules ``cli_…``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fairmark import (
    audit,
    backups,
    cli_bank,
    cli_class,
    cli_explain,
    cli_exports,
    cli_marking,
    cli_new,
    cli_policy,
    cli_reports,
    cli_steps,
    cli_term,
    cli_written,
    database,
    gradebook,
    publishing,
    settings,
    terminal,
)
from fairmark.settings import Settings
from fairmark.terminal import PATH, explained, say


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--settings", "file", type=click.Path(path_type=Path), help="The course.toml (default: looked for here and above)."
)
@click.option(
    "--bank", type=click.Path(path_type=Path), help="The folder of the item bank (default: as in course.toml)."
)
@click.option(
    "--workdir", type=click.Path(path_type=Path), help="Where everything is made (default: as in course.toml)."
)
@click.pass_context
def main(context: click.Context, file: Path | None, bank: Path | None, workdir: Path | None) -> None:
    """Release assignments, mark what comes back, and give feedback.

    In the order of a term: `release` once; then for each assignment `collect`, `mark`, `report`, a person's marks with
    `written`, `feedback`, `export`. Marks live in nbgrader's gradebook, so its own commands, and the formgrader, work
    in the same folder.

    To see all of it on an invented class, run `fairmark class run`. To begin a course of your own, run `fairmark new`.
    """
    if context.invoked_subcommand == cli_new.new_command.name:
        return
    with explained():
        context.obj = settings.load(file, bank=bank, workdir=workdir)


@main.command("release")
@click.option("--git", "repository", default="", help="Also add the bundle to this git repository (folder or URL).")
@click.option("--branch", default=publishing.BRANCH, show_default=True, help="The branch of it that students pull.")
@click.pass_obj
def release_command(course: Settings, repository: str, branch: str) -> None:
    """Build the student release of every assignment, and the bundle.

    Needs the source notebooks and the item bank. Of the bank only the public halves are used; no key is in what is
    built. Prints where the bundle is, and how big.

    With --git, the bundle is committed on top of the last one, for nbgitpuller to pull. A folder that does not exist is
    made, as a bare repository. It may hold nothing but bundles, since whoever pulls a branch can read all of them.
    """
    with explained():
        cli_steps.release_all(course)
        if repository:
            _publish(course, repository, branch)


@main.command("collect")
@click.argument("assignments", nargs=-1)
@click.pass_obj
def collect_command(course: Settings, assignments: tuple[str, ...]) -> None:
    """Collect what students submitted through nbgrader's exchange.

    Takes the newest submission of each student. Without ASSIGNMENTS: all of them.
    """
    with explained():
        cli_steps.collect(course, terminal.assignments(course, assignments))


@main.command("audit")
@click.option("--head", default="", help="A hash that was noted earlier: it must be in the log.")
@click.option("--student", default="", help="Print what the log says of this student.")
@click.pass_obj
def audit_command(course: Settings, head: str, student: str) -> None:
    """Check the log of every mark ever given, and the gradebook against it.

    Prints the log's last hash. Note it outside the gradebook: with --head, a later check proves that nothing before
    it was changed. Ends with status 1 if anything is wrong.
    """
    with explained():
        gradebook.require(course)
        with database.Database(course) as book, book.reading() as session:
            wrong = audit.verify(session, head)
            end = audit.last(session)
            told = [one for one in audit.entries(session) if student and one.get("student") == student]
        for one in told:
            say(audit.described(one))
        for line in wrong:
            say(line)
        say(f"{end.entries} entries; the last hash is {end.sha256}")
    if wrong:
        sys.exit(1)


@main.command("serve")
@click.pass_obj
def serve_command(course: Settings) -> None:
    """Answer students' checks on a JupyterHub, which starts this itself.

    Holds the bank, asks the Hub who asks, writes every attempt down before it is answered, and tells what modes.csv
    allows. Ends on SIGTERM.
    """
    with explained():
        try:
            from fairmark.service import errors, serve
        except ModuleNotFoundError as error:
            raise click.ClickException(f"{error.name} is not installed here; install the extra hub") from None
        try:
            serve.run(course)
        except errors.ServiceError as error:
            raise click.ClickException(str(error)) from None


@main.command("backup")
@click.option("--to", type=PATH, help="The new folder (default: in the folder backups of the working folder).")
@click.pass_obj
def backup_command(course: Settings, to: Path | None) -> None:
    """Copy gradebook and log of attempts to a new folder, whole and checked, even while others write to them.

    How to restore them stands in course/instructor/service.md.
    """
    with explained():
        gradebook.require(course)
        for file in backups.backup_both(course, to):
            say(f"Backup: {file}")


@main.command("feedback")
@click.argument("assignments", nargs=-1)
@click.pass_obj
def feedback_command(course: Settings, assignments: tuple[str, ...]) -> None:
    """Write a feedback page for every marked submission.

    Run it again after a person has marked the written answers: the pages then show those marks too.
    """
    with explained():
        gradebook.require(course)
        cli_policy.settle(course)
        cli_steps.write_feedback(course, terminal.assignments(course, assignments))


def _publish(course: Settings, repository: str, branch: str) -> None:
    done = publishing.publish(
        course.workdir / "bundle", repository, course=course.course, title=course.title, branch=branch
    )
    what = "Published as" if done.new else "Nothing has changed since"
    say(f"1  {what} {done.commit[:10]} on {branch} of {repository}.")
    first = min((file.name for file in course.lessons.glob("*.ipynb")), default="")
    if first and publishing.is_address(repository):
        link = publishing.link(repository, branch, course.course, f"lessons/{first}")
        say(f"1  The link for students is your JupyterHub's address and then {link}")


for command in (
    cli_new.new_command,
    cli_marking.mark_command,
    cli_marking.regrade_command,
    cli_written.written_command,
    cli_policy.policy_command,
    cli_exports.export_command,
    cli_reports.report_command,
    cli_explain.explain_command,
    cli_term.term_group,
    cli_bank.bank_group,
    cli_class.class_group,
):
    main.add_command(command)
