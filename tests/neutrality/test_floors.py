"""Imports point down: no module stands, however indirectly, on one that stands on it."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

import neutrality

FOLDER = Path(neutrality.__file__).parent
MODULES = {path.stem: path for path in FOLDER.glob("*.py")}


TABLE_MAKERS = {
    *("csvfile", "votefile", "issuecodes", "unga", "referencefiles", "seats", "repeats", "referencebuild"),
    *("stancecheck", "stancebuild", "stancepages", "codebook", "stamping", "tablebytes", "replacing", "withholding"),
}
COPY_READERS = {"documents", "extracting", "fetching", "fingerprints", "matching", "copies"}
COMMANDS = {"__main__", "stancecommands"}


def _imports(path: Path, *, inside: bool = True) -> set[str]:
    """Return the modules of the package that a module imports, on request also inside of functions."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if inside else tree.body:
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


def _below(name: str) -> set[str]:
    """Return every module on which one stands, however indirectly, what it imports inside of functions left aside."""
    imported = _imports(MODULES[name], inside=False)
    return imported | {lower for one in imported for lower in _below(one)}


def test_workshops_are_all_named() -> None:
    """No module is gone or renamed without a look at this page."""
    assert {*TABLE_MAKERS, *COPY_READERS, *COMMANDS} <= set(MODULES)


@pytest.mark.parametrize("name", sorted({*MODULES} - {*TABLE_MAKERS, *COPY_READERS, *COMMANDS}))
def test_measures_and_plots_stand_on_no_workshop(name: str) -> None:
    """What makes tables, and what opens a stranger's file, is far from what computes and draws."""
    assert not _below(name) & {*TABLE_MAKERS, *COPY_READERS, *COMMANDS}


def test_the_package_names_all_its_modules() -> None:
    """Whoever opens the package finds each module in its description, plots under their common beginning."""
    described = str(neutrality.__doc__)
    assert [name for name in MODULES if f"`{name}`" not in described and not name.startswith("figures_")] == [
        "__init__"
    ]
