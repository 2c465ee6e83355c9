"""Forms for coders: an empty one to fill in, and a filled one read back, with everything named that is to be mended.

A form is a CSV table that people fill in with a spreadsheet. So its reader forgives what spreadsheets do (semicolons, a
minus sign, the byte order mark) and refuses what changes a number.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from neutrality import sources
from neutrality.stancetables import (
    ACTORS,
    CODES,
    COLUMNS,
    COURSE_CODERS,
    NOT_IN_SOURCE,
    StanceError,
    issues,
    listed,
)

SHOWN = 20
"""How many problems of a form the error lists."""

_LARGEST = 2_000_000  # bytes of a form; the csv module refuses a cell of more than 131,072 characters
_FILLED = ("issue", "actor", "coder", "round", "code", "locators", "reason")


@dataclass(frozen=True)
class Problem:
    """One thing to mend in a filled form.

    Attributes
    ----------
    line : int or None
        The line of the file; None where a row is missing.
    problem, remedy : str
    """

    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.problem}. {self.remedy}"


class FormError(StanceError):
    """A filled form with problems; the message lists the first of them.

    Attributes
    ----------
    problems : tuple of Problem
        All of them.
    """

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [f"{path.name}: {count} problem{'s' if count > 1 else ''}."]
        lines += [f"  {problem}" for problem in self.problems[:SHOWN]]
        if count > SHOWN:
            lines.append(f"  … and {count - SHOWN} more.")
        super().__init__("\n".join(lines))


def form(coder: str, *, round: int = 1, items: bool = False, table: pd.DataFrame | None = None) -> pd.DataFrame:  # noqa: A002
    """Make an empty form for a new coder.

    Fill in ``code``, ``locators`` and ``reason`` after the codebook, in a spreadsheet or here. Write it with
    ``form("anna").to_csv("anna.csv", index=False, encoding="utf-8-sig")``, the encoding that spreadsheets expect, and
    read it back with `read`.

    Parameters
    ----------
    coder : str
        A name for the coder; not one of the course's.
    round : int, optional
        Which round of coding it is.
    items : bool, optional
        Whether issues that serve as graded items come too.
    table : pandas.DataFrame, optional
        The issues; by default `issues`.

    Returns
    -------
    pandas.DataFrame
        One row an issue and actor. ``places`` names the only places to use.

    Raises
    ------
    StanceError
        If the name is one of the course's coders, or empty.

    Examples
    --------
    >>> one = {"id": "i01", "proposition": "A bridge is built.", "minus_two": "no", "plus_two": "yes"}
    >>> made = form("anna", table=pd.DataFrame([one | {"first_year": 1991, "last_year": 1994, "locators": ""}]))
    >>> made[["issue", "actor", "code"]].values.tolist()[:2]
    [['i01', 'minsk', ''], ['i01', 'moscow', '']]
    """
    fault = _coder_fault(coder)
    if fault:
        raise StanceError(f"form: {fault}. Choose another name.")
    known = issues(items) if table is None else table
    rows = known.rename(columns={"id": "issue", "locators": "places"}).drop(columns="issue", errors="ignore")
    rows.insert(0, "issue", known["id"])
    rows = rows.merge(pd.DataFrame({"actor": list(ACTORS)}), how="cross")
    rows = rows.assign(coder=coder.strip(), round=round, code="", locators="", reason="")
    shown = ["proposition", "minus_two", "plus_two", "first_year", "last_year", "places"]
    return rows[["issue", *shown, "actor", "coder", "round", "code", "locators", "reason"]]


def read(path: str | Path, *, items: bool = False, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read a filled form.

    Parameters
    ----------
    path : str or pathlib.Path
        A CSV file in UTF-8, with commas or semicolons, as this course or a spreadsheet writes it. It may hold the forms
        of several coders, one under the other.
    items : bool, optional
        Whether the form has the issues that serve as graded items too.
    table : pandas.DataFrame, optional
        The issues; by default `issues`.

    Returns
    -------
    pandas.DataFrame
        The codings, with the columns `COLUMNS`, to be used alone or put under the course's with ``pandas.concat``.

    Raises
    ------
    FormError
        If anything is to be mended. The error lists every problem with its line and what to do, the first `SHOWN` of
        them in its message: an unknown issue, actor or code; a row that is missing or stands twice; a code without
        locators or reason; a locator that names no place, or none of those the issue allows.
    """
    path = Path(path)
    known = issues(items) if table is None else table
    checker = _Checker(known)
    rows: list[dict[str, str]] = []
    problems: list[Problem] = []
    for line, row in _lines(path):
        row["locators"] = checker.plain(row["locators"])
        problems += checker.problems(line, row)
        rows.append(row)
    problems += checker.missing(rows)
    if problems:
        raise FormError(path, problems)
    return _codings(rows, known)


def _codings(rows: list[dict[str, str]], known: pd.DataFrame) -> pd.DataFrame:
    """Turn checked rows into a table of codings."""
    use = dict(zip(known["id"], known["use"], strict=True)) if "use" in known else {}
    frame = pd.DataFrame(rows, columns=list(_FILLED), dtype=str)
    frame["round"] = frame["round"].astype(int).astype("Int64")
    frame["use"] = [use.get(issue, "lesson") for issue in frame["issue"]]
    return frame[list(COLUMNS)]


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of the line on which each row begins, and its cells."""
    text = _text(path)
    header = (text.splitlines() or [""])[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [name.strip().casefold() for name in next(reader, [])]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        remedy = "Which one counts cannot be told: delete the other."
        raise FormError(path, [Problem(1, f"the column {twice[0]} is there twice", remedy)])
    absent = [name for name in _FILLED if name not in names and name != "round"]
    if absent:
        remedy = "Keep the first line of the form as it was."
        raise FormError(path, [Problem(1, f"the columns {', '.join(absent)} are missing", remedy)])
    last = reader.line_num
    for cells in _whole(path, reader):
        # A cell may hold several lines, so a row begins after the last line of the row before it.
        first, last = last + 1, reader.line_num
        if any(cell.strip() for cell in cells):
            yield first, _cells(names, cells)


def _whole(path: Path, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        remedy = "Look for a quotation mark that is not closed."
        raise FormError(path, [Problem(None, f"cannot be read as a table ({error})", remedy)]) from error


def _is_round(text: str) -> bool:
    return text.isdecimal() and len(text) < 4


def _text(path: Path) -> str:
    try:
        if not path.is_file() and path.exists():
            raise FormError(path, [Problem(None, "is no file", "Name the filled form.")])
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            remedy = "Delete what does not belong to the form."
            raise FormError(path, [Problem(None, f"has more than {_LARGEST // 1_000_000} MB", remedy)])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise FormError(
            path, [Problem(None, f"cannot be read ({error.strerror})", "Check the file's name.")]
        ) from error
    except UnicodeDecodeError as error:
        remedy = "Save it as CSV in UTF-8; in a spreadsheet the type is called “CSV UTF-8”."
        raise FormError(path, [Problem(None, "is not text in UTF-8", remedy)]) from error


def _cells(names: list[str], cells: list[str]) -> dict[str, str]:
    """Return what a row has in the columns that count, as plain as can be; ``surplus`` marks cells too many."""
    row = dict.fromkeys(_FILLED, "") | {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        row["surplus"] = "yes"
    row["round"] = str(int(row["round"] or "1")) if _is_round(row["round"] or "1") else row["round"]
    # Spreadsheets turn a hyphen before a number into a minus sign; letter case says nothing.
    row["code"] = " ".join(row["code"].replace("−", "-").casefold().split())
    row["issue"], row["actor"] = row["issue"].casefold(), row["actor"].casefold()
    return {name: row[name] for name in (*_FILLED, "surplus") if name in row}


class _Checker:
    """What a form's rows are checked against; remembers which rows it has seen."""

    def __init__(self, known: pd.DataFrame) -> None:
        listed = zip(known["id"].astype(str), known["locators"].astype(str), strict=True)
        self.places: Mapping[str, tuple[str, ...]] = {
            issue: tuple(part.strip() for part in locators.split(";") if part.strip()) for issue, locators in listed
        }
        self.seen: dict[tuple[str, str, str, str], int] = {}
        self.found: dict[str, tuple[str, str]] = {}

    def plain(self, locators: str) -> str:
        """Write locators as the course does; those that name no place stay as they are."""
        return ";".join(self._parsed(part)[0] for part in locators.split(";") if part.strip())

    def problems(self, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
        """Yield what is wrong with one row."""
        if "surplus" in row:
            remedy = "Put a text that has the separating sign in it between quotation marks."
            yield Problem(line, "the row has more cells than the first line", remedy)
            return
        key = (row["issue"], row["actor"], row["coder"], row["round"])
        if key in self.seen:
            yield Problem(line, f"{_who(key)} stands on line {self.seen[key]} already", "Keep one of the two.")
        self.seen.setdefault(key, line)
        yield from self._names(line, row)
        yield from self._code(line, row)

    def _names(self, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
        if row["issue"] not in self.places:
            yield Problem(line, f"there is no issue {row['issue']!r}", "Write the id as the form has it.")
        if row["actor"] not in ACTORS:
            yield Problem(line, f"there is no actor {row['actor']!r}", f"The actors are {listed(ACTORS)}.")
        fault = _coder_fault(row["coder"])
        if fault:
            yield Problem(line, fault, "Write your own name for the coder, the same in every row.")
        if not _is_round(row["round"]):
            yield Problem(line, f"round is {row['round'][:20]!r}", "Write a whole number, such as 1.")

    def _code(self, line: int, row: Mapping[str, str]) -> Iterator[Problem]:
        if row["code"] not in CODES:
            found = f"{row['code']!r} is not a code" if row["code"] else "the code is missing"
            yield Problem(line, found, f"Write one of {listed(CODES)}.")
        elif row["code"] != NOT_IN_SOURCE:
            for name, what in (("locators", "the places that you used"), ("reason", "one sentence of your own")):
                if not row[name]:
                    yield Problem(line, f"{name} is empty", f"Write {what}; only {NOT_IN_SOURCE!r} needs none.")
        for locator in filter(None, row["locators"].split(";")):
            yield from self._place(line, locator, self.places.get(row["issue"]))

    def _place(self, line: int, locator: str, allowed: tuple[str, ...] | None) -> Iterator[Problem]:
        fault = self._parsed(locator)[1]
        if fault:
            yield Problem(line, f"the locator {locator!r} names no place", f"{fault} Put a semicolon between several.")
        elif allowed is not None and locator not in allowed:
            remedy = f"Use only {listed(allowed)}; a code from elsewhere is {NOT_IN_SOURCE!r}."
            yield Problem(line, f"{locator!r} is none of the issue's places", remedy)

    def _parsed(self, locator: str) -> tuple[str, str]:
        """Return a locator in plain form, and why it names no place; looked up once, because that reads a file."""
        text = locator.strip()
        if text not in self.found:
            try:
                self.found[text] = sources.parse(text).locator, ""
            except sources.SourceError as error:
                self.found[text] = text, str(error)
        return self.found[text]

    def missing(self, rows: list[dict[str, str]]) -> Iterator[Problem]:
        """Yield the rows that a coder's form should have and has not."""
        if not rows:
            yield Problem(None, "has no filled rows", "Fill in the form; one row an issue and actor.")
        forms = dict.fromkeys((row["coder"], row["round"]) for row in rows if not _coder_fault(row["coder"]))
        for (coder, number), issue, actor in itertools.product(forms, self.places, ACTORS):
            key = (issue, actor, coder, number)
            if key not in self.seen:
                remedy = f"Add it, if need be with the code {NOT_IN_SOURCE!r}."
                yield Problem(None, f"the row of {_who(key)} is missing", remedy)


def _who(key: tuple[str, str, str, str]) -> str:
    issue, actor, coder, number = key
    return f"{actor} on {issue} by {coder!r} in round {number}"


def _coder_fault(coder: str) -> str:
    if not coder.strip():
        return "the coder has no name"
    if not coder.strip().isprintable() or coder.strip()[0] in "=+-@":
        return f"{coder.strip()!r} is no name: it has a control character, or begins as a formula of a spreadsheet"
    return f"{coder.strip()!r} is a coder of the course" if coder.strip().casefold() in COURSE_CODERS else ""
