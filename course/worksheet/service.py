"""Ask the course's marking service, where there is one: it may know more than the form.

It answers or it does not; a student never sees an error of it. While a notebook is marked or validated nobody is asked.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import urlsplit

SECONDS = 4.0
"""How long an answer is waited for."""
_LONGEST = 64 * 1024
_WORDS = {"right": "right", "partial": "partly right", "wrong": "not right"}
_ALONE = "Only the form was checked: it is fine. Whether it is right is decided when it is marked."


def present() -> bool:
    """Tell whether there is a service to ask: a JupyterHub named one, and this is no run of marking or validating."""
    marking = os.environ.get("NBGRADER_EXECUTION") or os.environ.get("WORKSHEET_STUDENT")
    return not marking and bool(os.environ.get("WORKSHEET_SERVICE") and os.environ.get("JUPYTERHUB_API_TOKEN"))


def ask(assignment: str, item: str, answer: str) -> str:
    """Ask about an answer, and give what to print.

    Parameters
    ----------
    assignment, item
        Their ids.
    answer
        Wire text.

    Returns
    -------
    str
        What the service says, or why it says nothing. Never an error.
    """
    try:
        status, record = _post(assignment, item, answer)
        if status == 429:
            return f"you have asked very often; wait a minute before you ask again. {_ALONE}"
        if status in {401, 403}:
            return (
                "the marking service does not know you; stop your server and start it again (menu File, Hub Control "
                f"Panel). {_ALONE}"
            )
        if status != 200:
            return f"the marking service cannot answer now. {_ALONE}"
        verdict, message = record["verdict"], str(record["message"])
        return f"{_WORDS[verdict]}. {message}" if verdict in _WORDS else message
    except Exception:  # whatever the other side or the way to it does, the student is told about the form
        return f"the marking service does not answer. {_ALONE}"


def _post(assignment: str, item: str, answer: str) -> tuple[int, Any]:
    """Send the question. No proxy and no redirection is followed, so the token goes nowhere else."""
    from http.client import HTTPConnection, HTTPSConnection  # a notebook without a service does not wait for these

    address = urlsplit(os.environ["WORKSHEET_SERVICE"].rstrip("/"))
    kind = {"http": HTTPConnection, "https": HTTPSConnection}[address.scheme]
    connection = kind(str(address.hostname), address.port, timeout=SECONDS)
    names = json.dumps({"assignment": assignment, "item": item})
    try:
        connection.request(
            "POST",
            f"{address.path}/check",
            f'{names[:-1]}, "answer": {answer}}}'.encode(),
            {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}", "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read(_LONGEST))
    finally:
        connection.close()
