"""Reading an instructor's tables, as spreadsheet programs save them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from fairmark import roster, tables
from fairmark.roster import Student
from fairmark.tables import TableError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_read_however_it_was_saved(encoding, separator, end, tmp_path):
    """Encoding, separator and line ends are found out; lines are counted where a row begins."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator=end)
    writer.writerows([["name", "note"], ["Марыя", "a, b; c\td"], ["", ""], ["Łukasz", f"two{end}lines"], ["x", "y"]])
    (tmp_path / "a.csv").write_bytes(stream.getvalue().encode(encoding))
    first, second, third = tables.read(tmp_path / "a.csv", ["name"], ["note"])
    assert (first["name"], first["note"]) == ("Марыя", "a, b; c\td")
    assert (second["name"], second["note"].split()) == ("Łukasz", ["two", "lines"])
    assert [one.where.rpartition(" ")[2] for one in (first, second, third)] == ["2", "4", "6"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty; its first line must name the columns name"),
        (b"nom\n", "line 1: the column 'name' is missing"),
        (b"name,other\n", "line 1: there is no column 'other'"),
        (b"name,name\n", "line 1: the column 'name' stands twice"),
        ("name\nЛёд".encode("cp1251"), "is not in UTF-8"),
        (b"PK\x03\x04\0\0\0", "is no text; save it as CSV"),
        (b'name\n"a"b\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(content, says, tmp_path):
    """The message names the file, and how to save it."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(TableError) as refusal:
        tables.read(tmp_path / "a.csv", ["name"])
    assert says in str(refusal.value)
    assert str(refusal.value).startswith(str(tmp_path / "a.csv"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    """With the system's own words."""
    with pytest.raises(TableError, match=r"a\.csv: cannot be read: No such file"):
        tables.read(tmp_path / "a.csv", ["name"])


@how(deadline=None)
@given(st.text())
def test_text_made_harmless_is_no_formula_and_loses_nothing(text):
    """At most one mark is put before it."""
    safe = tables.harmless(text)
    assert not tables.looks_like_formula(safe)
    assert safe in {text, f"'{text}"}


# --- The class list ---------------------------------------------------------------------------------------------------


def test_ids_keep_their_zeros_and_their_case(course):
    """A table with all columns, of a class with names from several alphabets."""
    roster.file(course).write_text(
        "student,last_name,first_name,username,id_number\nanna,Кавалёва,Ганна,Anna.K,000123\nbob,,,,\n",
        encoding="utf-8",
    )
    assert roster.load(course) == {
        "anna": Student("anna", "Кавалёва", "Ганна", "", "Anna.K", "000123"),
        "bob": Student("bob"),
    }
    assert [one.name for one in roster.load(course).values()] == ["Кавалёва, Ганна", "bob"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("anna,a,1\nanna,b,2", "line 3, column student: anna stands twice"),
        ("anna,a,1\nbob,A,2", "line 3, column username: A stands in the row of anna too"),
        ("anna,a,1\nbob,b,1", "line 3, column id_number: 1 stands in the row of anna too"),
        ("anna,=a,1", "line 2, column username: '=a' would be taken for a formula"),
        (",a,1", "line 2, column student: '' cannot be an id"),
    ],
)
def test_a_class_list_that_cannot_be_used_is_refused_with_its_line(row, says, course):
    """The message names file, line, column and remedy."""
    roster.file(course).write_text(f"student,username,id_number\n{row}\n", encoding="utf-8")
    with pytest.raises(TableError) as refusal:
        roster.load(course)
    assert str(refusal.value).startswith(f"{roster.file(course)}, {says}")
