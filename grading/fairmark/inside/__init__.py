"""What runs inside the confinement: a warm parent, and a child a job in which student code runs.

This folder is all of `fairmark` that is there. It imports nothing from the rest, holds no key, and everything that a
student's code could do to it after the fork is to give another answer of its own.
"""
