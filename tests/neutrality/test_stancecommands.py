"""A coder of one's own gets a form, has it checked and compared, and loses nothing."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from neutrality import stanceforms, stances, tables
from neutrality.__main__ import main

ROWS = len(stances.issues()) * len(stances.ACTORS)


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a form that the command has written."""
    form = tmp_path / "anna.csv"
    assert main(["stances", "form", "anna", str(form)]) == 0
    capsys.readouterr()
    return form


def fill(form: Path, coder: str, code: str) -> Path:
    """Fill in a form with one code for Minsk, and with no answer of the source for everybody else."""
    rows = list(csv.DictReader(io.StringIO(form.read_text(encoding="utf-8-sig"), newline="")))
    for number, row in enumerate(rows):
        told = row["actor"] == "minsk"
        row["coder"], row["code"] = coder, (code if number % 8 else "0") if told else "not in the source"
        row["locators"], row["reason"] = (row["places"].split(";")[0], "It says so.") if told else ("", "")
    filled = form.with_name(f"{coder}.csv")
    with filled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return filled


def test_a_form_has_every_open_issue_and_actor(empty: Path) -> None:
    """Nothing that serves as a graded question is in it, and spreadsheets see its encoding."""
    assert empty.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(empty.read_text(encoding="utf-8-sig"), newline="")))
    assert {row["issue"] for row in rows} == set(stances.issues()["id"])
    assert len(rows) == ROWS


def test_a_form_never_replaces_a_file(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands there may be hours of work."""
    before = empty.read_bytes()
    assert main(["stances", "form", "anna", str(empty)]) == 1
    assert "is there already" in capsys.readouterr().err
    assert empty.read_bytes() == before


@pytest.mark.parametrize("name", ["adjudicated", "pass-a", " "])
def test_a_coder_needs_a_name_of_its_own(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The course's coders keep theirs."""
    assert main(["stances", "form", name, str(tmp_path / "form.csv")]) == 1
    assert "Choose another name" in capsys.readouterr().err
    assert not (tmp_path / "form.csv").exists()


def test_checking_an_empty_form_lists_lines_and_remedies(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first problems are shown, and the number of all."""
    assert main(["stances", "check", str(empty)]) == 1
    said = capsys.readouterr().err
    assert "line 2: the code is missing. Write one of" in said
    assert f"and {ROWS - stanceforms.SHOWN} more" in said


def test_a_filled_form_is_in_order(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says how many answers it read."""
    assert main(["stances", "check", str(fill(empty, "anna", "1")), str(fill(empty, "ben", "2"))]) == 0
    assert capsys.readouterr().out.count(f"{ROWS} answers, all in order") == 2


def test_two_forms_are_compared(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for all and for each actor, and a dash where nothing can be computed."""
    assert main(["stances", "compare", str(fill(empty, "anna", "1")), str(fill(empty, "ben", "1"))]) == 0
    lines = capsys.readouterr().out.splitlines()
    found = {line.split()[0]: line.split()[1:] for line in lines if line.split()[0] in ("all", *stances.ACTORS)}
    each = str(ROWS // len(stances.ACTORS))
    assert found["minsk"][:4] == [each, each, "1.000", "1.000"]
    assert found["neighbour"][3:] == ["–"] * 5


def test_a_form_is_compared_with_the_course(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The course's settled codes count as one more coder."""
    assert main(["stances", "compare", str(fill(empty, "anna", "1")), "--with", "adjudicated"]) == 0
    assert "Coders: anna, adjudicated" in capsys.readouterr().out


@pytest.mark.parametrize("more", [[], ["again"]])
def test_one_coder_cannot_be_compared(more: list[str], empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor a coder with itself; the message says what to add."""
    form = str(fill(empty, "anna", "1"))
    assert main(["stances", "compare", form, *[form for _ in more]]) == 1
    assert "--with adjudicated" in capsys.readouterr().err


def test_a_coder_that_the_course_does_not_have_is_an_error(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message lists those there are."""
    assert main(["stances", "compare", str(fill(empty, "anna", "1")), "--with", "nobody"]) == 1
    assert "'pass-a'" in capsys.readouterr().err


def test_build_says_what_it_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each table, with its number of rows."""
    folder = tmp_path / "data"
    shutil.copytree(tables.data_folder(), folder, ignore=shutil.ignore_patterns("unga"))
    assert main(["stances", "build", "--out", str(folder)]) == 0
    assert "selection.csv, 6 rows" in capsys.readouterr().out


def test_build_lists_what_to_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong cell is an error message and no traceback."""
    folder = tmp_path / "data"
    shutil.copytree(tables.data_folder(), folder, ignore=shutil.ignore_patterns("unga"))
    path = folder / "stances" / "claims.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("osw-2018 fn5", "osw-2018 fn55"), encoding="utf-8")
    assert main(["stances", "build", "--out", str(folder)]) == 1
    assert "'osw-2018 fn55' names no place" in capsys.readouterr().err
