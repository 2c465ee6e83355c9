"""What holds for every test and doctest of the project, wherever it stands."""

from __future__ import annotations

import os
import tempfile
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling


class OneHub(LoadFileScheduling):
    """Give a file's tests to one worker, and all that need the hub to one, so that it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneHub | None:
    """Schedule so, unless somebody asks for another way."""
    return OneHub(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests, and the notebooks that they run, from a developer's own copies of the sources."""
    folder = tempfile.TemporaryDirectory(prefix="no-copies-")
    config.add_cleanup(folder.cleanup)
    os.environ["NEUTRALITY_COPIES"] = folder.name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how hard each notebook is to read, where that was measured."""
    rows = [
        str(value)
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, value in getattr(report, "user_properties", ())
        if name == "readability" and report.when == "call"
    ]
    if rows:
        terminalreporter.section("readability (LIX: below 40 easy, 40 to 50 like an encyclopaedia)")
        terminalreporter.line(f"{'notebook':<32} {'sentences':>9} {'words each':>10} {'LIX':>6}")
        for row in sorted(rows):
            terminalreporter.line(row)
