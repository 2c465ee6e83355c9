"""Issues, codings and forms: what is read, what is left out, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neutrality import stances
from neutrality.stances import FormError, StanceError

ISSUES = """id,issue,proposition,minus_two,plus_two,toward_moscow,first_year,last_year,event,source,locators,use
i01,One,"A bridge, long.",no,yes,1,1991,1994,bridge,osw-2018,osw-2018 s1.p1;osw-2018 fn2,lesson
i02,Two,A road.,no,yes,-1,1994,1997,road,osw-2018,osw-2018 s1.p2,lesson
i03,Three,A test.,no,yes,0,2014,2014,test,digest-2016,digest-2016 s2.b3,item
"""
CODINGS = """issue,actor,coder,round,code,locators,reason,use
i01,minsk,adjudicated,1,2,osw-2018 s1.p1,It pays.,lesson
i01,moscow,adjudicated,1,not taken,osw-2018 s1.p1,It waits.,item
i03,minsk,adjudicated,1,1,digest-2016 s2.b3,It helps.,item
i03,moscow,adjudicated,1,1,digest-2016 s2.b3,It helps.,lesson
"""
CODERS = """id,kind,what,coded_on,independence
adjudicated,automatic,A program.,2026-01-02,None.
"""
INTEGERS = {"toward_moscow", "first_year", "last_year", "round"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder with two issues for lessons and one for an item, in use."""
    resources = []
    for name, content in (("issues", ISSUES), ("codings", CODINGS), ("coders", CODERS)):
        path = tmp_path / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        names = content.splitlines()[0].split(",")
        fields = [{"name": one, "type": "integer" if one in INTEGERS else "string"} for one in names]
        checksum = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        entry = {"name": f"stances-{name}", "path": path.name, "hash": checksum, "schema": {"fields": fields}}
        resources.append(entry)
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}))
    monkeypatch.setenv("NEUTRALITY_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def filled(folder: Path) -> pd.DataFrame:
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


@pytest.mark.usefixtures("folder")
def test_readers_leave_items_out_unless_asked() -> None:
    """A student's numbers are those of a checkout: neither items nor codings of item issues."""
    assert stances.issues()["id"].tolist() == ["i01", "i02"]
    assert stances.issues(items=True)["id"].tolist() == ["i01", "i02", "i03"]
    assert stances.codings()[["issue", "actor"]].to_numpy().tolist() == [["i01", "minsk"]]
    assert len(stances.codings(items=True)) == 4
    assert stances.coders()["id"].tolist() == ["adjudicated"]


def test_a_students_copy_gives_the_same(folder: Path) -> None:
    """Where the items' rows are gone from the files, the readers give what they give with them."""
    before = stances.issues(), stances.codings()
    package = json.loads((folder / "datapackage.json").read_text())
    for entry in package["resources"][:2]:
        path = folder / entry["path"]
        path.write_text(re.sub(r".*,item\n", "", path.read_text()))
        entry["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "datapackage.json").write_text(json.dumps(package))
    pd.testing.assert_frame_equal(before[0], stances.issues())
    pd.testing.assert_frame_equal(before[1], stances.codings())


def test_answers_split_places_from_kinds() -> None:
    """Places are numbers with gaps; every code has a kind."""
    frame = stances.answers(pd.DataFrame({"code": list(stances.CODES)}))
    assert frame["place"].dtype == "Int64"
    assert frame["place"].dropna().tolist() == [2, 1, 0, -1, -2]
    assert frame["answer"].tolist() == ["coded"] * 5 + ["not taken", "not in the source"]


@pytest.mark.parametrize("code", ["3", "", "yes", "2.0", "coded"])
def test_an_unknown_code_is_an_error(code: str) -> None:
    """No code is guessed."""
    with pytest.raises(StanceError, match=f"unknown code {code!r}.*'not taken'"):
        stances.answers(pd.DataFrame({"code": ["1", code]}))


def rounds() -> pd.DataFrame:
    """Return codings by two coders, one of whom coded twice."""
    rows = [
        ("i02", "moscow", "a", 1, "1"),
        ("i01", "minsk", "a", 1, "-1"),
        ("i01", "minsk", "a", 2, "2"),
        ("i01", "west", "b", 1, "not taken"),
    ]
    return pd.DataFrame(rows, columns=["issue", "actor", "coder", "round", "code"])


@pytest.mark.parametrize(
    ("coder", "number", "expected"),
    [("a", 1, {"i01": -1, "i02": None}), ("a", 2, {"i01": 2}), ("a", None, {"i01": 2}), ("b", None, {"i01": None})],
)
def test_wide_has_one_row_an_issue(coder: str, number: int | None, expected: dict[str, int | None]) -> None:
    """Of one coder and round, by default the last; in order of issue; all actors there."""
    table = stances.wide(rounds(), coder, number)
    assert list(table) == list(stances.ACTORS)
    found = {issue: None if pd.isna(place) else place for issue, place in table["minsk"].items()}
    assert found == expected
    pd.testing.assert_frame_equal(table, stances.wide(rounds().iloc[::-1], coder, number))


@pytest.mark.parametrize(("value", "expected"), [("code", "not taken"), ("answer", "not taken"), ("place", None)])
def test_wide_shows_codes_answers_or_places(value: str, expected: str | None) -> None:
    """The cells hold what was asked for."""
    cell = stances.wide(rounds(), "b", value=value).loc["i01", "west"]
    assert pd.isna(cell) if expected is None else cell == expected


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("c",), {}, "no codings by 'c'. There are codings by 'a', 'b'"),
        (("a", 3), {}, "'a' has no round 3. There is 1, 2"),
        (("a",), {"value": "colour"}, "'colour'.*'place', 'code' or 'answer'"),
    ],
)
def test_wide_refuses_what_is_not_there(arguments: Any, options: Any, words: str) -> None:
    """Each error says what there is."""
    with pytest.raises(StanceError, match=words):
        stances.wide(rounds(), *arguments, **options)


def test_a_stance_coded_twice_is_an_error() -> None:
    """Neither of two rows is preferred."""
    with pytest.raises(StanceError, match="'b' has west on i01 twice in round 1"):
        stances.wide(pd.concat([rounds(), rounds().iloc[[3]]]), "b")


@pytest.mark.usefixtures("folder")
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


def test_all_problems_come_at_once_and_the_list_is_capped(save: Save, folder: Path) -> None:
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
@pytest.mark.usefixtures("folder")
def test_what_is_no_form_is_refused(content: bytes | None, words: str, tmp_path: Path) -> None:
    """The error names the file and says what to do."""
    path = tmp_path / "anna.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FormError, match=f"(?s)anna.csv: .*{words}"):
        stances.read(path)
