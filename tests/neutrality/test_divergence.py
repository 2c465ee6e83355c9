"""How far Minsk and Moscow stand apart, against tables worked by hand and plain counting."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neutrality import divergence, phases, turningpoints
from neutrality.divergence import measure, sensitivity
from neutrality.stances import ACTORS, StanceError

from .codedissues import S, T, many, tables

WORKED = tables(
    [
        {"first_year": 1991, "event": "a", "minsk": 2, "moscow": -1, "toward_moscow": -1},
        {"first_year": 1994, "event": "a", "minsk": 1, "moscow": 2, "west": T},
        {"first_year": 1994, "event": "b", "minsk": T, "moscow": 2},
        {"first_year": 1997, "event": "c", "minsk": -1, "moscow": 1, "source": "digest-2016"},
        {"first_year": 2002, "event": "d", "minsk": 0, "moscow": -2, "toward_moscow": 0, "source": "digest-2016"},
        {"first_year": 2008, "event": "d", "minsk": 0, "moscow": S},
        {"first_year": 2014, "event": "e", "minsk": -2, "moscow": 2},
        {"first_year": 2014, "event": "e"},
    ]
)

NAMES = [phase.name for phase in phases.PHASES]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # issues, coded, not taken, distance, signed, opposite
        ({"by": "all"}, {"all": (8, 5, 1, 3 / 5, -2.5 / 4, 3 / 5)}),
        (
            {"by": "osw"},
            {
                "before 1994": (1, 1, 0, 3 / 4, -3 / 4, 1),
                "1994–2013": (5, 3, 1, 5 / 12, -3 / 8, 1 / 3),
                "from 2014": (2, 1, 0, 1, -1, 1),
            },
        ),
        (
            {"by": "digest"},
            {
                "before the late 2000s": (5, 4, 1, 8 / 16, -1.5 / 3, 1 / 2),
                "since the late 2000s": (3, 1, 0, 1, -1, 1),
            },
        ),
        (
            {"by": "digest", "since": 2009},
            {
                "before the late 2000s": (6, 4, 1, 8 / 16, -1.5 / 3, 1 / 2),
                "since the late 2000s": (2, 1, 0, 1, -1, 1),
            },
        ),
        (
            {"by": "phase", "boundary": "earlier"},
            {
                NAMES[0]: (3, 2, 1, 1 / 2, -1 / 2, 1 / 2),
                NAMES[1]: (1, 1, 0, 1 / 2, -1 / 2, 1),
                NAMES[2]: (0, 0, 0, None, None, None),
                divergence.AFTER: (4, 2, 0, 3 / 4, -1, 1 / 2),
            },
        ),
        (
            {"by": "phase", "boundary": "both"},
            {
                NAMES[0]: (3, 2, 1, 1 / 2, -1 / 2, 1 / 2),
                NAMES[1]: (3, 2, 1, 3 / 8, -3 / 8, 1 / 2),
                NAMES[2]: (1, 1, 0, 1 / 2, -1 / 2, 1),
                divergence.AFTER: (4, 2, 0, 3 / 4, -1, 1 / 2),
            },
        ),
        ({"by": "all", "scale": 3}, {"all": (8, 5, 1, (1 + 0 + 1 + 1 / 2 + 1) / 5, -3 / 4, 3 / 5)}),
        ({"by": "all", "not_taken": "zero"}, {"all": (8, 6, 1, 3.5 / 6, -3 / 5, 1 / 2)}),
    ],
)
def test_tables_worked_by_hand(options: dict[str, Any], expected: dict[str, tuple[Any, ...]]) -> None:
    """Counts and values of each group are those worked out on paper."""
    table = measure(*WORKED, **options, draws=20)
    assert table.index.tolist() == list(expected)
    assert table.index.name == options["by"]
    for group, (issues, coded, not_taken, *values) in expected.items():
        row = table.loc[group]
        assert (row["issues"], row["coded"], row["not_taken"]) == (issues, coded, not_taken)
        assert row["coverage"] == pytest.approx(coded / issues if issues else np.nan, nan_ok=True)
        found = row[["distance", "signed", "opposite"]].tolist()
        assert found == pytest.approx([np.nan if value is None else value for value in values], nan_ok=True)


def test_bounds_worked_by_hand() -> None:
    """Each missing place may lie anywhere: from a known 2 up to the whole scale, from a known 0 up to half of it."""
    row = measure(*WORKED, by="all", draws=1).loc["all"]
    known = 3 / 4 + 1 / 4 + 2 / 4 + 2 / 4 + 1
    assert row["distance_bound_low"] == known / 8
    assert row["distance_bound_high"] == (known + 1 + 1 / 2 + 1) / 8
    assert row["opposite_bound_low"] == 3 / 8
    assert row["opposite_bound_high"] == (3 + 1 + 0 + 1) / 8


@pytest.mark.parametrize(("year", "group"), [(1998, NAMES[2]), (2001, NAMES[2]), (2002, divergence.AFTER)])
def test_the_third_phase_ends_with_the_chapter(year: int, group: str) -> None:
    """The last year of Ulakhovich's chapter belongs to the third phase, the next one to none of the three."""
    codings, issues = tables([{"first_year": year, "minsk": 1, "moscow": 1}])
    table = measure(codings, issues, by="phase", boundary="later", draws=1)
    assert table.index[table["issues"] == 1].tolist() == [group]


@pytest.mark.parametrize(
    ("first", "last", "by", "boundary", "groups"),
    [
        (1991, 1994, "phase", "earlier", [NAMES[0]]),
        (1991, 1994, "phase", "later", [NAMES[0]]),
        (1994, 1997, "phase", "earlier", [NAMES[1]]),
        (1997, 2001, "phase", "earlier", [NAMES[2]]),
        (1993, 1994, "phase", "later", [NAMES[0]]),
        (1994, 1995, "phase", "earlier", [NAMES[0]]),
        (1994, 1994, "phase", "both", [NAMES[0], NAMES[1]]),
        (1994, 1995, "phase", "both", [NAMES[1]]),
        (2001, 2001, "phase", "both", [NAMES[2]]),
        (1994, 1994, "phase", "drop", []),
        (1994, 1997, "phase", "drop", [NAMES[1]]),
        (1997, 2010, "phase", "later", [divergence.AFTER]),
        (1991, 1996, "osw", None, ["before 1994"]),
        (1991, 1997, "osw", None, ["1994–2013"]),
        (2013, 2014, "osw", None, ["1994–2013"]),
        (2002, 2013, "digest", None, ["since the late 2000s"]),
    ],
)
def test_an_issue_belongs_where_most_of_its_years_lie(
    first: int, last: int, by: str, boundary: str | None, groups: list[str]
) -> None:
    """Of groups that hold as many years the first counts, and with the rule "both" each of them."""
    codings, issues = tables([{"first_year": first, "last_year": last, "minsk": 1, "moscow": 1}])
    table = measure(codings, issues, by=by, boundary=boundary, draws=1)
    assert table.index[table["issues"] == 1].tolist() == groups


def test_the_words_late_2000s_are_varied() -> None:
    """Sensitivity reads them as every year that they can mean."""
    table = sensitivity(*WORKED, by="digest")
    assert {name for name in table["variant"] if name.startswith("since")} == {
        f"since {year}" for year in (2005, 2006, 2008, 2009)
    }


def test_what_was_done_is_recorded() -> None:
    """The table carries the choices, the chain of speakers, and what it cannot say."""
    attrs = measure(*WORKED, by="phase", boundary="drop", draws=7, level=0.9, seed=4).attrs
    assert (attrs["by"], attrs["boundary"], attrs["draws"], attrs["level"], attrs["seed"]) == (
        "phase",
        "drop",
        7,
        0.9,
        4,
    )
    assert attrs["end"] == date(2001, 12, 31)
    assert attrs["no_group"] == ("i01", "i02", "i03")
    assert set(attrs["locators"]) == {"osw-2018 fn5"}
    assert "cannot decide" in attrs["circularity"]
    assert measure(*WORKED, by="digest", draws=1).attrs["since"] == turningpoints.SINCE


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({}, TypeError, "by"),
        ({"by": "decade"}, ValueError, "'decade'.*'phase', 'osw', 'digest', 'all'"),
        ({"by": "phase"}, TypeError, "boundary is missing.*'earlier', 'later', 'drop', 'both'"),
        ({"by": "phase", "boundary": "x"}, ValueError, "'x'.*'earlier'"),
        (
            {"by": "phase", "boundary": phases.Boundary(date(1994, 7, 20), date(1997, 4, 2))},
            ValueError,
            "issues have only years.*'earlier'",
        ),
        ({"by": "osw", "boundary": "later"}, ValueError, "leave it out"),
        ({"by": "osw", "since": 2007}, ValueError, "leave it out"),
        ({"by": "digest", "since": 1999}, ValueError, "1999"),
        ({"by": "all", "scale": 4}, ValueError, "scale is 4.*5.*3"),
        ({"by": "all", "not_taken": "one"}, ValueError, "'one'.*'missing' or 'zero'"),
        ({"by": "all", "draws": 0}, ValueError, "draws is 0"),
        ({"by": "all", "level": 95}, ValueError, "level is 95"),
        ({"by": "all", "coder": "kim"}, StanceError, "no codings by 'kim'"),
        ({"by": "all", "round": 2}, StanceError, "no round 2"),
    ],
)
def test_questions_without_an_answer_are_refused(options: Any, error: type[Exception], words: str) -> None:
    """Each error names the bad value and what to give instead."""
    with pytest.raises(error, match=f"(?s){words}"):
        measure(*WORKED, **options)


@pytest.mark.parametrize(
    "rows",
    [[{"minsk": T, "moscow": S}] * 6, [{"minsk": 2}] * 6, [{"minsk": S, "moscow": -2}]],
)
def test_nothing_coded_gives_gaps_and_bounds(rows: list[dict[str, Any]]) -> None:
    """Without a coded issue there is no value and no interval, but still bounds, and no warning."""
    row = measure(*tables(rows), by="all").loc["all"]
    assert (row["coded"], row["coverage"]) == (0, 0)
    assert row.filter(regex="^(distance|signed|opposite)(_low|_high)?$").isna().all()
    assert (row["distance_bound_low"], row["distance_bound_high"]) == (0, 1)


@pytest.mark.parametrize("by", ["all", "osw", "digest", "phase"])
def test_no_issues_give_named_groups(by: str) -> None:
    """Nothing in, nothing out; the groups are still there."""
    codings, issues = WORKED
    table = measure(codings, issues[:0], by=by, boundary="drop" if by == "phase" else None)
    assert table["issues"].sum() == 0
    assert table.drop(columns=["issues", "coded", "not_taken"]).isna().all(axis=None)


@pytest.mark.parametrize(("minsk", "moscow", "distance"), [(1, 1, 0), (2, -2, 1), (0, 2, 0.5)])
def test_issues_all_alike_have_no_spread(minsk: int, moscow: int, distance: float) -> None:
    """Resampling what is all the same gives the same; bounds close where everything is known."""
    row = measure(*tables([{"minsk": minsk, "moscow": moscow}] * 5), by="all").loc["all"]
    for name in ("distance", "distance_low", "distance_high", "distance_bound_low", "distance_bound_high"):
        assert row[name] == distance


@pytest.mark.parametrize(
    ("events", "coded", "interval"),
    [("abcde", 5, True), ("abcd", 4, False), ("aabbccdd", 8, False), ("abcdee", 6, True)],
)
def test_intervals_need_five_issues_and_events(events: str, coded: int, interval: bool) -> None:
    """Fewer are too few to draw from; uncoded issues do not count."""
    rows = [{"event": event, "minsk": n % 3, "moscow": -1} for n, event in enumerate(events)]
    rows.append({"event": "uncoded", "minsk": 1})
    row = measure(*tables(rows), by="all").loc["all"]
    assert row["coded"] == coded
    assert row.filter(regex="(?<!bound)_(low|high)$").notna().all() == interval


def test_the_signed_interval_needs_five_issues_with_a_side() -> None:
    """Issues of which neither end is Russia's side do not count for it."""
    rows = [{"minsk": n % 3, "moscow": -1, "toward_moscow": int(n < 4)} for n in range(8)]
    row = measure(*tables(rows), by="all").loc["all"]
    assert not np.isnan(row["distance_low"])
    assert np.isnan(row["signed_low"])


def test_intervals_are_those_of_drawing_events_one_by_one() -> None:
    """Counting how often each event is drawn gives what joining the drawn events' issues gives."""
    rng = np.random.default_rng(1)
    rows = [
        {"event": f"e{n % 7}", "minsk": int(rng.integers(-2, 3)), "moscow": int(rng.integers(-2, 3))} for n in range(20)
    ]
    codings, issues = tables(rows)
    row = measure(codings, issues, by="all", draws=4000).loc["all"]
    apart = np.array([abs(one["minsk"] - one["moscow"]) / 4 for one in rows])
    members = [np.flatnonzero(issues["event"] == event) for event in sorted(set(issues["event"]))]
    drawn = [apart[np.concatenate([members[k] for k in rng.integers(0, 7, 7)])].mean() for _ in range(4000)]
    assert [row["distance_low"], row["distance_high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.015)


def test_intervals_do_not_depend_on_the_order_of_rows() -> None:
    """The same samples are drawn whichever event comes first in the tables."""
    rng = np.random.default_rng(2)
    rows = [{"event": f"e{n % 7}", "minsk": int(rng.integers(-2, 3)), "moscow": 1} for n in range(15)]
    codings, issues = tables(rows)
    table = measure(codings, issues, by="all", draws=100)
    mixed = measure(codings.sample(frac=1, random_state=1), issues.sample(frac=1, random_state=2), by="all", draws=100)
    pd.testing.assert_frame_equal(table, mixed, check_exact=True)
    assert table["distance_low"].notna().all()


def test_issues_of_one_event_stay_together() -> None:
    """Each issue given four times as one event is as uncertain as alone."""
    rows = [{"minsk": n % 5 - 2, "moscow": 2} for n in range(10)]
    one = measure(*tables(rows), by="all").loc["all"]
    repeated = tables([row | {"event": f"e{n:02}"} for n, row in enumerate(rows) for _ in range(4)])
    four = measure(*repeated, by="all").loc["all"]
    alone = measure(*tables(rows * 4), by="all").loc["all"]
    assert (four["distance_low"], four["distance_high"]) == (one["distance_low"], one["distance_high"])
    assert alone["distance_high"] - alone["distance_low"] < 0.7 * (one["distance_high"] - one["distance_low"])


@settings(deadline=None, max_examples=15)
@given(many, st.sampled_from(["all", "osw", "digest", "phase"]), st.integers(0, 5))
def test_every_table_is_in_order(rows: list[dict[str, Any]], by: str, seed: int) -> None:
    """Values lie in their range and, with nothing missing, on their bounds; the order of rows does not count."""
    codings, issues = tables(rows)
    options: dict[str, Any] = {"by": by, "boundary": "both" if by == "phase" else None, "draws": 40, "seed": seed}
    table = measure(codings, issues, **options)
    mixed = measure(codings.sample(frac=1, random_state=seed), issues.sample(frac=1, random_state=seed), **options)
    pd.testing.assert_frame_equal(table, mixed, check_exact=True)
    for name, low in (("distance", 0), ("opposite", 0), ("signed", -1)):
        values = table.filter(regex=f"^{name}").to_numpy()
        assert ((values >= low) & (values <= 1) | np.isnan(values)).all()
    assert not (table["distance_low"] > table["distance_high"]).any()
    for name in ("distance", "opposite"):
        assert not (table[f"{name}_bound_low"] > table[f"{name}_bound_high"]).any()
        full = table[table["coverage"] == 1]
        assert np.allclose(full[f"{name}_bound_low"], full[name])
        assert np.allclose(full[f"{name}_bound_high"], full[name])
    assert not (table["signed"].abs() > 1).any()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=20), st.integers(0, 6))
def test_bounds_hold_the_value_where_whole_issues_are_missing(pairs: list[tuple[int, int]], missing: int) -> None:
    """An issue of which nothing is known could pull either way."""
    rows: list[dict[str, Any]] = [{"minsk": m, "moscow": r} for m, r in pairs] + [{"west": 1}] * missing
    row = measure(*tables(rows), by="all", draws=1).loc["all"]
    for name in ("distance", "opposite"):
        assert row[f"{name}_bound_low"] - 1e-12 <= row[name] <= row[f"{name}_bound_high"] + 1e-12


@pytest.mark.parametrize("scale", [5, 3])
@pytest.mark.parametrize("known", [{"minsk": -1, "moscow": T}, {"moscow": 0}, {"minsk": 2, "moscow": S}, {}])
def test_bounds_are_the_least_and_most_of_all_fillings(known: dict[str, Any], scale: int) -> None:
    """Writing every possible code into an issue's gaps gives exactly its bounds."""
    places = {actor: [known[actor]] if known.get(actor) in range(-2, 3) else range(-2, 3) for actor in ACTORS[:2]}
    fillings = [{"minsk": m, "moscow": r} for m, r in itertools.product(*places.values())]
    found = pd.concat([measure(*tables([one]), by="all", scale=scale, draws=1) for one in fillings])
    # The second issue makes sure that the coder has codings; it adds nothing to either measure.
    row = measure(*tables([known, {"minsk": 1, "moscow": 1}]), by="all", scale=scale, draws=1).loc["all"]
    for name in ("distance", "opposite"):
        assert row[f"{name}_bound_low"] * 2 == found[name].min()
        assert row[f"{name}_bound_high"] * 2 == found[name].max()


def passes() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the worked tables with a first pass beside them, which has Minsk at 0 everywhere."""
    codings, issues = WORKED
    first = codings.assign(coder="pass-a")
    first.loc[first["actor"] == "minsk", "code"] = "0"
    return pd.concat([codings, first, codings.assign(coder="kim")]), issues


def test_sensitivity_has_every_variant() -> None:
    """Base, each event and source left out, every other coder, the scale, silence, and the boundaries."""
    table = sensitivity(*passes(), by="phase", boundary="drop")
    assert list(table) == (
        [
            "variant",
            "left_out",
            "group",
            "issues",
            "coded",
            "distance",
            "signed",
            "opposite",
            "distance_change",
            "signed_change",
            "opposite_change",
        ]
    )
    variants = table[["variant", "left_out"]].drop_duplicates().to_numpy().tolist()
    assert variants == [
        ["base", ""],
        *(["without event", event] for event in "abcde"),
        *(["without source", source] for source in ("digest-2016", "osw-2018")),
        ["coder kim", ""],
        ["coder pass-a", ""],
        ["scale 3", ""],
        ["not taken as 0", ""],
        *([f"boundary {rule}", ""] for rule in ("earlier", "later", "both")),
    ]
    assert table.groupby(["variant", "left_out"])["group"].apply(list).map(len).eq(4).all()
    assert not sensitivity(*passes(), by="osw")["variant"].str.startswith("boundary").any()


@pytest.mark.parametrize(
    ("variant", "left_out", "changed"),
    [
        ("base", "", {}),
        ("without event", "a", {"event": "a"}),
        ("without event", "e", {"event": "e"}),
        ("without source", "digest-2016", {"source": "digest-2016"}),
        ("coder pass-a", "", {"coder": "pass-a"}),
        ("scale 3", "", {"scale": 3}),
        ("not taken as 0", "", {"not_taken": "zero"}),
        ("boundary both", "", {"boundary": "both"}),
    ],
)
def test_each_variant_changes_that_alone(variant: str, left_out: str, changed: dict[str, Any]) -> None:
    """A variant is what the measure gives with the one thing changed, and the changes are its differences."""
    codings, issues = passes()
    table = sensitivity(codings, issues, by="phase", boundary="earlier")
    rows = table[(table["variant"] == variant) & (table["left_out"] == left_out)].set_index("group")
    options = {"by": "phase", "boundary": "earlier", "draws": 1}
    base = measure(codings, issues, **options)
    for column in ("event", "source"):
        if column in changed:
            issues = issues[issues[column] != changed.pop(column)]
    expected = measure(codings, issues, **(options | changed))
    for name in ("issues", "coded", "distance", "signed", "opposite"):
        pd.testing.assert_series_equal(rows[name], expected[name], check_names=False)
    for name in ("distance", "signed", "opposite"):
        pd.testing.assert_series_equal(rows[f"{name}_change"], expected[name] - base[name], check_names=False)


@pytest.mark.parametrize(("by", "boundary", "error"), [("phase", None, TypeError), ("year", None, ValueError)])
def test_sensitivity_refuses_what_measure_refuses(by: str, boundary: None, error: type[Exception]) -> None:
    """The base has to have an answer."""
    with pytest.raises(error):
        sensitivity(*WORKED, by=by, boundary=boundary)


def test_numbers_do_not_depend_on_other_issues_codings() -> None:
    """Codings of issues that are not given are ignored, as in a student's copy."""
    codings, issues = WORKED
    kept = issues[issues["event"] != "e"]
    whole = measure(codings, kept, by="all")
    pd.testing.assert_frame_equal(whole, measure(codings[codings["issue"].isin(kept["id"])], kept, by="all"))
