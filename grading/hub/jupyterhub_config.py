"""What is local to the hub on this machine, for trying the course. start.py starts it, and writes what it reads."""

import json
import os
import secrets
import sys
from pathlib import Path

from jupyterhub.auth import Authenticator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import course_hub  # noqa: E402

demo = json.loads(Path(os.environ["COURSE_HUB_DEMO"], "private/demo.json").read_text(encoding="utf-8"))
c = get_config()  # noqa: F821


class DemoAuthenticator(Authenticator):
    """Know the demonstration's logins, whose passwords are new at each start."""

    async def authenticate(self, handler, data):
        """Compare name and password."""
        known = demo["passwords"].get(data["username"], "")
        same = secrets.compare_digest(known.encode(), data["password"].encode())  # of text, only ASCII is compared
        return data["username"] if known and same else None


def start_as(spawner):
    """Run a user's server in the environment of that user's role."""
    prefix = demo["prefixes"]["instructor" if spawner.user.name in demo["instructors"] else "student"]
    spawner.cmd = [f"{prefix}/bin/python", "-m", "jupyterhub.singleuser"]
    spawner.environment["PATH"] = f"{prefix}/bin:/usr/local/bin:/usr/bin:/bin"


course_hub.configure(
    c,
    course_hub.Site(
        instructors=frozenset(demo["instructors"]),
        service_command=tuple(demo["site"].pop("service_command")),
        **demo["site"],
    ),
)
c.JupyterHub.authenticator_class = DemoAuthenticator
c.Authenticator.allowed_users = set(demo["passwords"])
c.JupyterHub.bind_url = demo["address"]
c.JupyterHub.hub_bind_url = demo["hub_address"]
c.ConfigurableHTTPProxy.api_url = demo["proxy_address"]
c.ConfigurableHTTPProxy.command = demo["proxy_command"]
c.ConfigurableHTTPProxy.pid_file = f"{demo['state']}/private/proxy.pid"
c.JupyterHub.db_url = f"sqlite:///{demo['state']}/private/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{demo['state']}/private/cookie_secret"
c.JupyterHub.cleanup_servers = True
c.JupyterHub.cleanup_proxy = True
c.JupyterHub.spawner_class = "simple" if demo["one_user"] else "localprocess"
c.SimpleLocalProcessSpawner.home_dir_template = f"{demo['state']}/home/{{username}}"
c.Spawner.env_keep = ["LANG", "LC_ALL", "TZ", "COURSE_HUB_DEMO"]
c.Spawner.pre_spawn_hook = start_as
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
if os.geteuid() == 0 and demo["one_user"]:
    raise RuntimeError("as root, every student would be root: a demonstration for one user is for an ordinary one")
