"""Breaks in a yearly series, against published numbers, other libraries and the definitions worked out at length."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neutrality import agreement, breaks, breakseries, breaktest
from neutrality.breaks import compare, posterior, search, sup_f, verdict
from neutrality.rollcalls import RollCalls

# Yearly flow of the Nile at Aswan, 1871 to 1970: the series on which software for breaks is shown.
NILE = pd.Series(
    [
        *(
            1120,
            1160,
            963,
            1210,
            1160,
            1160,
            813,
            1230,
            1370,
            1140,
            995,
            935,
            1110,
            994,
            1020,
            960,
            1180,
            799,
            958,
            1140,
        ),
        *(1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969),
        *(831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759),
        *(781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890),
        *(744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740),
    ],
    index=range(1871, 1971),
)
CLAIMS = {"multi-vector": 1994, "partnership": 1997}


def years(values: Sequence[float | None], first: int = 1990) -> pd.Series[Any]:
    """Return a series of yearly values."""
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


def noise(rho: float, n: int, series: int, seed: int = 1) -> np.ndarray:
    """Return AR(1) series of variance 1, one a row."""
    matrix, _ = breakseries.whitener(np.arange(n), rho)
    drawn: np.ndarray = np.random.default_rng(seed).standard_normal((series, n)) @ np.linalg.inv(matrix).T
    return drawn


STEP = years([0.5, 0.6] * 8 + [0.9, 1.0] * 8)
GAPPY = pd.Series(
    [0.3, -0.9, 0.5, 0.1, None, -0.4, 1.2, 2.1, 0.9, None, 1.4, 0.2, 1.7, 1.1],
    index=[2001, 2002, 2003, 2005, 2006, 2007, 2008, 2011, 2012, 2013, 2014, 2016, 2017, 2020],
)
WEIGHTS = pd.Series(np.linspace(0.5, 2, len(GAPPY)), index=GAPPY.index)


@pytest.fixture(scope="module")
def nile() -> breaks.SupF:
    """Return the test of the Nile."""
    return sup_f(NILE, draws=1)


class TestSupF:
    """Whether there is a break at all."""

    def test_f_is_that_of_strucchange(self, nile: breaks.SupF) -> None:
        """R's strucchange 1.5-4 prints sup.F = 75.93 for the Nile, after its observation 28 (1898)."""
        assert nile.sup["value"]["f"] == pytest.approx(75.93, abs=0.005)
        assert nile.sup["year"]["f"] == 1899
        assert nile.sup["p_asymptotic"]["f"] < 1e-12

    def test_trimming_is_that_of_strucchange(self, nile: breaks.SupF) -> None:
        """With 100 values and 15 % the first regime has 15 to 85 of them."""
        searched = nile.table["searched"]
        assert searched.index[searched].tolist() == list(range(1886, 1957))
        assert searched.index[[0, -1]].tolist() == [1873, 1969]

    @pytest.mark.parametrize(
        ("start", "bandwidth", "expected"),
        [(28, 2, 63.063058), (28, 5, 61.258743), (28, 10, 70.208111), (50, 2, 12.185702), (50, 10, 5.829026)],
    )
    def test_robust_statistic_is_that_of_statsmodels(self, start: int, bandwidth: float, expected: float) -> None:
        """Squared t of OLS with cov_type HAC, maxlags = bandwidth - 1 and use_correction in statsmodels 0.15.0."""
        data = breakseries.yearly(NILE)
        found = breaktest._wald(data.scaled[None], data, np.array([start]), bandwidth)
        assert found.item() == pytest.approx(expected, rel=1e-6)

    def test_weighted_statistics_are_those_of_statsmodels(self) -> None:
        """Squared t of statsmodels' WLS at the 51st value, plain and HAC with four lags."""
        data, start = breakseries.yearly(NILE, 1 + np.arange(100) % 5), np.array([50])
        assert breaktest._f(data.scaled[None], data.root, start).item() == pytest.approx(14.791427, rel=1e-6)
        assert breaktest._wald(data.scaled[None], data, start, 5.0).item() == pytest.approx(5.623822, rel=1e-6)

    def test_likelihood_ratio_is_that_of_statsmodels(self, nile: breaks.SupF) -> None:
        """SARIMAX of statsmodels 0.15.0 with and without a step in 1899 gives 30.826; ours has a grid of ρ."""
        assert nile.table["lr"][1899] == pytest.approx(30.826, abs=0.02)

    def test_bandwidth_is_that_of_andrews(self) -> None:
        """Bartlett and AR(1), worked by hand: ρ = 1/2 gives α = 4/4 / (1/4 · 9/4) = 16/9."""
        assert breaktest._bandwidth(np.array([[2.0, 1, 0]]), 27).item() == pytest.approx(
            1.1447 * (4 * 0.16 / (0.36 * 1.96) * 27) ** (1 / 3)
        )

    def test_a_gap_is_left_out_and_counted_in_years(self) -> None:
        """The robust variance of a series with gaps, from the sum over all pairs of years."""
        data = breakseries.yearly(GAPPY, WEIGHTS)
        level = [data.scaled[part] @ data.root[part] / (data.root[part] @ data.root[part]) for part in SPLIT]
        pull = np.concatenate(
            [
                sign * data.root[part] * (data.scaled[part] - data.root[part] * mean) / (data.root[part] ** 2).sum()
                for sign, part, mean in zip((1, -1), SPLIT, level, strict=True)
            ]
        )
        apart = np.abs(data.years[:, None] - data.years)
        variance = pull @ np.maximum(1 - apart / 4, 0) @ pull * 12 / 10
        found = breaktest._wald(data.scaled[None], data, np.array([5]), 4.0)
        assert found.item() == pytest.approx((level[1] - level[0]) ** 2 / variance)

    def test_likelihood_ratio_with_gaps_and_weights(self) -> None:
        """The profile likelihood ratio from dense matrices, over the same grid of ρ."""
        data = breakseries.yearly(GAPPY, WEIGHTS)

        def best(columns: np.ndarray) -> float:
            found = []
            for rho in np.linspace(0, 0.95, 20):
                correlation = rho ** np.abs(data.years[:, None] - data.years)
                inverse = np.linalg.inv(correlation)
                level = np.linalg.solve(columns.T @ inverse @ columns, columns.T @ inverse @ data.scaled)
                rest = data.scaled - columns @ level
                found.append(-data.n * math.log(rest @ inverse @ rest) - np.linalg.slogdet(correlation)[1])
            return float(max(found))

        step = data.root * (np.arange(data.n) >= 5)
        expected = best(np.column_stack([data.root, step])) - best(data.root[:, None])
        assert sup_f(GAPPY, weights=WEIGHTS, draws=1).table["lr"][2008] == pytest.approx(expected)

    @pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
    def test_units_make_no_difference(self, scale: float) -> None:
        """Percent or shares, and whatever is added: the same statistics and p-values."""
        plain, other = (
            sup_f(GAPPY, weights=WEIGHTS, draws=19),
            sup_f(GAPPY * scale + 7 * scale, weights=3 * WEIGHTS, draws=19),
        )
        pd.testing.assert_frame_equal(plain.table, other.table, rtol=1e-6)

    def test_a_step_without_noise_is_infinite(self) -> None:
        """Two exact levels divide by nothing: infinite, with the smallest p-value, not an error."""
        found = sup_f(years([0.5] * 10 + [0.9] * 10), draws=19)
        assert np.isinf(found.table.loc[2000, ["f", "wald", "lr"]].astype(float)).all()
        assert found.sup["p_simulated"].tolist() == [0.05] * 3

    def test_the_seed_decides(self) -> None:
        """The same seed gives the same p-values."""
        pd.testing.assert_frame_equal(sup_f(GAPPY, draws=19, seed=3).table, sup_f(GAPPY, draws=19, seed=3).table)

    def test_simulated_years_resemble_each_other(self) -> None:
        """In a wandering series the simulation uses the ρ that it found, so that a high F is nothing rare."""
        found = sup_f(years(list(noise(0.8, 35, 1, seed=5)[0])), draws=99)
        assert found.rho > 0.5
        assert found.sup["p_asymptotic"]["f"] < 0.01
        assert found.sup["p_simulated"]["f"] > 0.05

    def test_the_search_has_its_price(self) -> None:
        """The same largest statistic is rarer where fewer years are searched, and rarest in a year named beforehand."""
        series = years([0.1, 0.9, 0.4, 0.2, 0.7, 0.3, 0.6, 0.2, 0.8, 1.2, 0.5, 0.9, 1.3, 0.6, 1.0, 0.7])
        wide, narrow = sup_f(series, trim=0, draws=199), sup_f(series, trim=0.4, draws=199)
        assert wide.sup["value"].equals(narrow.sup["value"])
        for name, year in wide.sup["year"].items():
            for kind in ("p_asymptotic", "p_simulated"):
                assert narrow.sup[kind][name] < wide.sup[kind][name]
            assert narrow.table[f"{name}_p"][year] <= narrow.sup["p_simulated"][name]

    def test_rho_is_found(self) -> None:
        """On average over 100 long series the estimate without a break is the ρ that they were made with."""
        found = [breaktest._rho(breakseries.yearly(years(list(row)))) for row in noise(0.6, 80, 40)]
        assert np.mean(found) == pytest.approx(0.6, abs=0.05)

    @pytest.mark.slow
    def test_size(self) -> None:
        """In noise with ρ = 0.7 the simulated test keeps to 5 %; the robust asymptotic one does not come near."""
        simulated = asymptotic = 0
        for row in noise(0.7, 35, 100):
            sup = sup_f(years(list(row)), draws=99).sup
            simulated += sup["p_simulated"]["lr"] <= 0.05
            asymptotic += sup["p_asymptotic"]["wald"] <= 0.05
        assert simulated <= 12
        assert asymptotic >= 40

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"trim": 0.5}, "trim is 0.5"), ({"trim": -0.1}, "trim is -0.1"), ({"draws": 0}, "draws is 0")],
    )
    def test_options_without_an_answer(self, options: dict[str, Any], message: str) -> None:
        """What cannot be asked is refused by name."""
        with pytest.raises(ValueError, match=message):
            sup_f(STEP, **options)


SPLIT = (slice(0, 5), slice(5, 12))


class TestPAsymptotic:
    """The limit distribution of the sup."""

    @pytest.mark.parametrize(
        ("trim", "critical"),
        [
            (0.45, (4.30, 5.65, 8.93)),
            (0.25, (6.35, 7.87, 11.28)),
            (0.15, (7.12, 8.68, 12.16)),
            (0.10, (7.58, 9.11, 12.59)),
            (0.05, (8.13, 9.71, 13.17)),
        ],
    )
    def test_against_andrews(self, trim: float, critical: tuple[float, ...]) -> None:
        """Andrews's corrected table of 2003 (kept in R's tseriesTARMA), which simulated bridges make a little low."""
        found = [breaks.p_asymptotic(value, trim) for value in critical]
        np.testing.assert_allclose(found, [0.10, 0.05, 0.01], rtol=0.15)
        assert all(np.array(found) > [0.10, 0.05, 0.01])

    @pytest.mark.parametrize(("value", "hansen"), [(8.5, 0.05254), (10, 0.02635), (12.35, 0.00878)])
    def test_against_hansen(self, value: float, hansen: float) -> None:
        """Hansen's coefficients (as in R's strucchange) at 15 %, from simulated bridges as well."""
        assert breaks.p_asymptotic(value) == pytest.approx(hansen, rel=0.2)

    @pytest.mark.parametrize("trim", [0.05, 0.15, 0.3])
    @pytest.mark.parametrize("value", [9.0, 12.0, 20.0])
    def test_against_the_approximation_for_the_tail(self, value: float, trim: float) -> None:
        """Miller and Siegmund (1982) as R's maxstat computes it: no simulation on either side."""
        root = math.sqrt(value)
        density = math.exp(-value / 2) / math.sqrt(2 * math.pi)
        expected = 4 * density / root + density * (root - 1 / root) * 2 * math.log((1 - trim) / trim)
        assert breaks.p_asymptotic(value, trim) == pytest.approx(expected, rel=0.02)

    @pytest.mark.parametrize(("value", "expected"), [(0, 1), (-1, 1), (1e6, 0), (math.inf, 0)])
    def test_ends(self, value: float, expected: float) -> None:
        """Nothing found is certain by chance, and an infinite statistic never."""
        assert breaks.p_asymptotic(value) == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize("trim", [0, 0.5, 1])
    def test_trim(self, trim: float) -> None:
        """Without trimming there is no distribution."""
        with pytest.raises(ValueError, match="trim"):
            breaks.p_asymptotic(5, trim)


class TestSearch:
    """The best years for each number of breaks."""

    def test_nile(self) -> None:
        """The table of R's strucchange 1.5-4 (its years plus one) and the LWZ of strucchangeRcpp."""
        found = search(NILE)
        assert found["years"].tolist() == [
            (),
            (1899,),
            (1899, 1954),
            (1899, 1939, 1954),
            (1899, 1916, 1939, 1954),
            (1886, 1901, 1916, 1939, 1954),
        ]
        assert found["rss"].round().tolist() == [2835157, 1597457, 1552924, 1538097, 1507888, 1659994]
        assert found["bic"].round().tolist() == [1318, 1270, 1276, 1285, 1292, 1311]
        assert found["lwz"].round().tolist() == [1324, 1281, 1293, 1307, 1320, 1344]
        assert found.attrs == {"bic": 1, "lwz": 1, "least": 15}

    def test_price(self) -> None:
        """Both criteria pay for a level a regime, each break and the variance: log n each, or 0.299 (log n)^2.1."""
        found = search(STEP, most=3)
        apart = (0.299 * math.log(32) ** 2.1 - math.log(32)) * 2 * np.arange(1, 5)
        np.testing.assert_allclose(found["lwz"] - found["bic"], apart)

    @pytest.mark.parametrize("seed", range(6))
    def test_weights_and_gaps(self, seed: int) -> None:
        """All partitions in three regimes of three, tried one by one, under very unequal weights."""
        weights = np.random.default_rng(seed).lognormal(sigma=1.5, size=len(GAPPY))
        data = breakseries.yearly(GAPPY, weights)
        values, mass = data.scaled / data.root, data.root**2

        def left(starts: tuple[int, ...]) -> float:
            parts = [slice(*edge) for edge in pairwise([0, *starts, data.n])]
            return sum(
                float(mass[part] @ (values[part] - np.average(values[part], weights=mass[part])) ** 2) for part in parts
            )

        legal = [pair for pair in combinations(range(3, 10), 2) if pair[1] - pair[0] >= 3]
        best = min(legal, key=left)
        found = search(GAPPY, weights=weights, least=3)
        assert found.loc[2, "years"] == tuple(data.years[list(best)])
        assert found.loc[2, "rss"] == pytest.approx(left(best))

    def test_a_short_series_has_a_short_table(self) -> None:
        """Twelve values make no more than four regimes of three."""
        assert search(GAPPY, least=3).index.tolist() == [0, 1, 2, 3]
        assert search(GAPPY, least=3, most=0)["years"].tolist() == [()]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"most": -1}, "most is -1"),
            ({"trim": 0.5}, "trim is 0.5"),
            ({"least": 1}, "least is 1"),
            ({"least": 99}, "from 2 to 32"),
        ],
    )
    def test_options_without_an_answer(self, options: dict[str, Any], message: str) -> None:
        """What cannot be asked is refused by name."""
        with pytest.raises(ValueError, match=message):
            search(STEP, **options)


def dense(series: pd.Series[Any], weights: pd.Series[float], most: int, rhos: Sequence[float], spread: float) -> Any:
    """Return log evidence of each number of breaks, and of each choice, from dense matrices and plain loops."""
    there = series.notna()
    y, when = series[there].to_numpy(float), series.index[there].to_numpy()
    root = np.sqrt(weights[there].to_numpy())
    root = root / np.exp(np.log(root).mean())
    one = np.ones(len(y))

    def log_marginal(starts: tuple[int, ...], rho: float) -> float:
        edges = [0, *starts, len(y)]
        regimes = np.column_stack([(np.arange(len(y)) >= a) & (np.arange(len(y)) < b) for a, b in pairwise(edges)])
        noise = rho ** np.abs(when[:, None] - when) / np.outer(root, root)
        inverse = np.linalg.inv(noise + spread**2 * regimes @ regimes.T.astype(float))
        mass = one @ inverse @ one
        rest = y - one @ inverse @ y / mass
        return float(
            0.5 * np.linalg.slogdet(inverse)[1]
            - 0.5 * math.log(mass)
            - (len(y) - 1) / 2 * math.log(rest @ inverse @ rest)
        )

    choices: list[dict[tuple[int, ...], float]] = []
    for breaks_ in range(most + 1):
        legal = [c for c in combinations(range(2, len(y) - 1), breaks_) if min(np.diff([0, *c, len(y)])) >= 2]
        choices.append(
            {tuple(when[list(c)]): np.logaddexp.reduce([log_marginal(c, rho) for rho in rhos]) for c in legal}
        )
    evidence = [np.logaddexp.reduce(list(part.values())) - math.log(len(part)) for part in choices]
    return evidence, choices


class TestPosterior:
    """How probable years are, and numbers of breaks."""

    def test_against_dense_matrices(self) -> None:
        """Elimination with running sums gives what inverting every covariance gives, with gaps and weights."""
        evidence, choices = dense(GAPPY, WEIGHTS, 2, [0.0, 0.6], 1.5)
        found = posterior(GAPPY, weights=WEIGHTS, most=2, rhos=[0.0, 0.6], spread=1.5)
        number = np.exp(np.array(evidence) - max(evidence))
        np.testing.assert_allclose(found.number, number / number.sum())
        for (listed, chance), expected in zip(found.choices, choices, strict=True):
            assert [tuple(row) for row in listed.tolist()] == list(expected)
            logs = np.array(list(expected.values()))
            np.testing.assert_allclose(chance, np.exp(logs - np.logaddexp.reduce(logs)))

    def test_one_break_is_the_marginal_of_years(self) -> None:
        """The contract's table: first years of the new regime, two values from either end, summing to one."""
        found = posterior(GAPPY, weights=WEIGHTS, most=2)
        assert found.years.index.tolist() == [2003, 2005, 2007, 2008, 2011, 2012, 2014, 2016, 2017]
        assert found.years.columns.tolist() == ["probability"]
        np.testing.assert_allclose(found.years["probability"], found.choices[1][1])
        assert found.years["probability"].sum() == pytest.approx(1)
        assert found.rho.sum() == pytest.approx(1)

    def test_anywhere_counts_breaks(self) -> None:
        """Over all years it sums to the expected number of breaks, and each year's is that of `near` within 0."""
        found = posterior(GAPPY, most=3)
        assert found.anywhere.sum() == pytest.approx(found.number @ found.number.index)
        for year, chance in found.anywhere.items():
            assert found.near(int(year), within=0)[0] == pytest.approx(chance)

    def test_nile(self) -> None:
        """One break in 1899; the 90 % years lie in the 95 % interval of strucchange 1.5-4 (1895 to 1902, plus one)."""
        found = posterior(NILE, most=1)
        assert found.years["probability"].idxmax() == 1899
        assert set(found.shortest(0.9)) <= set(range(1896, 1904))
        assert found.number[0] < 0.001

    @settings(max_examples=10, deadline=None)
    @given(
        values=st.lists(st.integers(-50, 50), min_size=10, max_size=14).filter(lambda drawn: len(set(drawn)) > 2),
        scale=st.sampled_from([-2.0, 1e-4, 1e4]),
    )
    def test_units_and_direction_make_no_difference(self, values: list[int], scale: float) -> None:
        """Another unit leaves all as it is; read backwards, a break after a year is one before it."""
        plain = posterior(years(values), most=2)
        other = posterior(years([3 * scale + scale * value for value in values]), most=2)
        back = posterior(years(values[::-1]), most=2)
        np.testing.assert_allclose(other.number, plain.number, rtol=1e-6)
        np.testing.assert_allclose(other.years, plain.years, rtol=1e-6)
        np.testing.assert_allclose(back.number, plain.number, rtol=1e-6)
        np.testing.assert_allclose(back.years[::-1], plain.years, rtol=1e-6)

    def test_resemblance_is_not_mistaken_for_breaks(self) -> None:
        """In noise with ρ = 0.7 and no break, taking years as independent is surer of one than integrating over ρ."""
        rows = [years(list(row)) for row in noise(0.7, 35, 15, seed=2)]
        known = np.array([posterior(row, most=2).number[0] for row in rows])
        taken = np.array([posterior(row, most=2, rhos=[0]).number[0] for row in rows])
        assert known.mean() > taken.mean() + 0.2
        assert (known < 0.05).sum() <= 1
        assert (taken < 0.05).sum() >= 5

    def test_the_prior_is_a_factor(self) -> None:
        """Posterior odds are prior odds times a ratio that the prior does not enter."""
        even, uneven = posterior(GAPPY, most=1), posterior(GAPPY, most=1, prior=[3, 1])
        assert uneven.number[0] / uneven.number[1] == pytest.approx(3 * even.number[0] / even.number[1])
        np.testing.assert_allclose(even.years, uneven.years)

    def test_bayes_factor(self) -> None:
        """Given one break it is the ratio of two years; over several numbers, of odds after to odds before."""
        found = posterior(GAPPY, most=2)
        chance = found.years["probability"]
        assert found.bayes_factor(2008, 2014) == pytest.approx(chance[2008] / chance[2014])
        near = 2 * chance[2003] / chance[[2007, 2008]].sum()
        assert found.bayes_factor(2003, 2008, within=1) == pytest.approx(near)
        assert found.bayes_factor(2008, 2014) * found.bayes_factor(2014, 2008) == pytest.approx(1)
        after = before = np.zeros(2)
        for (listed, weight), number in zip(found.choices, found.number, strict=True):
            only = [[(a in row) and (b not in row) for row in listed.tolist()] for a, b in ((2008, 2014), (2014, 2008))]
            after = after + number * np.array([weight[mask].sum() for mask in only])
            before = before + np.array([np.mean(mask) for mask in only]) / 3
        odds = (after[0] / after[1]) / (before[0] / before[1])
        assert found.bayes_factor(2008, 2014, breaks=None) == pytest.approx(odds)

    def test_bayes_factor_without_an_answer(self) -> None:
        """A year that was not searched gives NaN, the same year twice an error."""
        found = posterior(GAPPY, most=1)
        assert math.isnan(found.bayes_factor(2008, 1999))
        with pytest.raises(ValueError, match="both years are 2008"):
            found.bayes_factor(2008, 2008)
        with pytest.raises(ValueError, match="bayes_factor: within is -1"):
            found.bayes_factor(2008, 2014, within=-1)
        with pytest.raises(ValueError, match="from 0 to 1"):
            found.near(2008, breaks=2)

    def test_near(self) -> None:
        """Within a year of either of two years, given one break: a sum, against a share of the years searched."""
        found = posterior(GAPPY, most=1)
        chance = found.years["probability"]
        wanted = [2007, 2008, 2016, 2017]
        assert found.near([2008, 2017], within=1, breaks=1) == pytest.approx((chance[wanted].sum(), 4 / 9))

    def test_least(self) -> None:
        """No choice has a regime shorter than `least`, and none with it is missing."""
        found = posterior(years(list(range(10))), most=2, least=3)
        assert found.choices[2][0].tolist() == [[1993, 1996], [1993, 1997], [1994, 1997]]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"most": 0}, "most is 0"),
            ({"least": 1}, "least is 1"),
            ({"spread": 0}, "spread is 0"),
            ({"spread": math.nan}, "spread is nan"),
            ({"rhos": [1.0]}, "rhos"),
            ({"rhos": []}, "rhos"),
            ({"prior": [1, 1]}, "prior"),
            ({"prior": [1, 1, 1, 0]}, "prior"),
            ({"most": 30}, "32 values do not give 31 regimes"),
            ({"most": 8}, "too many"),
            ({"most": 15}, "319,770 choices of 8 years are too many"),
        ],
    )
    def test_options_without_an_answer(self, options: dict[str, Any], message: str) -> None:
        """What cannot be asked is refused by name."""
        with pytest.raises(ValueError, match=message):
            posterior(STEP, **options)

    @pytest.mark.parametrize("level", [0, 1.1])
    def test_shortest_level(self, level: float) -> None:
        """A probability is greater than 0 and at most 1."""
        with pytest.raises(ValueError, match="level"):
            breaks.shortest(pd.Series([1.0], index=[1994]), level)

    def test_shortest_of_everything(self) -> None:
        """All years hold the break for certain, whatever rounding takes."""
        found = posterior(GAPPY, most=1)
        assert found.shortest(1.0) == tuple(found.years.index)
        assert len(breaks.shortest(pd.Series([0.1] * 10, index=range(10)), 0.8)) == 8

    def test_sensitivity(self) -> None:
        """One row a spread and kind of noise, each equal to the posterior it stands for."""
        found = breaks.sensitivity(GAPPY, spreads=[1, 4], most=1)
        assert found.index.tolist() == [(1, "AR(1)"), (1, "independent"), (4, "AR(1)"), (4, "independent")]
        alone = posterior(GAPPY, most=1, spread=4, rhos=[0])
        assert found.loc[(4, "independent"), [0, 1]].tolist() == pytest.approx(alone.number.tolist())
        assert found.loc[(4, "independent"), "year"] == alone.years["probability"].idxmax()
        assert found.loc[(4, "independent"), "rho"] == 0


class TestCompare:
    """What a series says about named years."""

    def test_favours(self) -> None:
        """A clear step is told from another year, in whatever order they are named."""
        for claims in ({"early": 1996, "late": 2006}, {"late": 2006, "early": 1996}):
            found = compare(STEP, claims, draws=19)
            assert found.pairs["favours"].tolist() == ["late"]
            text = verdict(found, "An invented series")
            assert "These data favour 2006 over 1996" in text
            assert "cannot tell" not in text

    def test_cannot_tell(self) -> None:
        """Noise favours neither year, and the sentence says so."""
        found = compare(years(list(noise(0.5, 35, 1)[0]), 1991), CLAIMS, draws=19)
        assert found.pairs["favours"].tolist() == [""]
        assert "These data cannot tell 1994 from 1997 (" in verdict(found, "An invented series")

    def test_contradicting_factors(self) -> None:
        """Where factors speak for different years, none is favoured and the sentence says why."""
        found = compare(STEP, [1994, 2001], draws=19)
        table = found.pairs.assign(given_one=4.0, any_number=4.0, near=0.1, favours="")
        changed = breaks.Comparison(found.table, table, found.posterior, found.test, found.within)
        assert "cannot tell 1994 from 2001, as the factors contradict each other (4, 4, 0.1)" in verdict(
            changed, "A series"
        )

    def test_table(self) -> None:
        """Its numbers are those of the posterior and the test."""
        found = compare(years(list(noise(0.8, 35, 1, seed=5)[0])), [2014], draws=99)
        row, at = found.table.loc["2014"], found.test.table.loc[2014]
        assert (row["near"], row["near_before"]) == found.posterior.near(2014)
        assert row["given_one"] == found.posterior.near(2014, breaks=1)[0]
        assert row[["f", "wald", "lr", "p"]].tolist() == at[["f", "wald", "lr", "lr_p"]].tolist()
        assert row["p"] != at["f_p"]
        assert row["why"] == ""

    @pytest.mark.parametrize(
        ("year", "why", "searched"),
        [
            (1980, "cannot be examined: the series runs from 1990 to 2021", False),
            (1991, "a new regime can begin from 1992 to 2020", False),
            (2021, "cannot be examined", False),
            (1993, "leaves 1993 out: it searches 1994 to 2018", True),
            (2006, "", True),
        ],
    )
    def test_years_at_and_beyond_the_ends(self, year: int, why: str, searched: bool) -> None:
        """What cannot be examined is NaN and says why; outside of the trimming only the sup is barred."""
        found = compare(STEP, {"claim": year, "other": 2000}, draws=19)
        row = found.table.loc["claim"]
        assert why in row["why"]
        assert pd.notna(row["near"]) == pd.notna(row["f"]) == pd.notna(found.pairs["given_one"][0]) == searched
        assert f"{year} (claim): " in verdict(found, "A series")

    def test_a_year_without_a_value(self) -> None:
        """A gap is no first year of a regime."""
        found = compare(GAPPY, [2006, 2008], draws=19)
        assert found.table.loc["2006", "why"] == "2006 has no value, so no regime can begin there"
        assert np.isnan(found.table.loc["2006", "p"])

    def test_longer_regimes(self) -> None:
        """Where the posterior asks for longer regimes, a year near the end is left out, and it says so."""
        found = compare(STEP, [1993], draws=19, least=5)
        assert found.table.loc["1993", "why"] == "each regime has 5 values or more, so the posterior leaves 1993 out"
        assert np.isfinite(found.table.loc["1993", "f"])

    def test_verdict_is_neutral(self) -> None:
        """It says what the series is and that a break in votes is none in policy, and never gives a certainty."""
        text = verdict(compare(STEP, {"a claim": 2006}, draws=19), "Share of identical votes")
        assert text.startswith("Share of identical votes, 1990 to 2021, 32 yearly values.")
        assert "A break in votes is not a break in policy" in text
        assert "100 %" not in text
        assert "2006 (a claim): the probability that a break falls within 1 year of it is over 99 %" in text
        assert "Bayes factors" not in text

    @pytest.mark.parametrize(
        ("candidates", "options", "message"),
        [
            ([], {}, "no year is named"),
            ({}, {}, "no year is named"),
            ([1994, 1994], {}, "1994 is named more than once"),
            ({"a": 1994, "b": 1994}, {}, "1994 is named more than once"),
            ({"a": "1994"}, {}, "the year of 'a' is '1994'"),
            ({"a": 1994.5}, {}, "the year of 'a' is 1994.5"),
            ([2006], {"within": -1}, "within is -1"),
        ],
    )
    def test_candidates_without_an_answer(self, candidates: Any, options: dict[str, Any], message: str) -> None:
        """What cannot be asked is refused by name."""
        with pytest.raises(ValueError, match=message):
            compare(STEP, candidates, **options)

    def test_by_start(self) -> None:
        """Each row is the comparison of the series from that year on."""
        found = breaks.by_start(STEP, {"late": 2006, "early": 1998}, [1990, 1994], draws=19)
        alone = compare(STEP.loc[1994:], {"late": 2006, "early": 1998}, draws=19)
        assert found["n"].tolist() == [32, 28]
        assert found.loc[1994, "none"] == alone.posterior.number[0]
        assert found.loc[1994, "near late"] == alone.table.loc["late", "near"]
        assert found["favours"].tolist() == ["2006 over 1998"] * 2


class TestSeries:
    """Which series can be searched."""

    @pytest.mark.parametrize(
        ("series", "message"),
        [
            (years([0.5, 0.6, 0.7]), "3 years have a value, from 1990 to 1992; at least 10"),
            (years([0.5] * 9 + [None] * 9), "9 years have a value, from 1990 to 1998"),
            (years([]), "0 years have a value;"),
            (years([0.9] * 20), "all values from 1990 to 2009 are the same"),
            (years([0.9, math.inf] * 6), "the value of 1991 is infinite"),
            (STEP[::-1], "2020 comes after 2021"),
            (pd.concat([STEP, STEP]), "1990 comes after 2021"),
            (STEP.set_axis([1990, *range(1990, 2021)]), "1990 comes after 1990"),
            (STEP.set_axis(np.arange(32) / 2), "not years"),
            (STEP.set_axis([f"year {place}" for place in range(32)]), "not years"),
            (STEP.set_axis(pd.date_range("1990", periods=32, freq="YS")), "not years"),
        ],
    )
    def test_refused(self, series: pd.Series[Any], message: str) -> None:
        """A series without an answer is refused, saying what is wrong and where."""
        with pytest.raises(ValueError, match=message):
            posterior(series)

    @pytest.mark.parametrize("series", [[0.5] * 20, pd.DataFrame({"a": [0.5] * 20}), STEP.astype(str) + " %"])
    def test_no_series_of_numbers(self, series: Any) -> None:
        """Something else than a Series of numbers is refused."""
        with pytest.raises(TypeError, match="series"):
            posterior(series)

    @pytest.mark.parametrize(
        ("weights", "message"),
        [
            ([1.0] * 31, "31 for 32 years"),
            ([0.0] + [1.0] * 31, "that of 1990"),
            ([1.0] * 31 + [math.nan], "that of 2021"),
            (pd.Series(1.0, index=range(1990, 2021)), "that of 2021"),
        ],
    )
    def test_weights_refused(self, weights: Any, message: str) -> None:
        """Each year with a value needs a positive weight."""
        with pytest.raises(ValueError, match=message):
            posterior(STEP, weights=weights)

    def test_gaps_need_no_weight(self) -> None:
        """A gap's weight is not looked at, whether the gap is a missing value or a missing row."""
        weights = WEIGHTS.where(GAPPY.notna())
        plain = posterior(GAPPY.dropna(), weights=weights, most=1)
        np.testing.assert_allclose(posterior(GAPPY, weights=weights, most=1).years, plain.years)

    @pytest.mark.parametrize("kind", ["Float64", "Int64", object])
    def test_kinds_of_numbers(self, kind: Any) -> None:
        """Nullable and object columns are numbers as well."""
        series = (STEP * 10).astype(kind)
        np.testing.assert_allclose(posterior(series, most=1).years, posterior(STEP, most=1).years)


def test_belarus_and_russia(calls: RollCalls) -> None:
    """From 1991 on the yearly share cannot tell 1994 from 1997; without 1991 it favours 1994, of breaks if any."""
    share = agreement.pair(calls, "BLR", "RUS", by="year")["identical"].loc[1991:2025]
    found = breaks.by_start(share, CLAIMS, [1991, 1992, 1993], draws=19)
    assert found["favours"].tolist() == ["", "1994 over 1997", ""]
    assert found["none"].between(0.3, 0.7).all()
