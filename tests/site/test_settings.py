"""The settings of the course book: what an instructor writes, and what is said where it cannot be used."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from coursebook import hub, settings
from coursebook.settings import Site, SiteError

ROOT = Path(__file__).parents[2]
HUB = """
[hub]
address = "https://hub.example.edu/"
repository = "https://git.example/students.git"

[project]
files = "https://git.example/course/blob/main/"
"""


def write(folder: Path, text: str) -> Path:
    """Write settings."""
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_projects_own_settings_name_no_hub():
    """Nobody's hub is linked by default."""
    assert settings.load(ROOT / "course" / "site" / "site.toml") == Site()


def test_addresses_are_read_without_their_last_slash(tmp_path):
    """The branch is the one that `fairmark release --git` takes."""
    found = settings.load(write(tmp_path, HUB))
    assert found == Site("https://hub.example.edu", "https://git.example/students.git", "main",
                         "https://git.example/course/blob/main")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hub\n", "Write it as course/site/site.toml"),
        ("[hubs]\n", "no table [hubs]. The tables are hub, project"),
        ("hub = 1\n", "no table [hub]"),
        ("[hub]\nadress = ''\n", "no field 'adress'. Its fields are address, repository, branch"),
        ("[hub]\naddress = 1\n", "hub.address is 1. Write it in quotation marks"),
        ("[hub]\naddress = 'hub.example.edu'\nrepository = 'https://git.example/s.git'\n", "begins with https://"),
        ("[hub]\naddress = 'javascript:alert(1)'\n", "begins with https://"),
        ("[hub]\naddress = 'https://[hub'\n", "begins with https://"),
        ("[hub]\naddress = 'https://hub.example.edu'\n", "hub.repository is empty"),
        ("[hub]\nrepository = 'https://git.example/s.git'\n", "hub.address is empty"),
        ("[hub]\naddress = 'https://hub.example.edu'\nrepository = 'students'\n", "hub.repository is 'students'"),
        ("[project]\nfiles = 'main'\n", "project.files is 'main'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(tmp_path, text, said):
    """The message names the file, the field and what to write."""
    with pytest.raises(SiteError) as refused:
        settings.load(write(tmp_path, text))
    assert "mine.toml" in str(refused.value)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """The message says how to name another."""
    with pytest.raises(SiteError, match=r"nowhere.toml: cannot be read .* --settings"):
        settings.load(tmp_path / "nowhere.toml")


def test_a_lessons_link_is_one_of_nbgitpuller(tmp_path):
    """It pulls the students' repository and opens the very lesson in JupyterLab."""
    made = hub.button("notebooks/lessons/06-counting-votes", settings.load(write(tmp_path, HUB)), "minsk")
    parts = urlsplit(made.address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://hub.example.edu/hub/user-redirect/git-pull"
    assert parse_qs(parts.query) == {
        "repo": ["https://git.example/students.git"],
        "branch": ["main"],
        "targetPath": ["minsk"],
        "urlpath": ["lab/tree/minsk/lessons/06-counting-votes.ipynb?autodecode"],
    }
    assert made.says == "Open lesson in hub"


def test_another_pages_link_opens_the_bundles_own_page(tmp_path):
    """A page that is no lesson opens the course."""
    made = hub.button("course/syllabus", settings.load(write(tmp_path, HUB)), "minsk")
    assert "lab%2Ftree%2Fminsk%2FREADME.md" in made.address
    assert made.says == "Open course in hub"
