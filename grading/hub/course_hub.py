"""What every JupyterHub with a course has in common: who may do what, and what a server is told.

A deployment's own configuration says where things are, and calls :func:`configure`:

    sys.path.insert(0, "/path/to/this/folder")
    import course_hub
    course_hub.configure(c, course_hub.Site(...))

It knows nothing of logins, of how servers are started, or of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SERVICE = "fairmark"
_ACCESS = f"access:services!service={SERVICE}"
_ROLES = [
    {"name": "user", "description": "Standard user privileges, and the marking service", "scopes": ["self", _ACCESS]}
]
# A server's token stands for its user, and carries no right but these: `check` sends it to the marking service.
_SERVER_SCOPES = ("users:activity!user", "access:servers!server", _ACCESS)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""The id of a course is a folder's name, and stands in a command on Kubernetes."""


@dataclass(frozen=True)
class Site:
    """What differs from one deployment to the next.

    Attributes
    ----------
    course : str
        The course's id, as in ``course.toml``.
    instructors : frozenset of str
        The Hub's names of those who mark. Everybody else who may log in is a student.
    exchange : str
        The folder of nbgrader's exchange, as servers see it.
    address : str
        Where a student's server finds the Hub's proxy, such as ``http://127.0.0.1:8000``. No redirection is followed:
        where the proxy sends everybody on to https, it is the address with https.
    student_config, instructor_config : str
        The folders ``student`` and ``instructor`` beside this file, or copies, as servers see them.
    service_command : tuple of str
        What starts the marking service; empty where the Hub does not start it.
    service_url : str
        Where the marking service listens; empty where there is none.
    service_user : str
        The Unix user whom the marking service runs as. Not a student, and not the Hub's own.
    service_folder : str
        Where the service is started.
    service_environment : mapping
        What is in the service's environment, beside what the Hub itself puts there.
    service_token : str
        Only where the Hub does not start the service: the secret that both know.
    settings : str
        The ``course.toml``, as instructors' servers see it.
    hub_names : bool
        Whether students hand in under the Hub's name, where that of the Unix account is another.
    """

    course: str
    instructors: frozenset[str]
    exchange: str
    address: str
    student_config: str
    instructor_config: str
    service_command: tuple[str, ...] = ()
    service_url: str = ""
    service_user: str = ""
    service_folder: str = ""
    service_environment: Mapping[str, str] = field(default_factory=dict)
    service_token: str = ""
    settings: str = ""
    hub_names: bool = False


def configure(c: Any, site: Site) -> None:
    """Put what all deployments share into a JupyterHub configuration.

    Parameters
    ----------
    c
        The object that ``get_config()`` gives.
    site
        What differs.

    Raises
    ------
    ValueError
        If the course has no id that can be one.
    """
    if not _ID.fullmatch(site.course):
        raise ValueError(f"the course's id is {site.course!r}; write the id that stands in its course.toml")
    c.JupyterHub.load_groups = {"instructors": {"users": sorted(site.instructors)}}
    c.Spawner.default_url = "/lab"
    c.Spawner.environment = {
        "JUPYTER_CONFIG_PATH": lambda spawner: (
            site.instructor_config if spawner.user.name in site.instructors else site.student_config
        ),
        "COURSE_ID": site.course,
        "COURSE_EXCHANGE": site.exchange,
    }
    if site.settings:
        c.Spawner.environment["FAIRMARK_SETTINGS"] = lambda spawner: (
            site.settings if spawner.user.name in site.instructors else ""
        )
    if site.hub_names:
        c.Spawner.environment["COURSE_STUDENT"] = lambda spawner: spawner.user.name
    if c.JupyterHub.get("subdomain_host"):
        # Each user's pages have an origin of their own, so a server's pages may frame each other: formgrader in Lab.
        headers = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
        c.Spawner.args = [f"--ServerApp.tornado_settings={headers}"]
    if site.service_url:
        _add_service(c, site)


def let_users_ask(c: Any, address: str) -> None:
    """Let users and their servers ask the marking service.

    Parameters
    ----------
    c
        The configuration.
    address
        As in :class:`Site`.
    """
    c.JupyterHub.load_roles.extend(_ROLES)  # a deployment has roles of its own, such as that of its idle culler
    c.Spawner.server_token_scopes = list(_SERVER_SCOPES)
    c.Spawner.environment["WORKSHEET_SERVICE"] = f"{address}/services/{SERVICE}/"


def _add_service(c: Any, site: Site) -> None:
    """Add the marking service beside the services that are there, and let users ask it."""
    service: dict[str, Any] = {"name": SERVICE, "url": site.service_url, "display": False}
    if site.service_command:
        service |= {
            "command": list(site.service_command),
            "environment": dict(site.service_environment),
            "user": site.service_user,
            "cwd": site.service_folder,
        }
    if site.service_token:
        service["api_token"] = site.service_token
    c.JupyterHub.services.append({key: value for key, value in service.items() if value != ""})
    let_users_ask(c, site.address)
