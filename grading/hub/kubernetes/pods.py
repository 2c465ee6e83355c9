"""Kubernetes: what is local to pods. The chart's values mount it where the Hub reads its configuration.

All students' pods run as the same user, so ownership proves nothing. What each pod mounts does: of the exchange, a
student's pod has what was released, and one folder for submissions, its own. The Hub decides which, and `fairmark
collect` takes the student's name from that folder (proof = "folder" in course.toml).
"""

import os
import sys

sys.path.insert(0, "/usr/local/etc/course")
import course_hub

COURSE = os.environ["COURSE_ID"]
ADDRESS = "http://proxy-public"
EXCHANGE = "/srv/exchange"
CLAIM = "course-exchange"  # a volume that many pods may write to (ReadWriteMany)
STUDENT, INSTRUCTOR = 1000, 1100  # the instructor's files are another user's, closed to students
instructors = frozenset(os.environ["COURSE_INSTRUCTORS"].split())

c = get_config()  # noqa: F821
course_hub.configure(
    c,
    course_hub.Site(
        course=COURSE,
        instructors=instructors,
        exchange=EXCHANGE,
        address=ADDRESS,
        student_config="/srv/course-hub/student",
        instructor_config="/srv/course-hub/instructor",
        settings=os.environ["COURSE_SETTINGS"],
    ),
)
course_hub.let_users_ask(c, ADDRESS)  # the service itself is named in the chart's values
# The chart sets the variables of its own kind of spawner, which hide those that are set for every kind.
c.KubeSpawner.environment.update(c.Spawner.environment)


def mounts(name):
    """List what a user's pod mounts of the exchange."""
    if name in instructors:
        return [{"name": "exchange", "mountPath": EXCHANGE}]
    course = f"{EXCHANGE}/{COURSE}"
    return [
        {"name": "exchange-root", "mountPath": EXCHANGE},
        {"name": "exchange", "mountPath": f"{course}/outbound", "subPath": f"{COURSE}/outbound", "readOnly": True},
        {"name": "exchange", "mountPath": f"{course}/feedback", "subPath": f"{COURSE}/feedback", "readOnly": True},
        {"name": "exchange", "mountPath": f"{course}/inbound", "subPath": f"{COURSE}/inbound/{name}"},
    ]


def prepare(name, image):
    """Give the step that makes a student's own folder before the pod uses it; it alone runs as root."""
    make = f"mkdir -p /x/{COURSE}/outbound /x/{COURSE}/feedback /x/{COURSE}/inbound/{name}"
    own = f"chown {STUDENT} /x/{COURSE}/inbound/{name} && chmod 0755 /x/{COURSE}/inbound/{name}"
    closed = f"chown {INSTRUCTOR} /x/{COURSE} /x/{COURSE}/* && chmod 0711 /x/{COURSE}/feedback /x/{COURSE}/inbound"
    return {
        "name": "exchange",
        "image": image,
        "command": ["sh", "-c", f"{make} && {own} && {closed}"],
        "securityContext": {"runAsUser": 0},
        "volumeMounts": [{"name": "exchange", "mountPath": "/x"}],
    }


def start_as(spawner):
    """Choose image, user and mounts by who starts the server."""
    name = spawner.user.name
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{name!r}: a name for a folder has letters, digits, - and _ only; choose another login")
    is_instructor = name in instructors
    spawner.image = os.environ["COURSE_INSTRUCTOR_IMAGE" if is_instructor else "COURSE_STUDENT_IMAGE"]
    spawner.uid = INSTRUCTOR if is_instructor else STUDENT
    spawner.volumes = [
        *spawner.volumes,
        {"name": "exchange", "persistentVolumeClaim": {"claimName": CLAIM}},
        {"name": "exchange-root", "emptyDir": {}},
    ]
    spawner.volume_mounts = [*spawner.volume_mounts, *mounts(name)]
    if is_instructor:
        spawner.environment = {**spawner.environment, "FAIRMARK_EXCHANGE": EXCHANGE, "FAIRMARK_PROOF": "folder"}
    else:
        spawner.init_containers = [*spawner.init_containers, prepare(name, spawner.image)]


c.Spawner.pre_spawn_hook = start_as
