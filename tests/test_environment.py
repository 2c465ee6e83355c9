"""`environment.yml` says what `pyproject.toml` says: one list of dependencies, written down for two installers."""

import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# Where conda-forge has another name for a package of PyPI. At present nowhere.
CONDA_NAMES: dict[str, str] = {}


def declared(extra: str) -> Iterator[Requirement]:
    """Yield what an extra of pyproject.toml asks for, following the extras of the project itself."""
    for requirement in map(Requirement, PROJECT["optional-dependencies"][extra]):
        if canonicalize_name(requirement.name) == PROJECT["name"]:
            for inner in requirement.extras:
                yield from declared(inner)
        else:
            yield requirement


REQUIREMENTS = [*map(Requirement, PROJECT["dependencies"]), *declared("dev")]


@pytest.fixture(scope="module")
def conda_entries() -> list[Any]:
    return YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]


@pytest.fixture(scope="module")
def conda(conda_entries: list[Any]) -> dict[str, SpecifierSet]:
    """Name and version of every package that conda itself installs."""
    parsed = [Requirement(entry) for entry in conda_entries if isinstance(entry, str)]
    assert len({p.name for p in parsed}) == len(parsed), "a package stands in environment.yml twice"
    return {p.name: p.specifier for p in parsed}


def conda_name(requirement: Requirement) -> str:
    name = canonicalize_name(requirement.name)
    return CONDA_NAMES.get(name, requirement.name)


def test_dev_contains_instructor():
    """`make test` must leave nothing for `make course` to install; scripts/setup.sh counts on it."""
    names = {r.name for r in REQUIREMENTS}
    assert {Requirement(r).name for r in PROJECT["optional-dependencies"]["instructor"]} <= names


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_a_dependency_has_the_same_versions_in_both_files(requirement, conda):
    assert conda.get(conda_name(requirement)) == requirement.specifier


@pytest.mark.parametrize("requirement", [r for r in REQUIREMENTS if r.extras], ids=str)
def test_what_an_extra_brings_is_listed_for_conda_which_has_no_extras(requirement, conda):
    for line in metadata.requires(requirement.name) or []:
        brought = Requirement(line)
        if brought.marker and any(brought.marker.evaluate({"extra": extra}) for extra in requirement.extras):
            always = brought.marker.evaluate({"extra": ""})
            assert always or conda_name(brought) in conda


def test_conda_installs_nothing_else(conda):
    assert set(conda) - {conda_name(r) for r in REQUIREMENTS} == {"python", "pip"}


def test_python_is_the_one_pyproject_requires(conda):
    assert conda["python"] == SpecifierSet(PROJECT["requires-python"])


def test_pip_installs_only_the_project_itself_from_its_folder(conda_entries):
    assert [entry for entry in conda_entries if not isinstance(entry, str)] == [{"pip": ["-e ."]}]


@pytest.mark.parametrize("name", ["jupyterlab", "nbgrader", "matplotlib", "pandas", "pytest", "nbval"])
def test_the_tools_the_course_stands_on_are_named(name, conda):
    assert name in conda
