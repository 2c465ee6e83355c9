"""The tables on lateness and exceptions: what they may say, and how a fault is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from fairmark import adjustments, bank, database, lateness, policy, settings
from fairmark.policy import Rule
from fairmark.settings import SettingsError
from fairmark.tables import TableError

from . import late

GRADING = Path(__file__).parents[2] / "grading"
DAY = 24 * 3600


def _table(folder: Path, *rows: str) -> Path:
    file = folder / "policy.csv"
    file.write_text("\n".join([",".join(policy.COLUMNS), *rows]), encoding="utf-8")
    return file


def test_the_courses_own_policy_takes_nothing_off_and_keeps_the_essay():
    """As the course comes, lateness costs nothing, and only the last set cannot be dropped."""
    course = settings.load(GRADING / "course.toml")
    assert course.policy is not None
    rules = policy.load(course.policy, bank.load(course.bank))
    assert not any(rule.takes_off for rule in rules.values())
    assert [name for name, rule in rules.items() if not rule.can_be_dropped] == ["ps8"]
    assert course.drop_lowest == 0


def test_the_row_for_all_others_holds_for_those_without_a_row(tmp_path):
    """Decimal commas are read, and an empty closing means never."""
    file = _table(tmp_path, "*,0,5,100,,yes", "", "a,1.5,10,50,7,no")
    assert policy.load(file, ["a", "b"]) == {"a": Rule(1.5, 10, 50, 7, False), "b": Rule(0, 5)}
    file.write_text(file.read_text().replace(",", ";").replace("1.5", "1,5"))
    assert policy.load(file, ["a"]) == {"a": Rule(1.5, 10, 50, 7, False)}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("c,0,0,100,,yes", "line 2, column assignment: there is no 'c'; there are a, b, and * for others"),
        ("a,0,-5,100,,yes", "line 2, column percent_per_day: -5 is not from 0 to 100"),
        ("a,0,101,100,,yes", "line 2, column percent_per_day: 101 is not from 0 to 100"),
        ("a,0,nan,100,,yes", "line 2, column percent_per_day: nan is not from 0 to 100"),
        ("a,two,0,100,,yes", "line 2, column grace_hours: 'two' is no number"),
        ("a,0,0,,,yes", "line 2, column at_most_percent: '' is no number"),
        ("a,0,0,100,-1,yes", "line 2, column closed_after_days: -1 is not from 0"),
        ("a,48,10,100,1,yes", "line 2, column closed_after_days: 1 days end before the 48 hours of grace do"),
        ("a,0,0,100,,maybe", "line 2, column can_be_dropped: 'maybe' is neither yes nor no"),
        ("a,0,0,100,yes", "line 2: has 5 fields, and 6 are wanted"),
        ("a,0,0,100,,yes\na,0,0,100,,yes", "line 3, column assignment: a stands twice"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused_with_its_line(row, says, tmp_path):
    """The message names file, line, column and remedy."""
    file = _table(tmp_path, row)
    with pytest.raises(TableError) as refusal:
        policy.load(file, ["a", "b"])
    assert str(refusal.value).startswith(f"{file}, {says}")


@how(deadline=None)
@given(
    st.builds(
        Rule,
        grace_hours=st.floats(0, 100),
        percent_per_day=st.floats(0, 100),
        at_most_percent=st.floats(0, 100),
        closed_after_days=st.none() | st.floats(5, 30),
    ),
    st.floats(0, 60 * DAY),
    st.floats(0, 60 * DAY),
)
def test_who_hands_in_later_never_loses_less(rule, one, other):
    """Whatever the rule; and it is never below 0 or above 100."""
    sooner, later = sorted((one, other))
    assert 0 <= rule.percent(sooner) <= rule.percent(later) <= 100


@pytest.mark.parametrize("said", ["-1", "1.5", "true", '"two"'])
def test_a_number_of_marks_to_drop_that_is_none_is_refused(said, course):
    """The message names the field."""
    late.with_policy(course)
    text = course.file.read_text(encoding="utf-8").replace("drop_lowest = 0", f"drop_lowest = {said}")
    course.file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"drop_lowest is .* must be a whole number"):
        settings.load(course.file)


# --- Exceptions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("anna,a,late,,r,Ada", "column what: 'late' is neither extension nor excused"),
        ("anna,a,excused,2026-03-01T12:00Z,r,Ada", "column until: must be empty"),
        ("anna,a,extension,,r,Ada", "column until: is empty; write 2026-03-01T12:00+01:00"),
        ("anna,a,extension,2026-03-01T12:00,r,Ada", "column until: '2026-03-01T12:00' must name one time zone"),
        ("anna,a,extension,2026-03-01T12:00Z Z,r,Ada", "column until: '2026-03-01T12:00Z Z' is no date"),
        ("anna,a,extension,2026-03-01 12:00 Minsk,r,Ada", "names no known time zone"),
        ("anna,a,extension,2026-03-01 12:00 ../../etc,r,Ada", "names no known time zone"),
        ("anna,a,extension,2026-03-01 12:00+03:00 Europe/Minsk,r,Ada", "must name one time zone"),
        ("anna,a,extension,2026-03-01,r,Ada", "column until: '2026-03-01' has no time of day"),
        ("anna,a,extension,1 March,r,Ada", "column until: '1 March' is no date with a time"),
        ("anna,a,extension,9999-12-31T23:59-05:00,r,Ada", "lies beyond every calendar"),
        ("anna,a,excused,,,Ada", "column reason: is empty"),
        ("anna,a,excused,,r,", "column granted_by: is empty"),
        (",a,excused,,r,Ada", "column student: is empty"),
        ("anna,a,excused,,r,Ada\nanna,a,excused,,r,Ada", "line 3: anna has a row for a already"),
    ],
)
def test_an_exception_that_cannot_be_used_is_refused_with_its_line(row, says, course):
    """The message names file, line, column and remedy."""
    late.adjust(course, row)
    with pytest.raises(TableError) as refusal:
        adjustments.load(course)
    assert str(refusal.value).startswith(f"{adjustments.file(course)}, line ")
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("until", "hour"),
    [
        ("2026-07-01T12:00+03:00", 9),
        ("2026-07-01T12:00Z", 12),
        ("2026-07-01 12:00 Europe/Minsk", 9),
        ("2026-07-01 12:00 Europe/Berlin", 10),
        ("2026-01-01 12:00 Europe/Berlin", 11),
    ],
)
def test_an_extension_is_read_in_its_time_zone(until, hour, course):
    """Summer time too."""
    late.adjust(course, f"anna,a,extension,{until},r,Ada")
    moment = adjustments.load(course)["a", "anna"].until
    assert moment is not None
    assert (moment.hour, moment.tzinfo) == (hour, dt.UTC)


def test_a_course_without_policy_and_exceptions_is_left_alone(course, submit, fake):
    """No transaction, no entry."""
    late.hand_in(submit, course, "anna", days=9)
    assert lateness.settle(course) == []
    with database.Database(course) as book, book.reading() as session:
        assert lateness.without_due_date(session, lateness.terms.load(course)) == []


def test_a_policy_without_a_due_date_is_said(course, submit, fake):
    """The remedy is in the formgrader."""
    course = late.with_policy(course, late.TEN, due=None)
    with database.Database(course) as book, book.reading() as session:
        assert lateness.without_due_date(session, lateness.terms.load(course)) == ["mini1"]
