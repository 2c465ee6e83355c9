"""System calls that Python has no function for, and the numbers that they take."""

from __future__ import annotations

import ctypes
import os
import platform
import signal

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x4000, 0x40000

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 22, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
SECCOMP_MODE_FILTER = 2

_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)
# This one keeps Python's lock during a call.
_locked = ctypes.PyDLL(None, use_errno=True)
_CLONE = {"x86_64": (56, 4), "aarch64": (220, 4)}
"""The number of the system call clone, and how many arguments follow the flags; all are 0."""


def clone(flags: int) -> int:
    """Fork, with the child in new namespaces; returns as `os.fork` does.

    The kernel is asked directly, since the C library's call wants a stack and a function. So Python is told what it
    would else learn from `os.fork`, and keeps its lock meanwhile. For a process with one thread only.
    """
    call, order = _CLONE[platform.machine()]
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    number = _locked.syscall(ctypes.c_long(call), ctypes.c_ulong(flags | signal.SIGCHLD), *[ctypes.c_void_p(0)] * order)
    error = ctypes.get_errno()
    if number == 0:
        python.PyOS_AfterFork_Child()
        return 0
    python.PyOS_AfterFork_Parent()
    if number < 0:
        raise OSError(error, f"clone: {os.strerror(error)}")
    return int(number)


def unshare(flags: int) -> None:
    """Leave the namespaces named by the flags for new ones."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(kind: str, target: str, flags: int = 0, options: str = "") -> None:
    """Mount a file system of a kind that needs no device; the kind ``none`` changes the flags of what is there."""
    _checked(
        _libc.mount(kind.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()),
        f"mount {kind} on {target}",
    )


def prctl(option: int, *values: int | ctypes.c_void_p) -> None:
    """Change something about this process; see ``man 2 prctl``."""
    padded = [*values, *[0] * (4 - len(values))]
    arguments = [one if isinstance(one, ctypes.c_void_p) else ctypes.c_ulong(one) for one in padded]
    _checked(_libc.prctl(ctypes.c_int(option), *arguments), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, for good: of this process, of what it executes, and of its children."""
    last = int(_text("/proc/sys/kernel/cap_last_cap"))
    for number in range(last + 1):
        prctl(PR_CAPBSET_DROP, number)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    head = (ctypes.c_uint32 * 2)(_LINUX_CAPABILITY_VERSION_3, 0)
    _checked(_libc.capset(head, (ctypes.c_uint32 * 6)()), "capset")


def _text(file: str) -> str:
    with open(file, encoding="ascii") as stream:  # noqa: PTH123  pathlib is not needed for so little
        return stream.read()


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
