"""An item's question in words: what stands in the notebook, and again wherever the question is shown later.

Only public halves are read here.
"""

from __future__ import annotations

from markupsafe import Markup
from mistune import create_markdown

from worksheet.items import Item

_MARKDOWN = create_markdown(escape=True, plugins=["table"])


def rendered(markdown: str) -> Markup:
    """Turn the bank's Markdown into HTML for a page; HTML that stands in it is shown, and does nothing.

    Examples
    --------
    >>> print(rendered("*When?* <b>"))
    <p><em>When?</em> &lt;b&gt;</p>
    <BLANKLINE>
    """
    return Markup(_MARKDOWN(markdown))  # noqa: S704  escaped by the renderer


def prompt(item: Item) -> str:
    """Write an item's question as Markdown: heading with points, text, options, how to answer.

    Examples
    --------
    >>> item = Item("a1-q1", "date", 2, "When?", "Look.", "o1", form={"precision": "year"})
    >>> print(prompt(item))
    ### Question a1-q1 · 2 points
    <BLANKLINE>
    When?
    <BLANKLINE>
    *Answer with a year in quotation marks, as in* `"1986"`*.*
    """
    plural = "point" if item.points == 1 else "points"
    return f"### Question {item.id} · {item.points:g} {plural}\n\n{question(item)}"


def question(item: Item) -> str:
    """Write the same without the heading, for a page that has a heading of its own."""
    parts = [item.prompt]
    if item.options:
        parts.append(f"**{_OPTIONS_ARE.get(item.kind, 'Options')}**")
        parts.append(_listed(item.options))
    if item.kind == "find-error":
        parts += ["**Kinds of error**", _listed(item.form["errors"])]
    if item.kind == "written":
        parts.append(_rubric_table(item))
    parts.append(_how(item))
    return "\n\n".join(parts)


def _listed(options: dict[str, str]) -> str:
    return "\n".join(f"- `{option}`: {text}" for option, text in options.items())


def _rubric_table(item: Item) -> str:
    """Write the rubric as a table, a row a criterion, the levels from best to least."""
    rows = ["| What is looked for | Levels |", "| --- | --- |"]
    for row in item.form["rubric"]:
        levels = sorted(row["levels"], key=lambda level: -level["points"])
        texts = [f"**{level['points']:g}:** {level['says']}" for level in levels]
        rows.append(f"| {row['criterion']} | {' '.join(texts)} |")
    return "\n".join(rows)


_OPTIONS_ARE = {"match": "Short names to choose from", "code": "Codes to choose from", "find-error": "The argument"}
# The examples use no option of an item, since that might be its key.
_HOW = {
    "choose": 'the short name of one option in quotation marks, as in* `"name"`*.*',
    "choose-all": 'a list of the short names of all that fit, as in* `["one", "another"]`*.*',
    "attribute": "a list of short names: first who writes, then whom that author reports, as in* "
    '`["one", "another"]`*.*',
    "order": 'a list of all the short names, in the order that is asked for, as in* `["one", "another", …]`*.*',
    "match": 'a map that gives each statement the short name of an option, as in* `{"statement": "name", …}`*.*',
    "locate": 'a locator in quotation marks: the source, a space, the place, as in* `"source-2000 s9.p9"`*.*',
    "year": 'a year in quotation marks, as in* `"1986"`*.*',
    "month": 'year and month in quotation marks, as in* `"1986-04"`*.*',
    "day": 'year, month and day in quotation marks, as in* `"1986-04-26"`*.*',
    "number": "a number, without quotation marks.*",
    "figure": "a figure.*",
    "code": 'a map that gives each row a code in quotation marks, as in* `{"row": "code", …}`*.*',
    "find-error": "a list of two short names: the step that goes wrong, then what is wrong with it, as in* "
    '`["step", "error"]`*.*',
}


def _how(item: Item) -> str:
    """Say how to write the answer."""
    if item.kind == "written":
        return "*Write your answer into the next cell. A person reads and marks it.*"
    if item.kind == "table":
        return f"*Answer with a DataFrame with the columns* `{', '.join(item.form['columns'])}`*.*"
    if item.kind == "function":
        called = "It is called with other arguments when it is marked, so it must work for any."
        return f"*Answer by completing the function* `{item.form['signature']}`*. {called}*"
    if item.kind == "number" and "unit" in item.form:
        return f"*Answer with a number, without quotation marks, in this unit: {item.form['unit']}.*"
    return f"*Answer with {_HOW[item.form['precision'] if item.kind == 'date' else item.kind]}"
