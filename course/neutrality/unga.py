"""Build the compact vote tables from the UN library's official file.

Three Parquet tables and a report come out, under ``unga/`` in a data folder:

- ``resolutions.parquet``: one row a recorded vote on an adopted text, in order of date and record number;
- ``states.parquet``: one row a state, in order of its code;
- ``votes.parquet``: one row a vote (resolution, state, vote), in the order of the other two;
- ``build-report.json``: what went in, what came out, and what looked odd.

The same input gives the same bytes. A build that fails leaves the old tables as they were; one that succeeds also
brings the checksums in ``datapackage.json`` and the text of ``CODEBOOK.md`` up to date.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from neutrality import issuecodes, tables, votefile
from neutrality.csvfile import Coded
from neutrality.issuecodes import IssueCodes
from neutrality.replacing import replace_together
from neutrality.rollcalls import ISSUES
from neutrality.stamping import package_of, stamped
from neutrality.tablebytes import json_bytes, parquet_bytes
from neutrality.tables import TableError
from neutrality.votefile import TOTALS, VOTES, VoteFile

TOLERATED = 0.01
"""Share of resolutions whose stated totals may contradict the votes before a file is refused."""

_TABLES = ("resolutions", "states", "votes")
_REPORT = "unga/build-report.json"
_COUNTED = dict(zip(TOTALS, [*("Y", "N", "A", "X"), None], strict=True))


def _column(name: str, kind: Any, *, gaps: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=gaps)


# Columns that have no gaps say so: Parquet then stores no gap marks, and the votes are read twice as fast.
_CATEGORY = pa.dictionary(pa.int32(), pa.string())
_SCHEMAS = {
    "resolutions": pa.schema(
        [
            _column("undl_id", pa.int64()),
            _column("date", pa.date32()),
            _column("session", pa.string()),
            _column("resolution", pa.string()),
            *(_column(name, pa.string(), gaps=True) for name in ("meeting", "title", "agenda_title")),
            *(_column(issue, pa.bool_(), gaps=True) for issue in ISSUES),
            _column("voeten_rcid", pa.string(), gaps=True),
            *(_column(name, pa.int16(), gaps=True) for name in TOTALS),
        ]
    ),
    "states": pa.schema(
        [
            _column("code", pa.string()),
            _column("name", pa.string()),
            _column("first_vote", pa.date32()),
            _column("last_vote", pa.date32()),
        ]
    ),
    "votes": pa.schema([_column("undl_id", pa.int64()), _column("state", _CATEGORY), _column("vote", _CATEGORY)]),
}


def build(
    path: Path,
    *,
    issue_codes: Path | None = None,
    folder: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Build the vote tables and put them in place.

    Parameters
    ----------
    path : pathlib.Path
        The official file (see `votefile`).
    issue_codes : pathlib.Path, optional
        Voeten's issue codes (see `issuecodes`). Without it the codes of the tables that are being replaced are kept,
        resolution by resolution: a newer file of votes does not cost the old votes their codes.
    folder : pathlib.Path, optional
        The data folder to build in; by default `tables.data_folder`. A folder without ``datapackage.json`` gets one
        that describes the vote tables.
    say : callable, optional
        Is told, in a few words, what is being done: the official file takes some seconds.

    Returns
    -------
    dict
        The report, as written to ``unga/build-report.json``.

    Raises
    ------
    neutrality.csvfile.InputError
        If an input is refused. Nothing has been changed then.
    neutrality.tables.TableError
        If the folder's description, or the issue codes to be kept, cannot be read.
    OSError
        If a file cannot be read or written.

    Examples
    --------
    >>> build(Path("nowhere.csv"))
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.csv'
    """
    folder = tables.data_folder() if folder is None else folder
    package = package_of(folder, lambda name: name.startswith("unga-"))
    say(f"Reading and checking {path}")
    file = votefile.read(path)
    codes = issuecodes.read(issue_codes) if issue_codes else _kept_codes(folder)
    say("Arranging the tables")
    built = make(file, codes)
    report = _report(file, codes, built)
    say("Writing")
    contents = {f"unga/{name}.parquet": _parquet(built[name]) for name in _TABLES}
    contents[_REPORT] = json_bytes(report)
    rows = {f"unga/{name}.parquet": built[name].num_rows for name in _TABLES}
    replace_together(folder, stamped(package, contents, rows))
    return report


def make(file: VoteFile, codes: IssueCodes | None) -> dict[str, pa.Table]:
    """Arrange a checked file as three tables.

    Parameters
    ----------
    file : VoteFile
        A file that `votefile.read` accepted.
    codes : IssueCodes or None
        Issue codes to set beside the resolutions; without them the six columns are empty.

    Returns
    -------
    dict of str to pyarrow.Table
        ``resolutions``, ``states`` and ``votes``.
    """
    numbers = np.array(file.columns["undl_id"].decoded(int), dtype=np.int64)
    undl_id = numbers[file.columns["undl_id"].codes][file.first_row]
    dates = np.array(file.columns["date"].values, dtype="datetime64[D]")[file.columns["date"].codes]
    order = np.lexsort((undl_id, dates[file.first_row]))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))

    states = file.columns["ms_code"]
    by_code = np.argsort(states.values)
    state = np.argsort(by_code)[states.codes]
    rows = np.lexsort((state, place[file.resolution]))
    first, last = _membership(state, dates, len(by_code))
    codes_in_order = [states.values[number] for number in by_code]
    names = _latest_names(file, rows, state[rows], len(by_code))
    votes = [undl_id[file.resolution][rows], _dictionary(state[rows], codes_in_order), _votes(file, rows)]
    return {
        "resolutions": _resolutions(file, file.first_row[order], codes, undl_id[order]),
        "states": pa.table([codes_in_order, names, first, last], schema=_SCHEMAS["states"]),
        "votes": pa.table(votes, schema=_SCHEMAS["votes"]),
    }


def contradictions(file: VoteFile) -> Iterator[dict[str, Any]]:
    """List the stated totals that the votes themselves contradict.

    Parameters
    ----------
    file : VoteFile
        A file that `votefile.read` accepted.

    Yields
    ------
    dict
        ``undl_id``, ``resolution``, ``column``, ``stated`` and ``counted``, and the ``record`` they were found in.
        A blank total states nothing, so it contradicts nothing.
    """
    votes = file.columns["ms_vote"]
    for column, code in _COUNTED.items():
        counting = np.ones(len(file.resolution), dtype=bool) if code is None else _are(votes, code)
        counted = np.bincount(file.resolution[counting], minlength=len(file.first_row))
        totals = file.columns[column].decoded(votefile.total_of)
        for number, record in enumerate(file.first_row):
            stated = totals[file.columns[column].codes[record]]
            if stated is not None and stated != counted[number]:
                yield {
                    "undl_id": int(file.columns["undl_id"].at(record)),
                    "resolution": file.columns["resolution"].at(record),
                    "column": column,
                    "stated": stated,
                    "counted": int(counted[number]),
                    "record": int(record),
                }


def _are(votes: Coded, code: str) -> npt.NDArray[np.bool_]:
    """Tell which rows have this vote code."""
    return votes.where(lambda value: value == code)


def _membership(state: Any, dates: Any, states: int) -> tuple[Any, Any]:
    """Return the dates of each state's first and last row, non-voting included."""
    first = np.full(states, np.datetime64("9999-12-31"))
    last = np.full(states, np.datetime64("0001-01-01"))
    np.minimum.at(first, state, dates)
    np.maximum.at(last, state, dates)
    return first, last


def _latest_names(file: VoteFile, rows: Any, state: Any, states: int) -> list[str]:
    """Return each state's name in its last row: the library gives the name at the time of the vote."""
    last = np.zeros(states, dtype=np.int64)
    last[state] = rows  # rows are in order of date, so the last assignment stays
    return [file.columns["ms_name"].at(int(record)) for record in last]


def _resolutions(file: VoteFile, records: Any, codes: IssueCodes | None, undl_id: Any) -> pa.Table:
    """Make the table of resolutions from the first record of each."""

    def column(name: str, read: Any = str) -> list[Any]:
        values = file.columns[name].decoded(read)
        return [values[code] for code in file.columns[name].codes[records]]

    issues = pd.DataFrame(columns=[*ISSUES, "voeten_rcid"]) if codes is None else codes.frame
    issues = issues.reindex(undl_id)
    content = {
        "undl_id": undl_id,
        "date": column("date", date.fromisoformat),
        "session": column("session"),
        "resolution": column("resolution"),
        **{name: column(name, _text_or_none) for name in ("meeting", "title", "agenda_title")},
        **{name: _gaps(issues[name]) for name in (*ISSUES, "voeten_rcid")},
        **{name: column(name, votefile.total_of) for name in TOTALS},
    }
    return pa.table(content, schema=_SCHEMAS["resolutions"])


def _text_or_none(value: str) -> str | None:
    """Read a text; the library writes ``N/A`` where there is none."""
    return None if value in ("", "N/A") else value


def _gaps(column: pd.Series[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


def _dictionary(indices: Any, values: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), pa.array(values))


def _votes(file: VoteFile, rows: Any) -> pa.DictionaryArray:
    """Return the votes as words; the words' order does not depend on the file."""
    words = list(VOTES.values())
    votes = file.columns["ms_vote"]
    word = np.array([words.index(VOTES[value]) for value in votes.values])
    return _dictionary(word[votes.codes[rows]], words)


def _parquet(table: pa.Table) -> bytes:
    # A Parquet dictionary pays where values repeat; texts are smaller and faster without one.
    repeating = [name for name in ("undl_id", "state", "vote", "session") if name in table.column_names]
    return parquet_bytes(table, use_dictionary=repeating)


def _kept_codes(folder: Path) -> IssueCodes | None:
    """Return the issue codes of the tables that are being replaced, if there are any."""
    if not (folder / "unga" / "resolutions.parquet").exists():
        return None
    try:
        frame = tables.load("unga-resolutions", folder, columns=["undl_id", *ISSUES, "voeten_rcid"])
        origin = json.loads((folder / _REPORT).read_text(encoding="utf-8"))["issue_codes"]
    except (TableError, OSError, ValueError, KeyError) as error:
        raise TableError(
            f"{folder}: the issue codes of the present tables cannot be kept ({error}). Give a file with --issue-codes."
        ) from error
    return IssueCodes(origin["origin"], frame.set_index("undl_id")) if origin else None


def _report(file: VoteFile, codes: IssueCodes | None, built: dict[str, pa.Table]) -> dict[str, Any]:
    """Say what went in, what came out, and what looked odd; refuse a file whose totals mostly look odd."""
    found = list(contradictions(file))
    _refuse_contradictory(file, found)
    resolutions, dates = built["resolutions"], built["resolutions"].column("date").to_pylist()
    votes = file.columns["ms_vote"]
    return {
        "input": {"file": file.path.name, "sha256": file.sha256, "extra_columns": list(file.extra_columns)},
        "issue_codes": _issue_report(codes, resolutions),
        "written_with": f"pyarrow {pa.__version__}",
        "resolutions": resolutions.num_rows,
        "states": built["states"].num_rows,
        "votes": {"all": len(file.resolution)} | {word: int(_are(votes, code).sum()) for code, word in VOTES.items()},
        "first_date": min(dates).isoformat(),
        "last_date": max(dates).isoformat(),
        "special_session_resolutions": sum("S-" in session for session in resolutions.column("session").to_pylist()),
        "blank_totals": {name: resolutions.column(name).null_count for name in TOTALS},
        "contradictory_totals": [{key: value for key, value in entry.items() if key != "record"} for entry in found],
        "dates_outside_their_session": list(_odd_dates(resolutions)),
    }


def _refuse_contradictory(file: VoteFile, found: list[dict[str, Any]]) -> None:
    """Refuse a file in which too many resolutions state totals that the votes contradict."""
    wrong, known = len({entry["undl_id"] for entry in found}), len(file.first_row)
    if wrong <= TOLERATED * known:
        return
    worst = min(found, key=lambda entry: int(entry["record"]))
    problem = (
        f"resolution {worst['undl_id']} states {worst['stated']}, its rows give {worst['counted']}; "
        f"{wrong} of {known} resolutions contradict their totals, more than one in a hundred."
    )
    raise file.refuse(worst["record"], worst["column"], problem)


def _issue_report(codes: IssueCodes | None, resolutions: pa.Table) -> dict[str, Any] | None:
    if codes is None:
        return None
    known = set(resolutions.column("undl_id").to_pylist())
    return {
        "origin": codes.origin,
        "resolutions_with_a_code": {
            issue: resolutions.num_rows - resolutions.column(issue).null_count for issue in ISSUES
        },
        "codes_without_a_resolution": sum(number not in known for number in codes.frame.index),
    }


def _odd_dates(resolutions: pa.Table) -> Iterator[dict[str, Any]]:
    """List votes of a regular session dated outside the thirteen months from the September in which it opens.

    The first session, which opened in January 1946, is left out.
    """
    columns = [resolutions.column(name).to_pylist() for name in ("undl_id", "resolution", "session", "date")]
    for undl_id, resolution, session, day in zip(*columns, strict=True):
        if not session.isdigit() or session == "1":
            continue
        opening = 1945 + int(session)
        if not date(opening, 9, 1) <= day <= date(opening + 1, 9, 30):
            yield {"undl_id": undl_id, "resolution": resolution, "session": session, "date": day.isoformat()}
