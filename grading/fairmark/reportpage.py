"""Write the item report: a page for a lecturer, and two tables for other programs."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fairmark import itemreport, prompting, reportfigures, responses, templates
from fairmark.files import PRIVATE, write_text
from fairmark.itemfindings import CAUTION, FEWEST_COEFFICIENTS, FEWEST_SHARES
from fairmark.itemlines import Estimate, ItemLine
from fairmark.itemreport import ItemReport
from fairmark.settings import Settings
from fairmark.tables import harmless
from fairmark.wording import decimal, percent

FOLDER = "reports"
"""Where reports go, in the working folder."""
ITEM_COLUMNS = (
    "item", "kind", "objective", "points", "students", "waiting", "share", "share_low", "share_high", "guessing",
    "right", "partial", "wrong", "form", "omitted", "not_reached", "item_rest", "item_rest_low", "item_rest_high",
    "upper_lower", "alpha_without", "changed_by_a_person", "look_first", "why",
)  # fmt: skip
ANSWER_COLUMNS = ("item", "kind", "answer", "misconception", "students", "rest")
_KINDS = {
    "right": "right",
    "foreseen": "foreseen mistake",
    "other-variant": "answer to another variant",
    "unforeseen": "mistake that the bank does not foresee",
    "form": "could not be read as an answer",
    "omitted": "no answer",
    "not-reached": "no answer, and none after it",
}


def write(course: Settings, found: ItemReport, folder: Path) -> Path:
    """Write the report on one assignment.

    Parameters
    ----------
    course
        The settings.
    found
        The report.
    folder
        Gets ``ID.html``, ``ID-items.csv`` and ``ID-answers.csv``, each written whole or not at all. Only their owner
        can read them: they hold right answers, and a count of one may point to a person.

    Returns
    -------
    Path
        Of the page.
    """
    name = found.responses.assignment.id
    write_text(folder / f"{name}-items.csv", items_csv(found), mode=PRIVATE)
    write_text(folder / f"{name}-answers.csv", answers_csv(found), mode=PRIVATE)
    write_text(folder / f"{name}.html", page(course.title, found), mode=PRIVATE)
    return folder / f"{name}.html"


def page(title: str, found: ItemReport) -> str:
    """Write the page.

    Parameters
    ----------
    title
        Of the course.
    found
        The report.

    Returns
    -------
    str
        One HTML document, complete in itself: it loads nothing and runs no script.
    """
    pages = templates.load(trim_blocks=True, lstrip_blocks=True)
    pages.filters |= {"percent": percent, "estimate": _estimate, "decimal": decimal, "prompt": _prompt}
    drawn = (reportfigures.questions, reportfigures.totals, reportfigures.times)
    figures = {one.__name__: one(found) for one in drawn}
    return pages.get_template("item-report.html").render(
        title=title,
        report=found,
        assignment=found.responses.assignment,
        kinds=_KINDS,
        figures=figures,
        svg={name: Markup(one.svg) for name, one in figures.items() if one},  # noqa: S704  drawn by us, words escaped
        fewest={"shares": FEWEST_SHARES, "coefficients": FEWEST_COEFFICIENTS, "caution": CAUTION},
        group_fewest=itemreport.FEWEST_IN_GROUP,
        not_counted=responses.REASONS,
    )


def items_csv(found: ItemReport) -> str:
    """Write one row an item (UTF-8, commas, RFC 4180 quoting); a number that is not given is an empty field."""
    order = {item.id: number for number, item in enumerate(found.first, 1)}
    return _csv(ITEM_COLUMNS, [_item_row(item, order.get(item.id)) for item in found.items])


def answers_csv(found: ItemReport) -> str:
    """Write one row an item and answer."""
    rows = []
    for item in found.items:
        for line in item.lines:
            rows.append((item.id, line.kind, line.answer, line.misconception, line.students, line.rest))
    return _csv(ANSWER_COLUMNS, rows)


def _item_row(item: ItemLine, first: int | None) -> tuple[Any, ...]:
    own, interval, r = item.entry.item, item.interval, item.item_rest
    return (
        own.id,
        own.kind,
        own.objective,
        own.points,
        item.students,
        item.waiting,
        item.share,
        *(interval or (None, None)),
        item.guessing,
        *(item.outcomes[name] for name in ("right", "partial", "wrong", "form", "omitted", "not_reached")),
        *((r.value, r.low, r.high) if r else (None, None, None)),
        item.upper_lower,
        item.alpha_without,
        item.by_person,
        first,
        " ".join(f"{one.says} {one.remedy}" for one in item.findings),
    )


def _csv(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_field(value) for value in row] for row in rows)
    return stream.getvalue()


def _field(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return harmless(value) if isinstance(value, str) else f"{value:.4g}"


def _estimate(value: Estimate | None) -> str:
    return "–" if value is None else f"{decimal(value.value)} ({decimal(value.low)} to {decimal(value.high)})"


def _prompt(item: ItemLine) -> Markup:
    return prompting.rendered(prompting.question(item.entry.item))
