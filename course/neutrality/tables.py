"""Find the project's tables, make sure they are whole, and read them.

The tables are described in ``datapackage.json``. Every read compares the file's SHA-256 with the one written there,
so a torn or edited table is an error and never a quietly different number.

Where the folder is depends on how the package was installed: a wheel carries it inside `neutrality`; an editable
checkout has it at the top of the repository. The functions here find both.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.pandas_compat
import pyarrow.parquet as pq

DATA_VARIABLE = "NEUTRALITY_DATA"
"""Environment variable that names another data folder."""

DESCRIPTOR = "datapackage.json"
"""The file that describes every table of a data folder."""

# pyarrow would import its bridge to pandas at the first table; here it costs the import and not the loading.
_ = pyarrow.pandas_compat

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]
_REINSTALL = "Get it afresh: reinstall the package, or restore the folder `data` of your checkout."


class TableError(Exception):
    """A table, or the folder it should be in, is missing or not as described."""


def data_folder() -> Path:
    """Return the folder that holds ``datapackage.json``.

    Returns
    -------
    pathlib.Path
        The folder named by the environment variable ``NEUTRALITY_DATA`` if that is set; else the one inside an
        installed wheel; else the folder ``data`` of an editable checkout.

    Raises
    ------
    TableError
        If the variable names a folder without ``datapackage.json``, or if there is no such folder at all.

    Examples
    --------
    >>> (data_folder() / "datapackage.json").is_file()
    True
    """
    named = os.environ.get(DATA_VARIABLE)
    if named:
        if not (Path(named) / DESCRIPTOR).is_file():
            raise TableError(
                f"{named}: no {DESCRIPTOR} here, although {DATA_VARIABLE} points to this folder. "
                "Correct the variable, or unset it to use the project's own tables."
            )
        return Path(named)
    return _first_with((_PACKAGE / "_data", _CHECKOUT / "data"), DESCRIPTOR)


def readings_folder() -> Path:
    """Return the folder with the records of the readings (structure and links, no source text).

    Returns
    -------
    pathlib.Path
        ``_readings`` inside an installed wheel, ``course/readings`` in an editable checkout.

    Raises
    ------
    TableError
        If neither exists.

    Examples
    --------
    >>> readings_folder().is_dir()
    True
    """
    return _first_with((_PACKAGE / "_readings", _CHECKOUT / "course" / "readings"))


def glossary_file() -> Path:
    """Return the course's glossary.

    Returns
    -------
    pathlib.Path
        ``_readings/glossary.csv`` inside an installed wheel, ``course/glossary.csv`` in an editable checkout.

    Raises
    ------
    TableError
        If neither exists.

    Examples
    --------
    >>> glossary_file().name
    'glossary.csv'
    """
    folder = _first_with((_PACKAGE / "_readings", _CHECKOUT / "course"), "glossary.csv")
    return folder / "glossary.csv"


def descriptor(folder: Path | None = None) -> dict[str, Any]:
    """Read ``datapackage.json``.

    Parameters
    ----------
    folder : pathlib.Path, optional
        A data folder; by default `data_folder`.

    Returns
    -------
    dict
        The Frictionless Data Package as plain data.

    Raises
    ------
    TableError
        If the file is missing or is not JSON with a list of resources.

    Examples
    --------
    >>> descriptor()["name"]
    'between-minsk-and-moscow'
    """
    path = (data_folder() if folder is None else folder) / DESCRIPTOR
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path}: cannot be read ({error}). {_REINSTALL}") from error
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        raise TableError(f"{path}: has no list of resources. {_REINSTALL}")
    return package


def resource(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Return the description of one table.

    Parameters
    ----------
    name : str
        The resource's name in ``datapackage.json``, such as ``"unga-votes"``.
    folder : pathlib.Path, optional
        A data folder; by default `data_folder`.

    Returns
    -------
    dict
        Path, schema, checksum, licence, sources and citation, as they stand in the package.

    Raises
    ------
    TableError
        If there is no such table; the message lists those there are.

    Examples
    --------
    >>> resource("unga-states")["path"]
    'unga/states.parquet'
    """
    entries: list[dict[str, Any]] = descriptor(folder)["resources"]
    for entry in entries:
        if entry["name"] == name:
            return entry
    known = ", ".join(str(entry["name"]) for entry in entries)
    raise TableError(f"{DESCRIPTOR}: no table {name!r}. It has: {known}.")


def arrow(name: str, folder: Path | None = None, *, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table as Arrow, strings as dictionaries: the fast form that `rollcalls` builds on.

    Parameters
    ----------
    name : str
        The resource's name in ``datapackage.json``.
    folder : pathlib.Path, optional
        A data folder; by default `data_folder`.
    columns : sequence of str, optional
        Only these columns; by default all.

    Returns
    -------
    pyarrow.Table
        The table, its string columns dictionary-encoded where the file has them so.

    Raises
    ------
    TableError
        If the file is missing, is not Parquet, or differs from its checksum.

    Examples
    --------
    >>> arrow("unga-states", columns=["code"]).column_names
    ['code']
    """
    folder = data_folder() if folder is None else folder
    entry = resource(name, folder)
    path = folder / str(entry["path"])
    if path.suffix != ".parquet":
        raise TableError(f"{path}: is not a Parquet table. Open it with a program for {path.suffix} files.")
    # ParquetFile and not read_table: the latter first imports all of pyarrow.dataset, a quarter of the loading time.
    # One thread: notebooks are marked in confined forks of a warm process, and there a read with Arrow's threads hangs.
    return pq.ParquetFile(pa.BufferReader(_whole(path, entry))).read(columns=columns, use_threads=False)


def load(name: str, folder: Path | None = None, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table as a DataFrame.

    Parameters
    ----------
    name : str
        The resource's name in ``datapackage.json``.
    folder : pathlib.Path, optional
        A data folder; by default `data_folder`.
    columns : sequence of str, optional
        Only these columns; by default all.

    Returns
    -------
    pandas.DataFrame
        Of a Parquet file: dates are ``datetime64``, repeated strings ``category``, true/false ``boolean`` (it can have
        gaps), and small whole numbers ``Int16`` (likewise). Of a CSV file the types are those of the fields in
        ``datapackage.json``: an empty cell of a string field stays an empty string, and is a gap in every other field;
        dates are ``datetime64``, true/false ``boolean``, and whole numbers ``Int64``.

    Raises
    ------
    TableError
        If the file is missing, is neither Parquet nor CSV, differs from its checksum, or (CSV) has other columns or
        other values than described.

    Examples
    --------
    >>> states = load("unga-states")
    >>> states.loc[states["code"] == "BLR", "name"].item()
    'BELARUS'
    """
    folder = data_folder() if folder is None else folder
    entry = resource(name, folder)
    if str(entry["path"]).endswith(".csv"):
        return _csv(folder / str(entry["path"]), entry, columns)
    frame: pd.DataFrame = arrow(name, folder, columns=columns).to_pandas(
        use_threads=False, date_as_object=False, types_mapper=_NULLABLE.get
    )
    return frame


_NULLABLE = {pa.bool_(): pd.BooleanDtype(), pa.int16(): pd.Int16Dtype()}
"""Arrow types that may have gaps, and the pandas types that keep the gaps and the type."""


def _csv(path: Path, entry: dict[str, Any], columns: Sequence[str] | None) -> pd.DataFrame:
    """Read a CSV table; the description says of what type each column is."""
    types = {str(field["name"]): str(field["type"]) for field in entry["schema"]["fields"]}
    # Without the filter no word ("NA", "None") turns into a gap, and an empty string stays one.
    cells = pd.read_csv(io.BytesIO(_whole(path, entry)), dtype=str, na_filter=False, encoding="utf-8")
    if list(cells) != list(types):
        raise TableError(
            f"{path}: table {entry['name']!r} has the columns {', '.join(map(str, cells))}, "
            f"{DESCRIPTOR} has {', '.join(types)}. {_REINSTALL}"
        )
    wanted = [field for field in types if columns is None or field in columns]
    return pd.DataFrame({field: _typed(cells[field], types[field], path) for field in wanted})


_TRUTHS: dict[str, bool | None] = {"true": True, "false": False, "": None}


def _typed(cells: pd.Series[Any], kind: str, path: Path) -> pd.Series[Any]:
    """Turn the cells of one column of a CSV table into the type of its field; empty cells become gaps."""
    try:
        if kind == "integer":
            return pd.Series([int(cell) if cell else None for cell in cells], dtype="Int64")
        if kind == "number":
            return pd.Series([float(cell) if cell else None for cell in cells], dtype="float64")
        if kind == "boolean":
            return pd.Series([_TRUTHS[cell.lower()] for cell in cells], dtype="boolean")
        if kind == "date":
            return pd.to_datetime(cells.where(cells != ""), format="%Y-%m-%d")
    except (KeyError, ValueError) as error:
        raise TableError(
            f"{path}: column {cells.name!r} has a value that is no {kind} ({error}), but {DESCRIPTOR} says that it is "
            f"one. {_REINSTALL}"
        ) from error
    return cells


def _whole(path: Path, entry: dict[str, Any]) -> bytes:
    """Return the file's bytes after comparing them with the package's checksum."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: table {entry['name']!r} cannot be read ({error.strerror}). {_REINSTALL}") from error
    found = "sha256:" + hashlib.sha256(content).hexdigest()
    if found != entry["hash"]:
        raise TableError(
            f"{path}: table {entry['name']!r} is torn or was edited: its checksum is {found}, "
            f"{DESCRIPTOR} has {entry['hash']}. {_REINSTALL} If you changed or built a table "
            "yourself, build it again: neutrality stances build, or neutrality votes build."
        )
    return content


def _first_with(folders: Sequence[Path], content: str = "") -> Path:
    """Return the first folder that exists and has `content` in it."""
    for folder in folders:
        if (folder / content).exists():
            return folder
    places = " nor ".join(str(folder / content) for folder in folders)
    raise TableError(f"Found neither {places}. {_REINSTALL}")
