"""On how many issues Minsk differs from Moscow without siding with Moscow's opponents.

The Digest page says how its paper chose issues: those on which Minsk differed from Moscow without siding with Moscow's
opponents (digest-2016, s1.p3). That is a rule of selection and no definition of neutrality, it names no opponents, and
it does not say what siding is. Turning it into a count is **this course's operationalisation**. So here are all
combinations of three ways of naming the opponents and two of siding with one of them (o), with Minsk's place m and
Moscow's r:

- ``same side``: Minsk and the opponent stand on the same side of 0, and Moscow does not.
- ``nearer``: Minsk stands nearer to the opponent than to Moscow: ``|m - o| < |m - r|``.

`neutrality.position` counts the same over votes.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality import stances
from neutrality.stanceplaces import CIRCULARITY, mean, placed

OPPONENTS = ("west", "neighbour", "either")
"""The ways of naming Moscow's opponents; ``either`` means at least one of the two."""

DEFINITIONS = ("same side", "nearer")
"""What siding with an opponent can mean: see `selection`."""

OPERATIONALISATION = "this course's operationalisation of a selection rule (digest-2016 s1.p3) that names no opponents"
"""What the result says of itself."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def selection(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    *,
    coder: str = "adjudicated",
    round: int | None = None,  # noqa: A002
) -> pd.DataFrame:
    """Count on how many issues Minsk differs from Moscow without siding with Moscow's opponents.

    `neutrality.siding` says what the rule is and what siding can mean. Codes drawn from two interpreters cannot decide
    between them: where the sources chose issues by this very rule, a high share shows the rule and not the policy.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `neutrality.stances.codings` or `neutrality.stances.read`. Codings of other issues are ignored.
    issues : pandas.DataFrame
        The issues that count, as from `neutrality.stances.issues`.
    coder : str, optional
        Whose codings.
    round : int, optional
        By default the coder's last one.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``opponent`` (the West, the neighbour, or at least one of the two) and ``definition``. ``differ``:
        issues on which both Minsk and Moscow have a place, and not the same; ``known``: those on which the opponent has
        one too (for ``either``, both opponents); ``not_siding``: those of the known on which Minsk does not side with
        it; ``share``: not siding of known; ``bound_low`` and ``bound_high``: the least and the most that the share of
        all that differ could be if every missing place of an opponent were known, wherever it lies. What is known
        already narrows the bounds: by ``same side`` a Minsk at 0 sides with nobody. So the share, which is about the
        known only, can lie beside them. Where an issue has no neighbour in conflict with Moscow, that place counts as
        missing.

    Raises
    ------
    neutrality.stances.StanceError
        If the coder has no codings, or a code is unknown.

    Examples
    --------
    >>> rows = [("i1", "minsk", "0"), ("i1", "moscow", "2"), ("i1", "west", "-2")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="adjudicated", round=1)
    >>> issues = pd.DataFrame({"id": ["i1"], "event": "a", "first_year": 2014, "last_year": 2014})
    >>> issues = issues.assign(toward_moscow=1, source="osw-2018")
    >>> selection(codings, issues).loc[("west", "nearer"), ["known", "not_siding"]].tolist()
    [1, 1]
    """
    table = placed(codings, issues, coder, round)
    table = table[table["minsk"].notna() & table["moscow"].notna() & (table["minsk"] != table["moscow"])]
    places = {actor: table[actor].to_numpy(dtype=np.float64) for actor in stances.ACTORS}
    grid = list(itertools.product(OPPONENTS, DEFINITIONS))
    result = pd.DataFrame([_siding(places, *cell) for cell in grid])
    result.index = pd.MultiIndex.from_tuples(grid, names=["opponent", "definition"])
    result.attrs = {
        "operationalisation": OPERATIONALISATION,
        "circularity": CIRCULARITY,
        "coder": coder,
        "round": "the coder's last" if round is None else round,
    }
    return result


def _siding(places: dict[str, Floats], opponent: str, definition: str) -> dict[str, float]:
    """Count one cell of the grid of `selection`."""
    named = ("west", "neighbour") if opponent == "either" else (opponent,)
    minsk, moscow = places["minsk"], places["moscow"]
    known = np.all([~np.isnan(places[name]) for name in named], axis=0)
    free = np.array(stances.PLACES, dtype=np.float64)
    can, must = np.zeros(len(minsk), dtype=bool), np.zeros(len(minsk), dtype=bool)
    for name in named:
        # Axes: issue, the opponent's place. One opponent is enough to side with, wherever the other stands.
        other = np.where(np.isnan(places[name])[:, None], free, places[name][:, None])
        sides = _sides(minsk[:, None], moscow[:, None], other, definition)
        can |= sides.any(axis=1)
        must |= sides.all(axis=1)
    not_siding = int((known & ~can).sum())
    return {
        "differ": len(minsk),
        "known": int(known.sum()),
        "not_siding": not_siding,
        "share": not_siding / int(known.sum()) if known.any() else float("nan"),
        "bound_low": mean((~can).astype(np.float64)),
        "bound_high": mean((~must).astype(np.float64)),
    }


def _sides(minsk: Floats, moscow: Floats, other: Floats, definition: str) -> Mask:
    if definition == "nearer":
        return np.asarray(np.abs(minsk - other) < np.abs(minsk - moscow))
    return np.asarray((minsk * other > 0) & (np.sign(moscow) != np.sign(minsk)))
