"""An invented file in the official layout, small enough to check by hand, and the project's own tables."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numba
import pytest

from neutrality import rollcalls, unga
from neutrality.rollcalls import RollCalls
from neutrality.votefile import COLUMNS

Rows = list[dict[str, str]]

# Three roll calls by four states; state DDD joins late. Not in order of date, and one title spans two lines, so that a
# row's number and its line in the file differ.
_RESOLUTIONS = {
    "30": (
        "1994-12-15",
        "49",
        "A/RES/49/1",
        "A title, with a comma\nand a second line",
        {"AAA": "Y", "BBB": "N", "CCC": "X"},
    ),
    "20": ("1993-11-16", "48", "A/RES/48/1", "One title", {"AAA": "Y", "BBB": "Y", "CCC": "A"}),
    "40": ("1997-04-25", "ES-10", "A/RES/ES-10/2", "Another", {"AAA": "A", "BBB": "N", "CCC": "N", "DDD": "Y"}),
}


def _row(undl_id: str, state: str) -> dict[str, str]:
    date, session, resolution, title, votes = _RESOLUTIONS[undl_id]
    counts = {code: str(sum(vote == code for vote in votes.values())) for code in "YNAX"}
    return dict.fromkeys(COLUMNS, "") | {
        "undl_id": undl_id,
        "ms_code": state,
        "ms_name": f"STATE {state} IN {date[:4]}",
        "ms_vote": votes[state],
        "date": date,
        "session": session,
        "resolution": resolution,
        "meeting": "A/PV.1" if session != "48" else "",
        "title": title,
        "agenda_title": "N/A" if session == "49" else "An item",
        "total_yes": counts["Y"] + ".0",
        "total_no": counts["N"],
        "total_abstentions": counts["A"],
        "total_non_voting": counts["X"],
        "total_ms": str(len(votes)),
        "undl_link": f"https://digitallibrary.un.org/record/{undl_id}",
    }


def as_csv(rows: Rows, columns: list[str] = COLUMNS) -> bytes:
    """Write rows in the official layout."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


@pytest.fixture
def rows() -> Rows:
    """Return the ten votes of the invented file, one dict a row."""
    return [_row(undl_id, state) for undl_id, entry in _RESOLUTIONS.items() for state in entry[4]]


@pytest.fixture
def to_csv() -> Callable[..., bytes]:
    """Return the function that writes rows in the official layout."""
    return as_csv


@pytest.fixture
def official(tmp_path: Path, rows: Rows) -> Path:
    """Return the invented official file, gzipped as the library's is not but ours is."""
    path = tmp_path / "official.csv.gz"
    path.write_bytes(gzip.compress(as_csv(rows)))
    return path


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    """Return invented issue codes for two of the three resolutions, and for one that has no votes."""
    path = tmp_path / "codes.csv"
    path.write_text(
        "undl_id,v_me,v_nu,v_di,v_co,v_hr,v_ec,voeten_rcid\n"
        "20,True,False,False,False,True,False,3587\n"
        "40,False,True,True,,False,,9001\n"
        "30,,,,,,,\n"
        "99,True,True,True,True,True,True,1\n"
    )
    return path


@pytest.fixture
def built(tmp_path: Path, official: Path, codes: Path) -> Path:
    """Return a data folder with the tables of the invented file."""
    folder = tmp_path / "data"
    unga.build(official, issue_codes=codes, folder=folder)
    return folder


@pytest.fixture(scope="session")
def calls() -> RollCalls:
    """Return the project's own roll calls."""
    return rollcalls.load()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with inputs and published figures that are not part of the project."""
    folder = Path(__file__).resolve().parents[3] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"{folder} is not here: it has the official file and the published figures to compare with")
    return folder


STANCE_ISSUES = """id,issue,proposition,minus_two,plus_two,toward_moscow,first_year,last_year,event,source,locators,use
i01,One,"A bridge, long.",no,yes,1,1991,1994,bridge,osw-2018,osw-2018 s1.p1;osw-2018 fn2,lesson
i02,Two,A road.,no,yes,-1,1994,1997,road,osw-2018,osw-2018 s1.p2,lesson
i03,Three,A test.,no,yes,0,2014,2014,test,digest-2016,digest-2016 s2.b3,item
"""
STANCE_CODINGS = """issue,actor,coder,round,code,locators,reason,use
i01,minsk,adjudicated,1,2,osw-2018 s1.p1,It pays.,lesson
i01,moscow,adjudicated,1,not taken,osw-2018 s1.p1,It waits.,item
i03,minsk,adjudicated,1,1,digest-2016 s2.b3,It helps.,item
i03,moscow,adjudicated,1,1,digest-2016 s2.b3,It helps.,lesson
"""
STANCE_CODERS = """id,kind,what,coded_on,independence
adjudicated,automatic,A program.,2026-01-02,None.
"""
STANCE_INTEGERS = {"toward_moscow", "first_year", "last_year", "round"}


@pytest.fixture
def stance_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder with two issues for lessons and one for an item, in use."""
    resources = []
    for name, content in (("issues", STANCE_ISSUES), ("codings", STANCE_CODINGS), ("coders", STANCE_CODERS)):
        path = tmp_path / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        names = content.splitlines()[0].split(",")
        fields = [{"name": one, "type": "integer" if one in STANCE_INTEGERS else "string"} for one in names]
        checksum = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        entry = {"name": f"stances-{name}", "path": path.name, "hash": checksum, "schema": {"fields": fields}}
        resources.append(entry)
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}))
    monkeypatch.setenv("NEUTRALITY_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Keep the other processors for the other tests; that results do not depend on it is a test of its own."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(before)
