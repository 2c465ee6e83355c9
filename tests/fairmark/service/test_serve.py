"""The command that starts the service, what it reads, and what is left of it when it is killed."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

import bench_service
from fairmark import adjustments, bank, settings, tables
from fairmark.cli import main
from fairmark.modes import Mode
from fairmark.service import state


def test_the_command_says_that_the_hub_starts_it(course, monkeypatch):
    """Somebody will try it by hand."""
    for name in ("JUPYTERHUB_SERVICE_NAME", "JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_API_URL"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(main, ["--settings", str(course.file), "serve"])
    assert result.exit_code == 1
    assert "JupyterHub sets them for a service that it starts" in result.output


def test_without_the_extra_the_command_names_it(course, monkeypatch):
    """An instructor who only marks has no JupyterHub installed."""
    monkeypatch.setitem(sys.modules, "fairmark.service", None)
    result = CliRunner().invoke(main, ["--settings", str(course.file), "serve"])
    assert "install the extra hub" in result.output


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")
def test_due_dates_and_extensions_come_from_the_gradebook(course):
    """As an instructor sets them with nbgrader."""
    noon = dt.datetime(2026, 6, 1, 12)  # noqa: DTZ001  as nbgrader keeps it
    with Gradebook(course.gradebook) as book:
        book.update_or_create_assignment("mini1", duedate=noon)
        book.add_student("anna")
        book.add_submission("mini1", "anna", extension=dt.timedelta(hours=2))
    known = state.load(course)
    for student, hours, closed in (("anna", 1, False), ("anna", 3, True), ("boris", 1, True), ("boris", -1, False)):
        assert known.closed("mini1", student, noon.replace(tzinfo=dt.UTC) + dt.timedelta(hours=hours)) == closed


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")
def test_an_extension_of_the_table_of_exceptions_counts_before_anything_is_handed_in(course):
    """The later of the two; who is excused has no other due date."""
    noon = dt.datetime(2026, 6, 1, 12)  # noqa: DTZ001  as nbgrader keeps it
    with Gradebook(course.gradebook) as book:
        book.update_or_create_assignment("mini1", duedate=noon)
        book.add_student("anna")
        book.add_submission("mini1", "anna", extension=dt.timedelta(hours=2))
    adjustments.file(course).write_text(
        ",".join(adjustments.COLUMNS) + "\nanna,mini1,extension,2026-06-01T13:00Z,r,Ada"
        "\nboris,mini1,extension,2026-06-01T13:00Z,r,Ada\ncyd,mini1,excused,,r,Ada\n"
    )
    known = state.load(course)
    hours = {"anna": 2, "boris": 1, "cyd": 0}
    for student, later in hours.items():
        end = noon.replace(tzinfo=dt.UTC) + dt.timedelta(hours=later)
        assert [known.closed("mini1", student, end + dt.timedelta(seconds=one)) for one in (0, 1)] == [False, True]


def test_what_is_not_released_is_not_there(course, new_course, tmp_path):
    """Before the first release nothing can be asked, and no gradebook is made."""
    empty = new_course(tmp_path / "empty")
    assert state.load(empty).entry("mini1", "mini1-q1") is None
    assert not empty.workdir.exists()
    assert state.load(course).entry("mini1", "mini1-q1") is not None
    (course.bank / "mini2.yaml").write_text((course.bank / "mini1.yaml").read_text().replace("mini1", "mini2"))
    assert state.load(course).entry("mini2", "mini2-q1") is None


@pytest.mark.parametrize(("file", "error"), [("items/mini1.yaml", bank.BankError), ("modes.csv", tables.TableError)])
def test_a_broken_bank_or_table_keeps_it_from_starting(course, file, error):
    """Rather than answer from half of it."""
    with course.file.open("a") as stream:
        stream.write('\n[service]\nmodes = "modes.csv"\n')
    (course.file.parent / "modes.csv").write_text("assignment,mode,attempts\n")
    (course.file.parent / file).write_text("{")
    with pytest.raises(error):
        state.load(settings.load(course.file))


def test_a_mode_that_nobody_set_is_the_strictest():
    """Also for an assignment that the table does not have."""
    assert state.State("c", "t", modes={"a": Mode(practice=True)}).mode("b") == Mode()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_answered_attempt_is_lost_when_it_is_killed_under_load(course):
    """SIGKILL when half is answered, and a start: everybody gets answers, and the log has each of them."""
    seen, _, lost = bench_service.load(course, 20, kill=True)
    asked = sum(map(len, bench_service.answers(course, 20).values()))
    assert asked > 20
    assert (len(seen.answered), lost) == (asked, 0)
    assert seen.unanswered > 0
