"""The codes of states in the published estimates."""

from __future__ import annotations

import pytest

from neutrality import tables
from neutrality.seats import APART, seat

CODES = {
    (2, "USA", 1946): "USA",
    (260, "DEU", 1989): "DEU",
    (345, "YUG", 2002): "YUG",
    (345, "YUG", 2003): "SCG",
    (345, "YUG", 2006): "SRB",
    (510, "TZA", 1963): "TAN",
    (510, "TZA", 1965): "TZA",
    (651, "EGY", 1957): "EGY",
    (651, "EGY", 1958): "UAR",
    (651, "EGY", 1971): "EGY",
    (678, "YAR", 1980): "YEM",
    (680, "YAR", 1980): "YMD",
    (713, "TWN", 1960): "TWN",
}


@pytest.mark.parametrize("case", CODES, ids=str)
def test_a_number_stands_for_the_code_of_its_day(case: tuple[int, str, int]) -> None:
    """States that changed name or union have the library's code of that year."""
    assert seat(*case) == CODES[case]


def test_every_code_is_one_of_the_vote_tables_or_named_as_apart() -> None:
    """No code is invented, and what is apart says where its votes are."""
    known = set(tables.load("unga-states")["code"])
    assert set(CODES.values()) - known == set(APART)
    assert set(APART.values()) <= known
