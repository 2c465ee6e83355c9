"""Attempts to use up the machine, or the patience of the one who marks. These students know the answers."""

# ruff: noqa: E501  students write lines as long as they like
from __future__ import annotations

from .cases import AFTER_Q3, Case

_Q3 = ("mini1-q3",)
_STUCK = {"knows": True, "lost": AFTER_Q3, "reason": "cell-stuck"}
_SELF = {"knows": True, "lost": AFTER_Q3, "reason": "ended-itself"}

CASES = (
    Case("loop", "Loops without end.", "while True: pass", knows=True, lost=_Q3),
    Case("sleep", "Sleeps for an hour.", "import time\ntime.sleep(3600)", knows=True, lost=_Q3),
    Case("patient-loop", "Loops, and takes every interruption for an error of its own.", """
def patient():
    try:
        while True: sum(range(100))
    finally: patient()
patient()
""", knows=True, lost=_Q3, reason="cell-stuck|"),
    Case("deaf-loop", "Loops, and listens to no signal.", """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""", **_STUCK),
    Case("stopped-clock", "Stops the clock that would interrupt it, and loops.", """
import signal
signal.setitimer(signal.ITIMER_REAL, 0)
while True: pass
""", **_STUCK),
    Case("loop-in-c", "Computes in one step that Python cannot interrupt.", """
import hashlib
hashlib.pbkdf2_hmac("sha256", b"", b"", 2 ** 31 - 1)
""", **_STUCK),
    Case("stops-itself", "Stops its own process.", """
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
""", knows=True, lost=_Q3),
    Case("kills-itself", "Kills its own process, in each way there is.", """
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
os._exit(0)
""", **_SELF),
    Case("exits", "Ends Python politely.", "import sys\nsys.exit(0)", knows=True, lost=_Q3),
    Case("quits", "Ends IPython politely.", "exit\nquit()", knows=True, lost=_Q3),
    Case("crashes", "Makes Python crash.", "import ctypes\nctypes.string_at(0)", **_SELF),
    Case("aborts", "Aborts.", "import os\nos.abort()", **_SELF),
    Case("deep-recursion", "Recurses for as long as there is memory.", """
import sys
sys.setrecursionlimit(10 ** 9)
def deeper(n): return [deeper(n + 1)]
deeper(0)
""", knows=True, lost=_Q3, reason="|cell-stuck|out-of-memory"),
    Case("recursion", "Recurses without end.", "def f(): return f()\nf()", knows=True, lost=_Q3),
    Case("regular-expression", "Lets a regular expression search for ages.", """
import re
re.match(r"(a+)+$", "a" * 60 + "b")
""", knows=True, lost=_Q3),
    Case("memory", "Takes all memory at once.", "everything = bytearray(10 ** 12)", knows=True, lost=_Q3),
    Case("memory-by-pieces", "Takes all memory piece by piece.", """
pieces = []
while True: pieces.append(bytearray(10 ** 7))
""", knows=True, lost=_Q3),
    Case("memory-of-many", "Takes memory in many processes, each within its own limit.", """
import os, time
for _ in range(12):
    if os.fork() == 0:
        held = bytearray(b"x") * 150_000_000
        time.sleep(60)
        os._exit(0)
time.sleep(60)
""", knows=True, lost=AFTER_Q3, reason="out-of-memory"),
    Case("shared-mapping", "Takes memory that is shared between processes.", """
import mmap
held = []
while True:
    held.append(mmap.mmap(-1, 50_000_000))
    held[-1][:] = b"x" * 50_000_000
""", knows=True, lost=_Q3, reason="|out-of-memory"),
    Case("fork-bomb", "Starts processes that start processes.", """
import os
while True:
    try: os.fork()
    except OSError: pass
""", knows=True, lost=_Q3, reason="|cell-stuck|out-of-cpu|out-of-time"),
    Case("threads", "Starts threads without end.", """
import threading, time
while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
""", knows=True, lost=_Q3),
    Case("processor-time", "Computes in many processes at once, next to the rest of the notebook.", """
import os
for _ in range(20):
    if os.fork() == 0:
        while True: pass
""", knows=True, lost=_Q3, reason="|cell-stuck|out-of-cpu|out-of-time"),
    Case("open-files", "Opens files without end.", """
held = []
while True: held.append(open("/dev/null"))
""", knows=True, lost=_Q3),
    Case("disk", "Fills the disk.", """
number = 0
while True:
    number += 1
    with open(f"full-{number}", "wb") as file: file.write(b"x" * 4_000_000)
""", knows=True, lost=_Q3),
    Case("many-files", "Makes files without end.", """
number = 0
while True:
    number += 1
    open(f"empty-{number}", "w").close()
""", knows=True, lost=_Q3),
    Case("large-file", "Writes one file without end.", """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open("large", "wb") as file:
    while True: file.write(b"x" * 1_000_000)
""", knows=True, lost=_Q3),
    Case("shared-memory", "Fills /dev/shm.", """
number = 0
while True:
    number += 1
    with open(f"/dev/shm/full-{number}", "wb") as file: file.write(b"x" * 1_000_000)
""", knows=True, lost=_Q3),
    Case("anonymous-files", "Fills memory through files that have no name.", """
import os
held = []
while True:
    held.append(os.memfd_create("full"))
    os.write(held[-1], b"x" * 4_000_000)
""", knows=True, lost=_Q3),
    Case("pipes", "Fills pipes that nobody reads.", """
import fcntl, os
held = []
while True:
    ends = os.pipe2(os.O_NONBLOCK)
    held.append(ends)
    fcntl.fcntl(ends[1], 1031, 1_048_576)
    os.write(ends[1], b"x" * 1_048_576)
""", knows=True, lost=_Q3),
    Case("output-lines", "Prints lines without end.", 'while True: print("x" * 1000)', knows=True, lost=_Q3),
    Case("output-one-line", "Prints one line of 50 MB.", 'print("x" * 50_000_000)', knows=True, lost=_Q3),
    Case("output-error", "Raises an error whose text has 50 MB.", 'raise ValueError("x" * 50_000_000)', knows=True, lost=_Q3),
    Case("output-value", "Shows a value whose text has 50 MB.", """
class Loud:
    def __repr__(self): return "x" * 50_000_000
Loud()
""", knows=True, lost=_Q3),
    Case("output-pictures", "Shows pictures without end.", """
from IPython.display import display, Image
picture = b"\\x89PNG\\r\\n\\x1a\\n" + b"x" * 1_000_000
for _ in range(200): display(Image(data=picture, format="png"))
""", knows=True, lost=_Q3),
    Case("output-below", "Writes to the standard output below Python.", """
import os
for _ in range(2000): os.write(1, b"x" * 65536), os.write(2, b"x" * 65536)
""", knows=True, lost=_Q3),
    Case("reply-flood", "Sends endless records through the stream of the answers.", """
import json, os, struct
text = json.dumps({"cell": 1, "outputs": [{"kind": "stream", "text": "x" * 100_000, "png": ""}]}).encode()
while True:
    for number in range(3, 10):
        try: os.write(number, struct.pack(">I", len(text)) + text)
        except OSError: pass
""", knows=True, lost=AFTER_Q3, reason="garbled-channel"),
    Case("slow-to-the-limit", "Uses almost the whole time of a cell, in every cell.", "import time\ntime.sleep(1.9)", sources={
        "mini1-q1": "import time\ntime.sleep(1.9)\nmini1_q1 = 'right'",
        "mini1-q2": "import time\ntime.sleep(1.9)\nmini1_q2 = 'src-2020 s7.p8'",
        "mini1-q4": "import time\ntime.sleep(1.9)\nmini1_q4 = lambda first, second: time.sleep(1.9) or first + second",
    }, knows=True, lost=AFTER_Q3, reason="out-of-time"),
    Case("forked-notebook", "Forks, so that the rest of the notebook runs twice.", """
import os
os.fork(); os.fork()
""", knows=True, lost=_Q3),
    Case("closed-stream", "Closes the stream through which answers leave.", """
import os
os.closerange(3, 300)
""", **_SELF),
    Case("question", "Asks the one who marks a question, and waits.", 'mini1_q3 = input("key? ")', knows=True, lost=_Q3),
)  # fmt: skip
