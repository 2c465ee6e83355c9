"""The inputs of the April 2020 release of the published ideal points, laid out as its publishers' code does."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from neutrality import ballots
from neutrality.ballots import Ballots

ANCHORS = {2: "USA", 20: "CAN", 200: "GBR", 365: "RUS", 666: "ISR", 265: "DDR"}
"""The states whose letters mean something to the estimator; all others keep the publishers' number as a label."""

NAMES = {
    "Côte d’Ivoire": "Côte d\x92Ivoire",
    "Eswatini": "Swaziland",
    "Federal Republic of Germany": "German Federal Republic",
    "North Macedonia": "Macedonia",
}
"""Names in the votes, and for the same states in the points."""

SOUTH_AFRICA, VOTES = 560, {"yes": 0, "abstain": 1, "no": 2}


def label(ccode: Any) -> str:
    """Return the label of a state here."""
    return ANCHORS.get(int(ccode), f"{int(ccode):03d}")


@cache
def published(folder: Path) -> pd.DataFrame:
    """Return the release's file: state, session, name, IdealPoint, limits, and NVotes, the number of votes used."""
    points = pd.read_csv(folder / "reference" / "voeten_ideal_points_2020-04.csv.gz", encoding="latin-1")
    return points.assign(state=points["ccode"].map(label), session=points["session"].astype(int))


@cache
def cast(folder: Path) -> pd.DataFrame:
    """Return the votes that the points are from, before items without dissent are dropped.

    Without a flag, a vote is neither on a paragraph nor on an amendment. Session 19 had no voting as usual. South
    Africa's votes in session 48 and those of Zanzibar are in the file, and no point is from them.
    """
    reference = folder / "reference"
    calls = pd.read_parquet(reference / "unvotes_2020_roll_calls.parquet")
    year = pd.to_datetime(calls["date"], unit="D").dt.year
    part = calls[["para", "amend"]].fillna(0).eq(1).any(axis=1)
    calls = calls[~(part & (year > 1989)) & (calls["session"] != 19)]
    votes = pd.read_parquet(reference / "unvotes_2020_votes.parquet").merge(calls[["rcid", "session"]], on="rcid")
    points = published(folder)
    number = dict(zip(points["Countryname"], points["ccode"], strict=True))
    country = votes["country"].astype(str)
    votes["ccode"] = country.replace(NAMES).map(number)
    assert set(country[votes["ccode"].isna()]) == {"Zanzibar"}
    votes = votes[votes["ccode"].notna() & ~((votes["ccode"] == SOUTH_AFRICA) & (votes["session"] == 48))]
    return pd.DataFrame(
        {
            "state": votes["ccode"].map({number: label(number) for number in points["ccode"].unique()}),
            "session": votes["session"].astype(int),
            "item": linked(votes["rcid"].astype(int), folder),
            "vote": votes["vote"].astype(str).map(VOTES).astype(int),
        }
    )


def linked(rcid: pd.Series[int], folder: Path) -> pd.Series[int]:
    """Give the repetitions of a resolution the number of the first of their chain."""
    pairs = pd.read_csv(folder / "reference" / "voeten_repeated_resolutions.csv")
    first: dict[int, int] = {}
    for later, earlier in pairs.groupby("rcid2")["rcid1"].min().sort_index().items():
        first[int(str(later))] = first.get(earlier, earlier)
    return rcid.map(lambda number: first.get(number, number))


@cache
def laid_out(folder: Path) -> Ballots:
    """Return the votes as the estimator takes them."""
    votes = cast(folder)
    return ballots.arrange(votes["state"], votes["session"].to_numpy(), votes["item"], votes["vote"])


def beside(folder: Path, point: Any = None) -> pd.DataFrame:
    """Set our cells, with our points if there are any, beside the published ones: a row for each that either has."""
    ours = laid_out(folder).cells.rename(columns={"period": "session"}).assign(ours=point)
    return ours.merge(published(folder), on=["state", "session"], how="outer", validate="one_to_one")
