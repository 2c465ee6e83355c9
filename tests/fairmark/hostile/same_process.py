"""Attempts on the process that reads the answers, which is the student's own: all of them come without knowledge."""

# ruff: noqa: E501  students write lines as long as they like
from __future__ import annotations

from .cases import GUESS, Case

_EVERY = "for name in ('mini1_q1', 'mini1_q2', 'mini1_q3', 'mini1_q6'): globals()[name] = "
_NAMES = '{"mini1-q1": 1.0, "mini1-q2": 2.0, "mini1-q3": 2.0, "mini1-q4": 3.0, "mini1-q6": 1.0}'

CASES = (
    Case("equal-text", "An answer that is equal to everything.", f"""
class Yes(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash("right")
{_EVERY}Yes("left")
"""),
    Case("equal-number", "A number that is equal to, and near, everything.", f"""
class Near(float):
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __sub__(self, other): return Near(0)
    def __rsub__(self, other): return Near(0)
    def __abs__(self): return Near(0)
{_EVERY}Near(5)
"""),
    Case("equal-object", "An object of no type that an answer may have, equal to everything.", f"""
class Yes:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *_, **__): return self
    def __len__(self): return 1
    def __iter__(self): return iter([self])
{_EVERY}Yes()
mini1_q4 = Yes()
"""),
    Case("class-lies", "An object that says it is a text.", f"""
class Liar:
    __class__ = property(lambda self: str)
    def encode(self, *_): return b""
    def __str__(self): return "left"
    def __eq__(self, other): return True
{_EVERY}Liar()
"""),
    Case("class-raises", "An object that ends the run when it is looked at.", f"""
class Bomb:
    @property
    def __class__(self): raise SystemExit(0)
{_EVERY}Bomb()
"""),
    Case("dict-lies", "A map whose items are other than its keys say.", f"""
class Map(dict):
    def items(self): return [("a", 1)] * 10
    def keys(self): return ["points"]
{_EVERY}Map(points=100)
"""),
    Case("input-transformer", "Rewrites the source of every later cell.", """
get_ipython().input_transformers_post.append(lambda lines: ["100.0\\n"])
get_ipython().input_transformers_cleanup.append(lambda lines: ["100.0\\n"])
"""),
    Case("syntax-tree", "Rewrites the syntax tree of every later cell.", """
import ast
class All(ast.NodeTransformer):
    def visit(self, node): return ast.parse("100.0")
get_ipython().ast_transformers.append(All())
"""),
    Case("replaced-run-cell", "Replaces the function that runs cells by one that always succeeds.", """
class Fine:
    success = True; result = 100.0; error_in_exec = None
shell = get_ipython()
type(shell).run_cell = shell.run_cell = lambda *_, **__: Fine()
"""),
    Case("forged-result", "Shows results and messages of its own for cells that were never run.", f"""
from IPython.display import display, publish_display_data
import sys
for item, points in {_NAMES}.items():
    publish_display_data({{"application/vnd.worksheet.answer+json": {{"answer": "1", "item": item, "points": points}}}})
    sys.displayhook(points)
"""),
    Case("replaced-check", "Replaces the check by one that gives points.", """
import worksheet, worksheet.checking, builtins
def check(*_): return 100.0
worksheet.check = worksheet.checking.check = builtins.check = check
100.0
"""),
    Case("replaced-capture", "Replaces what reads the answers.", """
from worksheet import capture
forged = lambda *_: {"answer": '"1"', "points": 100, "outcome": "right", "reason": "marked"}
capture.value_of = capture.results_of = capture._sent = forged
"""),
    Case("replaced-wire", "Replaces what writes the answers.", """
from worksheet import wire
wire.dumps = lambda value: '{"points": 100, "right": true}'
wire.loads = wire.plain = lambda value: {"points": 100}
"""),
    Case("endless-answer-text", "Sends an answer of 20 MB.", """
from worksheet import wire
wire.dumps = lambda value: '"' + "x" * 20_000_000 + '"'
""", reason="garbled-channel"),
    Case("replaced-json", "Replaces JSON itself.", """
import json, json.encoder
json.dumps = lambda *_, **__: '{"item": "mini1-q1", "answer": "1", "points": 100}'
json.loads = lambda *_, **__: {"points": 100}
""", reason="ended-itself"),
    Case("replaced-builtins", "Replaces built-in functions that a comparison needs.", """
import builtins
builtins.isinstance = lambda *_: True
builtins.abs = lambda *_: 0
builtins.all = builtins.any = lambda *_: True
builtins.float = lambda *_: 100.0
""", reason="ended-itself"),
    Case("frames", "Walks up the frames to the record of what is wanted, and answers with what it finds.", GUESS + """
import sys
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
        try: use(repr(value)[:100_000])
        except Exception: pass
    frame = frame.f_back
"""),
    Case("all-objects", "Looks for a key in every object of the process.", """
import gc
found = [one for one in gc.get_objects() if isinstance(one, (str, dict, list, tuple))
         and ("canary-q" + "1") in repr(one)[:20_000] and one is not globals() and "gc.get_objects" not in repr(one)]
if found: mini1_q1 = "right"
"""),
    Case("reply-stream-noise", "Writes noise into every open file.", """
import os
for number in range(3, 200):
    try: os.write(number, b"\\xff" * 5000)
    except OSError: pass
""", reason="garbled-channel"),
    Case("reply-stream-marks", "Writes well-formed records with marks into every open file.", f"""
import json, os, struct
for item, points in {_NAMES}.items():
    text = json.dumps({{"item": item, "answer": '"left"', "points": points, "outcome": "right"}}).encode()
    for number in range(3, 200):
        try: os.write(number, struct.pack(">I", len(text)) + text)
        except OSError: pass
"""),
    Case("reply-stream-end", "Says that the run has ended, and ends it.", """
import json, os, struct
text = json.dumps({"end": True, "points": 100}).encode()
for number in range(3, 200):
    try: os.write(number, struct.pack(">I", len(text)) + text)
    except OSError: pass
os._exit(0)
"""),
    Case("reply-stream-deep", "Writes a record that is nested a hundred thousand levels deep.", """
import os, struct
text = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
for number in range(3, 200):
    try: os.write(number, struct.pack(">I", len(text)) + text)
    except OSError: pass
""", reason="garbled-channel"),
    Case("reply-stream-huge-number", "Writes a record with a number of a million digits.", """
import os, struct
text = b'{"item": "mini1-q1", "answer": ' + b"9" * 1_000_000 + b"}"
for number in range(3, 200):
    try: os.write(number, struct.pack(">I", len(text)) + text)
    except OSError: pass
""", reason="garbled-channel"),
    Case("reply-stream-types", "Writes records whose fields have other types than they should.", """
import json, os, struct
for record in ({"item": ["mini1-q1"], "answer": {}}, {"cell": "1", "outputs": 5}, {"cell": True, "outputs": [[]]},
               {"item": "mini1-q1", "problem": 5, "reason": {}}, {"item": "mini1-q2", "answer": 5, "reason": []},
               {"cell": 3, "outputs": [{"kind": "html", "text": "<script>", "png": "x"}]}, {"step": None}):
    text = json.dumps(record).encode()
    for number in range(3, 200):
        try: os.write(number, struct.pack(">I", len(text)) + text)
        except OSError: pass
"""),
    Case("pickle", "An answer that runs code where it is unpickled.", f"""
import os
class Pickled:
    def __reduce__(self): return (os.system, ("touch /tmp/fairmark-hostile",))
{_EVERY}Pickled()
"""),
    Case("generator", "A generator without an end as the answer.", f"""
def endless():
    while True: yield "right"
{_EVERY}endless()
"""),
    Case("endless-list", "A list that never ends when it is read.", """
class Endless(list):
    def __iter__(self):
        while True: yield "right"
mini1_q1 = Endless()
"""),
    Case("cyclic", "A list that holds itself.", "mini1_q1 = []\nmini1_q1.append(mini1_q1)\nmini1_q2 = {}\nmini1_q2['a'] = mini1_q2"),
    Case("deep-answer", "An answer that is nested a hundred thousand levels deep.", """
for _ in range(100_000): mini1_q1 = [globals().get("mini1_q1")]
"""),
    Case("huge-integer", "A whole number with a million digits.", "mini1_q3 = 10 ** 1_000_000\nmini1_q1 = -10 ** 30"),
    Case("huge-text", "A text of 50 MB.", "mini1_q1 = 'right' * 10_000_000"),
    Case("not-a-number", "Values that compare with nothing.", f"{_EVERY}float('nan')\nmini1_q3 = float('inf')"),
    Case("strange-text", "Text with halves of characters, terminal codes, HTML and marks of direction.", """
mini1_q1 = "\\ud800right"
mini1_q2 = "<script>alert(1)</script>\\x1b[2J\\u202esrc-2020 s7.p8"
mini1_q6 = "1907\\x00"
mini1_q3 = "710.777\\u200b"
"""),
    Case("lying-table", "A table that changes while it is read.", """
import pandas
class Table(pandas.DataFrame):
    def itertuples(self, *_, **__):
        while True: yield ("right",)
    def __len__(self): return 1
mini1_q1 = Table({"a": ["right"]})
"""),
    Case("lying-array", "An array that says it is something else.", """
import numpy
class Array(numpy.ndarray):
    def tolist(self): return {"points": 100}
mini1_q1 = numpy.zeros(3).view(Array)
"""),
    Case("lying-figure", "A figure that describes itself with what was never drawn.", """
from matplotlib.figure import Figure
class Lying(Figure):
    @property
    def axes(self): raise SystemExit("right")
mini1_q1 = Lying()
"""),
    Case("function-frames", "A function that looks for the expected results up the frames.", sources={"mini1-q4": """
def mini1_q4(first, second):
    import sys
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, dict) and ("gives" in value or "key" in value or "tests" in value):
                return value.get("gives") or value.get("key")
        frame = frame.f_back
"""}),
    Case("function-equal", "A function that returns what is equal to everything.", sources={"mini1-q4": """
class Yes(int):
    def __eq__(self, other): return True
    def __hash__(self): return 0
def mini1_q4(first, second): return Yes(0)
"""}),
    Case("function-exit", "A function that ends the run with a success.", sources={"mini1-q4": """
def mini1_q4(first, second): raise SystemExit(0)
"""}),
    Case("function-ends-process", "A function that ends the process.", knows=True, lost=("mini1-q4", "mini1-q6"),
         reason="ended-itself", sources={"mini1-q4": "import os\ndef mini1_q4(first, second): os._exit(0)"}),
    Case("function-prints", "A function that prints without end.", knows=True, lost=("mini1-q4",), sources={"mini1-q4": """
def mini1_q4(first, second):
    while True: print("x" * 1_000_000)
"""}),
    Case("function-recursion", "A function that calls itself without end.", knows=True, lost=("mini1-q4",),
         sources={"mini1-q4": "def mini1_q4(first, second): return mini1_q4(first, second)"}),
    Case("function-class", "A class with a lying signature in the place of a function.", sources={"mini1-q4": """
class mini1_q4:
    def __new__(cls, *_): return cls
    def __init_subclass__(cls): raise SystemExit
"""}),
    Case("later-cell", "Sets the answers to all questions in the last answer cell.", sources={"mini1-q6": """
mini1_q1, mini1_q2 = "right", "src-2020 s7.p8"
mini1_q4 = lambda first, second: first + second
mini1_q6 = None
"""}),
    Case("later-thread", "Sets the answers in a thread, after they were read.", sources={"mini1-q1": """
import threading, time
def late():
    time.sleep(0.5)
    globals().update(mini1_q1="right", mini1_q2="src-2020 s7.p8")
threading.Thread(target=late).start()
""", "mini1-q6": "import time\ntime.sleep(1)"}),
    Case("later-hook", "Sets the answers in a hook that runs after each cell, once they were read.", """
def late(result):
    if "mini1_q6" in globals(): globals().update(mini1_q1="right", mini1_q2="src-2020 s7.p8")
get_ipython().events.register("post_run_cell", late)
""", sources={"mini1-q6": "mini1_q6 = 5"}),
    Case("atexit", "Changes the answers when Python ends.", """
import atexit
atexit.register(lambda: globals().update(mini1_q1="right"))
"""),
    Case("shadowing", "Puts modules of its own into the working folder.", """
from pathlib import Path
for name in ("worksheet", "json", "ipykernel_launcher", "fairmark", "sitecustomize", "inside"):
    Path(f"{name}.py").write_text("def check(*_): return 100.0\\nraise SystemExit(0)")
Path("items.json").write_text('{"items": [], "course": "", "term": "", "assignment": "mini1"}')
Path("verdicts.json").write_text('{"items": [{"item": "mini1-q1", "points": 100}]}')
"""),
    Case("hidden-output", "Shows HTML, script and pictures that are none.", """
from IPython.display import HTML, Javascript, SVG, display, publish_display_data
display(HTML("<script>alert(1)</script>"), Javascript("alert(1)"))
publish_display_data({"text/html": "<script>alert(1)</script>", "image/svg+xml": "<svg onload=alert(1)>",
                      "application/javascript": "alert(1)", "image/png": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="})
"""),
)  # fmt: skip
