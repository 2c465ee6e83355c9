"""Print what was computed from the codings: the last part of the codebook, and a page of results.

Reliability stands in the codebook. Divergence has a page of its own, because a coder who has read the outcome before
coding is no longer a witness.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

CODEBOOK = "codebook.md"
RESULTS = "results.md"

PASSES = "pass-a, pass-b"
"""The two coders of whom the page speaks; others only have their rows."""

MARK = "<!-- From here on computed by `neutrality stances build`: edit what stands above. -->"
"""Where the computed part of the codebook begins."""

_TITLES = {
    "phase": "By Ulakhovich's phases, as Kłysiński reports them (osw-2018 fn5)",
    "osw": "By two years at which Kłysiński's account turns (osw-2018 s1.p3, osw-2018 s2.p2)",
    "digest": "By the turning point that the Digest page names (digest-2016 s2.b2), read here as 2007",
    "all": "All issues together",
}
_RULES = {
    "earlier": "the earlier phase",
    "later": "the later phase",
    "drop": "no phase",
    "both": "both phases",
}
_SAME = (
    ". The result is the same: each issue belongs whole to the group that holds most of its years, and none changes "
    "its group. So this says nothing about where the border lies"
)


def codebook(text: str, reliability: pd.DataFrame) -> str:
    """Return the codebook with its computed part made anew.

    Parameters
    ----------
    text : str
        The codebook as it stands; what comes after `MARK` is replaced.
    reliability : pandas.DataFrame
        The table ``stances-reliability``.

    Returns
    -------
    str
    """
    overall = reliability[(reliability["actor"] == "all") & (reliability["covers"] == "open issues")]
    passes = overall[overall["coders"] == PASSES]
    last = passes.iloc[-1]
    said = (
        f"Two passes of the same language model answered for all issues, in {len(passes)} rounds; counted here are "
        f"the open issues. In the last round they gave the same answer in {last['identical']:.0%} of {last['units']} "
        f"cases. Where at least one of them found something in the source, it is "
        f"{last['identical_told']:.0%} of {last['told']}. "
        "That is **consistency**: one model has read twice. It does not show whether independent readers would agree; "
        "your class can find out. α and κ are over the places from −2 to 2; the interval draws events. Below .667 the "
        "codebook would have had to be revised. It was revised all the same after rounds 1 and 2, and nine issues were "
        "reworded. So the last round coded mended issues again, and is no test on new ones. All rounds are kept."
    )
    rows = [
        [
            str(row["coders"]),
            str(row["round"] or "last"),
            str(row["units"]),
            str(row["both_coded"]),
            f"{row['identical']:.3f}",
            f"{row['identical_told']:.3f} of {row['told']}",
            f"{row['alpha_ordinal']:.3f} ({row['alpha_ordinal_low']:.3f} to {row['alpha_ordinal_high']:.3f})",
            f"{row['kappa_linear']:.3f}",
            f"{row['kappa_quadratic']:.3f}",
        ]
        for _, row in overall.iterrows()
    ]
    heads = [
        "Coders",
        "Round",
        "Answers",
        "Places",
        "Same answer",
        "Same, where told",
        "Ordinal α (95 % interval)",
        "Linear κ",
        "Quadratic κ",
    ]
    blocks = [text.partition(MARK)[0].rstrip(), MARK, "## How consistently it was applied", _filled(said)]
    return _page([*blocks, _table(heads, rows)])


def results(computed: Mapping[str, pd.DataFrame]) -> str:
    """Return the page of results.

    Parameters
    ----------
    computed : mapping of str to pandas.DataFrame
        The tables ``divergence``, ``sensitivity`` and ``selection``.

    Returns
    -------
    str
    """
    return _page(
        [
            "# What the codings say, and what they cannot",
            "Computed by `neutrality stances build`; edit the tables and not this page.",
            _filled(
                "If you are going to code yourself, do that first. The codes come from two interpreters who disagree "
                "about Belarus. They show how the two tell the story, and so they **cannot decide between them**. Nor "
                "do the issues of a phase show how policy was: they are what two authors chose to tell. Both passes "
                "and the settled codes are those of one language model; see the codebook."
            ),
            *_divergence(computed["divergence"]),
            *_sensitivity(computed["sensitivity"]),
            *_selection(computed["selection"], computed["divergence"]),
        ]
    )


def _divergence(table: pd.DataFrame) -> Iterator[str]:
    yield "## How far apart Minsk and Moscow stand"
    yield _filled(
        "*Distance* is the mean of |m − r| / 4 over the issues on which Minsk (m) and Moscow (r) both have a place: 0 "
        "is the same place, 1 opposite ends. *Signed* is negative where Minsk stands further from Russia's side than "
        "Moscow does. *Opposite* is the share on opposite sides of 0. Brackets hold 95 % intervals that draw events; "
        "below five coded issues, or five events, there is none. *Bounds* are the least and the most that the distance "
        "over *all* issues of the group could be, were every place known."
    )
    for grouping, part in table.groupby("grouping", sort=False):
        yield f"### {_TITLES[str(grouping)]}"
        for rules, rows in _alike(part):
            if rules[0]:
                given = ", or to ".join(_RULES[rule] for rule in rules)
                yield _filled(f"1994 and 1997 given to {given}{_SAME if len(rules) == len(_RULES) else ''}:")
            yield _table(
                ["Group", "Issues", "Both coded", "Coverage", "Distance", "Bounds", "Signed", "Opposite"], rows
            )


def _alike(part: pd.DataFrame) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the printed rows of a grouping, once for all rules of the shared years that give the same ones."""
    printed: dict[str, tuple[list[str], list[list[str]]]] = {}
    for boundary, rows in part.groupby("boundary", sort=False):
        cells = [_group(row) for _, row in rows.iterrows()]
        printed.setdefault(str(cells), ([], cells))[0].append(str(boundary))
    yield from printed.values()


def _group(row: pd.Series[Any]) -> list[str]:
    values = [_value(row, name) for name in ("distance", "signed", "opposite")]
    coverage = "–" if pd.isna(row["coverage"]) else f"{row['coverage']:.0%}"
    values.insert(1, _range(row, "distance_bound"))
    return [str(row["group"]), str(row["issues"]), str(row["coded"]), coverage, *values]


def _sensitivity(table: pd.DataFrame) -> Iterator[str]:
    yield "## What changes when one choice changes"
    yield _filled(
        "The distance again, with one choice changed at a time: the lowest and the highest that any event or either "
        "source gives when it is left out, and the value of each other variant. `stances-sensitivity` has them all."
    )
    rows = []
    for (_, group), part in table.groupby(["grouping", "group"], sort=False):
        base = part[part["variant"] == "base"]["distance"].iloc[0]
        if pd.isna(base):
            continue
        left = [_left_out(part[part["variant"] == f"without {what}"]["distance"]) for what in ("event", "source")]
        other = part[~part["variant"].isin(["base", "without event", "without source"])]
        told = "; ".join(f"{row['variant']} {_number(row['distance'])}" for _, row in other.iterrows())
        rows.append([str(group), f"{base:.2f}", *left, told])
    yield _table(["Group", "Distance", "One event left out", "One source left out", "Other variants"], rows)


def _left_out(values: pd.Series[float]) -> str:
    """Say between what the values lie, and how often nothing was left to compute one from."""
    known, gone = values.dropna(), int(values.isna().sum())
    between = f"{_number(known.min())} to {_number(known.max())}" if len(known) else ""
    return "; ".join(filter(None, [between, f"nothing left in {gone} of {len(values)}" if gone else ""]))


def _selection(table: pd.DataFrame, divergence: pd.DataFrame) -> Iterator[str]:
    yield "## Differing without siding with the opponents"
    known = int(table["known"].max())
    differ = int(table["differ"].iloc[0])
    everything = divergence[divergence["grouping"] == "all"].iloc[0]
    across = round(everything["opposite"] * everything["coded"])
    yield _filled(
        "The Digest page says by which rule its paper chose issues: those on which Minsk differed from Moscow without "
        "siding with Moscow's opponents (digest-2016 s1.p3). The rule names no opponents, and does not say what siding "
        f"is. Counting it is **our** operationalisation. Minsk and Moscow differ on {differ} of the "
        f"{everything['coded']} coded issues, and on {across} of these they stand on opposite sides of 0; on the "
        f"others they differ in degree. Where the West or the neighbour stands on them, the two texts tell for "
        f"{known or 'none'} of these. What they do not tell can only be bounded: the least and the most that the share "
        "could be, wherever the opponents stand. The votes show where other states stand, though on other questions."
    )
    rows = [
        [
            str(row["opponent"]),
            str(row["definition"]),
            str(row["differ"]),
            str(row["known"]),
            _number(row["share"]),
            f"{row['bound_low']:.2f} to {row['bound_high']:.2f}",
        ]
        for _, row in table.iterrows()
    ]
    yield _table(
        ["Opponent", "Siding means", "Minsk differs", "Opponent known", "Not siding, of known", "Bounds"], rows
    )


def _value(row: pd.Series[Any], name: str) -> str:
    interval = "" if pd.isna(row[f"{name}_low"]) else f" ({_range(row, name)})"
    return f"{_number(row[name])}{interval}"


def _range(row: pd.Series[Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "–" if pd.isna(low) else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    """Write a number with two decimals and a true minus sign, or a dash for a gap."""
    return "–" if pd.isna(value) else f"{value:.2f}".replace("-", "−")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _filled(text: str) -> str:
    return textwrap.fill(text, 118, break_on_hyphens=False)


def _page(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"
