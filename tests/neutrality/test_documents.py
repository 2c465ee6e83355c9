"""Files are read for their text; those that are broken, hostile or something else are refused with a remedy."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import logging
import os
import stat
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from neutrality import documents, extracting
from neutrality.sources import SourceError

from . import renderings


def _zip(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _pdf(pages: int = 1, text: str = "The harbour is closed.") -> bytes:
    pdf = FPDF()
    pdf.set_font("Helvetica")
    for _ in range(pages):
        pdf.add_page()
        if text:
            pdf.cell(text=text)
    return bytes(pdf.output())


def _raw_pdf(stream: bytes, kids: bytes = b"[3 0 R]") -> bytes:
    """Write a PDF by hand whose one page has this packed content."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids " + kids + b"/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    )
    made, at = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        at.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    return b"%sxref\n0 5\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % (
        made,
        table,
        len(made),
    )


def _locked() -> bytes:
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf()))), io.BytesIO()
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (lambda: _zip("a", bytes(30_000_000)), r"is a zip archive\. Unpack it"),
    "Word document": (lambda: _zip("word/document.xml", b"<w:p/>"), r"is a Word document\. Open it, save it as PDF"),
    "e-book": (lambda: _zip("mimetype", b"application/epub+zip") + b"application/epub+zip", r"is an e-book \(EPUB\)\."),
    "gzip bomb": (lambda: gzip.compress(bytes(30_000_000)), r"is a gzip archive\. Unpack it"),
    "bzip2 bomb": (lambda: bz2.compress(bytes(30_000_000)), r"is a bzip2 archive\. Unpack it"),
    "old Office": (lambda: b"\xd0\xcf\x11\xe0" + bytes(99), r"is an old Office document\."),
    "RTF": (lambda: rb"{\rtf1 The harbour}", r"is an RTF document\."),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), r"is a picture\. Find a PDF in which text can be marked"),
    "Safari archive": (lambda: b"bplist00" + bytes(99), r"is a Safari web archive\. Save the page again"),
    "program": (lambda: b"\x7fELF" + bytes(99), r"is a program\."),
    "Flate bomb": (lambda: _raw_pdf(zlib.compress(b"0 g " * 10_000_000)), r"not the PDF of an article: page 1 unpacks"),
    "large Flate bomb": (lambda: _raw_pdf(zlib.compress(b"0 g " * 100_000_000, 1)), r"is a broken PDF \(LimitReached"),
    "500 pages": (lambda: _pdf(500), r"has 500 pages: far more than the source"),
    "locked": (_locked, r"is locked with a password\. Open it with the password"),
    "scanned": (lambda: _pdf(2, ""), r"has no text in it: its pages are probably scanned"),
    "truncated PDF": (lambda: _pdf(3)[:400], r"is a broken PDF \(\w+\)\. Download it again"),
    "PDF that contains itself": (
        lambda: _raw_pdf(zlib.compress(b""), kids=b"[2 0 R]"),
        r"is a broken PDF|needs far more memory|has no text",
    ),
    "PDF head only": (lambda: b"%PDF-1.7\n", r"is a broken PDF"),
    "NUL bytes": (lambda: b"The harbour\x00\x00\x00 is closed.", r"is not text\. Choose the PDF"),
    "noise": (lambda: bytes(range(256)) * 40, r"is not text\."),
    "empty": (lambda: b"", r"is empty\. Download it again"),
    "blank": (lambda: b" \n\t\n", r"is empty\."),
    "numbers": (lambda: b"1 2 3\n4 5\n", r"has no words in it\."),
    "page of script": (lambda: b"<html><script>alert('The harbour')</script></html>", r"has no text in it\. Save"),
    "endless text": (lambda: b"herring " * 400_000, r"has more than 600,000 characters of text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_is_refused_within_seconds(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The error names file, trouble and remedy; nothing else is printed, and nothing is written."""
    make, says = HOSTILE[name]
    file = tmp_path / "source.txt"
    file.write_bytes(make())
    monkeypatch.chdir(tmp_path)
    before = time.monotonic()
    with pytest.raises(SourceError, match=says) as caught:
        documents.read(Path("source.txt"))
    assert time.monotonic() - before < 15
    assert str(caught.value).startswith("source.txt: ")
    assert capfd.readouterr() == ("", "")
    assert [one.name for one in tmp_path.iterdir()] == ["source.txt"]


def test_a_file_of_25_megabytes_is_refused_unread(tmp_path: Path) -> None:
    """The size is known before anything is read."""
    file = tmp_path / "large.txt"
    with file.open("wb") as stream:
        stream.truncate(25_000_000)
    with pytest.raises(SourceError, match=r"large\.txt: has 25 MB; at most 20 MB are read\."):
        documents.read(file)


def test_a_missing_file_a_folder_and_a_broken_link_are_told_apart(tmp_path: Path) -> None:
    """Each error says what is wrong with the name."""
    (tmp_path / "link.pdf").symlink_to("nowhere.pdf")
    for name, says in (
        ("none.pdf", "there is no such file"),
        ("", "is a folder"),
        ("link.pdf", "is a link to a file that is not there"),
        ("a\0b", "cannot be read"),
    ):
        with pytest.raises(SourceError, match=says):
            documents.read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe that nobody writes to would block a reader for ever."""
    os.mkfifo(tmp_path / "pipe.pdf")
    with pytest.raises(SourceError, match=r"pipe\.pdf: is a named pipe and not a file\."):
        documents.read(tmp_path / "pipe.pdf")
    with pytest.raises(SourceError, match=r"is a device and not a file\."):
        documents.read(Path(os.devnull))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """Lacking permission is said as such."""
    file = tmp_path / "mine.txt"
    file.write_text("The harbour is closed.")
    file.chmod(stat.S_IWUSR)
    with pytest.raises(SourceError, match="you are not allowed to read it"):
        documents.read(file)


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    """A file in another place can be named through a link."""
    (tmp_path / "real.txt").write_text("The harbour is closed.")
    (tmp_path / "link").symlink_to("real.txt")
    assert documents.read(tmp_path / "link").lines[0].text == "The harbour is closed."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_pdf(2), "PDF"),
        (b"\n" + _pdf(), "PDF"),
        (b"<!DOCTYPE html><p>The harbour is closed.</p>", "web page"),
        (b"\xef\xbb\xbf<html><body>The harbour is closed.", "web page"),
        (b"The harbour is closed.\r\n", "text"),
        (b"The harbour < the sea, and a > b: The harbour is closed.", "text"),
    ],
)
def test_the_kind_is_told_from_what_is_in_the_file(content: bytes, kind: str) -> None:
    """A wrong or missing ending of the name makes no difference."""
    found = documents.parse(content, "source.xyz")
    assert found.kind == kind
    assert "The harbour is closed." in found.lines[-1].text


def test_the_pages_of_a_pdf_are_counted() -> None:
    """Each line knows its page."""
    assert [line.page for line in documents.parse(_pdf(3), "x").lines] == [1, 2, 3]


TEXT = "The crew’s “herring” is dear. Сельдь северных островов дорога. Ўсё."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1251"]
)
@pytest.mark.parametrize("page", [False, True], ids=["text", "page"])
def test_an_encoding_is_found_out(encoding: str, page: bool) -> None:
    """Western and Cyrillic letters come out right, whether the file says its encoding or not."""
    text = "The boats came home before noon in good years, and the crews sold from the deck. " + TEXT
    content = f"<html><p>{text}</p></html>" if page else text
    _, lines = extracting.extract(content.encode(encoding))
    assert lines[-1].text == text


@pytest.mark.parametrize(
    ("declared", "encoded"), [("windows-1251", "utf-8"), ("koi8-u", "koi8-u"), ("no-such", "windows-1252")]
)
def test_a_page_may_say_its_encoding_and_be_wrong(declared: str, encoded: str) -> None:
    """UTF-8 is recognised in spite of the page; another encoding is believed if there is such a one."""
    text = {"koi8-u": "Сельдь северных островов", "windows-1252": "The crew’s café"}.get(encoded, TEXT)
    page = f"<html><head><meta charset='{declared}'></head><body>{text}</body></html>"
    assert extracting.extract(page.encode(encoded))[1][-1].text == text


def test_nothing_of_a_script_or_of_hidden_parts_survives() -> None:
    """What a reader of the page would not see is not text."""
    page = (
        "<html><head><title>evil1</title><style>evil2{}</style></head><body onload='evil3()'><!-- evil4 -->"
        "<script>evil5()</script><noscript>evil6</noscript><template>evil7</template><iframe>evil8</iframe>"
        "<svg><text>evil9</text></svg><p hidden>evil10</p><p style='display: none'>evil11</p>"
        "<p aria-hidden=true>evil12</p><p style='VISIBILITY:HIDDEN'>evil13</p><button>evil14</button>"
        "<p>The <b>harbour</b><a href='javascript:evil15()'> is</a> closed<sup>7</sup>.<img alt='evil16'></p>"
        "<scr<script>ipt>evil17()</script></body></html>"
    )
    _, lines = extracting.extract(page.encode())
    assert [line.text for line in lines if "evil17" not in line.text] == ["The harbour is closed⁷."]
    assert not any("<" in line.text or "alert" in line.text for line in lines)


def test_escapes_and_control_characters_are_removed() -> None:
    """A terminal that shows the text obeys nothing in it."""
    hostile = "The \x1b[31mhar\u200bbour\x1b[0m \x1b]0;title\x07is\u202e \u2066closed\x08\ufeff.\x9b"
    kept = extracting.extract(hostile.encode())[1][0].text
    assert kept == "The harbour is closed."


@pytest.mark.parametrize("tag", ["div", "b", "p"])
def test_deep_nesting_is_read(tag: str) -> None:
    """A page of twenty thousand elements, one inside another, is no trouble or is refused."""
    page = f"<html><body>The harbour {f'<{tag}>' * 20_000}is closed."
    try:
        found = documents.parse(page.encode(), "deep.html")
    except SourceError as error:
        assert "needs far more memory" in str(error) or "could not be read" in str(error)  # noqa: PT017
    else:
        assert " ".join(line.text for line in found.lines) == "The harbour is closed."


def test_a_web_archive_of_chrome_is_read() -> None:
    """A page that was saved as a single file is a mail with a page in it."""
    mail = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>The har=\r\nbour.\r\n--x--\r\n"
    )
    assert extracting.extract(mail.encode()) == ("web page", [extracting.Piece("The harbour.", 0, 3)])


def test_a_reader_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock ends what the limits of the system do not."""
    monkeypatch.setattr(documents, "SECONDS", 0.5)
    monkeypatch.setattr(documents, "_READER", "import time; time.sleep(60)")
    before = time.monotonic()
    with pytest.raises(SourceError, match=r"x: could not be read within 0\.5 seconds"):
        documents.parse(b"The harbour" * 100_000, "x")
    assert time.monotonic() - before < 10


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limits")
@pytest.mark.parametrize("deed", ["bytearray(3 << 30)", "open('written', 'w').write('x' * 99_999)"])
def test_the_reader_is_confined(deed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets no more memory than an article needs, and can write no file."""
    monkeypatch.chdir(tmp_path)
    code = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from neutrality import extracting as e; e._limit(); "
    )
    monkeypatch.setattr(documents, "_READER", f"{code}{deed}; print('{{}}')")
    with pytest.raises(SourceError, match="could not be read"):
        documents.parse(b"x", "x")
    assert not any(file.stat().st_size for file in tmp_path.iterdir())


def test_the_reader_is_not_led_astray_by_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file named like a module in the present folder is not run."""
    for name in ("json.py", "pypdf.py", "neutrality.py"):
        (tmp_path / name).write_text("raise SystemExit('led astray')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    assert documents.parse(_pdf(), "x").kind == "PDF"


def test_a_rendered_page_has_a_line_a_block() -> None:
    """An element is a block of its own; a line break parts lines of one block."""
    lines = extracting.extract(renderings.as_html(renderings.island(), style="breaks").encode())[1]
    article = [line for line in lines if "harbour" in line.text]
    assert len({line.block for line in article}) == 1
    assert len(article) > 1


def test_reading_a_pdf_turns_off_nobody_elses_log(caplog):
    """Only what the PDF library says is left out."""
    with contextlib.suppress(extracting.TroubleError):
        extracting.extract(b"%PDF-1.4 broken")
    logging.getLogger("somebody").warning("heard")
    assert [one.message for one in caplog.records] == ["heard"]
