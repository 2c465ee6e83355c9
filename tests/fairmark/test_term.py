"""`fairmark term new`: all of it or nothing, whenever it is interrupted; and nothing of the old term is lost."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from fairmark import attempts, audit, busy, duedates, explain, marking, release, results, retention, settings, term
from fairmark.attempts import Attempt
from fairmark.cli import main
from fairmark.database import Database
from fairmark.term import TermError, Wish
from worksheet import variants

COMMENT = "# Keep this comment; it matters.\n"


@pytest.fixture
def old(course, submit, fake):
    """Return a term in which one student is marked in full, with a log of attempts and a commented course.toml."""
    text = course.file.read_text().replace('term = "t1"', f'{COMMENT}term = "t1"  # the first')
    course.file.write_text(text)
    (course.file.parent / "modes.csv").write_text("assignment,mode,attempts\n")
    submit(course, "anna", {"mini1-q5": "*Write your answer here.*"})
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook, course.course) as book:
        book.update_or_create_assignment("mini1", duedate="2026-03-20 22:59:00 UTC")
    with attempts.Log(course) as log:
        log.append([Attempt("anna", "mini1", "mini1-q1", "attempts", '"left"', limit=1)])
    return settings.load(course.file)


def run(course, *words):
    return CliRunner().invoke(main, ["--settings", str(course.file), "term", *words])


def flat(text: str) -> str:
    return " ".join(text.split())


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but the side files of SQLite and the file that nbgrader's configuration is."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix not in {".db-wal", ".db-shm"})
    return {str(one): one.read_bytes() for one in files if one.name != "nbgrader_config.py"}


def test_a_new_term_begins_beside_the_old_one(old):
    """Comments stay, variants change, the archive is whole and read-only, and nothing of the old folder changed."""
    before = tree(old.workdir)
    told = run(old, "new", "t2", "--shift-days", "371", "--timezone", "Europe/Warsaw", "--keep-until", "2027-10-01")
    assert told.exit_code == 0, told.output
    text = old.file.read_text()
    assert COMMENT in text
    assert 'term = "t2"  # the first' in text
    new = settings.load(old.file)
    assert (new.term, new.workdir) == ("t2", old.workdir.with_name("work-t2"))
    assert tree(old.workdir) == before
    numbers = {
        one: [variants.choose(new.course, one, "mini1-q3", f"s{n}", 3) for n in range(20)] for one in ("t1", "t2")
    }
    assert numbers["t1"] != numbers["t2"]
    (archive,) = (old.workdir.parent / "archive").iterdir()
    names = {one.name for one in archive.iterdir()}
    assert names == {"gradebook.db", "attempts.db", "course.toml", "items", "README.txt", "SHA256SUMS"}
    assert term.wrong_sums(archive) == []
    assert "t1" in (archive / "course.toml").read_text()
    assert "1 students. Keep it until 2027-10-01" in (archive / "README.txt").read_text()
    assert all(not one.stat().st_mode & (stat.S_IWUSR | stat.S_IRWXO) for one in (archive, *archive.rglob("*")))
    with Database(new) as _, Gradebook(new.gradebook) as book:
        assert [(one.name, str(one.duedate)) for one in book.assignments] == [("mini1", "2027-03-26 22:59:00")]
        assert book.students == []


def test_the_new_term_works_and_the_old_one_still_answers(old, submit):
    """Release, mark and explain in the new term; explain and audit in the old, by its own settings."""
    run(old, "new", "t2", "--shift-days", "7")
    new = settings.load(old.file)
    release.build(new)
    with Gradebook(new.gradebook) as book:
        assert str(book.find_assignment("mini1").duedate) == "2026-03-27 22:59:00"
    submit(new, "bob")
    (marked,) = marking.mark(new, "mini1")
    assert marked.status == "marked"
    earlier = settings.load(old.file.with_name("course-t1.toml"))
    assert (earlier.term, earlier.workdir) == ("t1", old.workdir)
    notes = explain.explain(earlier, "anna", "mini1-q3").notes
    assert "Bank and rules are those by which this was marked." in notes
    assert "course-t1.toml" in (old.workdir / "nbgrader_config.py").read_text()
    assert [one.student for one in results.standing(new)] == ["bob"]
    with Database(earlier) as book, book.reading() as session:
        assert audit.verify(session) == []


def test_a_simulated_class_runs_in_the_new_term(old):
    """Although the old term had a real one."""
    run(old, "new", "t2")
    new = settings.load(old.file)
    release.build(new)
    made = CliRunner().invoke(main, ["--settings", str(new.file), "class", "make", "--size", "3"])
    assert made.exit_code == 0, made.output


STEPS = ("_archive", "_begin", "write_text", "_switch")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [*STEPS, "_copy_database", "_lock"])
def test_killed_at_any_step_it_is_one_term_or_the_other(old, step, when):
    """By the signal that nothing can catch; and the same command then does it."""
    before = old.file.read_text()
    program = f"""
import os, signal, sys
from pathlib import Path
from fairmark import settings, term
real = term.{step}
def killed(*given, **named):
    if {when!r} == "after":
        real(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
term.{step} = killed
term.roll(settings.load(Path({str(old.file)!r})), term.Wish("t2", {{}}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    switched = (step, when) == ("_switch", "after")
    now = settings.load(old.file)
    assert now.term == ("t2" if switched else "t1")
    assert switched or old.file.read_text() == before
    with Database(old) as book, book.reading() as session:
        assert audit.verify(session) == []
    if not switched:
        assert term.roll(now, Wish("t2", {})).settings.term == "t2"
        assert [one for one in (old.workdir.parent / "archive").iterdir() if one.name.startswith(".")] == []
    finished = [one for one in (old.workdir.parent / "archive").iterdir() if not one.name.startswith(".")]
    assert finished
    assert all(term.wrong_sums(one) == [] for one in finished)


def test_a_copy_that_is_not_whole_stops_everything(old, monkeypatch):
    """Nothing is left of it, and the old term stays."""
    real = shutil.copytree

    def damaged(source, target, **options):
        real(source, target, **options)
        next(Path(target).glob("*.yaml")).write_text("damaged")

    monkeypatch.setattr(term.shutil, "copytree", damaged)
    with pytest.raises(TermError, match="is not what was copied"):
        term.roll(old, Wish("t2", {}))
    assert settings.load(old.file).term == "t1"
    assert list((old.workdir.parent / "archive").iterdir()) == []


def test_an_archive_has_the_terms_name_and_its_tables_of_people(old):
    """Class list, exceptions and consent are copied. The key of the research table is not: it must be destroyable."""
    tables = {"roster.csv": "student\n", "adjustments.csv": "student\n", "consent.csv": "student\n"}
    for name, text in (tables | {"research.key": "secret"}).items():
        (old.workdir / name).write_text(text)
    archive = term.roll(old, Wish("t2", {})).archive
    assert archive.name.startswith(f"{old.course}-t1-")
    assert {name: (archive / name).read_text() for name in tables} == tables
    assert not (archive / "research.key").exists()


def test_a_change_of_an_archive_is_found(old):
    """Also one file more, or one less."""
    archive = term.roll(old, Wish("t2", {})).archive
    for one in (archive, archive / "items", archive / "README.txt", archive / "course.toml"):
        one.chmod(0o700)
    (archive / "README.txt").write_text("another")
    (archive / "course.toml").unlink()
    (archive / "new.txt").write_text("")
    assert term.wrong_sums(archive) == ["README.txt: was changed", "course.toml: is missing", "new.txt: is not listed"]


def test_open_marks_stop_it_unless_told(old, submit):
    """A written answer that waits, and a submission that is not marked."""
    submit(old, "bob")
    marking.mark(old, "mini1", students=["bob"])
    submit(old, "cyril")
    told = run(old, "new", "t2")
    assert "1 submissions are not marked, and 1 answers wait for a person" in flat(told.output)
    assert settings.load(old.file).term == "t1"
    assert run(old, "new", "t2", "--unfinished").exit_code == 0


def test_it_waits_for_nobody_who_marks(old):
    """It refuses; and while it runs, marking refuses."""
    with busy.working(old):
        told = run(old, "new", "t2")
    assert (told.exit_code, "marking or its service is at work here" in flat(told.output)) == (1, True)
    with busy.alone(old), pytest.raises(busy.BusyError, match="a new term is being begun"):
        marking.mark(old, "mini1")
    with busy.alone(old):
        told = CliRunner().invoke(main, ["--settings", str(old.file), "written", "mini1", "--from", "table.csv"])
    assert "a new term is being begun" in flat(told.output)
    with busy.working(old), busy.working(old):
        marking.mark(old, "mini1")


def test_marking_holds_the_folder(old, monkeypatch):
    """For as long as it runs."""
    seen = []

    def look(*_, **__):
        folder = os.open(old.workdir, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            seen.append("free")
        except BlockingIOError:
            seen.append("held")
        finally:
            os.close(folder)
        return []

    monkeypatch.setattr(marking, "_run", look)
    marking.mark(old, "mini1")
    assert seen == ["held"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["t1"], "t1 is the present term already. Nothing was changed"),
        (["../t2"], "cannot name a term"),
        (["t 2"], "cannot name a term"),
        (["t2", "--timezone", "Minsk"], "there is no time zone 'Minsk'"),
        (["t2", "--dates", "none.csv"], "none.csv: cannot be read"),
        (["t2", "--dates", "x.csv", "--shift-days", "7"], "choose one"),
        (["t2", "--shift-days", "999999999"], "is not in the range"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_named(old, words, says):
    """And nothing is changed."""
    before = old.file.read_text()
    told = run(old, "new", *words)
    assert told.exit_code != 0
    assert says in flat(told.output)
    assert old.file.read_text() == before
    assert not (old.workdir.parent / "archive").exists()


def test_the_same_command_twice_says_that_the_term_has_begun(old):
    """Dates can only be moved on from a gradebook, which the new term does not have yet."""
    assert run(old, "new", "t2", "--shift-days", "7").exit_code == 0
    begun = old.file.read_text()
    (old.workdir.with_name("work-t2") / "gradebook.db").unlink(missing_ok=True)
    told = flat(run(old, "new", "t2", "--shift-days", "7").output)
    assert "t2 has no gradebook yet" in told
    assert "fairmark release" in told
    assert old.file.read_text() == begun


def test_a_folder_of_the_new_terms_name_is_not_touched(old):
    """Unless it is what an interrupted attempt left."""
    folder = old.workdir.with_name("work-t2")
    folder.mkdir()
    (folder / "mine.txt").write_text("")
    assert "is not empty" in flat(run(old, "new", "t2").output)
    (folder / "mine.txt").unlink()
    shutil.copy(old.workdir / "gradebook.db", folder)
    assert "holds a gradebook with students" in flat(run(old, "new", "t2").output)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('gradebook = "postgresql://x/y"', "the gradebook of this course is kept elsewhere"),
        ('attempts = "sqlite:////tmp/a.db"', "the attempts of this course is kept elsewhere"),
        ('exchange = "exchange"', "Name a new folder with --exchange"),
    ],
)
def test_what_lies_outside_the_working_folder_is_not_passed_over(old, setting, says):
    """A database on a server, and a folder that students share with the next class."""
    old.file.write_text(old.file.read_text().replace("[paths]", f"[paths]\n{setting}"))
    with pytest.raises(TermError, match=says):
        term.roll(settings.load(old.file), Wish("t2", {}))


def test_a_new_exchange_is_written_down(old):
    """Beside term and folder."""
    old.file.write_text(old.file.read_text().replace("[paths]", '[paths]\nexchange = "ex1"'))
    term.roll(settings.load(old.file), Wish("t2", {}, exchange="ex2"))
    assert tomllib.loads(old.file.read_text())["paths"]["exchange"] == "ex2"


def test_another_working_folder_than_the_settings_is_refused(old, tmp_path):
    """The new settings would not belong to it."""
    other = settings.load(old.file, workdir=tmp_path / "other")
    with pytest.raises(TermError, match="leave --workdir out"):
        term.roll(other, Wish("t2", {}))


def test_terms_follow_one_another(old):
    """The folder's name does not grow, and every earlier term's data are listed."""
    term.roll(old, Wish("t2", {}))
    second = settings.load(old.file)
    release.build(second)
    term.roll(second, Wish("t3", {}))
    third = settings.load(old.file)
    assert third.workdir.name == "work-t3"
    kept = retention.kept(third)
    assert {one.term for one in kept} == {"t1", "t2"}
    assert {one.where.name for one in kept if one.term == "t1"} >= {"gradebook.db", "submitted", "attempts.db"}
    told = run(third, "data").output
    assert "needed until appeals" in told


def test_tables_of_people_are_not_taken_for_exports(old):
    """Nobody is told that exceptions, which a person wrote, would be made again."""
    for name in ("roster.csv", "adjustments.csv", "consent.csv", "marks.csv"):
        (old.workdir / name).write_text("student\n")
    until = {one.where.name: one.until for one in retention.kept(old)}
    again = {name for name in until if name.endswith(".csv") and "made again" in until[name]}
    assert again == {"marks.csv"}


@pytest.mark.parametrize("name", ["for-canvas-report.txt", "for-moodle.tsv", "research.key", "reports"])
def test_what_points_to_persons_is_listed(old, name):
    """Also what is no table: reports, and the key of the pseudonyms."""
    before = {one.where.name for one in retention.kept(old)}
    (old.workdir / name).mkdir() if name == "reports" else (old.workdir / name).write_text("x")
    assert {one.where.name for one in retention.kept(old)} - before == {name}


def test_a_working_folder_that_is_a_link_is_followed_once(old):
    """The new term's dates go where its settings look for them."""
    target = old.file.parent / "disk" / "data"
    target.parent.mkdir()
    old.workdir.rename(target)
    old.workdir.symlink_to(target)
    told = run(old, "new", "t2", "--shift-days", "7")
    assert told.exit_code == 0, told.output
    with Gradebook(settings.load(old.file).gradebook) as book:
        assert str(book.find_assignment("mini1").duedate) == "2026-03-27 22:59:00"


def test_a_term_whose_name_no_file_can_have_ends_like_any_other(old):
    """Universities write 2026/27."""
    old.file.write_text(old.file.read_text().replace('term = "t1"', 'term = "2026/27"'))
    assert run(settings.load(old.file), "new", "2027-28", "--unfinished").exit_code == 0
    new = settings.load(old.file)
    assert settings.load(old.file.with_name("course-2026-27.toml")).term == "2026/27"
    (archive,) = (old.workdir.parent / "archive").iterdir()
    assert archive in {one.where for one in retention.kept(new)}


@pytest.mark.parametrize("inside", ["working folder", "archive"])
def test_a_folder_inside_the_bank_is_refused(old, inside):
    """It would be copied into itself, without end."""
    bank = old.bank if inside == "archive" else old.workdir.parent
    told = CliRunner().invoke(
        main,
        ["--settings", str(old.file), "--bank", str(bank), "term", "new", "t2"]
        + (["--archive", str(bank / "archive")] if inside == "archive" else []),
    )
    assert f"the {inside} lies inside the item bank" in flat(told.output)
    assert settings.load(old.file).term == "t1"


def test_a_journal_that_an_interrupted_attempt_left_is_no_obstacle(old):
    """Nor is it played into the new gradebook."""
    folder = old.workdir.with_name("work-t2")
    folder.mkdir()
    (folder / "gradebook.db").write_bytes(b"")
    (folder / "gradebook.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    told = run(old, "new", "t2", "--shift-days", "7")
    assert told.exit_code == 0, told.output
    assert not (folder / "gradebook.db-journal").exists()


def test_a_file_that_is_no_gradebook_is_named(old):
    """It is somebody's, and stays."""
    folder = old.workdir.with_name("work-t2")
    folder.mkdir()
    (folder / "gradebook.db").write_text("no database, and long enough to be read as one" * 40)
    assert "gradebook.db: cannot be read" in flat(run(old, "new", "t2").output)
    assert (folder / "gradebook.db").exists()


def test_a_bank_that_cannot_be_copied_is_named_by_its_file(old):
    """A link that leads nowhere; the same is told of a full disk."""
    (old.bank / "notes.txt").symlink_to("nowhere")
    told = flat(run(old, "new", "t2").output)
    assert "notes.txt: cannot be copied" in told
    assert settings.load(old.file).term == "t1"


def test_no_archived_table_takes_the_place_of_another(old):
    """Two tables of one name in two folders."""
    (old.file.parent / "own").mkdir()
    (old.file.parent / "own" / "course.toml").write_text("assignment,mode,attempts\n")
    text = old.file.read_text() + '\n[service]\nmodes = "own/course.toml"\n'
    old.file.write_text(text)
    with pytest.raises(TermError, match="has the same file name; rename one"):
        term.roll(settings.load(old.file), Wish("t2", {}))


# --- Dates ------------------------------------------------------------------------------------------------------------

MINSK = ZoneInfo("Europe/Minsk")


@pytest.mark.parametrize("separator", [",", ";"])
def test_dates_are_by_the_clock_that_is_named(tmp_path, separator):
    """As a spreadsheet saves them, with a mark at the start and either separator; an empty date sets none."""
    file = tmp_path / "dates.csv"
    text = "\ufeffassignment,due\nps1,2027-03-01 23:59\nps2,\n\nps3, 2027-03-08T09:00 \n"
    file.write_text(text.replace(",", separator), encoding="utf-8")
    assert duedates.read(file, ["ps1", "ps2", "ps3"], MINSK) == {
        "ps1": dt.datetime(2027, 3, 1, 20, 59, tzinfo=dt.UTC),
        "ps2": None,
        "ps3": dt.datetime(2027, 3, 8, 6, 0, tzinfo=dt.UTC),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty; its first line must name the columns assignment, due"),
        ("assignment,due\nps9,2027-03-01 23:59\n", "line 2: there is no assignment 'ps9'; there are ps1"),
        ("assignment,due\nps1,1 March\n", "line 2: '1 March' is no date and time; write it as in 2027-03-01 23:59"),
        ("assignment,due\nps1,\nps1,\n", "line 3: ps1 stands twice"),
        ("assignment,due\nps1,2027-03-01,23:59\n", "line 2: has 3 fields"),
        ('assignment,due\n"ps1,\n', "cannot be read"),
        ("assignment,due\nps1,0001-01-01 00:00\n", "line 2: '0001-01-01 00:00' is no date"),
    ],
)
def test_a_table_of_dates_that_cannot_be_used_is_named(tmp_path, text, says):
    """With line and remedy."""
    file = tmp_path / "dates.csv"
    file.write_text(text)
    with pytest.raises(duedates.DatesError, match=says):
        duedates.read(file, ["ps1"], MINSK)
