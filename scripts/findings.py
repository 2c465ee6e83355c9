"""Compute what the measures say on the course's questions; write course/instructor/measures.md.

The page answers with numbers, each with what it depends on: where a series begins, which reference, how positions are
scaled. ``make findings`` writes it anew; a test compares it with a fresh computation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from neutrality import agreement, breaks, idealpoints, movement, position, published, rollcalls
from neutrality.replacing import replace_together
from neutrality.rollcalls import RollCalls

FOLDER = Path(__file__).parents[1] / "course" / "instructor"
NAME = "measures.md"

YEARS = {"1994": 1994, "1997": 1997, "2008": 2008, "2014": 2014}
"""Ulakhovich's turning years (osw-2018 fn5), 2008 for "the late 2000s" (digest-2016 s2.b2), 2014 (osw-2018 s2.p2)."""

WITHOUT = "ours, without nuclear votes"

SPANS = ((1992, 1993), (1994, 1996), (1997, 2001), (2002, 2006), (2007, 2013), (2014, 2021))
"""Years over which gaps are averaged: cut where the two papers or Ulakhovich's phases have a turning point."""


def main() -> None:
    """Write the page."""
    votes = rollcalls.load()
    both = compared(votes)
    text = page(votes, both)
    tables = {f"ideal-points-by-{part}.csv": by(both, part).to_csv(float_format="%.4f") for part in ("state", "year")}
    replace_together(FOLDER, {name: content.encode() for name, content in {NAME: text, **tables}.items()})
    print(text)


def page(votes: RollCalls, both: pd.DataFrame) -> str:
    """Return the page's text.

    Parameters
    ----------
    votes : RollCalls
        All roll calls.
    both : pandas.DataFrame
        As from `compared`.

    Returns
    -------
    str
        Markdown.
    """
    parts = [_HEAD, *_breaks(votes), *_scales(votes), *_beside(both), *_positions(votes), *_movers(votes)]
    return "\n".join(parts) + "\n"


_HEAD = """# What the measures say, and how far it can be trusted

Computed by `make findings` from the project's tables; do not edit by hand. Every number here is ours, unless a line
says that it is published. The two papers made claims about policy. These are votes: they can fit a claim or not, and
decide none of them."""


def _breaks(votes: RollCalls) -> Iterator[str]:
    identical = agreement.pair(votes, "BLR", "RUS", by="year", draws=1)["identical"]
    gap = published.gap("BLR", "RUS")["gap"].dropna()
    yield """
## Do 1994, 1997, 2008 or 2014 show in the votes?

1994 and 1997 are Ulakhovich's, as reported by Kłysiński (osw-2018, fn5). 2014 is Kłysiński's (osw-2018, s2.p2). The
Digest page says "since the late 2000s" (digest-2016, s2.b2); 2008 is our reading of that.

The model: levels that change once or a few times, and noise that carries over from year to year. *Near* is the
probability of a break in that year or the year before or after; the column *before* says what it was before looking.
The p-value is that of the largest break found anywhere, against no break. All 74 roll calls of 1991 fall between 16
October and 20 December: they are votes of the Soviet Union, which stand under RUS. Russia's own series begins in 1992.
So every series is shown from three first years: what holds for one of them only is not a result.

| series | from | no break | p of the largest | near 1994 | near 1997 | near 2008 | near 2014 | before |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
    said, favoured = [], []
    for name, series in (("identical votes", identical), ("published ideal point gap", gap)):
        for first in (1991, 1992, 1993):
            compared = breaks.compare(series.loc[first:], YEARS, draws=999, seed=0)
            table = compared.table
            near = " | ".join("–" if np.isnan(value) else f"{value:.2f}" for value in table["near"])
            p = compared.test.sup.loc["lr", "p_simulated"]
            before = f"{table['near_before'].min():.2f}–{table['near_before'].max():.2f}"
            yield f"| {name} | {first} | {compared.posterior.number[0]:.2f} | {p:.3f} | {near} | {before} |"
            favoured.append((name, first, _favoured(compared)))
            if first == 1992:
                said.append(f"*{name}, from 1992:* {breaks.verdict(compared, name)}")
    yield "\nWhich of 1994 and 1997 do they favour as the year of a break, if there is one?\n"
    yield from (f"- {name}, from {first}: {answer}" for name, first, answer in favoured)
    yield "\nIn words, for the series that begin in 1992:\n"
    yield "\n\n".join(said)


def _favoured(compared: breaks.Comparison) -> str:
    pairs = compared.pairs
    row = pairs[(pairs["one"] == "1994") & (pairs["other"] == "1997")].iloc[0]
    factors = [row[name] for name in ("given_one", "any_number", "near")]
    if any(np.isnan(factor) for factor in factors):
        return "1994 is too near the beginning to be asked about"
    said = f"factors {', '.join(f'{factor:.2g}' for factor in factors)}"
    return f"{row['favours']} ({said})" if row["favours"] else f"these data cannot tell 1994 from 1997 ({said})"


def _scales(votes: RollCalls) -> Iterator[str]:
    yield """
## Which conclusions survive the choice of scale?

Positions of distant decades hang together by weak ties, and by the standardising (see `neutrality.idealpoints`). Below,
the gap "Belarus minus Russia", averaged over years, from the published points (July 2025, final-passage votes) and from
our fast estimate, each with all positions scaled together and with each year scaled by itself; and from our estimate
without the votes coded as nuclear, and from years up to 2025. Negative: Belarus stands on Russia's far side from the
United States.
"""
    table = gaps(votes)
    yield "| estimate | scale | " + " | ".join(f"{a}–{b}" for a, b in SPANS) + " | widest | not negative |"
    yield "| --- | --- |" + " --- |" * (len(SPANS) + 2)
    for (estimate, scale), gap in table.items():
        means = " | ".join(f"{gap.loc[a:b].mean():.2f}" for a, b in SPANS)
        other = ", ".join(str(year) for year in gap.index[gap >= 0]) or "never"
        yield f"| {estimate} | {scale} | {means} | {gap.idxmin()} | {other} |"
    yield "\n" + _survives(table)


def gaps(votes: RollCalls) -> dict[tuple[str, str], pd.Series]:
    """Return Belarus's gap from Russia since 1992 by several estimates and scales.

    Parameters
    ----------
    votes : RollCalls
        All roll calls.

    Returns
    -------
    dict
        Estimate and scale to a series by year.
    """
    nuclear = votes.resolutions["nu"].fillna(False).to_numpy(dtype=bool)
    estimates = {
        "published": published.points().dropna(subset=["point"]),
        "ours": idealpoints.estimate(votes.years(1946, 2024)).points,
        "ours, to 2025": idealpoints.estimate(votes).points,
        # Issue codes are rare in 2024 and absent in 2025.
        WITHOUT: idealpoints.estimate(votes.select(~nuclear).years(1946, 2023)).points,
    }
    found = {}
    for name, points in estimates.items():
        for scale in idealpoints.SCALES:
            wide = idealpoints.rescale(points, scale).pivot(index="year", columns="state", values="point")
            gap = (wide["BLR"] - wide["RUS"]).dropna()
            found[name, scale] = gap[gap.index >= 1992]
    return found


def _survives(table: dict[tuple[str, str], pd.Series]) -> str:
    whole = {key: gap for key, gap in table.items() if key[0] != WITHOUT}
    ratio = {key: gap.loc[1992:1993].mean() / gap.loc[2014:2021].mean() for key, gap in table.items()}
    apart = [f"{min(found):.1f} to {max(found):.1f}" for found in _two(ratio)]
    years = sorted(set.intersection(*(set(gap.index) for gap in whole.values())))
    positive = [year for year in years if any(gap[year] >= 0 for gap in whole.values())]
    turned = [table[WITHOUT, scale] for scale in idealpoints.SCALES]
    other = sorted({int(year) for gap in turned for year in gap.index[gap >= 0]})
    sign = "every year" if not positive else f"every year but {_listed(positive)}"
    return (
        f"**Survives the scale, and the choice of estimate:** the sign. With all votes, the gap is negative in {sign} "
        f"from {years[0]} to {years[-1]}. So does that 1992–1993 was wider than 2014–2021, by {apart[0]} times.\n\n"
        f"**Does not survive the choice of votes:** without the votes coded as nuclear the sign turns in "
        f"{_listed(other)}, and the ratio is {apart[1]}. (Codes end with 2023; later years are left out.)\n\n"
        "**Does not survive the scale:** the exact size of a gap in one year against that in a year decades away. "
        "Quote it with its estimate and scale."
    )


def _two(ratio: dict[tuple[str, str], float]) -> tuple[list[float], list[float]]:
    return (
        [value for key, value in ratio.items() if key[0] != WITHOUT],
        [value for key, value in ratio.items() if key[0] == WITHOUT],
    )


def _listed(years: list[int]) -> str:
    return ", ".join(map(str, years)) if years else "no year"


def compared(votes: RollCalls) -> pd.DataFrame:
    """Set our fast estimate by year beside the published points of July 2025 (final-passage votes).

    Parameters
    ----------
    votes : RollCalls
        All roll calls.

    Returns
    -------
    pandas.DataFrame
        As `neutrality.idealpoints.compare`, and ``within``: the difference once each year is scaled by itself in both.
    """
    ours, theirs = idealpoints.estimate(votes.years(1946, 2024)).points, published.points()
    both = idealpoints.compare(ours, theirs)
    keys = both[["state", "year"]]
    alone = [
        idealpoints.rescale(keys.merge(table, on=["state", "year"]).drop(columns=["low", "high"]), "period")
        for table in (ours, theirs)
    ]
    both["within"] = (alone[0]["point"] - alone[1]["point"]).to_numpy(dtype=float)
    return both


def by(both: pd.DataFrame, part: str) -> pd.DataFrame:
    """Say for each state or year how near our points are to the published ones.

    Parameters
    ----------
    both : pandas.DataFrame
        As from `compared`.
    part : {"state", "year"}
        What a row is.

    Returns
    -------
    pandas.DataFrame
        ``n`` (points), ``correlation``, ``rms`` and ``mean`` of the difference ours minus theirs, ``within`` (root mean
        square once each year is scaled by itself), ``votes`` and ``their_votes`` (medians).
    """
    groups = both.groupby(part)
    return pd.DataFrame(
        {
            "n": groups.size(),
            "correlation": groups[["ours", "theirs"]].apply(_together),
            "rms": groups["difference"].apply(_rms),
            "mean": groups["difference"].mean(),
            "within": groups["within"].apply(_rms),
            "votes": groups["votes"].median(),
            "their_votes": groups["their_votes"].median(),
        }
    )


def _together(rows: pd.DataFrame) -> float:
    if len(rows) < 3:
        return float("nan")
    return float(np.corrcoef(rows["ours"].astype(float), rows["theirs"].astype(float))[0, 1])


def _rms(values: pd.Series) -> float:
    return float(np.sqrt(np.mean(np.square(values.astype(float)))))


def _beside(both: pd.DataFrame) -> Iterator[str]:
    found = both.attrs["correlation"]
    yield f"""
## Where our points differ from the published ones

Our fast estimate from the project's votes, beside the points of July 2025 from final-passage votes: {len(both):,}
states and years, correlation {found:.4f}. By state and by year: `ideal-points-by-state.csv` and `-by-year.csv`, beside
this page. The votes are not the same: ours are recorded votes on adopted texts only. *Within* scales each year by
itself in both, which takes out where whole years stand.

| years | points | correlation | rms difference | mean | rms within | our votes / theirs |
| --- | --- | --- | --- | --- | --- | --- |"""
    decades = both.assign(decade=both["year"] // 10 * 10)
    for decade, row in by(decades, "decade").iterrows():
        cells = [f"{row[name]:.3f}" for name in ("correlation", "rms", "mean", "within")]
        ratio = row["votes"] / row["their_votes"]
        yield f"| {decade}–{min(decade + 9, 2024)} | {row['n']:.0f} | {' | '.join(cells)} | {ratio:.2f} |"
    large = both[both["difference"].abs() > LARGE]
    yield f"""
{len(large)} points differ by more than {LARGE}. Why, by the first of these that applies:
"""
    reasons = large.apply(_reason, axis=1)
    yield from (f"- {reason}: {(reasons == reason).sum()}" for reason in REASONS)
    yield "\nThe largest:\n\n| state | year | ours | theirs | our votes | theirs | why |"
    yield "| --- |" + " --- |" * 6
    for place in large["difference"].abs().sort_values(ascending=False).index[:15]:
        row = large.loc[place]
        cells = [row["state"], row["year"], f"{row['ours']:.2f}", f"{row['theirs']:.2f}", row["votes"]]
        yield f"| {' | '.join(map(str, cells))} | {row['their_votes']:.0f} | {reasons[place]} |"
    yield EXCHANGED


LARGE = 0.5

REASONS = (
    "fewer than 20 votes",
    "more than a tenth more or fewer votes than theirs",
    "where the whole year stands, or how wide",
    "not explained",
)

EXCHANGED = """
In the release of April 2020 the rows of Mongolia and Monaco in session 48 are exchanged: Mongolia stands there at 1.90
with 37 votes and Monaco at -0.22 with 61, while by our records Mongolia cast 61 votes and Monaco 37."""


def _reason(row: pd.Series) -> str:
    if min(row["votes"], row["their_votes"]) < 20:
        return REASONS[0]
    if abs(row["votes"] / row["their_votes"] - 1) > 0.1:
        return REASONS[1]
    # Left once the year is scaled by itself: less than half.
    return REASONS[2] if abs(row["within"]) < 0.5 * abs(row["difference"]) else REASONS[3]


def _positions(votes: RollCalls) -> Iterator[str]:
    yield """
## Where Belarus stands, by two denominators

Our operationalisation of the selection rule in digest-2016 s1.p3, which names no opponents. *Opposed*: of the roll
calls on which Russia and the reference voted yes against no, the share with Russia, abstaining, with the reference.
*Differing*: of those on which the state and Russia both voted, and differently, the share that is with the reference.
2007 to October 2016, the years that the paper behind the Digest page could look back on. Where a state did not vote,
the roll call is left out. Intervals (95 %) draw whole matters. A state of the EU is left out of the EU's majority.

| state | reference | opposed: n | with Russia | abstains | with the reference | differing: n | with the reference |
| --- | --- | --- | --- | --- | --- | --- | --- |"""
    day = votes.resolutions["date"]
    part = votes.select((day >= "2007-01-01") & (day < "2016-11-01"))
    for state in ("BLR", "CHN", "KAZ", "TKM", "AUT", "FIN"):
        for reference in ("USA", "EU", "UKR"):
            opposed = position.when_opposed(part, state, "RUS", reference, by="all").iloc[0]
            differing = position.when_differing(part, state, "RUS", reference, by="all").iloc[0]
            cells = [_share(opposed, name) for name in ("first", "between", "reference")]
            counts = f"{opposed['n']:.0f}", f"{differing['n']:.0f}"
            row = [state, reference, counts[0], *cells, counts[1], _share(differing, "reference")]
            yield f"| {' | '.join(row)} |"


def _share(row: pd.Series, name: str) -> str:
    if np.isnan(row[name]):
        return "–"
    return f"{row[name]:.2f} ({row[f'{name}_low']:.2f}–{row[f'{name}_high']:.2f})"


def _movers(votes: RollCalls) -> Iterator[str]:
    yield """
## Who moved?

Distance does not say whose doing it is. The change of the gap (1 minus Lijphart's index) is split into what Belarus's
own change against the rest of the Assembly adds, what Russia's adds, and what the agenda adds. With the agenda *held*,
only matters that were voted on in both periods count.

| from | to | agenda | gap before | gap after | by Belarus | by Russia | by the agenda |
| --- | --- | --- | --- | --- | --- | --- | --- |"""
    year = votes.resolutions["year"]
    steps = (((1986, 1990), (1992, 1993)), ((1992, 1993), (1997, 2001)), ((2002, 2006), (2007, 2016)))
    for before, after in steps:
        labels = np.where(year.between(*before), "before", np.where(year.between(*after), "later", None))
        for agenda in ("held", "as it was"):
            row = movement.moved(votes, "BLR", "RUS", by=pd.Series(labels), agenda=agenda).iloc[-1]
            by = " | ".join(f"{row[name]:+.3f}" for name in ("by_state", "by_first", "by_agenda"))
            spans = " | ".join(f"{a}–{b}" for a, b in (before, after))
            yield f"| {spans} | {agenda} | {row['gap_before']:.3f} | {row['gap_after']:.3f} | {by} |"


if __name__ == "__main__":
    sys.exit(main())
