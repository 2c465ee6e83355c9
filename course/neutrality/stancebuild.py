"""Check what was written down about the two sources, and compute from it.

Five tables under ``stances/`` are written by hand: claims, events, issues, codings and coders. The builder checks every
row of them against its description in ``datapackage.json`` and against the others. Then it computes:

- ``reliability.csv``: how consistently the issues were coded, round by round;
- ``divergence.csv``: how far apart Minsk and Moscow stand, by phase and by the two sources' turning points;
- ``sensitivity.csv``: the same with one choice changed at a time;
- ``selection.csv``: on how many issues Minsk differs from Moscow without siding with its opponents;
- the last part of ``codebook.md``, which prints the first for a reader, and ``results.md``, which prints the rest.

Rows that serve as graded items do not enter these numbers, so that students get the same from their own copy. The one
exception is a line of ``reliability.csv`` that is marked as such. All files are replaced together, or none is.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from neutrality import divergence, openrows, phases, reliability, stancecheck, stancepages, tables
from neutrality.replacing import replace_together
from neutrality.stamping import csv_rows, stamped
from neutrality.tablebytes import csv_bytes

FOLDER = "stances"
"""The folder of the tables, within a data folder."""

WRITTEN = ("claims", "events", "issues", "codings", "coders")
"""The tables that are written by hand."""

COMPUTED = ("reliability", "divergence", "sensitivity", "selection")
"""The tables that are computed from them."""

SHOWN = 20
"""How many problems the error lists."""


class StanceTableError(ValueError):
    """Tables that cannot be used as they were written; the message lists place, problem and remedy."""


def build(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """Check the written tables, compute the others, and put everything in place.

    Parameters
    ----------
    folder : pathlib.Path, optional
        The data folder; by default `neutrality.tables.data_folder`.

    Returns
    -------
    dict
        The computed tables by name.

    Raises
    ------
    StanceTableError
        If a row is not as it should be. Nothing has been changed then.
    neutrality.tables.TableError
        If the folder's description cannot be read.
    OSError
        If a file cannot be read or written.
    """
    folder = tables.data_folder() if folder is None else folder
    package = tables.descriptor(folder)
    written = {f"{FOLDER}/{name}.csv": (folder / FOLDER / f"{name}.csv").read_bytes() for name in WRITTEN}
    if not any(line.endswith(b",item") for content in written.values() for line in content.splitlines()):
        raise StanceTableError(
            f"{folder / FOLDER}: no row is marked use=item, so this is a student's copy, from which rows were taken "
            "out. Build in the project's own data folder."
        )
    problems = list(stancecheck.check(written, package))
    if problems:
        more = [f"  … and {len(problems) - SHOWN} more."] if len(problems) > SHOWN else []
        raise StanceTableError(
            "\n".join([f"{len(problems)} to mend:", *(f"  {one}" for one in problems[:SHOWN]), *more])
        )
    computed = compute(*_frames(written, package))
    changed = written | {f"{FOLDER}/{name}.csv": csv_bytes(table) for name, table in computed.items()}
    page = (folder / FOLDER / stancepages.CODEBOOK).read_text(encoding="utf-8")
    changed[f"{FOLDER}/{stancepages.CODEBOOK}"] = stancepages.codebook(page, computed["reliability"]).encode()
    changed[f"{FOLDER}/{stancepages.RESULTS}"] = stancepages.results(computed).encode()
    rows = {path: csv_rows(content) for path, content in changed.items() if path.endswith(".csv")}
    replace_together(folder, stamped(package, changed, rows))
    return computed


def compute(issues: pd.DataFrame, codings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Compute the four tables.

    Parameters
    ----------
    issues, codings : pandas.DataFrame
        All of them, graded items too: those enter one line only, the consistency over all issues.

    Returns
    -------
    dict
        ``reliability``, ``divergence``, ``sensitivity`` and ``selection``, rounded to four decimals.
    """
    open_issues = issues[issues[openrows.USE] != openrows.ITEM]
    found = {
        "reliability": _reliability(issues, open_issues, codings),
        "divergence": pd.concat([_divergence(open_issues, codings, *grouping) for grouping in _groupings()]),
        "sensitivity": pd.concat([_sensitivity(open_issues, codings, *grouping) for grouping in _groupings(few=True)]),
        "selection": divergence.selection(codings, open_issues).reset_index(),
    }
    return {name: table.round(4).reset_index(drop=True) for name, table in found.items()}


def _groupings(few: bool = False) -> Iterator[tuple[str, str | None]]:
    """Yield what is grouped by, with the rule for the shared years; sensitivity varies that rule itself."""
    for rule in ("earlier",) if few else phases.BOUNDARIES:
        yield "phase", rule
    yield from ((by, None) for by in divergence.GROUPINGS if by != "phase")


def _reliability(issues: pd.DataFrame, open_issues: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Compare every two coders, round by round; those who know the other codes are no coders to compare."""
    blind = codings[codings["coder"] != "adjudicated"]
    rounds = {str(coder): set(part["round"]) for coder, part in blind.groupby("coder")}
    parts = []
    for pair in itertools.combinations(sorted(rounds), 2):
        # Two people may have coded in rounds of other numbers: then the last of each is compared, as round 0.
        for number in sorted(rounds[pair[0]] & rounds[pair[1]]) or [0]:
            for covers, those in (("open issues", open_issues), ("all issues", issues)):
                found = reliability.report(codings, those, pair, round=number or None).reset_index()
                parts.append(found.assign(coders=", ".join(pair), round=number, covers=covers))
    table = pd.concat(parts)
    return table[["coders", "round", "covers", *(name for name in table if name not in ("coders", "round", "covers"))]]


def _divergence(issues: pd.DataFrame, codings: pd.DataFrame, by: str, boundary: str | None) -> pd.DataFrame:
    found = divergence.measure(codings, issues, by=by, boundary=boundary)
    found.insert(0, "group", found.index)
    found.insert(0, "boundary", boundary or "")
    found.insert(0, "grouping", by)
    return found


def _sensitivity(issues: pd.DataFrame, codings: pd.DataFrame, by: str, boundary: str | None) -> pd.DataFrame:
    found = divergence.sensitivity(codings, issues, by=by, boundary=boundary)
    found.insert(0, "boundary", boundary or "")
    found.insert(0, "grouping", by)
    return found


def _frames(written: Mapping[str, bytes], package: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read issues and codings as they will stand, through the same reader as everybody else."""
    with tempfile.TemporaryDirectory() as name:
        rows = {path: csv_rows(content) for path, content in written.items()}
        replace_together(Path(name), stamped(package, written, rows))
        return tables.load("stances-issues", Path(name)), tables.load("stances-codings", Path(name))
