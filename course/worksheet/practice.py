"""Self-check questions in lessons: not marked, with their answers public, so that feedback can come at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FILE = "practice.toml"


def practice(question: str, answer: object = None) -> None:
    """Answer a lesson's self-check question and read at once what your choice tells.

    Parameters
    ----------
    question
        Its id, as in ``"01-a"``.
    answer
        The id of the option that you choose; leave it out to see the question again.
    """
    print(feedback(_load(Path.cwd()), question, answer))


def feedback(questions: dict[str, Any], question: str, answer: object) -> str:
    """Word the feedback to one choice.

    Parameters
    ----------
    questions
        Question id to ``{"prompt", "options": {id: {"text", "right", "says"}}}``.
    question
        The question's id.
    answer
        An option's id, or None.

    Returns
    -------
    str
        The question itself, where no option was chosen; otherwise what the choice tells.

    Examples
    --------
    >>> one = {"01-a": {"prompt": "?", "options": {"x": {"text": "X", "right": True, "says": "Yes."}}}}
    >>> feedback(one, "01-a", "x")
    'Right. Yes.'
    """
    if question not in questions:
        return f"There is no practice question {question!r} here; there are {', '.join(questions)}."
    options = questions[question]["options"]
    if answer is None or answer is ...:
        lines = [questions[question]["prompt"], *(f"  {name}: {option['text']}" for name, option in options.items())]
        return "\n".join([*lines, "Put your choice in place of the dots, in quotation marks, and run the cell again."])
    choice = options.get(str(answer).strip().casefold())
    if choice is None:
        return f"Choose one of {', '.join(options)}; you gave {str(answer)[:40]!r}."
    return f"{'Right.' if choice['right'] else 'Not quite.'} {choice['says']}"


def _load(start: Path) -> dict[str, Any]:
    for folder in (start, *start.parents):
        for candidate in (folder / FILE, folder / "lessons" / FILE):
            if candidate.is_file():
                return tomllib.loads(candidate.read_text(encoding="utf-8"))
    raise FileNotFoundError(f"no {FILE} in {start} or above it; keep the lesson in the folder it came in")
