"""List what the two images of a hub hold, as far as it follows from our files, without building one.

An image has what repo2docker copies, the whole folder of the bundle or the wheel that is installed, and the libraries
that its requirements lead to. ``python scripts/contents.py`` builds the bundle and rewrites
``grading/hub/kubernetes/contents.csv``. Look at what is new in it: students get it. Code stands there by its folder,
and everything else by its name.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from fairmark import release, settings
from fairmark.files import write_text

ROOT = Path(__file__).parents[1]
LIST = ROOT / "grading" / "hub" / "kubernetes" / "contents.csv"
FIELDS = ("image", "kind", "name")
HAND_OVER = ("grading/hub/student", "grading/hub/instructor")
"""What the recipe puts beside the packages, a folder an image."""

CODE = re.compile(r"(?!.*/_(?:data|readings)/)((?:package/)?(?:fairmark|neutrality|worksheet)(?:/[^/]+)*/)[^/]+(\.\w+)")

Row = tuple[str, str, str]


def files(folder: Path) -> list[str]:
    """List every file below a folder, hidden ones too: repo2docker copies them all."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir())


def wheel_files(project: Path) -> list[str]:
    """List what an install from a project's folder puts into ``site-packages``."""
    builder = WheelBuilder(str(project))
    found = [file.distribution_path for file in builder.recurse_included_files()]
    for source, target in builder.config.force_include.items():
        place = Path(project, source)
        inner = files(place) if place.is_dir() else [""]
        found += [f"{target}/{name}" if name else target for name in inner]
    return sorted(name for name in set(found) if "__pycache__" not in name)


def libraries(wanted: Iterable[str]) -> list[str]:
    """List the distributions that requirements lead to, by what those that are installed here ask for.

    Parameters
    ----------
    wanted
        Requirements, such as ``"nbgrader>=0.9.5"``.
    """
    found: set[str] = set()
    todo = [Requirement(one) for one in wanted]
    seen: set[str] = set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        extras = one.extras or {""}
        key = f"{name}[{','.join(sorted(one.extras))}]"
        if key in seen:
            continue
        seen.add(key)
        found.add(name)
        inner = map(Requirement, metadata.requires(name) or [])
        todo += [
            more for more in inner if more.marker is None or any(more.marker.evaluate({"extra": e}) for e in extras)
        ]
    return sorted(found)


def wanted_by_students(bundle: Path) -> list[str]:
    """Give the requirements of the bundle's own environment, its package's included."""
    listed = YAML(typ="safe", pure=True).load((bundle / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in listed["dependencies"] if isinstance(entry, dict))
    own = WheelBuilder(str(bundle / "package")).metadata.core.dependencies
    return [*own, *(one for one in pip if not one.startswith("./"))]


def wanted_by_instructors() -> list[str]:
    """Give the requirements of our own package with the extra ``hub``."""
    core = WheelBuilder(str(ROOT)).metadata.core
    wanted = list(core.dependencies)
    for extra in ("instructor", "hub"):
        wanted += [one for one in core.optional_dependencies[extra] if Requirement(one).name != core.name]
    return wanted


def contents(bundle: Path) -> Iterator[Row]:
    """List both images.

    Parameters
    ----------
    bundle
        The folder that ``fairmark release`` wrote.

    Yields
    ------
    tuple of str
        Image, kind and name: of a file, where it lies in the bundle or in ``site-packages``; of a library, its name on
        the package index.
    """
    for image, paths, wanted, beside in (
        ("student", files(bundle), wanted_by_students(bundle), HAND_OVER[:1]),
        ("instructor", wheel_files(ROOT), wanted_by_instructors(), HAND_OVER),
    ):
        yield from ((image, "file", path) for path in sorted({CODE.sub(r"\1*\2", path) for path in paths}))
        for folder in beside:
            yield from ((image, "file", f"{folder}/{path}") for path in files(ROOT / folder))
        yield from ((image, "library", name) for name in libraries(wanted))


def main() -> None:
    """Build a bundle, and write the list of what the images hold."""
    with tempfile.TemporaryDirectory() as name:
        course = settings.load(ROOT / "grading" / "course.toml", workdir=Path(name))
        release.build(course)
        rows = list(contents(course.workdir / "bundle"))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([FIELDS, *rows])
    print(f"{LIST}: {len(rows)} rows{'' if write_text(LIST, text.getvalue()) else ', none of them new'}")


if __name__ == "__main__":
    main()
