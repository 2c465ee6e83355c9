"""nbgrader's configuration for this course, for use from a folder of your own (``--config``).

In a working folder that fairmark made, nbgrader finds the same rules by itself.
"""

from pathlib import Path

from fairmark import gradebook, settings

get_config().merge(gradebook.config(settings.load(Path(__file__).with_name("course.toml"))))  # noqa: F821
