"""Put the bundle on a git branch that nbgitpuller pulls, and that never had anything else on it.

nbgitpuller merges a release into what a student has. That works only if each release is a commit on top of the
one before, so a branch only ever grows. And whoever can pull a branch can read all of its repository, so nothing else
may be there.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

TRAILER = "Student-bundle-of"
BRANCH = "main"
# A person's own settings must not change what is stored; those that say how to log in to a server must stay.
_PLAIN = ("core.autocrlf=false", "core.attributesFile=", "core.excludesFile=", "core.hooksPath=/dev/null")
_ELSEWHERE = re.compile(r"[\w.+-]+://|([\w.-]+@)?[\w.-]+:(?!\\)")


class PublishError(ValueError):
    """A repository that cannot be published to; the message says which, why, and what to do."""


@dataclass(frozen=True)
class Published:
    """Where the bundle is now: the commit, and whether it had to be made."""

    commit: str
    new: bool


def is_address(repository: str) -> bool:
    """Tell an address from a folder, as git does: by a scheme, or a host with a colon.

    Examples
    --------
    >>> [is_address(one) for one in ("https://git.example/s.git", "git@git.example:s.git", "students.git", "../s")]
    [True, True, False, False]
    """
    return bool(_ELSEWHERE.match(repository))


def publish(bundle: Path, repository: str, *, course: str, title: str, branch: str = BRANCH) -> Published:
    """Add the bundle to a branch as a commit on top of what was released before.

    Parameters
    ----------
    bundle
        The folder that :func:`fairmark.studentbundle.build` made.
    repository
        A folder, made where it is missing, or an address that git can push to.
    course, title
        The course's id, by which its commits are known, and its name, which stands in them as author.
    branch
        The branch's name.

    Returns
    -------
    Published
        Without a new commit where nothing changed since the last release.

    Raises
    ------
    PublishError
        If the repository holds anything but bundles of this course, or git refuses. Nothing is published then.
    """
    missing = not is_address(repository) and not Path(repository).exists()
    target = repository if is_address(repository) else str(Path(repository).resolve())
    with tempfile.TemporaryDirectory(prefix="bundle-") as scratch:
        git = _Git(Path(scratch), bundle)
        git.run("init", "--quiet", "--bare", scratch)
        git.run("check-ref-format", "--branch", branch, else_say=f"{branch}: not a name for a branch")
        if not missing:
            git.run("fetch", "--quiet", target, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
            _nothing_else(git, repository, course)
        before = git.ask("rev-parse", "--quiet", "--verify", f"refs/heads/{branch}")
        git.run("add", "--all", "--force", ".")
        tree = git.run("write-tree")
        if before and git.run("rev-parse", f"{before}^{{tree}}") == tree:
            return Published(before, new=False)
        on_top = ("-p", before) if before else ()
        message = f"{title}\n\n{TRAILER}: {course}\n"
        commit = git.run("commit-tree", tree, *on_top, "-m", message, author=title)
        if missing:
            git.run("init", "--quiet", "--bare", f"--initial-branch={branch}", target)
        git.run("push", "--quiet", target, f"{commit}:refs/heads/{branch}")
    return Published(commit, new=True)


def link(repository: str, branch: str, folder: str, opens: str) -> str:
    """Write what follows a JupyterHub's address in the link that students use.

    Parameters
    ----------
    repository, branch
        As for :func:`publish`; an address that students can read.
    folder
        What the folder is called at the student's.
    opens
        The file to open, in the bundle.

    Examples
    --------
    >>> link("https://git.example/s.git", "main", "course", "lessons/00.ipynb")
    '/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2Fs.git&branch=main&targetPath=course&urlpath=lab%2Ftree%2Fcourse%2Flessons%2F00.ipynb%3Fautodecode'
    """
    asked = {
        "repo": repository,
        "branch": branch,
        "targetPath": folder,
        "urlpath": f"lab/tree/{folder}/{opens}?autodecode",
    }
    return f"/hub/user-redirect/git-pull?{urlencode(asked)}"


def _nothing_else(git: _Git, repository: str, course: str) -> None:
    """Refuse a repository where students would find more than bundles, on any branch or in the past of one."""
    listed = git.run("log", "--all", f"--format=%h %(trailers:key={TRAILER},valueonly,separator=%x2C)")
    strange = [line.partition(" ")[0] for line in listed.splitlines() if line.partition(" ")[2].strip() != course]
    if strange:
        raise PublishError(
            f"{repository}: holds commits that are not student bundles of {course!r} (such as {strange[0]}). "
            "Whoever pulls one branch can read them all; name a repository of its own, made empty, without a README"
        )


class _Git:
    """Git with a repository for the moment, the bundle as its working tree, and an index of its own."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self._tree = tree
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or "SSH" in name}
        self._environment = kept | {"GIT_DIR": str(folder), "LC_ALL": "C"}

    def ask(self, *words: str) -> str:
        """Run a command; nothing, where it fails."""
        return self._call(*words).stdout.strip()

    def run(self, *words: str, author: str = "", else_say: str = "") -> str:
        done = self._call(*words, author=author)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
            raise PublishError(else_say or f"git {words[0]}: {' '.join(said)}. Nothing was published")
        return done.stdout.strip()

    def _call(self, *words: str, author: str = "") -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
               for part, value in (("NAME", author), ("EMAIL", "course@localhost"))}  # fmt: skip
        # `init` of another folder takes no working tree.
        tree = {} if words[0] == "init" else {"GIT_WORK_TREE": str(self._tree)}
        settings = [word for one in _PLAIN for word in ("-c", one)]
        try:
            return subprocess.run(  # noqa: S603  our own words; the repository's name never begins an option
                ["git", *settings, *words],  # noqa: S607  the git that the user has
                cwd=self._tree,
                env=self._environment | tree | (who if author else {}),
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise PublishError("git is not installed; install it, or hand out the bundle's folder itself") from None
