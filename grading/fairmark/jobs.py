"""What goes into the sandbox and what comes out of it, as plain data: one job, one outcome.

A :class:`Job` holds nothing that a student may not know. An :class:`Outcome` holds what student code said, cleaned and
capped, and what the sandbox itself observed. Both travel as strict JSON text, between processes and between machines.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from worksheet import wire
from worksheet.wire import Json

MAX_JOB_BYTES = 64 * 2**20
"""The largest job that is sent: a notebook with its data files."""
MAX_OUTCOME_BYTES = 32 * 2**20
"""The largest outcome that is read."""
NOTHING_SENT = "The answer did not come out of the notebook."

Stopped = Literal[
    "", "ended-itself", "cell-stuck", "out-of-time", "out-of-cpu", "out-of-memory", "garbled-channel", "worker-lost"
]
"""Why a run ended before its last cell; empty where it did not. Answers that were read before count.

``ended-itself``: the notebook ended its own Python. ``cell-stuck``: a cell ran over its time and could not be
interrupted. ``out-of-time``, ``out-of-cpu``, ``out-of-memory``: the whole run used more than its limit.
``garbled-channel``: what came out was not in the agreed form, or was too much. ``worker-lost``: not the student's
doing: the process that runs notebooks died; run the job again.
"""

Missing = Literal["", "not-defined", "not-a-function", "no-plain-form", "unreadable-value", "not-sent", "not-json"]
"""Why an answer did not come out; empty where it did.

``not-defined``: no such name. ``not-a-function``: a function was asked for. ``no-plain-form``: a value of a kind, or of
a size, that cannot be handed in. ``unreadable-value``: the value raised an error, or took too long, while it was read.
``not-sent``: the run ended before. ``not-json``: what came out is not strict JSON.
"""


Kind = Literal["stream", "result", "display", "error"]
"""What an output of a cell is: printed, the value of the last line, displayed, or a traceback."""


class JobError(ValueError):
    """A job or outcome whose text is not in the agreed form; the message says what is wrong with it."""


@dataclass(frozen=True)
class Limits:
    """What one run may use.

    Attributes
    ----------
    cpu, wall : int
        Seconds for the whole run: of processor time, all its processes together, and by the clock.
    cell, call : int
        Seconds after which one cell, or one call of an answer function, is interrupted; the run then goes on.
    memory : int
        Bytes of memory, all its processes together.
    processes : int
        Processes and threads at a time.
    file_size, scratch, shm : int
        Bytes: of one file, of all files in the scratch folder and ``/tmp``, and of ``/dev/shm``.
    open_files : int
        Files and sockets that one process holds open.
    output : int
        Bytes of output that are kept of the whole run; of one cell a tenth. The rest is dropped, and a line says so.
    answer : int
        Bytes of one answer's wire text.
    """

    cpu: int = 120
    wall: int = 180
    cell: int = 30
    call: int = 5
    memory: int = 2**30
    processes: int = 64
    file_size: int = 64 * 2**20
    scratch: int = 128 * 2**20
    shm: int = 64 * 2**20
    open_files: int = 256
    output: int = 4 * 2**20
    answer: int = wire.MAX_BYTES

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise JobError(f"limit {name!r}: a whole number from 1 is needed, and {value!r} is none")


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
class Job:
    """One notebook to run.

    Attributes
    ----------
    student : str
        The id under which variants are drawn.
    notebook : str
        JSON text of the mended notebook, format 4: its cells come from the trusted side. Code cells are run from top
        to bottom, whatever their tags say. A code cell whose ``metadata.nbgrader.grade_id`` is the item of a request
        is not run: the answer is read in its place. Where no cell is, it is read at the end.
    requests : tuple of Request
    files : dict
        The notebook's data files, by name; ``/`` in a name makes folders.
    limits : Limits
    """

    student: str
    notebook: str
    requests: tuple[Request, ...] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def steps(self) -> list[tuple[int, str, str]]:
        r"""List what is run: the cell's number, its code, and the item that is read instead, or an empty text.

        Raises
        ------
        JobError
            If the text is not that of a notebook.

        Examples
        --------
        >>> cells = [{"cell_type": "code", "metadata": {}, "source": ["x = 1\n", "x"]}]
        >>> Job("anna", json.dumps({"cells": cells})).steps()
        [(0, 'x = 1\nx', '')]
        """
        wanted = {request.item for request in self.requests}
        try:
            cells = json.loads(self.notebook)["cells"]
            code = [(number, cell) for number, cell in enumerate(cells) if cell["cell_type"] == "code"]
            return [(number, "".join(cell["source"]), _item(cell, wanted)) for number, cell in code]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise JobError(f"job of {self.student}: not a notebook of format 4 ({type(error).__name__})") from None

    def to_json(self) -> str:
        """Write the job as JSON text."""
        record = asdict(self) | {"files": {name: _encoded(data) for name, data in self.files.items()}}
        return _written(record, MAX_JOB_BYTES, f"job of {self.student}")

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read a job back.

        Raises
        ------
        JobError
            If the text is too large, or not one of :meth:`to_json`.
        """
        record = _object(_read(text, MAX_JOB_BYTES, "job"), cls, "job")
        files = _map(record["files"], "job: files")
        limits = _object(record["limits"], Limits, "job: limits")
        return cls(
            student=_string(record["student"], "job: student"),
            notebook=_string(record["notebook"], "job: notebook"),
            requests=tuple(_request(one) for one in _list(record["requests"], "job: requests")),
            files={name: _decoded(data, f"job: file {name!r}") for name, data in files.items()},
            limits=Limits(**limits),
        )


@dataclass(frozen=True)
class Sent:
    """What came out for one item: the answer's wire text; or a reason, with a sentence for the student."""

    text: str = ""
    problem: str = ""
    reason: Missing = ""

    def value(self) -> Json:
        """Read the answer back into plain data.

        Raises
        ------
        worksheet.wire.RefusedError
            If the text is not strict JSON of the wire's form.
        """
        return wire.loads(self.text)


@dataclass(frozen=True)
class Output:
    """One thing that a cell showed: plain text, or a picture. Nothing in it is HTML, script or a control character.

    Attributes
    ----------
    kind : str
        One of :data:`Kind`.
    text : str
    png : str
        A picture in base64, or empty.
    """

    kind: Kind
    text: str = ""
    png: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    sent : dict
        One entry a request, by item.
    outputs : dict
        What cells showed, by the cell's number in the notebook; the outputs that the notebook came with are not there.
    failed_cells : tuple of int
        Which cells raised an error or were interrupted.
    stopped : str
        One of :data:`Stopped`.
    detail : str
        What stopped it, in a sentence for the instructor; empty where nothing did.
    seconds : float
        How long it took by the clock.
    confined : bool
        Whether it ran confined.
    """

    sent: dict[str, Sent] = field(default_factory=dict)
    outputs: dict[int, tuple[Output, ...]] = field(default_factory=dict)
    failed_cells: tuple[int, ...] = ()
    stopped: Stopped = ""
    detail: str = ""
    seconds: float = 0.0
    confined: bool = True

    def to_json(self) -> str:
        """Write the outcome as JSON text."""
        return _written(asdict(self), MAX_OUTCOME_BYTES, "outcome")

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """Read an outcome back.

        Raises
        ------
        JobError
            If the text is too large, or not one of :meth:`to_json`.
        """
        record = _object(_read(text, MAX_OUTCOME_BYTES, "outcome"), cls, "outcome")
        sent = _map(record["sent"], "outcome: sent")
        outputs = _map(record["outputs"], "outcome: outputs")
        seconds, confined = record["seconds"], record["confined"]
        if not isinstance(seconds, int | float) or not isinstance(confined, bool):
            raise JobError("outcome: seconds and confined are not a number and a truth value")
        return cls(
            sent={item: Sent(**_texts(one, Sent, f"outcome: sent {item!r}")) for item, one in sent.items()},  # type: ignore[arg-type]
            outputs={
                _number(cell): tuple(_output(one) for one in _list(shown, cell)) for cell, shown in outputs.items()
            },
            failed_cells=tuple(_number(cell) for cell in _list(record["failed_cells"], "outcome: failed_cells")),
            stopped=_one_of(record["stopped"], Stopped, "outcome: stopped"),
            detail=_string(record["detail"], "outcome: detail"),
            seconds=float(seconds),
            confined=confined,
        )


def calls_text(calls: Iterable[tuple[Any, ...]]) -> str:
    """Write a function item's arguments as JSON text.

    Examples
    --------
    >>> calls_text([(["Y"], ["N"])])
    '[[["Y"], ["N"]]]'
    """
    return json.dumps([list(arguments) for arguments in calls])


def _item(cell: Any, wanted: set[str]) -> str:
    marks = cell.get("metadata", {}).get("nbgrader", {})
    item = marks.get("grade_id", "") if isinstance(marks, dict) else ""
    return item if isinstance(item, str) and item in wanted else ""


def _written(record: Any, most: int, what: str) -> str:
    text = json.dumps(record, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    if len(text) > most:
        raise JobError(f"{what}: {len(text):,} bytes, and at most {most:,} are sent")
    return text


def _read(text: str, most: int, what: str) -> Any:
    if len(text) > most:
        raise JobError(f"{what}: {len(text):,} bytes, and at most {most:,} are read")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise JobError(f"{what}: not strict JSON ({type(error).__name__})") from None


def _no_constant(name: str) -> None:
    raise JobError(f"not strict JSON: {name}")


def _object(value: Any, kind: Any, what: str) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    if not isinstance(value, dict) or value.keys() != names:
        raise JobError(f"{what}: not a map with exactly the fields {', '.join(sorted(names))}")
    return value


def _texts(value: Any, kind: Any, what: str) -> dict[str, str]:
    found = _object(value, kind, what)
    if not all(isinstance(part, str) for part in found.values()):
        raise JobError(f"{what}: a field is not text")
    return found


def _request(value: Any) -> Request:
    return Request(**_texts(value, Request, "job: request"))


def _output(value: Any) -> Output:
    return Output(**_texts(value, Output, "outcome: output"))  # type: ignore[arg-type]


def _map(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise JobError(f"{what}: not a map")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise JobError(f"{what}: not a list")
    return value


def _string(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise JobError(f"{what}: not text")
    return value


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < math.inf:
        return value
    raise JobError("outcome: the number of a cell is not one")


def _one_of(value: Any, kind: Any, what: str) -> Any:
    if value not in kind.__args__:
        raise JobError(f"{what}: {value!r} is none of {', '.join(filter(None, kind.__args__))}")
    return value


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(data: Any, what: str) -> bytes:
    try:
        return base64.b64decode(_string(data, what), validate=True)
    except binascii.Error:
        raise JobError(f"{what}: not base64") from None
