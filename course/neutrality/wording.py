"""How numbers, and the names of measures, are written in sentences: those of verdicts, messages and plots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

MEASURES = {
    "identical": "share of identical votes",
    "lijphart": "Lijphart's index of agreement",
    "s": "Signorino and Ritter's S",
    "pi": "Scott's π",
    "kappa": "Cohen's κ",
    "tau_b": "Kendall's τ-b",
}
"""What a measure is called on an axis and in a sentence; another is called by the name of its column."""


def number(value: float, digits: int = 2) -> str:
    """Write a number for readers: a true minus sign, and no minus before a zero.

    Parameters
    ----------
    value : float
    digits : int, optional
        After the point.

    Returns
    -------
    str
        "no value" for a gap.

    Examples
    --------
    >>> number(-0.456), number(-0.001), number(float("nan"))
    ('−0.46', '0.00', 'no value')
    """
    if np.isnan(value):
        return "no value"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def counted(count: int, what: str) -> str:
    """Write how many there are, in the singular or the plural.

    Parameters
    ----------
    count : int
        0 or more; written with commas between the thousands.
    what : str
        In the singular; the plural has an s.

    Returns
    -------
    str

    Examples
    --------
    >>> counted(1, "issue"), counted(2000, "word")
    ('1 issue', '2,000 words')
    """
    return f"{count:,} {what}{'s' * (count != 1)}"


def dated(day: dt.date) -> str:
    """Write a day as a reader says it.

    Parameters
    ----------
    day : datetime.date

    Returns
    -------
    str

    Examples
    --------
    >>> dated(dt.date(2014, 3, 23))
    '23 March 2014'
    """
    return f"{day.day} {day:%B %Y}"


def interval(low: float, high: float) -> str:
    """Write an interval in brackets, with a space before; nothing where there is none.

    Parameters
    ----------
    low, high : float

    Returns
    -------
    str

    Examples
    --------
    >>> interval(-0.456, 0.5), interval(float("nan"), 0.5)
    (' (−0.46 to 0.50)', '')
    """
    return "" if np.isnan(low) or np.isnan(high) else f" ({number(low)} to {number(high)})"


def stretches(numbers: Sequence[int]) -> str:
    """Write whole numbers, consecutive ones as a stretch.

    Parameters
    ----------
    numbers : sequence of int
        In increasing order.

    Returns
    -------
    str

    Examples
    --------
    >>> stretches([1992, 1995, 1996, 1997])
    '1992, 1995–1997'
    """
    parts = np.split(np.asarray(numbers), np.flatnonzero(np.diff(numbers) != 1) + 1)
    return ", ".join(f"{part[0]}" if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in parts)


def of(measure: str) -> str:
    """Put an article before what a measure is called, unless it begins with a name.

    Parameters
    ----------
    measure : str

    Returns
    -------
    str

    Examples
    --------
    >>> of("share of identical votes"), of("Cohen's κ")
    ('the share of identical votes', "Cohen's κ")
    """
    return measure if measure[:1].isupper() else f"the {measure}"
