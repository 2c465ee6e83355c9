"""Self-check questions in lessons."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from worksheet import practice
from worksheet.practice import FILE, feedback

TEXT = """
[01-a]
prompt = "Which?"
[01-a.options.x]
text = "The first"
right = true
says = "It stands there."
[01-a.options.y]
text = "The second"
right = false
says = "Look again."
"""
QUESTIONS = tomllib.loads(TEXT)


@pytest.mark.parametrize(
    ("question", "answer", "says"),
    [
        ("01-a", "x", "Right. It stands there."),
        ("01-a", " X ", "Right. It stands there."),
        ("01-a", "y", "Not quite. Look again."),
        ("01-a", "z", "Choose one of x, y; you gave 'z'."),
        ("01-a", 3, "Choose one of x, y; you gave '3'."),
        ("01-a", "🦆" * 100, "Choose one of x, y; you gave '" + "🦆" * 40 + "'."),
        ("01-b", "x", "There is no practice question '01-b' here; there are 01-a."),
    ],
)
def test_each_choice_gets_its_own_words(question, answer, says):
    """Feedback comes at once, and a mistyped answer or question is told so."""
    assert feedback(QUESTIONS, question, answer) == says


@pytest.mark.parametrize("answer", [None, ...])
def test_without_a_choice_the_question_is_shown(answer):
    """The dots of the lesson count as no answer."""
    assert feedback(QUESTIONS, "01-a", answer).splitlines()[:3] == ["Which?", "  x: The first", "  y: The second"]


@pytest.mark.parametrize("place", [FILE, f"lessons/{FILE}", f"../{FILE}"])
def test_the_questions_are_found_near_the_lesson(place, tmp_path: Path, monkeypatch, capsys):
    """A lesson may be opened from its own folder or from near it."""
    here = tmp_path / "here"
    here.mkdir()
    (here / place).parent.mkdir(exist_ok=True)
    (here / place).write_text(TEXT)
    monkeypatch.chdir(here)
    practice("01-a", "y")
    assert capsys.readouterr().out == "Not quite. Look again.\n"


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    """A lesson that was moved away from its folder says so."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no practice\.toml in .*; keep the lesson in the folder it came in"):
        practice("01-a")
