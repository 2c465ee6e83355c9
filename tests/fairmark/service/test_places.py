"""What JupyterHub says to a service that it starts."""

from __future__ import annotations

import re

import pytest

from fairmark.service import places
from fairmark.service.errors import ServiceError

GIVEN = {
    "JUPYTERHUB_SERVICE_NAME": "fairmark",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9090",
    "JUPYTERHUB_SERVICE_PREFIX": "/hub/services/fairmark/",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
}


def test_it_reads_what_the_hub_gives():
    """And asks for the scope of its own name."""
    where = places.read(GIVEN)
    assert (where.host, where.port, where.prefix) == ("127.0.0.1", 9090, "/hub/services/fairmark/")
    assert where.scope == "access:services!service=fairmark"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        *((name, "", f"{name}: not set") for name in GIVEN),
        ("JUPYTERHUB_SERVICE_URL", "127.0.0.1:9090", "must be like http://"),
        ("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1", "must be like http://"),
        ("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:x", "must be like http://"),
        ("JUPYTERHUB_SERVICE_URL", "unix+http://%2Frun%2Fx", "must be like http://"),
        ("JUPYTERHUB_SERVICE_PREFIX", "services", "must begin and end with a slash"),
        ("JUPYTERHUB_SERVICE_PREFIX", "/(a+)+/", "must begin and end with a slash"),
    ],
)
def test_what_is_missing_or_no_address_is_named(name, value, says):
    """With who sets it."""
    with pytest.raises(ServiceError, match=re.escape(says)):
        places.read(GIVEN | {name: value})
