"""Where the course book stands: the hub that it opens lessons on, and where the project's files can be read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fairmark import publishing

FIELDS = {"hub": ("address", "repository", "branch"), "project": ("files",)}
"""The tables of the file, and what each may say."""


class SiteError(ValueError):
    """Settings that cannot be used; the message names file, field and remedy."""


@dataclass(frozen=True)
class Site:
    """Where the course book stands.

    Attributes
    ----------
    hub : str
        The JupyterHub's address without a slash at its end; empty where there is none.
    repository, branch : str
        The students' repository, from which nbgitpuller brings the lessons to that hub.
    files : str
        The address below which the project's files can be read; empty where there is none.
    """

    hub: str = ""
    repository: str = ""
    branch: str = publishing.BRANCH
    files: str = ""

    def opens(self, file: str, folder: str) -> str:
        """Write the link that opens a file of the student bundle on the hub.

        Parameters
        ----------
        file
            Its path in the bundle, such as ``lessons/06-counting-votes.ipynb``.
        folder
            What the bundle's folder is called at the student's.

        Returns
        -------
        str
            Empty where no hub is set.

        Examples
        --------
        >>> site = Site("https://hub.example.edu", "https://git.example/s.git")
        >>> site.opens("lessons/00.ipynb", "course").partition("?")[0]
        'https://hub.example.edu/hub/user-redirect/git-pull'
        >>> Site().opens("lessons/00.ipynb", "course")
        ''
        """
        return f"{self.hub}{publishing.link(self.repository, self.branch, folder, file)}" if self.hub else ""

    def shows(self, file: str) -> str:
        """Write the address at which a file of the project can be read; empty where none is set.

        Examples
        --------
        >>> Site(files="https://git.example/course/blob/main").shows("grading/weights.csv")
        'https://git.example/course/blob/main/grading/weights.csv'
        """
        return f"{self.files}/{file}" if self.files else ""


def load(file: Path) -> Site:
    """Read the settings.

    Parameters
    ----------
    file
        A TOML file with the tables and fields of `FIELDS`.

    Raises
    ------
    SiteError
        If the file is missing or not TOML, has a field that there is not, an address that is none, or a hub without
        the repository that lessons come from.
    """
    try:
        record = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteError(f"{file}: cannot be read ({error.strerror}). Name another file with --settings") from None
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{file}: {error}. Write it as course/site/site.toml is written") from None
    found = {f"{table}.{name}": _text(file, table, name, value)
             for table, fields in record.items() for name, value in _fields(file, table, fields).items()}  # fmt: skip
    hub, repository = _address(file, found, "hub.address"), found.get("hub.repository", "")
    if bool(hub) != bool(repository):
        missing = "hub.repository" if hub else "hub.address"
        raise SiteError(f"{file}: {missing} is empty. A link to a hub needs both the hub and the students' repository")
    if repository and not publishing.is_address(repository):
        raise SiteError(f"{file}: hub.repository is {repository!r}. Write an address that students' servers can reach")
    branch = found.get("hub.branch") or publishing.BRANCH
    return Site(hub, repository, branch, _address(file, found, "project.files"))


def _fields(file: Path, table: str, fields: object) -> dict[str, object]:
    if table not in FIELDS or not isinstance(fields, dict):
        raise SiteError(f"{file}: there is no table [{table}]. The tables are {', '.join(FIELDS)}")
    return fields


def _text(file: Path, table: str, name: str, value: object) -> str:
    if name not in FIELDS[table]:
        raise SiteError(f"{file}: [{table}] has no field {name!r}. Its fields are {', '.join(FIELDS[table])}")
    if not isinstance(value, str):
        raise SiteError(f"{file}: {table}.{name} is {value!r}. Write it in quotation marks")
    return value.strip()


def _address(file: Path, found: dict[str, str], field: str) -> str:
    address = found.get(field, "").rstrip("/")
    if address and not _is_address(address):
        raise SiteError(f"{file}: {field} is {address!r}. Write an address that begins with https://")
    return address


def _is_address(words: str) -> bool:
    try:
        parts = urlsplit(words)
    except ValueError:  # a bracket that is left open
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
