"""Build the tables of other people's estimates, to compare our own with.

Four files come out, under ``reference/`` in a data folder:

- ``idealpoints-2020.parquet``: ideal points of Bailey, Strezhnev and Voeten, April 2020, one row a state and session;
- ``idealpoints-2025.parquet``: those of July 2025, one row a state and year;
- ``repeated-resolutions.csv``: pairs of roll calls on the same text, as our record numbers where both are found;
- ``build-report.json``: what went in, what came out, and what could not be found.

The inputs are listed in `referencefiles`. The same input gives the same bytes. A build that fails leaves the old tables
as they were; one that succeeds also brings the checksums in ``datapackage.json`` and ``CODEBOOK.md`` up to date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from neutrality import referencefiles, repeats, rollcalls, tables
from neutrality.csvfile import InputError
from neutrality.referencefiles import Sheet
from neutrality.repeats import Theirs
from neutrality.replacing import replace_together
from neutrality.rollcalls import RollCalls
from neutrality.seats import APART, seat
from neutrality.stamping import csv_rows, package_of, stamped
from neutrality.tablebytes import csv_bytes, json_bytes, parquet_bytes

FOLDER = "reference"
"""The folder of the tables, within a data folder."""

BUILT = ("idealpoints-2020", "idealpoints-2025", "repeated-resolutions", "reference-build-report")
"""The resources that a build writes."""

_CATEGORY = pa.dictionary(pa.int16(), pa.string())
_KEY_2020, _KEY_2025 = ("ccode", "session"), ("ccode", "year")
_POINTS_2020 = {"point": "IdealPoint", "low": "Q5%", "median": "Q50%", "high": "Q95%"}
_POINTS_2025 = {
    **{"point_final": "idealpointfp", "low_final": "q5fp", "high_final": "q95fp"},
    **{"point_all": "idealpointall", "low_all": "q5all", "high_all": "q95all"},
    "point_legacy": "idealpointlegacy",
}
_RENAMED = {"Eswatini": 572, "North Macedonia": 343, "Federal Republic of Germany": 260}
"""Names of the roll-call file that the ideal points of April 2020 spell in another way, and their numbers."""


def build(source: Path, folder: Path | None = None, *, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Build the tables and put them in place.

    Parameters
    ----------
    source : pathlib.Path
        The folder with the five files that `referencefiles` lists.
    folder : pathlib.Path, optional
        The data folder to build in; by default `neutrality.tables.data_folder`. A folder without ``datapackage.json``
        gets one that describes these tables; its record numbers are then those of the project's own vote tables.
    say : callable, optional
        Is told, in a few words, what is being done.

    Returns
    -------
    dict
        The report, as written to ``reference/build-report.json``.

    Raises
    ------
    neutrality.csvfile.InputError
        If an input is refused. Nothing has been changed then.
    neutrality.tables.TableError
        If the folder's description or its vote tables cannot be read.
    OSError
        If a file is missing, or cannot be read or written.

    Examples
    --------
    >>> build(Path("nowhere"))
    Traceback (most recent call last):
        ...
    FileNotFoundError: nowhere/voeten_ideal_points_2020-04.csv: not there, nor with .gz
    """
    folder = tables.data_folder() if folder is None else folder
    # A new folder has no votes: its record numbers are those of the project's own.
    ours = rollcalls.load(folder if (folder / tables.DESCRIPTOR).exists() else None)
    package = package_of(folder, BUILT.__contains__)
    say(f"Reading and checking the files in {source}")
    sheets = [referencefiles.read(source, name) for name in referencefiles.LAYOUTS if name.endswith(".csv")]
    older, newer, pairs = sheets
    points = {
        "idealpoints-2020": points_2020(older, set(ours.states["code"])),
        "idealpoints-2025": points_2025(newer, set(ours.states["code"])),
    }
    say("Looking for the repeated resolutions among our records")
    others, checksums = _theirs(source, older, ours)
    paired, found = repeated(pairs, others, ours)
    checksums = {sheet.path.name: sheet.sha256 for sheet in sheets} | checksums
    report = _report(checksums, points, paired, found) | {"contradicted_numbers": [*repeats.contradicted(others, ours)]}
    say("Writing")
    contents = {f"{FOLDER}/{name}.parquet": _parquet(table) for name, table in points.items()}
    contents[f"{FOLDER}/repeated-resolutions.csv"] = csv_bytes(paired)
    contents[f"{FOLDER}/build-report.json"] = json_bytes(report)
    rows = {f"{FOLDER}/{name}.parquet": table.num_rows for name, table in points.items()}
    rows |= {path: csv_rows(content) for path, content in contents.items() if path.endswith(".csv")}
    replace_together(folder, stamped(package, contents, rows))
    return report


def points_2020(sheet: Sheet, known: set[str]) -> pa.Table:
    """Arrange the ideal points of April 2020.

    Parameters
    ----------
    sheet : neutrality.referencefiles.Sheet
        The file.
    known : set of str
        Codes of the states in our vote tables.

    Returns
    -------
    pyarrow.Table
        ``ccode``, ``state``, ``name``, ``session``, ``point``, ``low``, ``median``, ``high``, ``votes``; in order of
        the first and of the session. The quantiles 0, 10, 90 and 100 % are left behind.

    Raises
    ------
    neutrality.csvfile.InputError
        If a value is not of its kind, contradicts another, or belongs to a state that we have no code for.
    """
    frame = pd.DataFrame({"ccode": sheet.wholes("ccode", 1, 999), "session": sheet.wholes("session", 1, 74)})
    frame["votes"] = sheet.wholes("NVotes", 1, 9999)
    frame = frame.assign(**{name: _decimals(sheet, column) for name, column in _POINTS_2020.items()})
    _refuse_disorder(sheet, frame, ["low", "median", "high"], "Q50%")
    _refuse_disorder(sheet, frame, ["low", "point", "high"], "IdealPoint")
    _refuse_doubles(sheet, frame, _KEY_2020)
    frame["name"], letters = _by_state(sheet, frame["ccode"], "Countryname", "iso3c")
    frame["state"] = _states(sheet, frame["ccode"], letters, frame["session"] + 1945, known)
    order = ["ccode", "state", "name", "session", *_POINTS_2020, "votes"]
    return _table(frame.sort_values([*_KEY_2020])[order], gaps=False)


def points_2025(sheet: Sheet, known: set[str]) -> pa.Table:
    """Arrange the ideal points of July 2025.

    Parameters
    ----------
    sheet : neutrality.referencefiles.Sheet
        The file.
    known : set of str
        Codes of the states in our vote tables.

    Returns
    -------
    pyarrow.Table
        ``ccode``, ``state``, ``name``, ``year``, and point, low, high and votes for votes on final passage (``_final``)
        and for all votes (``_all``), and ``point_legacy``; in order of the first and of the year.

    Raises
    ------
    neutrality.csvfile.InputError
        As for `points_2020`.
    """
    frame = pd.DataFrame({"ccode": sheet.wholes("ccode", 1, 999), "year": sheet.wholes("year", 1946, 2024)})
    for kind, column in (("final", "nvotesfp"), ("all", "nvotesall")):
        frame[f"votes_{kind}"] = sheet.wholes(column, 1, 9999, gaps=True)
    frame = frame.assign(**{name: _decimals(sheet, column, gaps=True) for name, column in _POINTS_2025.items()})
    for kind, column in (("final", "idealpointfp"), ("all", "idealpointall")):
        parts = [f"{part}_{kind}" for part in ("low", "point", "high")]
        _refuse_disorder(sheet, frame, parts, column)
        some = frame[[*parts, f"votes_{kind}"]].isna()
        _refuse(sheet, some.any(axis=1) & ~some.all(axis=1), column, "some of point, limits and votes are blank.")
    _refuse_doubles(sheet, frame, _KEY_2025)
    frame["name"], letters = _by_state(sheet, frame["ccode"], "countryname", "iso3c")
    frame["state"] = _states(sheet, frame["ccode"], letters, frame["year"], known)
    order = ["ccode", "state", "name", "year", "point_final", "low_final", "high_final", "votes_final"]
    order += ["point_all", "low_all", "high_all", "votes_all", "point_legacy"]
    return _table(frame.sort_values([*_KEY_2025])[order], gaps=True)


def repeated(sheet: Sheet, others: Theirs, ours: RollCalls) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Arrange the pairs of repeated resolutions.

    Parameters
    ----------
    sheet : neutrality.referencefiles.Sheet
        The file of pairs.
    others : neutrality.repeats.Theirs
        The publishers' roll calls.
    ours : neutrality.rollcalls.RollCalls
        Our roll calls.

    Returns
    -------
    tuple of pandas.DataFrame
        The pairs, in order of the later roll call, and what `neutrality.repeats.match` found of each roll call.

    Raises
    ------
    neutrality.csvfile.InputError
        If a number cannot be read, the later one is not the higher, or a pair is there twice.
    """
    numbers = {name: sheet.wholes(name, 1, 99_999) for name in ("rcid1", "rcid2")}
    _refuse(sheet, numbers["rcid1"] >= numbers["rcid2"], "rcid2", "the second roll call is not the later one.")
    _refuse_doubles(sheet, pd.DataFrame(numbers), ("rcid1", "rcid2"))
    pairs = pd.DataFrame({"earlier_rcid": numbers["rcid1"], "later_rcid": numbers["rcid2"]})
    found = repeats.match(sorted({*pairs["earlier_rcid"], *pairs["later_rcid"]}), others, ours)
    for side in ("earlier", "later"):
        for column in ("undl_id", "match"):
            pairs[f"{side}_{column}"] = found[column].reindex(pairs[f"{side}_rcid"]).to_numpy()
        pairs[f"{side}_undl_id"] = pairs[f"{side}_undl_id"].astype("Int64")
    return pairs.sort_values(["later_rcid", "earlier_rcid"], ignore_index=True), found


def _theirs(source: Path, points: Sheet, ours: RollCalls) -> tuple[Theirs, dict[str, str]]:
    """Read the publishers' roll calls; their states have the names of the ideal points of April 2020."""
    read = {name: referencefiles.read_parquet(source, name) for name in referencefiles.LAYOUTS if "parquet" in name}
    (_, votes), (_, rolls) = read.values()
    numbers = [int(cell) for cell in points.columns["ccode"]]
    letters = dict(zip(numbers, points.columns["iso3c"], strict=True))
    names_of = dict(zip(points.columns["Countryname"], numbers, strict=True)) | _RENAMED
    states = {name: (number, letters.get(number, "")) for name, number in names_of.items()} | {"Zanzibar": (511, "ZAN")}
    try:
        others = repeats.theirs(votes, rolls, states, ours)
    except KeyError as error:
        path = source / "unvotes_2020_votes.parquet"
        problem = f"{error.args[0]!r} is unknown: a state, a code, a vote or a roll call that the other files lack."
        raise InputError(path, 1, "(all)", problem, referencefiles.AGAIN) from error
    return others, {name: checksum for name, (checksum, _) in read.items()}


def _decimals(sheet: Sheet, column: str, *, gaps: bool = False) -> pd.Series[Any]:
    """Read estimates as 32-bit numbers, which keep the seven digits published, and refuse what has more."""
    exact = sheet.numbers(column, gaps=gaps)
    short = exact.astype("float32")
    kept = short.to_numpy().astype(str).astype(np.float64)
    _refuse(sheet, exact.notna() & (kept != exact), column, "has more than the seven digits that the table keeps.")
    return short


def _by_state(sheet: Sheet, ccode: pd.Series[Any], *columns: str) -> list[list[str]]:
    """Return columns that are one for each state, their blanks filled from the state's other rows."""
    filled = []
    for column in columns:
        cells = pd.Series([referencefiles.mended(cell) for cell in sheet.columns[column]])
        first = cells[cells != ""].groupby(ccode).first()
        wanted = ccode.map(first)
        _refuse(sheet, wanted.isna(), column, "blank in every row of this state.")
        _refuse(sheet, (cells != "") & (cells != wanted), column, "differs from other rows of this state.")
        filled.append(wanted.astype(str).tolist())
    return filled


def _states(sheet: Sheet, ccode: Any, letters: list[str], year: Any, known: set[str]) -> list[str]:
    """Return our codes, refusing a state that has none."""
    codes = [seat(int(number), code, int(when)) for number, code, when in zip(ccode, letters, year, strict=True)]
    strange = pd.Series([code not in known and code not in APART for code in codes])
    remedy = "Add the state to neutrality/seats.py."
    _refuse(sheet, strange, "iso3c", "stands for no state of the vote tables.", remedy)
    return codes


def _refuse(sheet: Sheet, wrong: pd.Series[Any], column: str, problem: str, remedy: str = referencefiles.AGAIN) -> None:
    """Refuse the first row that is wrong."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise sheet.refuse(row, column, f"{sheet.columns[column][row]!r}: {problem}", remedy)


def _refuse_disorder(sheet: Sheet, frame: pd.DataFrame, rising: list[str], column: str) -> None:
    low, middle, high = (frame[name] for name in rising)
    _refuse(sheet, (low > middle) | (middle > high), column, "is not between the 5 % and the 95 % limit.")


def _refuse_doubles(sheet: Sheet, frame: pd.DataFrame, key: tuple[str, str]) -> None:
    problem = f"a second row with this {' and '.join(key)}."
    _refuse(sheet, frame.duplicated(list(key)), key[1], problem, "Keep one of the two rows.")


def _table(frame: pd.DataFrame, *, gaps: bool) -> pa.Table:
    """Give each column its type; columns without gaps say so."""
    arrays, fields = [], []
    for name, column in frame.items():
        if str(name) in ("state", "name"):
            kind, numeric = _CATEGORY, False
        elif column.dtype == "float32":
            kind, numeric = pa.float32(), True
        else:  # 16 bits are what `tables` reads as numbers that may have gaps
            numeric = str(name).startswith("votes")
            kind = pa.int16() if numeric else pa.int32()
        arrays.append(pa.array(column.tolist(), kind, from_pandas=True))
        fields.append(pa.field(str(name), kind, nullable=gaps and numeric))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _parquet(table: pa.Table) -> bytes:
    """Write a table; the bytes of estimates are sorted by place, which makes them a tenth smaller."""
    estimates = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    return parquet_bytes(
        table,
        use_dictionary=[name for name in table.column_names if name not in estimates],
        column_encoding=dict.fromkeys(estimates, "BYTE_STREAM_SPLIT"),
    )


def _report(
    checksums: Mapping[str, str], points: Mapping[str, pa.Table], pairs: pd.DataFrame, found: pd.DataFrame
) -> dict[str, Any]:
    """Say what went in, what came out, and what could not be found."""
    there = pairs[["earlier_undl_id", "later_undl_id"]].notna().sum(axis=1)
    return {
        "input": [{"file": name, "sha256": checksum} for name, checksum in checksums.items()],
        "written_with": f"pyarrow {pa.__version__}",
        "points": {
            name: {"rows": table.num_rows, "blank": {field: table.column(field).null_count for field in _blanks(table)}}
            for name, table in points.items()
        },
        "pairs": {"all": len(pairs), "both_found": int((there == 2).sum()), "one_found": int((there == 1).sum())},
        "roll_calls": {
            "all": len(found),
            "found_by": dict(sorted(Counter(found.loc[found["match"] != repeats.NONE, "match"]).items())),
            "not_found": dict(sorted(Counter(found.loc[found["why"] != "", "why"]).items())),
        },
    }


def _blanks(table: pa.Table) -> list[str]:
    return [field.name for field in table.schema if field.nullable]
