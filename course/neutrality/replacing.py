"""Put several files in place as one.

No file system replaces several files in one step. This comes near: every new file is complete beside its target
before the first is moved, each move is atomic, and a failure in between puts the old files back. What a crash of the
machine can still leave, a mixture of old and new, is noticed by `tables`, which checks every table's checksum.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


def replace_together(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files under a folder, all of them or none.

    Parameters
    ----------
    folder : pathlib.Path
        The folder that the names are relative to. It is made if it does not exist.
    contents : mapping of str to bytes
        New content by relative path. They are put in place in this order.

    Raises
    ------
    OSError
        If a file cannot be written. The files that stood there before are back in place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     replace_together(Path(name), {"a/one.txt": b"1", "two.txt": b"2"})
    ...     sorted(path.name for path in Path(name).rglob("*.txt"))
    ['one.txt', 'two.txt']
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the targets, so that each move stays inside one file system and is atomic.
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as beside:
        new, old = Path(beside) / "new", Path(beside) / "old"
        for name, content in contents.items():
            _write(new / name, content)
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, old / name)
        _move(new, old, folder, list(contents))


def _write(path: Path, content: bytes) -> None:
    """Write a file down to the disk, so that the move that follows never outruns its content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _move(new: Path, old: Path, folder: Path, names: list[str]) -> None:
    """Move the new files in; on any failure, Ctrl-C included, move the old ones back."""
    moved: list[str] = []
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            moved.append(name)
            (new / name).replace(folder / name)
    except BaseException:
        for name in moved:
            if (old / name).exists():
                (old / name).replace(folder / name)
            elif not (new / name).exists():
                (folder / name).unlink(missing_ok=True)
        raise
