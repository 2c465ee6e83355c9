"""One worker: a warm, confined process that runs jobs, one at a time, each in a fork of its own."""

from __future__ import annotations

from types import TracebackType

from fairmark.jobs import Job, Outcome
from fairmark.settings import Settings


class WorkerError(RuntimeError):
    """The worker cannot do its work, for a reason that no student caused; the message names the remedy."""


class Worker:
    """A warm parent process, which forks a confined child a job.

    Use it as a context manager, or call :meth:`start` and :meth:`close`. One thread at a time may use it; it may be
    another thread than the one that started it. It ends with the process that made it, however that ends.

    Parameters
    ----------
    course
        The settings; the student bundle must have been built, since its ``package`` folder is all that student code
        gets of the course.
    confined
        False runs the same code without any confinement: an explicit choice of the one who marks, which every outcome
        records.
    """

    def __init__(self, course: Settings, *, confined: bool = True) -> None:
        self.course = course
        self.confined = confined

    def start(self) -> None:
        """Start the parent and wait until its imports are done; do nothing where it runs already.

        Raises
        ------
        WorkerError
            If bubblewrap, the student bundle or a right is missing.
        """
        raise NotImplementedError

    def run(self, job: Job) -> Outcome:
        """Run one job; start the parent first where it does not run, or died.

        Returns
        -------
        Outcome
            Whatever the student's code does.

        Raises
        ------
        WorkerError
            If no parent can be started.
        fairmark.jobs.JobError
            If the job is malformed.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End the parent and all that it runs."""

    def __enter__(self) -> Worker:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
