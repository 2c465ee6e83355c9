"""Python environments that others may use: copies of this checkout's, without the checkout.

A virtual environment names its own folder in scripts, and this one names the checkout, which students must not read. So
its libraries are linked (or copied, on another disk) into a new environment, and only what belongs there is put beside
them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path


def interpreter(target: Path) -> Path:
    """Give a Python that every user of this machine can run: this one's, or a copy where it stands in a closed home."""
    program = Path(sys.executable).resolve()
    if all(one.stat().st_mode & 0o001 for one in (program, *program.parents)):
        return program
    base = Path(sys.base_prefix)
    for name in ("bin", "include", "lib"):
        if (base / name).is_dir():
            ignored = shutil.ignore_patterns("site-packages", "__pycache__", "test")
            shutil.copytree(base / name, target / name, symlinks=True, copy_function=_link, ignore=ignored)
    subprocess.run(["chmod", "-R", "go+rX", str(target)], check=True)  # noqa: S603, S607
    copy = target / program.relative_to(base.resolve())
    _find_library_beside(copy, base / "lib")
    return copy


def _find_library_beside(program: Path, library: Path) -> None:
    """Have a copied interpreter load the copied shared library, where it names that by its old place.

    The name in the program gives way to a shorter one, so nothing else in the file moves.
    """
    here = b"$ORIGIN/../lib"
    old = str(library).encode() + b"\0"
    content = program.read_bytes()
    if old in content and len(here) < len(old):
        program.unlink()  # a link to the original
        program.write_bytes(content.replace(old, here.ljust(len(old), b"\0")))
        program.chmod(0o755)


def student(python: Path, target: Path, package: Path) -> None:
    """Make the students' environment: our libraries, and the student distribution of the bundle.

    Parameters
    ----------
    python
        The interpreter (:func:`interpreter`).
    target
        The new folder.
    package
        The folder ``package`` of a student bundle.
    """
    _libraries(python, target)
    _install(target, str(package))


def instructor(python: Path, target: Path, course: Path) -> None:
    """Make the instructor's environment: our libraries, and the packages of a copy of the course."""
    _libraries(python, target)
    _install(target, "--editable", str(course))


def _install(target: Path, *what: str) -> None:
    """Install a project alone: what it needs is there already, with the build system, so nothing is fetched."""
    command = [target / "bin/python", "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index"]
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--no-compile"]
    subprocess.run([*command, *options, *what], check=True)  # noqa: S603  ours
    subprocess.run(["chmod", "-R", "go+rX", str(target)], check=True)  # noqa: S603, S607


def _site(prefix: Path) -> Path:
    return prefix / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def _libraries(python: Path, target: Path) -> None:
    """Link this environment's libraries and commands into a new one, leaving out the project itself."""
    source = Path(sys.prefix)
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(target)], check=True)  # noqa: S603
    ours = {one.name for one in _site(source).glob(f"*{_project()}*")}
    shutil.copytree(
        _site(source),
        _site(target),
        copy_function=_link,
        dirs_exist_ok=True,
        ignore=lambda folder, names: {name for name in names if name in ours or name == "__editable__"},
    )
    for name in ("etc", "share"):
        shutil.copytree(source / name, target / name, copy_function=_link, dirs_exist_ok=True)
    for script in (source / "bin").iterdir():
        _script(script, target / "bin" / script.name, source, target)


def _project() -> str:
    """Give the project's name as it stands in names of files that an install makes."""
    record = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    return re.sub(r"[-_.]+", "_", record["project"]["name"]).lower()


def _script(script: Path, to: Path, source: Path, target: Path) -> None:
    """Copy a command, so that it starts the new environment's Python."""
    if to.exists() or script.is_symlink() or not script.is_file():
        return
    text = script.read_bytes()
    if text.startswith(f"#!{source}/".encode()):
        to.write_bytes(text.replace(f"#!{source}/".encode(), f"#!{target}/".encode(), 1))
        to.chmod(0o755)


def _link(source: str, target: str) -> str:
    """Link a file, or copy it where it cannot be linked."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
    return target
