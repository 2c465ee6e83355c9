"""Figures say in words what they draw."""

import re
from itertools import pairwise

import pandas as pd
import pytest

from neutrality import agreement, figures, rollcalls

VOTES = ["yes", "abstain", "no"]


@pytest.fixture(scope="module")
def drawings():
    """One drawing of each kind, from the real votes."""
    votes = rollcalls.load()
    tables = {name: agreement.pair(votes, code, "RUS", by="session") for name, code in [("Б", "BLR"), ("У", "UKR")]}
    lines = figures.agreement_by_session(tables, title="Згода", first=45, last=50, shaded=(46, 49, "1991–4"))
    table = agreement.joint_table(votes.sessions(47, 48), "BLR", "RUS")
    return {"lines": lines, "table": figures.joint_table(table, "Belarus", "Russia", title="Votes")}


@pytest.mark.parametrize("kind", ["lines", "table"])
class TestEveryDrawing:
    """What holds for each kind of figure."""

    def test_has_title_and_labelled_axes(self, drawings, kind):
        """A reader can tell what is drawn without the text around it."""
        axes = drawings[kind].figure.axes[0]
        assert axes.get_title(loc="left")
        assert axes.get_xlabel()
        assert axes.get_ylabel()

    def test_html_is_an_image_with_its_text_alternative(self, drawings, kind):
        """A screen reader gets the text alternative, escaped."""
        page = drawings[kind]._repr_html_()
        alternative = re.search(r'<img alt="([^"]+)" src="data:image/png;base64,', page)
        assert alternative
        assert len(alternative[1]) > 40
        assert "<details>" in page

    def test_plain_text_is_the_description(self, drawings, kind):
        """A comparison of text outputs notices a changed plot."""
        assert drawings[kind].description in repr(drawings[kind])

    def test_glyphs_of_all_languages_are_there(self, drawings, kind):
        """Drawing Belarusian letters raises no warning about a missing glyph (warnings are errors here)."""
        assert drawings[kind]._repr_html_()


def test_description_changes_with_the_data():
    """One vote more or less gives another description."""
    frame = pd.DataFrame([[3, 1, 0], [0, 2, 0], [0, 0, 1]], index=VOTES, columns=VOTES)
    before = repr(figures.joint_table(frame, "A", "B", title="T"))
    frame.loc["yes", "no"] += 1
    assert repr(figures.joint_table(frame, "A", "B", title="T")) != before


def test_too_many_series_are_refused():
    """Six lines cannot be told apart, and the message says how many can."""
    table = agreement.pair(rollcalls.load(), "BLR", "RUS", by="session")
    with pytest.raises(ValueError, match="at most 5"):
        figures.agreement_by_session({str(n): table for n in range(6)}, title="T", first=45, last=50)


def test_an_empty_range_is_refused():
    """A range without votes that count is an error that names it."""
    table = agreement.pair(rollcalls.load(), "KAZ", "RUS", by="session")
    with pytest.raises(ValueError, match="no session from 1 to 20"):
        figures.agreement_by_session({"K": table}, title="T", first=1, last=20)


def test_colours_differ_for_readers_who_do_not_see_all_of_them():
    """The palette's lightness values are apart, so that it also works in grey print."""
    weights = (0.2126, 0.7152, 0.0722)
    light = sorted(
        sum(w * int(colour[i : i + 2], 16) for w, i in zip(weights, (1, 3, 5), strict=True))
        for colour in figures.PALETTE
    )
    assert all(after - before > 3 for before, after in pairwise(light))
