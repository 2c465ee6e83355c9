"""What students get: composed from the public halves, the same points everywhere, and nothing of the secret halves."""

from __future__ import annotations

import base64
import copy
import csv
import io
import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from PIL import Image, ImageChops
from ruamel.yaml import YAML

from fairmark import bank, bundlesize, prompting, publishing, release, settings
from fairmark.release import ReleaseError
from fairmark.settings import Settings

ROOT = Path(__file__).parents[2]
COURSE = ROOT / "grading" / "course.toml"
BANK = bank.load(ROOT / "grading" / "items")
ITEMS = [
    pytest.param(assignment, entry.item, id=name)
    for assignment, one in BANK.items()
    for name, entry in one.entries.items()
]
CANARY = "canary-5f3a"
PICTURE = re.compile(r"(?<=data:image/png;base64,)[A-Za-z0-9+/=]+")


def spoil(record: dict[str, Any]) -> dict[str, Any]:
    """Put canaries of valid form in place of everything secret."""
    record = copy.deepcopy(record)
    for number, item in enumerate(record["items"]):
        item["secret"] = _canaries(item["public"], item["secret"], f"{CANARY}-{number}")
    return record


def _canaries(public: dict[str, Any], secret: dict[str, Any], word: str) -> dict[str, Any]:
    kind = public["kind"]
    new: dict[str, Any] = {"locators": [f"{word}-locator"], "right": f"{word}-right", "otherwise": f"{word}-otherwise"}
    if kind == "function":
        new["tests"] = [{**one, "gives": f"{word}-gives"} for one in secret["tests"]]
        new["solution"] = f"{word} = None"
    elif kind == "written":
        new["exemplars"] = [{"points": 0, "text": f"{word}-text", "why": f"{word}-why"}] * 2
    elif "pool" in public:
        new["key"] = [_other(public, key, place) for place, key in enumerate(secret["key"])]
    else:
        new["key"] = _other(public, secret["key"], 0)
    if kind == "number":
        new["tolerance"] = 0.00123
    if kind == "choose" and "pool" not in public:
        new["wrong"] = [
            {"answer": option, "misconception": f"{word}-{option}", "message": f"{word}-message-{option}"}
            for option in public["options"]
            if option != new["key"]
        ]
    return new


def _other(public: dict[str, Any], key: Any, place: int) -> Any:
    """Give another key of valid form, for one variant."""
    kind, options, shape = public["kind"], list(public.get("options", ())), public.get("form", {})
    if kind == "choose":
        return next(option for option in options if option != key)
    if kind in {"choose-all", "attribute"}:
        return [option for option in options if option not in key][:2] or options[:1]
    if kind == "order":
        return [*key[1:], key[0]]
    if kind == "match":
        return {row: options[options.index(option) - 1] for row, option in key.items()}
    if kind == "code":
        taken = {row: codes if isinstance(codes, list) else [codes] for row, codes in key.items()}
        return {row: next(code for code in options if code not in codes) for row, codes in taken.items()}
    if kind == "find-error":
        return [options[options.index(key[0]) - 1], key[1]]
    if kind == "locate":
        return f"{shape['sources'][0]} s87.p65"
    if kind == "date":
        return {4: "1603", 7: "1603-04", 10: "1603-04-05"}[len(key)]
    if kind == "number":
        low, high = shape["between"]
        return low + (high - low) * place // 100
    if kind == "table":
        return {"columns": shape["columns"], "rows": [[f"{CANARY}-cell" for _ in shape["columns"]]]}
    assert kind == "figure"
    return {"needs": ["title"], "series": [{"x": [1603], "y": [0.00123]}]}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Release the real course."""
    course = settings.load(COURSE, workdir=tmp_path_factory.mktemp("release"))
    release.build(course)
    return course


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Release the same course from a bank whose secret halves are all different."""
    folder = tmp_path_factory.mktemp("twin")
    (folder / "items").mkdir()
    for file in sorted((ROOT / "grading" / "items").glob("*.yaml")):
        record = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        (folder / "items" / file.name).write_text(json.dumps(spoil(record), ensure_ascii=False), encoding="utf-8")
    course = settings.load(COURSE, bank=folder / "items", workdir=folder / "work")
    release.build(course)
    return course


def notebook(course: Settings, assignment: str) -> Any:
    return nbformat.read(course.workdir / "release" / assignment / f"{assignment}.ipynb", as_version=4)


def cell(course: Settings, assignment: str, name: str) -> Any:
    return next(one for one in notebook(course, assignment).cells if one.id == name)


# --- No leak ----------------------------------------------------------------------------------------------------------


def test_the_twin_bank_differs_in_every_secret(twin):
    """The proof below would prove nothing with an equal bank."""
    other = bank.load(twin.bank)
    for assignment, one in BANK.items():
        for name, entry in one.entries.items():
            assert other[assignment].entries[name].item == entry.item
            assert entry.marked_by_hand or other[assignment].entries[name].keys != entry.keys
            assert other[assignment].entries[name].locators != entry.locators


@pytest.mark.parametrize("part", ["release", "bundle", "source"])
def test_two_banks_that_differ_in_secrets_give_the_same_release_byte_for_byte(part, released, twin):
    """Nothing that students get depends on a secret half; nor does what nbgrader builds it from."""
    one, other = contents(released.workdir / part), contents(twin.workdir / part)
    assert one.keys() == other.keys()
    assert [file for file in one if one[file] != other[file]] == []


@pytest.mark.parametrize("part", ["release", "bundle"])
def test_no_canary_is_in_what_students_get(part, twin):
    """Not in a name, not in a file of whatever type."""
    for file, data in contents(twin.workdir / part).items():
        assert CANARY not in file
        assert not re.search(rb"canary-5f3a|s87\.p65|\b1603\b|0\.00123", data) or file.endswith((".parquet", ".csv"))
        assert CANARY.encode() not in data


def test_no_secret_text_of_the_real_bank_is_in_what_students_get(released):
    """The messages, solutions and exemplars of the real bank stay in it."""
    everything = b"\n".join(contents(released.workdir / "bundle").values())
    for one in BANK.values():
        for entry in one.entries.values():
            texts = [wrong.message for wrong in entry.wrong] + [wrong.misconception for wrong in entry.wrong]
            texts += [entry.otherwise, entry.solution, *(str(example["text"]) for example in entry.exemplars)]
            for text in filter(None, texts):
                assert json.dumps(text, ensure_ascii=False)[1:-1].encode() not in everything


def test_a_second_release_changes_nothing(released):
    """Building again gives the same files."""
    before = contents(released.workdir / "bundle")
    release.build(released)
    assert contents(released.workdir / "bundle") == before


# --- The notebook -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("assignment", "item"), ITEMS)
def test_points_are_the_same_in_bank_notebook_heading_and_sheet(assignment, item, released):
    """What a student is told is what nbgrader counts."""
    sheet = json.loads((released.workdir / "release" / assignment / "items.json").read_text(encoding="utf-8"))
    listed = {one["id"]: one for one in sheet["items"]}
    assert listed[item.id]["points"] == item.points
    assert cell(released, assignment, item.id).metadata.nbgrader["points"] == item.points
    heading = cell(released, assignment, f"{item.id}-prompt").source.splitlines()[0]
    assert re.fullmatch(rf"### Question {item.id} · {item.points:g} points?", heading)


@pytest.mark.parametrize(("assignment", "item"), ITEMS)
def test_the_answer_line_survives_the_release(assignment, item, released):
    """Students find the line that they fill in, and a check of one line after it."""
    if item.kind == "written":
        assert cell(released, assignment, item.id).source.strip()
        return
    source = nbformat.read(released.assignments / f"{assignment}.ipynb", as_version=4)
    written = next(one.source for one in source.cells if one.metadata.get("item") == item.id)
    assert cell(released, assignment, f"{item.id}-answer").source == written
    assert written.startswith(f"def {item.form['signature']}:" if item.kind == "function" else f"{item.name} = ")
    assert cell(released, assignment, item.id).source == f'check("{item.id}")'


@pytest.mark.parametrize(("assignment", "item"), ITEMS)
def test_cells_have_the_roles_that_nbgrader_expects(assignment, item, released):
    """Answers can be edited; questions and checks cannot."""
    check = cell(released, assignment, item.id).metadata
    assert check.nbgrader["grade"]
    assert check.nbgrader["solution"] == (item.kind == "written")
    question = cell(released, assignment, f"{item.id}-prompt").metadata
    assert (question["editable"], question["deletable"]) == (False, False)
    if item.kind != "written":
        assert check.nbgrader["locked"]
        answer = cell(released, assignment, f"{item.id}-answer").metadata.nbgrader
        assert (answer["solution"], answer["grade"], answer["locked"]) == (True, False, False)


@pytest.mark.parametrize("assignment", BANK)
def test_a_released_notebook_has_no_hidden_test_and_no_output(assignment, released):
    """The line that stops unaware marking is not among what students see."""
    cells = notebook(released, assignment).cells
    text = "\n".join(one.source for one in cells)
    assert "HIDDEN" not in text
    assert "raise RuntimeError" not in text
    assert not [one for one in cells if one.get("outputs") or one.get("execution_count")]
    assert len({one.id for one in cells}) == len(cells)


@pytest.mark.parametrize("assignment", BANK)
def test_the_gradebooks_source_has_the_hidden_test_in_every_check(assignment, released):
    """So that marking without fairmark stumbles at every item."""
    source = nbformat.read(released.workdir / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    checks = [one for one in source.cells if one.metadata.get("nbgrader", {}).get("grade") and one.cell_type == "code"]
    assert len(checks) == sum(not entry.marked_by_hand for entry in BANK[assignment].entries.values())
    assert all(release.HIDDEN in one.source for one in checks)


@pytest.mark.parametrize(("assignment", "item"), ITEMS)
def test_the_sheet_holds_the_public_half_and_nothing_else(assignment, item, released):
    """items.json is the public half, field by field."""
    sheet = json.loads((released.workdir / "release" / assignment / "items.json").read_text(encoding="utf-8"))
    record = next(one for one in sheet["items"] if one["id"] == item.id)
    assert record == json.loads(json.dumps(item.to_json()))
    assert set(record) <= {"id", "kind", "points", "prompt", "hint", "objective", "options", "form", "pool"}


@pytest.mark.parametrize(("assignment", "item"), ITEMS)
def test_the_example_of_how_to_answer_gives_nothing_away(assignment, item):
    """The example uses no option of the item and no key."""
    how = prompting.question(item).rpartition("\n\n")[2]
    assert not [option for option in item.options if f'"{option}"' in how]


# --- The bundle -------------------------------------------------------------------------------------------------------


def test_the_bundle_has_nothing_of_marking(released):
    """No file of grading or of fairmark, and no import of it."""
    files = contents(released.workdir / "bundle")
    for file, data in files.items():
        assert not {"grading", "fairmark", "tests", ".git", "__pycache__"} & set(Path(file).parts)
        assert not file.endswith((".pyc", ".yaml", "course.toml"))
        assert b"fairmark" not in data or file == "LICENSE"
    assert {"README.md", "LICENSE", "environment.yml", "package/pyproject.toml"} <= files.keys()
    assert {f"assignments/{name}/{name}.ipynb" for name in BANK} <= files.keys()


def test_the_bundles_project_can_be_installed_for_what_a_student_needs(released):
    """Its pyproject names the base dependencies and the packages that are there."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = released.workdir / "bundle" / "package"
    theirs = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert theirs["project"]["dependencies"] == ours["dependencies"]
    assert theirs["project"]["requires-python"] == ours["requires-python"]
    assert theirs["project"]["scripts"] == {"neutrality": ours["scripts"]["neutrality"]}
    assert "optional-dependencies" not in theirs["project"]
    for package in theirs["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (folder / package / "__init__.py").is_file()


def test_the_bundles_environment_parses_and_installs_the_package(released):
    """environment.yml is YAML, and points at the package beside it, nbgitpuller and nbgrader, as we list them."""
    record = YAML(typ="safe", pure=True).load((released.workdir / "bundle" / "environment.yml").read_text())
    package, *on_hub = record["dependencies"][-1]["pip"]
    assert package == "./package"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(on_hub) <= {one for extra in extras.values() for one in extra}
    assert {re.split(r"\W", one)[0] for one in on_hub} == {"nbgitpuller", "nbgrader"}


def test_the_images_python_is_named_as_repo2docker_reads_it(released):
    """One equals sign, and a version that the package allows; of `python>=3.11` it would make its own default."""
    text = (released.workdir / "bundle" / "environment.yml").read_text()
    (version,) = re.findall(r"^  - python=(\d+\.\d+)$", text, re.MULTILINE)
    project = tomllib.loads((released.workdir / "bundle" / "package" / "pyproject.toml").read_text())["project"]
    assert version in SpecifierSet(project["requires-python"])
    assert all(Requirement(one).marker is None or Requirement(one).marker.evaluate({"python_version": version})
               for one in project["dependencies"])  # fmt: skip


def test_the_bundle_is_small_enough_for_a_slow_line(released):
    """At most 3 MB to pull, as the instructor's page says: 24 seconds with a megabit a second."""
    parts = bundlesize.parts(released.workdir / "bundle")
    assert sum(part.packed for part in parts) < 3e6, bundlesize.summary(released.workdir / "bundle")


def test_the_weight_is_that_of_what_git_sends(released, tmp_path):
    """A pull without the past brings what was said, give or take a tenth."""
    publishing.publish(released.workdir / "bundle", str(tmp_path / "s.git"), course="c", title="A course")
    command = [
        "git",
        "clone",
        "--quiet",
        "--bare",
        "--depth=1",
        f"file://{tmp_path / 's.git'}",
        str(tmp_path / "t.git"),
    ]
    subprocess.run(command, check=True)
    sent = sum(file.stat().st_size for file in (tmp_path / "t.git").rglob("*.pack"))
    said = sum(part.packed for part in bundlesize.parts(released.workdir / "bundle"))
    assert 0.9 < sent / said < 1.1


def test_the_bundles_lessons_keep_everything_but_the_weight_of_pictures(released):
    """Cells, texts and descriptions are as in the project; pictures are as large, and look the same."""
    for ours in sorted(released.lessons.glob("*.ipynb")):
        ours_text, theirs_text = ours.read_text(), (released.workdir / "bundle" / "lessons" / ours.name).read_text()
        assert PICTURE.sub("", theirs_text) == PICTURE.sub("", ours_text)
        for one, other in zip(PICTURE.findall(ours_text), PICTURE.findall(theirs_text), strict=True):
            assert _differing(one, other) < 0.01


def _differing(one: str, other: str) -> float:
    """Return the share of pixels whose brightness an eye could tell apart."""
    first, second = (Image.open(io.BytesIO(base64.b64decode(text))).convert("L") for text in (one, other))
    counts = ImageChops.difference(first, second).histogram()
    return sum(counts[16:]) / sum(counts)


def test_the_bundles_page_names_what_is_there(released):
    """What the first page lists is there, nothing at the top is missing from it, and no path has a trap for Windows."""
    folder = released.workdir / "bundle"
    listed = re.findall(r"^- `.*?:", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = set(re.findall(r"`([^`]+)`", " ".join(listed)))
    assert named | {"README.md", "LICENSE", ".gitignore", ".gitattributes"} == {file.name for file in folder.iterdir()}
    paths = [str(file.relative_to(folder)) for file in folder.rglob("*")]
    assert max(map(len, paths)) < 100
    assert all(re.fullmatch(r"[\w./-]+", path, re.ASCII) for path in paths)
    assert len({path.casefold() for path in paths}) == len(paths)


def test_the_bundle_has_no_row_that_serves_as_an_item(released):
    """Whatever a graded question rests on is in the project's tables, marked so, and not in the bundle's."""
    folder = released.workdir / "bundle" / "package" / "neutrality" / "_data" / "stances"
    ours = {path.name: rows(path) for path in (ROOT / "data" / "stances").glob("*.csv")}
    items = {row["id"] for table in ours.values() for row in table if row.get("use") == "item" and "id" in row}
    rested_on = {
        name for assignment in BANK.values() for entry in assignment.entries.values() for name in entry.rests_on
    }
    assert rested_on
    assert rested_on <= items
    for name in ours:
        shipped = rows(folder / name)
        assert "item" not in {row.get("use") for row in shipped}
        assert not items & {word for row in shipped for cell in row.values() for word in cell.split(";")}


# --- Composing --------------------------------------------------------------------------------------------------------


def sheet_of(course: Settings) -> Any:
    return bank.load(course.bank)["mini1"].sheet("c", "t")


def drop(source: Any) -> None:
    source.cells = [one for one in source.cells if one.metadata.get("item") != "mini1-q2"]


def double(source: Any) -> None:
    source.cells.append(copy.deepcopy(source.cells[-1]))


def rename(source: Any) -> None:
    source.cells[-1].metadata["item"] = "mini1-q9"


def swap(source: Any) -> None:
    source.cells[-1], source.cells[-2] = source.cells[-2], source.cells[-1]


def to_markdown(source: Any) -> None:
    source.cells[2] = nbformat.v4.new_markdown_cell("x", metadata={"item": "mini1-q1"})


def to_code(source: Any) -> None:
    source.cells[6] = nbformat.v4.new_code_cell("x", metadata={"item": "mini1-q5"})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop, "no answer cell for mini1-q2; give one the metadata item=mini1-q2"),
        (double, "'mini1-q6' has two answer cells"),
        (rename, "an answer cell names 'mini1-q9', which is not in the bank"),
        (swap, "another order"),
        (to_markdown, "the answer cell of mini1-q1 must be a code cell"),
        (to_code, "the answer cell of mini1-q5 must be a markdown cell"),
    ],
)
def test_a_source_that_does_not_fit_its_bank_is_refused(
    change: Callable[[Any], object], says: str, new_course: Any, mini_source: Any, tmp_path: Path
) -> None:
    """The error names the notebook, the item and the remedy."""
    source = mini_source()
    change(source)
    with pytest.raises(ReleaseError) as refusal:
        release.compose(source, sheet_of(new_course(tmp_path / "course")), "mini1.ipynb")
    assert str(refusal.value).startswith("mini1.ipynb: ")
    assert says in str(refusal.value)


def test_an_assignment_without_a_notebook_is_refused(new_course, tmp_path):
    """The bank and the notebooks name the same assignments."""
    course = new_course(tmp_path / "course")
    (course.assignments / "mini1.ipynb").unlink()
    with pytest.raises(ReleaseError, match=r"mini1\.ipynb: missing; the bank has an assignment 'mini1'"):
        release.build(course)


def test_an_item_with_variants_shows_the_students_own(new_course, mini_source, tmp_path):
    """A locked cell before the answer prints the parameters."""
    composed = release.compose(mini_source(), sheet_of(new_course(tmp_path / "course")), "mini1.ipynb")
    names = [one.id for one in composed.cells]
    place = names.index("mini1-q3-given")
    assert names[place - 1 : place + 3] == ["mini1-q3-prompt", "mini1-q3-given", "mini1-q3-answer", "mini1-q3"]
    assert composed.cells[place].metadata.nbgrader["locked"]
    assert 'variant("mini1-q3")' in composed.cells[place].source


def test_questions_that_were_answered_stay(new_course, mini_bank_text, mini_source, tmp_path):
    """A new question in a set that students have handed in stops the release before it changes anything."""
    course = new_course(tmp_path / "course")
    release.build(course)
    with Gradebook(course.gradebook, course.course) as book:
        book.add_student("anna")
        book.add_submission("mini1", "anna")
    before = contents(course.workdir / "release"), contents(course.workdir / "source")
    text = mini_bank_text.replace("Where does it stand?", "Where is it?")
    (course.bank / "mini1.yaml").write_text(text)
    release.build(course)
    assert contents(course.workdir / "release") != before[0]
    before = contents(course.workdir / "release"), contents(course.workdir / "source")
    (course.bank / "mini1.yaml").write_text(text.replace("mini1-q6", "mini1-q7"))
    source = mini_source()
    source.cells[-1].metadata["item"] = "mini1-q7"
    nbformat.write(source, course.assignments / "mini1.ipynb")
    with pytest.raises(ReleaseError, match=r"mini1: work of 1 students.*mini1-q6 is gone.*mini1-q7 is new.*--workdir"):
        release.build(course)
    assert (contents(course.workdir / "release"), contents(course.workdir / "source")) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'])
def test_a_source_that_is_no_notebook_is_named(new_course, tmp_path, text):
    """The message names the file and the remedy."""
    course = new_course(tmp_path / "course")
    (course.assignments / "mini1.ipynb").write_text(text)
    with pytest.raises(ReleaseError, match=r"mini1\.ipynb: cannot be read as a notebook; save it anew"):
        release.build(course)
