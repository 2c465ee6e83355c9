"""The command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from neutrality import rollcalls
from neutrality.__main__ import main


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


@pytest.mark.parametrize("command", ["", "votes", "votes build", "codebook"])
def test_help_is_there_at_every_level(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each level explains itself."""
    with pytest.raises(SystemExit) as caught:
        main([*command.split(), "--help"])
    assert caught.value.code == 0
    assert "usage: neutrality" in capsys.readouterr().out


def test_runs_as_a_module() -> None:
    """`python -m neutrality` is the same program."""
    done = subprocess.run([sys.executable, "-m", "neutrality", "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: neutrality")


def test_imports_point_downwards() -> None:
    """The student's evidence and measures know nothing of marking."""
    code = "import sys, neutrality.__main__, neutrality.agreement; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"fairmark", "worksheet"} & {name.split(".")[0] for name in done.stdout.split()}
