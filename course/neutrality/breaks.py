"""Breaks in a yearly series: whether, how many, when, and whether two named years can be told apart.

A break is a year from which on the level of a series is another one. Everywhere here a break goes by the **first year
of the new regime**. Other software (the R package strucchange, for one) gives the last year of the old regime: its 1898
is our 1899.

- `sup_f` (`neutrality.breaktest`): is there a break at all, at a year not named beforehand?
- `search` (`neutrality.breaksearch`): the best years for each number of breaks, found by the library ruptures.
- `posterior`, `sensitivity` (`neutrality.breakposterior`): how probable is each year, and each number of breaks?
- `compare` (`neutrality.breakcompare`), `verdict` (`neutrality.breakverdict`): what the series says about years that
  somebody has named, in a table and in plain English; `by_start`: whether it says the same from another first year on.

**What a break in votes is not.** It is not a break in policy. Shares of agreement move when the agenda moves although
no position does; they move when the other state moves; and a level that drifts for ten years has no break at all,
although it is far from constant. A named year is a claim about policy with an author; the series can sit well or badly
with it, and often it cannot tell.
"""

from __future__ import annotations

from neutrality.breakcompare import TELLING, Comparison, by_start, compare
from neutrality.breakposterior import Posterior, posterior, sensitivity, shortest
from neutrality.breaksearch import search
from neutrality.breaktest import SupF, p_asymptotic, sup_f
from neutrality.breakverdict import verdict

__all__ = [
    "TELLING",
    "Comparison",
    "Posterior",
    "SupF",
    "by_start",
    "compare",
    "p_asymptotic",
    "posterior",
    "search",
    "sensitivity",
    "shortest",
    "sup_f",
    "verdict",
]
