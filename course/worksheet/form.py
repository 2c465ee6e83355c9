"""Judge the form of an answer: could it be right at all? One set of rules, for the student's check and for marking.

A form problem is told to the student in a sentence that says what was found and what is wanted. Form rules see only
the public half of an item, so they cannot give a key away.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

from worksheet.items import Item
from worksheet.wire import Json

LOCATOR = re.compile(r"(?:(?P<source>[a-z]+-\d{4})[\s,:;/]+)?(?P<place>lead(?:\.p\d+)?|s\d+\.[pb]\d+|fn\d+)")
# Kinds that are answered with a map: a row a statement, or a row an actor.
_BY_ROW = frozenset({"match", "code"})
_DATE_FORMS = {
    "year": (re.compile(r"\d{4}"), "YYYY", '"1986"'),
    "month": (re.compile(r"\d{4}-\d{2}"), "YYYY-MM", '"1986-04"'),
    "day": (re.compile(r"\d{4}-\d{2}-\d{2}"), "YYYY-MM-DD", '"1986-04-26"'),
}


def tidy(item: Item, answer: Json) -> Json:
    """Take away what does not matter in an answer: spaces around text, letter case of ids, Unicode's doubles.

    Parameters
    ----------
    item
        The public half.
    answer
        Plain data.

    Returns
    -------
    Json
        The same answer in its plainest spelling; an answer of the wrong form comes back as it is.

    Examples
    --------
    >>> item = Item("a-q1", "locate", 1, "", "", "", form={"sources": ["letter-1871"]})
    >>> tidy(item, " LETTER-1871, s1.P3 ")
    'letter-1871 s1.p3'
    """
    if isinstance(answer, str):
        text = unicodedata.normalize("NFC", answer).strip()
        if item.kind == "locate":
            return _tidy_locator(item, text.casefold())
        return text.casefold() if item.options else text
    if isinstance(answer, list) and item.kind in {"choose-all", "attribute", "order", "find-error"}:
        return [tidy(item, part) for part in answer]
    if isinstance(answer, dict) and item.kind in _BY_ROW:
        return {str(tidy(item, key)): tidy(item, value) for key, value in answer.items()}
    if item.kind == "date" and item.form.get("precision") == "year" and type(answer) is int:
        return str(answer)
    return answer


def problem(item: Item, answer: Json) -> str | None:
    """Say what is wrong with an answer's form.

    Parameters
    ----------
    item
        The public half.
    answer
        Plain data, as :func:`worksheet.wire.plain` gives it. For a function item: the list of what it returned.

    Returns
    -------
    str or None
        A sentence for the student, or None where the form is fine. Never says whether the answer is right.

    Examples
    --------
    >>> item = Item("a-q1", "date", 1, "", "", "", form={"precision": "month"})
    >>> problem(item, "April 1986")
    'Write the date as YYYY-MM, for example "1986-04"; you gave "April 1986".'
    """
    if blank(item, answer):
        return f"There is no answer yet: {item.name} is {'as it was given' if answer else 'None'}."
    return _RULES[item.kind](item, tidy(item, answer))


def blank(item: Item, answer: Json) -> bool:
    """Tell whether nothing was answered: None, or a map whose entries are all still None.

    Examples
    --------
    >>> blank(Item("a-q1", "match", 1, "", "", ""), {"x": None, "y": None})
    True
    """
    if item.kind in _BY_ROW and isinstance(answer, dict):
        return all(value is None for value in answer.values())
    return answer is None


def _tidy_locator(item: Item, text: str) -> str:
    found = LOCATOR.fullmatch(text)
    if not found:
        return text
    sources = item.form.get("sources", [])
    source = found["source"] or (sources[0] if len(sources) == 1 else "")
    return f"{source} {found['place']}".strip()


def shown(answer: Json) -> str:
    """Quote an answer back to its author, shortened, without characters that would disturb a page.

    Examples
    --------
    >>> shown("x" * 100)
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"'
    """
    text = str(answer) if not isinstance(answer, str) else f'"{answer}"'
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    if len(text) <= 60:
        return text
    return text[:40] + ('…"' if text.startswith('"') else "…")


def _choose(item: Item, answer: Json) -> str | None:
    if isinstance(answer, str) and answer in item.options:
        return None
    return f"Answer with one of {_ids(item)}, in quotation marks; you gave {shown(answer)}."


def _id_list(item: Item, answer: Json) -> str | None:
    if not isinstance(answer, list):
        return f'Answer with a list in square brackets, such as ["one", "another"]; you gave {shown(answer)}.'
    strange = [part for part in answer if not (isinstance(part, str) and part in item.options)]
    if strange:
        return f"{shown(strange[0])} is not one of the options: {_ids(item)}."
    if len(set(map(str, answer))) != len(answer):
        return "The same option stands in your list twice."
    return None


def _choose_all(item: Item, answer: Json) -> str | None:
    if answer == []:
        return "Your list is empty; at least one option fits."
    return _id_list(item, answer)


def _attribute(item: Item, answer: Json) -> str | None:
    if answer == []:
        return "Your list is empty; name at least one speaker."
    return _id_list(item, answer)


def _order(item: Item, answer: Json) -> str | None:
    wrong = _id_list(item, answer)
    if wrong is None and isinstance(answer, list) and len(answer) != len(item.options):
        return f"Put all {len(item.options)} into the list, in the order that is asked for; you gave {len(answer)}."
    return wrong


def _match(item: Item, answer: Json) -> str | None:
    rows = item.form["rows"]
    if not isinstance(answer, dict):
        return (
            f"Answer with a map in curly brackets, one entry for each of {', '.join(rows)}; you gave {shown(answer)}."
        )
    missing = [row for row in rows if row not in answer]
    if missing:
        return f"There is no entry for {missing[0]!r} yet."
    strange = [key for key in answer if key not in rows]
    if strange:
        return f"{shown(strange[0])} is not one of {', '.join(rows)}."
    for row in rows:
        if not (isinstance(answer[row], str) and answer[row] in item.options):
            return f"For {row!r}, answer with one of {_ids(item)}; you gave {shown(answer[row])}."
    return None


def _locate(item: Item, answer: Json) -> str | None:
    sources = item.form["sources"]
    example = f'"{sources[0]} s9.p9"'
    found = LOCATOR.fullmatch(answer) if isinstance(answer, str) else None
    if not found:
        return f"Answer with a locator such as {example}, in quotation marks; you gave {shown(answer)}."
    if found["source"] is None:
        return f"Say which source as well, as in {example}; the sources are {', '.join(sources)}."
    if found["source"] not in sources:
        return f"{shown(found['source'])} is not a source of this question; the sources are {', '.join(sources)}."
    return None


def _date(item: Item, answer: Json) -> str | None:
    pattern, wanted, example = _DATE_FORMS[item.form["precision"]]
    complaint = f"Write the date as {wanted}, for example {example}; you gave {shown(answer)}."
    if not (isinstance(answer, str) and answer.isascii() and pattern.fullmatch(answer)):
        return complaint
    try:
        dt.date.fromisoformat(answer + "-01-01"[len(answer) - 10 :] if len(answer) < 10 else answer)
    except ValueError:
        return f"There is no such date as {shown(answer)}."
    return None


def _number(item: Item, answer: Json) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return f"Answer with a number, without quotation marks; you gave {shown(answer)}."
    if item.form.get("whole") and answer != int(answer):
        return f"Answer with a whole number; you gave {shown(answer)}."
    low, high = item.form.get("between", (float("-inf"), float("inf")))
    if not low <= answer <= high:
        unit = f" ({item.form['unit']})" if "unit" in item.form else ""
        return f"The answer lies between {low} and {high}{unit}; you gave {shown(answer)}."
    return None


def _table(item: Item, answer: Json) -> str | None:
    if not (isinstance(answer, dict) and set(answer) == {"columns", "rows"}):
        return f"Answer with a table (a DataFrame); you gave {shown(answer)}."
    wanted, columns, rows = item.form["columns"], answer["columns"], answer["rows"]
    if columns != wanted:
        return f"The table's columns must be {', '.join(wanted)}, in this order; yours are {shown(columns)}."
    if not (isinstance(rows, list) and rows and all(isinstance(row, list) and len(row) == len(wanted) for row in rows)):
        return "The table must have at least one row, and a value for each column in each row."
    return None


def _function(item: Item, answer: Json) -> str | None:
    calls = answer if isinstance(answer, list) else []
    if not calls:
        return f"{item.name} must be a function; define it with: def {item.form['signature']}"
    if all(isinstance(call, dict) and call.get("value", "") is None for call in calls):
        return f"{item.name} returns None; end it with a line that begins with return."
    return None


def _figure(item: Item, answer: Json) -> str | None:
    axes = answer.get("axes") if isinstance(answer, dict) else None
    if not (isinstance(axes, list) and axes and all(isinstance(one, dict) for one in axes)):
        return f"Answer with a figure that has axes in it; you gave {shown(answer)}."
    series = axes[0].get("series", [])  # type: ignore[union-attr]
    if not (isinstance(series, list) and all(isinstance(one, dict) for one in series)):
        return "The figure's first axes show nothing that can be read."
    return None


def _find_error(item: Item, answer: Json) -> str | None:
    errors = item.form["errors"]
    if not (isinstance(answer, list) and len(answer) == 2):
        return (
            'Answer with a list of two short names, the step and the kind of error, as in ["step", "error"]; '
            f"you gave {shown(answer)}."
        )
    step, error = answer
    if not (isinstance(step, str) and step in item.options):
        return f"The first name must be one of the steps, {_ids(item)}; you gave {shown(step)}."
    if not (isinstance(error, str) and error in errors):
        listed = ", ".join(f'"{one}"' for one in errors)
        return f"The second name must be one of the kinds of error, {listed}; you gave {shown(error)}."
    return None


def _written(item: Item, answer: Json) -> str | None:
    if not (isinstance(answer, str) and answer):
        return "There is no text yet."
    return None


def _ids(item: Item) -> str:
    return ", ".join(f'"{option}"' for option in item.options)


_RULES: dict[str, Callable[[Item, Json], str | None]] = {
    "choose": _choose,
    "choose-all": _choose_all,
    "attribute": _attribute,
    "order": _order,
    "match": _match,
    "locate": _locate,
    "date": _date,
    "number": _number,
    "table": _table,
    "function": _function,
    "figure": _figure,
    "code": _match,
    "find-error": _find_error,
    "written": _written,
}
