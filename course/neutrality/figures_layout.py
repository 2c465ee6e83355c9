"""Where words go: how wide a text is, where it breaks, and how labels keep apart.

Everything is measured in inches before anything is drawn, and without the rounding to pixels in which renderers differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

FONT = "DejaVu Sans"
"""The font of all words: it comes with matplotlib, and has Cyrillic."""

TEXT, SMALL, TITLE = 11.0, 9.5, 13.0
"""Sizes of letters, in points."""

LINE = 1.3
"""How high a line of text is, in sizes of its letters."""

_MEASURE = TextToPath()
_ROUNDED = 1.06  # renderers round each letter to whole pixels, and the more so the coarser the picture


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SMALL) -> float:
    """Measure a text of one or more lines, without the rounding to pixels that renderers differ in.

    Parameters
    ----------
    text : str
    size : float, optional
        Of its letters, in points.

    Returns
    -------
    float
        Inches.

    Examples
    --------
    >>> 0.4 < text_width("Belarus", 10) < 0.6
    True
    """
    letters = FontProperties(family=FONT, size=size)
    widths = [_MEASURE.get_text_width_height_descent(line, letters, ismath=False)[0] for line in text.split("\n")]
    return _ROUNDED * float(max(widths)) / 72


def lines_high(text: str, size: float = SMALL) -> float:
    r"""Return how high a text of one or more lines is, in inches.

    Parameters
    ----------
    text : str
    size : float, optional
        Of its letters, in points.

    Returns
    -------
    float

    Examples
    --------
    >>> lines_high("one", 10) * 2 == lines_high("one\ntwo", 10)
    True
    """
    return (text.count("\n") + 1) * LINE * size / 72


def wrapped(text: str, size: float, inches: float) -> str:
    r"""Break a text into lines that fit into a width; the breaks that it has are kept.

    Parameters
    ----------
    text : str
    size : float
        Of its letters, in points.
    inches : float

    Returns
    -------
    str
        A word that is too long by itself stays whole.

    Examples
    --------
    >>> wrapped("strategic partnership", 10, 1.0)
    'strategic\npartnership'
    """
    lines: list[str] = []
    for line in text.split("\n"):
        lines.append("")
        for word in line.split():
            longer = f"{lines[-1]} {word}".strip()
            if not lines[-1] or text_width(longer, size) <= inches:
                lines[-1] = longer
            else:
                lines.append(word)
    return "\n".join(lines)


def spread(places: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> list[float]:
    """Move places apart as little as possible, in the sense of least squares.

    Parameters
    ----------
    places : sequence of float
        In any order.
    gap : float
        The least distance between two of them.
    low, high : float, optional
        They are kept between these where there is room for all.

    Returns
    -------
    list of float
        In the order given; what was lower stays lower.

    Notes
    -----
    Taking n times the gap from the n-th smallest place turns "at least a gap apart" into "not falling", which pooling
    neighbours that fall solves exactly.

    Examples
    --------
    >>> spread([0.5, 0.52, 0.9], 0.1)
    [0.46, 0.56, 0.9]
    """
    order = np.argsort(np.asarray(places, dtype=float), kind="stable")
    steps = gap * np.arange(len(order))
    pools: list[tuple[float, int]] = []
    for place in np.asarray(places, dtype=float)[order] - steps:
        pools.append((float(place), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (upper, many), (lower, few) = pools.pop(), pools.pop()
            pools.append(((upper * many + lower * few) / (many + few), many + few))
    even = np.concatenate([np.full(size, mean) for mean, size in pools]) if pools else steps
    top = high - gap * (len(order) - 1)
    even = np.clip(even, low, max(low, top))
    moved = np.empty(len(order))
    moved[order] = even + steps
    return [round(float(place), 12) for place in moved]
