"""What the users of a demonstration find in their homes: the course, or what its students get of it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

import checkout
import processes
import pythons
from demo import CannotStartError, Demo

HERE = Path(__file__).resolve().parent
COURSE_PARTS = ("pyproject.toml", "README.md", "LICENSE", "course", "data", "grading", "notebooks")


def fill(demo: Demo) -> None:
    """Put the course into the instructor's home, what students get into theirs, and release."""
    print("Preparing the course (half a minute)", flush=True)
    for role, name in demo.names.items():
        home = demo.homes / name
        home.mkdir(exist_ok=True)
        with (home / ".profile").open("a", encoding="utf-8") as profile:  # a terminal's shell forgets its server's PATH
            profile.write(f'\nPATH="{demo.prefix(role)}/bin:$PATH"\n')
    # Readable by everybody, in the checkout or out of it: what only tells nbgrader where things are.
    shutil.copytree(HERE / "student", demo.state / "config/student")
    shutil.copytree(HERE / "instructor", demo.state / "config/instructor")
    _copy_course(demo)
    _lead_to_exchange(demo)
    if demo.real:
        interpreter = pythons.interpreter(demo.state / "interpreter")
        pythons.instructor(interpreter, demo.prefix("instructor"), demo.course)
        _own(demo, "instructor")
    _as(demo, "instructor", str(demo.prefix("instructor") / "bin/fairmark"), "release")
    bundle = demo.course / "build/course/bundle"
    if demo.real:
        pythons.student(interpreter, demo.prefix("student"), bundle / "package")
    for role in ("student1", "student2"):
        shutil.copytree(bundle / "lessons", demo.homes / demo.names[role] / "lessons")
        if demo.real:
            _own(demo, role)


def _copy_course(demo: Demo) -> None:
    """Copy of this checkout what makes the course."""
    for name in COURSE_PARTS:
        source, target = checkout.ROOT / name, demo.course / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copyfile(source, target)


def _lead_to_exchange(demo: Demo) -> None:
    """Say in the copy of course.toml through which folder students hand in, and what proves who did."""
    settings, head = demo.course / checkout.SETTINGS, "[paths]\n"
    text = settings.read_text(encoding="utf-8")
    if head not in text:
        original = checkout.ROOT / checkout.SETTINGS
        raise CannotStartError(f"{original}: has no line [paths]; write it on a line of its own, and nothing after it")
    proof = "owner" if demo.real else "name"
    said = f'{head}exchange = "{demo.exchange}"\nproof = "{proof}"\n'
    settings.write_text(text.replace(head, said, 1), encoding="utf-8")


def _own(demo: Demo, role: str) -> None:
    """Give a home to its user: all but the linked libraries, which stay root's."""
    entry = pwd.getpwnam(demo.names[role])
    for folder, folders, files in os.walk(entry.pw_dir):
        folders[:] = [one for one in folders if one != ".python"]
        for one in (folder, *(Path(folder, file) for file in files)):
            os.chown(one, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _as(demo: Demo, role: str, *command: str) -> None:
    """Run a command as the user of a role, in the course's folder."""
    home = demo.homes / demo.names[role]
    environment = {"HOME": str(home), "PATH": f"{demo.prefix(role)}/bin:/usr/bin:/bin", processes.MARK: str(demo.state)}
    identity: dict[str, Any] = {}
    if demo.real:
        entry = pwd.getpwnam(demo.names[role])
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    done = subprocess.run(  # noqa: S603  ours
        command, cwd=demo.course, env=environment, capture_output=True, text=True, check=False, **identity
    )
    if done.returncode:
        raise CannotStartError(f"{' '.join(command)}:\n{(done.stdout + done.stderr).strip()[-2000:]}")
