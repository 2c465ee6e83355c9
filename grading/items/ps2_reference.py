"""Compute the keys of problem set 2's data items anew, and the wrong answers that its messages foresee.

Written without :mod:`neutrality.agreement`, so that the two check each other.
"""

from typing import Any

import numpy as np

from votes_reference import ABSENT, ABSTAIN, NO, YES, Mask, in_sessions, votes

FIRST, LAST = 49, 52


def yes_beside_abstention(given: dict[str, Any]) -> int:
    """Count the roll calls of sessions 49 to 52 in which Belarus said yes and a country abstained."""
    return _count("BLR", given["code"], (YES, ABSTAIN), in_sessions(FIRST, LAST))


def turned_round(given: dict[str, Any]) -> int:
    """Count those in which, the other way round, Belarus abstained and the country said yes."""
    return _count("BLR", given["code"], (ABSTAIN, YES), in_sessions(FIRST, LAST))


def with_no(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking a no for an abstention."""
    return yes_beside_abstention(given) + _count("BLR", given["code"], (YES, NO), in_sessions(FIRST, LAST))


def with_absence(given: dict[str, Any]) -> int:
    """Count the same, wrongly taking non-voting for an abstention."""
    return yes_beside_abstention(given) + _count("BLR", given["code"], (YES, ABSENT), in_sessions(FIRST, LAST))


def of_russia(given: dict[str, Any]) -> int:
    """Count the same, wrongly for Russia in place of Belarus."""
    return _count("RUS", given["code"], (YES, ABSTAIN), in_sessions(FIRST, LAST))


def one_session(given: dict[str, Any]) -> int:
    """Count the same, wrongly in session 49 alone."""
    return _count("BLR", given["code"], (YES, ABSTAIN), in_sessions(FIRST))


def table(given: dict[str, Any]) -> list[list[float]]:
    """Give a row a session: its number, the roll calls that count for Belarus and a country, the identical share."""
    return [[session, *_row("BLR", given["code"], in_sessions(session))] for session in _sessions()]


def table_half(given: dict[str, Any]) -> list[list[float]]:
    """Give the same, wrongly with a half for an abstention beside a yes or a no."""
    return [[session, *_row("BLR", given["code"], in_sessions(session), half=True)] for session in _sessions()]


def table_of_russia(given: dict[str, Any]) -> list[list[float]]:
    """Give the same, wrongly for Russia in place of Belarus."""
    return [[session, *_row("RUS", given["code"], in_sessions(session))] for session in _sessions()]


def _sessions() -> range:
    return range(FIRST, LAST + 1)


def _count(one: str, other: str, pair: tuple[int, int], among: Mask) -> int:
    return int(((votes(one) == pair[0]) & (votes(other) == pair[1]) & among).sum())


def _row(one: str, other: str, among: Mask, *, half: bool = False) -> list[float]:
    first, second = votes(one), votes(other)
    both = among & (first > 0) & (second > 0)
    steps = np.abs(first - second)[both]
    share = 1 - steps / 2 if half else steps == 0
    return [int(both.sum()), round(float(share.mean()), 2)]
