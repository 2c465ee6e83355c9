"""Run a submitted notebook and bring its answers out, by name, as plain data.

The student's code runs in a kernel, a process of its own; this process reads only the wire text that the kernel
publishes, checks it strictly, and never unpickles or evaluates anything. No key is needed here, and none is given.

The kernel is not yet confined: it can read what the user who marks can read. Run it as a user, or on a machine, for
which that is harmless.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from worksheet import capture, wire
from worksheet.wire import Json

CELL_SECONDS = 30
NOTHING_SENT = "The answer did not come out of the notebook."


@dataclass(frozen=True)
class Request:
    """One answer to bring out.

    Attributes
    ----------
    item : str
        The item's id, which is also the id of its check cell.
    name : str
        The variable, or function, that holds the answer.
    calls : str
        For a function: JSON text of the list of argument lists; otherwise empty.
    """

    item: str
    name: str
    calls: str = ""


@dataclass(frozen=True)
class Sent:
    """What came out: the answer's wire text, or a sentence for the student that says why none did."""

    text: str = ""
    problem: str = ""

    def value(self) -> Json:
        """Read the answer back into plain data.

        Raises
        ------
        worksheet.wire.RefusedError
            If the text is not strict JSON of the wire's form.
        """
        return wire.loads(self.text)


@dataclass
class Run:
    """One run of a notebook.

    Attributes
    ----------
    sent : dict
        Item id to what came out.
    failed_cells : int
        How many of the student's cells raised an error.
    stopped : str
        Why the run ended early, in a sentence; empty where it did not.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    failed_cells: int = 0
    stopped: str = ""


def run(
    notebook: nbformat.NotebookNode,
    requests: Iterable[Request],
    folder: Path,
    student: str,
    *,
    cell_seconds: int = CELL_SECONDS,
) -> Run:
    """Run a notebook from top to bottom, reading each answer where its check cell stands.

    Parameters
    ----------
    notebook
        Its cells' outputs are replaced by those of this run. Cells whose ``grade_id`` is the id of a request are not
        run: the answer is read in their place.
    requests
        The answers to bring out.
    folder
        The working folder of the student's code.
    student
        The id under which variants are drawn.
    cell_seconds
        After this time a cell is interrupted, and the run goes on with the next.

    Returns
    -------
    Run
    """
    wanted = {request.item: request for request in requests}
    result = Run()
    # Our requests run in a scratch cell behind the last one, since nbclient puts what it runs into the notebook.
    working = nbformat.v4.new_notebook(metadata=notebook.metadata)
    working.cells = [*notebook.cells, nbformat.v4.new_code_cell()]
    with tempfile.TemporaryDirectory(prefix="fairmark-") as sockets:
        client = _client(working, folder, cell_seconds, sockets)
        try:
            # What it prints past Jupyter is thrown away: it could write anything onto the screen of the one who marks.
            silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            with client.setup_kernel(env=_environment(student), **silent):
                for index, cell in enumerate(notebook.cells):
                    _step(client, index, cell, wanted, result)
                for request in [one for name, one in wanted.items() if name not in result.sent]:
                    result.sent[request.item] = _ask(client, request)
        except (DeadKernelError, CellTimeoutError) as error:
            result.stopped = _why(error)
    for item in wanted:
        result.sent.setdefault(item, Sent(problem=f"{NOTHING_SENT} {result.stopped}".strip()))
    return result


def _client(notebook: Any, folder: Path, cell_seconds: int, sockets: str) -> NotebookClient:
    """Make the client; it talks to the kernel through files that only this user can open, not over the network."""
    return NotebookClient(
        notebook,
        config=Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"}),
        timeout=cell_seconds,
        record_timing=False,
        allow_errors=True,
        interrupt_on_timeout=True,
        resources={"metadata": {"path": str(folder)}},
    )


def _environment(student: str) -> dict[str, str]:
    """Give the kernel's environment: ours without the settings that tell where the bank is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
    return kept | {"WORKSHEET_STUDENT": student}


def _step(client: Any, index: int, cell: Any, wanted: dict[str, Request], result: Run) -> None:
    if cell.cell_type != "code":
        return
    item = cell.metadata.get("nbgrader", {}).get("grade_id")
    if item in wanted:
        result.sent[item] = _ask(client, wanted[item])
        return
    cell.outputs = []
    client.execute_cell(cell, index)
    result.failed_cells += any(output.output_type == "error" for output in cell.outputs)


def _ask(client: Any, request: Request) -> Sent:
    """Have the kernel publish one answer, and take only the message that carries our nonce."""
    nonce = secrets.token_hex(8)
    arguments = ", ".join(map(repr, (nonce, request.name, request.calls or None)))
    cell = nbformat.v4.new_code_cell(f"__import__('worksheet.capture', fromlist=['emit']).emit({arguments})")
    client.execute_cell(cell, len(client.nb.cells) - 1, store_history=False)
    for output in cell.outputs:
        message = output.get("data", {}).get(capture.MIME)
        if isinstance(message, dict) and message.get("nonce") == nonce:
            return _sent(message)
    return Sent(problem=f"{NOTHING_SENT} A call may have taken longer than {client.timeout} seconds.")


def _sent(message: dict[str, Any]) -> Sent:
    text, problem = message.get("answer"), message.get("problem")
    if isinstance(text, str):
        return Sent(text=text)
    return Sent(problem=problem[:300] if isinstance(problem, str) else NOTHING_SENT)


def _why(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return "The notebook ended its own Python while it ran."
    return "A cell could not be interrupted."


def calls_text(calls: Iterable[tuple[Any, ...]]) -> str:
    """Write a function item's arguments as JSON text.

    Examples
    --------
    >>> calls_text([(["Y"], ["N"])])
    '[[["Y"], ["N"]]]'
    """
    return json.dumps([list(arguments) for arguments in calls])
