"""Votes laid out for the estimator: by hand, and against the published numbers of votes used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import ballots, published, tables
from neutrality.ballots import Ballots, BallotsError, arrange, from_rollcalls
from neutrality.rollcalls import RollCalls, Vote

from . import release2020

Y, A, N, X, NONE = Vote.YES, Vote.ABSTAIN, Vote.NO, Vote.NON_VOTING, Vote.NO_ROW

# Four columns: who, when, on what, how (0 yes, 1 abstain, 2 no). Text 10 comes back at the end of the second period; on
# text 20 all vote yes; C is absent in the second period but once.
WHO = ["A", "B", "C", "A", "B", "C", "A", "B", "A", "B", "C", "A", "B"]
WHEN = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]
WHAT = [10, 10, 10, 20, 20, 20, 40, 40, 30, 30, 30, 10, 10]
HOW = [0, 0, 2, 0, 0, 0, 0, 2, 2, 2, 1, 0, 1]


@pytest.fixture
def worked() -> Ballots:
    """Return the thirteen votes laid out."""
    return arrange(WHO, WHEN, WHAT, HOW)


def rolls(votes: list[list[int]], sessions: list[str] | None = None) -> RollCalls:
    """Return invented roll calls, numbered 100, 200 …, a year each from 1991."""
    count = len(votes)
    table = pd.DataFrame({"undl_id": [100 * (row + 1) for row in range(count)], "year": range(1991, 1991 + count)})
    table["session"] = sessions or [str(46 + row) for row in range(count)]
    table["special"] = table["session"].str.startswith(("S-", "ES-"))
    codes = [f"S{column}" for column in range(len(votes[0]))]
    return RollCalls(np.array(votes, np.int8), table, pd.DataFrame({"code": codes, "name": codes}))


def counts(laid_out: Ballots) -> dict[tuple[Any, Any], int]:
    """Return the number of votes of each cell."""
    return {(row.state, row.period): row.votes for row in laid_out.cells.itertuples()}


def test_cells_are_states_in_periods(worked: Ballots) -> None:
    """A cell has the votes that one state cast in one period, without those on the text that all back."""
    assert counts(worked) == {("A", 1): 1, ("A", 2): 3, ("B", 1): 1, ("B", 2): 3, ("C", 1): 1, ("C", 2): 1}
    assert worked.by_cell.tolist() == [0, 1, 4, 5, 8, 9, 10]


def test_items_are_texts(worked: Ballots) -> None:
    """A text that came back is one item; one on which all voted alike is none."""
    assert worked.items.tolist() == [10, 30, 40]
    assert np.diff(worked.by_item).tolist() == [5, 3, 2]


def test_votes_stand_in_both_orders(worked: Ballots) -> None:
    """Cell by cell and item by item there are the same votes, and `place` leads from one to the other."""
    cell = np.repeat(np.arange(6), np.diff(worked.by_cell))
    item = np.repeat(np.arange(3), np.diff(worked.by_item))
    assert worked.cell_item.tolist() == [0, 2, 1, 0, 0, 2, 1, 0, 0, 1]
    assert worked.cell_vote.tolist() == [0, 0, 2, 0, 0, 2, 2, 1, 2, 1]
    assert worked.item_cell.tolist() == [0, 2, 4, 1, 3, 1, 3, 5, 1, 3]
    assert worked.item_vote.tolist() == [0, 0, 2, 0, 1, 2, 2, 1, 0, 2]
    assert np.array_equal(worked.item_cell[worked.place], cell)
    assert np.array_equal(worked.item_vote[worked.place], worked.cell_vote)
    assert np.array_equal(item[worked.place], worked.cell_item)


def test_shares_and_kinds(worked: Ballots) -> None:
    """An item knows which votes were cast on it, and how many."""
    assert worked.kind.tolist() == [1, 3, 4]
    assert worked.shares.tolist() == [[3 / 5, 4 / 5], [0, 1 / 3], [1 / 2, 1 / 2]]


@pytest.mark.parametrize(
    ("cast", "kind"), [([0, 1, 2], 1), ([0, 1, 1], 2), ([1, 2, 2], 3), ([0, 2, 2], 4), ([2, 0, 0], 4)]
)
def test_kinds(cast: list[int], kind: int) -> None:
    """1 for all three votes, 2 without a "no", 3 without a "yes", 4 without an abstention."""
    laid_out = arrange(list("ABC") * 3, [1] * 9, np.repeat([1, 2, 3], 3), [*cast, 0, 1, 2, 0, 1, 2])
    assert laid_out.kind.tolist() == [kind, 1, 1]


def test_the_order_of_the_rows_does_not_matter(worked: Ballots) -> None:
    """Shuffled columns give the same cells and items."""
    order = np.random.default_rng(0).permutation(len(WHO))
    shuffled = arrange(*(np.array(column)[order] for column in (WHO, WHEN, WHAT, HOW)))
    assert shuffled.cells.equals(worked.cells)
    assert np.array_equal(shuffled.shares, worked.shares)
    assert np.array_equal(np.sort(shuffled.cell_item), np.sort(worked.cell_item))


def test_unanimity_is_judged_over_all_repetitions() -> None:
    """Where one session was of one mind and a later one was not, the votes of both count."""
    period, vote = np.repeat([1, 2, 3, 4], 3), [0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 2, 2]
    together = arrange(list("ABC") * 4, period, np.repeat([7, 7, 8, 9], 3), vote)
    apart = arrange(list("ABC") * 4, period, np.repeat([6, 7, 8, 9], 3), vote)
    assert counts(together)["A", 1] == 1
    assert ("A", 1) not in counts(apart)
    assert apart.items.tolist() == [7, 8, 9]


def test_prior_of_each_cell() -> None:
    """A state's last period before is the neighbour, over gaps too; for the first the second; or there is none.

    The variance is .5 n / (n + m).
    """
    present = {"A": [1, 2, 4], "B": [1], "C": [2, 3, 4], "D": [1, 4]}
    texts = {1: 1, 2: 2, 3: 1, 4: 4}  # how many texts each period has
    rows = [
        (state, period, 10 * period + text, "ABCD".index(state) % 3)
        for state, periods in present.items()
        for period in periods
        for text in range(texts[period])
    ]
    rows += [("E", 3, 30, 0)]  # or period 3 would be of one mind
    laid_out = arrange(*zip(*rows, strict=True))
    key = list(zip(laid_out.cells["state"], laid_out.cells["period"], strict=True))
    prior = {
        cell: (key[before] if before >= 0 else None, float(variance))
        for cell, before, variance in zip(key, laid_out.before, laid_out.variance, strict=True)
    }
    assert prior == {
        ("A", 1): (("A", 2), 0.5 * 1 / 3),
        ("A", 2): (("A", 1), 0.5 * 2 / 3),
        ("A", 4): (("A", 2), 0.5 * 4 / 6),
        ("B", 1): (None, 0.5),
        ("C", 2): (("C", 3), 0.5 * 2 / 3),
        ("C", 3): (("C", 2), 0.5 * 1 / 3),
        ("C", 4): (("C", 3), 0.5 * 4 / 5),
        ("D", 1): (("D", 4), 0.5 * 1 / 5),
        ("D", 4): (("D", 1), 0.5 * 4 / 5),
        ("E", 3): (None, 0.5),
    }


def test_non_voting_never_counts() -> None:
    """Who is absent, or no member, has no vote; and absences make no text contested."""
    laid_out = from_rollcalls(rolls([[Y, N, X, A], [Y, Y, NONE, N], [X, X, Y, N], [Y, Y, X, NONE]]))
    assert counts(laid_out) == {
        ("S0", 1991): 1, ("S1", 1991): 1, ("S3", 1991): 1, ("S0", 1992): 1, ("S1", 1992): 1, ("S3", 1992): 1,
        ("S2", 1993): 1, ("S3", 1993): 1,
    }  # fmt: skip
    assert laid_out.item_vote.tolist() == [0, 2, 1, 0, 0, 2, 0, 2]


def test_chains_of_repetitions_share_one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """What repeats a repetition is an item with the first of them, unless links are not wanted."""
    monkeypatch.setattr(ballots, "repeated", lambda: {400: 200, 200: 100, 500: 50})
    votes = rolls([[Y, A, N], [Y, N, N], [A, A, N], [N, A, Y], [Y, Y, N], [Y, A, Y]])
    assert from_rollcalls(votes).items.tolist() == [50, 100, 300, 600]
    assert np.diff(from_rollcalls(votes).by_item).tolist() == [3, 9, 3, 3]
    assert from_rollcalls(votes, links=False).items.tolist() == [100, 200, 300, 400, 500, 600]


def test_a_repetition_without_a_record_does_not_break_its_chain() -> None:
    """The publishers' roll call 5544 is not among our records; what repeats it is linked to what it repeats."""
    table = tables.load("repeated-resolutions").set_index("later_rcid")
    assert pd.isna(table.loc[5544, "later_undl_id"])
    assert ballots.repeated()[table.loc[5623, "later_undl_id"]] == table.loc[5544, "earlier_undl_id"]


def test_every_repetition_with_a_record_is_linked() -> None:
    """Each pair of which both records are known is in the mapping as the table has it."""
    table = tables.load("repeated-resolutions").dropna(subset=["earlier_undl_id", "later_undl_id"])
    pairs = ballots.repeated()
    assert all(pairs[later] == earlier for later, earlier in table[["later_undl_id", "earlier_undl_id"]].to_numpy())


def test_special_sessions_have_a_year_but_no_place_among_sessions(calls: RollCalls) -> None:
    """By year, votes of emergency special sessions count; by session, they are left out."""
    recent = calls.years(2022, 2024)
    by_year, by_session = from_rollcalls(recent), from_rollcalls(recent, "session")
    special = recent.select(recent.resolutions["special"])
    labels = set(special.resolutions["undl_id"])
    assert labels & set(by_year.items.tolist())
    assert not labels & set(by_session.items.tolist())
    assert sorted(by_session.cells["period"].unique()) == [76, 77, 78, 79]
    with pytest.raises(BallotsError, match="0 roll calls with dissent and 0 states"):
        from_rollcalls(special, "session")


@pytest.mark.parametrize("by", ["phase", "Year", "", None])
def test_other_periods_are_refused(by: Any, calls: RollCalls) -> None:
    """Positions change with years or sessions; the message says so."""
    with pytest.raises(ValueError, match=r"by is .*Choose one of 'year', 'session'"):
        from_rollcalls(calls, by)


@pytest.mark.parametrize(
    ("votes", "found"),
    [
        ([[Y, N], [N, Y], [A, N]], "3 roll calls with dissent and 2 states"),
        ([[Y, N, A], [N, Y, Y]], "2 roll calls with dissent and 3 states"),
        ([[Y, Y, Y], [N, N, N], [Y, X, Y]], "0 roll calls with dissent and 0 states"),
        ([[X, X, X]], "0 roll calls with dissent and 0 states"),
    ],
)
def test_too_few_votes_are_refused(votes: list[list[int]], found: str) -> None:
    """What cannot be estimated is an error that says what is left, and what to do."""
    with pytest.raises(BallotsError, match=f"{found} are left; at least 3 of each.*Take more years"):
        from_rollcalls(rolls(votes))


def test_a_year_without_votes_is_refused(calls: RollCalls) -> None:
    """In 1964 there were no recorded votes."""
    with pytest.raises(BallotsError, match="0 roll calls with dissent"):
        from_rollcalls(calls.years(1964))


@pytest.fixture(scope="module")
def by_session(calls: RollCalls) -> pd.DataFrame:
    """Return our cells by session beside the points of April 2020."""
    ours = from_rollcalls(calls, "session").cells.rename(columns={"period": "session"})
    return ours.merge(published.points("2020-04"), on=["state", "session"], suffixes=("", "_published"))


@pytest.mark.parametrize("session", [47, 55, 68, 69])
def test_whole_sessions_have_the_published_numbers_of_votes(by_session: pd.DataFrame, session: int) -> None:
    """In sessions of which the library's file has each vote that they used, every state's number is the published one.

    (In others their file has a few roll calls more or less, and then all states differ by about as many.)
    """
    rows = by_session[by_session["session"] == session]
    assert len(rows) > 170
    assert (rows["votes"] == rows["votes_published"]).all()


@pytest.mark.shared
def test_the_number_of_votes_used_is_the_published_one(shared: Path) -> None:
    """On the inputs of the April 2020 release, for each of its 10,469 states in sessions, and for no other."""
    both = release2020.beside(shared)
    assert len(both) == len(release2020.published(shared)) == 10_469
    assert (both["votes"] == both["NVotes"]).all()
