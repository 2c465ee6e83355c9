"""Refusing what cannot be meant: the checks of arguments that many measures share.

Each returns the value in the form that is worked with, or raises an error that names the argument, what was given and
what to give instead.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd


def whole(name: str, value: Any, least: int | None = None, example: int | None = None) -> int:
    """Return a whole number.

    Parameters
    ----------
    name : str
        What the error calls the argument.
    value : int
        What was given. Texts, fractions, gaps and true or false are refused.
    least : int, optional
        The smallest that makes sense.
    example : int, optional
        One that the error can suggest.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If it is no whole number.
    ValueError
        If it is too small.

    Examples
    --------
    >>> whole("draws", 1000, least=1)
    1000
    >>> whole("first", "1991", example=1991)
    Traceback (most recent call last):
        ...
    TypeError: first is '1991', which is no whole number. Give a number without quotation marks, such as 1991.
    """
    such = "" if example is None else f", such as {example}"
    if isinstance(value, (bool, np.bool_, str)) or value is None:
        quoted = " without quotation marks" if isinstance(value, str) else ""
        raise TypeError(f"{name} is {value!r}, which is no whole number. Give a number{quoted}{such}.")
    try:
        number = operator.index(value)
    except TypeError as error:
        raise TypeError(f"{name} is {value!r}, which is no whole number. Give one{such}.") from error
    if least is not None and number < least:
        raise ValueError(f"{name} is {number}. Give {least} or more{such}.")
    return number


def share(name: str, value: Any, example: float) -> float:
    """Return a number between 0 and 1, both excluded.

    Parameters
    ----------
    name : str
    value : float
    example : float
        One that the error can suggest.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If it is no number.
    ValueError
        If it is not between 0 and 1.

    Examples
    --------
    >>> share("level", 0.95, 0.95)
    0.95
    """
    if isinstance(value, (bool, str)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name} is {value!r}. Give a number between 0 and 1, such as {example}.")
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}. Give a number between 0 and 1, such as {example}.")
    return float(value)


def positive(name: str, value: Any, example: float) -> float:
    """Return a finite number above 0.

    Parameters
    ----------
    name : str
    value : float
    example : float
        One that the error can suggest.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If it is no such number.

    Examples
    --------
    >>> positive("tolerance", 0.01, 0.01)
    0.01
    """
    usable = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not usable or not 0 < value < math.inf:
        raise ValueError(f"{name} is {value!r}. Give a number above 0, such as {example}.")
    return float(value)


def flag(name: str, value: Any) -> bool:
    """Return true or false; words such as "no" are neither.

    Parameters
    ----------
    name : str
    value : bool

    Returns
    -------
    bool

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> flag("absences", "no")
    Traceback (most recent call last):
        ...
    TypeError: absences is 'no'. Give True or False, without quotation marks.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}. Give True or False, without quotation marks.")
    return bool(value)


def listed(name: str, value: Iterable[Any]) -> tuple[Any, ...]:
    """Return several things as a tuple; a text alone is one thing and not its letters.

    Parameters
    ----------
    name : str
    value : iterable

    Returns
    -------
    tuple

    Raises
    ------
    TypeError
        If it is a text, or nothing that can be gone through.

    Examples
    --------
    >>> listed("states", ["BLR", "RUS"])
    ('BLR', 'RUS')
    >>> listed("states", "BLR")
    Traceback (most recent call last):
        ...
    TypeError: states is 'BLR'. Give a list, such as ['BLR'].
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} is {value!r}. Give a list, such as [{value!r}].")
    return tuple(value)


def in_order(values: Any, count: int) -> Any:
    """Bring a column of values, one a roll call, into the roll calls' order.

    A pandas Series that carries the roll calls' own numbers 0, 1, 2 … in another order (because it was sorted, say) is
    put back into theirs. Anything else is taken as it stands.

    Parameters
    ----------
    values : array_like
        One value a roll call.
    count : int
        How many roll calls there are.

    Returns
    -------
    array_like

    Examples
    --------
    >>> in_order(pd.Series(["b", "a"], index=[1, 0]), 2).tolist()
    ['a', 'b']
    """
    if not isinstance(values, pd.Series) or len(values) != count or values.index.dtype.kind not in "iu":
        return values
    if values.index.is_monotonic_increasing or not np.array_equal(np.sort(values.index), np.arange(count)):
        return values
    return values.sort_index()
