"""The command that starts a warm parent inside bubblewrap, and what is there to be seen.

What is there: the system's programs and libraries, the Python that marks with its packages, the `package` folder of
the student bundle, and the folder `fairmark/inside`. All of it is read-only. What is not there is everything else.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from fairmark import distribution

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts")
_HERE = Path(__file__).resolve().parent
_TMP = "/tmp"  # noqa: S108  a file system of its own, which each child covers with another
COURSE, FAIRMARK = "/course", "/fairmark"
_FIRST_FREE_ID = 61500
"""From here on to 65519 distributions give no user a number for good."""

ENVIRONMENT = {
    "HOME": "/tmp/home",  # noqa: S108  a file system of each child's own
    "LANG": "C.UTF-8",
    "LOGNAME": "student",
    "USER": "student",
    "PATH": "/usr/bin:/bin",
    "TZ": "UTC",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONPATH": f"{COURSE}:{FAIRMARK}",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Two runs of one notebook are to give the same answers.
    "PYTHONHASHSEED": "0",
    # One thread each: a process with threads cannot be forked safely, and many jobs share the processors.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    # The other pools reserve a gigabyte of addresses at once, which no limit on memory can tell from use.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


class SandboxError(RuntimeError):
    """Something that confinement needs is missing; the message says what, and how to get it."""


def command(package: Path, arguments: list[str]) -> list[str]:
    """Write the command that starts a confined warm parent.

    Parameters
    ----------
    package
        The folder with the student's packages.
    arguments
        For :mod:`fairmark.inside`.

    Raises
    ------
    SandboxError
        If bubblewrap, or the folder, is missing.
    """
    program = _program("bwrap", "bubblewrap")
    seen = list(_seen(package))
    inner = [
        program, "--unshare-all", "--new-session", "--clearenv", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000",
        "--hostname", "notebook", *_bound(seen), "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev",
        "--tmpfs", _TMP, "--dir", ENVIRONMENT["HOME"], *_hidden(package), "--remount-ro", "/",
        *itertools.chain.from_iterable(("--setenv", name, value) for name, value in ENVIRONMENT.items()),
        "--chdir", "/", "--", _from_inside(os.path.normpath(sys.executable)), "-s", "-P", "-m", "inside", *arguments,
    ]  # fmt: skip
    return inner if os.getuid() else [*_without_root(program, seen), *inner]


def plain_command(arguments: list[str]) -> list[str]:
    """Write the command that starts a warm parent without any confinement."""
    return [sys.executable, "-s", "-P", "-m", "inside", *arguments]


def plain_environment(package: Path) -> dict[str, str]:
    """Give an unconfined parent the environment that a confined one has, as far as it can be given."""
    own = {"PYTHONPATH": f"{package}:{_HERE}", "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent"}
    return ENVIRONMENT | own


def unprivileged_id() -> int:
    """Find a user number that belongs to nobody, for root to put student code under."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    return next(number for number in range(_FIRST_FREE_ID, 65520) if number not in taken)


def _seen(package: Path) -> Iterator[tuple[str, str]]:
    """List what student code may see, as pairs of where from and where to."""
    if not (package / "worksheet").is_dir():
        raise SandboxError(f"{package}: the student bundle is not there; run fairmark release, which builds it")
    system = [Path(one) for one in (*_SYSTEM, *_SETTINGS)]
    if Path(sys.base_prefix).is_relative_to(_TMP):
        raise SandboxError(
            f"{sys.base_prefix}: this Python is installed below {_TMP}, which each notebook has anew. "
            "Make .venv with one that is installed elsewhere: make distclean, then PYTHON=/path/to/python3 make course"
        )
    yield from ((str(one), str(one)) for one in system if one.exists())
    # The environment, and the Python that it was made from with the libraries that it needs.
    covered = ["/usr"]
    # A Python that was called by a path such as ../.venv/bin/python has such paths too, and inside they lead nowhere.
    for home in map(os.path.normpath, (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)):
        if not any(Path(home).is_relative_to(other) for other in covered):
            covered.append(home)
            yield home, _from_inside(home)
    yield str(package), COURSE
    yield str(_HERE / "inside"), f"{FAIRMARK}/inside"


def _from_inside(path: str) -> str:
    """Say where a path is seen from inside. Below /tmp it could not stay, since each job has a /tmp of its own."""
    return f"/outside{path}" if Path(path).is_relative_to(_TMP) else path


def _bound(seen: Iterable[tuple[str, str]]) -> Iterator[str]:
    for source, target in seen:
        if Path(source).is_symlink():
            yield from ("--symlink", str(Path(source).readlink()), target)
        else:
            yield from ("--ro-bind", source, target)


def _hidden(package: Path) -> Iterator[str]:
    """Cover, where they are installed as packages, our own and the full edition of the student's."""
    students = {folder.name for folder in package.iterdir() if folder.is_dir()}
    for name in sorted({"fairmark"} | students | distribution.packages()):
        folder = Path(sysconfig.get_paths()["purelib"]) / name
        if folder.is_dir():
            there = _from_inside(str(folder))
            yield from ("--tmpfs", there, "--remount-ro", there)


def _without_root(program: str, seen: list[tuple[str, str]]) -> list[str]:
    """Begin, for root, with a first bubblewrap that copies the view, then give up root.

    A Python below a home directory that only root may enter could not be found by another user; the first bubblewrap,
    which is still root, makes the folders above it anew.
    """
    number = str(unprivileged_id())
    parents = sorted({str(parent) for _, target in seen for parent in Path(target).parents if parent != Path("/")})
    folders = [word for parent in parents for word in ("--perms", "0755", "--dir", parent)]
    same = [(source, source) for source, _ in seen]
    above = sorted({str(parent) for source, _ in same for parent in Path(source).parents if parent != Path("/")})
    folders += [word for parent in above for word in ("--perms", "0755", "--dir", parent)]
    return [
        program, "--unshare-ipc", "--unshare-uts", "--unshare-net", "--clearenv", "--new-session",
        "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID",
        *folders, *_bound(same), "--bind", "/proc", "/proc", "--dev", "/dev", "--dir", _TMP, "--chdir", "/", "--",
        _program("setpriv", "util-linux"), "--reuid", number, "--regid", number, "--clear-groups", "--inh-caps=-all",
        "--",
    ]  # fmt: skip


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path="/usr/bin:/bin:/usr/local/bin")
    if found is None:
        raise SandboxError(
            f"{name} is not installed, and without it student code cannot be confined. "
            f"On Debian or Ubuntu an administrator installs it with: apt-get install {package}"
        )
    return found
