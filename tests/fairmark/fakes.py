"""A worker that runs nothing: it answers as it is told to, so that everything around it can be tried quickly."""

from __future__ import annotations

import json
from collections.abc import Callable

from fairmark.jobs import Job, Outcome, Sent
from fairmark.settings import Settings

RIGHT = {
    "mini1-q1": '"right"',
    "mini1-q2": '"src-2020 s7.p8"',
    "mini1-q4": '[{"value":3},{"value":5},{"value":4095}]',
    "mini1-q6": '"1907"',
}


def honest(job: Job) -> Outcome:
    """Answer everything but the item that has variants, and that as if the base were 10."""
    sent = {one.item: Sent(RIGHT.get(one.item, "710.777")) for one in job.requests}
    return Outcome(sent=sent)


class Worker:
    """Stands in for :class:`fairmark.worker.Worker`."""

    answers: Callable[[Job], Outcome] = staticmethod(honest)
    jobs: list[Job]

    def __init__(self, course: Settings, *, confined: bool = True) -> None:
        self.confined = confined

    def start(self) -> None:
        """Do nothing."""

    def run(self, job: Job) -> Outcome:
        """Note the job, and answer."""
        type(self).jobs.append(job)
        return type(self).answers(job)

    def close(self) -> None:
        """Do nothing."""


def cells(job: Job) -> list[dict[str, object]]:
    """Give the cells of a job's notebook."""
    found: list[dict[str, object]] = json.loads(job.notebook)["cells"]
    return found
