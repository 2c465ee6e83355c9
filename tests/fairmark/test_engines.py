"""One way to open a database: a writer's lock comes first, readers lock nobody out, and a log only grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from fairmark import engines
from fairmark.engines import AddressError


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("mysql://me:secret@db/x", "mysql://me:\\*\\*\\*@db/x: only sqlite and postgresql"),
        ("nonsense", "no address"),
        ("", "no address"),
    ],
)
def test_an_address_of_no_use_is_named_without_its_password(written: str, says: str) -> None:
    """Whoever asked adds the setting to change."""
    with pytest.raises(AddressError, match=says) as error:
        engines.address(written)
    assert "secret" not in str(error.value)


def test_a_writer_keeps_writers_out_and_readers_in(tmp_path: Path) -> None:
    """The lock is taken when the transaction begins, before anything was read."""
    url = engines.address(f"sqlite:///{tmp_path / 'a.db'}")
    first, other = engines.engine(url, 5), engines.engine(url, 0.05)
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    with first.begin():
        with other.execution_options(**engines.READING).connect() as reader:
            assert reader.execute(text("SELECT count(*) FROM t")).scalar() == 0
        with pytest.raises(OperationalError, match="locked"), other.begin():
            pass


def test_what_is_asked_of_each_connection_holds(tmp_path: Path) -> None:
    """Such as that readers and the writer do not wait for each other."""
    url = engines.address(f"sqlite:///{tmp_path / 'a.db'}")
    with engines.engine(url, 5, ("journal_mode=WAL",)).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


@pytest.mark.parametrize("statement", ["UPDATE t SET x = 2", "DELETE FROM t"])
def test_a_table_that_only_grows(tmp_path: Path, statement: str) -> None:
    """Rows come in, and nobody changes or removes one."""
    made = engines.engine(engines.address(f"sqlite:///{tmp_path / 'a.db'}"), 5)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        engines.append_only(connection, "t")
        connection.execute(text("INSERT INTO t VALUES (1)"))
    with pytest.raises(Exception, match="t is append-only"), made.begin() as connection:
        connection.execute(text(statement))
