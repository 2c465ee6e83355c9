"""nbgrader, configured to mark with fairmark: one set of rules for our commands, its own, and the formgrader."""

from __future__ import annotations

import dataclasses
import importlib
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from fairmark import settings
from fairmark.files import write_text
from fairmark.settings import Settings

_RELEASE_STEPS = [
    # nbgrader's ClearSolutions is left out: it would replace the line that a student is to fill in.
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Marking is fairmark.autograde.Autograde's, which runs no steps. Where nbgrader's own class meets this configuration
# all the same, its first step refuses.
_AUTOGRADE = "fairmark.autograde"
_MARKING_STEPS = [f"{_AUTOGRADE}.Refuse"]
SCHEMA = 3
"""The version of nbgrader's metadata of cells."""
LOCAL = "nbgrader_local.py"
"""The file beside ``course.toml`` where an instructor's own settings of nbgrader go."""

_CONFIG_FILE = """\
# Written by fairmark, again and again: your own settings, such as a plug-in for late work, go into the file
# nbgrader_local.py beside course.toml. nbgrader reads this file when its commands run in this folder, so that
# `nbgrader autograde` and the formgrader mark as `fairmark mark` does.
from pathlib import Path

from fairmark import gradebook, settings

course = settings.load(Path({file!r}), bank=Path({bank!r}), workdir=Path({workdir!r}))
get_config().merge(gradebook.config(course))
"""


def config(course: Settings) -> Config:
    """Give nbgrader's configuration for a course."""
    # nbgrader makes a submission's rows before it adds them to its session; SQLAlchemy says so, and all is well.
    warnings.filterwarnings("ignore", r"Object of type <Submitted(Assignment|Notebook)> not in session", SAWarning)
    rules = Config()
    rules.CourseDirectory.course_id = course.course
    rules.CourseDirectory.root = str(course.workdir)
    rules.CourseDirectory.db_url = course.gradebook
    rules.Exchange.root = str(course.exchange or course.workdir / "exchange")
    # Simulated students are all this user; of real ones the operating system knows who wrote a file.
    rules.Collect.proof = course.proof if course.exchange else "name"
    rules.GenerateAssignment.preprocessors = list(_RELEASE_STEPS)
    rules.Autograde.sanitize_preprocessors = list(_MARKING_STEPS)
    rules.Autograde.autograde_preprocessors = list(_MARKING_STEPS)
    # What the formgrader shows is clean already; this is the second lock on the same door.
    rules.HTMLExporter.sanitize_html = True
    rules.Fairmark.settings = str(course.file)
    rules.Fairmark.bank = str(course.bank)
    rules.Fairmark.workdir = str(course.workdir)
    rules.Fairmark.gradebook = course.gradebook_url
    rules.GenerateFeedback.exporter_class = "fairmark.feedback.FeedbackExporter"
    take_over()
    own = _own_settings(course)
    # An exchange of another kind has a step of its own for this.
    if "collect" not in own.ExchangeFactory:
        rules.ExchangeFactory.collect = "fairmark.collecting.Collect"
    own.merge(rules)
    return own


def _own_settings(course: Settings) -> Config:
    """Read what an instructor set; what fairmark needs goes before it."""
    folder = course.file.parent
    if not (folder / LOCAL).is_file():
        return Config()
    sys.path.insert(0, str(folder))  # a plug-in of one's own stands beside its setting
    return PyFileConfigLoader(LOCAL, path=str(folder)).load_config()


def take_over() -> None:
    """Have ``nbgrader autograde`` and the formgrader's button, which name nbgrader's class, use ours."""
    from nbgrader.apps import api, autogradeapp

    # By name, as nbgrader finds the other classes that the configuration names: they stand above this module.
    api.Autograde = autogradeapp.Autograde = importlib.import_module(_AUTOGRADE).Autograde


def course_of(rules: Config) -> Settings:
    """Read back, inside one of nbgrader's steps, for which course the step runs."""
    named = rules.Fairmark
    course = settings.load(Path(named.settings), bank=Path(named.bank), workdir=Path(named.workdir))
    return dataclasses.replace(course, gradebook_url=str(named.gradebook))


def api(course: Settings) -> NbGraderAPI:
    """Open nbgrader on the course's working folder, making the folder where it is missing.

    Parameters
    ----------
    course
        The settings.

    Returns
    -------
    NbGraderAPI
        Quiet: what its steps log is in their results.
    """
    prepare(course)
    quiet = logging.getLogger("fairmark.nbgrader")
    quiet.handlers = [logging.NullHandler()]
    quiet.propagate = False
    return NbGraderAPI(config=config(course), log=quiet)


def prepare(course: Settings) -> None:
    """Make the working folder: nbgrader's configuration file, and the exchange's folders."""
    if course.exchange is None:
        for folder in ("inbound", "outbound", "feedback"):
            (course.workdir / "exchange" / course.course / folder).mkdir(parents=True, exist_ok=True)
    write_text(
        course.workdir / "nbgrader_config.py",
        _CONFIG_FILE.format(file=str(course.file), bank=str(course.bank), workdir=str(course.workdir)),
    )
    prepare_path()


def prepare_path() -> None:
    """Have the program `alembic` found, which nbgrader starts by its bare name when it makes a gradebook."""
    scripts = str(Path(sys.executable).parent)
    if scripts not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])


class NotReleasedError(ValueError):
    """A step that needs the gradebook came before the release that makes it."""


def require(course: Settings) -> None:
    """Make sure that there is a gradebook to work on.

    Raises
    ------
    NotReleasedError
        If nothing was released into the working folder yet.
    """
    missing = not course.gradebook_url and not (course.workdir / "gradebook.db").is_file()
    if missing or not (course.workdir / "release").is_dir():
        raise NotReleasedError(f"{course.workdir}: nothing has been released here yet; run fairmark release first")


class StepError(RuntimeError):
    """A step of nbgrader's that failed; the message says which, and carries the end of nbgrader's log."""


def check(result: dict[str, Any], what: str) -> None:
    """Make sure that a step of nbgrader's did its work.

    Raises
    ------
    StepError
        If it did not.
    """
    if not result["success"]:
        words = (result.get("error") or "") + "\n" + (result.get("log") or "")
        raise StepError(f"nbgrader could not {what}:\n{words.strip()[-2000:]}")
