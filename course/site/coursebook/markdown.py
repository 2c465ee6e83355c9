"""Write Markdown from data, so that no cell of a table can break the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def text(words: str) -> str:
    r"""Escape what Markdown would take for markup.

    Examples
    --------
    >>> print(text("A_B [1] 2*3 <x>"))
    A\_B \[1\] 2\*3 \<x\>
    """
    return re.sub(r"([\\`*_\[\]<>|$#{}~^])", r"\\\1", " ".join(words.split()))


def code(words: str) -> str:
    """Write a name as code; nothing where there is none.

    Examples
    --------
    >>> code("osw-2018 s1"), code("")
    ('`osw-2018 s1`', '')
    """
    return f"`{words}`" if words else ""


def codes(words: str, separator: str = ";") -> str:
    """Write several names as code.

    Examples
    --------
    >>> codes("osw-2018 s1;osw-2018 fn2")
    '`osw-2018 s1`, `osw-2018 fn2`'
    """
    return ", ".join(code(one.strip()) for one in words.split(separator) if one.strip())


def link(words: str, address: str) -> str:
    """Write a link; only the words where there is no address.

    Examples
    --------
    >>> link("The page", "https://site.example/a_(b)")
    '[The page](<https://site.example/a_(b)>)'
    >>> link("The page", "")
    'The page'
    """
    return f"[{text(words)}](<{address}>)" if address else text(words)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; its cells are Markdown already.

    Examples
    --------
    >>> print(table(["Place", "About"], [["`s1`", "a vote"]]))
    | Place | About |
    | --- | --- |
    | `s1` | a vote |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
