"""One version, said in three places."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml


@pytest.fixture
def citation(root: Path) -> dict[str, object]:
    """Return how the course says that it is to be cited."""
    found: dict[str, object] = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def newest(root: Path) -> tuple[str, str]:
    """Return number and date of the newest version in the changelog."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## (\S+) \((.+)\)$", text, re.MULTILINE)
    assert found is not None
    return found[1], found[2]


def test_the_changelog_begins_with_the_version_of_the_package(root, newest):
    """Marks name the package's version, so whoever looks it up must find what it was."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert newest[0] == project["version"]


def test_the_citation_is_of_a_version_that_was_released(citation, newest):
    """It has number and date of the newest version, or, while that is not released, of an earlier one."""
    if newest[1] != "unreleased":
        assert (citation["version"], str(citation["date-released"])) == newest
    else:
        assert citation["version"] != newest[0]
