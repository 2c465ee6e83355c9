"""The course's plots, one function each: one style, and each with a text alternative computed from what is drawn.

Every function returns a `Drawing`. In a notebook it appears as an HTML image with its alternative text and, on request,
a full description; in plain text it is that description, so that a changed plot is a changed text.

How they look is decided in `neutrality.drawing`. To use one elsewhere, take its ``figure`` or `Drawing.save` it.
"""

from __future__ import annotations

from neutrality.drawing import PALETTE, Drawing
from neutrality.figures_breaks import break_posterior
from neutrality.figures_cells import issue_heatmap, joint_table
from neutrality.figures_events import timeline
from neutrality.figures_lines import agreement_by_session, agreement_by_year, ideal_point_paths
from neutrality.figures_periods import turning_marks
from neutrality.figures_shares import position_shares
from neutrality.figures_stances import stance_ladder

__all__ = [
    "PALETTE",
    "Drawing",
    "agreement_by_session",
    "agreement_by_year",
    "break_posterior",
    "ideal_point_paths",
    "issue_heatmap",
    "joint_table",
    "position_shares",
    "stance_ladder",
    "timeline",
    "turning_marks",
]
