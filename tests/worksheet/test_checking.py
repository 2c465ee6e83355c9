"""What `check` and `hint` print under an answer."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from worksheet import check, hint
from worksheet.items import Item, NoSuchItemError, Sheet

ITEMS = [
    Item("a1-q1", "choose", 1, "?", "Look left.", "o", options={"x": "X", "y": "Y"}),
    Item("a1-q2", "function", 1, "?", "Add them.", "o", form={"signature": "a1_q2(first, second)"}),
    Item("a1-q3", "number", 1, "?", "Count.", "o", form={"between": [0, 1]}),
]
FINE = "the form of your answer is fine. Whether it is right is decided when it is marked."


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work beside an items.json."""
    sheet = Sheet("c", "t", "a1", {item.id: item for item in ITEMS})
    (tmp_path / "items.json").write_text(json.dumps(sheet.to_json()))
    monkeypatch.chdir(tmp_path)


def run(source: str) -> dict[str, Any]:
    """Run code as a module of its own, as a notebook's cells run."""
    module = types.ModuleType("notebook")
    module.__dict__.update(check=check, hint=hint)
    exec(source, module.__dict__)  # noqa: S102
    return module.__dict__


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ('a1_q1 = "x"\ncheck("a1-q1")', f"a1-q1: {FINE}\n"),
        ('a1_q1 = "y"\ncheck("a1-q1")', f"a1-q1: {FINE}\n"),
        (
            'a1_q1 = None\ncheck("a1-q1")',
            "a1-q1: not ready. There is no answer yet: a1_q1 is None.\nHint: Look left.\n",
        ),
        (
            'check("a1-q1")',
            "a1-q1: not ready. a1_q1 is not defined; run its cell, and check the spelling of the name.\n"
            "Hint: Look left.\n",
        ),
        (
            'a1_q1 = "z"\ncheck("a1-q1")',
            'a1-q1: not ready. Answer with one of "x", "y", in quotation marks; you gave "z".\nHint: Look left.\n',
        ),
        (
            'a1_q1 = object()\ncheck("a1-q1")',
            "a1-q1: not ready. a1_q1 cannot be handed in: a value of type 'object' cannot be an answer; give text, a "
            "number or a list.\nHint: Look left.\n",
        ),
        ('check("a1-q1", "x")', f"a1-q1: {FINE}\n"),
        ('check("a1-q1", None)', "a1-q1: not ready. There is no answer yet: a1_q1 is None.\nHint: Look left.\n"),
        ('check(answer=0.5, item_id="a1-q3")', f"a1-q3: {FINE}\n"),
        ("def a1_q2(first, second): return 1 / 0\ncheck('a1-q2')", f"a1-q2: {FINE}\n"),
        ("a1_q2 = max\ncheck('a1-q2')", f"a1-q2: {FINE}\n"),
        (
            "def a1_q2(first): ...\ncheck('a1-q2')",
            "a1-q2: not ready. a1_q2 must take 2 arguments, as in a1_q2(first, second); yours takes 1.\n"
            "Hint: Add them.\n",
        ),
        (
            "a1_q2 = 5\ncheck('a1-q2')",
            "a1-q2: not ready. a1_q2 must be a function; define it with: def a1_q2(first, second):\nHint: Add them.\n",
        ),
        (
            "check('a1-q2')",
            "a1-q2: not ready. a1_q2 must be a function; define it with: def a1_q2(first, second):\nHint: Add them.\n",
        ),
        ('hint("a1-q2")', "Hint for a1-q2: Add them.\n"),
    ],
    ids=range(15),
)
def test_it_prints_whether_the_form_is_fine_and_a_hint_where_not(source, printed, capsys):
    """The same words for a right and a wrong answer of the right form."""
    run(source)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 96
    assert " ".join(lines) == " ".join(printed.splitlines())


def test_a_function_is_not_called_by_its_check():
    """Running it is left to the student and to marking."""
    calls = run("calls = []\ndef a1_q2(first, second): calls.append(1)\ncheck('a1-q2')")["calls"]
    assert calls == []


@pytest.mark.parametrize("call", [check, hint])
def test_an_unknown_item_is_an_error_that_names_it(call):
    """A mistyped id is not taken for a bad answer."""
    with pytest.raises(NoSuchItemError, match="'a1-q9' is not in"):
        call("a1-q9")


def test_it_reads_the_notebooks_own_names():
    """In IPython, where notebooks live, the variable of the cell above is found."""
    shell = InteractiveShell()
    with capture_output() as printed:
        shell.run_cell("from worksheet import check\na1_q1 = ' X '")
        shell.run_cell("check('a1-q1')")
    shell.history_manager.end_session()
    assert printed.stdout == f"a1-q1: {FINE}\n"
