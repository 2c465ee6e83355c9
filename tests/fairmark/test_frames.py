"""Records on a stream: whatever comes, the reader gives maps, waits, or refuses."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.inside.frames import FrameError, Reader, packed

RECORDS = st.lists(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=3))


@given(RECORDS, st.integers(1, 50))
def test_when_a_stream_is_cut_anywhere_its_records_are_whole(records: list[dict[str, object]], size: int) -> None:
    """In pieces of any size the same records come out, in order."""
    stream = b"".join(map(packed, records))
    reader, found = Reader(10_000, 10_000_000), []
    for start in range(0, len(stream), size):
        found += reader.feed(stream[start : start + size])
    assert found == records


def framed(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


@pytest.mark.parametrize(
    "stream",
    [
        framed(b"[]"),
        framed(b"1"),
        framed(b"{"),
        framed(b'{"a": NaN}'),
        framed(b'{"a": Infinity}'),
        framed(b'{"a": ' + b"9" * 5000 + b"}"),
        framed(b"\xff\xfe"),
        framed(b'{"a":' * 2000 + b"1" + b"}" * 2000),
        struct.pack(">I", 10_001),
        struct.pack(">I", 2**32 - 1),
        b"{}" * 3,
    ],
    ids=["list", "number", "cut", "nan", "infinity", "digits", "bytes", "deep", "large", "huge", "unframed"],
)
def test_when_a_record_is_none_it_is_refused(stream: bytes) -> None:
    """Nothing but a map of strict JSON, of the agreed size, is a record."""
    with pytest.raises(FrameError):
        Reader(10_000, 1_000_000).feed(stream)


def test_when_a_stream_is_too_long_it_is_refused() -> None:
    """The whole stream has a limit too, whatever its records are."""
    reader = Reader(100, 200)
    one = packed({"a": "x" * 50})
    reader.feed(one * (200 // len(one)))
    with pytest.raises(FrameError, match="more bytes"):
        reader.feed(one)


def test_when_a_record_cannot_be_written_nothing_is() -> None:
    """A number that strict JSON does not have is an error on the writing side."""
    with pytest.raises(ValueError, match="JSON"):
        packed({"a": float("nan")})
    assert json.loads(packed({"a": "\ud800"})[4:]) == {"a": "\ud800"}
