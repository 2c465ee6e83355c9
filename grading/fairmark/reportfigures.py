"""The item report's figures, as SVG inside the page: they take its colours, also in the dark, and load nothing.

Each comes with a text that says in words what it shows, computed from what is drawn.
"""

from __future__ import annotations

import html
import io
import math
import re
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fairmark.itemreport import ItemReport
from fairmark.wording import decimal, percent

# Stand-ins that no figure means as colours: the page's own take their place.
_INK, _MARK, _FAINT = "#010203", "#040506", "#070809"
_COLOURS = {_INK: "currentColor", _MARK: "var(--mark)", _FAINT: "var(--faint)"}
_STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _FAINT,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True)
class Drawn:
    """A figure.

    Attributes
    ----------
    svg : str
        One element, to be put into a page.
    words : str
        What it shows.
    """

    svg: str
    words: str


def questions(report: ItemReport) -> Drawn | None:
    """Draw what was earned on each item, and how it goes with the rest; None without shares."""
    shown = [item for item in report.items if item.interval]
    if not shown:
        return None
    two = any(item.item_rest for item in shown)
    first = {item.id for item in report.first}
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8.4 if two else 5.4, 1.1 + 0.3 * len(shown)), layout="constrained")
        panels = figure.subplots(1, 2 if two else 1, sharey=True, squeeze=False)[0]
        places = range(len(shown))
        left: Axes = panels[0]
        for place, item in zip(places, shown, strict=True):
            _dot(left, item.share, item.interval, place, item.id in first)
            if item.guessing >= 0.05:
                left.plot(item.guessing, place, "|", color=_INK, markersize=9)
        left.set(xlim=(-0.03, 1.03), xlabel="share of the points earned ( | blind guessing)")
        left.set_yticks(places, [item.id for item in shown])
        left.invert_yaxis()
        if two:
            right: Axes = panels[1]
            right.axvline(0, color=_FAINT, linewidth=1)
            for place, item in zip(places, shown, strict=True):
                if item.item_rest:
                    r = item.item_rest
                    _dot(right, r.value, (r.low, r.high), place, item.id in first)
            right.set(xlabel="correlation with the other questions")
        for panel in panels:
            panel.tick_params(axis="y", length=0)
            panel.grid(axis="y", color=_FAINT, linewidth=0.4)
        easiest, hardest = max(shown, key=lambda one: one.share), min(shown, key=lambda one: one.share)
        words = (
            f"{len(shown)} questions. The most was earned on {easiest.id}, {percent(easiest.share)} of its points, "
            f"the least on {hardest.id}, {percent(hardest.share)}."
        )
        if two:
            known = [(item.item_rest.value, item.id) for item in shown if item.item_rest]
            words += (
                f" The correlation with the other questions is lowest for {min(known)[1]} ({decimal(min(known)[0])}) "
            )
            words += f"and highest for {max(known)[1]} ({decimal(max(known)[0])})."
        words += " Lines are 95 % intervals. Diamonds are the questions to look at first. The table has all numbers."
        return _drawn(figure, "questions", words)


def totals(report: ItemReport) -> Drawn | None:
    """Draw how many students earned how much; None without students."""
    if not report.students or not report.points:
        return None
    shares = report.responses.points()[:, [item.id in report.whole for item in report.items]].sum(axis=1)
    shares = shares / report.points
    counts, _ = np.histogram(shares, bins=np.linspace(0, 1 + 1e-9, 11))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.4, 2.6), layout="constrained")
        axes = figure.subplots()
        axes.bar(np.arange(5, 100, 10), counts, width=9, color=_MARK)
        for place, count in enumerate(counts):
            if count:
                axes.text(10 * place + 5, count, str(count), ha="center", va="bottom")
        axes.set(xlim=(0, 100), ylim=(0, counts.max() * 1.15), xlabel="per cent of the points", ylabel="students")
        axes.set_xticks(range(0, 101, 10))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        half = int((shares < 0.5).sum())
        words = (
            f"Of {report.students} students, {half} earned less than half of the points, and {int(counts[-1])} nine "
            f"tenths or more. The middle one earned {percent(float(np.median(shares)))}."
        )
        return _drawn(figure, "totals", words)


def times(report: ItemReport) -> Drawn | None:
    """Draw when work was handed in against what it earned; None without times."""
    known = report.timing
    if not known.hours:
        return None
    span = max(known.hours) - min(known.hours)
    unit, size = ("days", 24.0) if span > 72 else ("hours", 1.0)
    what = f"{unit} before it was due" if known.due else f"{unit} after the first who handed in"
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.4, 3.2), layout="constrained")
        axes = figure.subplots()
        axes.plot(np.array(known.hours) / size, 100 * np.array(known.shares), "o", color=_MARK, alpha=0.7, markersize=5)
        axes.set(ylim=(-3, 103), xlabel=what, ylabel="per cent of the points")
        if known.due:
            axes.axvline(0, color=_FAINT, linewidth=1)
            axes.invert_xaxis()
        r = known.rank_correlation
        words = (
            f"{len(known.hours)} students, one dot each, from {min(known.hours) / size:.1f} to "
            f"{max(known.hours) / size:.1f} {what}."
        )
        words += f" The rank correlation of the moment and the points is {decimal(r.value)}." if r else ""
        return _drawn(figure, "times", words)


def _dot(axes: Axes, value: float, ends: tuple[float, float] | None, place: float, marked: bool) -> None:
    if math.isnan(value) or ends is None:
        return
    axes.plot(ends, (place, place), "-", color=_MARK, linewidth=2)
    axes.plot(value, place, "D" if marked else "o", color=_MARK, markersize=8 if marked else 6)


def _drawn(figure: Figure, name: str, words: str) -> Drawn:
    """Turn a figure into an element of the page: with its words, the page's colours, and ids of its own."""
    stream = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    for stand_in, colour in _COLOURS.items():
        text = text.replace(stand_in, colour)
    return Drawn(text.replace("<svg ", f'<svg role="img" aria-label="{html.escape(words)}" ', 1), words)
