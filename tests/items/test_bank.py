"""The real item bank, item by item and variant by variant: every key, every foreseen mistake, every message."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from fairmark import bank, checks, guessing
from fairmark.bank import Entry, Wrong
from fairmark.jobs import calls_text
from worksheet import capture, form, wire

FOLDER = Path(__file__).parents[2] / "grading" / "items"
BANK = bank.load(FOLDER)
ENTRIES = [entry for assignment in BANK.values() for entry in assignment.entries.values()]
AUTOMATIC = [entry for entry in ENTRIES if not entry.marked_by_hand]
VARIANTS = [
    pytest.param(entry, number, id=f"{entry.item.id}-{number}")
    for entry in AUTOMATIC
    for number in range(len(entry.keys))
]
WRONG = [
    pytest.param(entry, number, wrong, id=f"{entry.item.id}-{number}-{wrong.misconception}")
    for entry in AUTOMATIC
    for wrong in entry.wrong
    for number in range(len(entry.keys))
]
FUNCTIONS = [entry for entry in ENTRIES if entry.item.kind == "function"]
LOCATE = [entry for entry in ENTRIES if entry.item.kind == "locate"]
NUMBERS = [entry for entry in ENTRIES if entry.item.kind == "number"]
REFERENCES = [
    pytest.param(entry, reference, answers, id=f"{entry.item.id}-{reference.partition(':')[2]}")
    for entry in AUTOMATIC
    for reference, answers in ((entry.reference, entry.keys), *((one.reference, one.answers) for one in entry.wrong))
    if reference
]


def name(part: object) -> str | None:
    return part.item.id if isinstance(part, Entry) else None


def key_of(entry: Entry, number: int) -> Any:
    """Give one right answer, as a student would write it."""
    return entry.right_answer(number)


def run(entry: Entry, source: str) -> Any:
    """Define a function from its source, call it as marking does, and read the results off the wire."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # noqa: S102
    calls = [list(call.arguments) for call in entry.calls]
    return wire.loads(capture.results_of(namespace, entry.item.name, calls)["answer"])


# --- Keys and mistakes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "number"), VARIANTS)
def test_the_key_earns_full_points(entry, number):
    """The right answer is right, in every variant."""
    verdict = checks.judge(entry, wire.loads(wire.dumps(key_of(entry, number))), number)
    assert (verdict.outcome, verdict.points) == ("right", entry.item.points)
    assert verdict.message == (entry.right or "Right.")
    assert not verdict.misconception


@pytest.mark.parametrize(("entry", "number", "wrong"), WRONG)
def test_a_foreseen_mistake_loses_points_and_gets_its_own_message(entry: Entry, number: int, wrong: Wrong):
    """Each mistake is recognised as itself, not as another."""
    verdict = checks.judge(entry, wrong.answers[number], number)
    assert (verdict.message, verdict.misconception) == (wrong.message, wrong.misconception)
    assert verdict.outcome in {"wrong", "partial"}
    assert verdict.points < entry.item.points


@pytest.mark.parametrize("entry", AUTOMATIC, ids=name)
def test_only_a_right_answer_is_called_right(entry):
    """No message to a mistake reads like praise."""
    said = {("", entry.otherwise), *((wrong.misconception, wrong.message) for wrong in entry.wrong)}
    assert all(text.strip() and not text.startswith("Right") for _, text in said)
    assert entry.right.startswith("Right")
    assert len({text for _, text in said}) == len(said)


@pytest.mark.parametrize("entry", LOCATE, ids=name)
def test_each_place_of_the_key_is_right(entry):
    """Where several places say it, each of them earns the points."""
    for place in entry.keys[0]:
        assert checks.judge(entry, place).outcome == "right"


@pytest.mark.parametrize("entry", FUNCTIONS, ids=name)
def test_the_model_solution_earns_full_points_when_it_is_run(entry):
    """The source that the bank calls right is right."""
    assert checks.judge(entry, run(entry, entry.solution)).points == entry.item.points


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        pytest.param(entry, wrong, id=f"{entry.item.id}-{wrong.misconception}")
        for entry in FUNCTIONS
        for wrong in entry.wrong
    ],
)
def test_a_mistaken_function_gives_the_results_that_the_bank_lists(entry, wrong):
    """The listed results are what the code returns, and are recognised."""
    results = run(entry, wrong.code)
    for found, listed in zip(results, wrong.answers[0], strict=True):
        assert found["value"] == pytest.approx(listed["value"], abs=max(entry.tolerance, 1e-9))
    assert checks.judge(entry, results).misconception == wrong.misconception


@pytest.mark.parametrize("entry", FUNCTIONS, ids=name)
def test_a_functions_calls_can_be_written_down(entry):
    """The arguments reach the notebook as JSON text."""
    assert calls_text(call.arguments for call in entry.calls).startswith("[[")


@pytest.mark.parametrize("entry", FUNCTIONS, ids=name)
def test_the_functions_first_cell_earns_nothing(entry):
    """What stands in the released notebook is not an answer."""
    verdict = checks.judge(entry, [{"value": None} for _ in entry.calls])
    assert (verdict.outcome, verdict.points) == ("form", 0)


# --- Numbers and variants ---------------------------------------------------------------------------------------------


def compute(reference: str, given: dict[str, Any]) -> float:
    """Run a reference function beside the bank."""
    file, _, function = reference.partition(":")
    return float(getattr(importlib.import_module(file.removesuffix(".py")), function)(given))


@pytest.mark.parametrize(("entry", "reference", "answers"), REFERENCES)
def test_keys_and_mistakes_are_what_the_reference_computes(entry, reference, answers):
    """Numbers in the bank come from the data, and the unrounded number is judged like the rounded one."""
    for number, given in enumerate(entry.item.pool or ({},)):
        exact = compute(reference, given)
        assert exact == pytest.approx(answers[number], abs=max(entry.tolerance, 1e-9))
        verdicts = [checks.judge(entry, answer, number) for answer in (exact, answers[number])]
        assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("entry", NUMBERS, ids=name)
def test_a_number_that_is_computed_has_a_reference(entry):
    """No number of a pool stands in the bank on trust."""
    assert not entry.item.pool or (entry.reference and all(wrong.reference for wrong in entry.wrong))


@pytest.mark.parametrize(
    ("entry", "number"),
    [one for one in VARIANTS if one.values[0].item.kind == "number"],  # type: ignore[attr-defined]
)
def test_mistakes_lie_outside_the_tolerance_of_the_key_and_of_each_other(entry, number):
    """A right answer is never taken for a mistake, nor one mistake for another."""
    numbers = [entry.keys[number], *(wrong.answers[number] for wrong in entry.wrong)]
    for place, one in enumerate(numbers):
        assert all(abs(one - other) > entry.tolerance for other in numbers[place + 1 :])


@pytest.mark.parametrize(
    ("entry", "number"),
    [one for one in VARIANTS if one.values[0].item.pool and one.values[0].item.kind == "number"],  # type: ignore[attr-defined]
)
def test_an_answer_to_another_variant_is_recognised(entry, number):
    """A neighbour's number earns nothing, and the message says what may have happened."""
    foreign = {key for key in entry.keys if abs(key - entry.keys[number]) > entry.tolerance}
    assert foreign
    for key in foreign:
        verdict = checks.judge(entry, key, number)
        assert verdict.points == 0
        assert verdict.misconception in {"other-variant", *(wrong.misconception for wrong in entry.wrong)}
    assert "other-variant" in {checks.judge(entry, key, number).misconception for key in foreign}


@pytest.mark.parametrize("entry", [entry for entry in AUTOMATIC if entry.item.pool], ids=name)
def test_a_pool_has_several_keys(entry):
    """Copying from a neighbour does not pay: no key serves more than half of the variants."""
    assert len(set(map(str, entry.keys))) >= 3
    assert max(entry.keys.count(key) for key in entry.keys) <= len(entry.keys) / 2
    assert len({str(one) for one in entry.item.pool}) == len(entry.item.pool)


@pytest.mark.parametrize(
    "entry", [entry for entry in AUTOMATIC if entry.item.kind == "find-error" and entry.item.pool], ids=name
)
def test_kinds_of_error_do_not_map_onto_arguments_one_to_one(entry):
    """Two kinds that are offered are no variant's, so nobody finds the own one by knowing the others."""
    assert len(set(entry.item.form["errors"]) - {kind for _, kind in entry.keys}) >= 2


# --- What may be said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_nothing_gives_the_key_away(entry):
    """Neither the hint nor a message to a mistake holds the key."""
    assert bank.giveaways(entry) == []


@pytest.mark.parametrize(("entry", "number"), VARIANTS)
def test_a_hint_does_not_hold_its_key(entry, number):
    """Not as an id, not as an option's text, not as a number, a date or a place."""
    item, key = entry.item, key_of(entry, number)
    parts = [key] if isinstance(key, str | int | float) else list(key) if item.kind != "function" else []
    texts = {str(part) for part in parts if item.kind not in {"order", "match", "code"} and len(str(part)) > 1}
    texts |= {item.options[part] for part in parts if part in item.options}
    if item.kind == "locate":
        texts |= {text.rpartition(" ")[2] for text in texts}
    assert not [text for text in texts if re.search(rf"\b{re.escape(text)}\b", item.hint, re.IGNORECASE)]


@pytest.mark.parametrize("entry", LOCATE, ids=name)
def test_feedback_on_a_place_names_the_section_at_most(entry):
    """No locator of a paragraph, a note or an item of a list, and no counting of them."""
    counted = (
        r"\b(first|second|third|fourth|fifth|last|\d)(st|nd|rd|th)? (paragraph|note|item|bullet)|note \d|paragraph \d"
    )
    for text in (entry.otherwise, entry.item.hint, *(wrong.message for wrong in entry.wrong)):
        assert not re.search(r"\b(s\d+\.[pb]\d+|fn\d+|lead\.p\d+)\b", text)
        assert not re.search(counted, text, re.IGNORECASE)


@pytest.mark.parametrize("entry", ENTRIES, ids=name)
def test_every_item_says_what_a_student_needs(entry):
    """A prompt, a hint, an objective, and messages for what may go wrong."""
    item = entry.item
    assert item.prompt
    assert item.hint
    assert item.objective
    assert entry.marked_by_hand or (entry.otherwise and (entry.wrong or item.kind == "number"))


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.item.options], ids=name)
def test_option_ids_are_plain_lower_case(entry):
    """An id can be typed on any keyboard, and is not changed by tidying."""
    for option in entry.item.options:
        assert option.isascii()
        assert option == option.lower()
        assert form.tidy(entry.item, option) == option


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.marked_by_hand], ids=name)
def test_exemplars_span_the_marks(entry):
    """Markers see a strong and a weak answer, within the points of the item."""
    points = [one["points"] for one in entry.exemplars]
    assert max(points) <= entry.item.points
    assert max(points) > entry.item.points / 2 > min(points)


@pytest.mark.parametrize("assignment", BANK.values(), ids=lambda one: one.id)
def test_guessing_blindly_earns_less_than_a_quarter(assignment):
    """Answers of the right form, given without reading, are worth little on average."""
    earned, carried = guessing.expected_points(assignment)
    assert earned < 0.25 * carried


@pytest.mark.parametrize("entry", AUTOMATIC, ids=name)
def test_always_giving_everything_does_not_pay(entry):
    """Picking every option, or the same one throughout, earns at most half of an item with several parts."""
    item, options = entry.item, list(entry.item.options)
    lazy: list[Any] = []
    if item.kind in {"choose-all", "attribute"}:
        lazy = [options, *([one] for one in options)]
    elif item.kind in {"match", "code"}:
        lazy = [dict.fromkeys(item.form["rows"], one) for one in options]
    assert all(checks.judge(entry, answer).points <= item.points / 2 for answer in lazy)
