"""Measure how a class hands in and is collected, with a collection that is killed half way and repeated.

``make bench`` runs it with the rest; ``python scripts/bench_exchange.py --students 300`` prints its table alone.
Students hand in with nbgrader's own code, each from a home of their own, into a real exchange; `fairmark collect` and
`fairmark mark` are the real commands. All run as one account of this machine, so the name is what proves who handed in.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeSubmit
from traitlets.config import Config

from classes import COURSE
from fairmark import classroom, gradebook, release, report, results, settings
from fairmark.ability import Population
from fairmark.settings import Settings
from timing import BIN, Row, command_seconds

AT_ONCE = 2
TWICE = 10
"""Every so-many-th student hands in an unfinished notebook first."""
_TRIES = 10


@dataclass(frozen=True)
class Class:
    """A class that is about to hand in.

    Attributes
    ----------
    course : Settings
    assignment : str
    homes : Path
        A folder each, with the assignment in it.
    sent : dict
        Student to the SHA-256 of the notebook that must arrive.
    """

    course: Settings
    assignment: str
    homes: Path
    sent: dict[str, str]


def prepare(course: Settings, assignment: str, students: int, homes: Path) -> Class:
    """Make a class of students of known ability whose finished notebooks lie in their homes.

    Parameters
    ----------
    course
        Released.
    assignment
        The one that is handed in.
    students
        How many.
    homes
        The folder to make the homes in.
    """
    classroom.simulate(course, size=students, population=Population())
    inbound = _exchange(course) / "inbound"
    sent = {}
    for made in sorted(inbound.iterdir()):
        student, name, _ = made.name.split("+")
        if name == assignment:
            home = homes / student / assignment
            home.mkdir(parents=True)
            notebook = (made / f"{assignment}.ipynb").read_bytes()
            (home / f"{assignment}.ipynb").write_bytes(notebook)
            sent[student] = hashlib.sha256(notebook).hexdigest()
        shutil.rmtree(made)
    gradebook.check(gradebook.api(course).release_assignment(assignment), f"release {assignment}")
    return Class(course, assignment, homes, sent)


def hand_in(group: Class) -> list[float]:
    """Have everybody hand in, several at once; give the seconds that each took."""
    early = [student for number, student in enumerate(group.sent) if number % TWICE == 0]
    unfinished = group.course.workdir / "release" / group.assignment / f"{group.assignment}.ipynb"
    for student in early:
        home = group.homes / student / group.assignment
        shutil.move(home / f"{group.assignment}.ipynb", group.homes / f"{student}.finished")
        shutil.copyfile(unfinished, home / f"{group.assignment}.ipynb")
    seconds = _submit(group, early)
    for student in early:
        shutil.move(
            group.homes / f"{student}.finished", group.homes / student / group.assignment / f"{group.assignment}.ipynb"
        )
    return seconds + _submit(group, list(group.sent))


def _submit(group: Class, students: list[str]) -> list[float]:
    """Share the students out among processes, each of which hands in for one after the other."""
    running = []
    for number in range(AT_ONCE):
        words = {
            "course": group.course.course,
            "exchange": str(_exchange(group.course).parent),
            "assignment": group.assignment,
            "homes": [str(group.homes / student) for student in students[number::AT_ONCE]],
        }
        command = [sys.executable, __file__, "--submit", json.dumps(words)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE))  # noqa: S603  our own words
    seconds: list[float] = []
    for one in running:
        told, _ = one.communicate()
        if one.returncode:
            raise RuntimeError(f"handing in ended with {one.returncode}")
        seconds += json.loads(told)
    return seconds


def submit(course: str, exchange: str, assignment: str, homes: list[str]) -> list[float]:
    """Hand in from each home with nbgrader's own step; give the seconds that each took."""
    seconds = []
    for home in homes:
        start = time.perf_counter()
        rules = Config()
        rules.Exchange.update(root=exchange, assignment_dir=home, cache=str(Path(home, ".cache")))
        rules.CourseDirectory.update(course_id=course, assignment_id=assignment, student_id=Path(home).name)
        folder, who = CourseDirectory(config=rules), Authenticator(config=rules)
        ExchangeSubmit(coursedir=folder, authenticator=who, config=rules).start()
        seconds.append(time.perf_counter() - start)
    return seconds


def command(group: Class, student: str) -> float:
    """Time the command that a student would type, from its start to its end; it hands in the same notebook again."""
    words = [str(BIN / "nbgrader"), "submit", group.assignment, "--course", group.course.course]
    words += [f"--Exchange.root={_exchange(group.course).parent}", f"--CourseDirectory.student_id={student}"]
    home = group.homes / student
    return command_seconds([*words, f"--Exchange.cache={home / '.cache'}"], home)


def collect(group: Class) -> float:
    """Collect with the command, and give the seconds from its start to its end."""
    return command_seconds(_fairmark(group, "collect"), group.course.workdir)


def collect_and_kill(group: Class) -> int:
    """Kill the command with SIGKILL when half of the class is collected; give how many were there by then."""
    for _ in range(_TRIES):
        shutil.rmtree(group.course.workdir / "submitted", ignore_errors=True)
        running = subprocess.Popen(_fairmark(group, "collect"), stdout=subprocess.DEVNULL)  # noqa: S603  our own words
        while running.poll() is None and _collected(group) < len(group.sent) // 2:
            time.sleep(0.001)
        running.kill()
        running.wait()
        if 0 < _collected(group) < len(group.sent):
            return _collected(group)
    raise RuntimeError(f"collecting was over each time before it could be killed, {_TRIES} times")


def mark(group: Class) -> float:
    """Mark with the command, and give the seconds."""
    return command_seconds(_fairmark(group, "mark"), group.course.workdir)


def lost(group: Class) -> int:
    """Count the students whose collected notebook is not byte by byte the one that they handed in last."""
    return sum(_digest(group, student) != sha256 for student, sha256 in group.sent.items())


def doubled(group: Class) -> int:
    """Count the students who stand in the gradebook more than once for the assignment."""
    with contextlib.closing(sqlite3.connect(group.course.workdir / "gradebook.db")) as book:
        rows = book.execute("SELECT count(*) FROM submitted_assignment GROUP BY student_id, assignment_id").fetchall()
    return sum(count > 1 for (count,) in rows)


def as_designed(group: Class) -> bool:
    """Tell whether everybody has exactly one mark, and the one that the simulation gave."""
    standing = [one for one in results.standing(group.course) if one.assignment == group.assignment]
    everybody = sorted(one.student for one in standing) == sorted(group.sent)
    rows = [row for row in report.table(group.course, standing) if row.assignment == group.assignment]
    marked = {row.student: None if row.automatic is None else round(row.automatic, 2) for row in rows}
    return everybody and marked == {one.id: one.earns[group.assignment] for one in classroom.plan(group.course)}


def run(students: int = 300) -> Iterator[Row]:
    """Measure a class.

    Parameters
    ----------
    students
        How many.
    """
    with tempfile.TemporaryDirectory(prefix="bench-exchange-") as name:
        folder = Path(name)
        course = settings.load(COURSE, workdir=folder / "work")
        release.build(course)
        group = prepare(course, "ps1", students, folder / "homes")
        start = time.perf_counter()
        each = hand_in(group)
        taken = time.perf_counter() - start
        typed = median(command(group, student) for student in list(group.sent)[:3])
        yield (
            f"handing in, {students} students: submissions a second",
            f"{len(each) / taken:,.0f}",
            (
                f"nbgrader's own step, {AT_ONCE} at once, their start counted; each p50 {1000 * median(each):,.0f} ms, "
                f"p95 {1000 * quantiles(each, n=20)[-1]:,.0f} ms; by the command `nbgrader submit` {typed:.1f} s each "
                "(median of 3), nearly all of it the command's start"
            ),
        )
        seconds = collect(group)
        handed = len(list((_exchange(course) / "inbound").iterdir()))
        yield (
            f"`fairmark collect`, {students} students",
            f"{seconds:.1f} s",
            f"{1000 * seconds / students:,.0f} ms a student, its start counted; {handed} submissions lay there",
        )
        yield "collected: not what was handed in last", f"{lost(group)}", f"of {students}, compared byte by byte"
        there = collect_and_kill(group)
        seconds = collect(group)
        yield (
            "the same, killed half way and repeated",
            f"{lost(group)}",
            f"of {students}; SIGKILL when {there} were there, the second run took {seconds:.1f} s",
        )
        seconds = mark(group)
        right = "everybody has one mark, as designed" if as_designed(group) else "MARKS ARE NOT AS DESIGNED"
        yield (
            "marked of these: in the gradebook twice",
            f"{doubled(group)}",
            f"of {students}; `fairmark mark` took {seconds:.0f} s; {right}",
        )


def _fairmark(group: Class, what: str) -> list[str]:
    course = group.course
    words = ["--settings", course.file, "--workdir", course.workdir, what, group.assignment]
    return [str(BIN / "fairmark"), *map(str, words)]


def _exchange(course: Settings) -> Path:
    return course.workdir / "exchange" / course.course


def _collected(group: Class) -> int:
    submitted = group.course.workdir / "submitted"
    return len(list(submitted.iterdir())) if submitted.is_dir() else 0


def _digest(group: Class, student: str) -> str:
    file = group.course.workdir / "submitted" / student / group.assignment / f"{group.assignment}.ipynb"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--submit", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.submit:
        print(json.dumps(submit(**json.loads(options.submit))))
        return
    for row in run(options.students):
        print(" | ".join(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
