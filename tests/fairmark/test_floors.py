"""Imports point down: no module stands, however indirectly, on one that stands on it."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fairmark

FOLDER = Path(fairmark.__file__).parent


def _name(path: Path) -> str:
    """Give a module's name within the package, as in ``service.app``."""
    return ".".join(path.relative_to(FOLDER).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path): path for path in FOLDER.rglob("*.py") if path != FOLDER / "__init__.py"}


def _named(tree: ast.AST, home: str) -> Iterator[str]:
    """Yield every name that a module imports, also inside of functions, with the package's own names in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = f"fairmark.{home}".split(".")[: -node.level] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{one.name}" for one in node.names)


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports."""
    home = _name(path)
    home = f"{home}.__init__" if path.name == "__init__.py" else home
    found = {name.removeprefix("fairmark.") for name in _named(ast.parse(path.read_text(encoding="utf-8")), home)}
    return (found & set(MODULES)) - {_name(path)}


GRAPH = {name: imports(path) for name, path in MODULES.items()}


def below(name: str) -> set[str]:
    """Return everything that a module stands on, however indirectly."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        more = GRAPH[waiting.pop()] - found
        found |= more
        waiting.extend(more)
    return found


def test_there_is_no_circle() -> None:
    """The modules can be put in an order in which each imports only earlier ones."""
    order = list(graphlib.TopologicalSorter(GRAPH).static_order())
    assert set(order) == set(MODULES)
    assert order.index("bank") < order.index("checks") < order.index("marking") < order.index("cli")


@pytest.mark.parametrize("name", ["bank", "checks", "sandbox", "modes", "files", "settings"])
def test_the_lowest_floor_knows_neither_nbgrader_nor_the_gradebook(name: str) -> None:
    """What compares plain data, reads the bank and writes the sandbox's command can be tested without a class."""
    assert not below(name) & {"gradebook", "database", "marking", "release", "worker", "cli"}


def test_what_runs_student_code_knows_nothing_else() -> None:
    """The folder that is bound into the sandbox stands by itself."""
    inside = {name for name in MODULES if name.partition(".")[0] == "inside"}
    assert len(inside) > 5
    assert all(GRAPH[name] <= inside for name in inside)


def test_only_commands_stand_on_commands() -> None:
    """A step of marking can be called without the program around it."""
    commands = {name for name in MODULES if name == "cli" or name.startswith("cli_")}
    assert all(not GRAPH[name] & commands for name in MODULES if name not in commands)


def test_only_the_command_stands_on_the_service() -> None:
    """Whoever marks without a JupyterHub needs nothing of it installed."""
    outside = {name for name in MODULES if name.partition(".")[0] != "service"}
    above = {name for name in outside if any(one.partition(".")[0] == "service" for one in GRAPH[name])}
    assert all(name.startswith("cli") for name in above)


def groups(page: str) -> dict[str, list[str]]:
    """Read the table of groups: each group's modules and packages, from the lowest floor to the highest."""
    table = page.partition("| Group | For | Modules |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[1:]]
    return {name: re.findall(r"`(\w+)`", modules) for name, _, modules in rows}


PAGE = Path(__file__).parents[2] / "course" / "instructor" / "maintaining.md"
GROUPS = groups(PAGE.read_text(encoding="utf-8"))
PLACES = {name: place for place, names in enumerate(GROUPS.values()) for name in names}


def test_the_page_for_maintainers_has_every_module_once() -> None:
    """A new module gets a place there, and one that is gone leaves it."""
    listed = sorted(name for names in GROUPS.values() for name in names)
    assert listed == sorted({name.partition(".")[0] for name in MODULES})


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_imports_only_itself_and_groups_above_its_line(group: str) -> None:
    """The order of the table is that of the floors."""
    wrong = [
        f"{name} imports {other}"
        for name in MODULES
        if name.partition(".")[0] in GROUPS[group]
        for other in GRAPH[name]
        if PLACES[other.partition(".")[0]] > PLACES[name.partition(".")[0]]
    ]
    assert not wrong


def test_the_table_is_read_as_it_is_written() -> None:
    """A reader that finds no row would pass everything."""
    assert groups("| Group | For | Modules |\n| --- | --- | --- |\n| a | x | `b` `c` |\n| d | y | `e` |\n\nz") == {
        "a": ["b", "c"],
        "d": ["e"],
    }
    assert len(GROUPS) > 10


@pytest.mark.parametrize(
    ("text", "home", "found"),
    [
        ("from fairmark import bank", "cli", "fairmark.bank"),
        ("def f():\n    from fairmark.bank import Entry", "cli", "fairmark.bank"),
        ("import fairmark.bank", "cli", "fairmark.bank"),
        ("from . import frames", "inside.shell", "fairmark.inside.frames"),
        ("from .frames import STOP", "inside.shell", "fairmark.inside.frames"),
    ],
)
def test_the_scan_sees_imports_of_every_shape(text: str, home: str, found: str) -> None:
    """A scan that sees nothing would pass everything."""
    assert found in set(_named(ast.parse(text), home))
