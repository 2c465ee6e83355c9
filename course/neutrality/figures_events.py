"""A plot of what the two sources tell of, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from neutrality import events as events_
from neutrality.drawing import INK, PALETTE, Drawing, Frame, corner_label, few_enough, inches, need
from neutrality.figures_layout import SMALL, text_width
from neutrality.figures_periods import Header, year_ticks
from neutrality.wording import counted

MOST_EVENTS = 60
"""More events than this make no picture that can be read."""

BASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "stated": ("stated in the source", {"facecolor": PALETTE[0], "edgecolor": PALETTE[0]}),
    "inferred": ("inferred by the course", {"facecolor": "white", "edgecolor": PALETTE[0], "hatch": "////"}),
    "outside": ("taken from outside", {"facecolor": "white", "edgecolor": INK}),
}
"""Where a date comes from: how it is called, and how its mark is filled."""

_ROW = 0.235  # inches, as the next two: of a line of the plot, of the key above it, and of the whole
_KEY = 0.25
_WIDE = 9.6
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85}
_EVENTS = ("event", "first", "last", "precision", "basis")


def timeline(
    events: pd.DataFrame,
    *,
    title: str,
    first: int | None = None,
    last: int | None = None,
    shaded: bool = True,
) -> Drawing:
    """Draw events in time, each as exactly as it is dated, and list those without a date below.

    Parameters
    ----------
    events : pandas.DataFrame
        As from `neutrality.events.load`, or some of its rows: ``event``, ``first``, ``last``, ``precision`` and
        ``basis``.
    title : str
    first, last : int, optional
        The first and the last year to draw; by default all that are needed. Events that lie outside are listed under
        the plot.
    shaded : bool, optional
        Whether Ulakhovich's periods are drawn: see `agreement_by_year`.

    Returns
    -------
    Drawing
        One row an event, in order of time. A day is a diamond; every other date is a bar over all the days that it can
        mean, or a square where a bar would be too short to be seen. The filling says where the date comes from: see
        `BASES`. The dates at the left are as long as they are exact.

    Raises
    ------
    ValueError
        If the table is empty, lacks a column, has more events than can be read, or none has a date in the range.

    Examples
    --------
    >>> rows = [("A war", "2008", "2008", "year", "stated"), ("A visit", "", "", "none", "none")]
    >>> table = pd.DataFrame(rows, columns=["event", "first", "last", "precision", "basis"])
    >>> print(timeline(table, title="Events"))
    Figure. Timeline of 1 event from 2008 to 2008; 1 more without a date is listed below. It is: A war (2008).
    2008: A war (stated in the source)
    Without a date: A visit
    """
    where = "timeline"
    need(events, _EVENTS, where=where, giver="neutrality.events.load")
    few_enough(events.index, MOST_EVENTS, where=where, what="events")
    dated = events[events["precision"] != "none"]
    rows = [_event(row) for row in dated.to_dict("records")]
    start = min((row.start.year for row in rows), default=0) if first is None else first
    end = max((row.end.year for row in rows), default=0) if last is None else last
    inside = sorted(
        (row for row in rows if row.end.year >= start and row.start.year <= end), key=lambda row: (row.start, row.end)
    )
    if not inside:
        raise ValueError(f"{where}: no event has a date from {start} to {end}. Check first, last and the precision.")
    aside = {
        "Outside these years": [f"{row.name} ({row.date})" for row in rows if row not in inside],
        "Without a date": list(events.loc[events["precision"] == "none", "event"]),
    }
    return _timeline(title, inside, aside, (start, end), shaded)


@dataclass(frozen=True)
class _Event:
    """An event with all the days that its date can mean."""

    name: str
    start: dt.date
    end: dt.date
    date: str
    precision: str
    basis: str


def _event(row: Mapping[Any, Any]) -> _Event:
    first, last = str(row["first"]), str(row["last"])
    if row["basis"] not in BASES:
        known = ", ".join(map(repr, BASES))
        raise ValueError(f"timeline: {row['event']!r} has a date of basis {row['basis']!r}. Give one of {known}.")
    return _Event(
        str(row["event"]),
        events_.bounds(first)[0],
        events_.bounds(last)[1],
        first if first == last else f"{first} – {last}",
        str(row["precision"]),
        str(row["basis"]),
    )


def _timeline(
    title: str, rows: Sequence[_Event], aside: Mapping[str, Sequence[str]], span: tuple[int, int], shaded: bool
) -> Drawing:
    first, last = span
    listed = {head: names for head, names in aside.items() if names}
    frame = Frame(title, "year", "date", left=0.1 + max(text_width(row.date) for row in rows), width=_WIDE)
    header = Header(first, last, frame.inner_width(), shaded, offset=0.0)
    spots = [_spot(row, header.limits(), frame.inner_width()) for row in rows]
    below = [f"{head}:\n– " + "\n– ".join(names) for head, names in listed.items()]
    top, lines = header.height() + 0.05, sum(spot.lines for spot in spots)
    notes = "\n".join(filter(None, [_shapes(rows, spots), header.note(), *below]))
    with replace(frame, header=top + _KEY, height=_ROW * lines + 0.1, notes=notes).open() as (figure, axes):
        header.draw(axes)
        axes.set_ylim(lines - 0.4, -0.6)
        _draw_events(axes, rows, spots)
        year_ticks(axes, first, last)
        corner_label(axes)
        _bases(axes, rows, top)
    told = [f"{row.date}: {row.name} ({BASES[row.basis][0]})" for row in rows]
    told += [f"{head}: {'; '.join(names)}" for head, names in listed.items()]
    alt = _timeline_alt(rows, span, len(aside["Without a date"]))
    return Drawing(figure, alt, "\n".join([*told, *header.told()]))


def _timeline_alt(rows: Sequence[_Event], span: tuple[int, int], undated: int) -> str:
    alt = f"Timeline of {counted(len(rows), 'event')} from {span[0]} to {span[1]}"
    if undated:
        alt += f"; {undated} more without a date {'is' if undated == 1 else 'are'} listed below"
    if len(rows) == 1:
        return f"{alt}. It is: {rows[0].name} ({rows[0].date})."
    return f"{alt}. First: {rows[0].name} ({rows[0].date}); last: {rows[-1].name} ({rows[-1].date})."


@dataclass(frozen=True)
class _Spot:
    """Where an event's mark begins and ends, and where its name goes; with two lines the name stands over the mark."""

    start: float
    end: float
    bar: bool
    text: float
    side: str
    lines: int


def _spot(row: _Event, limits: tuple[float, float], width: float) -> _Spot:
    """Find room for a name after its mark, else before it, else over it."""
    inch = (limits[1] - limits[0]) / width
    start, end = max(_decimal(row.start), limits[0]), min(_decimal(row.end + dt.timedelta(days=1)), limits[1])
    bar = row.precision != "day" and end - start > 0.13 * inch
    if not bar:
        start = end = (start + end) / 2
    half, space, wide = (0.0 if bar else 0.065 * inch), 0.07 * inch, text_width(row.name) * inch
    if end + half + space + wide <= limits[1]:
        return _Spot(start, end, bar, end + half + space, "left", 1)
    if start - half - space - wide >= limits[0]:
        return _Spot(start, end, bar, start - half - space, "right", 1)
    # Over a bar from its beginning, over a point from its middle; but inside the axes in any case.
    begin = start + space if bar else start - wide / 2
    return _Spot(start, end, bar, max(limits[0] + space, min(begin, limits[1] - wide)), "left", 2)


def _shapes(rows: Sequence[_Event], spots: Sequence[_Spot]) -> str:
    """Say what the shapes of the marks mean, as far as they occur."""
    shapes = {
        "diamond" if row.precision == "day" else "bar" if spot.bar else "square"
        for row, spot in zip(rows, spots, strict=True)
    }
    words = {
        "diamond": "Diamond: a day.",
        "bar": "Bar: all days that the date can mean.",
        "square": "Square: the same, where a bar would be too short.",
    }
    return " ".join(words[shape] for shape in words if shape in shapes)


def _draw_events(axes: Axes, rows: Sequence[_Event], spots: Sequence[_Spot]) -> None:
    """Draw each event on a line of its own, or its name over its mark on two."""
    places, line = [], 0
    for row, spot in zip(rows, spots, strict=True):
        places.append(line + spot.lines - 1)
        _mark(axes, places[-1], row, spot)
        axes.text(spot.text, line, row.name, ha=spot.side, va="center_baseline", fontsize=SMALL, bbox=_PAPER, zorder=4)
        line += spot.lines
    axes.set_yticks(places, [row.date for row in rows], fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)


def _mark(axes: Axes, place: float, row: _Event, spot: _Spot) -> None:
    _, look = BASES[row.basis]
    if spot.bar:
        bar = Rectangle((spot.start, place - 0.22), spot.end - spot.start, 0.44, linewidth=1.4, label=row.name, **look)
        axes.add_patch(bar).set_zorder(3)
        return
    shape: dict[str, Any] = {
        "marker": "D" if row.precision == "day" else "s",
        "markersize": 8.5,
        "markeredgewidth": 1.6,
    }
    shape |= {"markerfacecolor": look["facecolor"], "markeredgecolor": look["edgecolor"]}
    if row.basis == "inferred":  # a marker has no hatches
        shape |= {"fillstyle": "left", "markerfacecolor": look["edgecolor"], "markerfacecoloralt": "white"}
    axes.plot([spot.start], [place], linestyle="none", label=row.name, zorder=3, **shape)


def _decimal(day: dt.date) -> float:
    """Return a day as a year with a fraction.

    >>> _decimal(dt.date(2015, 1, 1)), round(_decimal(dt.date(2015, 7, 2)), 2)
    (2015.0, 2015.5)
    """
    start, end = (dt.date(day.year + more, 1, 1).toordinal() for more in (0, 1))
    return day.year + (day.toordinal() - start) / (end - start)


def _bases(axes: Axes, rows: Sequence[_Event], top: float) -> None:
    """Say above the plot what the fillings mean, as far as they occur."""
    wide, high = inches(axes)
    there = [basis for basis in BASES if any(row.basis == basis for row in rows)]
    x, y = 0.0, 1 + (top + _KEY / 2) / high
    for basis in there:
        words, look = BASES[basis]
        axes.add_patch(
            Rectangle(
                (x / wide, y - 0.05 / high),
                0.26 / wide,
                0.1 / high,
                transform=axes.transAxes,
                clip_on=False,
                linewidth=1.4,
                **look,
            )
        )
        axes.text((x + 0.33) / wide, y, words, transform=axes.transAxes, va="center", fontsize=SMALL)
        x += 0.33 + text_width(words) + 0.3
