"""The table for research: who is in it, what is in it, and what is not."""

from __future__ import annotations

import csv
import re

import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook

from fairmark import bank, database, ledger, marking, research, results
from fairmark.cli import main
from fairmark.settings import Settings
from fairmark.tables import TableError

from . import late


def fairmark(course: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(course.file), *words])


def consent(course: Settings, *rows: str) -> None:
    research.consent_file(course).write_text("\n".join(["student,consent", *rows]), encoding="utf-8")


@pytest.fixture
def marked(course, submit, fake) -> Settings:
    """Return the small course with three students, who are marked; their written answers wait."""
    for number, student in enumerate(("anna", "bob", "cyd")):
        file = submit(course, student)
        file.with_name("timestamp.txt").write_text(f"2026-03-01 1{number}:17:43 UTC", encoding="ascii")
    marking.mark(course, "mini1")
    return course


def rows_of(course: Settings) -> list[dict[str, str]]:
    with (course.workdir / "research" / "items.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("table", [None, (), ("anna,no",)])
def test_without_consent_nobody_is_exported_and_the_command_says_so(marked, table):
    """Neither a table nor a key is made."""
    if table is not None:
        consent(marked, *table)
    result = fairmark(marked, "export", "--research")
    assert result.exit_code == 0
    assert "Nobody of 3 students has agreed, so nothing is written." in " ".join(result.output.split())
    assert not (marked.workdir / "research").exists()
    assert not (marked.workdir / research.KEY).exists()


def test_only_those_who_agreed_are_in_the_table_under_pseudonyms(marked):
    """Item by item, points as they stand in the gradebook, and an empty field where a person has still to look."""
    consent(marked, "anna,yes", "bob,no", "cyd,YES")
    result = fairmark(marked, "export", "--research")
    assert "2 of 3 students agreed; 2 of them have marks." in result.output
    assert "With fewer than 10 persons" in result.output
    rows = rows_of(marked)
    assert tuple(rows[0]) == research.COLUMNS
    persons = sorted({row["person"] for row in rows})
    assert len(persons) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", person) for person in persons)
    assert [row["person"] for row in rows] == sorted(row["person"] for row in rows)
    first = [row for row in rows if row["person"] == persons[0]]
    assert [row["item"] for row in first] == list(bank.load(marked.bank)["mini1"].entries)
    assert {row["item"]: row["points"] for row in first}["mini1-q5"] == ""
    assert {row["item"]: row["points"] for row in first}["mini1-q1"] == "1"


def test_a_table_of_those_who_agree_no_longer_is_named(marked):
    """Nothing is deleted behind anybody's back, and nothing is passed over."""
    consent(marked, "anna,yes")
    assert "delete it" not in fairmark(marked, "export", "--research").output
    consent(marked, "anna,no")
    said = " ".join(fairmark(marked, "export", "--research").output.split())
    assert f"A table of an earlier export stands in {marked.workdir / 'research'}: delete it." in said


def test_nothing_that_says_who_it_was_or_what_was_written_is_in_table_or_codebook(marked):
    """No id, no answer, no hour, no message of the bank."""
    consent(marked, "anna,yes", "bob,yes", "cyd,yes")
    assert fairmark(marked, "export", "--research").exit_code == 0
    folder = marked.workdir / "research"
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    text = "".join((folder / name).read_text(encoding="utf-8") for name in ("items.csv", "codebook.md"))
    said = results.records(marked, "mini1")[0]["written"]["mini1-q5"]
    for secret in ("anna", "bob", "cyd", ":17:43", "2026-03", "canary", "710.777", "src-2020", said):
        assert secret not in text
    assert {row["handed_in_quarter"] for row in rows_of(marked)} == {""}


def test_the_codebook_says_what_two_exports_tell_together(marked):
    """Whoever is in the first and not in the second took consent back."""
    consent(marked, "anna,yes")
    assert fairmark(marked, "export", "--research").exit_code == 0
    said = " ".join((marked.workdir / "research" / "codebook.md").read_text(encoding="utf-8").split())
    assert "Two exports made with the same key show, side by side, who took consent back" in said
    assert "fairmark export --forget-key" in said


def test_variants_are_in_it_only_on_request_and_with_a_warning(marked):
    """Because they can be computed from a class list."""
    consent(marked, "anna,yes")
    result = fairmark(marked, "export", "--research", "--variants")
    assert "With variants it is not anonymous" in result.output
    assert "not anonymous" in (marked.workdir / "research" / "codebook.md").read_text(encoding="utf-8")
    assert {row["item"] for row in rows_of(marked) if row["variant"]} == {"mini1-q3"}


def test_pseudonyms_stay_until_the_key_is_destroyed(marked):
    """The key is its owner's alone; a new one makes new pseudonyms, and so does another term."""
    consent(marked, "anna,yes")
    names = []
    for forget in (False, False, True):
        if forget:
            assert "The key is destroyed." in fairmark(marked, "export", "--forget-key").output
            assert not (marked.workdir / research.KEY).exists()
        assert fairmark(marked, "export", "--research").exit_code == 0
        names.append(rows_of(marked)[0]["person"])
        assert (marked.workdir / research.KEY).stat().st_mode & 0o777 == 0o600
    assert (names[0] == names[1], names[1] == names[2]) == (True, False)
    assert "There is no key." in [fairmark(marked, "export", "--forget-key").output.strip() for _ in range(2)]


def test_a_key_that_others_can_read_is_refused(marked):
    """The remedy is one command."""
    consent(marked, "anna,yes")
    key = marked.workdir / research.KEY
    key.write_text("0" * 64)
    key.chmod(0o644)
    result = fairmark(marked, "export", "--research")
    assert (result.exit_code, "others can read the key; run chmod 600" in " ".join(result.output.split())) == (1, True)
    key.chmod(0o600)
    assert fairmark(marked, "export", "--research").exit_code == 0
    key.write_text("short")
    assert "is no key of ours" in " ".join(fairmark(marked, "export", "--research").output.split())
    assert rows_of(marked)  # what was written before stays


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("zoe,yes", "line 2, column student: nobody in this class has the id 'zoe'"),
        ("anna,maybe", "line 2, column consent: 'maybe' is neither yes nor no"),
        ("anna,yes\nanna,no", "line 3, column student: anna stands twice"),
    ],
)
def test_a_table_of_consent_that_cannot_be_used_is_refused_with_its_line(marked, row, says):
    """Nothing is written then."""
    consent(marked, row)
    with pytest.raises(TableError, match=re.escape(says)):
        research.export(marked, marked.workdir / "research")
    assert not (marked.workdir / "research").exists()


def test_what_a_person_gave_is_what_counts(marked):
    """As the gradebook has it."""
    consent(marked, "anna,yes")
    with Gradebook(marked.gradebook) as book:
        grade = book.find_grade("mini1-q5", "mini1", "mini1", "anna")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        book.db.commit()
    research.export(marked, marked.workdir / "research")
    assert {row["item"]: row["points"] for row in rows_of(marked)}["mini1-q5"] == "2.5"


def test_small_groups_are_counted(course, submit, fake):
    """Of those with the same misconception in an item."""
    late.hand_in(submit, course, "anna")
    marking.mark(course, "mini1")
    with database.Database(course) as book, book.writing() as session:
        done = ledger.find(session, "mini1", "anna")
        for number, record in enumerate(done.record["items"]):
            record["misconception"] = "" if number else "mirrored"
        ledger.put(session, done)
    consent(course, "anna,yes")
    assert research.export(course, course.workdir / "research").small == 1
    assert "1 of 1 groups" in (course.workdir / "research" / "codebook.md").read_text(encoding="utf-8")


def test_research_and_platforms_do_not_mix(marked):
    """One message says which options go together."""
    result = fairmark(marked, "export", "--research", "--for", "canvas")
    assert result.exit_code == 2
    assert "go with --to and --variants only" in " ".join(result.output.split())
