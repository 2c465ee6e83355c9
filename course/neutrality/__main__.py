"""The command ``neutrality`` (also ``python -m neutrality``): the course's tables, and your copies of the sources."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from neutrality import (
    codebook,
    copies,
    fetching,
    fingerprints,
    referencebuild,
    referencefiles,
    sources,
    stancecommands,
    tables,
    unga,
)
from neutrality.csvfile import InputError
from neutrality.replacing import replace_together
from neutrality.sources import SourceError
from neutrality.stancebuild import StanceTableError
from neutrality.stances import StanceError
from neutrality.tables import TableError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        0 if all went well, 1 if an input was refused or a file could not be read or written.
    """
    # A file's name may have bytes that are no text; printing it must not fail.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (InputError, SourceError, StanceError, StanceTableError, TableError) as error:
        print(f"neutrality: {_printable(str(error))}", file=sys.stderr)
        return 1
    except OSError as error:
        remedy = "Check that it is there, and that you may read and write in its folder."
        print(f"neutrality: {_printable(str(error))}. {remedy}", file=sys.stderr)
        return 1
    return 0


def _printable(text: str) -> str:
    """Take out what a terminal would obey and not show: a file's name may hold anything."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _parser() -> argparse.ArgumentParser:
    """Return the parser; each subcommand sets ``run`` to the function that does it."""
    parser = argparse.ArgumentParser(prog="neutrality", description=(__doc__ or "").partition(": ")[2])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_votes(commands)
    _add_reference(commands)
    _add_codebook(commands)
    _add_sources(commands)
    stancecommands.add(commands)
    return parser


def _add_votes(commands: Any) -> None:
    votes = commands.add_parser("votes", help="the General Assembly's recorded votes")
    build = votes.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "build",
        help="build the vote tables from the UN library's official file",
        description="Build the compact vote tables from the UN Dag Hammarskjöld Library's General Assembly Voting "
        "Data (https://digitallibrary.un.org/record/4060887). A file that cannot be trusted is refused, and the tables "
        "that stand stay as they are.",
    )
    build.add_argument("file", type=Path, metavar="FILE", help="the official file, .csv or .csv.gz")
    build.add_argument(
        "--issue-codes",
        type=Path,
        metavar="FILE",
        help="Voeten's issue codes, .csv or .csv.gz; without it the codes of the present tables are kept",
    )
    _add_out(build)
    build.set_defaults(run=_build)


def _add_reference(commands: Any) -> None:
    reference = commands.add_parser("reference", help="other people's published estimates, to compare with")
    build = reference.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "build",
        help="build the tables of published ideal points and of repeated resolutions",
        description="Build the tables of published ideal points and of repeated resolutions from their publishers' "
        "files. A file that cannot be trusted is refused, and the tables that stand stay as they are.",
        epilog=(referencefiles.__doc__ or "").partition("\n\n")[2].replace("``", ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    build.add_argument("folder", type=Path, metavar="FOLDER", help="where the five files are that are listed below")
    _add_out(build)
    build.set_defaults(run=_build_reference)


def _add_codebook(commands: Any) -> None:
    command = commands.add_parser("codebook", help="write CODEBOOK.md anew from datapackage.json")
    _add_out(command)
    command.set_defaults(run=_codebook)


def _add_sources(commands: Any) -> None:
    group = commands.add_parser("sources", help="your own copies of the two texts that the course reads")
    actions = group.add_subparsers(required=True, metavar="COMMAND")
    _add_sources_add(actions)
    for name, run, text in (
        ("show", _sources_show, "show a place from your copy, or where to read it"),
        ("remove", _sources_remove, "remove your copy of a source"),
        ("list", _sources_list, "list your copies, and how complete they are"),
        ("fingerprint", _sources_fingerprint, "for maintainers: make a source's fingerprints from its located text"),
    ):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name == "fingerprint":
            action.add_argument("file", type=Path, metavar="FILE", help="a text whose lines begin with [PLACE]")
        if name != "list":
            action.add_argument("source", metavar="SOURCE", help="as in osw-2018")
        if name == "show":
            action.add_argument("place", metavar="PLACE", help="as in s2.p3")
        action.set_defaults(run=run)


def _add_sources_add(actions: Any) -> None:
    add = actions.add_parser(
        "add",
        help="add your copy of a source from a PDF, a saved web page, a text file or its link",
        description="Split your copy of a source into its paragraphs and notes, and keep it on this machine for "
        "sources.show. The file is recognised by its words; another text is refused.",
    )
    add.add_argument("file", nargs="?", metavar="FILE", help="a PDF, a saved web page or a text file; or a web address")
    add.add_argument("--source", metavar="SOURCE", help="which source it is; without it, the one that it fits")
    add.add_argument("--link", metavar="SOURCE", help="fetch this source by its own link, in place of FILE")
    add.add_argument("--replace", action="store_true", help="replace a copy that has more, or fetch the link anew")
    add.set_defaults(run=_sources_add)


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"the data folder; by default the one {tables.DATA_VARIABLE} names, or the project's own",
    )


def _build(options: argparse.Namespace) -> None:
    folder = options.out or tables.data_folder()
    report = unga.build(options.file, issue_codes=options.issue_codes, folder=folder, say=_say)
    print(_summary(report, folder))


def _build_reference(options: argparse.Namespace) -> None:
    folder = options.out or tables.data_folder()
    report = referencebuild.build(options.folder, folder, say=_say)
    pairs, wrong = report["pairs"], report["contradicted_numbers"]
    for name, told in report["points"].items():
        print(f"{name}: {told['rows']:,} rows")
    print(f"repeated-resolutions: {pairs['all']:,} pairs, {pairs['both_found']:,} with both record numbers")
    print(f"  records that carry the number of another roll call: {len(wrong)}")
    print(f"Written to {folder / referencebuild.FOLDER}; the report is build-report.json.")


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


def _codebook(options: argparse.Namespace) -> None:
    print(codebook.write(options.out))


def _sources_add(options: argparse.Namespace) -> None:
    if bool(options.file) == bool(options.link):
        raise SourceError("name a FILE to add, or a source with --link, as in: neutrality sources add --link osw-2018")
    if options.link:
        added = copies.add_link(_source_of(options.link), replace=options.replace)
    else:
        added = copies.add(options.file, options.source, replace=options.replace)
    print(_printable(added.summary))


def _source_of(link: str) -> str:
    """Return the source that a link is of; its id will do as well."""
    if not fetching.is_link(link):
        return link
    for source in sources.all_sources().values():
        if source.citation.link == link:
            return source.id
    raise SourceError(f"{link}: is not the link of a source. To fetch it all the same: neutrality sources add {link}")


def _sources_show(options: argparse.Namespace) -> None:
    sources.show(options.source, options.place)


def _sources_remove(options: argparse.Namespace) -> None:
    there = copies.remove(options.source)
    print(f"{options.source}: " + ("your copy was removed." if there else "there is no copy."))


def _sources_list(_options: argparse.Namespace) -> None:
    print(_printable(copies.listing()))


def _sources_fingerprint(options: argparse.Namespace) -> None:
    made = fingerprints.build(options.source, options.file.read_text(encoding="utf-8"))
    folder = tables.readings_folder()
    replace_together(folder, {fingerprints.file_name(options.source): made.encode()})
    print(folder / fingerprints.file_name(options.source))


def _summary(report: dict[str, Any], folder: Path) -> str:
    """Say in a few lines what was built and what looked odd."""
    votes = ", ".join(f"{count:,} {word}" for word, count in report["votes"].items() if word != "all")
    lines = [
        f"{report['votes']['all']:,} votes by {report['states']} states on {report['resolutions']:,} resolutions, "
        f"{report['first_date']} to {report['last_date']}",
        f"  {votes}",
        f"  issue codes: {_origin(report['issue_codes'])}",
        f"  resolutions whose totals contradict the votes: {_wrong(report)}",
        f"  dates outside their session: {len(report['dates_outside_their_session'])}",
        f"Written to {folder / 'unga'}; the report is build-report.json.",
    ]
    return "\n".join(lines)


def _origin(codes: dict[str, Any] | None) -> str:
    return "none" if codes is None else f"from {codes['origin']['file']}"


def _wrong(report: dict[str, Any]) -> int:
    return len({entry["undl_id"] for entry in report["contradictory_totals"]})


if __name__ == "__main__":
    sys.exit(main())
