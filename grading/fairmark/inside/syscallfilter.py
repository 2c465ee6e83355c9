"""A filter on system calls: what namespaces do not separate is refused by the kernel itself.

Kernel keyrings and virtual-machine sockets, for example, belong to no namespace that a child gets anew, so one job
could leave something there for the next. A session is a share of the processor, and whoever made many would leave
little of it to others. The filter refuses these, and whole parts of the kernel that a notebook has no use for.
Everything else passes.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from . import kernelcalls

REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, -1),
    "iopl": (172, -1),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, -1),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "set_mempolicy": (238, 237),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "setsid": (112, 157),
    "settimeofday": (164, 170),
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}
"""Numbers of system calls: on x86-64, and on ARM64. A call that an architecture does not have is -1."""

_CLONE, _CLONE3 = (56, 220), (435, 435)
_SOCKET, _SOCKETPAIR, _SETSOCKOPT, _IOCTL = (41, 198), (53, 199), (54, 208), (16, 29)
_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

_AF_UNIX, _SO_SNDBUF, _TIOCSTI = 1, 7, 0x5412
_NEW_NAMESPACES = 0x7E020080
"""All flags of clone that make a namespace."""

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32
_X32 = 0x40000000

Line = tuple[int, int, int, int]


def available() -> bool:
    """Tell whether there is a filter for this processor."""
    return platform.machine() in _ARCHITECTURES


def column() -> int:
    """Say which of the numbers in :data:`REFUSED` is this processor's."""
    return _ARCHITECTURES[platform.machine()][1]


def install() -> None:
    """Put the filter on this process and all that come from it, for good; nothing where there is none."""
    if not available():
        return
    lines = program(platform.machine())
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    head = struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code))
    kernelcalls.prctl(kernelcalls.PR_SET_NO_NEW_PRIVS, 1)
    kernelcalls.prctl(
        kernelcalls.PR_SET_SECCOMP,
        kernelcalls.SECCOMP_MODE_FILTER,
        ctypes.cast(ctypes.create_string_buffer(head), ctypes.c_void_p),
    )


def program(machine: str) -> list[Line]:
    """Write the filter in the kernel's own small language, one instruction a tuple.

    Parameters
    ----------
    machine
        ``x86_64`` or ``aarch64``.
    """
    audit, column = _ARCHITECTURES[machine]
    lines: list[Line] = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER))
    if machine == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for numbers in REFUSED.values():
        if numbers[column] >= 0:
            lines += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    # The C library then falls back to clone, whose flags a filter can read.
    lines += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    lines += _argument(_CLONE[column], _FIRST, (_ANY_BIT, 0, 1, _NEW_NAMESPACES), errno.EPERM)
    for call in (_SOCKET, _SOCKETPAIR):
        lines += _argument(call[column], _FIRST, (_EQUAL, 1, 0, _AF_UNIX), errno.EAFNOSUPPORT)
    # What a socket may hold is counted as what it holds from the start.
    lines += _argument(_SETSOCKOPT[column], _THIRD, (_EQUAL, 0, 1, _SO_SNDBUF), errno.EPERM)
    lines += _argument(_IOCTL[column], _SECOND, (_EQUAL, 0, 1, _TIOCSTI), errno.EPERM)
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _argument(number: int, where: int, test: Line, error: int) -> list[Line]:
    """Refuse a call by one of its arguments: its lower half is compared, then the number is loaded again."""
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, where),
        test,
        (_RETURN, 0, 0, _ERRNO | error),
        (_LOAD, 0, 0, _NUMBER),
    ]
