"""What the reader of the official file accepts, and what it refuses."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neutrality import unga, votefile
from neutrality.csvfile import InputError
from neutrality.votefile import COLUMNS

# Lines on which the rows of the invented file start; its first three rows take two lines each.
LINES = [2, 4, 6, 8, 9, 10, 11, 12, 13, 14]


def change(row: int, column: str, value: str) -> Callable[[Any], None]:
    """Return an edit that sets one value."""

    def edit(rows: Any) -> None:
        rows[row][column] = value

    return edit


def copy_row(row: int, vote: str) -> Callable[[Any], None]:
    """Return an edit that adds a second vote by one state."""

    def edit(rows: Any) -> None:
        rows.append(rows[row] | {"ms_vote": vote})

    return edit


# What is wrong: the edit, the line and the column the error must name, and words of its message.
REFUSED_ROWS = {
    "unknown vote code": (change(4, "ms_vote", "Q"), LINES[4], "ms_vote", "'Q' is not a vote code"),
    "blank vote code": (change(4, "ms_vote", ""), LINES[4], "ms_vote", "blank where there should be a vote code"),
    "lower-case vote code": (change(4, "ms_vote", "y"), LINES[4], "ms_vote", "'y' is not"),
    "blank state": (change(5, "ms_code", ""), LINES[5], "ms_code", "blank"),
    "state code too long": (change(5, "ms_code", "CCCC"), LINES[5], "ms_code", "three capital letters"),
    "two votes alike": (copy_row(1, "N"), 15, "ms_code", "second vote by BBB on resolution 30"),
    "two votes that differ": (copy_row(4, "N"), 15, "ms_code", "second vote by BBB on resolution 20"),
    "day that does not exist": (change(2, "date", "1994-02-30"), LINES[2], "date", "not a date"),
    "date in another order": (change(2, "date", "15.12.1994"), LINES[2], "date", "not a date"),
    "blank date": (change(2, "date", ""), LINES[2], "date", "blank"),
    "date with a time": (change(2, "date", "1994-12-15T00:00"), LINES[2], "date", "not a date"),
    "blank session": (change(3, "session", ""), LINES[3], "session", "blank"),
    "unreadable session": (change(3, "session", "forty-eight"), LINES[3], "session", "not a session"),
    "blank symbol": (change(3, "resolution", " "), LINES[3], "resolution", "blank"),
    "unreadable record number": (change(3, "undl_id", "2O"), LINES[3], "undl_id", "not a record number"),
    "blank record number": (change(3, "undl_id", ""), LINES[3], "undl_id", "blank"),
    "unreadable total": (change(6, "total_yes", "one"), LINES[6], "total_yes", "not a number of states"),
    **{
        f"contradictory {column}": (
            change(5, column, value),
            LINES[5],
            column,
            f"in line {LINES[3]}, both of resolution 20",
        )
        for column, value in {
            "date": "1993-11-17",
            "session": "49",
            "resolution": "A/RES/48/2",
            "meeting": "A/PV.2",
            "title": "One title more",
            "agenda_title": "Another item",
            "total_yes": "3",
            "total_no": "3",
            "total_abstentions": "3",
            "total_non_voting": "3",
            "total_ms": "4",
            "undl_link": "https://digitallibrary.un.org/record/2",
        }.items()
    },
    "totals that contradict the votes": (
        lambda rows: [row.update(total_no="1", total_yes="1") for row in rows if row["undl_id"] == "20"],
        LINES[3],
        "total_yes",
        "1 of 3 resolutions contradict their totals",
    ),
}

# The whole file's bytes, what is done to them, and the line and column the error must name.
REFUSED_FILES = {
    "empty": (lambda text: b"", 1, "(all)", "the file is empty"),
    "only blank lines": (lambda text: b"\n \n", 1, "(all)", "the file is empty"),
    "only a header": (lambda text: text[: text.index(b"\n") + 1], 2, "(all)", "no rows"),
    "header cut off": (lambda text: text[:60], 1, "draft", "column is missing"),
    "cut inside a row": (lambda text: text[:-70], LINES[9], "agenda_title", "breaks off after 11 of 20 fields"),
    "cut inside the last field": (lambda text: text[:-2], LINES[9], "undl_link", "contradicts"),
    "cut between two rows of a resolution": (
        lambda text: text[: text.rindex(b"\n", 0, -1) + 1],
        LINES[8],
        "ms_code",
        "ends after 3 of 4 states",
    ),
    "cut after the first row of a resolution": (
        lambda text: b"\n".join(text.split(b"\n")[:11]),
        LINES[6],
        "ms_code",
        "ends after 1 of 4 states",
    ),
    "a field too many": (lambda text: text.replace(b"One title", b"One, title", 1), LINES[3], "undl_link", "21 fields"),
    "a quotation mark left open": (
        lambda text: text.replace(b"Another,", b'"Another,', 1) + b"x" * 200_000,
        LINES[6],
        "(all)",
        "not readable as CSV",
    ),
    "not UTF-8": (lambda text: text.replace(b"One title", b"One t\xeftle", 1), LINES[3], "title", "not UTF-8"),
    "compressed and cut off": (lambda text: gzip.compress(text)[:-20], None, "(all)", "cut off or damaged"),
    "compressed, checksum wrong": (
        lambda text: gzip.compress(text)[:-8] + b"\0" * 8,
        None,
        "(all)",
        "cut off or damaged",
    ),
    "a column twice": (
        lambda text: text.replace(b"vote_note", b"subjects", 1),
        1,
        "subjects",
        "stands there twice",
    ),
}


def files_under(folder: Path) -> dict[str, bytes]:
    """Return every file's content, so that two states of a folder can be compared."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(folder: Path, path: Path) -> InputError:
    """Build from a bad file over good tables; make sure that they are untouched, and return the error."""
    before = files_under(folder)
    with pytest.raises(InputError) as caught:
        unga.build(path, folder=folder)
    assert files_under(folder) == before
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("case", REFUSED_ROWS)
def test_refuses_bad_rows_naming_line_and_column(
    case: str, rows: Any, to_csv: Any, built: Path, tmp_path: Path
) -> None:
    """A file with a bad row is refused, naming where, and the old tables stay."""
    edit, line, column, words = REFUSED_ROWS[case]
    edit(rows)
    path = tmp_path / "bad.csv"
    path.write_bytes(to_csv(rows))
    error = refuse(built, path)
    assert (error.row, error.column) == (line, column)
    assert words in str(error)


@pytest.mark.parametrize("case", REFUSED_FILES)
def test_refuses_bad_files_naming_line_and_column(
    case: str, rows: Any, to_csv: Any, built: Path, tmp_path: Path
) -> None:
    """An empty, cut-off or unreadable file is refused, naming where, and the old tables stay."""
    damage, line, column, words = REFUSED_FILES[case]
    path = tmp_path / "bad.csv"
    path.write_bytes(damage(to_csv(rows)))
    error = refuse(built, path)
    assert error.column == column
    assert line is None or error.row == line
    assert words in str(error)


@pytest.mark.parametrize("column", COLUMNS)
def test_refuses_a_missing_column(column: str, rows: Any, to_csv: Any, built: Path, tmp_path: Path) -> None:
    """Every column of the official layout must be there."""
    path = tmp_path / "bad.csv"
    path.write_bytes(to_csv(rows, [name for name in COLUMNS if name != column]))
    error = refuse(built, path)
    assert (error.row, error.column) == (1, column)


def test_names_the_line_where_a_compressed_file_breaks_off(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """The line is counted as far as the compressed data can be read."""
    text = b"".join(b"%d\n" % number for number in range(200_000))
    path = tmp_path / "cut.csv.gz"
    packed = gzip.compress(text)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError) as caught:
        votefile.read(path)
    assert 50_000 < caught.value.row < 150_000


def test_every_refusal_ends_with_a_remedy(rows: Any, to_csv: Any, built: Path, tmp_path: Path) -> None:
    """The message has the form file, line, column: problem. remedy."""
    rows[4]["ms_vote"] = "Q"
    path = tmp_path / "bad.csv"
    path.write_bytes(to_csv(rows))
    message = str(refuse(built, path))
    assert re.fullmatch(r".*bad\.csv, line 9, column ms_vote: 'Q' is not .*\. Download the file again .*\.", message)


def test_accepts_a_byte_order_mark_further_columns_and_another_order(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """What the library may change without harm does no harm."""
    path = tmp_path / "good.csv"
    path.write_bytes(b"\xef\xbb\xbf" + to_csv([row | {"new": "1"} for row in rows], ["new", *reversed(COLUMNS)]))
    file = votefile.read(path)
    assert file.extra_columns == ("new",)
    assert len(file.resolution) == 10


def test_accepts_windows_line_ends(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """A file that went through a spreadsheet on Windows reads the same."""
    path = tmp_path / "good.csv"
    path.write_bytes(to_csv(rows).replace(b"\n", b"\r\n"))
    assert len(votefile.read(path).resolution) == 10


def test_blank_totals_state_nothing(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """A blank total is a gap and contradicts neither votes nor other rows of the same blank."""
    for row in rows:
        row["total_non_voting"] = ""
    path = tmp_path / "good.csv"
    path.write_bytes(to_csv(rows))
    report = unga.build(path, folder=tmp_path / "data")
    assert report["contradictory_totals"] == []
    assert report["blank_totals"]["total_non_voting"] == 3
