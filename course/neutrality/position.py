"""Where a state stands between Russia and a reference: with the one, with the other, abstaining, or away.

**What it is for.** The Digest page says how Bohdan and Isaev chose the issues of their paper: those on which Minsk
differed from Moscow without siding with Moscow's opponents (digest-2016, s1.p3). That is a rule for choosing issues. It
names no opponents and counts nothing. What this module counts over votes is **our operationalisation** of it, and the
choices in it are ours: who stands for the opponents (the reference), which roll calls are asked about (the
denominator), and what not voting means. The answer depends on all three, so `grid` shows them side by side.

**Two denominators.** `first` is Russia and `state` Belarus unless you say otherwise.

- `when_opposed`: roll calls on which `first` and the reference were on opposite sides, a yes against a no.
- `when_differing`: roll calls on which `state` and `first` voted differently. An abstention against a yes or a no is a
  difference too.

**Outcomes.** Each roll call of the denominator has exactly one:

=============  ==========================================  ========================================================
outcome        when `first` and the reference are opposed  when `state` differs from `first`
=============  ==========================================  ========================================================
``first``      the vote of `first`                         never: they differ
``reference``  the vote of the reference                   the vote of the reference, be it yes, abstain or no
``between``    abstained                                   abstained, and the reference did not
``away``       did not vote                                did not vote, and `first` did
``other``      never: a yes or a no is with one of them    a yes or a no that is neither's vote
=============  ==========================================  ========================================================

``away`` counts only with ``absences=True``; without, roll calls on which `state` did not vote are no part of the
denominator. "Not with the reference" is everything but ``reference``. A roll call does not count where `state` had no
seat, or where the reference has no position: it did not vote, or (a set of states) no vote has more than half of those
its members cast. See `neutrality.blocs`; `state` and `first` are never counted among the members of a reference.

**What it cannot say.** Whether a state that differs has moved, or the others have: see `neutrality.movement`. Nor why:
a "no" to a text that Russia opposes is a "no" to that text. It does not show support for what Russia did, and votes do
not show the reason. Only recorded votes on adopted texts are here.

**Intervals** are percentiles of a bootstrap that draws matters, not roll calls, because yearly resolutions on one
matter repeat each other (`neutrality.matters`). They are missing (NaN) with fewer than `FEWEST` matters in a group: too
few to draw from. Where all matters have one outcome, the interval has no width; that is no certainty. Roll calls are
not a random sample: read an interval as how much a share rests on few matters.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import blocs, groupings, inputs, matters, resampling
from neutrality.blocs import Bloc
from neutrality.groupings import Grouping
from neutrality.phases import Boundary
from neutrality.resampling import FEWEST, Bootstrap
from neutrality.rollcalls import Mask, Matrix, RollCalls, Vote, require_some

OUTCOMES = ("first", "reference", "between", "away", "other")
"""The outcomes, in the order of the columns."""

DEFINITIONS = ("opposed", "differing")
"""The two denominators."""

RULE = "our operationalisation of the selection rule in digest-2016 s1.p3, on votes"
"""What every result is, as recorded in its ``attrs``."""

REFERENCES = ("USA", blocs.EU, "UKR")
"""The references of `grid`, unless others are given."""

BENCHMARKS = ("BLR", "CHN", "KAZ", "TKM", "AUT", "FIN")
"""The states of `grid`, unless others are given: Belarus, and states to compare it with."""

Reference = str | Bloc | Collection[str]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FIRST, _REFERENCE, _BETWEEN, _AWAY, _OTHER = range(len(OUTCOMES))
_NOT_COUNTED = -1
_COUNTS = ("n", "clusters", "left_out", "no_position", *(f"n_{name}" for name in OUTCOMES))
_SHARES = tuple(name + end for name in OUTCOMES for end in ("", "_low", "_high"))
_TYPES = dict.fromkeys(_COUNTS, "int64") | dict.fromkeys(_SHARES, "float64")


@dataclass(frozen=True, eq=False)
class _Sampling:
    """How the intervals are drawn: each roll call's cluster, what the clusters are, and the bootstrap's settings."""

    clusters: Places
    kind: str
    bootstrap: Bootstrap


@dataclass(frozen=True, eq=False)
class _Case:
    """One question put to roll calls: who is asked about, how all three voted, and each roll call's outcome.

    ``without`` are the members of the reference that are left out of it, so that nobody is compared with itself.
    """

    definition: str
    absences: bool
    state: str
    first: str
    reference: str
    own_votes: Matrix
    first_votes: Matrix
    reference_votes: Matrix
    without: tuple[str, ...]

    @property
    def differs(self) -> Mask:
        """Roll calls on which the state did not vote as the first did, though it had a seat."""
        mask: Mask = (self.first_votes > 0) & (self.own_votes >= 0) & (self.own_votes != self.first_votes)
        return mask

    @property
    def asked(self) -> Mask:
        """Roll calls of the denominator, those on which the state did not vote included."""
        if self.definition == "differing":
            return self.differs & (self.reference_votes > 0)
        low, high = (
            np.minimum(self.first_votes, self.reference_votes),
            np.maximum(self.first_votes, self.reference_votes),
        )
        mask: Mask = (low == Vote.YES) & (high == Vote.NO) & (self.own_votes != Vote.NO_ROW)
        return mask

    @property
    def no_position(self) -> Mask:
        """Roll calls that would be asked about if the reference had a position."""
        sided = (self.first_votes == Vote.YES) | (self.first_votes == Vote.NO)
        open_to = self.differs if self.definition == "differing" else sided & (self.own_votes != Vote.NO_ROW)
        seen = open_to if self.absences else open_to & (self.own_votes > 0)
        mask: Mask = seen & (self.reference_votes <= 0)
        return mask

    @property
    def outcomes(self) -> Places:
        """Each roll call's outcome, by its place in `OUTCOMES`; -1 where it does not count."""
        place = np.select(
            [
                self.own_votes == Vote.NON_VOTING,
                self.own_votes == self.reference_votes,
                self.own_votes == self.first_votes,
                self.own_votes == Vote.ABSTAIN,
            ],
            [_AWAY if self.absences else _NOT_COUNTED, _REFERENCE, _FIRST, _BETWEEN],
            _OTHER,
        )
        return np.where(self.asked, place, _NOT_COUNTED).astype(np.int64)


def when_opposed(
    votes: RollCalls,
    state: str = "BLR",
    first: str = "RUS",
    reference: Reference = "USA",
    *,
    by: str | npt.ArrayLike,
    absences: bool = False,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    clusters: str | npt.ArrayLike = "matters",
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Ask where a state stands when Russia and a reference vote on opposite sides.

    Our operationalisation of the selection rule in digest-2016 s1.p3, on votes; the module says what that means.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection; at least one.
    state : str, optional
        Code of the state that is asked about; by default Belarus.
    first : str, optional
        Code of the state in Russia's place.
    reference : str, Bloc or collection of str, optional
        The other side: a state's code; ``"EU"`` for the majority of the European Union's members of the day; a
        `neutrality.blocs.Bloc`, or codes of states whose majority counts.
    by : str or array_like
        The groups, as for `neutrality.groupings.group`.
    absences : bool, optional
        Whether roll calls on which `state` did not vote stand in the denominator, as ``away``.
    boundary, since, special : optional
        As for `neutrality.groupings.group`.
    clusters : {"matters", "roll calls"} or array_like, optional
        What the bootstrap draws: matters (`neutrality.matters.label`), single roll calls, or clusters of your own, one
        whole number a roll call.
    draws : int, optional
        Bootstrap samples a group.
    level : float, optional
        Width of the intervals, between 0 and 1.
    seed : int, optional
        The same votes and seed give the same intervals, whatever the other groups.

    Returns
    -------
    pandas.DataFrame
        Indexed by group. ``n``: the denominator; ``clusters``: how many matters are in it; ``left_out``: roll calls
        that are not in it because `state` did not vote (0 with absences); ``no_position``: because the reference has
        no position. Then counts ``n_first``, ``n_reference``, ``n_between``, ``n_away``, ``n_other``, which add up to
        ``n``; and shares of ``n`` from 0 to 1, ``first``, ``reference``, ``between``, ``away``, ``other``, each with
        ``…_low`` and ``…_high``. Groups without such roll calls have ``n`` 0 and gaps. ``attrs`` records what was asked
        and how; ``attrs["why"]`` says of each group with ``n`` 0 why.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a code is unknown.
    ValueError
        If two of the three are the same, there are no roll calls, or `by`, `clusters`, `draws` or `level` is not one
        of those possible.
    TypeError
        If ``by="phase"`` comes without a boundary.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> decade = calls.select(calls.resolutions["date"].between("2007-01-01", "2016-10-31"))
    >>> table = when_opposed(decade, by="all", absences=True)
    >>> table.loc["all", ["n", "n_first", "n_reference", "n_between", "n_away"]].astype(int).tolist()
    [369, 354, 1, 6, 8]
    """
    case = _case(votes, "opposed", absences, state, first, reference)
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    return _asked(case, grouping, _sampling(votes, clusters, Bootstrap.checked(draws, level, seed)))


def when_differing(
    votes: RollCalls,
    state: str = "BLR",
    first: str = "RUS",
    reference: Reference = "USA",
    *,
    by: str | npt.ArrayLike,
    absences: bool = False,
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    clusters: str | npt.ArrayLike = "matters",
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Ask whether a state is with a reference when it does not vote as Russia does.

    Our operationalisation of the selection rule in digest-2016 s1.p3, on votes; the module says what that means.

    Parameters
    ----------
    votes, state, first, reference, by
        As for `when_opposed`.
    absences : bool, optional
        Whether not voting where `first` voted is a difference too. It then stands in the denominator as ``away``.
    boundary, since, special, clusters, draws, level, seed
        As for `when_opposed`.

    Returns
    -------
    pandas.DataFrame
        As for `when_opposed`; ``n_first`` is always 0.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError, ValueError, TypeError
        As for `when_opposed`.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> decade = calls.select(calls.resolutions["date"].between("2007-01-01", "2016-10-31"))
    >>> table = when_differing(decade, reference="EU", by="all")
    >>> table.loc["all", ["n", "n_reference", "n_between", "n_other", "no_position"]].astype(int).tolist()
    [130, 46, 23, 61, 4]
    >>> print(f"{1 - table.loc['all', 'reference']:.0%} not with the EU majority")
    65% not with the EU majority
    """
    case = _case(votes, "differing", absences, state, first, reference)
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    return _asked(case, grouping, _sampling(votes, clusters, Bootstrap.checked(draws, level, seed)))


def grid(
    votes: RollCalls,
    *,
    by: str | npt.ArrayLike = "all",
    states: Iterable[str] = BENCHMARKS,
    references: Sequence[Reference] = REFERENCES,
    first: str = "RUS",
    definitions: Iterable[str] = DEFINITIONS,
    absences: Iterable[bool] = (False, True),
    boundary: str | Boundary | None = None,
    since: int | None = None,
    special: bool | None = None,
    clusters: str | npt.ArrayLike = "matters",
    draws: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Lay out every definition by every reference and state, so that no single number stands alone.

    Our operationalisation of the selection rule in digest-2016 s1.p3, on votes; the module says what that means.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection; at least one.
    by : str or array_like, optional
        As for `when_opposed`; by default one group.
    states : iterable of str, optional
        Codes; by default Belarus, China, Kazakhstan, Turkmenistan, Austria and Finland.
    references : sequence, optional
        Each as for `when_opposed`; by default the United States, the EU majority of the day, and Ukraine.
    first : str, optional
        Code of the state in Russia's place.
    definitions : iterable of {"opposed", "differing"}, optional
        The denominators.
    absences : iterable of bool, optional
        Whether roll calls on which the state did not vote count; by default without and with them.
    boundary, since, special, clusters, draws, level, seed
        As for `when_opposed`.

    Returns
    -------
    pandas.DataFrame
        One row for each definition, way with absences, reference, state, group and outcome. Columns ``definition``,
        ``absences``, ``reference``, ``state``, ``group``, ``outcome``, ``n`` (the denominator), ``clusters``,
        ``count``, ``share``, ``low``, ``high``. Rows of outcomes that a definition rules out, and of ``away`` without
        absences, are absent. ``attrs["skipped"]`` lists pairs of a state and itself as reference, which have no answer.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError, ValueError, TypeError
        As for `when_opposed`.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> table = grid(calls.years(2007, 2016), states=["BLR", "KAZ"], references=["USA", "EU"], draws=100)
    >>> sides = table[(table["definition"] == "differing") & ~table["absences"] & (table["outcome"] == "reference")]
    >>> sides.set_index(["reference", "state"])["share"].round(2).to_dict()
    {('USA', 'BLR'): 0.14, ('USA', 'KAZ'): 0.23, ('EU majority', 'BLR'): 0.35, ('EU majority', 'KAZ'): 0.43}
    """
    require_some(votes)
    grouping = groupings.group(votes, by, boundary=boundary, since=since, special=special)
    sampling = _sampling(votes, clusters, Bootstrap.checked(draws, level, seed))
    listed = inputs.listed("grid: states", states)
    counted = [inputs.flag("grid: absences", absent) for absent in inputs.listed("grid: absences", absences)]
    wanted = [
        (definition, absent) for definition in inputs.listed("grid: definitions", definitions) for absent in counted
    ]
    pairs = [(reference, state) for reference in inputs.listed("grid: references", references) for state in listed]
    skipped = tuple(state for reference, state in pairs if blocs.reference(reference) == state)
    cases = [
        _case(votes, definition, absent, state, first, reference)
        for definition, absent in wanted
        for reference, state in pairs
        if blocs.reference(reference) != state
    ]
    if not cases:
        raise ValueError("grid: nothing to measure. Give states, references other than those, and definitions.")
    table = pd.concat([_long(case, _measure(case, grouping, sampling)) for case in cases], ignore_index=True)
    table.attrs = {
        "rule": RULE,
        "first": first,
        "skipped": skipped,
        **_told(grouping, sampling),
    }
    return table


def _case(votes: RollCalls, definition: str, absences: bool, state: str, first: str, wanted: Reference) -> _Case:
    """Look up the votes that a question is about, and refuse questions without an answer."""
    inputs.flag("absences", absences)
    if definition not in DEFINITIONS:
        raise ValueError(f"definition is {definition!r}. Choose one of {', '.join(map(repr, DEFINITIONS))}.")
    require_some(votes)
    reference = blocs.reference(wanted)
    names = {"state": state, "first": first, "reference": reference}
    for one, other in (("state", "first"), ("state", "reference"), ("first", "reference")):
        if names[one] == names[other]:
            raise ValueError(f"{one} and {other} are both {names[one]!r}. Give two that differ.")
    own_votes, first_votes = votes.votes(state), votes.votes(first)
    without: tuple[str, ...] = ()
    if isinstance(reference, str):
        name, reference_votes = reference, votes.votes(reference)
    else:
        name = reference.name
        without = tuple(code for code in (state, first) if any(member.state == code for member in reference.members))
        reference_votes = blocs.majority(votes, reference, without=without)
    return _Case(
        definition=definition,
        absences=absences,
        state=state,
        first=first,
        reference=name,
        own_votes=own_votes,
        first_votes=first_votes,
        reference_votes=reference_votes,
        without=without,
    )


def _sampling(votes: RollCalls, clusters: str | npt.ArrayLike, bootstrap: Bootstrap) -> _Sampling:
    """Read what the bootstrap is to draw, and refuse what it cannot."""
    if isinstance(clusters, str):
        if clusters not in ("matters", "roll calls"):
            raise ValueError(f"clusters is {clusters!r}. Choose 'matters' or 'roll calls', or give one number each.")
        labels = matters.label(votes) if clusters == "matters" else np.arange(len(votes))
        return _Sampling(labels, clusters, bootstrap)
    labels = np.asarray(inputs.in_order(clusters, len(votes)))
    if labels.shape != (len(votes),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"clusters: give one whole number for each of the {len(votes)} roll calls.")
    return _Sampling(labels.astype(np.int64), "given", bootstrap)


def _asked(case: _Case, grouping: Grouping, sampling: _Sampling) -> pd.DataFrame:
    """Answer one question, and record what was asked and how."""
    table = _measure(case, grouping, sampling)
    empty = table["n"].to_numpy() == 0
    table.attrs = {
        "rule": RULE,
        "state": case.state,
        "first": case.first,
        "reference": case.reference,
        "without": case.without,
        "denominator": case.definition,
        "absences": case.absences,
        **_told(grouping, sampling),
        "why": {name: _why(case, rows) for (name, rows), none in zip(grouping.parts(), empty, strict=True) if none},
    }
    return table


def _measure(case: _Case, grouping: Grouping, sampling: _Sampling) -> pd.DataFrame:
    """Count outcomes group by group, and draw the intervals of their shares."""
    outcomes = case.outcomes
    absent, no_position = case.asked & (outcomes == _NOT_COUNTED), case.no_position
    rows = [
        _row(outcomes[places], sampling.clusters[places], sampling.bootstrap)
        | {"left_out": int(absent[places].sum()), "no_position": int(no_position[places].sum())}
        for _, places in grouping.parts()
    ]
    index = pd.Index(grouping.names, name=grouping.by)
    return pd.DataFrame(rows, index=index, columns=[*_COUNTS, *_SHARES]).astype(_TYPES)


def _row(outcomes: Places, clusters: Places, bootstrap: Bootstrap) -> dict[str, float]:
    """Compute one group's counts, shares and intervals."""
    counted = outcomes != _NOT_COUNTED
    kinds = np.eye(len(OUTCOMES))[outcomes[counted]]
    counts = kinds.sum(axis=0)
    n = len(kinds)
    sums = resampling.totals(kinds, clusters[counted])
    low, high = _ends(sums, bootstrap)
    row: dict[str, float] = {"n": n, "clusters": len(sums)}
    for place, name in enumerate(OUTCOMES):
        row[f"n_{name}"] = int(counts[place])
        row[name] = counts[place] / n if n else np.nan
        row[f"{name}_low"], row[f"{name}_high"] = low[place], high[place]
    return row


def _ends(sums: Floats, bootstrap: Bootstrap) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of all shares; gaps with too few matters."""
    if len(sums) < FEWEST:
        gaps = np.full(len(OUTCOMES), np.nan)
        return gaps, gaps
    added = resampling.resample(sums, bootstrap.draws, bootstrap.seed)
    shares = added / added.sum(axis=1, keepdims=True)
    low, high = np.quantile(shares, resampling.tails(bootstrap.level), axis=0)
    return low, high


def _long(case: _Case, table: pd.DataFrame) -> pd.DataFrame:
    """Turn one table into rows of the grid."""
    ruled_out = {"differing": "first", "opposed": "other"}[case.definition]
    shown = [name for name in OUTCOMES if name != ruled_out and (case.absences or name != "away")]
    parts = [
        pd.DataFrame(
            {
                "definition": case.definition,
                "absences": case.absences,
                "reference": case.reference,
                "state": case.state,
                "group": table.index,
                "outcome": name,
                "n": table["n"].to_numpy(),
                "clusters": table["clusters"].to_numpy(),
                "count": table[f"n_{name}"].to_numpy(),
                "share": table[name].to_numpy(),
                "low": table[f"{name}_low"].to_numpy(),
                "high": table[f"{name}_high"].to_numpy(),
            }
        )
        for name in shown
    ]
    # Outcomes of a group stand together.
    return pd.concat(parts).sort_index(kind="stable")


def _told(grouping: Grouping, sampling: _Sampling) -> dict[Hashable, Any]:
    return {
        "by": grouping.by,
        "grouping": grouping.notes,
        "clusters": sampling.kind,
        "fewest": FEWEST,
        **sampling.bootstrap.told(),
    }


def _why(case: _Case, places: Places) -> str:
    """Say why nothing counts in a group."""
    if not len(places):
        return "no roll call is in the group"
    for code, cast in ((case.state, case.own_votes), (case.first, case.first_votes)):
        if (cast[places] == Vote.NO_ROW).all():
            return f"{code} had no seat in the Assembly"
        if (cast[places] <= 0).all():
            return f"{code} did not vote"
    if (case.reference_votes[places] <= 0).all():
        return f"{case.reference} has no position on any of these roll calls"
    if case.definition == "opposed":
        return f"{case.first} and {case.reference} were not on opposite sides while {case.state} voted"
    return f"{case.state} and {case.first} did not differ while {case.reference} had a position"
