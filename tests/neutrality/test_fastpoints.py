"""The fast estimate: on votes drawn from the model, and on the inputs of the published one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neutrality import fastpoints
from neutrality.ballots import Ballots, BallotsError, arrange
from neutrality.fastpoints import FARTHEST, fit

from . import release2020

pytestmark = pytest.mark.usefixtures("one_thread")


@dataclass(frozen=True, eq=False)
class Invented:
    """Votes drawn from the model, and what they were drawn from.

    Attributes
    ----------
    votes : pandas.DataFrame
        One row a vote: ``state``, ``period``, ``item``, ``vote``.
    ballots : Ballots
        The same, laid out.
    theta : numpy.ndarray
        The true position of each cell.
    """

    votes: pd.DataFrame
    ballots: Ballots
    theta: Any


def invent(seed: int, *, states: int = 30, periods: int = 4, texts: int = 40, step: float = 0.3) -> Invented:
    """Draw an Assembly: positions walk from period to period; five texts come back in each; one vote in 20 fails."""
    rng = np.random.default_rng(seed)
    names = np.array(["USA", "RUS", *(f"S{number:02d}" for number in range(2, states))])
    first = np.concatenate([[2.0, -2.0], rng.normal(0, 0.9, states - 2)])
    theta = np.cumsum(np.vstack([first, rng.normal(0, step, (periods - 1, states))]), axis=0)
    theta = (theta - theta.mean()) / theta.std()
    slope, middle = rng.normal(0, 1.3, periods * texts), rng.normal(0, 0.8, periods * texts)
    half = 0.4 + rng.exponential(0.2, periods * texts)
    frames = []
    for period in range(periods):
        item = np.arange(texts) + period * texts
        item[:5] = np.arange(5)
        z = slope[item, None] * theta[period] + rng.normal(size=(texts, states))
        vote = 1 + (z > (middle + half)[item, None]).astype(int) - (z < (middle - half)[item, None])
        text, state = np.nonzero(rng.random(z.shape) < 0.95)
        columns = {"state": names[state], "period": period, "item": item[text], "vote": vote[text, state]}
        frames.append(pd.DataFrame(columns))
    votes = pd.concat(frames, ignore_index=True)
    laid_out = laid(votes)
    place = {name: number for number, name in enumerate(names)}
    cells = laid_out.cells
    return Invented(votes, laid_out, theta[cells["period"].to_numpy(), cells["state"].map(place).to_numpy()])


def laid(votes: pd.DataFrame) -> Ballots:
    """Lay out votes in four columns."""
    return arrange(votes["state"], votes["period"].to_numpy(), votes["item"], votes["vote"])


def correlation(one: Any, other: Any) -> float:
    """Return Pearson's correlation."""
    return float(np.corrcoef(one, other)[0, 1])


def within(both: pd.DataFrame) -> pd.Series[float]:
    """Return the correlation of our points with the published ones in each session."""
    return both.groupby("session")[["ours", "IdealPoint"]].apply(
        lambda rows: correlation(rows["ours"], rows["IdealPoint"])
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_positions_are_recovered(seed: int) -> None:
    """Positions from which votes were drawn come back, on their scale, with states in order in every period."""
    world = invent(seed)
    found = fit(world.ballots, tolerance=0.002)
    assert found.converged
    assert correlation(found.theta, world.theta) > 0.965
    period = world.ballots.cells["period"].to_numpy()
    assert min(correlation(found.theta[period == each], world.theta[period == each]) for each in range(4)) > 0.95
    slope = np.polyfit(world.theta, found.theta, 1)[0]
    assert slope == pytest.approx(1, abs=0.1)


def test_positions_are_standardised() -> None:
    """Mean 0, and variance 1 once each position's own uncertainty is added: the points' own is a little smaller."""
    theta = fit(invent(1).ballots, tolerance=1e-4, rounds=300).theta
    assert theta.mean() == pytest.approx(0, abs=0.01)
    assert 0.9 < theta.std() < 1


def test_a_state_that_moves_is_seen_to_move() -> None:
    """Where one state crosses over in the third period, its points do, and those of the others stay."""
    world = invent(4, step=0.0)
    votes = world.votes.copy()
    crossing, model = votes["state"] == "S05", votes["state"] == "USA"
    early = votes["period"] < 2
    for who, when in (("RUS", early), ("USA", ~early)):
        source = votes[(votes["state"] == who) & when].drop_duplicates("item").set_index("item")["vote"]
        here = crossing & when & votes["item"].isin(source.index)
        votes.loc[here, "vote"] = votes.loc[here, "item"].map(source).astype(int)
    assert crossing.sum() == pytest.approx(model.sum(), rel=0.1)
    laid_out = laid(votes)
    table = laid_out.cells.assign(point=fit(laid_out).theta).pivot(index="state", columns="period", values="point")
    assert table.loc["S05", [0, 1]].max() < -0.8
    assert table.loc["S05", [2, 3]].min() > 0.8
    others = table.drop(index="S05")
    assert (others[3] - others[0]).abs().median() < 0.3


def test_a_state_that_hardly_voted_stays_where_it_was() -> None:
    """With one vote in the second period, a state's prior keeps it near its point in the first; with many it may go."""
    world = invent(5)
    votes = world.votes
    there = (votes["state"] == "S03") & (votes["period"] == 1)
    few = votes[~there | ~votes["state"].where(there).duplicated()]
    laid_out = laid(few)
    point = laid_out.cells.assign(point=fit(laid_out, tolerance=1e-3).theta).set_index(["state", "period"])["point"]
    assert laid_out.cells.set_index(["state", "period"])["votes"]["S03", 1] == 1
    assert abs(point["S03", 1] - point["S03", 0]) < 0.1


def test_nothing_is_drawn_at_random() -> None:
    """Twice the same votes give twice the same numbers."""
    world = invent(1)
    one, other = fit(world.ballots), fit(world.ballots)
    assert np.array_equal(one.theta, other.theta)
    assert np.array_equal(one.low, other.low)


def test_the_order_of_the_votes_does_not_matter() -> None:
    """Shuffled rows give the same positions, but for rounding."""
    world = invent(2)
    shuffled = laid(world.votes.sample(frac=1, random_state=0))
    assert fit(shuffled).theta == pytest.approx(fit(world.ballots).theta, abs=1e-6)


def test_yes_and_no_can_be_exchanged() -> None:
    """A text turned into its contrary makes another item, with the other sign, and the same positions."""
    world = invent(3)
    turned = fit(laid(world.votes.assign(vote=2 - world.votes["vote"])), tolerance=1e-4, rounds=300)
    straight = fit(world.ballots, tolerance=1e-4, rounds=300)
    assert turned.theta == pytest.approx(straight.theta, abs=0.01)
    assert turned.slope == pytest.approx(-straight.slope, abs=0.02)
    inner = world.ballots.kind == 1
    assert turned.low[inner] == pytest.approx(-straight.high[inner], abs=0.02)


def test_the_united_states_are_on_the_right() -> None:
    """With the poles' names exchanged, everybody changes sides."""
    world = invent(1)
    names = world.votes["state"].replace({"USA": "RUS", "RUS": "USA"})
    found = laid(world.votes.assign(state=names))
    order = world.ballots.cells.assign(place=range(len(world.theta))).set_index(["state", "period"])["place"]
    same = order[
        list(zip(found.cells["state"].replace({"USA": "RUS", "RUS": "USA"}), found.cells["period"], strict=True))
    ]
    assert fit(found).theta == pytest.approx(-fit(world.ballots).theta[same.to_numpy()], abs=0.05)


def test_cut_points_are_in_order() -> None:
    """Every item has γ1 below γ2 and both within ±7, and nobody stands beyond ±5."""
    found = fit(invent(2).ballots)
    assert (found.low < found.high).all()
    assert max(np.abs(found.low).max(), np.abs(found.high).max()) <= 7 + 1e-3
    assert np.abs(found.theta).max() <= FARTHEST


def test_one_who_always_votes_alone_is_kept_on_the_scale() -> None:
    """A state that goes further right than all others on every text would drift outward; the cut-off of z holds it."""
    world = invent(6)
    votes = world.votes.copy()
    right = pd.Series(np.where(fit(world.ballots).slope > 0, 2, 0), index=world.ballots.items)
    extreme = (votes["state"] == "S07") & votes["item"].isin(right.index)
    votes.loc[extreme, "vote"] = votes.loc[extreme, "item"].map(right)
    laid_out = laid(votes)
    found = fit(laid_out, tolerance=1e-3, rounds=300)
    alone = found.theta[laid_out.cells["state"] == "S07"]
    assert found.converged
    assert (alone > 2).all()
    assert (alone < FARTHEST).all()


def test_too_few_rounds_are_reported() -> None:
    """An estimate that was cut short says so."""
    found = fit(invent(1).ballots, rounds=2)
    assert (found.rounds, found.converged) == (2, False)
    assert found.change >= 0.01


def test_stops_by_its_own_rule() -> None:
    """A narrower tolerance takes more rounds, and the change stated is below it."""
    world = invent(1)
    wide, narrow = fit(world.ballots, tolerance=0.02), fit(world.ballots, tolerance=0.001)
    assert wide.rounds < narrow.rounds < 60
    assert (wide.change < 0.02, narrow.change < 0.001) == (True, True)


@pytest.mark.parametrize("missing", [["USA"], ["RUS"], ["USA", "RUS"]])
def test_without_poles_there_is_no_left_and_right(missing: list[str]) -> None:
    """If the United States or Russia have no votes, the message says what is missing."""
    votes = invent(1).votes
    with pytest.raises(BallotsError, match="USA and RUS never voted differently here"):
        fit(laid(votes[~votes["state"].isin(missing)]))


def test_poles_that_agree_on_everything_are_none() -> None:
    """The same where both always vote alike."""
    votes = invent(1).votes
    theirs = votes[votes["state"] == "USA"].assign(state="RUS")
    with pytest.raises(BallotsError, match="never voted differently"):
        fit(laid(pd.concat([votes[votes["state"] != "RUS"], theirs])))


def test_starts_where_the_publishers_start() -> None:
    """+3 for four states, -2 for two, 0 for all others; slopes 1, -1 or 0; cut points from the shares of the votes."""
    state = ["USA", "CAN", "GBR", "ISR", "RUS", "DDR", "BLR"]
    votes = {1: [2, 2, 1, 2, 0, 0, 0], 2: [0, 0, 0, 0, 2, 2, 2], 3: [0, 1, 0, 2, 0, 0, 0]}
    laid_out = arrange(state * 3, [1] * 21, np.repeat(list(votes), 7), np.concatenate(list(votes.values())))
    anchors = dict(zip(laid_out.cells["state"], fastpoints._anchors(laid_out), strict=True))
    assert anchors == {"USA": 3, "CAN": 3, "GBR": 3, "ISR": 3, "RUS": -2, "DDR": -2, "BLR": 0}
    slope, low, high = fastpoints._items(laid_out)
    assert slope.tolist() == [1, -1, 0]
    assert low == pytest.approx([-1 + 6 / 7, -1 + 8 / 7, -1 + 10 / 7])
    assert high == pytest.approx([-1 + 8 / 7, -1 + 8 / 7 + 0.03, -1 + 12 / 7])


@pytest.mark.shared
def test_the_published_points_are_reproduced(shared: Path) -> None:
    """On the inputs of April 2020 the correlation is .99 over all 10,469 points, and .999 in the median session."""
    found = fit(release2020.laid_out(shared))
    both = release2020.beside(shared, found.theta)
    assert found.converged
    assert correlation(both["ours"], both["IdealPoint"]) >= 0.99
    assert within(both).median() >= 0.999
    assert within(both).min() >= 0.98
