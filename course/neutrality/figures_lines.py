"""Plots of series over sessions or years: agreement, and ideal points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from neutrality.drawing import (
    DASHES,
    FEW,
    GLYPHS,
    MARKERS,
    PALETTE,
    SHADE,
    Drawing,
    Frame,
    few_enough,
    label_ends,
    need,
    room_for,
)
from neutrality.figures_periods import Header, year_ticks
from neutrality.wording import MEASURES, interval, number, of, stretches

_TOP = 1.05  # where the axis of a share ends


@dataclass(frozen=True)
class _Series:
    """What one line shows: place on the axis, value, interval, and how many votes are behind it; gaps are NaN."""

    label: str
    x: Any
    y: Any
    low: Any
    high: Any
    n: Any

    def known(self) -> Any:
        return ~np.isnan(self.y)

    def few(self) -> Any:
        return self.known() & (self.n < FEW)

    def alone(self) -> Any:
        """Tell which values have a gap, or an end of the axis, on both sides."""
        known = np.pad(self.known(), 1)
        return known[1:-1] & ~known[:-2] & ~known[2:]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        known = self.known()
        return zip(*(part[known] for part in (self.x, self.y, self.low, self.high, self.n)), strict=True)


def agreement_by_session(
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str,
    first: int,
    last: int,
    measure: str = "identical",
    shaded: tuple[int, int, str] | None = None,
) -> Drawing:
    """Draw one or more series of agreement by regular session, with their intervals.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Label to a table as `neutrality.agreement.pair` gives it with ``by="session"``; at most five.
    title : str
    first, last : int
        The first and the last session to draw.
    measure : str, optional
        The column to draw, a share from 0 to 1.
    shaded : tuple of int, int and str, optional
        A first session, a last session and a label: shaded behind the lines.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there are more than five series, a table is empty or lacks a column, or none has a session in the range.

    Examples
    --------
    >>> from neutrality import agreement, rollcalls
    >>> table = agreement.pair(rollcalls.load(), "BLR", "RUS", by="session")
    >>> drawing = agreement_by_session({"Belarus and Russia": table}, title="Agreement", first=45, last=47)
    >>> print(drawing)  # doctest: +ELLIPSIS
    Figure. Line chart, sessions 45 to 47. Belarus and Russia: 1.00 at first, 0.67 at last...
    """
    where = "agreement_by_session"
    series = _agreement(tables, where, "session", (first, last), measure)
    shown = [one for one in series if one.known().any()]
    if not shown:
        raise ValueError(f"{where}: no session from {first} to {last} has votes that count")
    frame = _frame(title, "session", MEASURES.get(measure, measure), shown)
    with frame.open() as (figure, axes):
        axes.set_xlim(first - 0.5, last + 0.5)
        axes.set_ylim(*_shares(shown))
        if shaded:
            axes.axvspan(shaded[0] - 0.5, shaded[1] + 0.5, color=SHADE, linewidth=0, zorder=0.1)
            axes.text((shaded[0] + shaded[1]) / 2, 0.03, shaded[2], ha="center", va="bottom")
        _draw(axes, shown)
        _session_ticks(axes, first, last)
    silent = _silent(series)
    alt = " ".join([f"Line chart, sessions {first} to {last}.", *map(_in_short, shown), *silent])
    return Drawing(figure, alt, "\n".join([*map(_in_full, shown), *silent]))


def agreement_by_year(
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str,
    first: int,
    last: int,
    measure: str = "identical",
    shaded: bool = True,
    marks: Mapping[int, str] | None = None,
) -> Drawing:
    """Draw one or more series of agreement by calendar year, with their intervals and Ulakhovich's periods behind.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Label to a table as `neutrality.agreement.pair` gives it with ``by="year"``; at most five.
    title : str
    first, last : int
        The first and the last year to draw.
    measure : str, optional
        The column to draw; ``<measure>_low`` and ``<measure>_high``, where the table has them, are its interval.
    shaded : bool, optional
        Whether the periods are drawn: Ulakhovich's, as Kłysiński reports them (osw-2018, fn5). The years 1994 and 1997
        stand in two of them and are hatched; the third is drawn to 2001, where Ulakhovich's chapter ends.
    marks : mapping of int to str, optional
        Years to be marked and their labels, such as `turning_marks` gives them.

    Returns
    -------
    Drawing
        A year without a value is a gap in the line. A value that rests on fewer than `FEW` roll calls has a hollow
        marker.

    Raises
    ------
    ValueError
        If there are more than five series, a table is empty, lacks a column or is not by year, or none has a value in
        the range.

    Examples
    --------
    >>> from neutrality import agreement, rollcalls
    >>> table = agreement.pair(rollcalls.load(), "BLR", "RUS", by="year")
    >>> drawing = agreement_by_year({"Belarus and Russia": table}, title="Agreement", first=1991, last=1995)
    >>> print(drawing.alt)  # doctest: +ELLIPSIS
    Line chart of the share of identical votes, 1991 to 1995. Belarus and Russia: 0.88 in 1991, ...
    """
    where = "agreement_by_year"
    series = _agreement(tables, where, "year", (first, last), measure)
    plan = _Plan(
        where=where,
        title=title,
        ylabel=MEASURES.get(measure, measure),
        span=(first, last),
        by="year",
        unit="roll calls",
        shaded=shaded,
        marks=marks or {},
        level=_level(tables),
    )
    return _plotted(plan, series, _shares)


def ideal_point_paths(
    points: pd.DataFrame,
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    by: str = "year",
    first: int | None = None,
    last: int | None = None,
    shaded: bool = True,
    marks: Mapping[int, str] | None = None,
    scale: str = "ideal point",
) -> Drawing:
    """Draw the paths of states' ideal points, with their intervals.

    Parameters
    ----------
    points : pandas.DataFrame
        Long: one row a state and year (or session), with the columns ``state``, ``year`` (or ``session``), ``point``,
        ``low``, ``high`` and ``votes``, as `neutrality.published.points` gives it. ``attrs["interval"]`` may say how
        wide the intervals are.
    title : str
    labels : mapping of str to str, optional
        The states to draw, by their codes, and what to call them; by default all that are there, by their codes. At
        most five.
    by : {"year", "session"}, optional
        The column to draw along.
    first, last : int, optional
        The first and the last year (or session) to draw; by default all.
    shaded : bool, optional
        As for `agreement_by_year`; only with ``by="year"``.
    marks : mapping of int to str, optional
        As for `agreement_by_year`; with ``by="session"`` at sessions.
    scale : str, optional
        What the axis is called: say here which end is whose.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there are more than five states, one of them has no points, one has two points for one year, the table is
        empty or lacks a column, or `by` is not one of those possible.

    Examples
    --------
    >>> rows = [("BLR", 1991, -0.9, -1.1, -0.7, 60), ("BLR", 1993, -0.4, -0.6, -0.2, 61)]
    >>> points = pd.DataFrame(rows, columns=["state", "year", "point", "low", "high", "votes"])
    >>> print(ideal_point_paths(points, title="Paths", labels={"BLR": "Belarus"}, shaded=False))
    Figure. Line chart of the ideal point, 1991 to 1993. Belarus: −0.90 in 1991, −0.40 in 1993, lowest −0.90 in 1991.
    Belarus (value, interval, votes): 1991: −0.90 (−1.10 to −0.70), n = 60; 1993: −0.40 (−0.60 to −0.20), n = 61
    Belarus has no value in 1992.
    """
    where = "ideal_point_paths"
    if by not in ("year", "session"):
        raise ValueError(f"{where}: by is {by!r}. Choose 'year' or 'session'.")
    need(points, ["state", by, "point", "low", "high", "votes"], where=where, giver="neutrality.published.points")
    present = [str(code) for code in dict.fromkeys(points["state"].dropna())]
    names = {code: code for code in present} if labels is None else labels
    few_enough(names, len(PALETTE), where=where, what="states")
    for code in names:
        if code not in present:
            raise ValueError(f"{where}: there are no points of {code!r}, only of {', '.join(sorted(present))}.")
    chosen = points[points["state"].isin(list(names))]
    span = (int(chosen[by].min()) if first is None else first, int(chosen[by].max()) if last is None else last)
    columns = {"point": "y", "low": "low", "high": "high", "votes": "n"}
    series = [
        _taken(chosen[chosen["state"] == code].set_index(by), columns, f"{where}, {label!r}", label, span)
        for code, label in names.items()
    ]
    plan = _Plan(
        where=where,
        title=title,
        ylabel=scale,
        span=span,
        by=by,
        unit="votes",
        shaded=shaded and by == "year",
        marks=marks or {},
        level=points.attrs.get("interval"),
    )
    return _plotted(plan, series, _around)


@dataclass(frozen=True)
class _Plan:
    """What a plot of series over sessions or years is to show, beside the series.

    ``where`` is what errors call the plot, ``by`` is "year" or "session", ``unit`` what a value rests on, and ``level``
    the width of the intervals, from 0 to 1, if it is known.
    """

    where: str
    title: str
    ylabel: str
    span: tuple[int, int]
    by: str
    unit: str
    shaded: bool
    marks: Mapping[int, str]
    level: float | None


def _plotted(plan: _Plan, series: Sequence[_Series], limits: Callable[..., tuple[float, float]]) -> Drawing:
    """Draw series over sessions or years, and say what is drawn."""
    first, last = plan.span
    shown = [one for one in series if one.known().any()]
    if not shown:
        raise ValueError(f"{plan.where}: no {plan.by} from {first} to {last} has a value. Check first and last.")
    frame = _frame(plan.title, plan.by, plan.ylabel, shown)
    header = Header(first, last, frame.inner_width(), plan.shaded, plan.marks, room=frame.right)
    with replace(frame, header=header.height(), notes=f"{header.note()} {_note(shown, plan)}").open() as (figure, axes):
        header.draw(axes)
        axes.set_ylim(*limits(shown))
        _draw(axes, shown)
        (year_ticks if plan.by == "year" else _session_ticks)(axes, first, last)
    over = f"{first} to {last}" if plan.by == "year" else f"sessions {first} to {last}"
    alt = " ".join([f"Line chart of {of(plan.ylabel)}, {over}.", *map(_with_ends, shown), *_silent(series)])
    return Drawing(figure, alt, "\n".join([*(line for one in shown for line in _lines(one, plan)), *header.told()]))


def _agreement(
    tables: Mapping[str, pd.DataFrame], where: str, by: str, span: tuple[int, int], measure: str
) -> list[_Series]:
    """Check tables of agreement, and take from each what is to be drawn."""
    few_enough(tables, len(PALETTE), where=where)
    columns = {measure: "y", "n": "n"}
    ends = {f"{measure}_low": "low", f"{measure}_high": "high"}
    series = []
    for label, table in tables.items():
        need(table, columns, where=f"{where}, {label!r}", giver=f"neutrality.agreement.pair with by={by!r}")
        if table.index.name not in (by, None):
            raise ValueError(f"{where}, {label!r}: the table is by {table.index.name}. Ask for it with by={by!r}.")
        found = {name: column for name, column in ends.items() if name in table}
        series.append(_taken(table, columns | found, f"{where}, {label!r}", label, span))
        if np.nanmax(series[-1].y, initial=0) > _TOP:
            raise ValueError(f"{where}, {label!r}: {measure!r} has a value beyond 1. Give a share or an index.")
    return series


def _silent(series: Sequence[_Series]) -> list[str]:
    """Name the series of which there is nothing to draw."""
    return [f"{one.label}: no value." for one in series if not one.known().any()]


def _level(tables: Mapping[str, pd.DataFrame]) -> float | None:
    """Return the width of the intervals, if the tables say it and agree."""
    levels = {table.attrs.get("level") for table in tables.values()}
    return levels.pop() if len(levels) == 1 else None


def _taken(table: pd.DataFrame, columns: Mapping[str, str], where: str, label: str, span: tuple[int, int]) -> _Series:
    """Lay a table out over all sessions or years of a span; those that it does not have are gaps."""
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise ValueError(f"{where}: {twice} is there twice. Keep one row of each.")
    x = np.arange(span[0], span[1] + 1)
    laid = table[list(columns)].rename(columns=dict(columns)).reindex(index=x, columns=["y", "low", "high", "n"])
    return _Series(label, x, *(laid[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in laid))


def _frame(title: str, by: str, ylabel: str, shown: Sequence[_Series]) -> Frame:
    beside = room_for(f"{GLYPHS[MARKERS[0]]} {one.label}" for one in shown)
    if by == "session":
        return Frame(title, "regular session (year of its opening)", ylabel, right=beside, footer=0.43)
    return Frame(title, "year", ylabel, right=beside)


def _note(shown: Sequence[_Series], plan: _Plan) -> str:
    """Say what bands and hollow markers are."""
    words = []
    if any(np.isfinite(one.low).any() for one in shown):
        words.append(f"Bands: {plan.level:.0%} intervals." if plan.level else "Bands: intervals.")
    if any(one.few().any() for one in shown):
        words.append(f"Hollow: fewer than {FEW} {plan.unit}.")
    return " ".join(words)


def _draw(axes: Axes, shown: Sequence[_Series]) -> None:
    """Draw lines with their intervals, gaps left open, and label their ends."""
    ends = []
    for one, colour, marker, dash in zip(shown, PALETTE, MARKERS, DASHES, strict=False):
        look: dict[str, Any] = {"color": colour, "marker": marker}
        axes.plot(one.x, one.y, linestyle=dash, label=one.label, **look)
        if np.isfinite(one.low).any():
            axes.fill_between(one.x, one.low, one.high, color=colour, alpha=0.15, linewidth=0, label=f"_{one.label}")
            # A band needs two neighbours; a value that stands alone shows its interval as a stroke.
            axes.vlines(one.x[one.alone()], one.low[one.alone()], one.high[one.alone()], color=colour, linewidth=1.5)
        if one.few().any():
            few = np.where(one.few(), one.y, np.nan)
            axes.plot(one.x, few, linestyle="none", label=f"_few {one.label}", markerfacecolor="white", **look)
        end = np.flatnonzero(one.known())[-1]
        ends.append((float(one.x[end]), float(one.y[end]), f"{GLYPHS[marker]} {one.label}", colour))
    label_ends(axes, ends)


def _shares(shown: Sequence[_Series]) -> tuple[float, float]:
    """Return the axis of a share or an index: from 0 to 1, and lower where the values are."""
    lowest = min(np.nanmin(np.concatenate([one.y, one.low, [0.0]])) for one in shown)
    return (0.0, _TOP) if lowest >= 0 else (float(lowest) - 0.05, _TOP)


def _around(shown: Sequence[_Series]) -> tuple[float, float]:
    """Return an axis that holds all intervals with some room around them."""
    every = np.concatenate([values for one in shown for values in (one.y, one.low, one.high)])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _session_ticks(axes: Axes, first: int, last: int) -> None:
    ticks = list(range(first, last + 1, 1 + (last - first) // 9))
    axes.set_xticks(ticks, [f"{session}\n{1945 + session}" for session in ticks])


def _in_short(one: _Series) -> str:
    """Say where a series over sessions begins and ends, and where it is lowest."""
    y, lowest = one.y[one.known()], one.x[np.nanargmin(one.y)]
    return f"{one.label}: {y[0]:.2f} at first, {y[-1]:.2f} at last, lowest {y.min():.2f} in session {lowest}."


def _in_full(one: _Series) -> str:
    rows = [
        f"{x}: {y:.2f}" + ("" if np.isnan(low) else f" ({low:.2f}–{high:.2f})") for x, y, low, high, _ in one.rows()
    ]
    return f"{one.label} (share, interval): " + "; ".join(rows)


def _with_ends(one: _Series) -> str:
    """Say where a series begins and ends, and where it is lowest."""
    x, y = one.x[one.known()], one.y[one.known()]
    return (
        f"{one.label}: {number(y[0])} in {x[0]}, {number(y[-1])} in {x[-1]}, "
        f"lowest {number(y.min())} in {x[np.argmin(y)]}."
    )


def _lines(one: _Series, plan: _Plan) -> Iterator[str]:
    """Write all values of a series with their intervals, and where there is none."""
    rows = [
        f"{x}: {number(y)}{interval(low, high)}{'' if np.isnan(n) else f', n = {n:.0f}'}"
        for x, y, low, high, n in one.rows()
    ]
    yield f"{one.label} (value, interval, {plan.unit}): " + "; ".join(rows)
    if not one.known().all():
        yield f"{one.label} has no value in {stretches(one.x[~one.known()])}."
