"""Agreement of two markings: known numbers, and no number where there are too few answers."""

from __future__ import annotations

import random

import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from fairmark.written import agreement
from fairmark.written.marks import Given, Place
from fairmark.written.rubric import Criterion, Judgement, Level

RUBRIC = tuple(Criterion(name, "", (Level(4.0, "a"), Level(2.0, "b"), Level(0.0, "c"))) for name in ("Claim", "Proof"))


def given(student: str, round_: str, marker: str, points: tuple[float, ...], text: str = "same") -> Given:
    return Given(1, "", Place("a", "a-q1", student, round_, marker), Judgement(points), text, None)


def history(rows: list[tuple[tuple[float, ...], tuple[float, ...]]], first: str = "Ada", second: str = "Bob"):
    found = {}
    for number, (one, other) in enumerate(rows):
        for mark in (given(f"s{number}", "first", first, one), given(f"s{number}", "second", second, other)):
            found[mark.place.key] = [mark]
    return found


def report(rows, **names):
    (one,) = agreement.agreements(agreement.pairs(history(rows, **names)), {"a-q1": RUBRIC})
    return one


def random_rows(count: int, noise: float):
    chance = random.Random(7)  # noqa: S311  a simulation
    rows = []
    for _ in range(count):
        first = tuple(chance.choice((0.0, 2.0, 4.0)) for _ in RUBRIC)
        second = tuple(chance.choice((0.0, 2.0, 4.0)) if chance.random() < noise else one for one in first)
        rows.append((first, second))
    return rows


def test_perfect_agreement_is_one():
    """And no difference, with an interval of no width."""
    one = report([((4.0, 2.0), (4.0, 2.0)), ((2.0, 0.0), (2.0, 0.0))] * 8)
    assert (one.same, one.alpha, one.difference, one.interval) == (1, 1, 0, (0, 0))
    assert [alpha for _, alpha in one.criteria.values()] == [1, 1]


def test_chance_is_about_nought():
    """Two markers who throw dice."""
    one = report(random_rows(400, 1.0))
    assert abs(one.alpha) < 0.12
    assert one.same < 0.4


def test_the_interval_is_that_of_the_paired_test():
    """Compared with scipy's own."""
    rows = random_rows(40, 0.5)
    one = report(rows)
    ours = stats.ttest_rel([sum(second) for _, second in rows], [sum(first) for first, _ in rows])
    assert one.interval == pytest.approx(tuple(ours.confidence_interval(0.95)), abs=1e-9)


def test_alpha_lies_near_quadratic_kappa_for_many_answers():
    """For totals as interval data the two differ only by how chance is reckoned."""
    rows = random_rows(300, 0.4)
    totals = [[int(sum(one)) for one in side] for side in zip(*rows, strict=True)]
    kappa = cohen_kappa_score(*totals, weights="quadratic", labels=range(9))
    assert report(rows).alpha == pytest.approx(kappa, abs=0.01)


@pytest.mark.parametrize(("count", "words"), [(3, "too few"), (12, "rough"), (30, "")])
def test_few_answers_are_told_to_be_few(count, words):
    """Below ten there is no coefficient at all."""
    one = report(random_rows(count, 0.5))
    assert words in one.caution
    assert (one.alpha is None) == (count < agreement.FEW)


@pytest.mark.parametrize("second", ["Ada", " ada", "ADA  "])
def test_two_passes_of_one_person_are_not_two_markers(second):
    """However the name is written."""
    assert report([((4.0, 2.0), (4.0, 0.0))], second=second).kind == "one marker, twice"
    assert report([((4.0, 2.0), (4.0, 0.0))], second="Bob").kind == "two markers"


def test_a_text_that_changed_between_two_markings_is_no_pair():
    """They did not read the same."""
    found = history([((4.0, 2.0), (4.0, 2.0))])
    found["a-q1", "s0", "second", "bob"] = [given("s0", "second", "Bob", (0.0, 0.0), "other")]
    assert list(agreement.pairs(found)) == []


def test_one_answer_has_no_interval():
    """One difference has no spread."""
    assert report([((4.0, 2.0), (4.0, 0.0))]).interval is None


@pytest.mark.parametrize(
    ("first", "second", "apart", "far"),
    [
        ((4.0, 4.0), (4.0, 3.5), None, False),
        ((4.0, 4.0), (4.0, 3.0), None, True),
        ((4.0, 0.0), (0.0, 4.0), None, True),
        ((4.0, 2.0), (2.0, 4.0), None, False),
        ((4.0, 0.0), (0.0, 4.0), 0, False),
        ((4.0, 4.0), (4.0, 3.0), 1, False),
    ],
)
def test_far_apart_is_a_tenth_of_the_points_or_a_whole_level(first, second, apart, far):
    """The same total can hide two readers who saw different things."""
    (pair,) = agreement.pairs(history([(first, second)]))
    assert agreement.far_apart(pair, RUBRIC, apart) is far
