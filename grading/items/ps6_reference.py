"""Compute the keys of problem set 6's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement` and :mod:`neutrality.position`, so that they check each other.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from neutrality import matters, rollcalls
from votes_reference import ABSENT, ABSTAIN, NO, PRESENT, VOTED, YES, Mask, in_sessions, in_years, votes

Given = dict[str, Any]


def in_window(given: Given) -> int:
    """Count the roll calls of twelve months, both days included."""
    return int(_day().between(given["first"], given["last"]).sum())


def in_session_instead(given: Given) -> int:
    """Count, wrongly, those of the regular session that opens in the first year."""
    number = str(int(given["first"][:4]) - 1945)
    return int((rollcalls.load().resolutions["session"].astype(str) == number).sum())


def in_year_instead(given: Given) -> int:
    """Count, wrongly, those of the last day's calendar year."""
    return int(in_years(int(given["last"][:4])).sum())


def lijphart(given: Given) -> float:
    """Compute Lijphart's index of a state and Russia in a calendar year."""
    return _lijphart(_table(given["code"], "RUS", in_years(given["year"])))


def identical_instead(given: Given) -> float:
    """Compute, wrongly, the share of identical votes."""
    return _identical(_table(given["code"], "RUS", in_years(given["year"])))


def scaled_instead(given: Given) -> float:
    """Compute, wrongly, the same on a scale from minus one to one."""
    return 2 * lijphart(given) - 1


def session_lijphart(given: Given) -> float:
    """Compute, wrongly, Lijphart's index of the session that opens in that year."""
    return _lijphart(_table(given["code"], "RUS", in_sessions(given["year"] - 1945)))


def by_chance(given: Given) -> float:
    """Compute the share of identical votes that two habits alone would give."""
    first, second = _habit(given["first_state"]), _habit(given["second_state"])
    return float((first * second).sum())


def yes_only(given: Given) -> float:
    """Compute, wrongly, the chance of a common yes alone."""
    return float(_habit(given["first_state"])[0] * _habit(given["second_state"])[0])


def most_possible(given: Given) -> float:
    """Compute, wrongly, the largest share that the two habits allow."""
    return float(np.minimum(_habit(given["first_state"]), _habit(given["second_state"])).sum())


def kappa(given: Given) -> float:
    """Compute Cohen's kappa of a state and Russia in a regular session."""
    return _beyond(_session_table(given), _chance_of_two)


def pi_instead(given: Given) -> float:
    """Compute, wrongly, Scott's pi."""
    return _beyond(_session_table(given), _chance_of_one)


def identical_for_kappa(given: Given) -> float:
    """Compute, wrongly, the share of identical votes."""
    return _identical(_session_table(given))


def chance_for_kappa(given: Given) -> float:
    """Compute, wrongly, the share that chance alone would give."""
    return _chance_of_two(_session_table(given))


def with_russia(given: Given) -> float:
    """Compute the share of votes like Russia's where Russia and the United States were opposed."""
    return _with(given, "RUS", VOTED)


def all_votes_instead(given: Given) -> float:
    """Compute, wrongly, the share of identical votes over all roll calls."""
    return _identical(_table(given["code"], "RUS", in_years(given["first"], given["last"])))


def absences_kept(given: Given) -> float:
    """Compute, wrongly, the share with the state's absences in the denominator."""
    return _with(given, "RUS", PRESENT)


def with_usa_instead(given: Given) -> float:
    """Compute, wrongly, the share of votes like those of the United States."""
    return _with(given, "USA", VOTED)


def absences(given: Given) -> int:
    """Count on how many of the texts on refugees from Abkhazia a state did not vote."""
    return int((votes(given["code"])[_georgia()] == ABSENT).sum())


def abstentions_instead(given: Given) -> int:
    """Count, wrongly, the abstentions."""
    return int((votes(given["code"])[_georgia()] == ABSTAIN).sum())


def both_instead(given: Given) -> int:
    """Count, wrongly, absences and abstentions together."""
    return absences(given) + abstentions_instead(given)


def on_issue(given: Given) -> float:
    """Compute the share of identical votes of Belarus and a state on the roll calls with an issue code."""
    return _identical(_table("BLR", given["code"], _issue(given)))


def on_all_instead(given: Given) -> float:
    """Compute, wrongly, the share over all roll calls of these years."""
    return _identical(_table("BLR", given["code"], in_years(given["first"], given["last"])))


def lijphart_on_issue(given: Given) -> float:
    """Compute, wrongly, Lijphart's index on that issue."""
    return _lijphart(_table("BLR", given["code"], _issue(given)))


def noes(given: Given) -> int:
    """Count a state's no votes on the situation of human rights in a country."""
    return int((votes(given["code"])[_rights()] == NO).sum())


def noes_and_abstentions(given: Given) -> int:
    """Count, wrongly, no votes and abstentions together."""
    return int(np.isin(votes(given["code"])[_rights()], (NO, ABSTAIN)).sum())


def texts_instead(given: Given) -> int:
    """Count, wrongly, all those roll calls on which the state voted."""
    return int(np.isin(votes(given["code"])[_rights()], VOTED).sum())


def matters_opposed(given: Given) -> int:
    """Count the matters on which Belarus and a state were opposed, a yes against a no."""
    opposed = rollcalls.load().select(_opposed("BLR", given["code"]) & in_years(given["first"], given["last"]))
    return len(set(matters.label(opposed)))


def roll_calls_instead(given: Given) -> int:
    """Count, wrongly, the roll calls."""
    return int((_opposed("BLR", given["code"]) & in_years(given["first"], given["last"])).sum())


def matters_differing(given: Given) -> int:
    """Count, wrongly, the matters on which the two did not vote the same."""
    first, second = votes("BLR"), votes(given["code"])
    differ = (first > ABSENT) & (second > ABSENT) & (first != second) & in_years(given["first"], given["last"])
    return len(set(matters.label(rollcalls.load().select(differ))))


def _day() -> "pd.Series[Any]":
    return rollcalls.load().resolutions["date"]


def _georgia() -> Mask:
    resolutions = rollcalls.load().resolutions
    return (resolutions["title"].str.contains("refugees from Abkhazia") & (_day() <= "2018-06-28")).to_numpy()


def _rights() -> Mask:
    begins = ("Situation of human rights in", "Human rights situation in")
    return (
        rollcalls.load().resolutions["title"].str.startswith(begins) & _day().dt.year.between(2006, 2017)
    ).to_numpy()


def _issue(given: Given) -> Mask:
    coded = rollcalls.load().resolutions[given["issue"]].fillna(False).to_numpy(dtype=bool)
    return coded & in_years(given["first"], given["last"])


def _opposed(one: str, other: str) -> Mask:
    first, second = votes(one), votes(other)
    return ((first == YES) & (second == NO)) | ((first == NO) & (second == YES))


def _with(given: Given, side: str, counted: tuple[int, ...]) -> float:
    asked = _opposed("RUS", "USA") & in_years(given["first"], given["last"]) & np.isin(votes(given["code"]), counted)
    return float((votes(given["code"]) == votes(side))[asked].mean())


def _table(one: str, other: str, among: Mask) -> np.ndarray:
    first, second = votes(one)[among], votes(other)[among]
    return np.array([[((first == a) & (second == b)).sum() for b in VOTED] for a in VOTED], dtype=float)


def _session_table(given: Given) -> np.ndarray:
    return _table(given["code"], "RUS", in_sessions(given["session"]))


def _identical(table: np.ndarray) -> float:
    return float(table.trace() / table.sum())


def _lijphart(table: np.ndarray) -> float:
    return float(1 - sum(table[a, b] * abs(a - b) / 2 for a in range(3) for b in range(3)) / table.sum())


def _chance_of_two(table: np.ndarray) -> float:
    return float((table.sum(0) * table.sum(1)).sum() / table.sum() ** 2)


def _chance_of_one(table: np.ndarray) -> float:
    return float((((table.sum(0) + table.sum(1)) / 2 / table.sum()) ** 2).sum())


def _beyond(table: np.ndarray, chance: Any) -> float:
    return (_identical(table) - chance(table)) / (1 - chance(table))


def _habit(told: str) -> np.ndarray:
    counts = np.array([int(number) for number in re.findall(r"\d+", told)], dtype=float)
    return counts / counts.sum()
