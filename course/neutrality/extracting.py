"""Turn the bytes of a file into lines of text. `documents` runs this in a process of its own, under limits.

A file from the web can be broken or hostile, and the programs that read PDF and HTML are large. So this module imports
nothing of the course, opens no file, and gives back plain data: either ``{"kind": …, "lines": [[text, page, block],
…]}`` or ``{"trouble": …, "remedy": …}``.
"""

from __future__ import annotations

import codecs
import contextlib
import email
import email.policy
import io
import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

CPU_SECONDS = 10
"""Processor time that reading may take."""

MEMORY = 1 << 30
"""Bytes of address space that reading may take."""

MOST_PAGES = 60
"""Pages that a PDF may have; the sources are articles."""

MOST_CHARACTERS = 600_000
"""Characters that a text may have; the sources have some ten thousand."""

MOST_ON_A_PAGE = 4_000_000
"""Bytes of drawing instructions that a page may have; a page of an article has some ten thousand."""

_SAVE = "Open it, save it as PDF or as plain text, and add that file."
_UNPACK = "Unpack it, and add the PDF, web page or text file that is in it."
_TEXT_LAYER = "Find a PDF in which text can be marked and copied, or use the web page."
_AGAIN = "Download it again, or save the web page or its text and add that file."
_PAGE_SOURCE = "Save the page again as 'Page Source', or print it to PDF, and add that file."
_CHOOSE = "Choose the PDF, web page or text file of the source."
_ALONE = "Choose the file that has the source alone."

# How files begin that are no text, what they are, and what to do.
_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"(\xb5/\xfd", "a zstd archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"Rar!", "a rar archive", _UNPACK),
    (b"\xd0\xcf\x11\xe0", "an old Office document", _SAVE),
    (b"{\\rtf", "an RTF document", _SAVE),
    (b"%!PS", "a PostScript file", _SAVE),
    (b"bplist00", "a Safari web archive", _PAGE_SOURCE),
    (b"\x89PNG", "a picture", _TEXT_LAYER),
    (b"\xff\xd8\xff", "a picture", _TEXT_LAYER),
    (b"GIF8", "a picture", _TEXT_LAYER),
    (b"II*\x00", "a picture", _TEXT_LAYER),
    (b"MM\x00*", "a picture", _TEXT_LAYER),
    (b"\x7fELF", "a program", _CHOOSE),
    (b"MZ\x90", "a program", _CHOOSE),
)
# What zip archives hold that are documents, what they are, and what to do.
_ZIPS: tuple[tuple[bytes, str, str], ...] = (
    (b"word/", "a Word document", _SAVE),
    (b"application/vnd.oasis", "an OpenDocument file", _SAVE),
    (b"application/epub", "an e-book (EPUB)", _SAVE),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|article|section|meta|span|h[1-6]|br)\b[^<]*>", re.IGNORECASE
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
# What has no text for a reader.
_DROPPED = {
    *("script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "svg", "math", "canvas"),
    *("video", "audio", "head", "title", "button", "select", "option", "textarea", "input", "datalist"),
}
# What does not end a line of text; every other element does.
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img"),
    *("ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong"),
    *("sub", "sup", "time", "tt", "u", "var", "wbr"),
}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class TroubleError(Exception):
    """A file that cannot be used, and what to do about it; both are sentences that go on from the file's name."""

    def __init__(self, trouble: str, remedy: str) -> None:
        super().__init__(trouble)
        self.trouble, self.remedy = trouble, remedy


class Piece(NamedTuple):
    """A line of text, the page it is on (0 where there are no pages), and the number of its paragraph or element."""

    text: str
    page: int
    block: int


def clean(text: str) -> str:
    r"""Remove what a terminal would obey and nobody can see: escapes, control characters, marks of direction.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Composed (Unicode NFC); line ends and soft hyphens stay.

    Examples
    --------
    >>> clean("\x1b[31mred\x1b[0m\x07 fish\u202e")
    'red fish'
    """
    composed = unicodedata.normalize("NFC", _ESCAPES.sub("", text))
    shown = (" " if one in "\t\v\f\x85\u2028\u2029" else one for one in composed)
    return "".join(
        one
        for one in shown
        if one == "\n" or one == "\u00ad" or unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def extract(content: bytes) -> tuple[str, list[Piece]]:
    """Read the lines of a PDF, a web page or a text.

    Parameters
    ----------
    content : bytes
        The file; its kind is told from these bytes.

    Returns
    -------
    tuple of str and list of Piece
        ``"PDF"``, ``"web page"`` or ``"text"``, and the lines.

    Raises
    ------
    TroubleError
        If it is something else, or has no text.

    Examples
    --------
    >>> extract(b"<p>One <b>line</b>.<script>alert(1)</script><p>Another.")
    ('web page', [Piece(text='One line.', page=0, block=3), Piece(text='Another.', page=0, block=4)])
    """
    if not content.strip():
        raise TroubleError("is empty", _AGAIN)
    if b"%PDF-" in content[:1024]:
        return "PDF", _pieces(_pdf(content), "no text in it: its pages are probably scanned pictures", _TEXT_LAYER)
    _refuse_others(content)
    mail = _web_archive(content)
    text = _decode(content if mail is None else mail)
    if mail is not None or _TAG.search(text[:8192]):
        return "web page", _pieces(_html(text), "no text in it", "Save the page again when it shows the whole text.")
    return "text", _pieces(_text(text), "no words in it", _AGAIN)


def _pieces(lines: Iterable[Piece], nothing: str, remedy: str) -> list[Piece]:
    """Clean the lines, leave the empty ones out, and stop where there is far too much of them."""
    kept, size = [], 0
    for line in lines:
        size += len(line.text)
        if size > MOST_CHARACTERS:
            raise TroubleError(
                f"has more than {MOST_CHARACTERS:,} characters of text: far more than an article",
                _ALONE,
            )
        text = " ".join(clean(line.text).split())
        if text:
            kept.append(line._replace(text=text))
    if not any(one.isalpha() for line in kept for one in line.text):
        raise TroubleError(f"has {nothing}", remedy)
    return kept


def _refuse_others(content: bytes) -> None:
    """Refuse what is known to be no text by its first bytes."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        name, remedy = next(((n, r) for mark, n, r in _ZIPS if mark in content[:65536]), ("a zip archive", _UNPACK))
        raise TroubleError(f"is {name}", remedy)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        raise TroubleError("is a picture", _TEXT_LAYER)
    for mark, name, remedy in _BEGINNINGS:
        if content.startswith(mark):
            raise TroubleError(f"is {name}", remedy)


def _pdf(content: bytes) -> Iterator[Piece]:
    # Imported here, for reading a web page or a text does not need it.
    import pypdf
    from pypdf.errors import DependencyError, PyPdfError

    # Its warnings say nothing to a reader. Only its own: others' loggers are not ours to turn off.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    locked = TroubleError(
        "is locked with a password", "Open it with the password, print it to a new PDF, and add that file."
    )
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise locked
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise TroubleError(
                f"has {count} pages: far more than the source, which is an article",
                _ALONE,
            )
        for number, page in enumerate(reader.pages, start=1):
            if _size(page) > MOST_ON_A_PAGE:
                raise TroubleError(f"is not the PDF of an article: page {number} unpacks to many megabytes", _AGAIN)
            for line in page.extract_text().splitlines():
                yield Piece(line, number, 0)
    except DependencyError:
        raise locked from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OSError) as error:
        # pypdf meets a broken file with any of these.
        raise TroubleError(f"is a broken PDF ({type(error).__name__})", _AGAIN) from error


def _size(page: Any) -> int:
    contents = page.get_contents()
    return 0 if contents is None else len(contents.get_data())


def _web_archive(content: bytes) -> bytes | None:
    """Return the page in an MHTML file, as Chrome saves it, or None if it is none."""
    if not re.search(rb"(?im)^(?:mime-version|content-type:\s*multipart/related)", content[:4096]):
        return None
    for part in email.message_from_bytes(content, policy=email.policy.compat32).walk():
        if part.get_content_type() == "text/html":
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else None
    return None


def _decode(content: bytes) -> str:
    """Decode a text: by its mark, as UTF-8 if it is that, as it says of itself, or by the letters that come out."""
    text = _decoded(content)
    odd = sum(one == "\ufffd" or (one < " " and one not in "\t\n\r\f\x1b\x07\x08") for one in text)
    if "\x00" in text or odd > len(text) / 100:
        raise TroubleError("is not text", _CHOOSE)
    return text


def _decoded(content: bytes) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, errors="replace")
    half = content[: 1 << 16]
    for name, zeros in (("utf-16-le", half[1::2]), ("utf-16-be", half[::2])):
        # Of English in UTF-16 without a mark, nearly every second byte is a zero.
        if len(content) % 2 == 0 and zeros.count(0) > 0.6 * len(zeros) and half.count(0) < 0.6 * len(half):
            return content.decode(name, errors="replace")
    with contextlib.suppress(UnicodeDecodeError):
        return content.decode("utf-8")
    return _old(content)


def _old(content: bytes) -> str:
    """Decode a text in an encoding of eight bits."""
    declared = _CHARSET.search(content[:4096])
    if declared:
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            return content.decode(declared[1].decode("ascii"))
    # In a Cyrillic encoding whole words stand in the upper half of the table; in a Western one single letters do.
    upper = len(re.findall(rb"[\xc0-\xff]", content))
    cyrillic = sum(map(len, re.findall(rb"[\xa8\xb8\xa1\xa2\xaf\xb2\xb3\xc0-\xff]{4,}", content)))
    if upper and cyrillic > upper / 2:
        return content.decode("cp1251", errors="replace")
    from bs4 import UnicodeDammit

    return UnicodeDammit(content, ["utf-8", "cp1252"]).unicode_markup or content.decode("cp1252", errors="replace")


def _text(text: str) -> Iterator[Piece]:
    block = 0
    for line in text.splitlines():
        block += not line.strip()
        yield Piece(line, 0, block)


def _html(text: str) -> Iterator[Piece]:
    """Yield the lines of a web page; every element that is not part of a line is a block of its own."""
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString, PageElement, Tag

    soup = BeautifulSoup(text, "html.parser")
    block, line = 1, ""
    # A stack of one's own: a page may be nested more deeply than Python calls itself. None marks the end of a block.
    waiting: list[tuple[PageElement | None, bool]] = [(soup, False)]
    while waiting:
        node, raised = waiting.pop()
        if isinstance(node, Tag):
            if _hidden(node):
                continue
            if node.name == "br":
                yield Piece(line, 0, block)
                line = ""
                continue
            if node.name not in _INLINE:
                yield Piece(line, 0, block)
                block, line = block + 1, ""
                waiting.append((None, False))
            waiting.extend((child, raised or node.name == "sup") for child in reversed(node.contents))
        elif node is None:
            yield Piece(line, 0, block)
            block, line = block + 1, ""
        elif type(node) is NavigableString:  # and not a comment or a declaration, which are kinds of it
            line += node.translate(_RAISED) if raised else str(node)
    yield Piece(line, 0, block)


def _hidden(tag: Any) -> bool:
    style = str(tag.get("style", "")).replace(" ", "").casefold()
    return (
        tag.name in _DROPPED
        or tag.has_attr("hidden")
        or str(tag.get("aria-hidden", "")).casefold() == "true"
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _limit() -> None:
    """Bound this process: time, memory, and no writing of files."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; there, only the clock of `documents` ends a long run
        return
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, ceiling = resource.getrlimit(kind)
        with contextlib.suppress(ValueError, OSError):  # a system may not know a limit, or have a lower one
            resource.setrlimit(kind, (most, most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)))


def main() -> None:
    """Read a file from standard input and write what is in it as JSON to standard output."""
    _limit()
    answer: dict[str, Any]
    try:
        kind, lines = extract(sys.stdin.buffer.read())
        answer = {"kind": kind, "lines": lines}
    except TroubleError as error:
        answer = {"trouble": error.trouble, "remedy": error.remedy}
    except (MemoryError, RecursionError):
        answer = {"trouble": "needs far more memory to be read than an article does", "remedy": _AGAIN}
    sys.stdout.buffer.write(json.dumps(answer).encode())
