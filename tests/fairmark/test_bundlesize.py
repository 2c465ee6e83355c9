"""What a bundle weighs, part by part."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairmark import bundlesize


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a bundle whose sizes are known."""
    for name, data in {
        "lessons/a.ipynb": b"a" * 5000,
        "package/p/_data/t.parquet": bytes(range(256)) * 4,
        "package/p/m.py": b"x = 1\n",
        "README.md": b"Read.\n",
        ".gitignore": b"x\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_every_file_is_weighed_once(folder: Path):
    """Hidden ones too."""
    assert {part.name: (part.files, part.size) for part in bundlesize.parts(folder)} == {
        "lessons": (1, 5000),
        "package/p/_data": (1, 1024),
        "package": (1, 6),
        "other files": (2, 8),
    }


def test_the_heaviest_to_pull_comes_first(folder: Path):
    """The lesson is longer on the disk, and compresses to nearly nothing."""
    assert bundlesize.parts(folder)[0].name == "package/p/_data"


def test_the_summary_names_the_whole_and_the_parts(folder: Path):
    """One line."""
    assert bundlesize.summary(folder).startswith("5 files, 0.01 MB; 0.00 MB to pull: package/p/_data 0.00, ")
