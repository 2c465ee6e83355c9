"""Terms are found in three languages, and errors say what comes near."""

from __future__ import annotations

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
