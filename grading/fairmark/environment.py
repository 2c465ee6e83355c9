"""Which environment runs students' notebooks: a hash of it, so that a mark says what it rests on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import re
import tomllib
from pathlib import Path

from fairmark.files import fingerprint
from fairmark.settings import Settings


class NoBundleError(ValueError):
    """The student bundle, which is all that student code gets of the course, was not built."""


def sha256(course: Settings, *, confined: bool = True) -> str:
    """Hash Python, the student's libraries, the student's packages, and the way in which notebooks are run.

    Raises
    ------
    NoBundleError
        If nothing was released yet.
    """
    package = course.workdir / "bundle" / "package"
    if not (package / "pyproject.toml").is_file():
        raise NoBundleError(f"{package}: the student bundle is not there; run fairmark release first")
    parts = [
        platform.python_implementation(),
        platform.python_version(),
        platform.machine(),
        *(f"{name} {_version(name)}" for name in _libraries(package / "pyproject.toml")),
        fingerprint(package),
        fingerprint(Path(__file__).parent / "inside", "*.py"),
        f"confined: {confined}",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _libraries(project: Path) -> list[str]:
    wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("dependencies", [])
    names = {re.split(r"[^\w.-]", one, maxsplit=1)[0].lower() for one in wanted}
    return sorted(names | {"ipython", "matplotlib-inline"})


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"
