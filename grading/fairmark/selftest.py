"""Try, before any student's code runs, what student code must not be able to do; and refuse to mark where it can.

The attempts are made by :mod:`fairmark.inside.probes`, as cells of a notebook, in the very place where the cells of
students run.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fairmark import sandbox
from fairmark.jobs import Job, Limits, Outcome, Request
from fairmark.settings import Settings
from worksheet.wire import RefusedError

LIMITS = Limits(
    cpu=30, wall=60, cell=10, call=10, memory=2**28, processes=24, file_size=2**20, scratch=2**22, shm=2**20,
    open_files=64, output=2**16,
)  # fmt: skip
"""Small ones, so that it takes no time to reach them."""
_FLOOD = "print('x' * 2_000_000)"


@dataclass(frozen=True)
class Finding:
    """What came of one attempt.

    Attributes
    ----------
    name : str
        As the probe's name.
    held : bool
        Whether the confinement held.
    detail : str
        Where it did not: what the attempt managed to do.
    """

    name: str
    held: bool
    detail: str = ""


class NotConfinedError(RuntimeError):
    """The confinement does not hold on this machine; the message says where, and what can be done."""


class Runner(Protocol):
    """What runs notebooks, such as :class:`fairmark.worker.Worker`."""

    confined: bool

    def run(self, job: Job) -> Outcome:
        """Run one job."""
        ...


def require(course: Settings, worker: Runner) -> list[Finding]:
    """Make sure that student code is confined here.

    Parameters
    ----------
    course
        The settings: they say what must be out of reach.
    worker
        The worker to try.

    Returns
    -------
    list of Finding
        All of them, all held.

    Raises
    ------
    NotConfinedError
        If one did not hold.
    """
    found = run(course, worker)
    broken = [one for one in found if not one.held]
    if broken:
        said = "\n".join(f"  {one.name}: {one.detail}" for one in broken)
        raise NotConfinedError(
            f"The confinement does not hold here, so nothing was marked. Student code could do this:\n{said}\n"
            "Move the folders that were found out of the folders of the system and of Python, mark on another machine, "
            "or choose --unconfined, which is recorded with every mark: then student code runs with your rights."
        )
    return found


def run(course: Settings, worker: Runner) -> list[Finding]:
    """Try everything, and report each attempt by name.

    Parameters
    ----------
    course
        The settings.
    worker
        The worker to try; it is started where it does not run.

    Returns
    -------
    list of Finding

    Raises
    ------
    ValueError
        If the worker is one without confinement: the attempts would succeed, and do harm.
    """
    if not worker.confined:
        raise ValueError("the self-test runs in confined workers only; elsewhere what it tries would succeed")
    with _open_doors() as (port, name):
        first = worker.run(_job([("leave_a_mark", "")]))
        attempts = _attempts(course, port, name)
        outcome = worker.run(_job(attempts))
    findings = [_finding(probe, outcome) for probe, _ in attempts]
    return [*findings, _sentinel(first), *_flood(outcome)]


def secret_files(course: Settings) -> list[str]:
    """List files that exist on this machine, and that student code must not find."""
    wanted = [course.file, *course.bank.glob("*"), course.assignments, course.project, course.workdir / "release"]
    wanted += [*course.workdir.glob("*.db"), *course.workdir.glob("*.py"), course.workdir / "submitted"]
    wanted += [course.workdir / "autograded", course.workdir / "exchange", Path("/etc/shadow"), Path("/etc/passwd")]
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    # Where Python itself lives, a folder of its own is made on the way to it, with nothing else in it.
    python = [Path(sys.prefix), Path(sys.base_prefix)]
    wanted += [one for one in home.glob("*") if not any(path.is_relative_to(one) for path in python)]
    return sorted(str(one) for one in wanted if one.exists())


def _attempts(course: Settings, port: int, name: str) -> list[tuple[str, str]]:
    """List the probes to run, with the text of their arguments."""
    allowed = [*sandbox.ENVIRONMENT, "WORKSHEET_STUDENT", "PWD", "_"]
    return [
        ("find_a_mark", ""),
        ("host_network", repr(port)),
        ("network_cards", ""),
        ("host_sockets", repr(name)),
        ("rare_sockets", ""),
        ("secret_files", repr(secret_files(course))),
        ("write_outside", ""),
        ("other_processes", repr(os.getpid())),
        ("environment", repr(allowed)),
        ("namespaces", ""),
        ("mounts", ""),
        ("become_root", ""),
        ("kernel_doors", ""),
        ("open_files", ""),
        ("limits_of_the_kernel", f"{LIMITS.cpu}, {LIMITS.open_files}"),
        ("large_file", repr(LIMITS.file_size)),
        ("shared_memory", repr(LIMITS.shm)),
        ("disk", repr(LIMITS.scratch)),
        ("memory", repr(LIMITS.memory)),
        ("processes", repr(LIMITS.processes)),
    ]


def _job(attempts: Iterable[tuple[str, str]]) -> Job:
    """Write a notebook that makes the attempts, and floods its output at the end."""
    attempts = list(attempts)
    cells = [_cell("from inside import probes")]
    for name, arguments in attempts:
        cells += [_cell(f"{name} = probes.{name}({arguments})"), _cell("", name)]
    cells.append(_cell(_FLOOD))
    requests = tuple(Request(name, name) for name, _ in attempts)
    return Job("selftest", json.dumps({"cells": cells}), requests, {}, LIMITS)


def _cell(source: str, item: str = "") -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": item}}}


def _finding(name: str, outcome: Outcome) -> Finding:
    sent = outcome.sent[name]
    try:
        said = sent.value() if sent.text else f"the attempt did not end as it must ({sent.problem} {outcome.detail})"
    except RefusedError as refusal:
        said = str(refusal)
    return Finding(name, said == "", str(said))


def _sentinel(first: Outcome) -> Finding:
    """Make sure that the job that should have left something behind did run."""
    ran = first.sent["leave_a_mark"].text == '""'
    return Finding("leave_a_mark", ran, "" if ran else f"the attempt did not run ({first.detail})")


def _flood(outcome: Outcome) -> Iterator[Finding]:
    shown = sum(len(one.text) for outputs in outcome.outputs.values() for one in outputs)
    yield Finding("output_flood", shown < LIMITS.output + 1000, f"{shown:,} characters came out")


@contextmanager
def _open_doors() -> Iterator[tuple[int, str]]:
    """Open a port and a socket on this machine that a program outside the confinement could reach."""
    name = f"fairmark-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_INET) as port, socket.socket(socket.AF_UNIX) as local:
        port.bind(("127.0.0.1", 0))
        port.listen()
        local.bind(f"\0{name}")
        local.listen()
        yield port.getsockname()[1], name
