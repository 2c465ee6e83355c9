"""The Littlest JupyterHub: put this file into /opt/tljh/config/jupyterhub_config.d/ and set the names below.

A single server with real Unix accounts: TLJH makes one, `jupyter-NAME`, for each user who logs in.
"""

import sys
from pathlib import Path

COURSE_ID = ""  # the id that stands in your course.toml; without it the Hub does not start
SETTINGS = "/home/jupyter-lecturer/course/grading/course.toml"  # in a home of mode 0700
INSTRUCTORS = {"lecturer"}  # the Hub's names, without `jupyter-`
LECTURER = "jupyter-lecturer"  # the Unix account that the course and its bank belong to
PYTHON = "/home/jupyter-lecturer/.python"  # that account's environment, with the extra `hub` of pyproject.toml
EXCHANGE = "/srv/nbgrader/exchange"
HUB_FILES = "/srv/course-hub"  # a copy of grading/hub that everybody may read: no bank is in it
ADDRESS = "http://127.0.0.1"  # with https: https:// and the server's own name

sys.path.insert(0, HUB_FILES)
import course_hub  # noqa: E402

c = get_config()  # noqa: F821
course_hub.configure(
    c,
    course_hub.Site(
        course=COURSE_ID,
        instructors=frozenset(INSTRUCTORS),
        exchange=EXCHANGE,
        address=ADDRESS,
        student_config=f"{HUB_FILES}/student",
        instructor_config=f"{HUB_FILES}/instructor",
        settings=SETTINGS,
        hub_names=True,  # not the Unix account's, which begins with `jupyter-`
        service_command=(f"{PYTHON}/bin/fairmark", "serve"),
        service_url="http://127.0.0.1:8191",
        service_user=LECTURER,
        service_folder=str(Path(SETTINGS).parent),
        service_environment={
            "PATH": f"{PYTHON}/bin:/usr/bin:/bin",
            "HOME": f"/home/{LECTURER}",
            "FAIRMARK_SETTINGS": SETTINGS,
            "FAIRMARK_EXCHANGE": EXCHANGE,
        },
    ),
)
c.Spawner.environment["FAIRMARK_EXCHANGE"] = EXCHANGE


def start_as(spawner):
    """Run an instructor's server in the instructor's environment, everybody else's in TLJH's own."""
    if spawner.user.name in INSTRUCTORS:
        spawner.cmd = [f"{PYTHON}/bin/python", "-m", "jupyterhub.singleuser"]


c.Spawner.pre_spawn_hook = start_as
