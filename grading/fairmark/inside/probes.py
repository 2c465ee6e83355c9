"""Attempts at what must be impossible. The self-test runs them where student code runs, before any student's does.

Each function tries one thing, and returns an empty text if it failed, as it must; otherwise what it managed to do.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from . import kernelcalls, syscallfilter

_SOON = 0.2
MARK = "fairmark-was-here"


def host_network(port: int) -> str:
    """Reach a port that is open on this machine, or an address elsewhere."""
    done = []
    for address in (("127.0.0.1", port), ("192.0.2.1", 80)):
        try:
            with socket.socket(socket.AF_INET) as one:
                one.settimeout(_SOON)
                one.connect(address)
                done.append(f"connected to {address[0]}:{address[1]}")
        except TimeoutError:
            done.append(f"sent something towards {address[0]}")
        except OSError:
            continue
    return "; ".join(done)


def network_cards() -> str:
    """Find a network card other than the loopback of the notebook itself."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]
    found = [line.partition(":")[0].strip() for line in lines if not line.strip().startswith("lo:")]
    return f"found {', '.join(found)}" if found else ""


def host_sockets(name: str) -> str:
    """Connect to a socket of another program that has no place in the file system."""
    return _managed(lambda: socket.socket(socket.AF_UNIX).connect(f"\0{name}"), "connected to it")


def rare_sockets() -> str:
    """Open sockets towards the kernel, the network card, or the machine that this one runs in."""
    families = [
        name for name in ("AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG", "AF_BLUETOOTH") if name in vars(socket)
    ]
    return _several({name: partial(socket.socket, getattr(socket, name), socket.SOCK_RAW) for name in families})


def secret_files(paths: Iterable[str]) -> str:
    """Find the item bank, the gradebook, other submissions, or a home directory."""
    found = [path for path in paths if Path(path).exists()]
    return f"found {', '.join(found)}" if found else ""


def write_outside() -> str:
    """Write anywhere but into the scratch folder and /dev/shm."""
    places = [
        "/",
        "/usr",
        "/etc",
        "/course",
        "/fairmark",
        "/fairmark/inside",
        "/dev",
        "/dev/pts",
        "/root",
        "/home",
        "/var",
    ]
    places += [sys.prefix, *[path for path in sys.path if path]]
    written = [place for place in dict.fromkeys(places) if not _fails(partial(_touch, place))]
    if not _fails(lambda: Path("/proc/sys/kernel/core_pattern").write_text("|/bin/sh", encoding="ascii")):
        written.append("/proc/sys/kernel/core_pattern")
    return f"wrote into {', '.join(written)}" if written else ""


def other_processes(host: int) -> str:
    """See or signal a process that is not the notebook's own."""
    seen = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    others = [one for one in seen if one != os.getpid()]
    if others:
        return f"saw processes {others}"
    if os.getppid() != 0:
        return f"saw the parent, {os.getppid()}"
    reached = [number for number in (host, -1) if number != os.getpid() and not _fails(partial(os.kill, number, 0))]
    return f"could signal {reached}" if reached else ""


def environment(allowed: Iterable[str]) -> str:
    """Find something in the environment that was not put there for notebooks."""
    start = Path("/proc/self/environ").read_bytes().split(b"\0")
    names = {one.partition(b"=")[0].decode("utf-8", "replace") for one in start if one} | set(os.environ)
    found = sorted(names - set(allowed))
    return f"found {', '.join(found)}" if found else ""


def namespaces() -> str:
    """Make a namespace, in which one would have rights again."""
    kinds = {
        "a user namespace": kernelcalls.CLONE_NEWUSER,
        "a mount namespace": kernelcalls.CLONE_NEWNS,
        "a network namespace": kernelcalls.CLONE_NEWNET,
    }
    counted = Path("/proc/sys/user/max_user_namespaces").read_text(encoding="ascii").strip()
    made = _several({name: partial(kernelcalls.unshare, flag) for name, flag in kinds.items()})
    return made or ("" if counted == "0" else f"user namespaces are allowed: {counted}")


def mounts() -> str:
    """Mount something, or take away what covers the parent's /proc."""
    libc = ctypes.CDLL(None, use_errno=True)
    return _several(
        {
            "mounted a file system": lambda: kernelcalls.mount("tmpfs", "/tmp"),  # noqa: S108
            "uncovered /proc": lambda: _zero(libc.umount2(b"/proc", 2)),
            "changed its root": lambda: os.chroot("/tmp"),  # noqa: S108
        }
    )


def become_root() -> str:
    """Become another user, or keep a right that only an administrator has."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    rights = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
    if rights:
        return f"kept rights in {', '.join(rights)}"
    if status["NoNewPrivs"] != "1":
        return "may get new rights from a program"
    if 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid()):
        return "runs as root"
    return _several({"became root": lambda: os.setuid(0), "joined root's group": lambda: os.setgroups([0])})


def kernel_doors() -> str:
    """Use parts of the kernel that are shared by all jobs, or are no business of a notebook's."""
    if not syscallfilter.available():
        return "there is no filter of system calls for this processor"
    libc = ctypes.CDLL(None, use_errno=True)
    column = syscallfilter.column()
    calls = {name: numbers[column] for name, numbers in syscallfilter.REFUSED.items() if name in _HARMLESS}
    return _several({f"{name} passed": partial(_allowed, libc, number) for name, number in calls.items()})


_HARMLESS = ("keyctl", "add_key", "request_key", "bpf", "perf_event_open", "io_uring_setup", "userfaultfd", "ptrace",
             "memfd_create", "shmget", "msgget", "mq_open", "process_vm_readv", "open_by_handle_at")  # fmt: skip


def open_files() -> str:
    """Find an open file or stream that leads somewhere, beside the one for the answers."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[int(entry.name)] = str(entry.readlink())
        except OSError:  # the one that reads the folder is gone again
            continue
    leads = [where for where in found.values() if where != "/dev/null" and not where.startswith("/proc/")]
    return f"found {', '.join(leads)}" if len(leads) > 1 else ""


def leave_a_mark() -> str:
    """Leave something where the next job may look; what is found is for :func:`find_a_mark` to say."""
    for place in _writable():
        _fails(partial(_touch, place, MARK))
    os.environ[MARK] = "1"
    sys.modules[MARK] = sys
    return ""


def find_a_mark() -> str:
    """Find what another job has left."""
    found = [place for place in _writable() if (Path(place) / MARK).exists()]
    if MARK in os.environ or MARK in sys.modules:
        found.append("memory")
    return f"found it in {', '.join(found)}" if found else ""


def shared_memory(most: int) -> str:
    """Put more into /dev/shm than it may hold."""
    return _managed(lambda: _fill("/dev/shm", most, pieces=4), "did so")  # noqa: S108


def disk(most: int) -> str:
    """Put more into the scratch folder than it may hold."""
    return _managed(lambda: _fill(".", most, pieces=8), "did so")


def large_file(most: int) -> str:
    """Write a file that is larger than one may be."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return _managed(lambda: _fill(".", most, pieces=1), "did so")


def memory(most: int) -> str:
    """Take more memory than there is for one job."""
    try:
        taken = bytearray(most + 2**26)
    except MemoryError:
        return ""
    return f"took {len(taken):,} bytes"


def processes(most: int) -> str:
    """Start more processes than a job may have."""
    children: list[int] = []
    try:
        while len(children) <= most:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except OSError:
        return ""
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return f"started {len(children)}"


def limits_of_the_kernel(cpu: int, files: int) -> str:
    """Raise a limit, or find that one is not set."""
    held = {
        "processor time": resource.getrlimit(resource.RLIMIT_CPU)[1] <= cpu + 5,
        "open files": resource.getrlimit(resource.RLIMIT_NOFILE)[1] <= files,
        "memory dumps": resource.getrlimit(resource.RLIMIT_CORE)[1] <= 1,
    }
    missing = [name for name, right in held.items() if right is not True]
    if missing:
        return f"found no limit of {', '.join(missing)}"
    more = (files * 2, files * 2)
    return _managed(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, more), "raised one")


def _allowed(libc: ctypes.CDLL, number: int) -> None:
    """Call by number with arguments that mean nothing; what the filter refuses ends as "not permitted"."""
    if libc.syscall(number, -1, 0, 0, 0, 0) == -1 and ctypes.get_errno() in (1, 38):
        raise OSError(ctypes.get_errno(), "refused")


def _writable() -> list[str]:
    return ["/tmp", "/tmp/home", "/tmp/work", "/dev/shm", "/var/tmp", "/run", "/", "."]  # noqa: S108


def _touch(place: str, name: str = "") -> None:
    if name:
        (Path(place) / name).write_text("x", encoding="ascii")
    else:
        with tempfile.NamedTemporaryFile(dir=place):
            pass


def _fill(folder: str, most: int, *, pieces: int) -> None:
    size = most // pieces + 2**16
    files = []
    try:
        for number in range(pieces):
            files.append(Path(folder) / f"filling-{number}")
            with files[-1].open("wb") as stream:
                stream.write(b"x" * size)
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def _several(attempts: dict[str, Callable[[], object]]) -> str:
    return "; ".join(name for name, attempt in attempts.items() if not _fails(attempt))


def _managed(attempt: Callable[[], object], said: str) -> str:
    return "" if _fails(attempt) else said


def _fails(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (OSError, ValueError):  # the latter from Python's own look at a limit
        return True
    return False


def _zero(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "refused")
