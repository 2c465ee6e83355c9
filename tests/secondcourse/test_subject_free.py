"""Marking and the student's side of it know no subject: no word of the first course stands in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairmark.settings import Settings

ROOT = Path(__file__).parents[2]
WORDS = re.compile(
    r"\b(belarus\w*|minsk\w*|moscow|russia\w*|kremlin|luk\w?shenk\w+|osw|digest-2016|kłysiński|klysinski|ulakhovich"
    r"|bohdan|isaev|unga|roll.?calls?|neutrality)\b",
    re.IGNORECASE,
)
ROOMS = ("grading/fairmark", "course/worksheet")


def texts(folder: Path) -> list[Path]:
    """List the text files below a folder."""
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def subject(file: Path) -> list[str]:
    """List the first course's words in a file and in its name."""
    return WORDS.findall(f"{file.name}\n{file.read_text(encoding='utf-8')}")


@pytest.mark.parametrize(
    "file", [one for room in ROOMS for one in texts(ROOT / room)], ids=lambda file: str(file.relative_to(ROOT))
)
def test_no_word_of_the_first_course(file: Path) -> None:
    """Neither in code nor in messages, pages, examples, and the small course that `fairmark new` writes."""
    assert not subject(file)


@pytest.mark.parametrize(
    "text", ["import neutrality", "between-minsk-and-moscow", "osw-2018 s1.p1", "Ulakhovich's", "label='Belarus'"]
)
def test_the_scan_finds_such_words(text: str) -> None:
    """A scan that finds nothing would pass everything."""
    assert WORDS.search(text)


@pytest.mark.slow
def test_nothing_of_the_first_course_is_in_the_second_courses_bundle(second: Settings) -> None:
    """Its students get their own course, the package `worksheet`, and nothing else."""
    files = texts(second.workdir / "bundle")
    assert len(files) > 20
    assert not {str(file): found for file in files if (found := subject(file))}


@pytest.mark.slow
def test_nothing_of_the_first_course_is_in_the_second_courses_pages(second: Settings) -> None:
    """Neither feedback nor tables of marks name it."""
    files = [*second.workdir.glob("feedback/*/*/*.html"), *second.workdir.glob("*.csv")]
    assert len(files) > 11
    assert not {str(file): found for file in files if (found := subject(file))}
