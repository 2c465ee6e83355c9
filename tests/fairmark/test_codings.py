"""A class's codings beside the course's: against published numbers, and by hand."""

from __future__ import annotations

import math

import pytest
from sklearn.metrics import cohen_kappa_score

from fairmark import codings

GAP = ""
# The example of Krippendorff (2011), "Computing Krippendorff's alpha-reliability": four coders, twelve units.
PUBLISHED = {
    "a": "1 2 3 3 2 1 4 1 2 - - -",
    "b": "1 2 3 3 2 2 4 1 2 5 - 3",
    "c": "- 3 3 3 2 3 4 2 2 5 1 -",
    "d": "1 2 3 3 2 4 4 1 2 5 1 -",
}
CODES = ["1", "2", "3", "4", "5"]


def published() -> list[dict[str, str]]:
    """Give each coder's codes by unit, without the gaps."""
    rows = [dict(zip("ABCDEFGHIJKL", text.split(), strict=True)) for text in PUBLISHED.values()]
    return [{unit: code for unit, code in row.items() if code != "-"} for row in rows]


def test_agreement_among_students_is_the_published_alpha() -> None:
    """Nominal .743 over all codes, ordinal .815 over their places."""
    found = codings.agreement(published(), {unit: ["1"] for unit in "ABCDEFGHIJKL"}, CODES)
    assert found.among_students == pytest.approx(0.743, abs=0.0005)
    assert found.places == pytest.approx(0.815, abs=0.0005)


def test_agreement_with_the_course_is_near_kappa() -> None:
    """Of many codes by two coders, nominal α and Scott's π all but coincide; κ is close where marginals are alike."""
    taken = {f"u{number}": [CODES[number % 3]] for number in range(30)}
    given = [
        {unit: CODES[(int(unit[1:]) + (int(unit[1:]) + student) % 5 // 4) % 3] for unit in taken}
        for student in range(9)
    ]
    mine = [one[unit] for one in given for unit in taken]
    theirs = [taken[unit][0] for _ in given for unit in taken]
    found = codings.agreement(given, taken, CODES)
    assert found.with_course == pytest.approx(cohen_kappa_score(mine, theirs), abs=0.002)
    assert found.same == pytest.approx(sum(a == b for a, b in zip(mine, theirs, strict=True)) / len(mine))


def test_another_code_that_is_taken_counts_as_the_same() -> None:
    """Whoever gives it agrees with the course."""
    found = codings.agreement(
        [{"a": "0", "b": "1"}, {"a": "1", "b": "1"}], {"a": ["1", "0"], "b": ["1"]}, ["0", *CODES]
    )
    assert found.same == 1
    other = codings.agreement(
        [{"a": "1", "b": "2"}, {"a": "0", "b": "2"}], {"a": ["1", "0"], "b": ["2"]}, ["0", *CODES]
    )
    assert other.with_course == 1
    assert other.among_students < 1
    assert [row.same for row in found.rows] == [2, 2]
    assert found.rows[0].codes == {"0": 1, "1": 1}


def test_codes_beside_the_scale_have_no_place() -> None:
    """They count as answers, and not as numbers."""
    given = [{"a": "none", "b": "2"}, {"a": "none", "b": "2"}]
    found = codings.agreement(given, {"a": ["none"], "b": ["2"]}, ["1", "2", "none"])
    assert found.among_students == found.with_course == 1
    assert math.isnan(found.places)


@pytest.mark.parametrize("given", [[], [{}], [{"a": "1"}], [{"a": "1"}, {"a": "1"}]])
def test_where_there_is_nothing_to_agree_about_alpha_is_not_defined(given: list[dict[str, str]]) -> None:
    """No student, no code, or one and the same code everywhere: NaN, and no warning."""
    found = codings.agreement(given, {"a": ["1"]}, CODES)
    assert math.isnan(found.among_students)
    assert math.isnan(found.with_course)
    assert math.isnan(found.same) == (not any(given))
