"""Files that builders write have the same bytes each time."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from neutrality.tablebytes import csv_bytes, json_bytes, parquet_bytes

FRAME = pd.DataFrame({"name": ["Рэкс", "a, b"], "age": [3, None]})


def test_a_csv_table_is_read_back() -> None:
    """Commas, gaps and other letters survive, and lines end in one way on every system."""
    assert csv_bytes(FRAME).decode() == 'name,age\nРэкс,3.0\n"a, b",\n'


def test_json_keeps_letters() -> None:
    """A report is for readers."""
    assert json_bytes({"name": "Рэкс"}).decode() == '{\n  "name": "Рэкс"\n}\n'


@pytest.mark.parametrize("options", [{}, {"use_dictionary": ["name"]}])
def test_a_parquet_table_has_one_row_group_and_the_same_bytes(options: dict[str, list[str]]) -> None:
    """It is read in one go, and a rebuild changes nothing."""
    table = pa.Table.from_pandas(FRAME)
    content = parquet_bytes(table, **options)
    file = pq.ParquetFile(pa.BufferReader(content))
    assert content == parquet_bytes(table, **options)
    assert file.num_row_groups == 1
    assert file.read().equals(table)
