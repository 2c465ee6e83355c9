"""Do once, before the first fork, what every notebook would otherwise wait for."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any


def import_all(modules: list[str]) -> list[str]:
    """Import modules, and give those that cannot be imported: a notebook that needs one says so in its own words."""
    failed = []
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception:  # a module may fail in any way
            failed.append(name)
    return failed


def call_all(functions: list[str]) -> list[str]:
    """Call functions, each given as ``module:name``, and keep their results for the first call in each child.

    Returns
    -------
    list of str
        Those that could not be called.
    """
    failed = []
    for named in functions:
        module, _, name = named.partition(":")
        try:
            home = importlib.import_module(module)
            setattr(home, name, kept_once(getattr(home, name)))
        except Exception:  # as above
            failed.append(named)
    return failed


def kept_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a function now, and give its result to the first call without arguments; later calls run it anew.

    Each child has a copy of its own, so a notebook that changes what it got finds what it would find elsewhere.

    Examples
    --------
    >>> numbers = kept_once(lambda: [1, 2])
    >>> numbers().append(3)
    >>> numbers()
    [1, 2]
    """
    kept = [function()]

    @functools.wraps(function)
    def first(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named) if arguments or named or not kept else kept.pop()

    return first
