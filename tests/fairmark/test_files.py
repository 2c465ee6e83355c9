"""Writing files whole or not at all, tables for other programs, and settings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairmark import settings
from fairmark.exports import COLUMNS, course_marks_csv, marks_csv
from fairmark.files import PRIVATE, fingerprint, replace_folder, write_text
from fairmark.report import Row
from fairmark.settings import Settings, SettingsError


def test_text_is_written_once(tmp_path):
    """The same content again leaves the file alone."""
    file = tmp_path / "deep" / "file.txt"
    assert write_text(file, "ö\n")
    before = file.stat().st_mtime_ns, file.stat().st_ino
    assert not write_text(file, "ö\n")
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before
    assert write_text(file, "other")
    assert file.read_bytes() == b"other"
    assert [one.name for one in file.parent.iterdir()] == ["file.txt"]
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("had", "asked", "has"), [(0o644, PRIVATE, 0o600), (0o600, 0o644, 0o600), (0o664, 0o644, 0o644)]
)
def test_the_same_content_again_only_takes_rights_away(had, asked, has, tmp_path):
    """What an older version left open is closed; what its owner closed stays closed."""
    file = tmp_path / "marks.csv"
    write_text(file, "anna,1")
    file.chmod(had)
    assert not write_text(file, "anna,1", mode=asked)
    assert file.stat().st_mode & 0o777 == has


@pytest.mark.parametrize("existed", [True, False])
def test_a_folder_is_replaced_as_a_whole(existed, tmp_path):
    """Nothing of the old one stays, and nothing lies about."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    (new / "b").write_text("b")
    if existed:
        old.mkdir()
        (old / "a").write_text("a")
    replace_folder(new, old)
    assert [one.name for one in old.iterdir()] == ["b"]
    assert [one.name for one in tmp_path.iterdir()] == ["old"]


def test_a_fingerprint_sees_names_contents_and_places(tmp_path):
    """Any of the three changes it; asking again does not."""
    seen = {fingerprint(tmp_path / "nowhere")}
    (tmp_path / "a").write_text("1")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "b").write_text("2")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "c").mkdir()
    (tmp_path / "b").rename(tmp_path / "c" / "b")
    seen.add(fingerprint(tmp_path))
    assert len(seen) == 5
    assert fingerprint(tmp_path) in seen


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a,"b"\nc', "🦆", "Ł"])
def test_a_name_cannot_become_a_formula_nor_break_the_table(hostile, tmp_path):
    """A spreadsheet shows a hostile id as text, and the columns stay in place."""
    row = Row(hostile, "ps1", "marked", 1.5, 3.0, None, 2.0, attention=hostile)
    marks_csv([row], tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as stream:
        (read,) = csv.DictReader(stream)
    assert tuple(read) == COLUMNS
    assert read["student"].removeprefix("'") == read["attention"].removeprefix("'") == hostile
    assert not read["student"].startswith(("=", "+", "-", "@", "\t"))
    assert (read["automatic"], read["by_hand"], read["total"], read["out_of"]) == ("1.5", "", "", "5")


def test_only_the_owner_reads_tables_of_marks(tmp_path):
    """They name students."""
    marks_csv([Row("anna", "ps1", "marked", 1.5, 3.0, None, 2.0)], tmp_path / "marks.csv")
    course_marks_csv({"anna": 50.0}, "default", tmp_path / "course-marks.csv")
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("status", "by_hand", "late", "total"),
    [("marked", 2.0, 0.0, 3.5), ("marked", 2.0, 9.0, 0.0), ("marked", None, 0.0, None), ("flagged", 2.0, 0.0, None)],
)
def test_a_total_is_only_there_when_nothing_is_open(status, by_hand, late, total):
    """A mark that waits for a person is no number, and lateness never makes it negative."""
    assert Row("anna", "ps1", status, 1.5, 3.0, by_hand, 2.0, late).total == total


def test_settings_come_from_the_call_then_the_environment_then_the_file(new_course, tmp_path, monkeypatch):
    """A department's private bank goes before the published one."""
    course: Settings = new_course(tmp_path / "course")
    assert settings.load(course.file).bank == tmp_path / "course" / "items"
    monkeypatch.setenv("FAIRMARK_BANK", str(tmp_path / "private"))
    assert settings.load(course.file).bank == tmp_path / "private"
    assert settings.load(course.file, bank=tmp_path / "given").bank == tmp_path / "given"


@pytest.mark.parametrize("start", [".", "deep/down", "../course"])
def test_settings_are_found_here_or_above(start, new_course, tmp_path, monkeypatch):
    """From any folder of the course, and by the environment from anywhere."""
    course: Settings = new_course(tmp_path / "course")
    here = tmp_path / "course" / start
    here.mkdir(parents=True, exist_ok=True)
    assert settings.find_file(here) == course.file
    monkeypatch.setenv("FAIRMARK_SETTINGS", str(course.file))
    assert settings.find_file(Path("/")) == course.file


def test_missing_settings_say_what_to_name(tmp_path):
    """The error names the option."""
    with pytest.raises(SettingsError, match=r"no course\.toml in .*; name it with --settings FILE"):
        settings.find_file(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('term = "t1"', "term = 2026", r"\[course\]: term must be in quotation marks, as in term = \"2026\""),
        (
            'id = "small-course"',
            'id = "Our course"',
            r"\[course\]: id is 'Our course'; use letters, digits and hyphens",
        ),
        ('id = "small-course"', 'id = "../x"', r"use letters, digits and hyphens"),
        ('lessons = "lessons"', 'lessons = ["lessons"]', r"\[paths\]: lessons must be in quotation marks"),
        ("[student.files]", '[student]\npackages = "package/x"\n[student.files]', r"packages must be a list"),
        ("[course]", "marks = 3\n[course]", r"marks must be a table; write \[marks\]"),
        ('term = "t1"\n', "", r"\[course\]: the field 'term' is missing; add it"),
        ("[paths]", "[path]", r"there is no \[path\] in these settings; there are \[course\], \[paths\], \[marks\]"),
        ("[paths]", "[student.paths]", r"\[student\]: there is no setting 'paths'"),
        ('lessons = "lessons"', 'lesson = "lessons"', r"\[paths\]: there is no setting 'lesson'; there are bank, "),
        (
            "[course]",
            '[marks]\nweights = "w.csv"\nscheme = "default"\npolcy = "policy.csv"\n[course]',
            r"\[marks\]: there is no setting 'polcy'; there are weights, scheme, policy, drop_lowest",
        ),
        ("[course]", "[service]\nmodes = 1\n[course]", r"\[service\]: modes must be in quotation marks"),
        (
            "[course]",
            '[marking]\nwarm = "a:b"\n[course]',
            r'\[marking\]: warm must be a list, as in warm = \["module:f',
        ),
        ("[student.files]", "[student]\npackages = [1]\n[student.files]", r"packages must be a list"),
        ("[student.files]", "[student.prepare]\nx = 3\n[student.files]", r"write \[student\.prepare\] on a line"),
    ],
)
def test_a_setting_of_another_kind_is_named(new_course, tmp_path, old, new, says):
    """The message names the file, the field and the remedy."""
    file = new_course(tmp_path / "course").file
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SettingsError, match=says):
        settings.load(file)


def test_a_course_needs_no_package_and_no_file_of_its_own(new_course, tmp_path):
    """Lessons and assignments alone are a course."""
    file = new_course(tmp_path / "course").file
    file.write_text(file.read_text().partition("[student.files]")[0])
    course = settings.load(file)
    assert (course.packages, course.student_files, course.prepare) == ((), {}, {})
