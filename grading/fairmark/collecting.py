"""Collecting through nbgrader's exchange, with proof of who handed in.

nbgrader takes the student's name from the name of a folder that the student made, and only warns where it belongs to
another. Here such a folder is left where it is, the log names it, and the student's own one counts.
"""

from __future__ import annotations

import pwd
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from traitlets import Enum, Unicode

_NOBODY = ""


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collect submissions of the students who made them."""

    proof = Enum(
        ["name", "owner", "folder"],
        default_value="owner",
        help=(
            "What proves who handed in. 'owner': the user who owns the submission, on a machine where every student "
            "has an account. 'folder': the folder below inbound that only this student's server mounts, on Kubernetes. "
            "'name': nothing but the name, for simulations."
        ),
    ).tag(config=True)

    prefix = Unicode("", help="What the Unix account of a student begins with: 'jupyter-' on TLJH.").tag(config=True)

    def init_src(self) -> None:
        """Find the newest submission of each student, among those that are the student's own."""
        if self.proof == "folder":
            self._gather()
        super().init_src()
        self.src_records = [one for one in self.src_records if one["username"] != _NOBODY]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Read a submission's name; where the name is not its owner's, it is nobody's, and so never the newest."""
        record: dict[str, Any] = super()._path_to_record(path)
        claimed = record["username"]
        found = _owner(Path(path)).removeprefix(self.prefix) if self.proof == "owner" else claimed
        if found != claimed:
            self.log.error("%s says that it is %s's, but it is %s's: not collected", path, claimed, found)
            record["username"] = _NOBODY
        return record

    def _gather(self) -> None:
        """Take submissions out of the students' own folders, into the one that nbgrader looks through.

        That one is the instructor's: students' servers mount only their own below it.
        """
        inbound = Path(self.root) / self.coursedir.course_id / "inbound"
        for made in sorted(inbound.glob(f"*/*+{self.coursedir.assignment_id}+*")):
            student, claimed = made.parent.name, made.name.rsplit("+", 3)[0]
            if "+" in student:
                continue  # a submission's own content
            if claimed != student or made.is_symlink():
                self.log.error("%s is in the folder of %s: not collected", made, student)
            elif not (inbound / made.name).exists():
                self.do_copy(str(made), str(inbound / made.name))


def _owner(path: Path) -> str:
    """Name the user who owns a folder; of a link, the user who made the link."""
    number = path.lstat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
