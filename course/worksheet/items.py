"""The public half of an item: what a student may see, as it stands in an assignment's ``items.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KINDS = (
    "choose",
    "choose-all",
    "locate",
    "attribute",
    "order",
    "match",
    "date",
    "number",
    "table",
    "function",
    "figure",
    "code",
    "find-error",
    "written",
)


@dataclass(frozen=True)
class Item:
    """The public half of one item.

    Attributes
    ----------
    id : str
        As in ``"ps1-q3"``: the assignment, a hyphen, the item.
    kind : str
        One of :data:`KINDS`.
    points : float
        What a full answer earns.
    prompt : str
        The question, in Markdown.
    hint : str
        Where to look or how to begin; never the answer.
    objective : str
        The id of the learning objective that the item tests.
    options : dict of str to str
        For items answered with ids: each id and the text it stands for.
    form : dict
        What the kind needs to judge the form of an answer, such as a date's precision.
    pool : tuple of dict
        The public parameters of each variant; empty where everybody has the same question.
    """

    id: str
    kind: str
    points: float
    prompt: str
    hint: str
    objective: str
    options: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    pool: tuple[dict[str, Any], ...] = ()

    @property
    def assignment(self) -> str:
        """The assignment that the item belongs to.

        Examples
        --------
        >>> Item("ps1-q3", "date", 1, "When?", "Look.", "o1").assignment
        'ps1'
        """
        return self.id.rpartition("-")[0]

    @property
    def name(self) -> str:
        """The variable, or function, that holds the student's answer.

        Examples
        --------
        >>> Item("ps1-q3", "date", 1, "When?", "Look.", "o1").name
        'ps1_q3'
        """
        return self.id.replace("-", "_")

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``items.json``; the same item always gives the same data."""
        record: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "points": self.points,
            "prompt": self.prompt,
            "hint": self.hint,
            "objective": self.objective,
        }
        optional = {"options": self.options, "form": self.form, "pool": list(self.pool)}
        return record | {name: value for name, value in optional.items() if value}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Item:
        """Read one item back from ``items.json``."""
        return cls(**{**record, "pool": tuple(record.get("pool", ()))})


@dataclass(frozen=True)
class Sheet:
    """One assignment's items, with what its variants depend on."""

    course: str
    term: str
    assignment: str
    items: dict[str, Item]

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``items.json``."""
        items = [item.to_json() for item in self.items.values()]
        return {"course": self.course, "term": self.term, "assignment": self.assignment, "items": items}


class NoSuchItemError(LookupError):
    """No item of that id can be found from this notebook."""


def find(item_id: str, start: Path | None = None) -> tuple[Sheet, Item]:
    """Find an item's public half from the folder a notebook runs in.

    Parameters
    ----------
    item_id
        As in ``"ps1-q3"``.
    start
        The folder to look in first, and then above; by default the working folder.

    Raises
    ------
    NoSuchItemError
        If there is no ``items.json`` of that assignment, or the item is not in it. The message says which, and what
        to do.
    """
    assignment = item_id.rpartition("-")[0]
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        for candidate in (folder / "items.json", folder / assignment / "items.json"):
            sheet = _read(candidate)
            if sheet is None or sheet.assignment != assignment:
                continue
            if item_id not in sheet.items:
                raise NoSuchItemError(f"{item_id!r} is not in {candidate}; it has {', '.join(sheet.items)}")
            return sheet, sheet.items[item_id]
    raise NoSuchItemError(
        f"no items.json for {item_id!r} in {start} or above it. Keep the notebook in the folder it came in, "
        "beside items.json."
    )


def _read(path: Path) -> Sheet | None:
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        items = {one["id"]: Item.from_json(one) for one in record["items"]}
        return Sheet(record["course"], record["term"], record["assignment"], items)
    except (ValueError, KeyError, TypeError) as error:
        raise NoSuchItemError(f"{path} is damaged ({error}); fetch the assignment again") from None
