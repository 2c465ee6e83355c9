"""What the images of a hub hold: every file and library is listed, and none of them belongs to somebody else."""

from __future__ import annotations

import csv
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairmark import release, settings

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> Iterator[Any]:
    """Load the script that makes the list."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield importlib.import_module("contents")
    finally:
        sys.path.remove(str(ROOT / "scripts"))
        sys.modules.pop("contents")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the real bundle."""
    course = settings.load(ROOT / "grading" / "course.toml", workdir=tmp_path_factory.mktemp("contents") / "work")
    release.build(course)
    return course.workdir / "bundle"


@pytest.fixture(scope="module")
def found(script: Any, bundle: Path) -> set[Any]:
    """Return what the images hold."""
    return set(script.contents(bundle))


@pytest.fixture(scope="module")
def listed(script: Any) -> set[Any]:
    """Return the list as it is committed."""
    with script.LIST.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == script.FIELDS
    return {tuple(row) for row in rows}


def test_every_file_is_listed_and_every_listed_file_is_there(found, listed):
    """Whoever adds a file to what students get sees it in the list."""
    files = [{row for row in rows if row[1] == "file"} for rows in (found, listed)]
    assert files[0] == files[1], "run python scripts/contents.py, and look at what is new in the list"


def test_no_library_gets_in_unseen(found, listed):
    """Fewer are fine: an older or a newer Python needs others."""
    new = sorted(row for row in found - listed if row[1] == "library")
    assert not new, "look at what these are, then run python scripts/contents.py"


@pytest.mark.parametrize(
    ("image", "pattern"),
    [
        ("student", r"fairmark|grading/(?!hub/student/)|instructor|(?<!^environment)\.ya?ml$|\.db$|\.git/"),
        ("student", r"^(between-minsk-and-moscow.*|jupyterhub|distributed|dask)$"),
        ("instructor", r"^(?!fairmark/(pages|skeleton)/).*(grading/(?!hub/)|(^|/)items/|\.ya?ml$|\.db$|tests?/)"),
    ],
)
def test_what_belongs_to_somebody_else_is_in_no_image(found, image, pattern):
    """The bank is in neither; what marks is not in the students'."""
    assert [row for row in found if row[0] == image and re.search(pattern, row[2])] == []


def test_a_file_that_slips_into_the_bundle_is_seen(script, bundle, listed, tmp_path):
    """Also a hidden one, and a text of the bank inside a package."""
    for name in (".env", "package/neutrality/_data/ps1.yaml", "assignments/ps1/key.json", "package/fairmark/bank.py"):
        file = bundle / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
        assert any(row not in listed for row in script.contents(bundle))
        file.unlink()
    (bundle / "package/fairmark").rmdir()
    assert {row for row in script.contents(bundle) if row[1] == "file"} <= listed


@pytest.mark.parametrize("image", ["student", "instructor"])
def test_what_is_imported_is_among_the_libraries(found, image):
    """The list is not short because requirements were not followed."""
    names = {row[2] for row in found if row[:2] == (image, "library")}
    assert {"numpy", "nbgrader", "sqlalchemy", "ipykernel", "pandas"} <= names
    assert ("jupyterhub" in names) == (image == "instructor")
