"""Notebooks can be read by people whose first language is another; the end of a test run reports how hard each is.

The measure is LIX, Björnsson's index of 1968: words a sentence plus the per cent of words of more than six letters. It
needs no dictionary of syllables. By the usual scale a text from 40 to 50 reads like an encyclopaedia, and one above 50
like a specialist's book. Names count as words here, and this course has many long ones.
"""

import re
from pathlib import Path
from statistics import fmean

import pytest

from .prose import running_sentences

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").rglob("*.ipynb"))
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def lix(texts):
    """Compute LIX over sentences, and the mean number of words in one."""
    words = [WORD.findall(text) for text in texts]
    everything = [word for found in words for word in found]
    long = sum(len(word) > 6 for word in everything) / len(everything)
    mean = fmean(len(found) for found in words if found)
    return mean + 100 * long, mean


def test_the_index_is_the_sum_of_its_two_parts():
    """Five words a sentence, and one word of ten is long."""
    assert lix(["The cat sat on it.", "A dog watched every mat."]) == (pytest.approx(15), pytest.approx(5))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_readable(path, record_property):
    """Sentences are short on average, and not too many words are long."""
    found = running_sentences(path)
    index, mean = lix(found)
    record_property("readability", f"{path.stem:<32} {len(found):>9} {mean:>10.1f} {index:>6.1f}")
    assert mean < 16
    assert index < 40
