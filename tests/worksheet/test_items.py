"""Finding an item's public half from the folder that a notebook runs in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worksheet.items import Item, NoSuchItemError, Sheet, find

ITEM = Item("a1-q1", "date", 2, "When?", "Look.", "o1", form={"precision": "year"}, pool=({"n": 1}, {"n": 2}))


def write(folder: Path, assignment: str = "a1") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    item = Item(
        f"{assignment}-q1", *(getattr(ITEM, name) for name in ("kind", "points", "prompt", "hint", "objective"))
    )
    sheet = Sheet("c", "t", assignment, {item.id: item})
    (folder / "items.json").write_text(json.dumps(sheet.to_json()), encoding="utf-8")
    return folder / "items.json"


def test_an_item_survives_its_own_json():
    """Writing and reading again gives the same item."""
    assert Item.from_json(json.loads(json.dumps(ITEM.to_json()))) == ITEM


@pytest.mark.parametrize(
    ("place", "start"), [("here", "here"), ("here", "here/deep/down"), ("here/a1", "here"), ("here/a1", "here/other")]
)
def test_it_is_found_beside_the_notebook_above_it_or_in_its_assignments_folder(place, start, tmp_path):
    """A notebook may be opened from any of the usual folders."""
    write(tmp_path / place)
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    sheet, item = find("a1-q1", tmp_path / start)
    assert (sheet.course, sheet.term, item.id) == ("c", "t", "a1-q1")


def test_another_assignments_items_are_passed_over(tmp_path):
    """The nearest items.json may belong to a different assignment."""
    write(tmp_path)
    write(tmp_path / "a2", "a2")
    assert find("a1-q1", tmp_path / "a2")[1].id == "a1-q1"


def test_it_looks_in_the_working_folder(tmp_path, monkeypatch):
    """Without being told where, it begins where the notebook runs."""
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find("a1-q1")[1].name == "a1_q1"


def test_an_unknown_item_is_refused_with_those_there_are(tmp_path):
    """A mistyped id meets the list of ids."""
    file = write(tmp_path)
    with pytest.raises(NoSuchItemError, match=f"'a1-q9' is not in {file}; it has a1-q1"):
        find("a1-q9", tmp_path)


@pytest.mark.parametrize("item", ["b1-q1", "nonsense", ""])
def test_a_missing_file_is_refused_with_what_to_do(item, tmp_path):
    """A notebook that was moved away from its folder says so."""
    with pytest.raises(NoSuchItemError, match=r"no items\.json .* Keep the notebook in the folder it came in"):
        find(item, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '{"items": []}',
        '{"items": [{}]}',
        '{"items": [{"id": "a1-q1", "strange": 1}]}',
        "\udcff",
    ],
)
def test_a_damaged_file_is_refused_with_its_name(text, tmp_path):
    """Whatever stands in it, the student learns which file to fetch again."""
    (tmp_path / "items.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(NoSuchItemError, match=r"items\.json is damaged .*; fetch the assignment again"):
        find("a1-q1", tmp_path)
