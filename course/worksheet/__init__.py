"""The student's side of a marked worksheet: check the form of an answer, read a hint, get your own variant.

Nothing here knows a right answer. What a notebook needs is exported from this page:

>>> from worksheet import check, hint, practice, variant
"""

from worksheet.checking import check, hint
from worksheet.practice import practice
from worksheet.variants import i_am, variant

__all__ = ["check", "hint", "i_am", "practice", "variant"]
