"""The bytes of the files that builders write: the same content always gives the same bytes."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def csv_bytes(table: pd.DataFrame) -> bytes:
    r"""Return a table as CSV in UTF-8, without its index.

    Parameters
    ----------
    table : pandas.DataFrame

    Returns
    -------
    bytes

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["Rex"], "age": [3]}))
    b'name,age\nRex,3\n'
    """
    return table.to_csv(index=False, lineterminator="\n").encode()


def json_bytes(content: object) -> bytes:
    r"""Return plain data as JSON in UTF-8, indented for a reader.

    Parameters
    ----------
    content : object
        What the json module takes.

    Returns
    -------
    bytes

    Examples
    --------
    >>> json_bytes({"rows": 3})
    b'{\n  "rows": 3\n}\n'
    """
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def parquet_bytes(table: pa.Table, **options: Any) -> bytes:
    """Return a table as Parquet in one row group: small, and read in one go.

    Parameters
    ----------
    table : pyarrow.Table
    **options
        Passed on to ``pyarrow.parquet.write_table``: which columns have a dictionary, and other encodings.

    Returns
    -------
    bytes
        The same for the same table and version of pyarrow.

    Examples
    --------
    >>> content = parquet_bytes(pa.table({"age": [3, 5]}))
    >>> pq.ParquetFile(pa.BufferReader(content)).num_row_groups
    1
    """
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", compression_level=19, row_group_size=table.num_rows, **options)
    content: bytes = sink.getvalue().to_pybytes()
    return content
