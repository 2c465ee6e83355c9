"""The course's plots: one style, each with a text alternative computed from what is drawn.

Every function returns a :class:`Drawing`. In a notebook it appears as an HTML image with its alternative text and, on
request, a full description; in plain text it is that description, so that a changed plot is a changed text.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
"""Colours that readers with any of the common colour deficiencies can tell apart; markers differ as well."""

_MARKERS = ("o", "s", "^", "D", "v")
_STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, and has Cyrillic
    "font.size": 11.0,
    "axes.titlesize": 13.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "axes.axisbelow": True,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "figure.dpi": 110.0,
}


@dataclass(frozen=True)
class Drawing:
    """A figure together with its words.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What it shows, in a sentence or two.
    description : str
        Everything that is drawn, in numbers.
    """

    figure: Figure = field(repr=False)
    alt: str
    description: str

    def __repr__(self) -> str:
        return f"Figure. {self.alt}\n{self.description}"

    def _repr_html_(self) -> str:
        picture = io.BytesIO()
        self.figure.savefig(picture, format="png", bbox_inches="tight")
        data = base64.b64encode(picture.getvalue()).decode("ascii")
        words = html.escape(self.description).replace("\n", "<br>")
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}">'
            f"<figcaption><details><summary>Description of this figure</summary>{words}</details></figcaption></figure>"
        )


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
        If there are more than five series, or none has a session in the range.

    Examples
    --------
    >>> from neutrality import agreement, rollcalls
    >>> table = agreement.pair(rollcalls.load(), "BLR", "RUS", by="session")
    >>> drawing = agreement_by_session({"Belarus and Russia": table}, title="Agreement", first=45, last=47)
    >>> print(drawing)  # doctest: +ELLIPSIS
    Figure. Line chart, sessions 45 to 47. Belarus and Russia: 1.00 at first, 0.67 at last...
    """
    if len(tables) > len(PALETTE):
        raise ValueError(f"{len(tables)} series cannot be told apart; draw at most {len(PALETTE)}")
    shown = {label: table.loc[first:last] for label, table in tables.items()}
    if all(table.empty for table in shown.values()):
        raise ValueError(f"no session from {first} to {last} has votes that count")
    with _axes(title, "regular session (year of its opening)", "share of identical votes") as (figure, axes):
        for (label, table), colour, marker in zip(shown.items(), PALETTE, _MARKERS, strict=False):
            axes.plot(table.index, table[measure], color=colour, marker=marker, label=label)
            axes.fill_between(
                table.index, table[f"{measure}_low"], table[f"{measure}_high"], color=colour, alpha=0.15, linewidth=0
            )
        _label_ends(axes, {label: table[measure] for label, table in shown.items()}, last)
        if shaded:
            axes.axvspan(shaded[0] - 0.5, shaded[1] + 0.5, color="#F0E442", alpha=0.25, linewidth=0)
            axes.text((shaded[0] + shaded[1]) / 2, 0.03, shaded[2], ha="center", va="bottom")
        axes.set_ylim(0, 1.05)
        axes.set_xlim(first - 0.5, last + 0.5)
        ticks = list(range(first, last + 1, 1 + (last - first) // 9))
        axes.set_xticks(ticks, [f"{session}\n{1945 + session}" for session in ticks])
    alt = f"Line chart, sessions {first} to {last}. " + " ".join(_ends(shown, measure))
    return Drawing(figure, alt, "\n".join(_series(shown, measure)))


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
    counts = table.to_numpy()
    with _axes(title, f"vote of {other}", f"vote of {one}", width=5.6) as (figure, axes):
        _cells(axes, counts)
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


def _cells(axes: Axes, counts: npt.NDArray[np.int64]) -> None:
    """Draw a square of counts, the darker the more, with the diagonal framed."""
    shade = np.sqrt(counts / max(1, counts.max()))
    axes.imshow(shade, cmap="Blues", vmin=0, vmax=1.25)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shade[row, column] > 0.8 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, size=15)
    for place in range(len(counts)):
        corner = (place - 0.47, place - 0.47)
        axes.add_patch(Rectangle(corner, 0.94, 0.94, fill=False, linewidth=2.5, edgecolor="black"))


@contextmanager
def _axes(title: str, xlabel: str, ylabel: str, width: float = 7.6) -> Iterator[tuple[Figure, Axes]]:
    """Open a figure in the course's style, outside pyplot, so that nothing is shown twice."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, 4.4), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title, wrap=True)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        yield figure, axes


def _label_ends(axes: Axes, series: Mapping[str, pd.Series[Any]], last: int) -> None:
    """Write each label beside the end of its line, apart from the others, and tie it to the line by its colour."""
    ends = sorted((float(values.iloc[-1]), label) for label, values in series.items() if len(values))
    middle, gap = sum(end for end, _ in ends) / len(ends), 0.08
    height = min(ends[0][0], middle - gap * (len(ends) - 1) / 2)
    for end, label in ends:
        colour = PALETTE[list(series).index(label)]
        # The text itself is dark: not every colour of the palette has the contrast that small letters need.
        tie = {"arrowstyle": "-", "color": colour, "linewidth": 2.0, "shrinkA": 2.0, "shrinkB": 4.0}
        beside = (last + 1.1, height)
        axes.annotate(label, (last, end), beside, color="#222222", va="center", arrowprops=tie, annotation_clip=False)
        height += gap


def _ends(shown: Mapping[str, pd.DataFrame], measure: str) -> list[str]:
    sentences = []
    for label, table in shown.items():
        if len(table):
            values = table[measure]
            sentences.append(
                f"{label}: {values.iloc[0]:.2f} at first, {values.iloc[-1]:.2f} at last, "
                f"lowest {values.min():.2f} in session {values.idxmin()}."
            )
    return sentences


def _series(shown: Mapping[str, pd.DataFrame], measure: str) -> list[str]:
    lines = []
    for label, table in shown.items():
        values = zip(table.index, table[measure], table[f"{measure}_low"], table[f"{measure}_high"], strict=True)
        lines.append(
            f"{label} (share, interval): " + "; ".join(f"{s}: {v:.2f} ({a:.2f}–{b:.2f})" for s, v, a, b in values)
        )
    return lines
