"""The concepts reader: every part rests on references that exist and were opened, and is plain to read."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from markdown_it import MarkdownIt

from neutrality import sources

from .support import COURSE, ROOT

READER = COURSE / "readings" / "concepts.md"
TEXT = READER.read_text(encoding="utf-8")
PARTS = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n)+)", TEXT, re.MULTILINE))
RESTING = {name: part for name, part in PARTS.items() if name != "How to use this page"}
CITED = re.compile(r"\[([^\]]+)\]\((https?://[^)]+)\) \(`([a-z0-9-]+)`\)")
ASKED_FOR = (
    "Neutrality in a war", "Permanent neutrality", "Non-alignment", "Balancing and bandwagoning", "Hedging",
    "Finlandization", "Austria", "Finland", "Moldova", "Turkmenistan",
)  # fmt: skip


@pytest.mark.parametrize("name", ASKED_FOR)
def test_each_concept_and_model_has_a_part(name: str) -> None:
    """One heading begins with the concept, or names the model."""
    assert [part for part in PARTS if part.startswith((name, f"Model: {name}"))]


@pytest.mark.parametrize("name", RESTING)
def test_a_part_rests_on_references_that_were_opened(name: str) -> None:
    """It ends with at least one reference of the list, with the list's address, a day and the form it was opened in."""
    text, _, resting = RESTING[name].partition("*Rests on:*")
    cited = CITED.findall(resting)
    assert text.strip()
    assert cited
    for _, address, name_of in cited:
        reference = sources.reference(name_of)
        assert reference.url == address
        assert reference.opened_via
        assert not reference.opened_via.startswith("not opened")
        assert dt.date.fromisoformat(str(reference.opened_on)) <= dt.date.today()  # noqa: DTZ011


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_short_and_its_sentences_too(name: str) -> None:
    """At most 140 words a part, and under 30 a sentence."""
    text = RESTING.get(name, PARTS[name]).partition("*Rests on:*")[0]
    prose = " ".join(token.content for token in MarkdownIt().parse(text) if token.type == "inline")
    prose = re.sub(r"`[^`]*`", "code", prose)
    assert len(prose.split()) <= 140
    assert not [one for one in re.split(r"(?<=[.!?:;])\s+", prose) if len(re.findall(r"\w+", one)) >= 30]


def test_students_get_the_reader() -> None:
    """The course's settings put it into the students' bundle."""
    assert '"concepts.md" = "../course/readings/concepts.md"' in (ROOT / "grading" / "course.toml").read_text("utf-8")
