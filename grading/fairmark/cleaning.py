"""Make safe to show what a student's code has put out: plain text without tricks, and pictures that are only that."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib

MAX_SIDE = 4000
"""The most pixels that a picture may have on one side: a small file can be a picture that fills a memory."""

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])")
# Control characters; marks that turn the direction of reading, with which text can show what it does not say; halves
# of characters that no text may hold; and numbers that Unicode keeps for no character.
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def clean_text(text: str, most: int) -> str:
    r"""Keep what can be read: no terminal codes, no control characters but tab and line feed.

    Examples
    --------
    >>> clean_text("\x1b[31mred\x1b[0m\a \u202eabc", 100)
    'red abc'
    """
    return _UNFIT.sub("", _ESCAPES.sub("", text[:most].replace("\r\n", "\n")))


def clean_png(picture: str) -> str:
    """Keep of a picture in base64 its pixels only; an empty text if it is no such picture.

    Examples
    --------
    >>> clean_png("PHNjcmlwdD4=")
    ''
    """
    try:
        data = base64.b64decode(picture, validate=True)
        return base64.b64encode(_only_pixels(data)).decode("ascii")
    except (binascii.Error, struct.error, ValueError):
        return ""


def _only_pixels(data: bytes) -> bytes:
    """Copy the chunks that draw, each whole by its own checksum, and nothing that stands between or behind them."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("not a PNG")
    kinds: list[bytes] = []
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while not kinds or kinds[-1] != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, at + 8 + length)
        if zlib.crc32(body) != checksum:
            raise ValueError("a chunk is damaged")
        kinds.append(body[:4])
        if kinds[-1] in _KEPT:
            kept.append(data[at : at + 12 + length])
        at += 12 + length
    if kinds[0] != b"IHDR" or max(struct.unpack_from(">II", data, 16)) > MAX_SIDE:
        raise ValueError("the picture is too large, or does not say how large it is")
    return b"".join(kept)
