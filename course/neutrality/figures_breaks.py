"""A plot of where a series may break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from neutrality.breakposterior import shortest
from neutrality.drawing import PALETTE, Drawing, Frame, need
from neutrality.figures_periods import Header, year_ticks
from neutrality.wording import stretches


def break_posterior(
    posterior: pd.DataFrame,
    *,
    title: str,
    no_break: float,
    marks: Mapping[int, str] | None = None,
    level: float = 0.9,
) -> Drawing:
    """Draw how probable each year is as the year of a break.

    Parameters
    ----------
    posterior : pandas.DataFrame
        Indexed by ``year``, the first year of what comes after the break; ``probability`` of each, given that there is
        one break, so that they sum to 1: ``years`` of `neutrality.breakposterior.Posterior`.
    title : str
    no_break : float
        How probable it is that there is no break at all, ``number[0]`` of the same; stated under the plot.
    marks : mapping of int to str, optional
        Years to be marked and their labels, such as those that somebody names. Their probabilities are written beside
        the labels. A year that is no candidate is named as such.
    level : float, optional
        The fewest years that hold this probability together are drawn full, the others hollow.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If the table is empty, lacks its column or holds no probabilities that sum to 1, or `no_break` or `level` is no
        probability.

    Examples
    --------
    >>> table = pd.DataFrame({"probability": [0.1, 0.7, 0.2]}, index=pd.Index([1993, 1994, 1995], name="year"))
    >>> print(break_posterior(table, title="Breaks", no_break=0.25, marks={1994: "a turn"}, level=0.8).alt)
    ... # doctest: +ELLIPSIS
    Bar chart: the probability of each year ... Marked: 1994 (a turn) 0.70. No break at all: 0.25.
    """
    where = "break_posterior"
    need(posterior, ["probability"], where=where, giver="neutrality.breakposterior.posterior")
    heights = posterior["probability"].sort_index()
    _check_posterior(heights, no_break)
    first, last = int(heights.index[0]), int(heights.index[-1])
    held = shortest(heights, level)
    named = {year: label for year, label in sorted((marks or {}).items()) if year in heights.index}
    notes = f"No break at all: {no_break:.2f}. Full bars: the fewest years that hold {level:.0%} together. "
    notes += "In brackets: a marked year's probability."
    strange = [f"{year} ({label})" for year, label in sorted((marks or {}).items()) if year not in named]
    notes += f" No candidates: {', '.join(strange)}." if strange else ""
    frame = Frame(title, "first year after the break", "probability, given one break", right=0.15)
    # At its bar a value would hide the bars beside it.
    flags = {year: f"{label} ({heights[year]:.2f})" for year, label in named.items()}
    header = Header(first, last, frame.inner_width(), shaded=False, marks=flags, room=frame.right)
    with replace(frame, header=header.height(), notes=notes).open() as (figure, axes):
        header.draw(axes)
        axes.set_ylim(0, max(heights) * 1.05)
        colours = [PALETTE[0] if year in held else "white" for year in heights.index]
        axes.bar(heights.index, heights, width=0.72, color=colours, edgecolor=PALETTE[0], linewidth=1.2, zorder=2)
        year_ticks(axes, first, last)
    marked = [f"{year} ({label}) {heights[year]:.2f}" for year, label in named.items()]
    marked += [f"{words} no candidate" for words in strange]
    told = "; ".join(marked)
    alt = (
        f"Bar chart: the probability of each year from {first} to {last} to be the first after a break, given one "
        f"break. Most probable: {heights.idxmax()} ({heights.max():.2f}). The fewest years that hold {level:.0%}: "
        f"{stretches(held)}. {f'Marked: {told}. ' if marked else ''}No break at all: {no_break:.2f}."
    )
    values = "; ".join(f"{year}: {value:.3f}" for year, value in heights.items())
    return Drawing(figure, alt, f"Probability by year: {values}")


def _check_posterior(heights: pd.Series[Any], no_break: float) -> None:
    if not heights.index.is_unique:
        raise ValueError("break_posterior: a year is there twice. Keep one row of each.")
    if heights.isna().any() or (heights < 0).any() or abs(heights.sum() - 1) > 1e-3:
        raise ValueError(
            f"break_posterior: the probabilities sum to {heights.sum():.3f}, and some may be gaps or negative. "
            "Give those of all years, given one break: they sum to 1."
        )
    if not 0 <= no_break <= 1:
        raise ValueError(f"break_posterior: no_break is {no_break}. Give a probability from 0 to 1.")
