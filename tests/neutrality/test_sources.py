"""The records of the sources are found by locator, and errors say what comes near."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from neutrality import copies, sources, tables
from neutrality.sources import SourceError

RECORD = """
id = "own-2000"
[citation]
authors = []
title = "A title"
series = ""
number = ""
date = ""
link = "https://example.org/"
[kind]
genre = "page"
institution = ""
signed = false
dated = false
date_note = ""
disclaimer = ""
disclaimer_note = ""
speaks = ""
about = ""
layers = []
further = []
[[sections]]
id = "s1"
title = "One"
places = [{ id = "s1.p1", label = "A paragraph" }]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of readings with one invented record."""
    (tmp_path / "own-2000.toml").write_text(RECORD, encoding="utf-8")
    monkeypatch.setattr(tables, "readings_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("written", "place", "kind", "words"),
    [
        ("osw-2018 s1.p3", "s1.p3", "paragraph", "section 1, paragraph 3"),
        ("osw-2018, fn5", "fn5", "note", "note 5"),
        (" OSW-2018 S2.P1 ", "s2.p1", "paragraph", "section 2, paragraph 1"),
        ("osw-2018 lead", "lead", "lead", "the lead"),
        ("osw-2018 s4", "s4", "section", "section 4"),
        ("osw-2018 notes", "notes", "section", "the notes"),
        ("digest-2016:s2.b4", "s2.b4", "item", "section 2, item 4 of the list"),
        ("digest-2016 lead.p2", "lead.p2", "lead", "the lead, paragraph 2"),
    ],
)
def test_a_locator_is_read(written: str, place: str, kind: str, words: str) -> None:
    """Letter case and what stands between source and place make no difference."""
    found = sources.parse(written)
    assert (found.id, found.kind, found.words) == (place, kind, words)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("s1.p1", r"'s1\.p1' is not a locator\. Write source and place"),
        ("", r"'' is not a locator"),
        ("osw-2018", r"'osw-2018' is not a locator"),
        ("osw-2017 s1.p1", r"no source 'osw-2017'\. Did you mean osw-2018\?"),
        ("nothing-1900 s1.p1", r"no source 'nothing-1900'\. There are .*osw-2018"),
        ("osw-2018 s1.p9", r"osw-2018: no place 's1\.p9'\. Near it are s1, s1\.p1, s1\.p2, s1\.p3, s1\.p4\."),
        ("osw-2018 lead.p1", r"osw-2018: no place 'lead\.p1'\. Near it is lead\."),
        ("osw-2018 fn99", r"osw-2018: no place 'fn99'\. Did you mean fn9"),
    ],
)
def test_an_error_names_the_thing_and_what_comes_near(written: str, says: str) -> None:
    """A wrong locator is an error that can be acted on, and does not exist."""
    with pytest.raises(SourceError, match=says):
        sources.parse(written)
    assert not sources.exists(written)


@pytest.mark.parametrize("place", sources.all_sources()["osw-2018"].places, ids=lambda place: place.id)
def test_every_place_is_shown_with_its_link(place: sources.Place, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown has locator, label and link, names the notes, and sends the reader to a copy of their own."""
    sources.show("osw-2018", place.id)
    shown = capsys.readouterr().out
    assert shown.startswith(f"{place.locator} ({place.words}): {place.label}\n")
    assert shown.endswith(f"Read it in your own copy, or at {sources.load('osw-2018').citation.link}\n")
    assert ("Notes to it" in shown) == bool(place.notes)


def test_the_unsigned_page_is_not_given_authors() -> None:
    """The page, and the paper that it presents, stay apart."""
    digest = sources.load("digest-2016")
    assert (digest.citation.authors, digest.citation.date) == ((), None)
    (paper,) = digest.kind.further
    assert paper.authors == ("Siarhei Bohdan", "Gumer Isaev")
    assert paper.date == dt.date(2016, 10, 25)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "A title"\n', "", r"own-2000\.toml: the field 'title' is missing|'title'"),
        ("[kind]", "[kin]", r"own-2000\.toml: the field 'kind' is missing"),
        ('date = ""', 'date = "2000-13-01"', r"own-2000\.toml: .*month"),
        ('id = "s1.p1"', 'id = "p1"', r"own-2000\.toml: a place cannot have the id 'p1'"),
        ("[citation]", "[citation", r"own-2000\.toml: cannot be read"),
        ("layers = []", "layer = []", r"own-2000\.toml: the field 'layers' is missing"),
    ],
)
def test_a_malformed_record_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    """The error names the file and what is wrong in it."""
    file = folder / "own-2000.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=says):
        sources.load("own-2000")


def test_a_record_of_another_folder_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The records are found through `tables`, wherever the package is installed."""
    assert list(sources.all_sources()) == ["own-2000"]
    sources.show("own-2000", "s1.p1")
    assert 'In: Unsigned, "A title", undated.\n' in capsys.readouterr().out


@pytest.mark.parametrize("name", sources.references())
def test_a_reference_is_found_by_its_id(name: str) -> None:
    """Each reference says in what form it was read."""
    assert sources.reference(name).opened_via


def test_an_unknown_reference_lists_what_comes_near() -> None:
    """A misspelt id is an error that can be acted on."""
    with pytest.raises(SourceError, match=r"no reference 'lijphart-1936'\. Did you mean lijphart-1963"):
        sources.reference("lijphart-1936")


def test_the_module_is_light() -> None:
    """Reading a record imports nothing that reads documents or the network."""
    code = "import sys, neutrality.sources as s; s.load('osw-2018'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"bs4", "pypdf", "requests", "neutrality.copies"} & set(done.stdout.split())


def test_a_place_is_shown_from_a_copy_without_what_reads_documents() -> None:
    """Neither `show` nor loading a copy imports a reader of PDF or HTML."""
    code = "import sys, neutrality.sources as s; s.show('osw-2018', 's1.p1'); print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"bs4", "pypdf", "requests"} & set(done.stdout.splitlines()[-1].split())


def test_the_tests_see_no_copy_of_the_developers_own() -> None:
    """The whole session, doctests and lessons included, has an empty folder of copies."""
    assert copies.listing().count("no copy.") == len(sources.all_sources())
