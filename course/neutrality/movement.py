"""Who moved: each state's own change against the rest of the Assembly, so that distance is not read as one's doing.

That Minsk and Moscow vote less alike than before can have three reasons: Minsk changed its votes, Moscow changed its
votes, or the Assembly voted on other matters. One number for the distance cannot tell them apart. Three functions try.

**`with_rest`: the agenda as it was.** How alike a state votes with the rest of the Assembly, group by group. It shows
whether a state stands nearer to the rest than before. It cannot show whether the state moved, because the rest and the
agenda move too.

**`moved`: who widened the gap.** The gap between two states on a roll call is 1 minus Lijphart's index: 0 for the same
vote, 1/2 where one abstained, 1 for a yes against a no. From one period to the next, matters that were voted on in both
are compared with themselves. A state's vote counts as yes = 1, abstain = 1/2, no = 0, less the mean vote of the rest on
the same roll call; so where a text was made milder and everybody moved along, nobody moved here. (And a state that
stays where it is while the rest turns away has moved against the rest.) The change of the gap is then split between the
two states: each gets what its change makes of the gap, once with the other still at its old place and once with the
other already at its new one, and the mean of both. The two parts add up to the change exactly.

- ``agenda="held"`` takes only matters voted on in both periods, each with the same weight. A change of the agenda is
  then no move. It says nothing about matters that came or went, and matters that stayed need not be typical.
- ``agenda="as it was"`` takes all roll calls on which both states voted. Repeated matters are weighted by the mean of
  their shares of the roll calls in both periods (see below). Whatever the two states' moves on them do not explain
  stands in a third column, ``by_agenda``: matters that came, went, or gained weight. The three
  parts add up to the change exactly. A large ``by_agenda`` means that much of the change can be given to neither state.

**`own`: a state by itself.** The change of a state's agreement with the rest on repeated matters, split in the same way
between the state's own change and that of the rest.

**Choices that matter.** For `moved` and `own` "the rest" is a fixed set in each comparison: all states that had a seat
at every repeated roll call of both periods, without the states compared. It is no neutral ground: most of it is Asia,
Africa and Latin America, and it moves too. A matter is found by its title (`neutrality.matters`), so its text can have
changed; matters with several roll calls in one session are left out, because several texts go under their title. The
split is one of several that add up; it treats both states alike. A roll call that is in both periods (phases with the
boundary "both") is compared with itself. A state's move is measured, never its motive.

**Where the arithmetic comes from.** The mean over both orders is the Shapley value; Anthony Shorrocks proposed it for
splitting such changes (Journal of Economic Inequality 11(1), 2013, pp. 99–126, of which we could open the abstract and
the beginning of the draft of 1999). Evelyn Kitagawa split the difference of two rates in 1955; we know of it from the
abstract of Prithwis Das Gupta's paper in Demography 15(1), 1978, pp. 99–112, which builds on hers, and took the mean of
both shares as the weight from the manual of a calculator. That votes are split so is our choice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import groupings, inputs, matters, resampling
from neutrality.assembly import ALIKE, VALUE, agreement, columns_of_rest, shares_of
from neutrality.groupings import Grouping
from neutrality.matchedperiods import Step, periods, steps
from neutrality.phases import Boundary
from neutrality.resampling import FEWEST, Bootstrap
from neutrality.rollcalls import Matrix, RollCalls, require_some

AGENDAS = ("held", "as it was")
"""What `moved` can do about the agenda."""

Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PARTS = ("change", "by_state", "by_first", "by_agenda")
_ENDS = tuple(name + end for name in _PARTS for end in ("_low", "_high"))
_MOVED = ("before", "matters", "rest", "gap_before", "gap_after", *_PARTS, *_ENDS)
_OWN_PARTS = ("change", "by_itself", "by_rest")
_OWN = (
    "state",
    "after",
    "before",
    "matters",
    "rest",
    "agreement_before",
    "agreement_after",
    *_OWN_PARTS,
    *(name + end for name in _OWN_PARTS for end in ("_low", "_high")),
)


def with_rest(
    votes: RollCalls,
    states: Iterable[str] = ("BLR", "RUS"),
    *,
    by: str | npt.ArrayLike,
    rest: Collection[str] | None = None,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how alike states vote with the rest of the Assembly, on the agenda as it was.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection; at least one.
    states : iterable of str, optional
        Codes; by default Belarus and Russia. None of them is part of the rest.
    by : str or array_like
        The groups, as for `neutrality.groupings.group`.
    rest : collection of str, optional
        Codes of the states to compare with; by default all others.
    boundary, since, special : optional
        As for `neutrality.groupings.group`.
    draws : int, optional
        Bootstrap samples a group; matters are drawn together (`neutrality.matters`).
    level : float, optional
        Width of the intervals, between 0 and 1.
    seed : int, optional
        The same votes and seed give the same intervals.

    Returns
    -------
    pandas.DataFrame
        One row a state and group: ``state``, ``group``, ``n`` (roll calls on which the state and at least one of the
        rest voted), ``clusters`` (matters in them), ``agreement`` (from 0 to 1: the mean over roll calls of Lijphart's
        index with each of the rest that voted), ``low``, ``high`` (NaN with fewer than `FEWEST` matters). Groups
        without such roll calls have ``n`` 0 and gaps.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a code is unknown.
    ValueError
        If a state is part of the rest it is compared with, there are no roll calls or no rest, or `by`, `draws` or
        `level` is not one of those possible.
    TypeError
        If ``by="phase"`` comes without a boundary, or `states` or `rest` is a text and not a list.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> table = with_rest(rollcalls.load().years(1989, 1993), by="year", draws=100)
    >>> table.pivot(index="group", columns="state", values="agreement").round(2).loc[[1989, 1993]].to_numpy().tolist()
    [[0.92, 0.92], [0.85, 0.73]]
    """
    require_some(votes)
    bootstrap = Bootstrap.checked(draws, level, seed)
    listed = inputs.listed("states", states)
    others = columns_of_rest(votes, listed, rest)
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    number, shares = matters.label(votes), shares_of(votes.matrix[:, others])
    rows: list[dict[str, Any]] = []
    for state in listed:
        alike = agreement(votes.votes(state), shares)
        for name, places in grouping.parts():
            rows.append({"state": state, "group": name} | _mean(alike[places], number[places], bootstrap))
    table = pd.DataFrame(rows, columns=["state", "group", "n", "clusters", "agreement", "low", "high"])
    table.attrs = _told(grouping, bootstrap) | {"states": listed, "rest": len(others)}
    return table


def moved(
    votes: RollCalls,
    state: str = "BLR",
    first: str = "RUS",
    *,
    by: str | npt.ArrayLike,
    agenda: str = "held",
    rest: Collection[str] | None = None,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Split the change of the gap between two states into what each of them did.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection; at least one.
    state, first : str, optional
        The two states; by default Belarus and Russia. The split treats them alike.
    by : str or array_like
        The periods, as for `neutrality.groupings.group`; each is compared with the one before it. For two periods of
        your own give labels, one a roll call.
    agenda : {"held", "as it was"}, optional
        Whether only matters voted on in both periods count, each alike, or all roll calls on which both states voted.
    rest : collection of str, optional
        Codes of the states against which a move is measured; by default all others.
    boundary, since, special : optional
        As for `neutrality.groupings.group`.
    draws, level, seed : optional
        As for `with_rest`.

    Returns
    -------
    pandas.DataFrame
        Indexed by the later period. ``before``: the period it is compared with; ``matters``: how many were voted on in
        both; ``rest``: how many states that is; ``gap_before``, ``gap_after`` (from 0, always the same vote, to 1,
        always yes against no); ``change``, and its parts ``by_state``, ``by_first`` and ``by_agenda`` (0 with the
        agenda held), which add up to it: a part above 0 widened the gap. Then ``change_low``, ``change_high`` and so
        on: percentiles of a bootstrap over matters, NaN with fewer than `FEWEST` matters. Without a repeated matter all
        but ``before`` and ``matters`` is missing, and ``attrs["why"]`` says so.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a code is unknown.
    ValueError
        If both states are the same or one is part of the rest, there are no roll calls or fewer than two periods, or
        `by`, `agenda`, `draws` or `level` is not one of those possible.
    TypeError
        As for `with_rest`.

    Examples
    --------
    >>> import numpy as np
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load().years(1986, 1993)
    >>> year = calls.resolutions["year"]
    >>> periods = np.select([year <= 1990, year >= 1992], ["1986–1990", "1992–1993"], None)
    >>> table = moved(calls, by=periods, draws=100)
    >>> table[["matters", "change", "by_state", "by_first"]].round(2).iloc[0].tolist()
    [38.0, 0.2, 0.01, 0.2]
    """
    if state == first:
        raise ValueError(f"moved: both states are {state!r}. Give two different states.")
    if agenda not in AGENDAS:
        raise ValueError(f"moved: agenda is {agenda!r}. Choose one of {', '.join(map(repr, AGENDAS))}.")
    require_some(votes)
    bootstrap = Bootstrap.checked(draws, level, seed)
    others = columns_of_rest(votes, (state, first), rest)
    grouping = periods(votes, by, boundary, since, special)
    one, two = votes.votes(state), votes.votes(first)
    rows = [
        {"after": step.after, "before": step.before, "rest": step.rest} | _gap(step, one, two, agenda, bootstrap)
        for step in steps(votes, grouping, (one > 0) & (two > 0), others)
    ]
    table = pd.DataFrame(rows).set_index("after")[list(_MOVED)].rename_axis(grouping.by)
    without = table.index[table["change"].isna()]
    why = dict.fromkeys(
        without, f"no matter was voted on by {state}, {first} and some of the rest in this period and the one before"
    )
    table.attrs = _told(grouping, bootstrap) | {"state": state, "first": first, "agenda": agenda, "why": why}
    return table


def own(
    votes: RollCalls,
    states: Iterable[str] = ("BLR", "RUS"),
    *,
    by: str | npt.ArrayLike,
    rest: Collection[str] | None = None,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Split the change of a state's agreement with the rest into its own doing and that of the rest.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection; at least one.
    states : iterable of str, optional
        Codes; by default Belarus and Russia. None of them is part of the rest.
    by : str or array_like
        The periods, as for `moved`.
    rest : collection of str, optional
        Codes of the states to compare with; by default all others.
    boundary, since, special : optional
        As for `neutrality.groupings.group`.
    draws, level, seed : optional
        As for `with_rest`.

    Returns
    -------
    pandas.DataFrame
        One row a state and period, from the second period on: ``state``, ``after`` and ``before`` (the periods),
        ``matters`` (voted on by the state in both), ``rest`` (how many states), ``agreement_before``,
        ``agreement_after`` (from 0 to 1, as in `with_rest`, on those matters, each with the same weight), ``change``
        and its parts ``by_itself`` and ``by_rest``, which add up to it, each with ``…_low`` and ``…_high``. Without a
        repeated matter these are gaps.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError, ValueError, TypeError
        As for `moved`.

    Notes
    -----
    A vote of the later period is set against the rest's votes of the earlier one, and the other way round. Where a text
    was made milder and everybody moved along, ``by_itself`` and ``by_rest`` are therefore both large and of opposite
    sign; only `moved` takes such a common move out.

    Examples
    --------
    >>> import numpy as np
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load().years(1986, 1993)
    >>> year = calls.resolutions["year"]
    >>> periods = np.select([year <= 1990, year >= 1992], ["1986–1990", "1992–1993"], None)
    >>> table = own(calls, by=periods, draws=100).set_index("state")
    >>> table[["change", "by_itself", "by_rest"]].round(2).to_numpy().tolist()
    [[-0.06, -0.05, -0.01], [-0.19, -0.19, -0.0]]
    """
    require_some(votes)
    bootstrap = Bootstrap.checked(draws, level, seed)
    listed = inputs.listed("states", states)
    others = columns_of_rest(votes, listed, rest)
    grouping = periods(votes, by, boundary, since, special)
    rows: list[dict[str, Any]] = []
    for state in listed:
        cast = votes.votes(state)
        for step in steps(votes, grouping, cast > 0, others):
            place = {"state": state, "after": step.after, "before": step.before, "rest": step.rest}
            rows.append(place | _own(step, cast, bootstrap))
    table = pd.DataFrame(rows, columns=list(_OWN))
    table.attrs = _told(grouping, bootstrap) | {"states": listed}
    return table


def _gap(step: Step, one: Matrix, two: Matrix, agenda: str, bootstrap: Bootstrap) -> dict[str, float]:
    """Split the change of the gap between two states from one period to the next."""
    found = len(np.unique(step.matter))
    names = ("gap_before", "gap_after", *_PARTS)
    if not found:
        return {"matters": 0} | dict.fromkeys((*names, *_ENDS), np.nan)
    parts = _gap_parts(step, one, two)
    if agenda == "held":
        sums, split = _each_alike(parts, step.matter), _held
    else:
        sums, split = _as_it_was(step, parts, _apart(one, two)), _free
    return {"matters": found} | _with_ends(names, _PARTS, sums, split, found, bootstrap)


def _gap_parts(step: Step, one: Matrix, two: Matrix) -> Floats:
    """Return for each pair of roll calls the gap before, the gap after, and what each state's change makes of it."""
    middle = step.shares @ VALUE
    one_old, two_old = (VALUE[cast[step.start] - 1] - middle[step.start] for cast in (one, two))
    one_new, two_new = (VALUE[cast[step.end] - 1] - middle[step.end] for cast in (one, two))
    before, after = np.abs(one_old - two_old), np.abs(one_new - two_new)
    one_first, two_first = np.abs(one_new - two_old), np.abs(one_old - two_new)
    by_one = (one_first - before + after - two_first) / 2
    by_two = (two_first - before + after - one_first) / 2
    return np.column_stack([before, after, by_one, by_two])


def _own(step: Step, cast: Matrix, bootstrap: Bootstrap) -> dict[str, float]:
    """Split the change of a state's agreement with the rest from one period to the next."""
    found = len(np.unique(step.matter))
    names = ("agreement_before", "agreement_after", *_OWN_PARTS)
    if not found:
        return {"matters": 0} | dict.fromkeys(names, np.nan)
    alike = step.shares @ ALIKE
    old, new = cast[step.start] - 1, cast[step.end] - 1
    before, after = alike[step.start, old], alike[step.end, new]
    moved_first, rest_first = alike[step.start, new], alike[step.end, old]
    by_itself = (moved_first - before + after - rest_first) / 2
    by_rest = (rest_first - before + after - moved_first) / 2
    sums = _each_alike(np.column_stack([before, after, by_itself, by_rest]), step.matter)
    return {"matters": found} | _with_ends(
        names, _OWN_PARTS, sums, lambda added: _held(added)[:, :-1], found, bootstrap
    )


def _each_alike(parts: Floats, matter: Places) -> Floats:
    """Average over the pairs of each matter; the first column counts matters."""
    sums = resampling.totals(np.column_stack([np.ones(len(parts)), parts]), matter)
    return sums / sums[:, :1]


def _as_it_was(step: Step, parts: Floats, apart: Floats) -> Floats:
    """Return for each matter: roll calls and gaps before, the same after, and the parts weighted by both."""
    number, everything = step.number, np.concatenate([step.old, step.new])
    columns = np.zeros((len(everything), 8))
    columns[: len(step.old), 0], columns[: len(step.old), 1] = 1, apart[step.old]
    columns[len(step.old) :, 2], columns[len(step.old) :, 3] = 1, apart[step.new]
    sums = resampling.totals(columns, number[everything])
    mine = np.searchsorted(np.unique(number[everything]), np.unique(step.matter))
    each = _each_alike(parts, step.matter)[:, 3:]
    sums[mine, 4:6] = sums[mine, 0:1] * each
    sums[mine, 6:8] = sums[mine, 2:3] * each
    return sums


def _held(added: Floats) -> Floats:
    """Turn sums over matters into gap before and after, the change, its parts, and none by the agenda."""
    mean = added[:, 1:] / added[:, :1]
    change = mean[:, 1] - mean[:, 0]
    return np.column_stack([mean[:, 0], mean[:, 1], change, mean[:, 2], mean[:, 3], np.zeros(len(mean))])


def _free(added: Floats) -> Floats:
    """Turn sums over matters into the same columns; what the states' moves do not explain is by the agenda."""
    old, new = (np.where(added[:, column] > 0, added[:, column], np.nan) for column in (0, 2))
    before, after = added[:, 1] / old, added[:, 3] / new
    by_one, by_two = ((added[:, 4 + who] / old + added[:, 6 + who] / new) / 2 for who in (0, 1))
    change = after - before
    return np.column_stack([before, after, change, by_one, by_two, change - by_one - by_two])


def _with_ends(
    names: Sequence[str],
    parts: Sequence[str],
    sums: Floats,
    split: Callable[[Floats], Floats],
    found: int,
    bootstrap: Bootstrap,
) -> dict[str, float]:
    """Compute the values of a row, and the intervals of its last columns."""
    row = dict(zip(names, split(sums.sum(axis=0, keepdims=True))[0].tolist(), strict=True))
    low = high = np.full(len(names), np.nan)
    if found >= FEWEST:
        drawn = split(resampling.resample(sums, bootstrap.draws, bootstrap.seed))
        low, high = np.nanquantile(drawn, resampling.tails(bootstrap.level), axis=0)
    for place, name in enumerate(names):
        if name in parts:
            row[f"{name}_low"], row[f"{name}_high"] = float(low[place]), float(high[place])
    return row


def _mean(values: Floats, number: Places, bootstrap: Bootstrap) -> dict[str, float]:
    """Average over roll calls, gaps aside, with the interval over matters."""
    there = ~np.isnan(values)
    sums = resampling.totals(np.column_stack([np.ones(there.sum()), values[there]]), number[there])
    n, added = sums.sum(axis=0)
    low = high = np.nan
    if len(sums) >= FEWEST:
        drawn = resampling.resample(sums, bootstrap.draws, bootstrap.seed)
        low, high = np.quantile(drawn[:, 1] / drawn[:, 0], resampling.tails(bootstrap.level))
    return {
        "n": int(n),
        "clusters": len(sums),
        "agreement": added / n if n else np.nan,
        "low": float(low),
        "high": float(high),
    }


def _apart(one: Matrix, two: Matrix) -> Floats:
    """Return the gap between two states, roll call by roll call; without meaning where either did not vote."""
    gap: Floats = np.abs(VALUE[np.maximum(one, 1) - 1] - VALUE[np.maximum(two, 1) - 1])
    return gap


def _told(grouping: Grouping, bootstrap: Bootstrap) -> dict[Hashable, Any]:
    return {"by": grouping.by, "grouping": grouping.notes, "fewest": FEWEST, **bootstrap.told()}
