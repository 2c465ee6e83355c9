"""Marking for courses whose answers are data: build releases, mark notebooks, write feedback, export marks.

The package knows no subject. What it marks is described by a settings file, ``course.toml``, and an item bank.
"""
