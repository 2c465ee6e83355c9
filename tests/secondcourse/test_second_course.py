"""All of fairmark on the second course: what it does for the first, it does for this one without a changed line."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from fairmark import attempts, bank, classroom
from fairmark.service import app, state
from fairmark.service.limits import Buckets
from fairmark.service.writer import Writer
from fairmark.settings import Settings
from worksheet import service

# Releasing, and marking a class of twelve, take many seconds.
pytestmark = pytest.mark.slow


def rows(file: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_bundle_is_this_course_and_the_students_package(second: Settings) -> None:
    """The lesson, the problem set, the readings, and `worksheet`; no package of another course."""
    folder = second.workdir / "bundle"
    assert {file.name for file in (folder / "package").iterdir()} == {"worksheet", "pyproject.toml", "README.md"}
    assert {file.name for file in (folder / "lessons").iterdir()} == {"00-two-accounts.ipynb", "practice.toml"}
    assert {file.name for file in (folder / "readings").iterdir()} == {"letter-1871.md", "report-1874.md"}
    assert {file.name for file in (folder / "assignments").iterdir()} == {"ps1"}
    assert "`readings`: the texts" in (folder / "README.md").read_text(encoding="utf-8")


def test_the_bundle_holds_no_key(second: Settings) -> None:
    """No message of the secret halves is in any file."""
    text = "".join(file.read_text(encoding="utf-8") for file in (second.workdir / "bundle").rglob("*.*"))
    entries = bank.load(second.bank)["ps1"].entries.values()
    secret = [message for one in entries for message in (one.otherwise, *(wrong.message for wrong in one.wrong))]
    assert len(secret) > 4
    assert not [message for message in secret if " ".join(message.split()[:6]) in " ".join(text.split())]


def test_the_class_is_marked_as_designed(second: Settings, summary: str) -> None:
    """The command says so, and the table of marks has what the class was made to earn."""
    assert "All 12 marks are as designed." in summary
    assert "reported taken for own" in summary
    earns = {student.id: student.earns["ps1"] for student in classroom.plan(second)}
    got = {row["student"]: row["automatic"] for row in rows(second.workdir / "marks.csv")}
    assert {name: "" if points is None else f"{points:g}" for name, points in earns.items()} == got


def test_course_marks_are_exported(second: Settings) -> None:
    """By the scheme of this course's own table of weights."""
    marks = {row["student"]: row for row in rows(second.workdir / "course-marks.csv")}
    assert len(marks) == 12
    assert {row["scheme"] for row in marks.values()} == {"default"}


def test_feedback_names_the_misreading(second: Settings) -> None:
    """Whoever made a mistake that the bank foresees reads what it was."""
    pages = [file.read_text(encoding="utf-8") for file in second.workdir.glob("feedback/*/ps1/*.html")]
    assert len(pages) == 11
    assert any("its authors only pass it on" in page for page in pages)


def test_the_bank_is_checked_and_guessing_pays_little(second: Settings, command) -> None:
    """The command says how many items and points there are, and what a blind guesser earns."""
    assert command(second.file.parent, "bank", "check") == "ps1: 2 items, 4 points; blind guessing earns 14% of 4\n"


def test_the_log_of_marks_holds(second: Settings, command) -> None:
    """Every mark has an entry, and the gradebook agrees with it."""
    said = command(second.file.parent, "audit", "--student", "alesia")
    assert "alesia" not in said.splitlines()[-1]
    assert "4 points" in said


def test_the_release_is_published(second: Settings, command, tmp_path: Path) -> None:
    """A branch of its own, by this course's name."""
    assert "Published as" in command(second.file.parent, "release", "--git", str(tmp_path / "students.git"))
    log = subprocess.run(
        ["git", "-C", tmp_path / "students.git", "log", "--format=%an %B", "main"], capture_output=True, text=True
    )
    assert log.stdout.startswith("The Light on Sandrey")
    assert "Student-bundle-of: the-light-on-sandrey" in log.stdout


@pytest.mark.parametrize("path", ["lessons/00-two-accounts.ipynb", "assignments/ps1/ps1.ipynb"])
def test_a_students_notebook_runs(second: Settings, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In its place in the bundle, from the first cell to the last."""
    monkeypatch.setenv("PYTHONPATH", str(second.workdir / "bundle" / "package"))
    file = second.workdir / "bundle" / path
    done = NotebookClient(
        nbformat.read(file, as_version=4), resources={"metadata": {"path": str(file.parent)}}, kernel_name="python3"
    ).execute()
    said = "".join(output.get("text", "") for cell in done.cells for output in cell.get("outputs", ()))
    assert ("s1.p2" in said and "Put your choice" in said) or "ps1-q2: not ready." in said


class Known:
    """Stands where the Hub's word stands: it says that whoever asks is alesia."""

    async def user(self, _: str) -> str:
        """Say who asks."""
        return "alesia"


async def _ask(course: Settings, item: str, answer: str) -> str:
    """Start the service on the course, ask it as a notebook does, and give its answer."""
    with attempts.Log(course) as log:
        writer = Writer(log)
        desk = app.Desk(state.load(course), Known(), writer, Buckets(), Buckets(10**6, 10**6))  # type: ignore[arg-type]
        server = HTTPServer(app.make(desk, "/services/fairmark/"))
        (socket,) = bind_sockets(0, "127.0.0.1")
        server.add_socket(socket)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WORKSHEET_SERVICE", f"http://127.0.0.1:{socket.getsockname()[1]}/services/fairmark/")
            patch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
            said = await asyncio.get_running_loop().run_in_executor(None, service.ask, "ps1", item, json.dumps(answer))
        server.stop()
        await writer.close()
        await server.close_all_connections()
        return said


@pytest.mark.parametrize(
    ("item", "answer", "says"),
    [
        ("ps1-q1", "guild", "right."),
        ("ps1-q1", "report", "not right. The word stands in the report"),
        ("ps1-q2", "elsewhere", "Answer with a locator"),
    ],
)
def test_the_service_answers_checks(second: Settings, item: str, answer: str, says: str) -> None:
    """It knows this course's bank and this course's modes."""
    assert says in asyncio.run(_ask(second, item, answer))


def test_a_corrected_key_is_judged_anew(second: Settings, command, tmp_path: Path) -> None:
    """Whoever gave the answer that is right now gains, and whoever gave the old one loses."""
    shutil.copytree(second.file.parent, tmp_path / "course")
    file = tmp_path / "course" / "items" / "ps1.yaml"
    text = file.read_text(encoding="utf-8").replace("- answer: report\n", "- answer: guild\n")
    file.write_text(text.replace("key: guild\n", "key: report\n"), encoding="utf-8")
    said = command(tmp_path / "course", "regrade", "ps1")
    assert "gains" in said
    assert "loses" in said
