"""The bundle as a student has it: installed in an empty environment, read from end to end, and answered without a slip.

Takes minutes: the libraries come from the package index, as `pip` gets them, and nothing of this project's environment
is used.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ruamel.yaml import YAML

from fairmark import answering, bank, release, settings
from fairmark.settings import Settings
from worksheet import variants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LESSONS = sorted(path.stem for path in (ROOT / "notebooks" / "lessons").glob("*.ipynb"))
BANK = bank.load(ROOT / "grading" / "items")
STUDENT = "perfect"
PROGRAMS = "Scripts" if sys.platform == "win32" else "bin"


@dataclass(frozen=True)
class Home:
    """A student's folder and the environment that was made for it."""

    course: Settings
    folder: Path
    environment: Path

    def run(self, program: str, *words: str, **more: str) -> str:
        """Run a program of the environment, in the bundle's folder, and give what it says.

        Without a network but where one is asked for, and without a variable of ours.
        """
        offline = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
        mine = {"PATH": os.defpath, "HOME": str(self.folder.parent), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [self.environment / PROGRAMS / program, *words],
            cwd=self.folder,
            env=offline | mine | more,
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def execute(self, path: str) -> Any:
        """Run a notebook of the bundle, all cells, in its own folder; return it with its outputs."""
        self.run("jupyter-execute", "--inplace", "--timeout=600", path, JUPYTERHUB_USER=STUDENT)
        return nbformat.read(self.folder / path, as_version=4)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Release the course, give a student the folder alone, and install what its environment.yml lists for pip."""
    course = settings.load(ROOT / "grading" / "course.toml", workdir=tmp_path_factory.mktemp("release"))
    release.build(course)
    away = tmp_path_factory.mktemp("student")
    made = Home(course, away / "course", away / "environment")
    shutil.copytree(course.workdir / "bundle", made.folder)
    venv.create(made.environment, with_pip=True)
    listed = YAML(typ="safe", pure=True).load((made.folder / "environment.yml").read_text(encoding="utf-8"))
    wanted = next(entry["pip"] for entry in listed["dependencies"] if isinstance(entry, dict))
    network = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy") or "PIP_" in name}
    if not any(name.lower() == "https_proxy" for name in network):
        network |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "")
    network |= {"HOME": os.environ["HOME"]}  # where a machine keeps its settings for pip
    made.run("python", "-m", "pip", "install", "--quiet", "--no-input", "--no-compile", *wanted, **network)
    return made


def test_the_environment_has_the_students_packages_and_not_fairmark(home):
    """They come from the environment and not from this checkout, with their tables."""
    said = home.run(
        "python",
        "-c",
        "import importlib.util, neutrality, worksheet, neutrality.rollcalls as votes\n"
        "print(neutrality.__file__, worksheet.__file__, importlib.util.find_spec('fairmark'), len(votes.load()) > 0)",
    ).split()
    assert all(Path(path).is_relative_to(home.environment) for path in said[:2])
    assert said[2:] == ["None", "True"]


def test_the_environment_holds_together(home):
    """No library asks for another version of one than there is."""
    assert "No broken requirements found" in home.run("python", "-m", "pip", "check")


@pytest.mark.parametrize("program", ["jupyter-lab", "gitpuller", "nbgrader", "neutrality"])
def test_the_programs_that_a_student_meets_start(program, home):
    """JupyterLab, what brings releases, what hands work in, and the course's own command."""
    assert home.run(program, "--help")


def test_an_images_last_step_leaves_students_no_menu_of_the_instructors(home):
    """The names in postBuild are those that nbgrader has, and what students need stays on."""
    path = f"{home.environment / PROGRAMS}{os.pathsep}{os.defpath}"
    subprocess.run(
        ["bash", "postBuild"], cwd=home.folder, env={"PATH": path, "HOME": str(home.folder.parent)}, check=True
    )
    menus = json.loads((home.environment / "etc/jupyter/labconfig/page_config.json").read_text())["disabledExtensions"]
    static = home.environment / "share/jupyter/labextensions/@jupyter/nbgrader/static"
    script = "".join(file.read_text(encoding="utf-8") for file in static.glob("*.js"))
    assert all(f'"{name}"' in script for name in menus)
    servers = re.sub(r"\x1b\[\d*m", "", home.run("jupyter-server", "extension", "list"))
    assert "formgrader enabled" not in servers
    assert "assignment_list enabled" in servers


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_from_its_first_cell_to_its_last(lesson, home):
    """Every cell that has code is run, without a network, and none of them ends in an error."""
    done = home.execute(f"lessons/{lesson}.ipynb")
    code = [cell for cell in done.cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code)
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("assignment", BANK)
def test_a_perfect_students_answers_pass_every_visible_check(assignment, home):
    """Each check says that the form is fine; a check that is not passed says "not ready"."""
    entries = BANK[assignment].entries
    sources = {name: answering.right_source(entry, _variant(home.course, entry)) for name, entry in entries.items()}
    path = home.folder / "assignments" / assignment / f"{assignment}.ipynb"
    nbformat.write(answering.fill(nbformat.read(path, as_version=4), sources), path)
    done = home.execute(str(path.relative_to(home.folder)))
    said = {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in done.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert set(said) == {name for name, entry in entries.items() if not entry.marked_by_hand}
    wrong = {name: text for name, text in said.items() if f"{name}: the form of your answer is fine." not in text}
    assert not wrong


@pytest.mark.parametrize("assignment", BANK)
def test_an_assignment_that_is_not_answered_runs_and_passes_no_check(assignment, home):
    """The checks above could fail: an empty notebook is told everywhere that it is not ready."""
    kept = home.course.workdir / "bundle" / "assignments" / assignment
    away = home.folder / "assignments" / f"{assignment}-empty"
    shutil.copytree(kept, away, dirs_exist_ok=True)
    done = home.execute(str((away / f"{assignment}.ipynb").relative_to(home.folder)))
    for cell in done.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade"):
            said = "".join(output.get("text", "") for output in cell.outputs)
            function = BANK[assignment].entries[cell.id].item.kind == "function"
            assert function or f"{cell.id}: not ready." in said


def _variant(course: Settings, entry: bank.Entry) -> int:
    pool = entry.item.pool
    return variants.choose(course.course, course.term, entry.item.id, STUDENT, len(pool)) if pool else 0
