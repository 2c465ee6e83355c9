"""The tables that the builder makes of a checked file."""

from __future__ import annotations

import datetime
import json
import random
from pathlib import Path
from typing import Any

import pytest

from neutrality import codebook, rollcalls, tables, unga
from neutrality.tables import TableError


def files_under(folder: Path) -> dict[str, bytes]:
    """Return every file's content, so that two states of a folder can be compared."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_makes_exactly_these_tables(built: Path) -> None:
    """The ten invented votes come out as worked by hand."""
    day = datetime.date.fromisoformat
    votes = tables.arrow("unga-votes", built).to_pylist()
    states = tables.arrow("unga-states", built).to_pylist()
    assert [tuple(vote.values()) for vote in votes] == [
        (20, "AAA", "yes"),
        (20, "BBB", "yes"),
        (20, "CCC", "abstain"),
        (30, "AAA", "yes"),
        (30, "BBB", "no"),
        (30, "CCC", "non-voting"),
        (40, "AAA", "abstain"),
        (40, "BBB", "no"),
        (40, "CCC", "no"),
        (40, "DDD", "yes"),
    ]
    assert states[0] == {
        "code": "AAA",
        "name": "STATE AAA IN 1997",
        "first_vote": day("1993-11-16"),
        "last_vote": day("1997-04-25"),
    }
    assert states[3]["first_vote"] == day("1997-04-25")


def test_describes_each_resolution(built: Path) -> None:
    """Attributes, issue codes and totals stand beside their resolution; N/A and blank are gaps."""
    first, second, third = tables.arrow("unga-resolutions", built).to_pylist()
    assert [entry["undl_id"] for entry in (first, second, third)] == [20, 30, 40]
    assert (first["session"], third["session"]) == ("48", "ES-10")
    assert (first["me"], first["nu"], first["voeten_rcid"]) == (True, False, "3587")
    assert [second[issue] for issue in ("me", "nu", "di", "co", "hr", "ec", "voeten_rcid")] == [None] * 7
    assert (third["di"], third["co"], third["ec"]) == (True, None, None)
    assert (first["meeting"], second["agenda_title"]) == (None, None)
    assert second["title"] == "A title, with a comma\nand a second line"
    assert (first["total_yes"], first["total_ms"]) == (2, 3)


def test_the_report_says_what_went_in_and_came_out(built: Path) -> None:
    """The report counts and dates everything, and has no clock in it."""
    report = json.loads((built / "unga" / "build-report.json").read_text())
    assert report["votes"] == {"all": 10, "yes": 4, "abstain": 2, "no": 3, "non-voting": 1}
    assert (report["resolutions"], report["states"]) == (3, 4)
    assert (report["first_date"], report["last_date"]) == ("1993-11-16", "1997-04-25")
    assert report["special_session_resolutions"] == 1
    assert report["issue_codes"]["resolutions_with_a_code"]["co"] == 1
    assert report["issue_codes"]["codes_without_a_resolution"] == 1
    assert report["contradictory_totals"] == report["dates_outside_their_session"] == []


def test_the_same_input_gives_the_same_bytes(built: Path, official: Path, codes: Path) -> None:
    """Building twice changes nothing."""
    before = files_under(built)
    unga.build(official, issue_codes=codes, folder=built)
    assert files_under(built) == before


def test_the_order_of_the_rows_makes_no_difference(
    built: Path, rows: Any, codes: Path, to_csv: Any, tmp_path: Path
) -> None:
    """A file in another order gives the same tables."""
    random.Random(1).shuffle(rows)  # noqa: S311
    path = tmp_path / "shuffled.csv"
    path.write_bytes(to_csv(rows))
    unga.build(path, issue_codes=codes, folder=tmp_path / "other")
    for name in ("resolutions", "states", "votes"):
        place = f"unga/{name}.parquet"
        assert (tmp_path / "other" / place).read_bytes() == (built / place).read_bytes()


def test_a_build_leaves_a_folder_that_checks_out(built: Path) -> None:
    """Checksums, row counts and codebook are those of the new tables, and nothing else is left behind."""
    assert sorted(files_under(built)) == [
        "CODEBOOK.md",
        "datapackage.json",
        "unga/build-report.json",
        "unga/resolutions.parquet",
        "unga/states.parquet",
        "unga/votes.parquet",
    ]
    assert tables.resource("unga-votes", built)["rows"] == 10
    assert (built / codebook.FILE).read_text() == codebook.render(tables.descriptor(built))
    assert rollcalls.load(built).matrix.shape == (3, 4)


def test_without_issue_codes_the_old_ones_are_kept(built: Path, official: Path) -> None:
    """A newer file of votes does not cost the old votes their codes."""
    before = files_under(built)
    report = unga.build(official, folder=built)
    assert report["issue_codes"]["origin"]["file"] == "codes.csv"
    assert files_under(built).keys() == before.keys()
    assert files_under(built)["unga/resolutions.parquet"] == before["unga/resolutions.parquet"]


def test_a_first_build_without_issue_codes_has_none(official: Path, tmp_path: Path) -> None:
    """Then the six columns are empty, and the report says so."""
    report = unga.build(official, folder=tmp_path / "new")
    assert report["issue_codes"] is None
    assert tables.load("unga-resolutions", tmp_path / "new")["me"].isna().all()
    assert unga.build(official, folder=tmp_path / "new") == report


def test_torn_tables_can_be_replaced_by_giving_the_issue_codes(built: Path, official: Path, codes: Path) -> None:
    """Codes cannot be kept from a torn table, but a full build mends the folder."""
    (built / "unga" / "resolutions.parquet").write_bytes(b"torn")
    with pytest.raises(TableError, match="torn or was edited"):
        unga.build(official, folder=built)
    unga.build(official, issue_codes=codes, folder=built)
    assert len(rollcalls.load(built)) == 3


def test_other_tables_of_the_folder_are_left_alone(built: Path, official: Path) -> None:
    """A build changes the description of its own tables only."""
    package = tables.descriptor(built)
    other = package["resources"][1] | {"name": "other", "path": "other.parquet", "hash": "sha256:0"}
    package["resources"].append(other)
    (built / "datapackage.json").write_text(json.dumps(package))
    unga.build(official, folder=built)
    assert tables.resource("other", built) == other


def test_few_contradictory_totals_are_listed(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """One resolution in a hundred may state a wrong total; the report then names it."""
    many = [row | {"undl_id": str(int(row["undl_id"]) + 1000 * copy)} for copy in range(34) for row in rows]
    for row in many:
        if row["undl_id"] == "1020":
            row["total_no"] = "5"
    path = tmp_path / "many.csv"
    path.write_bytes(to_csv(many))
    report = unga.build(path, folder=tmp_path / "data")
    assert report["resolutions"] == 102
    assert report["contradictory_totals"] == [
        {"undl_id": 1020, "resolution": "A/RES/48/1", "column": "total_no", "stated": 5, "counted": 0}
    ]


def test_dates_outside_their_session_are_listed(rows: Any, to_csv: Any, tmp_path: Path) -> None:
    """A vote dated before its regular session opened is kept and named."""
    for row in rows:
        if row["session"] == "49":
            row["date"] = "1994-02-15"
    path = tmp_path / "odd.csv"
    path.write_bytes(to_csv(rows))
    odd = unga.build(path, folder=tmp_path / "data")["dates_outside_their_session"]
    assert odd == [{"undl_id": 30, "resolution": "A/RES/49/1", "session": "49", "date": "1994-02-15"}]


@pytest.mark.shared
@pytest.mark.slow
def test_the_committed_tables_come_from_the_official_file(shared: Path, tmp_path: Path) -> None:
    """Rebuilding from the inputs gives the tables that the project carries."""
    data = shared / "data"
    report = unga.build(data / "ga_voting.csv.gz", issue_codes=data / "voeten_issue_codes.csv.gz", folder=tmp_path)
    committed = json.loads((tables.data_folder() / "unga" / "build-report.json").read_text())
    same_writer = report.pop("written_with") == committed.pop("written_with")
    assert report == committed
    for name in ("unga-resolutions", "unga-states", "unga-votes"):
        assert tables.arrow(name, tmp_path).equals(tables.arrow(name))
        assert not same_writer or tables.resource(name, tmp_path)["hash"] == tables.resource(name)["hash"]
