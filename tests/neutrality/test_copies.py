"""A student adds, reads, lists and removes copies; what is not a copy is refused, and nothing is lost on the way."""

from __future__ import annotations

import http.server
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from neutrality import copies, fetching, fingerprints, sources, tables
from neutrality.sources import SourceError

from . import renderings

ISLAND = renderings.island()
VALLEY = """
[s1.p1] In the valley of Orm the millers share one stream, and whoever grinds first leaves the others to wait. \
The eldest miller keeps a wooden clock, which he winds when nobody is looking, and by which he is always first.

[s1.p2] A younger one proposed to build a pond. It would have held the water of a whole night, so that all wheels \
could turn at dawn. The proposal was read out in the chapel, praised by everybody, and never carried into effect.
"""
TRANSLATED = "Жители острова ловили рыбу на северной отмели дольше, чем вели записи. " * 60


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of readings with two invented sources; copies go into a folder beside it."""
    readings = tmp_path / "readings"
    readings.mkdir()
    monkeypatch.setattr(tables, "readings_folder", lambda: readings)
    monkeypatch.setenv("NEUTRALITY_COPIES", str(tmp_path / "deep" / "copies"))
    valley = renderings.record(VALLEY).replace("vask-1960", "orm-1970")
    for name, record, text in (
        ("vask-1960", renderings.record(renderings.ISLAND), renderings.ISLAND),
        ("orm-1970", valley, VALLEY),
    ):
        (readings / f"{name}.toml").write_text(record, encoding="utf-8")
        (readings / f"{name}.prints.json").write_text(fingerprints.build(name, text), encoding="utf-8")
    return tmp_path


@pytest.fixture
def half(folder: Path) -> Path:
    """Return a file with the first half of the island."""
    file = folder / "half.txt"
    file.write_text(renderings.as_text(ISLAND.cut(list(ISLAND.places)[:6])), encoding="utf-8")
    return file


@pytest.fixture
def whole(folder: Path) -> Path:
    """Return a PDF of the island."""
    file = folder / "whole.pdf"
    file.write_bytes(renderings.as_pdf(ISLAND))
    return file


def _stored() -> Path:
    return copies.folder() / "vask-1960.json"


@pytest.mark.parametrize("kind", ["PDF", "web page", "text"])
def test_a_copy_is_added_from_each_kind_of_file(folder: Path, kind: str) -> None:
    """The source is recognised, and every place can be read from the copy."""
    file = folder / "whatever"
    content = {"PDF": renderings.as_pdf, "web page": renderings.as_html, "text": renderings.as_text}[kind](ISLAND)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    added = copies.add(file)
    assert f"is a {kind} of vask-1960: The northern shelf." in added.summary
    assert f"{len(ISLAND.places)} of {len(ISLAND.places)} places found." in added.summary
    assert "left out" in added.summary
    assert copies.load("vask-1960") == added.copy
    assert added.copy.places["s2.p1"].text == ISLAND.places["s2.p1"]


def test_what_is_missing_is_said(half: Path) -> None:
    """The summary and the list name what was not found, and where the whole is."""
    cut = " ".join(ISLAND.places["s2.b3"].split()[:17])
    half.write_text(half.read_text() + "\n" + cut, encoding="utf-8")
    summary = copies.add(half).summary
    assert "7 of 15 places found. Not found: s2.p2, s3.p1, s3.p2, fn1, fn2, fn3, fn4, fn5." in summary
    assert "Found in part: s2.b3 (" in summary
    assert "can be read at https://example.org/vask" in summary
    assert "vask-1960: 7 of 15 places, 1 of them in part, added on" in copies.listing()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.usefixtures("folder")
def test_only_the_owner_can_read_a_copy(whole: Path) -> None:
    """The file is private, and so is the folder."""
    copies.add(whole)
    assert stat.S_IMODE(_stored().stat().st_mode) == 0o600
    assert stat.S_IMODE(copies.folder().stat().st_mode) == 0o700
    assert [file.name for file in copies.folder().iterdir()] == ["vask-1960.json"]


def test_a_better_copy_is_kept_unless_told_otherwise(whole: Path, half: Path) -> None:
    """Adding what has fewer places says so; --replace does it all the same; more places always replace."""
    copies.add(whole)
    added = copies.add(half)
    assert added.kept_old
    assert "The copy that you have has more: 15 of 15 places" in added.summary
    assert len(copies.add(half, replace=True).copy.places) == 6
    assert not copies.add(whole).kept_old


REFUSED = {
    "another text": (
        VALLEY * 3,
        "vask-1960",
        r"is not vask-1960; this looks like orm-1970\. Add it as that: --source orm-1970",
    ),
    "a translation": (TRANSLATED, "vask-1960", r"is not vask-1960: 0 of its 15 places were found, with 0% of its text"),
    "nothing known": (
        "The harbour is closed. " * 9,
        None,
        r"is none of the sources\. The file is a text of 36 words\.",
    ),
    "a small part": (ISLAND.places["s1.p1"], None, r"is none of the sources; nearest is vask-1960: 1 of its 15 places"),
    "far too much": ("herring " * 40_001, None, r"has 40,001 words; the sources are articles"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_another_text_is_refused_and_the_copy_stays(name: str, folder: Path, whole: Path) -> None:
    """The reason says how much was found and what to do; a copy that is there is not touched."""
    text, source, says = REFUSED[name]
    copies.add(whole)
    before = _stored().read_bytes()
    file = folder / "other.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=says) as caught:
        copies.add(file, source)
    assert str(caught.value).startswith(f"{file}: ")
    assert _stored().read_bytes() == before


def test_the_other_source_is_recognised_without_being_named(folder: Path) -> None:
    """With no source named, the one that fits is taken."""
    file = folder / "v.txt"
    file.write_text(VALLEY, encoding="utf-8")
    assert copies.add(file).copy.source == "orm-1970"
    with pytest.raises(SourceError, match=r"no source 'orm-1971'\. Did you mean orm-1970"):
        copies.add(file, "orm-1971")


def test_a_failure_to_write_leaves_the_old_copy(whole: Path, half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is an error with a remedy, and leaves no piece of a file."""
    copies.add(half)
    before = _stored().read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceError, match=r"the copy cannot be written \(No space left on device\)\. Make room there"):
        copies.add(whole)
    assert [file.name for file in copies.folder().iterdir()] == ["vask-1960.json"]
    assert _stored().read_bytes() == before


DAMAGE = {
    "cut off": lambda text: text[:200],
    "not JSON": lambda _: "herring",
    "a list": lambda _: "[]",
    "deep": lambda _: "[" * 100_000,
    "another version": lambda text: text.replace('"version": 1', '"version": 9'),
    "another source": lambda text: text.replace('"source": "vask-1960"', '"source": "orm-1970"'),
    "unknown place": lambda text: text.replace('"s2.p1"', '"s2.p9"'),
    "no text": lambda text: text.replace(ISLAND.places["s2.p1"], " "),
    "endless text": lambda text: text.replace(ISLAND.places["s2.p1"], "herring " * 9999),
    "text that is none": lambda text: text.replace(f'"{ISLAND.places["s2.p1"]}"', "7"),
    "words that are none": lambda text: text.replace('"words": 9', '"words": "nine"'),
    "no date": lambda text: text.replace('"added": "2', '"added": "x'),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_copy_is_an_error_that_adding_again_mends(
    name: str, folder: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Loading says what to do, `show` still gives the link, and a new copy takes its place."""
    text_file = folder / "t.txt"
    text_file.write_text(renderings.as_text(ISLAND), encoding="utf-8")
    copies.add(text_file)
    damaged = DAMAGE[name](_stored().read_text(encoding="utf-8"))
    assert damaged != _stored().read_text(encoding="utf-8")
    _stored().write_text(damaged, encoding="utf-8")
    with pytest.raises(SourceError, match=r"your copy is damaged\. Remove it and add .* sources remove vask-1960"):
        copies.load("vask-1960")
    assert "your copy is damaged" in copies.listing()
    sources.show("vask-1960", "s2.p1")
    assert "Until then, read it at https://example.org/vask" in capsys.readouterr().out
    copies.add(whole)
    assert copies.load("vask-1960") is not None


def test_a_copy_is_removed(whole: Path) -> None:
    """Removing says whether there was one."""
    copies.add(whole)
    assert copies.remove("vask-1960")
    assert not copies.remove("vask-1960")
    assert copies.load("vask-1960") is None
    with pytest.raises(SourceError, match="no source 'vask-1961'"):
        copies.remove("vask-1961")


def test_show_prints_the_text_of_the_copy(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Header, wrapped text, and whose copy it is; a section prints all that is in it."""
    copies.add(whole)
    capsys.readouterr()
    sources.show("vask-1960", "s2.p2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "vask-1960 s2.p2 (section 2, paragraph 2): A label"
    assert lines[-1].startswith("From your own copy, added on ")
    assert " ".join(lines[3:-2]) == ISLAND.places["s2.p2"]
    assert max(map(len, lines[3:-1])) <= 100
    sources.show("vask-1960", "s2")
    shown = " ".join(capsys.readouterr().out.split())
    assert all(f"[{place}] {ISLAND.places[place]}" in shown for place in ISLAND.places if place.startswith("s2."))
    sources.show("vask-1960", "notes")
    assert capsys.readouterr().out.count("[fn") == 5


def test_show_says_what_the_copy_has_not(half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A place that is missing comes with the link."""
    copies.add(half)
    capsys.readouterr()
    sources.show("vask-1960", "s3.p2")
    shown = capsys.readouterr().out
    assert "Your copy has not got s3.p2. Read it at https://example.org/vask\n" in shown
    assert "From your own copy" not in shown


def test_an_edited_copy_cannot_play_tricks_on_a_terminal(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes that somebody put into the stored file are not printed, and HTML stays text."""
    copies.add(whole)
    record = json.loads(_stored().read_text(encoding="utf-8"))
    record["places"]["s2.p1"]["text"] = "The \x1b[2Jharbour\x07 <b>is</b>\u202e closed."
    record["origin"] = "\x1b[31mpaper.pdf"
    _stored().write_text(json.dumps(record), encoding="utf-8")
    capsys.readouterr()
    sources.show("vask-1960", "s2.p1")
    assert "\nThe harbour <b>is</b> closed.\n" in capsys.readouterr().out
    assert "\x1b" not in copies.listing()


class _Server(http.server.BaseHTTPRequestHandler):
    """Answer by path: what a web server may do."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        agent = self.headers["User-Agent"]
        found = {
            "/page": (200, renderings.as_html(ISLAND).encode()),
            "/other": (200, VALLEY.encode()),
            "/agent": (200 if "university course" in agent else 403, renderings.as_html(ISLAND).encode()),
            "/large": (200, b"x" * (fetching.LARGEST + 9)),
        }
        if self.path in ("/loop", "/away", "/odd"):
            self.send_response(302)
            self.send_header("Location", {"/loop": "/loop", "/away": "/page", "/odd": "file:///etc/passwd"}[self.path])
            self.end_headers()
            return
        status, body = found.get(self.path, (int(self.path[1:]) if self.path[1:].isdigit() else 404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # the client has had enough

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve on this machine, and let the record's link lead there."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    handler = type("Handler", (_Server,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}"
        file = folder / "readings" / "vask-1960.toml"
        file.write_text(file.read_text().replace("https://example.org/vask", f"{address}/page"), encoding="utf-8")
        yield address
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/page", "/away", "/agent"])
def test_a_link_is_fetched_and_verified(server: str, path: str) -> None:
    """What the server sends is recognised like a file; redirections are followed; the course says who it is."""
    added = copies.add(f"{server}{path}")
    assert (added.copy.source, added.copy.origin) == ("vask-1960", f"{server}{path}")
    assert added.copy.missing == []


def test_the_link_of_a_source_is_fetched_once(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is there is used, and fetched again only when told so."""
    assert not copies.add_link("vask-1960").kept_old
    fetched = []
    fetch = fetching.fetch
    monkeypatch.setattr(fetching, "fetch", lambda link: fetched.append(link) or fetch(link))
    again = copies.add_link("vask-1960")
    assert again.kept_old
    assert "You have a copy already: 15 of 15 places" in again.summary
    assert fetched == []
    assert not copies.add_link("vask-1960", replace=True).kept_old
    assert fetched == [f"{server}/page"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none", r"the server answered that there is no such page \(404\)\. Open the link in your browser, save"),
        ("/403", r"the server answered that it does not let programs in \(403\)\. Open the link"),
        ("/500", r"the server answered with error 500\. Open the link"),
        ("/loop", r"the server sends us round in circles\. Open the link"),
        ("/odd", r"an address that is not on the web\. Open the link"),
        ("/large", r"the server sends more than 20 MB\. Open the link"),
        ("/other", r"is not vask-1960; this looks like orm-1970"),
    ],
)
def test_a_link_that_does_not_give_the_source_is_refused(server: str, path: str, says: str) -> None:
    """The error says what to do by hand, and nothing is stored."""
    with pytest.raises(SourceError, match=says):
        copies.add(f"{server}{path}", "vask-1960")
    assert copies.load("vask-1960") is None


def test_without_a_network_the_error_says_what_to_do(server: str) -> None:
    """A server that is not there is no traceback."""
    port = int(server.rpartition(":")[2])
    with pytest.raises(SourceError, match=r"cannot be reached; there may be no network here\. Open the link"):
        copies.add(f"http://127.0.0.1:{port - 1 if port > 1025 else port + 1}/page", "vask-1960")
