"""The command ``fairmark written``: people mark written answers, twice where wished, and settle what differs."""

from __future__ import annotations

import getpass
import webbrowser
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from fairmark import busy, gradebook, terminal
from fairmark.database import Database
from fairmark.settings import Settings
from fairmark.terminal import PATH, console, explained
from fairmark.written import agreement, answers, forms, marks
from fairmark.written.agreement import Agreement, Pair
from fairmark.written.answers import Task
from fairmark.written.desk import Desk


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return ""


@click.command("written")
@click.argument("assignment")
@click.option("--marker", default=_user, help="Who marks; stands beside each mark (default: your user name here).")
@click.option("--second", is_flag=True, help="Mark a second time, blind to the first; changes no mark.")
@click.option("--sample", default=0, type=click.IntRange(0), help="With --second: only so many answers, drawn by lot.")
@click.option("--agreement", "compare", is_flag=True, help="Say how far first and second marks agree.")
@click.option("--settle", is_flag=True, help="Decide where two markings lie apart; this mark counts.")
@click.option(
    "--apart",
    type=click.FloatRange(0),
    help="Settle from more points of difference than these (default: a tenth, or a level).",
)
@click.option("--names", is_flag=True, help="Show who wrote what. Without it marking is blind.")
@click.option("--out", type=PATH, help="No page in the browser: write NAME.html to read and NAME.csv to fill in.")
@click.option("--from", "source", type=PATH, help="Read a filled-in table back: all of it or nothing.")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The page's port (default: any that is free).")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.pass_obj
def written_command(course: Settings, /, assignment: str, **options: Any) -> None:
    """Mark the written answers of ASSIGNMENT on a page, beside the rubric.

    Opens a page in your browser, for you alone: its address is the key. What you enter is saved at once, into
    nbgrader's gradebook and into the log of marks. Stop whenever you like, and go on with the same command.

    Without a browser on this machine, as on a JupyterHub, use --out and --from.
    """
    with explained():
        _written(course, assignment, options)


def _written(course: Settings, assignment: str, options: dict[str, Any]) -> None:
    terminal.assignments(course, [assignment])
    gradebook.require(course)
    task = _task(course, assignment, options)
    with Database(course) as database:
        if options["compare"]:
            _compare(database, task)
        elif options["source"]:
            with busy.working(course), database.writing() as session:
                read = forms.read(session, task, options["source"])
            console.print(f"{read.written} marks written, {read.same} unchanged, {read.empty} rows without points.")
        elif options["out"]:
            with database.reading() as session:
                page, tables = forms.write(session, task, options["out"], names=options["names"])
            console.print(f"To read: {page}", soft_wrap=True)
            for table in tables:
                console.print(f"To fill in: {table}", soft_wrap=True)
        else:
            _page(database, task, options)


def _task(course: Settings, assignment: str, options: dict[str, Any]) -> Task:
    chosen = [f"--{name}" for name in ("second", "settle") if options[name]] + ["--agreement"] * options["compare"]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} are different tasks; choose one")
    if options["out"] and options["source"]:
        raise click.UsageError("--out writes a table and --from reads one; choose one")
    if options["sample"] and not options["second"]:
        raise click.UsageError("--sample goes with --second")
    if options["second"] and options["names"]:
        raise click.UsageError("a second marking is blind; leave --names out")
    marker = " ".join(options["marker"].split())
    if not marker or len(marker) > 100 or not marker.isprintable():
        raise click.UsageError("say with --marker who marks, in up to 100 characters")
    round_: marks.Round = "second" if options["second"] else "settled" if options["settle"] else "first"
    return Task(course, assignment, round_, marker, options["sample"], options["apart"])


def _page(database: Database, task: Task, options: dict[str, Any]) -> None:
    from fairmark.written import page  # tornado is slow to load, and only the page needs it

    desk = Desk(task, database, names=options["names"])
    queue = desk.queue()
    console.print(f"{task.assignment}: {queue.done} of {len(queue.answers)} done, marked by {escape(task.marker)}.")

    def tell(address: str) -> None:
        console.print("The page is open to whoever has this address, on this machine. Keep it to yourself:")
        console.print(address, soft_wrap=True, markup=False)
        console.print("Stop with the button on the page, or with ctrl-C.")
        if not options["no_browser"]:
            webbrowser.open(address)

    try:
        with busy.working(task.course):
            page.serve(desk, tell, options["port"])
    except KeyboardInterrupt:
        console.print()
    queue = desk.queue()
    console.print(f"{queue.done} of {len(queue.answers)} done. What was saved is kept.")


def _compare(database: Database, task: Task) -> None:
    with database.reading() as session:
        given = marks.history(session, task.assignment)
        found = list(agreement.pairs(given))
        rubrics = answers.queue(session, task)
        codes = {one.place.key[:2]: one.code for one in rubrics.answers}
    for one in agreement.agreements(found, {item: rubrics.rubric(item) for item in rubrics.entries}):
        _print_agreement(one)
    if not found:
        console.print("No answer was marked twice yet. A second person marks with --second.")
        return
    apart = [one for one in found if agreement.far_apart(one, rubrics.rubric(one.item), task.apart)]
    _print_apart(apart, codes, given)


def _print_agreement(one: Agreement) -> None:
    who = " and ".join(one.markers) if one.kind == "two markers" else one.markers[0]
    console.print(f"[bold]{one.item}[/]: {one.kind} ({escape(who)}), {one.answers} answers", soft_wrap=True)
    if one.kind != "two markers":
        console.print("   This says how steady one person is. It says nothing of what another would give.")
    console.print(f"   the same total: {100 * one.same:.0f} %")
    reach = f", 95 % interval {one.interval[0]:.2f} to {one.interval[1]:.2f}" if one.interval else ""
    console.print(f"   the second gave {one.difference:+.2f} of {one.out_of:g} points on average{reach}")
    if one.alpha is not None:
        console.print(f"   Krippendorff's α of the totals (interval): {one.alpha:.2f}")
    table = Table("criterion", box=None, pad_edge=False)
    table.add_column("same level", justify="right")
    table.add_column("α (ordinal)", justify="right")
    for name, (same, alpha) in one.criteria.items():
        table.add_row(escape(name), f"{100 * same:.0f} %", "–" if alpha is None else f"{alpha:.2f}")
    console.print(table)
    if one.caution:
        console.print(f"   {one.caution}", soft_wrap=True)


def _print_apart(apart: list[Pair], codes: dict[tuple[str, str], str], given: marks.History) -> None:
    if not apart:
        console.print("No two markings lie so far apart that they need settling.")
        return
    table = Table("answer", "question", title="To be settled: fairmark written --settle", title_justify="left")
    for heading in ("first", "second", "settled"):
        table.add_column(heading, justify="right")
    for one in sorted(apart, key=lambda pair: -abs(pair.difference)):
        last = given.get((one.item, one.student, "settled", ""), [None])[-1]
        settled = f"{last.judgement.score:g} by {escape(last.place.marker)}" if last else "open"
        scores = (f"{each.judgement.score:g}" for each in (one.first, one.second))
        table.add_row(codes.get((one.item, one.student), "gone"), one.item, *scores, settled)
    console.print(table)
