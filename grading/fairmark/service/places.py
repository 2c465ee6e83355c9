"""Where the service listens and where the Hub is, as JupyterHub says it in the environment of a service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairmark.service.errors import ServiceError

_GIVEN = ("JUPYTERHUB_SERVICE_NAME", "JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_URL")
_PREFIX = re.compile(r"(?:/[\w.~@%-]+)*/")


@dataclass(frozen=True)
class Place:
    """Where the service listens, and where the Hub is.

    Attributes
    ----------
    name : str
        The service's, from which the scope follows that gives access to it.
    host : str
    port : int
    prefix : str
    hub : str
        The address of the Hub's API.
    """

    name: str
    host: str
    port: int
    prefix: str
    hub: str

    @property
    def scope(self) -> str:
        """The scope that gives access."""
        return f"access:services!service={self.name}"


def read(given: Mapping[str, str]) -> Place:
    """Read what JupyterHub gives a service that it starts.

    Raises
    ------
    ServiceError
        If something is missing, or is no address.

    Examples
    --------
    >>> read({"JUPYTERHUB_SERVICE_NAME": "fairmark", "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9090",
    ...       "JUPYTERHUB_SERVICE_PREFIX": "/services/fairmark/", "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api"})
    Place(name='fairmark', host='127.0.0.1', port=9090, prefix='/services/fairmark/', hub='http://127.0.0.1:8081/hub/api')
    """
    missing = [name for name in _GIVEN if not given.get(name)]
    if missing:
        raise ServiceError(
            f"{', '.join(missing)}: not set. JupyterHub sets them for a service that it starts: "
            "add fairmark to c.JupyterHub.services, with a url (course/instructor/service.md)"
        )
    name, url, prefix, hub = (given[one] for one in _GIVEN)
    try:
        address, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        address, port = urlsplit(""), None
    if address.scheme != "http" or not address.hostname or not port:
        raise ServiceError(f"JUPYTERHUB_SERVICE_URL: {url!r} must be like http://127.0.0.1:9090; set the service's url")
    if not _PREFIX.fullmatch(prefix):
        raise ServiceError(f"JUPYTERHUB_SERVICE_PREFIX: {prefix!r} must begin and end with a slash")
    return Place(name, address.hostname, port, prefix, hub)
