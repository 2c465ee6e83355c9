"""The commands ``neutrality stances …``: check and compute the course's codings, and add coders of your own."""

from __future__ import annotations

import argparse
import codecs
from pathlib import Path
from typing import Any

import pandas as pd

from neutrality import reliability, stancebuild, stances, tables
from neutrality.replacing import replace_together
from neutrality.stances import StanceError
from neutrality.tablebytes import csv_bytes

_SHOWN = ["units", "both_coded", "identical", "alpha_ordinal", "alpha_ordinal_low", "alpha_ordinal_high"]
_SHOWN += ["kappa_linear", "kappa_quadratic"]
_WORDS = ["answers", "places", "same answer", "ordinal α", "α from", "α to", "linear κ", "quadratic κ"]


def add(commands: Any) -> None:
    """Add the group to a parser's subcommands.

    Parameters
    ----------
    commands : argparse subparsers
        Each command sets ``run`` to the function that does it.
    """
    group = commands.add_parser("stances", help="where the two sources see Minsk and Moscow stand")
    actions = group.add_subparsers(required=True, metavar="COMMAND")
    build = actions.add_parser("build", help="check claims, events and codings, and compute the other tables from them")
    build.add_argument("--out", type=Path, metavar="DIR", help="the data folder; by default the project's own")
    build.set_defaults(run=_build)
    form = actions.add_parser("form", help="write an empty form for a coder")
    form.add_argument("coder", metavar="NAME", help="a name for the coder; a made-up one will do")
    form.add_argument("file", type=Path, metavar="FILE", help="the form to write, as in anna.csv")
    form.set_defaults(run=_form)
    check = actions.add_parser("check", help="check filled forms, and list what to mend")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a filled form")
    check.set_defaults(run=_check)
    compare = actions.add_parser("compare", help="compute how far coders agree")
    compare.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a filled form")
    compare.add_argument("--with", dest="course", metavar="CODER", help="a coder of the course too, as in adjudicated")
    compare.set_defaults(run=_compare)


def _build(options: argparse.Namespace) -> None:
    folder = options.out or tables.data_folder()
    computed = stancebuild.build(folder)
    print(f"All rows are in order. Computed in {folder / stancebuild.FOLDER}:")
    for name, table in computed.items():
        print(f"  {name}.csv, {len(table)} rows")


def _form(options: argparse.Namespace) -> None:
    if options.file.exists():
        raise StanceError(f"{options.file}: is there already, perhaps filled in. Name another file, or move it away.")
    form = stances.form(options.coder)
    # The byte order mark lets spreadsheets see that the file is UTF-8.
    content = codecs.BOM_UTF8 + csv_bytes(form)
    replace_together(options.file.absolute().parent, {options.file.name: content})
    print(f"{options.file}: {len(form)} rows to fill in, for {form['issue'].nunique()} issues.")
    print(f"The rules are in {tables.data_folder() / stancebuild.FOLDER / 'codebook.md'}.")


def _check(options: argparse.Namespace) -> None:
    for file in options.files:
        read = stances.read(file)
        print(f"{file}: {len(read)} answers, all in order.")


def _compare(options: argparse.Namespace) -> None:
    parts = [stances.read(file) for file in options.files]
    names = [name for part in parts for name in part["coder"].unique()]
    if options.course:
        own = stances.codings()
        parts.append(stances.chosen(own, options.course)[list(own.columns)])
        names.append(options.course)
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise StanceError(
            f"compare: these are the codes of {', '.join(names)}. Give the forms of two coders or more, with a name of "
            "their own each, or add --with adjudicated."
        )
    report = reliability.report(pd.concat(parts), stances.issues(), names)
    shown = report[_SHOWN].set_axis(_WORDS, axis=1)
    print(f"Coders: {', '.join(names)}. α and κ are over the places from -2 to 2; brackets of α draw events.")
    print(shown.to_string(float_format=lambda value: f"{value:.3f}", na_rep="–"))
    print("A dash: too little to compute it, or no variation. Coders who talked, or one mind twice, show consistency.")
