"""Three learning platforms: how their gradebook files name students and columns, and what a file can say there.

What is known of each was read in its source or its help pages; course/instructor/exports.md names them with dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fairmark.sheets import Form, Sheet
from fairmark.tables import TableError

_CANVAS_TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
_CANVAS_COLUMN = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_MOODLE_COLUMN = re.compile(r"(?:(?P<kind>[^:()]+): ?)?(?P<title>.*) \((?P<shown>[^()]+)\)", re.DOTALL)
_BLACKBOARD_COLUMN = re.compile(
    r"(?P<title>.*) \[[^\[\]:]*: (?P<points>[^\[\]]*?)(?: (?P<shown>[^\W\d]+(?:/\w+)?))?\] ?\|(?P<id>\d+)", re.DOTALL
)

_OTHER_SCALES = {"percentage", "letter", "text", "complete/incomplete", "feedback"}


@dataclass(frozen=True)
class Column:
    """A column of marks in a platform's file.

    Attributes
    ----------
    index : int
        Where it stands.
    heading, title : str
        As the file has it, and as the instructor sees it in the platform.
    points : float or None
        What it carries there; None where the file does not say.
    kind : str
        What some platforms put before the title, such as the word for an assignment.
    """

    index: int
    heading: str
    title: str
    points: float | None = None
    kind: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called by; where the kind is part of the title after all, both together."""
        return self.heading, self.title, f"{self.kind}: {self.title}"


@dataclass(frozen=True)
class Layout:
    """What a file holds: where students are named, where marks stand, and which rows are students'.

    Attributes
    ----------
    identifiers : dict
        Index of a column to what stands in it, as :data:`fairmark.roster.IDENTIFIERS` names it.
    columns : list of Column
        Those that can be filled in.
    first : int
        The first row that can be a student's.
    """

    identifiers: Mapping[int, str]
    columns: list[Column]
    first: int


@dataclass(frozen=True)
class Platform:
    """What differs from one platform to another.

    Attributes
    ----------
    name : str
    identifiers : dict
        Heading to what stands under it.
    excused : str or None
        What a file says of a student who is excused; None where a file cannot say it.
    empty : str
        What a new file says where there is no mark.
    closed : frozenset of str
        What stands in a field that is not to be filled in.
    by_hand : str
        How an instructor excuses a student there.
    next_step : str
        What to do with the file.
    form : Form
        How a new file is written.
    suffix : str
    """

    name: str
    identifiers: Mapping[str, str]
    excused: str | None
    empty: str
    by_hand: str
    next_step: str
    closed: frozenset[str] = frozenset()
    form: Form = field(default_factory=Form)
    suffix: str = ".csv"

    def layout(self, sheet: Sheet, named: Mapping[str, str]) -> Layout:
        """Find students and marks in a file.

        Parameters
        ----------
        sheet
        named
            Of :data:`fairmark.roster.IDENTIFIERS`, those whose heading is another one, as in another language.

        Raises
        ------
        fairmark.tables.TableError
            If it is not a file of this platform, or has no column that can be filled in.
        """
        heading = [name.strip() for name in sheet.rows[0]]
        known = dict(self.identifiers) | {title.casefold(): kind for kind, title in named.items()}
        identifiers = {index: known[name.casefold()] for index, name in enumerate(heading) if name.casefold() in known}
        if not identifiers:
            kind, wanted = next(iter(known.values())), ", ".join(self.identifiers)
            raise TableError(
                f"{sheet.where(0)}: this looks like no gradebook file of {self.name}: no column is called {wanted}. "
                f"Download the gradebook from {self.name} and give that file; where its headings are in another "
                f'language, say which column names the students: --column {kind}="{heading[0]}"'
            )
        columns, first = _LAYOUTS[self.name](sheet, heading, identifiers)
        if not columns:
            raise TableError(
                f"{sheet.where(0)}: there is no column for marks; make one in {self.name}, and download again"
            )
        return Layout(identifiers, columns, first)


def _canvas(sheet: Sheet, heading: list[str], identifiers: Mapping[int, str]) -> tuple[list[Column], int]:
    if "Section" not in heading:
        raise TableError(f"{sheet.where(0)}: the column Section is missing, and Canvas refuses a file without it")
    points: list[str] = []
    first = 1
    for number, row in enumerate(sheet.rows[1:4], start=1):
        if row and "Points Possible" in row[0]:
            points, first = row, number + 1
    after = heading.index("Section")
    columns = []
    for index, name in enumerate(heading):
        found = _CANVAS_COLUMN.fullmatch(name)
        said = points[index].strip() if points else ""
        if found and index > after and not _CANVAS_TOTALS.search(name) and "read only" not in said:
            columns.append(Column(index, name, found["title"], _number(said)))
    return columns, first


def _moodle(sheet: Sheet, heading: list[str], identifiers: Mapping[int, str]) -> tuple[list[Column], int]:
    columns = []
    for index, name in enumerate(heading):
        found = _MOODLE_COLUMN.fullmatch(name)
        # Per cent and letters are other scales, and Moodle lets nobody import into its own sums.
        if found and found["shown"].casefold() not in _OTHER_SCALES and not found["title"].endswith(" total"):
            columns.append(Column(index, name, found["title"], kind=found["kind"] or ""))
    return columns, 1


def _blackboard(sheet: Sheet, heading: list[str], identifiers: Mapping[int, str]) -> tuple[list[Column], int]:
    columns = []
    for index, name in enumerate(heading):
        found = _BLACKBOARD_COLUMN.fullmatch(name)
        if not found or (found["shown"] or "").casefold() in _OTHER_SCALES:
            continue
        points = _number(found["points"])
        if points is not None:  # “up to 100” is a sum of Blackboard's own
            columns.append(Column(index, name, found["title"], points))
    return columns, 1


_LAYOUTS = {"Canvas": _canvas, "Moodle": _moodle, "Blackboard": _blackboard}


def _number(said: str) -> float | None:
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return None


PLATFORMS = {
    "canvas": Platform(
        "Canvas",
        {"id": "canvas_id", "sis user id": "id_number", "sis login id": "username"},
        excused="EX",
        empty="",
        closed=frozenset({"N/A"}),
        by_hand="",
        next_step=(
            "In Canvas open Grades, then Import, choose this file, and look at the changes that Canvas shows before "
            "you save them"
        ),
    ),
    "moodle": Platform(
        "Moodle",
        {"id number": "id_number", "email address": "email", "username": "username"},
        excused=None,
        empty="-",
        by_hand="in Moodle's grader report edit the grade and tick Excluded",
        next_step=(
            "In Moodle open Grades, Import, CSV file, and choose this file. Map the column that names the students "
            "to the same thing there (an email address to useremail, an ID number to useridnumber); map each column of "
            "marks to its grade item, and leave all others on Ignore"
        ),
    ),
    "blackboard": Platform(
        "Blackboard",
        {"username": "username", "student id": "id_number"},
        excused=None,
        empty="",
        by_hand="in Blackboard's gradebook open the student's cell and choose the exemption there",
        next_step=(
            "In Blackboard open the gradebook, choose Upload (in Original courses: Work Offline, Upload), choose this "
            "file, and look at the columns that Blackboard lists before you confirm"
        ),
        form=Form(quote_all=True),
    ),
}
