"""Compute the keys of problem set 8's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.position` and :mod:`neutrality.blocs`, so that they check each other.
"""

import functools
from typing import Any

import numpy as np
import pandas as pd

from neutrality import rollcalls, tables
from votes_reference import ABSENT, ABSTAIN, NO, YES, Mask, in_years, votes

Given = dict[str, Any]


def differing(given: Given) -> int:
    """Count the roll calls on which a state and Russia differed, and the reference voted."""
    return int(_differing(given).sum())


def differing_or_away(given: Given) -> int:
    """Count, wrongly, those on which the state did not vote as well."""
    return int((_differing(given) | _away(given)).sum())


def opposed_instead(given: Given) -> int:
    """Count, wrongly, those on which Russia and the reference were opposed, and the state voted."""
    return int(_opposed(given).sum())


def all_common(given: Given) -> int:
    """Count, wrongly, all those on which the three voted."""
    return int((_years(given) & (votes(given["code"]) > 0) & (votes("RUS") > 0) & (_reference(given) > 0)).sum())


def with_reference(given: Given) -> float:
    """Compute the share with the reference where a state and Russia differed."""
    return _share(given, _differing(given))


def with_reference_of_opposed(given: Given) -> float:
    """Compute, wrongly, the share with the reference where Russia and it were opposed."""
    return _share(given, _opposed(given))


def with_reference_of_all(given: Given) -> float:
    """Compute, wrongly, the share with the reference of all roll calls on which both voted."""
    among = _years(given) & (votes(given["code"]) > 0) & (_reference(given) > 0)
    return _share(given, among)


def with_reference_absences(given: Given) -> float:
    """Compute the share with the reference where absences count as differences that are not with it."""
    return _share(given, _differing(given) | _away(given))


def not_with_reference(given: Given) -> float:
    """Compute the share that is not with the reference where a state and Russia differed."""
    return 1 - with_reference(given)


def with_neither(given: Given) -> float:
    """Compute, wrongly, the share of a yes or a no that is neither's vote."""
    asked = _differing(given)
    state = votes(given["code"])[asked]
    return float(((state != _reference(given)[asked]) & (state != ABSTAIN)).mean())


def away(given: Given) -> float:
    """Compute the share of absences where not voting counts as a difference."""
    return float(_away(given).sum() / differing_or_away(given))


def away_per_vote(given: Given) -> float:
    """Compute, wrongly, absences divided by the differing votes alone."""
    return float(_away(given).sum() / differing(given))


def abstaining(given: Given) -> float:
    """Compute, wrongly, the share of abstentions that are not the reference's vote, absences in the denominator."""
    asked = _differing(given)
    between = (votes(given["code"]) == ABSTAIN) & (_reference(given) != ABSTAIN) & asked
    return float(between.sum() / differing_or_away(given))


def in_period(given: Given) -> int:
    """Count the roll calls of a period on which a state and Russia differed, by a rule for the shared years."""
    return _in_period(given, given["rule"])


def in_period_other_rule(given: Given) -> int:
    """Count, wrongly, by the opposite rule."""
    return _in_period(given, {"earlier": "later", "later": "earlier", "both": "drop", "drop": "both"}[given["rule"]])


def common_in_period(given: Given) -> int:
    """Count, wrongly, all roll calls of that period on which both voted."""
    years = _period(given["period"], given["rule"])
    both = (votes(given["code"]) > 0) & (votes("RUS") > 0)
    return int((both & _day().dt.year.isin(years).to_numpy()).sum())


def lead_of_belarus(given: Given) -> float:
    """Compute how much more often Belarus was with Russia than a state was, where the two sides were opposed."""
    return _with_russia(given | {"code": "BLR"}) - _with_russia(given)


def lead_reversed(given: Given) -> float:
    """Compute, wrongly, the difference the other way round."""
    return -lead_of_belarus(given)


def lead_over_all(given: Given) -> float:
    """Compute, wrongly, the difference of the shares of identical votes over all roll calls."""
    shares = []
    for code in ("BLR", given["code"]):
        both = _years(given) & (votes(code) > 0) & (votes("RUS") > 0)
        shares.append(float((votes(code) == votes("RUS"))[both].mean()))
    return shares[0] - shares[1]


def _share(given: Given, among: Mask) -> float:
    return float((votes(given["code"]) == _reference(given))[among].mean())


def _with_russia(given: Given) -> float:
    return float((votes(given["code"]) == votes("RUS"))[_opposed(given)].mean())


def _differing(given: Given) -> Mask:
    state, russia = votes(given["code"]), votes("RUS")
    asked: Mask = _years(given) & (state > 0) & (russia > 0) & (state != russia) & (_reference(given) > 0)
    return asked


def _away(given: Given) -> Mask:
    empty: Mask = _years(given) & (votes(given["code"]) == ABSENT) & (votes("RUS") > 0) & (_reference(given) > 0)
    return empty


def _opposed(given: Given) -> Mask:
    russia, other = votes("RUS"), _reference(given)
    against = ((russia == YES) & (other == NO)) | ((russia == NO) & (other == YES))
    asked: Mask = _years(given) & against & (votes(given["code"]) > 0)
    return asked


def _reference(given: Given) -> np.ndarray:
    return _majority(given["code"]) if given["reference"] == "EU" else votes(given["reference"])


@functools.cache
def _majority(without: str) -> np.ndarray:
    """Compute what more than half of the EU's members of the day voted; 0 where no vote has so many."""
    day, members = _day(), tables.load("eu-members")
    counts = np.zeros((len(day), 4))
    row: Any
    for row in members.itertuples():
        if row.state in (without, "RUS"):
            continue
        since = pd.Timestamp(row.first_day) if pd.notna(row.first_day) else day.min()
        until = pd.Timestamp(row.last_day) if pd.notna(row.last_day) else day.max()
        inside = day.between(since, until).to_numpy()
        for vote in (YES, ABSTAIN, NO):
            counts[:, vote] += inside & (votes(row.state) == vote)
    most = counts.argmax(axis=1)
    return np.where(counts.max(axis=1) * 2 > counts.sum(axis=1), most, 0)


def _day() -> "pd.Series[Any]":
    return rollcalls.load().resolutions["date"]


def _years(given: Given) -> Mask:
    return in_years(given["first"], given["last"])


def _period(name: str, rule: str) -> list[int]:
    """List the calendar years of one of Ulakhovich's periods by a rule for 1994 and 1997."""
    first, last = {"neutrality": (1991, 1994), "multi-vector": (1994, 1997), "strategic partnership": (1997, 2001)}[
        name
    ]
    starts_shared, ends_shared = first in (1994, 1997), last in (1994, 1997)
    begin = first + (starts_shared and rule in ("earlier", "drop"))
    end = last - (ends_shared and rule in ("later", "drop"))
    return list(range(begin, end + 1))


def _in_period(given: Given, rule: str) -> int:
    state, russia = votes(given["code"]), votes("RUS")
    apart = (state > 0) & (russia > 0) & (state != russia)
    return int((apart & _day().dt.year.isin(_period(given["period"], rule)).to_numpy()).sum())
