"""What a notebook says, taken apart: its cells, its prose, its headings, its sentences."""

import re

import nbformat
from markdown_it import MarkdownIt


def read(path):
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def prose(path):
    """Give a notebook's Markdown as one text."""
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def code(path):
    """Give a notebook's code cells."""
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def headings(path):
    """Give a notebook's headings: (level, text)."""
    tokens = MarkdownIt().parse(prose(path))
    return [(int(t.tag[1]), tokens[i + 1].content) for i, t in enumerate(tokens) if t.type == "heading_open"]


def sentences(path):
    """Give the sentences of a notebook's paragraphs and lists, without code, link targets and tables."""
    found = []
    for token in MarkdownIt().enable("table").parse(prose(path)):
        if token.type == "inline" and "|" not in token.content:
            words = re.sub(r"\]\([^)]*\)", "]", token.content)
            words = " ".join(re.sub(r"`[^`]*`", "code", words).split())
            found += [one for one in re.split(r"(?<=[.!?:;])\s+", words) if one]
    return found


def running_sentences(path):
    """Give the full sentences of paragraphs and lists: no tables, no cell of new words, whole up to the full stop."""
    cells = [
        cell
        for cell in read(path).cells
        if cell.cell_type == "markdown" and "words" not in cell.metadata.get("tags", ())
    ]
    found, in_table = [], False
    for token in MarkdownIt().enable("table").parse("\n\n".join(cell.source for cell in cells)):
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        if token.type == "inline" and not in_table:
            words = re.sub(r"\]\([^)]*\)", "]", token.content)
            words = " ".join(re.sub(r"`[^`]*`", "", words).split())
            found += [one for one in re.split(r"(?<=[.!?])\s+", words) if one]
    return found
