"""What a figure shows, as plain data, so that a figure can be an answer."""

from __future__ import annotations

import sys
from typing import Any

MAX_POINTS = 2000


def is_figure(value: object) -> bool:
    """Tell whether a value is a matplotlib Figure or Axes, without importing matplotlib.

    Examples
    --------
    >>> is_figure("a picture")
    False
    """
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None:
        return False
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    return isinstance(value, Axes | Figure)


def describe(figure: Any) -> dict[str, Any]:
    """Describe a figure by what was drawn.

    Parameters
    ----------
    figure
        A matplotlib ``Figure``, or ``Axes``, whose figure is then taken. Its text alternative is read from an
        attribute ``alt_text``, where it has one.

    Returns
    -------
    dict
        ``{"axes": [{"title", "xlabel", "ylabel", "series": [{"x", "y", "label"}]}], "alt"}``. Lines, bars and points
        are series; at most 2,000 points of each are kept.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([1991, 1992], [1.0, 0.9], label="One")
    >>> describe(figure)["axes"][0]["series"]
    [{'x': [1991.0, 1992.0], 'y': [1.0, 0.9], 'label': 'One'}]
    """
    whole = getattr(figure, "figure", None) or figure
    return {"axes": [_axes(axes) for axes in whole.axes], "alt": str(getattr(whole, "alt_text", ""))}


def _axes(axes: Any) -> dict[str, Any]:
    series = [_series(line.get_xdata(), line.get_ydata(), line.get_label()) for line in axes.get_lines()]
    for container in axes.containers:
        bars = [patch for patch in container if hasattr(patch, "get_height")]
        middles = [bar.get_x() + bar.get_width() / 2 for bar in bars]
        series.append(_series(middles, [bar.get_height() for bar in bars], container.get_label()))
    for points in axes.collections:
        offsets = points.get_offsets()
        series.append(_series(offsets[:, 0], offsets[:, 1], points.get_label()))
    return {
        "title": axes.get_title() or axes.get_title(loc="left"),
        "xlabel": axes.get_xlabel(),
        "ylabel": axes.get_ylabel(),
        "series": [one for one in series if one["x"]],
    }


def _series(x: Any, y: Any, label: object) -> dict[str, Any]:
    return {"x": _numbers(x), "y": _numbers(y), "label": "" if str(label).startswith("_") else str(label)}


def _numbers(values: Any) -> list[float | str | None]:
    """Numbers as floats, a gap as None, a date or a category as text."""
    found: list[float | str | None] = []
    for value in list(values)[:MAX_POINTS]:
        try:
            number = float(value)
        except (TypeError, ValueError):
            found.append(str(value)[:100])
        else:
            found.append(number if abs(number) < float("inf") else None)
    return found
