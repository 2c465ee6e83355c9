"""Mending: what a submission's cells become, whatever they say that they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark import database, mending
from fairmark.mending import Keys, MarkedCell, Template, mend
from fairmark.submissions import Cell, Submission


def marked(name: str, kind: Any, source: str, **roles: bool) -> MarkedCell:
    roles = {"grade": False, "solution": False, "task": False, "locked": False} | roles
    return MarkedCell(name, kind, source, {**roles, "grade_id": name, "points": 1.0})


CELLS = (
    marked("given", "code", "import worksheet", locked=True),
    marked("q1-answer", "code", "q1 = None", solution=True),
    marked("q1", "code", 'check("q1")', grade=True, locked=True),
    marked("q2", "markdown", "Write here.", grade=True, solution=True),
)
WANTED = Template("a", "a", Keys("1", "1", {}, {}), {one.name: one for one in CELLS}, {"text-1": "# Heading"})
ANY = st.lists(
    st.builds(
        Cell,
        st.sampled_from(["code", "markdown", "raw"]),
        st.text(max_size=5),
        st.sampled_from(["", *WANTED.cells, "text-1", "foreign"]),
        st.sampled_from(["", *WANTED.cells, "text-1"]),
    ),
    max_size=12,
)


def mended(*cells: Cell) -> mending.Mended:
    return mend(Submission("a", "anna", cells, "", ""), WANTED)


def names(found: mending.Mended) -> list[str]:
    return [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in found.cells]


@given(ANY)
def test_whatever_is_handed_in_each_graded_cell_is_there_once_and_locked_ones_are_the_releases(cells):
    """Nothing that a submission says about its cells changes what is marked."""
    found = mended(*cells)
    there = [name for name in names(found) if name]
    assert len(there) == len(set(there))
    assert {"q1", "q2"} <= set(there) <= WANTED.cells.keys()
    for cell, name in zip(found.cells, names(found), strict=True):
        if name:
            due = WANTED.cells[name]
            assert cell["cell_type"] == due.kind
            assert cell["metadata"] == {"nbgrader": due.marks}
            assert due.open or cell["source"] == due.source
        else:
            assert cell["metadata"] == {}
        assert not cell.get("outputs")
    assert len({cell["id"] for cell in found.cells}) == len(found.cells)


def test_a_whole_submission_needs_no_remark():
    """Released cells and answers, in order: nothing is mended, and the prose is known for ours."""
    found = mended(
        Cell("markdown", "# Heading", "", "text-1"),
        Cell("code", "import worksheet", "given"),
        Cell("code", "q1 = 2", "q1-answer"),
        Cell("code", 'check("q1")', "q1"),
        Cell("markdown", "An answer.", "q2"),
    )
    assert (found.remarks, found.unanswered) == ((), frozenset())
    assert found.ours == frozenset({0, 1, 3})
    assert found.written == {"q2": "An answer."}


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_released_prose_is_put_back_and_prose_in_its_name_is_not_taken_for_it(kind):
    """Changed prose is replaced by the release's; code that borrows its id stays the student's."""
    found = mended(Cell(kind, "# Forged", "", "text-1"))
    ours = kind == "markdown"
    assert (found.cells[0]["source"], 0 in found.ours) == ("# Heading" if ours else "# Forged", ours)


def test_what_was_left_as_it_was_is_known():
    """An untouched answer is no answer; one of another type is."""
    found = mended(Cell("code", "q1 = None", "q1-answer"), Cell("markdown", "Write here.", "q2"))
    assert found.unanswered == frozenset({"q1-answer", "q2"})
    assert mended(Cell("code", "Write here.", "q2")).unanswered == frozenset()


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('check("q")\n### BEGIN HIDDEN TESTS\nsecret\n### END HIDDEN TESTS', 'check("q")'),
        ("# BEGIN HIDDEN TESTS\nsecret\n# END HIDDEN TESTS\nx = 1\n", "x = 1"),
        ("a\n  ### BEGIN HIDDEN TESTS\ns\n  ### END HIDDEN TESTS\nb\n# BEGIN HIDDEN TESTS\n# END HIDDEN TESTS", "a\nb"),
        ("x = 1", "x = 1"),
    ],
)  # fmt: skip
def test_hidden_lines_are_taken_out(source, left):
    """Each region, wherever it stands."""
    assert mending._HIDDEN.sub("", source).removesuffix("\n") == left


def test_the_template_is_the_gradebooks(course):
    """Cells in the order of the release, without hidden lines, with the points that were released."""
    with database.Database(course) as book, book.reading() as session:
        wanted = mending.template(course, session, "mini1")
        with pytest.raises(database.GradebookError, match="the gradebook has 0 notebooks"):
            mending.template(course, session, "mini2")
    graded = [name for name, cell in wanted.cells.items() if cell.marks["grade"]]
    assert graded == [f"mini1-q{number}" for number in range(1, 7)]
    assert wanted.cells["mini1-q4"].marks["points"] == 3
    assert "HIDDEN" not in "".join(cell.source for cell in wanted.cells.values())
    assert "mini1-q1-prompt" in wanted.prose
