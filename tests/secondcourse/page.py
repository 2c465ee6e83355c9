"""Read the page "Make your own source-reading course" as a helper would: what to type, what to see, what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

PAGE = Path(__file__).parents[2] / "course" / "instructor" / "make-your-own.md"
_MARKER = re.compile(r"<!-- (append to|answer cell of|new|put into) (.+) -->")


@dataclass(frozen=True)
class Block:
    """One block of the page.

    Attributes
    ----------
    line : int
        Where it begins.
    kind : str
        ``sh`` for commands, ``text`` for what they show, or the marker above it: ``append to``, ``answer cell of``,
        ``new``, ``put into``.
    target : str
        What the marker names.
    text : str
    language : str
    """

    line: int
    kind: str
    target: str
    text: str
    language: str


def blocks() -> list[Block]:
    """List the page's blocks of code, in order."""
    found, marker = [], None
    for token in MarkdownIt().parse(PAGE.read_text(encoding="utf-8")):
        if token.type == "html_block":
            marker = _MARKER.fullmatch(token.content.strip())
            assert marker, f"line {token.map}: a comment that is no marker"
        elif token.type == "fence":
            kind, target = marker.groups() if marker else (token.info, "")
            found.append(Block((token.map or [0])[0] + 1, kind, target, token.content, token.info))
            marker = None
    return found


BLOCKS = blocks()
COMMANDS = [block for block in BLOCKS if block.kind == "sh"]
SHOWN = [(BLOCKS[number - 1], block) for number, block in enumerate(BLOCKS) if block.kind == "text"]


def bank_text(assignment: str) -> str:
    """Put together an assignment's bank from its examples."""
    file = f"items/{assignment}.yaml"
    return "".join(block.text for block in BLOCKS if block.kind in {"new", "append to"} and block.target == file)
