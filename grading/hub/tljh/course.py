"""The Littlest JupyterHub: put this file into /opt/tljh/config/jupyterhub_config.d/ and set the five names below.

A single server with real Unix accounts: TLJH makes one, `jupyter-NAME`, for each user who logs in.
"""

import sys

INSTRUCTORS = {"lecturer"}  # the Hub's names, without `jupyter-`
COURSE = "/home/jupyter-lecturer/course"  # the instructor's copy of the repository, in a home of mode 0700
PYTHON = "/home/jupyter-lecturer/.python"  # the instructor's environment, with the extra `hub` of pyproject.toml
EXCHANGE = "/srv/nbgrader/exchange"
HUB_FILES = "/srv/course-hub"  # a copy of grading/hub that everybody may read: no bank is in it

sys.path.insert(0, HUB_FILES)
import course_hub  # noqa: E402

c = get_config()  # noqa: F821
course_hub.configure(
    c,
    course_hub.Site(
        course="between-minsk-and-moscow",
        instructors=frozenset(INSTRUCTORS),
        exchange=EXCHANGE,
        address="http://127.0.0.1",
        student_config=f"{HUB_FILES}/student",
        instructor_config=f"{HUB_FILES}/instructor",
        settings=f"{COURSE}/grading/course.toml",
        hub_names=True,  # not the Unix account's, which begins with `jupyter-`
        service_command=(f"{PYTHON}/bin/fairmark", "serve"),
        service_url="http://127.0.0.1:8191",
        service_user="jupyter-lecturer",
        service_folder=COURSE,
        service_environment={
            "PATH": f"{PYTHON}/bin:/usr/bin:/bin",
            "HOME": "/home/jupyter-lecturer",
            "FAIRMARK_SETTINGS": f"{COURSE}/grading/course.toml",
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
