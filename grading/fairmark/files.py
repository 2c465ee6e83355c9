"""Write files whole or not at all, and tell whether they changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

PRIVATE = 0o600
"""The mode of a file that says something of a student: its owner alone reads it."""


def write_text(file: Path, text: str, *, mode: int = 0o644) -> bool:
    """Write a text file by way of a temporary one, and only where its content changes.

    Parameters
    ----------
    file
        Its folder is made where it is missing.
    text
        The new content.
    mode
        Who may read it, from the first byte on. Rights that a file of the same content has beyond that are taken away.

    Returns
    -------
    bool
        Whether the file changed.
    """
    if file.is_file() and file.read_bytes() == text.encode("utf-8"):
        if file.stat().st_mode & 0o777 & ~mode:
            file.chmod(mode)
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        temporary.chmod(mode)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def replace_folder(new: Path, old: Path) -> None:
    """Put a finished folder in the place of an older one, so that nobody meets a half-written one.

    Parameters
    ----------
    new
        The finished folder, on the same file system.
    old
        Its place; what stood there is removed.
    """
    old.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=old.parent, prefix=f".{old.name}."))
    if old.exists():
        old.replace(aside / "old")
    new.replace(old)
    shutil.rmtree(aside)


def fingerprint(folder: Path, pattern: str = "*") -> str:
    """Hash all files below a folder, names included: SHA-256, in hexadecimal.

    Parameters
    ----------
    folder
        Need not exist; then it counts as empty.
    pattern
        Which files count.
    """
    digest = hashlib.sha256()
    for file in sorted(one for one in folder.rglob(pattern) if one.is_file() and "__pycache__" not in one.parts):
        digest.update(f"{file.relative_to(folder)}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk and would survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
