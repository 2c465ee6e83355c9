"""Jobs and outcomes travel as strict JSON, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from fairmark import jobs
from fairmark.jobs import Job, JobError, Limits, Outcome, Output, Request, Sent

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "metadata": {}, "source": "x = 1"}]})
JOB = Job(
    "anna", NOTEBOOK, (Request("a-q1", "a_q1"),), {"items.json": b"{}", "data/x.csv": b"\x00\xff"}, Limits(cell=2)
)
OUTCOME = Outcome(
    {"a-q1": Sent("1"), "a-q2": Sent(problem="Not there.", reason="not-defined")},
    {3: (Output("stream", "x"), Output("display", "", "aGk="))},
    (3,),
    "out-of-time",
    "It took too long.",
    1.5,
    False,
)


def test_when_a_job_travels_it_stays_the_same() -> None:
    """Writing and reading give back an equal job, bytes of files included."""
    assert Job.from_json(JOB.to_json()) == JOB


def test_when_an_outcome_travels_it_stays_the_same() -> None:
    """Writing and reading give back an equal outcome."""
    assert Outcome.from_json(OUTCOME.to_json()) == OUTCOME


@pytest.mark.parametrize("name", [one.name for one in fields(Outcome)])
@pytest.mark.parametrize("value", [None, 5, -1, "x", [5], [["x"]], {"x": 5}, {"x": {"text": 1}}, {"-1": []}])
def test_when_a_field_of_an_outcome_is_wrong_it_is_refused(name: str, value: Any) -> None:
    """A field of another type is an error or reads as what it is, never as something else."""
    record = json.loads(OUTCOME.to_json()) | {name: value}
    try:
        found = Outcome.from_json(json.dumps(record))
    except JobError:
        return
    assert json.loads(found.to_json())[name] == value


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"sent": NaN}', "[" * 100_000, json.dumps(json.loads(OUTCOME.to_json()) | {"x": 1})],
)
def test_when_text_is_no_outcome_it_is_refused(text: str) -> None:
    """Text that is no outcome is an error of its own kind."""
    with pytest.raises(JobError):
        Outcome.from_json(text)


def test_when_a_job_or_an_outcome_is_too_large_it_does_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caps hold on both ends."""
    job, outcome = JOB.to_json(), OUTCOME.to_json()
    monkeypatch.setattr(jobs, "MAX_JOB_BYTES", 100)
    monkeypatch.setattr(jobs, "MAX_OUTCOME_BYTES", 100)
    for attempt in (JOB.to_json, OUTCOME.to_json, lambda: Job.from_json(job), lambda: Outcome.from_json(outcome)):
        with pytest.raises(JobError, match="bytes"):
            attempt()


def test_when_cells_are_listed_requests_stand_where_their_checks_do() -> None:
    """Only code is run, and a check of a requested item is read in its place."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "x"},
        {"cell_type": "code", "metadata": {}, "source": ["a = 1\n", "a"]},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "a-q1"}}, "source": "check()"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "a-q9"}}, "source": "assert a"},
        {"cell_type": "code", "metadata": {"nbgrader": [1]}, "source": ""},
    ]
    job = Job("anna", json.dumps({"cells": cells}), (Request("a-q1", "a_q1"),))
    assert job.steps() == [(1, "a = 1\na", ""), (2, "check()", "a-q1"), (3, "assert a", ""), (4, "", "")]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 5}', '{"cells": [{}]}', '{"cells": [5]}', "[" * 100_000])
def test_when_a_job_holds_no_notebook_it_is_refused(text: str) -> None:
    """The message names the student."""
    with pytest.raises(JobError, match="anna"):
        Job("anna", text).steps()


@pytest.mark.parametrize("value", [0, -1, 1.5, "5", None, True])
def test_when_a_limit_is_none_it_is_refused(value: Any) -> None:
    """A limit is a whole number from 1; the message names the limit and the value."""
    with pytest.raises(JobError, match="'memory'.*" + str(value).replace(".", r"\.")):
        Limits(memory=value)
