"""Build the course book: ``make site``, or ``python course/site/build.py --settings FILE --to FOLDER``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "course" / "site"))

from coursebook import laying, settings  # noqa: E402  the line above finds it
from fairmark.files import replace_folder  # noqa: E402


def main(words: list[str] | None = None) -> int:
    """Build, and put the finished site in its place; where Sphinx warns of anything, leave the old one."""
    asked = _parser().parse_args(words)
    try:
        settings.load(asked.settings)
    except settings.SiteError as error:
        print(error, file=sys.stderr)
        return 2
    target = asked.to.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        status = _build(work, asked.settings.resolve())
        if status == 0:
            replace_folder(work / "html", target)
            print(f"The course book is in {target}. Open {target / 'index.html'}")
        else:
            print("The course book was not built: see the warnings above. Nothing was replaced.", file=sys.stderr)
    finally:
        shutil.rmtree(work)
    return status


def _build(work: Path, site: Path) -> int:
    """Let Sphinx build all pages anew: a page that is kept from before would keep its warnings to itself."""
    laying.lay(ROOT, work / "source")
    os.environ |= {"COURSE_ROOT": str(ROOT), "COURSE_SITE": str(site)}
    options = ["--builder", "html", "--fail-on-warning", "--keep-going", "--quiet", "--doctree-dir", str(work / "read")]
    return build_main([*options, str(work / "source"), str(work / "html")])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make site", description="Build the course book, a web site.")
    parser.add_argument("--settings", type=Path, default=ROOT / "course" / "site" / "site.toml", metavar="FILE",
                        help="a file as course/site/site.toml is one: your hub's address, and more")  # fmt: skip
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", metavar="FOLDER",
                        help="where the site goes; what is there is replaced")  # fmt: skip
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
