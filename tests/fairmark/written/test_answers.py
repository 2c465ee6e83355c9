"""Which answers there are, under which codes, in which order."""

from __future__ import annotations

import re
import shutil

import pytest

from fairmark import release, settings
from fairmark.written import views
from fairmark.written.errors import WrittenError

NAMES = ("anna", "bob", "cyril", "darja", "eduard")


@pytest.fixture
def crowd(room):
    for name in NAMES:
        room.hand_in(name, f"Thought of {name}.")
    return room


def test_an_answer_has_a_code_that_says_nothing(crowd):
    """The same in every round, and not in the order of names."""
    first = {one.place.student: one.code for one in crowd.queue().answers}
    assert len(set(first.values())) == len(NAMES)
    assert all(re.fullmatch("[a-z2-7]{4}-[a-z2-7]{4}", code) for code in first.values())
    for name in NAMES:
        crowd.give(name, 1, 1)
    second = {one.place.student: one.code for one in crowd.queue(round="second", marker="Bob").answers}
    assert second == first


def test_the_order_is_stable_and_another_for_a_second_marker(crowd):
    """A marker who comes back finds it as it was; tiredness hits other answers in each round."""
    before = [one.code for one in crowd.queue().answers]
    for name in NAMES:
        crowd.give(name, 1, 1)
    assert [one.code for one in crowd.queue().answers] == before
    orders = [[one.code for one in crowd.queue(round=one, marker="B").answers] for one in ("first", "second")]
    digests = {name: crowd.answer(name).code for name in NAMES}
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(digests.values())


def test_codes_of_one_gradebook_tell_nothing_of_another(crowd, course, tmp_path, submit):
    """They hang on what only this gradebook holds."""
    other = tmp_path / "other"
    shutil.copytree(course.file.parent, other)
    for part in ("work",):
        shutil.rmtree(other / part)
    fresh = settings.load(other / "course.toml")
    release.build(fresh)
    mine = {one.place.student: one.code for one in crowd.queue().answers}
    room = type(crowd)(fresh, submit)
    for name in NAMES:
        room.hand_in(name, f"Thought of {name}.")
    theirs = {one.place.student: one.code for one in room.queue().answers}
    assert not set(mine.values()) & set(theirs.values())


def test_an_empty_answer_is_counted_and_not_shown(room):
    """It has 0 points already."""
    room.hand_in("anna", "*Write your answer here.*")
    room.hand_in("bob")
    queue = room.queue()
    assert ([one.place.student for one in queue.answers], queue.empty, queue.done) == (["bob"], 1, 0)


def test_a_sample_stays_the_sample(crowd):
    """Also when the first marker goes on meanwhile."""
    for name in NAMES[:3]:
        crowd.give(name, 1, 1)
    chosen = {one.code for one in crowd.queue(round="second", marker="B", sample=2).answers}
    assert len(chosen) == 2
    for code in list(chosen):
        name = next(one.place.student for one in crowd.queue().answers if one.code == code)
        crowd.give(name, 2, 2, round="second", marker="B")
    for name in NAMES[3:]:
        crowd.give(name, 1, 1)
    assert {one.code for one in crowd.queue(round="second", marker="B", sample=2).answers} == chosen
    assert len(crowd.queue(round="second", marker="B", sample=4).answers) == 4
    assert len(crowd.queue(round="second", marker="Cyril", sample=0).answers) == len(NAMES)


def test_only_what_lies_apart_is_settled(crowd):
    """From a tenth of the points on, unless another limit is named."""
    for name, first, second in zip(NAMES, (0, 1, 2, 2, 2), (2, 1.25, 2, 1.5, 1), strict=True):
        crowd.give(name, first, 0)
        crowd.give(name, second, 0, round="second", marker="Bob")
    assert {one.place.student for one in crowd.queue(round="settled").answers} == {"anna", "darja", "eduard"}
    assert {one.place.student for one in crowd.queue(round="settled", apart=1.5).answers} == {"anna"}
    crowd.give("anna", 1, 0, round="settled")
    assert crowd.queue(round="settled").done == 1


def test_a_deleted_cell_is_named(room):
    """The answer may stand elsewhere in the notebook."""

    def delete(notebook):
        notebook.cells = [
            one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") != "mini1-q5"
        ]

    room.hand_in("anna", change=delete)
    (one,) = room.queue().answers
    assert views.listed(one)["shown"].gone


def test_an_assignment_with_other_points_than_the_bank_is_refused(room):
    """A rubric that was changed after the release would give more than the gradebook knows."""
    room.hand_in("anna")
    bank = room.course.bank / "mini1.yaml"
    text = bank.read_text().replace("points: 4\n", "points: 5\n")
    bank.write_text(text.replace('{points: 2, says: "Some."}', '{points: 3, says: "Some."}'))
    with pytest.raises(WrittenError, match="run fairmark release"):
        room.queue()


def test_a_code_that_is_not_there_is_named(room):
    """With what to do."""
    room.hand_in("anna")
    with pytest.raises(WrittenError, match=r"aaaa-aaaa: there is no answer .* open the list again"):
        room.queue().find("aaaa-aaaa")


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>", 0),
        ("\u202eevil\u202c right\u2066", "evil right", 3),
        ("a\x00b\x1b[31m\x07", "ab[31m", 3),
        ("\U000e0041\U000e0042 tags", "tags", 2),
        ("half \ud800", "half", 1),
        ("می\u200cخواهم", "می\u200cخواهم", 0),
        ("two\r\nlines\tand", "two\nlines\tand", 0),
    ],
)
def test_what_cannot_be_seen_is_taken_out_and_counted(text, shown, hidden):
    """Joiners stay, which some scripts need."""
    made = views.show(text)
    assert (made.text, made.hidden) == (shown, hidden)


def test_an_endless_answer_is_cut_on_the_page_and_counted_whole():
    """A notebook may hold a megabyte in one cell."""
    made = views.show("word " * 200_000)
    assert (len(made.text) <= views.MOST, made.words, made.cut) == (True, 200_000, True)
