"""How big the bundle is: on the disk, and to pull."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One part of a bundle.

    Attributes
    ----------
    name : str
        A folder, or "other files" for those that stand in none.
    files : int
    size : int
        Bytes on the disk.
    packed : int
        Bytes on the line: git sends each file compressed by itself.
    """

    name: str
    files: int
    size: int
    packed: int


def parts(folder: Path) -> list[Part]:
    """Weigh a bundle's folders and the files beside them, the heaviest to pull first.

    A folder below another counts apart if its name begins with an underscore, as that of a package's data does.
    """
    groups: dict[str, list[bytes]] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            groups.setdefault(_group(file.relative_to(folder)), []).append(file.read_bytes())
    found = [
        Part(name, len(files), sum(map(len, files)), sum(len(zlib.compress(data)) for data in files))
        for name, files in groups.items()
    ]
    return sorted(found, key=lambda part: (-part.packed, part.name))


def _group(path: Path) -> str:
    """Say which part a file belongs to.

    Examples
    --------
    >>> _group(Path("lessons/00.ipynb")), _group(Path("package/some/_data/of/it.csv")), _group(Path("LICENSE"))
    ('lessons', 'package/some/_data', 'other files')
    """
    for number, name in enumerate(path.parts[:-1], 1):
        if name.startswith("_"):
            return "/".join(path.parts[:number])
    return path.parts[0] if len(path.parts) > 1 else "other files"


def summary(folder: Path) -> str:
    """Say in one line how big a bundle is, and what weighs most.

    The size to pull is an estimate from below: git adds some bytes a file.
    """
    found = parts(folder)
    files, size, packed = (sum(getattr(part, name) for part in found) for name in ("files", "size", "packed"))
    listed = ", ".join(f"{part.name} {_megabytes(part.packed)}" for part in found)
    return f"{files} files, {_megabytes(size)} MB; {_megabytes(packed)} MB to pull: {listed}."


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.2f}"
