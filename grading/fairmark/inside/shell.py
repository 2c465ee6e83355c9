"""An IPython shell in this process: cells behave as in a notebook, and what they show is kept, within limits."""

from __future__ import annotations

import base64
import builtins
import contextlib
import io
import re
import subprocess
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

CUT = "\n[The rest of this cell's output was dropped: it was too long.]\n"
_PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')


class Shown:
    """What the running cell has shown so far, at most so many characters a cell and in all."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, str]] = []
        self.left = self.left_here = 0
        self._a_cell = 0
        self._cut = False

    def allow(self, total: int) -> None:
        """Say how many characters the whole run may show; a cell may show a tenth."""
        self.left, self._a_cell = total, total // 10

    def start(self) -> None:
        """Begin a cell."""
        self.outputs, self.left_here, self._cut = [], min(self._a_cell, self.left), False

    def add(self, kind: str, text: str, png: str = "") -> None:
        """Keep one output, or what there is room for."""
        if self._cut:
            return
        if len(png) > self.left_here:
            png, text = "", text or "[A picture was dropped: it was too large.]"
        kept = str(text)[: self.left_here - len(png)]
        self._cut = len(kept) < len(text)
        self.left_here -= len(kept) + len(png)
        self.left -= len(kept) + len(png)
        if self._cut:
            kept += CUT
        last = self.outputs[-1] if self.outputs else None
        if last is not None and kind == last["kind"] == "stream":
            last["text"] += kept
        elif kept or png:
            self.outputs.append({"kind": kind, "text": kept, "png": png})

    def clear(self) -> None:
        """Forget what the cell has shown; the room that it took stays taken."""
        self.outputs = []


SHOWN = Shown()


class _Stream(io.TextIOBase):
    """Standard output and error of a cell."""

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        SHOWN.add("stream", text)
        return len(text)


class _Hook(DisplayHook):  # type: ignore[misc]
    """Keeps the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        return

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        SHOWN.add("result", *_plain(format_dict))

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Keeps what a cell displays."""

    def publish(self, data: Any, metadata: Any = None, **_: Any) -> None:
        SHOWN.add("display", *_plain(data))

    def clear_output(self, wait: bool = False) -> None:
        SHOWN.clear()


class NotebookShell(InteractiveShell):  # type: ignore[misc]
    """The shell."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: figures are shown in the notebook, and there is no other place."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        SHOWN.add("error", self.InteractiveTB.stb2text(stb))

    def system(self, cmd: str) -> None:
        """Run a line that begins with an exclamation mark; there is no terminal for it to run on."""
        done = subprocess.run(  # noqa: S602  a shell line is what was asked for
            self.var_expand(cmd, depth=1), shell=True, capture_output=True, text=True, errors="replace", check=False
        )
        SHOWN.add("stream", done.stdout + done.stderr)
        self.user_ns["_exit_code"] = done.returncode

    system_raw = system_piped = system


def make() -> NotebookShell:
    """Make the one shell of this process; before the fork, since it takes a while."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.separate_in = ""
    shell: NotebookShell = NotebookShell.instance(config=config)
    shell.display_formatter.active_types = ["text/plain", "text/html", "image/png"]
    # Without matplotlib no notebook draws with it.
    with contextlib.suppress(ImportError):
        shell.enable_matplotlib("inline")
    return shell


def connect() -> None:
    """Lead what is printed into the cell's output, and refuse questions to a keyboard that is not there."""
    sys.stdout = sys.stderr = _Stream()
    builtins.input = _no_input


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() cannot be answered while a notebook is marked; give the value in the cell instead")


def _plain(data: Any) -> tuple[str, str]:
    """Give the text of a bundle, and its picture in base64."""
    picture = data.get("image/png", "")
    if isinstance(picture, bytes):
        picture = base64.b64encode(picture).decode("ascii")
    if not picture:
        # The course's figures come as HTML, for the sake of their text alternative.
        found = _PICTURE.search(str(data.get("text/html", "")))
        picture = found[1] if found else ""
    return str(data.get("text/plain", "")), str(picture)
