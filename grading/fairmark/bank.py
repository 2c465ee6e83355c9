"""The item bank: one YAML 1.2 file an assignment, each item a public and a secret half.

The bank is the instructors' alone. Of it, only the public halves ever leave (:meth:`Assignment.sheet`).
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fairmark import files
from worksheet import form, variants
from worksheet.items import Item, Sheet
from worksheet.wire import Json

NEEDS_OPTIONS = frozenset({"choose", "choose-all", "attribute", "order", "match", "code", "find-error"})
NEEDS_FORM = {
    "locate": "sources",
    "date": "precision",
    "table": "columns",
    "match": "rows",
    "code": "rows",
    "find-error": "errors",
    "function": "signature",
    "written": "rubric",
}


class BankError(ValueError):
    """A bank that cannot be used; the message names file, item and field."""


@dataclass(frozen=True)
class Wrong:
    """A foreseeable wrong answer: what it looks like, the misconception it shows, and what to tell its author.

    Attributes
    ----------
    answers : tuple
        The answer for each variant of the item; a single one where there are no variants.
    misconception : str
        A short name, which the item report counts.
    message : str
        Names the misconception and roughly where to reread; never the key.
    code : str
        For a function item: the source of a function that makes this mistake.
    reference : str
        ``"file.py:function"`` beside the bank, which computes the answers anew.
    """

    answers: tuple[Json, ...]
    misconception: str
    message: str
    code: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Call:
    """One test of a function item: the arguments that go in, and the result that comes out."""

    arguments: tuple[Any, ...]
    gives: Json


@dataclass(frozen=True)
class Entry:
    """One item of the bank, both halves.

    Attributes
    ----------
    item : Item
        The public half.
    keys : tuple
        The right answer for each variant; empty for a written item. A locate item's key is a list of locators, any
        of which is right. A code item's key gives for each row the codes that are taken, the adjudicated one first. A
        figure's key lists the texts that it ``needs`` and the ``series`` that must be drawn.
    tolerance : float
        How far a number may lie from the key.
    locators : tuple of str
        Where in the sources the answer stands.
    right, otherwise : str
        What to tell for the right answer, and for a wrong one that nobody foresaw.
    wrong : tuple of Wrong
    calls : tuple of Call
        For a function item.
    solution : str
        For a function item: the source of a right function.
    reference : str
        ``"file.py:function"`` beside the bank, which computes the keys anew from the variant's parameters.
    exemplars : tuple of dict
        For a written item: answers with the points that they deserve and why.
    rests_on : tuple of str
        Ids of rows in the course's tables that a student who had them could look the answer up in. They are withheld.
    """

    item: Item
    keys: tuple[Json, ...]
    locators: tuple[str, ...]
    tolerance: float = 0.0
    right: str = ""
    otherwise: str = ""
    wrong: tuple[Wrong, ...] = ()
    calls: tuple[Call, ...] = ()
    solution: str = ""
    reference: str = ""
    exemplars: tuple[dict[str, Any], ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def marked_by_hand(self) -> bool:
        """Whether a person marks this item."""
        return self.item.kind == "written"

    def variant_of(self, student: str, course: str, term: str) -> int | None:
        """Say which variant of the pool a student has; None where everybody has the same question.

        Examples
        --------
        >>> Entry(Item("a-q1", "number", 1, "", "", ""), (1,), ()).variant_of("anna", "a-course", "2026") is None
        True
        """
        pool = self.item.pool
        return variants.choose(course, term, self.item.id, student, len(pool)) if pool else None

    def right_answer(self, variant: int = 0) -> Json:
        """Give one right answer, as a student would hand it in.

        Parameters
        ----------
        variant
            Which variant of the pool.
        """
        key: Any = self.keys[variant]
        if self.item.kind == "locate":
            return key[0]  # type: ignore[no-any-return]
        if self.item.kind == "code":
            return {row: codes[0] for row, codes in key.items()}
        if self.item.kind == "figure":
            drawn = {"series": key.get("series", [])} | {part: f"A {part}" for part in key.get("needs", ())}
            return {"axes": [drawn], "alt": ""}
        return key  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Assignment:
    """One assignment of the bank."""

    id: str
    title: str
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """All points, written answers included."""
        return sum(entry.item.points for entry in self.entries.values())

    def sheet(self, course: str, term: str) -> Sheet:
        """Give the public halves: all of the bank that students ever hold."""
        return Sheet(course, term, self.id, {name: entry.item for name, entry in self.entries.items()})


def load(folder: Path) -> dict[str, Assignment]:
    """Load and check every assignment of a bank.

    Parameters
    ----------
    folder
        Holds one ``*.yaml`` file an assignment.

    Returns
    -------
    dict
        Assignment id to assignment, in order of id.

    Raises
    ------
    BankError
        If a file cannot be read or an item is malformed: names file, item and field, and says what is wanted.
    """
    return dict(_load(folder, fingerprint(folder)))


@functools.lru_cache(maxsize=2)
def _load(folder: Path, _: str) -> dict[str, Assignment]:
    """Load a bank once for as long as its fingerprint stays the same: reading YAML takes a while."""
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise BankError(f"{folder}: no item bank here (no .yaml file). Point the setting 'bank' to its folder.")
    loaded = [load_file(file) for file in found]
    names = [assignment.id for assignment in loaded]
    for name in names:
        if names.count(name) > 1:
            raise BankError(f"{folder}: assignment {name!r} stands in two files; give each a name of its own")
    return {assignment.id: assignment for assignment in loaded}


def fingerprint(folder: Path) -> str:
    """Hash what decides marks in a bank: its YAML files."""
    return files.fingerprint(folder, "*.yaml")


def load_file(file: Path) -> Assignment:
    """Load and check one assignment's file; see :func:`load`."""
    try:
        record = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        json.dumps(record, allow_nan=False)
    except (YAMLError, UnicodeDecodeError) as error:
        raise BankError(f"{file.name}: not readable as YAML: {error}") from None
    except (TypeError, ValueError) as error:
        raise BankError(
            f"{file.name}: holds a value that is not plain ({error}); put dates in quotation marks"
        ) from None
    _check_schema(file, record)
    found: dict[str, Entry] = {}
    for one in record["items"]:
        entry = _entry(file, record["assignment"], one)
        if entry.item.id in found:
            raise _complaint(file, entry.item.id, "id", "another item has this id already")
        found[entry.item.id] = entry
    return Assignment(str(record["assignment"]), str(record["title"]), found)


def _complaint(file: Path, item: str, field_name: str, says: str) -> BankError:
    return BankError(f"{file.name}, item {item}, field {field_name}: {says}")


def _check_schema(file: Path, record: Any) -> None:
    text = importlib.resources.files("fairmark").joinpath("item.schema.json").read_text(encoding="utf-8")
    validator = jsonschema.Draft202012Validator(json.loads(text))
    error = jsonschema.exceptions.best_match(validator.iter_errors(record))
    if error is None:
        return
    path = list(error.absolute_path)
    item = "(none)"
    if len(path) > 1 and path[0] == "items":
        item = str(record["items"][path[1]].get("id", f"number {int(path[1]) + 1}"))
        path = path[2:]
    where = ".".join(str(part) for part in path) or "(the whole)"
    says = error.message
    if error.validator == "pattern":  # a person reads this, and not a regular expression
        says = f"{error.instance!r} cannot stand here; write {error.schema['description']}"
    raise _complaint(file, item, where, says[:300])


def _entry(file: Path, assignment: str, record: dict[str, Any]) -> Entry:
    item_id, public, secret = record["id"], record["public"], record["secret"]
    if not item_id.startswith(f"{assignment}-"):
        raise _complaint(file, item_id, "id", f"must begin with {assignment!r} and a hyphen")
    item = Item.from_json({"id": item_id, **public, "prompt": public["prompt"].strip(), "hint": public["hint"].strip()})
    for problem in (*_public_problems(item), *_missing(item, secret)):
        raise _complaint(file, item_id, *problem)
    entry = Entry(
        item=item,
        keys=_keys(item, secret),
        locators=tuple(secret["locators"]),
        rests_on=tuple(secret.get("rests_on", ())),
        tolerance=secret.get("tolerance", 0.0),
        right=secret.get("right", ""),
        otherwise=secret.get("otherwise", ""),
        wrong=tuple(_wrong(item, secret, one) for one in secret.get("wrong", ())),
        calls=tuple(Call(tuple(one["call"]), one["gives"]) for one in secret.get("tests", ())),
        solution=secret.get("solution", ""),
        reference=secret.get("reference", ""),
        exemplars=tuple(secret.get("exemplars", ())),
    )
    for problem in _entry_problems(entry):
        raise _complaint(file, item_id, *problem)
    return entry


def _public_problems(item: Item) -> Iterator[tuple[str, str]]:
    if item.kind in NEEDS_OPTIONS and not item.options:
        yield "public.options", f"an item of kind {item.kind} needs options"
    needed = NEEDS_FORM.get(item.kind)
    if needed and needed not in item.form:
        yield f"public.form.{needed}", f"an item of kind {item.kind} needs this"
    if item.kind == "function" and not item.form["signature"].startswith(item.name + "("):
        yield "public.form.signature", f"must begin with the function's name, {item.name}"
    if item.kind == "written":
        best = sum(max(level["points"] for level in row["levels"]) for row in item.form["rubric"])
        if best != item.points:
            yield "public.form.rubric", f"the best levels add up to {best:g}, and the item carries {item.points:g}"
    if item.pool and item.kind in {"function", "written"}:
        yield "public.pool", f"an item of kind {item.kind} cannot have variants"
    if len({tuple(sorted(one)) for one in item.pool}) > 1:
        yield "public.pool", "the variants do not all have the same parameters"


def _missing(item: Item, secret: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if item.kind == "written":
        wanted = ["exemplars"]
    elif item.kind == "function":
        wanted = ["tests", "solution", "otherwise"]
    else:
        wanted = ["key", "otherwise"]
    for name in wanted:
        if name not in secret:
            yield f"secret.{name}", f"an item of kind {item.kind} needs this"
    if item.pool and "key" in secret and not (isinstance(secret["key"], list) and len(secret["key"]) == len(item.pool)):
        yield "secret.key", f"must be a list with one key for each of the {len(item.pool)} variants"
    for number, one in enumerate(secret.get("wrong", ())):
        if item.pool and len(one.get("answers", ())) != len(item.pool):
            yield f"secret.wrong.{number}.answers", f"must have one answer for each of the {len(item.pool)} variants"
        if item.kind == "function" and len(one.get("results", ())) != len(secret.get("tests", ())):
            yield f"secret.wrong.{number}.results", "must have one result for each of the tests"


def _keys(item: Item, secret: dict[str, Any]) -> tuple[Json, ...]:
    if item.kind == "written":
        return ()
    if item.kind == "function":
        return ([{"value": one["gives"]} for one in secret["tests"]],)
    keys = secret["key"] if item.pool else [secret["key"]]
    if item.kind == "locate":
        keys = [key if isinstance(key, list) else [key] for key in keys]
    if item.kind == "code":
        keys = [{row: codes if isinstance(codes, list) else [codes] for row, codes in key.items()} for key in keys]
    return tuple(keys)


def _wrong(item: Item, secret: dict[str, Any], one: dict[str, Any]) -> Wrong:
    if "results" in one:
        answers: list[Json] = [[{"value": result} for result in one["results"]]]
    elif "picked" in one:
        answers = [[*secret["key"], one["picked"]]]
    elif "missed" in one:
        answers = [[option for option in secret["key"] if option != one["missed"]]]
    else:
        answers = one["answers"] if "answers" in one else [one["answer"]]
    return Wrong(
        tuple(answers), one["misconception"], one["message"].strip(), one.get("code", ""), one.get("reference", "")
    )


def _entry_problems(entry: Entry) -> Iterator[tuple[str, str]]:
    """Keys and wrong answers must have the form that students are held to, and must differ."""
    item = entry.item
    for variant, key in enumerate(entry.keys):
        for one in key if item.kind == "locate" and isinstance(key, list) else [entry.right_answer(variant)]:
            problem = form.problem(item, one)
            if problem:
                yield "secret.key", problem
    yield from _strange_codes(entry)
    for number, wrong in enumerate(entry.wrong):
        for key, answer in zip(entry.keys, wrong.answers, strict=True):
            problem = form.problem(item, answer)
            if problem:
                yield f"secret.wrong.{number}", problem
            elif _is_key(item, key, answer):
                yield f"secret.wrong.{number}", "this wrong answer is the key"
    if item.kind == "choose" and not item.pool:
        listed = {wrong.answers[0] for wrong in entry.wrong}
        for option in item.options:
            if option not in listed and option != entry.keys[0]:
                yield "secret.wrong", f"option {option!r} has no message of its own"


def _strange_codes(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every code that is taken beside the adjudicated one must be an option too."""
    if entry.item.kind == "code":
        for key in entry.keys:
            strange = [code for codes in key.values() for code in codes if code not in entry.item.options]  # type: ignore[union-attr]
            if strange:
                yield "secret.key", f"{strange[0]!r} is not one of the options"


def _is_key(item: Item, key: Any, answer: Any) -> bool:
    if item.kind == "code":
        return all(answer[row] in codes for row, codes in key.items())
    return bool(answer in key if item.kind == "locate" else answer == key)


def giveaways(entry: Entry) -> list[str]:
    """List the messages to wrong answers that would give the key away.

    Parameters
    ----------
    entry
        An item of the bank.

    Returns
    -------
    list of str
        The offending messages, and the hint where it offends. A locator, a date, a number or an option's text that
        is the key must stand in none of them.
    """
    item = entry.item
    said = [*(wrong.message for wrong in entry.wrong), entry.otherwise, item.hint]
    return [text for text in said for needle in _needles(entry) if needle and needle.casefold() in text.casefold()]


def _needles(entry: Entry) -> Iterator[str]:
    item = entry.item
    for key in entry.keys:
        if item.kind == "locate" and isinstance(key, list):
            yield from (str(one).rpartition(" ")[2] for one in key)
        elif item.kind == "choose":
            yield item.options[str(key)]
        elif item.kind in {"date", "number"} and len(str(key)) > 1:
            yield str(key)
