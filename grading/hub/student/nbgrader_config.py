"""nbgrader on a student's server: which course, and through which folder. The Hub sets the three variables."""

import os

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = os.environ["COURSE_ID"]
c.Exchange.root = os.environ["COURSE_EXCHANGE"]
if os.environ.get("COURSE_STUDENT"):  # where every server runs as one user, nbgrader would give all the same name
    c.CourseDirectory.student_id = os.environ["COURSE_STUDENT"]
