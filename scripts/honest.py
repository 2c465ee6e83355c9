"""Mark honest notebooks twice: with fairmark, and with stock nbgrader from an edition whose hidden lines hold the keys.

The edition is for this comparison only. Its hidden lines are written here, apart from ``fairmark.checks``, so that the
two ways share no rule. Prints every difference; ends with status 1 if fairmark gave anybody less:

    python scripts/honest.py --size 200
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

import classes
import timing
from fairmark import bank, gradebook, marking
from fairmark.ability import Population
from fairmark.bank import Entry
from fairmark.settings import Settings

# What stands in each hidden line, by kind: k is the key, a the answer, t the tolerance; the result is a share.
RULES = {
    "choose": "float(a.strip().lower() == k)",
    "choose-all": "max(0, len(set(k) & set(a)) - len(set(a) - set(k))) / len(k)",
    "locate": "float(a in k)",
    "attribute": "float(a == k)",
    "order": "1.0 if a == k else 0.5 if sum(x != y for x, y in zip(a, k)) == 2 and any(a[i:i+2] == k[i:i+2][::-1] != "
    "k[i:i+2] for i in range(len(k))) else 0.0",
    "match": "max(0, 2 * sum(a[r] == k[r] for r in k) - len(k)) / len(k)",
    "date": "float(str(a).strip() == k)",
    "number": "float(abs(a - k) <= t + 1e-9)",
    "find-error": "1.0 if a == k else 0.5 if a[0] == k[0] else 0.0",
}
FUNCTION = """\
def _same(one, other):
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other if isinstance(one, str) or one is None or other is None else abs(one - other) <= t + 1e-9
def _try(arguments, gives):
    try:
        return _same({name}(*arguments), gives)
    except Exception:
        return False
_hits = sum(_try(*one) for one in k) / len(k)
_share = 1.0 if _hits == 1 else _hits / 2"""
NOISE = (
    "",
    "print('I tried this first: ', 41)",
    "import warnings\nwarnings.warn('a library grumbles')",
    "1 / 0  # a try that failed",
    "import sys\nprint('progress', file=sys.stderr)",
)


def hidden(course: Settings, entry: Entry) -> str:
    """Write an item's hidden lines, with its key in them."""
    item = entry.item
    keys: list[Any] = [[[*call.arguments], call.gives] for call in entry.calls]
    keys = [keys] if entry.calls else list(entry.keys)
    wanted = "k"
    if item.pool:
        words = (course.course, course.term, item.id)
        wanted = f"k[choose(*{words!r}, Path.cwd().parent.name, {len(item.pool)})]"
    else:
        keys = keys[0]
    rule = FUNCTION.replace("{name}", item.name) if item.kind == "function" else f"_share = {RULES[item.kind]}"
    lines = [
        "from pathlib import Path",
        "import json",
        "from worksheet.variants import choose",
        f"k, t = json.loads({json.dumps(keys)!r}), {entry.tolerance!r}",
        f"k, a = {wanted}, {item.name}",
        "try:",
        *(f"    {line}" for line in rule.splitlines()),
        "except Exception:",
        "    _share = 0.0",
        f"round(_share * {item.points}, 2)",
    ]
    return "\n".join(["### BEGIN HIDDEN TESTS", *lines, "### END HIDDEN TESTS"])


def edition(course: Settings, folder: Path, assignment: str) -> Settings:
    """Release the edition for stock nbgrader, and hand the same notebooks in."""
    other = replace(course, workdir=folder)
    entries = bank.load(course.bank)[assignment].entries
    source = course.workdir / "source" / assignment / f"{assignment}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        entry = entries.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if entry and not entry.marked_by_hand:
            cell.source = f'check("{entry.item.id}")\n{hidden(course, entry)}'
    shutil.copytree(source.parent, folder / "source" / assignment)
    nbformat.write(notebook, folder / "source" / assignment / source.name)
    gradebook.check(gradebook.api(other).generate_assignment(assignment), "release the edition")
    shutil.copytree(course.workdir / "submitted", folder / "submitted")
    classes.configure_stock(course, folder)
    return other


def add_noise(course: Settings, assignment: str) -> None:
    """Add to honest notebooks what honest students leave in them."""
    for number, file in enumerate(sorted(course.workdir.glob(f"submitted/*/{assignment}/{assignment}.ipynb"))):
        text = NOISE[number % len(NOISE)]
        notebook = nbformat.read(file, as_version=4)
        if text:
            notebook.cells.insert(3, nbformat.v4.new_code_cell(text, id="own-try"))
            file.write_text(nbformat.writes(notebook), encoding="utf-8")


def scores(course: Settings, assignment: str) -> dict[tuple[str, str], float | None]:
    """Read every automatic mark."""
    by_hand = {name for name, entry in bank.load(course.bank)[assignment].entries.items() if entry.marked_by_hand}
    found = {}
    with Gradebook(course.gradebook) as book:
        for submission in book.assignment_submissions(assignment):
            for grade in submission.notebooks[0].grades:
                if grade.name not in by_hand:
                    found[str(submission.student.id), str(grade.name)] = grade.auto_score
    return found


def main() -> int:
    """Mark both ways, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="honest-") as name:
        assignment = "ps1"
        course = classes.collected(Path(name) / "ours", options.size, assignment, population=Population())
        add_noise(course, assignment)
        other = edition(course, Path(name) / "stock", assignment)
        marking.mark(course, assignment)
        done = subprocess.run(  # noqa: S603  our own words
            [str(timing.BIN / "nbgrader"), "autograde", assignment],
            cwd=other.workdir, env=timing.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        ours, theirs = scores(course, assignment), scores(other, assignment)
        kinds = {name: one.item.kind for name, one in bank.load(course.bank)[assignment].entries.items()}
    if done.returncode:
        print(f"stock nbgrader ended with {done.returncode}: {done.stderr[-800:]}")
    students = {student for student, _ in ours}
    apart = {key: (ours[key], theirs.get(key)) for key in ours if ours[key] != theirs.get(key)}
    print(f"{len(students)} notebooks, {len(ours)} marks; {len(apart)} differ between fairmark and stock nbgrader")
    for (item, mine, stock), count in Counter((item, *both) for (_, item), both in apart.items()).most_common():
        print(f"  {item}: fairmark {mine}, stock {stock}: {count} students")
    explained = {item for item, kind in kinds.items() if kind == "function"}
    if any(item in explained for _, item in apart):
        print("  A function that returns nothing in any call is no answer (M22); a test that expects None passes it.")
    less = [key for key, (mine, stock) in apart.items() if (mine or 0) < (stock or 0)]
    less = [(student, item) for student, item in less if item not in explained or ours[student, item]]
    return 1 if less or len(ours) != len(theirs) else 0


if __name__ == "__main__":
    sys.exit(main())
