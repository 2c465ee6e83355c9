"""Indices of joint tables, against published numbers, other libraries and tables worked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import cohen_kappa_score

from neutrality.indices import MEASURES, STANDARD, check_measures, compute, indices, undefined

USA_MEXICO = [[17, 2, 5], [0, 0, 2], [9, 1, 2]]
"""The United States' votes by Mexico's in the Assembly's first session, as in Voeten's data: 38 roll calls."""

COUNTING = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
"""The table of the worked example in Wikipedia's article on Scott's π."""


def of(table: Any, measure: str) -> float:
    """Compute one index of one table."""
    return every(table, [measure])[measure]


def every(table: Any, measures: Sequence[str] = tuple(MEASURES)) -> dict[str, float]:
    """Compute indices of one table."""
    return {name: float(values[0]) for name, values in compute(np.array(table).reshape(9, 1), measures).items()}


def votes(table: Any) -> tuple[list[int], list[int]]:
    """Spell a joint table out as two lists of votes, coded 1, 2, 3."""
    cells = [(row + 1, column + 1) for (row, column), count in np.ndenumerate(table) for _ in range(count)]
    return [first for first, _ in cells], [second for _, second in cells]


@pytest.mark.parametrize(
    ("measure", "published"),
    [
        ("pi", -0.02775801),
        ("kappa_squared", -0.01222707),
        ("tau_b", 0.01431261),
    ],
)
def test_reproduces_the_published_examples_of_fpsim(measure: str, published: float) -> None:
    """The outputs that the manual of Miller's R package fpsim prints for these votes (spi, cohenk, taub)."""
    assert of(USA_MEXICO, measure) == pytest.approx(published, abs=5e-9)


@pytest.mark.shared
def test_the_published_example_is_in_the_published_votes(shared: Path) -> None:
    """The table above is that of the 38 roll calls in the April 2020 release."""
    ballots = pd.read_parquet(shared / "reference" / "unvotes_2020_votes.parquet").astype({"country_code": str})
    rolls = pd.read_parquet(shared / "reference" / "unvotes_2020_roll_calls.parquet").set_index("rcid")
    two = ballots[ballots["country_code"].isin(["US", "MX"])].astype({"vote": str})
    wide = two.pivot(index="rcid", columns="country_code", values="vote").dropna()
    wide = wide[rolls["session"].reindex(wide.index) == 1]
    words = ["yes", "abstain", "no"]
    table = pd.crosstab(wide["US"], wide["MX"]).reindex(index=words, columns=words, fill_value=0)
    assert table.to_numpy().tolist() == USA_MEXICO


def test_reproduces_a_worked_example_of_scotts_pi() -> None:
    """Wikipedia's article expects agreement in .04 + .111 + .218 = .369 and finds 15 of 45."""
    expected = (18 / 90) ** 2 + (30 / 90) ** 2 + (42 / 90) ** 2
    assert expected == pytest.approx(0.369, abs=0.0005)
    assert of(COUNTING, "pi") == pytest.approx((15 / 45 - expected) / (1 - expected))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # 10 roll calls: 6 identical, 3 half-way, 1 opposed. Rows 6, 3, 1; columns 6, 2, 2.
        (
            [[4, 1, 1], [2, 1, 0], [0, 0, 1]],
            {
                "n": 10,
                "identical": 0.6,
                "lijphart": 0.75,
                "s": 0.5,
                # Habits .6, .25, .15: chance .445.
                "pi": (0.6 - 0.445) / (1 - 0.445),
                # .36 + .06 + .02 = .44
                "kappa": (0.6 - 0.44) / (1 - 0.44),
                # Disagreement 5 steps in 10; by chance .12+.12 + .18+.02 + (.24) steps: see the rows and columns.
                "kappa_linear": 1 - 0.5 / (0.12 + 0.18 + 0.06 + 0.02 + 2 * (0.12 + 0.06)),
                # Rising pairs 4·(1+0+0+1) + 1·(0+1) + 2·(0+1) + 1·1 = 12, falling 1·(2+0) + 1·(2+1+0+0) = 5.
                "tau_b": 7 / math.sqrt((45 - 15 - 3) * (45 - 15 - 1 - 1)),
            },
        ),
        # They always vote against each other.
        (
            [[0, 0, 5], [0, 0, 0], [5, 0, 0]],
            {"identical": 0, "lijphart": 0, "s": -1, "pi": -1, "kappa": -1, "kappa_linear": -1, "tau_b": -1},
        ),
        # They always agree, and vary.
        ([[3, 0, 0], [0, 2, 0], [0, 0, 4]], dict.fromkeys(MEASURES, 1.0)),
        # Independent: 6 · 5 / 10, 4 · 5 / 10.
        ([[3, 0, 3], [0, 0, 0], [2, 0, 2]], {"identical": 0.5, "s": 0, "kappa": 0, "kappa_squared": 0, "tau_b": 0}),
        # One roll call, the same vote; one roll call, different votes.
        ([[1, 0, 0], [0, 0, 0], [0, 0, 0]], {"identical": 1, "lijphart": 1, "s": 1, "pi": None, "kappa": None}),
        ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], {"identical": 0, "lijphart": 0.5, "s": 0, "pi": -1, "kappa": 0}),
        # One always votes yes, the other does not: chance-corrected indices exist, rank correlation does not.
        ([[8, 1, 1], [0, 0, 0], [0, 0, 0]], {"identical": 0.8, "kappa": 0, "kappa_linear": 0, "tau_b": None}),
        # No roll call.
        ([[0] * 3] * 3, {"n": 0, **dict.fromkeys(MEASURES, None)}),
    ],
)
def test_tables_worked_by_hand(table: list[list[int]], expected: dict[str, float | None]) -> None:
    """Each index is the one worked out on paper, or missing."""
    row = indices(np.array([table]), list(MEASURES)).iloc[0]
    for name, value in expected.items():
        assert row[name] == pytest.approx(np.nan if value is None else value, nan_ok=True), name


cells = st.lists(st.integers(0, 40) | st.integers(0, 3), min_size=9, max_size=9)


@settings(deadline=None, max_examples=80)
@given(cells)
def test_agrees_with_other_libraries(counts: list[int]) -> None:
    """Cohen's κ is scikit-learn's in all three weightings, τ-b SciPy's, and π follows from Krippendorff's α."""
    table = np.array(counts).reshape(3, 3)
    first, second = votes(table)
    if len(set(first + second)) < 2:
        return  # undefined, which the libraries tell in ways of their own
    own = every(table)
    assert own["kappa"] == pytest.approx(cohen_kappa_score(first, second, labels=[1, 2, 3]), abs=1e-9)
    for suffix, weights in (("linear", "linear"), ("squared", "quadratic")):
        known = cohen_kappa_score(first, second, labels=[1, 2, 3], weights=weights)
        assert own[f"kappa_{suffix}"] == pytest.approx(known, abs=1e-9)
    assert own["tau_b"] == pytest.approx(kendalltau(first, second, variant="b").statistic, nan_ok=True, abs=1e-9)
    for measure, level in (("pi", "nominal"), ("pi_squared", "interval")):
        # α is π with a correction for few values: 1 − α = (1 − π) · (2n − 1) / 2n.
        alpha = krippendorff.alpha(np.array([first, second], dtype=float), level_of_measurement=level)
        pi = 1 - (1 - alpha) * 2 * len(first) / (2 * len(first) - 1)
        assert own[measure] == pytest.approx(pi, abs=1e-9)


@settings(deadline=None, max_examples=80)
@given(cells, st.sampled_from([1, 7, 50]))
def test_follows_from_the_definitions(counts: list[int], times: int) -> None:
    """S, Lijphart's index and the weighted forms are what their definitions give, for small and large tables alike."""
    table = np.array(counts).reshape(3, 3) * times
    n = table.sum()
    if not n:
        return
    own = every(table)
    apart = np.abs(np.subtract.outer(np.arange(3), np.arange(3)))
    first, second = table.sum(axis=1) / n, table.sum(axis=0) / n
    mean = (first + second) / 2
    assert own["s"] == pytest.approx(1 - 2 * (apart * table).sum() / (2 * n))
    assert own["s"] == pytest.approx(2 * own["lijphart"] - 1)
    for suffix, weight in {"": apart > 0, "_linear": apart, "_squared": apart**2}.items():
        for name, habits in (("pi", np.outer(mean, mean)), ("kappa", np.outer(first, second))):
            expected = (weight * habits).sum()
            known = 1 - (weight * table).sum() / n / expected if expected > 1e-12 else np.nan
            assert own[name + suffix] == pytest.approx(known, nan_ok=True, abs=1e-9)
    by_chance = 1 - (apart * np.outer(first, second)).sum()
    if by_chance < 1 - 1e-12:
        assert own["kappa_linear"] == pytest.approx((own["s"] - by_chance) / (1 - by_chance), abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(cells)
def test_both_states_see_the_same(counts: list[int]) -> None:
    """Turning the table round changes no index, and turning yes and no round changes none either."""
    table = np.array(counts).reshape(3, 3)
    own = every(table)
    for turned in (table.T, table[::-1, ::-1]):
        assert every(turned) == pytest.approx(own, nan_ok=True)


@pytest.mark.parametrize("times", [1, 9, 10, 11, 14, 300, 2_000])
def test_no_number_is_too_large(times: int) -> None:
    """Tables many times as large give the same indices, also where n² just fits into 16 bits (n is 181) or does not.

    The tables are such as make the numbers on the way large: all opposed, all identical, all in one place, all alike.
    """
    shapes = [
        [0, 0, 9, 0, 0, 0, 9, 0, 0],
        [9, 0, 0, 0, 0, 0, 0, 0, 9],
        [6, 0, 0, 0, 6, 0, 0, 0, 6],
        [0, 0, 18, 0, 0, 0, 0, 0, 0],
        [18, 0, 0, 0, 0, 0, 0, 0, 0],
        [2, 2, 2, 2, 2, 2, 2, 2, 2],
        [5, 0, 2, 1, 0, 0, 0, 1, 9],
        [0, 9, 0, 9, 0, 0, 0, 0, 0],
    ]
    for shape in shapes:
        small = compute(np.array(shape).reshape(9, 1).astype(float), list(MEASURES), largest=10**6)
        assert every(np.array(shape) * times) == pytest.approx(
            {name: value[0] for name, value in small.items()}, nan_ok=True
        )


@pytest.mark.parametrize("n", [1, 180, 181, 182, 183, 255, 256])
def test_short_numbers_give_what_long_ones_give(n: int) -> None:
    """Where sums are made in 16 bits, the indices are the same to the last bit as in double precision."""
    tables = np.random.default_rng(n).multinomial(n, np.full(9, 1 / 9), size=300).T
    halves = np.zeros((9, 2), dtype=int)
    halves[[2, 6], 0] = halves[[0, 8], 1] = n // 2, n - n // 2
    tables = np.column_stack([tables, halves, n * np.eye(9, dtype=int), np.zeros((9, 1), dtype=int)])
    short, long = (compute(tables, list(MEASURES), largest=largest) for largest in (n, 10**6))
    for name in MEASURES:
        np.testing.assert_array_equal(short[name], long[name], err_msg=name)


def test_very_many_tables_are_as_one() -> None:
    """More tables than are computed at a time give what each gives by itself."""
    tables = np.random.default_rng(0).integers(0, 12, (9, 70_001)).astype(np.uint8)
    found = compute(tables, list(MEASURES), largest=99)
    for place in (0, 32_767, 32_768, 65_536, 70_000):
        assert {name: values[place] for name, values in found.items()} == every(tables[:, place].astype(int))


@pytest.mark.parametrize(
    ("table", "measure", "words"),
    [
        ([[0] * 3] * 3, "identical", "no roll call on which both voted"),
        ([[0] * 3] * 3, "tau_b", "no roll call on which both voted"),
        ([[5, 0, 0], [0, 0, 0], [0, 0, 0]], "pi", "Both always voted yes"),
        ([[0, 0, 0], [0, 2, 0], [0, 0, 0]], "kappa_linear", "Both always abstained"),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 2]], "pi_squared", "Both always voted no"),
        ([[5, 0, 0], [0, 0, 0], [0, 0, 0]], "tau_b", "Each state always cast one and the same vote"),
        ([[5, 1, 0], [0, 0, 0], [0, 0, 0]], "tau_b", "The first state always cast"),
        ([[5, 0, 0], [1, 0, 0], [0, 0, 0]], "tau_b", "The second state always cast"),
        ([[0, 5, 0], [0, 0, 0], [0, 0, 0]], "tau_b", "Each state always"),
        ([[5, 1, 0], [0, 0, 0], [0, 0, 0]], "kappa", ""),
        ([[0, 5, 0], [0, 0, 0], [0, 0, 0]], "kappa", ""),
        ([[0, 5, 0], [0, 0, 0], [0, 0, 0]], "pi", ""),
        ([[5, 0, 0], [0, 0, 0], [0, 0, 0]], "s", ""),
    ],
)
def test_a_missing_index_says_why(table: list[list[int]], measure: str, words: str) -> None:
    """There is a sentence exactly where there is no number."""
    (sentence,) = undefined(np.array([table]), measure)
    assert words in sentence
    assert math.isnan(of(table, measure)) == bool(sentence)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 2), min_size=9, max_size=9), st.sampled_from(list(MEASURES)))
def test_there_is_a_reason_exactly_where_there_is_no_number(counts: list[int], measure: str) -> None:
    """For any table and index."""
    table = np.array(counts).reshape(3, 3)
    assert bool(undefined(table[None], measure)[0]) == math.isnan(of(table, measure))


@pytest.mark.parametrize(
    ("measures", "words"),
    [(["cappa"], "'cappa'.*identical.*tau_b"), ("kappa", r"Give a list, such as \['kappa'\]"), (["s", "s"], "twice")],
)
def test_measures_that_are_none_are_refused(measures: Any, words: str) -> None:
    """Each error names the bad value and what to give instead."""
    with pytest.raises(ValueError, match=words):
        check_measures(measures)


def test_no_tables_give_no_rows() -> None:
    """Nothing in, nothing out, all columns there."""
    table = indices(np.zeros((0, 3, 3), dtype=int), STANDARD)
    assert (len(table), list(table)) == (0, ["n", *STANDARD])
