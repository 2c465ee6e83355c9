"""Forms for coders: what is asked, what is forgiven, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neutrality import stances
from neutrality.stances import FormError, StanceError


@pytest.fixture
def filled(stance_folder: Path) -> pd.DataFrame:
    """Return a form in which everything is in order."""
    frame = stances.form("anna")
    frame["code"] = ["2", "1", "0", "not in the source", "-1", "-2", "not taken", "not in the source"]
    frame["locators"] = ["osw-2018 s1.p1;osw-2018 fn2"] * 3 + [""] + ["osw-2018 s1.p2"] * 3 + [""]
    frame["reason"] = ["It says so; twice, in fact."] * 3 + [""] + ["Ён кажа."] * 3 + [""]
    return frame


Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return the function that writes a form."""

    def write(frame: pd.DataFrame, **options: Any) -> Path:
        path = tmp_path / "anna.csv"
        frame.to_csv(path, index=False, **{"encoding": "utf-8", "lineterminator": "\n"} | options)
        return path

    return write


def problems(path: Path) -> list[str]:
    """Return what reading a form complains of."""
    with pytest.raises(FormError) as caught:
        stances.read(path)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.usefixtures("stance_folder")
def test_the_form_has_every_issue_and_actor() -> None:
    """What to read is there, what to write is empty, and items are left out unless asked for."""
    frame = stances.form(" anna ", round=2)
    assert len(frame) == 8
    assert frame["coder"].unique().tolist() == ["anna"]
    assert frame.iloc[0][["issue", "actor", "proposition", "places", "round"]].tolist() == [
        *("i01", "minsk", "A bridge, long.", "osw-2018 s1.p1;osw-2018 fn2", 2)
    ]
    assert (frame[["code", "locators", "reason"]] == "").all(axis=None)
    assert len(stances.form("anna", items=True)) == 12


@pytest.mark.parametrize("name", ["", " ", "pass-a", "Adjudicated "])
def test_a_form_needs_a_name_of_its_own(name: str) -> None:
    """A coder of the course would make rows stand twice."""
    with pytest.raises(StanceError, match="Choose another name"):
        stances.form(name, table=pd.DataFrame())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"encoding": "utf-8-sig", "lineterminator": "\r\n", "sep": ";"},
        {"encoding": "utf-8-sig", "lineterminator": "\r\n"},
        {"sep": ";"},
        {"lineterminator": "\r"},
    ],
)
def test_a_filled_form_is_read_however_it_was_saved(options: Any, filled: pd.DataFrame, save: Save) -> None:
    """With or without byte order mark, comma or semicolon, any ends of lines."""
    found = stances.read(save(filled, **options))
    assert list(found) == list(stances.COLUMNS)
    for column in ("issue", "actor", "coder", "round", "code", "locators", "reason"):
        assert found[column].tolist() == filled[column].tolist()
    assert found["use"].unique().tolist() == ["lesson"]


def test_a_read_form_goes_under_the_courses_codings(filled: pd.DataFrame, save: Save) -> None:
    """The two tables have the same columns and types."""
    both = pd.concat([stances.codings(), stances.read(save(filled))], ignore_index=True)
    assert both["round"].dtype == "Int64"
    assert not both.isna().any(axis=None)
    assert stances.wide(both, "anna").loc["i02", "moscow"] == -2
    assert stances.wide(both).loc["i01", "minsk"] == 2


def test_small_slips_are_forgiven(filled: pd.DataFrame, save: Save) -> None:
    """Case, spaces, a spreadsheet's minus sign, empty rows, and a round left out."""
    messy = filled.drop(columns="round")
    messy["code"] = [f" {code.replace('-', '−').upper()} " for code in filled["code"]]
    messy["locators"] = [text.replace(" ", ", ").upper().replace(";", " ;") for text in filled["locators"]]
    path = save(messy)
    path.write_text(path.read_text() + ",,,,\n\n")
    found = stances.read(path)
    assert found["code"].tolist() == filled["code"].tolist()
    assert found["locators"].tolist() == filled["locators"].tolist()
    assert found["round"].tolist() == [1] * 8


@pytest.mark.parametrize(
    ("row", "changes", "expected"),
    [
        (0, {"code": "3"}, ["line 2: '3' is not a code. Write one of '2', '1'"]),
        (1, {"code": ""}, ["line 3: the code is missing. Write one of"]),
        (0, {"locators": ""}, ["line 2: locators is empty. Write the places"]),
        (0, {"reason": " "}, ["line 2: reason is empty. Write one sentence"]),
        (
            0,
            {"locators": "osw-2018 s9.p9"},
            ["line 2: the locator 'osw-2018 s9.p9' names no place. osw-2018: no place"],
        ),
        (0, {"locators": "page 3"}, ["line 2: the locator 'page 3' names no place.*is not a locator"]),
        (0, {"locators": "osw-2018 s1.p2"}, ["line 2: 'osw-2018 s1.p2' is none of the issue's places. Use only 'osw"]),
        (0, {"coder": "pass-b"}, ["line 2: 'pass-b' is a coder of the course", "minsk on i01 by 'anna' .* is missing"]),
        (0, {"coder": ""}, ["line 2: the coder has no name", "minsk on i01 by 'anna' in round 1 is missing. Add it"]),
        (0, {"actor": "kyiv"}, ["line 2: there is no actor 'kyiv'. The actors are 'minsk'", "is missing"]),
        (0, {"actor": "moscow"}, ["line 3: moscow on i01 .* stands on line 2 already. Keep one", "is missing"]),
        (7, {"issue": "i99"}, ["line 9: there is no issue 'i99'", "neighbour on i02 .* is missing"]),
        (7, {"issue": "i03"}, ["line 9: there is no issue 'i03'", "neighbour on i02 .* is missing"]),
    ],
)
def test_each_problem_names_line_and_remedy(
    row: int, changes: dict[str, str], expected: list[str], filled: pd.DataFrame, save: Save
) -> None:
    """What is wrong, where, and what to do."""
    filled.loc[row, list(changes)] = list(changes.values())
    found = problems(save(filled))
    assert len(found) == len(expected)
    for problem, words in zip(found, expected, strict=True):
        assert pd.Series([problem]).str.contains(words).all(), problem


def test_a_round_that_is_no_number_is_a_problem(filled: pd.DataFrame, save: Save) -> None:
    """The round decides which codings count, so it is not guessed."""
    found = problems(save(filled.assign(round="first")))
    assert len(found) == 8
    assert "line 2: round is 'first'. Write a whole number" in found[0]


def test_a_missing_row_is_a_problem(filled: pd.DataFrame, save: Save) -> None:
    """Silence is no code: what the source does not tell is said so."""
    row = "the row of moscow on i02 by 'anna' in round 1 is missing"
    assert problems(save(filled.drop(index=5))) == [f"{row}. Add it, if need be with the code 'not in the source'."]


def test_lines_are_counted_as_an_editor_does(filled: pd.DataFrame, save: Save) -> None:
    """A row has the line on which it begins, and a reason over three lines moves the rows below it."""
    filled.loc[0, "reason"] = "One.\nTwo.\nThree."
    filled.loc[:1, "code"] = "3"
    assert [problem[:11] for problem in problems(save(filled))] == ["line 2: '3'", "line 5: '3'"]


def test_all_problems_come_at_once_and_the_list_is_capped(save: Save, stance_folder: Path) -> None:
    """Twenty are shown, the rest counted, all kept."""
    path = save(pd.concat([stances.form(name) for name in ("anna", "ben", "kim")]))
    with pytest.raises(FormError) as caught:
        stances.read(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "anna.csv: 24 problems."
    assert lines[1].startswith("  line 2: the code is missing")
    assert (len(lines), lines[-1]) == (22, "  … and 4 more.")
    assert len(caught.value.problems) == 24


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "line 1: the columns issue, actor, coder, code, locators, reason are missing"),
        (b"issue,actor,coder,locators,reason\n", "line 1: the columns code are missing. Keep the first line"),
        (b"issue,actor,coder,code,locators,reason\n", "has no filled rows"),
        ("issue,actor,coder,code,locators,reason\ni01,Ж".encode("cp1251"), "is not text in UTF-8. Save it as CSV"),
        (b"issue,actor,coder,code,locators,reason\ni01,minsk,a,1,x,it, says\n", "line 2: the row has more cells"),
        (None, "cannot be read .No such file"),
    ],
)
@pytest.mark.usefixtures("stance_folder")
def test_what_is_no_form_is_refused(content: bytes | None, words: str, tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    path = tmp_path / "anna.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FormError, match=f"(?s)anna.csv: .*{words}"):
        stances.read(path)
