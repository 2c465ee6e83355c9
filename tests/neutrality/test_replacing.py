"""Several files are put in place as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from neutrality.replacing import replace_together

OLD = {"a.txt": b"old a", "sub/b.txt": b"old b", "c.txt": b"old c"}
NEW = {"a.txt": b"new a", "new/d.txt": b"new d", "sub/b.txt": b"new b", "c.txt": b"new c"}


def files_under(folder: Path) -> dict[str, bytes]:
    """Return every file's content, so that two states of a folder can be compared."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_replaces_all(tmp_path: Path) -> None:
    """Old files are replaced, new ones added, and nothing else is left."""
    replace_together(tmp_path, OLD)
    replace_together(tmp_path, NEW)
    assert files_under(tmp_path) == NEW


@pytest.mark.parametrize("fails", range(len(NEW)))
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_puts_the_old_files_back(
    fails: int, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file cannot be moved, the folder is as it was before."""
    replace_together(tmp_path, OLD)
    replace, bad = Path.replace, list(NEW)[fails]

    def failing(self: Path, target: Path) -> Any:
        if "new" in self.parts and target == tmp_path / bad and self.read_bytes() == NEW[bad]:
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(type(error)):
        replace_together(tmp_path, NEW)
    assert files_under(tmp_path) == OLD


def test_a_failure_while_writing_touches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up before the first move costs nothing."""
    replace_together(tmp_path, OLD)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        replace_together(tmp_path, NEW)
    assert files_under(tmp_path) == OLD
