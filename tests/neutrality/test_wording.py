"""Numbers and names in sentences."""

from __future__ import annotations

import numpy as np
import pytest

from neutrality import wording


@pytest.mark.parametrize(("value", "text"), [(0.125, "0.12"), (-1.5, "−1.50"), (-0.004, "0.00"), (np.nan, "no value")])
def test_numbers(value: float, text: str) -> None:
    """A minus is a minus, zero has none, and a gap is said to be one."""
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("years", "text"), [([1991, 1992, 1994, 1996, 1997], "1991–1992, 1994, 1996–1997"), ((2006,), "2006")]
)
def test_stretches(years: list[int], text: str) -> None:
    """Years that follow each other are one stretch."""
    assert wording.stretches(years) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 words"), (1, "1 word"), (12_345, "12,345 words")])
def test_counts(count: int, text: str) -> None:
    """One is singular, everything else plural, and thousands are set apart."""
    assert wording.counted(count, "word") == text
