"""`scripts/findings.py` and `scripts/bench.py`: what the pages for instructors say is what the tables give."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
import findings
from neutrality import rollcalls

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "course" / "instructor"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[+-]?\d+)?")

YEAR = re.compile(r"(?:19|20)\d\d")


def _near(now, then):
    """Ask for the same years; for counts of points beyond a limit within a few; for the rest within two per cent."""
    if YEAR.fullmatch(then):
        return now == then
    return abs(float(now) - float(then)) <= max(0.02 * abs(float(then)), 0.02 if "." in then else 5)


@pytest.mark.slow
def test_the_page_of_findings_is_what_the_tables_give():
    """Words are the same, and numbers as near as another processor's rounding allows."""
    votes = rollcalls.load()
    both = findings.compared(votes)
    fresh, kept = findings.page(votes, both), (FOLDER / "measures.md").read_text()
    assert NUMBER.sub("#", fresh) == NUMBER.sub("#", kept), "run `make findings`"
    pairs = zip(NUMBER.findall(fresh), NUMBER.findall(kept), strict=True)
    assert [(now, then) for now, then in pairs if not _near(now, then)] == []
    for part in ("state", "year"):
        table = pd.read_csv(FOLDER / f"ideal-points-by-{part}.csv", index_col=0)
        pd.testing.assert_frame_equal(table, findings.by(both, part), check_dtype=False, atol=0.01, rtol=0.01)


def test_reasons_for_a_difference_go_by_the_first_that_applies():
    """Few votes come before other votes, and these before the place of the whole year."""
    rows = pd.DataFrame(
        {
            "votes": [12, 60, 60, 60],
            "their_votes": [60, 80, 60, 60],
            "difference": [1.0, 1.0, 1.0, 1.0],
            "within": [0.1, 0.1, 0.1, 0.9],
        }
    )
    assert rows.apply(findings._reason, axis=1).tolist() == list(findings.REASONS)


def test_the_comparison_by_state_recomputes_by_hand():
    """Two states, three years: correlation, root mean square and mean are those of the rows."""
    both = pd.DataFrame(
        {
            "state": list("AAABBB"),
            "year": [1, 2, 3] * 2,
            "ours": [1.0, 2, 3, 0, 0, 1],
            "theirs": [1.0, 2, 4, 1, 0, 0],
            "difference": [0.0, 0, -1, -1, 0, 1],
            "within": 0.0,
            "votes": 5,
            "their_votes": 6,
        }
    )
    table = findings.by(both, "state")
    assert table.loc["A", "correlation"] == pytest.approx(np.corrcoef([1, 2, 3], [1, 2, 4])[0, 1])
    assert table.loc["B", ["n", "mean"]].tolist() == [3, 0]
    assert table.loc["B", "rms"] == pytest.approx(np.sqrt(2 / 3))


def test_the_page_of_the_bench_has_every_ratio():
    """The page that is kept names what `make bench` measures."""
    text = (FOLDER / "bench.md").read_text()
    for name in ("pandas groupby", "plain loop", "votes as CSV", "fast estimate", "gap since 1991"):
        assert name in text


def test_the_benchs_table_of_votes_has_every_vote(tmp_path):
    """What the CSV is read from for comparison holds one row for each vote, with its word."""
    votes = rollcalls.load().years(1993)
    bench._as_csv(votes, tmp_path / "votes.csv.gz")
    table = pd.read_csv(tmp_path / "votes.csv.gz")
    assert len(table) == int((votes.matrix >= 0).sum())
    mine = table.loc[table["ms_code"] == "BLR", "ms_vote"].value_counts()
    assert mine["Y"] == int((votes.votes("BLR") == 1).sum())
