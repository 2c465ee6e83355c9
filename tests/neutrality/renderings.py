"""An invented source, and ways to render a source as a PDF, a web page or a text, as they are met in the world."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
from fpdf import FPDF

from neutrality import fingerprints

_WRAPPED = """
[lead] The islanders of Vask have fished the northern shelf for longer than they have kept written records, and the
council now asks whether the shelf can feed their grandchildren. This paper describes three attempts to limit the
catch since the harbour was rebuilt. It finds that the limits were kept only while the cannery stood idle, and that
nobody has measured the shelf for nineteen years.

# s1 A harbour without a ledger

[s1.p1] Until the harbour was rebuilt, each crew sold its herring from the deck, and no clerk wrote down what was
landed¹. Older skippers remember that the boats came home before noon in good years, but memory makes a poor
ledger. When the council opened a counting-house beside the slipway, the first clerk was paid in fish and counted
generously. His successor, who had studied accountancy on the mainland, reduced the figures by a third within a
single season, and the crews complained that the sea had emptied on the day she arrived².

[s1.p2] The quarrel over the figures hid a change that was visible to anyone who walked along the quay. Smaller
nets appeared on the drying racks, and the long-line boats went out in pairs, returning late and half laden. A
visiting biologist asked for permission to weigh the catch, which the harbourmaster refused because the scales
belonged to his brother-in-law³. Her report, printed at her own expense, was the last to give the weight of fish by
species.

# s2 Three limits and their fate

[s2.p1] The council tried the following limits, one after another:

[s2.b1] a closed season from June until August, announced from the pulpit and ignored by every crew but two;

[s2.b2] a licence for each boat, whose price rose with the length of the keel, so that the islanders built broad
boats instead of long ones⁴;

[s2.b3] a common quota, divided by lot each winter in the church hall, which held for six years because the cannery
had closed and there was little to be gained by cheating.

[s2.p2] Each limit failed in its own manner, though the minutes of the council describe all three failures in the
same words. The closed season had no warden. The licence had a warden, who owned a broad boat. The quota had
wardens enough, but when the cannery reopened under a new owner the lots were sold in the tavern before the ink had
dried, and the winter meeting became a market. By the following spring a stranger held eleven lots out of forty and
had never set foot upon a deck⁵.

# s3 What the shelf might bear

[s3.p1] No figure in this paper says how many herring swim above the northern shelf, since none has been taken. It
is possible to say only that the boats stay out for longer, burn more coal, and bring home younger fish. A careful
council would begin by counting, and would pay the clerk in money. It would then set a limit that the crews
themselves could see to be kept, for instance by closing the eastern half of the shelf, where a boat is visible
from the lighthouse.

[s3.p2] Whether the islanders will accept such a rule depends less upon the rule than upon the cannery. Its owner
has promised to buy no undersized fish, and has built a larger furnace in the meantime. The council has thanked him
for the promise, and has not mentioned the furnace.

# notes

[fn1] The only exception is a tally carved into the door of the old salt store, which stops in the year of the
great storm. See A. Лодочник, Соль и сельдь северных островов, Vask 1931, p. 12.

[fn2] Minutes of the council, volume nine, kept in the school library.

[fn3] The harbourmaster has since denied this. For more on this subject see
https://example.org/vask/scales_and_brothers-in-law.html

[fn4] For more on this subject see M. Østby, Broad boats and narrow minds, Vask 1958, pp. 40–44.

[fn5] The lots were returned two years later, after a lawsuit that cost more than they had been worth.
"""
ISLAND = "\n\n".join(" ".join(part.split()) for part in _WRAPPED.split("\n\n"))
RECORD = """
id = "vask-1960"
[citation]
authors = ["Ingrid Holm"]
title = "The northern shelf"
series = "Vask Papers"
number = "9"
date = "1960-03-01"
link = "https://example.org/vask"
[kind]
genre = "paper"
institution = ""
signed = true
dated = true
date_note = ""
disclaimer = ""
disclaimer_note = ""
speaks = ""
about = ""
layers = []
further = []
"""
FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
MENU = ("Home", "News", "About the council", "Contact", "Subscribe to our newsletter")
SPAM = (
    "Read also: ten islands you must visit before winter",
    "Cheap nets online, order today and save",
    "Partner links",
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class Paper:
    """A source to be rendered: headings and paragraphs in order, and its notes.

    Attributes
    ----------
    title : str
    body : tuple of tuple of str and str
        Place and text; a heading's place begins with ``#``.
    notes : dict of str to str
    """

    title: str
    body: tuple[tuple[str, str], ...]
    notes: dict[str, str]

    @property
    def places(self) -> dict[str, str]:
        """Place to text, for all that has text."""
        return {place: text for place, text in self.body if not place.startswith("#")} | self.notes

    def mapped(self, change: dict[str, str]) -> Paper:
        """Return the paper with some pieces of text replaced."""

        def new(text: str) -> str:
            for old, other in change.items():
                text = text.replace(old, other)
            return text

        return Paper(
            self.title,
            tuple((place, new(text)) for place, text in self.body),
            {place: new(text) for place, text in self.notes.items()},
        )

    def cut(self, places: Sequence[str]) -> Paper:
        """Return the paper with these places alone."""
        body = tuple((place, text) for place, text in self.body if place in places)
        return Paper(self.title, body, {place: text for place, text in self.notes.items() if place in places})


def paper(located: str, title: str = "The northern shelf") -> Paper:
    """Make a paper of a located text."""
    body = []
    for line in located.splitlines():
        heading = re.fullmatch(r"# (\S+) (.+)", line)
        if heading:
            body.append((f"#{heading[1]}", heading[2]))
        body.extend(fingerprints.located(line).items())
    notes = {place: text for place, text in body if place.startswith("fn")}
    return Paper(title, tuple((place, text) for place, text in body if place not in notes), notes)


def record(located: str) -> str:
    """Return the record of the invented source."""
    lines = [RECORD]
    sections: dict[str, list[str]] = {}
    for place in fingerprints.located(located):
        section = "notes" if place.startswith("fn") else place.partition(".")[0]
        sections.setdefault(section, []).append(place)
    titles = dict(re.findall(r"^# (\S+) (.+)$", located, re.MULTILINE))
    for section, places in sections.items():
        listed = ", ".join(f'{{ id = "{place}", label = "A label" }}' for place in places)
        lines.append(f'[[sections]]\nid = "{section}"\ntitle = "{titles.get(section, "")}"\nplaces = [{listed}]')
    return "\n".join(lines)


def as_text(source: Paper, width: int = 0, *, hyphenate: bool = False) -> str:
    """Render as a text: a paragraph in a line, or lines of some width."""
    parts = [source.title, "", *_marked(source)]
    return (
        "\n\n".join("\n".join(_wrapped(part, width, hyphenate=hyphenate)) if width else part for part in parts) + "\n"
    )


def as_html(source: Paper, *, quotes: Sequence[str] = (), style: str = "blocks", head: str = "") -> str:
    """Render as a web page with all that stands around a text on one.

    Parameters
    ----------
    source : Paper
    quotes : sequence of str
        Pull quotes; they also come as a teaser and in a comment.
    style : str
        ``blocks`` has an element a paragraph; ``breaks`` has a section in one element, with line breaks; ``run`` has a
        section in one element, in one line.
    head : str
        What to put into the head of the page.
    """
    paragraphs = []
    for place, text in [*source.body, *source.notes.items()]:
        mark = f"<sup>{place[2:]}</sup> " if place.startswith("fn") else ""
        marked = re.sub("[⁰¹²³⁴-⁹]+", lambda m: f"<sup>{m[0].translate(_RAISED)}</sup>", html.escape(text))
        paragraphs.append((place, mark + marked))
    middle = len(paragraphs) // 2
    inset = [("", f"<blockquote>{html.escape(quote)}</blockquote>") for quote in quotes]
    if style == "blocks":
        tag = {"#": "h2", "f": "li"}
        shown = [f"<{tag.get(p[:1], 'p')}>{text}</{tag.get(p[:1], 'p')}>" for p, text in paragraphs]
        shown[middle:middle] = [text for _, text in inset]
    else:
        shown = [f"<div>{({'breaks': '<br/>', 'run': ' '}[style]).join(text for _, text in paragraphs)}</div>"]
        shown += [text for _, text in inset]
    teasers = "".join(f"<p class=teaser>{html.escape(quote)} … <a href=#>Read more</a></p>" for quote in quotes)
    menu = "".join(f"<li><a href='/{number}'>{entry}</a></li>" for number, entry in enumerate(MENU))
    spam = "".join(f"<p><a href='https://example.org/{number}'>{entry}</a></p>" for number, entry in enumerate(SPAM))
    comments = "".join(f"<div class=comment>I do not agree: <q>{html.escape(quote)}</q></div>" for quote in quotes)
    return (
        f"<!DOCTYPE html><html><head>{head}<title>{source.title}</title><style>p {{ color: red }}</style></head><body>"
        f"<nav><ul>{menu}</ul></nav><script>document.write('harvest the student');</script>{teasers}"
        f"<article><h1>{source.title}</h1>\n{''.join(shown)}</article>"
        f"<aside>{spam}</aside>{comments}<footer>We use cookies. Accept all?</footer></body></html>"
    )


def as_pdf(
    source: Paper,
    *,
    quotes: Sequence[str] = (),
    lines: int = 30,
    width: int = 92,
    hyphenate: bool = True,
    marks: str = "{}",
) -> bytes:
    """Render as a PDF: pages of some lines, with a running head, a page number, and the notes at the foot."""
    rows: list[str] = []
    for place, text in source.body:
        rows += ["", *_wrapped(text, width, hyphenate=hyphenate and not place.startswith("#")), ""]
    for number, quote in enumerate(quotes):
        # Each quote stands in the middle of a page, between two lines of a paragraph where there are two.
        at = min(number * lines + lines // 2, len(rows) - 1)
        while at < len(rows) - 1 and not (rows[at - 1] and rows[at]):
            at += 1
        rows[at:at] = _wrapped(quote, width // 2, hyphenate=False)
    pdf = FPDF()
    pdf.set_auto_page_break(False)
    pdf.add_font("DejaVu", fname=str(FONT))
    seen: set[str] = set()
    for number, start in enumerate(range(0, len(rows), lines), start=1):
        page = rows[start : start + lines]
        here = [name for row in page for name in _notes_in(row, source) if name not in seen]
        seen.update(here)
        if start + lines >= len(rows):
            here += [name for name in source.notes if name not in seen]
        _page(pdf, source, page, [(name, source.notes[name]) for name in here], number, width, marks)
    return bytes(pdf.output())


def _page(
    pdf: FPDF, source: Paper, rows: Sequence[str], notes: Sequence[tuple[str, str]], number: int, width: int, marks: str
) -> None:
    pdf.add_page()
    feet = [
        line
        for name, text in notes
        for line in _wrapped(f"{marks.format(name[2:])} {text}", width + 20, hyphenate=False)
    ]
    for size, some in ((7, [f"Vask Papers {source.title}"]), (9, rows), (7, feet), (7, [str(number)])):
        pdf.set_font("DejaVu", size=size)
        for row in some:
            if row:
                pdf.cell(text=row, new_x="LMARGIN", new_y="NEXT", h=size * 0.5)
            else:
                pdf.ln(size * 0.25)


def _notes_in(row: str, source: Paper) -> list[str]:
    found = [f"fn{mark.translate(_RAISED)}" for mark in re.findall(r"[⁰¹²³⁴-⁹]+|(?<=[a-z'])\d+(?=[.\s])", row)]
    return [name for name in found if name in source.notes]


def _marked(source: Paper) -> list[str]:
    """Return the parts of the source with the numbers of its notes before them."""
    return [text for _, text in source.body] + [f"{place[2:]}. {text}" for place, text in source.notes.items()]


def _wrapped(text: str, width: int, *, hyphenate: bool) -> list[str]:
    """Break a text into lines; words that would go over the end are divided, as a typesetter does."""
    if not hyphenate:
        return textwrap.wrap(text, width, break_long_words=False)
    rows, row = [], ""
    for word in text.split():
        left = width - len(row) - 1
        if len(word) <= left:
            row = f"{row} {word}".strip()
        elif word.isalpha() and len(word) >= 7 and left >= 5:
            cut = min(left - 1, len(word) - 3)
            rows.append(f"{row} {word[:cut]}-".strip())
            row = word[cut:]
        else:
            rows.append(row)
            row = word
    return [*rows, row]


@cache
def island() -> Paper:
    """Return the invented source."""
    return paper(ISLAND)
