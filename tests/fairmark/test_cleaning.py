"""What student code puts out is made safe to show."""

from __future__ import annotations

import base64
import io
import struct
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.cleaning import MAX_SIDE, clean_png, clean_text


@given(st.text())
def test_when_text_is_cleaned_no_control_character_is_left(text: str) -> None:
    """Whatever came, only tab and line feed are left of the characters that steer a screen."""
    cleaned = clean_text(text, 1000)
    assert not [one for one in cleaned if unicodedata.category(one) in ("Cc", "Cs") and one not in "\t\n"]
    assert clean_text(cleaned, 1000) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain, Беларусь, ў, 1991–4", "plain, Беларусь, ў, 1991–4"),
        ("\x1b[2J\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x\x1b]8;;http://x\x1b\\y", "xy"),
        ("one\r\ntwo\rthree", "one\ntwothree"),
        ("a\u202eb\u2066c\ud800d\x00e\x7ff\u2028g", "abcdefg"),
    ],
)
def test_when_text_has_tricks_they_are_left_out(text: str, cleaned: str) -> None:
    """Terminal codes, marks of direction and broken characters go; words in any script stay."""
    assert clean_text(text, 1000) == cleaned


def test_when_text_is_long_it_is_cut() -> None:
    """No more than the caller wants is kept."""
    assert clean_text("x" * 50, 7) == "x" * 7


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, side: int = 1) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND")


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def test_when_a_picture_is_one_its_pixels_stay() -> None:
    """A plain picture is unchanged; notes, profiles and what stands behind its end are left out."""
    plain = text(png())
    assert clean_png(plain) == plain
    assert clean_png(text(png(chunk(b"tEXt", b"Comment\0<script>")))) == plain
    assert clean_png(text(png() + b"<script>alert(1)</script>")) == plain


def test_when_matplotlib_draws_the_picture_stays_readable() -> None:
    """What the course's own figures are drawn with passes."""
    from matplotlib.figure import Figure

    stream = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(stream, format="png")
    kept = base64.b64decode(clean_png(text(stream.getvalue())))
    assert kept.startswith(b"\x89PNG")
    assert b"Software" in stream.getvalue()
    assert b"Software" not in kept


@pytest.mark.parametrize(
    "data",
    [
        text(b"<script>alert(1)</script>"),
        text(b"\x89PNG\r\n\x1a\n"),
        text(b"\x89PNG\r\n\x1a\n" + b"x" * 100),
        text(png()[:-6]),
        text(png().replace(b"IHDR", b"IHDS")),
        text(png(side=MAX_SIDE + 1)),
        text(png().replace(chunk(b"IEND"), b"")),
        "not base64",
        "",
    ],
)
def test_when_a_picture_is_none_it_is_left_out(data: str) -> None:
    """Another file, a damaged one, and one too large to be drawn are no pictures."""
    assert clean_png(data) == ""
