"""Measure how fast and how exact marking and the measures are; write course/instructor/bench.md.

Seconds differ from machine to machine and from minute to minute, ratios of one run much less: read those. Run it with
``make bench`` on a machine that does nothing else. ``ARGS="--only service"`` measures one part and leaves the page's
other parts as they are. ``ARGS="--every 4"`` takes a quarter of the slow references, ``ARGS="--rounds 400"`` fewer
rounds of the sampler, and ``ARGS="--quick"`` the least of everything.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import bench_agreement
import bench_exchange
import bench_marking
import bench_service
from neutrality import idealpoints, published, rollcalls
from neutrality.replacing import replace_together
from neutrality.rollcalls import RollCalls
from timing import HEAD, Row, seconds

PAGE = Path(__file__).parents[1] / "course" / "instructor" / "bench.md"

Options = argparse.Namespace


@dataclass(frozen=True)
class Part:
    """One table of the page.

    Attributes
    ----------
    title : str
    head : list of str
    rows : callable
        Measures; takes the options of the command.
    """

    title: str
    head: list[str]
    rows: Callable[[Options], Iterator[tuple[str, ...]]]


def main() -> None:
    """Measure what was asked for, and write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=list(PARTS), help="measure this part alone; may be repeated")
    parser.add_argument("--every", type=int, default=1, help="time pandas on each so-many-th session, and scale up")
    parser.add_argument("--rounds", type=int, default=4000, help="most rounds of the sampler")
    parser.add_argument("--stock", type=int, default=100, help="mark so many with stock nbgrader, and scale up")
    parser.add_argument("--many", type=int, default=2000, help="watch memory over so many submissions; 0: do not")
    parser.add_argument("--students", type=int, default=300, help="have so many hand in, and check answers at once")
    parser.add_argument("--quick", action="store_true", help="the least of everything, for a machine that is busy")
    options = parser.parse_args()
    if options.quick:
        options.every, options.rounds, options.stock, options.many, options.students = 10, 200, 4, 0, 40
    new = {}
    for name in options.only or PARTS:
        part = PARTS[name]
        busy = os.getloadavg()[0]
        new[part.title] = section(part, list(part.rows(options)), busy)
        print(new[part.title], flush=True)
    text = page(PAGE.read_text(encoding="utf-8"), new)
    replace_together(PAGE.parent, {PAGE.name: text.encode()})


@cache
def _votes() -> RollCalls:
    return rollcalls.load()


def _ratios(options: Options) -> Iterator[Row]:
    votes = _votes()
    for name, ratio, how in bench_agreement.run(every=options.every):
        yield name, f"{ratio:,.0f}", how
    loads = sorted(seconds(rollcalls.load) for _ in range(7))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.csv.gz"
        _as_csv(votes, path)
        read = seconds(lambda: pd.read_csv(path, low_memory=False))
    yield (
        "votes as CSV with pandas / rollcalls.load",
        f"{read / loads[3]:,.0f}",
        f"{read:.1f} s / {loads[3]:.3f} s (median of 7); one row a vote, compressed, with the columns of our tables",
    )
    idealpoints.estimate(votes)  # compile first
    fast = seconds(lambda: idealpoints.estimate(votes))
    yield "fast estimate of ideal points / rollcalls.load", f"{fast / loads[3]:,.0f}", f"{fast:.1f} s, compiled before"


_POINTS = ["votes", "way", "rounds", "all", "median within a period", "Belarus", "Russia", "gap since 1991", "seconds"]


def _estimators(options: Options) -> Iterator[tuple[str, ...]]:
    votes, rounds = _votes(), options.rounds
    for by, release, kind in (("year", "2025-07", "final"), ("session", "2020-04", "all")):
        theirs = published.points(release, kind)
        apart = published.gap("BLR", "RUS", release=release, votes=kind)["gap"]
        for method, settings in (("fast", {}), ("sample", {"rounds": rounds})):
            start = time.perf_counter()
            ours = idealpoints.estimate(votes, by, method=method, **settings)
            taken = time.perf_counter() - start
            yield (
                f"ours by {by}, against {release} ({kind})",
                method + ("" if ours.converged else ", stopped at the limit"),
                f"{ours.rounds:,}",
                *(f"{value:.4f}" for value in correlations(ours, theirs, apart, by)),
                f"{taken:.1f}",
            )


def correlations(ours: idealpoints.Estimate, theirs: pd.DataFrame, apart: pd.Series, by: str) -> list[float]:
    """Compare an estimate with a published one: all rows, within periods, Belarus, Russia, their gap since 1991."""
    both = idealpoints.compare(ours.points, theirs)
    found = [both.attrs["correlation"], float(both.attrs["by_period"].median())]
    for state in ("BLR", "RUS"):
        rows = both[both["state"] == state]
        found.append(float(np.corrcoef(rows["ours"], rows["theirs"])[0, 1]))
    own = idealpoints.gap(ours, "BLR", "RUS")["gap"]
    # The published gap is indexed by year; the literature's year of a session is 1945 + session.
    own.index = own.index + (1945 if by == "session" else 0)
    shared = own.index.intersection(apart.dropna().index)
    shared = shared[shared >= 1991]
    return [*found, float(np.corrcoef(own.loc[shared], apart.loc[shared])[0, 1])]


def _as_csv(votes: RollCalls, path: Path) -> None:
    row, column = np.nonzero(votes.matrix >= 0)
    words = np.array(["X", "Y", "A", "N"])
    frame = votes.resolutions.iloc[row].reset_index(drop=True)
    frame["ms_code"] = votes.states["code"].to_numpy()[column]
    frame["ms_vote"] = words[votes.matrix[row, column]]
    frame.to_csv(path, index=False, compression={"method": "gzip", "compresslevel": 1})


PARTS = {
    "marking": Part("Marking", HEAD, lambda had: bench_marking.run(100, had.stock, had.many)),
    "service": Part("The marking service", HEAD, lambda had: bench_service.run(had.students)),
    "exchange": Part("Handing in and collecting", HEAD, lambda had: bench_exchange.run(had.students)),
    "ratios": Part("Ratios", ["what", "ratio", "how"], _ratios),
    "ideal-points": Part("Our ideal points against the published ones", _POINTS, _estimators),
}
_INTRO = [
    "# How fast and how exact marking and the measures are",
    "",
    "Written by `make bench`. Do not edit by hand.",
    "",
    "Machines differ and are shared. The ratios were taken in one run; read them rather than the seconds.",
]


def section(part: Part, rows: list[tuple[str, ...]], busy: float) -> str:
    """Write one part.

    Parameters
    ----------
    part, rows
        What was measured.
    busy
        The machine's load average before that.
    """
    system = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, "
        f"NumPy {np.__version__}, pandas {pd.__version__}; load average before it {busy:.1f}"
    )
    table = [_line(part.head), _line(["---"] * len(part.head)), *map(_line, rows)]
    return "\n".join([f"## {part.title}", "", f"Measured on {system}.", "", *table])


def page(old: str, new: dict[str, str]) -> str:
    """Put new parts into a page and leave its other parts as they are.

    Parameters
    ----------
    old
        The page as it was.
    new
        Titles and parts.
    """
    body = old.partition("\nCorrelations: ")[0]
    kept = {one.partition("\n")[0]: f"## {one.strip()}" for one in body.split("\n## ")[1:]}
    known = kept | new
    parts = [known[part.title] for part in PARTS.values() if part.title in known]
    return "\n\n".join(["\n".join(_INTRO), *parts, "\n".join(_NOTES)]) + "\n"


_NOTES = [
    'Correlations: "all" is over every state and period that both have; "Belarus" and "Russia" are over the years of',
    "one state. The votes are not the same. Ours are recorded votes on adopted texts. The points of July 2025 are from",
    "votes on final passage; those of April 2020 are from more: drafts that failed and, before 1990, paragraphs and",
    "amendments too. `course/instructor/measures.md` says what follows from that. The release of April 2020 is also",
    "re-estimated from its own votes, in the tests. A sampler that stopped at the limit had not come to rest.",
    "",
    "The ratios of the measures say how many times longer the common way takes than ours (`all_pairs`: all pairs of",
    "states at once; `rollcalls.load`: reading the votes). The last says how many such readings a fast estimate takes.",
]


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
