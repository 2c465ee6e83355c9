"""How often one user may ask: a token bucket each."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Buckets:
    """A bucket for each user, which fills with time and from which every question takes something.

    Parameters
    ----------
    size
        How much may be taken at once. Of questions: a notebook that is run from top to bottom asks all in a second.
    rate
        How much more each second.
    clock
        Seconds that only grow.
    most
        How many users are remembered before those whose buckets are full again are forgotten.

    Examples
    --------
    >>> buckets = Buckets(size=1, rate=0.5, clock=lambda: 0.0)
    >>> buckets.wait("anna"), buckets.wait("anna"), buckets.wait("boris")
    (0, 2, 0)
    """

    def __init__(
        self, size: float = 60, rate: float = 1, *, clock: Callable[[], float] = time.monotonic, most: int = 10_000
    ) -> None:
        self.size, self.rate, self.clock, self.most = size, rate, clock, most
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, user: str, amount: float = 1) -> int:
        """Take an amount from a user's bucket.

        Parameters
        ----------
        user
            Whose.
        amount
            From 0 to the size of a bucket; more than that is never there.

        Returns
        -------
        int
            0 where it was taken; otherwise the seconds after which there is so much in it, and nothing was taken.
        """
        now = self.clock()
        left, at = self._left.get(user, (self.size, now))
        left = min(self.size, left + (now - at) * self.rate)
        if left < amount:
            self._left[user] = (left, now)
            return math.ceil((amount - left) / self.rate)
        if len(self._left) >= self.most:
            self._forget(now)
        self._left[user] = (left - amount, now)
        return 0

    def _forget(self, now: float) -> None:
        """Forget whoever would be treated the same as somebody unknown."""
        self._left = {
            user: (left, at) for user, (left, at) in self._left.items() if left + (now - at) * self.rate < self.size
        }
