"""Measure marking against stock nbgrader on the same class and the same machine, start-up counted, confinement on.

``make bench`` runs it with the rest; by itself it prints its table: ``python scripts/bench_marking.py --size 100``. A
smaller ``--stock`` marks fewer with stock nbgrader and scales up what each takes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

import classes
from fairmark import marking, results
from fairmark.ability import Population
from fairmark.jobs import Job, Limits, Request
from fairmark.settings import Settings
from fairmark.worker import Worker
from timing import BIN, Row, command_seconds

TURNS = 5
"""How often a class is marked in each of our ways; medians are given."""


def run(size: int = 100, stock: int = 100, many: int = 2000) -> Iterator[Row]:
    """Mark the class in each way.

    Parameters
    ----------
    size
        How many students.
    stock
        How many of them stock nbgrader marks; fewer are scaled up.
    many
        How many submissions memory is watched over; 0: none.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        assignment = "ps1"
        course = classes.collected(folder / "class", size, assignment, population=Population())
        single, both, free = (
            [_ours(course, folder / f"{name}-{turn}", assignment, workers, *more) for turn in range(TURNS)]
            for name, workers, more in (("one", 1, ()), ("two", 2, ()), ("unconfined", 2, ("--unconfined",)))
        )
        theirs, how = _stock(course, folder / "stock", assignment, size, stock)
        best, alone, open_ = median(both), median(single), median(free)
        jobs = _jobs(course)
        yield (
            "throughput: ours / stock `nbgrader autograde`",
            f"{theirs / best:.1f}",
            (
                f"class of {size}, {assignment}: stock {theirs:.0f} s ({how}); ours {best:.1f} s, 2 workers, confined "
                f"(median of {TURNS}); both from the command's start to its end"
            ),
        )
        yield (
            "submissions a second, start-up counted",
            f"{size / best:.1f}",
            f"2 workers; 1 worker: {size / alone:.1f}",
        )
        yield "efficiency of 2 workers", f"{alone / best / 2:.0%}", "time of 1 worker / time of 2 / 2, start-up counted"
        yield (
            "cost of confinement, a class",
            f"{best / open_ - 1:+.0%}",
            f"medians of {TURNS}: confined {best:.1f} s / unconfined {open_:.1f} s, self-test counted",
        )
        yield (
            "cost of confinement, a notebook",
            f"{jobs[True] / jobs[False] - 1:+.0%}",
            f"confined {1000 * jobs[True]:.1f} ms / unconfined {1000 * jobs[False]:.1f} ms; it only loads the votes",
        )
        if many:
            yield _memory(course, folder / "many", assignment, many)


def _jobs(course: Settings) -> dict[bool, float]:
    """Time a very short notebook, confined and not, in turns: the median of seconds a job."""
    cell = new_code_cell("from neutrality import rollcalls\nanswer = len(rollcalls.load())")
    notebook = nbformat.writes(new_notebook(cells=[cell]))
    job = Job(student="s", notebook=notebook, requests=(Request("a", "answer"),), files={}, limits=Limits())
    taken: dict[bool, list[float]] = {True: [], False: []}
    with Worker(course) as shut, Worker(course, confined=False) as free:
        for _ in range(3 * TURNS):
            for worker in (shut, free):
                start = time.perf_counter()
                for _ in range(10):
                    worker.run(job)
                taken[worker.confined].append((time.perf_counter() - start) / 10)
    return {confined: median(seconds) for confined, seconds in taken.items()}


def _ours(course: Settings, folder: Path, assignment: str, workers: int, *more: str) -> float:
    shutil.copytree(course.workdir, folder)
    words = ["--settings", str(course.file), "--workdir", str(folder), "mark", assignment, "--workers", str(workers)]
    seconds = command_seconds([str(BIN / "fairmark"), *words, *more], folder)
    wrong = [one for one in results.standing(replace(course, workdir=folder)) if one.status != "marked"]
    if wrong:
        raise RuntimeError(f"{len(wrong)} submissions were not marked, such as {wrong[0]}")
    return seconds


def _stock(course: Settings, folder: Path, assignment: str, size: int, count: int) -> tuple[float, str]:
    """Time stock nbgrader on the first students; what is fixed is told from what each takes by a run of one."""
    one, some = 1, min(count, size)
    times = {}
    for number in {one, some}:
        place = folder / str(number)
        shutil.copytree(course.workdir, place)
        classes.configure_stock(course, place)
        for student in sorted(file.name for file in (place / "submitted").iterdir())[number:]:
            shutil.rmtree(place / "submitted" / student)
        times[number] = command_seconds([str(BIN / "nbgrader"), "autograde", assignment], place)
    if some == size:
        return times[some], "all of them"
    each = (times[some] - times[one]) / (some - one)
    return times[one] + each * (size - one), f"scaled up from {some}"


def _memory(course: Settings, folder: Path, assignment: str, many: int) -> Row:
    """Mark very many submissions in one process; compare the memory of all processes early and late."""
    shutil.copytree(course.workdir, folder, ignore=shutil.ignore_patterns("submitted"))
    pattern = next((course.workdir / "submitted").iterdir())
    for number in range(many):
        shutil.copytree(pattern, folder / "submitted" / f"s{number:05}")
    seen: list[float] = []
    marking.mark(replace(course, workdir=folder), assignment, lambda _: seen.append(_megabytes()))
    tenth = many // 10
    early, late = sorted(seen[tenth : 2 * tenth])[tenth // 2], sorted(seen[-tenth:])[tenth // 2]
    return (
        f"memory over {many:,} submissions",
        f"{late / early - 1:+.1%}",
        f"marker and workers together: {early:.0f} MB over the second tenth, {late:.0f} MB over the last (medians)",
    )


def _megabytes() -> float:
    """Add up what this process and those that it started hold, shared pages counted by their share."""
    total = 0
    for process in _family(os.getpid()):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024


def _family(pid: int) -> Iterator[int]:
    """List a process and all that it started; those that end meanwhile are passed over."""
    yield pid
    try:
        tasks = [(task / "children").read_text(encoding="ascii") for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for child in " ".join(tasks).split():
        yield from _family(int(child))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--stock", type=int, default=100)
    parser.add_argument("--many", type=int, default=2000)
    options = parser.parse_args()
    for row in run(options.size, options.stock, options.many):
        print(" | ".join(row), flush=True)


if __name__ == "__main__":
    main()
