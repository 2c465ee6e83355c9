"""The pages that are written out of tables and records, as Markdown: what students get of them, and no more."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import yaml

from coursebook import markdown as md
from neutrality import claims, events, glossary, records, references, stances

HEADS = {
    "person": "People",
    "place": "Places",
    "institution": "Institutions",
    "treaty": "Treaties",
    "document": "Documents",
    "concept": "Concepts and terms of the course",
    "measure": "Measures",
}
"""What each kind of the glossary's entries is called as a heading."""

WITHHELD = (
    "This is the table as students get it. Rows that serve as graded questions are left out, here and in every "
    "release, so a place without a row is nothing special. [Download it](../../downloads/{name}.csv) as a table."
)


def glossary_page() -> str:
    """Write the glossary: a heading a kind, and for each entry its forms in three languages and its line."""
    entries = glossary.load()
    parts = [
        "# Glossary",
        "English names are spelled as the two texts spell them. Each has a Belarusian and a Russian form. Terms "
        "without a settled form in these languages, such as most terms of this course, are our translation. "
        + md.text(glossary.reading()),
        'In a notebook, `glossary.explain("…")` prints an entry. The search of this book finds entries, too. '
        "[Download the glossary](../downloads/glossary.csv) as a table.",
    ]
    for kind in glossary.KINDS:
        parts.append(f"## {HEADS[kind]}")
        parts.append("```{glossary}\n" + "\n".join(_entry(one) for one in entries if one.kind == kind) + "\n```")
    return _page(parts)


def _entry(entry: glossary.Entry) -> str:
    """Write an entry of Sphinx's glossary; what stands under the term is indented."""
    also = f" Also: {md.text('; '.join(entry.also))}." if entry.also else ""
    lines = [
        f"{md.text(entry.line)}{also}",
        " ".join(f"{language}: {md.text(form)}." for language, form in entry.forms.items()),
        f"Source: {', '.join(_source(one) for one in entry.sources)}.",
    ]
    return f"{entry.english}\n" + "\n".join(f"  {line}\n" for line in lines)


def _source(name: str) -> str:
    """Link a reference to its entry in the list; a locator and ``course`` are no references."""
    return f"[{md.code(name)}](#{name})" if name in references.references() else md.code(name)


def references_page() -> str:
    """Write the list of the works that the course uses beside the two texts, each with how far it was seen."""
    parts = [
        "# References",
        "Outside works that the course uses beside the two texts, by the short names that its pages use. *Seen as* "
        "says how far each was read: many only as a stored copy of a page's beginning. "
        "[Download the list](../../downloads/references.csv) as a table.",
    ]
    for one in sorted(references.references().values(), key=lambda one: one.id):
        who = ". ".join(filter(None, (md.text(one.author), f"({one.year})" if one.year else "")))
        container = f" {md.text(one.container)}." if one.container else ""
        parts.append(f"({one.id})=")
        parts.append(
            f"**{md.code(one.id)}** {who}. {md.link(one.title, one.url)}.{container} "
            f"*Used for:* {md.text(one.used_for)}. *Seen as:* {md.text(one.opened_via)}, {one.opened_on}."
        )
    return _page(parts)


def source_page(source: records.Source) -> str:
    """Write the record of a source: citation, what kind of text it is, and its places. None of its text is there."""
    work, kind = source.citation, source.kind
    facts = {
        "Citation": md.text(str(work)),
        "Read it at": md.link(work.link, work.link),
        "What it is": md.text(kind.genre),
        "Who publishes it": md.text(kind.institution),
        "About the publisher": md.text(kind.institution_note),
        "Names its author": "yes" if kind.signed else "no",
        "Its date": md.text(kind.date_note) or ("it carries one" if kind.dated else "it carries none"),
        "Disclaimer": md.text(kind.disclaimer or kind.disclaimer_note),
        "Who speaks": md.text(kind.speaks),
        "About whom": md.text(kind.about),
    }
    parts = [
        f"# The source {source.id}",
        "The course holds a record of each source and none of its text. Read it in "
        "[a copy of your own](README.md). A place is named by the source and a short name, such as "
        f"{md.code(source.places[1].locator)}.",
        md.table(["", "In this source"], [[f"**{name}**", said] for name, said in facts.items() if said]),
    ]
    if kind.layers:
        parts += ["## What to keep apart", "\n".join(f"- {md.text(one)}" for one in kind.layers)]
    if kind.further:
        parts += ["## Further reading", "\n".join(f"- {md.link(str(one), one.link)}" for one in kind.further)]
    rows = [
        [md.code(place.locator), md.text(place.words), md.text(place.label), md.codes(" ".join(place.notes), " ")]
        for place in source.places
    ]
    parts += [
        "## Places",
        "Labels say what a place is about, and never what it says. For a section the label is its heading.",
        md.table(["Locator", "Where", "About", "Notes"], rows),
    ]
    return _page(parts)


def claims_page() -> str:
    """Write the claims that students get, as a list, which fits a telephone."""
    parts = [
        "# What the two texts claim",
        "A claim is what a text says, in our words; that the table has it does not make it true. The speakers begin "
        "with whoever writes the page that we read.",
        WITHHELD.format(name="claims"),
    ]
    for source, rows in claims.load().groupby("source"):
        parts += [f"## {source}", "\n".join(_claim(row) for _, row in rows.iterrows())]
    return _page(parts)


def _claim(row: pd.Series) -> str:
    about = ", ".join(filter(None, (str(row["kind"]), md.text(str(row["period"])))))
    speakers = md.text(claims.chain(str(row["speaker_chain"])))
    return f"- {md.codes(str(row['locator']))}: {md.text(str(row['claim']))} *{about}. Says: {speakers}.*"


def events_page() -> str:
    """Write the events that students get."""
    return _page([
        "# What happened, and by whose dates",
        "Each event is dated as exactly as its date goes. *Stated* is a date that a text gives, *inferred* one that "
        "follows from a reference or from the date of the paper, *outside* one from elsewhere.",
        WITHHELD.format(name="events"),
        "\n".join(_event(row) for _, row in events.load().iterrows()),
    ])  # fmt: skip


def _event(row: pd.Series) -> str:
    first, last = str(row["first"]), str(row["last"])
    when = (
        "no date" if row["basis"] == "none" else f"{first if first == last else f'{first} to {last}'}, {row['basis']}"
    )
    note = f" {md.text(str(row['note']))}" if row["note"] else ""
    return f"- **{md.text(str(row['event']))}**: {when} ({md.codes(str(row['locators']))}).{note}"


def issues_page() -> str:
    """Write the issues on which students may code where an actor stands."""
    rows = [
        f"- **{md.text(str(row['issue']))}**, {row['first_year']} to {row['last_year']}: "
        f"{md.text(str(row['proposition']))} {md.codes(str(row['locators']))}"
        for _, row in stances.issues().iterrows()
    ]
    return _page([
        "# The issues on which stances are coded",
        "Each issue has one proposition and one period. How to code is said in the [codebook](codebook.md).",
        WITHHELD.format(name="issues"),
        "\n".join(rows),
    ])  # fmt: skip


def assignments_page(syllabus: str, objectives: Path) -> str:
    """Write the list of problem sets: what each asks for, and no question and no solution.

    Parameters
    ----------
    syllabus
        The text of the syllabus, whose table says minutes, items and points.
    objectives
        The table of objectives.
    """
    with objectives.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    parts = [
        "# Problem sets",
        "Each set goes with a lesson. A program marks the short questions, and a person marks the written answer at "
        "the end. You get the sets themselves in your course's JupyterHub, and not here. This page says what each of "
        "them asks for.",
        "How points become the course mark is said in the [syllabus](../../course/syllabus.md).",
    ]
    for number, name, title, minutes, items, points, automatic, written in _sets(syllabus):
        parts.append(f"## {title}")
        parts.append(
            f"{minutes} minutes. {points} points: {automatic} for {items} questions that a program marks, and "
            f"{written} for the written answer. It goes with lesson {int(number):02d} and is in the file "
            f"`assignments/{name}/{name}.ipynb`."
        )
        parts.append("After lesson and set, a student can:")
        lines = [f"- {one['verb']} {md.text(one['objective'])}" for one in wanted if int(one["lesson"]) == int(number)]
        parts.append("\n".join(lines))
    return _page(parts)


def _sets(syllabus: str) -> list[list[str]]:
    """Read the rows of the problem sets out of the syllabus's table of units."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in syllabus.splitlines() if "| ps" in line]
    found = [row for row in rows if len(row) == 8 and re.fullmatch(r"ps\d+", row[1])]
    if not found:
        raise ValueError("course/syllabus.md: no table with the problem sets; run `make syllabus`")
    return found


def api_page(module: str) -> str:
    """Write the page of a module: what its docstrings say."""
    return f"# {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n"


def api_index(modules: Iterable[str]) -> str:
    """Write the page before the modules' own."""
    listed = "\n".join(modules)
    return _page([
        "# What notebooks import",
        "These are the modules that lessons and problem sets import, and those that they lead to. "
        "`neutrality` holds evidence and measures. `worksheet` holds the student's side of marking. In a notebook, "
        "`help(agreement.pair)` prints the same text.",
        f"```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```",
    ])  # fmt: skip


def imported(notebooks: Iterable[Path]) -> list[str]:
    """List the modules of the course that notebooks import, in order of their names.

    Names that a package itself defines, such as ``worksheet.check``, are found under the package.
    """
    found = set()
    for notebook in notebooks:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for node in (one for cell in cells if cell["cell_type"] == "code" for one in _imports("".join(cell["source"]))):
            found |= {f"neutrality.{name.name}" for name in node.names if node.module == "neutrality"}
            found |= {node.module for _ in node.names if node.module and node.module.startswith("worksheet")}
    return sorted(found)


def _imports(source: str) -> list[ast.ImportFrom]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]


def citation(file: Path) -> str:
    """Write how to cite the course, as text and as BibTeX, from its ``CITATION.cff``."""
    record = yaml.safe_load(file.read_text(encoding="utf-8"))
    who = " and ".join(author["name"] for author in record["authors"])
    year, title, version = str(record["date-released"])[:4], record["title"], record["version"]
    bibtex = "\n".join([
        "@software{between_minsk_and_moscow,",
        f"  author = {{{{{who}}}}},",
        f"  title = {{{title}}},",
        f"  year = {{{year}}},",
        f"  version = {{{version}}}",
        "}",
    ])  # fmt: skip
    return f"> {md.text(who)} ({year}). *{md.text(title)}*. Version {version}.\n\n```\n{bibtex}\n```\n"


def lesson_files(lessons: Iterable[Path]) -> str:
    """List the lessons' files as they are called in a student's folder, each with a link to its page."""
    return "\n".join(f"- [`{one.name}`](../notebooks/lessons/{one.name})" for one in lessons) + "\n"


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
