"""Begin a course of one's own: a small whole one to change, piece by piece."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fairmark.files import replace_folder

_SKELETON = Path(__file__).with_name("skeleton")


class NewCourseError(ValueError):
    """A folder that a new course may not be written to; the message says why and what to do."""


def write(folder: Path) -> list[Path]:
    """Write the small course below a folder, whole or not at all.

    Parameters
    ----------
    folder
        Made where it is missing; it may be there if it is empty.

    Returns
    -------
    list of Path
        What was written, relative to the folder.

    Raises
    ------
    NewCourseError
        If something is there already, or the folder cannot be made.
    """
    folder = folder.resolve()
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise NewCourseError(f"{folder}: is not empty, and a new course overwrites nothing; name another folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            shutil.copytree(_SKELETON, scratch / "new", ignore=shutil.ignore_patterns(".*", "__pycache__"))
            replace_folder(scratch / "new", folder)
        finally:
            shutil.rmtree(scratch)
    except OSError as error:
        raise NewCourseError(f"{folder}: cannot be made: {error.strerror}; name another folder") from None
    return sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
