"""What a newcomer types: the Makefile's targets, the README that names them, CI that repeats it, and the set-up."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()


def make(*words: str) -> list[str]:
    """Run make without what a surrounding make hands down, and return the lines that it prints."""
    run = subprocess.run(["make", *words], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def made_in(text: str) -> set[str]:
    """Collect the targets that a text tells its reader, or its shell, to make."""
    return set(re.findall(r"^(?:step )?make ([a-z0-9-]+)", text, re.MULTILINE))


# --- The Makefile, the README and CI ----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_help_describes_every_target(target):
    assert [line for line in make() if re.match(rf"  make {target} +\w", line)]


def test_test_all_is_test_with_the_slow_ones():
    some, every = make("-n", "test"), make("-n", "test-all")
    assert [line.replace(' -m "not slow"', "") for line in some] == every
    assert some != every


def test_readme_names_the_two_commands_and_no_target_that_is_missing():
    fenced = "\n".join(re.findall(r"^```[^\n]*\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL))
    assert {"course", "test"} <= made_in(fenced) <= set(TARGETS)


def test_ci_runs_the_readme_and_ends_with_the_tests():
    script = (ROOT / ".ci/run").read_text()
    assert made_in(script) == {"course", "lint", "test-all"}
    assert re.findall(r"^step make (.*?)(?: #.*)?$", script, re.MULTILINE)[-1] == "test-all"


# --- scripts/setup.sh -------------------------------------------------------------------------------------------------

# Stands in for Python: says who it is, makes a .venv holding a copy of itself, and notes what pip is told to do.
FAKE_PYTHON = """#!{bash}
case "$*" in
  "-ES "*) echo "${{FAKE_VERSION:-3.12.4}}|{program}" ;;
  "-m venv "*) mkdir -p "$3/bin"; cp "{program}" "$3/bin/python" ;;
  "-m pip "*) echo "$*" >>pip.log; exit "${{FAKE_PIP:-0}}" ;;
esac
"""
TOOLS = ["bash", "cat", "cksum", "cp", "dirname", "flock", "head", "mkdir", "rm", "sed", "sort"]


class Checkout:
    """A folder to set up, on a machine that has the fake Python, nothing of Debian, and no rights."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.path = folder, path

    def set_up(self, extra: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script from elsewhere, with nothing in its environment but what is named."""
        command = ["bash", str(self.folder / "scripts/setup.sh"), extra]
        environment = {"PATH": str(self.path), **environment}
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=20)

    @property
    def installed(self) -> list[str]:
        """The extras that pip was asked for, in order."""
        log = self.folder / "pip.log"
        return re.findall(r"\.\[(\w+)\]$", log.read_text(), re.MULTILINE) if log.exists() else []

    def state(self) -> dict[str, tuple[int, int]]:
        """Every file with the time of its last change."""
        files = [p for p in self.folder.rglob("*") if p.is_file()]
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_ino) for p in files}


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    path = tmp_path / "bin"
    path.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (path / tool).symlink_to(found)
    executable(path / "id", f"#!{shutil.which('bash')}\necho 1000\n")
    for part in ("bwrap", "chromium", "node"):
        executable(path / part, "")
    proxy = ".venv/lib/proxy/node_modules/.bin"
    fake = f'mkdir -p {proxy} && cp "$0" {proxy}/configurable-http-proxy'
    executable(path / "npm", f"#!{shutil.which('bash')}\n{fake}\n")
    executable(path / "python3", FAKE_PYTHON.format(bash=shutil.which("bash"), program=path / "python3"))
    folder = tmp_path / "a path with spaces"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/setup.sh", folder / "scripts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return Checkout(folder, path)


def test_a_repeat_changes_nothing(checkout):
    first = checkout.set_up("instructor")
    assert (first.returncode, first.stderr) == (0, "")
    assert checkout.installed == ["instructor"]
    before = checkout.state()
    again = checkout.set_up("instructor")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert checkout.state() == before


def test_dev_serves_instructor_too(checkout):
    checkout.set_up("dev")
    checkout.set_up("instructor")
    assert checkout.installed == ["dev"]


@pytest.mark.parametrize(("extra", "missing"), [("hub", "node"), ("hub", "npm"), ("dev", "chromium")])
def test_what_only_the_hub_or_its_tests_need_is_named_then(checkout, extra: str, missing: str):
    """A part is asked for by the set-up that needs it, not by `make course`."""
    (checkout.path / missing).unlink()
    assert checkout.set_up("instructor").stderr == ""
    run = checkout.set_up(extra)
    assert run.returncode == 0
    assert f"apt-get install -y {'nodejs' if missing == 'node' else missing}" in run.stdout
    assert checkout.set_up(extra, CI="true").returncode != 0


def test_dev_serves_the_course_book_and_the_hub_too(checkout):
    checkout.set_up("dev")
    checkout.set_up("site")
    checkout.set_up("hub")
    assert checkout.installed == ["dev"]


def test_the_course_book_needs_no_part_of_the_hub(checkout):
    for part in ("node", "npm"):
        (checkout.path / part).unlink()
    run = checkout.set_up("site", CI="true")
    assert (run.returncode, run.stderr) == (0, "")
    assert checkout.installed == ["site"]
    checkout.set_up("instructor")
    assert checkout.installed == ["site"]


def test_dev_is_added_to_instructor(checkout):
    checkout.set_up("instructor")
    assert "Making .venv" not in checkout.set_up("dev").stdout
    assert checkout.installed == ["instructor", "dev"]


def test_changed_dependencies_are_installed_into_the_same_environment(checkout):
    checkout.set_up("instructor")
    with (checkout.folder / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert "Making .venv" not in checkout.set_up("instructor").stdout
    assert checkout.installed == ["instructor", "instructor"]


def test_a_security_update_of_the_same_python_changes_nothing(checkout):
    checkout.set_up("instructor")
    assert checkout.set_up("instructor", FAKE_VERSION="3.12.9").stdout == ""
    assert "made anew" in checkout.set_up("instructor", FAKE_VERSION="3.13.0").stdout


def interrupt(checkout: Checkout) -> None:
    (checkout.folder / ".venv/.unfinished").touch()


def lose_python(checkout: Checkout) -> None:
    (checkout.folder / ".venv/bin/python").unlink()


def move(checkout: Checkout) -> None:
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))


@pytest.mark.parametrize("damage", [interrupt, lose_python, move])
def test_an_environment_that_cannot_be_trusted_is_made_anew(checkout, damage: Callable[[Checkout], None]):
    checkout.set_up("dev")
    damage(checkout)
    assert "made anew" in checkout.set_up("dev").stdout
    assert not (checkout.folder / ".venv/.unfinished").exists()
    assert checkout.set_up("dev").stdout == ""


def test_an_old_python_is_refused_by_its_version(checkout):
    run = checkout.set_up("instructor", FAKE_VERSION="3.10.13")
    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stderr
    assert "python3 is Python 3.10.13" in run.stderr
    assert not (checkout.folder / ".venv").exists()


def test_a_python_that_is_named_but_absent_is_refused(checkout):
    run = checkout.set_up("instructor", PYTHON="/nowhere/python3")
    assert run.returncode != 0
    assert "/nowhere/python3" in run.stderr


def test_when_pip_fails_nothing_counts_as_installed(checkout):
    run = checkout.set_up("instructor", FAKE_PIP="1")
    assert run.returncode != 0
    assert "pip could not install" in run.stderr
    assert checkout.set_up("instructor").returncode == 0
    assert checkout.installed == ["instructor", "instructor"]


def test_without_bubblewrap_or_rights_it_prints_the_administrators_line_and_goes_on(checkout):
    (checkout.path / "bwrap").unlink()
    run = checkout.set_up("instructor")
    assert run.returncode == 0
    assert "sudo apt-get update && sudo apt-get install -y bubblewrap" in run.stdout
    assert checkout.installed == ["instructor"]


def test_in_ci_a_missing_part_is_an_error(checkout):
    (checkout.path / "bwrap").unlink()
    assert checkout.set_up("instructor", CI="true").returncode != 0
    assert checkout.installed == []


def give_rights(checkout: Checkout, apt: str) -> None:
    """Let the user run everything as root, and stand `apt` in for apt-get."""
    for name, lines in {"sudo": 'shift; "$@"', "env": 'shift; "$@"', "true": "", "tail": "cat", "apt-get": apt}.items():
        executable(checkout.path / name, f"#!{shutil.which('bash')}\n{lines}\n")


def test_where_apt_may_be_used_it_installs_what_is_missing(checkout):
    bwrap = (checkout.path / "bwrap").rename(checkout.path / "bwrap.deb")
    give_rights(checkout, f'case "$*" in *" install "*" bubblewrap") cp "{bwrap}" "{checkout.path}/bwrap" ;; esac')
    run = checkout.set_up("instructor", CI="true")
    assert (run.returncode, run.stderr) == (0, "")
    assert "Missing" not in run.stdout


def test_an_apt_that_fails_is_not_tried_again_on_every_repeat(checkout):
    (checkout.path / "bwrap").unlink()
    give_rights(checkout, "echo no network; exit 100")
    first, again = checkout.set_up("instructor"), checkout.set_up("instructor")
    assert (first.returncode, again.returncode) == (0, 0)
    assert "no network" in first.stdout
    assert "no network" not in again.stdout
    assert "sudo apt-get install -y bubblewrap" in again.stdout
