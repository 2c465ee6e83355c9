"""The rules that hold for every template."""

from __future__ import annotations

import jinja2
import pytest

from fairmark import templates


def test_what_goes_into_a_page_is_escaped():
    """A student's text cannot become markup."""
    pages = templates.load()
    pages.loader = jinja2.DictLoader({"page.html": "{{ text }}", "file.toml": "{{ text }}"})
    assert pages.get_template("page.html").render(text="<b>") == "&lt;b&gt;"
    assert pages.get_template("file.toml").render(text="<b>") == "<b>"


def test_a_name_that_is_not_given_is_an_error():
    """A page with a gap would look finished."""
    with pytest.raises(jinja2.UndefinedError, match="missing"):
        templates.load().from_string("{{ missing }}").render()
