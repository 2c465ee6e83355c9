"""Each deployment's configuration loads in the real JupyterHub, and gives the rights that the marking service needs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.app import JupyterHub
from ruamel.yaml import YAML
from traitlets.config import Config

HUB = Path(__file__).parents[2] / "grading/hub"
ACCESS = "access:services!service=fairmark"


def load(file: Path) -> Config:
    """Load a configuration as the application does, without starting anything."""
    app = JupyterHub()
    app.load_config_file(str(file))
    return app.config


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Load what start.py would have written for a demonstration."""
    monkeypatch.syspath_prepend(str(HUB))
    import start

    names = {role: role for role in start.ROLES}
    demo = start.Demo(tmp_path, names, dict.fromkeys(names, "x"), 8000, real=False)
    (tmp_path / "private").mkdir()
    start._describe(demo, tmp_path / "private/demo.json")
    monkeypatch.setenv("COURSE_HUB_DEMO", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return load(HUB / "jupyterhub_config.py")


def test_the_local_one_lets_its_logins_in_and_nobody_else(local):
    """Logins are named one by one, and the Hub listens to this machine only."""
    assert local.Authenticator.allowed_users == {"instructor", "student1", "student2"}
    assert local.JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_where_one_user_is_everybody_students_hand_in_under_the_hubs_name(local):
    """A spawner's environment is no template: the name comes from a function."""
    spawner = SimpleNamespace(user=SimpleNamespace(name="student2"))
    assert local.Spawner.environment["COURSE_STUDENT"](spawner) == "student2"


@pytest.mark.parametrize("name", ["tljh/course.py", "kubernetes/pods.py"])
def test_a_recipe_gives_the_rights_that_the_service_needs(name, monkeypatch):
    """Users and their servers may ask the marking service."""
    monkeypatch.syspath_prepend(str(HUB))
    monkeypatch.setenv("COURSE_INSTRUCTORS", "lecturer")
    config = load(HUB / name)
    assert ACCESS in config.JupyterHub.load_roles[0]["scopes"]
    assert ACCESS in config.Spawner.server_token_scopes
    assert config.Spawner.environment["WORKSHEET_SERVICE"].endswith("/services/fairmark/")


@pytest.mark.parametrize("setting", ["page_config.json", "default_setting_overrides.json"])
@pytest.mark.parametrize("role", ["student", "instructor"])
def test_settings_of_jupyterlab_are_json(role, setting):
    """JupyterLab passes over a file that it cannot read, in silence."""
    assert json.loads((HUB / role / "labconfig" / setting).read_text())


@pytest.mark.parametrize("part", ["formgrader", "create-assignment", "course-list"])
def test_students_have_no_instructor_menus(part):
    """What instructors see, students do not."""
    disabled = json.loads((HUB / "student/labconfig/page_config.json").read_text())["disabledExtensions"]
    assert disabled[f"@jupyter/nbgrader:{part}"]
    instructor = json.loads((HUB / "instructor/labconfig/page_config.json").read_text())["disabledExtensions"]
    assert f"@jupyter/nbgrader:{part}" not in instructor


class TestPods:
    """What a pod mounts of the exchange."""

    @pytest.fixture
    def pods(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Run the configuration, and give its names."""
        monkeypatch.setenv("COURSE_INSTRUCTORS", "lecturer")
        monkeypatch.setattr(sys, "path", [str(HUB), *sys.path])
        names: dict[str, Any] = {"get_config": Config}
        exec(compile((HUB / "kubernetes/pods.py").read_text(), "pods.py", "exec"), names)  # noqa: S102
        return names

    def test_a_student_can_write_into_one_folder_the_own(self, pods):
        """Of the shared volume everything else is read-only."""
        shared = [one for one in pods["mounts"]("anna") if one["name"] == "exchange"]
        writable = [one["subPath"] for one in shared if not one.get("readOnly")]
        assert writable == ["between-minsk-and-moscow/inbound/anna"]

    def test_an_instructor_mounts_the_whole(self, pods):
        """Collecting looks through everybody's folders."""
        assert [one.get("subPath") for one in pods["mounts"]("lecturer")] == [None]


def test_the_manifests_agree(tmp_path):
    """Service, port and name are the same in the chart's values and in the service's own manifest."""
    yaml = YAML(typ="safe")
    values = yaml.load(HUB / "kubernetes/values.yaml")
    deployment, service = yaml.load_all((HUB / "kubernetes/fairmark.yaml").read_text())
    url = values["hub"]["services"]["fairmark"]["url"]
    assert url == f"http://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["ports"][0]["containerPort"] == service["spec"]["ports"][0]["port"]
