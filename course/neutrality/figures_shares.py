"""A plot of how often a state stood on which side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from neutrality.drawing import FEW, TIE, Drawing, Frame, few_enough, inches, need
from neutrality.figures_layout import SMALL, TEXT, lines_high, spread, text_width, wrapped
from neutrality.figures_periods import year_ticks
from neutrality.phases import BOUNDARIES, Boundary
from neutrality.rollcalls import ISSUES
from neutrality.wording import counted, interval, number

SHARES = ("first", "between", "other", "reference", "away")
"""The positions from the bottom of a bar to its top, those between the two sides between them; away is no position."""

FILLS: tuple[dict[str, Any], ...] = (
    {"facecolor": "#7BA7E8", "edgecolor": "#12305F"},
    {"facecolor": "#F6EDD6", "edgecolor": "#6B5B2B", "hatch": ".."},
    {"facecolor": "#AFAFAF", "edgecolor": "#2A2A2A", "hatch": "\\\\"},
    {"facecolor": "#BD6A1E", "edgecolor": "#2E1500", "hatch": "///"},
    {"facecolor": "white", "edgecolor": "#777777", "hatch": "xx"},
)
"""How the parts of a bar are filled, in the order of `SHARES`: apart in lightness, and by their hatches."""

AXES = {
    "phase": "Ulakhovich's periods, as Kłysiński reports them (osw-2018 fn5)",
    "osw": "years between the turns that Kłysiński names (osw-2018)",
    "digest": "years before and since the late 2000s (digest-2016 s2.b2)",
    "all": "all roll calls",
    "labels": "group",
}
"""How the axis of groups is labelled; other groupings are called by their names."""

MOST_GROUPS = 40
"""More bars than this are too narrow to be told apart."""

_ALWAYS = ("first", "between", "reference", "away")
_FORMS = (("n_", ""), ("", ""), ("", "_low"), ("", "_high"))
_SWATCH = 0.28  # inches


def position_shares(table: pd.DataFrame, *, title: str, labels: Mapping[str, str] | None = None) -> Drawing:
    """Draw how often a state stood on which side, group by group, as stacked bars.

    Parameters
    ----------
    table : pandas.DataFrame
        As `neutrality.position.when_opposed` or `neutrality.position.when_differing` gives it: indexed by group, with
        the denominator ``n`` and, for ``first``, ``between``, ``reference`` and ``away`` (and ``other``, where it can
        be), the counts ``n_…``, the shares, and their intervals ``…_low`` and ``…_high``. ``attrs`` names the sides.
    title : str
    labels : mapping of str to str, optional
        What to call the states and sides that ``attrs`` names by their codes.

    Returns
    -------
    Drawing
        The positions are stacked in the order of `SHARES`; those that never occur are left out. Above each bar stands
        on how many roll calls it rests; a bar that rests on fewer than `FEW` is narrow. The stroke is the interval of
        the lowest position. Years without a row are gaps.

    Raises
    ------
    ValueError
        If the table is empty, lacks a column, has more groups than can be told apart or none with a roll call, or the
        shares of a group do not sum to 1.

    Examples
    --------
    >>> from neutrality import position, rollcalls
    >>> table = position.when_opposed(rollcalls.load(), by="osw", absences=True)
    >>> drawing = position_shares(table, title="Where Russia and the United States were opposed")
    >>> print(drawing.alt)  # doctest: +ELLIPSIS
    Stacked bars, BLR in 3 groups, n from ... With RUS: ... (before 1994), ... (1994–2013), ... (from 2014). Abst...
    """
    where = "position_shares"
    needed = ["n", *(start + share + end for share in _ALWAYS for start, end in _FORMS)]
    need(table, needed, where=where, giver="neutrality.position.when_opposed")
    few_enough(table.index, MOST_GROUPS, where=where, what="groups")
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise ValueError(f"{where}: {twice[0]} is there twice. Keep one row of each.")
    if pd.api.types.is_integer_dtype(table.index):
        table = table.sort_index()
    table = _with_other(table)
    _check_shares(table)
    called = _Called(table.attrs, labels or {})
    parts = {share: called.position(share) for share in SHARES if table[f"n_{share}"].sum() > 0}
    layout = _layout(table)
    frame = Frame(
        title, layout.axis, "share of roll calls", notes=_share_note(table, called, next(iter(parts.values())))
    )
    keys = {share: wrapped(label, TEXT, 1.45) for share, label in parts.items()}
    beside = _SWATCH + 2 * TIE + max(text_width(key, TEXT) for key in keys.values())
    frame = replace(frame, right=beside, header=layout.above, narrowest=layout.width, footer=layout.footer)
    with frame.open() as (figure, axes):
        axes.set_xlim(layout.places[0] - 0.55, layout.places[-1] + 0.55)
        axes.set_ylim(0, 1)
        layout.ticks(axes)
        _stack(axes, table, layout, parts)
        _sizes(axes, table, layout)
        _key(axes, table, keys)
    return Drawing(figure, _share_alt(table, called.state, parts), _share_lines(table, parts))


@dataclass(frozen=True)
class _Layout:
    """Where the bars of groups stand, and what is written under and above them."""

    axis: str
    places: list[int]
    labels: list[str]
    width: float
    years: bool
    crowded: bool

    @property
    def above(self) -> float:
        return 0.4 if self.crowded else 0.22

    @property
    def footer(self) -> float:
        return 0.27 if self.years else 0.1 + max(lines_high(label, 10.0) for label in self.labels)

    def ticks(self, axes: Axes) -> None:
        if self.years:
            year_ticks(axes, self.places[0], self.places[-1])
        else:
            axes.set_xticks(self.places, self.labels)


def _layout(table: pd.DataFrame) -> _Layout:
    """Put years at their places, so that a missing one is a gap, and other groups side by side."""
    by = str(table.attrs.get("by") or table.index.name or "group")
    by = AXES.get(by, by)
    years = pd.api.types.is_integer_dtype(table.index)
    names = [str(ISSUES.get(str(name), name)).removeprefix("the ") for name in table.index]
    places = [int(year) for year in table.index] if years else list(range(len(table)))
    count = places[-1] - places[0] + 1
    if not years:
        word = max(text_width(word, 10.0) for name in names for word in name.split()) + 0.12
        slot = max(word, 3.4 / count, text_width("n = 000") + 0.1)
        return _Layout(by, places, [wrapped(name, 10.0, slot - 0.1) for name in names], slot * count, False, False)
    crowded = count > 8
    return _Layout(by, places, names, max(3.4, 0.142 * count), True, crowded)


def _with_other(table: pd.DataFrame) -> pd.DataFrame:
    """Add the position that not every denominator has, if it is not there."""
    if "n_other" in table and "other" in table:
        return table
    return table.assign(n_other=0, other=0.0, other_low=0.0, other_high=0.0)


def _check_shares(table: pd.DataFrame) -> None:
    """Refuse shares that are no parts of a whole, and a table in which there is nothing to share out."""
    where = "position_shares"
    full = table[table["n"] > 0]
    if full.empty:
        raise ValueError(f"{where}: no group has a roll call that counts. Choose other states, years or a denominator.")
    for group, total in full[list(SHARES)].sum(axis=1).items():
        if abs(total - 1) > 1e-6:
            raise ValueError(f"{where}: the shares of {group!r} sum to {total:.3f}. Give those of one denominator.")


@dataclass(frozen=True)
class _Called:
    """What the states and the positions are called."""

    attrs: Mapping[Any, Any]
    labels: Mapping[str, str]

    def _side(self, name: str) -> str:
        code = str(self.attrs.get(name) or f"the {name}")
        return str(self.labels.get(code, code))

    @property
    def state(self) -> str:
        return self._side("state")

    def position(self, share: str) -> str:
        fixed = {"between": "abstaining", "other": "another vote", "away": "not voting"}
        return fixed.get(share) or f"with {self._side(share)}"

    def counted(self) -> str:
        first, reference = self._side("first"), self._side("reference")
        counted = {
            "opposed": f"Counted: roll calls on which {first} and {reference} were on opposite sides.",
            "differing": f"Counted: roll calls on which {self.state} did not vote as {first} did.",
        }
        return counted.get(str(self.attrs.get("denominator")), "")


def _share_note(table: pd.DataFrame, called: _Called, lowest: str) -> str:
    level = table.attrs.get("level")
    words = [
        called.counted(),
        f"Strokes: {f'{level:.0%} ' if level else ''}intervals of the lowest part ({lowest}).",
        f"Narrow bars: fewer than {FEW} roll calls." if (table["n"] < FEW).any() else "",
        _cut({**table.attrs.get("grouping", {}), **table.attrs}),
    ]
    return " ".join(filter(None, words))


def _cut(attrs: Mapping[Any, Any]) -> str:
    """Say where groups of years were cut, as far as that was somebody's choice."""
    boundary, since = attrs.get("boundary"), attrs.get("since")
    if isinstance(boundary, Boundary):
        return f"The periods are cut on {boundary.multi_vector} and {boundary.partnership}."
    if boundary in BOUNDARIES:
        return f"1994 and 1997: {BOUNDARIES[boundary]}."
    return f"The late 2000s are read as beginning with {since}." if since else ""


def _stack(axes: Axes, table: pd.DataFrame, layout: _Layout, parts: Mapping[str, str]) -> None:
    """Draw the parts on top of each other, and the interval of the lowest."""
    bottom = np.zeros(len(table))
    width = np.where(table["n"] < FEW, 0.45, 0.85)
    for share, label in parts.items():
        heights = table[share].to_numpy(dtype=np.float64)
        look = FILLS[SHARES.index(share)]
        axes.bar(layout.places, heights, width=width, bottom=bottom, label=label, linewidth=0.8, zorder=2, **look)
        bottom = bottom + np.nan_to_num(heights)
    lowest = next(iter(parts))
    low, high = (table[f"{lowest}{end}"].to_numpy(dtype=np.float64) for end in ("_low", "_high"))
    axes.vlines(layout.places, low, high, color="black", linewidth=1.4 if layout.crowded else 2.2, zorder=3)


def _sizes(axes: Axes, table: pd.DataFrame, layout: _Layout) -> None:
    """Write above each bar on how many roll calls it rests, small numbers in bold."""
    look: dict[str, Any] = {"fontsize": SMALL, "va": "bottom", "clip_on": False}
    for place, n in zip(layout.places, table["n"], strict=True):
        weight = "bold" if n < FEW else "normal"
        words = f"{n:.0f}" if layout.crowded else f"n = {n:.0f}"
        turned = 90 if layout.crowded else 0
        axes.text(place, 1.015, words, ha="center", rotation=turned, weight=weight, **look)
    if layout.crowded:
        axes.text(axes.get_xlim()[0], 1.015, "n = ", ha="right", **look)


def _key(axes: Axes, table: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Name the parts at the right of the last bar, each beside a piece of its fill."""
    heights = table.loc[table["n"] > 0, list(labels)].iloc[-1].to_numpy(dtype=np.float64)
    middles = np.cumsum(heights) - heights / 2
    wide, high = inches(axes)
    inch = (axes.get_xlim()[1] - axes.get_xlim()[0]) / wide
    gap = max(0.26, *(lines_high(label, TEXT) + 0.06 for label in labels.values())) / high
    left = axes.get_xlim()[1] + TIE * inch
    for (share, label), height in zip(labels.items(), spread(middles.tolist(), gap, gap / 2, 1 - gap / 2), strict=True):
        corner = (left, height - 0.1 / high)
        look = FILLS[SHARES.index(share)]
        axes.add_patch(Rectangle(corner, _SWATCH * inch, 0.2 / high, clip_on=False, linewidth=0.8, **look))
        axes.text(left + (_SWATCH + 0.08) * inch, height, label, va="center", fontsize=TEXT, linespacing=1.15)


def _share_alt(table: pd.DataFrame, state: str, parts: Mapping[str, str]) -> str:
    """Say each position's share: of all groups if they are few, else where it is least and most."""
    full, few = table[table["n"] > 0], len(table) <= 4
    least, most = table["n"].min(), table["n"].max()
    words = [f"Stacked bars, {state} in {counted(len(table), 'group')}, n from {least} to {most}."]
    for share, label in parts.items():
        values = full[share]
        shown = values if few else values.iloc[[int(values.argmin()), int(values.argmax())]]
        told = ", ".join(f"{number(value)} ({group})" for group, value in shown.items())
        words.append(f"{label[:1].upper()}{label[1:]}: {'' if few else 'from least to most '}{told}.")
    return " ".join(words)


def _share_lines(table: pd.DataFrame, parts: Mapping[str, str]) -> str:
    lines = ["Share, interval and count of each position, from the bottom of the bars to their top:"]
    for group, row in table.iterrows():
        told = []
        for share, label in parts.items():
            ends = interval(row[f"{share}_low"], row[f"{share}_high"])
            told.append(f"{label} {number(row[share])}{ends}, {row[f'n_{share}']:.0f}")
        why = table.attrs.get("why", {}).get(group)
        lines.append(f"{group}, n = {row['n']:.0f}: {'; '.join(told) if row['n'] > 0 else why or 'no bar'}")
    return "\n".join(lines)
