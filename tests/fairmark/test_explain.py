"""`fairmark explain`: the whole story for the instructor, and of it a page that a student may see."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from fairmark import attempts, audit, bank, explain, gradebook, marking, regrade
from fairmark.attempts import Attempt
from fairmark.cli import main
from fairmark.database import Database
from fairmark.explanation import page
from fairmark.jobs import Outcome, Sent
from fairmark.written import marks
from fairmark.written.answers import Task, queue
from fairmark.written.rubric import Judgement
from worksheet import variants


def run(course, *words):
    return CliRunner().invoke(main, ["--settings", str(course.file), "explain", *words])


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def answering(fake):
    """Return a function that sets what every notebook answers to some questions."""

    def answer(**texts: str):
        def reply(job):
            sent = {one.item: Sent("null") for one in job.requests}
            return Outcome(sent=sent | {f"mini1-{name}": Sent(text) for name, text in texts.items()})

        fake.answers = staticmethod(reply)

    return answer


def given(course, student, points, marker="canary-marker", comment="", round_="first"):
    with Database(course) as book, book.writing() as session:
        found = queue(session, Task(course, "mini1", round_, marker))
        one = next(one for one in found.answers if one.place.student == student)
        rubric = found.rubric(one.place.item)
        rules = gradebook.config(course)
        marks.give(session, rules, found.wanted, one.place, rubric, Judgement((points,), comment), one.standing.version)


def test_an_explanation_tells_question_answer_rule_and_history(course, submit, answering):
    """Variant, message, bank, software, a corrected key and what it gave."""
    submit(course, "anna")
    answering(q1='"left"', q3="710.777")
    marking.mark(course, "mini1")
    told = run(course, "anna", "mini1-q1").output
    for part in ("0 of 1 points, wrong", "Where does it stand?", "left", "M16", "M23", "canary-q1-left", "mirrored"):
        assert part in told, part
    assert "Bank and rules are those by which this was marked." in told
    assert re.search(r"The program marked it\. 0 points\. \[bank and rules [0-9a-f]{12}, .*fairmark 0\.1\.0", told)
    one = explain.explain(course, "anna", "mini1-q3")
    assert (one.variant is not None, one.given.keys(), one.asked_then) == (True, {"base"}, True)
    file = course.bank / "mini1.yaml"
    text = file.read_text().replace("key: right\n", "key: left\n").replace("answer: left, mis", "answer: right, mis")
    file.write_text(text)
    told = flat(run(course, "anna", "mini1-q1").output)
    assert "Today the same answer would get 1 point. Run fairmark regrade mini1." in told
    regrade.regrade(course, "mini1")
    told = flat(run(course, "anna", "mini1-q1").output)
    assert "1 of 1 points, right" in told
    assert told.index("marked it. 0 points") < told.index("anew, after a correction. 1 point.")


def test_the_question_is_the_one_that_was_asked(course, submit, answering):
    """Though the bank has another text by now, and though the student wrote one that looks like it."""

    def forge(notebook):
        notebook.cells.insert(0, notebook.cells[0].copy())
        notebook.cells[0] = type(notebook.cells[0])(
            cell_type="markdown", metadata={}, source="### Question mini1-q1 · 1 point\n\nForged", id="forged"
        )

    submit(course, "anna", change=forge)
    answering(q1='"left"')
    marking.mark(course, "mini1")
    file = course.bank / "mini1.yaml"
    file.write_text(file.read_text().replace("Where does it stand?", "Where is it now?"))
    one = explain.explain(course, "anna", "mini1-q1")
    assert "Where does it stand?" in one.question
    assert "Forged" not in one.question
    assert any("were changed since" in note for note in one.notes)


def test_a_persons_marks_are_told_with_names_to_the_instructor_only(course, submit, fake):
    """The student's page says that a person marked, and shows no second marking."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    given(course, "anna", 4, comment="Well said.")
    given(course, "anna", 2, marker="canary-second", round_="second")
    given(course, "anna", 3, marker="canary-both", round_="settled")
    told = run(course, "anna", "mini1-q5").output
    for part in ("canary-marker", "canary-second", "settled marking by canary-both", "3 of 4 points"):
        assert part in told, part
    shown = page(explain.explain(course, "anna", "mini1-q5"))
    assert "It was settled after two people had marked it." in shown
    assert "canary-marker" not in shown
    assert "canary-second" not in shown
    assert "canary-both" not in shown
    assert "to compare" not in shown


def test_points_from_the_formgrader_are_named_as_such(course, submit, fake):
    """Nobody wrote down who gave them; a comment at an automatic question is told, here and on the feedback page."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook) as book:
        grade = book.find_grade("mini1-q1", "mini1", "mini1", "anna")
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        book.find_comment("mini1-q1-answer", "mini1", "mini1", "anna").manual_comment = "Half a point for the idea."
        book.db.commit()
    told = flat(run(course, "anna", "mini1-q1").output)
    assert "0.5 of 1 points" in told
    assert "The gradebook says 0.5 points by a person." in told
    assert "M28" in told
    assert "Half a point for the idea." in told
    gradebook.check(gradebook.api(course).generate_feedback("mini1", "anna"), "write feedback")
    assert "Half a point" in (course.workdir / "feedback" / "anna" / "mini1" / "mini1.html").read_text()


def test_attempts_at_the_service_are_part_of_the_story(course, submit, fake):
    """With their number, and for the instructor what was sent."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with attempts.Log(course) as log:
        log.append([Attempt("anna", "mini1", "mini1-q1", "attempts", '"middle"', limit=2)])
        log.append([Attempt("bob", "mini1", "mini1-q1", "attempts", '"canary-of-bob"', limit=2)])
    told = flat(run(course, "anna", "mini1-q1").output)
    assert 'marking service: attempt 1. [mode attempts, answer "middle"]' in told
    assert "canary-of-bob" not in told


def test_what_could_not_be_marked_says_why(course, submit, fake):
    """A student may be told to hand in again."""
    submit(course, "anna").write_text("{")
    marking.mark(course, "mini1")
    one = explain.explain(course, "anna", "mini1-q1")
    assert (one.outcome, one.score, one.rules[0].case) == ("refused", None, "M29")
    assert "hand it in again" in page(one)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("ana", "mini1-q1"), "there is no student 'ana' in the gradebook. Did you mean anna?"),
        (("anna", "mini1-q11"), "there is no question 'mini1-q11' in the bank. Did you mean mini1-q1"),
        (("anna", "x"), "None has a name like it"),
        (("bob", "mini1-q1"), "bob has no marked submission of mini1"),
        (("anna", "mini1-q1", "--page", "x.html", "--with-key"), "is for the student"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(course, submit, fake, words, says):
    """Instead of a traceback."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook) as book:
        book.update_or_create_student("bob")
    told = run(course, *words)
    assert told.exit_code != 0
    assert says in flat(told.output)


def test_a_bank_that_changed_since_is_no_obstacle(course, submit, fake):
    """A variant that was taken out, and a question that was put in; neither ends in a traceback."""
    student = next(
        f"s{n}" for n in range(99) if variants.choose(course.course, course.term, "mini1-q3", f"s{n}", 3) == 2
    )
    submit(course, student)
    marking.mark(course, "mini1")
    file = course.bank / "mini1.yaml"
    text = file.read_text().replace("[{base: 10}, {base: 20}, {base: 30}]", "[{base: 10}, {base: 20}]")
    text = text.replace("710.777, 720.777, 730.777", "710.777, 720.777").replace(
        "690.777, 680.777, 670.777", "690.777, 680.777"
    )
    (asked,) = re.findall(r"(?s)  - id: mini1-q5\n.*?(?=  - id: |\Z)", text)
    file.write_text(text.replace(asked, asked + asked.replace("mini1-q5", "mini1-q77")))
    told = run(course, student, "mini1-q3", "--with-key")
    assert told.exit_code == 0, told.output
    assert "this variant was taken out" in told.output
    told = run(course, student, "mini1-q77")
    assert (told.exit_code, "not in mini1 as it was released" in flat(told.output)) == (1, True), told.output


def test_a_student_taken_out_by_nbgrader_is_named(course, submit, fake):
    """Whose record of marking stands until it is deleted, too."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with Gradebook(course.gradebook) as book:
        book.remove_student("anna")
        book.add_student("anna")
    told = run(course, "anna", "mini1-q1")
    assert told.exit_code == 0, told.output


def test_the_page_for_a_student_tells_no_key_and_nobody_else(course, submit, answering):
    """Of all canaries of the bank it holds those that the verdict itself tells; the key only as the student's own."""
    submit(course, "anna")
    submit(course, "canary-bob")
    answering(q1='"left"', q2='"src-2020 s7.p1"', q3="1.5", q4='[{"value":2},{"value":6},{"value":-4096}]', q6='"1906"')
    marking.mark(course, "mini1")
    keys = ("s7.p8", "710.777", "720.777", "730.777", "4095", "1907", "mirrored")
    for name, entry in bank.load(course.bank)["mini1"].entries.items():
        one = explain.explain(course, "anna", name)
        shown = page(one)
        told = set(re.findall(r"canary-[\w-]+", shown))
        assert told <= set(re.findall(r"canary-[\w-]+", f"{one.message}\n{one.answer}")), (name, told)
        assert not [key for key in keys if key in shown], name
        assert "script" not in shown.replace("description", "")
        assert entry.item.prompt.strip()[:10] in shown


def test_hostile_answers_are_text(course, submit, fake, tmp_path):
    """On the page and on the terminal."""
    submit(course, "anna", {"mini1-q5": "</div><script>alert(1)</script>\u202e\x1b[2J"})
    marking.mark(course, "mini1")
    file = tmp_path / "page.html"
    assert run(course, "anna", "mini1-q5", "--page", str(file)).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "&lt;/div&gt;&lt;script&gt;" in file.read_text()
    assert "<script" not in file.read_text()
    told = run(course, "anna", "mini1-q5").output
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_the_log_stays_what_it_is(course, submit, fake):
    """Explaining writes nothing."""
    submit(course, "anna")
    marking.mark(course, "mini1")
    with Database(course) as book, book.reading() as session:
        before = audit.last(session)
    run(course, "anna", "mini1-q1", "--with-key")
    with Database(course) as book, book.reading() as session:
        assert audit.last(session) == before
    assert json.dumps(sorted(one.name for one in course.workdir.iterdir())).find("attempts.db") < 0
