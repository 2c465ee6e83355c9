"""The child's own confinement: namespaces, mounts, limits, and the giving up of every right to change them.

The order matters. The warm parent is unprivileged and may make user namespaces; the child makes one of its own, which
gives it rights over nothing but its own namespaces, uses these rights to mount a `/proc` and a `/tmp` of its own, and
then gives them up and makes sure that nothing can bring them back.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from pathlib import Path
from typing import Any

from . import kernelcalls as kernel
from . import syscallfilter

SCRATCH = "/tmp/work"  # noqa: S108  a file system of the child's own
HOME = "/tmp/home"  # noqa: S108
NOT_CONFINED = 1
_NAMESPACES = (
    kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS | kernel.CLONE_NEWCGROUP
)  # fmt: skip
_COUNTED = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time")

_SHARED = ("inotify_instances", "inotify_watches", "fanotify_groups", "fanotify_marks")
"""What the kernel grants a user only so many of, however many jobs run under that user."""


def fork_apart() -> int:
    """Fork into new namespaces of all kinds: the child is the first process of its own.

    One fork, and not one that leaves the namespaces and a second one in the new: copying what the warm parent holds is
    most of what a fork costs.

    Returns
    -------
    int
        0 in the child; in the parent, the child's process id. Where the kernel refuses, a child ends at once with the
        number of the error.
    """
    user, group = os.getuid(), os.getgid()
    try:
        child = kernel.clone(_NAMESPACES)
    except OSError as error:
        return _failed(error)
    if child:
        return child
    try:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    except OSError as error:
        os._exit(error.errno or NOT_CONFINED)
    return 0


def _failed(error: OSError) -> int:
    child = os.fork()
    if not child:
        os._exit(error.errno or NOT_CONFINED)
    return child


def enter(limits: dict[str, int]) -> None:
    """Shut the child in: mounts of its own, then limits, then no rights and no way to new ones."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    _mounts(limits)
    for name in _COUNTED:
        # A namespace that a kernel does not have is not counted either.
        with contextlib.suppress(FileNotFoundError):
            _write(f"/proc/sys/user/max_{name}_namespaces", "0")
    for what in _SHARED:
        with contextlib.suppress(FileNotFoundError):
            _write(f"/proc/sys/user/max_{what}", "0")
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.drop_capabilities()


def seal() -> None:
    """Let the kernel refuse, from here on, what a notebook has no use for."""
    syscallfilter.install()


def set_limits(limits: dict[str, int]) -> None:
    """Set the limits that the kernel keeps itself; those on all processes together are the parent's to keep."""
    held = _held()
    wanted = {
        # At 0 the kernel still starts the system's collector of crashes, as root and outside; at 1 it does not.
        resource.RLIMIT_CORE: 1,
        resource.RLIMIT_CPU: limits["cpu"] + 5,
        # An eighth less than the parent allows: one greedy cell then gets an error of its own, and the rest still runs.
        resource.RLIMIT_DATA: held + limits["memory"] * 7 // 8,
        resource.RLIMIT_AS: _mapped() + limits["memory"] + 2**30,
        resource.RLIMIT_FSIZE: limits["file_size"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 256,
        resource.RLIMIT_NPROC: limits["processes"],
    }
    for what, most in wanted.items():
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def _mounts(limits: dict[str, int]) -> None:
    guarded = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("none", "/", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", guarded)
    kernel.mount("tmpfs", "/tmp", guarded, f"size={limits['scratch']},nr_inodes=20000,mode=0700")  # noqa: S108
    kernel.mount("tmpfs", "/dev/shm", guarded, f"size={limits['shm']},nr_inodes=2000,mode=0700")  # noqa: S108
    # The terminals are shared with whatever else runs under this parent.
    kernel.mount("tmpfs", "/dev/pts", guarded | kernel.MS_RDONLY, "size=4k,mode=0555")


def make_scratch(folder: str, files: dict[str, bytes]) -> None:
    """Fill the scratch folder with the notebook's data files, and go there."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        target = root / name
        if not target.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"file {name!r} would leave the scratch folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    os.chdir(root)


def close_all_but(kept: int) -> None:
    """Close every open file but the three standard ones, which lead nowhere, and one more."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if number > 2 and number != kept:
            with contextlib.suppress(OSError):
                os.close(number)


def _held() -> int:
    """Bytes of memory that this process holds for itself already."""
    return _pages(5)


def _mapped() -> int:
    return _pages(0)


def _pages(column: int) -> int:
    counts: Any = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(counts[column]) * resource.getpagesize()


def _write(file: str, text: str) -> None:
    # pathlib would make the file where it is missing; here a missing one must be an error.
    handle = os.open(file, os.O_WRONLY)
    try:
        os.write(handle, text.encode("ascii"))
    finally:
        os.close(handle)
