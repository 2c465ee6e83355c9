"""Compute the keys of problem set 7's data items anew, and the wrong answers that its messages foresee.

Gaps, ranks and scales are computed from the published table itself, without :mod:`neutrality.idealpoints` and
:func:`neutrality.published.gap`. Parts of a movement and posterior probabilities come from the modules that students
use; those have references of their own in their tests.
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from neutrality import breakposterior, movement, published, rollcalls

EARLIER, LATER = (2001, 2006), (2009, 2014)
Given = dict[str, Any]


def clearly_lower(given: Given) -> int:
    """Count the states whose upper limit lies below a state's lower limit in a year."""
    here, all_of_year = _row(given), _year(given["year"])
    return int((all_of_year["high"] < here["low"]).sum())


def lower_points_instead(given: Given) -> int:
    """Count, wrongly, the states whose point is lower, whatever the limits."""
    here, all_of_year = _row(given), _year(given["year"])
    return int((all_of_year["point"] < here["point"]).sum())


def clearly_higher_instead(given: Given) -> int:
    """Count, wrongly, the states that stand clearly higher."""
    here, all_of_year = _row(given), _year(given["year"])
    return int((all_of_year["low"] > here["high"]).sum())


def mean_gap(given: Given) -> float:
    """Compute the mean gap of a state and Russia over years."""
    return float(_gap(given["code"]).loc[given["first"] : given["last"]].mean())


def mean_gap_reversed(given: Given) -> float:
    """Compute, wrongly, Russia minus the state."""
    return -mean_gap(given)


def change_instead(given: Given) -> float:
    """Compute, wrongly, the gap of the last year less that of the first."""
    gap = _gap(given["code"])
    return float(gap[given["last"]] - gap[given["first"]])


def mean_point_instead(given: Given) -> float:
    """Compute, wrongly, the mean of the state's own points."""
    return float(_wide("point")[given["code"]].loc[given["first"] : given["last"]].mean())


def open_signs(given: Given) -> int:
    """Count the years whose limits of the gap contain 0: those in which the two intervals overlap."""
    return int(_overlap(given).sum())


def settled_signs_instead(given: Given) -> int:
    """Count, wrongly, the years in which the limits leave no doubt."""
    return int((~_overlap(given)).sum())


def own_limits_instead(given: Given) -> int:
    """Count, wrongly, the years in which the state's own limits contain 0."""
    low, high = (_wide(side)[given["code"]].loc[given["first"] : given["last"]] for side in ("low", "high"))
    return int(((low < 0) & (high > 0)).sum())


def period_gap(given: Given) -> float:
    """Compute the gap of a year that is set to mean 0 and variance 1 by itself."""
    return float(_gap(given["code"])[given["year"]] / _year(given["year"])["point"].std(ddof=0))


def published_gap_instead(given: Given) -> float:
    """Compute, wrongly, the gap on the scale of all years together, as it was published."""
    return float(_gap(given["code"])[given["year"]])


def period_point_instead(given: Given) -> float:
    """Compute, wrongly, the state's own point on the scale of its year."""
    points = _year(given["year"])["point"]
    return float((points[given["code"]] - points.mean()) / points.std(ddof=0))


def own_part(given: Given) -> float:
    """Compute what the state's own change made of the gap's change, with the agenda held."""
    return _moved(given["code"], "held")["by_state"]


def russias_part_instead(given: Given) -> float:
    """Compute, wrongly, what Russia's change made of it."""
    return _moved(given["code"], "held")["by_first"]


def whole_change_instead(given: Given) -> float:
    """Compute, wrongly, the whole change of the gap."""
    return _moved(given["code"], "held")["change"]


def as_it_was_instead(given: Given) -> float:
    """Compute, wrongly, the state's part with the agenda as it was."""
    return _moved(given["code"], "as it was")["by_state"]


def near(given: Given) -> float:
    """Compute the probability of a break within a year of the named year."""
    return float(_posterior(given).near(given["year"], within=1)[0])


def exact_instead(given: Given) -> float:
    """Compute, wrongly, that of a break in the very year."""
    return float(_posterior(given).near(given["year"], within=0)[0])


def before_instead(given: Given) -> float:
    """Compute, wrongly, the probability before the series was seen."""
    return float(_posterior(given).near(given["year"], within=1)[1])


def given_one_instead(given: Given) -> float:
    """Compute, wrongly, the probability if there is exactly one break."""
    return float(_posterior(given).near(given["year"], within=1, breaks=1)[0])


def phases(given: Given, spans: tuple[tuple[int, int], ...] = ((1992, 1994), (1994, 1997), (1997, 2001))) -> Any:
    """Make the table of question 15: the mean gap of a state and Russia in each period."""
    gap = _gap(given["code"])
    means = [gap.loc[first:last] for first, last in spans]
    rows = [
        [name, len(part), round(float(part.mean()), 4)]
        for name, part in zip(("first", "second", "third"), means, strict=True)
    ]
    return {"columns": ["period", "years", "gap"], "rows": rows}


@cache
def _points() -> pd.DataFrame:
    return published.points("2025-07", "final")


@cache
def _wide(column: str) -> pd.DataFrame:
    return _points().pivot(index="year", columns="state", values=column)


def _year(year: int) -> pd.DataFrame:
    table = _points()
    return table[table["year"] == year].set_index("state")


def _row(given: Given) -> Any:
    return _year(given["year"]).loc[given["code"]]


def _gap(code: str) -> "pd.Series[Any]":
    return (_wide("point")[code] - _wide("point")["RUS"]).dropna()


def _overlap(given: Given) -> "pd.Series[Any]":
    years = slice(given["first"], given["last"])
    low, high = (_wide(side)[[given["code"], "RUS"]].loc[years].to_numpy() for side in ("low", "high"))
    return pd.Series(np.minimum(high[:, 0], high[:, 1]) > np.maximum(low[:, 0], low[:, 1]))


@cache
def _moved(code: str, agenda: str) -> dict[str, float]:
    votes = rollcalls.load()
    year = votes.resolutions["year"]
    both = votes.select(year.between(*EARLIER) | year.between(*LATER))
    label = ["earlier" if one <= EARLIER[1] else "later" for one in both.resolutions["year"]]
    row = movement.moved(both, code, "RUS", by=label, agenda=agenda, draws=20).iloc[0]
    return {name: float(row[name]) for name in ("change", "by_state", "by_first")}


@cache
def _chances(code: str, first: int) -> Any:
    return breakposterior.posterior(_gap(code).loc[first:])


def _posterior(given: Given) -> Any:
    return _chances(given["code"], given["first"])
