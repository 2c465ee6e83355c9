"""What all plots of the course share: the style, the colours, the frame, labels that do not overlap, and the words.

A plot keeps its meaning for readers who see no colours, in grey print and on a weak projector: each series has a marker
and a line style of its own beside its colour, the colours themselves differ in lightness, and no letter is small.

The place of everything is computed in inches before anything is drawn (`neutrality.figures_layout`), so that a plot
looks the same whatever version of the font renderer draws it.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from neutrality.figures_layout import FONT, LINE, SMALL, TEXT, TITLE, lines_high, spread, text_width, wrapped

PALETTE = ("#0B45B5", "#B54905", "#2A9880", "#55094F", "#000000")
"""Colours of up to five series: apart in lightness too, and under each of the common colour deficiencies."""

MARKERS = ("o", "s", "^", "D", "v")
"""Markers of up to five series."""

GLYPHS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼"}
"""The markers as letters, for labels."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.2)), (0, (5, 1.2, 1.2, 1.2)), (0, (2.4, 1.0)), (0, (8, 1.2, 1.2, 1.2)))
"""Line styles of up to five series."""

INK = "#222222"
"""The colour of words."""

SHADE = "#EEEEEE"
"""The darkest background that lines are drawn on."""

WIDTH = 7.6
"""The usual width of a plot, in inches."""

FEW = 10
"""What rests on fewer roll calls than this is drawn so that it shows."""

STYLE: dict[str, Any] = {
    "font.family": FONT,
    "font.size": TEXT,
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "text.color": INK,
    "axes.titlesize": TITLE,
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.unicode_minus": True,
    "grid.color": "#D4D4D4",
    "axes.axisbelow": True,
    "xtick.labelsize": 10.0,
    "ytick.labelsize": 10.0,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "hatch.linewidth": 1.0,
    "figure.dpi": 144.0,
    "svg.hashsalt": "neutrality",
}
"""The one style of all plots, on top of matplotlib's own defaults whatever a reader has set."""

_EDGE = 0.12  # inches of white around everything
_METADATA = {".png": "Description", ".svg": "Description", ".pdf": "Subject"}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drawing:
    """A figure together with its words.

    In a notebook it appears as an HTML image with its alternative text and, on request, the description; in plain text
    it is both of them, so that a changed plot is a changed text.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Its attribute ``alt_text`` repeats `alt`.
    alt : str
        What it shows, in a sentence or two.
    description : str
        Everything that is drawn, in numbers.
    """

    figure: Figure = field(repr=False)
    alt: str
    description: str

    def __post_init__(self) -> None:
        setattr(self.figure, "alt_text", self.alt)  # noqa: B010 - an attribute of ours on their class

    def __repr__(self) -> str:
        return f"Figure. {self.alt}\n{self.description}"

    def _repr_html_(self) -> str:
        picture = io.BytesIO()
        with styled():
            self.figure.savefig(picture, format="png", metadata={"Software": None})
        data = base64.b64encode(picture.getvalue()).decode("ascii")
        words = html.escape(self.description).replace("\n", "<br>")
        return (
            f'<figure><img alt="{html.escape(self.alt)}" src="data:image/png;base64,{data}">'
            f"<figcaption><details><summary>Description of this figure</summary>{words}</details></figcaption></figure>"
        )

    def save(self, path: str | Path, *, dpi: float = 300.0) -> None:
        """Write the picture to a file for print or slides, its alternative text inside.

        Parameters
        ----------
        path : str or pathlib.Path
            Ends with ``.png``, ``.svg`` or ``.pdf``.
        dpi : float, optional
            Dots an inch, of a PNG file.

        Raises
        ------
        ValueError
            If the name ends otherwise.
        """
        ending = Path(path).suffix.lower()
        if ending not in _METADATA:
            raise ValueError(f"{Path(path).name}: this ending is not known. Choose one of {', '.join(_METADATA)}.")
        with styled():
            self.figure.savefig(path, dpi=dpi, metadata={_METADATA[ending]: self.alt})


@contextmanager
def styled() -> Iterator[None]:
    """Work in the course's style, whatever the reader's own settings are, and leave those as they were."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


@dataclass(frozen=True)
class Frame:
    """The room around a plot, in inches where nothing else is said.

    Attributes
    ----------
    title, xlabel, ylabel : str
    notes : str
        Sentences under the plot.
    left, right : float
        Room for what stands beside the axes.
    header : float
        Room between the axes and the title.
    footer : float
        Room under the axes for the labels of the ticks.
    height : float
        Of the axes.
    width : float
        Of the whole; it grows if the axes would become narrower than `narrowest`.
    narrowest : float
    """

    title: str
    xlabel: str = ""
    ylabel: str = ""
    notes: str = ""
    left: float = 0.72
    right: float = 0.1
    header: float = 0.0
    footer: float = 0.27
    height: float = 3.2
    width: float = WIDTH
    narrowest: float = 3.4

    def inner_width(self) -> float:
        """Return the width of the axes, in inches."""
        return max(self.narrowest, self.width - self.left - self.right - 2 * _EDGE)

    @contextmanager
    def open(self) -> Iterator[tuple[Figure, Axes]]:
        """Make the figure in the course's style, outside pyplot, so that nothing is shown twice."""
        inner = self.inner_width()
        width = inner + self.left + self.right + 2 * _EDGE
        title, notes = wrapped(self.title, TITLE, width - 2 * _EDGE), wrapped(self.notes, SMALL, width - 2 * _EDGE)
        below = _EDGE + self.footer + (0.25 if self.xlabel else 0.0) + (lines_high(notes) + 0.05 if notes else 0.0)
        height = below + self.height + self.header + lines_high(title, TITLE) + 0.1 + _EDGE
        with styled():
            figure = Figure(figsize=(width, height))
            place = ((_EDGE + self.left) / width, below / height, inner / width, self.height / height)
            axes = figure.add_axes(place)
            axes.set_title(title, x=-self.left / inner, pad=72 * self.header + 7)
            axes.set_xlabel(self.xlabel)
            axes.set_ylabel(self.ylabel)
            figure.text(_EDGE / width, _EDGE / height, notes, fontsize=SMALL, va="bottom", linespacing=LINE)
            yield figure, axes


TIE = 0.2
"""Inches between the axes and the labels at the ends of lines."""


def label_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write each label at the right of the axes, beside the end of its line, and tie it to that end.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With its limits set.
    ends : sequence of (float, float, str, str)
        Where each line ends (x and y), its label, and its colour.
    """
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    wide, high = inches(axes)
    gap = lines_high("") * (TEXT / SMALL) * (top - bottom) / high
    heights = spread([y for _, y, _, _ in ends], gap, bottom, top)
    for (x, y, label, colour), height in zip(ends, heights, strict=True):
        # The text itself is dark: not every colour of the palette has the contrast that small letters need.
        early = (right - x) * wide / (right - left) > 0.5
        tie = {"arrowstyle": "-", "color": colour, "linewidth": 1.0 if early else 1.8, "shrinkA": 2.0, "shrinkB": 4.0}
        tie["linestyle"] = ":" if early else "-"
        beside = (right + TIE * (right - left) / wide, height)
        axes.annotate(label, (x, y), beside, va="center", arrowprops=tie, annotation_clip=False)


def room_for(labels: Iterable[str]) -> float:
    """Return how much room labels at the ends of lines need, in inches.

    Parameters
    ----------
    labels : iterable of str

    Returns
    -------
    float
    """
    return TIE + max((text_width(label, TEXT) for label in labels), default=0.0)


def inches(axes: Axes) -> tuple[float, float]:
    """Return the width and the height of axes, in inches.

    Parameters
    ----------
    axes : matplotlib.axes.Axes

    Returns
    -------
    tuple of float
    """
    box = axes.get_window_extent().transformed(axes.figure.dpi_scale_trans.inverted())
    return float(box.width), float(box.height)


def corner_label(axes: Axes) -> None:
    """Put the label of the vertical axis flat over the labels of its rows.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    """
    place = axes.get_position()
    wide, high = inches(axes)
    left = place.x0 / place.width - _EDGE / wide
    axes.yaxis.label.set(rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(-left, 1 + 0.07 / high)


def readable(colour: Any) -> str:
    """Choose black or white for words on a colour, whichever has the greater contrast.

    Parameters
    ----------
    colour : any colour that matplotlib knows

    Returns
    -------
    str

    Notes
    -----
    Contrast is that of the Web Content Accessibility Guidelines (W3C): (lighter + 0.05) / (darker + 0.05), of relative
    luminances. The better of black and white never has less than 4.58, and 4.5 is asked for.

    Examples
    --------
    >>> readable("#0B45B5"), readable("#DDDDDD")
    ('white', 'black')
    """
    return "white" if contrast(colour, "white") > contrast(colour, "black") else "black"


def contrast(one: Any, other: Any) -> float:
    """Compute the contrast of two colours as the Web Content Accessibility Guidelines (W3C) define it.

    Parameters
    ----------
    one, other : any colour that matplotlib knows

    Returns
    -------
    float
        From 1 to 21.

    Examples
    --------
    >>> contrast("black", "white")
    21.0
    """
    darker, lighter = sorted(_luminance(colour) for colour in (one, other))
    return round((lighter + 0.05) / (darker + 0.05), 6)


def _luminance(colour: Any) -> float:
    channels = np.asarray(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def need(table: pd.DataFrame, columns: Iterable[str], *, where: str, giver: str) -> None:
    """Refuse a table that is empty or lacks a column.

    Parameters
    ----------
    table : pandas.DataFrame
    columns : iterable of str
        Those needed.
    where : str
        The plot, and the table's label where it has one.
    giver : str
        The function that gives such a table.

    Raises
    ------
    ValueError
        The message names the column and the function.

    Examples
    --------
    >>> need(pd.DataFrame({"n": [1]}), ["n", "identical"], where="plot", giver="neutrality.agreement.pair")
    Traceback (most recent call last):
        ...
    ValueError: plot: the table has no column 'identical'. Take one as neutrality.agreement.pair gives it.
    """
    lacking = [column for column in columns if column not in table]
    if lacking:
        names = ", ".join(map(repr, lacking))
        raise ValueError(f"{where}: the table has no column {names}. Take one as {giver} gives it.")
    if not len(table):
        raise ValueError(f"{where}: the table is empty. Check the states, years and votes that {giver} was asked for.")


def few_enough(labels: Iterable[Any], most: int, *, where: str, what: str = "series") -> None:
    """Refuse more series than readers can tell apart, and none at all.

    Parameters
    ----------
    labels : iterable
    most : int
    where : str
        The plot.
    what : str, optional
        What there is too much of.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> few_enough("abcdef", 5, where="plot")
    Traceback (most recent call last):
        ...
    ValueError: plot: 6 series cannot be told apart; draw at most 5.
    """
    count = len(list(labels))
    if not count:
        raise ValueError(f"{where}: there is nothing to draw. Give at least one of the {what}.")
    if count > most:
        raise ValueError(f"{where}: {count} {what} cannot be told apart; draw at most {most}.")
