"""The page "Make your own source-reading course" is true: whoever follows it in an empty folder sees what it shows."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from fairmark import bank, checks
from worksheet.items import KINDS

from . import page

WEIGHTS = "default,ps2,1,60,40"
LIBRARIES = ('"pandas>=2.2"', '"matplotlib>=3.9"')


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> bank.Assignment:
    """Return the page's examples of every kind, as a bank reads them."""
    file = tmp_path_factory.mktemp("examples") / "ps2.yaml"
    file.write_text(page.bank_text("ps2"), encoding="utf-8")
    return bank.load_file(file)


def test_every_kind_has_one_example(examples: bank.Assignment) -> None:
    """In the order of the page, and under a heading that names the kind."""
    kinds = [entry.item.kind for entry in examples.entries.values()]
    assert sorted(kinds) == sorted(KINDS)
    headings = re.findall(r"^### ([a-z-]+)", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == kinds


def test_the_examples_are_good_ones(examples: bank.Assignment) -> None:
    """The key earns all, each foreseen mistake less and its own message, and no message holds the key."""
    for entry in examples.entries.values():
        assert not bank.giveaways(entry)
        if entry.marked_by_hand:
            continue
        right = entry.keys[0] if entry.item.kind == "function" else entry.right_answer()
        assert checks.judge(entry, right).points == entry.item.points
        assert entry.wrong or entry.item.kind == "date"
        for wrong in entry.wrong:
            verdict = checks.judge(entry, wrong.answers[0])
            assert verdict.points < entry.item.points
            assert verdict.message == wrong.message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      form: {sources: [report-1874]}\n", "", "field public.form.sources: an item of kind locate needs this"),
        ("kind: choose\n", "kind: chose\n", "is not one of ["),
        ("      hint: Look at the headings.\n", "      hint: H.\n      hints: H.\n", "Additional properties are not"),
        ("      prompt: What does", "     prompt: What does", "not readable as YAML"),
        ("- answer: robbery\n", "- answer: debt\n", "this wrong answer is the key"),
        ("- answer: gift\n", "- answer: robbery\n", "has no message of its own"),
    ],
)
def test_what_does_not_fit_is_said_as_the_page_says(tmp_path: Path, old: str, new: str, says: str) -> None:
    """The table at the page's end quotes what a helper will meet."""
    assert says in page.PAGE.read_text(encoding="utf-8")
    text = page.bank_text("ps2")
    assert old in text
    file = tmp_path / "ps2.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(bank.BankError, match=re.escape(says)):
        bank.load_file(file)


class Helper:
    """Follows the page in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[int, str] = {}

    def follow(self) -> None:
        """Do everything, from the first block to the last."""
        for block in page.BLOCKS:
            if block.kind == "sh":
                self.seen[block.line] = "".join(map(self._type, block.text.splitlines()))
            elif block.kind == "answer cell of":
                if not block.target.startswith("ps2-"):
                    self._cell(block.target, block.text, block.language)
            elif block.kind != "text":
                self._write(block)
                if block.kind == "new" and block.target == "items/ps2.yaml":
                    self._second_set()

    def _type(self, line: str) -> str:
        program, *words = shlex.split(line)
        if program == "cd":
            self.folder /= words[0]
            return ""
        if line == "rm -r trial":
            shutil.rmtree(self.folder / "trial")
            return ""
        assert program == "fairmark", f"the page has a command that this test cannot type: {line}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
        done = subprocess.run(
            [Path(sys.executable).with_name("fairmark"), *words],
            cwd=self.folder, env=environment | {"COLUMNS": "200"}, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0 or done.stderr.startswith("Error: "), done.stdout + done.stderr
        return done.stdout + done.stderr

    def _write(self, block: page.Block) -> None:
        if block.kind == "put into":
            name, _, above = block.target.partition(" above ")
            text = (self.folder / name).read_text(encoding="utf-8")
            assert text.count(f"\n{above}\n") == 1
            (self.folder / name).write_text(text.replace(above, f"{block.text}\n{above}"), encoding="utf-8")
            return
        file = self.folder / block.target
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w" if block.kind == "new" else "a", encoding="utf-8") as stream:
            stream.write(block.text)

    def _cell(self, item: str, text: str, language: str = "python") -> None:
        """Add an answer cell to the notebook that it belongs to."""
        file = self.folder / "assignments" / f"{item.partition('-')[0]}.ipynb"
        notebook = nbformat.read(file, as_version=4)
        make = new_markdown_cell if language == "markdown" else new_code_cell
        notebook.cells.append(make(text.rstrip("\n"), metadata={"item": item}))
        nbformat.write(notebook, file)

    def _second_set(self) -> None:
        """Do what the page says in words of a second set: its notebook, its other rows, and two libraries."""
        start = nbformat.read(self.folder / "assignments" / "ps1.ipynb", as_version=4)
        start.cells = [cell for cell in start.cells if "item" not in cell.metadata]
        nbformat.write(start, self.folder / "assignments" / "ps2.ipynb")
        cells = {block.target: block for block in page.BLOCKS if block.kind == "answer cell of"}
        for item in re.findall(r"- id: (ps2-q\d+)", page.bank_text("ps2")):
            block = cells.get(item)
            if block:
                self._cell(item, block.text, block.language)
            else:
                self._cell(item, f"{item.replace('-', '_')} = None")
        for name, line in (("weights.csv", WEIGHTS), ("modes.csv", "ps2,graded,form")):
            with (self.folder / name).open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")
        project = self.folder / "pyproject.toml"
        text = project.read_text(encoding="utf-8")
        project.write_text(text.replace("dependencies = [", f"dependencies = [{', '.join(LIBRARIES)}, "))


@pytest.fixture(scope="module")
def helper(tmp_path_factory: pytest.TempPathFactory) -> Helper:
    """Follow the whole page once."""
    made = Helper(tmp_path_factory.mktemp("page"))
    made.follow()
    return made


def test_the_page_says_in_words_what_the_helper_did_besides() -> None:
    """The row of weights and the two libraries stand on the page."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert all(f"`{one}`" in text for one in (WEIGHTS, *LIBRARIES))


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "shown"), page.SHOWN, ids=lambda block: f"line-{block.line}")
def test_what_the_page_shows_is_what_is_seen(helper: Helper, typed: page.Block, shown: page.Block) -> None:
    """Every line that the page shows stands in what the commands above it print."""
    printed = helper.seen[typed.line]
    assert not [line for line in shown.text.splitlines() if line not in printed], printed


@pytest.mark.slow
def test_a_command_fails_only_where_the_page_says_so(helper: Helper) -> None:
    """An error that a reader is not told of would stop them."""
    told = {typed.line for typed, shown in page.SHOWN if shown.text.startswith("Error: ")}
    assert {line for line, printed in helper.seen.items() if "Error: " in printed} == told


@pytest.mark.slow
def test_the_package_of_ones_own_reaches_students(helper: Helper) -> None:
    """The last step put it beside `worksheet`."""
    package = helper.folder / "build" / "bundle" / "package"
    assert (package / "sandrey" / "__init__.py").is_file()
    assert 'packages = ["sandrey", "worksheet"]' in (package / "pyproject.toml").read_text(encoding="utf-8")
