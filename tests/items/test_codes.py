"""Items in which stances are coded rest on the course's own codings, and follow them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fairmark import bank
from neutrality import stances

BANK = bank.load(Path(__file__).parents[2] / "grading" / "items")
CODINGS = stances.codings(items=True)
LAST = CODINGS[CODINGS["round"] == CODINGS["round"].max()]
OPTIONS = tuple(code.replace("not in the source", "not-in-source").replace(" ", "-") for code in stances.CODES)
ENTRIES = [entry for assignment in BANK.values() for entry in assignment.entries.values() if entry.item.kind == "code"]
ROWS = [
    pytest.param(entry, number, row, id=f"{entry.item.id}-{number}-{row}")
    for entry in ENTRIES
    for number in range(len(entry.keys))
    for row in entry.item.form["rows"]
]


def _codes(issue: str, actor: str) -> dict[str, str]:
    """Return each coder's code of one row, as an option's id."""
    found: pd.DataFrame = LAST[(LAST["issue"] == issue) & (LAST["actor"] == actor)]
    return {
        coder: OPTIONS[stances.CODES.index(code)] for coder, code in zip(found["coder"], found["code"], strict=True)
    }


@pytest.mark.parametrize(("entry", "number", "row"), ROWS)
def test_the_key_is_the_adjudicated_code_and_others_are_a_coders(entry: bank.Entry, number: int, row: str) -> None:
    """The first code is the adjudicated one; any other was given by one of the two coders in the last round.

    A row is named issue-actor; where there are variants, the parameter ``issue`` names the issue, and a row the actor.
    """
    named = f"{entry.item.pool[number]['issue']}-{row}" if entry.item.pool else row
    issue, _, actor = named.partition("-")
    codes = _codes(issue, actor)
    taken = entry.keys[number][row]  # type: ignore[call-overload,index]
    assert taken[0] == codes["adjudicated"]
    assert set(taken) == set(codes.values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.item.id)
def test_the_options_are_the_codebooks_answers(entry: bank.Entry) -> None:
    """All seven, by these ids."""
    assert set(entry.item.options) == set(OPTIONS)
