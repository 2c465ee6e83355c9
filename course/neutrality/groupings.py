"""Groups of roll calls: the ways in which every measure of votes can be asked for.

A measure that is told ``by="phase"`` needs to know which roll calls make up each phase. That is decided here, once for
all measures, together with what every decision leaves out:

- ``"all"``: one group, called "all".
- ``"session"``: regular sessions. A session is not a calendar year: it opens in September and runs into the next year.
  (The publishers of the ideal points call 1945 + session its year.)
- ``"year"``: calendar years of the vote.
- ``"phase"``: Ulakhovich's three periods, as reported by Kłysiński (osw-2018, fn5), which end with 2001: see
  `neutrality.phases`. Two years are shared, so a boundary must be chosen.
- ``"osw"``, ``"digest"``: the years between those for which the two sources tell of a change: see
  `neutrality.turningpoints`.
- ``"issue"``: Voeten's six issue codes. A roll call with two codes is in two groups. A missing code is not "no": where
  a code is missing, the roll call is not in that issue's group, and ``notes["gaps"]`` counts how often that happens.
- labels of your own, one a roll call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import inputs, phases, rollcalls, turningpoints
from neutrality.phases import Boundary
from neutrality.rollcalls import Mask, RollCalls

GROUPINGS = ("all", "session", "year", "phase", *turningpoints.WHO, "issue")
"""The groupings that have a name."""

ISSUES = tuple(rollcalls.ISSUES)
"""Voeten's issue codes; `neutrality.rollcalls.ISSUES` says what each is about."""

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which roll calls are in which group.

    Attributes
    ----------
    by : str
        One of `GROUPINGS`, or ``"labels"`` where labels were given.
    names : tuple
        The groups, in order: the session's number (its label, with ``special=True``), the year, or the group's name.
    rows : numpy.ndarray of int
        Row numbers of roll calls. A roll call may be there twice (it has two issues, or stands in a shared year that
        counts for both periods) or not at all.
    number : numpy.ndarray of int
        For each of `rows`, the place of its group in `names`.
    notes : dict
        What was decided. ``special``: whether votes of special and emergency special sessions are in the groups.
        ``left_out``: how many roll calls are in no group, by reason. By phase also ``boundary`` and ``end`` (the last
        day of the last period); by the Digest page's words ``since``; by either source's turning points ``locators``;
        by issue ``gaps``: for each issue, at how many roll calls its code is missing.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> phase = group(rollcalls.load(), "phase", boundary="both")
    >>> phase.names
    ('neutrality', 'multi-vector', 'strategic partnership')
    >>> int((phase.number == 0).sum()), len(next(rows for name, rows in phase.parts()))
    (282, 282)
    """

    by: str
    names: tuple[Any, ...]
    rows: Places
    number: Places
    notes: dict[str, Any]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def fixed(self) -> bool:
        """Whether the groups were named beforehand, so that one without votes should still be shown."""
        return self.by not in ("session", "year")

    @property
    def sizes(self) -> Places:
        """Number of roll calls in each group."""
        return np.bincount(self.number, minlength=len(self.names)).astype(np.int64, copy=False)

    def parts(self) -> Iterator[tuple[Any, Places]]:
        """Go through the groups in order: each one's name and the row numbers of its roll calls."""
        order = np.argsort(self.number, kind="stable")
        ends = np.cumsum(self.sizes)[:-1]
        yield from zip(self.names, np.split(self.rows[order], ends) if self.names else [], strict=True)


def group(
    votes: RollCalls,
    by: str | npt.ArrayLike,
    *,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
) -> Grouping:
    """Put roll calls into groups.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    by : str or array_like
        One of `GROUPINGS`; or labels, one a roll call and in the order of the roll calls, where a gap (None or NaN)
        puts a roll call into no group. Labels are sorted, unless they cannot be (then they stand in the order in which
        they first appear) or are a pandas Categorical (then they stand in its order, and unused ones are kept).
    boundary : str or neutrality.phases.Boundary, optional
        What to do with 1994 and 1997, which two phases share. Demanded by ``by="phase"``, and only allowed there.
    since : int, optional
        The first year of "the late 2000s", 2005 to 2009. Only for ``by="digest"``; by default 2007.
    special : bool, optional
        Whether special and emergency special sessions count. By default ``by="session"`` has the regular sessions
        only, while all other groupings have every vote, special sessions included. With ``by="session",
        special=True`` each special session is a group of its own, after the regular ones.

    Returns
    -------
    Grouping
        Sessions and years are there if they have a roll call; "all", phases, turning points and issues are always
        there.

    Raises
    ------
    ValueError
        If `by`, `boundary` or `since` is not one of those possible or has no meaning here, or there are more or fewer
        labels than roll calls.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> group(calls, "session").names[-3:]
    (78, 79, 80)
    >>> issues = group(calls, "issue")
    >>> issues.names, issues.notes["left_out"]["issue codes are missing"]
    (('me', 'nu', 'di', 'co', 'hr', 'ec'), 3259)
    >>> decade = group(calls, calls.resolutions["year"] // 10 * 10)
    >>> decade.by, decade.names[:2]
    ('labels', (1940, 1950))
    """
    name = by if isinstance(by, str) else "labels"
    _check(by, boundary, since)
    keep_special = name != "session" if special is None else inputs.flag("group: special", special)
    usable = np.ones(len(votes), dtype=bool) if keep_special else ~votes.resolutions["special"].to_numpy(dtype=bool)
    notes: dict[str, Any] = {"special": keep_special}
    if name in ("session", "year", "labels"):
        labels = votes.resolutions[name] if isinstance(by, str) else _labels(votes, by)
        session = name == "session"
        names, rows, number = _one_each(labels, usable, session=session, numbers=session and not keep_special)
        reasons = {"has no label": labels.isna().to_numpy(dtype=bool)}
    else:
        names, belongs, reasons, more = _memberships(votes, name, boundary, since)
        number, rows = np.nonzero((belongs & usable[:, None]).T)
        notes |= more
    notes["left_out"] = _left_out({"is of a special session": ~usable, **reasons})
    return Grouping(name, names, rows, number, notes)


def _one_each(
    labels: pd.Series[Any], usable: Mask, *, session: bool, numbers: bool
) -> tuple[tuple[Any, ...], Places, Places]:
    """Group by something of which a roll call has at most one: return names, rows and numbers."""
    codes, distinct = pd.factorize(labels)
    rows = np.flatnonzero(usable & (codes >= 0))
    used = list(dict.fromkeys(codes[rows].tolist()))
    given = _plain(distinct[code] for code in used)
    if numbers:
        given = [int(label) for label in given]
    names = _in_order(given, labels, session=session)
    place = {name: number for number, name in enumerate(names)}
    order = np.zeros(len(distinct), dtype=np.int64)
    order[used] = [place[label] for label in given]
    return names, rows, order[codes[rows]]


def _plain(labels: Iterable[Any]) -> list[Any]:
    """Return labels as Python's own kinds of numbers."""
    return [label.item() if isinstance(label, np.generic) else label for label in labels]


def _labels(votes: RollCalls, by: npt.ArrayLike) -> pd.Series[Any]:
    """Return given labels as a series; refuse too many or too few of them."""
    labels = pd.Series(inputs.in_order(by, len(votes))).reset_index(drop=True)
    if len(labels) != len(votes):
        raise ValueError(
            f"group: by has {len(labels)} labels, there are {len(votes)} roll calls. Give one label a roll call, or "
            f"the name of a grouping: {', '.join(map(repr, GROUPINGS))}."
        )
    return labels


def _in_order(given: list[Any], labels: pd.Series[Any], *, session: bool) -> tuple[Any, ...]:
    """Return the groups in order."""
    if isinstance(labels.dtype, pd.CategoricalDtype):
        return tuple(labels.cat.categories.tolist())
    try:
        return tuple(sorted(given, key=_session_order if session else None))
    except TypeError:
        return tuple(given)


def _session_order(label: int | str) -> tuple[str, int]:
    """Sort numbers as numbers, regular sessions before special ones, and those before emergency special ones."""
    if isinstance(label, int):
        return "", label
    kind, _, number = label.rpartition("-")
    return {"": "", "S": "1", "ES": "2"}[kind], int(number)


def _memberships(
    votes: RollCalls, by: str, boundary: str | Boundary | None, since: int | None
) -> tuple[tuple[str, ...], Mask, dict[str, Mask], dict[str, Any]]:
    """Group by something of which a roll call can have several: return names, who belongs, reasons and notes."""
    table = votes.resolutions
    if by == "all":
        return ("all",), np.ones((len(votes), 1), dtype=bool), {}, {}
    if by == "issue":
        return _issues(table)
    if by == "phase":
        frame = phases.members(table["date"], boundary)
        notes: dict[str, Any] = {"boundary": boundary, "end": phases.CHAPTER_END}
    else:
        frame = turningpoints.members(table["year"], by, since=since)
        notes = {str(name): value for name, value in frame.attrs.items() if name != "who"}
    belongs: Mask = frame.to_numpy(dtype=bool)
    return tuple(map(str, frame)), belongs, {"is dated in none of the periods": ~_any(belongs)}, notes


def _issues(table: pd.DataFrame) -> tuple[tuple[str, ...], Mask, dict[str, Mask], dict[str, Any]]:
    """Group by issue; count the gaps, which are not "no"."""
    lacking = [issue for issue in ISSUES if issue not in table]
    if lacking:
        raise ValueError(
            f"group: the column {lacking[0]!r} is missing from `resolutions`, so these roll calls cannot be grouped by "
            "issue. Take roll calls from `neutrality.rollcalls.load`."
        )
    codes = table[list(ISSUES)]
    gaps = codes.isna()
    belongs: Mask = codes.fillna(False).to_numpy(dtype=bool)
    reasons = {
        "issue codes are missing": gaps.all(axis=1).to_numpy(dtype=bool),
        "has none of the issues coded, and others are missing": _any(gaps.to_numpy()) & ~_any(belongs),
        "has none of the six issues": ~_any(belongs),
    }
    return ISSUES, belongs, reasons, {"gaps": {issue: int(gaps[issue].sum()) for issue in ISSUES}}


def _any(belongs: npt.NDArray[Any]) -> Mask:
    """Tell which roll calls are in at least one group."""
    return np.asarray(belongs.any(axis=1), dtype=bool)


def _left_out(reasons: dict[str, Mask]) -> dict[str, int]:
    """Count the roll calls left out for each reason, each under the first reason that holds."""
    counted: dict[str, int] = {}
    seen: Any = False
    for reason, holds in reasons.items():
        number = int((holds & ~np.asarray(seen)).sum())
        seen = seen | holds
        if number:
            counted[reason] = number
    return counted


def _check(by: str | npt.ArrayLike, boundary: object, since: object) -> None:
    """Refuse arguments that have no answer."""
    if isinstance(by, str) and by not in GROUPINGS:
        choices = ", ".join(map(repr, GROUPINGS))
        raise ValueError(f"group: by is {by!r}. Choose one of {choices}, or give one label a roll call.")
    name = repr(by) if isinstance(by, str) else "labels"
    if boundary is not None and name != "'phase'":
        raise ValueError(f"group: boundary is for by='phase'; with by={name} leave it out.")
    if since is not None and name != "'digest'":
        raise ValueError(f"group: since is for by='digest'; with by={name} leave it out.")
