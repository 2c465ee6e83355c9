"""Ask the course's marking service, where there is one: it may know more than the form.

It answers or it does not; a student never sees an error of it. While a notebook is marked or validated nobody is asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from socket import SHUT_RDWR, socket
from urllib.parse import urlsplit

SECONDS = 4.0
"""How long an answer is waited for, from the question to its last byte."""
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
    told: list[str] = []
    opened: list[socket] = []

    def ask_once() -> None:
        with contextlib.suppress(Exception):  # whatever the other side does, the student is told about the form
            told.append(_told(*_post(assignment, item, answer, opened)))

    # A socket's own limit of time is one for each byte, and there is none for looking up a name.
    asking = threading.Thread(target=ask_once, daemon=True)
    with contextlib.suppress(RuntimeError):  # where a student's code has started too many
        asking.start()
        asking.join(SECONDS)
    said = told[0] if told else f"the marking service does not answer. {_ALONE}"
    for one in opened:
        with contextlib.suppress(OSError):
            one.shutdown(SHUT_RDWR)  # so that the thread ends, too: what it makes of half an answer is not told
    return said


def _told(status: int, body: bytes) -> str:
    """Say what an answer means."""
    if status == 200:
        record = json.loads(body)
        verdict, message = record["verdict"], str(record["message"])
        if verdict not in _WORDS:
            return message
        # Many messages for a right answer begin with this word themselves.
        return f"{_WORDS[verdict]}. {message.removeprefix('Right.').lstrip()}".rstrip()
    if status == 429:
        return f"you have asked very often; wait a minute before you ask again. {_ALONE}"
    if status in {401, 403}:
        return (
            "the marking service does not know you; stop your server and start it again (menu File, Hub Control "
            f"Panel). {_ALONE}"
        )
    return f"the marking service cannot answer now. {_ALONE}"


def _post(assignment: str, item: str, answer: str, opened: list[socket]) -> tuple[int, bytes]:
    """Send the question. No proxy and no redirection is followed, so the token goes nowhere else."""
    from http.client import HTTPConnection, HTTPSConnection  # a notebook without a service does not wait for these

    address = urlsplit(os.environ["WORKSHEET_SERVICE"].rstrip("/"))
    kind = {"http": HTTPConnection, "https": HTTPSConnection}[address.scheme]
    connection = kind(str(address.hostname), address.port, timeout=SECONDS)
    names = json.dumps({"assignment": assignment, "item": item})
    try:
        connection.connect()
        opened.append(connection.sock)
        connection.request(
            "POST",
            f"{address.path}/check",
            f'{names[:-1]}, "answer": {answer}}}'.encode(),
            {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}", "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        return response.status, response.read(_LONGEST) if response.status == 200 else b""
    finally:
        connection.close()
