"""How the publishers' roll calls are found among ours, on invented ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neutrality import repeats
from neutrality.repeats import NO_RECORD, NO_ROLL_CALL, SEVERAL, Theirs
from neutrality.rollcalls import RollCalls, Vote

STATES = 100
SPLIT = np.where(np.arange(STATES) < 60, Vote.YES, Vote.NO).astype(np.int8)
OTHER = np.where(np.arange(STATES) < 30, Vote.ABSTAIN, Vote.YES).astype(np.int8)


def but(votes: np.ndarray, changed: int) -> np.ndarray:
    """Return the votes with so many states abstaining instead, counted from the end."""
    new = votes.copy()
    new[STATES - changed :] = Vote.ABSTAIN
    return new


def ours(**records: tuple[np.ndarray, str, str | None]) -> RollCalls:
    """Return roll calls of session 38 from votes, symbol and the number that the record carries."""
    votes, symbols, numbers = zip(*records.values(), strict=True)
    resolutions = pd.DataFrame({"undl_id": [int(name[1:]) for name in records], "resolution": symbols})
    resolutions = resolutions.assign(session="38", special=False, voeten_rcid=list(numbers))
    states = pd.DataFrame({"code": [f"S{number:02}" for number in range(STATES)]})
    return RollCalls(np.array(votes), resolutions, states)


def theirs(*calls: tuple[np.ndarray, str]) -> Theirs:
    """Return roll calls of session 38, numbered 1, 2 …, from votes and symbol."""
    votes, symbols = zip(*calls, strict=True)
    place = {number + 1: number for number in range(len(calls))}
    return Theirs(place, np.full(len(calls), 38), list(symbols), np.array(votes))


CASES = {
    "same votes and symbol": (theirs((SPLIT, "38/1")), ours(r7=(SPLIT, "A/RES/38/1", None)), 7, "symbol"),
    "same votes and number": (theirs((SPLIT, "")), ours(r7=(SPLIT, "A/RES/38/1", "1")), 7, "number"),
    "all three": (theirs((SPLIT, "38/1")), ours(r7=(SPLIT, "A/RES/38/1", "1")), 7, "number"),
    "same votes alone": (
        theirs((SPLIT, "38/9")),
        ours(r7=(SPLIT, "A/RES/38/1", None), r8=(OTHER, "A/RES/38/2", None)),
        7,
        "votes",
    ),
    "nearly the same votes alone": (theirs((but(SPLIT, 3), "")), ours(r7=(SPLIT, "A/RES/38/1", None)), None, NO_RECORD),
    "symbol makes up for some votes": (
        theirs((but(SPLIT, 9), "38/1")),
        ours(r7=(SPLIT, "A/RES/38/1", None)),
        7,
        "symbol",
    ),
    "symbol does not make up for other votes": (
        theirs((but(SPLIT, 11), "38/1")),
        ours(r7=(SPLIT, "A/RES/38/1", None)),
        None,
        NO_RECORD,
    ),
    "symbol tells twins apart": (
        theirs((SPLIT, "38/83B")),
        ours(r7=(SPLIT, "A/RES/38/83A", None), r8=(SPLIT, "A/RES/38/83[B]", None)),
        8,
        "symbol",
    ),
    "twins without a symbol": (
        theirs((SPLIT, "")),
        ours(r7=(SPLIT, "A/RES/38/83A", None), r8=(SPLIT, "A/RES/38/83B", None)),
        None,
        SEVERAL,
    ),
    "votes decide against a symbol": (
        theirs((SPLIT, "38/2")),
        ours(r7=(SPLIT, "A/RES/38/1", None), r8=(but(SPLIT, 5), "A/RES/38/2", None)),
        7,
        "votes",
    ),
    "votes decide against a number": (
        theirs((SPLIT, "38/9")),
        ours(r7=(SPLIT, "A/RES/38/1", None), r8=(OTHER, "A/RES/38/2", "1")),
        7,
        "votes",
    ),
    "symbol decides against a number": (
        theirs((SPLIT, "38/1")),
        ours(r7=(SPLIT, "A/RES/38/1", None), r8=(SPLIT, "A/RES/38/2", "1")),
        7,
        "symbol",
    ),
    "absence is no agreement": (
        theirs((np.where(np.arange(STATES) < 50, SPLIT, 0).astype(np.int8), "38/1")),
        ours(r7=(SPLIT, "A/RES/38/1", None)),
        None,
        NO_RECORD,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_roll_call(case: str) -> None:
    """Number, symbol and votes are weighed as the module says."""
    others, calls, record, how = CASES[case]
    found = repeats.match([1], others, calls).loc[1]
    if record is None:
        assert found["undl_id"] is pd.NA
        assert (found["match"], found["why"]) == ("none", how)
    else:
        assert (found["undl_id"], found["match"], found["why"]) == (record, how, "")


def test_a_number_that_their_file_lacks_is_taken_at_its_word() -> None:
    """Without votes to compare, only the number that a record carries counts."""
    found = repeats.match([5, 6], theirs((OTHER, "")), ours(r7=(SPLIT, "A/RES/38/1", "5")))
    assert found["undl_id"].fillna(0).tolist() == [7, 0]
    assert found["why"].tolist() == ["", NO_ROLL_CALL]


def test_two_roll_calls_do_not_share_a_record() -> None:
    """A match by votes gives way; two that claim it alike both go."""
    record = ours(r7=(SPLIT, "A/RES/38/1", None))
    assert repeats.match([1, 2], theirs((SPLIT, "38/1"), (SPLIT, "")), record)["match"].tolist() == ["symbol", "none"]
    assert repeats.match([1, 2], theirs((SPLIT, ""), (SPLIT, "")), record)["why"].tolist() == [SEVERAL, SEVERAL]


def test_lists_records_that_carry_a_strange_number() -> None:
    """What the number contradicts is named, with the record that it belongs to."""
    others = theirs((SPLIT, "38/1"), (OTHER, "38/2"))
    calls = ours(r7=(SPLIT, "A/RES/38/1", "2"), r8=(OTHER, "A/RES/38/2", None))
    wrong = {"undl_id": 7, "resolution": "A/RES/38/1", "rcid": 2, "identical": 0.3, "belongs_to": 8}
    assert list(repeats.contradicted(others, calls)) == [wrong]


@pytest.mark.parametrize(
    ("text", "session", "short"),
    [
        ("A/RES/511(VI)", 6, "6/511"),
        ("A/RES/2672(XXV)[C]", 25, "25/2672C"),
        ("A/RES/3236B(XXIX)", 29, "29/3236B"),
        ("A/RES/46/47B", 46, "46/47B"),
        ("A/RES/33/113[C]", 33, "33/113C"),
        ("R/46/47B", 0, "46/47B"),
    ],
)
def test_symbols_are_written_in_one_way(text: str, session: int, short: str) -> None:
    """Roman sessions, brackets and prefixes make no difference."""
    assert repeats.symbol(text, session) == short


def test_votes_stand_under_the_code_of_their_day() -> None:
    """A state of the publishers is one of our columns, by session; roll calls without a session are left out."""
    calls = ours(r7=(SPLIT, "A/RES/38/1", None))
    calls.states["code"] = ["UAR", "EGY", "CHN", *calls.states["code"][3:]]
    votes = pd.DataFrame({"rcid": [1, 1, 2, 3], "country": ["Egypt", "Taiwan", "Egypt", "Egypt"]})
    votes["vote"] = ["no", "yes", "abstain", "yes"]
    rolls = pd.DataFrame({"rcid": [1, 2, 3], "session": [20, 38, np.nan], "unres": ["R/20/1", None, "R/0/0"]})
    made = repeats.theirs(votes, rolls, {"Egypt": (651, "EGY"), "Taiwan": (713, "TWN")}, calls)
    assert made.matrix[:, :3].tolist() == [[Vote.NO, 0, Vote.YES], [0, Vote.ABSTAIN, 0]]
    assert (made.place, made.symbols, made.session.tolist()) == ({1: 0, 2: 1}, ["20/1", ""], [20, 38])
