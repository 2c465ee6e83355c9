"""What the course book adds to Sphinx: links into the repository, a link into the hub, and the language of words."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

from coursebook import hub, languages
from coursebook.settings import Site

FOLDERS = {"course/instructor/decisions": "book/decisions", "data/stances": "book/stances"}
"""The page that stands for a folder."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx what to call."""
    app.add_config_value("course_site", Site(), "env", [Site])
    app.add_config_value("course_root", "", "env", [str])
    app.add_config_value("course_folder", "", "env", [str])
    app.connect("doctree-read", point_links)
    app.connect("html-page-context", fill_page)
    app.add_html_math_renderer("refused", (refuse_formula, None), (refuse_formula, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def point_links(app: Sphinx, doctree: nodes.document) -> None:
    """Point each link to a file of the repository at its page, else at the file's address, else leave its words.

    A link to a file that there is not stays as it is, and Sphinx warns of it.
    """
    here = posixpath.dirname(app.env.current_document.docname)
    for link in list(doctree.findall(addnodes.pending_xref)):
        if link.get("reftype") != "myst" or link.get("refdomain"):
            continue
        path, _, anchor = str(link["reftarget"]).partition("#")
        file = posixpath.normpath(posixpath.join(here, path)) if path else ""
        page = page_of(file, app.env.found_docs)
        if page:
            link["refdomain"], link["reftarget"], link["reftargetid"] = "doc", page, anchor or None
        elif file and not file.startswith("..") and (Path(app.config.course_root) / file).exists():
            _replace(link, app.config.course_site.shows(file))


def page_of(file: str, pages: set[str]) -> str:
    """Find the page that stands for a file or folder; empty where none does.

    Examples
    --------
    >>> pages = {"course/glossary", "book/stances"}
    >>> page_of("course/glossary.csv", pages), page_of("data/stances", pages), page_of("grading/modes.csv", pages)
    ('course/glossary', 'book/stances', '')
    """
    candidates = (FOLDERS.get(file, file), f"{file}/index", posixpath.splitext(file)[0])
    return next((one for one in candidates if one in pages), "")


def _replace(link: addnodes.pending_xref, address: str) -> None:
    if address:
        link.replace_self(nodes.reference("", "", *link.children, refuri=address))
    else:
        link.replace_self(link.children)


def refuse_formula(translator: Any, node: nodes.Element) -> None:
    """Warn of a formula, since the library that draws formulas comes from another site."""
    logging.getLogger(__name__).warning(
        "The book has no formulas: MathJax would come from another site. Write it in words or as code: %r",
        node.astext(),
        location=node,
    )
    raise nodes.SkipNode


def fill_page(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Give a page its link into the hub, and its words their languages."""
    opened = hub.button(page, app.config.course_site, app.config.course_folder)
    help_page = str(context["pathto"](hub.HELP)).rstrip("#")
    context["open_in_hub"] = opened.address or f"{help_page}#{opened.anchor}"
    context["open_in_hub_says"] = opened.says
    for part in ("body", "title"):
        if context.get(part):
            context[part] = languages.marked(context[part])
