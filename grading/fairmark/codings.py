"""How far a class's codings agree with the course's, and with one another."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np

from fairmark.itemstats import Floats

_PLACE = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Row:
    """One unit that was coded.

    Attributes
    ----------
    unit : str
    taken : tuple of str
        The course's codes, the adjudicated one first.
    coders : int
        How many students coded it.
    same : int
        How many gave a code that is taken.
    codes : dict
        Every code that was given, the commonest first, and how often.
    """

    unit: str
    taken: tuple[str, ...]
    coders: int
    same: int
    codes: dict[str, int]


@dataclass(frozen=True)
class Agreement:
    """How one coding item was coded.

    Attributes
    ----------
    rows : tuple of Row
    same : float
        Share of all codes that the course takes too; NaN where there are none.
    with_course : float
        Krippendorff's nominal α of each student's code and the course's, over all students and units.
    among_students : float
        Krippendorff's nominal α among the students.
    places : float
        The same, ordinal, over the codes that lie on the scale alone; NaN where the codes have no scale.
    """

    rows: tuple[Row, ...]
    same: float
    with_course: float
    among_students: float
    places: float


def agreement(
    given: Sequence[Mapping[str, str]], taken: Mapping[str, Sequence[str]], codes: Sequence[str]
) -> Agreement:
    """Compare codings with the course's.

    Parameters
    ----------
    given
        One map a student: unit to code. A unit may be missing.
    taken
        Unit to the codes that the course takes, the adjudicated one first. A student who gave another one that is taken
        counts as having given the adjudicated one.
    codes
        Every code there is. Those that are whole numbers form a scale.

    Returns
    -------
    Agreement
        An α is NaN where everything has one and the same code, since there is then nothing to agree about.

    Examples
    --------
    >>> found = agreement([{"a": "1", "b": "2"}, {"a": "1", "b": "1"}], {"a": ["1"], "b": ["2"]}, ["1", "2"])
    >>> found.same, [row.same for row in found.rows], round(found.with_course, 3)
    (0.75, [2, 1], 0.533)
    """
    rows = tuple(_row(unit, keys, given) for unit, keys in taken.items())
    coders, same = sum(row.coders for row in rows), sum(row.same for row in rows)
    number = {code: place for place, code in enumerate(codes)}
    students = np.array([[number.get(one.get(unit, ""), math.nan) for unit in taken] for one in given], dtype=float)
    students = students.reshape(len(given), len(taken))
    adjudicated = [number.get(keys[0], math.nan) for keys in taken.values()]
    mine = [
        number.get(keys[0] if one.get(unit) in keys else one.get(unit, ""), math.nan)
        for one in given
        for unit, keys in taken.items()
    ]
    pairs = np.array([mine, adjudicated * len(given)], dtype=float)
    return Agreement(
        rows,
        same / coders if coders else math.nan,
        _alpha(pairs, "nominal"),
        _alpha(students, "nominal"),
        _alpha(_on_scale(students, codes), "ordinal"),
    )


def _row(unit: str, keys: Sequence[str], given: Sequence[Mapping[str, str]]) -> Row:
    found = Counter(one[unit] for one in given if unit in one)
    return Row(unit, tuple(keys), found.total(), sum(found[code] for code in set(keys)), dict(found.most_common()))


def _on_scale(students: Floats, codes: Sequence[str]) -> Floats:
    """Put the places of the scale for the codes' numbers, and a gap for every other code."""
    places = np.array([float(code) if _PLACE.fullmatch(code) else math.nan for code in codes] + [math.nan])
    return np.asarray(places[np.where(np.isnan(students), len(codes), students).astype(int)], dtype=np.float64)


def _alpha(ratings: Floats, level: str) -> float:
    """Compute α over coders (rows) and units (columns); NaN where it is not defined."""
    pairable = ratings[:, (~np.isnan(ratings)).sum(axis=0) >= 2]
    if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
        return math.nan
    return float(krippendorff.alpha(pairable, level_of_measurement=level))
