"""Records on a stream: four bytes of length, then JSON text. Both ends use it; the reader trusts nothing."""

from __future__ import annotations

import json
import struct
from typing import Any

_HEAD = struct.Struct(">I")
STOP = b"stop"
"""Sent in place of a record: end the job that runs."""


class FrameError(ValueError):
    """What came over the stream is not a record, or is too large."""


def packed(record: dict[str, Any]) -> bytes:
    r"""Write one record.

    Examples
    --------
    >>> packed({"end": True})
    b'\x00\x00\x00\r{"end": true}'
    """
    text = json.dumps(record, allow_nan=False).encode("ascii")
    return _HEAD.pack(len(text)) + text


class Reader:
    """Cut a stream into records.

    Parameters
    ----------
    largest
        The most bytes that one record may have.
    total
        The most bytes that the whole stream may have.

    Examples
    --------
    >>> reader = Reader(100, 1000)
    >>> stream = packed({"a": 1}) + packed({"b": 2})
    >>> reader.feed(stream[:20]), reader.feed(stream[20:])
    ([{'a': 1}], [{'b': 2}])
    """

    def __init__(self, largest: int, total: int) -> None:
        self._largest, self._left = largest, total
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take in what was read, and give the records that are complete.

        Raises
        ------
        FrameError
            If a record is too large or no JSON map, or the stream is too long.
        """
        self._left -= len(data)
        if self._left < 0:
            raise FrameError("more bytes came than a run may send")
        self._buffer += data
        found = []
        while len(self._buffer) >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._buffer)
            if length > self._largest:
                raise FrameError(f"a record of {length:,} bytes was announced, and {self._largest:,} are the most")
            if len(self._buffer) < _HEAD.size + length:
                break
            found.append(_record(bytes(self._buffer[_HEAD.size : _HEAD.size + length])))
            del self._buffer[: _HEAD.size + length]
        return found


def _record(text: bytes) -> dict[str, Any]:
    try:
        record = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a record is not strict JSON ({type(error).__name__})") from None
    if not isinstance(record, dict):
        raise FrameError("a record is not a map")
    return record


def _refuse(name: str) -> None:
    raise FrameError(f"a record holds {name}, which is not strict JSON")
