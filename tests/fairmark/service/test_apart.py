"""Marking and the service have nothing to do with each other while a notebook runs."""

from __future__ import annotations

import pytest

from fairmark import marking, results


@pytest.mark.parametrize("confined", [True, False])
def test_a_notebook_that_is_marked_knows_of_no_service(course, submit, monkeypatch, confined):
    """Whatever the environment of whoever marks holds: neither address nor token is there."""
    monkeypatch.setenv("WORKSHEET_SERVICE", "http://127.0.0.1:9/services/fairmark")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
    source = (
        'import os\nmini1_q1 = "left" if {"WORKSHEET_SERVICE", "JUPYTERHUB_API_TOKEN"} & os.environ.keys() else "right"'
    )
    submit(course, "anna", {"mini1-q1": source})
    marking.mark(course, "mini1", confined=confined)
    assert results.record(course, "mini1", "anna")["points"]["mini1-q1"] == 1
