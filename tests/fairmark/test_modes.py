"""The table of modes: what it may say, and how it is refused."""

from __future__ import annotations

import pytest

from fairmark import bank, modes
from fairmark.modes import Mode
from fairmark.tables import TableError

HEAD = "assignment,mode,attempts\n"


@pytest.mark.parametrize(
    ("row", "mode"),
    [
        ("ps0,practice,unlimited", Mode(practice=True)),
        ("ps0,graded,form", Mode()),
        ("ps0,graded,1", Mode(attempts=1)),
        ("ps0 , graded , 20", Mode(attempts=20)),
    ],
)
def test_a_row_gives_a_mode(tmp_path, row, mode):
    """Also as a spreadsheet saves it, with commas or with semicolons."""
    for separator in ",;":
        text = f"{HEAD}{row}\n\n".replace(",", separator)
        (tmp_path / "modes.csv").write_text(text, encoding="utf-8-sig")
        assert modes.load(tmp_path / "modes.csv") == {"ps0": mode}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty; its first line must name the columns assignment, mode, attempts"),
        ("a,b,c\n", "line 1: the column 'assignment' is missing; wanted are assignment, mode, attempts"),
        (f"{HEAD}ps0,practice\n", "line 2: has 2 fields, and 3 are wanted"),
        (f"{HEAD}ps0,exam,form\n", "line 2, column mode: 'exam' is no mode; write practice or graded"),
        (f"{HEAD}ps0,practice,3\n", "line 2, column attempts: practice has no limit; write unlimited"),
        (f"{HEAD}ps0,graded,unlimited\n", "line 2, column attempts: 'unlimited' is neither form nor a number"),
        (f"{HEAD}ps0,graded,0\n", "'0' is neither form nor a number from 1 to 20"),
        (f"{HEAD}ps0,graded,21\n", "'21' is neither"),
        (f"{HEAD}ps0,graded,-1\n", "'-1' is neither"),
        (f"{HEAD}ps0,graded,²\n", "'²' is neither"),
        (f"{HEAD}ps0,graded,{'9' * 5000}\n", "is neither"),
        (f"{HEAD},graded,form\n", "line 2, column assignment: is empty"),
        (f"{HEAD}ps0,graded,form\nps0,graded,1\n", "line 3, column assignment: ps0 stands twice"),
        (f'{HEAD}"ps0,graded\n', "cannot be read"),
    ],
)
def test_a_table_that_says_what_is_no_mode_is_refused(tmp_path, text, says):
    """With file, line and remedy."""
    file = tmp_path / "modes.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as error:
        modes.load(file)
    assert str(file) in str(error.value)
    assert says in str(error.value)


def test_a_missing_table_is_refused_and_none_at_all_is_form_only(tmp_path):
    """A setting that points nowhere is a mistake; no setting is the strictest mode."""
    with pytest.raises(TableError, match="cannot be read"):
        modes.load(tmp_path / "nowhere.csv")
    assert modes.load(None) == {}


def test_the_courses_own_table_has_a_row_for_every_assignment(root):
    """So that nobody has to know what holds without one; only ps0 is practice."""
    table = modes.load(root / "grading" / "modes.csv")
    assert table.keys() >= bank.load(root / "grading" / "items").keys()
    assert [name for name, mode in table.items() if mode.practice] == ["ps0"]
