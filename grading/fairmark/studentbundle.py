"""The student bundle: lessons, released assignments, a package of the students' own, and the pages around them."""

from __future__ import annotations

import importlib
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import worksheet
from fairmark import pictures, templates
from fairmark.files import replace_folder, write_text
from fairmark.settings import Settings

PYTHON = "3.13"
"""What a JupyterHub's image runs: the newest version for which each of the libraries can be had."""
ON_HUB = ("nbgitpuller", "nbgrader")
"""What an image holds beside the student's packages: new releases come in and work goes out through them."""


class BundleError(ValueError):
    """Something of the bundle that is missing, or says too little; the message names it and the remedy."""


def build(course: Settings) -> Path:
    """Build the folder that students get: lessons, assignments, and a package of their own.

    Parameters
    ----------
    course
        The settings; the assignments must have been released.

    Returns
    -------
    Path
        The folder, put in its place only when it is complete.

    Raises
    ------
    BundleError
        If something that the settings name is missing, or says too little.
    """
    course.workdir.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=course.workdir, prefix=".bundle."))
    try:
        _fill(course, new)
    except BaseException:
        shutil.rmtree(new)
        raise
    finished = course.workdir / "bundle"
    replace_folder(new, finished)
    return finished


def _fill(course: Settings, new: Path) -> None:
    """Put everything into the bundle's folder."""
    new.chmod(0o755)
    _copy(course.lessons, new / "lessons")
    _copy(course.workdir / "release", new / "assignments")
    for name, package in _packages(course).items():
        _copy(package, new / "package" / name)
    for to, source in course.student_files.items():
        _copy(source, new / to)
    for to, name in course.prepare.items():
        _function(course, name)(new / to)
    pictures.shrink(new / "lessons")
    for file, text in _student_files(course).items():
        write_text(new / file, text)


def _packages(course: Settings) -> dict[str, Path]:
    """List what students import: the course's own packages, and ours, of which they get the copy that marks them."""
    return {package.name: package for package in course.packages} | {"worksheet": Path(worksheet.__file__).parent}


def _function(course: Settings, name: str) -> Callable[[Path], object]:
    """Find the function that the settings name: the course knows what its own files hold, and this package does not."""
    module, _, function = name.partition(":")
    try:
        found: Callable[[Path], object] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise BundleError(
            f"{course.file}: [student.prepare] names {name!r}, which cannot be loaded ({error}). "
            "Write module:function, and install the module; nothing is released without it."
        ) from None
    return found


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BundleError(f"{source}: missing, and students are to get it; correct its path in course.toml")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored)
    else:
        shutil.copyfile(source, target)


def _student_files(course: Settings) -> dict[str, str]:
    """Write the bundle's own project file, environment and page, from our list of dependencies."""
    project = _project(course)
    pages = templates.load(keep_trailing_newline=True)
    packages = list(_packages(course))
    # Students get the commands of the packages that they get, and no other.
    scripts = {name: to for name, to in project.get("scripts", {}).items() if to.partition(".")[0] in packages}
    words = {"project": project, "course": course, "packages": packages, "scripts": scripts, "python": PYTHON}
    words["on_hub"] = [_requirement(project, name) for name in ON_HUB]
    return {
        file: pages.get_template(f"student-{Path(file).name.lstrip('.')}").render(words)
        for file in (
            "package/pyproject.toml",
            "package/README.md",
            "environment.yml",
            "postBuild",
            "README.md",
            ".gitignore",
            ".gitattributes",
        )
    }


def _project(course: Settings) -> dict[str, Any]:
    """Read the table of the course's ``pyproject.toml`` that says what students install."""
    try:
        project: dict[str, Any] = tomllib.loads(course.project.read_text(encoding="utf-8")).get("project", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BundleError(f"{course.project}: cannot be read: {error}") from None
    for name in ("name", "version", "requires-python", "dependencies"):
        if name not in project:
            raise BundleError(f"{course.project}, table [project]: {name} is missing; students' copies need it")
    return project


def _requirement(project: dict[str, Any], name: str) -> str:
    """Find what our own list of dependencies asks of a library, so that it is written down once."""
    listed = [one for extra in project.get("optional-dependencies", {}).values() for one in extra]
    return next((one for one in listed if re.match(rf"{name}(?![\w.-])", one)), name)
