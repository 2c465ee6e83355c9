"""Issues with the places of all actors, one row each: what the measures of stances start from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality.stancetables import ACTORS, NOT_TAKEN, chosen

CIRCULARITY = "codes drawn from two interpreters describe how they tell the story and cannot decide between them"
"""What every result that is computed from codings says of itself."""


def placed(
    codings: pd.DataFrame,
    issues: pd.DataFrame,
    coder: str,
    round: int | None = None,  # noqa: A002
    *,
    not_taken: str = "missing",
) -> pd.DataFrame:
    """Put issues and places together, one row an issue, in an order that does not depend on that of the tables.

    Parameters
    ----------
    codings : pandas.DataFrame
        As from `neutrality.stances.codings` or `neutrality.stances.read`. Codings of other issues are ignored.
    issues : pandas.DataFrame
        The issues that count, as from `neutrality.stances.issues`.
    coder : str
        Whose codings.
    round : int, optional
        By default the coder's last one.
    not_taken : {"missing", "zero"}, optional
        Whether a stance that was not taken has no place, or counts as 0.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``id``, sorted by event and id: ``event``, ``source``, ``first_year``, ``last_year``,
        ``toward_moscow``; for each of the actors a place from -2 to 2 (NaN where there is none); and ``not_taken``,
        whether Minsk or Moscow took no stance.

    Raises
    ------
    neutrality.stances.StanceError
        If the coder has no codings, or a code is unknown.

    Examples
    --------
    >>> issues = pd.DataFrame({"id": ["i1"], "event": "a", "first_year": 2014, "last_year": 2014})
    >>> rows = [("i1", "minsk", "0"), ("i1", "moscow", "not taken")]
    >>> codings = pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="adjudicated", round=1)
    >>> table = placed(codings, issues.assign(toward_moscow=1, source="osw-2018"), "adjudicated")
    >>> table[["minsk", "moscow", "not_taken"]].values.tolist()
    [[0.0, nan, True]]
    """
    rows = chosen(codings, coder, round)
    silent = rows[(rows["answer"] == NOT_TAKEN) & rows["actor"].isin(["minsk", "moscow"])]["issue"]
    if not_taken == "zero":
        rows = rows.assign(place=rows["place"].mask(rows["answer"] == NOT_TAKEN, 0))
    places = rows.set_index(["issue", "actor"])["place"].astype("Float64").unstack("actor")
    table = issues.set_index("id")[["event", "source", "first_year", "last_year", "toward_moscow"]]
    for actor in ACTORS:
        known = places[actor].reindex(table.index) if actor in places else pd.NA
        table[actor] = pd.Series(known, index=table.index, dtype="Float64").astype("float64")
    table["not_taken"] = table.index.isin(silent)
    return table.rename_axis("id").sort_values(["event", "id"])


def mean(values: npt.NDArray[np.float64]) -> float:
    """Return a mean, NaN of nothing.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (issues,), without gaps.

    Returns
    -------
    float

    Examples
    --------
    >>> mean(np.array([0.0, 1.0])), mean(np.array([]))
    (0.5, nan)
    """
    return float(values.mean()) if len(values) else float("nan")
