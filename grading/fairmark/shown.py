"""The marked notebook, as the formgrader shows it: nothing of the student's in it can do anything in a browser."""

from __future__ import annotations

import base64
import binascii
import html
import json
from collections.abc import Mapping
from typing import Any

from fairmark.jobs import Output
from fairmark.mending import Mended, Template

_PNG = b"\x89PNG\r\n\x1a\n"
# In these a browser looks for nothing but text, and MathJax does not look at all.
_OPEN, _CLOSE = '<pre style="white-space: pre-wrap; font-family: inherit">', "</pre>"


def notebook(
    wanted: Template, mended: Mended, items: list[dict[str, Any]], outputs: Mapping[int, tuple[Output, ...]]
) -> str:
    """Write a marked notebook.

    Parameters
    ----------
    wanted
        The assignment.
    mended
        The submission.
    items
        Records of :func:`fairmark.judging.judge`; each is shown where its check cell stands.
    outputs
        What the cells showed when they were run.

    Returns
    -------
    str
        JSON text of notebook format 4.
    """
    judged = _judged(items)
    cells = []
    for number, cell in enumerate(mended.cells):
        cells.append(_cell(cell, number in mended.ours, outputs.get(number, ())))
        _show_verdict(cells[-1], judged)
    metadata = {"kernelspec": wanted.kernel, "language_info": {"name": "python"}}
    return _text({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def with_new_verdicts(text: str, items: list[dict[str, Any]]) -> str:
    """Write the same notebook with other verdicts."""
    record, judged = json.loads(text), _judged(items)
    for cell in record["cells"]:
        _show_verdict(cell, judged)
    return _text(record)


def plain(text: str) -> str:
    """Write a student's prose as text that a browser takes for nothing else.

    Examples
    --------
    >>> plain("<b>$x$</b>")
    '<pre style="white-space: pre-wrap; font-family: inherit">&lt;b&gt;&#36;x&#36;&lt;/b&gt;</pre>'
    """
    return f"{_OPEN}{html.escape(text).replace('$', '&#36;')}{_CLOSE}"


def _judged(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["item"]: one for one in items if one["outcome"] != "by-hand"}


def _show_verdict(cell: dict[str, Any], judged: Mapping[str, dict[str, Any]]) -> None:
    verdict = judged.get(cell["metadata"].get("nbgrader", {}).get("grade_id"))
    if verdict is None or cell["cell_type"] != "code":
        return
    says = f"{verdict['points']:g} of {verdict['out_of']:g} points. {verdict['message']}"
    cell["source"] = f'check("{verdict["item"]}")'
    cell["outputs"] = [_display("display_data", says)]


def _cell(cell: dict[str, Any], ours: bool, shown: tuple[Output, ...]) -> dict[str, Any]:
    if cell["cell_type"] == "code":
        return cell | {"outputs": [_output(one) for one in shown]}
    # A raw cell may say that it is HTML; as prose it is shown like any other.
    return cell | {"cell_type": "markdown", "source": cell["source"] if ours else plain(cell["source"])}


def _output(one: Output) -> dict[str, Any]:
    if one.kind == "stream":
        return {"output_type": "stream", "name": "stdout", "text": one.text}
    if one.kind == "error":
        lines = one.text.split("\n")
        return {"output_type": "error", "ename": "Error", "evalue": lines[-1][:200], "traceback": lines}
    made = _display("execute_result" if one.kind == "result" else "display_data", one.text)
    if one.kind == "result":
        made["execution_count"] = None
    if _is_png(one.png):
        made["data"]["image/png"] = one.png
    return made


def _display(kind: str, text: str) -> dict[str, Any]:
    return {"output_type": kind, "data": {"text/plain": text}, "metadata": {}}


def _is_png(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=True).startswith(_PNG)
    except (binascii.Error, ValueError):
        return False


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, sort_keys=True) + "\n"
