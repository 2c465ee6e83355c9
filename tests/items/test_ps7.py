"""Problem set 7: tables, figures and the numbers of the exemplars are those of the points and votes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fairmark import bank, checks
from neutrality import breaks, figures, idealpoints, movement, published, rollcalls
from worksheet.figures import describe

ENTRIES = bank.load(Path(__file__).parents[2] / "grading" / "items")["ps7"].entries
POINTS = published.points("2025-07", "final")
TOLD = [" ".join(str(one["text"]).split()).replace("−", "-") for one in ENTRIES["ps7-q20"].exemplars]


def _variants(item: str) -> list[Any]:
    """Return the numbers of an item's variants."""
    return list(range(len(ENTRIES[f"ps7-{item}"].keys)))


def _gap(code: str) -> pd.Series[Any]:
    return published.gap(code, "RUS")["gap"]


@pytest.mark.parametrize("number", _variants("q3"))
def test_the_figure_of_question_3_earns_full_points(number: int) -> None:
    """What the prompt tells students to write gives the figure of the key, and other points do not."""
    entry = ENTRIES["ps7-q3"]
    labels = {entry.item.pool[number]["code"]: entry.item.pool[number]["country"]}
    tables = [POINTS, published.points("2025-07", "all"), published.points("2020-04")]
    found = []
    for table in tables:
        drawing = figures.ideal_point_paths(table, title="A title", labels=labels, first=2000, last=2015)
        found.append(checks.judge(entry, describe(drawing.figure), number).misconception)
    assert found == ["", "other-votes", "other-release"]


@pytest.mark.parametrize("number", _variants("q15"))
def test_the_tables_of_question_15_are_those_of_the_points(number: int) -> None:
    """The key and three wrong tables: borders in one period only, a stretched third period, the sign reversed."""
    entry = ENTRIES["ps7-q15"]
    gap = _gap(entry.item.pool[number]["code"])
    right = [(1992, 1994), (1994, 1997), (1997, 2001)]
    spans = [right, [(1992, 1993), (1994, 1996), (1997, 2001)], [*right[:2], (1997, 2024)], right]
    tables = [entry.keys[number], *(wrong.answers[number] for wrong in entry.wrong)]
    for table, periods, sign in zip(tables, spans, (1, 1, 1, -1), strict=True):
        parts = [gap.loc[first:last] for first, last in periods]
        assert [row[1] for row in table["rows"]] == [len(part) for part in parts]
        assert [row[2] for row in table["rows"]] == pytest.approx([sign * part.mean() for part in parts], abs=1e-4)
        assert len(parts[0]) == periods[0][1] - periods[0][0] + 1


@pytest.mark.parametrize("number", _variants("q6"))
def test_no_year_of_question_6_is_missing(number: int) -> None:
    """The gap has its 22 years, and the course's own limits give the key."""
    entry = ENTRIES["ps7-q6"]
    given = entry.item.pool[number]
    table = published.gap(given["code"], "RUS", first=given["first"], last=given["last"])
    assert len(table) == 22
    assert int(((table["low"] <= 0) & (table["high"] >= 0)).sum()) == entry.keys[number]


@pytest.mark.parametrize("number", _variants("q7"))
def test_the_way_of_the_lesson_gives_the_key_of_question_7(number: int) -> None:
    """Rescaled points of one year, the country's less Russia's."""
    entry = ENTRIES["ps7-q7"]
    given = entry.item.pool[number]
    table = idealpoints.rescale(POINTS, "period")
    year = table[table["year"] == given["year"]].set_index("state")["point"]
    assert year[given["code"]] - year["RUS"] == pytest.approx(entry.keys[number], abs=1e-4)


@pytest.mark.parametrize("number", _variants("q12"))
def test_the_way_of_the_lesson_gives_the_key_of_question_12(number: int) -> None:
    """The column that the lesson reads; the random part of the method does not touch it."""
    entry = ENTRIES["ps7-q12"]
    given = entry.item.pool[number]
    row = breaks.compare(_gap(given["code"]).loc[given["first"] :], {"named": given["year"]}, draws=19).table.iloc[0]
    columns = ["near", "exact", "near_before", "given_one"]
    listed = [entry.keys[number], *(wrong.answers[number] for wrong in entry.wrong)]
    assert row[columns].astype(float).tolist() == pytest.approx(listed, abs=1e-4)


@pytest.mark.parametrize("number", _variants("q11"))
def test_parts_of_question_11_add_up(number: int) -> None:
    """The invented parts sum to their change, lie within their limits, and have the key that the limits give."""
    told = ENTRIES["ps7-q11"].item.pool[number]["parts"].replace("−", "-")
    change, *parts = (float(one) for one in re.findall(r"(?:change|by P|by Q|by the agenda) ([+-]?\d\.\d\d)", told))
    limits = [(float(low), float(high)) for low, high in re.findall(r"\(([+-]\d\.\d\d) to ([+-]\d\.\d\d)\)", told)]
    assert sum(parts) == pytest.approx(change)
    assert all(low <= part <= high for part, (low, high) in zip(parts, limits, strict=True))
    sure = tuple(low > 0 for low, _ in [*limits, (0.0, 0.0)][:3])
    names = {(True, False, False): "p", (False, True, False): "q", (False, False, True): "agenda"}
    names |= {(True, True, False): "both", (False, False, False): "open"}
    assert ENTRIES["ps7-q11"].keys[number] == names[sure]


@pytest.mark.parametrize("number", _variants("q14"))
def test_the_rule_of_question_14_gives_its_key(number: int) -> None:
    """Half or more, from every first year."""
    given = ENTRIES["ps7-q14"].item.pool[number]
    rows = [
        re.findall(r"(\d{4}): (\S+?)(?:;|$)", given[f"from_{year}"].replace("no value", "none"))
        for year in (1991, 1992, 1993)
    ]
    most = [re.search(r"most probable (\d{4}): ([\d.]+)", given[f"from_{year}"]) for year in (1991, 1992, 1993)]
    named = [row[0][1] for row in rows]
    assert {row[0][0] for row in rows} == {str(given["named"])}
    passes = [one != "none" and float(one) >= 0.5 for one in named]
    others = {one[1] for one in most if one and float(one[2]) >= 0.5}
    if "none" in named:
        key = "unasked"
    elif all(passes):
        key = "every"
    elif any(passes):
        key = "some"
    else:
        key = "other-year" if len(others) == 1 else "no-year"
    assert ENTRIES["ps7-q14"].keys[number] == key


def test_numbers_of_question_8_give_its_key() -> None:
    """Which of the findings hold in all four ways, in some, and in none."""
    prompt = ENTRIES["ps7-q8"].item.prompt.replace("−", "-")
    table = np.array([float(one) for one in re.findall(r"(-\d\.\d\d) in", prompt)]).reshape(4, 3)
    wide = np.abs(table)
    holds = {
        "sign": (table < 0).all(axis=1),
        "first": wide.argmax(axis=1) == 0,
        "double": wide[:, 0] > 2 * wide[:, 2],
        "middle": wide[:, 1] < wide[:, 0] / 2,
    }
    key = {name: "stays" if one.all() else "turns" if one.any() else "fails" for name, one in holds.items()}
    assert ENTRIES["ps7-q8"].keys[0] == {**key, "mover": "untold", "each": "untold"}


def _said(exemplar: int, *numbers: float) -> None:
    """Look for numbers, to two decimals, in an exemplar."""
    for number in numbers:
        assert re.search(rf"(?<![\d.]){re.escape(f'{number:.2f}')}(?!\d)", TOLD[exemplar]), number


def test_gaps_of_the_exemplars_are_those_of_the_points() -> None:
    """Mean gaps of Belarus and of the benchmark, single years, and the limits of 2008."""
    belarus, kazakhstan = _gap("BLR"), _gap("KAZ")
    _said(0, belarus.loc[2002:2006].mean(), belarus.loc[2007:2016].mean())
    _said(0, kazakhstan.loc[2002:2006].mean(), kazakhstan.loc[2007:2016].mean())
    _said(0, *published.gap("BLR", "RUS").loc[2008, ["low", "high"]])
    _said(1, belarus.loc[2010:2013].mean(), belarus.loc[2014:2017].mean())
    two = published.gap("BLR", "RUS").loc[[2013, 2016], ["one", "other"]]
    _said(1, *two.to_numpy().ravel())
    _said(2, belarus[2016])


def test_open_years_of_the_exemplars_are_those_of_the_limits() -> None:
    """2005, 2006 and 2011 to 2013 between 2002 and 2016; none from 2014 to 2017."""
    table = published.gap("BLR", "RUS", first=2002, last=2017)
    still_open = table.index[(table["low"] <= 0) & (table["high"] >= 0)].tolist()
    assert still_open == [2005, 2006, 2011, 2012, 2013]
    assert "2005, 2006 and 2011 to 2013" in TOLD[0]
    assert "In 2011 to 2013 its limits contain 0, and in 2014 to 2017 they do not" in TOLD[1]


def test_parts_of_the_first_exemplar_are_those_of_the_votes() -> None:
    """What Belarus and Russia added with the agenda held, with limits; and the agenda's part is the largest."""
    votes = rollcalls.load()
    year = votes.resolutions["year"]
    both = votes.select(year.between(2002, 2016))
    label = ["2002–2006" if one <= 2006 else "2007–2016" for one in both.resolutions["year"]]
    row = movement.moved(both, by=label, draws=1000).iloc[0]
    for name in ("by_state", "by_state_low", "by_state_high", "by_first", "by_first_low", "by_first_high"):
        assert f"{row[name]:+.3f}" in TOLD[0], (name, row[name])
    free = movement.moved(both, by=label, agenda="as it was", draws=20).iloc[0]
    assert free["by_agenda"] > max(free["by_state"], free["by_first"])


def test_the_estimate_without_nuclear_votes_is_that_of_the_instructors_page() -> None:
    """The first exemplar quotes the pooled row of 2002–2006 and 2007–2013."""
    page = (Path(__file__).parents[2] / "course" / "instructor" / "measures.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| ours, without nuclear votes | pooled |"))
    cells = [cell.strip() for cell in row.split("|")]
    assert f"{cells[6]} in 2002–2006 and {cells[7]} in 2007–2013" in TOLD[0]
