"""Plots of tables: a measure for several states on several issues, and how often each pair of votes was cast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from neutrality.drawing import FEW, Drawing, Frame, corner_label, few_enough, need, readable
from neutrality.figures_layout import SMALL, TEXT, lines_high, text_width, wrapped
from neutrality.rollcalls import ISSUES
from neutrality.wording import MEASURES, counted, number, of

SHADES = colormaps["Blues"]
"""From the lowest value to the highest: darker all the way, also in grey."""

MOST_CELLS = (24, 9)
"""More rows or columns than this cannot be read."""

_CELL = (1.02, 0.5)  # inches

Floats = npt.NDArray[np.float64]


def issue_heatmap(
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str,
    measure: str = "identical",
    low: float = 0.0,
    high: float = 1.0,
    rows: str = "states",
    columns: str = "issue",
) -> Drawing:
    """Draw a measure for several states or pairs (rows) on each issue (columns), its value in every cell.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The row's label to a table that is indexed by issue and has a column ``n`` and one for the measure, as
        `neutrality.agreement.pair` or `neutrality.position` give it with ``by="issue"``. Other groups than issues can
        be columns as well.
    title : str
    measure : str, optional
        The column to draw.
    low, high : float, optional
        The values that the lightest and the darkest cell stand for.
    rows, columns : str, optional
        What the two sides of the table are called.

    Returns
    -------
    Drawing
        A cell without a value is hatched and says why: no roll call, or a measure that is not defined for those there
        are. A cell that rests on fewer than `FEW` has a dashed frame.

    Raises
    ------
    ValueError
        If there is nothing to draw or more than can be read, a table is empty or lacks a column, or a value lies
        outside `low` and `high`.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [40, 0], "identical": [0.85, np.nan]}, index=["me", "hr"])
    >>> print(issue_heatmap({"Belarus and Russia": table}, title="By issue"))  # doctest: +ELLIPSIS
    Figure. Table of the share of identical votes, 1 row (states) by 2 columns (issue). Least: 0.85 ... a value.
    Belarus and Russia: Palestinian conflict 0.85, n = 40; human rights no value, n = 0
    """
    where = "issue_heatmap"
    few_enough(tables, MOST_CELLS[0], where=where, what="rows")
    for label, table in tables.items():
        need(table, ["n", measure], where=f"{where}, {label!r}", giver="neutrality.agreement.pair with by='issue'")
    groups = list(dict.fromkeys(group for table in tables.values() for group in table.index))
    few_enough(groups, MOST_CELLS[1], where=where, what="columns")
    values = _grid(tables, groups, measure)
    counts = np.nan_to_num(_grid(tables, groups, "n")).astype(np.int64)
    if np.nanmin(np.append(values, low)) < low or np.nanmax(np.append(values, high)) > high:
        raise ValueError(f"{where}: a value of {measure!r} lies outside {low} to {high}. Give other limits.")
    names = {group: str(ISSUES.get(str(group), group)).removeprefix("the ") for group in groups}
    words = MEASURES.get(measure, measure)
    xlabel = f"{columns} ({words}; n: roll calls)"
    frame = _table_frame(title, list(tables), list(names.values()), rows, xlabel, counts)
    with frame.open() as (figure, axes):
        _shaded_cells(axes, values, counts, low, high)
        axes.set_xticks(range(len(names)), [wrapped(name, 10.0, _CELL[0] - 0.06) for name in names.values()])
        axes.set_yticks(range(len(tables)), list(tables))
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        corner_label(axes)
        axes.spines[:].set_visible(False)
        axes.grid(visible=False)
    alt = _grid_alt(tables, list(names.values()), values, words, (rows, columns))
    return Drawing(figure, alt, _grid_lines(tables, measure, names, values, counts))


def _grid(tables: Mapping[str, pd.DataFrame], groups: Sequence[Any], column: str) -> Floats:
    return np.array([table[column].reindex(list(groups)).to_numpy(dtype=np.float64) for table in tables.values()])


def _table_frame(
    title: str, rows: Sequence[str], names: Sequence[str], ylabel: str, xlabel: str, counts: npt.NDArray[np.int64]
) -> Frame:
    """Give every cell the same size, and the labels the room that they need."""
    header = max(lines_high(wrapped(name, 10.0, _CELL[0] - 0.06), 10.0) for name in names) + 0.1
    few = (counts > 0) & (counts < FEW)
    return Frame(
        title,
        xlabel,
        ylabel,
        notes=f"Dashed: fewer than {FEW} roll calls." if few.any() else "",
        left=max(text_width(row, 10.0) for row in rows) + 0.1,
        header=header,
        footer=0.06,
        height=_CELL[1] * len(rows),
        width=0.0,
        narrowest=_CELL[0] * len(names),
    )


def _shaded_cells(axes: Axes, values: Floats, counts: npt.NDArray[np.int64], low: float, high: float) -> None:
    """Draw the cells, the darker the higher the value, and what each holds."""
    _mesh(axes, np.ma.masked_invalid(values), low, high)
    for (row, column), value in np.ndenumerate(values):
        n = counts[row, column]
        if np.isnan(value):
            _cell_frame(axes, row, column, {"hatch": "///", "facecolor": "white", "edgecolor": "#CCCCCC"})
            why = "n = 0" if n == 0 else f"undefined\nn = {n}"
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            axes.text(column, row, why, ha="center", va="center", fontsize=SMALL, bbox=paper)
            continue
        colour = readable(SHADES((value - low) / (high - low)))
        axes.text(column, row - 0.16, number(value), ha="center", va="center", color=colour, fontsize=TEXT + 1)
        axes.text(column, row + 0.24, f"n = {n}", ha="center", va="center", color=colour, fontsize=SMALL)
        if n < FEW:
            _cell_frame(axes, row, column, {"fill": False, "edgecolor": colour, "linestyle": (0, (3, 2))})


def _mesh(axes: Axes, values: Floats, low: float, high: float) -> None:
    """Shade a table of values, its first row at the top."""
    across, down = (np.arange(size + 1) - 0.5 for size in reversed(values.shape))
    axes.pcolormesh(across, down, values, cmap=SHADES, vmin=low, vmax=high, edgecolors="white", linewidth=1.5)
    axes.invert_yaxis()


def _cell_frame(axes: Axes, row: int, column: int, look: Mapping[str, Any]) -> None:
    axes.add_patch(Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, linewidth=1.4, **look))


def _grid_alt(
    tables: Mapping[str, pd.DataFrame], names: Sequence[str], values: Floats, words: str, sides: tuple[str, str]
) -> str:
    shape = f"{counted(len(tables), 'row')} ({sides[0]}) by {counted(len(names), 'column')} ({sides[1]})"
    missing = int(np.isnan(values).sum())
    told = [f"Table of {of(words)}, {shape}."]
    if missing < values.size:
        least, most = (
            f"{number(values.flat[place])} ({list(tables)[place // len(names)]}, {names[place % len(names)]})"
            for place in (int(np.nanargmin(values)), int(np.nanargmax(values)))
        )
        told.append(f"Least: {least}; most: {most}.")
    if missing:
        told.append(f"{counted(missing, 'cell')} without a value.")
    return " ".join(told)


def _grid_lines(
    tables: Mapping[str, pd.DataFrame],
    measure: str,
    names: Mapping[Any, str],
    values: Floats,
    counts: npt.NDArray[np.int64],
) -> str:
    lines = []
    for (label, table), row, sizes in zip(tables.items(), values, counts, strict=True):
        reasons = table.attrs.get("undefined", {})
        cells = []
        for (group, name), value, n in zip(names.items(), row, sizes, strict=True):
            why = f" ({reasons[group, measure]})" if np.isnan(value) and (group, measure) in reasons else ""
            cells.append(f"{name} {number(value)}{why}, n = {n}")
        lines.append(f"{label}: {'; '.join(cells)}")
    return "\n".join(lines)


def joint_table(table: pd.DataFrame, one: str, other: str, *, title: str) -> Drawing:
    """Draw how often each pair of votes was cast, identical votes framed.

    Parameters
    ----------
    table : pandas.DataFrame
        Three by three counts, as `neutrality.agreement.joint_table` gives them.
    one, other : str
        The names of the two states: of the rows, and of the columns.
    title : str

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If the table is not three by three.

    Examples
    --------
    >>> votes = ["yes", "abstain", "no"]
    >>> table = pd.DataFrame([[30, 8, 0], [1, 20, 2], [0, 0, 5]], index=votes, columns=votes)
    >>> print(joint_table(table, "A", "B", title="Votes"))
    Figure. Table of 66 roll calls: 55 on the diagonal, where A and B voted the same, and 0 with a yes against a no.
    A yes, B yes: 30; A yes, B abstain: 8; A yes, B no: 0
    A abstain, B yes: 1; A abstain, B abstain: 20; A abstain, B no: 2
    A no, B yes: 0; A no, B abstain: 0; A no, B no: 5
    """
    if table.shape != (3, 3):
        raise ValueError(
            f"joint_table: the table is {table.shape[0]} by {table.shape[1]}, not three by three. "
            "Take one as neutrality.agreement.joint_table gives it."
        )
    counts = table.to_numpy()
    with Frame(title, f"vote of {other}", f"vote of {one}", left=0.95, width=5.6).open() as (figure, axes):
        _counted_cells(axes, counts)
        axes.set_xticks(range(3), table.columns)
        axes.set_yticks(range(3), table.index)
        axes.grid(visible=False)
    same, opposed = int(np.trace(counts)), int(counts[0, 2] + counts[2, 0])
    alt = (
        f"Table of {counts.sum()} roll calls: {same} on the diagonal, where {one} and {other} voted the same, "
        f"and {opposed} with a yes against a no."
    )
    lines = [
        "; ".join(f"{one} {row}, {other} {column}: {count}" for column, count in cells.items())
        for row, cells in table.iterrows()
    ]
    return Drawing(figure, alt, "\n".join(lines))


def _counted_cells(axes: Axes, counts: npt.NDArray[np.int64]) -> None:
    """Draw a square of counts, the darker the more, with the diagonal framed."""
    # The root keeps small counts apart; the darkest shades are left out.
    shade = np.sqrt(counts / max(1, counts.max())) / 1.25
    _mesh(axes, shade, 0, 1)
    for (row, column), count in np.ndenumerate(counts):
        colour = readable(SHADES(shade[row, column]))
        axes.text(column, row, str(count), ha="center", va="center", color=colour, size=15)
    for place in range(len(counts)):
        corner = (place - 0.47, place - 0.47)
        axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, linewidth=2.5, edgecolor="black"))
