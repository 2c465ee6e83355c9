"""A plot of where Minsk and Moscow stand on each issue, as the two sources tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from neutrality import stances
from neutrality.drawing import PALETTE, Drawing, Frame, corner_label, few_enough, inches, need
from neutrality.figures_layout import SMALL, TEXT, text_width, wrapped
from neutrality.wording import counted

MOST_ISSUES = 60
"""More issues than this make no picture that can be read."""

_ACTORS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "minsk": ("Minsk", {"marker": "o", "markersize": 8.0, "color": PALETTE[0]}),
    "moscow": (
        "Moscow",
        {"marker": "s", "markersize": 13.0, "markerfacecolor": "none", "markeredgewidth": 2.0, "color": PALETTE[1]},
    ),
}
_NOT_CODED = "not coded"
_ASIDE = (stances.NOT_TAKEN, stances.NOT_IN_SOURCE, _NOT_CODED)
_RUNG = 0.26  # inches of a row
_STEP = 0.55  # inches of a step of the scale


def stance_ladder(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    *,
    title: str,
    coder: str = "adjudicated",
    round: int | None = None,  # noqa: A002
) -> Drawing:
    """Draw where Minsk and Moscow stand on each issue, as one coder has coded it.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `neutrality.stances.codings` or `neutrality.stances.read`. Codings of other issues are ignored.
    issues : pandas.DataFrame
        The issues to draw, in this order, as from `neutrality.stances.issues`.
    title : str
    coder : str, optional
        Whose codings.
    round : int, optional
        By default the coder's last one.

    Returns
    -------
    Drawing
        One row an issue, with the words for its two ends. The two places are joined. An actor without a place stands at
        the right, under the reason: no stance taken, not in the source, or not coded at all.

    Raises
    ------
    ValueError
        If a table is empty, lacks a column, or has more issues than can be read.
    neutrality.stances.StanceError
        If the coder has no codings, or a code is unknown.

    Notes
    -----
    The codes describe how the sources tell the story, and so cannot decide between them: see `neutrality.stances`.

    Examples
    --------
    >>> issues = pd.DataFrame({"id": ["i1"], "issue": ["A bridge"], "minus_two": ["no"], "plus_two": ["yes"]})
    >>> issues = issues.assign(first_year=1994, last_year=1997)
    >>> rows = [("i1", "minsk", "2"), ("i1", "moscow", "not taken")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="x", round=1)
    >>> print(stance_ladder(codings, issues, title="Stances", coder="x"))  # doctest: +ELLIPSIS
    Figure. Ladder of 1 issue, coded by x: 0 with a place of both Minsk and Moscow...
    A bridge, 1994–1997 (−2 no, 2 yes): Minsk 2, Moscow not taken
    """
    where = "stance_ladder"
    need(codings, ["issue", "actor", "coder", "round", "code"], where=where, giver="neutrality.stances.codings")
    columns = ["id", "issue", "minus_two", "plus_two", "first_year", "last_year"]
    need(issues, columns, where=where, giver="neutrality.stances.issues")
    few_enough(issues["id"], MOST_ISSUES, where=where, what="issues")
    answers = stances.wide(codings, coder, round, value="code").reindex(issues["id"])[list(_ACTORS)]
    answers = answers.astype(object).where(answers.notna(), _NOT_CODED)
    rungs = [
        _Rung(str(row["issue"]), _years(row), str(row["minus_two"]), str(row["plus_two"]), tuple(codes))
        for row, codes in zip(issues.to_dict("records"), answers.itertuples(index=False), strict=True)
    ]
    return _ladder(title, rungs, coder)


@dataclass(frozen=True)
class _Rung:
    """One issue: its name and years, what its ends mean, and the codes of Minsk and Moscow."""

    name: str
    years: str
    minus: str
    plus: str
    codes: tuple[str, ...]

    def places(self) -> list[int]:
        return [int(code) for code in self.codes if code not in _ASIDE]


def _years(row: Mapping[Any, Any]) -> str:
    first, last = int(row["first_year"]), int(row["last_year"])
    return str(first) if first == last else f"{first}–{last}"


def _ladder(title: str, rungs: Sequence[_Rung], coder: str) -> Drawing:
    reasons = [reason for reason in _ASIDE if any(reason in rung.codes for rung in rungs)]
    left = max(text_width(f"{rung.name}, {rung.years}") for rung in rungs)
    ends = [max(text_width(end) for end in side) for side in ([r.minus for r in rungs], [r.plus for r in rungs])]
    columns = _Columns(ends[0], ends[1], {reason: wrapped(reason, SMALL, 0.75) for reason in reasons})
    frame = Frame(
        title,
        "place from −2 to 2; the words say what the two ends mean",
        "issue",
        notes=f"Codes of {coder!r}: they describe how the sources tell the story, and cannot decide between them.",
        left=left + 0.1,
        header=0.55,
        height=_RUNG * len(rungs) + 0.06,
        width=0.0,
        narrowest=columns.width(),
    )
    with frame.open() as (figure, axes):
        columns.open(axes, len(rungs))
        axes.set_yticks(range(len(rungs)), [f"{rung.name}, {rung.years}" for rung in rungs], fontsize=SMALL)
        for place, rung in enumerate(rungs):
            _rung(axes, place, rung, columns)
        _actors(axes)
        corner_label(axes)
    return Drawing(figure, _ladder_alt(rungs, coder), "\n".join(map(_rung_line, rungs)))


@dataclass(frozen=True)
class _Columns:
    """Where things stand from left to right, in steps of the scale: the words, the places, and the reasons."""

    minus: float
    plus: float
    reasons: Mapping[str, str]

    def left(self) -> float:
        return -2.35 - (self.minus + 0.1) / _STEP

    def at(self, code: str) -> float:
        """Return where a code stands."""
        if code not in self.reasons:
            return float(int(code))
        return 2.35 + (self.plus + 0.65) / _STEP + 0.85 / _STEP * list(self.reasons).index(code)

    def right(self) -> float:
        last = [self.at(reason) + 0.45 / _STEP for reason in self.reasons]
        return max([2.35 + (self.plus + 0.1) / _STEP, *last])

    def width(self) -> float:
        return (self.right() - self.left()) * _STEP

    def open(self, axes: Axes, rows: int) -> None:
        """Set the axes up: the scale, the columns of reasons, and their heads."""
        axes.set_xlim(self.left(), self.right())
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_xticks(range(-2, 3), [str(place).replace("-", "−") for place in range(-2, 3)])
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.vlines(range(-2, 3), -0.6, rows - 0.4, color="#D4D4D4", linewidth=1.0, zorder=0.5)
        axes.vlines(0, -0.6, rows - 0.4, color="#777777", linewidth=1.4, zorder=0.5)
        for reason, words in self.reasons.items():
            middle, half = self.at(reason), 0.42 / _STEP
            axes.axvspan(middle - half, middle + half, color="#EEEEEE", linewidth=0, zorder=0.1)
            axes.text(middle, -0.7, words, ha="center", va="bottom", fontsize=SMALL)


def _rung(axes: Axes, place: int, rung: _Rung, columns: _Columns) -> None:
    """Draw one issue: the ends' words, the places and what joins them."""
    axes.text(-2.35, place, rung.minus, ha="right", va="center_baseline", fontsize=SMALL)
    axes.text(2.35, place, rung.plus, ha="left", va="center_baseline", fontsize=SMALL)
    if len(rung.places()) == 2:
        axes.plot(rung.places(), [place] * 2, color="#8C8C8C", linewidth=3.0, zorder=1, label=f"_{rung.name}")
    for code, (actor, look) in zip(rung.codes, _ACTORS.values(), strict=True):
        axes.plot([columns.at(code)], [place], linestyle="none", zorder=3, label=f"{actor}: {rung.name}", **look)


def _actors(axes: Axes) -> None:
    """Name the two markers above the scale."""
    y = -0.6 - 0.25 * (axes.get_ylim()[0] - axes.get_ylim()[1]) / inches(axes)[1]
    for x, (actor, look) in zip((-1.6, 0.5), _ACTORS.values(), strict=True):
        axes.plot([x], [y], linestyle="none", clip_on=False, label=f"_key {actor}", **look)
        axes.text(x + 0.16 / _STEP, y, actor, va="center", fontsize=TEXT)


def _ladder_alt(rungs: Sequence[_Rung], coder: str) -> str:
    both = [rung.places() for rung in rungs if len(rung.places()) == 2]
    same, opposite = sum(one == other for one, other in both), sum(one * other < 0 for one, other in both)
    return (
        f"Ladder of {counted(len(rungs), 'issue')}, coded by {coder}: {len(both)} with a place of both Minsk and "
        f"Moscow. The two stand on the same place on {same} of these, and on opposite sides of 0 on {opposite}."
    )


def _rung_line(rung: _Rung) -> str:
    actors = zip(rung.codes, _ACTORS.values(), strict=True)
    told = ", ".join(f"{actor} {code.replace('-', '−')}" for code, (actor, _) in actors)
    return f"{rung.name}, {rung.years} (−2 {rung.minus}, 2 {rung.plus}): {told}"
