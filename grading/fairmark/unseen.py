r"""Take out of somebody else's text what a reader cannot see: control characters, and marks that turn the direction.

Such characters can hide words from a marker, make two texts look the same, and move a terminal's cursor.
"""

from __future__ import annotations

import unicodedata

_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Cn", "Co"})
_KEPT = frozenset("\n\t\u200c\u200d")
"""Line feed and tab lay a text out; some scripts need the two joiners."""


def with_line_feeds(text: str) -> str:
    r"""End every line with a line feed, whatever program wrote the text.

    Examples
    --------
    >>> with_line_feeds("one\r\ntwo\rthree")
    'one\ntwo\nthree'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_unseen(character: str) -> bool:
    r"""Tell whether a character shows nothing, or is none.

    Examples
    --------
    >>> [is_unseen(one) for one in ("a", "\n", "\x00", "\u202e")]
    [False, False, True, True]
    """
    return unicodedata.category(character) in _CATEGORIES and character not in _KEPT


def without_unseen(text: str) -> str:
    r"""Give a text without what cannot be seen, and without space around it.

    Examples
    --------
    >>> without_unseen("one\r\ntwo\x00 \u202ethree ")
    'one\ntwo three'
    """
    return "".join(one for one in with_line_feeds(text) if not is_unseen(one)).strip()
