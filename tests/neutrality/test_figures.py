"""Figures show the data that they are given, say in words what they draw, and can be read.

The pictures are compared with those in ``images`` without their words, at a fixed size, so that they do not depend on
the font renderer; words are tested as words. After a change that is meant, write the pictures anew, and look at them:

    PICTURES=write python -m pytest -n 0 tests/neutrality/test_figures.py -k picture
"""

from __future__ import annotations

import gzip
import html
import inspect
import itertools
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont, get_font
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from PIL import Image

from neutrality import agreement, drawing, events, figures, phases, rollcalls, stances

IMAGES = Path(__file__).parent / "images"
TOLERANCE = 1.0  # of 255; see TestPictures
VOTES = ["yes", "abstain", "no"]
MINUS = "−"


def agreed(first, values, n=40, **columns):
    """Make a table of agreement by year; a year with None is left out."""
    years = pd.Index(range(first, first + len(values)), name="year")
    table = pd.DataFrame({"n": n, "identical": values, **columns}, index=years, dtype=float)
    table["identical_low"], table["identical_high"] = table["identical"] - 0.1, table["identical"] + 0.05
    table.attrs = {"level": 0.95}
    return table.dropna(subset="identical")


def two_lines():
    """Make two series: one with gaps and few votes, one that ends early."""
    one = agreed(1990, [1.0, 0.9, 0.7, None, 0.65, 0.7, None, 0.75, None, None, 0.8, 0.82, 0.81])
    one.loc[1995, "n"] = 4
    return {"Беларусь": one, "Украіна": agreed(1990, [0.99, 0.8, 0.6, 0.5, 0.55, 0.6, 0.62])}


def five_lines():
    """Make five series that end at nearly the same place."""
    return {
        f"State {name}": agreed(1991, np.linspace(0.9 - i / 20, 0.70 + i / 100, 35)) for i, name in enumerate("ABCDE")
    }


def paths():
    """Make ideal points of two states, one with a gap."""
    rows = [("BLR", year, 0.5 - year % 7 / 5, 50) for year in range(1991, 2003) if year != 1996]
    rows += [("RUS", year, 1.0 - (year - 1991) / 8, 60) for year in range(1991, 2003)]
    points = pd.DataFrame(rows, columns=["state", "year", "point", "votes"])
    points.attrs = {"interval": 0.9}
    return points.assign(low=points["point"] - 0.2, high=points["point"] + 0.3)


COUNTS = {
    "n_first": [30, 3, 0, 9, 0],
    "n_between": [5, 1, 0, 9, 2],
    "n_reference": [3, 1, 0, 2, 20],
    "n_away": [2, 0, 0, 0, 3],
}


def shares(index=(1991, 1992, 1993, 1995, 1996)):
    """Make shares of positions: a group with few roll calls, one with none, and a year that is not there."""
    counts = pd.DataFrame(COUNTS, index=pd.Index(index))
    table = counts.assign(n=counts.sum(axis=1))
    for name in ("first", "between", "reference", "away"):
        table[name] = table[f"n_{name}"] / table["n"].where(table["n"] > 0)
        table[f"{name}_low"], table[f"{name}_high"] = table[name] * 0.8, table[name] * 0.9 + 0.1
    table.attrs = {"state": "BLR", "first": "RUS", "reference": "USA", "denominator": "opposed", "level": 0.95}
    return table


LABELS = {"BLR": "Беларусь", "RUS": "Россия", "USA": "ЗША"}


def by_issue():
    """Make tables by issue: no roll call, few, an index without a value, and one issue that a state lacks."""
    one = pd.DataFrame({"n": [50, 7, 0, 12], "identical": [0.95, 0.5, np.nan, np.nan]}, index=["me", "nu", "hr", "ec"])
    one.attrs = {"undefined": {("ec", "identical"): "both states always voted the same"}}
    return {"Беларусь і Расія": one, "Kazakhstan": pd.DataFrame({"n": [80, 20], "identical": [0, 1.0]}, ["me", "hr"])}


EVENTS = [
    ("Дагавор", "1992", "1992", "year", "stated"),
    ("Выезд эксперта", "1993-04-09", "1993-04-09", "day", "outside"),
    ("A vote", "1996-05-02", "1996-05-02", "day", "inferred"),
    ("Talks", "1998-02", "1998-02", "month", "stated"),
    ("A long time", "1993", "2000", "span", "inferred"),
    ("Autumn", "1999-09", "1999-11", "season", "stated"),
    ("Long ago", "1975", "1975", "year", "stated"),
    ("Some day", "", "", "none", "none"),
]


def told():
    """Make events of every precision."""
    return pd.DataFrame(EVENTS, columns=["event", "first", "last", "precision", "basis"])


def issues():
    """Make four issues."""
    frame = pd.DataFrame({"id": ["i1", "i2", "i3", "i4"], "issue": ["Мост", "Ўзброены саюз", "A base", "Talks"]})
    return frame.assign(
        minus_two="oppose it", plus_two="bring it about", first_year=1994, last_year=[1994, 1997, 2001, 2008]
    )


def codings():
    """Make codings: on both sides, at the same place, without a place, and one issue that is not coded."""
    rows = [("i1", "minsk", "-1"), ("i1", "moscow", "2"), ("i2", "minsk", "2"), ("i2", "moscow", "2")]
    rows += [("i3", "minsk", "not taken"), ("i3", "moscow", "not in the source")]
    return pd.DataFrame(rows, columns=["issue", "actor", "code"]).assign(coder="anna", round=1)


def posterior():
    """Make a posterior over five years."""
    years = pd.Index(range(1993, 1998), name="year")
    return pd.DataFrame({"probability": [0.05, 0.5, 0.1, 0.05, 0.3]}, index=years)


def counted():
    """Make a joint table."""
    return pd.DataFrame([[30, 8, 0], [1, 20, 2], [0, 0, 5]], index=VOTES, columns=VOTES)


CYRILLIC = "Ўзаемнасць і «ёмісты» съезд: эра выбараў, объявление"

KINDS = {
    "session": lambda: figures.agreement_by_session(
        {name: table.set_axis((table.index - 1945).rename("session")) for name, table in two_lines().items()},
        title=CYRILLIC,
        first=45,
        last=57,
        shaded=(46, 49, "1991–4"),
    ),
    "year": lambda: figures.agreement_by_year(
        two_lines(), title=CYRILLIC, first=1990, last=2002, marks={1994: "Улаховіч: 1994", 1995: "1995: эра"}
    ),
    "year-five": lambda: figures.agreement_by_year(
        five_lines(),
        title=CYRILLIC,
        first=1991,
        last=2025,
        marks=figures.turning_marks("osw") | figures.turning_marks("digest") | {1997: "Улаховіч: 1997"},
    ),
    "ideal": lambda: figures.ideal_point_paths(paths(), title=CYRILLIC, labels={"BLR": "Беларусь", "RUS": "Россия"}),
    "shares-year": lambda: figures.position_shares(shares(), title=CYRILLIC, labels=LABELS),
    "shares": lambda: figures.position_shares(shares(["me", "nu", "di", "co", "hr"]), title=CYRILLIC, labels=LABELS),
    "shares-many": lambda: figures.position_shares(
        pd.concat([shares(range(first, first + 5)) for first in range(1991, 2026, 5)]), title=CYRILLIC
    ),
    "heat": lambda: figures.issue_heatmap(by_issue(), title=CYRILLIC),
    "joint": lambda: figures.joint_table(counted(), "Беларусь", "Россия", title=CYRILLIC),
    "timeline": lambda: figures.timeline(told(), title=CYRILLIC, first=1990, last=2002),
    "timeline-real": lambda: figures.timeline(events.load(), title=CYRILLIC),
    "ladder": lambda: figures.stance_ladder(codings(), issues(), title=CYRILLIC, coder="anna"),
    "ladder-real": lambda: figures.stance_ladder(stances.codings(), stances.issues(), title=CYRILLIC),
    "breaks": lambda: figures.break_posterior(
        posterior(), title=CYRILLIC, no_break=0.4, marks={1994: "Улаховіч", 1997: "Кто-то", 2014: "выезд"}
    ),
}


@pytest.fixture(scope="module")
def drawings():
    """Return one drawing of each kind, drawn once."""
    made = {kind: make() for kind, make in KINDS.items()}
    for one in made.values():
        FigureCanvasAgg(one.figure).draw()
    return made


def words(figure):
    """Return the texts of a figure that are seen; matplotlib keeps ticks outside the axes, and does not draw them."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += [child for child in axes.get_children() if isinstance(child, Text)]
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(ends)
            ticks = [tick for tick in axis.get_major_ticks() if low - 1e-9 <= tick.get_loc() <= high + 1e-9]
            found += [axis.label, *(label for tick in ticks for label in (tick.label1, tick.label2))]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def boxes(figure):
    """Return the place of each text on the figure, in pixels."""
    return {text: Text.get_window_extent(text) for text in words(figure)}


def lines(figure):
    """Return the series drawn as lines: label to points."""
    return {
        line.get_label(): np.column_stack([line.get_xdata(), line.get_ydata()])
        for line in figure.axes[0].get_lines()
        if not line.get_label().startswith("_")
    }


@pytest.mark.parametrize("kind", KINDS)
class TestEveryDrawing:
    """What holds for each kind of figure."""

    def test_has_title_and_labelled_axes(self, drawings, kind):
        """A reader can tell what is drawn without the text around it."""
        axes = drawings[kind].figure.axes[0]
        assert axes.get_title(loc="left").replace("\n", " ") == CYRILLIC
        assert axes.get_xlabel()
        assert axes.get_ylabel()

    def test_plain_text_is_the_description(self, drawings, kind):
        """A comparison of text outputs notices a changed plot."""
        assert drawings[kind].description in repr(drawings[kind])
        assert repr(drawings[kind]).startswith(f"Figure. {drawings[kind].alt}\n")

    def test_no_letter_is_missing(self, drawings, kind):
        """Every letter, Belarusian and Russian ones too, is in the font; drawing gave no warning (an error here)."""
        for text in words(drawings[kind].figure):
            font = get_font(findfont(text.get_fontproperties(), fallback_to_default=False))
            assert not [letter for letter in text.get_text() if letter != "\n" and not font.get_char_index(ord(letter))]

    def test_no_letter_is_small(self, drawings, kind):
        """Also on a projector: no words under 9 points, no line under 1."""
        figure = drawings[kind].figure
        assert min(text.get_fontsize() for text in words(figure)) >= 9
        assert min((line.get_linewidth() for line in figure.axes[0].get_lines()), default=9) >= 1

    def test_nothing_is_cut_off(self, drawings, kind):
        """All words lie inside the picture."""
        figure = drawings[kind].figure
        for text, box in boxes(figure).items():
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
            assert inside, text.get_text()

    def test_no_words_lie_on_others(self, drawings, kind):
        """No two texts overlap."""
        # The glyphs of a line reach neither its top nor its bottom.
        places = {text: box.padded(-1.0, -0.12 * box.height) for text, box in boxes(drawings[kind].figure).items()}
        for (one, here), (other, there) in itertools.combinations(places.items(), 2):
            assert not here.overlaps(there), (one.get_text(), other.get_text())

    def test_numbers_have_no_hyphen_for_a_minus(self, drawings, kind):
        """Negative numbers are written with a minus, as on the axes."""
        assert not re.search(r"(?<![\w–-])-\d", drawings[kind].description)


@pytest.mark.parametrize("kind", ["session", "joint", "breaks"])
def test_html_is_an_image_with_its_text_alternative(drawings, kind):
    """A screen reader gets the text alternative, escaped."""
    page = drawings[kind]._repr_html_()
    alternative = re.search(r'<img alt="([^"]+)" src="data:image/png;base64,', page)
    assert alternative
    assert html.unescape(alternative[1]) == drawings[kind].alt
    assert "<details>" in page


@pytest.mark.parametrize("kind", KINDS)
def test_text_alternative_is_some_sentences(drawings, kind):
    """It says more than a name, and is short enough to be listened to."""
    assert 40 < len(drawings[kind].alt) < 600
    assert drawings[kind].alt.endswith(".")


class TestAgreement:
    """Lines over sessions and years."""

    @pytest.mark.parametrize("kind", ["session", "year"])
    def test_lines_are_the_tables(self, drawings, kind):
        """What is drawn is what was given; a year that is not there is a gap."""
        shift = 1945 if kind == "session" else 0
        for label, table in two_lines().items():
            drawn = lines(drawings[kind].figure)[label]
            expected = table["identical"].reindex(drawn[:, 0] + shift).to_numpy()
            np.testing.assert_array_equal(drawn[:, 1], expected)
            assert np.isnan(expected).any()

    @pytest.mark.parametrize(("kind", "shift", "between"), [("session", 1945, "–"), ("year", 0, " to ")])
    def test_words_are_the_lines(self, drawings, kind, shift, between):
        """Every value in the description is one that is drawn, with its interval, and every one drawn is there."""
        drawn = lines(drawings[kind].figure)
        for label, table in two_lines().items():
            line = next(line for line in drawings[kind].description.split("\n") if line.startswith(f"{label} ("))
            found = re.findall(rf"(\d+): ([\d.]+) \(([\d.]+){between}([\d.]+)\)", line)
            points = drawn[label][~np.isnan(drawn[label][:, 1])]
            assert [(int(x), float(y)) for x, y, _, _ in found] == [(x, round(y, 2)) for x, y in points]
            ends = table.loc[points[:, 0] + shift, ["identical_low", "identical_high"]]
            assert np.array(found)[:, 2:].astype(float) == pytest.approx(ends.to_numpy(), abs=0.0051)

    def test_text_alternative_names_ends_and_least(self, drawings):
        """Where each line begins, ends and is lowest."""
        assert "Беларусь: 1.00 in 1990, 0.81 in 2002, lowest 0.65 in 1994." in drawings["year"].alt
        assert "Украіна: 0.99 in 1990, 0.62 in 1996, lowest 0.50 in 1993." in drawings["year"].alt

    def test_gaps_are_said(self, drawings):
        """A year without a value is told as such."""
        assert "Беларусь has no value in 1993, 1996, 1998–1999." in drawings["year"].description
        assert "Украіна has no value in 1997–2002." in drawings["year"].description

    def test_interval_of_a_lonely_value_is_a_stroke(self, drawings):
        """1997 has no neighbours, so no band can show its interval."""
        strokes = [c for c in drawings["year"].figure.axes[0].collections if isinstance(c, LineCollection)]
        segments = [segment for stroke in strokes for segment in stroke.get_segments()]
        assert [segment[0][0] for segment in segments] == [1997]
        assert segments[0][:, 1] == pytest.approx([0.65, 0.8])

    def test_few_roll_calls_are_hollow(self, drawings):
        """The value that rests on four roll calls is marked, and the note says how."""
        hollow = [line for line in drawings["year"].figure.axes[0].get_lines() if line.get_label().startswith("_few")]
        assert [list(line.get_xdata()[~np.isnan(line.get_ydata())]) for line in hollow] == [[1995]]
        assert any("Hollow: fewer than 10 roll calls." in text.get_text() for text in words(drawings["year"].figure))
        assert "1995: 0.70 (0.60 to 0.75), n = 4" in drawings["year"].description

    def test_labels_stand_at_their_lines_ends(self, drawings):
        """Labels have the order of the ends, their line's marker, and are tied to it."""
        texts = {text.get_text(): text for text in words(drawings["year-five"].figure)}
        labels = [
            texts[f"{drawing.GLYPHS[marker]} State {name}"]
            for marker, name in zip(drawing.MARKERS, "ABCDE", strict=True)
        ]
        heights = [label.get_position()[1] for label in labels]
        assert heights == sorted(heights)
        assert [label.xy for label in labels] == [(2025, pytest.approx(0.70 + i / 100)) for i in range(5)]

    def test_shaded_periods_are_those_of_the_note(self, drawings):
        """Three bars, the third to the end of the chapter; the shared years hatched and in no single period's shade."""
        axes = drawings["year"].figure.axes[0]
        bars = {p.get_label(): (p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if "–" in p.get_label()}
        end = phases.CHAPTER_END.year + 0.5
        assert bars == {
            "neutrality 1991–1994": (1990.5, 1994.5),
            "multi-vector 1994–1997": (1993.5, 1997.5),
            "strategic partnership 1997–2001": (1996.5, end),
        }
        hatched = {p.get_x() + 0.5 for p in axes.patches if p.get_hatch()}
        assert hatched == {1994, 1997}
        assert not [p for p in axes.patches if p.get_hatch() is None and p.get_x() > end]

    def test_periods_and_marks_are_told(self, drawings):
        """The description names the periods with their source, and the marks."""
        text = drawings["year"].description
        assert "neutrality 1991–1994; multi-vector 1994–1997; strategic partnership 1997–2001" in text
        assert "Ulakhovich's, as Kłysiński reports them (osw-2018 fn5). Hatched: 1994 and 1997" in text
        assert "Marked: 1994 (Улаховіч: 1994); 1995 (1995: эра)" in text

    def test_no_period_is_drawn_after_the_chapter(self):
        """From 2002 on there is nothing to shade, and no note."""
        late = figures.agreement_by_year({"A": agreed(2003, [0.5, 0.6])}, title="T", first=2003, last=2004)
        assert not late.figure.axes[0].patches
        assert "Periods" not in late.description

    def test_periods_can_be_left_out(self):
        """Without shading there is neither a bar nor a word of periods."""
        plain = figures.agreement_by_year(two_lines(), title="T", first=1990, last=2002, shaded=False)
        assert not plain.figure.axes[0].patches
        assert "Periods" not in plain.description

    def test_a_measure_without_intervals_has_no_band(self):
        """Indices can come without intervals; negative values widen the axis."""
        table = agreed(1991, [0.5, 0.4], kappa=[-0.3, 0.2])
        drawn = figures.agreement_by_year({"A": table}, title="T", first=1991, last=1992, measure="kappa")
        axes = drawn.figure.axes[0]
        assert not axes.collections
        assert axes.get_ylim()[0] < -0.3
        assert "1991: −0.30, n = 40; 1992: 0.20, n = 40" in drawn.description
        assert drawn.alt.startswith("Line chart of Cohen's κ, 1991 to 1992.")

    def test_real_votes(self, calls):
        """A hundred per cent of 1990, and the fall after it (lesson 1 tells of it), are in the picture."""
        table = agreement.pair(calls, "BLR", "RUS", by="year")
        drawn = figures.agreement_by_year({"Belarus and Russia": table}, title="T", first=1985, last=2025)
        values = dict(lines(drawn.figure)["Belarus and Russia"])
        assert values[1985] == 1.0
        assert values[1993] == table.loc[1993, "identical"] < 0.7

    @pytest.mark.parametrize(
        "years", [(1991, 1992, 1993), (1999, 2000, 2001), (1991, 1996, 1997, 2001), (2000, 2001)], ids=str
    )
    def test_no_line_of_a_mark_crosses_a_label(self, years):
        """Labels of marks stand in rows such that neither another label nor another line lies on them."""
        marks = {year: f"A turn in {year}, somebody says" for year in years}
        tables = {"A": agreed(1991, np.linspace(0.5, 0.6, 11))}
        one = figures.agreement_by_year(tables, title="T", first=1991, last=2001, marks=marks)
        axes = one.figure.axes[0]
        poles = [patch.get_window_extent() for patch in axes.patches if patch.get_width() == 0]
        labels = [text.get_window_extent() for text in axes.texts if text.get_text() in marks.values()]
        assert len(poles) == len(labels) == len(years)
        for label, other in itertools.combinations(labels, 2):
            assert not label.overlaps(other)
        for label, pole in itertools.product(labels, poles):
            assert not (label.x0 < pole.x0 < label.x1 and pole.y1 > label.y0)

    @pytest.mark.parametrize("who", ["osw", "digest"])
    def test_turning_marks_name_their_owner(self, who):
        """A mark says whose it is, and which year is only our reading of words."""
        marks = figures.turning_marks(who)
        assert all(("Kłysiński" if who == "osw" else "read as") in label for label in marks.values())


class TestIdealPoints:
    """Paths of states."""

    @pytest.mark.parametrize(("code", "label"), [("BLR", "Беларусь"), ("RUS", "Россия")])
    def test_lines_and_bands_are_the_points(self, drawings, code, label):
        """The line is the point, the band its interval, and a missing year a gap in both."""
        rows = paths().set_index(["state", "year"]).loc[code].reindex(range(1991, 2003))
        np.testing.assert_array_equal(lines(drawings["ideal"].figure)[label][:, 1], rows["point"])
        band = next(c for c in drawings["ideal"].figure.axes[0].collections if c.get_label() == f"_{label}")
        corners = np.concatenate([path.vertices for path in band.get_paths()])
        drawn = {(int(x), round(y, 9)) for x, y in corners}
        known = rows.dropna()
        assert drawn == {(year, round(end, 9)) for name in ("low", "high") for year, end in known[name].items()}

    def test_words_are_the_points(self, drawings):
        """Values, intervals and numbers of votes are those given; the gap is told."""
        text = drawings["ideal"].description
        for row in paths().itertuples():
            point, low, high = (f"{value:.2f}".replace("-", MINUS) for value in (row.point, row.low, row.high))
            assert f"{row.year}: {point} ({low} to {high}), n = {row.votes}".replace("−0.00", "0.00") in text
        assert "Беларусь has no value in 1996." in text
        assert any(
            "Bands: 90% intervals." in note.get_text().replace("\n", " ") for note in drawings["ideal"].figure.texts
        )

    def test_by_session(self):
        """The axis can be sessions, with the years of their openings."""
        points = paths().assign(session=lambda frame: frame["year"] - 1945)
        drawn = figures.ideal_point_paths(points, title="T", by="session")
        assert "sessions 46 to 57" in drawn.alt
        assert "46\n1991" in [label.get_text() for label in drawn.figure.axes[0].get_xticklabels()]
        assert "Periods" not in drawn.description

    @pytest.mark.shared
    def test_published_points_are_drawn_as_published(self, shared):
        """Belarus and Russia in the release of July 2025 (Voeten's ideal points): the numbers in picture and words."""
        with gzip.open(shared / "reference" / "voeten_ideal_points_2025-07.csv.gz", "rt", encoding="latin-1") as file:
            release = pd.read_csv(file)
        columns = {"iso3c": "state", "idealpointfp": "point", "q5fp": "low", "q95fp": "high", "nvotesfp": "votes"}
        points = release.rename(columns=columns)
        drawn = figures.ideal_point_paths(points, title="T", labels={"BLR": "Belarus", "RUS": "Russia"}, first=1991)
        values = dict(lines(drawn.figure)["Russia"])
        published = points.query("state == 'RUS'").set_index("year")["point"]
        assert values == {year: published[year] for year in range(1991, 2025)}
        assert "1995: 1.27 (1.05 to 1.49), n = 67" in drawn.description


class TestShares:
    """Stacked positions."""

    def bars(self, one):
        """Return the bars of each position: label to place, bottom, height and width."""
        return {
            container.get_label(): [
                (b.get_x() + b.get_width() / 2, b.get_y(), b.get_height(), b.get_width()) for b in container
            ]
            for container in one.figure.axes[0].containers
        }

    def test_heights_are_the_shares(self, drawings):
        """Each part is as high as its share and stands on those below it; a year that is not there is a gap."""
        table, drawn = shares(), self.bars(drawings["shares-year"])
        assert list(drawn) == ["with Россия", "abstaining", "with ЗША", "not voting"]
        bottom = np.zeros(len(table))
        for bars, name in zip(drawn.values(), ("first", "between", "reference", "away"), strict=True):
            x, y, height, _ = np.array(bars).T
            assert x.tolist() == pytest.approx(table.index.tolist())
            np.testing.assert_allclose(height, table[name])
            np.testing.assert_allclose(y, bottom)
            bottom = bottom + np.nan_to_num(table[name].to_numpy())

    def test_few_roll_calls_are_narrow_and_bold(self, drawings):
        """What rests on 5 roll calls looks different from what rests on 40."""
        widths = [bar[3] for bar in self.bars(drawings["shares-year"])["abstaining"]]
        assert widths[1] < widths[0] / 1.5
        weights = {text.get_text(): text.get_weight() for text in words(drawings["shares-year"].figure)}
        assert (weights["n = 5"], weights["n = 40"], weights["n = 0"]) == ("bold", "normal", "bold")

    def test_words_are_the_bars(self, drawings):
        """Shares, intervals and counts are told for every group, and a group without roll calls has none."""
        text = drawings["shares-year"].description
        assert "1991, n = 40: with Россия 0.75 (0.60 to 0.78), 30; abstaining 0.12 (0.10 to 0.21), 5;" in text
        assert "1993, n = 0: no bar" in text
        assert "With Россия: from least to most 0.00 (1996), 0.75 (1991)." in drawings["shares-year"].alt

    def test_interval_of_the_lowest_part_is_drawn(self, drawings):
        """The stroke is the interval of the position at the bottom."""
        stroke = next(c for c in drawings["shares-year"].figure.axes[0].collections if isinstance(c, LineCollection))
        ends = [segment[:, 1].tolist() for segment in stroke.get_segments() if len(segment)]
        expected = shares().dropna()[["first_low", "first_high"]].to_numpy().tolist()
        assert ends == [pytest.approx(pair) for pair in expected]

    def test_key_has_the_fill_of_its_part(self, drawings):
        """Each label stands beside a piece filled and hatched as its part is, in the order of the stack."""
        axes = drawings["shares-year"].figure.axes[0]
        right = axes.get_xlim()[1]
        pieces = sorted((p for p in axes.patches if p.get_x() > right), key=lambda piece: piece.get_y())
        parts = [container[0] for container in axes.containers]
        assert [(p.get_facecolor(), p.get_hatch()) for p in pieces] == [
            (p.get_facecolor(), p.get_hatch()) for p in parts
        ]

    def test_a_position_that_never_occurs_is_left_out(self):
        """No label points at nothing."""
        table = shares().assign(n_away=0, away=0.0)
        table["n"] = table[["n_first", "n_between", "n_reference"]].sum(axis=1)
        for name in ("first", "between", "reference"):
            table[name] = table[f"n_{name}"] / table["n"].where(table["n"] > 0)
        assert "not voting" not in repr(figures.position_shares(table, title="T"))

    def test_neither_side_is_a_position_of_its_own(self):
        """Where a state differs from both sides, the bar has a part for that."""
        table = shares().assign(n_other=[0, 0, 0, 0, 25], other=[0, 0, 0, 0, 0.5], other_low=0.4, other_high=0.6)
        table.loc[1996, ["n", "first", "between", "reference", "away"]] = [50, 0, 0.04, 0.4, 0.06]
        assert "another vote" in self.bars(figures.position_shares(table, title="T"))

    def test_the_choice_of_boundary_is_said(self):
        """A picture by phase says where the shared years went."""
        table = shares([*"abcde"])
        table.attrs |= {"by": "phase", "grouping": {"boundary": "earlier"}}
        drawn = figures.position_shares(table, title="T")
        assert any(phases.BOUNDARIES["earlier"] in t.get_text().replace("\n", " ") for t in words(drawn.figure))


class TestCells:
    """Tables of values."""

    def test_cells_are_the_values(self, drawings):
        """The shade of each cell is its value; what has none is empty."""
        shown = drawings["heat"].figure.axes[0].collections[0].get_array()
        expected = [[0.95, 0.5, np.nan, np.nan], [0, np.nan, 1.0, np.nan]]
        np.testing.assert_array_equal(shown.filled(np.nan), expected)

    def test_every_cell_says_its_value_and_n(self, drawings):
        """A value, or why there is none; and on how many roll calls it rests."""
        texts = [text.get_text() for text in words(drawings["heat"].figure)]
        assert [texts.count(one) for one in ("0.95", "0.50", "0.00", "1.00")] == [1, 1, 1, 1]
        assert texts.count("n = 0") == 3
        assert texts.count("undefined\nn = 12") == 1

    def test_words_give_the_reason(self, drawings):
        """The description tells why a value is missing, and the text alternative where the ends are."""
        text = drawings["heat"].description
        assert "economic development no value (both states always voted the same), n = 12" in text
        assert (
            "Least: 0.00 (Kazakhstan, Palestinian conflict); most: 1.00 (Kazakhstan, human rights)."
            in drawings["heat"].alt
        )
        assert "4 cells without a value." in drawings["heat"].alt

    def test_words_on_cells_are_legible(self, drawings):
        """The words on every cell have the contrast that small letters need."""
        axes = drawings["heat"].figure.axes[0]
        mesh = axes.collections[0]
        grounds = mesh.cmap(mesh.norm(mesh.get_array()))
        for text in axes.texts:
            column, row = text.get_position()
            if text.get_bbox_patch() is None:
                assert drawing.contrast(text.get_color(), grounds[round(row), round(column)]) >= 4.5

    def test_few_roll_calls_have_a_dashed_frame(self, drawings):
        """Seven roll calls are few."""
        frames = [p for p in drawings["heat"].figure.axes[0].patches if not p.get_fill()]
        assert [(round(p.get_x() + 0.46), round(p.get_y() + 0.44)) for p in frames] == [(1, 0)]

    def test_other_measures_and_groups(self):
        """Columns can be other groups than issues, and the limits other than 0 and 1."""
        table = pd.DataFrame({"n": [10], "kappa": [-0.25]}, index=["neutrality"])
        drawn = figures.issue_heatmap({"A": table}, title="T", measure="kappa", low=-1, columns="period")
        assert drawn.description == "A: neutrality −0.25, n = 10"
        assert drawn.alt.startswith("Table of Cohen's κ, 1 row (states) by 1 column (period).")

    def test_a_vote_more_gives_another_description(self):
        """One vote more or less in a joint table shows in its words."""
        before = repr(figures.joint_table(counted(), "A", "B", title="T"))
        after = counted()
        after.loc["yes", "no"] += 1
        assert repr(figures.joint_table(after, "A", "B", title="T")) != before

    def test_joint_table_shows_its_counts(self, drawings):
        """The nine counts stand in their cells."""
        axes = drawings["joint"].figure.axes[0]
        found = {tuple(map(int, text.get_position()[::-1])): int(text.get_text()) for text in axes.texts}
        assert found == dict(np.ndenumerate(counted().to_numpy()))


class TestTimeline:
    """Events in time."""

    def spans(self, one):
        """Return where each event is marked, as years with fractions."""
        axes = one.figure.axes[0]
        marks = {line.get_label(): (float(line.get_xdata()[0]),) for line in axes.get_lines()}
        names = [row[0] for row in EVENTS]
        bars = {p.get_label(): (p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if p.get_label() in names}
        return marks | bars

    def test_marks_are_as_exact_as_the_dates(self, drawings):
        """A year and a span are bars over all their days, days and what is too short for a bar are points."""
        spans = self.spans(drawings["timeline"])
        assert spans["Дагавор"] == (1992, 1993)
        assert spans["A long time"] == (1993, 2001)
        assert spans["Выезд эксперта"] == pytest.approx([1993 + 98.5 / 365])
        assert spans["Talks"] == pytest.approx([1998 + (31 + 14) / 365])
        assert spans["Autumn"] == (1999 + 243 / 365, 1999 + 334 / 365)
        assert "Long ago" not in spans
        assert "Some day" not in spans

    def test_basis_of_a_date_shows_without_colour(self, drawings):
        """Stated, inferred and outside differ by their fillings: full, hatched (a point: half), empty."""
        axes = drawings["timeline"].figure.axes[0]
        bars = {p.get_label(): p for p in axes.patches}
        points = {line.get_label(): line for line in axes.get_lines()}
        assert bars["A long time"].get_hatch()
        assert not bars["Дагавор"].get_hatch()
        assert (points["A vote"].get_fillstyle(), points["Talks"].get_fillstyle()) == ("left", "full")
        assert to_rgb(points["Выезд эксперта"].get_markerfacecolor()) == (1, 1, 1)

    def test_rows_are_in_order_of_time_with_their_dates(self, drawings):
        """The dates at the left are no longer than they are exact."""
        labels = [label.get_text() for label in drawings["timeline"].figure.axes[0].get_yticklabels()]
        assert labels == ["1992", "1993 – 2000", "1993-04-09", "1996-05-02", "1998-02", "1999-09 – 1999-11"]

    def test_undated_and_outside_events_are_listed(self, drawings):
        """What has no place in the picture stands below it, and in the words."""
        below = "\n".join(text.get_text() for text in words(drawings["timeline"].figure))
        assert "Without a date:\n– Some day" in below
        assert "Outside these years:\n– Long ago (1975)" in below
        assert "Without a date: Some day" in drawings["timeline"].description
        assert "Outside these years: Long ago (1975)" in drawings["timeline"].description

    def test_words_are_the_events(self, drawings):
        """Each event with its date and where that comes from."""
        assert "1993-04-09: Выезд эксперта (taken from outside)" in drawings["timeline"].description
        assert drawings["timeline"].alt == (
            "Timeline of 6 events from 1990 to 2002; 1 more without a date is listed below. "
            "First: Дагавор (1992); last: Autumn (1999-09 – 1999-11)."
        )

    def test_all_real_events_are_there(self, drawings):
        """Every event of the course's table is in the words, dated or not."""
        for event in events.load()["event"]:
            assert event in drawings["timeline-real"].description


class TestLadder:
    """Stances of two actors."""

    def test_markers_stand_at_the_codes(self, drawings):
        """Both markers are where the codes are; what has no place stands outside the scale."""
        drawn = {label: tuple(points[0]) for label, points in lines(drawings["ladder"].figure).items()}
        assert drawn["Minsk: Мост"] == (-1, 0)
        assert drawn["Moscow: Мост"] == (2, 0)
        assert drawn["Minsk: Ўзброены саюз"] == drawn["Moscow: Ўзброены саюз"] == (2, 1)
        aside = [
            drawn[f"{actor}: {issue}"][0]
            for actor, issue in (("Minsk", "A base"), ("Moscow", "A base"), ("Minsk", "Talks"))
        ]
        assert 2.5 < aside[0] < aside[1] < aside[2]

    def test_reasons_head_their_columns(self, drawings):
        """Not taken, not in the source and not coded are told apart."""
        heads = [text.get_text().replace("\n", " ") for text in words(drawings["ladder"].figure)]
        assert {"not taken", "not in the source", "not coded"} <= set(heads)

    def test_only_two_places_are_joined(self, drawings):
        """A line between the markers is the distance; where one has no place there is none."""
        joined = [line for line in drawings["ladder"].figure.axes[0].get_lines() if len(line.get_xdata()) == 2]
        assert [list(line.get_xdata()) for line in joined] == [[-1, 2], [2, 2]]

    def test_words_are_the_codes(self, drawings):
        """Each issue with both codes and what its ends mean."""
        text = drawings["ladder"].description.split("\n")
        assert text[0] == "Мост, 1994 (−2 oppose it, 2 bring it about): Minsk −1, Moscow 2"
        assert text[3].endswith("Minsk not coded, Moscow not coded")
        assert "2 with a place of both" in drawings["ladder"].alt
        assert "same place on 1 of these, and on opposite sides of 0 on 1." in drawings["ladder"].alt

    def test_real_codes_agree_with_the_table(self, drawings):
        """The numbers in the text alternative are those counted from the course's own codes."""
        places = stances.wide(stances.codings())[["minsk", "moscow"]].dropna()
        same = int((places["minsk"] == places["moscow"]).sum())
        opposite = int((places["minsk"] * places["moscow"] < 0).sum())
        assert f"{len(places)} with a place of both" in drawings["ladder-real"].alt
        assert f"{same} of these, and on opposite sides of 0 on {opposite}." in drawings["ladder-real"].alt


class TestBreaks:
    """The posterior of one break."""

    def test_bars_are_the_probabilities(self, drawings):
        """Each bar is as high as its year is probable; the fewest years that hold 90 % are full."""
        bars = drawings["breaks"].figure.axes[0].containers[0]
        assert [bar.get_height() for bar in bars] == posterior()["probability"].tolist()
        full = [bar.get_x() + 0.36 for bar in bars if to_rgb(bar.get_facecolor()) != (1, 1, 1)]
        assert full == pytest.approx([1994, 1995, 1997])

    def test_values_stand_at_their_marks(self, drawings):
        """The named years have their probabilities beside them, and a year that is no candidate is said to be none."""
        texts = " ".join(text.get_text().replace("\n", " ") for text in words(drawings["breaks"].figure))
        assert "Улаховіч (0.50)" in texts
        assert "Кто-то (0.30)" in texts
        assert "No candidates: 2014 (выезд)." in texts

    def test_no_break_is_stated_in_picture_and_words(self, drawings):
        """A posterior given a break says nothing without the probability that there is none."""
        assert any("No break at all: 0.40." in text.get_text() for text in words(drawings["breaks"].figure))
        assert drawings["breaks"].alt.endswith("No break at all: 0.40.")

    def test_words_are_the_bars(self, drawings):
        """All probabilities, the greatest, and the named years."""
        told = dict(re.findall(r"(\d{4}): ([\d.]+)", drawings["breaks"].description))
        assert {int(year): float(value) for year, value in told.items()} == posterior()["probability"].to_dict()
        assert "Most probable: 1994 (0.50). The fewest years that hold 90%: 1994–1995, 1997." in drawings["breaks"].alt
        assert "1994 (Улаховіч) 0.50; 1997 (Кто-то) 0.30; 2014 (выезд) no candidate" in drawings["breaks"].alt


def _lines(**options):
    return figures.agreement_by_year(**{"tables": two_lines(), "title": "T", "first": 1990, "last": 2000} | options)


def _points(points, **options):
    return figures.ideal_point_paths(points, title="T", **options)


def _heat(tables, **options):
    return figures.issue_heatmap(tables, title="T", **options)


def _events(**columns):
    return told().assign(**columns)


def test_a_series_without_a_value_is_named():
    """A reader of the text learns that it was asked for and has nothing to draw."""
    table = agreement.pair(rollcalls.load(), "KAZ", "RUS", by="session")
    both = {"Kazakhstan": table, "nobody": table.loc[50:]}
    drawing = figures.agreement_by_session(both, title="T", first=47, last=49)
    assert drawing.alt.endswith("nobody: no value.")
    assert drawing.description.endswith("nobody: no value.")


REFUSED = {
    "no series": (lambda: _lines(tables={}), "agreement_by_year: there is nothing to draw"),
    "six series": (lambda: _lines(tables={str(n): agreed(1991, [1]) for n in range(6)}), "at most 5"),
    "empty table": (lambda: _lines(tables={"A": agreed(1991, [None])}), "'A': the table is empty.*agreement.pair"),
    "no measure": (lambda: _lines(measure="kappa"), "'Беларусь': the table has no column 'kappa'.*agreement.pair"),
    "by session": (
        lambda: _lines(tables={"A": agreed(45, [1]).rename_axis("session")}),
        "'A': the table is by session. Ask for it with by='year'",
    ),
    "a year twice": (lambda: _lines(tables={"A": pd.concat([agreed(1991, [1])] * 2)}), "1991 is there twice"),
    "no year in range": (lambda: _lines(first=1800, last=1810), "no year from 1800 to 1810 has a value"),
    "no session in range": (
        lambda: figures.agreement_by_session(
            {"K": agreement.pair(rollcalls.load(), "KAZ", "RUS", by="session")}, title="T", first=1, last=20
        ),
        "no session from 1 to 20",
    ),
    "a share over 1": (lambda: _lines(tables={"A": agreed(1991, [65])}), "'A': 'identical' has a value beyond 1"),
    "points without votes": (lambda: _points(paths().drop(columns="votes")), "no column 'votes'.*published"),
    "points by month": (lambda: _points(paths(), by="month"), "by is 'month'. Choose 'year' or 'session'"),
    "unknown state": (lambda: _points(paths(), labels={"XYZ": "X"}), "no points of 'XYZ', only of BLR, RUS"),
    "too many states": (
        lambda: _points(pd.concat([paths().assign(state=str(n)) for n in range(6)])),
        "6 states cannot be told apart",
    ),
    "a point twice": (lambda: _points(pd.concat([paths()] * 2)), "'BLR': 1991 is there twice"),
    "no points": (lambda: _points(paths().head(0)), "the table is empty"),
    "shares without intervals": (
        lambda: figures.position_shares(shares().drop(columns=["away_low"]), title="T"),
        "no column 'away_low'.*position.when_opposed",
    ),
    "shares over 1": (
        lambda: figures.position_shares(shares().assign(first=0.9), title="T"),
        r"shares of 1991 sum to 1\.150",
    ),
    "shares of nothing": (
        lambda: figures.position_shares(shares().loc[[1993]], title="T"),
        "no group has a roll call that counts",
    ),
    "too many groups": (
        lambda: figures.position_shares(pd.concat([shares()] * 9), title="T"),
        "45 groups cannot be told apart; draw at most 40",
    ),
    "no rows of cells": (lambda: _heat({}), "issue_heatmap: there is nothing to draw"),
    "a value outside": (lambda: _heat(by_issue(), high=0.9), "'identical' lies outside 0.0 to 0.9"),
    "cells without n": (lambda: _heat({"A": by_issue()["Kazakhstan"].drop(columns="n")}), "'A': .* no column 'n'"),
    "not three by three": (lambda: figures.joint_table(counted().iloc[:2], "A", "B", title="T"), "is 2 by 3"),
    "events without basis": (
        lambda: figures.timeline(told().drop(columns="basis"), title="T"),
        "no column 'basis'.*events.load",
    ),
    "events without dates": (lambda: figures.timeline(told().tail(1), title="T"), "no event has a date"),
    "too many events": (lambda: figures.timeline(pd.concat([told()] * 9), title="T"), "72 events cannot be told apart"),
    "an unknown basis": (
        lambda: figures.timeline(_events(basis="guessed"), title="T"),
        "of basis 'guessed'. Give one of",
    ),
    "no codings": (
        lambda: figures.stance_ladder(codings().head(0), issues(), title="T"),
        "table is empty.*stances.codings",
    ),
    "no issues": (lambda: figures.stance_ladder(codings(), issues().head(0), title="T"), "table is empty.*issues"),
    "another coder": (lambda: figures.stance_ladder(codings(), issues(), title="T", coder="x"), "no codings by 'x'"),
    "no probabilities": (
        lambda: figures.break_posterior(posterior().rename(columns={"probability": "p"}), title="T", no_break=0),
        "no column 'probability'.*breakposterior",
    ),
    "not summing to 1": (
        lambda: figures.break_posterior(posterior().head(2), title="T", no_break=0),
        r"the probabilities sum to 0\.550",
    ),
    "no probability": (lambda: figures.break_posterior(posterior(), title="T", no_break=1.2), "no_break is 1.2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drawn_is_refused(case):
    """The error names the plot, the thing and the remedy."""
    call, message = REFUSED[case]
    with pytest.raises(ValueError, match=message):
        call()


def bare(one, path):
    """Save a drawing small and without its words: they hang on the font renderer, and are tested as words."""
    for text in one.figure.findobj(Text):
        # An annotation's line to its point stays; only its words go.
        text.set_text("") if hasattr(text, "arrow_patch") else text.set_visible(False)
    one.save(path, dpi=50)


def swapped():
    """Draw the two series in each other's places."""
    one, other = two_lines().items()
    return figures.agreement_by_year(
        {one[0]: other[1], other[0]: one[1]}, title=CYRILLIC, first=1990, last=2002, marks=_MARKS
    )


def shifted():
    """Draw one series a fiftieth too high."""
    tables = two_lines()
    for column in ("identical", "identical_low", "identical_high"):
        tables["Украіна"][column] += 0.02
    return figures.agreement_by_year(tables, title=CYRILLIC, first=1990, last=2002, marks=_MARKS)


_MARKS = {1994: "Улаховіч: 1994", 1995: "1995: эра"}

CHANGED = {
    "two series swapped": ("year", swapped),
    "a line a fiftieth higher": ("year", shifted),
    "one value a tenth lower": (
        "ideal",
        lambda: figures.ideal_point_paths(
            paths().assign(point=lambda frame: frame["point"].where(frame["year"] != 1999, frame["point"] - 0.3)),
            title=CYRILLIC,
            labels={"BLR": "Беларусь", "RUS": "Россия"},
        ),
    ),
    "two positions swapped": (
        "shares",
        lambda: figures.position_shares(
            shares(["me", "nu", "di", "co", "hr"]).rename(
                columns=lambda c: c.replace("between", "x").replace("reference", "between").replace("x", "reference")
            ),
            title=CYRILLIC,
            labels=LABELS,
        ),
    ),
    "one cell darker": (
        "heat",
        lambda: figures.issue_heatmap(
            by_issue() | {"Kazakhstan": by_issue()["Kazakhstan"].assign(identical=[0.1, 1.0])}, title=CYRILLIC
        ),
    ),
    "one event two years later": (
        "timeline",
        lambda: figures.timeline(told().replace({"1996-05-02": "1998-05-02"}), title=CYRILLIC, first=1990, last=2002),
    ),
    "one code changed": (
        "ladder",
        lambda: figures.stance_ladder(
            codings().assign(code=lambda frame: frame["code"].replace("-1", "-2")),
            issues(),
            title=CYRILLIC,
            coder="anna",
        ),
    ),
    "two probabilities swapped": (
        "breaks",
        lambda: figures.break_posterior(
            posterior().assign(probability=[0.1, 0.5, 0.05, 0.05, 0.3]),
            title=CYRILLIC,
            no_break=0.4,
            marks={1994: "Улаховіч", 1997: "Кто-то", 2014: "выезд"},
        ),
    ),
}


class TestPictures:
    """Pictures look as they did when somebody last looked at them.

    The tolerance is a root mean square over all pixels. Matplotlib 3.9 with FreeType 2.6 and matplotlib 3.11 with
    FreeType 2.14 were seen to draw the same pictures; each of `CHANGED` differs by at least twice the tolerance.
    """

    @pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("-real")])
    def test_picture_is_the_one_that_was_looked_at(self, kind, tmp_path):
        """A change that nobody meant fails here; one that is meant is written with PICTURES=write."""
        kept, made = IMAGES / f"{kind}.png", tmp_path / f"{kind}.png"
        if os.environ.get("PICTURES") == "write":
            bare(KINDS[kind](), kept)
            pytest.skip(f"{kept.name} was written. Look at it.")
        bare(KINDS[kind](), made)
        with Image.open(kept) as before, Image.open(made) as after:
            assert before.size == after.size
        assert compare_images(kept, made, TOLERANCE) is None

    @pytest.mark.parametrize("change", CHANGED)
    def test_changed_picture_is_noticed(self, change, tmp_path):
        """Small changes of the data are more than the tolerance."""
        kind, make = CHANGED[change]
        bare(make(), tmp_path / "changed.png")
        assert compare_images(IMAGES / f"{kind}.png", tmp_path / "changed.png", TOLERANCE, in_decorator=True)

    def test_every_picture_belongs_to_a_plot(self):
        """No picture is left over from a plot that is gone."""
        kinds = {kind for kind in KINDS if not kind.endswith("-real")}
        assert {path.stem for path in IMAGES.glob("*.png")} == kinds

    def test_every_plot_has_a_picture(self):
        """Whoever adds a plot adds it here."""
        plots = [
            name for name in figures.__all__ if inspect.isfunction(getattr(figures, name)) and name != "turning_marks"
        ]
        source = inspect.getsource(inspect.getmodule(bare))
        kinds = source[source.index("KINDS = {") : source.index("@pytest.fixture")]
        assert all(f"figures.{plot}(" in kinds for plot in plots)


def test_years_of_shares_are_drawn_in_their_order():
    """A table that stands upside down is the same plot."""
    table = shares()
    turned = table.iloc[::-1]
    turned.attrs = table.attrs
    drawn = [repr(figures.position_shares(each, title="Shares")) for each in (table, turned)]
    assert drawn[0] == drawn[1]


def test_a_year_of_shares_that_comes_twice_is_refused():
    """Two bars at one place would hide each other."""
    table = shares()
    with pytest.raises(ValueError, match="1991 is there twice"):
        figures.position_shares(pd.concat([table, table.iloc[:1]]), title="Shares")


def test_a_span_of_thousands_of_years_is_refused():
    """The error says how long a plot can be."""
    points = pd.DataFrame({"state": ["BLR"] * 2, "year": [1991, 1992], "point": [0.1, 0.2], "low": 0.0, "high": 1.0})
    with pytest.raises(ValueError, match="Draw at most 500 years"):
        figures.ideal_point_paths(points.assign(votes=9), title="Points", first=1991, last=20000)
