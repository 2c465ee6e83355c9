"""Dates and names in the lessons are those of the course's tables."""

import csv
import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from neutrality import events, glossary, rollcalls, sources, tables

from .prose import prose

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))
lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
DAY = re.compile(
    r"\b(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December) (\d{4})\b"
)
# Other spellings of names that the course spells as its sources do.
OTHER_SPELLINGS = (
    "Lukashenka", "Lukašenka", "Klysinski", "Kłysinski", "Klysiński", "Ulahovich", "Ulachovič", "Bogdan", "Makei",
    "Kiev", "Belorussia", "Byelarus", "White Russia", "Bobruisk", "Grodno", "Snapkouski", "Snapkovski",
)  # fmt: skip


def _days(text: str) -> set[dt.date]:
    """Find the dates in a text that name a day."""
    return {dt.datetime.strptime(" ".join(found), "%d %B %Y").date() for found in DAY.findall(text)}  # noqa: DTZ007


def _known() -> set[dt.date]:
    """Collect every day that a table of the course has: events, sources, references and their opening, votes, words."""
    table = events.load(items=True)
    later = tables.load("after-papers")
    works = [work for one in sources.all_sources().values() for work in (one.citation, *one.kind.further)]
    written = [str(text) for text in (*table["first"], *table["last"], *later["first"], *later["last"])]
    written += [str(work.date) for work in works] + [str(work.opened_on) for work in sources.references().values()]
    days = {dt.date.fromisoformat(text) for text in written if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)}
    days |= {pd.Timestamp(day).date() for day in rollcalls.load().resolutions["date"]}
    for name in ("readings/references.csv", "links.csv", "glossary.csv"):
        with (ROOT / "course" / name).open(encoding="utf-8", newline="") as stream:
            days |= _days("\n".join(" ".join(row) for row in csv.reader(stream)))
    return days | _days("\n".join(table["note"]))


@lessons
def test_a_day_that_a_lesson_names_stands_in_a_table(path):
    """Each date with a day is an event's, a vote's, a source's, or stands in a reference or the glossary."""
    assert sorted(_days(prose(path)) - _known()) == []


@lessons
def test_names_are_spelt_as_the_course_spells_them(path):
    """No other spelling of a person's or a place's name slips in."""
    assert [name for name in OTHER_SPELLINGS if re.search(rf"\b{name}\b", prose(path))] == []


@pytest.mark.parametrize("name", OTHER_SPELLINGS)
def test_no_other_spelling_is_the_courses_own(name):
    """The list above holds nothing that the glossary uses."""
    assert name not in {entry.english for entry in glossary.load()}
