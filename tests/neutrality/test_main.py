"""The command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from neutrality import fingerprints, rollcalls, tables
from neutrality.__main__ import main

from . import renderings


def test_builds_and_says_what_it_did(
    official: Path, codes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good file gives tables, a short report and exit code 0."""
    out = tmp_path / "new"
    assert main(["votes", "build", str(official), "--issue-codes", str(codes), "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "10 votes by 4 states on 3 resolutions, 1993-11-16 to 1997-04-25" in printed
    assert "issue codes: from codes.csv" in printed
    assert rollcalls.load(out).matrix.shape == (3, 4)


@pytest.mark.parametrize("content", [b"", b"undl_id\n1\n", None])
def test_a_refusal_is_one_line_and_exit_code_1(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad or missing file is explained on stderr, without a traceback, and nothing is built."""
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    assert main(["votes", "build", str(path), "--out", str(tmp_path / "new")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("neutrality: ")
    assert "bad.csv" in captured.err
    assert not (tmp_path / "new").exists()


def test_writes_the_codebook(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`codebook` prints where it wrote."""
    (built / "CODEBOOK.md").unlink()
    assert main(["codebook", "--out", str(built)]) == 0
    assert capsys.readouterr().out.strip() == str(built / "CODEBOOK.md")
    assert (built / "CODEBOOK.md").exists()


@pytest.mark.parametrize("command", ["", "votes", "votes build", "codebook", "sources", "sources add"])
def test_help_is_there_at_every_level(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each level explains itself."""
    with pytest.raises(SystemExit) as caught:
        main([*command.split(), "--help"])
    assert caught.value.code == 0
    assert "usage: neutrality" in capsys.readouterr().out


@pytest.fixture
def island(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file with an invented source, whose record is the only one."""
    readings, file = tmp_path / "readings", tmp_path / "island.txt"
    readings.mkdir()
    (readings / "vask-1960.toml").write_text(renderings.record(renderings.ISLAND), encoding="utf-8")
    file.write_text(renderings.ISLAND, encoding="utf-8")
    monkeypatch.setattr(tables, "readings_folder", lambda: readings)
    monkeypatch.setenv("NEUTRALITY_COPIES", str(tmp_path / "copies"))
    return file


def test_a_source_is_fingerprinted_and_a_copy_added_shown_listed_and_removed(
    island: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The life of a copy, as a student and a maintainer type it."""
    prints = tables.readings_folder() / fingerprints.file_name("vask-1960")
    assert main(["sources", "fingerprint", str(island), "vask-1960"]) == 0
    assert capsys.readouterr().out == f"{prints}\n"
    assert prints.read_text(encoding="utf-8") == fingerprints.build("vask-1960", renderings.ISLAND)
    for command, says in (
        (f"add {island}", "15 of 15 places found."),
        ("list", "vask-1960: 15 of 15 places, added on"),
        ("show vask-1960 s2.p1", "The council tried the following limits, one after another:"),
        ("add --link https://example.org/vask", "You have a copy already"),
        ("remove vask-1960", "your copy was removed"),
        ("remove vask-1960", "there is no copy"),
        ("show vask-1960 s2.p1", "Read it in your own copy, or at https://example.org/vask"),
    ):
        assert main(["sources", *command.split()]) == 0
        assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("add", "neutrality: name a FILE to add, or a source with --link"),
        ("add a.pdf --link vask-1960", "neutrality: name a FILE to add"),
        ("add nowhere.pdf", "neutrality: nowhere.pdf: there is no such file."),
        ("add --link https://example.org/other", "neutrality: https://example.org/other: is not the link of a source."),
        ("show vask-1960 s9.p9", "neutrality: vask-1960: no place 's9.p9'."),
        ("remove vask-1961", "neutrality: no source 'vask-1961'."),
        ("fingerprint nowhere.txt vask-1960", "neutrality: [Errno 2]"),
    ],
)
@pytest.mark.usefixtures("island")
def test_a_refused_copy_is_one_line_and_exit_code_1(
    arguments: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is explained on stderr, without a traceback."""
    assert main(["sources", *arguments.split()]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(says)
    assert captured.err.count("\n") == 1


def test_runs_as_a_module() -> None:
    """`python -m neutrality` is the same program."""
    done = subprocess.run([sys.executable, "-m", "neutrality", "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: neutrality")


def test_imports_point_downwards() -> None:
    """The student's evidence and measures know nothing of marking."""
    code = "import sys, neutrality.__main__, neutrality.agreement; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"fairmark", "worksheet"} & {name.split(".")[0] for name in done.stdout.split()}
