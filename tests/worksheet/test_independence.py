"""Who may import whom: the student's packages know nothing of marking, and marking nothing of the subject."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "course/neutrality": {"fairmark"},
    "course/worksheet": {"fairmark", "neutrality"},
    "grading/fairmark": {"neutrality"},
}
MODULES = [(file, forbidden) for room, forbidden in FORBIDDEN.items() for file in sorted((ROOT / room).rglob("*.py"))]


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the top package of whatever a module imports, by statement or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
            "import_module",
            "__import__",
        }:
            yield from (str(one.value).partition(".")[0] for one in node.args[:1] if isinstance(one, ast.Constant))


@pytest.mark.parametrize(("file", "forbidden"), MODULES, ids=lambda part: getattr(part, "stem", ""))
def test_no_module_imports_what_its_room_may_not(file, forbidden):
    """The scan sees every import statement, wherever in the module it stands."""
    assert not forbidden & set(imported(ast.parse(file.read_text(encoding="utf-8"))))


def test_the_scan_sees_imports_of_every_shape():
    """A scan that sees nothing would pass everything."""
    source = "import a.b\nfrom c.d import e\ndef f():\n    import_module('g.h')\n    __import__('i')\nfrom . import j"
    assert set(imported(ast.parse(source))) == {"a", "c", "g", "i"}


def test_importing_worksheet_is_light():
    """A notebook's first cell does not wait for pandas, and a student's machine needs no marking package."""
    heavy = "{'fairmark', 'neutrality', 'pandas', 'numpy', 'matplotlib', 'nbformat', 'nbgrader', 'IPython'}"
    code = f"import sys, worksheet, worksheet.capture; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("[]\n", "")
