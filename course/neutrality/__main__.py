"""The command ``neutrality`` (also ``python -m neutrality``): make the tables that the course measures with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from neutrality import codebook, tables, unga
from neutrality.tables import TableError
from neutrality.votefile import InputError


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
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], None] = options.run
    try:
        run(options)
    except (InputError, TableError, OSError) as error:
        print(f"neutrality: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    """Return the parser; each subcommand sets ``run`` to the function that does it."""
    parser = argparse.ArgumentParser(prog="neutrality", description="Make the tables that the course measures with.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_votes(commands)
    _add_codebook(commands)
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


def _add_codebook(commands: Any) -> None:
    command = commands.add_parser("codebook", help="write CODEBOOK.md anew from datapackage.json")
    _add_out(command)
    command.set_defaults(run=_codebook)


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


def _say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


def _codebook(options: argparse.Namespace) -> None:
    print(codebook.write(options.out))


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
