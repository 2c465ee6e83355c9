"""How far apart Minsk and Moscow stand on the issues that the two sources tell of.

**What circularity means here.** The codes are drawn from two texts by interpreters who disagree about Belarus. A
measure of these codes describes how the two tell the story. It cannot decide between them: an interpreter who reports
mostly the issues on which Minsk and Moscow part makes the distance large, whatever the distance was. That needs
evidence that neither of them chose, such as the votes in `neutrality.rollcalls`.

**The measures.** An issue is *coded* where both Minsk (m) and Moscow (r) have a place from -2 to 2.

- ``distance``: the mean of ``|m - r| / 4``, from 0 (same place everywhere) to 1 (opposite ends everywhere).
- ``signed``: the mean of ``toward_moscow`` · (m - r) / 4 over the coded issues of which one end is Russia's side.
  Negative: Minsk stands further from Russia's side than Moscow does.
- ``opposite``: the share of coded issues on which the two stand on opposite sides of 0.

On the scale of three points only the sides count, and the divisor is 2.

**What is not known.** A stance that was not taken, or that the source does not tell, has no place. ``distance`` and
``opposite`` therefore come with bounds: the least and the most that each could be over *all* issues of the group if
every missing place were known, wherever it lies. Bounds can lie beside the value, which is about the coded issues only:
from a known 0 no other place is further than half the scale.

On how many issues Minsk differs without siding with Moscow's opponents is counted in `neutrality.siding`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import phases, resampling, stances, turningpoints
from neutrality.resampling import FEWEST
from neutrality.siding import DEFINITIONS, OPPONENTS, selection
from neutrality.stanceplaces import CIRCULARITY, mean, placed

__all__ = [
    "AFTER",
    "CIRCULARITY",
    "DEFINITIONS",
    "FEWEST",
    "GROUPINGS",
    "OPPONENTS",
    "measure",
    "selection",
    "sensitivity",
]

GROUPINGS = ("phase", "osw", "digest", "all")
"""What `measure` can group by: Ulakhovich's phases, the turning points of either source, or nothing."""

AFTER = f"after the chapter (from {phases.CHAPTER_END.year + 1})"
"""The group, with ``by="phase"``, of what comes after the last year that Ulakhovich's chapter covers."""

_VALUES = ("distance", "signed", "opposite")

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Choice:
    """All that a measure depends on beside the tables."""

    by: str
    boundary: str | None
    since: int | None
    coder: str
    round: int | None
    scale: int
    not_taken: str


def measure(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    *,
    by: str,
    boundary: str | None = None,
    since: int | None = None,
    coder: str = "adjudicated",
    round: int | None = None,  # noqa: A002
    scale: int = 5,
    not_taken: str = "missing",
    draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how far apart Minsk and Moscow stand, group by group.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `neutrality.stances.codings` or `neutrality.stances.read`. Codings of other issues are ignored.
    issues : pandas.DataFrame
        The issues that count, as from `neutrality.stances.issues`.
    by : {"phase", "osw", "digest", "all"}
        The groups: Ulakhovich's phases (`neutrality.phases`), with a row for what comes after his chapter; the turning
        points of Kłysiński or of the Digest page (`neutrality.turningpoints`); or one group. An issue belongs to the
        group that holds most of its years; of groups that hold as many, to the first, but with ``"both"`` to each.
    boundary : {"earlier", "later", "drop", "both"}
        What to do with 1994 and 1997, which two phases share. Demanded by ``by="phase"``, and only allowed there. Two
        dates are no choice here, because an issue has years and no day.
    since : int, optional
        Only for ``by="digest"``: the first year of the late 2000s (see `neutrality.turningpoints.groups`).
    coder : str, optional
        Whose codings.
    round : int, optional
        By default the coder's last one.
    scale : {5, 3}, optional
        Places from -2 to 2, or only the sides.
    not_taken : {"missing", "zero"}, optional
        Whether a stance that was not taken has no place, or counts as 0.
    draws : int, optional
        Bootstrap samples a group.
    level : float, optional
        Width of the intervals, between 0 and 1.
    seed : int, optional
        Seed of the bootstrap. The same tables and seed give the same intervals, whatever the order of the rows.

    Returns
    -------
    pandas.DataFrame
        Indexed by group. ``issues``; ``coded``; ``not_taken`` (issues on which Minsk or Moscow took no stance);
        ``coverage`` (coded of issues); ``distance``, ``signed`` and ``opposite``, each with ``_low`` and ``_high``; and
        ``distance_bound_low``, ``distance_bound_high``, ``opposite_bound_low``, ``opposite_bound_high``. Gaps where
        nothing is coded; intervals are gaps with fewer than `FEWEST` issues or events behind the value. ``attrs`` holds
        what was done, and the issues that belong to no group.

    Raises
    ------
    ValueError
        If `by`, `boundary`, `since`, `scale`, `not_taken`, `draws` or `level` is not one of those possible.
    TypeError
        If ``by="phase"`` comes without a boundary.
    neutrality.stances.StanceError
        If the coder has no codings, or a code is unknown.

    Notes
    -----
    The intervals are percentiles of a bootstrap that draws events with replacement, each with all its coded issues,
    because issues of one event are not independent. The issues are no random sample but what two authors chose to tell:
    read an interval as how much a value rests on few events, and not as a margin of error.

    Examples
    --------
    >>> issues = pd.DataFrame({"id": ["i1", "i2"], "event": ["a", "b"], "first_year": [1992, 2014]})
    >>> issues = issues.assign(last_year=issues["first_year"], toward_moscow=1, source="osw-2018")
    >>> rows = [("i1", "minsk", "2"), ("i1", "moscow", "2"), ("i2", "minsk", "-1"), ("i2", "moscow", "2")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="adjudicated", round=1)
    >>> measure(codings, issues, by="osw").loc["from 2014", ["distance", "signed", "opposite"]].tolist()
    [0.75, -0.75, 1.0]
    """
    choice = _Choice(by, boundary, since, coder, round, scale, not_taken)
    _check(choice)
    if draws < 1:
        raise ValueError(f"draws is {draws}. Give 1 or more; 2000 is a good number.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}. Give a number between 0 and 1, such as 0.95.")
    table = _stances(codings, issues, choice)
    belongs = _membership(table, choice)
    rows = {
        group: _values(table[inside]) | _bounds(table[inside], scale) | _intervals(table[inside], draws, level, seed)
        for group, inside in _parts(belongs)
    }
    columns = ["issues", "coded", "not_taken", "coverage"]
    columns += [name + end for name in _VALUES for end in ("", "_low", "_high")]
    columns += [f"{name}_bound_{end}" for name in ("distance", "opposite") for end in ("low", "high")]
    result = _framed(rows, columns)
    result.index.name = by
    result.attrs = _told(table, belongs, choice)
    result.attrs.update(draws=draws, level=level, seed=seed)
    return result


def sensitivity(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    *,
    by: str,
    boundary: str | None = None,
    since: int | None = None,
    coder: str = "adjudicated",
    round: int | None = None,  # noqa: A002
) -> pd.DataFrame:
    """Measure again with one choice changed at a time.

    Parameters
    ----------
    codings, issues, by, boundary, since, coder, round
        The base: as for `measure`, on five points, with a stance not taken as missing.

    Returns
    -------
    pandas.DataFrame
        One row a variant and group: ``variant``, ``left_out``, ``group``, ``issues``, ``coded``, ``distance``,
        ``signed``, ``opposite``, and the changes from the base ``distance_change``, ``signed_change``,
        ``opposite_change``. The variants are ``base``; ``without event`` and ``without source``, with what is left out;
        ``coder`` followed by each other coder who has codings (in that coder's last round); ``scale 3``;
        ``not taken as 0``; with ``by="phase"`` ``boundary`` followed by each other rule; and with ``by="digest"``
        ``since`` followed by each other year that the late 2000s can begin with.

    Raises
    ------
    ValueError, TypeError, neutrality.stances.StanceError
        As `measure`.

    Examples
    --------
    >>> issues = pd.DataFrame({"id": ["i1", "i2"], "event": ["a", "b"], "first_year": [1992, 2014]})
    >>> issues = issues.assign(last_year=issues["first_year"], toward_moscow=1, source="osw-2018")
    >>> rows = [("i1", "minsk", "2"), ("i1", "moscow", "2"), ("i2", "minsk", "-1"), ("i2", "moscow", "2")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="adjudicated", round=1)
    >>> table = sensitivity(codings, issues, by="all")
    >>> table.loc[table["left_out"] == "a", ["distance", "distance_change"]].values.tolist()
    [[0.75, 0.375]]
    """
    base = _Choice(by, boundary, since, coder, round, 5, "missing")
    _check(base)
    blocks = []
    for variant, left_out, choice, table in _variants(codings, issues, base):
        rows = {group: _values(table[inside]) for group, inside in _parts(_membership(table, choice))}
        block = _framed(rows, ["issues", "coded", *_VALUES])
        block.insert(0, "group", block.index)
        block.insert(0, "left_out", left_out)
        block.insert(0, "variant", variant)
        blocks.append(block)
    for block in blocks:
        for name in _VALUES:
            block[f"{name}_change"] = block[name] - blocks[0][name]
    result = pd.concat(blocks, ignore_index=True)
    result.attrs = {"by": by, "boundary": boundary, "since": since, "coder": coder, "circularity": CIRCULARITY}
    return result


def _stances(codings: pd.DataFrame, issues: pd.DataFrame, choice: _Choice) -> pd.DataFrame:
    """Return the issues with all places on the scale asked for, and with what each issue adds to the three measures."""
    table = placed(codings, issues, choice.coder, choice.round, not_taken=choice.not_taken)
    if choice.scale == 3:
        table[list(stances.ACTORS)] = np.sign(table[list(stances.ACTORS)])
    end = _end(choice.scale)
    apart = table["minsk"] - table["moscow"]
    table["distance"] = apart.abs() / (2 * end)
    toward = table["toward_moscow"].astype("float64")
    table["signed"] = (toward * apart / (2 * end)).where(toward != 0)
    table["opposite"] = (table["minsk"] * table["moscow"] < 0).astype("float64").where(apart.notna())
    return table


def _end(scale: int) -> int:
    """Return the end of the scale: places lie between it and its negative."""
    return scale // 2


def _membership(table: pd.DataFrame, choice: _Choice) -> pd.DataFrame:
    """Tell which issues belong to which group: the one that holds most of an issue's years."""
    if choice.by == "all":
        return pd.DataFrame({"all": np.ones(len(table), dtype=bool)})
    spans = table[["first_year", "last_year"]].astype("int64").to_numpy()
    row = np.repeat(np.arange(len(table)), spans[:, 1] - spans[:, 0] + 1)
    years = [year for first, last in spans for year in range(first, last + 1)]
    of_years = _groups_of_years(years, choice)
    held = np.zeros((len(table), len(of_years.columns)), dtype=np.int64)
    np.add.at(held, row, of_years.to_numpy(dtype=np.int64))
    belongs = (held == held.max(axis=1, keepdims=True)) & (held > 0)
    if choice.boundary != "both":
        # Of groups that hold as many, the first: an issue is counted once, where it begins.
        belongs &= belongs.cumsum(axis=1) == 1
    groups = pd.DataFrame(belongs, columns=of_years.columns)
    groups.attrs = of_years.attrs
    return groups


def _groups_of_years(years: list[int], choice: _Choice) -> pd.DataFrame:
    if choice.by == "phase":
        # Years have no day, but a named boundary treats all days of a year alike.
        belongs = phases.members([f"{year}-01-01" for year in years], choice.boundary)
        return belongs.assign(**{AFTER: np.array(years) > phases.CHAPTER_END.year})
    return turningpoints.members(years, choice.by, since=choice.since)


def _parts(belongs: pd.DataFrame) -> Iterator[tuple[str, Mask]]:
    for group in belongs:
        yield str(group), belongs[group].to_numpy(dtype=bool)


def _values(part: pd.DataFrame) -> dict[str, float]:
    """Count the issues of one group and average over those that are coded."""
    coded = int(part["distance"].notna().sum())
    row: dict[str, float] = {"issues": len(part), "coded": coded, "not_taken": int(part["not_taken"].sum())}
    row["coverage"] = coded / len(part) if len(part) else float("nan")
    for name in _VALUES:
        values = part[name].to_numpy(dtype=np.float64)
        row[name] = mean(values[~np.isnan(values)])
    return row


def _bounds(part: pd.DataFrame, scale: int) -> dict[str, float]:
    """Average the least and most that each issue could contribute, its missing places lying anywhere."""
    minsk, moscow = part["minsk"].to_numpy(dtype=np.float64), part["moscow"].to_numpy(dtype=np.float64)
    end = _end(scale)
    free = np.arange(-end, end + 1, dtype=np.float64)
    # Axes: issue, Minsk's place, Moscow's place; a known place is the same wherever the free one lies.
    m = np.where(np.isnan(minsk)[:, None], free, minsk[:, None])[:, :, None]
    r = np.where(np.isnan(moscow)[:, None], free, moscow[:, None])[:, None, :]
    could = {"distance": np.abs(m - r) / (2 * end), "opposite": (m * r < 0).astype(np.float64)}
    bounds = {}
    for name, values in could.items():
        bounds[f"{name}_bound_low"] = mean(values.min(axis=(1, 2)))
        bounds[f"{name}_bound_high"] = mean(values.max(axis=(1, 2)))
    return bounds


def _intervals(part: pd.DataFrame, draws: int, level: float, seed: int) -> dict[str, float]:
    ends: dict[str, float] = {}
    for name in _VALUES:
        known = part[part[name].notna()]
        # The rows are sorted by event, so that their order in the tables does not count.
        number, events = pd.factorize(known["event"])
        low = high = float("nan")
        if len(known) >= FEWEST and len(events) >= FEWEST:
            sums = np.bincount(number, weights=known[name].to_numpy(dtype=np.float64)).astype(np.float64)
            drawn = _drawn(sums, np.bincount(number).astype(np.float64), draws, seed)
            low, high = np.quantile(drawn, resampling.tails(level))
        ends |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return ends


def _drawn(sums: Floats, sizes: Floats, draws: int, seed: int) -> Floats:
    """Draw samples of events and return the mean over the issues of each."""
    often = resampling.how_often(len(sums), draws, seed)
    means: Floats = (often @ sums) / (often @ sizes)
    return means


def _variants(
    codings: pd.DataFrame, issues: pd.DataFrame, base: _Choice
) -> Iterator[tuple[str, str, _Choice, pd.DataFrame]]:
    """Yield each variant's name, what it leaves out, its choices, and its issues with their places."""
    whole = _stances(codings, issues, base)
    yield "base", "", base, whole
    for column in ("event", "source"):
        for value in sorted(set(whole[column])):
            yield f"without {column}", str(value), base, whole[whole[column] != value]
    changed = {
        f"coder {coder}": replace(base, coder=coder, round=None)
        for coder in sorted(set(codings["coder"]) - {base.coder})
    }
    changed |= {"scale 3": replace(base, scale=3), "not taken as 0": replace(base, not_taken="zero")}
    if base.by == "phase":
        others = [rule for rule in phases.BOUNDARIES if rule != base.boundary]
        changed |= {f"boundary {rule}": replace(base, boundary=rule) for rule in others}
    if base.by == "digest":
        years = [year for year in _late_2000s() if year != (base.since or turningpoints.SINCE)]
        changed |= {f"since {year}": replace(base, since=year) for year in years}
    for variant, choice in changed.items():
        yield variant, "", choice, _stances(codings, issues, choice)


def _late_2000s() -> range:
    first, last = turningpoints.LATE_2000S
    return range(first, last + 1)


def _framed(rows: dict[str, dict[str, float]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index")[columns]
    return frame.astype({name: "int64" for name in ("issues", "coded", "not_taken") if name in columns})


def _told(table: pd.DataFrame, belongs: pd.DataFrame, choice: _Choice) -> dict[Hashable, Any]:
    """Say what was done, for the result's ``attrs``."""
    inside = np.asarray(belongs.to_numpy(dtype=np.bool_).any(axis=1))
    outside = table.index.to_numpy()[~inside]
    return {
        "by": choice.by,
        "boundary": choice.boundary,
        "since": belongs.attrs.get("since"),
        "end": phases.CHAPTER_END if choice.by == "phase" else None,
        "locators": _locators(choice),
        "assigned": "an issue belongs to the group that holds most of its years",
        "no_group": tuple(sorted(map(str, outside))),
        "coder": choice.coder,
        "round": "the coder's last" if choice.round is None else choice.round,
        "scale": choice.scale,
        "not_taken": choice.not_taken,
        "circularity": CIRCULARITY,
    }


def _locators(choice: _Choice) -> tuple[str, ...]:
    if choice.by == "all":
        return ()
    if choice.by == "phase":
        return tuple(phase.locator for phase in phases.PHASES)
    return tuple(group.locator for group in turningpoints.groups(choice.by, since=choice.since))


def _check(choice: _Choice) -> None:
    """Refuse choices that have no answer."""
    if choice.by not in GROUPINGS:
        raise ValueError(f"by is {choice.by!r}. Choose one of {', '.join(map(repr, GROUPINGS))}.")
    if choice.boundary is not None and choice.by != "phase":
        raise ValueError(f"boundary is for by='phase'; with by={choice.by!r} leave it out.")
    if choice.by == "phase":
        _check_boundary(choice.boundary)
    if choice.since is not None and choice.by != "digest":
        raise ValueError(f"since is for by='digest'; with by={choice.by!r} leave it out.")
    if choice.scale not in (5, 3):
        raise ValueError(f"scale is {choice.scale}. Choose 5 (places) or 3 (sides).")
    if choice.not_taken not in ("missing", "zero"):
        raise ValueError(f"not_taken is {choice.not_taken!r}. Choose 'missing' or 'zero'.")


def _check_boundary(boundary: Any) -> None:
    """Refuse what `neutrality.phases` would take for dates, but issues cannot be cut by."""
    rules = f"Choose one of {', '.join(map(repr, phases.BOUNDARIES))}."
    if boundary is None:
        raise TypeError(f"boundary is missing: 1994 and 1997 each stand in two periods (osw-2018 fn5). {rules}")
    if isinstance(boundary, phases.Boundary):
        raise ValueError(f"boundary has days, but issues have only years. {rules}")
    if boundary not in phases.BOUNDARIES:
        raise ValueError(f"boundary is {boundary!r}, which is none of the rules. {rules}")
