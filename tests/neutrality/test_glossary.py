"""Terms are found in three languages, and errors say what comes near."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neutrality import glossary
from neutrality.glossary import Entry, UnknownTermError

NAMES = [(entry, name) for entry in glossary.load() for name in entry.names]


@pytest.mark.parametrize(("entry", "name"), NAMES, ids=[f"{entry.id}-{name}" for entry, name in NAMES])
def test_an_entry_is_found_by_each_of_its_names(entry: Entry, name: str) -> None:
    """In any of the three languages, in capitals, and with spaces around."""
    assert glossary.find(name) == entry
    assert glossary.find(f"  {name.upper()} ") == entry


@pytest.mark.parametrize("entry", glossary.load(), ids=lambda entry: entry.id)
def test_an_entry_is_explained(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed has the name, the line and the source, and no empty form."""
    glossary.explain(entry.english)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"{entry.english} ({entry.kind})"
    assert shown[-2:] == [entry.line, f"Source: {'; '.join(entry.sources)}"]
    assert ("Belarusian:" in "".join(shown)) == bool(entry.belarusian)
    assert ("Russian:" in "".join(shown)) == bool(entry.russian)


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("Lukashenka", r"no 'Lukashenka'\. Did you mean Aleksandr Lukashenko\?"),
        ("abstension", r"Did you mean abstention\b"),
        ("нейтралитэт", r"Did you mean neutrality\?"),
        ("zzz", r"no 'zzz'\. glossary\.load\(\) lists everything"),
        ("", r"no ''\. glossary\.load\(\)"),
    ],
)
def test_an_unknown_term_lists_what_comes_near(term: str, says: str) -> None:
    """A misspelt term is an error that can be acted on."""
    with pytest.raises(UnknownTermError, match=says):
        glossary.explain(term)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Minsk and Moscow.", ["Minsk", "Moscow"]),
        ("Moscow, then Minsk", ["Moscow", "Minsk"]),
        ("minsk", []),
        ("SESSIONS and sessions", ["session"]),
        ("obsession", []),
        ("the CSTO", ["Collective Security Treaty Organisation"]),
        ("us", []),
        ("", []),
    ],
)
def test_the_terms_of_a_text_are_found(text: str, found: list[str]) -> None:
    """Names by their capital letters, terms in any case and in the plural, and no parts of words."""
    assert [entry.english for entry in glossary.found_in(text)] == found


def test_the_table_has_both_forms() -> None:
    """Belarusian first, then Russian."""
    assert "| Мінск; Минск |" in glossary.table([glossary.find("Minsk")])


def test_a_form_in_doubt_is_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """In the table and in the explanation, and in that language only."""
    entry = replace(glossary.find("Minsk"), doubt=("ru",))
    assert "| Мінск; Минск (?) |" in glossary.table([entry])
    glossary.explain("hedging")
    assert "Belarusian: хеджыраванне (?). Russian: хеджирование." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("read", "says"), [(0, "no native reader has read them yet"), (1, "have read 1 of 3 entries"), (3, "have read all")]
)
def test_it_is_said_how_much_a_native_reader_has_read(read: int, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """None, some, or all of it."""
    entries = [
        replace(entry, read_by="N., 2026-11-29" if at < read else "") for at, entry in enumerate(glossary.load()[:3])
    ]
    monkeypatch.setattr(glossary, "load", lambda: tuple(entries))
    assert says in glossary.reading()
