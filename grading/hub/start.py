"""JupyterHub on this machine, with an instructor and two students: `make hub`.

As root, each gets a Unix account of its own, with a home that is closed to the others; the course, its bank and its
gradebook are in the instructor's. For any other user it is a demonstration without secrecy. Ctrl-C ends it and leaves
nothing behind.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import accounts  # noqa: E402
import processes  # noqa: E402
import pythons  # noqa: E402

PROXY = Path(sys.prefix, "lib/proxy/node_modules/.bin/configurable-http-proxy")
ROLES = ("instructor", "student1", "student2")
STATE = "course-hub-"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COURSE_PARTS = ("pyproject.toml", "README.md", "LICENSE", "course", "data", "grading", "notebooks")


class CannotStartError(RuntimeError):
    """Something that the hub needs is not there; the message says what, and the remedy."""


class StoppedError(BaseException):
    """Somebody wants an end of it: Ctrl-C, or a signal."""


@dataclass(frozen=True)
class Demo:
    """A demonstration: where it is, who is in it, and whether the operating system keeps them apart."""

    state: Path
    names: dict[str, str]
    passwords: dict[str, str]
    port: int
    real: bool

    @property
    def address(self) -> str:
        """Where a browser finds the Hub."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def homes(self) -> Path:
        """The folder of everybody's homes."""
        return self.state / "home"

    @property
    def course(self) -> Path:
        """The instructor's copy of the course."""
        return self.homes / self.names["instructor"] / "course"

    @property
    def exchange(self) -> Path:
        """The folder through which students fetch and submit."""
        return self.state / "exchange"

    def prefix(self, role: str) -> Path:
        """Give the Python environment of a role."""
        if not self.real:
            return Path(sys.prefix)
        return self.homes / self.names["instructor"] / ".python" if role == "instructor" else self.state / "python"


def main() -> None:
    """Start the Hub and keep it until it is told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: any that is free")
    parser.add_argument("--tell", type=Path, help="a file to write address and logins to, as JSON, when all is ready")
    options = parser.parse_args()
    for number in STOPPING:
        signal.signal(number, _stop)
    try:
        with prepared(options.port) as demo, running(demo) as hub:
            tell(demo, options.tell)
            hub.wait()
            raise CannotStartError(f"the Hub ended by itself; its last words:\n{_last_words(demo)}")
    except StoppedError:
        print("Stopped; nothing of it is left", flush=True)
    except (CannotStartError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(f"The hub did not start: {error}", file=sys.stderr)
        sys.exit(1)


def _stop(*_: object) -> None:
    """Leave whatever is being done, and tidy up; a second Ctrl-C does not disturb that."""
    _no_more_stopping()
    os.write(1, b"\nStopping: servers, services, proxy\n")  # print may be what was interrupted
    raise StoppedError


def _no_more_stopping() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def prepared(port: int) -> Iterator[Demo]:
    """Make accounts, homes, environments and a release; remove all of it in the end."""
    _require_parts()
    port = _free(port)
    real = os.geteuid() == 0
    parent = Path("/srv") if real else ROOT / "build"
    parent.mkdir(exist_ok=True)
    _remove_killed(parent)
    state = Path(tempfile.mkdtemp(prefix=f"{STATE}{os.getpid()}-", dir=parent))
    suffix = f"-{secrets.token_hex(2)}" if real else ""
    names = {role: f"{role}{suffix}" for role in ROLES}
    passwords = {name: secrets.token_urlsafe(9) for name in names.values()}
    demo = Demo(state, names, passwords, port, real)
    users: set[int] = set()
    try:
        with _closed_checkout() if real else contextlib.nullcontext():
            state.chmod(0o711)
            for folder, mode in ((demo.homes, 0o711), (state / "private", 0o700), (demo.exchange, 0o1777)):
                folder.mkdir()
                folder.chmod(mode)
            if real:
                accounts.make(list(names.values()), demo.homes)
                users = {pwd.getpwnam(name).pw_uid for name in names.values()}
            _fill(demo)
            yield demo
    finally:
        _no_more_stopping()
        try:
            processes.end(state, users)
        finally:
            if real:
                accounts.remove(list(names.values()))
            shutil.rmtree(state, ignore_errors=True)


def _remove_killed(parent: Path) -> None:
    """Remove what demonstrations left that were killed before they could do it: processes, accounts, folders."""
    for state in parent.glob(f"{STATE}*"):
        number = state.name.removeprefix(STATE).partition("-")[0]
        if number.isdigit() and not Path("/proc", number).exists():
            processes.end(state, {pwd.getpwnam(name).pw_uid for name in accounts.left_over()})
            shutil.rmtree(state, ignore_errors=True)
    if os.geteuid() == 0:
        accounts.remove(accounts.left_over())


def _require_parts() -> None:
    missing = [one for one in ("node", "bwrap") if shutil.which(one) is None]
    if not PROXY.exists():
        missing.append("configurable-http-proxy")
    if os.geteuid() == 0:
        missing += [one for one in ("useradd", "userdel") if shutil.which(one) is None]
    if missing:
        raise CannotStartError(f"missing: {', '.join(missing)}. Run: bash scripts/setup.sh hub")


@contextlib.contextmanager
def _closed_checkout() -> Iterator[None]:
    """Close this checkout, bank and all, to other accounts of the machine while students are on it.

    Its mode from before is kept in a file. So the last of several demonstrations gives it back, or the next one where
    the last was killed.
    """
    kept = ROOT / "build/mode-without-hub"
    kept.parent.mkdir(exist_ok=True)
    before = stat.S_IMODE(ROOT.stat().st_mode)
    lock = os.open(ROOT / "build", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with contextlib.suppress(FileExistsError), kept.open("x", encoding="ascii") as new:
            new.write(f"{before:o}")
        ROOT.chmod(before & ~0o007)
        yield
    finally:
        with contextlib.suppress(BlockingIOError):  # another demonstration is on
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ROOT.chmod(int(kept.read_text(encoding="ascii"), 8))
            kept.unlink()
        os.close(lock)


def _free(port: int) -> int:
    """Take a port of the loopback, or any that is free."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStartError(f'port {port} is taken; name another: make hub ARGS="--port 8001"') from None
        return int(one.getsockname()[1])


def _fill(demo: Demo) -> None:
    """Put the course into the instructor's home, what students get into theirs, and release."""
    print("Preparing the course (half a minute)", flush=True)
    for role, name in demo.names.items():
        home = demo.homes / name
        home.mkdir(exist_ok=True)
        with (home / ".profile").open("a", encoding="utf-8") as profile:  # a terminal's shell forgets its server's PATH
            profile.write(f'\nPATH="{demo.prefix(role)}/bin:$PATH"\n')
    # Readable by everybody, in the checkout or out of it: what only tells nbgrader where things are.
    shutil.copytree(HERE / "student", demo.state / "config/student")
    shutil.copytree(HERE / "instructor", demo.state / "config/instructor")
    for name in COURSE_PARTS:
        source, target = ROOT / name, demo.course / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copyfile(source, target)
    settings = demo.course / "grading/course.toml"
    text = settings.read_text(encoding="utf-8")
    proof = "owner" if demo.real else "name"
    settings.write_text(
        text.replace("[paths]\n", f'[paths]\nexchange = "{demo.exchange}"\nproof = "{proof}"\n', 1), encoding="utf-8"
    )
    if demo.real:
        interpreter = pythons.interpreter(demo.state / "interpreter")
        pythons.instructor(interpreter, demo.prefix("instructor"), demo.course)
        _own(demo, "instructor")
    _as(demo, "instructor", str(demo.prefix("instructor") / "bin/fairmark"), "release")
    bundle = demo.course / "build/course/bundle"
    if demo.real:
        pythons.student(interpreter, demo.prefix("student"), bundle / "package")
    for role in ("student1", "student2"):
        shutil.copytree(bundle / "lessons", demo.homes / demo.names[role] / "lessons")
        if demo.real:
            _own(demo, role)


def _own(demo: Demo, role: str) -> None:
    """Give a home to its user: all but the linked libraries, which stay root's."""
    entry = pwd.getpwnam(demo.names[role])
    for folder, folders, files in os.walk(entry.pw_dir):
        folders[:] = [one for one in folders if one != ".python"]
        for one in (folder, *(Path(folder, file) for file in files)):
            os.chown(one, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _as(demo: Demo, role: str, *command: str) -> None:
    """Run a command as the user of a role, in the course's folder."""
    home = demo.homes / demo.names[role]
    environment = {"HOME": str(home), "PATH": f"{demo.prefix(role)}/bin:/usr/bin:/bin", processes.MARK: str(demo.state)}
    identity: dict[str, Any] = {}
    if demo.real:
        entry = pwd.getpwnam(demo.names[role])
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    done = subprocess.run(  # noqa: S603  ours
        command, cwd=demo.course, env=environment, capture_output=True, text=True, check=False, **identity
    )
    if done.returncode:
        raise CannotStartError(f"{' '.join(command)}:\n{(done.stdout + done.stderr).strip()[-2000:]}")


@contextlib.contextmanager
def running(demo: Demo) -> Iterator[subprocess.Popen[bytes]]:
    """Run JupyterHub for a demonstration."""
    private = demo.state / "private"
    _describe(demo, private / "demo.json")
    environment = {
        "PATH": f"{Path(sys.prefix, 'bin')}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "HOME": str(private),
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
        processes.MARK: str(demo.state),
    }
    command = [sys.executable, "-m", "jupyterhub", "--config", str(HERE / "jupyterhub_config.py")]
    with (private / "hub.log").open("wb") as log:
        hub = subprocess.Popen(  # noqa: S603  ours
            command,
            cwd=private,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # ctrl-C reaches us alone, and we stop it in order
            preexec_fn=processes.end_with_parent,  # noqa: PLW1509  no threads here
        )
        try:
            _wait(demo, hub)
            yield hub
        finally:
            _no_more_stopping()
            hub.terminate()
            try:
                hub.wait(30)
            except subprocess.TimeoutExpired:
                hub.kill()
                hub.wait()


def _describe(demo: Demo, file: Path) -> None:
    """Write down what jupyterhub_config.py reads; it holds the passwords, so only we may."""
    instructor = demo.names["instructor"]
    has_service = importlib.util.find_spec("fairmark.service") is not None
    program = str(demo.prefix("instructor") / "bin/fairmark")
    site = {
        "course": "between-minsk-and-moscow",
        "exchange": str(demo.exchange),
        "address": demo.address,
        "student_config": str(demo.state / "config/student"),
        "instructor_config": str(demo.state / "config/instructor"),
        "service_command": [program, "serve"] if has_service else [],
        "service_url": f"http://127.0.0.1:{_free(0)}" if has_service else "",
        "service_user": instructor if demo.real else "",
        "service_folder": str(demo.course),
        "service_environment": {
            "PATH": f"{demo.prefix('instructor')}/bin:/usr/bin:/bin",
            "HOME": str(demo.homes / instructor),
            "FAIRMARK_SETTINGS": str(demo.course / "grading/course.toml"),
            processes.MARK: str(demo.state),
        },
        "settings": str(demo.course / "grading/course.toml"),
        "hub_names": not demo.real,
    }
    words = {
        "state": str(demo.state),
        "address": demo.address,
        "hub_address": f"http://127.0.0.1:{_free(0)}",
        "proxy_address": f"http://127.0.0.1:{_free(0)}",
        "proxy_command": [str(PROXY)],
        "instructors": [instructor],
        "passwords": demo.passwords,
        "prefixes": {role: str(demo.prefix(role)) for role in ("instructor", "student")},
        "one_user": not demo.real,
        "site": site,
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(words, indent=1), encoding="utf-8")


def _wait(demo: Demo, hub: subprocess.Popen[bytes]) -> None:
    """Wait until the Hub answers through its proxy."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if hub.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{demo.address}/hub/health", timeout=5):  # noqa: S310
            return
        time.sleep(0.1)
    raise CannotStartError(f"the Hub does not answer; its last words:\n{_last_words(demo)}")


def _last_words(demo: Demo) -> str:
    log = demo.state / "private/hub.log"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:]) if log.is_file() else ""


def tell(demo: Demo, file: Path | None) -> None:
    """Say where the Hub is and who may log in."""
    if demo.real:
        print("Each user has a Unix account of its own: what is the instructor's, students cannot read.")
    else:
        print("A demonstration for one user: all of it runs as you, so nothing is secret. Start it as root for that.")
    print(f"Open {demo.address}")
    for role in ROLES:
        print(f"  {demo.names[role]:18} password {demo.passwords[demo.names[role]]}")
    print(f"Formgrader: {demo.address}/user/{demo.names['instructor']}/formgrader")
    print("Ctrl-C stops it, and removes all of it.", flush=True)
    if file:
        words = {"address": demo.address, "names": demo.names, "passwords": demo.passwords, "real": demo.real}
        words |= {"state": str(demo.state), "prefixes": {r: str(demo.prefix(r)) for r in ("instructor", "student")}}
        new = file.with_name(f".{file.name}.new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(words), encoding="utf-8")
        new.replace(file)


if __name__ == "__main__":
    main()
