"""Each deployment's configuration loads in the real JupyterHub, and gives the rights that the marking service needs."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.app import JupyterHub
from ruamel.yaml import YAML
from traitlets.config import Config

HUB = Path(__file__).parents[2] / "grading/hub"
ACCESS = "access:services!service=fairmark"
RECIPES = ["tljh/course.py", "kubernetes/pods.py"]
WORDS = re.compile(r"belarus|minsk|moscow|neutrality", re.IGNORECASE)


def load(file: Path) -> Config:
    """Load a configuration as the application does, without starting anything."""
    app = JupyterHub()
    app.load_config_file(str(file))
    return app.config


def recipe(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, course: str = "a-course") -> Path:
    """Set what an administrator sets in a recipe; give the file."""
    monkeypatch.syspath_prepend(str(HUB))
    monkeypatch.setenv("COURSE_ID", course)
    monkeypatch.setenv("COURSE_SETTINGS", "/course.toml")
    monkeypatch.setenv("COURSE_INSTRUCTORS", "lecturer")
    file = folder / "recipe.py"
    file.write_text((HUB / name).read_text().replace('COURSE_ID = ""', f"COURSE_ID = {course!r}"))
    return file


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Load what start.py would have written for a demonstration."""
    monkeypatch.syspath_prepend(str(HUB))
    import demo as demonstrations
    import start

    names = {role: role for role in demonstrations.ROLES}
    demo = demonstrations.Demo(tmp_path, names, dict.fromkeys(names, "x"), 8000, real=False)
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


@pytest.mark.parametrize(("password", "who"), [("x", "student1"), ("пароль", None), ("", None)])
def test_a_login_is_let_in_with_its_password_alone(local, password, who):
    """A password typed with another keyboard layout is wrong, and no error."""
    authenticator = local.JupyterHub.authenticator_class()
    told = asyncio.run(authenticator.authenticate(None, {"username": "student1", "password": password}))
    assert told == who


def test_the_local_one_is_of_the_course_that_course_toml_names(local):
    """Nothing has to be written down twice."""
    course = tomllib.loads((HUB.parent / "course.toml").read_text())
    assert local.Spawner.environment["COURSE_ID"] == course["course"]["id"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_gives_the_rights_that_the_service_needs(name, tmp_path, monkeypatch):
    """Users and their servers may ask the marking service."""
    config = load(recipe(name, tmp_path, monkeypatch))
    assert ACCESS in JupyterHub(config=config).load_roles[0]["scopes"]
    assert ACCESS in config.Spawner.server_token_scopes
    assert config.Spawner.environment["WORKSHEET_SERVICE"].endswith("/services/fairmark/")


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("course", ["", "a course", "x; rm -r /"])
def test_a_recipe_without_the_id_of_a_course_stops_the_hub(name, course, tmp_path, monkeypatch):
    """A wrong one would show students nothing, and would stand in a command."""
    with pytest.raises(ValueError, match=r"the course's id is .*; write the id that stands in its course\.toml"):
        load(recipe(name, tmp_path, monkeypatch, course))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_keeps_what_the_deployment_has_set_before(name, tmp_path, monkeypatch):
    """Both TLJH and the chart have a service of their own that stops idle servers, the chart with a role."""
    config = Config()
    config.JupyterHub.services = [{"name": "cull-idle"}]
    config.JupyterHub.load_roles = [{"name": "cull-idle", "services": ["cull-idle"]}]
    code = compile(recipe(name, tmp_path, monkeypatch).read_text(), name, "exec")
    exec(code, {"get_config": lambda: config})  # noqa: S102
    assert config.JupyterHub.services[0]["name"] == "cull-idle"
    assert [one["name"] for one in config.JupyterHub.load_roles] == ["cull-idle", "user"]


def test_recipes_know_no_course():
    """A second course uses them as they are."""
    files = [file for file in HUB.rglob("*") if file.is_file() and file.suffix in {".py", ".yaml", ".json"}]
    assert len(files) > 10
    assert [file.name for file in files if WORDS.search(file.read_text())] == []


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
    def pods(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Run the configuration as the chart does, which has set variables before; give its names."""
        config = Config()
        config.KubeSpawner.environment = {"OWN": "1"}
        names: dict[str, Any] = {"get_config": lambda: config}
        exec(compile(recipe("kubernetes/pods.py", tmp_path, monkeypatch).read_text(), "pods.py", "exec"), names)  # noqa: S102
        return names

    def test_a_pod_has_the_charts_variables_and_ours(self, pods):
        """The chart's are set for its own kind of spawner, which hides those of every kind."""
        found = pods["c"].KubeSpawner.environment
        assert {"OWN", "COURSE_ID", "JUPYTER_CONFIG_PATH", "WORKSHEET_SERVICE", "FAIRMARK_SETTINGS"} <= set(found)

    def test_a_student_can_write_into_one_folder_the_own(self, pods):
        """Of the shared volume everything else is read-only."""
        shared = [one for one in pods["mounts"]("anna") if one["name"] == "exchange"]
        writable = [one["subPath"] for one in shared if not one.get("readOnly")]
        assert writable == ["a-course/inbound/anna"]

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
    here = {one["name"]: one.get("value") for one in container["env"]}
    assert here["FAIRMARK_SETTINGS"] == values["hub"]["extraEnv"]["COURSE_SETTINGS"]
