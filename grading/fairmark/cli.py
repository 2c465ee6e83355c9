"""The command ``fairmark``: each step of marking a class, and all of them at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
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
from rich.table import Table
from rich.text import Text

from fairmark import (
    audit,
    backups,
    bundlesize,
    classroom,
    cli_explain,
    cli_exports,
    cli_reports,
    cli_term,
    cli_written,
    collecting,
    database,
    gradebook,
    guessing,
    marking,
    publishing,
    regrade,
    release,
    report,
    results,
    settings,
    submissions,
    terminal,
)
from fairmark import bank as item_bank
from fairmark.ability import Population
from fairmark.cli_new import new_command
from fairmark.marking import Marked
from fairmark.reasons import REASONS
from fairmark.regrade import Change
from fairmark.report import Row
from fairmark.settings import Settings
from fairmark.terminal import PATH, console, explained


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
    if context.invoked_subcommand == new_command.name:
        return
    with explained():
        context.obj = settings.load(file, bank=bank, workdir=workdir)


main.add_command(new_command)


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
        _release(course)
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
        _collect(course, terminal.assignments(course, assignments))


def _marking_options(command: Any) -> Any:
    """Add what says how and where notebooks are run."""
    for option in (
        click.option("--workers", type=click.IntRange(1, 256), help="Notebooks at a time (default: one a processor)."),
        click.option("--scheduler", default="", help="A Dask cluster's address, tls://… (default: this machine)."),
        click.option(
            "--unconfined", is_flag=True, help="Run student code with all your rights. Recorded with each mark."
        ),
    ):
        command = option(command)
    return command


@main.command("mark")
@click.argument("assignments", nargs=-1)
@click.option("--again", is_flag=True, help="Run and mark everything anew, changed or not.")
@_marking_options
@click.pass_obj
def mark_command(course: Settings, /, assignments: tuple[str, ...], again: bool, **options: Any) -> None:
    """Mark every submission that is new or changed.

    Runs each notebook confined, reads its answers as data, compares them with the bank, and writes points into
    nbgrader's gradebook, one submission at a time. A notebook that cannot be read is flagged and stops nothing.

    Ends with status 3 if any was flagged or is not decided, and with 130 after ctrl-C; what was marked is kept, and
    the same command goes on.
    """
    with explained():
        gradebook.require(course)
        cli_exports.settle(course)
        marked = _mark(course, terminal.assignments(course, assignments), force=again, **_how(options))
        cli_exports.settle(course)
        _exit_for(marked)


@main.command("regrade")
@click.argument("assignments", nargs=-1)
@_marking_options
@click.pass_obj
def regrade_command(course: Settings, /, assignments: tuple[str, ...], **options: Any) -> None:
    """Mark anew what a corrected key, rule or bank changes.

    Makes a backup of the gradebook. Then judges the answers that are known by the bank as it is now; a notebook is run
    again only where it, or the environment, is no longer the same. Points that a person gave stay. Prints who gains
    and who loses.
    """
    with explained():
        gradebook.require(course)
        how = _how(options)
        if not course.gradebook_url:
            console.print(f"Backup: {backups.backup(course)}", soft_wrap=True)
        marked: list[Marked] = []
        changes: list[Change] = []
        with _bar() as bar:
            task = bar.add_task("regrading", total=None)
            for name in terminal.assignments(course, assignments):
                done, changed = regrade.regrade(course, name, lambda one: _advance(bar, task, one), **how)
                marked, changes = marked + done, changes + changed
        _print_changes(changes)
        _exit_for(marked)


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
            console.print(audit.described(one), markup=False)
        for line in wrong:
            console.print(line, markup=False)
        console.print(f"{end.entries} entries; the last hash is {end.sha256}", soft_wrap=True)
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
            console.print(f"Backup: {file}", soft_wrap=True)


@main.command("feedback")
@click.argument("assignments", nargs=-1)
@click.pass_obj
def feedback_command(course: Settings, assignments: tuple[str, ...]) -> None:
    """Write a feedback page for every marked submission.

    Run it again after a person has marked the written answers: the pages then show those marks too.
    """
    with explained():
        gradebook.require(course)
        cli_exports.settle(course)
        _feedback(course, terminal.assignments(course, assignments))


main.add_command(cli_written.written_command)
main.add_command(cli_explain.explain_command)
main.add_command(cli_term.term_group)


@main.group("bank")
def bank_group() -> None:
    """Look after the item bank."""


@bank_group.command("check")
@click.pass_obj
def bank_check(course: Settings) -> None:
    """Check the bank: its form, and that no message gives a key away.

    Prints for each assignment how many points a program marks, and how much of them somebody earns on average who
    has read nothing and guesses.
    """
    with explained():
        assignments = item_bank.load(course.bank)
        leaks = [
            f"{entry.item.id}: this text gives the key away: {text}"
            for one in assignments.values()
            for entry in one.entries.values()
            for text in item_bank.giveaways(entry)
        ]
    for leak in leaks:
        console.print(leak)
    for name, one in assignments.items():
        earned, automatic = guessing.expected_points(one)
        by_luck = f"; blind guessing earns {earned / automatic:.0%} of {automatic:g}" if automatic else ""
        console.print(f"{name}: {len(one.entries)} items, {one.points:g} points{by_luck}")
    if leaks:
        sys.exit(1)


@main.group("class")
def class_group() -> None:
    """Simulate a class, to try everything before real students do."""


_size = click.option("--size", default=12, show_default=True, type=click.IntRange(1, 1000), help="How many students.")
_seed = click.option("--seed", default=2026, show_default=True, help="The same seed makes the same class.")
_ability = click.option("--ability", is_flag=True, help="Students of known ability in place of known kinds.")


@class_group.command("make")
@_size
@_seed
@_ability
@click.pass_obj
def class_make(course: Settings, size: int, seed: int, ability: bool) -> None:
    """Make a class of simulated students and have it hand in every released assignment.

    The students are perfect, typical, careless, guessing, empty-handed, or have a broken notebook; so their marks are
    known beforehand, and the summary says whether marking found them. With --ability every student has an ability drawn
    at random, and answers as it lets them: for an item report on a class like a real one.
    """
    with explained():
        gradebook.require(course)
        students = classroom.simulate(course, size=size, seed=seed, population=Population() if ability else None)
        console.print(f"{len(students)} simulated students have handed in.")


@class_group.command("run")
@_size
@_seed
@_ability
@click.pass_obj
def class_run(course: Settings, size: int, seed: int, ability: bool) -> None:
    """Do everything once: release, make a class, collect, mark, feedback, export, and a summary."""
    with explained():
        _release(course)
        students = classroom.simulate(course, size=size, seed=seed, population=Population() if ability else None)
        console.print(f"2  A class of {len(students)} simulated students (seed {seed}) has handed in.")
        names = list(item_bank.load(course.bank))
        _collect(course, names)
        marked = _mark(course, names)
        _feedback(course, names)
        rows = report.table(course, marked)
        cli_exports.write_marks(course, rows, course.workdir / "marks.csv")
        wrong = _summary(course, rows, marked)
    if wrong:
        sys.exit(1)


def _how(options: dict[str, Any]) -> dict[str, Any]:
    """Turn the options of a command into those of marking."""
    if options["unconfined"]:
        console.print("[bold]Unconfined:[/] student code runs with all your rights, and every mark will say so.")
    return {
        "workers": options["workers"],
        "scheduler": options["scheduler"],
        "confined": not options["unconfined"],
    }


def _exit_for(marked: list[Marked]) -> None:
    """Name what is not done, and end with status 3 where anything is not."""
    left = [one for one in marked if one.status in {"flagged", "open"}]
    for one in left:
        console.print(
            f"[bold]{escape(repr(one.student)[1:-1])}[/] {one.assignment}: {one.reason}. {escape(one.detail)}"
        )
    if left:
        sys.exit(3)


def _print_changes(changes: list[Change]) -> None:
    if not changes:
        console.print("Nobody's points change.")
        return
    table = Table("student", "assignment", "question", title="Who gains and who loses", title_justify="left")
    for heading in ("before", "after"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for one in changes:
        for item, (before, after) in one.items.items():
            word = "a person's mark stays" if item in one.kept else "gains" if after > before else "loses"
            table.add_row(one.student, one.assignment, item, f"{before:g}", f"{after:g}", word)
    console.print(table)
    gain, lose = sum(one.gain > 0 for one in changes), sum(one.gain < 0 for one in changes)
    console.print(f"{gain} gain and {lose} lose.")


class _Rate(ProgressColumn):
    """Submissions a second."""

    def render(self, task: Task) -> Text:
        """Write the rate, once there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


def _bar() -> Progress:
    columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    # Into a file or a pipe, even a bar that vanishes would leave empty lines.
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _release(course: Settings) -> None:
    with _bar() as bar:
        task = bar.add_task("building the release", total=None)
        released = release.build(course)
        bar.update(task, completed=1, total=1)
    for one in released:
        console.print(f"1  Released {one.assignment}: {one.items} items, {one.points:g} points.")
    folder = course.workdir / "bundle"
    console.print(f"1  For students: {folder}, {bundlesize.summary(folder)}", soft_wrap=True)


def _publish(course: Settings, repository: str, branch: str) -> None:
    done = publishing.publish(
        course.workdir / "bundle", repository, course=course.course, title=course.title, branch=branch
    )
    what = "Published as" if done.new else "Nothing has changed since"
    console.print(f"1  {what} {done.commit[:10]} on {branch} of {repository}.", soft_wrap=True)
    first = min((file.name for file in course.lessons.glob("*.ipynb")), default="")
    if first and publishing.is_address(repository):
        link = publishing.link(repository, branch, course.course, f"lessons/{first}")
        console.print(f"1  The link for students is your JupyterHub's address and then {link}", soft_wrap=True)


def _collect(course: Settings, names: list[str]) -> None:
    gradebook.require(course)
    nbgrader = gradebook.api(course)
    for name in names:
        result = nbgrader.collect(name, update=True)
        gradebook.check(result, f"collect {name}")
        for line in collecting.passed_over(result.get("log", "")):
            console.print(f"   {escape(line)}", soft_wrap=True)
        console.print(f"3  Collected {name} from {len(submissions.submitted(course, name))} students.")


def _mark(course: Settings, names: list[str], **options: Any) -> list[Marked]:
    total = sum(len(submissions.submitted(course, name)) for name in names)
    marked: list[Marked] = []
    with _bar() as bar:
        task = bar.add_task("marking", total=total)
        for name in names:
            marked += marking.mark(course, name, lambda one: _advance(bar, task, one), **options)
    count = {status: sum(one.status == status for one in marked) for status in ("marked", "unchanged", "flagged")}
    left = len(marked) - sum(count.values())
    undecided = f", not decided {left}" if left else ""
    console.print(
        f"4  Marked {count['marked']}, unchanged {count['unchanged']}, flagged {count['flagged']}{undecided}."
    )
    return marked


def _advance(bar: Progress, task: TaskID, one: Marked) -> None:
    bar.update(task, advance=1, description=f"marking {one.assignment}: {one.student}")


def _feedback(course: Settings, names: list[str]) -> None:
    gradebook.require(course)
    nbgrader = gradebook.api(course)
    todo = [(name, student) for name in names for student in submissions.submitted(course, name)]
    standing = {(one.assignment, one.student) for one in results.standing(course) if one.status == "marked"}
    todo = [one for one in todo if one in standing]
    with _bar() as bar:
        task = bar.add_task("writing feedback", total=len(todo))
        for name, student in todo:
            result: dict[str, Any] = nbgrader.generate_feedback(name, student)
            gradebook.check(result, f"write the feedback page of {student} for {name}")
            bar.update(task, advance=1)
    console.print(f"5  Wrote {len(todo)} feedback pages.")


def _summary(course: Settings, rows: list[Row], marked: list[Marked]) -> list[str]:
    roles = {student.id: student.role for student in classroom.plan(course)}
    console.print()
    console.print(_marks_table(rows, roles))
    flagged = [row for row in rows if row.status == "flagged" or row.attention.partition(":")[0] in REASONS]
    waiting = [row for row in rows if row.by_hand is None and row.status != "excused" and row not in flagged]
    console.print("[bold]Who needs a person's eye[/]")
    for row in flagged:
        console.print(f"  {row.student}, {row.assignment}: {escape(row.attention)}")
    if waiting:
        console.print(
            f"  {len(waiting)} written answers wait to be marked: {', '.join(row.student for row in waiting)}"
        )
    if not flagged and not waiting:
        console.print("  nobody")
    _common_misreadings(course, sorted({row.assignment for row in rows}))
    wrong = report.as_designed(course, rows)
    console.print()
    if wrong:
        console.print("[bold]Marks that are not as designed[/]")
        for line in wrong:
            console.print(f"  {line}")
    elif roles:
        console.print(f"All {len(rows)} marks are as designed.")
    _where(course)
    return wrong


def _marks_table(rows: list[Row], roles: dict[str, str]) -> Table:
    table = Table("student", "kind", "assignment", title="Marks", title_justify="left")
    for heading in ("automatic", "per cent", "written"):
        table.add_column(heading, justify="right")
    for row in rows:
        marked = row.automatic is not None and row.automatic_of > 0
        share = f"{100 * (row.automatic or 0) / row.automatic_of:.0f} %" if marked else "–"
        automatic = "not marked" if row.automatic is None else f"{row.automatic:g} of {row.automatic_of:g}"
        written = "open" if row.by_hand is None else f"{row.by_hand:g} of {row.by_hand_of:g}"
        table.add_row(row.student, roles.get(row.student, ""), row.assignment, automatic, share, written)
    return table


def _common_misreadings(course: Settings, assignments: list[str]) -> None:
    counted = [one for name in assignments for one in report.misconceptions(course, name).most_common(3)]
    if counted:
        console.print("[bold]Commonest misreadings[/]")
    for (item, misconception), students in counted:
        console.print(f"  {item}: {misconception.replace('-', ' ')} ({students} student{'s' if students > 1 else ''})")


def _where(course: Settings) -> None:
    console.print("[bold]Where the files are[/]")
    for what, path in (
        ("student bundle", "bundle"),
        ("marks", "marks.csv"),
        ("feedback pages", "feedback"),
        ("gradebook", "gradebook.db"),
    ):
        console.print(f"  {what:16}{course.workdir / path}", soft_wrap=True)
    console.print(
        "Written answers: fairmark written ASSIGNMENT. Which questions worked: fairmark report.", soft_wrap=True
    )
    console.print(f"Formgrader, for due dates: open JupyterLab in {course.workdir}, menu Nbgrader.", soft_wrap=True)


cli_exports.add_to(main)
cli_reports.add_to(main)
