"""Try to lose a mark: kill the marker, run eight at once, lock the gradebook, fill the disk, set the clock wrong.

Each trial marks a simulated class undisturbed, then disturbed, and compares everything that the gradebook holds. It
prints one line and ends with status 1 if anything was lost, torn or doubled:

    python scripts/trials.py kill --times 200
    python scripts/trials.py markers --times 8
    python scripts/trials.py locked --seconds 30
    python scripts/trials.py disk        (as root: it mounts a small file system in memory)
    python scripts/trials.py clock
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import classes
from fairmark import audit, bank, distribute, ledger, marking, submissions
from fairmark.database import Database, GradebookError
from fairmark.jobs import Job, Outcome
from fairmark.settings import Settings
from fairmark.worker import Worker

_WATCHED = ("posting", "ledger", "audit", "derived", "files", "database")
_ROWS = (
    "SELECT a.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade FROM grade g "
    "JOIN base_cell b ON b.id = g.cell_id JOIN submitted_notebook n ON n.id = g.notebook_id "
    "JOIN submitted_assignment a ON a.id = n.assignment_id ORDER BY 1, 2",
    "SELECT a.student_id, b.name, c.auto_comment FROM comment c "
    "JOIN base_cell b ON b.id = c.cell_id JOIN submitted_notebook n ON n.id = c.notebook_id "
    "JOIN submitted_assignment a ON a.id = n.assignment_id ORDER BY 1, 2",
    "SELECT student, assignment, reason, submission_sha256, basis_sha256, job_sha256, record FROM fairmark_mark "
    "ORDER BY 1",
)


def copied(course: Settings, folder: Path) -> Settings:
    """Copy a course that nobody marked yet."""
    shutil.copytree(course.workdir, folder, symlinks=True)
    return replace(course, workdir=folder)


def state(course: Settings, assignment: str) -> dict[str, Any]:
    """Read everything that marking leaves behind, but for the log's times."""
    with Database(course) as book, book.reading() as session:
        wrong = audit.verify(session)
        told = sorted((one["student"], one["event"]) for one in audit.entries(session))
        kept = {
            done.student: ledger.unpack(done.notebook) for done in ledger.all_of(session, assignment) if done.marked
        }
    with contextlib.closing(sqlite3.connect(course.workdir / "gradebook.db")) as database:
        rows = [database.execute(query).fetchall() for query in _ROWS]
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
    files = {
        file.parts[-3]: file.read_text(encoding="utf-8")
        for file in (course.workdir / "autograded").glob(f"*/{assignment}/{assignment}.ipynb")
    }
    return {"rows": rows, "sound": sound, "wrong": wrong, "log": told, "files": files, "kept": kept}


def differences(found: dict[str, Any], calm: dict[str, Any]) -> list[str]:
    """Say what a disturbed run left otherwise than an undisturbed one."""
    says = [f"{name} differ" for name in ("rows", "log", "files") if found[name] != calm[name]]
    says += [] if found["sound"] == "ok" else [f"the database is damaged: {found['sound']}"]
    says += found["wrong"]
    return says + ([] if found["files"] == found["kept"] else ["files are not what the database says"])


def half_done(found: dict[str, Any], calm: dict[str, Any]) -> list[str]:
    """Say what is torn in what a killed marker left: a submission is marked whole, or not at all."""
    wanted = {(row[0], row[1]): row for row in calm["rows"][0]}
    done = {row[0] for row in found["rows"][2]}
    says = [
        f"{row[0]} {row[1]}: half written"
        for row in found["rows"][0]
        if row[0] in done and row != wanted[row[0], row[1]]
    ]
    says += [f"{row[0]}: rows without a fact" for row in found["rows"][0] if row[0] not in done]
    says += [] if found["sound"] == "ok" else [f"the database is damaged: {found['sound']}"]
    return says + found["wrong"]


def in_a_fork(work: Callable[[], object], doomed: Callable[[int], None] | None = None) -> int:
    """Run something in a process of its own; give its status."""
    pid = os.fork()
    if not pid:
        status = 70
        try:
            os.setpgid(0, 0)
            work()
            status = 0
        except GradebookError as error:
            print(error, file=sys.stderr)
            status = 1
        finally:
            os._exit(status)
    if doomed:
        doomed(pid)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill(course: Settings, assignment: str, folder: Path, times: int, seed: int = 1) -> list[str]:
    """Kill markers at random moments until all is done, again and again.

    Half die at a random line of what writes, a third at a random moment, the rest at a random moment of a run with real
    workers. The first two are answered with what the real workers of the undisturbed run answered.
    """
    chance = random.Random(seed)  # noqa: S311  not a secret
    calm, answers = copied(course, folder / "calm"), folder / "answers"
    answers.mkdir()
    real = _timed(lambda: _with(_recording(answers), lambda: marking.mark(calm, assignment)))
    replay = _replaying(answers)
    other = copied(course, folder / "replayed")
    short = _timed(lambda: _with(replay, lambda: marking.mark(other, assignment)))
    wanted, wrong, killed, rounds, ways = state(calm, assignment), [], 0, 0, Counter[str]()
    wrong += [f"replayed: {line}" for line in differences(state(other, assignment), wanted)]
    while killed < times:
        rounds += 1
        trial = copied(course, folder / f"trial-{rounds}")
        while killed < times:
            way = chance.choices(["line", "moment", "real"], [3, 2, 1])[0]

            def work(way: str = way, trial: Settings = trial) -> None:
                if way == "line":
                    sys.settrace(_bomb(chance.randrange(1, 1500)))
                marking.mark(trial, assignment)

            chance.random()  # so that no two children draw the same line
            delay = chance.uniform(0, 1.3 * (real if way == "real" else short))
            status = in_a_fork(
                work if way == "real" else lambda work=work: _with(replay, work),
                None if way == "line" else lambda pid, delay=delay: _kill_after(pid, delay),
            )
            if status == 0:
                break
            killed += status == -signal.SIGKILL
            ways[way] += status == -signal.SIGKILL
            wrong += [f"round {rounds}, kill {killed}: {line}" for line in half_done(state(trial, assignment), wanted)]
        for _ in range(2):
            if in_a_fork(lambda trial=trial: _with(replay, lambda: marking.mark(trial, assignment))):
                wrong.append(f"round {rounds}: the rerun failed")
        wrong += [f"round {rounds}: {line}" for line in differences(state(trial, assignment), wanted)]
        shutil.rmtree(trial.workdir)
    told = ", ".join(f"{way} {count}" for way, count in sorted(ways.items()))
    print(f"kill: {killed} kills ({told}) in {rounds} rounds: {len(wrong)} troubles")
    return wrong


def _timed(work: Callable[[], object]) -> float:
    start = time.monotonic()
    if in_a_fork(work):
        raise RuntimeError("the undisturbed run failed")
    return time.monotonic() - start


def _with(worker: Any, work: Callable[[], object]) -> None:
    """Do something with another kind of worker, in a process that ends with it."""
    distribute.Worker = worker
    work()


def _recording(folder: Path) -> type[Worker]:
    class Recording(Worker):
        """Notes what a real worker answers."""

        def run(self, job: Job) -> Outcome:
            outcome = super().run(job)
            (folder / job.student).write_text(outcome.to_json())
            return outcome

    return Recording


def _replaying(folder: Path) -> type[Worker]:
    class Replaying(Worker):
        """Answers as the real worker did."""

        def start(self) -> None:
            pass

        def run(self, job: Job) -> Outcome:
            return Outcome.from_json((folder / job.student).read_text())

    return Replaying


def _kill_after(pid: int, delay: float) -> None:
    end = time.monotonic() + delay
    while time.monotonic() < end and not _ended(pid):
        time.sleep(0.005)
    if not _ended(pid):
        os.kill(pid, signal.SIGKILL)


def _ended(pid: int) -> bool:
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _bomb(lines: int) -> Callable[[FrameType, str, Any], Any]:
    """Count the lines of the modules that write, and kill this very process at one of them."""
    left = lines

    def at_a_line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal left
        left -= event == "line"
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return at_a_line

    def at_a_call(frame: FrameType, _: str, __: Any) -> Any:
        file = Path(frame.f_code.co_filename)
        return at_a_line if file.stem in _WATCHED and file.parent.name == "fairmark" else None

    return at_a_call


def markers(course: Settings, assignment: str, folder: Path, times: int) -> list[str]:
    """Run several markers on one gradebook at once."""
    calm, trial = copied(course, folder / "calm"), copied(course, folder / "trial")
    in_a_fork(lambda: marking.mark(calm, assignment))
    crowd = [
        multiprocessing.get_context("fork").Process(target=marking.mark, args=(trial, assignment)) for _ in range(times)
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    wrong = [f"a marker ended with {one.exitcode}" for one in crowd if one.exitcode]
    wrong += differences(state(trial, assignment), state(calm, assignment))
    print(f"markers: {times} at once: {len(wrong)} troubles")
    return wrong


def locked(course: Settings, assignment: str, folder: Path, seconds: float) -> list[str]:
    """Keep the gradebook locked while a marker wants to write."""
    calm, trial = copied(course, folder / "calm"), copied(course, folder / "trial")
    in_a_fork(lambda: marking.mark(calm, assignment))

    def hold(_: int) -> None:
        time.sleep(1)
        holder = sqlite3.connect(trial.workdir / "gradebook.db", timeout=60, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        holder.execute("ROLLBACK")
        holder.close()

    status = in_a_fork(lambda: marking.mark(trial, assignment), hold)
    wrong = [f"the marker ended with {status}"] if status else []
    wrong += differences(state(trial, assignment), state(calm, assignment))
    print(f"locked: for {seconds:g} s: {len(wrong)} troubles")
    return wrong


def disk(course: Settings, assignment: str, folder: Path, steps: int = 12) -> list[str]:
    """Mark where the disk fills up sooner or later, make room, and mark again."""
    calm = copied(course, folder / "calm")
    in_a_fork(lambda: marking.mark(calm, assignment))
    wanted, wrong, refused = state(calm, assignment), [], 0
    for step in range(steps):
        place = folder / f"disk-{step}"
        place.mkdir()
        _run("mount", "-t", "tmpfs", "-o", "size=16m", "none", str(place))
        try:
            trial = _on_a_small_disk(course, place)
            room = 4096 * 12 * step
            filler = place / "filler"
            with filler.open("wb") as stream:
                stream.write(b"\0" * (shutil.disk_usage(place).free - room))
            status = in_a_fork(lambda trial=trial: marking.mark(trial, assignment))
            refused += status != 0
            wrong += [f"step {step}: ended with {status}"] if status not in {0, 1} else []
            filler.unlink()
            wrong += [f"step {step}: {line}" for line in half_done(state(trial, assignment), wanted)]
            if in_a_fork(lambda trial=trial: marking.mark(trial, assignment)):
                wrong.append(f"step {step}: the rerun failed")
            wrong += [f"step {step}: {line}" for line in differences(state(trial, assignment), wanted)]
        finally:
            _run("umount", str(place))
    print(f"disk: full {refused} times of {steps}: {len(wrong)} troubles")
    return wrong


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603  our own words


def _on_a_small_disk(course: Settings, place: Path) -> Settings:
    """Copy what marking writes to; leave the bundle, which it only reads, where it is."""
    folder = place / "course"
    folder.mkdir()
    for name in ("gradebook.db", "submitted", "release"):
        source = course.workdir / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "bundle").symlink_to(course.workdir / "bundle")
    return replace(course, workdir=folder)


def clock(course: Settings, assignment: str, folder: Path) -> list[str]:
    """Mark with a clock a day behind, then a day ahead, with files from either day: nothing may change by that."""
    calm, trial = copied(course, folder / "calm"), copied(course, folder / "trial")
    in_a_fork(lambda: marking.mark(calm, assignment))
    students = submissions.submitted(course, assignment)
    now = audit.now

    def shifted(days: int) -> Callable[[], object]:
        def work() -> None:
            audit.now = lambda: now() + dt.timedelta(days=days)
            marking.mark(trial, assignment, students=students if days > 0 else students[::2])

        return work

    statuses = []
    for days in (-1, 1, -1):
        for file in trial.workdir.rglob("*"):
            if not file.is_symlink():
                moment = time.time() - 86400 * days
                os.utime(file, (moment, moment))
        statuses.append(in_a_fork(shifted(days)))
    wrong = [f"a run ended with {status}" for status in statuses if status]
    wrong += differences(state(trial, assignment), state(calm, assignment))
    print(f"clock: a day behind and a day ahead: {len(wrong)} troubles")
    return wrong


def main() -> int:
    """Run one trial, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", choices=["kill", "markers", "locked", "disk", "clock", "all"])
    parser.add_argument("--times", type=int, help="kills (200), or markers (8)")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--size", type=int, default=8, help="students in the class")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    assignment = next(iter(bank.load(classes.COURSE.parent / "items")))
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="trials-") as name:
        folder = Path(name)
        course = classes.collected(folder / "course", options.size, assignment)
        trials: dict[str, Callable[[Path], list[str]]] = {
            "kill": lambda at: kill(course, assignment, at, options.times or 200, options.seed),
            "markers": lambda at: markers(course, assignment, at, options.times or 8),
            "locked": lambda at: locked(course, assignment, at, options.seconds),
            "disk": lambda at: disk(course, assignment, at),
            "clock": lambda at: clock(course, assignment, at),
        }
        for one in trials if options.trial == "all" else [options.trial]:
            (folder / one).mkdir()
            wrong += trials[one](folder / one)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
