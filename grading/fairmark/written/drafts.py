"""Marks that are not finished: kept in a file in the working folder, since they are no marks yet and no evidence."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from fairmark.files import PRIVATE, write_text
from fairmark.written.answers import Task
from fairmark.written.marks import same_name


@dataclass(frozen=True)
class Draft:
    """What a marker has entered so far: points or None for each criterion, and a comment."""

    criteria: tuple[float | None, ...]
    comment: str


class Drafts:
    """The drafts of one marker in one round.

    Parameters
    ----------
    task
        Whose.
    """

    def __init__(self, task: Task) -> None:
        who = hashlib.sha256(same_name(task.marker).encode()).hexdigest()[:12]
        self.file = task.course.workdir / "drafts" / f"{task.assignment}-{task.round}-{who}.json"

    def get(self, code: str, version: str) -> Draft | None:
        """Give the draft of an answer, unless the answer or its mark changed since."""
        found = self._all().get(f"{code} {version}")
        return Draft(tuple(found["criteria"]), found["comment"]) if found else None

    def put(self, code: str, version: str, draft: Draft) -> None:
        """Keep a draft in place of an older one."""
        self._write({f"{code} {version}": asdict(draft)}, without=code)

    def drop(self, code: str) -> None:
        """Forget the draft of an answer, because it was marked."""
        self._write({}, without=code)

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, new: dict[str, Any], *, without: str) -> None:
        kept = {name: one for name, one in self._all().items() if not name.startswith(f"{without} ")}
        if kept or new:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self.file, json.dumps(kept | new, indent=1), mode=PRIVATE)
        else:
            self.file.unlink(missing_ok=True)
