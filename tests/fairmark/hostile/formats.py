"""Attempts on the file itself: what a program could stumble over, believe, or follow, before any code runs."""

# ruff: noqa: E501  students write lines as long as they like
from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import nbformat

from .cases import AUTOMATIC, Case


def _cell(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def _delete_checks(notebook: Any) -> None:
    notebook.cells = [
        one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") not in AUTOMATIC
    ]


def _double_checks(notebook: Any) -> None:
    for name in AUTOMATIC:
        for place in (0, len(notebook.cells)):
            double = copy.deepcopy(_cell(notebook, name))
            double["id"] = f"{name}-{place}"
            notebook.cells.insert(place, double)


def _same_ids(record: Any) -> None:
    for cell in record["cells"]:
        cell["id"] = "same"


def _rename(notebook: Any) -> None:
    for name in AUTOMATIC:
        _cell(notebook, name).metadata.nbgrader["grade_id"] = "mini1-q5"


def _old_metadata(notebook: Any) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader = {
                "schema_version": 0,
                "grade_id": cell.metadata.nbgrader["grade_id"],
                "points": "many",
            }


def _points(notebook: Any) -> None:
    for name in AUTOMATIC:
        _cell(notebook, name).metadata.nbgrader["points"] = 1000


def _partial_credit(notebook: Any) -> None:
    """Make every check show a number of points, as nbgrader's partial credit does."""
    for name in AUTOMATIC:
        cell = _cell(notebook, name)
        cell.source = "float('nan')"
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "100"}, execution_count=1)]


def _skip(notebook: Any) -> None:
    notebook.metadata["celltoolbar"] = "skip"
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def _kernel(notebook: Any) -> None:
    notebook.metadata.kernelspec = {"name": "../../evil", "display_name": "Evil", "language": "bash"}
    notebook.metadata.language_info = {"name": "bash"}


def _markdown_checks(notebook: Any) -> None:
    for name in AUTOMATIC:
        cell = _cell(notebook, name)
        cell.cell_type = "markdown"
        cell.pop("outputs"), cell.pop("execution_count")


def _strange_metadata(notebook: Any) -> None:
    for number, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = [5, "mini1-q1", None, {"grade_id": ["x"]}][number % 4]


def _many_cells(notebook: Any) -> None:
    notebook.cells += [nbformat.v4.new_code_cell("x = 1") for _ in range(300)]


def _attachments(notebook: Any) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell["attachments"] = {"../../x.html": {"text/html": "<script>alert(1)</script>"}}


def _as_text(change: Any) -> Any:
    """Change the notebook as plain data, past what nbformat would write."""

    def do(file: Path) -> None:
        record = json.loads(file.read_text(encoding="utf-8"))
        change(record)
        file.write_text(json.dumps(record), encoding="utf-8")

    return do


def _odd_sources(record: Any) -> None:
    for cell in record["cells"]:
        cell["source"] = {"text": "100"} if cell["cell_type"] == "code" else 5


def _nan_points(record: Any) -> None:
    for cell in record["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["points"] = float("nan")


def _link(file: Path, to: str) -> None:
    file.unlink()
    file.symlink_to(to)


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _strange_names(file: Path) -> None:
    for name in (
        "../x".replace("/", "\u2215"),
        "a\nb.ipynb",
        "-rf",
        "x" * 200,
        "\u202eipynb.exe",
        "mini1.IPYNB",
        "$(id)",
    ):
        (file.parent / name).write_text("x")
    (file.parent / "shadow").symlink_to("/etc/shadow")
    (file.parent / "worksheet.py").write_text("def check(*_): return 100.0")
    (file.parent / "items.json").write_text("{}")


def _deep(file: Path) -> None:
    file.write_text("[" * 200_000, encoding="utf-8")


def _deep_inside(record: Any) -> None:
    record["metadata"]["x"] = json.loads("[" * 500 + "]" * 500)


def _huge(file: Path) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write('{"cells": [], "x": "')
        for _ in range(80):
            stream.write("x" * 2**20)
        stream.write('"}')


CASES = (
    Case("no-checks", "Deletes every check.", change=_delete_checks, knows=True),
    Case("double-checks", "Copies every check, before and after.", change=_double_checks),
    Case("same-ids", "Gives all cells one id.", file=_as_text(_same_ids), knows=True),
    Case("renamed-checks", "Gives the checks the name of a question that a person marks.", change=_rename),
    Case("old-metadata", "Marks its cells as an old version did.", change=_old_metadata, knows=True),
    Case("more-points", "Raises the points of each question.", change=_points),
    Case("partial-credit", "Makes the checks show points, and values that are no numbers.", change=_partial_credit),
    Case("skipped-cells", "Says that no cell may be run.", change=_skip),
    Case("other-kernel", "Names a kernel of its own.", change=_kernel, knows=True),
    Case("markdown-checks", "Turns the checks into text.", change=_markdown_checks, knows=True),
    Case("strange-metadata", "Puts other types where nbgrader's metadata is.", change=_strange_metadata, knows=True),
    Case("many-cells", "Has three hundred cells more.", change=_many_cells, knows=True),
    Case("attachments", "Attaches pages to its cells.", change=_attachments, knows=True),
    Case("odd-sources", "Has cells whose source is no text.", file=_as_text(_odd_sources), reason="unreadable", unmarked=True),
    Case("nan-points", "Has points that are no numbers.", file=_as_text(_nan_points), knows=True),
    Case("deep-metadata", "Nests its metadata 500 levels deep.", file=_as_text(_deep_inside), knows=True),
    Case("deep-file", "Is nested two hundred thousand levels deep.", file=_deep, reason="too-deep", unmarked=True),
    Case("huge-file", "Has 80 MB.", file=_huge, reason="too-large", unmarked=True),
    Case("broken-text", "Is no UTF-8.", file=lambda file: file.write_bytes(b'{"cells": ["\xff\xfe"]}'), reason="unreadable", unmarked=True),
    Case("zero-bytes", "Holds bytes of zero.", file=lambda file: file.write_bytes(b"\x00" * 5000), reason="unreadable", unmarked=True),
    Case("empty-file", "Is empty.", file=lambda file: file.write_bytes(b""), reason="unreadable", unmarked=True),
    Case("link", "Is a link to the system's passwords.", file=lambda file: _link(file, "/etc/shadow"), reason="not-a-file", unmarked=True),
    Case("link-to-device", "Is a link to an endless device.", file=lambda file: _link(file, "/dev/zero"), reason="not-a-file", unmarked=True),
    Case("pipe", "Is a pipe, whose reader waits for ever.", file=_pipe, reason="not-a-file", unmarked=True),
    Case("folder", "Is a folder.", file=_folder, reason="not-a-file", unmarked=True),
    Case("strange-names", "Lies beside files with strange names, links and modules.", file=_strange_names, knows=True),
)  # fmt: skip
