"""How many lines the service may log: whoever is refused again and again must not fill the disk with them."""

from __future__ import annotations

import logging


class FewLines(logging.Filter):
    """Lets only so many lines a minute through; the last of them says so. Errors always go through.

    Parameters
    ----------
    most
        Lines a minute.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most, self._minute, self._lines = most, -1, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written."""
        minute = int(record.created // 60)
        if minute != self._minute:
            self._minute, self._lines = minute, 0
        self._lines += 1
        if self._lines == self._most:
            record.msg = f"{record.msg} (more of this minute is left out)"
        return self._lines <= self._most or record.levelno >= logging.ERROR
