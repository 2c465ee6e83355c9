"""Marking for courses whose answers are data: build releases, mark notebooks, write feedback, export marks.

The package knows no subject. What it marks is described by a settings file, ``course.toml``, and an item bank.
"""

import sys


def _leave_out_a_grammar() -> None:
    """Import jsonschema without its check of web addresses: the grammar takes a second to build, and has no use here.

    jsonschema does without that package where it is missing.
    """
    name = "rfc3987_syntax"
    if name not in sys.modules and "jsonschema" not in sys.modules:
        sys.modules[name] = None  # type: ignore[assignment]
        import jsonschema  # noqa: F401

        del sys.modules[name]


_leave_out_a_grammar()
