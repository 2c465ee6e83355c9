"""Every lesson runs, keeps its outputs, and is written to the course's standard."""

import os
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from .prose import code, headings, prose, sentences

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks" / "lessons").glob("*.ipynb"))
ASSIGNMENTS = sorted((ROOT / "notebooks" / "assignments").glob("*.ipynb"))
PRACTICE = tomllib.loads((ROOT / "notebooks" / "lessons" / "practice.toml").read_text(encoding="utf-8"))
SECTIONS = ("Reading guide", "Summary", "Check yourself", "Words of this lesson", "Further reading")

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
notebooks = pytest.mark.parametrize("path", LESSONS + ASSIGNMENTS, ids=lambda path: path.stem)


@lessons
def test_outputs_equal_those_of_a_fresh_run(path):
    """Nbval runs the lesson and compares every text output with the one that is kept."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command += [f"--nbval-sanitize-with={Path(__file__).with_name('sanitize.cfg')}", "-W", "default", str(path)]
    run = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]


@lessons
def test_every_code_cell_keeps_an_output_or_only_imports(path):
    """A reader who runs nothing still sees every result, and none of them is an error."""
    for cell in code(path):
        kinds = [output.output_type for output in cell.outputs]
        assert kinds, cell.source
        assert "error" not in kinds, cell.source
        assert not any(output.get("name") == "stderr" for output in cell.outputs), cell.source


@lessons
def test_has_the_parts_of_a_lesson(path):
    """Question, minutes, objectives, what to know, and the closing parts are there, in this order."""
    text = prose(path)
    places = [text.find(f"**{part}.**") for part in ("Question", "Minutes", "Objectives", "What you need to know")]
    assert all(place > 0 for place in places)
    assert places == sorted(places)
    titles = [title for _, title in headings(path)]
    assert [title for title in titles if title in SECTIONS] == list(SECTIONS)


@lessons
def test_has_two_figures_with_text_alternatives(path):
    """At least two figures, each delivered as an image with alternative text and a description in words."""
    pages = [
        o.data["text/html"]
        for cell in code(path)
        for o in cell.outputs
        if "<img" in o.get("data", {}).get("text/html", "")
    ]
    assert len(pages) >= 2
    for page in pages:
        assert re.search(r'<img alt="[^"]{40,}"', page)
        assert "<details>" in page


@lessons
def test_invites_to_change_code_with_a_hint(path):
    """There are "try it" cells, each with a hint."""
    text = prose(path)
    assert text.count("**Try it.**") >= 2
    assert text.count("*Hint:*") >= text.count("**Try it.**")


@lessons
def test_has_three_self_checks_with_feedback_to_every_choice(path):
    """Three practice questions of this lesson, one right option each, and a reason to every option."""
    asked = re.findall(r'practice\("([^"]+)"', "\n".join(cell.source for cell in code(path)))
    assert len(asked) == 3
    assert all(name.startswith(path.stem[:2] + "-") for name in asked)
    for name in asked:
        options = PRACTICE[name]["options"].values()
        assert sum(option["right"] for option in options) == 1
        assert all(len(option["says"]) > 20 for option in options)


@notebooks
def test_has_one_top_heading_and_skips_no_level(path):
    """A screen reader's list of headings is a table of contents."""
    levels = [level for level, _ in headings(path)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@notebooks
def test_cells_are_short(path):
    """No code cell has more than 15 lines, or a line that must be scrolled."""
    for cell in code(path):
        lines = cell.source.splitlines()
        assert len(lines) <= 15, cell.source
        assert all(len(line) <= 120 for line in lines), cell.source


@notebooks
def test_sentences_are_short(path):
    """Readers in a second language meet no sentence of 30 words or more."""
    long = [one for one in sentences(path) if len(re.findall(r"\w+", one)) >= 30]
    assert not long


@notebooks
def test_links_say_where_they_lead(path):
    """No link is called "here", and every one is absolute or leads to a file."""
    for text, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", prose(path)):
        assert text.casefold() not in {"here", "link", "this"}
        assert target.startswith("https://") or (path.parent / target).exists(), target


@notebooks
def test_tables_have_headers(path):
    """Every table names its columns."""
    tokens = MarkdownIt().enable("table").parse(prose(path))
    inside = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "th_open"]
    assert all(inside)


@notebooks
def test_defines_no_helpers(path):
    """Helper code belongs into the package; only an answer, or an example to read, may be a function."""
    for cell in code(path):
        if "item" not in cell.metadata and "example" not in cell.metadata.get("tags", []):
            assert not re.search(r"^\s*(def|class|lambda)\b", cell.source, re.M), cell.source


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=lambda path: path.stem)
def test_source_of_an_assignment_runs(path, tmp_path):
    """An assignment's own cells run from top to bottom without an error."""
    command = [sys.executable, "-m", "jupyter", "execute", f"--output={tmp_path / 'ran.ipynb'}", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200, env=os.environ | {"HOME": str(tmp_path)})
    assert run.returncode == 0, run.stderr[-2000:]


@pytest.mark.parametrize("path", ASSIGNMENTS, ids=lambda path: path.stem)
def test_source_of_an_assignment_has_no_outputs(path):
    """What ran on an instructor's machine does not reach students."""
    assert not any(cell.outputs for cell in code(path))


SESSION_48 = [
    ("Belarus and Ukraine", "UKR", "58 of the 63"),
    ("Belarus and Russia", "RUS", "39 of 63"),
]


@pytest.mark.parametrize(("pair", "other", "said"), SESSION_48, ids=[one[0] for one in SESSION_48])
def test_numbers_that_a_question_quotes_are_those_of_the_data(pair, other, said):
    """Question 18 quotes counts of session 48; the votes give the same today."""
    from neutrality import agreement, rollcalls

    row = agreement.pair(rollcalls.load(), "BLR", other, by="session").loc[48]
    same, counted = re.findall(r"\d+", said)
    assert (round(row["n"] * row["identical"]), row["n"]) == (int(same), int(counted))
    assert said in (ROOT / "grading" / "items" / "ps1.yaml").read_text(encoding="utf-8")


def test_numbers_in_the_prose_of_lesson_01_are_those_of_the_data():
    """The lesson says how many roll calls of 1994 count, how many fall into December, and that none were opposed."""
    from neutrality import agreement, rollcalls

    votes = rollcalls.load()
    both = (votes.votes("BLR") > 0) & (votes.votes("RUS") > 0)
    dates = votes.resolutions["date"]
    text = prose(next(path for path in LESSONS if path.stem.startswith("01")))
    assert f"Of the {(both & (dates.dt.year == 1994)).sum()} roll calls of 1994" in text
    assert f"{(both & (dates.dt.year == 1994) & (dates.dt.month == 12)).sum()} fall into December" in text
    table = agreement.joint_table(votes.sessions(47, 48), "BLR", "RUS")
    assert table.loc["yes", "no"] == table.loc["no", "yes"] == 0
    early = votes.sessions(40, 45)
    for other in ("UKR", "RUS"):
        counts = agreement.joint_table(early, "BLR", other)
        assert counts.to_numpy().trace() == counts.to_numpy().sum()
