"""Attempts on the boundary itself: the stream of the answers, what the kernel shares, and what reads the file."""

# ruff: noqa: E501  students write lines as long as they like
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat

from .cases import Case
from .formats import _as_text

SEND = """
import json, os, socket, stat, struct
def streams():
    for number in range(3, 200):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode): yield number
        except OSError: pass
def write(text):
    for number in streams():
        left = text
        while left: left = left[os.write(number, left):]
def send(record):
    text = json.dumps(record).encode()
    write(struct.pack(">I", len(text)) + text)
"""
_Q3 = ("mini1-q3",)


def _first_cell(source: str) -> Any:
    """Put a cell of the student's own before all others."""

    def change(notebook: Any) -> None:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id="own-first"))

    return change


def _no_ids(record: Any) -> None:
    record["nbformat_minor"] = 0
    for cell in record["cells"]:
        cell.pop("id", None)


def _letters(file: Path) -> None:
    """Write few bytes that become many in JSON."""
    record = json.loads(file.read_text(encoding="utf-8"))
    for size in [2**20] * 9 + [2**19]:
        record["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "\u00e9" * size})
    file.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _stamp(text: str) -> Any:
    return lambda file: (file.parent / "timestamp.txt").write_text(text, encoding="utf-8")


CASES = (
    Case("crossing-end", "Sends so many records that what is wrong with the last is seen after the end.", SEND + """
write(b"\\0\\0\\0\\2{}" * 30_000 + b"\\xff" * 8)
os._exit(0)
""", reason="garbled-channel"),
    Case("truth-for-number", "Says that a truth value is the number of a cell.", change=_first_cell(SEND + """
for number in (False, True, 0.0, 1.0):
    send({"cell": number, "failed": True, "outputs": [{"kind": "stream", "text": "x", "png": ""}]})
"""), knows=True),
    Case("passed-handles", "Passes open files through the stream of the answers.", SEND + """
for number in streams():
    try:
        while True: socket.send_fds(socket.socket(fileno=os.dup(number)), [struct.pack(">I", 2) + b"{}"], [number] * 20)
    except OSError: pass
"""),
    Case("peer-of-the-stream", "Asks the kernel who reads the stream, and ends that process.", SEND + """
import fcntl, signal
for number in list(streams()):
    end = socket.socket(fileno=os.dup(number))
    for option in (17, 77):
        try:
            found = end.getsockopt(1, option) if option == 77 else struct.unpack("3i", end.getsockopt(1, 17, 12))[0]
            (signal.pidfd_send_signal if option == 77 else os.kill)(found, 9)
        except (OSError, OverflowError): pass
    for owner in (-1, 2, os.getppid()):
        try: fcntl.fcntl(number, 8, owner)
        except OSError: pass
""", reason="|ended-itself"),
    Case("full-sockets", "Fills sockets that nobody reads, in many processes.", """
import os, socket, time
for _ in range(20):
    if os.fork() == 0:
        held = []
        try:
            while True:
                held += socket.socketpair()
                for one in held[-2:]:
                    one.setblocking(False)
                    try:
                        while True: one.send(b"x" * 30_000)
                    except OSError: pass
        except OSError: pass
        time.sleep(60)
time.sleep(1.9)
""", knows=True, lost=("mini1-q3", "mini1-q4", "mini1-q6"), reason="out-of-memory"),
    Case("many-sessions", "Makes a session for each busy process, so that each is given a share of the processor.", """
import os, time
for _ in range(25):
    if os.fork() == 0:
        try: os.setsid()
        except OSError: pass
        while True: pass
time.sleep(1)
""", knows=True, lost=_Q3, reason="|out-of-cpu|out-of-time|cell-stuck"),
    Case("watches", "Takes all that the kernel grants a user of watches on files.", """
import ctypes
while ctypes.CDLL(None).inotify_init() >= 0: pass
""", knows=True, lost=_Q3),
    Case("audit-hook", "Ends the run in a hook of Python's, when the next cell is compiled.", """
import os, sys
sys.addaudithook(lambda event, _: os._exit(0) if event == "compile" else None)
""", knows=True, lost=("mini1-q3", "mini1-q4", "mini1-q6"), reason="ended-itself"),
    Case("tracing", "Follows each step of what reads the answers, and changes it.", """
import sys
def follow(frame, event, value):
    if "found" in frame.f_locals and isinstance(frame.f_locals["found"], dict): frame.f_locals["found"]["answer"] = '"left"'
    if event == "return" and isinstance(value, dict): value.update(points=100, outcome="right")
    return follow
sys.settrace(follow); sys.setprofile(follow)
"""),
    Case("collector", "Raises an error whenever memory is tidied up, which is all the time.", """
import gc
gc.callbacks.append(lambda *_: 1 / 0)
gc.set_threshold(1)
"""),
    Case("no-modules", "Takes away all modules, and what would find them again.", """
import sys
sys.meta_path.clear(); sys.path_hooks.clear(); sys.modules.clear()
""", reason="|ended-itself"),
    Case("forged-texts", "Sends texts that are almost JSON, or of which a reader could make something else.", SEND + r"""
for item, text in (("mini1-q1", '{"a": 1, "a": 2}'), ("mini1-q2", '"\\ud800"'), ("mini1-q3", "1e400"),
                   ("mini1-q4", '[{"value": true}, {"value": null}, {"value": []}]'), ("mini1-q6", "1907.0")):
    send({"item": item, "answer": text})
"""),
    Case("sender-child", "Leaves a process behind that goes on sending answers when the first has ended.", SEND + """
if os.fork() == 0:
    while True: send({"item": "mini1-q2", "answer": '"src-2020 s1.p1"'}); send({"end": True})
os._exit(0)
""", reason="|ended-itself|garbled-channel"),
    Case("byte-order-mark", "Begins with a mark of byte order.", knows=True,
         file=lambda file: file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())),
    Case("no-cell-ids", "Is of the first minor format, in which cells have no ids.", knows=True, file=_as_text(_no_ids)),
    Case("format-is-a-list", "Gives a list as the number of its format.", knows=True,
         file=_as_text(lambda record: record.update(nbformat=[4]))),
    Case("growing-letters", "Has letters that take more room the more often they are written down.", file=_letters,
         reason="too-large", unmarked=True),
    Case("time-is-a-pipe", "Has a pipe in the place of the time of handing in.", knows=True,
         file=lambda file: os.mkfifo(file.parent / "timestamp.txt")),
    Case("time-is-no-time", "Was handed in at a time that breaks the parser of dates.", knows=True, file=_stamp("10:" * 100)),
    Case("=cmd|'calc'!A0", "Has an id that a spreadsheet would run.", knows=True),
    Case("<img src=x onerror=alert(1)>", "Has an id that a browser would run.", knows=True),
)  # fmt: skip
