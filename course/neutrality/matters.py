"""Which roll calls repeat one matter.

The Assembly votes on many matters year after year: the embargo against Cuba has come back nearly every year since
1992. Such roll calls are not independent of each other, so a measure's interval should draw matters and not roll calls
(`neutrality.resampling`).
And whoever asks whether a state moved should compare its votes on the same matters.

**The rule.** Two roll calls are on one matter if their titles have the same words, in any order, after this:

1. Accents and capitals do not count. What the library adds behind a title (" : resolution / adopted by …") is cut off.
2. A heading that stands before many different texts is cut off (`HEADINGS`): "General and complete disarmament :
   nuclear-weapon freeze" is "nuclear-weapon freeze".
3. Numbers are left out: years, articles, numbers of earlier resolutions. Ordinal numbers stay ("12th").
4. Small words and endings of the plural are left out, and a few terms that stand for each other become one (`ALIKE`).
5. Misspelt words are put right (`MISSPELT`: those that we found in this copy).

Nothing else of the record is used, so a title that was changed makes a new matter.

**How well it does.** Of the 5,695 roll calls, 4,716 share their matter with another; there are 1,586 matters. Voeten's
published pairs of repeated resolutions (table ``repeated-resolutions``), made for another purpose, join roll calls of
one session with those of a later one. Of the 932 pairs of which both roll calls are in our table, the rule puts both
into one matter in 95 %; equal titles alone would in 81 %.

- *Wrongly split*: texts that were renamed ("A path to the total elimination of nuclear weapons" became "Renewed
  determination towards …"; "Combating glorification of Nazism …" was once "Glorification of Nazism : inadmissibility of
  …"). Then two halves of one story count as independent.
- *Wrongly merged*: several texts of one session under one title ("Question of Palestine", 77 roll calls; the reports of
  the committee on Israeli practices, 89), and titles that differ only in a number ("Implementation of General Assembly
  resolution 33/60" and "… 32/78"). For an interval that is the careful side: what hangs together in substance is drawn
  together. For the question who moved it is not; `movement` leaves out matters with several roll calls in one session.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from neutrality.rollcalls import RollCalls

HEADINGS = (
    r"general and completed? disarmament",
    r"unrwa",
    r"(the )?situation in the middle east",
    r"policies of apartheid of the government of south africa",
    r"review (and|of the) implementation of .*? special session( of the general assembly)?",
    r"question of (namibia|palestine|south west africa)",
    r"namibia",
)
"""What may stand before a colon or a dash without being the matter itself (regular expressions, small letters)."""

ALIKE = {
    r"\bunited nations\b": "un",
    r"\bun relief and works agency( for palestine refugees in the near east)?( \(unrwa\))?": "unrwa",
    r"\beast jerusalem\b": "jerusalem",
    r"\bpalestinian refugees\b": "palestine refugees",
    r"\bpublic information of the secretariat\b": "global communications of the secretariat",
    r"\(n?[ivxlc]+\)": " ",  # the session of an earlier resolution
}
"""Terms that stand for each other in the titles of one text (regular expression: what it becomes)."""

MISSPELT = {
    "appropirations": "appropriations",
    "arrangments": "arrangements",
    "bieenium": "biennium",
    "brithish": "british",
    "cental": "central",
    "contect": "context",
    "draftign": "drafting",
    "effectivness": "effectiveness",
    "enchancing": "enhancing",
    "feneral": "general",
    "fueling": "fuelling",
    "hemishpere": "hemisphere",
    "implemenation": "implementation",
    "inadmissability": "inadmissibility",
    "independance": "independence",
    "intergovermental": "intergovernmental",
    "internatinal": "international",
    "isareli": "israeli",
    "iunited": "united",
    "judgement": "judgment",
    "legalilty": "legality",
    "mobillization": "mobilization",
    "nulear": "nuclear",
    "obsever": "observer",
    "occuped": "occupied",
    "practicies": "practices",
    "processess": "processes",
    "prohibiton": "prohibition",
    "pulbic": "public",
    "refugess": "refugees",
    "repulbic": "republic",
    "rpevention": "prevention",
    "rightsof": "rights",
    "situtation": "situation",
    "supression": "suppression",
    "sytems": "systems",
    "thesignature": "signature",
    "tlateloco": "tlatelolco",
    "unites": "united",
    "weapen": "weapon",
}
"""Words misspelt in this copy of the titles, and the words that are meant."""

_SMALL = re.compile(
    "a|all|an|and|any|are|as|at|by|e|for|from|in|including|into|is|its|of|on|or|os|other|over|s|since|such|that|the|"
    "their|there|thereto|these|those|to|under|which|with"
)
_ADDED = re.compile(r"\s*:\s*(\w*\s*/.*|resolution)$")
_HEADING = re.compile(rf"^({'|'.join(HEADINGS)})\s+[:-]\s+")
_ALIKE = tuple((re.compile(pattern), word) for pattern, word in ALIKE.items())

Labels = npt.NDArray[np.int64]


@functools.cache
def key(title: str) -> str:
    """Return what is left of a title for telling matters apart.

    Parameters
    ----------
    title : str
        The title of a resolution.

    Returns
    -------
    str
        Its words in the order of the alphabet, each once; empty if nothing is left.

    Examples
    --------
    >>> key("Human rights situation in Iraq") == key("Situation of human rights in Iraq : resolution / adopted by ...")
    True
    >>> key("General and completed disarmament : nuclear-weapon freeze"), key("Nuclear weapons freeze")
    ('freeze nuclear weapon', 'freeze nuclear weapon')
    >>> key("Situation of human rights in Iran") == key("Situation of human rights in Iraq")
    False
    """
    text = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    text = _ADDED.sub("", text)
    for pattern, word in _ALIKE:
        text = pattern.sub(word, text)
    text = _HEADING.sub("", text)
    words = (MISSPELT.get(word, word) for word in re.findall(r"[a-z0-9]+", text))
    return " ".join(sorted({_singular(word) for word in words if not _SMALL.fullmatch(word) and not _is_number(word)}))


def label(votes: RollCalls) -> Labels:
    """Give roll calls on one matter the same number.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.

    Returns
    -------
    numpy.ndarray of int
        One number a roll call, from 0: the same for roll calls on one matter. Matters are numbered in the order of
        their keys. A roll call whose title has no words is a matter of its own.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> calls = rollcalls.load()
    >>> cuba = calls.resolutions["title"].str.contains("embargo imposed by the Unite")
    >>> numbers = label(calls)
    >>> int(cuba.sum()), len(set(numbers[cuba])), len(set(numbers))
    (33, 1, 1586)
    """
    numbers: Labels = pd.factorize(_keys(votes), sort=True)[0].astype(np.int64)
    return numbers


def overview(votes: RollCalls) -> pd.DataFrame:
    """List the matters of roll calls, those voted on most often first.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.

    Returns
    -------
    pandas.DataFrame
        Indexed by the number of the matter as in `label`: ``title`` (that of the last roll call on it), ``roll_calls``,
        ``titles`` (how many different ones), ``first_year``, ``last_year``, and ``most_in_a_session`` (above 1, several
        texts go under the title).

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> table = overview(rollcalls.load().years(1991, 2001))
    >>> table[["roll_calls", "first_year", "last_year", "most_in_a_session"]].to_numpy()[0]
    array([  26, 1991, 1995,    7])
    """
    columns = votes.resolutions[["title", "year", "session"]].assign(matter=label(votes))
    matters = columns.groupby("matter")
    table = matters.agg(
        title=("title", "last"),
        roll_calls=("year", "size"),
        titles=("title", "nunique"),
        first_year=("year", "min"),
        last_year=("year", "max"),
    )
    sessions = columns.groupby(["matter", "session"]).size()
    table["most_in_a_session"] = sessions.groupby("matter").max()
    return table.sort_values("roll_calls", ascending=False, kind="stable")


def _keys(votes: RollCalls) -> npt.NDArray[Any]:
    """Return each roll call's key; one without words gets its record number, so that it is alone."""
    resolutions = votes.resolutions
    titles = ["" if pd.isna(title) else str(title) for title in resolutions["title"]]
    keys = [key(title) or f"#{number}" for title, number in zip(titles, resolutions["undl_id"], strict=True)]
    return np.array(keys, dtype=object)


def _singular(word: str) -> str:
    """Take off the ending of the plural; what is left need not be a word."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 5 and word.endswith("sses"):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_number(word: str) -> bool:
    """Tell numbers, and the articles of treaties such as 73e, from words and from ordinals such as 12th."""
    return word.rstrip("abcde").isdigit()
