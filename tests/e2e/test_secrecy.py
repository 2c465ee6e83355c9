"""What a student's own processes can read on the hub: where users are real, nothing that is somebody else's."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0, reason="Only root can give each student an account; nothing is secret without"
    ),
]
ROOT = Path(__file__).parents[2]
INSTRUCTOR_COURSE = "home/{instructor}/course"
FORBIDDEN = {
    "the bank": f"{INSTRUCTOR_COURSE}/grading/items/ps0.yaml",
    "the gradebook": f"{INSTRUCTOR_COURSE}/build/course/gradebook.db",
    "the instructor's home": "home/{instructor}",
    "a neighbour's home": "home/{student2}",
    "a neighbour's lesson": "home/{student2}/lessons/00-start-here.ipynb",
    "the Hub's passwords": "private/demo.json",
    "the Hub's database": "private/jupyterhub.sqlite",
    "the Hub's cookie secret": "private/cookie_secret",
    "the Hub's log": "private/hub.log",
    "the checkout": str(ROOT),
    "the checkout's bank": str(ROOT / "grading/items/ps0.yaml"),
}
ALLOWED = {
    "the own home": "home/{student1}",
    "a lesson": "home/{student1}/lessons/00-start-here.ipynb",
    "the course's tables": "python/lib",
}
READ = "import os, sys; p = sys.argv[1]; print(len(os.listdir(p) if os.path.isdir(p) else open(p, 'rb').read()))"


@pytest.fixture(scope="module")
def as_student(hub: dict[str, Any]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program as the first student, as in a terminal of that student's server."""
    user = pwd.getpwnam(hub["names"]["student1"])

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        python = f"{hub['prefixes']['student']}/bin/python"
        drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]
        environment = {"HOME": user.pw_dir, "PATH": "/usr/bin:/bin"}
        return subprocess.run([*drop, python, *words], env=environment, cwd="/", capture_output=True, text=True)

    return run


def place(hub: dict[str, Any], pattern: str) -> str:
    """Write out where something is."""
    return str(Path(hub["state"], pattern.format(**hub["names"])))


@pytest.mark.parametrize("what", ALLOWED)
def test_a_student_reads_what_is_the_students(hub, as_student, what):
    """The way of asking works: what is open can be read by it."""
    run = as_student("-c", READ, place(hub, ALLOWED[what]))
    assert (run.returncode, run.stderr) == (0, "")
    assert int(run.stdout) > 0


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_student_cannot_read_what_is_not(hub, as_student, what):
    """The file is there for root, and closed to the student."""
    path = Path(place(hub, FORBIDDEN[what]))
    assert path.exists()
    run = as_student("-c", READ, str(path))
    assert run.returncode != 0
    assert "PermissionError" in run.stderr


def test_a_students_terminal_opens_none_of_it(hub, person):
    """What a student types into a terminal of JupyterLab is refused as often as it is tried."""
    student = person("student1")
    tried = [place(hub, pattern) for pattern in FORBIDDEN.values()]
    told = student.terminal("ls " + " ".join(shlex.quote(path) for path in tried))
    student.shot("terminal")
    assert [path for path in tried if not re.search(f"{re.escape(path)}'?: Permission denied", told)] == []
    assert len(told.strip().splitlines()) == len(tried)


def test_a_student_cannot_read_another_users_environment(hub, as_student):
    """Secrets that the Hub gives to servers and services are in their environment, which only their user can read."""
    code = (
        "import os, json\nfound = {}\nfor n in filter(str.isdigit, os.listdir('/proc')):\n"
        "    try:\n        user = os.stat('/proc/' + n).st_uid\n"
        "        found[n] = [user, open('/proc/' + n + '/environ', 'rb').read().decode(errors='replace')]\n"
        "    except OSError:\n        pass\nprint(json.dumps(found))"
    )
    seen = json.loads(as_student("-c", code).stdout)
    own = pwd.getpwnam(hub["names"]["student1"]).pw_uid
    assert seen
    assert {user for user, _ in seen.values()} == {own}
    assert not [text for _, text in seen.values() if "CONFIGPROXY_AUTH_TOKEN" in text]


@pytest.mark.parametrize("module", ["fairmark", "fairmark.bank"])
def test_a_students_python_has_no_marking(as_student, module):
    """The students' environment has the student distribution, and not the package that marks."""
    assert as_student("-c", "import neutrality.tables, worksheet").returncode == 0
    run = as_student("-c", f"import {module}")
    assert "ModuleNotFoundError" in run.stderr


def test_a_students_python_names_no_checkout(as_student):
    """Neither its paths nor its record of installed packages lead to the checkout."""
    code = "import sys, json, importlib.metadata as m; print(json.dumps([sys.path, sys.prefix, sys.base_prefix]))"
    assert str(ROOT) not in as_student("-c", code).stdout
    found = as_student("-m", "pip", "list", "--editable", "--format=json", "--disable-pip-version-check")
    assert json.loads(found.stdout) == []
