"""Issues, codings and coders: what is read, what is left out, and what is refused."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neutrality import stancetables
from neutrality.stancetables import StanceError


@pytest.mark.usefixtures("stance_folder")
def test_readers_leave_items_out_unless_asked() -> None:
    """A student's numbers are those of a checkout: neither items nor codings of item issues."""
    assert stancetables.issues()["id"].tolist() == ["i01", "i02"]
    assert stancetables.issues(items=True)["id"].tolist() == ["i01", "i02", "i03"]
    assert stancetables.codings()[["issue", "actor"]].to_numpy().tolist() == [["i01", "minsk"]]
    assert len(stancetables.codings(items=True)) == 4
    assert stancetables.coders()["id"].tolist() == ["adjudicated"]


def test_a_students_copy_gives_the_same(stance_folder: Path) -> None:
    """Where the items' rows are gone from the files, the readers give what they give with them."""
    before = stancetables.issues(), stancetables.codings()
    package = json.loads((stance_folder / "datapackage.json").read_text())
    for entry in package["resources"][:2]:
        path = stance_folder / entry["path"]
        path.write_text(re.sub(r".*,item\n", "", path.read_text()))
        entry["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    (stance_folder / "datapackage.json").write_text(json.dumps(package))
    pd.testing.assert_frame_equal(before[0], stancetables.issues())
    pd.testing.assert_frame_equal(before[1], stancetables.codings())


def test_answers_split_places_from_kinds() -> None:
    """Places are numbers with gaps; every code has a kind."""
    frame = stancetables.answers(pd.DataFrame({"code": list(stancetables.CODES)}))
    assert frame["place"].dtype == "Int64"
    assert frame["place"].dropna().tolist() == [2, 1, 0, -1, -2]
    assert frame["answer"].tolist() == ["coded"] * 5 + ["not taken", "not in the source"]


@pytest.mark.parametrize("code", ["3", "", "yes", "2.0", "coded"])
def test_an_unknown_code_is_an_error(code: str) -> None:
    """No code is guessed."""
    with pytest.raises(StanceError, match=f"unknown code {code!r}.*'not taken'"):
        stancetables.answers(pd.DataFrame({"code": ["1", code]}))


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
    table = stancetables.wide(rounds(), coder, number)
    assert list(table) == list(stancetables.ACTORS)
    found = {issue: None if pd.isna(place) else place for issue, place in table["minsk"].items()}
    assert found == expected
    pd.testing.assert_frame_equal(table, stancetables.wide(rounds().iloc[::-1], coder, number))


@pytest.mark.parametrize(("value", "expected"), [("code", "not taken"), ("answer", "not taken"), ("place", None)])
def test_wide_shows_codes_answers_or_places(value: str, expected: str | None) -> None:
    """The cells hold what was asked for."""
    cell = stancetables.wide(rounds(), "b", value=value).loc["i01", "west"]
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
        stancetables.wide(rounds(), *arguments, **options)


def test_a_stance_coded_twice_is_an_error() -> None:
    """Neither of two rows is preferred."""
    with pytest.raises(StanceError, match="'b' has west on i01 twice in round 1"):
        stancetables.wide(pd.concat([rounds(), rounds().iloc[[3]]]), "b")
