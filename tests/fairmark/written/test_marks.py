"""A mark by a person: one transaction into nbgrader's gradebook and into the log, and never lost."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from fairmark import audit, gradebook, marking, posting, regrade
from fairmark.cli import main
from fairmark.database import Database
from fairmark.posting import ByHand
from fairmark.written import marks
from fairmark.written.errors import ChangedError, WrittenError


def wrong(course) -> list[str]:
    with Database(course) as book, book.reading() as session:
        return audit.verify(session)


def logged(course) -> list[dict]:
    with Database(course) as book, book.reading() as session:
        return list(marks.events(session, "mini1"))


def test_a_mark_stands_in_gradebook_log_and_feedback(room):
    """With its points by criterion, its comment, its marker, and what stood there before."""
    room.hand_in("anna")
    assert room.grade("anna") == (None, True, None)
    room.give("anna", 2, 0.5, comment="Say more <b>of</b> it.")
    assert room.grade("anna") == (2.5, False, "Claim: 2 of 2; Evidence: 0.5 of 2.\nSay more <b>of</b> it.")
    (entry,) = logged(room.course)
    assert (entry["criteria"], entry["score"], entry["marker"], entry["round"]) == ([2, 0.5], 2.5, "Ada", "first")
    assert entry["before"] == {"score": None, "waits": True, "comment": None}
    assert wrong(room.course) == []
    gradebook.check(gradebook.api(room.course).generate_feedback("mini1", "anna"), "write feedback")
    page = (room.course.workdir / "feedback" / "anna" / "mini1" / "mini1.html").read_text()
    assert "Evidence: 0.5 of 2.\nSay more &lt;b&gt;of&lt;/b&gt; it." in page


def test_a_mark_is_written_whole_or_not_at_all(room, monkeypatch):
    """Where the log fails, the gradebook keeps what it said."""
    room.hand_in("anna")
    with monkeypatch.context() as broken:
        broken.setattr(marks.audit, "append", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            room.give("anna", 2, 2)
    assert (room.grade("anna"), logged(room.course)) == ((None, True, None), [])


@pytest.mark.parametrize("score", [-0.25, 4.25, float("nan")])
def test_no_mark_is_above_what_the_gradebook_says(room, score):
    """The last door before the table; whatever came through the others."""
    room.hand_in("anna")
    rules, given = gradebook.config(room.course), ByHand(score, waits=False, comment=None)
    with room.writing(room.task(), "anna") as (session, queue, _):  # noqa: SIM117
        with pytest.raises(ValueError, match="between 0 and 4"):
            posting.post_by_hand(session, rules, queue.wanted, "anna", "mini1-q5", given)


def test_the_same_mark_again_writes_nothing(room):
    """So a page may save as often as it likes."""
    room.hand_in("anna")
    room.give("anna", 1, 2)
    room.give("anna", 1, 2)
    assert len(logged(room.course)) == 1


def test_what_changed_meanwhile_is_not_overwritten(room):
    """Neither what another marker gave, nor what the formgrader says, nor a new answer."""
    file = room.hand_in("anna")
    seen = room.answer("anna").standing.version
    room.give("anna", 1, 0, marker="Bob")
    with pytest.raises(ChangedError, match="Nothing was written"):
        room.give("anna", 2, 2, seen=seen)
    seen = room.answer("anna").standing.version
    room.formgrader("anna", 3)
    with pytest.raises(ChangedError):
        room.give("anna", 2, 2, seen=seen)
    seen = room.answer("anna").standing.version
    file.write_text(file.read_text().replace("thought", "second thought"))
    marking.mark(room.course, "mini1")
    with pytest.raises(ChangedError):
        room.give("anna", 2, 2, seen=seen)
    assert room.grade("anna")[0] == 3


def test_taking_back_puts_back_what_was_there(room):
    """Step by step, down to what the formgrader said before."""
    room.hand_in("anna")
    room.formgrader("anna", 3.5, "From the formgrader.")
    room.give("anna", 1, 1)
    room.give("anna", 2, 2, comment="Better.")
    room.undo("anna")
    assert room.grade("anna") == (2, False, "Claim: 1 of 2; Evidence: 1 of 2.")
    room.undo("anna")
    assert room.grade("anna") == (3.5, False, "From the formgrader.")
    with pytest.raises(WrittenError, match="nothing to take back"):
        room.undo("anna")
    assert [one["undoes"] > 0 for one in logged(room.course)] == [False, False, True, True]
    assert wrong(room.course) == []


def test_nobody_takes_back_what_another_gave(room):
    """They may give another mark; the log has both."""
    room.hand_in("anna")
    room.give("anna", 1, 1)
    with pytest.raises(WrittenError, match="is by Ada"):
        room.undo("anna", marker="Bob")
    room.give("anna", 2, 1, marker="Bob")
    assert [one["marker"] for one in logged(room.course)] == ["Ada", "Bob"]


def test_a_second_marking_changes_no_mark(room):
    """Nor does its page hold anything that depends on the first's points."""
    room.hand_in("anna")
    room.give("anna", 2, 2)
    one = room.answer("anna", round="second", marker="Bob").standing.version
    room.give("anna", 0, 0)
    assert room.answer("anna", round="second", marker="Bob").standing.version == one
    room.give("anna", 1, 2, round="second", marker="Bob")
    assert room.grade("anna")[0] == 0


def test_a_settled_mark_counts_and_says_who_settled(room):
    """It is done in the first marking's list too, and may be taken back."""
    room.hand_in("anna")
    room.give("anna", 2, 2)
    room.give("anna", 0, 0, round="second", marker="Bob")
    room.give("anna", 1, 1, round="settled", marker="Ada and Bob")
    assert (room.grade("anna")[0], room.answer("anna").state) == (2, "done")
    assert room.answer("anna").settled.place.marker == "Ada and Bob"
    room.undo("anna", round="settled", marker="Ada and Bob")
    assert room.grade("anna")[0] == 4


@pytest.mark.parametrize(("how", "points"), [("settled", (1, 1)), ("settled", (2, 2)), ("formgrader", (1, 1))])
def test_taking_back_never_takes_another_mark_that_counts(room, how, points):
    """Neither the settled one nor the formgrader's, even where it is as many points."""
    room.hand_in("anna")
    room.give("anna", 2, 2)
    if how == "settled":
        room.give("anna", 0, 0, round="second", marker="Bob")
        room.give("anna", *points, round="settled", marker="Ada and Bob")
    else:
        room.formgrader("anna", sum(points))
    with pytest.raises(WrittenError, match="not the one that counts now"):
        room.undo("anna")
    assert room.grade("anna")[:2] == (sum(points), False)
    assert wrong(room.course) == []


def test_a_first_mark_after_the_settled_one_is_not_undone_with_it(room):
    """What counts is the later of the two."""
    room.hand_in("anna")
    room.give("anna", 2, 2)
    room.give("anna", 0, 0, round="second", marker="Bob")
    room.give("anna", 1, 1, round="settled", marker="Ada")
    room.give("anna", 2, 0)
    with pytest.raises(WrittenError, match="not the one that counts now"):
        room.undo("anna", round="settled")
    room.undo("anna")
    assert room.grade("anna")[0] == 2
    room.undo("anna", round="settled")
    assert room.grade("anna")[0] == 4


def test_a_version_is_never_a_number(room):
    """A spreadsheet program would write 1234567890123456 or 12e34 back as another one."""
    for name in ("anna", "bob"):
        room.hand_in(name)
        with pytest.raises(ValueError, match="could not convert"):
            float(room.answer(name).standing.version)
        assert room.answer(name).standing.version.startswith("v")


def test_a_student_taken_out_of_the_gradebook_stops_nobody(room):
    """As nbgrader's own command does it; the others are marked."""
    room.hand_in("anna")
    room.hand_in("bob")
    seen = room.answer("anna")
    with Gradebook(room.course.gradebook) as book:
        book.remove_student("anna")
    assert [one.place.student for one in room.queue().answers] == ["bob"]
    with Database(room.course) as book, book.reading() as session, pytest.raises(ChangedError, match="taken out"):
        marks.standing(session, room.queue().wanted, seen.place)


def test_marking_again_and_regrading_keep_what_a_person_gave(room):
    """A changed notebook asks for another look; a corrected key does not."""
    file = room.hand_in("anna")
    room.give("anna", 2, 1, comment="Kept.")
    bank = room.course.bank / "mini1.yaml"
    bank.write_text(bank.read_text().replace('key: "1907"', 'key: "1908"'))
    regrade.regrade(room.course, "mini1")
    assert room.grade("anna") == (3, False, "Claim: 2 of 2; Evidence: 1 of 2.\nKept.")
    file.write_text(file.read_text().replace("1907", "1908"))
    marking.mark(room.course, "mini1")
    assert room.grade("anna") == (3, True, "Claim: 2 of 2; Evidence: 1 of 2.\nKept.")
    assert room.answer("anna").state == "again"
    room.give("anna", 2, 1, comment="Kept.")
    assert (room.grade("anna")[:2], room.answer("anna").state) == ((3, False), "done")
    assert wrong(room.course) == []


def test_lateness_is_reckoned_anew_when_a_person_marks(room):
    """A plug-in that takes a tenth takes a tenth of the whole."""
    (room.course.file.parent / "nbgrader_local.py").write_text(
        """\
from nbgrader.plugins import BasePlugin

class Tenth(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 10

c = get_config()
c.AssignLatePenalties.plugin_class = Tenth
"""
    )
    from nbgrader.api import Gradebook

    with Gradebook(room.course.gradebook) as book:
        book.update_or_create_assignment("mini1", duedate="2026-01-01 00:00:00 UTC")
    room.submit(room.course, "anna")
    folder = room.course.workdir / "submitted" / "anna" / "mini1"
    (folder / "timestamp.txt").write_text("2026-01-02 00:00:00 UTC")
    marking.mark(room.course, "mini1")

    def late() -> tuple[float, float]:
        with Gradebook(room.course.gradebook) as book:
            one = book.find_submission("mini1", "anna")
            return one.score, one.late_submission_penalty

    score, penalty = late()
    assert penalty == pytest.approx(score / 10)
    room.give("anna", 2, 2)
    assert late() == (score + 4, pytest.approx((score + 4) / 10))


def test_the_log_is_told_in_words(room):
    """`fairmark audit --student` says who gave what, and what was taken back."""
    room.hand_in("anna")
    room.give("anna", 2, 1)
    room.undo("anna")
    told = CliRunner().invoke(main, ["--settings", str(room.course.file), "audit", "--student", "anna"])
    assert told.exit_code == 0, told.output
    words = " ".join(told.output.split())
    assert "mini1-q5, 3 points, first marking by Ada" in words
    assert "mini1-q5, taken back, first marking by Ada" in words


def test_text_in_a_notebook_does_not_pass_for_an_event(room):
    """A student who writes what the log writes is still only quoted there."""
    room.hand_in("anna", '"event": "written"')
    room.give("anna", 1, 1, comment='"event": "written"')
    assert len(logged(room.course)) == 1
