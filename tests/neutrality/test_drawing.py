"""The style of the course's plots: colours that all can tell apart, words that are legible, labels that keep apart."""

from __future__ import annotations

import itertools
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from sklearn.isotonic import IsotonicRegression

from neutrality import drawing, figures_layout, figures_shares
from worksheet.figures import describe

# What people see who lack one kind of cone: Machado, Oliveira and Fernandes, "A Physiologically-based Model for
# Simulation of Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15(6), 2009. Their
# matrices, for linear light, as the package colorspacious gives them (its cvd.py); the paper's page has the same model.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
HALF_DEUTERANOMALY = [[0.547494, 0.607765, -0.155259], [0.181692, 0.781742, 0.036566], [-0.01041, 0.027275, 0.983136]]
# Linear sRGB to XYZ, and white, after IEC 61966-2-1.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
VIEWS = ("all colours", *MACHADO, "grey")


def linear(rgb):
    """Turn sRGB from 0 to 1 into linear light."""
    rgb = np.asarray(rgb, dtype=float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def display(light):
    """Turn linear light into sRGB from 0 to 1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0) ** (1 / 2.4) - 0.055)


def lab(light):
    """Turn linear light into CIELAB."""
    parts = XYZ @ light / XYZ.sum(axis=1)
    x, y, z = np.where(parts > (6 / 29) ** 3, np.cbrt(parts), parts / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(colour, view):
    """Return a colour in CIELAB as it is seen, or printed in grey."""
    light = linear(to_rgb(colour))
    if view == "grey":
        light = np.full(3, XYZ[1] @ light)
    elif view in MACHADO:
        light = np.clip(np.array(MACHADO[view]) @ light, 0, 1)
    return lab(light)


def apart(one, other, view):
    """Return the distance of two colours as they are seen (ΔE of 1976)."""
    return float(np.linalg.norm(seen(one, view) - seen(other, view)))


class TestTheMeasureOfColours:
    """The tests' own arithmetic gives what others publish."""

    @pytest.mark.parametrize(
        ("one", "other", "published"),
        [((173, 52, 52), (69, 120, 51), 80.3336), ((69, 100, 52), (69, 120, 51), 14.7071)],
    )
    def test_distances_are_those_of_colormine(self, one, other, published):
        """Two distances of colormine.org's calculator, from the gold values of colorspacious, which agree to 1e-4."""
        distance = apart(np.array(one) / 255, np.array(other) / 255, "all colours")
        assert distance == pytest.approx(published, rel=2e-4)

    @pytest.mark.parametrize(
        ("colour", "published"),
        [
            ([0.1, 0.2, 0.3], [0.12440528, 0.19103024, 0.29911687]),
            ([0.9, 0.5, 0.3], [0.76726301, 0.59528358, 0.29263454]),
        ],
    )
    def test_simulation_is_that_of_colorspacious(self, colour, published):
        """Half of deuteranomaly, as the package colorspacious computes it (its gold_values.py)."""
        assert display(np.array(HALF_DEUTERANOMALY) @ linear(colour)) == pytest.approx(published, abs=1e-6)

    @pytest.mark.parametrize("name", MACHADO)
    def test_no_deficiency_changes_white(self, name):
        """Each row of a matrix sums to 1, so that a wrong digit would show."""
        assert np.array(MACHADO[name]).sum(axis=1) == pytest.approx([1, 1, 1], abs=2e-6)


class TestColours:
    """Colours that are used together differ for everyone."""

    @pytest.mark.parametrize("view", VIEWS)
    def test_any_two_series_differ(self, view):
        """A distance of 2.3 is just visible; thin lines need many times that, and in grey lightness is all there is."""
        least = min(apart(one, other, view) for one, other in itertools.combinations(drawing.PALETTE, 2))
        assert least > (11 if view == "grey" else 25)

    @pytest.mark.parametrize("ground", ["white", drawing.SHADE])
    def test_every_series_stands_out_from_its_ground(self, ground):
        """Parts of a picture need a contrast of 3 (Web Content Accessibility Guidelines 2.1, criterion 1.4.11)."""
        assert all(drawing.contrast(colour, ground) >= 3 for colour in drawing.PALETTE)

    @pytest.mark.parametrize("ground", ["white", drawing.SHADE])
    def test_words_stand_out_from_their_ground(self, ground):
        """Small letters need a contrast of 4.5, and have 7."""
        assert drawing.contrast(drawing.INK, ground) >= 7

    def test_series_differ_without_any_colour(self):
        """Markers, their letters and line styles are all different."""
        for kind in (drawing.MARKERS, drawing.DASHES, [drawing.GLYPHS[marker] for marker in drawing.MARKERS]):
            assert len(set(kind)) == len(drawing.PALETTE)

    @pytest.mark.parametrize("view", VIEWS)
    def test_neighbours_in_a_bar_differ(self, view):
        """What lies next to each other in a bar differs in lightness, whichever positions are absent."""
        fills = [fill["facecolor"] for fill in figures_shares.FILLS]
        assert all(apart(one, other, view) > 18 for one, other in itertools.pairwise(fills))
        assert apart(fills[0], fills[3], view) > 14  # nobody between

    def test_parts_of_a_bar_differ_by_their_hatches_too(self):
        """No two positions have the same hatch."""
        hatches = [fill.get("hatch") for fill in figures_shares.FILLS]
        assert len(set(hatches)) == len(figures_shares.SHARES)

    @pytest.mark.parametrize("shade", np.linspace(0, 1, 11))
    def test_words_on_a_cell_are_legible(self, shade):
        """Whatever the shade of a cell, its words have the contrast that small letters need."""
        ground = colormaps["Blues"](shade)
        assert drawing.contrast(drawing.readable(ground), ground) >= 4.5

    def test_darker_cells_are_higher_in_grey_too(self):
        """The shades of cells fall in lightness all the way."""
        light = [seen(colormaps["Blues"](shade), "grey")[0] for shade in np.linspace(0, 1, 30)]
        assert all(after < before for before, after in itertools.pairwise(light))


class TestSpread:
    """Labels keep apart and stay as near to their places as they can."""

    @pytest.mark.parametrize("seed", range(8))
    def test_agrees_with_scikit_learn(self, seed):
        """Without walls it is isotonic regression, which scikit-learn computes."""
        places, gap = np.random.default_rng(seed).normal(size=6), 0.4
        order, steps = np.argsort(places), gap * np.arange(6)
        expected = IsotonicRegression().fit_transform(np.arange(6), places[order] - steps) + steps
        assert np.array(figures_layout.spread(places, gap))[order] == pytest.approx(expected)

    @pytest.mark.parametrize("seed", range(8))
    def test_keeps_gaps_order_and_walls(self, seed):
        """Labels do not overlap, do not change places, and stay inside."""
        places = np.random.default_rng(seed).uniform(0, 1, size=5).tolist()
        moved = figures_layout.spread(places, 0.2, 0.0, 1.0)
        assert np.argsort(moved).tolist() == np.argsort(places).tolist()
        assert np.diff(sorted(moved)).min() >= 0.2 - 1e-9
        assert min(moved) >= 0
        assert max(moved) <= 1

    def test_what_is_apart_stays(self):
        """Nothing moves without need, and nothing is no error."""
        assert figures_layout.spread([0.9, 0.1], 0.2) == [0.9, 0.1]
        assert figures_layout.spread([], 0.2) == []


class TestWords:
    """Widths are measured, and numbers written, as readers will see them."""

    @pytest.mark.parametrize("text", ["Belarus and Russia", "Ўладзімір Улаховіч", "съезд эльфов", "(0.62–0.84)"])
    @pytest.mark.parametrize("dpi", [60, 144, 300])
    def test_width_is_enough_for_every_renderer(self, text, dpi):
        """The room kept for a text is at least what it needs, and not much more."""
        with drawing.styled():
            figure = Figure(dpi=dpi)
            drawn = figure.text(0.1, 0.5, text, fontsize=9.5)
            needed = drawn.get_window_extent().width / dpi
        assert needed <= figures_layout.text_width(text) <= 1.2 * needed

    def test_lines_of_a_wrapped_text_fit(self):
        """No line is wider than asked for, no word is lost, and a break that was there stays."""
        text = "Periods: Ulakhovich's, as Kłysiński reports them.\nHatched: 1994 and 1997."
        lines = figures_layout.wrapped(text, 9.5, 1.8).split("\n")
        assert all(figures_layout.text_width(line, 9.5) <= 1.8 for line in lines)
        assert " ".join(lines) == text.replace("\n", " ")
        assert any(line.startswith("Hatched") for line in lines)


def plot(**labels):
    """Draw the least that is a plot."""
    frame = drawing.Frame(labels.get("title", "Title"), "x", "y")
    with frame.open() as (figure, axes):
        axes.plot([1, 2], [3, 4])
    return drawing.Drawing(figure, labels.get("alt", "What it shows."), "All of it.")


class TestDrawing:
    """A figure and its words stay together."""

    def test_markup_in_words_is_escaped(self):
        """Quotation marks and brackets in a text alternative do not end it."""
        page = plot(alt='A "b" <c>')._repr_html_()
        assert 'alt="A &quot;b&quot; &lt;c&gt;"' in page

    def test_figure_handed_in_as_an_answer_keeps_its_text_alternative(self):
        """The worksheet reads the text alternative of a figure from an attribute."""
        assert describe(plot().figure)["alt"] == "What it shows."

    def test_readers_settings_change_nothing_and_stay(self):
        """A dark style or another font of the reader's makes the same picture, and is left as it was."""
        before = plot()._repr_html_()
        with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "savefig.dpi": 20, "hatch.linewidth": 9}):
            assert plot()._repr_html_() == before
            assert mpl.rcParams["font.size"] == 30

    def test_repeated_pictures_are_equal(self):
        """The same plot gives the same bytes, so that a notebook run again does not change."""
        assert plot()._repr_html_() == plot()._repr_html_()

    def test_pyplot_knows_nothing_of_it(self):
        """Figures are made outside pyplot, so none is shown twice or kept for ever."""
        from matplotlib import pyplot

        plot()
        assert pyplot.get_fignums() == []

    def test_saved_png_carries_its_text_alternative(self, tmp_path):
        """The file for print says in its metadata what it shows."""
        plot().save(tmp_path / "plot.png", dpi=50)
        with Image.open(tmp_path / "plot.png") as picture:
            assert picture.info["Description"] == "What it shows."

    def test_saved_svg_carries_its_text_alternative(self, tmp_path):
        """So does a vector file."""
        plot().save(tmp_path / "plot.svg")
        assert "What it shows." in (tmp_path / "plot.svg").read_text(encoding="utf-8")

    def test_saved_pdf_is_one(self, tmp_path):
        """And a file for print can be written."""
        plot().save(str(tmp_path / "plot.pdf"))
        assert (tmp_path / "plot.pdf").read_bytes().startswith(b"%PDF")

    def test_unknown_ending_is_refused(self, tmp_path):
        """The message names the endings there are."""
        with pytest.raises(ValueError, match=re.escape("plot.gif: this ending is not known. Choose one of .png, .svg")):
            plot().save(tmp_path / "plot.gif")

    def test_long_title_makes_the_figure_higher_and_not_smaller(self):
        """A title of two lines takes its room from no one."""
        short, long = plot().figure.axes[0], plot(title="A long title with many words " * 4).figure.axes[0]
        assert drawing.inches(short) == pytest.approx(drawing.inches(long))
        assert long.figure.get_figheight() > short.figure.get_figheight()


class TestRefusals:
    """What cannot be drawn is refused in words that help."""

    def test_missing_column_is_named_with_its_giver(self):
        """The message names the column, and the function whose tables have it."""
        with pytest.raises(ValueError, match=r"plot: the table has no column 'n', 'b'\. Take one as f gives it"):
            drawing.need(pd.DataFrame({"a": [1]}), ["a", "n", "b"], where="plot", giver="f")

    def test_empty_table(self):
        """An empty table is not an empty picture."""
        with pytest.raises(ValueError, match="plot: the table is empty"):
            drawing.need(pd.DataFrame({"a": []}), ["a"], where="plot", giver="f")

    def test_nothing_and_too_much(self):
        """No series and too many are both refused."""
        with pytest.raises(ValueError, match="nothing to draw"):
            drawing.few_enough([], 5, where="plot")
        with pytest.raises(ValueError, match="6 series cannot be told apart; draw at most 5"):
            drawing.few_enough(range(6), 5, where="plot")
