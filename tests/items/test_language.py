"""Every text of the bank that a student reads can be read in a second language."""

import re
from pathlib import Path

import pytest

from fairmark import bank

BANK = bank.load(Path(__file__).parents[2] / "grading" / "items")
ENTRIES = [entry for assignment in BANK.values() for entry in assignment.entries.values()]


def _sentences(text):
    """Split a text into sentences; code, as in backticks, is one word."""
    plain = " ".join(re.sub(r"`[^`]*`", "code", text).split())
    return re.split(r"(?<=[.!?:;])\s+", plain)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_sentences_of_an_item_are_short(entry):
    """Below 30 words each: question, options, hint, parameters of variants, and all feedback."""
    item = entry.item
    texts = [item.prompt, item.hint, entry.right, entry.otherwise, *item.options.values()]
    texts += [wrong.message for wrong in entry.wrong]
    for value in (value for one in item.pool for value in one.values()):
        texts += map(str, value if isinstance(value, list) else [value])
    texts += [level["says"] for row in item.form.get("rubric", ()) for level in row["levels"]]
    long = [one for text in texts for one in _sentences(text) if len(re.findall(r"\w+", one)) >= 30]
    assert not long
