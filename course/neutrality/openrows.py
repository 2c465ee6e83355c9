"""The rows of the tables about the two sources that students get, and those that stand at one place.

Rows that serve as graded questions are marked ``use=item``. A student's copy of the tables does not have them, and
every reader leaves them out unless asked: so what is computed does not depend on whose copy it is computed from.
"""

from __future__ import annotations

import pandas as pd

from neutrality import records, tables

USE = "use"
"""The column that says what a row is for."""

ITEM = "item"
"""What it says of a row that serves as a graded question."""


def load(name: str, items: bool = False) -> pd.DataFrame:
    """Load a table without the rows that serve as graded questions.

    Parameters
    ----------
    name : str
        The table's name in ``datapackage.json``; it has the column `USE`.
    items : bool, optional
        Whether those rows come too, where this copy has them.

    Returns
    -------
    pandas.DataFrame
        As from `neutrality.tables.load`, numbered anew.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.

    Examples
    --------
    >>> set(load("stances-issues")["use"])
    {'lesson'}
    """
    found = tables.load(name)
    return found if items else found[found[USE] != ITEM].reset_index(drop=True)


def at(rows: pd.DataFrame, column: str, locator: str) -> pd.DataFrame:
    """Return the rows that stand at one place.

    Parameters
    ----------
    rows : pandas.DataFrame
    column : str
        Its column of locators, several of them separated by semicolons.
    locator : str
        A paragraph, an item of a list, a note, or a whole section.

    Returns
    -------
    pandas.DataFrame
        Numbered anew; empty where no row stands there.

    Raises
    ------
    neutrality.records.SourceError
        If there is no such place.

    Examples
    --------
    >>> rows = pd.DataFrame({"where": ["osw-2018 s1.p1;osw-2018 fn3", "osw-2018 s2.p1"]})
    >>> len(at(rows, "where", "osw-2018 fn3")), len(at(rows, "where", "osw-2018 fn1"))
    (1, 0)
    """
    wanted = records.within(locator)
    return rows[[bool(wanted & set(places.split(";"))) for places in rows[column]]].reset_index(drop=True)
