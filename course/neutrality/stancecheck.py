"""Check the tables that are written by hand about the two sources: claims, events, issues, codings and coders.

Every cell is compared with its description in ``datapackage.json``, and the tables with each other and with the records
of the sources: locators resolve, relations between claims are written at both, no paragraph is without a claim, dates
are as long as their precision says, and every coder answered for everything.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from neutrality import claims, events, sources, stances

Rows = list[dict[str, str]]

_TORN = "the row is too short or too long. Give every column a cell, and put a text with a comma in quotation marks."


def check(written: Mapping[str, bytes], package: Mapping[str, Any]) -> Iterator[str]:
    """Yield everything that is wrong with the written tables.

    Parameters
    ----------
    written : mapping of str to bytes
        The tables by path within the data folder.
    package : mapping
        The data package that describes them.

    Yields
    ------
    str
        File, line, problem and remedy.
    """
    described = {entry["path"]: entry["schema"] for entry in package["resources"] if entry["path"] in written}
    rows: dict[str, Rows] = {}
    torn = False
    for path, content in written.items():
        name = Path(path).stem
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            yield f"{path}: is not text in UTF-8. Save it as CSV in UTF-8."
            return
        rows[name] = list(csv.DictReader(io.StringIO(text, newline="")))
        fields = {field["name"]: field for field in described[path]["fields"]}
        if not rows[name] or list(rows[name][0]) != list(fields):
            yield f"{path}: has no rows or other columns than described. Its columns are {', '.join(fields)}."
            return
        yield from _against_description(path, rows[name], fields, described[path]["primaryKey"])
        torn = torn or any(_torn(row) for row in rows[name])
    # What does not stand in its own column would be taken for the fault of another table.
    if torn:
        return
    yield from _locators(rows)
    yield from _speakers(rows["claims"])
    yield from _relations(rows["claims"])
    yield from _coverage(rows["claims"])
    yield from _dates(rows["events"])
    yield from _periods(rows["issues"])
    yield from _codings(rows)


def _against_description(path: str, rows: Rows, fields: Mapping[str, Any], key: str | list[str]) -> Iterator[str]:
    keys = [key] if isinstance(key, str) else key
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(rows, start=2):
        if _torn(row):
            yield f"{path}, line {line}: {_TORN}"
            continue
        this = tuple(row[name] for name in keys)
        if this in seen:
            yield f"{path}, line {line}: {' '.join(this)} stands there twice. Keep one of the rows."
        seen.add(this)
        for name, field in fields.items():
            problem = _cell(row[name], field)
            if problem:
                yield f"{path}, line {line}, {name}: {problem}"


def _torn(row: Mapping[Any, Any]) -> bool:
    """Tell whether a row has fewer or more cells than the table has columns, as the csv module marks it."""
    return None in row or None in row.values()


def _cell(value: str, field: Mapping[str, Any]) -> str:
    """Say what is wrong with a cell; an empty text where nothing is."""
    limits = field.get("constraints", {})
    if not value:
        return "is empty. It needs a value." if limits.get("required") else ""
    if value != value.strip():
        return f"{value!r} begins or ends with a space. Take it away."
    if field["type"] == "integer":
        if not re.fullmatch(r"-?\d{1,4}", value):
            return f"{value[:20]!r} is no whole number, or too long a one. Write up to four digits."
        if not limits.get("minimum", -9999) <= int(value) <= limits.get("maximum", 9999):
            return f"{value} is not from {limits.get('minimum')} to {limits.get('maximum', 9999)}. Correct it."
    if "enum" in limits and value not in map(str, limits["enum"]):
        return f"{value!r} is none of {', '.join(map(str, limits['enum']))}. Choose one of them."
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        return f"{value!r} is not of the form that datapackage.json describes for it."
    return ""


def _locators(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Hold that every locator resolves and stands with its own source, and that every outside reference is known."""
    columns = {"claims": "locator", "events": "locators", "issues": "locators", "codings": "locators"}
    places = {place.locator for source in sources.all_sources().values() for place in source.places}
    for table, column in columns.items():
        for line, row in enumerate(rows[table], start=2):
            where = f"stances/{table}.csv, line {line}"
            for locator in filter(None, row[column].split(";")):
                if locator not in places:
                    yield f"{where}: {locator!r} names no place. Write source and place, as in 'osw-2018 s1.p3'."
                elif "source" in row and not locator.startswith(row["source"] + " "):
                    yield f"{where}: {locator!r} is not in {row['source']}. Correct one of the two."
    known = sources.references()
    for line, row in enumerate(rows["events"], start=2):
        if row["reference"] and row["reference"] not in known:
            yield f"stances/events.csv, line {line}: no reference {row['reference']!r}. Add it to references.csv."


def _speakers(rows: Rows) -> Iterator[str]:
    """Hold that a chain of speakers begins with the source's author and names nobody unknown or twice."""
    for row in rows:
        names = row["speaker_chain"].split(" > ")
        unknown = [name for name in names if name not in claims.SPEAKERS]
        if unknown:
            yield f"{row['id']}: nobody is called {unknown[0]!r}. Choose from {', '.join(claims.SPEAKERS)}."
        elif names[0] != claims.AUTHORS.get(row["source"]) or len(set(names)) < len(names):
            yield f"{row['id']}: {row['speaker_chain']!r} does not begin with the page's author, or repeats a name."


def _relations(rows: Rows) -> Iterator[str]:
    """Hold that a relation joins claims of two sources and is written at both, with the same word."""
    written = {}
    for row in rows:
        related = row["related_claims"].split(";") if row["related_claims"] else []
        words = [] if row["relation"] == claims.NOT_ADDRESSED else row["relation"].split(";")
        if len(words) != len(related):
            yield f"{row['id']}: {len(words)} relations for {len(related)} related claims. Give one for each, in order."
        else:
            written[row["id"]] = dict(zip(related, words, strict=True))
    source = {row["id"]: row["source"] for row in rows}
    for one, others in written.items():
        for other, word in others.items():
            if source.get(other) in (None, source[one]):
                yield f"{one}: {other} is no claim of the other source. Relate it to one that is."
            elif written.get(other, {}).get(one) != word:
                yield f"{one}: says that it {word} {other}, and {other} does not say so of {one}. Write it at both."


def _coverage(rows: Rows) -> Iterator[str]:
    """Hold that no paragraph, item or note is without a claim, but for notes that are references only.

    A source that is only read beside the two whose claims are compared needs none.
    """
    covered = {locator for row in rows for locator in row["locator"].split(";")}
    for name in claims.AUTHORS:
        source = sources.all_sources()[name]
        for place in source.places:
            whole = place.kind == "section" or source.parts(place)
            reference = place.kind == "note" and place.label in ("A reference", "References")
            if not (whole or reference or place.locator in covered):
                yield f"{place.locator}: has no claim. Write at least one into stances/claims.csv."


def _dates(rows: Rows) -> Iterator[str]:
    """Hold that a date is as long as its precision says, does not end before it begins, and names its phases."""
    length = {"day": 10, "month": 7, "year": 4}
    for row in rows:
        first, last, precision = row["first"], row["last"], row["precision"]
        where = f"{row['id']} ({row['event']})"
        if (precision == "none") != (not first) or (not first) != (not last) or (row["basis"] == "none") != (not first):
            yield f"{where}: give a first and a last date with a precision and a basis, or none of the four."
            continue
        if not first:
            continue
        try:
            span = events.bounds(first)[0], events.bounds(last)[1]
        except ValueError as error:
            yield f"{where}: {first} to {last} is no date ({error}). Write year, year-month or year-month-day."
            continue
        if span[0] > span[1]:
            yield f"{where}: ends before it begins. Change {first} or {last}."
        if precision in length and (first != last or len(first) != length[precision]):
            yield f"{where}: {first} to {last} is no {precision}. Correct the date or the precision."
        if row["phase"] != ";".join(events.touched(*span)):
            yield f"{where}: touches {'; '.join(events.touched(*span))}. Write that as its phase."
        if (row["basis"] == "outside") and not row["reference"]:
            yield f"{where}: an outside date needs a reference. Name one of references.csv."


def _periods(rows: Rows) -> Iterator[str]:
    """Hold that no issue ends before it begins."""
    for row in rows:
        if row["first_year"].isdecimal() and row["last_year"].isdecimal() and row["first_year"] > row["last_year"]:
            yield f"{row['id']}: ends in {row['last_year']} and begins in {row['first_year']}. Correct one of the two."


def _codings(rows: Mapping[str, Rows]) -> Iterator[str]:
    """Hold that each coder is known and answered for every issue and actor in each round."""
    use = {row["id"]: row["use"] for row in rows["issues"]}
    known = {row["id"] for row in rows["coders"]}
    answered: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for line, row in enumerate(rows["codings"], start=2):
        where = f"stances/codings.csv, line {line}"
        if row["issue"] not in use:
            yield f"{where}: no issue {row['issue']!r}. Add it to issues.csv first."
        elif row["use"] != use[row["issue"]]:
            yield f"{where}: use is {row['use']}, and that of its issue is {use[row['issue']]}. Write the same."
        if row["coder"] not in known:
            yield f"{where}: no coder {row['coder']!r}. Say in coders.csv who that is."
        if row["code"] in stances.CODES[:5] and not (row["locators"] and row["reason"]):
            yield f"{where}: a place needs locators and a reason. Add them."
        answered.setdefault((row["coder"], row["round"]), set()).add((row["issue"], row["actor"]))
    for (coder, number), cells in answered.items():
        # People get forms without the issues that serve as graded items.
        wanted = [issue for issue in use if coder in stances.COURSE_CODERS or use[issue] != "item"]
        missing = sorted({(issue, actor) for issue in wanted for actor in stances.ACTORS} - cells)
        if missing:
            issue, actor = missing[0]
            yield f"{coder}, round {number}: {len(missing)} answers are missing, first {actor} on {issue}. Add them."
