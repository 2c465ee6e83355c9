"""Imports point down: no module stands, however indirectly, on one that stands on it."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import neutrality

FOLDER = Path(neutrality.__file__).parent
MODULES = {path.stem: path for path in FOLDER.glob("*.py")}


def _imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports, also inside of functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "neutrality":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("neutrality."):
            found.add(str(node.module).partition(".")[2])
    return found & set(MODULES)


def test_there_is_no_circle() -> None:
    """The modules can be put in an order in which each imports only earlier ones."""
    order = list(graphlib.TopologicalSorter({name: _imports(path) for name, path in MODULES.items()}).static_order())
    assert set(order) == set(MODULES)
    assert order.index("tables") < order.index("stances") < order.index("divergence")


def test_measures_do_not_import_the_reader_of_files() -> None:
    """What opens a stranger's file is far from what computes."""
    for name in ("stances", "claims", "events", "reliability", "divergence", "agreement", "rollcalls", "figures"):
        assert not _imports(MODULES[name]) & {"copies", "documents", "extracting", "fetching", "matching"}
