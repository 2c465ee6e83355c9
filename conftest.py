"""What holds for every test and doctest of the project, wherever it stands."""

from __future__ import annotations

import os
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests, and the notebooks that they run, from a developer's own copies of the sources."""
    folder = tempfile.TemporaryDirectory(prefix="no-copies-")
    config.add_cleanup(folder.cleanup)
    os.environ["NEUTRALITY_COPIES"] = folder.name
