"""What the service says no with."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  an answer rather than an error
    """A request that is refused: the HTTP status, and a sentence that says nothing of the bank.

    Parameters
    ----------
    status
        As in HTTP.
    says
        For whoever asked.
    wait
        Seconds after which to ask again; 0: never.
    """

    def __init__(self, status: int, says: str, wait: int = 0) -> None:
        super().__init__(says)
        self.status, self.says, self.wait = status, says, wait


class ServiceError(ValueError):
    """A service that cannot be started; the message says what is missing and who sets it."""
