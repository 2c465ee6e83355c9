"""What the package says of the distribution that brought it."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from fairmark import audit, distribution


def test_the_packages_are_those_that_were_put_beside_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands, the list itself, and loose files are none."""
    info = tmp_path / "some_course-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: some-course\nVersion: 1.0\n")
    listed = ["../../../bin/fairmark", "fairmark/cli.py", "subject/_data/a.csv", "loose.pth", f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{one},,\n" for one in listed))
    monkeypatch.setattr(distribution, "installed", lambda: Distribution.at(info))
    assert distribution.packages() == {"fairmark", "subject"}


def test_a_mark_says_which_version_gave_it() -> None:
    """Whatever the distribution is called."""
    assert audit.software().startswith(f"fairmark {distribution.installed().version} (")
