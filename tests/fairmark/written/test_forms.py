"""The same marking by a table: read back whole or not at all, and every mistake named with its row."""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner

from fairmark.cli import main
from fairmark.database import Database
from fairmark.written import forms
from fairmark.written.errors import WrittenError


@pytest.fixture
def table(room, tmp_path):
    """Return a class of three, and its table as lists."""
    for name in ("anna", "bob", "cyril"):
        room.hand_in(name, "=HYPERLINK(1)<script>canary</script>")
    return room, tmp_path / "ps.csv"


def write(room, file, **what):
    with Database(room.course) as book, book.reading() as session:
        return forms.write(session, room.task(**what), file.with_suffix(""))


def read(room, file, **what):
    with Database(room.course) as book, book.writing() as session:
        return forms.read(session, room.task(**what), file)


def rows(file):
    return list(csv.reader(file.read_text("utf-8-sig").splitlines()))


def fill(file, change, delimiter=",", encoding="utf-8-sig"):
    lines = rows(file)
    for number, line in enumerate(lines[1:]):
        change(number, line)
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(lines)


def all_good(number, line):
    line[3:] = ["2", "0.5", "Good, and clear; so there."]


def test_a_table_goes_round(table):
    """Written, filled in, read, written again: the same marks; read once more it changes nothing."""
    room, file = table
    page, (made,) = write(room, file)
    assert made == file
    assert rows(file)[0] == ["answer", "question", "version", "Claim (0 to 2)", "Evidence (0 to 2)", "comment"]
    assert [one.stat().st_mode & 0o777 for one in (page, made)] == [0o600, 0o600]
    text = page.read_text()
    assert "<script" not in text
    assert [line for line in (text + file.read_text()).splitlines() if "anna" in line] == []
    assert "canary" not in file.read_text()
    fill(file, all_good)
    assert read(room, file) == forms.Read(3, 0, 0)
    assert room.grade("bob") == (2.5, False, "Claim: 2 of 2; Evidence: 0.5 of 2.\nGood, and clear; so there.")
    assert read(room, file) == forms.Read(0, 3, 0)
    write(room, file.with_name("again.csv"))
    assert [line[3:] for line in rows(file.with_name("again.csv"))[1:]] == [
        ["2", "0.5", "Good, and clear; so there."]
    ] * 3


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_spreadsheets_other_ways_are_understood(table, delimiter, encoding):
    """Semicolons or tabs, UTF-16, commas in numbers, rows without points, a note that looks like a formula."""
    room, file = table
    write(room, file)

    def change(number, line):
        line[3:] = ["1,25", "2,0", "=1+1"] if number else ["", "", ""]

    fill(file, change, delimiter, encoding)
    assert read(room, file) == forms.Read(2, 0, 1)
    write(room, file.with_name("again.csv"))
    comments = sorted(line[-1] for line in rows(file.with_name("again.csv"))[1:])
    assert comments == ["", "'=1+1", "'=1+1"]
    assert read(room, file.with_name("again.csv")) == forms.Read(0, 2, 1)


def test_a_table_read_once_more_marks_no_answer_that_nobody_read(table):
    """Not a text that was handed in since, and not over what the formgrader says since."""
    room, file = table
    write(room, file)
    fill(file, all_good)
    assert read(room, file) == forms.Read(3, 0, 0)
    room.hand_in("anna", "Another text, which nobody has read.")
    with pytest.raises(WrittenError, match="was changed since the table was written"):
        read(room, file)
    assert (room.grade("anna")[1], room.answer("anna").state) == (True, "again")
    write(room, file.with_name("again.csv"))
    fill(file.with_name("again.csv"), all_good)
    read(room, file.with_name("again.csv"))
    room.formgrader("bob", 4)
    with pytest.raises(WrittenError, match="was changed since the table was written"):
        read(room, file.with_name("again.csv"))
    assert room.grade("bob")[0] == 4


@pytest.mark.parametrize("comment", ["'Neutral' is not defined.", "'tis so", "=1", "'=1", "＝1+1", "-", "''"])
def test_a_comment_comes_back_as_it_was_given(table, comment):
    """Whatever it begins with; and a table holds no formula."""
    room, file = table
    room.give("anna", 1, 1, comment=comment)
    write(room, file)
    written = next(line[-1] for line in rows(file)[1:] if line[-1])
    assert not written.startswith(("=", "＝", "-"))
    read(room, file)
    assert room.answer("anna").last.judgement.comment == comment


def test_a_comment_in_quotation_marks_keeps_them(table):
    """Where a person wrote it into the table."""
    room, file = table
    write(room, file)
    fill(file, lambda number, line: line.__setitem__(slice(3, 6), ["1", "-0", "'Neutral' is not defined."]))
    read(room, file)
    assert room.grade("anna")[2] == "Claim: 1 of 2; Evidence: 0 of 2.\n'Neutral' is not defined."


def put(at, value):
    def change(number, line):
        line[at] = value if number == 1 else line[at]
        line[3:5] = line[3:5] if number == 1 and at in (3, 4) else ["1", "1"]
        if number == 1 and at in (3, 4):
            line[7 - at] = "1"

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (put(3, "3"), "row 3: Claim: 3 is not possible; give a number from 0 to 2"),
        (put(4, ""), "row 3: Evidence: is empty; give a number"),
        (put(4, "two"), "row 3: Evidence: “two” is no number"),
        (put(4, "nan"), "row 3: Evidence: nan is not possible"),
        (put(0, "aaaa-aaaa"), "row 3: aaaa-aaaa: there is no answer with this code"),
        (put(1, "mini1-q1"), "leave these columns alone"),
        (put(2, "0" * 16), "was changed since the table was written; write a new one"),
        (put(5, "x" * 4001), "row 3: comment: longer than 4000"),
        (lambda number, line: line.append("more"), "has 7 fields, and 6 are wanted"),
        (lambda number, line: line.__setitem__(slice(3, 6), ["", "", "words"]), "has a comment and no points"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_taken(table, change, says):
    """Though the other rows are good."""
    room, file = table
    write(room, file)
    fill(file, change)
    with pytest.raises(WrittenError, match="Nothing was taken") as caught:
        read(room, file)
    assert says in str(caught.value)
    assert room.grade("anna") == room.grade("bob") == room.grade("cyril") == (None, True, None)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n", "row 1: must have the columns"),
        ("answer,ü\n".encode("cp1252"), "CSV UTF-8"),
        (b'a,"b\n', "is no table"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_such_table_is_named(table, content, says):
    """With what to do."""
    room, file = table
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WrittenError, match=says):
        read(room, file)


def test_a_filled_in_table_is_not_overwritten(table):
    """Somebody's afternoon may be in it."""
    room, file = table
    write(room, file)
    with pytest.raises(WrittenError, match="may be filled in"):
        write(room, file)


def test_an_answer_that_stands_twice_is_named(table):
    """Nobody could say which of the two counts."""
    room, file = table
    write(room, file)
    fill(file, all_good)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines, lines[1]]), "utf-8")
    with pytest.raises(WrittenError, match=r"row 5: .* stands twice"):
        read(room, file)


def test_the_command_goes_the_whole_way(table):
    """Out, in, a second marker by table, agreement, settling; blind by default."""
    room, file = table
    stem = str(file.with_suffix(""))

    def run(*words):
        return CliRunner().invoke(main, ["--settings", str(room.course.file), "written", "mini1", *words])

    assert "To fill in" in run("--out", stem).output
    fill(file, all_good)
    assert "3 marks written" in run("--from", str(file), "--marker", "Ada").output
    assert "No answer was marked twice" in run("--agreement").output
    second = file.with_name("second.csv")
    run("--second", "--marker", "Bob", "--sample", "2", "--out", str(second.with_suffix("")))
    assert len(rows(second)) == 3
    fill(second, lambda number, line: line.__setitem__(slice(3, 6), ["2", "2" if number else "0.5", ""]))
    assert "2 marks written" in run("--from", str(second), "--second", "--marker", "Bob", "--sample", "2").output
    told = run("--agreement").output
    assert "two markers (Ada and Bob), 2 answers" in told
    assert "too few for a coefficient" in told
    assert told.count("open") == 1
    settle = file.with_name("settle.csv")
    made = run("--settle", "--out", str(settle.with_suffix("")))
    assert made.exit_code == 0, made.output
    assert "Second, Bob" in settle.with_suffix(".html").read_text()
    fill(settle, lambda number, line: line.__setitem__(slice(3, 6), ["2", "1", ""]))
    assert "1 marks written" in run("--settle", "--from", str(settle), "--marker", "Ada and Bob").output
    assert "3 by Ada and Bob" in run("--agreement").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mini9"], "there is no assignment 'mini9'"),
        (["mini1", "--second", "--settle"], "are different tasks"),
        (["mini1", "--sample", "3"], "--sample goes with --second"),
        (["mini1", "--second", "--names"], "is blind"),
        (["mini1", "--marker", " "], "who marks"),
        (["mini1", "--marker", "a\u202eb"], "who marks"),
        (["mini1", "--out", "a", "--from", "b"], "choose one"),
    ],
)
def test_options_that_do_not_go_together_are_named(course, words, says):
    """Before anything is opened."""
    told = CliRunner().invoke(main, ["--settings", str(course.file), "written", *words])
    assert told.exit_code != 0
    assert says in " ".join(told.output.split())
