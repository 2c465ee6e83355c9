"""Loading the item bank: a malformed one is refused, naming file, item and field."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fairmark import bank

Record = dict[str, Any]


@pytest.fixture
def record(mini_bank_text: str) -> Record:
    """Return the small bank, to spoil."""
    loaded: Record = YAML(typ="safe", pure=True).load(mini_bank_text)
    return loaded


def item(record: Record, number: int) -> Record:
    found: Record = record["items"][number - 1]
    return found


def public(record: Record, number: int) -> Record:
    found: Record = item(record, number)["public"]
    return found


def secret(record: Record, number: int) -> Record:
    found: Record = item(record, number)["secret"]
    return found


def written(folder: Path, record: Record) -> Path:
    """Write a bank as JSON, which is YAML 1.2 too."""
    file = folder / "mini1.yaml"
    file.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return file


def test_the_small_bank_is_well_formed(record, tmp_path):
    """What the mutations below begin with loads, and carries its points."""
    loaded = bank.load_file(written(tmp_path, record))
    assert (loaded.id, loaded.points, len(loaded.entries)) == ("mini1", 13, 6)


def double_id(record: Record) -> None:
    record["items"].append(item(record, 1))


# What is spoilt, the item that must be named, the field, and a word of what is wrong.
MUTATIONS: dict[str, tuple[Callable[[Record], object], str, str, str]] = {
    "unknown field": (lambda r: public(r, 1).update(colour="red"), "mini1-q1", "public", "colour"),
    "unknown secret": (lambda r: secret(r, 1).update(remark="x"), "mini1-q1", "secret", "remark"),
    "unknown at the top": (lambda r: r.update(author="x"), "(none)", "(the whole)", "author"),
    "missing hint": (lambda r: public(r, 2).pop("hint"), "mini1-q2", "public", "hint"),
    "empty hint": (lambda r: public(r, 2).update(hint=""), "mini1-q2", "public.hint", ""),
    "missing points": (lambda r: public(r, 2).pop("points"), "mini1-q2", "public", "points"),
    "points as text": (lambda r: public(r, 2).update(points="2"), "mini1-q2", "public.points", "number"),
    "no points": (lambda r: public(r, 2).update(points=0), "mini1-q2", "public.points", "0"),
    "wrong kind": (lambda r: public(r, 1).update(kind="pick"), "mini1-q1", "public.kind", "pick"),
    "missing secret": (lambda r: item(r, 1).pop("secret"), "mini1-q1", "(the whole)", "secret"),
    "missing id": (lambda r: item(r, 3).pop("id"), "number 3", "(the whole)", "id"),
    "missing locators": (lambda r: secret(r, 1).pop("locators"), "mini1-q1", "secret", "locators"),
    "missing key": (lambda r: secret(r, 6).pop("key"), "mini1-q6", "secret.key", "needs this"),
    "missing otherwise": (lambda r: secret(r, 6).pop("otherwise"), "mini1-q6", "secret.otherwise", "needs this"),
    "missing options": (lambda r: public(r, 1).pop("options"), "mini1-q1", "public.options", "needs options"),
    "missing sources": (lambda r: public(r, 2).pop("form"), "mini1-q2", "public.form.sources", "needs this"),
    "missing tests": (lambda r: secret(r, 4).pop("tests"), "mini1-q4", "secret.tests", "needs this"),
    "missing solution": (lambda r: secret(r, 4).pop("solution"), "mini1-q4", "secret.solution", "needs this"),
    "missing exemplars": (lambda r: secret(r, 5).pop("exemplars"), "mini1-q5", "secret.exemplars", "needs this"),
    "key that is no option": (lambda r: secret(r, 1).update(key="up"), "mini1-q1", "secret.key", "up"),
    "key of another form": (lambda r: secret(r, 6).update(key="1907-01"), "mini1-q6", "secret.key", "YYYY"),
    "key of another source": (lambda r: secret(r, 2).update(key="who-2020 s1.p1"), "mini1-q2", "secret.key", "source"),
    "mistake that is the key": (
        lambda r: secret(r, 2)["wrong"][0].update(answer="src-2020 s7.p8"),
        "mini1-q2",
        "secret.wrong.0",
        "is the key",
    ),
    "mistake of another form": (
        lambda r: secret(r, 2)["wrong"][0].update(answer="page 3"),
        "mini1-q2",
        "secret.wrong.0",
        "locator",
    ),
    "mistake without message": (
        lambda r: secret(r, 1)["wrong"][0].pop("message"),
        "mini1-q1",
        "secret.wrong.0",
        "message",
    ),
    "option without message": (lambda r: secret(r, 1)["wrong"].pop(), "mini1-q1", "secret.wrong", "'middle'"),
    "fewer keys than variants": (lambda r: secret(r, 3)["key"].pop(), "mini1-q3", "secret.key", "3 variants"),
    "one key for all variants": (lambda r: secret(r, 3).update(key=5), "mini1-q3", "secret.key", "3 variants"),
    "fewer mistakes than variants": (
        lambda r: secret(r, 3)["wrong"][0]["answers"].pop(),
        "mini1-q3",
        "secret.wrong.0.answers",
        "3 variants",
    ),
    "variants of other parameters": (
        lambda r: public(r, 3)["pool"][0].update(extra=1),
        "mini1-q3",
        "public.pool",
        "same parameters",
    ),
    "fewer results than tests": (
        lambda r: secret(r, 4)["wrong"][0]["results"].pop(),
        "mini1-q4",
        "secret.wrong.0.results",
        "each of the tests",
    ),
    "function of another name": (
        lambda r: public(r, 4)["form"].update(signature="add(first, second)"),
        "mini1-q4",
        "public.form.signature",
        "mini1_q4",
    ),
    "function with variants": (
        lambda r: public(r, 4).update(pool=[{"a": 1}, {"a": 2}]),
        "mini1-q4",
        "public.pool",
        "cannot have variants",
    ),
    "rubric that does not add up": (
        lambda r: public(r, 5)["form"]["rubric"][0]["levels"][0].update(points=3),
        "mini1-q5",
        "public.form.rubric",
        "add up to 3",
    ),
    "double id": (double_id, "mini1-q1", "id", "another item has this id"),
    "id of another assignment": (lambda r: item(r, 1).update(id="other1-q1"), "other1-q1", "id", "'mini1'"),
    "strange id": (lambda r: item(r, 1).update(id="Q 1"), "Q 1", "id", "Q 1"),
    "upper-case option": (
        lambda r: public(r, 1)["options"].update(Up="U"),
        "mini1-q1",
        "public.options",
        "'Up' cannot stand here; write small letters, digits and hyphens only",
    ),
    "upper-case row": (
        lambda r: public(r, 1).update(form={"rows": ["North", "south"]}),
        "mini1-q1",
        "public.form.rows.0",
        "'North' cannot stand here; write small letters",
    ),
    "no items": (lambda r: r.update(items=[]), "(none)", "items", "non-empty"),
    "items as a map": (lambda r: r.update(items={}), "(none)", "items", "array"),
}


@pytest.mark.parametrize("spoilt", MUTATIONS)
def test_a_malformed_bank_is_refused_naming_file_item_and_field(spoilt, record, tmp_path):
    """An author reads where to look and what is wanted."""
    mutate, item_id, field, says = MUTATIONS[spoilt]
    mutate(record)
    with pytest.raises(bank.BankError) as refusal:
        bank.load_file(written(tmp_path, record))
    message = str(refusal.value)
    assert message.startswith(f"mini1.yaml, item {item_id}, field {field}")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('assignment: mini1\nitems: [{id: "mini1-q1"', "not readable as YAML"),
        ("assignment: mini1\n\titems: []", "not readable as YAML"),
        ("a: 1\na: 2", "not readable as YAML"),
        ("title: 1996-11-30", "put dates in quotation marks"),
        ("title: .nan", "not plain"),
        ("title: !!python/object:os.system x", "not readable as YAML"),
        ("", "field (the whole)"),
        ("- a", "field (the whole)"),
        ("a: &a [*a]", "not"),
    ],
    ids=range(9),
)
def test_a_file_that_is_no_bank_is_refused_by_name(text, says, tmp_path):
    """Neither syntax errors nor values outside JSON get through."""
    (tmp_path / "bad1.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(bank.BankError) as refusal:
        bank.load(tmp_path)
    assert str(refusal.value).startswith("bad1.yaml")
    assert says in str(refusal.value)


def test_a_file_that_is_not_text_is_refused_by_name(tmp_path):
    """A file in another encoding is not guessed at."""
    (tmp_path / "bad1.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(bank.BankError, match=r"bad1\.yaml: not readable"):
        bank.load(tmp_path)


@pytest.mark.parametrize("folder", [".", "nowhere"])
def test_an_empty_folder_is_refused_with_the_setting_to_change(folder, tmp_path):
    """A bank that was not found is not a bank without items."""
    with pytest.raises(bank.BankError, match=r"no item bank here .* setting 'bank'"):
        bank.load(tmp_path / folder)


def test_one_assignment_in_two_files_is_refused(record, tmp_path):
    """Neither file silently wins."""
    written(tmp_path, record)
    (tmp_path / "again.yaml").write_text(json.dumps(record))
    with pytest.raises(bank.BankError, match="'mini1' stands in two files"):
        bank.load(tmp_path)


def test_yaml_is_read_as_version_1_2(mini_bank_text, tmp_path):
    """A country code NO and a year stay what they look like."""
    text = mini_bank_text.replace("{base: 10}", "{base: no}")
    (tmp_path / "mini1.yaml").write_text(text, encoding="utf-8")
    pool = bank.load_file(tmp_path / "mini1.yaml").entries["mini1-q3"].item.pool
    assert pool[0]["base"] == "no"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"hint": "Read s7.p8."}, ["Read s7.p8."]),
        ({"otherwise": "It is in S7.P8"}, ["It is in S7.P8"]),
        ({}, []),
    ],
    ids=range(3),
)
def test_a_message_that_holds_the_key_is_found(change, found, record, tmp_path):
    """Giveaways are listed, in whatever letter case they stand."""
    public(record, 2).update({name: text for name, text in change.items() if name == "hint"})
    secret(record, 2).update({name: text for name, text in change.items() if name == "otherwise"})
    assert bank.giveaways(bank.load_file(written(tmp_path, record)).entries["mini1-q2"]) == found


def test_the_fingerprint_follows_the_files(record, tmp_path):
    """Any change of the bank's files is noticed, and nothing else is."""
    file = written(tmp_path, record)
    before = bank.fingerprint(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    assert bank.fingerprint(tmp_path) == before
    file.write_text(file.read_text() + " ")
    assert bank.fingerprint(tmp_path) != before
