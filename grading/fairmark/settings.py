"""Which course is marked, where its bank and notebooks are, and where the work goes."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""The id is also the name of a folder, in the exchange and at students'."""


class SettingsError(ValueError):
    """Settings that cannot be used; the message names file and field."""


@dataclass(frozen=True)
class Settings:
    """One course, one term, one machine.

    Attributes
    ----------
    file : Path
        The ``course.toml`` that the rest was read from.
    course, term, title : str
    bank : Path
        The folder of the item bank; the environment variable ``FAIRMARK_BANK`` goes before the file.
    assignments, lessons : Path
        Folders of notebooks.
    packages : tuple of Path
        The course's own import packages, which students get beside ``worksheet``.
    student_files : dict
        Where to, within the student bundle, and where from.
    prepare : dict
        What is called with a copied file or folder before students get it, by where it stands in the bundle:
        ``module:function``, such as one that takes out what would be a key.
    project : Path
        The ``pyproject.toml`` from which the student distribution takes its dependencies.
    workdir : Path
        The nbgrader course folder: everything that marking makes is below it.
    gradebook_url : str
        The address of a gradebook elsewhere, such as on PostgreSQL; the environment variable ``FAIRMARK_GRADEBOOK``
        goes before the file. Empty: a file in ``workdir``.
    warm : tuple of str
        What marking calls once before it runs any notebook, so that not every notebook waits for it:
        ``module:function`` of a student package, such as one that reads tables.
    exchange : Path or None
        The folder through which real students fetch and submit, where that is another than one in ``workdir``; the
        environment variable ``FAIRMARK_EXCHANGE`` goes before the file.
    proof : str
        What proves there who handed in (:class:`fairmark.collecting.Collect`); ``FAIRMARK_PROOF`` goes before the file.
    weights : Path or None
        The table that says how points become the course mark (:mod:`fairmark.weights`); None where there is none.
    scheme : str
        The scheme of that table that counts.
    policy : Path or None
        The table that says what lateness costs (:mod:`fairmark.policy`); None: nbgrader's own plug-in decides.
    drop_lowest : int
        How many of a student's lowest marks are left out of the course mark.
    modes : Path or None
        The table that says what the marking service tells (:mod:`fairmark.modes`); None: the form only, everywhere.
    attempts_url : str
        The address of the log of attempts; the environment variable ``FAIRMARK_ATTEMPTS`` goes before the file. Empty:
        beside the gradebook where that is on a server, or a file in ``workdir``.
    """

    file: Path
    course: str
    term: str
    title: str
    bank: Path
    assignments: Path
    lessons: Path
    packages: tuple[Path, ...]
    student_files: dict[str, Path]
    prepare: dict[str, str]
    project: Path
    workdir: Path
    gradebook_url: str = ""
    warm: tuple[str, ...] = ()
    exchange: Path | None = None
    proof: str = "owner"
    weights: Path | None = None
    scheme: str = ""
    policy: Path | None = None
    drop_lowest: int = 0
    modes: Path | None = None
    attempts_url: str = ""

    @property
    def gradebook(self) -> str:
        """The address of nbgrader's gradebook."""
        return self.gradebook_url or f"sqlite:///{self.workdir / 'gradebook.db'}"

    @property
    def attempts(self) -> str:
        """The address of the log of attempts."""
        beside = "" if self.gradebook_url.startswith("sqlite") else self.gradebook_url
        return self.attempts_url or beside or f"sqlite:///{self.workdir / 'attempts.db'}"


def find_file(start: Path | None = None) -> Path:
    """Find ``course.toml``: the environment variable ``FAIRMARK_SETTINGS``, or the working folder and those above.

    Raises
    ------
    SettingsError
        If there is none.
    """
    named = os.environ.get("FAIRMARK_SETTINGS")
    if named:
        return Path(named).resolve()
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        for candidate in (folder / "course.toml", folder / "grading" / "course.toml"):
            if candidate.is_file():
                return candidate
    raise SettingsError(f"no course.toml in {start} or above it; name it with --settings FILE")


_FIELDS: dict[str, dict[str, type]] = {
    "course": dict.fromkeys(("id", "title", "term"), str),
    "paths": dict.fromkeys(
        ("bank", "assignments", "lessons", "project", "workdir", "gradebook", "attempts", "exchange", "proof"), str
    ),
    "marks": dict.fromkeys(("weights", "scheme", "policy"), str) | {"drop_lowest": int},
    "student": {"packages": list, "files": dict, "prepare": dict},
    "marking": {"warm": list},
    "service": {"modes": str},
}


def _check(file: Path, record: dict[str, Any]) -> None:
    """Refuse what a person easily writes in its place: a misspelt name, a number for a text, a name of no folder."""
    for name in record.keys() - _FIELDS.keys():
        known = ", ".join(f"[{table}]" for table in _FIELDS)
        raise SettingsError(f"{file}: there is no [{name}] in these settings; there are {known}")
    for table, fields in _FIELDS.items():
        found = record.get(table, {})
        if not isinstance(found, dict):
            raise SettingsError(f"{file}: {table} must be a table; write [{table}] on a line of its own")
        for name, value in found.items():
            if name not in fields:
                raise SettingsError(f"{file}, [{table}]: there is no setting {name!r}; there are {', '.join(fields)}")
            _check_kind(f"{file}, [{table}]", table, name, value)
    named = record.get("course", {}).get("id", "x")
    if not _ID.fullmatch(named):
        raise SettingsError(f"{file}, [course]: id is {named!r}; use letters, digits and hyphens only")


def _check_kind(where: str, table: str, name: str, value: Any) -> None:
    """Refuse a value of another kind than the setting has; whether a number is one, :func:`_count` says."""
    kind = _FIELDS[table][name]
    if kind is str and not isinstance(value, str):
        raise SettingsError(f'{where}: {name} must be in quotation marks, as in {name} = "{value}"')
    if kind is list and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        example = "package/name" if name == "packages" else "module:function"
        raise SettingsError(f'{where}: {name} must be a list, as in {name} = ["{example}"]')
    if kind is dict and not (isinstance(value, dict) and all(isinstance(one, str) for one in value.values())):
        raise SettingsError(
            f"{where}: {name} must be a table; write [{table}.{name}] on a line of its own, and below it lines with "
            'two texts, as in "to" = "from"'
        )


def load(file: Path | None = None, *, bank: Path | None = None, workdir: Path | None = None) -> Settings:
    """Read the settings.

    Parameters
    ----------
    file
        The ``course.toml``; by default :func:`find_file` looks for it.
    bank, workdir
        Go before what the file says.

    Raises
    ------
    SettingsError
        If the file cannot be read, lacks a field, or has one that is misspelt or of another kind.
    """
    file = (file or find_file()).resolve()
    try:
        record = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: cannot be read: {error}") from None
    _check(file, record)
    try:
        course, paths, student = record["course"], record["paths"], record.get("student", {})
        root, marks = file.parent, record.get("marks")
        env_bank = os.environ.get("FAIRMARK_BANK")
        exchange = os.environ.get("FAIRMARK_EXCHANGE") or paths.get("exchange")
        return Settings(
            file=file,
            course=course["id"],
            term=course["term"],
            title=course["title"],
            bank=(bank or (Path(env_bank) if env_bank else root / paths["bank"])).resolve(),
            assignments=(root / paths["assignments"]).resolve(),
            lessons=(root / paths["lessons"]).resolve(),
            packages=tuple((root / one).resolve() for one in student.get("packages", ())),
            student_files={to: (root / source).resolve() for to, source in student.get("files", {}).items()},
            prepare=dict(student.get("prepare", {})),
            project=(root / paths["project"]).resolve(),
            workdir=(workdir or root / paths["workdir"]).resolve(),
            gradebook_url=os.environ.get("FAIRMARK_GRADEBOOK") or paths.get("gradebook", ""),
            warm=tuple(record.get("marking", {}).get("warm", ())),
            proof=os.environ.get("FAIRMARK_PROOF") or paths.get("proof", "owner"),
            exchange=(root / exchange).resolve() if exchange else None,
            weights=(root / marks["weights"]).resolve() if marks else None,
            scheme=marks["scheme"] if marks else "",
            policy=(root / marks["policy"]).resolve() if marks and "policy" in marks else None,
            drop_lowest=_count(file, "drop_lowest", marks.get("drop_lowest", 0)) if marks else 0,
            modes=(root / record["service"]["modes"]).resolve() if "service" in record else None,
            attempts_url=os.environ.get("FAIRMARK_ATTEMPTS") or paths.get("attempts", ""),
        )
    except KeyError as error:
        table = next((f", [{table}]" for table, fields in _FIELDS.items() if error.args[0] in fields), "")
        raise SettingsError(f"{file}{table}: the field {error} is missing; add it") from None


def _count(file: Path, name: str, said: object) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or said < 0:
        raise SettingsError(f"{file}: {name} is {said!r}, and must be a whole number, 0 or more")
    return said
