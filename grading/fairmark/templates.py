"""The templates of every page and file that is written here, with one set of rules for all of them."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def load(**more: Any) -> Environment:
    """Open the folder ``pages``: what goes into HTML is escaped, and a name that is not given is an error.

    Parameters
    ----------
    more
        Further settings of Jinja, such as ``trim_blocks=True``.

    Examples
    --------
    >>> load().from_string("{{ 1 + 1 }}").render()
    '2'
    """
    return Environment(
        loader=PackageLoader("fairmark", "pages"), autoescape=select_autoescape(), undefined=StrictUndefined, **more
    )
