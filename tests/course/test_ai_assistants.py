"""What the pages on AI assistants count is what the bank holds, and students get theirs."""

from __future__ import annotations

import re
from statistics import fmean

import pytest

from fairmark import bank, guessing
from fairmark.bank import Entry
from worksheet.items import KINDS

from .support import COURSE, ROOT

GUIDE = (COURSE / "instructor" / "guide.md").read_text(encoding="utf-8")
ROWS = {
    line.split("`")[1]: [cell.strip() for cell in line.strip("|").split("|")]
    for line in GUIDE.splitlines()
    if re.match(r"\| `[a-z-]+` \| \d", line)
}
ENTRIES = [
    entry for one in bank.load(ROOT / "grading" / "items").values() for entry in one.entries.values()
]  # fmt: skip


def share(entries: list[Entry], counts: list[float]) -> str:
    points = [entry.item.points for entry in entries]
    return f"{100 * sum(part * of for part, of in zip(counts, points, strict=True)) / sum(points):.0f} %"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_question_is_judged_with_the_banks_numbers(kind: str) -> None:
    """Points, what rests on the texts, variants, and what a blind guess earns."""
    own = [entry for entry in ENTRIES if entry.item.kind == kind]
    guess = "–" if kind == "written" else share(
        own, [fmean(guessing.expected_share(entry, at) for at in range(len(entry.keys))) for entry in own]
    )  # fmt: skip
    expected = [
        f"{sum(entry.item.points for entry in own):g}",
        share(own, [float(bool(entry.locators)) for entry in own]),
        share(own, [float(bool(entry.item.pool)) for entry in own]),
        guess,
    ]
    assert ROWS[kind][1:5] == expected
    assert ROWS[kind][5] in {"well", "partly", "hardly"}


def test_the_judgement_has_an_owner_and_a_date() -> None:
    """It was not measured, and the page says so."""
    flat = " ".join(GUIDE.split())
    assert "judgement of the course's authors, of November 2026**" in flat
    assert "No assistant and no student was tested." in flat


def test_students_get_the_page() -> None:
    """In the bundle, under its own name."""
    settings = (ROOT / "grading" / "course.toml").read_text("utf-8")
    assert '"ai-assistants.md" = "../course/readings/ai-assistants.md"' in settings
