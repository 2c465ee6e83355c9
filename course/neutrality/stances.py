"""Where the two sources say that Minsk, Moscow and Moscow's opponents stand: issues, codings and coders.

An issue is one proposition and one period that a source tells of. A coding says where one actor stands on it, by one
coder, in one round: a place from 2 to -2, or that the actor took no stance, or that the source does not tell. The
codebook ``data/stances/codebook.md`` explains each answer.

The codes come from two texts that interpret Belarus's policy. They describe how the two interpreters tell the story,
and so cannot decide between them.

Some rows serve as graded items, and a student's copy of the tables does not have them. Every reader leaves them out
unless asked, so that a number is the same wherever it is computed.

Your own codes, or a class's, go the same way as the course's: take a `form`, fill it in, `read` it, and put it under
the course's codings with ``pandas.concat``.

The tables are read in `neutrality.stancetables`, and forms in `neutrality.stanceforms`.
"""

from __future__ import annotations

from neutrality.stanceforms import FormError, Problem, form, read
from neutrality.stancetables import (
    ACTORS,
    CODED,
    CODES,
    COLUMNS,
    COURSE_CODERS,
    NOT_IN_SOURCE,
    NOT_TAKEN,
    PLACES,
    StanceError,
    answers,
    chosen,
    coders,
    codings,
    issues,
    wide,
)

__all__ = [
    "ACTORS",
    "CODED",
    "CODES",
    "COLUMNS",
    "COURSE_CODERS",
    "NOT_IN_SOURCE",
    "NOT_TAKEN",
    "PLACES",
    "FormError",
    "Problem",
    "StanceError",
    "answers",
    "chosen",
    "coders",
    "codings",
    "form",
    "issues",
    "read",
    "wide",
]
