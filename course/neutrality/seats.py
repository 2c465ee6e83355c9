"""Under which code of our vote tables a state of the published estimates votes.

The publishers number states after the Correlates of War project (``ccode``) and add three letters (``iso3c``). Our vote
tables follow the UN library's codes. Most letters are the same. These are not:

- one number, several codes: the library gives a state that changed its name or its union a code of its own (Yugoslavia,
  then Serbia and Montenegro, then Serbia; Egypt within the United Arab Republic; Tanganyika before Tanzania);
- two numbers, one code: the Federal Republic of Germany is counted apart before 1990 (260), and so is the Yemen Arab
  Republic (678); both stand under DEU and YEM in the vote tables;
- letters that stand for two states: the publishers have YAR for both Yemens (678 and 680);
- China's seat: the delegation that was replaced on 25 October 1971 is counted apart (713, TWN); our vote tables have
  all votes of the seat under CHN. In 1971 both have an estimate, so TWN stays a code of its own here.
"""

from __future__ import annotations

_LONG_AGO = 0
_CODES: dict[int, tuple[tuple[int, str], ...]] = {
    345: ((_LONG_AGO, "YUG"), (2003, "SCG"), (2006, "SRB")),
    510: ((_LONG_AGO, "TAN"), (1964, "TZA")),
    511: ((_LONG_AGO, "ZAN"),),
    651: ((_LONG_AGO, "EGY"), (1958, "UAR"), (1971, "EGY")),
    678: ((_LONG_AGO, "YEM"),),
    680: ((_LONG_AGO, "YMD"),),
}

APART = {"TWN": "CHN"}
"""Codes that are not in our vote tables, and the code under which the votes stand there."""


def seat(ccode: int, letters: str, year: int) -> str:
    """Return the code of a state of the published estimates.

    Parameters
    ----------
    ccode : int
        Its Correlates of War number.
    letters : str
        The publishers' three letters for it.
    year : int
        The calendar year, or 1945 + session.

    Returns
    -------
    str
        The code in ``unga-states``, or one of `APART`.

    Examples
    --------
    >>> seat(370, "BLR", 1950), seat(345, "YUG", 1999), seat(345, "YUG", 2010), seat(680, "YAR", 1980)
    ('BLR', 'YUG', 'SRB', 'YMD')
    """
    since = [(first, code) for first, code in _CODES.get(ccode, ((_LONG_AGO, letters),)) if first <= year]
    return max(since)[1]
