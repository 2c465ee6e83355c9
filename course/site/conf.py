"""Sphinx's settings for the course book; `build.py` lays out the pages and says where this course stands."""

import os
import sys
import tomllib
from pathlib import Path

ROOT = Path(os.environ["COURSE_ROOT"])
sys.path.insert(0, str(ROOT / "course" / "site"))

from coursebook import settings  # noqa: E402  the line above finds it

course_root = str(ROOT)
course_site = settings.load(Path(os.environ["COURSE_SITE"]))
course_folder = tomllib.loads((ROOT / "grading" / "course.toml").read_text(encoding="utf-8"))["course"]["id"]

project = "Between Minsk and Moscow"
author = "The Between Minsk and Moscow authors"
copyright = f"{author}. Texts: CC BY 4.0. Code: MIT"  # noqa: A001  Sphinx's own name
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "coursebook.extension"]
templates_path = ["templates"]
# Quotation marks stay as they are written, so that what is copied from a page is code that runs.
smartquotes = False
exclude_patterns = ["static", "templates"]

# Lessons are shown as they were run and committed; nothing is run here.
nb_execution_mode = "off"
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# A link that leads nowhere is a warning, and a warning stops the build. Of other projects' names there are no pages.
nitpicky = True
nitpick_ignore_regex = [(r"py:.*", r"(?!(neutrality|worksheet)\.).*")]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_rtype = False
napoleon_use_ivar = True
default_role = "code"

# Nothing comes from another site. So a formula, which would need MathJax, is refused.
html_math_renderer = "refused"
nb_ipywidgets_js = {}

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "static/mark.svg"
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_use_index = False
html_domain_indices = False
html_copy_source = True
html_sourcelink_suffix = ""
html_context = {"default_mode": "auto"}
html_theme_options = {
    "article_header_end": ["open-in-hub.html", "article-header-buttons.html"],
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "show_navbar_depth": 1,
    "use_download_button": True,
    "use_fullscreen_button": True,
}
