"""Above and behind a plot over years: Ulakhovich's periods, and marks at years that somebody names.

The periods are those that Kłysiński reports (osw-2018, fn5). A shared year is hatched, because it stands in two of
them, and nothing is shaded after the last year that Ulakhovich's chapter covers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, ScaledTranslation, blended_transform_factory

from neutrality import phases, turningpoints
from neutrality.drawing import INK, SHADE, inches
from neutrality.figures_layout import SMALL, text_width

LONGEST = 500
"""No plot has more years than this."""

_NAMES = {"osw": "Kłysiński", "digest": "Digest page"}
_ROW = 0.185  # inches
_BAR = 0.15
_SPACE = 0.05
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


def turning_marks(who: str, *, since: int | None = None) -> dict[int, str]:
    """Give the years at which one of the two sources sees a turn, as marks for a plot.

    Parameters
    ----------
    who : {"osw", "digest"}
        Whose turning points: see `neutrality.turningpoints`.
    since : int, optional
        Only for ``"digest"``: the first year of the late 2000s.

    Returns
    -------
    dict of int to str
        The first year of each group but the first, and a label that says whose it is. Marks of several sources are put
        together with ``|``.

    Raises
    ------
    ValueError
        As `neutrality.turningpoints.groups`.

    Examples
    --------
    >>> turning_marks("osw")
    {1994: 'Kłysiński: 1994', 2014: 'Kłysiński: 2014'}
    >>> turning_marks("digest", since=2008)
    {2008: 'Digest page: late 2000s, read as 2008'}
    """
    years = [group.first_year for group in turningpoints.groups(who, since=since) if group.first_year is not None]
    # The Digest page names no year, so the year must not look like its own.
    words = "{}: late 2000s, read as {}" if who == "digest" else "{}: {}"
    return {year: words.format(_NAMES[who], year) for year in years}


@dataclass(frozen=True)
class _Flag:
    """A mark: where its line stands, from where to where its label reaches, and in which row above the axes."""

    x: float
    start: float
    end: float
    row: int
    label: str

    def clashes(self, other: _Flag) -> bool:
        """Tell whether the labels overlap, or the line of the higher one crosses the label of the lower."""
        if self.row == other.row:
            return self.start < other.end and other.start < self.end
        upper, lower = (self, other) if self.row > other.row else (other, self)
        return lower.start < upper.x < lower.end


@dataclass(frozen=True)
class Header:
    """What stands above and behind a plot over years.

    Attributes
    ----------
    first, last : int
        The years drawn.
    width : float
        Of the axes, in inches.
    shaded : bool
        Whether the periods are there.
    marks : mapping of int to str
        Years and their labels; those that are not drawn are left out.
    offset : float
        Where on the axis a year begins, from its number: -0.5 where a year is a point, 0 where it is a stretch.
    room : float
        How far a label may reach beyond the axes at the right, in inches.
    """

    first: int
    last: int
    width: float
    shaded: bool = True
    marks: Mapping[int, str] = field(default_factory=dict)
    offset: float = -0.5
    room: float = 0.0

    def limits(self) -> tuple[float, float]:
        """Return the ends of the axis."""
        return self.first + self.offset, self.last + 1 + self.offset

    def periods(self) -> list[tuple[str, int, int]]:
        """Return the name and the years of each period that is drawn, whole, in order."""
        spans = [(phase.name, phase.first_year, phase.last_year or phases.CHAPTER_END.year) for phase in phases.PHASES]
        return [span for span in spans if self.shaded and span[1] <= self.last and span[2] >= self.first]

    def shared(self) -> list[int]:
        """Return the years drawn that stand in two periods."""
        periods = self.periods()
        years = {year for _, first, last in periods for year in (first, last)}
        twice = [year for year in sorted(years) if sum(first <= year <= last for _, first, last in periods) > 1]
        return [year for year in twice if self.first <= year <= self.last]

    def drawn_marks(self) -> dict[int, str]:
        """Return the marks whose years are drawn, in order."""
        return {year: self.marks[year] for year in sorted(self.marks) if self.first <= year <= self.last}

    def height(self) -> float:
        """Return the room that the header needs, in inches."""
        rows = len(self.periods()) + self._levels()
        return rows * _ROW + 2 * _SPACE if rows else 0.0

    def note(self) -> str:
        """Return the sentences that say whose periods they are; empty if none is drawn."""
        if not self.periods():
            return ""
        words = "Periods: Ulakhovich's, as Kłysiński reports them (osw-2018 fn5)."
        if self.shared():
            words += f" Hatched: {' and '.join(map(str, self.shared()))}, in two of them."
        if self.last >= phases.CHAPTER_END.year:
            words += (
                f" The note leaves the third open; it is drawn to {phases.CHAPTER_END.year}, where his chapter ends."
            )
        return words

    def told(self) -> list[str]:
        """Return lines for the description: the periods and the marks that are drawn."""
        lines = []
        if self.periods():
            spans = "; ".join(f"{name} {first}–{last}" for name, first, last in self.periods())
            lines.append(f"Periods, {spans}: {self.note().removeprefix('Periods: ')}")
        if self.drawn_marks():
            lines.append("Marked: " + "; ".join(f"{year} ({label})" for year, label in self.drawn_marks().items()))
        return lines

    def draw(self, axes: Axes) -> None:
        """Draw the periods and the marks; the axes' place is set, and their limits are set here."""
        axes.set_xlim(*self.limits())
        above = _above(axes)
        base = _SPACE + self._levels() * _ROW
        for place, (name, first, last) in enumerate(self.periods()):
            start, end = max(first, self.first) + self.offset, min(last, self.last) + 1 + self.offset
            low = base + (len(self.periods()) - 1 - place) * _ROW
            # Every second period is white, so that neighbours differ without colours.
            white = [phase.name for phase in phases.PHASES].index(name) % 2 == 1
            self._bar(axes, above, (start, end, low), "white" if white else "#D3D3D3", (name, f"{first}–{last}"))
            if not white:
                _column(axes, above, (start, end), base, {"color": SHADE, "linewidth": 0})
        for year in self.shared():
            look = {"facecolor": "white", "edgecolor": "#BBBBBB", "hatch": "////", "linewidth": 0}
            _column(axes, above, (year + self.offset, year + 1 + self.offset), base, look)
        for flag in self._flags():
            self._flag(axes, above, flag)

    def _bar(self, axes: Axes, above: Any, span: tuple[float, float, float], tint: str, words: tuple[str, str]) -> None:
        """Draw one period's bar, and its name and years."""
        start, end, low = span
        look: dict[str, Any] = {"facecolor": tint, "edgecolor": "#666666", "linewidth": 0.8, "label": " ".join(words)}
        axes.add_patch(Rectangle((start, low), end - start, _BAR, transform=above, clip_on=False, **look))
        x, side, label = self._beside(start, end, *words)
        axes.text(x, low + _BAR / 2, label, transform=above, ha=side, va="center_baseline", fontsize=SMALL)

    def _beside(self, start: float, end: float, name: str, years: str) -> tuple[float, str, str]:
        """Say where the words of a bar stand: inside, after it, inside without the years, or before it."""
        inch, space = self._inch(), 0.06 / self._inch()
        wide, short = ((text_width(words) + 0.06) / inch for words in (f"{name} {years}", name))
        if wide < end - start:
            return (start + end) / 2, "center", f"{name} {years}"
        if wide < self.limits()[1] - end:
            return end + space, "left", f"{name} {years}"
        if short < end - start:
            return (start + end) / 2, "center", name
        return start - space, "right", f"{name} {years}"

    def _flag(self, axes: Axes, above: Any, flag: _Flag) -> None:
        """Draw a line at a year, and its label above the axes as on a flag."""
        axes.axvline(flag.x, label=flag.label, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1.5)
        top = _SPACE + (flag.row + 1) * _ROW - 0.03
        pole = Rectangle((flag.x, 0), 0, top, transform=above, clip_on=False, edgecolor=INK, linewidth=1.2, fill=False)
        axes.add_patch(pole)
        look: dict[str, Any] = {"va": "center_baseline", "fontsize": SMALL, "bbox": _PAPER}
        space, side = 0.05 / self._inch(), "left" if flag.x == flag.start else "right"
        x = flag.x + (space if side == "left" else -space)
        axes.text(x, _SPACE + (flag.row + 0.42) * _ROW, flag.label, transform=above, ha=side, **look)

    def _flags(self) -> list[_Flag]:
        """Give each mark's label a side and a row, in as few rows as do, so that none lies on another or on a line."""
        either = [self._sides(year, label) for year, label in reversed(self.drawn_marks().items())]
        # A label between two lines is read with the left one, so labels stand at the right where they can.
        first = [sides[:1] for sides in either]
        found = (_placed(choices, rows, []) for choices in (first, either) for rows in range(len(either) + 1))
        fallback = [replace(sides[0], row=row) for row, sides in enumerate(either)]
        return next((flags for flags in found if flags is not None), fallback)

    def _sides(self, year: int, label: str) -> list[_Flag]:
        """Return a mark with its label at the right, and at the left, as far as there is room."""
        x, wide = year + self.offset + 0.5, (text_width(label) + 0.15) / self._inch()
        first, last = self.limits()
        right, left = _Flag(x, x, x + wide, 0, label), _Flag(x, x - wide, x, 0, label)
        fitting = [right] if right.end <= last + self.room / self._inch() else []
        fitting += [left] if left.start >= first else []
        return fitting or [right]

    def _levels(self) -> int:
        """Return how many rows the labels of marks need."""
        return max((flag.row + 1 for flag in self._flags()), default=0)

    def _inch(self) -> float:
        """Return how many inches a year is wide."""
        first, last = self.limits()
        return self.width / (last - first)


def _placed(choices: Sequence[Sequence[_Flag]], rows: int, done: list[_Flag]) -> list[_Flag] | None:
    """Place marks one after the other, and go back where one finds no place; None if there are too few rows."""
    if len(done) == len(choices):
        return done
    for row in range(rows):
        for side in choices[len(done)]:
            flag = replace(side, row=row)
            if not any(flag.clashes(other) for other in done):
                found = _placed(choices, rows, [*done, flag])
                if found is not None:
                    return found
    return None


def _above(axes: Axes) -> Any:
    """Return the coordinates in which x is a year and y is inches above the axes."""
    corner: Any = axes.transAxes
    upwards = Affine2D() + axes.figure.dpi_scale_trans + ScaledTranslation(0, 1, corner)
    return blended_transform_factory(axes.transData, upwards)


def _column(axes: Axes, above: Any, span: tuple[float, float], height: float, look: Mapping[str, Any]) -> None:
    """Shade years behind the plot and up to the header's bars."""
    axes.axvspan(*span, zorder=0.1, **look)
    wide = span[1] - span[0]
    axes.add_patch(Rectangle((span[0], 0), wide, height, transform=above, clip_on=False, zorder=0.1, **look))


def year_ticks(axes: Axes, first: int, last: int) -> None:
    """Put ticks at whole years, no more than fit.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    first, last : int

    Raises
    ------
    ValueError
        If there are more than `LONGEST` years between them.
    """
    room = max(2, int(inches(axes)[0] / 0.5))
    if last - first > LONGEST:
        raise ValueError(
            f"last is {last}, {last - first} years after the first, {first}. Draw at most {LONGEST} years."
        )
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if (last - first) / step < room)
    start = first if step < 5 else -(-first // step) * step
    axes.set_xticks(range(start, last + 1, step))
