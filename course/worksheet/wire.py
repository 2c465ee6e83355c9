"""The wire format: the plain JSON in which an answer leaves a student's notebook.

Allowed are null, true and false, whole numbers, finite decimal numbers, text, lists and maps with text keys. A date is
ISO text at its own precision; a table is ``{"columns": [...], "rows": [[...], ...]}``; a figure is what
:func:`worksheet.figures.describe` says of it. Everything is capped in size and depth, so that an answer can be read by
a process that trusts nothing about it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import numbers
import sys
from typing import Any, TypeAlias

from worksheet.figures import describe, is_figure

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_INTEGER = 2**53
"""Beyond this, JSON readers in other languages lose digits."""
MAX_ROWS = 5000
"""A longer table could not fit into :data:`MAX_BYTES`."""
MAX_COLUMNS = 500
"""Reading a wider table takes pandas seconds."""


class RefusedError(ValueError):
    """A value that cannot cross the wire; the message tells the student why and what to do."""


def plain(value: object) -> Json:
    """Turn an answer into plain data.

    Parameters
    ----------
    value
        What the student's variable holds: a Python, NumPy, pandas or matplotlib value.

    Returns
    -------
    Json
        The same value made of null, booleans, numbers, text, lists and maps only.

    Raises
    ------
    RefusedError
        If the value, or a part of it, has no plain form.

    Examples
    --------
    >>> import datetime
    >>> plain((1, 2.5, datetime.date(1992, 5, 15)))
    [1, 2.5, '1992-05-15']
    """
    return _plain(value, MAX_DEPTH)


def dumps(value: object) -> str:
    """Write an answer as strict JSON text of at most :data:`MAX_BYTES` bytes, keys sorted.

    Raises
    ------
    RefusedError
        If the value has no plain form or is too large.

    Examples
    --------
    >>> dumps({"b": 1, "a": None})
    '{"a":null,"b":1}'
    """
    text = json.dumps(plain(value), allow_nan=False, sort_keys=True, separators=(",", ":"))
    if len(text) > MAX_BYTES:
        raise RefusedError(f"the answer is too large: {len(text):,} characters, and at most {MAX_BYTES:,} are taken")
    return text


def loads(text: str) -> Json:
    """Read an answer from text that may be anything at all.

    Raises
    ------
    RefusedError
        If the text is too large, too deep, not strict JSON, or holds a number or text that the wire does not carry.

    Examples
    --------
    >>> loads('["a", "b"]')
    ['a', 'b']
    >>> loads("NaN")
    Traceback (most recent call last):
    worksheet.wire.RefusedError: the answer is not strict JSON: NaN is not allowed
    """
    if len(text) > MAX_BYTES:
        raise RefusedError(f"the answer is too large: {len(text):,} characters, and at most {MAX_BYTES:,} are taken")
    return plain(strict(text))


def strict(text: str) -> Any:
    """Read strict JSON: no NaN, no key twice. What the wire does not carry is for :func:`plain` to refuse.

    Raises
    ------
    RefusedError
        If the text is not strict JSON.

    Examples
    --------
    >>> strict('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    worksheet.wire.RefusedError: the answer is not strict JSON: a map has the same key twice
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"the answer is not strict JSON: {type(error).__name__}") from None


def _refuse_constant(name: str) -> None:
    raise RefusedError(f"the answer is not strict JSON: {name} is not allowed")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RefusedError("the answer is not strict JSON: a map has the same key twice")
    return found


def _plain(value: object, depth: int) -> Json:
    if depth == 0:
        raise RefusedError(f"the answer is nested more than {MAX_DEPTH} levels deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, dt.date):
        return _date(value)
    if is_figure(value):
        return _plain(describe(value), depth)
    if isinstance(value, dict):
        return {_key(key): _plain(part, depth - 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, depth - 1) for part in value]
    if isinstance(value, set | frozenset):
        # A set has no order; the wire gives it one, so that the same answer always has the same text.
        return sorted((_plain(part, depth - 1) for part in value), key=json.dumps)
    return _scientific(value, depth)


def _scientific(value: object, depth: int) -> Json:
    """Plain form of what NumPy and pandas hold; neither is imported unless the student already did."""
    if isinstance(value, numbers.Integral):
        return _integer(int(value))
    if isinstance(value, numbers.Real):
        return _float(float(value))
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None:
        if value is pandas.NA or value is pandas.NaT:
            return None
        if isinstance(value, pandas.Series):
            return _table(value.to_frame("value" if value.name is None else value.name), depth)
        if isinstance(value, pandas.DataFrame):
            return _table(value, depth)
        if isinstance(value, pandas.Index):
            return [_plain(part, depth - 1) for part in value.tolist()]
        if isinstance(value, pandas.Period):
            return str(value)
    if numpy is not None:
        if isinstance(value, numpy.bool_):
            return bool(value)
        if isinstance(value, numpy.ndarray):
            return _plain(value.tolist(), depth)
    raise RefusedError(f"a value of type {type(value).__name__!r} cannot be an answer; give text, a number or a list")


def _text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise RefusedError("the text holds a broken character; type it again") from None
    return value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise RefusedError(f"a map's keys must be text, and {type(key).__name__} is not")
    return _text(key)


def _integer(value: int) -> int:
    if abs(value) > MAX_INTEGER:
        raise RefusedError("the whole number is too large (more than 16 digits)")
    return value


def _float(value: float) -> float:
    if not math.isfinite(value):
        raise RefusedError("the number is not finite (nan or inf); look for a division by zero or a missing value")
    return value


def _date(value: dt.date) -> str | None:
    if value != value:  # pandas' NaT is a date that does not equal itself
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat()


def _table(frame: Any, depth: int) -> Json:
    """Write a DataFrame as columns and rows; an index that carries information becomes the first columns."""
    if len(frame) > MAX_ROWS:
        raise RefusedError(f"the table has {len(frame):,} rows, and at most {MAX_ROWS:,} are taken")
    if len(frame.columns) > MAX_COLUMNS:
        raise RefusedError(f"the table has {len(frame.columns):,} columns, and at most {MAX_COLUMNS:,} are taken")
    default = frame.index.name is None and frame.index.nlevels == 1 and list(frame.index) == list(range(len(frame)))
    if not default:
        frame = frame.reset_index()
    rows = [[_cell(part, depth - 1) for part in row] for row in frame.itertuples(index=False, name=None)]
    return {"columns": [str(name) for name in frame.columns], "rows": rows}  # type: ignore[dict-item]


def _cell(value: object, depth: int) -> Json:
    """One cell of a table, in which a missing number is null rather than an error."""
    if isinstance(value, float) and math.isnan(value):
        return None
    return _plain(value, depth)
