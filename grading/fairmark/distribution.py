"""The distribution that brought this package: its version, and what else came with it."""

from __future__ import annotations

import functools
import importlib.metadata
from importlib.metadata import Distribution, PackageNotFoundError

_COMMAND = "fairmark"


@functools.cache
def installed() -> Distribution:
    """Find the distribution by the command that it brought: its name is the course's, and no business of ours.

    Raises
    ------
    PackageNotFoundError
        If this package is not installed.

    Examples
    --------
    >>> installed().version[0].isdigit()
    True
    """
    for command in importlib.metadata.entry_points(group="console_scripts", name=_COMMAND):
        if command.dist is not None:
            return command.dist
    raise PackageNotFoundError(_COMMAND)


def packages() -> set[str]:
    """Give the names of the packages that it put beside the libraries; none where a checkout is used in its place.

    Examples
    --------
    >>> "ruamel" in packages()
    False
    """
    parts = (file.parts for file in installed().files or ())
    return {
        first for first, *rest in parts if rest and first != ".." and not first.endswith((".dist-info", "__pycache__"))
    }
