"""Write the tables of the syllabus from what they repeat: lessons, problem sets, item bank and objectives.

``make syllabus`` runs this. Only what stands between the first heading and the last table is written; the words around
the tables are kept.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import nbformat

from fairmark import bank
from fairmark.bank import Assignment
from neutrality.replacing import replace_together

ROOT = Path(__file__).parents[1]
SYLLABUS = ROOT / "course" / "syllabus.md"
BEGIN, END = "## What there is now\n", "The same tables for programs"
UNITS = """\
| Week | Unit | Title | Minutes | Items | Points | Automatic | Written |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
{rows}

In all: {hours} hours and {minutes} minutes of a student's time, {items} items that a program marks, {automatic:g}
automatic points and {written:g} written ones.

Lessons carry no points. The problem sets (`ps0`, `ps1` and so on) are handed in and marked. Each lesson and its problem
set make a week; week 0 is for finding one's way. *Items* are those that a program marks; a written answer comes with
each set.
"""


def main() -> None:
    """Bring the tables up to date; with ``--check``, only say whether they are."""
    text = SYLLABUS.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text[text.index(END) :]
    new = f"{before}{BEGIN}\n{_units()}\n{_objectives()}{after}"
    if new != text and "--check" in sys.argv:
        raise SystemExit(f"{SYLLABUS.relative_to(ROOT)} is out of date; run `make syllabus`")
    if new != text:
        replace_together(SYLLABUS.parent, {SYLLABUS.name: new.encode()})
    print(f"{SYLLABUS.relative_to(ROOT)}: {'written' if new != text else 'up to date'}")


def _units() -> str:
    """One row a lesson and a problem set, with the sums below."""
    sets = bank.load(ROOT / "grading" / "items")
    lines, minutes, items, automatic, written = [], 0, 0, 0.0, 0.0
    for path in sorted((ROOT / "notebooks" / "lessons").glob("[0-9][0-9]-*.ipynb")):
        number = int(path.name[:2])
        title, took = _head(path, r"\*\*Minutes\.\*\* (\d+)")
        lines.append(f"| {number} | lesson {number:02d} | {title} | {took} | – | – | – | – |")
        minutes += took
        if (one := sets.get(f"ps{number}")) is not None:
            took = _head(ROOT / "notebooks" / "assignments" / f"{one.id}.ipynb", r"(\d+) minutes")[1]
            asked, by_program, by_hand = _counts(one)
            lines.append(
                f"| {number} | {one.id} | {one.title} | {took} | {asked} | {by_program + by_hand:g} "
                f"| {by_program:g} | {by_hand:g} |"
            )
            minutes, items = minutes + took, items + asked
            automatic, written = automatic + by_program, written + by_hand
    return UNITS.format(
        rows="\n".join(lines),
        hours=minutes // 60,
        minutes=minutes % 60,
        items=items,
        automatic=automatic,
        written=written,
    )


def _head(path: Path, minutes: str) -> tuple[str, int]:
    """Read the title of a notebook, without its number, and how many minutes its first cell says."""
    text = nbformat.read(path, as_version=4).cells[0].source
    found = re.search(minutes, text)
    if found is None:
        raise SystemExit(f"{path.relative_to(ROOT)}: its first cell does not say how many minutes it takes")
    return re.sub(r"^# (Lesson \d+\. )?", "", text.partition("\n")[0]), int(found[1])


def _counts(one: Assignment) -> tuple[int, float, float]:
    """Count the automatic items, their points, and the points that a person gives."""
    by_hand = sum(entry.item.points for entry in one.entries.values() if entry.marked_by_hand)
    return sum(not entry.marked_by_hand for entry in one.entries.values()), one.points - by_hand, by_hand


def _objectives() -> str:
    """One table a lesson that has objectives."""
    with (ROOT / "course" / "objectives.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = ""
    for lesson in dict.fromkeys(row["lesson"] for row in rows):
        text += f"## What lesson {lesson} and ps{int(lesson)} are for\n\nAfter them, a student can:\n\n"
        text += "| Objective | In words | Tested by |\n| --- | --- | --- |\n"
        for row in rows:
            if row["lesson"] == lesson:
                text += f"| {row['id']} | {row['verb']} {row['objective']} | {', '.join(row['items'].split())} |\n"
        text += "\n"
    return text


if __name__ == "__main__":
    main()
