"""The simulated students do what they are made to do, before any report looks at them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fairmark import ability, bank, checks, classroom, release
from fairmark.ability import Population, Pupil
from fairmark.cli import main
from fairmark.settings import Settings

BANK = bank.load(Path(__file__).parents[2] / "grading" / "items")
ITEMS = [entry for one in BANK.values() for entry in one.entries.values() if not entry.marked_by_hand]
POPULATION = Population()


@pytest.mark.parametrize("entry", ITEMS, ids=lambda entry: entry.item.id)
def test_what_a_student_chooses_is_judged_as_that(entry: bank.Entry) -> None:
    """In every variant a right answer earns all points, and a foreseen mistake is recognised as its misconception."""
    for variant in range(len(entry.keys)):
        right = ability.answer_of(entry, ability.RIGHT, variant)
        assert checks.judge(entry, right, variant).outcome == "right"
        for number, wrong in enumerate(entry.wrong):
            verdict = checks.judge(entry, ability.answer_of(entry, number, variant), variant)
            assert verdict.outcome in {"wrong", "partial"}
            assert verdict.misconception == wrong.misconception
        assert ability.answer_of(entry, None, variant) is None


def test_abilities_are_those_of_the_population() -> None:
    """Mean and spread, and the shares of misconceptions, of two thousand."""
    drawn = [
        ability.draw(Population(mean=0.5, spread=1.5, misconceptions={"a": 0.3, "b": 0.0}), f"s{number}", 1)
        for number in range(2000)
    ]
    values = np.array([one.ability for one in drawn])
    assert values.mean() == pytest.approx(0.5, abs=0.12)
    assert values.std() == pytest.approx(1.5, abs=0.1)
    assert Counter(name for one in drawn for name in one.holds)["a"] == pytest.approx(600, abs=70)
    assert not any("b" in one.holds for one in drawn)


@pytest.mark.parametrize(("difference", "expected"), [(-2.0, 0.0832), (0.0, 0.5), (1.0, 0.7685)])
def test_the_model_is_the_logistic_one(difference: float, expected: float) -> None:
    """With the discrimination 1.2: 1 / (1 + exp(-1.2 × difference))."""
    population = Population(difficulty={"x": 0.7})
    assert population.knows(0.7 + difference, "x") == pytest.approx(expected, abs=5e-5)


def test_who_holds_a_misconception_shows_it_and_nobody_else_does() -> None:
    """However able: on every item that foresees it."""
    entry = next(one for one in ITEMS if len({wrong.misconception for wrong in one.wrong}) > 1)
    name = entry.wrong[0].misconception
    population = Population(misconceptions={name: 0.5})
    chance = random.Random(1)  # noqa: S311
    shown = {ability.choose(population, Pupil(9.0, frozenset({name})), entry, chance) for _ in range(200)}
    assert shown == {number for number, wrong in enumerate(entry.wrong) if wrong.misconception == name}
    free = {ability.choose(population, Pupil(-9.0), entry, chance) for _ in range(500)}
    assert None in free
    assert not free & shown


def test_a_wrong_key_is_given_by_those_who_do_not_know() -> None:
    """Those who do know give the first foreseen mistake."""
    entry = ITEMS[0]
    population = Population(wrong_keys=frozenset({entry.item.id}))
    chance = random.Random(1)  # noqa: S311
    assert {ability.choose(population, Pupil(9.0), entry, chance) for _ in range(50)} == {0}
    assert {ability.choose(population, Pupil(-9.0), entry, chance) for _ in range(50)} == {ability.RIGHT}


def test_the_same_seed_makes_the_same_class() -> None:
    """Another one, another class."""
    one, same, other = (
        ability.records(POPULATION, [BANK["ps1"]], ability.ids(3), seed=seed)["ps1"] for seed in (1, 1, 2)
    )
    assert one == same != other


def test_a_student_is_as_able_in_every_assignment() -> None:
    """Who does well in one does well in another."""
    found = ability.records(POPULATION, [BANK["ps1"], BANK["ps3"]], ability.ids(200))
    sums = [[sum(points or 0 for points in record["points"].values()) for record in found[name]] for name in found]
    assert np.corrcoef(*sums)[0, 1] > 0.5


def test_notebooks_and_records_come_from_one_generator(new_course, tmp_path) -> None:
    """What the simulated class must earn on paper is what the records say that it earns."""
    course: Settings = new_course(tmp_path / "course")
    release.build(course)
    students = classroom.simulate(course, size=30, population=POPULATION)
    assert {student.role for student in students} == {classroom.ABILITY}
    mini = bank.load(course.bank)["mini1"]
    names = [student.id for student in students]
    found = ability.records(POPULATION, [mini], names, course=course.course, term=course.term)["mini1"]
    assert [student.earns["mini1"] for student in students] == [
        sum(points or 0 for points in record["points"].values()) for record in found
    ]
    handed_in = course.workdir / "exchange" / course.course / "inbound"
    stamps = {folder.name.split("+")[0]: folder.name.split("+")[2] for folder in handed_in.iterdir()}
    assert stamps == {record["student"]: record["handed_in"] for record in found}
    words = ["--settings", str(course.file), "class", "make", "--size", "3", "--ability"]
    assert "3 simulated students" in CliRunner().invoke(main, words).output
    assert {student.role for student in classroom.plan(course)} == {classroom.ABILITY}
