"""Invented issues and their codings, for the tests of measures of stances."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st

from neutrality.stances import ACTORS

T, S = "not taken", "not in the source"


def tables(rows: list[dict[str, Any]], coder: str = "adjudicated") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return codings and issues from one dict an issue; what it does not say is invented."""
    issues, codings = [], []
    for number, row in enumerate(rows):
        base = {"id": f"i{number:02}", "event": f"e{number:02}", "source": "osw-2018", "toward_moscow": 1}
        issue = base | {"first_year": 2014} | {key: value for key, value in row.items() if key not in ACTORS}
        issue.setdefault("last_year", issue["first_year"])
        issues.append(issue)
        codings += [
            {"issue": issue["id"], "actor": actor, "coder": coder, "round": 1, "code": str(row[actor])}
            for actor in ACTORS
            if actor in row
        ]
    columns = ["issue", "actor", "coder", "round", "code"]
    return pd.DataFrame(codings, columns=columns), pd.DataFrame(issues)


code = st.sampled_from(["-2", "-1", "0", "1", "2", T, S, None])
issue = st.fixed_dictionaries(
    {
        **dict.fromkeys(ACTORS, code),
        "event": st.sampled_from("abcdefgh"),
        "first_year": st.integers(1991, 2018),
        "toward_moscow": st.sampled_from([-1, 0, 1]),
        "source": st.sampled_from(["osw-2018", "digest-2016"]),
    }
)
# The first issue is coded, because a coder without codings is an error.
many = st.lists(issue, min_size=1, max_size=25).map(
    lambda rows: (
        [{key: value for key, value in row.items() if value is not None} for row in rows]
        + [{"minsk": "1", "moscow": "2", "event": "z"}]
    )
)
