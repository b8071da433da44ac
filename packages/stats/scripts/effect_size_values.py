"""Values of SciPy for the signed-rank, sign and bootstrap tests. Writes test-values/effect-size.json.

Run: python scripts/effect_size_values.py (in packages/stats; needs scipy and numpy).
"""
import itertools
import json
import pathlib

import numpy
import scipy
from scipy import stats

generator = numpy.random.default_rng(20261124)


def exact_by_enumeration(differences):
    """Tails of the signed-rank sum over all 2^n signs, mid-ranks for ties, zeros left out."""
    nonzero = [d for d in differences if d != 0]
    ranks = stats.rankdata(numpy.abs(nonzero))
    observed = sum(rank for rank, d in zip(ranks, nonzero) if d > 0)
    sums = [
        sum(rank for rank, sign in zip(ranks, signs) if sign)
        for signs in itertools.product([False, True], repeat=len(nonzero))
    ]
    less = sum(value <= observed + 1e-9 for value in sums) / len(sums)
    greater = sum(value >= observed - 1e-9 for value in sums) / len(sums)
    return observed, less, greater


wilcoxon = []
for count, shift in [(1, 0.0), (5, 0.4), (9, -0.5), (25, 0.2), (60, -0.1), (200, 0.15)]:
    differences = [float(round(x, 6)) for x in generator.normal(shift, 1, count)]
    case = {"differences": differences}
    for alternative in ["two-sided", "less", "greater"]:
        result = stats.wilcoxon(differences, alternative=alternative, method="exact")
        case[alternative] = float(result.pvalue)
    case["statistic"] = float(stats.wilcoxon(differences, alternative="greater", method="exact").statistic)
    wilcoxon.append(case)

ties = []
for count in [4, 8, 13]:
    differences = [float(x) for x in generator.integers(-2, 4, count)]
    statistic, less, greater = exact_by_enumeration(differences)
    ties.append({"differences": differences, "statistic": float(statistic), "less": less, "greater": greater})

normal = []
for count, shift in [(1001, 0.05)]:
    differences = [float(round(x, 4)) for x in generator.normal(shift, 1, count)]
    case = {"differences": differences}
    for alternative in ["less", "greater"]:
        result = stats.wilcoxon(differences, alternative=alternative, method="asymptotic", correction=True)
        case[alternative] = float(result.pvalue)
    normal.append(case)

sign = []
for positive, negative in [(0, 1), (3, 3), (9, 1), (2, 30), (70, 130)]:
    case = {"positive": positive, "negative": negative}
    for alternative in ["two-sided", "less", "greater"]:
        case[alternative] = float(
            stats.binomtest(positive, positive + negative, 0.5, alternative=alternative).pvalue
        )
    sign.append(case)

baseline = [float(round(x, 5)) for x in generator.lognormal(0.3, 0.3, 30)]
candidate = [float(round(x, 5)) for x in generator.lognormal(0.0, 0.4, 30)]
bootstrap = {"baseline": baseline, "candidate": candidate}
for method in ["BCa", "percentile"]:
    result = stats.bootstrap(
        (baseline, candidate),
        lambda x, y, axis: numpy.sum(x, axis=axis) / numpy.sum(y, axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=400_000,
        batch=10_000,
        method=method,
        rng=generator,
    )
    bootstrap[method] = {
        "lower": float(result.confidence_interval.low),
        "upper": float(result.confidence_interval.high),
        "standardError": float(result.standard_error),
    }

path = pathlib.Path(__file__).parent.parent / "test-values" / "effect-size.json"
path.write_text(
    json.dumps(
        {
            "source": f"scripts/effect_size_values.py, SciPy {scipy.__version__}",
            "wilcoxon": wilcoxon,
            "ties": ties,
            "normal": normal,
            "sign": sign,
            "bootstrap": bootstrap,
        },
        indent=1,
    )
    + "\n"
)
