"""Repeated resolutions are found by their titles, and drawn together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from neutrality import matters, tables
from neutrality.rollcalls import RollCalls


def titled(titles: list[str | None], sessions: list[str] | None = None) -> RollCalls:
    """Return roll calls without votes that have these titles."""
    resolutions = pd.DataFrame(
        {
            "undl_id": range(100, 100 + len(titles)),
            "year": range(1990, 1990 + len(titles)),
            "session": sessions or [str(45 + number) for number in range(len(titles))],
            "title": titles,
        }
    )
    return RollCalls(np.empty((len(titles), 0), dtype=np.int8), resolutions, pd.DataFrame({"code": []}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Situation of human rights in Iraq", "Human rights situation in Iraq"),
        ("The Syrian Golan", "The situation in the Middle East : the Syrian Golan"),
        ("The Syrian Golan", "The situation in the Middle East - Syrian Golan"),
        ("General and completed disarmament : nuclear-arms freeze", "Nuclear arms freeze"),
        ("Transparency in armaments : resolultion / adopted by the General Assembly", "Transparency in armaments"),
        ("Work of the Committee : resolution", "Work of the Committee"),
        ("Budget appropriations for the biennium 1974-1975", "Budget appropriations for biennium 1984-1985"),
        ("transmitted under Article 73e of the Charter", "transmitted under Article 73 e of the Charter"),
        ("resolution 3473 (XXX) concerning the Treaty", "resolution 31/67 concerning the Treaty"),
        ("the racist régime of South Africa", "THE RACIST REGIME OF SOUTH AFRICA"),
        ("embargo imposed by the Unites States of America", "embargo imposed by the United States of America"),
        ("Assistance to Palestinian refugees", "UNRWA : assistance to Palestine refugees"),
        ("The territory, including East Jerusalem", "The territories, including Jerusalem"),
        ("Process for reforms", "Processes for reform"),
    ],
)
def test_titles_of_one_matter(one: str, other: str) -> None:
    """What the library, the years and slips make of one title does not count."""
    assert matters.key(one) == matters.key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Situation of human rights in Iran", "Situation of human rights in Iraq"),
        ("The occupied Syrian Golan", "The Syrian Golan"),
        ("signature of Additional Protocol I of the Treaty", "signature of Additional Protocol II of the Treaty"),
        ("Implementation of the 10th special session", "Implementation of the 12th special session"),
        ("Question of Palestine : assistance", "Question of Palestine"),
        ("Towards a nuclear-weapon-free world : the need for a new agenda", "The need for a new agenda"),
        ("Address on business", "Addres on busines"),
    ],
)
def test_titles_of_different_matters(one: str, other: str) -> None:
    """Names, ordinal numbers and what stands behind a heading tell matters apart."""
    assert matters.key(one) != matters.key(other)


def test_numbers_are_those_of_the_docstring(calls: RollCalls) -> None:
    """1,586 matters; 4,716 roll calls share theirs with another."""
    number = matters.label(calls)
    assert sorted(set(number)) == list(range(1_586))
    assert (np.bincount(number)[number] > 1).sum() == 4_716


@pytest.mark.parametrize(
    ("words", "roll_calls", "first", "last", "most"),
    [
        ("embargo imposed by the Unite. States of America against Cuba", 33, 1992, 2025, 1),
        ("[Hh]uman rights (?:situation )?in the Islamic Republic of Iran", 37, 1985, 2025, 1),
        ("^Question of Palestine$", 77, 1974, 1992, 7),
    ],
)
def test_examples(calls: RollCalls, words: str, roll_calls: int, first: int, last: int, most: int) -> None:
    """The yearly texts stand together, from the first to the last, and a title with several texts shows it."""
    chosen = calls.resolutions["title"].str.contains(words, regex=True)
    number = set(matters.label(calls)[chosen])
    assert len(number) == 1
    row = matters.overview(calls).loc[number.pop()]
    assert row[["roll_calls", "first_year", "last_year", "most_in_a_session"]].tolist() == [
        roll_calls,
        first,
        last,
        most,
    ]


def test_published_pairs_of_repeated_resolutions(calls: RollCalls) -> None:
    """Voeten's pairs are in one matter in 95 %, and would be by equal titles in 81 %."""
    pairs = tables.load("repeated-resolutions").dropna(subset=["earlier_undl_id", "later_undl_id"])
    place = pd.Series(range(len(calls)), index=calls.resolutions["undl_id"])
    earlier, later = place[pairs["earlier_undl_id"]].to_numpy(), place[pairs["later_undl_id"]].to_numpy()
    number, title = matters.label(calls), calls.resolutions["title"].str.casefold().to_numpy()
    assert len(pairs) > 900
    assert (number[earlier] == number[later]).mean() == pytest.approx(0.95, abs=0.005)
    assert (title[earlier] == title[later]).mean() == pytest.approx(0.81, abs=0.005)


def test_a_title_without_words_is_a_matter_of_its_own() -> None:
    """Roll calls of which no title is known, or only numbers, are not taken for one matter."""
    number = matters.label(titled([None, "", "1994", "A", "Peace", "Peace"]))
    assert len(set(number[:5])) == 5
    assert number[4] == number[5]


def test_labels_follow_the_selection(calls: RollCalls) -> None:
    """Roll calls that are together in a selection are together in the whole, and the other way round."""
    year = calls.years(1994)
    inside, whole = matters.label(year), matters.label(calls)[calls.resolutions["year"] == 1994]
    pairs = set(zip(inside.tolist(), whole.tolist(), strict=True))
    assert len(pairs) == len(set(inside)) == len(set(whole))


def test_no_roll_calls() -> None:
    """An empty selection has no matters."""
    assert matters.label(titled([])).tolist() == []
    assert matters.overview(titled([])).empty


def test_overview_counts_texts_of_a_session() -> None:
    """Two roll calls of one session show that several texts go under the title."""
    table = matters.overview(titled(["Peace", "The peace", "War"], ["45", "45", "46"]))
    assert table["roll_calls"].tolist() == [2, 1]
    assert table["most_in_a_session"].tolist() == [2, 1]
    assert table["titles"].tolist() == [2, 1]
    assert table["title"].tolist() == ["The peace", "War"]
