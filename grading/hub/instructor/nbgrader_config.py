"""nbgrader on an instructor's server: the course that ``FAIRMARK_SETTINGS`` names, marked with fairmark."""

from fairmark import gradebook, settings

get_config().merge(gradebook.config(settings.load()))  # noqa: F821
