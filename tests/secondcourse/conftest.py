"""A second course, as ``fairmark new`` writes it: files alone, and nothing of the first one to be had."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fairmark import settings
from fairmark.settings import Settings

# Without the first course's package: whoever imports it fails.
_ALONE = "import sys; sys.modules['neutrality'] = None; from fairmark.cli import main; main()"

Command = Callable[..., str]


def run(folder: Path, *words: str) -> str:
    """Run a command of fairmark in a folder, as somebody does who has only this course; give what it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a setting of the person who runs the tests out of them."""
    for name in ("FAIRMARK_BANK", "FAIRMARK_SETTINGS", "FAIRMARK_GRADEBOOK", "FAIRMARK_EXCHANGE", "FAIRMARK_ATTEMPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def command() -> Command:
    """Return the function that runs a command of fairmark in a folder."""
    return run


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Write the second course, release it, and mark a simulated class of twelve, once."""
    folder = tmp_path_factory.mktemp("second")
    run(folder, "new", "sandrey")
    (folder / "class-run.txt").write_text(run(folder / "sandrey", "class", "run"), encoding="utf-8")
    return settings.load(folder / "sandrey" / "course.toml")


@pytest.fixture
def summary(second: Settings) -> str:
    """Return what ``fairmark class run`` printed."""
    return (second.file.parents[1] / "class-run.txt").read_text(encoding="utf-8")
