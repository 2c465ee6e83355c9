"""Objectives, item bank, syllabus and notebooks say the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fairmark import bank
from fairmark.bank import Assignment, Entry

from .support import BANK, COURSE, ROOT, markdown, rows, ungraded

TAXONOMY = {"identification", "attribution", "perspective", "corroboration", "context", "claim", "evidence"}
ASSIGNMENTS = bank.load(BANK)
ENTRIES = {name: entry for one in ASSIGNMENTS.values() for name, entry in one.entries.items()}
OBJECTIVES = {row["id"]: row for row in rows("objectives.csv")}
SYLLABUS = (COURSE / "syllabus.md").read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("[0-9][0-9]*.ipynb"))


def _table(heading: str) -> list[dict[str, str]]:
    """Read the rows of every table of the syllabus whose first column has this heading."""
    return [row for part in SYLLABUS.split(f"| {heading} |")[1:] for row in _rows(heading, part)]


def _rows(heading: str, part: str) -> list[dict[str, str]]:
    """Read the table whose first heading stands just before this part of the syllabus."""
    lines = part.partition("\n\n")[0].splitlines()
    names = [heading, *(name.strip() for name in lines[0].strip(" |").split("|"))]
    return [
        dict(zip(names, (cell.strip() for cell in line.strip("| ").split(" | ")), strict=True)) for line in lines[2:]
    ]


UNITS = {row["Unit"]: row for row in _table("Week")}


def _points(assignment: Assignment, *, by_hand: bool) -> float:
    return sum(entry.item.points for entry in assignment.entries.values() if entry.marked_by_hand == by_hand)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda row: row["id"])
def test_an_objective_is_complete_and_tested(objective: dict[str, str]) -> None:
    """It has a verb, a kind of the taxonomy, a lesson and at least one item, and those items name it."""
    assert all(objective.values())
    assert objective["taxonomy"] in TAXONOMY
    for item in objective["items"].split():
        assert ENTRIES[item].item.objective == objective["id"]


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.item.id)
def test_an_item_serves_an_objective(entry: Entry) -> None:
    """The objective that an item names lists the item."""
    assert entry.item.id in OBJECTIVES[entry.item.objective]["items"].split()


def test_objectives_have_ids_of_their_own() -> None:
    """No id comes twice."""
    assert len(OBJECTIVES) == len(rows("objectives.csv"))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_syllabus_has_the_objective(name: str) -> None:
    """With the same words and the same items."""
    shown = {row["Objective"]: row for row in _table("Objective")}[name]
    assert shown["In words"] == f"{OBJECTIVES[name]['verb']} {OBJECTIVES[name]['objective']}"
    assert shown["Tested by"].split(", ") == OBJECTIVES[name]["items"].split()


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=lambda one: one.id)
def test_the_points_of_the_syllabus_are_those_of_the_bank(assignment: Assignment) -> None:
    """All, automatic and written; and the two parts add up."""
    shown = UNITS[assignment.id]
    assert float(shown["Automatic"]) == _points(assignment, by_hand=False)
    assert float(shown["Written"]) == _points(assignment, by_hand=True)
    assert float(shown["Points"]) == assignment.points == float(shown["Automatic"]) + float(shown["Written"])
    assert shown["Title"] == assignment.title


@pytest.mark.parametrize("unit", UNITS.values(), ids=lambda row: row["Unit"])
def test_each_unit_has_its_minutes(unit: dict[str, str]) -> None:
    """Minutes are a number between a quarter of an hour and two hours; the set with the essay has three."""
    assert 15 <= int(unit["Minutes"]) <= (240 if unit["Unit"] == "ps8" else 120)


def test_the_tables_are_those_that_the_script_writes() -> None:
    """`make syllabus` would change nothing."""
    script = [sys.executable, str(ROOT / "scripts" / "syllabus.py"), "--check"]
    run = subprocess.run(script, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_written_work_has_the_weight_that_the_syllabus_gives_it() -> None:
    """The per cent in the text are those of the points."""
    shown = UNITS["ps1"]
    share = round(100 * int(shown["Written"]) / int(shown["Points"]))
    assert f"{share} %" in SYLLABUS
    assert f"{100 - share} %" in SYLLABUS


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=lambda one: one.id)
def test_the_problem_set_shows_the_same_points_and_minutes(assignment: Assignment) -> None:
    """What its notebook says at the top is what the syllabus says."""
    text = " ".join(markdown(ROOT / "notebooks" / "assignments" / f"{assignment.id}.ipynb").split())
    unit = UNITS[assignment.id]
    for said in (f"{unit['Minutes']} minutes", f"{unit['Points']} points", unit["Automatic"], unit["Written"]):
        assert re.search(rf"\b{said}\b", text), said


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda file: file.stem)
def test_a_lesson_stands_in_the_syllabus_with_its_minutes(lesson: Path) -> None:
    """A lesson's notebook says the minutes of the syllabus."""
    text = " ".join(markdown(lesson).split())
    assert f"**Minutes.** {UNITS[f'lesson {lesson.name[:2]}']['Minutes']} " in text


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda file: file.stem)
def test_a_lesson_has_tested_objectives_and_a_set_unless_it_is_ungraded(lesson: Path) -> None:
    """The objectives and the bank have something for it exactly where its head does not say *ungraded*."""
    tested = any(row["lesson"] == lesson.name[:2] for row in OBJECTIVES.values())
    has_set = f"ps{int(lesson.name[:2])}" in ASSIGNMENTS
    assert tested == has_set == (not ungraded(lesson))
