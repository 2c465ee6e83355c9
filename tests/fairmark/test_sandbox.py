"""The command that starts a confined parent: what is to be seen from inside, and what is refused before it starts."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from fairmark import distribution, sandbox
from fairmark.sandbox import SandboxError


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a folder such as the bundle's package."""
    (tmp_path / "package" / "worksheet").mkdir(parents=True)
    return tmp_path / "package"


def _bindings(words: list[str]) -> dict[str, str]:
    """Return what is bound, by where to, in the innermost room."""
    inner = len(words) - words[::-1].index("--unshare-all")
    return {
        words[place + 2]: words[place + 1]
        for place in range(inner, len(words))
        if words[place] in {"--ro-bind", "--bind"}
    }


def test_only_the_students_packages_of_the_course_are_there(package: Path) -> None:
    """Neither the repository nor a home is bound, and all that is bound is read-only."""
    words = sandbox.command(package, [])
    bound = _bindings(words)
    assert bound[sandbox.COURSE] == str(package)
    root = Path(__file__).parents[2]
    inside = {root / "grading" / "fairmark" / "inside", Path(sys.prefix), package}
    assert {Path(one) for one in bound.values() if Path(one).is_relative_to(root)} <= inside
    assert str(Path.home()) not in bound.values()
    assert "--bind" not in words[len(words) - words[::-1].index("--unshare-all") :]


def test_an_environment_below_tmp_is_seen_elsewhere(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each job has a /tmp of its own, in which nothing of ours could stay."""
    for name in ("prefix", "exec_prefix"):
        monkeypatch.setattr(sys, name, "/tmp/course/.venv")  # noqa: S108
    monkeypatch.setattr(sys, "executable", "/tmp/course/.venv/bin/python")  # noqa: S108
    words = sandbox.command(package, [])
    assert _bindings(words)["/outside/tmp/course/.venv"] == "/tmp/course/.venv"  # noqa: S108
    assert "/outside/tmp/course/.venv/bin/python" in words
    assert "/tmp/course/.venv/bin/python" not in words  # noqa: S108


def test_a_python_below_tmp_is_refused(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do instead."""
    monkeypatch.setattr(sys, "base_prefix", "/tmp/python")  # noqa: S108
    with pytest.raises(SandboxError, match=r"installed below /tmp.*PYTHON=/path/to/python3 make course"):
        sandbox.command(package, [])


def test_without_a_bundle_nothing_starts(tmp_path: Path) -> None:
    """The message names the command that builds it."""
    with pytest.raises(SandboxError, match="run fairmark release"):
        sandbox.command(tmp_path, [])


def test_without_bubblewrap_nothing_starts(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install it."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(SandboxError, match=r"bwrap is not installed.*apt-get install bubblewrap"):
        sandbox.command(package, [])


def test_what_came_with_this_package_is_covered(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full edition of a student's package may hold keys; libraries stay to be seen."""
    libraries = tmp_path / "libraries"
    for name in ("fairmark", "worksheet", "subject", "numpy"):
        (libraries / name).mkdir(parents=True)
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"purelib": str(libraries)})
    monkeypatch.setattr(distribution, "packages", lambda: {"fairmark", "subject"})
    words = sandbox.command(package, [])
    empty = {words[place + 1] for place, word in enumerate(words) if word == "--tmpfs"}
    covered = {Path(one).name for one in empty} & {folder.name for folder in libraries.iterdir()}
    assert covered == {"fairmark", "worksheet", "subject"}


def test_a_user_number_of_nobody_is_found() -> None:
    """Root puts student code under a number that no user has."""
    assert 61500 <= sandbox.unprivileged_id() < 65520


def test_a_python_called_by_a_winding_path_is_found_inside(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever marks from a subfolder may call ../.venv/bin/python, and inside that subfolder is not there."""
    for name, path in {"executable": "/srv/sub/../env/bin/python", "prefix": "/srv/sub/../env"}.items():
        monkeypatch.setattr(sys, name, path)
    words = sandbox.command(package, [])
    assert "/srv/env/bin/python" in words
    assert _bindings(words)["/srv/env"] == "/srv/env"
    assert not any(".." in Path(word).parts for word in words)
