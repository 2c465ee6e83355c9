"""Numbers as a reader meets them."""

from __future__ import annotations

import math


def counted(number: float, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "point"), counted(0.5, "point"), counted(3, "extension")
    ('1 point', '0.5 points', '3 extensions')
    """
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def percent(share: float | None) -> str:
    """Write a share as a whole per cent; a dash where there is none.

    Examples
    --------
    >>> percent(0.256), percent(None)
    ('26 %', '–')
    """
    return "–" if share is None or math.isnan(share) else f"{100 * share:.0f} %"


def decimal(value: float | None, places: int = 2) -> str:
    """Write a number with a real minus sign; a dash where there is none.

    Examples
    --------
    >>> decimal(-0.256), decimal(float("nan"))
    ('−0.26', '–')
    """
    return "–" if value is None or math.isnan(value) else f"{value:.{places}f}".replace("-", "−")
