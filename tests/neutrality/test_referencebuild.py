"""The tables of published estimates, from small invented files and from the publishers' own."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from neutrality import codebook, published, referencebuild, tables
from neutrality.__main__ import main
from neutrality.csvfile import InputError
from neutrality.referencefiles import LAYOUTS, POINTS_2020, POINTS_2025
from neutrality.tables import TableError

OLDER, NEWER, PAIRS, VOTES, ROLLS = LAYOUTS

# Two states of the invented vote tables (tests/neutrality/conftest.py), and one that the publishers count twice.
OLD_ROWS = [
    "1,10,48,25,1.5,0.9,1.1,1.2,1.4,1.8,1.9,2.2,AAA,Alfa",
    "2,20,48,20,-0.5,-0.9,-0.8,-0.7,-0.5,-0.3,-0.2,-0.1,BBB,Côte d’Or",
    "3,20,49,7,-0.007623743,-1,-0.8,-0.7,0.1,0.2,0.3,0.4,BBB,Côte d’Or",
    "4,30,49,7,0.25,-1,-0.8,-0.7,0.1,0.2,0.3,0.4,CCC,Charlie",
]
NEW_ROWS = [
    "20,BBB,CÃ´te,1994,0.5,0.4,0.6,7.0,,,,,0.2",
    "10,AAA,Alfa,1993,1.25,1.125,1.5,20.0,1.3,1.2,1.4,31.0,1.1",
    "20,,,1993,,,,,,,,,0.25",
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder with the five files, in the publishers' layouts and encodings."""
    folder = tmp_path / "source"
    folder.mkdir()
    older = "\r\n".join([",".join(POINTS_2020), *OLD_ROWS, ""])
    (folder / f"{OLDER}.gz").write_bytes(gzip.compress(older.encode("cp1252")))
    (folder / NEWER).write_text("\n".join([",".join(POINTS_2025), *NEW_ROWS, ""]), encoding="utf-8")
    (folder / PAIRS).write_text("v1,rcid1,rcid2\n1,3587,4000\n2,4000,4500\n")
    votes = [(3587, "Alfa", "yes"), (3587, "Côte d’Or", "yes"), (3587, "Charlie", "abstain")]
    votes += [(4000, "Alfa", "yes"), (4000, "Côte d’Or", "no")]
    frame = pd.DataFrame(votes, columns=["rcid", "country", "vote"]).assign(country_code="XX")
    frame[LAYOUTS[VOTES]].to_parquet(folder / VOTES)
    rolls = pd.DataFrame({"rcid": [3587, 4000], "session": [48.0, 49.0], "unres": ["R/48/7", "R/49/1"]})
    rolls.reindex(columns=LAYOUTS[ROLLS]).to_parquet(folder / ROLLS)
    return folder


def rewrite(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change the text of a file, without compressing it again."""
    packed = folder / f"{name}.gz"
    encoding = "cp1252" if packed.exists() else "utf-8"
    text = gzip.decompress(packed.read_bytes()).decode(encoding) if packed.exists() else (folder / name).read_text()
    packed.unlink(missing_ok=True)
    (folder / name).write_text(change(text), encoding=encoding, newline="")


def files_under(folder: Path) -> dict[str, bytes]:
    """Return every file's content, so that two states of a folder can be compared."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(built: Path) -> Path:
    """Return a data folder with invented vote tables and the description of the reference tables."""
    package, own = tables.descriptor(built), tables.descriptor()
    package["resources"] += [entry for entry in own["resources"] if entry["name"] in referencebuild.BUILT]
    (built / tables.DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    return built


def test_points_of_2020_come_out_as_they_went_in(source: Path, folder: Path) -> None:
    """Values stay, names are read as Windows-1252, and rows are in order of state and session."""
    referencebuild.build(source, folder)
    frame = tables.load("idealpoints-2020", folder)
    assert frame["state"].tolist() == ["AAA", "BBB", "BBB", "CCC"]
    assert frame["name"].tolist()[1] == "Côte d’Or"
    assert frame[["session", "votes"]].to_numpy().tolist() == [[48, 25], [48, 20], [49, 7], [49, 7]]
    assert published.points("2020-04", folder=folder)["point"].tolist() == [1.5, -0.5, -0.007623743, 0.25]
    assert frame[["low", "median", "high"]].iloc[0].tolist() == [float(np.float32(x)) for x in (1.1, 1.4, 1.9)]


def test_points_of_2025_keep_their_gaps(source: Path, folder: Path) -> None:
    """Blank cells stay gaps, names are mended, and a row without a name gets that of its state."""
    referencebuild.build(source, folder)
    frame = tables.load("idealpoints-2025", folder)
    assert frame[["state", "year"]].astype(str).agg(" ".join, axis=1).tolist() == ["AAA 1993", "BBB 1993", "BBB 1994"]
    assert frame["name"].tolist() == ["Alfa", "Côte", "Côte"]
    assert frame["votes_final"].fillna(0).tolist() == [20, 0, 7]
    assert frame["point_all"].isna().tolist() == [False, True, True]
    assert published.points("2025-07", "legacy", folder=folder)["point"].tolist() == [1.1, 0.25, 0.2]


def test_pairs_get_our_record_numbers(source: Path, folder: Path) -> None:
    """One roll call is found by its number, one by symbol and votes, and one not at all; the report says so."""
    report = referencebuild.build(source, folder)
    pairs = tables.load("repeated-resolutions", folder)
    assert pairs.fillna(0).to_numpy().tolist() == [
        [3587, 4000, 20, "number", 30, "symbol"],
        [4000, 4500, 30, "symbol", 0, "none"],
    ]
    assert report["pairs"] == {"all": 2, "both_found": 1, "one_found": 1}
    assert report["roll_calls"]["found_by"] == {"number": 1, "symbol": 1}
    assert report["roll_calls"]["not_found"] == {"the file of roll calls does not have it": 1}
    assert json.loads((folder / "reference" / "build-report.json").read_text()) == report


def test_the_same_input_gives_the_same_bytes(source: Path, folder: Path) -> None:
    """Building twice changes nothing, and the folder checks out."""
    referencebuild.build(source, folder)
    before = files_under(folder)
    referencebuild.build(source, folder)
    assert files_under(folder) == before
    assert (folder / codebook.FILE).read_text(encoding="utf-8") == codebook.render(tables.descriptor(folder))


def test_a_new_folder_gets_a_description(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the record numbers are those of the project's own votes."""
    for name in (OLDER, NEWER):
        rewrite(source, name, lambda text: text.replace("AAA", "BLR").replace("BBB", "RUS").replace("CCC", "USA"))
    monkeypatch.delenv(tables.DATA_VARIABLE, raising=False)
    referencebuild.build(source, tmp_path / "new")
    assert [entry["name"] for entry in tables.descriptor(tmp_path / "new")["resources"]] == list(referencebuild.BUILT)
    assert set(published.points("2020-04", folder=tmp_path / "new")["state"]) == {"BLR", "RUS", "USA"}


REFUSED = {
    "missing column": (OLDER, "NVotes", "Votes", 1, "NVotes", "the column is missing. Use the release with"),
    "another release": (
        NEWER,
        "idealpointlegacy",
        "idealpointlegacy,q0fp",
        1,
        "q0fp",
        "this release has no such column",
    ),
    "column twice": (PAIRS, "v1,rcid1,rcid2", "v1,rcid1,rcid2,rcid2", 1, "rcid2", "the column stands there twice"),
    "row cut off": (OLDER, ",CCC,Charlie", "", 5, "iso3c", "the row has 12 fields, the header 14"),
    "no number": (OLDER, "1.5,0.9,1.1", "1.5,0.9,low", 2, "Q5%", "'low' is not a number."),
    "not finite": (NEWER, "1.125", "nan", 3, "q5fp", "'nan' is not a number."),
    "blank": (OLDER, "48,25,1.5", "48,,1.5", 2, "NVotes", "blank where there should be a whole number from 1"),
    "half a vote": (NEWER, "31.0", "31.5", 3, "nvotesall", "'31.5' is not a whole number"),
    "session of the future": (OLDER, "10,48,", "10,99,", 2, "session", "'99' is not a whole number from 1 to 74"),
    "outside its limits": (OLDER, "0.25,-1", "0.75,-1", 5, "IdealPoint", "not between the 5 % and the 95 % limit"),
    "limits swapped": (NEWER, "1.125,1.5", "1.5,1.125", 3, "idealpointfp", "not between the 5 % and the 95 % limit"),
    "half an estimate": (
        NEWER,
        "0.4,0.6,7.0",
        "0.4,,7.0",
        2,
        "idealpointfp",
        "some of point, limits and votes are blank",
    ),
    "too many digits": (OLDER, "0.25,", "0.123456789,", 5, "IdealPoint", "more than the seven digits"),
    "row twice": (OLDER, "20,49,", "20,48,", 4, "session", "a second row with this ccode and session. Keep one"),
    "two names": (OLDER, "3,20,49,7", "3,10,49,7", 4, "Countryname", "differs from other rows of this state"),
    "unknown state": (OLDER, "CCC", "ZZZ", 5, "iso3c", "stands for no state of the vote tables. Add the state"),
    "no name at all": (NEWER, "BBB,CÃ´te,", "BBB,,", 2, "countryname", "blank in every row of this state"),
    "later one first": (PAIRS, "3587,4000", "4000,3587", 2, "rcid2", "the second roll call is not the later one"),
    "pair twice": (PAIRS, "2,4000,4500", "2,3587,4000", 3, "rcid2", "a second row with this rcid1 and rcid2"),
    "no rows": (PAIRS, "1,3587,4000\n2,4000,4500\n", "", 2, "(all)", "a header and no rows"),
    "unknown voter": (OLDER, "Charlie", "Delta", 1, "(all)", "'Charlie' is unknown"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_and_leaves_the_tables(case: str, source: Path, folder: Path) -> None:
    """The error names file, line, column and remedy, and nothing has been changed."""
    name, old, new, line, column, says = REFUSED[case]
    rewrite(source, name, lambda text: text.replace(old, new, 1))
    referenced = VOTES if case == "unknown voter" else name
    before = files_under(folder)
    with pytest.raises(InputError) as caught:
        referencebuild.build(source, folder)
    assert (caught.value.path.name, caught.value.row, caught.value.column) == (referenced, line, column)
    assert says in str(caught.value)
    assert caught.value.remedy
    assert "UN Digital Library" not in str(caught.value)
    assert files_under(folder) == before


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_missing_file_is_named(name: str, source: Path, folder: Path) -> None:
    """Every one of the five is needed."""
    for path in (source / name, source / f"{name}.gz"):
        path.unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError, match=rf"{name}: not there"):
        referencebuild.build(source, folder)


@pytest.mark.parametrize("name", [f"{OLDER}.gz", VOTES])
def test_a_damaged_file_is_refused(name: str, source: Path, folder: Path) -> None:
    """A file that was cut off is not read half, and the advice is where to get this one."""
    (source / name).write_bytes((source / name).read_bytes()[:60])
    with pytest.raises(InputError, match=rf"{name}.*damaged.*Get the file again from the place"):
        referencebuild.build(source, folder)


def test_an_open_quotation_mark_is_refused(source: Path, folder: Path) -> None:
    """A file that swallows itself is no table: the CSV reader's limit notices, or else the number of fields."""
    (source / PAIRS).write_text('v1,rcid1,rcid2\n"1,' + "3587\n" * 50_000)
    with pytest.raises(InputError, match=rf"{PAIRS}.*(not readable as CSV|the row has 1 fields)"):
        referencebuild.build(source, folder)


def test_torn_vote_tables_are_not_used(source: Path, folder: Path) -> None:
    """Record numbers come from tables that check out, or not at all."""
    (folder / "unga" / "votes.parquet").write_bytes(b"torn")
    with pytest.raises(TableError, match="torn or was edited"):
        referencebuild.build(source, folder)


def test_the_command_builds_and_says_what_it_did(
    source: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good folder gives tables, a short report and exit code 0; a bad one an explanation and 1."""
    assert main(["reference", "build", str(source), "--out", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "idealpoints-2020: 4 rows" in printed
    assert "2 pairs, 1 with both record numbers" in printed
    assert main(["reference", "build", str(source / "nowhere"), "--out", str(folder)]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("neutrality: ")


def test_the_command_says_which_files_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names all five, and where they are from."""
    with pytest.raises(SystemExit):
        main(["reference", "build", "--help"])
    printed = capsys.readouterr().out
    assert all(name in printed for name in LAYOUTS)
    assert "https://doi.org/10.7910/DVN/LEJUQZ" in printed


def test_the_codebook_tells_what_the_report_counts() -> None:
    """Numbers in the descriptions are those of the last build."""
    report = json.loads((tables.data_folder() / "reference" / "build-report.json").read_text())
    text = tables.resource("repeated-resolutions")["description"]
    found, missing = report["roll_calls"]["found_by"], report["roll_calls"]["not_found"]
    assert f"Of the {report['roll_calls']['all']:,} roll calls in the {report['pairs']['all']} pairs" in text
    assert f"{sum(found.values()):,} were found" in text
    assert f"{found['number']} by the number" in text
    assert f"{found['symbol']} by symbol and votes and {found['votes']} by votes alone" in text
    assert (
        f"{report['pairs']['both_found']} pairs have both record numbers, {report['pairs']['one_found']} have" in text
    )
    assert f"Not found are {sum(missing.values())} roll calls. For {max(missing.values())}" in text
    assert len(report["contradicted_numbers"]) == 5
    assert "names five of our records" in text
    blank = report["points"]["idealpoints-2025"]["blank"]
    assert (blank["point_final"], blank["point_all"], blank["point_legacy"]) == (19, 208, 202)


def test_repeated_resolutions_are_ours_in_order() -> None:
    """Each record number is one of our resolutions, the earlier voted on before the later."""
    dates = tables.load("unga-resolutions").set_index("undl_id")["date"]
    pairs = tables.load("repeated-resolutions")[["earlier_undl_id", "later_undl_id"]]
    assert set(pairs.stack().dropna()) <= set(dates.index)
    both = pairs.dropna()
    assert (both["earlier_undl_id"].map(dates) < both["later_undl_id"].map(dates)).all()


@pytest.mark.shared
@pytest.mark.slow
def test_the_committed_tables_come_from_the_publishers_files(shared: Path, tmp_path: Path) -> None:
    """Rebuilding from the inputs gives the tables that the project carries."""
    shutil.copytree(tables.data_folder(), tmp_path / "data")
    report = referencebuild.build(shared / "reference", tmp_path / "data")
    committed = json.loads((tables.data_folder() / "reference" / "build-report.json").read_text())
    same_writer = report.pop("written_with") == committed.pop("written_with")
    assert report == committed
    assert tables.load("repeated-resolutions", tmp_path / "data").equals(tables.load("repeated-resolutions"))
    for name in ("idealpoints-2020", "idealpoints-2025"):
        assert tables.arrow(name, tmp_path / "data").equals(tables.arrow(name))
        assert not same_writer or tables.resource(name, tmp_path / "data") == tables.resource(name)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("release", "votes", "columns"),
    [
        ("2020-04", "all", ["IdealPoint", "Q5%", "Q95%", "NVotes"]),
        ("2025-07", "final", ["idealpointfp", "q5fp", "q95fp", "nvotesfp"]),
        ("2025-07", "all", ["idealpointall", "q5all", "q95all", "nvotesall"]),
    ],
)
def test_every_published_digit_is_kept(shared: Path, release: str, votes: str, columns: list[str]) -> None:
    """Another reader of the publishers' file finds the same numbers, to the last digit."""
    path = shared / "reference" / f"voeten_ideal_points_{release}.csv.gz"
    theirs = pd.read_csv(path, encoding="latin-1").dropna(subset=columns[0])
    ours = published.points(release, votes)
    for part, column in zip(["point", "low", "high", "votes"], columns, strict=True):
        assert sorted(ours[part].astype(float)) == sorted(theirs[column].astype(float))
