"""JupyterHub on this machine, with an instructor and two students: `make hub`.

As root, each gets a Unix account of its own, with a home that is closed to the others; the course, its bank and its
gradebook are in the instructor's. For any other user it is a demonstration without secrecy. Ctrl-C ends it and leaves
nothing behind.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import accounts  # noqa: E402
import checkout  # noqa: E402
import homes  # noqa: E402
import processes  # noqa: E402
from demo import ROLES, CannotStartError, Demo, free_port  # noqa: E402

PROXY = Path(sys.prefix, "lib/proxy/node_modules/.bin/configurable-http-proxy")
STATE = "course-hub-"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedError(BaseException):
    """Somebody wants an end of it: Ctrl-C, or a signal."""


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
    port = free_port(port)
    real = os.geteuid() == 0
    parent = Path("/srv") if real else checkout.ROOT / "build"
    parent.mkdir(exist_ok=True)
    _remove_killed(parent)
    state = Path(tempfile.mkdtemp(prefix=f"{STATE}{os.getpid()}-", dir=parent))
    suffix = f"-{secrets.token_hex(2)}" if real else ""
    names = {role: f"{role}{suffix}" for role in ROLES}
    passwords = {name: secrets.token_urlsafe(9) for name in names.values()}
    demo = Demo(state, names, passwords, port, real)
    users: set[int] = set()
    try:
        with checkout.closed() if real else contextlib.nullcontext():
            state.chmod(0o711)
            for folder, mode in ((demo.homes, 0o711), (state / "private", 0o700), (demo.exchange, 0o1777)):
                folder.mkdir()
                folder.chmod(mode)
            if real:
                accounts.make(list(names.values()), demo.homes)
                users = {pwd.getpwnam(name).pw_uid for name in names.values()}
            homes.fill(demo)
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
        "course": checkout.course_id(),
        "exchange": str(demo.exchange),
        "address": demo.address,
        "student_config": str(demo.state / "config/student"),
        "instructor_config": str(demo.state / "config/instructor"),
        "service_command": [program, "serve"] if has_service else [],
        "service_url": f"http://127.0.0.1:{free_port(0)}" if has_service else "",
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
        "hub_address": f"http://127.0.0.1:{free_port(0)}",
        "proxy_address": f"http://127.0.0.1:{free_port(0)}",
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
