"""Marks into the gradebook files of three platforms: filled in, or new; read back by another library."""

from __future__ import annotations

import csv
import io
import itertools
import stat
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as how
from hypothesis import strategies as st

from fairmark import bank, filling, lms, marking, newfile, report, roster, sheets, transfer
from fairmark.cli import main
from fairmark.report import Row
from fairmark.roster import Student
from fairmark.settings import Settings
from fairmark.sheets import Form
from fairmark.tables import TableError
from fairmark.transfer import Marks, Told
from fairmark.weights import Weight

from . import late

CANVAS, MOODLE, BLACKBOARD = (lms.PLATFORMS[name] for name in ("canvas", "moodle", "blackboard"))

STUDENTS = {
    "anna": Student("anna", "Кавалёва", "Ганна", "A", "anna.k", "000123", "anna@uni.example", "501"),
    "bob": Student("bob", "O'Neil, Jr", 'Bob "B"', "A", "bob.o", "000124", "bob@uni.example", "502"),
    "cyd": Student("cyd", "", "", "", "cyd", "000125", "cyd@uni.example", "503"),
    "dan": Student("dan", "Dan", "Dan", "", "dan", "000126", "dan@uni.example", "504"),
}
PS1 = Marks(
    "ps1",
    "Problem set 1: first steps",
    20.0,
    {"anna": 17.5, "bob": 0.0, "cyd": None, "dan": None},
    excused=frozenset({"dan"}),
    missing=frozenset({"bob"}),
)
COURSE = Marks("course", "Course mark", 100.0, {"anna": 88.25, "bob": None, "cyd": None, "dan": None})

CANVAS_FILE = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Problem set 1 (77),Other (78),Current Score,Final Grade
,,,,,Manual Posting,,,
    Points Possible,,,,,20.00,5.00,(read only),(read only)
"Кавалёва, Ганна",501,000123,anna.k,A,,4.50,90.00,A
"O'Neil, Jr, Bob ""B""",502,000124,bob.o,A,11.00,=1+1,80.00,B
"Cyd",503,000125,cyd,A,9,0.00,,
"Dan, Dan",504,000126,dan,A,,,,
"Eve, Eve",505,000999,eve,A,3,3.00,,
"Student, Test",506,,deadbeef,A,,,,
'''
MOODLE_FILE = (
    '"First name","Last name","ID number",Institution,Department,"Email address",'
    '"Assignment: Problem set 1 (Real)","Assignment: Problem set 1 (Percentage)","Essay: a view (Real)",'
    '"Course total (Real)","Last downloaded from this course"\n'
    "Ганна,Кавалёва,000123,,,anna@uni.example,-,-,-,-,1767225600\n"
    '"Bob ""B""","O\'Neil, Jr",000124,,,bob@uni.example,11.00,"55.00 %",3.00,14.00,1767225600\n'
    'Cyd,,000125,,,cyd@uni.example,9.00,"45.00 %",-,-,1767225600\n'
    "Dan,Dan,000126,,,dan@uni.example,-,-,-,-,1767225600\n"
)
BLACKBOARD_FILE = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"Weighted Total [Total Pts: up to 100 Score] |1"\t"Problem set 1 [Total Pts: 20 Score] |664617"\t'
    '"Notes [Total Pts: 0 Text] |664618"\r\n'
    '"Кавалёва"\t"Ганна"\t"anna.k"\t"000123"\t"2026-03-01"\t"Yes"\t"88"\t""\t""\r\n'
    '"O\'Neil, Jr"\t"Bob ""B"""\t"bob.o"\t"000124"\t""\t"Yes"\t""\t"11.0"\t"late"\r\n'
    '"Cyd"\t""\t"cyd"\t"000125"\t""\t"Yes"\t""\t"Needs Grading(9)"\t""\r\n'
    '"Dan"\t"Dan"\t"dan"\t"000126"\t""\t"Yes"\t""\t""\t""\r\n'
)


def put(folder: Path, text: str, encoding: str = "utf-8", name: str = "downloaded.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def grid(file: Path, encoding: str = "utf-8-sig", separator: str = ",") -> list[list[str]]:
    """Read a file by another library, as text throughout."""
    table = pd.read_csv(
        file, header=None, dtype=str, keep_default_na=False, encoding=encoding, sep=separator, skip_blank_lines=False
    )
    return table.to_numpy().tolist()


def fill(platform: lms.Platform, source: Path, marks: list[Marks] | None = None, **options: object) -> Told:
    named: dict[str, str] = options.pop("named", {})  # type: ignore[assignment]
    students: dict[str, Student] = options.pop("students", STUDENTS)  # type: ignore[assignment]
    return filling.fill(
        platform,
        source,
        source.with_name("filled.csv"),
        marks or [PS1],
        students,
        named,
        **options,  # type: ignore[arg-type]
    )


def changed(before: list[list[str]], after: list[list[str]]) -> dict[tuple[int, int], str]:
    assert [len(row) for row in before] == [len(row) for row in after]
    return {
        (number, index): new
        for number, (old_row, new_row) in enumerate(zip(before, after, strict=True))
        for index, (old, new) in enumerate(zip(old_row, new_row, strict=True))
        if old != new
    }


names = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12) | st.sampled_from(
    ["=1+1", "+375", "-x", "@SUM(A1)", "\t=1", 'a"b', "a,b;c", "two\nlines", "Ł", "עברית", "\ufeff"]
)


# --- Into a file that was downloaded ----------------------------------------------------------------------------------


def test_canvas_is_filled_in_and_nothing_else_is_touched(tmp_path):
    """The 0 of who handed nothing in, EX for who is excused; the open mark's field stays; ids keep their zeros."""
    source = put(tmp_path, CANVAS_FILE)
    told = fill(CANVAS, source, [PS1, COURSE])
    assert changed(grid(source), grid(tmp_path / "filled.csv")) == {(3, 5): "17.5", (4, 5): "0", (6, 5): "EX"}
    assert (told.written, told.students) == (3, 3)
    assert told.columns == ("ps1, of 20, into 'Problem set 1 (77)'", "not in the file: course")
    assert told.of(transfer.REPLACED) == ['ps1: O\'Neil, Jr, Bob "B" (bob) had 11.00, has 0']
    assert told.of(transfer.OPEN) == ["ps1: cyd has 9 in the file"]
    assert told.of(transfer.MISSING) == ['ps1: O\'Neil, Jr, Bob "B" (bob)']
    assert told.of(transfer.UNKNOWN) == ["line 8: 505, 000999, eve", "line 9: 506, deadbeef"]
    assert (told.of(transfer.EXCUSED), told.of(transfer.CLOSED), told.of(transfer.ABSENT)) == ([], [], [])


def test_moodle_is_filled_in_and_nothing_else_is_touched(tmp_path):
    """Points, and not the per cent beside them; who is excused is named, since a file cannot say it."""
    source = put(tmp_path, MOODLE_FILE)
    told = fill(MOODLE, source)
    assert changed(grid(source), grid(tmp_path / "filled.csv")) == {(1, 6): "17.5", (2, 6): "0"}
    assert told.of(transfer.EXCUSED) == ["ps1: Dan, Dan (dan)"]
    assert told.of(transfer.OPEN) == ["ps1: cyd has 9.00 in the file"]


def test_blackboard_is_filled_in_and_nothing_else_is_touched(tmp_path):
    """As it downloads: tabs, UTF-16 with its mark, every field in quotation marks, and a code for what waits."""
    source = put(tmp_path, BLACKBOARD_FILE, "utf-16", "downloaded.xls")
    told = fill(BLACKBOARD, source)
    filled = tmp_path / "filled.csv"
    assert changed(grid(source, "utf-16", "\t"), grid(filled, "utf-16", "\t")) == {(1, 7): "17.5", (2, 7): "0"}
    raw = filled.read_bytes()
    assert raw.startswith(b"\xff\xfe")
    assert raw.decode("utf-16") == BLACKBOARD_FILE.replace('"Yes"\t"88"\t""', '"Yes"\t"88"\t"17.5"').replace(
        '"11.0"', '"0"'
    )
    assert told.of(transfer.OPEN) == ["ps1: cyd has Needs Grading(9) in the file"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_every_byte_but_the_marks_stays(encoding, tmp_path):
    """Whichever order of bytes the file has."""
    source = put(tmp_path, "\ufeff" + BLACKBOARD_FILE, encoding)
    fill(BLACKBOARD, source)
    expected = BLACKBOARD_FILE.replace('"Yes"\t"88"\t""', '"Yes"\t"88"\t"17.5"').replace('"11.0"', '"0"')
    assert (tmp_path / "filled.csv").read_bytes() == ("\ufeff" + expected).encode(encoding)


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_file_keeps_its_form(mark, end, separator, tmp_path):
    """Encoding, mark, separator and line ends are the file's; a file with decimal commas gets them."""
    rows = [line.split(",") for line in ("Student,ID,SIS Login ID,Section,ps1 (7)", "Anna,501,anna.k,A,1", ",,,,")]
    rows[1][4] = "1,5" if separator == ";" else "1.5"
    source = put(tmp_path, end.join(separator.join(row) for row in rows) + end, mark)
    fill(CANVAS, source)
    expected = "17,5" if separator == ";" else "17.5"
    assert (tmp_path / "filled.csv").read_bytes() == source.read_bytes().replace(rows[1][4].encode(), expected.encode())


def test_what_canvas_does_not_assign_is_left_and_named(tmp_path):
    """N/A stays, since Canvas ignores a mark there."""
    told = fill(CANVAS, put(tmp_path, CANVAS_FILE.replace("anna.k,A,,", "anna.k,A,N/A,")))
    assert told.of(transfer.CLOSED) == ["ps1: Кавалёва, Ганна (anna)"]
    assert grid(tmp_path / "filled.csv")[3][5] == "N/A"


def test_who_is_not_in_the_file_is_named(tmp_path):
    """Here and there: nobody is dropped without a word."""
    told = fill(MOODLE, put(tmp_path, MOODLE_FILE.replace("000125,,,cyd@", "000777,,,fay@")))
    assert told.of(transfer.ABSENT) == ["cyd"]
    assert told.of(transfer.UNKNOWN) == ["line 4: 000777, fay@uni.example"]


def test_zeros_that_a_spreadsheet_program_took_away_are_noticed(tmp_path):
    """The remedy is to download the file anew."""
    students = {"anna": Student("anna", id_number="000123")}
    told = fill(BLACKBOARD, put(tmp_path, BLACKBOARD_FILE.replace('"000123"', '"123"')), students=students)
    assert "anna.k, 123 (is it 000123? then a spreadsheet program took the zeros away" in told.of(transfer.UNKNOWN)[0]


def test_a_login_that_is_an_email_address_finds_its_student(tmp_path):
    """Capital letters do not matter."""
    students = {"anna": Student("anna", email="anna.k@uni.example")}
    told = fill(CANVAS, put(tmp_path, CANVAS_FILE.replace("anna.k", "Anna.K@uni.example")), students=students)
    assert told.written == 1


def test_headings_in_another_language_can_be_named(tmp_path):
    """Both who the students are, and where the marks belong."""
    text = MOODLE_FILE.replace("ID number", "Номер").replace("Email address", "Пошта")
    source = put(tmp_path, text.replace("Assignment: ", "Заданне: "))
    with pytest.raises(TableError, match='say which column names the students: --column id_number="First name"'):
        fill(MOODLE, source)
    assert fill(MOODLE, source, named={"email": "Пошта"}).written == 2


def test_points_that_differ_are_converted_only_when_asked(tmp_path):
    """Marks of 20 into a column of 10 are halved, or refused."""
    source = put(tmp_path, CANVAS_FILE.replace("20.00", "10.00"))
    with pytest.raises(TableError, match=r"'Problem set 1' carries 10 points in Canvas, and ps1 20 here.*--scale"):
        fill(CANVAS, source)
    assert not (tmp_path / "filled.csv").exists()
    fill(CANVAS, source, scale=True)
    assert [row[5] for row in grid(tmp_path / "filled.csv")][3:5] == ["8.75", "0"]


@pytest.mark.parametrize("points", ["0.00", "NaN", "inf", "-5"])
def test_no_mark_is_converted_into_points_that_are_none(points, tmp_path):
    """A column of 0 points would make every mark a 0."""
    source = put(tmp_path, CANVAS_FILE.replace("20.00,5.00", f"{points},5.00"))
    with pytest.raises(TableError, match="so no mark can be converted"):
        fill(CANVAS, source, scale=True)
    assert not (tmp_path / "filled.csv").exists()


@pytest.mark.parametrize(
    ("change", "named", "says"),
    [
        (("Section,", "Sections,"), {}, "line 1: the column Section is missing"),
        (("Problem set 1", "Quiz"), {}, "the file has 'Quiz', 'Other'. Say which is which: --column ps1=\"Quiz\""),
        (("Other (78)", "ps1 (78)"), {}, "ps1 could be 'Problem set 1 (77)' and 'ps1 (78)'; say which: --column ps1="),
        (("", ""), {"ps1": "Nothing"}, "no column for marks is called 'Nothing'; there are 'Problem set 1', 'Other'"),
        (("", ""), {"ps9": "Other"}, "there is nothing called 'ps9'; there are ps1"),
        (("", ""), {"ps1": "Current Score"}, "no column for marks is called 'Current Score'"),
        ((",502,", ",501,"), {}, "line 5: names two students (canvas_id 501 is anna"),
        (("502,000124,bob.o", "501,,"), {}, "line 5: is anna, and so is line 4"),
        (('Cyd",503,', 'Cyd",503,,'), {}, "line 6: has 10 fields, and the heading has 9"),
        (("", ""), {"course": "Problem set 1"}, "ps1 and course would both go into 'Problem set 1 (77)'"),
        (("(77)", ""), {"ps1": "Problem set 1"}, "no column for marks is called"),
        (("20.00,5.00", "(read only),5.00"), {}, "no column is called like an assignment here"),
    ],
)
def test_a_file_that_cannot_be_filled_in_is_refused_with_its_line(change, named, says, tmp_path):
    """The message names file, line and remedy; nothing is written."""
    source = put(tmp_path, CANVAS_FILE.replace(*change))
    with pytest.raises(TableError) as refusal:
        fill(CANVAS, source, [PS1, *([COURSE] if "course" in named else [])], named=named)
    assert says in str(refusal.value)
    assert not (tmp_path / "filled.csv").exists()


@pytest.mark.parametrize("content", [b"", b"x\n", b"a,b\n1,2\n", b"PK\x03\x04\0", "Łódź".encode("cp1250")])
@pytest.mark.parametrize("platform", lms.PLATFORMS.values(), ids=lambda one: one.name)
def test_a_file_of_another_kind_is_refused(platform, content, tmp_path):
    """Named, and without a traceback."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(TableError, match=r"a\.csv"):
        fill(platform, tmp_path / "a.csv")


def test_the_downloaded_file_is_never_written_over(tmp_path):
    """It is the only copy of what the platform said."""
    source = put(tmp_path, CANVAS_FILE)
    with pytest.raises(TableError, match="name another one with --to"):
        filling.fill(CANVAS, source, source, [PS1], STUDENTS, {})
    assert source.read_text(encoding="utf-8") == CANVAS_FILE


def test_two_students_with_one_name_are_refused(tmp_path):
    """A row of the class list settles it."""
    twins = {"anna": Student("anna", username="bob"), "bob": Student("bob", username="bob")}
    with pytest.raises(TableError, match=r"the username 'bob' is anna's and bob's; give both a row"):
        fill(CANVAS, put(tmp_path, CANVAS_FILE), students=twins)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    people=st.lists(st.tuples(names, names), max_size=6),
    form=st.sampled_from(
        [Form("utf-8"), Form("utf-8-sig", ";", "\n"), Form("utf-16-le", "\t", quote_all=True), Form("utf-16-be")]
    ),
)
def test_whatever_else_stands_in_a_file_stays(people, form, tmp_path):
    """Names and other columns of any kind, in each form; only anna's field changes."""
    rows = [[one, "", f"x{number}", "A", two, "3"] for number, (one, two) in enumerate(people)]
    assume(not any("\r" in field for row in rows for field in row))
    heading = ["Student", "ID", "SIS Login ID", "Section", "Other (78)", "ps1 (77)"]
    before = [heading, *rows, ["Anna", "", "anna.k", "A", "=1", ""], *rows]
    sheets.write(before, form, tmp_path / "downloaded.csv")
    told = fill(CANVAS, tmp_path / "downloaded.csv")
    after = list(
        csv.reader(
            io.StringIO(
                (tmp_path / "filled.csv").read_bytes().decode(form.encoding).removeprefix("\ufeff"), newline=""
            ),
            delimiter=form.separator,
        )
    )
    assert changed(before, after) == {(len(rows) + 1, 5): "17.5"}
    assert len(told.of(transfer.UNKNOWN)) == 2 * len(rows)


# --- A new file -------------------------------------------------------------------------------------------------------


def fresh(platform: lms.Platform, folder: Path, marks: list[Marks], students: dict[str, Student] | None = None) -> Told:
    return newfile.write(platform, folder / "new.csv", marks, STUDENTS if students is None else students)


def test_a_new_canvas_file_has_what_canvas_asks_for(tmp_path):
    """Heading up to Section, the row of points possible, and no mark for who has none."""
    told = fresh(CANVAS, tmp_path, [PS1, COURSE])
    heading, points, *rows = grid(tmp_path / "new.csv")
    assert heading == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", PS1.title, "Course mark"]
    assert points == ["    Points Possible", "", "", "", "", "20", "100"]
    assert [row[1:] for row in rows] == [
        ["501", "000123", "anna.k", "A", "17.5", "88.25"],
        ["502", "000124", "bob.o", "A", "0", ""],
        ["504", "000126", "dan", "", "EX", ""],
    ]
    assert not (tmp_path / "new.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert told.of(transfer.MISSING) == ['ps1: O\'Neil, Jr, Bob "B" (bob)']
    assert told.of(transfer.OPEN) == [
        "ps1: cyd",
        'course: O\'Neil, Jr, Bob "B" (bob); cyd; Dan, Dan (dan)',
    ]


def test_a_new_moodle_file_names_every_student_in_one_way(tmp_path):
    """A row without a name would go to the student before it; no mark is a dash."""
    lacking = STUDENTS | {"bob": Student("bob", email="bob@uni.example", id_number="0")}
    fresh(MOODLE, tmp_path, [PS1, COURSE], lacking)
    assert grid(tmp_path / "new.csv") == [
        ["Email address", PS1.title, "Course mark"],
        ["anna@uni.example", "17.5", "88.25"],
        ["bob@uni.example", "0", "-"],
    ]
    with pytest.raises(TableError, match=r"Moodle needs one way to name every student; in roster.csv .* is missing of"):
        fresh(MOODLE, tmp_path, [PS1], STUDENTS | {"bob": Student("bob")})


def test_a_new_blackboard_file_leaves_out_whom_blackboard_could_not_recognise(tmp_path):
    """They are named; every field stands in quotation marks."""
    told = fresh(BLACKBOARD, tmp_path, [PS1], STUDENTS | {"bob": Student("bob", id_number="1")})
    assert grid(tmp_path / "new.csv")[1:] == [["Кавалёва", "Ганна", "anna.k", "17.5"]]
    assert told.of(transfer.UNKNOWN) == ["bob has no username in roster.csv"]
    assert (tmp_path / "new.csv").read_text(encoding="utf-8").startswith('"Last Name","First Name","Username"')


def test_an_assignment_without_any_settled_mark_is_named(tmp_path):
    """It has no column in the new file."""
    told = fresh(CANVAS, tmp_path, [PS1, Marks("ps2", "Two", 5.0, dict.fromkeys(STUDENTS))])
    assert told.columns == ("ps1, of 20, as 'Problem set 1: first steps'", "no mark is settled yet in ps2")
    assert grid(tmp_path / "new.csv")[0][-1] == PS1.title


def test_a_new_file_for_nobody_is_refused(tmp_path):
    """Nothing is written."""
    with pytest.raises(TableError, match="no mark is settled yet"):
        fresh(CANVAS, tmp_path, [Marks("ps1", "t", 1.0, {"anna": None})])
    assert not (tmp_path / "new.csv").exists()


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(people=st.lists(st.tuples(names, names, st.none() | st.floats(0, 100)), min_size=1, max_size=6))
@pytest.mark.parametrize("platform", lms.PLATFORMS.values(), ids=lambda one: one.name)
def test_no_name_breaks_a_new_file_or_becomes_a_formula(platform, people, tmp_path):
    """Read by Python's reader: the grid is whole, ids and marks are exact, and no field begins a formula."""
    numbered = {f"s{number:03}": person for number, person in enumerate(people)}
    students = {name: Student(name, one, two, username=name) for name, (one, two, _) in numbered.items()}
    values = {name: mark for name, (*_, mark) in numbered.items()}
    assume(any(mark is not None for mark in values.values()))
    newfile.write(platform, tmp_path / "new.csv", [Marks("ps1", "t", 100.0, values)], students)
    rows = list(csv.reader(io.StringIO((tmp_path / "new.csv").read_bytes().decode(), newline="")))
    at = next(index for index, name in enumerate(rows[0]) if name in {"SIS Login ID", "Username"})
    read = {row[at]: row[-1] for row in rows[1:] if row[at]}
    assert {name: float(mark) for name, mark in read.items()} == {
        name: round(mark, 2) for name, mark in values.items() if mark is not None
    }
    assert len({len(row) for row in rows}) == 1
    assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for field in itertools.chain(*rows))


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(names, min_size=4, max_size=4), max_size=6),
    form=st.sampled_from(
        [Form("utf-8"), Form("utf-8-sig", ";", "\n"), Form("utf-16-le", "\t", quote_all=True), Form("utf-16-be")]
    ),
)
def test_any_grid_is_read_as_it_was_written(rows, form, tmp_path):
    """Whatever stands in it, in each of the forms that platforms use."""
    whole = [["Student", "ID", "Section", "x (1)"], *rows]
    assume(not any("\r" in field for row in whole for field in row))
    sheets.write(whole, form, tmp_path / "a.csv")
    read = sheets.read(tmp_path / "a.csv")
    assert read.rows == whole
    sheets.write(read.rows, read.form, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0


# --- The command ------------------------------------------------------------------------------------------------------


def fairmark(course: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, ["--settings", str(course.file), *words])


@pytest.fixture
def marked(course, submit, fake) -> Settings:
    """Return the small course: anna and bob are marked, cyd is in the class list only, dan is excused."""
    course = late.with_policy(course)
    for student in ("anna", "bob"):
        late.hand_in(submit, course, student)
    marking.mark(course, "mini1")
    roster.file(course).write_text("student,username\nanna,anna.k\ncyd,cyd\ndan,dan\n", encoding="utf-8")
    late.adjust(course, "dan,mini1,excused,,letter,Ada")
    return course


def test_the_command_fills_a_file_in_and_says_who_was_left_out_and_what_comes_next(marked, tmp_path):
    """In words for somebody who does not program, and as a whole in a file beside it."""
    text = CANVAS_FILE.replace("Problem set 1", "A small problem set").replace("20.00", "13")
    result = fairmark(marked, "export", "--for", "canvas", "--into", str(put(tmp_path, text)))
    said = " ".join(result.output.split())
    assert result.exit_code == 0, result.output
    target = marked.workdir / "for-canvas.csv"
    for part in (
        f"For Canvas: {target}",
        "3 marks of 3 students. mini1, of 13, into 'A small problem set (77)'; not in the file: course.",
        "Nothing was handed in, so 0; with --missing empty nothing is written (1): mini1: cyd",
        "In the file, and not known here (3): line 5: 502, 000124, bob.o",
        "Known here, and not in the file (1): bob",
        "In Canvas open Grades, then Import, choose this file",
    ):
        assert part in said
    rows = {row.student: row for row in report.table(marked, [])}
    assert {row[3]: row[5] for row in grid(target)[3:]} == {
        "anna.k": f"{rows['anna'].total:g}",
        "bob.o": "11.00",
        "cyd": "0",
        "dan": "EX",
        "eve": "3",
        "deadbeef": "",
    }
    whole = marked.workdir / "for-canvas-report.txt"
    assert "deadbeef" in whole.read_text(encoding="utf-8")
    assert [stat.S_IMODE(one.stat().st_mode) for one in (target, whole)] == [0o600, 0o600]


def test_a_report_is_not_written_over_the_file_that_was_downloaded(marked, tmp_path):
    """Whatever that one is called."""
    source = put(tmp_path, CANVAS_FILE.replace("Problem set 1", "A small problem set").replace("20.00", "13"))
    source = source.rename(tmp_path / "marks-report.txt")
    result = fairmark(marked, "export", "--for", "canvas", "--into", str(source), "--to", str(tmp_path / "marks.csv"))
    assert (result.exit_code, "would be written over it" in " ".join(result.output.split())) == (2, True)
    assert source.read_bytes().startswith(b"Student")


@pytest.mark.parametrize(
    ("weight", "points", "value"),
    [(None, 13, None), (Weight(1, 60, 40), 13, None), (Weight(1, 100, 0), 9, 7.1), (Weight(1, 0, 100), 4, None)],
)
def test_only_what_counts_is_transferred(mini_bank_text, tmp_path, weight, points, value):
    """Where written answers count nothing they need not be marked, and their share of lateness falls away."""
    (tmp_path / "mini1.yaml").write_text(mini_bank_text, encoding="utf-8")
    rows = [
        Row("anna", "mini1", "marked", 8.0, 9.0, None, 4.0, late=1.3),
        Row("bob", "mini1", "not handed in", 0.0, 13.0, 0.0, 0.0),
    ]
    (one,) = transfer.gather(rows, bank.load(tmp_path), [], None, {"mini1": weight} if weight else None)
    assert one.points == points
    assert one.values == {"anna": value if value is None else pytest.approx(value), "bob": 0.0}


@pytest.mark.parametrize("platform", lms.PLATFORMS)
def test_the_command_writes_a_new_file_for_each_platform(marked, platform):
    """With the course mark, and empty where asked for those who handed nothing in."""
    assert fairmark(marked, "export", "--for", platform, "--missing", "empty", "mini1").exit_code == 0
    rows = grid(marked.workdir / f"for-{platform}.csv")
    assert rows[0][-2:] == ["A small problem set", "Course mark"]
    assert {row[-2] for row in rows[-3:]} <= {"A small problem set", "13", "9", "7", "EX", "", "-"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--into", "x.csv"), "Say for which platform"),
        (("mini1",), "Say for which platform"),
        (("--for", "canvas", "ps9"), "there is no assignment 'ps9'; the bank has mini1"),
        (("--for", "canvas", "--into", "nowhere.csv"), "nowhere.csv: cannot be read: No such file"),
        (("--for", "canvas", "--into", "nowhere.csv", "--column", "mini1"), 'write it as --column ps1="The title'),
        (
            (
                "--for",
                "sakai",
            ),
            "'sakai' is not one of",
        ),
    ],
)
def test_an_export_that_cannot_be_made_is_refused(words, says, marked):
    """In one message, and nothing is written."""
    result = fairmark(marked, "export", *words)
    assert result.exit_code != 0
    assert says in " ".join(result.output.split())
    assert not list(marked.workdir.glob("for-*"))
