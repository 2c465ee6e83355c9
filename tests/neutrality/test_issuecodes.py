"""What the reader of the issue codes accepts, and what it refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from neutrality import issuecodes, unga
from neutrality.csvfile import InputError

REFUSED = {
    "unknown value": (("True,False", "maybe,False"), 2, "v_me"),
    "unreadable number": (("9001", "nine"), 3, "voeten_rcid"),
    "unreadable record number": (("\n40,", "\nforty,"), 3, "undl_id"),
    "resolution twice": (("99,True", "20,True"), 5, "undl_id"),
    "missing column": (("v_hr,", ""), 1, "v_hr"),
    "row cut off": ((",True,1\n", ""), 5, "v_ec"),
}


def test_reads_codes(codes: Path) -> None:
    """True, False and blank are three different things."""
    frame = issuecodes.read(codes).frame
    assert frame.loc[20, ["me", "nu"]].tolist() == [True, False]
    assert frame.loc[40, ["co", "ec"]].isna().all()
    assert frame["voeten_rcid"].fillna("none").tolist() == ["3587", "9001", "none", "1"]


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_and_leaves_the_tables(case: str, codes: Path, official: Path, built: Path) -> None:
    """Bad issue codes stop a build, naming line and column, and the old tables stay."""
    (old, new), line, column = REFUSED[case]
    codes.write_text(codes.read_text().replace(old, new, 1))
    before = (built / "datapackage.json").read_bytes()
    with pytest.raises(InputError) as caught:
        unga.build(official, issue_codes=codes, folder=built)
    assert (caught.value.row, caught.value.column) == (line, column)
    assert (built / "datapackage.json").read_bytes() == before


def test_a_damaged_file_is_not_sought_at_the_library(tmp_path: Path, codes: Path) -> None:
    """The codes are Voeten's, so the remedy does not send anybody to the UN's library."""
    damaged = tmp_path / "codes.csv.gz"
    damaged.write_bytes(gzip.compress(codes.read_bytes())[:-4])
    with pytest.raises(InputError, match=r"cut off or damaged here\. Get the file of issue codes again"):
        issuecodes.read(damaged)
