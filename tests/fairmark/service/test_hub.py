"""The service started by a real JupyterHub: whose tokens it takes, and what a student's own server prints."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from fairmark.settings import Settings

pytestmark = pytest.mark.slow

CONFIG = """\
import os, sys
from jupyterhub.proxy import Proxy
from jupyterhub.spawner import SimpleLocalProcessSpawner


class NoProxy(Proxy):
    # The tests speak to Hub and service directly.
    routes = {{}}
    should_start = False

    async def add_route(self, routespec, target, data):
        self.routes[routespec] = {{"routespec": routespec, "target": target, "data": data}}

    async def delete_route(self, routespec):
        self.routes.pop(routespec, None)

    async def get_all_routes(self):
        return self.routes


c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = SimpleLocalProcessSpawner
c.Spawner.cmd = [sys.executable, {student!r}]
c.Spawner.environment = {{"WORKSHEET_SERVICE": "http://127.0.0.1:{service}/services/fairmark", "PYTHONPATH": {path!r}}}
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.JupyterHub.services = [
    {{
        "name": "fairmark",
        "url": "http://127.0.0.1:{service}",
        "command": [sys.executable, "-c", "from fairmark.cli import main; main()", "--settings", {course!r}, "serve"],
    }},
    {{"name": "tester", "api_token": "tester-token"}},
]
access = "access:services!service=fairmark"
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", access]}},
    {{"name": "server", "scopes": ["users:activity!user", "access:servers!server", access]}},
    {{"name": "tester", "services": ["tester"], "scopes": ["admin:users", "tokens", "admin:servers", access]}},
]
"""
STUDENT = """\
import contextlib, http.server, io, os, pathlib, urllib.parse
from worksheet import check
os.chdir({folder!r})
out = io.StringIO()
with contextlib.redirect_stdout(out):
    check("mini1-q1", "right")
pathlib.Path({folder!r}, os.environ["JUPYTERHUB_USER"] + ".txt").write_text(out.getvalue())
address = urllib.parse.urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer((address.hostname, address.port), Handler).serve_forever()
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def call(port: int, method: str, path: str, record: Any = None, token: str = "") -> tuple[int, Any]:
    """Ask and read JSON."""
    with contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"token {token}"} if token else {})
        connection.request(method, path, None if record is None else json.dumps(record), headers)
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if body else None


class Hub:
    """A running JupyterHub with the service beside it."""

    def __init__(self, port: int, service: int, folder: Path) -> None:
        self.port, self.service, self.folder = port, service, folder

    def api(self, method: str, path: str, record: Any = None) -> Any:
        """Use the Hub's API as an administrator."""
        status, answer = call(self.port, method, f"/hub/api{path}", record, "tester-token")
        assert status < 400, (status, answer, (self.folder / "log").read_text()[-3000:])
        return answer

    def token(self, user: str, **wish: Any) -> str:
        """Have the Hub make a token for a user."""
        return str(self.api("POST", f"/users/{user}/tokens", wish)["token"])

    def check(self, token: str, answer: str = "right") -> tuple[int, Any]:
        """Send a check."""
        record = {"assignment": "mini1", "item": "mini1-q1", "answer": answer}
        return call(self.service, "POST", "/services/fairmark/check", record, token)


def wait_for(ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def hub(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Start a Hub that starts the service."""
    folder = tmp_path_factory.mktemp("hub")
    root = shutil.copytree(released.file.parent, folder / "course")
    (root / "modes.csv").write_text("assignment,mode,attempts\nmini1,practice,unlimited\n")
    text = (root / "course.toml").read_text() + '\n[service]\nmodes = "modes.csv"\n'
    settings = root / "with-service.toml"
    settings.write_text(text)
    (folder / "items.json").write_text((root / "work" / "release" / "mini1" / "items.json").read_text())
    (folder / "student.py").write_text(STUDENT.format(folder=str(folder)))
    ports = {"proxy": free_port(), "hub": free_port(), "service": free_port()}
    project = Path(__file__).parents[3]
    config = folder / "jupyterhub_config.py"
    config.write_text(
        CONFIG.format(
            student=str(folder / "student.py"),
            path=f"{project / 'course'}",
            homes=str(folder),
            course=str(settings),
            **ports,
        )
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTERHUB", "FAIRMARK"))}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", str(config)],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def up() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        with contextlib.suppress(OSError):
            return call(ports["service"], "GET", "/services/fairmark/health")[0] == 200
        return False

    try:
        wait_for(up, "the service")
        made = Hub(ports["hub"], ports["service"], folder)
        for name in ("anna", "boris"):
            made.api("POST", f"/users/{name}")
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(120)


def test_a_token_with_the_scope_is_its_users(hub):
    """The verdict comes, in the mode that was set."""
    status, told = hub.check(hub.token("anna"))
    assert (status, told["verdict"], told["mode"]) == (200, "right", "practice")


def test_a_token_without_the_scope_is_refused(hub):
    """Though it is a good token of a user who may."""
    assert hub.check(hub.token("anna", scopes=["read:users!user=anna"]))[0] == 403


@pytest.mark.parametrize("token", ["", "wrong", "0" * 32])
def test_a_wrong_token_is_nobodys(hub, token):
    """And so is none."""
    assert hub.check(token)[0] == 401


def test_a_service_is_no_student(hub):
    """Also where it has the scope."""
    assert hub.check("tester-token")[0] == 403


def test_an_expired_token_is_refused(hub):
    """The Hub knows it no longer."""
    token = hub.token("anna", expires_in=1)
    time.sleep(1.5)
    assert hub.check(token)[0] == 401


def test_each_token_is_its_own_users_in_the_log(hub):
    """Nobody's attempt is written under another's name."""
    import sqlite3

    for name in ("anna", "boris"):
        hub.check(hub.token(name), f"{name}-was-here")
    with contextlib.closing(sqlite3.connect(hub.folder / "course/work/attempts.db")) as log:
        rows = log.execute("SELECT student, answer FROM fairmark_attempt WHERE answer LIKE '%-was-here%'").fetchall()
    assert rows == [("anna", '"anna-was-here"'), ("boris", '"boris-was-here"')]


def test_a_students_own_server_may_ask(hub):
    """With the token that the Hub gives it: `check` in a notebook prints the verdict."""
    hub.api("POST", "/users/anna/server")
    wait_for((hub.folder / "anna.txt").is_file, "the student's server")
    wait_for(lambda: bool((hub.folder / "anna.txt").read_text()), "the check")
    assert (hub.folder / "anna.txt").read_text() == "mini1-q1: right. canary-q1-right\n"
