"""The item report recovers what a simulated class was made of, and keeps silent where a class is too small."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from fairmark import (
    ability,
    bank,
    classroom,
    gradebook,
    itemfindings,
    itemreport,
    itemstats,
    marking,
    release,
    responses,
    settings,
)
from fairmark.ability import Population
from fairmark.itemreport import ItemReport

BANK = bank.load(Path(__file__).parents[2] / "grading" / "items")


def reported(name: str, population: Population, size: int, *, seed: int = 2026, **options: Any) -> ItemReport:
    """Make a class, and the report on it."""
    found = ability.records(population, [BANK[name]], ability.ids(size), seed=seed)
    return itemreport.analyse(responses.of_records(BANK[name], found[name], **options))


def line(report: ItemReport, item: str) -> itemreport.ItemLine:
    return next(one for one in report.items if one.id == item)


# --- What was planted is found ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ps1", "ps4", "ps7"])
def test_the_order_of_difficulty_is_recovered(name):
    """Of 400 students: whatever was made hard earns little. Partial credit blurs the order of the shares."""
    automatic = [one.item.id for one in BANK[name].entries.values() if not one.marked_by_hand]
    planted = dict(zip(automatic, np.linspace(-2, 2, len(automatic)), strict=True))
    report = reported(name, Population(difficulty=planted), 400)
    right = [line(report, item).outcomes["right"] for item in automatic]
    assert stats.spearmanr([-planted[item] for item in automatic], right).statistic > 0.97
    shares = [line(report, item).share for item in automatic]
    assert stats.spearmanr([-planted[item] for item in automatic], shares).statistic > 0.8


@pytest.mark.parametrize(("name", "item"), [("ps2", "ps2-q3"), ("ps3", "ps3-q2"), ("ps6", "ps6-q1")])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_wrong_key_comes_first(name, item, seed):
    """Those who know give another answer, so the item works against the others, and the report says what they gave."""
    report = reported(name, Population(wrong_keys=frozenset({item})), 150, seed=seed)
    assert report.first[0].id == item
    assert report.first[0].item_rest.high < 0
    assert "Check the key first" in report.first[0].findings[0].remedy
    assert report.doubtful[0] == item
    assert any(one.better for one in report.first[0].lines)


def test_an_item_that_discriminates_negatively_comes_first():
    """Whoever is able fails at it, whatever they answer instead."""
    report = reported("ps3", Population(discrimination={"ps3-q4": -1.5}), 200)
    assert report.first[0].id == "ps3-q4"
    assert report.first[0].upper_lower < 0
    assert report.first[0].alpha_without > report.alpha.value


@pytest.mark.parametrize("share", [0.1, 0.35, 0.7])
@pytest.mark.parametrize("name", ["period-stretched", "part-for-whole"])
def test_the_prevalence_of_a_misconception_is_within_its_interval(name, share):
    """It is shown by those who hold it, once or more, in whatever items foresee it."""
    population = Population(misconceptions={name: share})
    report = reported("ps2", population, 250)
    found = next(one for one in report.misreadings if one.name == name.replace("-", " "))
    assert found.interval.low <= share <= found.interval.high
    holders = sum(name in ability.draw(population, student, 2026).holds for student in ability.ids(250))
    assert found.students == holders
    foreseen = {
        item for item, entry in BANK["ps2"].entries.items() if name in {wrong.misconception for wrong in entry.wrong}
    }
    assert set(found.items) <= foreseen


def test_ability_correlates_with_the_total():
    """As far as α lets it: the correlation with the true ability is near the root of α."""
    population = Population()
    report = reported("ps5", population, 400)
    abilities = [ability.draw(population, student, 2026).ability for student in ability.ids(400)]
    totals = np.nansum(report.responses.points(), axis=1)
    assert np.corrcoef(abilities, totals)[0, 1] == pytest.approx(np.sqrt(report.alpha.value), abs=0.05)


@pytest.mark.slow
def test_ordinary_items_do_not_come_first():
    """In six classes without anything planted, no key is put in doubt, and few items are named at all."""
    reports = [reported("ps3", Population(), 120, seed=seed) for seed in range(6)]
    assert not any(report.doubtful for report in reports)
    assert sum(len(report.first) for report in reports) <= 6


def test_a_hard_variant_is_named():
    """Its students know as much as the others; only the variant is to blame."""
    found = ability.records(Population(mean=1.5), [BANK["ps2"]], ability.ids(150))["ps2"]
    for record in found:
        one = next(item for item in record["items"] if item["item"] == "ps2-q2")
        if one["variant"] == 3:
            one.update(outcome="wrong", points=0.0, misconception="", answer="began", message="")
            record["points"]["ps2-q2"] = 0.0
    report = itemreport.analyse(responses.of_records(BANK["ps2"], found))
    assert [one.number for one in line(report, "ps2-q2").variants if one.harder] == [3]
    assert any(one.says.startswith("Variant 4 was much harder") for one in line(report, "ps2-q2").findings)
    assert sum(one.students for one in line(report, "ps2-q2").variants) == 150


def test_codings_are_compared_with_the_courses():
    """The item that asks for codes: the share of same codes, and α with the course."""
    report = reported("ps5", Population(mean=2.0), 60)
    found = report.codings["ps5-q1"]
    assert found.same > 0.9
    assert 0.7 < found.with_course < 1
    assert {row.unit for row in found.rows} == set(BANK["ps5"].entries["ps5-q1"].item.form["rows"])


@pytest.mark.parametrize(("drift", "low", "high"), [(0.0, -0.15, 0.15), (-1.0, -1.0, -0.4), (1.0, 0.4, 1.0)])
def test_time_and_points_are_compared(drift, low, high):
    """Above 0 where those who handed in later earned more; without a date, the first who handed in is hour 0."""
    found = ability.records(Population(), [BANK["ps1"]], ability.ids(200))["ps1"]
    for record in found:
        own = ability.draw(Population(), record["student"], 2026).ability
        if drift:
            moment = dt.datetime(2026, 3, 5, tzinfo=dt.UTC) + drift * dt.timedelta(hours=10 * own)
            record["handed_in"] = moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    report = itemreport.analyse(responses.of_records(BANK["ps1"], found))
    assert low <= report.timing.rank_correlation.value <= high
    assert min(report.timing.hours) == 0
    due = max(paper.handed_in for paper in report.responses.papers)
    dated = itemreport.analyse(responses.of_records(BANK["ps1"], found, due=due))
    assert dated.timing.due
    assert min(dated.timing.hours) == 0
    assert dated.timing.rank_correlation.value == pytest.approx(report.timing.rank_correlation.value)


# --- Small classes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 9, 10, 29, 30, 35, 36, 49, 50])
def test_a_class_that_is_too_small_gets_no_false_precision(size):
    """Below 10 no interval, below 30 no coefficient, below 36 no D; and each time a sentence that says so."""
    report = reported("ps1", Population(omits=0.0), size)
    automatic = [item for item in report.items if not item.entry.marked_by_hand]
    assert report.students == size
    assert all((item.interval is not None) == (size >= itemfindings.FEWEST_SHARES) for item in automatic)
    assert (report.alpha is not None) == (size >= itemfindings.FEWEST_COEFFICIENTS)
    assert (report.standard_error is not None) == (report.alpha is not None)
    assert any(item.item_rest for item in automatic) == (size >= itemfindings.FEWEST_COEFFICIENTS)
    assert all((item.upper_lower is not None) == (size >= 36) for item in automatic)
    assert (report.timing.rank_correlation is not None) == (size >= itemfindings.FEWEST_COEFFICIENTS)
    said = " ".join(report.warnings)
    assert ("Read this page as a list" in said) == (size < 10)
    assert ("are left out below 30" in said) == (10 <= size < 30)
    assert ("are rough" in said) == (30 <= size < 50)
    assert ("The index D is left out" in said) == (30 <= size < 36)


def test_one_student_more_changes_no_verdict_below_ten():
    """With nine students no key is put in doubt, whatever they answered."""
    everything_wrong = Population(mean=-9.0, omits=0.0)
    report = reported("ps2", everything_wrong, 9)
    assert all(finding.weight < 60 for item in report.items for finding in item.findings)
    assert {finding.weight for item in reported("ps2", everything_wrong, 40).items for finding in item.findings} >= {40}


# --- Answers that are not there ---------------------------------------------------------------------------------------


def test_left_out_and_not_reached_are_told_apart():
    """Nothing from some item to the end is not reached; nothing in between is left out. Both earn 0."""
    found = ability.records(Population(mean=9.0, omits=0.0), [BANK["ps1"]], ability.ids(20))["ps1"]
    for number, record in enumerate(found):
        for place, one in enumerate(record["items"]):
            if (number < 6 and place >= 15) or (number == 7 and place == 3):
                one.update(outcome="missing" if one["outcome"] != "by-hand" else "by-hand", points=0.0, answer=None)
                record["points"][one["item"]] = 0.0
    report = itemreport.analyse(responses.of_records(BANK["ps1"], found))
    assert [item.outcomes["not_reached"] for item in report.items] == [0] * 15 + [6] * 5
    assert [item.outcomes["omitted"] for item in report.items] == [0, 0, 0, 1] + [0] * 16
    assert report.items[15].share == pytest.approx(14 / 20)
    assert "6 of 20 answered nothing from here to the end." in [one.says for one in report.items[15].findings]


def test_an_answer_that_many_gave_and_nobody_foresaw_is_shown():
    """So that the bank can learn it; an answer of one student alone is not."""
    found = ability.records(Population(mean=9.0, omits=0.0), [BANK["ps5"]], ability.ids(40))["ps5"]
    for number, record in enumerate(found[:8]):
        one = next(item for item in record["items"] if item["item"] == "ps5-q4")
        one.update(outcome="wrong", points=0.0, misconception="", message="", answer=0.123 if number < 7 else 0.456)
        record["points"]["ps5-q4"] = 0.0
    item = line(itemreport.analyse(responses.of_records(BANK["ps5"], found)), "ps5-q4")
    unforeseen = {one.answer: one.students for one in item.lines if one.kind == "unforeseen"}
    assert unforeseen == {"0.123": 7, "": 1}
    assert any("does not foresee: 0.123." in one.says for one in item.findings)


def test_every_student_is_in_one_line_of_each_item():
    """Right, foreseen, other, form, nothing: the lines of an item add up to the class."""
    for name in ("ps0", "ps2", "ps6"):
        report = reported(name, Population(omits=0.3), 50)
        for item in report.items:
            if not item.entry.marked_by_hand:
                assert sum(one.students for one in item.lines) == 50, item.id
                assert sum(item.outcomes.values()) == 50, item.id
                assert {one.kind for one in item.lines} <= {"right", "foreseen", "omitted", "not-reached"}


def test_what_a_person_has_still_to_mark_is_in_no_total():
    """The written item is named and waits; when all are marked it counts."""
    found = ability.records(Population(), [BANK["ps1"]], ability.ids(40))["ps1"]
    waiting = itemreport.analyse(responses.of_records(BANK["ps1"], found))
    assert "ps1-q20" not in waiting.whole
    assert line(waiting, "ps1-q20").waiting == 40
    assert np.isnan(line(waiting, "ps1-q20").share)
    assert any("ps1-q20" in one for one in waiting.warnings)
    marks = {record["student"]: {"ps1-q20": float(number % 21)} for number, record in enumerate(found)}
    half = dict(list(marks.items())[:20])
    begun = line(itemreport.analyse(responses.of_records(BANK["ps1"], found, half)), "ps1-q20")
    assert (begun.students, begun.waiting, begun.interval) == (20, 20, None)
    assert np.isnan(begun.share)
    marked = itemreport.analyse(responses.of_records(BANK["ps1"], found, marks))
    assert "ps1-q20" in marked.whole
    assert line(marked, "ps1-q20").item_rest is not None
    assert marked.points == 50
    assert not any("ps1-q20" in one for one in marked.warnings)


def test_what_a_person_changed_counts_and_is_said():
    """The gradebook's points go before the program's."""
    found = ability.records(Population(mean=-9.0, omits=0.0), [BANK["ps1"]], ability.ids(30))["ps1"]
    changed = {record["student"]: {"ps1-q1": 1.0} for record in found[:12]}
    item = line(itemreport.analyse(responses.of_records(BANK["ps1"], found, changed)), "ps1-q1")
    assert (item.by_person, item.outcomes["right"]) == (12, 12)
    assert item.share == pytest.approx(0.4)


def test_an_item_that_not_everybody_was_marked_on_is_left_out_and_named():
    """Such as one that came into the bank after half the class was marked."""
    found = ability.records(Population(), [BANK["ps1"]], ability.ids(12))["ps1"]
    found[3]["items"] = [one for one in found[3]["items"] if one["item"] != "ps1-q2"]
    report = itemreport.analyse(responses.of_records(BANK["ps1"], found))
    assert "ps1-q2" not in [item.id for item in report.items]
    assert any("ps1-q2" in one for one in report.warnings)


def test_the_report_uses_the_statistics_that_are_tested_elsewhere():
    """Item by item: the numbers are those of the table of points."""
    report = reported("ps4", Population(), 60)
    points = report.responses.points()[:, [item.id in report.whole for item in report.items]]
    whole = [item for item in report.items if item.id in report.whole]
    assert [item.item_rest.value for item in whole] == pytest.approx(list(itemstats.item_rest(points)))
    assert [item.alpha_without for item in whole] == pytest.approx(list(itemstats.alpha_without_each(points)))
    most = np.array([item.entry.item.points for item in whole])
    assert [item.upper_lower for item in whole] == pytest.approx(
        list(itemstats.upper_lower(points / most, points.sum(axis=1)))
    )
    assert report.alpha.low < report.alpha.value < report.alpha.high
    assert dataclasses.astuple(report.alpha)[0] == pytest.approx(itemstats.alpha(points))


# --- The whole way ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_real_notebooks_and_the_fast_path_give_one_report(tmp_path):
    """Forty students of known ability hand in ps2 as notebooks; what comes out of the gradebook is the same report."""
    root = Path(__file__).parents[2]
    for folder, pattern in (("grading/items", "ps2*"), ("notebooks/assignments", "ps2.ipynb")):
        (tmp_path / folder).mkdir(parents=True)
        for file in (root / folder).glob(pattern):
            shutil.copy(file, tmp_path / folder)
    course = dataclasses.replace(
        settings.load(root / "grading" / "course.toml", bank=tmp_path / "grading/items", workdir=tmp_path / "work"),
        assignments=tmp_path / "notebooks/assignments",
    )
    population = Population(misconceptions={"period-stretched": 0.4}, wrong_keys=frozenset({"ps2-q3"}))
    release.build(course)
    students = [student.id for student in classroom.simulate(course, size=40, population=population)]
    api = gradebook.api(course)
    gradebook.check(api.collect("ps2", update=True), "collect ps2")
    assert {one.status for one in marking.mark(course, "ps2")} == {"marked"}
    slow = itemreport.analyse(responses.read(course, "ps2"))
    records = ability.records(population, [BANK["ps2"]], students, course=course.course, term=course.term)["ps2"]
    fast = itemreport.analyse(responses.of_records(BANK["ps2"], sorted(records, key=lambda one: one["student"])))
    assert slow.students == 40
    assert np.array_equal(slow.responses.points(), fast.responses.points(), equal_nan=True)
    assert slow.items == fast.items
    assert (slow.alpha, slow.misreadings, slow.timing) == (fast.alpha, fast.misreadings, fast.timing)
    assert slow.first[0].id == "ps2-q3"
    holders = sum("period-stretched" in ability.draw(population, student, 2026).holds for student in students)
    assert next(one for one in slow.misreadings if one.name == "period stretched").students == holders
