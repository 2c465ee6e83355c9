"""Coefficients of reliability, against published numbers, tables worked by hand, and plain counting."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from neutrality import reliability, stances
from neutrality.reliability import alpha, identical, interval, kappa, report

GAP = None

# Krippendorff's example, "Computing Krippendorff's Alpha-Reliability": four observers, twelve units, with gaps.
PUBLISHED = pd.DataFrame(
    {
        "a": [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
        "b": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
        "c": [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
        "d": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
    }
)


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_reproduces_the_published_numbers(level: str, published: float) -> None:
    """The example gives what is printed for it."""
    assert alpha(PUBLISHED, level) == pytest.approx(published, abs=0.0005)


@pytest.mark.parametrize("level", reliability.LEVELS)
@pytest.mark.parametrize(
    "ratings",
    [
        {"a": [], "b": []},
        {"a": [1, GAP], "b": [GAP, 1]},
        {"a": [1, 1, 2], "b": [1, 1, GAP]},
        {"a": [1, 1, 1, 1, 1, 1], "b": [1, 1, 1, 1, 1, 1]},
        {"a": [GAP], "b": [GAP]},
    ],
)
def test_nothing_to_compare_or_no_variation_is_undefined(level: str, ratings: dict[str, list[int | None]]) -> None:
    """NaN and no warning, for the value and its interval; a value by one coder alone is no variation."""
    frame = pd.DataFrame(ratings, dtype="Float64")
    assert np.isnan(alpha(frame, level))
    assert np.isnan(interval(frame, level, draws=20)).all()


@pytest.mark.parametrize("level", reliability.LEVELS)
def test_full_agreement_is_one(level: str) -> None:
    """All coders alike, with variation, give 1 and an interval that ends there."""
    frame = pd.DataFrame({coder: [2, 1, 0, -1, -2, 2] for coder in "abc"})
    assert alpha(frame, level) == 1
    assert interval(frame, level, draws=50) == (1, 1)


def test_nominal_takes_any_values() -> None:
    """Words count like numbers, whatever stands for a gap."""
    words = PUBLISHED.map(lambda value: pd.NA if pd.isna(value) else f"value {value}")
    assert alpha(words, "nominal") == alpha(PUBLISHED, "nominal")
    assert interval(words, "nominal") == interval(PUBLISHED, "nominal")


@pytest.mark.parametrize(
    ("ratings", "level", "words"),
    [
        (PUBLISHED, "ratio", "'ratio'.*'nominal', 'ordinal', 'interval'"),
        (PUBLISHED.astype(object).fillna("x"), "ordinal", "needs numbers"),
    ],
)
def test_levels_that_do_not_fit_are_refused(ratings: pd.DataFrame, level: str, words: str) -> None:
    """The error says which there are, or what they need."""
    with pytest.raises(ValueError, match=words):
        alpha(ratings, level)


def plain_alpha(rows: list[list[Any]], level: str) -> float:
    """Compute alpha from its definition, pair by pair."""
    units = [[value for value in row if value is not None] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    count = Counter(values)

    def apart(one: Any, other: Any) -> float:
        if level == "nominal":
            return one != other
        if level == "interval":
            return (one - other) ** 2
        low, high = sorted((one, other))
        return (sum(n for value, n in count.items() if low <= value <= high) - (count[one] + count[other]) / 2) ** 2

    observed = sum(apart(*pair) / (len(unit) - 1) for unit in units for pair in itertools.permutations(unit, 2))
    expected = sum(apart(*pair) for pair in itertools.permutations(values, 2))
    return 1 - observed * (len(values) - 1) / expected if expected else float("nan")


place = st.sampled_from([-2, -1, 0, 1, 2, None])


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(place, min_size=n, max_size=n), min_size=1, max_size=12)))
def test_alpha_is_its_definition(rows: list[list[int | None]]) -> None:
    """Over random tables with gaps, at every level, whichever places do not occur; and at most 1."""
    frame = pd.DataFrame(rows, dtype="Float64")
    for level in reliability.LEVELS:
        found = alpha(frame, level)
        assert found == pytest.approx(plain_alpha(rows, level), nan_ok=True)
        assert np.isnan(found) or found <= 1 + 1e-12


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(place, place, place), min_size=2, max_size=8), st.sampled_from(reliability.LEVELS))
def test_the_bootstraps_alpha_is_the_librarys(rows: list[tuple[int | None, ...]], level: str) -> None:
    """What is computed for many samples at once is alpha of the repeated units."""
    values = reliability._pairable(reliability._numbers(pd.DataFrame(rows, dtype="Float64"), level))
    if not len(values):
        return
    often = np.random.default_rng(0).multinomial(len(values), [1 / len(values)] * len(values), size=5)
    domain = np.unique(values[~np.isnan(values)])
    units = reliability._coincidences(values, domain).reshape(len(values), -1)
    shape = (5, len(domain), len(domain))
    found = reliability._alphas((often @ units).reshape(shape), domain, level)
    for weights, one in zip(often, found, strict=True):
        assert one == pytest.approx(alpha(pd.DataFrame(np.repeat(values, weights, axis=0)), level), nan_ok=True)


def test_unused_values_change_nothing() -> None:
    """Fixing the five places changes no ordinal alpha, because what lies between is counted in values."""
    import krippendorff

    data = np.array([[-2, 2, 1, -2, 1, 2], [-2, 1, 1, 2, 1, np.nan]])
    fixed = krippendorff.alpha(data, level_of_measurement="ordinal", value_domain=list(stances.PLACES))
    assert alpha(pd.DataFrame(data.T), "ordinal") == pytest.approx(fixed)


HAND = ([2, 2, 1, 0, -2, -2, 0, 1], [2, 1, 1, 0, -2, -1, -1, None])


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        # Seven units. First coder: 2 twice, 1, 0 twice, -2 twice; second: 2, 1 twice, 0, -1 twice, -2.
        # Observed: three units one step apart. Expected: each value of the first against all seven of the second,
        # which is 49 - 8 = 41 unequal pairs; 28 + 9 + 16 + 28 steps; 80 + 19 + 24 + 80 squared steps.
        (None, 1 - 3 * 7 / 41),
        ("linear", 1 - 3 * 7 / 81),
        ("quadratic", 1 - 3 * 7 / 203),
    ],
)
def test_kappa_worked_by_hand(weights: str | None, expected: float) -> None:
    """A unit with a gap does not count; the order of the coders makes no difference."""
    assert kappa(*HAND, weights) == pytest.approx(expected)
    assert kappa(*reversed(HAND), weights) == pytest.approx(expected)


@pytest.mark.parametrize("weights", reliability.WEIGHTS)
@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_scikit_learns(weights: str | None, seed: int) -> None:
    """Over random values, some of the categories unused."""
    rng = np.random.default_rng(seed)
    one = rng.choice([-2, -1, 1, 2], 30)
    other = np.where(rng.random(30) < 0.5, one, rng.choice([-2, -1, 1, 2], 30))
    expected = cohen_kappa_score(one, other, weights=weights, labels=list(stances.PLACES))
    assert kappa(one.tolist(), other.tolist(), weights) == pytest.approx(expected)


@pytest.mark.parametrize(("one", "other"), [([], []), ([1, None], [None, 1]), ([1, 1], [1, 1])])
def test_kappa_without_comparison_or_variation_is_undefined(one: list[Any], other: list[Any]) -> None:
    """NaN and no warning."""
    assert np.isnan(kappa(one, other, "linear"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1], [1], "cubic"), "'cubic'.*None, 'linear', 'quadratic'"),
        (([1], [3]), "3 is no category. The categories are -2, -1, 0, 1, 2"),
        (([1, 2], [1]), "2 values by one coder, 1 by the other"),
    ],
)
def test_kappa_refuses_what_does_not_fit(arguments: Any, words: str) -> None:
    """The error says what there is."""
    with pytest.raises(ValueError, match=words):
        kappa(*arguments)


def test_kappa_of_other_categories() -> None:
    """Any ordered list of categories will do."""
    assert kappa(list("xyzz"), list("xyyz"), "linear", categories="xyz") == pytest.approx(1 - 1 * 4 / (4 + 2 + 2 * 4))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [([(1, 1, 1), (1, 1, None), (1, 2, 1), (None, 1, None)], 2 / 3), ([(1, None, None)], None)],
)
def test_identical_counts_units_that_can_be_compared(rows: list[Any], expected: float | None) -> None:
    """Of the units with two values or more, those on which all are the same."""
    found = identical(pd.DataFrame(rows, dtype="Float64"))
    assert np.isnan(found) if expected is None else found == pytest.approx(expected)


def noisy(size: int = 40, seed: int = 3) -> pd.DataFrame:
    """Return two coders who often agree."""
    rng = np.random.default_rng(seed)
    one = rng.integers(-2, 3, size)
    return pd.DataFrame({"a": one, "b": np.where(rng.random(size) < 0.6, one, rng.integers(-2, 3, size))})


@pytest.mark.parametrize("level", reliability.LEVELS)
@pytest.mark.parametrize("clustered", [True, False])
def test_the_order_of_units_does_not_count(level: str, clustered: bool) -> None:
    """Value and interval stay when the units are shuffled, and change with the seed."""
    frame = noisy()
    frame["event"] = [f"e{number % 9}" for number in range(len(frame))]
    mixed = frame.sample(frac=1, random_state=1)
    ends = [
        interval(one[["a", "b"]], level, clusters=one["event"] if clustered else None, draws=200, seed=seed)
        for one, seed in ((frame, 0), (mixed, 0), (frame, 1))
    ]
    assert ends[0] == ends[1] != ends[2]
    assert ends[0][0] < alpha(frame[["a", "b"]], level) < ends[0][1]


def test_units_of_one_cluster_are_drawn_together() -> None:
    """Each unit given four times, with its copies as a cluster, is as uncertain as alone; unclustered it is not."""
    frame = noisy(12)
    copies = pd.concat([frame] * 4, ignore_index=True)
    ids = pd.Series(list(range(12)) * 4)
    together, apart = (interval(copies, "interval", clusters=clusters) for clusters in (ids, None))
    assert together[1] - together[0] > 1.5 * (apart[1] - apart[0])


@pytest.mark.parametrize("clusters", [list("aabbccdd"), ["a", "b", "c", "d"] + ["d"] * 4])
def test_few_clusters_have_no_interval(clusters: list[str]) -> None:
    """Four events are too few to draw from, whatever the number of units."""
    assert np.isnan(interval(noisy(8), "ordinal", clusters=clusters)).all()
    assert not np.isnan(interval(noisy(8), "ordinal")).any()


def test_units_without_two_values_do_not_count_in_intervals() -> None:
    """A unit that cannot be compared changes neither value nor interval."""
    frame = noisy(10).astype("Float64")
    more = pd.concat([frame, pd.DataFrame({"a": [2.0, pd.NA], "b": [pd.NA, -2.0]}, dtype="Float64")])
    events = list("abcdefghij")
    assert interval(frame, "ordinal", clusters=events) == interval(more, "ordinal", clusters=[*events, "x", "y"])
    assert interval(frame, "ordinal") == interval(more, "ordinal")


@pytest.mark.parametrize("options", [{"draws": 0}, {"width": 0}, {"width": 95}])
def test_intervals_that_have_no_answer_are_refused(options: dict[str, float]) -> None:
    """The error names the value."""
    with pytest.raises(ValueError, match=f"{next(iter(options))}.* {next(iter(options.values()))}"):
        interval(noisy(), "ordinal", **options)  # type: ignore[arg-type]


ISSUES = pd.DataFrame({"id": [f"i{n}" for n in range(6)], "event": list("abcdef")})


def codings(*by: str) -> pd.DataFrame:
    """Return coders' answers on Minsk's stances, as in "kim 21x"; x is not taken, - not in the source, . no row."""
    words = {"x": "not taken", "-": "not in the source", "p": "-1", "q": "-2"}
    answers = dict(line.split() for line in by)
    rows = [
        (f"i{n}", "minsk", coder, 1, words.get(sign, sign))
        for coder, signs in answers.items()
        for n, sign in enumerate(signs)
        if sign != "."
    ]
    return pd.DataFrame(rows, columns=["issue", "actor", "coder", "round", "code"])


def quick(*arguments: Any, **options: Any) -> pd.DataFrame:
    """Report with few samples."""
    return report(*arguments, **options, draws=50)


def test_the_report_worked_by_hand() -> None:
    """Six issues, of which five have two answers and three two places."""
    table = report(codings("pass-a 21x-q2", "pass-b 22x0p."), ISSUES, draws=50)
    assert table.index.tolist() == ["all", *stances.ACTORS]
    ordinal = ["alpha_ordinal", "alpha_ordinal_low", "alpha_ordinal_high"]
    others = ["kappa_linear", "kappa_quadratic", "alpha_interval", "alpha_answer", "alpha_kind"]
    assert list(table) == ["units", "both_coded", "identical", "told", "identical_told", *ordinal, *others]
    row = table.loc["minsk"]
    assert (row["units"], row["both_coded"], row["identical"]) == (5, 3, 2 / 5)
    assert (row["told"], row["identical_told"]) == (5, 2 / 5)
    places = [[2, 2], [1, 2], [-2, -1]]
    assert row["alpha_ordinal"] == pytest.approx(plain_alpha(places, "ordinal"))
    assert row["alpha_interval"] == pytest.approx(plain_alpha(places, "interval"))
    assert row["kappa_linear"] == pytest.approx(1 - 2 * 3 / (3 + 4 + 9))
    assert row["kappa_quadratic"] == pytest.approx(1 - 2 * 3 / (9 + 6 + 33))
    answered = [list(pair) for pair in ("22", "12", "xx", "-0", "qp")]
    assert row["alpha_answer"] == pytest.approx(plain_alpha(answered, "nominal"))
    assert row["alpha_kind"] == pytest.approx(plain_alpha([list(p) for p in ("cc", "cc", "xx", "-c", "cc")], "nominal"))
    assert row[["alpha_ordinal_low", "alpha_ordinal_high"]].isna().all()
    pd.testing.assert_series_equal(table.loc["all"], row, check_names=False)
    assert table.loc["west"].drop(["units", "both_coded", "told"]).isna().all()
    assert "consistency" in table.attrs["measures"]


def test_agreeing_that_nothing_is_told_does_not_count_as_told() -> None:
    """Of four units two were found in the source by at least one coder, and on one of these the two agree."""
    row = report(codings("pass-a 2---", "pass-b 21--"), ISSUES, draws=50).loc["minsk"]
    assert (row["units"], row["identical"]) == (4, 3 / 4)
    assert (row["told"], row["identical_told"]) == (2, 1 / 2)


def test_the_report_resamples_events() -> None:
    """Issues of one event are drawn together, so two events have no interval."""
    table = codings("pass-a 21012q", "pass-b 22012p")
    assert report(table, ISSUES, draws=50).loc["all", "alpha_ordinal_low"] < 1
    two = ISSUES.assign(event=list("aaabbb"))
    assert np.isnan(report(table, two, draws=50).loc["all", "alpha_ordinal_low"])


def test_the_report_takes_issues_coders_and_rounds_asked_for() -> None:
    """Other issues do not count; a class can be compared; the last round counts unless another is named."""
    both = codings("pass-a 2101", "pass-b 2101", "kim 2102")
    again = pd.concat([both, codings("pass-a 2202").assign(round=2)])
    assert quick(both, ISSUES[:3]).loc["all", "units"] == 3
    assert quick(both, ISSUES).loc["all", "identical"] == 1
    assert quick(again, ISSUES).loc["all", "identical"] == 0.5
    assert quick(again, ISSUES, round=1).loc["all", "identical"] == 1
    three = quick(both, ISSUES, ("pass-a", "pass-b", "kim"))
    assert three.loc["all", "identical"] == 0.75
    assert three.loc["all", "alpha_ordinal"] < 1
    assert three[["kappa_linear", "kappa_quadratic"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(quick(again, ISSUES), quick(again.iloc[::-1], ISSUES.iloc[::-1]))


@pytest.mark.parametrize("coders", [("pass-a",), ("pass-a", "pass-a"), (), ("pass-a", "pass-b", "pass-a")])
def test_a_report_needs_two_coders(coders: tuple[str, ...]) -> None:
    """One coder agrees with himself."""
    with pytest.raises(ValueError, match="two coders or more"):
        report(codings("pass-a 21"), ISSUES, coders)


def test_a_report_on_an_unknown_coder_is_an_error() -> None:
    """The error says who there is."""
    with pytest.raises(stances.StanceError, match=r"no codings by 'pass-b'\. There are codings by 'pass-a'"):
        report(codings("pass-a 21"), ISSUES)


def test_the_library_is_loaded_only_when_needed() -> None:
    """Importing the module, and those beside it, does not import the library of the coefficient."""
    code = "import sys, neutrality.reliability, neutrality.divergence; sys.exit('krippendorff' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
